"""How the service is: for `social status` on the command line, and for monitoring that asks `GET /health`.

All of it is read from the database, so that it can be asked beside a running bot, and of any copy.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, func, select
from typing_extensions import override

from bot import wiring
from bot.actions.alarming import ALARM, BEHIND, oldest_due
from bot.actions.living import ALIVE, EVERY
from bot.actions.warning import ENDS, STOPPED
from bot.alone import runs
from bot.config import ConfigError
from handlers.bounds import Call
from storage import queue
from storage.database import Database
from storage.errors import StorageError
from storage.models import Cursor, Delivery, Post
from storage.states import DeliveryState, PostState

log = logging.getLogger("social.health")

SILENT: Final = 4 * EVERY
"""After this time without a sign of life nobody listens."""
PATIENCE_S: Final = 5.0
"""Seconds for one question and its answer."""
AT_ONCE: Final = 8
"""So many are answered at a time."""
CONFIG, STORAGE = 3, 5
"""Exit codes (see `cli`)."""


@dataclass(frozen=True, slots=True)
class Health:
    """How things stand. Instants are UTC."""

    listening: bool
    listening_since: datetime | None
    last_sign: datetime | None
    """When the copy that listens last said that it is alive."""
    worker: str
    """Its host and process."""
    posts: Mapping[str, int]
    """How many posts are in each state that something may still happen to."""
    deliveries: Mapping[str, int]
    """How many deliveries are in each state that something may still happen to."""
    oldest_due: datetime | None
    """Since when the longest waiting of what is due now is due."""
    failed: Mapping[str, int]
    """Account -> deliveries that failed or are in doubt, and that nobody decided about."""
    dead: Mapping[str, str]
    """Account that cannot post -> since when (ISO 8601)."""
    expires: Mapping[str, str] = field(default_factory=dict)
    """Account -> when somebody must sign in again (ISO 8601), where that is known."""
    stuck: bool = False
    alarms: Mapping[str, str] = field(default_factory=dict)
    """What people were told of the service itself, and that is not over: name -> sentence."""

    @property
    def well(self) -> bool:
        """Whether nobody need do anything for the service itself to go on."""
        return self.listening and not self.stuck and not self.dead and not self.alarms


def look(session: Session, now: datetime) -> Health:
    """How things stand now."""
    alive = session.get(Cursor, ALIVE)
    sign, worker, since = alive.value.split("|") if alive else ("", "", "")
    last_sign = datetime.fromisoformat(sign) if sign else None
    # a clock that was turned back makes a sign that lies ahead
    listening = last_sign is not None and abs(now - last_sign) < SILENT
    due = oldest_due(session, now)
    return Health(
        listening=listening,
        listening_since=datetime.fromisoformat(since) if listening and since else None,
        last_sign=last_sign,
        worker=worker,
        posts=_count(session, Post, (PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.BROKEN)),
        deliveries=_count(
            session,
            Delivery,
            (DeliveryState.WAITING, DeliveryState.PENDING, DeliveryState.SENDING),
        ),
        oldest_due=due,
        failed=_failed(session),
        dead={name: at for name, (state, at) in _noted(session, "account:").items() if state in STOPPED},
        expires={name: state for name, (state, _) in _noted(session, ENDS).items()},
        stuck=due is not None and now - due > BEHIND,
        alarms={name: text for name, (_, text) in _noted(session, ALARM).items()},
    )


def _count(
    session: Session, model: type[Post | Delivery], states: tuple[PostState | DeliveryState, ...]
) -> dict[str, int]:
    found = select(model.state, func.count()).where(col(model.state).in_(states)).group_by(model.state)
    counted = dict(session.exec(found).all())
    return {state.value: counted.get(state.value, 0) for state in states}


def _failed(session: Session) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in queue.troubled(session):
        counted[one.account] = counted.get(one.account, 0) + 1
    return counted


def _noted(session: Session, prefix: str) -> dict[str, tuple[str, str]]:
    """What is noted of each account under such a name: `value|when`."""
    found = session.exec(select(Cursor).where(col(Cursor.name).startswith(prefix, autoescape=True)))
    return {
        row.name.removeprefix(prefix): (row.value.partition("|")[0], row.value.partition("|")[2])
        for row in found
    }


def as_json(health: Health) -> str:
    """One object for programs; `well` says whether something must be done."""
    facts = {"well": health.well, **asdict(health)}
    return json.dumps(
        {name: one.isoformat() if isinstance(one, datetime) else one for name, one in facts.items()}
    )


_START: Final = "Start the bot (`social run`, or its service)"


def as_text(health: Health) -> str:
    """Lines for people at a terminal."""
    if health.listening:
        since = f"{health.listening_since:%Y-%m-%d %H:%M} UTC" if health.listening_since else "just now"
        said = [f"ok   Listening since {since} ({health.worker})."]
    elif health.last_sign:
        seen = f"{health.last_sign:%Y-%m-%d %H:%M} UTC"
        said = [
            f"FAIL Nobody listens: the last sign of life was at {seen}. {_START}; its log says why it ended."
        ]
    else:
        said = [f"FAIL Nobody listens: the bot was never started with this database. {_START}."]
    waiting = ", ".join(f"{number} {state}" for state, number in health.posts.items())
    said.append(f"ok   Posts: {waiting.replace('broken', 'that cannot go out as they stand')}.")
    under_way = ", ".join(f"{number} {state}" for state, number in health.deliveries.items())
    due = f"; the oldest is due since {health.oldest_due:%Y-%m-%d %H:%M} UTC" if health.oldest_due else ""
    said.append(f"{'FAIL' if health.stuck else 'ok  '} Deliveries: {under_way}{due}.")
    said += [
        f"FAIL {account}: {number} failed or in doubt; somebody decides in the chat (`status`)."
        for account, number in health.failed.items()
    ]
    said += [
        f"FAIL {account} cannot post since {at[:16]}: see `social check`."
        for account, at in health.dead.items()
    ]
    said += [f"FAIL {text}" for name, text in health.alarms.items() if name != "due"]
    said += [f"ok   {account}: signed in until {at[:10]}." for account, at in health.expires.items()]
    return "\n".join(said)


def main(path: Path, *, json_output: bool) -> int:
    """`social status`: print how things stand; 0 if all is well, 1 if not."""
    try:
        config = wiring.read_config(path, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"social: {error.told(path)}\n")
        return CONFIG
    try:
        database = wiring.open_database(config, migrate=False)
        try:
            database.must_be_current()
            with database.reading() as session:
                health = look(session, wiring.clock_of(config)())
            if health.listening and runs(config) is False:
                health = replace(health, listening=False, listening_since=None)
        finally:
            database.close()
    except StorageError as error:
        sys.stderr.write(f"social: {error}\n")
        return STORAGE
    sys.stdout.write(f"{as_json(health) if json_output else as_text(health)}\n")
    return 0 if health.well else 1


class _Few(ThreadingHTTPServer):
    """Answers a few at a time and hangs up on the others: monitoring asks one after the other."""

    daemon_threads = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    @override
    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked left before the answer was there, or was too slow: nothing that the log need tell."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError | ValueError):
            log.error("health: an error of the bot's own", exc_info=error, extra={"action": "health"})


def serve(database: Database, clock: Callable[[], datetime], address: tuple[str, int]) -> ThreadingHTTPServer:
    """Answer `GET /health` there, 200 when all is well and 503 when not. Raises OSError when the port is taken."""

    class Answer(BaseHTTPRequestHandler):
        server_version, sys_version = "social", ""
        timeout = PATIENCE_S

        @override
        def handle(self) -> None:
            with Call(
                PATIENCE_S
            ) as call:  # all of it: a byte a second would not break the time-out of the socket
                call.hold(self.connection)
                super().handle()

        def do_GET(self) -> None:
            if self.path != "/health":
                self._say(404, '{"error": "There is only /health here."}')
                return
            try:
                with database.reading() as session:
                    health = look(session, clock())
            except StorageError as error:
                self._say(503, json.dumps({"well": False, "error": str(error)}))
                return
            self._say(200 if health.well else 503, as_json(health))

        def _say(self, status: int, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Monitoring asks every few seconds; nobody wants that in the log."""

    server = _Few(address, Answer)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    log.info("health is told at http://%s:%s/health", *server.server_address[:2], extra={"action": "health"})
    return server
