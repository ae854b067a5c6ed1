"""The numbers under which something is out, in a table that can be asked whose they are; taken from the receipts."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROWS = 500


def upgrade() -> None:
    """Make the table, and fill it with what is known. Of two that claim one number, the first has it."""
    part = op.create_table(
        "part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_part_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("account", "remote_id", name=op.f("uq_part_account_remote_id")),
    )
    op.create_index("ix_part_post", "part", ["post_id", "account"], unique=False)
    rows = list(_known(op.get_bind()))
    for at in range(0, len(rows), _ROWS):
        op.bulk_insert(part, rows[at : at + _ROWS])


def _known(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """One row per number, from deliveries first and then from what is prepared."""
    moment = UTCDateTime()
    delivery = sa.table(
        "delivery",
        *(sa.column(name) for name in ("id", "post_id", "account", "receipt", "remote_id", "url")),
        sa.column("first_at", moment),
        sa.column("not_before", moment),
    )
    staged = sa.table(
        "staged",
        *(sa.column(name) for name in ("id", "post_id", "account", "receipt")),
        sa.column("first_at", moment),
        sa.column("not_before", moment),
    )
    seen = set()
    for table in (delivery, staged):
        for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings().all():
            out = _told(row["receipt"])
            first = row.get("remote_id")
            if first and first not in {remote_id for _, remote_id, _ in out}:
                out = [(0, first, row["url"]), *out]
            for number, remote_id, url in out:
                if (row["account"], remote_id) not in seen:
                    seen.add((row["account"], remote_id))
                    yield {
                        "post_id": row["post_id"],
                        "account": row["account"],
                        "number": number,
                        "remote_id": remote_id,
                        "url": url or (row.get("url") or "" if number == 0 else ""),
                        "made_at": row["first_at"] or row["not_before"],
                    }


def _told(receipt: str) -> list[tuple[int, str, str]]:
    """What a receipt tells of what is out: part, number there, address."""
    kept = json.loads(receipt or "{}")
    out = [one for one in kept.get("out") or () if isinstance(one, dict) and one.get("id")]
    parts = [(number, str(one["id"]), str(one.get("url") or "")) for number, one in enumerate(out)]
    return [*parts, (0, str(kept["video"]), "")] if kept.get("video") else parts


def downgrade() -> None:
    """Drop it; the receipts still say what is out."""
    op.drop_table("part")
