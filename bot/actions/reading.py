"""What a message says to the bot."""

from __future__ import annotations

from bot import grammar
from bot.chat import Message
from bot.desk import Desk


def read(desk: Desk, message: Message) -> grammar.Written | grammar.Command | grammar.Unknown | None:
    """What a message says to the bot; None if it does not speak to it."""
    me = desk.chat.me
    text = grammar.addressed(
        message.content, name=me.name, user_id=me.id, direct=message.place.channel_id is None
    )
    if text is None:
        return None
    return grammar.parse(text, accounts=list(desk.platforms), defaults=desk.config.social.default_platforms)
