"""What was brought back from a copy is looked for before it is sent."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("post", "delivery")


def upgrade() -> None:
    """Add the columns."""
    for table in TABLES:
        op.add_column(table, sa.Column("restored_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_column(table, "restored_at")
