"""`social run`: the two loops, from start to a stop within seconds."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from bot import logs, wiring
from bot.chat import ChatError, Dismissed
from bot.config import Config, ConfigError
from bot.desk import Desk
from bot.listener import Listener
from bot.publisher import Publisher
from storage.errors import StorageError

log = logging.getLogger("social.service")

CONFIG, DISMISSED, STORAGE = 3, 4, 5
"""Exit codes for what a restart does not mend (see `cli`)."""
PATIENCE_S = 3.5
"""How long a stop waits for deliveries under way; what is cut off is found again after the next start."""


def main(path: Path) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    try:
        config = wiring.read_config(path, os.environ)
    except ConfigError as error:
        problems = "".join(f"\n  {one}" for one in error.problems)
        sys.stderr.write(f"social: {path} needs correcting:{problems}\n")
        return CONFIG
    logs.start(config.social.log_format)
    for warning in config.warnings:
        log.warning("%s", warning, extra={"action": "config_warning"})
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        return serve(config, stop)
    except StorageError as error:
        log.error("%s", error, extra={"action": "storage_refused"})
        return STORAGE


def serve(config: Config, stop: threading.Event) -> int:
    """Listen and publish until `stop` is set. Raises `StorageError`."""
    database = wiring.open_database(config)
    alone = wiring.keep_alone(config)
    try:
        desk = wiring.make_desk(config, database, wiring.chat_of(config, stop), wiring.clock_of(config))
        return _loops(desk, stop, alone=alone is not None)
    finally:
        database.close()
        if alone is not None:
            alone.close()


def _loops(desk: Desk, stop: threading.Event, *, alone: bool) -> int:
    wake = threading.Event()
    listener, publisher = Listener(desk, wake), Publisher(desk, wake)
    ended: list[int] = []

    def listen() -> None:
        try:
            listener.run(stop)
        except Dismissed as error:
            log.error("%s", error, extra={"action": "dismissed"})
            ended.append(DISMISSED)
        except Exception:  # without ears there is no service: end it, so that it is started anew
            log.exception("the listener broke", extra={"action": "listener_failed"})
            ended.append(1)
        finally:
            stop.set()
            wake.set()

    # A daemon: it may be waiting a minute for an event when the stop comes.
    ears = threading.Thread(target=listen, name="listener", daemon=True)
    ears.start()
    if alone:
        publisher.recover_all(desk.clock())
    publisher.run(stop)
    unfinished = publisher.close(PATIENCE_S)
    if unfinished:
        log.warning("stopped while %s deliveries were under way", unfinished, extra={"action": "stopped"})
    else:
        log.info("stopped", extra={"action": "stopped"})
    try:
        desk.chat.leave()
    except ChatError as error:
        log.info("%s", error, extra={"action": "stopped"})
    return ended[0] if ended else 0
