"""Posts whose last moment passed are found without reading all that ever were; it is asked all the time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GIVEN = sa.text("not_after IS NOT NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_post_not_after",
        "post",
        ["state", "not_after"],
        unique=False,
        sqlite_where=GIVEN,
        postgresql_where=GIVEN,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_post_not_after", table_name="post")
