"""Who stopped a post, and for which time it was approved: what approvers decided, only approvers undo.

Of what was stopped before, the log tells no more than a name: where that is not the author's, an approver lets it go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LAST_HOLD = """SELECT max(entry.id) FROM entry WHERE entry.post_id = post.id AND entry.new = 'held'
    AND entry.what = 'held'"""
LAST_CANCEL = """SELECT max(entry.id) FROM entry WHERE entry.post_id = post.id AND entry.new = 'cancelled'
    AND entry.what IN ('cancelled', 'cancelled while it was sent')"""
HELD_TOO_LONG = """post.state = 'expired' AND EXISTS
    (SELECT 1 FROM entry WHERE entry.post_id = post.id AND entry.old = 'held' AND entry.new = 'expired')"""
BY_ANOTHER = """UPDATE post SET stopped_as = 'approver',
    stopped_name = (SELECT entry.who FROM entry WHERE entry.id = ({last}))
    WHERE {which} AND (SELECT entry.who FROM entry WHERE entry.id = ({last})) <> post.author_name"""


def upgrade() -> None:
    """Add the columns, and fill them as far as the log tells."""
    op.add_column("post", sa.Column("stopped_by", sa.Integer(), nullable=True))
    op.add_column("post", sa.Column("stopped_as", sa.String(), nullable=False, server_default=""))
    op.add_column("post", sa.Column("stopped_name", sa.String(), nullable=False, server_default=""))
    op.add_column("post", sa.Column("approved_for", UTCDateTime(), nullable=True))
    op.execute("UPDATE post SET approved_for = due_at WHERE state = 'approved'")
    op.execute(BY_ANOTHER.format(last=LAST_HOLD, which=f"(post.state = 'held' OR {HELD_TOO_LONG})"))
    op.execute(BY_ANOTHER.format(last=LAST_CANCEL, which="post.state = 'released'"))


def downgrade() -> None:
    """Drop the columns, with what they say."""
    for name in ("approved_for", "stopped_name", "stopped_as", "stopped_by"):
        op.drop_column("post", name)
