"""The listening loop: hints from Zulip, each led to a look. One step is `tick`; `run` repeats it until told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from bot.actions import answering, catching, guarding, homing, receiving
from bot.actions.allowing import Reactions
from bot.actions.hearing import Ear, Idle
from bot.actions.looking import Looking
from bot.actions.sync import sync
from bot.chat import ChatError, Dismissed, Down, Hint, Kind, Message, NotHome, QueueGone
from bot.desk import Desk
from bot.pacing import rest_while_away
from storage import queue
from storage.errors import StorageError

log = logging.getLogger("social.listener")

LONGEST_PAUSE_S = 60.0
TOGETHER = 100
"""What so many hints are about is asked for at once; a look is some seconds old then, and what changes is heard of."""
WRITTEN_DOWN = 50
"""After so many messages that it catches up with, the listener writes down where it is."""


class Deposed(Exception):
    """Another copy of the bot listens now."""


class Listener:
    """Follows one bot's event queue. Not thread-safe: one thread owns it."""

    def __init__(
        self, desk: Desk, wake: threading.Event | None = None, leads: Callable[[], bool] = lambda: True
    ) -> None:
        """`wake` is set whenever something changed that the publisher may care about.

        `leads` says whether this copy is still the one that listens; it is asked before anything is done.
        """
        self._desk = desk
        self._leads = leads
        self._wake = wake or threading.Event()
        self._left: list[Hint] = []
        """Hints that could not be followed because Zulip was away."""
        self._live = False
        """Whether the clock is asked for each thing that is heard; a step by hand has its own time."""
        self._following = False
        """Whether another copy listens, and we only follow who is who."""
        self._behind = True
        """What happened before the queue was opened is not caught up with yet."""
        self._home = True
        """Whether the bot was in its channel when it last looked."""
        self._ear = Ear(desk)
        self._looking, self._reactions = Looking(desk), Reactions(desk)
        self._latest = self._remembered = 0
        """The newest message of somebody else that was taken care of, and the one that is written down."""
        self.ready = threading.Event()
        """Set once it was told who is who and where the bot lives; before, nothing may be concluded of a draft."""
        self.idle = Idle()

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
        self._left = []  # whatever they hint at is looked at anew
        self._meet()
        moment = self._ear.moment(self._time(now))
        homing.keep(chat, self._desk.database)
        guarding.watch(self._desk, now)
        with self.idle.busy():
            self._desk.unsaid = True  # by us, or by the copy that listened before
            receiving.finish(self._desk)
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
            self._ear.knows(self._ear.hear(self._desk.clock, block=False)[0])
        except QueueGone:
            self._following = False
        self._home = self._desk.chat.at_home

    def _catch_up(self, now: datetime) -> None:
        after = catching.last(self._desk)
        if after is None:
            self._remember(self._desk.chat.newest(), first=True)
        else:
            missed = catching.missed(self._desk, after, self._desk.heard_at)
            for number, message in enumerate(missed, 1):
                self._must_lead()
                self._take(message, self._time(now))
                self._latest = max(self._latest, message.id)
                if number % WRITTEN_DOWN == 0:
                    self._remember(self._latest)
            self._remember(self._latest)
        self._looking.after_absence(now)

    def _must_lead(self) -> None:
        if not self._leads():
            raise Deposed

    def tick(self, now: datetime, *, block: bool = False) -> int:
        """Follow every hint that has come, and look at the next of what is to be looked at; if there is nothing, wait up
        to a minute for a hint with `block`. Returns how much was done.

        A forgotten queue is opened anew, with everything since caught up. Raises `ChatError` when Zulip is away;
        what could not be followed is followed at the next tick.
        """
        if self._behind:
            self.start(now)
            return 1
        self._live = block
        wait = block and not (self._left or self._looking)
        try:
            moment, hints = self._ear.hear(lambda: self._time(now), block=wait)
        except QueueGone:
            log.warning("zulip forgot the event queue", extra={"action": "queue_gone"})
            self.start(self._time(now))
            return 1
        todo, self._left = [*self._left, *hints], []
        with self.idle.busy():
            for first in range(0, len(todo), TOGETHER):
                self._left = todo[first:]
                with catching.heard(self._desk, self._left[:TOGETHER]):
                    self._follow_all(self._left[:TOGETHER], now)
            self._left = []
            self._remember(self._latest)
            self._ear.knows(moment)
            looked = self._look(now)
        if todo or looked:
            self._wake.set()
        return len(todo) + looked

    def _look(self, now: datetime) -> int:
        """Look at a few of the posts that are to be looked at; returns at how many."""
        try:
            return self._looking.some(lambda post_id: self._sync(post_id, self._time(now)))
        except NotHome as error:  # all are looked at once it is back
            log.warning("%s", error, extra={"action": "not_home"})
            return 0

    def _follow_all(self, hints: list[Hint], now: datetime) -> None:
        """One after the other; those before one that could not be followed are not followed again."""
        for hint in hints:
            self._must_lead()
            try:
                self._follow(hint, self._time(now))
            except NotHome as error:
                log.warning("%s", error, extra={"action": "not_home"})  # caught up with once it is back
            self._left = self._left[1:]

    def _time(self, now: datetime) -> datetime:
        """Now: what is heard may have come a minute after the waiting began, and much may stand before it."""
        return self._desk.clock() if self._live else now

    def run(self, stop: threading.Event) -> None:
        """Listen until told to stop, or until another copy does; waits out what keeps Zulip away.

        Raises `Dismissed` when the key is bad.
        """
        pause = 1.0
        started = False
        while not stop.is_set() and self._leads():
            try:
                if not started:
                    self._live = True
                    self.start(self._desk.clock())
                    started = True
                self.tick(self._desk.clock(), block=True)
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

    def _follow(self, hint: Hint, now: datetime) -> None:
        if hint.kind is Kind.PEOPLE:
            if self._moved(now):
                return
            guarding.watch(self._desk, now)
            self._looking.people_changed()
        elif hint.kind is Kind.WRITTEN:
            if hint.user_id != self._desk.chat.directory.me:
                self._receive(hint.message_id, now)
                self._latest = hint.message_id
        elif not (self._own(hint) or self._reactions.too_many(hint, now)):
            self._changed(hint, now)

    def _own(self, hint: Hint) -> bool:
        return hint.user_id == self._desk.chat.directory.me and hint.kind in {Kind.EDITED, Kind.REACTED}

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

    def _changed(self, hint: Hint, now: datetime) -> None:
        """A message was edited, moved, deleted, or got or lost a reaction."""
        with self._desk.database.reading() as session:
            post = receiving.post_of(session, hint.message_id)
        if post is None:
            moved_in = hint.kind is Kind.MOVED and hint.channel_id == self._desk.chat.home
            if hint.kind is Kind.EDITED or moved_in:
                self._receive(hint.message_id, now)
            return
        if hint.kind is Kind.EDITED and hint.message_id == post.message_id:
            receiving.gather(self._desk, post.id or 0, now)
        else:
            self._sync(post.id or 0, now)

    def _receive(self, message_id: int, now: datetime) -> None:
        if message := self._desk.chat.look(message_id):
            self._take(message, now)

    def _take(self, message: Message, now: datetime) -> None:
        try:
            receiving.receive(self._desk, message, now, answering.answer)
        except (Down, Dismissed, NotHome):
            raise
        except ChatError as error:  # no answer can be given there; that must not keep the others waiting
            log.warning("message %s: %s", message.id, error, extra={"action": "answer_refused"})

    def _sync(self, post_id: int, now: datetime) -> None:
        self._must_lead()
        try:
            try:
                sync(self._desk, post_id, now)
            except queue.Moved:  # the publisher was faster: how it stands now is looked at anew
                sync(self._desk, post_id, now)
        except (Down, Dismissed, NotHome, StorageError):
            raise
        except Exception as error:  # one post's trouble must not deafen the bot; a bug has its traceback
            log.error("post %s: %s", post_id, type(error).__name__, exc_info=not isinstance(error, ChatError))

    def _remember(self, message_id: int, *, first: bool = False) -> None:
        """Everything up to this message was taken care of."""
        if not first and (message_id <= self._remembered or not self._desk.chat.at_home):
            return  # what is written in the channel meanwhile is not heard, and to be caught up with from here
        self._remembered = message_id
        catching.remember(self._desk, message_id)
