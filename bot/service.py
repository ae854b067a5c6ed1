"""`social run`: the two loops, from start to a stop within seconds.

Both loops run in threads that may hang in a call to somebody else, so neither can hold up the end: what is cut
off is found again after the next start.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from bot import logs, wiring
from bot.actions.alarming import Watch
from bot.alone import keep_alone
from bot.chat import ChatError, Dismissed
from bot.config import Config, ConfigError
from bot.desk import Desk
from bot.listener import Listener
from bot.publisher import Publisher
from storage.errors import StorageError
from storage.membership import BEAT_S, membership_of

log = logging.getLogger("social.service")

BROKEN, CONFIG, DISMISSED, STORAGE, LASTING = 1, 3, 4, 5, 6
"""Exit codes for what is not a stop (see `cli`)."""
ELSEWHERE = (
    "Another copy of the bot works with this database and with another data folder. The pictures of the drafts and the "
    "key of the stored tokens lie there, so all copies need the same one: let `data_dir` be a folder that all their "
    "machines share, and start this copy again."
)
PATIENCE_S = 3.0
"""How long a stop waits for what is under way."""
FAREWELL_S = 1.0
"""How long a stop waits for Zulip to take the event queue back; it forgets it by itself after ten minutes."""
FOLLOW_S = 3.0
"""How often a copy that does not listen asks who is who."""
WATCH_S = 20.0
"""How often it is looked whether something is stuck, the disk full, or the database away."""
ROUSED_S = 0.5
"""How often the waiting main thread looks up: a signal that the system handed to another thread, as it does while
the process is continued after a pause, is only acted upon then.
"""
REST_S = 2.0
"""How long the listener rests when the database is busy or its disk is full."""

Ends = SimpleQueue[int]
"""Why the service is to end: exit codes, the first of which counts. Signal handlers may write into it."""


def main(path: Path) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code, or ends the process with it."""
    try:
        config = wiring.read_config(path, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"social: {error.told(path)}\n")
        return CONFIG
    logs.start(config.social.log_format)
    for warning in config.warnings:
        log.warning("%s", warning, extra={"action": "config_warning"})
    ends: Ends = SimpleQueue()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ends.put(0))
    try:
        return _end(serve(config, ends))
    except StorageError as error:
        log.error("%s", error, extra={"action": "storage_refused"})
        return STORAGE if error.passing else LASTING


def serve(config: Config, ends: Ends) -> int:
    """Listen and publish until there is a reason to end; returns it. Raises `StorageError`."""
    alone = keep_alone(config)
    try:
        database = wiring.open_database(config)
        try:
            stop = threading.Event()
            chat = wiring.chat_of(config, stop)
            desk = wiring.make_desk(config, database, chat, wiring.clock_of(config))
            with _health(desk):
                return _Loops(desk, stop, ends).run(recover=alone is not None)
        finally:
            database.close()
    finally:
        if alone is not None:
            alone.close()


@contextmanager
def _health(desk: Desk) -> Iterator[None]:
    """Answer monitoring, if it is configured; a port that is taken is no reason not to publish."""
    address = desk.config.social.health
    server = None
    if address is not None:
        from bot import health

        try:
            server = health.serve(desk.database, desk.clock, address)
        except OSError as error:
            log.error(
                "the port %s of `health` cannot be used (%s)",
                address[1],
                error.strerror,
                extra={"action": "health"},
            )
    try:
        yield
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()


