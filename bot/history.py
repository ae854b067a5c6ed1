"""The whole history of a community's posts, plain enough to outlive the bot: as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.actions import rows
from storage import queue
from storage.models import Delivery, Post, Revision
from storage.states import DeliveryState


def as_json(session: Session) -> Iterator[str]:
    """One object: `posts`, in order of their numbers; instants are ISO 8601 in UTC."""
    yield '{"posts": [\n'
    first = True
    for post in _posts(session):
        yield ("" if first else ",\n") + json.dumps(_facts(session, post), ensure_ascii=False, indent=1)
        first = False
    yield "\n]}\n"


def as_markdown(session: Session, zone: ZoneInfo) -> Iterator[str]:
    """A chapter per post: what went where, when, with which links, and who did what. Times in that zone."""
    yield f"# History\n\nTimes are in {zone.key}.\n"
    for post in _posts(session):
        yield from _chapter(session, post, zone)


def _posts(session: Session) -> Iterator[Post]:
    return iter(session.exec(select(Post).order_by(col(Post.id)).execution_options(yield_per=200)))


def _facts(session: Session, post: Post) -> dict[str, Any]:
    return {
        "number": post.id,
        "author": post.author_name,
        "state": post.state,
        "written_at": _iso(post.created_at),
        "due_at": _iso(post.due_at),
        "released_at": _iso(post.released_at),
        "revisions": [_revision(one) for one in _revisions(session, post)],
        "deliveries": [_delivery(one) for one in queue.deliveries(session, post.id or 0)],
        "log": [
            {"at": _iso(one.at), "who": one.who, "what": one.what, "account": one.account or None}
            for one in queue.log(session, post.id or 0)
        ],
    }


def _revisions(session: Session, post: Post) -> list[Revision]:
    found = select(Revision).where(Revision.post_id == post.id).order_by(col(Revision.number))
    return list(session.exec(found))


def _revision(row: Revision) -> dict[str, Any]:
    return {
        "number": row.number,
        "written_at": _iso(row.created_at),
        "source": row.source,
        "accounts": {
            account: {
                "title": one.title,
                "texts": [part.text for part in one.parts],
                "files": [
                    {"name": file.name, "alt": file.alt, "sha256": file.sha256}
                    for part in one.parts
                    for file in part.media
                ],
            }
            for account, one in rows.outgoing(row).items()
            if not one.skipped
        },
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "account": row.account,
        "revision": row.revision,
        "state": row.state,
        "settled_at": _iso(row.settled_at),
        "url": row.url or None,
        "id": row.remote_id or None,
        "trouble": row.error or None,
    }


def _chapter(session: Session, post: Post, zone: ZoneInfo) -> Iterator[str]:
    yield f"\n## #{post.id} by {_line(post.author_name)}\n\n"
    at = post.released_at or post.due_at
    yield f"{post.state}" + (f", {_local(at, zone)}" if at else "") + "\n"
    deliveries = queue.deliveries(session, post.id or 0)
    for one in deliveries:
        out = one.state == DeliveryState.PUBLISHED
        where = f": <{one.url}>" if one.url and out else f": {one.state}"
        yield f"* {one.account}{where}" + (f" ({_line(one.error)})" if one.error else "") + "\n"
    revisions = _revisions(session, post)
    if revisions:
        yield from _texts(revisions[-1])
    for entry in queue.log(session, post.id or 0):
        account = f" ({entry.account})" if entry.account else ""
        yield f"* {_local(entry.at, zone)} {_line(entry.who)} {_line(entry.what)}{account}\n"


def _texts(revision: Revision) -> Iterator[str]:
    """What went, or was to go, to each account; the same text once."""
    seen: dict[tuple[str, ...], list[str]] = {}
    for account, one in rows.outgoing(revision).items():
        if not one.skipped:
            seen.setdefault(tuple(part.text for part in one.parts), []).append(account)
    for texts, accounts in seen.items():
        yield f"\n{', '.join(accounts)}:\n\n"
        for text in texts:
            yield "".join(f"> {line}\n" for line in text.splitlines() or [""]) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
