"""The copies of the bot that work with one database, each with its last sign of life."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "member",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("backend", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("hears", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_member")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("member")
