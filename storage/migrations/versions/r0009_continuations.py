"""The messages before a card that show what it has no room for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the mark of the revisions that have rows in it."""
    op.add_column("revision", sa.Column("continues", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "continuation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_continuation_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuation")),
        sa.UniqueConstraint(
            "post_id", "revision", "number", name=op.f("uq_continuation_post_id_revision_number")
        ),
    )
    op.create_index(op.f("ix_continuation_message_id"), "continuation", ["message_id"], unique=False)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("continuation")
    op.drop_column("revision", "continues")
