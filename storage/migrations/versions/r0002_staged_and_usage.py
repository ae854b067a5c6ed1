"""What is prepared before its time, and what was used of the platforms' limits."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STAGING = sa.text("state = 'staging'")
STATES = "state IN ('pending', 'staging', 'staged', 'failed', 'discarding')"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "staged",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_staged_state")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_staged_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged")),
        sa.UniqueConstraint(
            "post_id", "revision", "account", name=op.f("uq_staged_post_id_revision_account")
        ),
    )
    op.create_index(op.f("ix_staged_post_id"), "staged", ["post_id"], unique=False)
    op.create_index(
        "uq_staged_staging",
        "staged",
        ["account"],
        unique=True,
        sqlite_where=STAGING,
        postgresql_where=STAGING,
    )
    op.create_table(
        "usage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage")),
        sa.UniqueConstraint("account", "what", "key", name=op.f("uq_usage_account_what_key")),
    )
    op.create_index("ix_usage_period", "usage", ["account", "what", "period"], unique=False)


def downgrade() -> None:
    """Drop them, with all that is in them."""
    op.drop_table("usage")
    op.drop_table("staged")
