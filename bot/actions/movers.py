"""Who moved a message out of the bot's channel, as far as Zulip tells."""

from __future__ import annotations

from typing import Final

from bot.chat import Message, Person
from bot.desk import Desk

MOVED: Final = "moved out of the channel"
SOMEBODY: Final = "somebody"
"""Who deletes a message, or moves it where the organization hides that, Zulip does not tell."""


def mover(desk: Desk, message: Message, told: int) -> Person:
    """Who moved it out: as its history says, else as was `told` of (0: by nobody)."""
    move = next((one for one in message.moves if one.left == desk.chat.home), None)
    number = move.by if move is not None and move.by else told
    return desk.chat.directory.person(number) if number else Person(0, SOMEBODY)