class _Loops:
    """The listener and the publisher, each in a thread."""

    def __init__(self, desk: Desk, stop: threading.Event, ends: Ends) -> None:
        self._desk = desk
        self._stop = stop
        self._ends = ends
        self._wake = threading.Event()
        self._membership = membership_of(desk.database, wiring.folder_of(desk.config))
        self._listener = Listener(desk, self._wake, self._membership.leads, self._dismissed)
        self._watch = Watch(desk)
        self._publisher = Publisher(
            desk, self._wake, self._membership.leads, self._caught_up, membership=self._membership
        )

    def run(self, *, recover: bool) -> int:
        """Until there is a reason to end. With `recover`, what is `sending` is known to be nobody's."""
        if recover:
            self._publisher.recover_all(self._desk.clock())
        self._beat()
        if self._membership.elsewhere():
            self._membership.leave()
            raise StorageError(ELSEWHERE)
        self._start("membership", self._keep_alive)
        self._start("listener", self._listen)
        self._start("watch", self._look_around)
        hands = self._start("publisher", self._publish)
        code = self._end()
        self._stop.set()
        self._wake.set()
        latest = time.monotonic() + PATIENCE_S
        hands.join(PATIENCE_S)
        unfinished = self._publisher.close(max(latest - time.monotonic(), 0.0))
        self._listener.idle.wait(max(latest - time.monotonic(), 0.0))
        self._membership.leave()
        self._start("farewell", self._desk.chat.leave).join(FAREWELL_S)
        if unfinished:
            log.warning(
                "stopped while %s deliveries were under way; they are looked for after the next start",
                unfinished,
                extra={"action": "stopped"},
            )
        else:
            log.info("stopped", extra={"action": "stopped"})
        return code

    def _end(self) -> int:
        """Wait for a reason to end."""
        while True:
            with suppress(Empty):
                return self._ends.get(timeout=ROUSED_S)

    def _start(self, name: str, work: Callable[[], None]) -> threading.Thread:
        # A daemon: it may be waiting a minute for an answer when the stop comes.
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    def _keep_alive(self) -> None:
        while not self._stop.wait(BEAT_S):
            self._beat()
            if self._desk.database.gone():
                log.error(
                    "The database `%s` is not there any more, or was replaced. Nothing can be remembered, so the bot "
                    "stops. Bring it back (or the disk it is on).",
                    self._desk.database.url.database,
                    extra={"action": "storage_gone"},
                )
                self._ends.put(STORAGE)
                return

    def _beat(self) -> None:
        self._membership.beat(hears=self._desk.listening_since is not None)

    def _caught_up(self) -> bool:
        """Whether all is read that may forbid what is due. A copy that does not listen relies on the one that does."""
        return self._listener.caught_up and (self._membership.leads() or self._membership.heard())

    def _look_around(self) -> None:
        while not self._stop.wait(WATCH_S):
            if not self._membership.leads():
                self._watch.stand_by()
            elif self._listener.ready.is_set():
                try:
                    self._watch.round(self._desk.clock())
                except Exception:  # a bug in the watch must not end what it watches
                    log.exception("the watch broke", extra={"action": "watch_failed"})

    def _dismissed(self, error: Dismissed) -> None:
        log.error("%s", error, extra={"action": "dismissed"})
        self._ends.put(DISMISSED)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                if self._membership.leads():
                    self._listener.run(self._stop)
                else:
                    self._listener.follow()
                    self._stop.wait(FOLLOW_S)
            except ChatError as error:  # of `follow`; a listener waits such things out by itself
                if isinstance(error, Dismissed):
                    self._dismissed(error)
                    return
                log.warning("%s", error, extra={"action": "zulip_away"})
                self._stop.wait(FOLLOW_S)
            except StorageError as error:
                log.error("%s", error, extra={"action": "storage_trouble"})
                if not error.passing:
                    self._ends.put(STORAGE)
                    return
                self._stop.wait(REST_S)  # then it listens anew, and catches up with what it missed
            except Exception:  # without ears there is no service: end it, so that it is started anew
                log.exception("the listener broke", extra={"action": "listener_failed"})
                self._ends.put(BROKEN)
                return

    def _publish(self) -> None:
        # Before the listener knows who is who and where it lives, nothing may be concluded of any draft.
        while not self._listener.ready.is_set():
            self._wake.wait()
            if self._stop.is_set():
                return
            self._wake.clear()
        try:
            self._publisher.run(self._stop)
        except BaseException:  # as above
            log.exception("the publisher broke", extra={"action": "publisher_failed"})
            self._ends.put(BROKEN)


def _end(code: int) -> int:
    """End the process here if a thread is left: the interpreter would wait for a delivery that hangs, and
    trips over others that speak while it clears up.
    """
    if threading.active_count() > 1:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
