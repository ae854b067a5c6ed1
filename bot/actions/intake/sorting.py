"""What a message is to the bot, by its words alone: this decides which work it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.actions.reading import obeyed, read
from bot.chat import Message
from bot.desk import Desk
from bot.grammar import Orders, Said, Unknown, Written
from storage import inbox
from storage.inbox import Heard, Kind

KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("approve", "veto", "withdraw", "hold", "resume", "cancel"), Kind.ORDER),
    **dict.fromkeys(("move", "now", "retry", "published"), Kind.ORDER),
    **dict.fromkeys(("edit", "alt", "take"), Kind.REWRITE),
    "copy": Kind.DRAFT,
    **dict.fromkeys(("show", "log", "plan", "drafts", "waiting", "history", "status", "help"), Kind.QUESTION),
}
"""Verb -> what it is; none is left out, so that nobody forgets one that changes a post."""
CAREFUL: Final = ("hold", "withdraw", "resume", "approve")
"""Of several orders in one message, the one that waits for most, and that keeps a post back whoever says it, stands for all."""
OUTSIDE: Final = "outside"
"""In the place of a verb: it mentions the bot in a channel that the bot is not in. Of a private one Zulip brings the mention,
and shows no message (recording 25).
"""
LARGEST: Final = 2**31 - 1
"""No post has a greater number."""


def sort(desk: Desk, message: Message, now: datetime) -> Heard | None:
    """What this message is, as it is written into the inbox; None if it does not speak to the bot."""
    person = desk.chat.directory.person(message.sender_id)
    if person.id == desk.chat.directory.me or person.is_bot:
        return None
    said = read(desk, message)
    return None if said is None else of(desk, message, said, now)


def stopping(desk: Desk, message: Message, now: datetime) -> list[Heard]:
    """What the draft of a post, edited, says about other posts: it became an order, or has one in it. Both may go out no more
    before that is worked off; the row of its edit names its own.
    """
    said = read(desk, message)
    found = of(desk, message, said, now) if said is not None and obeyed(said) is not None else None
    return [found] if found is not None and found.kind in inbox.STOPS else []


def of(desk: Desk, message: Message, said: Said, now: datetime) -> Heard:
    """The same for words that were read already."""
    if said_elsewhere(desk, message, said):
        outside = message.mentioned and message.place.channel_id not in desk.chat.directory.channels
        return Heard(message.id, Kind.QUESTION, message.sender_id, now, verb=OUTSIDE if outside else "")
    if isinstance(said, Unknown):
        return _not_understood(message, said, now)
    if isinstance(said, Written):
        return Heard(message.id, Kind.DRAFT, message.sender_id, now)
    if isinstance(said, Orders):
        return _several(message, said, now)
    kind = KINDS[said.verb]
    if kind not in {Kind.ORDER, Kind.REWRITE} or said.post is None:
        return Heard(message.id, kind, message.sender_id, now, verb=said.verb)
    posts = [one for one in (said.post, *said.others) if one <= LARGEST]
    if not posts:  # the answer says that there are none
        return Heard(message.id, Kind.QUESTION, message.sender_id, now, verb=said.verb)
    return Heard(message.id, kind, message.sender_id, now, posts[0], said.verb, inbox.listed(posts[1:]))


def said_elsewhere(desk: Desk, message: Message, said: Said) -> bool:
    """Whether its author wrote it in another channel: anybody may move it since, and takes no order back, nor gives one, by
    that. A draft counts where it lies.
    """
    moved = bool(message.moves) and not isinstance(said, Written)
    first = message.moves[-1].left if moved else message.place.channel_id
    return first not in {None, desk.chat.home}


def _several(message: Message, said: Orders, now: datetime) -> Heard:
    """All of them wait, and are obeyed, as one: it concerns every post that the message names, also in what was not understood."""
    verbs = {one.verb for one in said.each}
    verb = next((one for one in CAREFUL if one in verbs), said.each[0].verb)
    if said.asked is not None and said.asked.stops == ():
        return Heard(message.id, Kind.ORDER, message.sender_id, now, verb=verb)
    named = [number for one in said.each for number in (one.post or 0, *one.others)]
    named += said.asked.stops or () if said.asked else ()
    posts = [one for one in dict.fromkeys(named) if one <= LARGEST]
    if not posts:
        return Heard(message.id, Kind.QUESTION, message.sender_id, now, verb=verb)
    return Heard(message.id, Kind.ORDER, message.sender_id, now, posts[0], verb, inbox.listed(posts[1:]))


def _not_understood(message: Message, said: Unknown, now: datetime) -> Heard:
    """Words that may be meant to stop a post keep it back until their author was asked; those that name none, every post."""
    posts = [one for one in said.stops or () if one <= LARGEST]
    if said.stops is None or (said.stops and not posts):
        return Heard(message.id, Kind.QUESTION, message.sender_id, now)
    first = posts[0] if posts else None
    return Heard(message.id, Kind.UNCLEAR, message.sender_id, now, first, "", inbox.listed(posts[1:]))
