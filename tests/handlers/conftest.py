"""A small real HTTP server that answers by script, and what a platform is given in production, in memory."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from typing_extensions import override

from handlers.base import Published, Receipt, Rival, Step, Ticket, Tools, Uncertain
from handlers.media import Store

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """One request as the server received it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def fields(self) -> dict[str, bytes]:
        """The fields of a multipart body."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        found = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + self.body).iter_parts():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[str(part.get_param("name", header="content-disposition"))] = content
        return found


@dataclass(frozen=True)
class Reply:
    """What the server answers; with `cut` it resets the connection instead."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


CUT = Reply(cut=True)
Script = Callable[[Asked], "Reply | None"]


class Scripted:
    """A server on loopback: what was asked, and rules that answer; the rule added last is asked first."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        """By which it tells the time in every answer."""
        self.asked: list[Asked] = []
        self.url = ""
        self._rules: list[Script] = []
        self._lock = threading.Lock()

    CUT = CUT

    @staticmethod
    def reply(body: Any = None, status: int = 200, **headers: str) -> Reply:
        """An answer; header names are written with underscores."""
        return Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def rule(self, script: Script) -> Script:
        """Ask this first from now on; it answers None for what is not its business."""
        self._rules.insert(0, script)
        return script

    def on(self, method: str, path: str, *replies: Reply | Any) -> None:
        """Answer this with these, one after the other; the last one from then on."""
        left = [one if isinstance(one, Reply) else Reply(one) for one in replies]

        def script(asked: Asked) -> Reply | None:
            if (asked.method, asked.path) != (method, path):
                return None
            return left.pop(0) if len(left) > 1 else left[0]

        self.rule(script)

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            for rule in self._rules:
                if (reply := rule(asked)) is not None:
                    return reply
        return Reply({"error": f"no rule for {asked.method} {asked.path}"}, 404)

    def to(self, method: str, path: str) -> list[Asked]:
        """What was asked there, in order."""
        return [one for one in self.asked if (one.method, one.path) == (method, path)]


class _Handler(BaseHTTPRequestHandler):
    scripted: Scripted

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), self.headers, body)
        reply = self.scripted.answer(asked)
        if reply.cut:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        own = {"Date": format_datetime(self.scripted.clock(), usegmt=True)}
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(raw)),
            **own,
            **reply.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - names of http.server

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests print what they need."""

    @override
    def finish(self) -> None:
        """As in the parent, but a connection that we reset cannot be flushed."""
        try:
            super().finish()
        except OSError:
            self.rfile.close()


@pytest.fixture
def server(clock: Clock) -> Iterator[Scripted]:
    """A scripted server, up for one test."""
    scripted = Scripted(clock)
    handler = type("Handler", (_Handler,), {"scripted": scripted})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        scripted.url = f"http://127.0.0.1:{httpd.server_port}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield scripted
        httpd.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def ahead(self, **span: float) -> None:
        self.now += timedelta(**span)


class MemoryVault:
    """A vault in memory, which remembers each write."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}
        self.writes: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def alone(self, _account: str) -> AbstractContextManager[Any]:
        return self._lock

    def read(self, account: str) -> dict[str, str]:
        return dict(self.kept.get(account, {}))

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        self.kept[account] = dict(secrets)
        self.writes.append(dict(secrets))


class MemoryMeter:
    """What was used, by account, what, and key."""

    def __init__(self) -> None:
        self.taken: dict[tuple[str, str, str], tuple[str, int]] = {}

    def take(self, account: str, what: str, period: str, amount: int, *, most: int | None, key: str) -> bool:
        if (account, what, key) in self.taken:
            return True
        if most is not None and self.used(account, what, period) + amount > most:
            return False
        self.taken[account, what, key] = (period, amount)
        return True

    def give_back(self, account: str, what: str, key: str) -> None:
        self.taken.pop((account, what, key), None)

    def used(self, account: str, what: str, period: str) -> int:
        return sum(
            amount
            for (who, which, _), (when, amount) in self.taken.items()
            if (who, which, when) == (account, what, period)
        )


class Shelf:
    """Numbers that belong to others, and others in doubt, of one account."""

    def __init__(self) -> None:
        self.others: set[str] = set()
        self.rivals: list[Rival] = []


class Delivery:
    """The row of one delivery: what survives from one attempt to the next; and the ledger that it asks."""

    def __init__(self, clock: Clock) -> None:
        self.receipt: Receipt = {}
        self.saves: list[Receipt] = []
        self.key = "post-12-mastodon-1"
        self.first_at = clock()
        self.restored = False
        self.steps: list[Step] = []
        self.shelf = Shelf()
        self.mine: dict[str, int] = {}
        """Number there -> which part it is."""

    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        if published.id in self.taken(number, {published.id: ""}):
            raise Uncertain("That is another post's.")
        self.mine[published.id] = number
        self._save(receipt)

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        own = {one for one, which in self.mine.items() if which != number}
        return frozenset(found) & (self.shelf.others | own)

    def rivals(self) -> list[Rival]:
        return self.shelf.rivals

    def ticket(self) -> Ticket:
        """For the next attempt, with what the last one saved."""
        receipt = json.loads(json.dumps(self.receipt))
        return Ticket(
            self.key, receipt, self._save, self.first_at, self, self.steps.append, restored=self.restored
        )

    def _save(self, receipt: Receipt) -> None:
        self.receipt = json.loads(json.dumps(receipt))
        self.saves.append(self.receipt)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
def meter() -> MemoryMeter:
    return MemoryMeter()


@pytest.fixture
def tools(tmp_path: Path, clock: Clock, vault: MemoryVault, meter: MemoryMeter) -> Tools:
    return Tools(Store(tmp_path / "media"), vault, clock, meter)


@pytest.fixture
def delivery(clock: Clock) -> Delivery:
    return Delivery(clock)
