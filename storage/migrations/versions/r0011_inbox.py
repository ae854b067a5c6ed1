"""What was heard and is not worked off yet; an edit that is being gathered is one of its rows."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

GIVEN = sa.text("changed_at IS NOT NULL")


def upgrade() -> None:
    """Make the table, and let the edits that wait in posts wait there."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("heard_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint(
            "message_id", "kind", "person_id", name=op.f("uq_inbox_message_id_kind_person_id")
        ),
    )
    op.create_index(op.f("ix_inbox_post_id"), "inbox", ["post_id"], unique=False)
    op.create_index("ix_inbox_turn", "inbox", ["kind", "person_id", "id"], unique=False)
    op.execute(
        "INSERT INTO inbox (message_id, kind, verb, person_id, post_id, heard_at, times, answer) "
        "SELECT message_id, 'edit', '', author_id, id, changed_at, 1, '' FROM post WHERE changed_at IS NOT NULL"
    )
    op.drop_index("ix_post_changed", "post")
    op.drop_column("post", "changed_at")


def downgrade() -> None:
    """Drop it, with all that is in it but the edits."""
    op.add_column("post", sa.Column("changed_at", UTCDateTime(), nullable=True))
    op.execute(
        "UPDATE post SET changed_at = "
        "(SELECT max(heard_at) FROM inbox WHERE inbox.post_id = post.id AND kind = 'edit')"
    )
    op.create_index(
        "ix_post_changed", "post", ["changed_at"], unique=False, sqlite_where=GIVEN, postgresql_where=GIVEN
    )
    op.drop_table("inbox")
