"""The listening loop: reads Zulip, writes down what it heard, and does nothing else. One step is `tick`, which works it
off as well; `run` repeats the reading until told to stop, while the lanes work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from bot.actions import catching, guarding, homing
from bot.actions.hearing import Ear, Idle, Moment
from bot.actions.intake import gate
from bot.actions.intake.noting import Notes
from bot.actions.looking import Looking
from bot.chat import ChatError, Dismissed, Hint, Kind, QueueGone
from bot.desk import Desk
from bot.pacing import rest_while_away
from bot.workers import Deposed, Workers
from storage.errors import StorageError

log = logging.getLogger("social.listener")

LONGEST_PAUSE_S = 60.0


class Listener:
    """Reads one bot's event queue. Not thread-safe: one thread owns it."""

    def __init__(
        self,
        desk: Desk,
        wake: threading.Event | None = None,
        leads: Callable[[], bool] = lambda: True,
        dismissed: Callable[[Dismissed], None] = lambda _: None,
    ) -> None:
        """`wake` is set whenever something changed that the publisher may care about.

        `leads` says whether this copy is still the one that listens; it is asked before anything is done. `dismissed` is
        called when Zulip does not let the bot in any more, and a thread finds out that is not this one.
        """
        self._desk = desk
        self._leads = leads
        self._wake = wake or threading.Event()
        self._left: list[Hint] = []
        """What was heard and could not be written down yet: the database was busy."""
        self._live = False
        """Whether the clock is asked for each thing that is heard; a step by hand has its own time."""
        self._following = False
        """Whether another copy listens, and we only follow who is who."""
        self._behind = True
        """What happened before the queue was opened is not caught up with yet."""
        self._home = True
        """Whether the bot was in its channel when it last looked."""
        self._ear = Ear(desk)
        self._notes = Notes(desk)
        self._looking = Looking(desk)
        self.ready = threading.Event()
        """Set once it was told who is who and where the bot lives; before, nothing may be concluded of a draft."""
        self.idle = Idle()
        self._workers = Workers(
            desk, self._looking, self.idle, wake=self._wake, leads=leads, dismissed=dismissed
        )

    @property
    def caught_up(self) -> bool:
        """Whether it is known how things stand, so that what is due may go: all is read that was written while
        nobody listened, and time has no gap (the machine slept, its clock was set) since Zulip was last asked.
        Not every open post was looked at by then: what goes out is, just before.
        """
        if self._behind if self._leads() else not self._following:
            return False
        return self._ear.in_touch()

    def start(self, now: datetime) -> None:
        """Register first, then catch up on everything since the last time. Raises `ChatError`."""
        chat = self._desk.chat
        self._behind, self._desk.listening_since = True, None
        self._left = []  # it is found by catching up
        self._meet()
        moment = self._ear.moment(self._time(now))
        homing.keep(chat, self._desk.database)
        guarding.watch(self._desk, now)
        with self.idle.busy():
            self._catch_up(now)
        self._behind = False
        self._ear.knows(moment)
        self._desk.listening_since = now
        log.info("listening as %s", chat.me.name, extra={"action": "listening"})

    def _meet(self) -> None:
        """Open an event queue, and learn who is who and where the bot lives."""
        chat = self._desk.chat
        homing.recall(chat, self._desk.database)
        if self._following:
            chat.leave()
        self._following = False
        chat.listen()
        self._home = chat.at_home
        self.ready.set()
        self._workers.ready.set()
        self._wake.set()

    def follow(self) -> None:
        """Learn who is who and where the bot lives, and nothing else, while another copy listens: what is about
        to be sent is looked at by every copy. To be called every few seconds. Raises `ChatError`.
        """
        self._behind, self._desk.listening_since = True, None
        try:
            if not self._following:
                self._meet()
                self._following = True
                log.info("another copy listens; this one delivers", extra={"action": "following"})
            moment, hints = self._ear.hear(self._desk.clock, block=False)
            gate.overhear(self._desk, hints, self._desk.clock())
            self._desk.chat.noted()
            self._ear.knows(moment)
        except QueueGone:
            self._following = False
        self._home = self._desk.chat.at_home

    def _catch_up(self, now: datetime) -> None:
        after = catching.last(self._desk)
        if after is None:
            self._notes.begin(self._desk.chat.newest())
        else:
            missed = catching.missed(self._desk, after, self._desk.heard_at)
            self._must_lead()
            self._notes.messages(missed, self._time(now))
        self._looking.after_absence(now)

    def _must_lead(self) -> None:
        if not self._leads():
            raise Deposed

    def tick(self, now: datetime, *, block: bool = False) -> int:
        """Read what has come, and work off all of it; if there is nothing, wait up to a minute for something with `block`.
        Returns how much was done.

        A forgotten queue is opened anew, with everything since caught up. Raises `ChatError` when Zulip is away;
        what could not be worked off waits for the next tick.
        """
        behind = self._behind
        heard = self._read(now, block=block)
        return heard if behind else heard + self._workers.drain(lambda: self._time(now))

    def _read(self, now: datetime, *, block: bool) -> int:
        """Write down what has come since; returns how much it was."""
        if self._behind:
            self.start(now)
            return 1
        self._live = block
        try:
            moment, hints = self._ear.hear(lambda: self._time(now), block=block and not self._left)
        except QueueGone:
            log.warning("zulip forgot the event queue", extra={"action": "queue_gone"})
            self.start(self._time(now))
            return 1
        self._left += hints
        self._write_down(moment, self._time(now))
        return len(hints)

    def _write_down(self, moment: Moment, now: datetime) -> None:
        """All that was heard, in one commit, and then what people may do now."""
        self._must_lead()
        with self.idle.busy():
            self._notes.hints(self._left, now)
            people = any(hint.kind is Kind.PEOPLE for hint in self._left)
            if people and not self._moved(now):
                guarding.watch(self._desk, now)
                self._looking.people_changed()
            self._left = []
            self._desk.chat.noted()
            self._ear.knows(moment)
        if people:
            self._wake.set()

    def _time(self, now: datetime) -> datetime:
        """Now: what is heard may have come a minute after the waiting began, and much may stand before it."""
        return self._desk.clock() if self._live else now

    def run(self, stop: threading.Event) -> None:
        """Listen until told to stop, or until another copy does; waits out what keeps Zulip away.

        Raises `Dismissed` when the key is bad.
        """
        pause = 1.0
        started = False
        self._workers.start(stop)
        while not stop.is_set() and self._leads():
            try:
                if not started:
                    self._live = True
                    self.start(self._desk.clock())
                    started = True
                self._read(self._desk.clock(), block=True)
                if self._desk.listening_since is None:
                    self._desk.listening_since = self._desk.clock()
                    log.info("listening again", extra={"action": "listening"})
                pause = 1.0
            except Deposed:
                log.warning("another copy listens now", extra={"action": "deposed"})
                self._behind = True
                return
            except Dismissed:
                raise
            except (ChatError, StorageError) as error:
                self._desk.listening_since = None
                if isinstance(error, StorageError) and not error.passing:
                    raise
                action = "storage_trouble" if isinstance(error, StorageError) else "zulip_away"
                log.warning("%s Trying again in %.0f s.", error, pause, extra={"action": action})
                rest_while_away(self._desk, stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def _moved(self, now: datetime) -> bool:
        """Follow the bot out of its channel and back; True if that was all there is to do."""
        chat = self._desk.chat
        if chat.at_home and not self._home:
            homing.tell_back(self._desk, now)
            homing.keep(chat, self._desk.database)
            self._behind = True
            self._catch_up(now)
            self._behind, self._home = False, True
            return True
        if self._home and not chat.at_home:
            log.warning("taken out of the channel “%s”", chat.home_configured, extra={"action": "not_home"})
        self._home = chat.at_home
        return not self._home
