"""The files that the bot shows with a card, because approvers cannot open them where they were uploaded."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shownfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shownfile")),
        sa.UniqueConstraint("message_id", "sha256", name=op.f("uq_shownfile_message_id_sha256")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("shownfile")
