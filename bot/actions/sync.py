"""`sync`: look at a draft and its card as they now stand, and bring the database in line.

New, edited, deleted, reacted, moved, a lost event, a doubled event, a restart: this is the one path for all. Only the
text of an edited draft has a way of its own, in `revising`: to read it may take long, and an order must not wait for that.
"""

from __future__ import annotations

from datetime import datetime

from bot.actions import cards, counting, drafting, moved_drafts, movers, rewriting, rows, stopping
from bot.chat import Message
from bot.desk import Desk
from bot.replies import lines
from storage import inbox, queue
from storage.inbox import Heard, Kind
from storage.models import Post, Revision
from storage.states import PostState

OPEN = {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}


class Edited(Exception):
    """The draft says something else than what was read of it: `revising` reads it, which may take long."""

    def __init__(self, post_id: int) -> None:
        super().__init__(f"the draft of post {post_id} was edited")
        self.post_id = post_id


def sync(desk: Desk, post_id: int, now: datetime, moved_by: int = 0) -> Post:
    """Bring one post in line with what its draft and its card say now; returns the post as it then is. `moved_by` is who
    moved the draft, where that was told.

    Raises `Edited` if another revision is to be made first, and `ChatError` when Zulip cannot be asked: then nothing
    may be concluded.
    """
    with desk.turn(draft_of(desk, post_id)):
        draft = looked_at(desk, post_id, now, moved_by)
        if draft is not None and edited(desk, post_id, draft):
            raise Edited(post_id)
        return brought_in_line(desk, post_id, draft, now, moved_by)


def follow(desk: Desk, post_id: int, now: datetime, moved_by: int = 0) -> Post:
    """The same; of an edit it is only written down that there is one, so nothing goes out before it is read."""
    try:
        return sync(desk, post_id, now, moved_by)
    except Edited:
        note_edit(desk, post_id, now)
        with desk.database.reading() as session:
            return rows.post(session, post_id)


def note_edit(desk: Desk, post_id: int, now: datetime) -> None:
    """An edit was found by looking: it is as old as what is read at once."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        heard = Heard(post.message_id, Kind.EDIT, post.author_id, now - desk.config.social.gather, post.id)
        inbox.write(session, [heard])
    desk.bell.ring()


def draft_of(desk: Desk, post_id: int) -> int:
    """The message that holds the draft."""
    with desk.database.reading() as session:
        return rows.post(session, post_id).message_id


def looked_at(desk: Desk, post_id: int, now: datetime, moved_by: int = 0) -> Message | None:
    """The draft; None if it was deleted. Somebody who may not withdraw it holds the post by moving it out."""
    desk.chat.must_be_home()
    draft = desk.chat.look(draft_of(desk, post_id))
    if draft is not None:
        moved_drafts.judge(desk, post_id, draft, moved_by, now)
    return draft


def edited(desk: Desk, post_id: int, draft: Message) -> bool:
    """Whether it is to be read anew. What went out stays as it was, and what was moved out is not read any more."""
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
    changed = drafting.digest(draft.content) != post.digest
    return changed and post.state != PostState.RELEASED and not moved_drafts.withdrawn(desk, post_id, draft)


def brought_in_line(
    desk: Desk, post_id: int, draft: Message | None, now: datetime, moved_by: int = 0, *, take: bool = False
) -> Post:
    """Follow where the draft is, and the reactions on the card; to be called in the turn of the draft. With `take`, an alt
    text that was taken with a tap becomes another revision; else that raises `Edited`, because it may take long.
    """
    draft = draft or moved_drafts.hidden(desk, post_id, now)
    if draft is None:
        vanished(desk, post_id, "deleted", movers.SOMEBODY, now)
    elif moved_drafts.withdrawn(desk, post_id, draft):
        vanished(desk, post_id, movers.MOVED, movers.mover(desk, draft, moved_by).name, now)
    else:
        post, revision = _read(desk, post_id, draft, now)
        tapped = rewriting.tapped(desk, post, revision)
        if tapped is not None and not take:
            raise Edited(post_id)
        if tapped is not None:
            rewriting.take(desk, post, revision, *tapped, now)
            post, revision = _read(desk, post_id, draft, now)
        counted = counting.count(desk, post, revision, draft, now)
        if counted is not None:
            return counted
    desk.stale.add(post_id)
    with desk.database.reading() as session:
        return rows.post(session, post_id)


def vanished(desk: Desk, post_id: int, what: str, who: str, now: datetime) -> None:
    """The draft is gone: what is not out yet stays in. `who` did it: of what was deleted, Zulip names nobody."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.state in OPEN:
            queue.transition(session, post, PostState.WITHDRAWN, who=who, what=f"draft {what}", now=now)
            queue.notify(
                session,
                key=f"vanished:{post_id}:{post.revision}",
                text=lines.vanished(post, what, who),
                post_id=post_id,
                now=now,
            )
        elif post.state == PostState.RELEASED:
            stopped = stopping.stop(session, post, f"draft {what}", who, now)
            if stopped:
                queue.notify(
                    session,
                    key=f"stopped:{post_id}:{now.isoformat()}",
                    text=lines.stopped(post, what, stopped, desk.titles),
                    post_id=post_id,
                    now=now,
                )


def _read(desk: Desk, post_id: int, draft: Message, now: datetime) -> tuple[Post, Revision]:
    """Follow the draft's place, and see to its cards; returns what the post is then."""
    digest, place = drafting.digest(draft.content), cards.home_of(desk, draft)
    post, last, older = rows.standing_now(desk.database, post_id)
    if draft.content and digest != post.digest and post.state == PostState.RELEASED:
        _too_late_to_edit(desk, post_id, digest, now)
    moved = (place.channel_id, place.topic) != (post.channel_id, post.topic)
    if moved and not counting.moved_out(desk, draft):
        with desk.database.transaction() as session:
            post = rows.post(session, post_id)
            post.channel_id, post.topic = place.channel_id, place.topic
        post, last, older = rows.standing_now(desk.database, post_id)
    if last.card_id is None and _wants_card(desk, post):
        cards.put(desk, post_id, last.number, draft, now)
        post, last, older = rows.standing_now(desk.database, post_id)
    if older and last.card_id is not None:
        cards.tidy(desk, post, last.card_id, older, draft)
    return post, last


def _wants_card(desk: Desk, post: Post) -> bool:
    """Not what is out already."""
    if post.state != PostState.RELEASED:
        return True
    with desk.database.reading() as session:
        return rows.unfinished(session, post.id or 0)


def _too_late_to_edit(desk: Desk, post_id: int, digest: str, now: datetime) -> None:
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        post.digest = digest
        queue.notify(
            session,
            key=f"late_edit:{post_id}:{digest[:16]}",
            text=lines.late_edit(post),
            post_id=post_id,
            now=now,
        )
