"""Votes that were given and do not count are remembered, so that they count by nothing but being given anew."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "setaside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=False),
        sa.Column("accounts", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("approved_for", UTCDateTime(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_setaside_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setaside")),
        sa.UniqueConstraint(
            "post_id",
            "revision",
            "card_id",
            "user_id",
            "kind",
            "emoji",
            "accounts",
            name=op.f("uq_setaside_vote"),
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("setaside")
