"""The look just before anything goes out: how drafts and cards stand in Zulip now, of many posts with one request.

A post whose draft, card and voters are as they were when it was last judged need not be judged again; any other is, by
`sync`. What was looked at counts as looked at for a second.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable
from typing import Final, Protocol

from bot.actions import drafting, rows
from bot.chat import Message, Place
from bot.desk import Desk, Sight
from storage.models import Post
from storage.states import PostState

FRESH_S: Final = 1.0
"""How long a look is good for."""
PASSED_S: Final = 0.3
"""How long a post that may not go is left alone; what was said of it may be acted on meanwhile."""
WHERE_S: Final = 60.0
"""How long it is known where a card is: of a card that is moved the listener hears, and looks."""


def note(desk: Desk, post: Post, draft: Message, card: Message, version: int) -> None:
    """The post was judged by this draft and card, and by who was who at that version of the directory."""
    desk.sights[post.id or 0] = Sight(_print(draft, card, version), card.id, card.place, time.monotonic())


def where(desk: Desk, post_id: int, card_id: int) -> Place | None:
    """Where a card is, if that was seen lately."""
    sight = desk.sights.get(post_id)
    if sight is None or sight.card_id != card_id or time.monotonic() - sight.at > WHERE_S:
        return None
    return sight.place


def fresh(desk: Desk, post_id: int, span_s: float = FRESH_S) -> bool:
    """Whether the post was looked at within the last second, or so long."""
    return time.monotonic() - desk.looked.get(post_id, float("-inf")) < span_s


def pass_over(desk: Desk, post_ids: Iterable[int]) -> None:
    """These may not go now: what comes after them on their accounts need not wait for them."""
    now = time.monotonic()
    kept = {one: at for one, at in desk.passed.items() if now - at < PASSED_S}
    desk.passed = kept | dict.fromkeys(post_ids, now)


def passed_over(desk: Desk, post_id: int) -> bool:
    """Whether the post was passed over just now."""
    return time.monotonic() - desk.passed.get(post_id, float("-inf")) < PASSED_S


class Judge(Protocol):
    """Who brings a post in line that is not as it was."""

    def __call__(self, post_id: int, *, edited: bool) -> bool:
        """True: it was done. `edited`: its draft says something else now, and it is not out."""
        ...


def look(desk: Desk, post_ids: Collection[int], judge: Judge) -> None:
    """Look at all these posts, and `judge` those that are not as they were.

    Raises `ChatError` when Zulip cannot be asked: then nothing may be concluded.
    """
    with desk.database.reading() as session:
        found = rows.these(session, post_ids)
    began = time.monotonic()
    desk.looked = {one: at for one, at in desk.looked.items() if began - at < FRESH_S}
    wanted = {one for post, card in found for one in (post.message_id, card) if one}
    with desk.chat.ahead(wanted) as at_hand:
        for post, card_id in found:
            draft, card = at_hand.get(post.message_id), at_hand.get(card_id or 0)
            if _as_judged(desk, post, draft, card):
                desk.looked[post.id or 0] = began
                continue
            released = post.state == PostState.RELEASED
            if released and not desk.single:  # another copy may have looked at it meanwhile, and seen more
                at_hand.pop(post.message_id, None)
                at_hand.pop(card_id or 0, None)
            edited = draft is not None and drafting.digest(draft.content) != post.digest
            if judge(post.id or 0, edited=edited and not released):
                desk.looked[post.id or 0] = began


def forget(desk: Desk, keep: Collection[int]) -> None:
    """Remember nothing of other posts than these."""
    desk.sights = {one: sight for one, sight in desk.sights.items() if one in keep}


def _as_judged(desk: Desk, post: Post, draft: Message | None, card: Message | None) -> bool:
    sight = desk.sights.get(post.id or 0)
    if sight is None or draft is None or card is None:
        return False
    desk.chat.must_be_home()
    same = _print(draft, card, desk.chat.directory.version) == sight.print
    if same:
        desk.sights[post.id or 0] = Sight(sight.print, card.id, card.place, time.monotonic())
    return same


def _print(draft: Message, card: Message, version: int) -> bytes:
    """Of all that a judgement depends on: the card's own text is ours, and says nothing."""
    told = repr((draft, card.id, card.place, card.reactions, version))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=32).digest()
