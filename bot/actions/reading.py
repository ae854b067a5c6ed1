"""What a message says to the bot."""

from __future__ import annotations

import hashlib

from bot import grammar
from bot.chat import Message
from bot.desk import Desk


def read(desk: Desk, message: Message) -> grammar.Said | None:
    """What a message says to the bot; None if it does not speak to it."""
    me = desk.chat.me
    text = grammar.addressed(
        message.content, name=me.name, user_id=me.id, direct=message.place.channel_id is None
    )
    if text is None:
        return None
    return grammar.parse(text, accounts=list(desk.platforms), defaults=desk.config.social.default_platforms)


def gist(said: grammar.Said) -> str:
    """What tells whether a message orders the same as before: neither how that is worded, nor a reason."""
    if isinstance(said, grammar.Orders):
        told = repr([*map(gist, said.each), said.asked and said.asked.stops])
    elif isinstance(said, grammar.Command):
        rest = "" if said.verb in grammar.REASONED else said.rest
        told = repr((said.verb, said.post, sorted(said.others), said.accounts, rest))
    else:
        return type(said).__name__
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
