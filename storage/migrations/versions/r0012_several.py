"""An order may speak of several posts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of which others it speaks."""
    op.add_column("inbox", sa.Column("others", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Speak of the first alone."""
    op.drop_column("inbox", "others")
