"""All tables, as they were at first; the log can only be added to."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SENDING = sa.text("state = 'sending'")
POST_STATES = "state IN ('broken', 'draft', 'approved', 'held', 'released', 'withdrawn', 'expired')"
DELIVERY_STATES = "state IN ('waiting', 'pending', 'sending', 'published', 'failed', 'unknown', 'cancelled')"

APPEND_ONLY = {
    "sqlite": [
        """CREATE TRIGGER entry_no_{verb} BEFORE {verb} ON entry
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    ],
    "postgresql": [
        """CREATE OR REPLACE FUNCTION entry_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$""",
        """CREATE TRIGGER entry_no_{verb} BEFORE {verb} ON entry
        FOR EACH ROW EXECUTE FUNCTION entry_append_only()""",
    ],
}


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_credential")),
    )


def _cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursor")),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("said_at", UTCDateTime(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index(op.f("ix_notice_post_id"), "notice", ["post_id"], unique=False)
    op.create_index(op.f("ix_notice_said_at"), "notice", ["said_at"], unique=False)


def _post() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("timing", sa.String(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("not_after", UTCDateTime(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(POST_STATES, name=op.f("ck_post_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("message_id", name=op.f("uq_post_message_id")),
    )
    op.create_index("ix_post_due", "post", ["state", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_post_due_at"), "post", ["due_at"], unique=False)
    op.create_index("ix_post_released_at", "post", ["released_at"], unique=False)
    op.create_index(
        "ix_post_changed",
        "post",
        ["changed_at"],
        unique=False,
        sqlite_where=sa.text("changed_at IS NOT NULL"),
        postgresql_where=sa.text("changed_at IS NOT NULL"),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_seen")),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
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
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.CheckConstraint(DELIVERY_STATES, name=op.f("ck_delivery_state")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_delivery_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("post_id", "account", name=op.f("uq_delivery_post_id_account")),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "not_before", "id"], unique=False)
    op.create_index(op.f("ix_delivery_post_id"), "delivery", ["post_id"], unique=False)
    op.create_index("ix_delivery_settled", "delivery", ["state", "settled_at"], unique=False)
    op.create_index(
        "ix_delivery_untold",
        "delivery",
        ["state", "post_id"],
        unique=False,
        sqlite_where=sa.text("told IS 0"),
        postgresql_where=sa.text("told IS false"),
    )
    op.create_index(
        "uq_delivery_sending",
        "delivery",
        ["account"],
        unique=True,
        sqlite_where=SENDING,
        postgresql_where=SENDING,
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_entry_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_at"), "entry", ["at"], unique=False)
    op.create_index(op.f("ix_entry_post_id"), "entry", ["post_id"], unique=False)


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("outgoing", sa.String(), nullable=False),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("accounts", sa.String(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("card_text", sa.String(), nullable=False),
        sa.Column("card_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_revision_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_revision_post_id_number")),
    )
    op.create_index(op.f("ix_revision_card_id"), "revision", ["card_id"], unique=False)
    op.create_index(op.f("ix_revision_post_id"), "revision", ["post_id"], unique=False)


def _vote() -> None:
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("accounts", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_vote_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint(
            "post_id",
            "revision",
            "user_id",
            "kind",
            "via",
            "accounts",
            name=op.f("uq_vote_post_id_revision_user_id_kind_via_accounts"),
        ),
    )
    op.create_index(op.f("ix_vote_post_id"), "vote", ["post_id"], unique=False)


def _append_only() -> None:
    for verb in ("update", "delete"):
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(verb=verb))


def upgrade() -> None:
    """Make every table."""
    _credential()
    _cursor()
    _notice()
    _post()
    _seen()
    _delivery()
    _entry()
    _revision()
    _vote()
    _append_only()


def downgrade() -> None:
    """Drop every table, with all that is in it."""
    for table in ["vote", "revision", "entry", "delivery", "seen", "post", "notice", "cursor", "credential"]:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION entry_append_only()")
