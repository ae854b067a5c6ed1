"""What a message says to the bot."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot import grammar
from bot.chat import Message
from bot.desk import Desk
from bot.grammar.several import STOPS


def read(desk: Desk, message: Message) -> grammar.Said | None:
    """What a message says to the bot; None if it does not speak to it. A draft behind which a post is stopped is none: its
    author is asked for two messages, and the post waits meanwhile.
    """
    said, me = read_draft(desk, message), desk.chat.me
    if said is None and message.place.channel_id == desk.chat.home:
        stop = grammar.stop_in_passing(message.content, name=me.name)
        return _in_passing(desk, message, *stop) if stop else None
    if isinstance(said, grammar.Command) and said.verb == "approve":
        card = grammar.quoted_card(message.content, name=me.name, user_id=me.id, post=said.post)
        return replace(said, card=card)
    if not isinstance(said, grammar.Written):
        return said
    found = grammar.stops_behind(message.content, name=me.name, user_id=me.id)
    return _asked(desk, message, *found) if found else said


def read_draft(desk: Desk, message: Message) -> grammar.Said | None:
    """The same for the draft of a post that is there: whatever else it says is an error on its card."""
    me = desk.chat.me
    text = grammar.addressed(
        message.content, name=me.name, user_id=me.id, direct=message.place.channel_id is None
    )
    return None if text is None else _parse(desk, text)


def _in_passing(desk: Desk, message: Message, line: int, text: str) -> grammar.Said:
    """A plain mention behind other words: what holds a post, or vetoes it, is obeyed, for that is taken back as easily; of all
    else is asked, and the posts wait.
    """
    order = _parse(desk, text)
    if isinstance(order, grammar.Command) and order.verb in grammar.BRAKES:
        return order
    asked = _asked(desk, message, line, text)
    return replace(asked, why="Is that said to me? Write it at the start of a message of its own.")


def obeyed(said: grammar.Said | None) -> grammar.Command | grammar.Orders | grammar.Unknown | None:
    """What a draft that was edited says about posts: it became an order that stops something, or has one in it. Nothing else is
    followed: who wrote a draft has not ordered that anything goes out.
    """
    if isinstance(said, grammar.Command):
        return said if said.verb in STOPS else None
    if isinstance(said, grammar.Unknown):
        return said if said.stops is not None else None
    if not isinstance(said, grammar.Orders) or not any(one.verb in STOPS for one in said.each):
        return None
    if all(one.verb in STOPS for one in said.each):
        return said
    posts = [number for one in said.each for number in (one.post or 0, *one.others)]
    posts += (said.asked.stops or ()) if said.asked else ()
    why = "Of a draft that becomes an order I follow only what stops a post: write the rest in a message of its own."
    return grammar.Unknown("", f"hold {posts[0]}", why, tuple(dict.fromkeys(posts)))


def _asked(desk: Desk, message: Message, line: int, text: str) -> grammar.Unknown:
    order = _parse(desk, text)
    each = order.each if isinstance(order, grammar.Orders) else (order,)
    commands = [one for one in each if isinstance(one, grammar.Command)]
    unclear = order.asked if isinstance(order, grammar.Orders) else order
    posts = [number for one in commands for number in (one.post or 0, *one.others)]
    posts += (unclear.stops or ()) if isinstance(unclear, grammar.Unknown) else ()
    why = f"Line {line} speaks to me again, behind a draft: write that in a message of its own, and take it out of this one."
    return grammar.Unknown(message.content, f"hold {posts[0]}" if posts else "hold 12", why, tuple(posts))


def _parse(desk: Desk, text: str) -> grammar.Said:
    return grammar.parse(
        text,
        accounts=list(desk.platforms),
        defaults=desk.config.social.default_platforms,
        site=desk.chat.site,
    )


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
