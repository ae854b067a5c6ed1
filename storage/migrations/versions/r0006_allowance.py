"""What people who are no approvers took of the bot's time, and an author's open posts found by an index."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "allowance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance")),
        sa.UniqueConstraint(
            "kind", "message_id", "version", name=op.f("uq_allowance_kind_message_id_version")
        ),
    )
    op.create_index("ix_allowance_person", "allowance", ["person_id", "kind", "at"])
    op.create_index("ix_allowance_kind", "allowance", ["kind", "at"])
    op.create_index(op.f("ix_allowance_at"), "allowance", ["at"])
    op.create_index("ix_post_author", "post", ["author_id", "state"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_post_author", "post")
    op.drop_table("allowance")
