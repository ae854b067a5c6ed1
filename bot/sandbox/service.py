"""What the four platform stand-ins have in common: documents that survive a kill, ids, uploads, faults."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.world import Shelf, World

Doc = dict[str, Any]
"""One JSON object as it lies on the shelf."""

FAULT = "social.fault"
"""Under this name the middleware tells a request's service, in the ASGI scope, how it shall misbehave."""


Endpoint = Callable[[Request], Awaitable[Response]]
"""What answers one kind of request."""


class Book:
    """Documents of one kind by id: read from memory, written through to the shelf."""

    def __init__(self, shelf: Shelf, kind: str) -> None:
        self._shelf = shelf
        self._kind = kind
        self._docs: dict[str, Doc] = shelf.all(kind)

    def get(self, key: str) -> Doc | None:
        """The document, or None; changes to it last only after `put`."""
        return self._docs.get(key)

    def put(self, key: str, doc: Doc) -> None:
        """Keep it, in place of an older one of that id."""
        self._docs[key] = doc
        self._shelf.put(self._kind, key, doc)

    def drop(self, key: str) -> None:
        """Forget it; no error if it is not there."""
        self._docs.pop(key, None)
        self._shelf.drop(self._kind, key)

    def values(self) -> list[Doc]:
        """Every document; safe to change the book meanwhile."""
        return list(self._docs.values())

    def __len__(self) -> int:
        return len(self._docs)


class Ids:
    """Ever-growing numbers that tell their time, as all four platforms make them; never the same twice."""

    def __init__(self, world: World, kind: str, *, epoch_ms: int = 0, shift: int = 16) -> None:
        self._world = world
        self._kind = kind
        self._epoch_ms = epoch_ms
        self._shift = shift

    def next(self) -> str:
        """A new one, greater than all before even when the clock was set back."""
        stamp = (int(self._world.clock.now().timestamp() * 1000) - self._epoch_ms) << self._shift
        last = int(self._world.shelf.get("ids", self._kind) or 0)
        fresh = max(stamp, last + 1)
        self._world.shelf.put("ids", self._kind, str(fresh))
        return str(fresh)


class Bucket:
    """A rate counter over fixed spans of the sandbox's clock, such as 300 in three hours."""

    def __init__(self, world: World, kind: str, limit: int, span: timedelta) -> None:
        self._world = world
        self._kind = kind
        self.limit = limit
        self.span = span

    def reset(self) -> datetime:
        """When the present span ends (UTC)."""
        seconds = self.span.total_seconds()
        now = self._world.clock.now().timestamp()
        return datetime.fromtimestamp((now // seconds + 1) * seconds, UTC)

    def used(self) -> int:
        """How much of the present span is gone."""
        doc = self._world.shelf.get("rate", self._kind) or {}
        return int(doc.get("used", 0)) if doc.get("reset") == self.reset().isoformat() else 0

    def take(self) -> None:
        """Count one more."""
        self._world.shelf.put(
            "rate", self._kind, {"reset": self.reset().isoformat(), "used": self.used() + 1}
        )

    def left(self) -> int:
        """How many are still free."""
        return max(0, self.limit - self.used())


@dataclass(frozen=True, slots=True)
class Aim:
    """Which requests a fault hits unless its order says otherwise: a method, a part of the path, or any."""

    method: str | None = None
    path: str | None = None


class Service:
    """One platform's stand-in: an ASGI application at `base`, and what a client needs to talk to it."""

    name: ClassVar[str]
    api: ClassVar[tuple[str, ...]]
    """How the paths of API requests begin, below the mount; only these are hit by faults."""
    sign_in: ClassVar[str] = ""
    """How the paths of the token endpoints begin; a fault hits them only when its path asks for it."""
    own_faults: ClassVar[Mapping[str, Aim]] = {}
    """Misbehaviour only this platform knows, each with the requests it hits by default."""

    app: Starlette
    token: dict[str, str]
    account: str

    def __init__(self, world: World, base: str) -> None:
        self.world = world
        self.base = base.rstrip("/")
        self.lag = timedelta()
        """How far behind the account's own posts are, when they are asked for."""

    def shows(self, made_at: datetime) -> bool:
        """Whether what was made then is among the account's own posts by now."""
        return made_at + self.lag <= self.now()

    def now(self) -> datetime:
        """The sandbox's time, UTC."""
        return self.world.clock.now()

    def book(self, kind: str) -> Book:
        """Documents of a kind, kept under the name of this platform."""
        return Book(self.world.shelf, f"{self.name}-{kind}")

    def tick(self) -> None:
        """Make visible whatever became due on the sandbox's clock; may be called as often as one likes."""

    def ticking(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, after what is due has become visible; uploaded files are closed at its end."""

        async def ticked(request: Request) -> Response:
            self.tick()
            try:
                return await endpoint(request)
            finally:
                await request.close()

        return ticked

    def fault_answer(self, fault: str) -> Response | None:
        """The platform's own answer for a fault, or None when the request shall reach the service (marked)."""
        raise NotImplementedError(fault)


class Dated:
    """Around an application: every answer tells the sandbox's time, as servers tell theirs."""

    def __init__(self, app: ASGIApp, now: Callable[[], datetime]) -> None:
        self._app, self._now = app, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"date", http_date(self._now()).encode())]
            await send(message)

        await self._app(scope, receive, dated)


class Refusal(Exception):
    """Leaves a handler to answer the request with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def refuse(_request: Request, error: Exception) -> Response:
    """Starlette's exception handler for `Refusal`."""
    if isinstance(error, Refusal):
        return error.response
    raise error


class Json(Response):
    """A JSON answer with a content type of its own, if need be."""

    def __init__(
        self,
        body: Any,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        kind: str = "application/json; charset=utf-8",
    ) -> None:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        super().__init__(content, status, {**(headers or {}), "content-type": kind})


def bad_gateway(page: str = "502 Bad Gateway") -> Response:
    """The HTML page of a proxy in front of a service that is away."""
    body = f"<html>\r\n<head><title>{page}</title></head>\r\n<body><center><h1>{page}</h1></center></body>\r\n</html>"
    return Response(body, int(page[:3]), media_type="text/html")


def faulted(request: Request, fault: str) -> bool:
    """Whether the middleware asks the service to misbehave in this way on this request."""
    return request.scope.get(FAULT) == fault


def bearer(request: Request) -> str | None:
    """The bearer token of a request, if it has one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def fields(request: Request) -> FormData:
    """The fields of a form of either kind, uploads included; empty when the body is none."""
    return await request.form(max_part_size=16 * 1024 * 1024)


async def upload(form: FormData, name: str) -> tuple[bytes, str, str] | None:
    """Bytes, file name and declared type of an uploaded part, or None if there is none of that name."""
    part = form.get(name)
    if not isinstance(part, UploadFile):
        return None
    return await part.read(), part.filename or "", part.content_type or ""


def stamp(instant: datetime, *, micro: bool = False) -> str:
    """ISO 8601 in UTC with `Z`, milliseconds (or microseconds)."""
    text = instant.astimezone(UTC).isoformat(timespec="microseconds" if micro else "milliseconds")
    return text.replace("+00:00", "Z")


def http_date(instant: datetime) -> str:
    """An instant as HTTP headers write it."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
