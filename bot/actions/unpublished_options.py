"""A change of what only the team sees (time, last moment, note, campaign): no other revision, so approvals stay.

What approvers saw is what goes out still; of the time the same holds as of `move` (`bot.stops`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import stops
from bot.actions import electing, rows
from bot.actions.drafting import Prepared
from bot.chat import Person
from bot.desk import Desk
from bot.replies import changes
from handlers.base import Outgoing
from storage import queue
from storage.models import Post, Revision
from storage.states import PostState

_STATES: Final = frozenset({PostState.DRAFT, PostState.APPROVED, PostState.HELD})


def amended(
    desk: Desk,
    session: Session,
    post: Post,
    last: Revision,
    prepared: Prepared,
    source: str,
    by: Person,
    now: datetime,
) -> bool:
    """Whether that is all that changes; then it is changed, and told. False: it needs another revision."""
    if post.state not in _STATES or last.card_id is None or not _goes_out_alike(last, prepared):
        return False
    part = stops.part_of(by, post, electing.electorate(desk, session))
    to = None if prepared.timing == "now" else prepared.due_at
    moves = (prepared.timing, to) != (post.timing, None if post.timing == "now" else post.due_at)
    approved_for = rows.approved_for(session, post)
    if moves and not stops.may_move(approved_for, to, desk.config.social.move_freely, part):
        return False
    what = changes.named(rows.written(last), prepared.written)
    last.written, last.problems, last.source = (
        rows.dump(prepared.written),
        rows.dump(prepared.problems),
        source,
    )
    session.add(last)
    post.not_after = prepared.not_after
    if moves:
        post.timing, post.due_at = prepared.timing, to
        if to is None and post.state == PostState.APPROVED:
            post.due_at = now
        if part is stops.Part.APPROVER and approved_for is not None:
            post.approved_for = to or now
    session.add(post)
    queue.write_entry(session, at=now, who=by.name, what=changes.entry(what), post_id=post.id)
    key = f"amended:{post.id}:{now.isoformat()}"
    text = changes.amended(post, by.name, what, voted=approved_for is not None)
    queue.notify(session, key=key, text=text, post_id=post.id, now=now)
    return True


def _goes_out_alike(last: Revision, prepared: Prepared) -> bool:
    if prepared.broken or rows.broken(last) or prepared.accounts != rows.going(last):
        return False
    if rows.written(last).accounts != prepared.written.accounts:
        return False
    return _bare(prepared.outgoing) == _bare(rows.outgoing(last))


def _bare(outgoing: Mapping[str, Outgoing]) -> str:
    """What goes out, without what is said of it, which may change with the day."""
    return rows.dump({name: replace(one, problems=()) for name, one in outgoing.items()})
