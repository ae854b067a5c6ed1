"""What a message ordered when it was handled is remembered, so that an edit into another order is obeyed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say what it ordered; of older ones that is not known."""
    op.add_column("seen", sa.Column("said", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Say that it was handled alone."""
    op.drop_column("seen", "said")
