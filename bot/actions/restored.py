"""What a copy that was brought back does not know: whether it went out since the copy was made.

So before the first request of such a delivery its platform is asked, whoever ordered it and however it came to be sent.
Where the platform cannot tell, people are asked, and who orders it again then has looked.

Perhaps it went out in other words, and was mended since: so it is looked for in all that it ever said, as the copy and the
history of its draft in Zulip tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from typing_extensions import override

from bot.actions import drafting, reading, rows
from bot.actions.holding import Hold
from bot.actions.ledger import Numbers
from bot.chat import ChatError
from bot.desk import Desk
from bot.grammar import Written
from handlers.base import Outgoing, Platform, PlatformError, Published, Receipt, Unavailable, Uncertain
from storage import parts
from storage.models import Delivery, Post


class CannotTell(Uncertain):
    """The platform does not show whether it is out: nothing was sent, and people are to be asked."""


def look(desk: Desk, platform: Platform, outgoing: Outgoing, delivery: Delivery) -> Published | None:
    """Whether the delivery is out since the copy was made; None: it is not, or nobody needs to ask (any more).

    Raises `Unavailable` and `CannotTell`.
    """
    if delivery.restored_at is None:
        return None
    try:
        for other in _in_other_words(desk, outgoing, delivery):
            _must_not_be_out(desk, platform, other, delivery)
        found = platform.find(outgoing, Hold(desk, delivery).ticket())
    except Unavailable:
        raise
    except ChatError as error:
        raise Unavailable(f"Zulip does not tell what its draft said before: {error}") from error
    except PlatformError as error:
        _looked(desk, delivery)
        raise CannotTell(str(error)) from None
    _looked(desk, delivery)
    return found


class _Found(Numbers):
    """Whose is what: what is found in other words is written down as nobody's."""

    def __init__(self, desk: Desk, delivery: Delivery) -> None:
        super().__init__(desk, delivery.post_id, delivery.account, lambda *_: None, restored=True)
        with desk.database.reading() as session:
            known = parts.of(session, delivery.post_id, delivery.account)
        self._known = {one.remote_id for one in known}
        self.urls: list[str] = []

    @override
    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        if published.id not in self._known:
            self.urls.append(published.url)


def _must_not_be_out(desk: Desk, platform: Platform, other: Outgoing, delivery: Delivery) -> None:
    """Raise `Uncertain` if it is out in these words, in part or wholly."""
    found = _Found(desk, delivery)
    ticket = replace(Hold(desk, delivery).ticket(), receipt={}, save=lambda _: None, ledger=found)
    published = platform.find(other, ticket)
    urls = found.urls or ([published.url] if published is not None else [])
    if urls:
        raise Uncertain(
            f"It is out in earlier words since the copy was made ({' '.join(urls)}), so nothing was sent in the new ones."
        )


def _in_other_words(desk: Desk, outgoing: Outgoing, delivery: Delivery) -> list[Outgoing]:
    """Everything else that may have gone out for this post on this account. Raises `Uncertain` where that is not known, and
    `ChatError`.
    """
    with desk.database.reading() as session:
        post = rows.post(session, delivery.post_id)
        revisions = rows.revisions(session, delivery.post_id)
    if post.restored_at is None:
        return []  # it was released before, and its text stood
    said = [rows.outgoing(one).get(delivery.account) for one in revisions]
    said += [one.get(delivery.account) for one in _as_drafted(desk, post, {one.source for one in revisions})]
    found: list[Outgoing] = []
    for one in said:
        if one is None or not one.parts or any(problem.error for problem in one.problems):
            continue
        if all(replace(one, problems=()) != replace(each, problems=()) for each in (outgoing, *found)):
            found.append(one)
    return found


def _as_drafted(desk: Desk, post: Post, known: set[str]) -> Iterator[Mapping[str, Outgoing]]:
    """What its draft said since the copy was made, and nobody here knows."""
    draft = desk.chat.look(post.message_id)
    if draft is None or draft.changed_at is None or post.restored_at is None:
        return
    if draft.changed_at < post.restored_at:
        return
    history = desk.chat.history(draft.id)
    if history is None:
        raise Uncertain(
            "Its draft was edited since the copy was made, and Zulip does not show what it said between."
        )
    for content in dict.fromkeys(history):
        written = reading.read_draft(desk, replace(draft, content=content)) if content not in known else None
        if isinstance(written, Written):
            author = desk.chat.directory.person(draft.sender_id)
            yield drafting.prepare(desk, written, author, desk.clock(), post).outgoing


def _looked(desk: Desk, delivery: Delivery) -> None:
    with desk.database.transaction() as session:
        row = session.get_one(Delivery, delivery.id)
        delivery.receipt = row.receipt  # parts of a thread that were found count as out
        row.restored_at = delivery.restored_at = None
        session.add(row)
