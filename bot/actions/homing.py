"""Where the bot lives, remembered between runs, and what is said when it was taken out and brought back."""

from __future__ import annotations

from datetime import datetime

from bot.chat import Chat
from bot.desk import Desk
from bot.replies import lines
from storage import cursors, queue
from storage.database import Database

HOME = "home"


def recall(chat: Chat, database: Database) -> None:
    """Follow the channel of the last run by its id, unless another one is configured now."""
    with database.reading() as session:
        name, _, number = cursors.read(session, HOME).rpartition("|")
    if number and name == chat.home_configured:
        chat.remember_home(int(number))


def keep(chat: Chat, database: Database) -> None:
    """Remember the channel, once the bot was in it."""
    if chat.at_home:
        with database.transaction() as session:
            cursors.write(session, HOME, f"{chat.home_configured}|{chat.home}")


def tell_back(desk: Desk, now: datetime) -> None:
    """Say in the channel that the bot was away, so that nobody waits for an answer it could not give."""
    with desk.database.transaction() as session:
        queue.notify(session, key=f"back:{now.isoformat()}", text=lines.back(), now=now)
