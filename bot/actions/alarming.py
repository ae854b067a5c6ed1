"""What the people must know of the service itself: each cause once, also after a restart, and that it is over.

due       something is due for a while and is not out
disk      the disk is nearly full
storage   nothing can be written down; told without the database, which is what fails
who       an approver or drafter that the configuration names is not there
emoji     Zulip has no emoji of a name in the configuration
away      nothing was heard for a while; told when that is over, because it cannot be told before
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, func, select

from bot.actions import electing, living
from bot.actions.reporting import GENERAL
from bot.chat import Chat, ChatError, Place
from bot.config import Config
from bot.desk import Desk
from bot.replies import alarms
from storage import cursors, queue
from storage.errors import StorageError
from storage.models import Delivery
from storage.states import DeliveryState

log = logging.getLogger("social.alarming")

ALARM: Final = "alarm:"
"""Begins the name of a row: `since|what is said of it`."""
BEHIND: Final = timedelta(minutes=15)
"""What is due for longer than this is stuck; a platform's own pauses are no longer than its retries say."""
AWAY: Final = timedelta(minutes=15)
"""Who heard nothing for longer says so."""
PATIENCE: Final = timedelta(minutes=1)
"""How long a trouble must last before people hear of it."""
LOW: Final = 200 << 20
"""Bytes that should be free: a film or two, and a database for years."""
_RECENT: Final = 2000
"""So many messages back it is looked whether a trouble was told before a restart."""


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the longest waiting of what is due now is due."""
    pending = select(func.min(Delivery.not_before)).where(
        Delivery.state == DeliveryState.PENDING, col(Delivery.not_before) <= now
    )
    waiting: datetime | None = session.exec(pending).one()
    posts = [post.due_at or post.approved_at for post in queue.due_posts(session, now, limit=1)]
    return min((one for one in (waiting, *posts) if one is not None), default=None)


def free_at(folder: Path) -> int:
    """Bytes that may still be written there."""
    return shutil.disk_usage(folder).free


def unknown_emoji(config: Config, chat: Chat) -> list[str]:
    """Names of emoji in the configuration that this Zulip does not have."""
    social = config.social
    return [one for one in (*social.approve_emoji, *social.veto_emoji) if chat.emoji(one) is None]


class Watch:
    """Looks around every half minute, in a thread of its own; one `round` is one look."""

    def __init__(self, desk: Desk, free: Callable[[Path], int] = free_at) -> None:
        self._desk = desk
        self._free = free
        self._heard = living.last_sign(desk)
        self._suspected: dict[str, datetime] = {}
        """What was seen, and since when; nobody was told yet."""
        self._trouble_since: datetime | None = None
        self._told = ""
        """What was said of the database that cannot be written."""

    def stand_by(self) -> None:
        """Another copy listens: who takes over from it was not away. Never raises for a database in trouble."""
        try:
            self._heard = living.last_sign(self._desk) or self._heard
        except StorageError as error:
            log.info("%s", error, extra={"action": "storage_trouble"})

    def round(self, now: datetime) -> None:
        """Look, and write down what is to be said. Never raises for a chat or a database in trouble."""
        try:
            self._look(now)
        except StorageError as error:
            self._cannot_write(error, now)
        except OSError as error:
            log.warning("the disk cannot be asked: %s", error.strerror, extra={"action": "watch_failed"})
        else:
            self._can_write(now)

    def _look(self, now: datetime) -> None:
        desk = self._desk
        free = self._free(desk.config.social.data_dir)
        with desk.database.transaction() as session:
            due = oldest_due(session, now)
            stuck = due is not None and now - due > BEHIND
            self._judge(session, "due", alarms.overdue(due) if stuck and due else "", now)
            self._judge(session, "disk", alarms.low(free) if free < LOW else "", now)
            who, emoji = electing.misnamed(desk, session), unknown_emoji(desk.config, desk.chat)
            self._judge(session, "who", alarms.misnamed(who) if who else "", now, exact=True)
            self._judge(session, "emoji", alarms.no_emoji(emoji) if emoji else "", now, exact=True)
            cursors.write(session, "watched", now.isoformat())  # so that a disk that is full shows
            self._back(session, now)

    def _judge(self, session: Session, name: str, text: str, now: datetime, *, exact: bool = False) -> None:
        """Tell of it once it lasted for a while, and once that it is over; with `exact`, other words are another cause."""
        known = cursors.read(session, ALARM + name)
        if not text:
            self._suspected.pop(name, None)
            if known:
                cursors.forget(session, ALARM + name)
                key = f"over:{name}:{known.partition('|')[0]}"
                queue.notify(session, key=key, text=alarms.over(name), now=now)
                log.info("over: %s", name, extra={"action": f"alarm_{name}_over"})
            return
        if known and (not exact or known.partition("|")[2] == text):
            return
        since = self._suspected.setdefault(name, now)
        if not timedelta() <= now - since < PATIENCE:
            cursors.write(session, ALARM + name, f"{now.isoformat()}|{text}")
            queue.notify(session, key=f"alarm:{name}:{now.isoformat()}", text=f"⚠ {text}", now=now)
            log.warning("%s", text, extra={"action": f"alarm_{name}"})

    def _back(self, session: Session, now: datetime) -> None:
        """Say that nothing was heard for a while; not in the sandbox, where people move the clock."""
        desk, heard = self._desk, self._desk.heard_at
        if desk.listening_since is None or heard is None or not living.in_touch(heard, now):
            return
        before, self._heard = self._heard, heard
        if before is not None and heard - before > AWAY and not desk.config.social.clock:
            key = f"away:{before.isoformat()}"
            queue.notify(session, key=key, text=alarms.back(before, heard), now=now)
            log.warning("nothing was heard from %s to %s", before, heard, extra={"action": "was_away"})

    def _cannot_write(self, error: StorageError, now: datetime) -> None:
        log.error("%s", error, extra={"action": "storage_trouble"})
        self._trouble_since = self._trouble_since or now
        if self._told or timedelta() <= now - self._trouble_since < PATIENCE:
            return
        text = alarms.cannot_write(str(error))
        chat, place = self._desk.chat, Place(channel_id=self._desk.chat.home, topic=GENERAL)
        try:
            if chat.at_home and chat.said(place, text, max(chat.newest() - _RECENT, 0)) is None:
                chat.say(place, text)
            self._told = text
        except ChatError as trouble:
            log.warning("%s", trouble, extra={"action": "zulip_away"})

    def _can_write(self, now: datetime) -> None:
        if self._told:
            with self._desk.database.transaction() as session:
                queue.notify(
                    session, key=f"over:storage:{now.isoformat()}", text=alarms.over("storage"), now=now
                )
            log.info("the database can be written again", extra={"action": "alarm_storage_over"})
        self._trouble_since, self._told = None, ""
