"""Keeps every request that a handler makes to a stand-in, as it came over the wire. See `conftest`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.faults import Faults
from bot.sandbox.serve import serving
from bot.sandbox.service import Service
from bot.sandbox.world import World
from handlers.base import Published, Receipt, Rival, Step, Ticket, Tools
from handlers.media import Store
from storage.database import Database
from storage.meter import Meter
from storage.vault import Vault


@dataclass(frozen=True)
class Sent:
    """One part of a multipart body."""

    name: str
    filename: str | None
    mime: str
    body: bytes


@dataclass(frozen=True)
class Request:
    """One request as the server got it."""

    method: str
    path: str
    """Decoded, below the mount of the stand-in."""
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def mime(self) -> str:
        """Of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def parts(self) -> list[Sent]:
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        found = []
        for part in BytesParser(policy=HTTP).parsebytes(head + self.body).iter_parts():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            name = str(part.get_param("name", header="content-disposition"))
            found.append(Sent(name, part.get_filename(), part.get_content_type(), content))
        return found


class Recorder:
    """An ASGI application around another one, which keeps every request to a mount and changes none."""

    def __init__(self, app: ASGIApp, mount: str) -> None:
        self._app = app
        self._mount = mount
        self.requests: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{self._mount}/"):
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
        self.requests.append(
            Request(
                scope["method"],
                unquote(scope["path"]).removeprefix(self._mount),
                parse_qsl(scope["query_string"].decode(), keep_blank_values=True),
                {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
                body,
            )
        )
        told = False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)  # `send` as it is: faults cut the socket behind it


@dataclass
class Scene:
    """A stand-in that is served and listened to, and what a handler needs in front of it."""

    world: World
    service: Any
    faults: Faults
    requests: list[Request]
    tools: Tools
    receipts: dict[str, Receipt] = field(default_factory=dict)
    firsts: dict[str, datetime] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    """What was told of the progress."""

    @property
    def base(self) -> str:
        """The stand-in's address."""
        return str(self.service.base)

    def fault(self, name: str, times: int = 1, **more: Any) -> None:
        """Let the stand-in misbehave."""
        self.faults.add({"service": self.service.name, "fault": name, "times": times, **more})

    def receipt(self, key: str = "delivery-1") -> Receipt:
        """What this delivery kept last."""
        return self.receipts.get(key, {})

    def ticket(self, key: str = "delivery-1") -> Ticket:
        """For the next attempt of a delivery, with what the last one saved."""

        def save(receipt: Receipt) -> None:
            self.receipts[key] = json.loads(json.dumps(receipt))

        first = self.firsts.setdefault(key, self.world.clock.now())
        ledger = Alone(save)
        return Ticket(key, json.loads(json.dumps(self.receipt(key))), save, first, ledger, self.steps.append)

    def advance(self, **span: float) -> None:
        """Move the sandbox's clock."""
        self.world.clock.advance(timedelta(**span))

    def posts(self) -> list[dict[str, Any]]:
        """What readers see now."""
        self.service.tick()
        return self.world.posts()


class Alone:
    """A ledger of an account with this one delivery."""

    def __init__(self, save: Callable[[Receipt], None]) -> None:
        self._save = save
        self._mine: dict[str, int] = {}

    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        self._mine[published.id] = number
        self._save(receipt)

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        return frozenset(one for one in found if self._mine.get(one, number) != number)

    def rivals(self) -> list[Rival]:
        return []


@cache
def _tables() -> bytes:
    """A database in which nothing is kept yet, made once for all tests."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/tables.sqlite3")
        database.migrate()
        database.close()
        return Path(folder, "tables.sqlite3").read_bytes()


@contextmanager
def recorded(folder: Path, make: type[Service], **options: Any) -> Iterator[Scene]:
    """Serve one stand-in and listen to it."""
    world = World()
    faults = Faults(world)
    made: list[tuple[Service, Recorder]] = []

    def build(base: str) -> ASGIApp:
        service = make(world, f"{base}/{make.name}", **options)
        faults.join(service, f"/{make.name}")
        app = Starlette(routes=[Mount(f"/{make.name}", app=service.app)])
        made.append((service, Recorder(faults.around(app), f"/{make.name}")))
        return made[0][1]

    path = folder / f"{make.name}.sqlite3"
    path.write_bytes(_tables())
    database = Database(f"sqlite:///{path}")
    clock = world.clock.now
    vault, meter = Vault(database, "a key for tests alone", clock), Meter(database, clock)
    with serving(build):
        service, recorder = made[0]
        tools = Tools(Store(folder / "media"), vault, clock, meter)
        yield Scene(world, service, faults, recorder.requests, tools)
    database.close()
    world.shelf.close()
