"""The sandbox's own endpoints: faults, posts, clock, what is due, news for the page, files.

GET  /sandbox/posts        what readers see, oldest first; its fields are those of `published.Publication`
GET  /sandbox/staged       what lies prepared on a platform and nobody sees, in the same form
GET  /sandbox/notes        by service what it says of the account: `spent`, `credit` (thousandths of a USD)
GET  /sandbox/clock        the sandbox's time; POST `{"advance_s": 60}`, `{"to": "next"}` moves it
GET  /sandbox/due          when the bot will next send something
GET  /sandbox/events       what happens, as server-sent events
GET  /sandbox/blob/{sha}   a file of a post, with ranges
GET  /sandbox/faults       what is ordered to go wrong; POST orders, DELETE forgets
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import blobs
from bot.sandbox.faults import Faults
from bot.sandbox.world import World

FARTHEST = timedelta(days=366 * 20)
"""The clock moves no farther at once: what lies beyond is a slip of the finger."""
_ALIVE_S = 15.0
"""So often the page hears that the connection stands."""

Due = Callable[[], datetime | None]
"""When the bot will next have something to send (UTC), None when nothing waits."""


class Control:
    """What `/sandbox/…` answers. `due` asks the bot's own database; `moved` is called when the clock was moved."""

    def __init__(self, world: World, faults: Faults, due: Due, moved: Callable[[], None]) -> None:
        self._world = world
        self._faults = faults
        self._due = due
        self._moved = moved

    def routes(self) -> list[Route]:
        """Below `/sandbox`."""
        return [
            Route("/posts", self._posts),
            Route("/staged", self._staged),
            Route("/notes", self._notes),
            Route("/clock", self._clock, methods=["GET"]),
            Route("/clock", self._set_clock, methods=["POST"]),
            Route("/due", self._next_due),
            Route("/events", self._events),
            Route("/blob/{sha}", self._blob),
            Route("/faults", self._list_faults, methods=["GET"]),
            Route("/faults", self._add_fault, methods=["POST"]),
            Route("/faults", self._clear_faults, methods=["DELETE"]),
        ]

    async def _posts(self, _request: Request) -> Response:
        return JSONResponse(self._world.posts())

    async def _staged(self, _request: Request) -> Response:
        return JSONResponse(self._world.staged())

    async def _notes(self, _request: Request) -> Response:
        return JSONResponse(self._world.shelf.all("note"))

    async def _clock(self, _request: Request) -> Response:
        return JSONResponse(self._time())

    def _time(self) -> dict[str, str]:
        return {"now": self._world.clock.now().isoformat()}

    async def _set_clock(self, request: Request) -> Response:
        try:
            target = await self._target(await _body(request))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        if target is not None:
            self._world.clock.to(target)
            self._moved()
            self._world.announce({"event": "clock", **self._time()})
        return JSONResponse(self._time())

    async def _target(self, body: Any) -> datetime | None:
        """The instant to set the clock to; None when it is already there. Raises ValueError with a sentence."""
        if not isinstance(body, dict) or len(body) != 1 or not body.keys() <= {"advance_s", "to"}:
            raise ValueError('Send {"advance_s": seconds}, {"to": "2026-12-01T09:00:00Z"} or {"to": "next"}.')
        now = self._world.clock.now()
        if "advance_s" in body:
            return now + _span(body["advance_s"])
        if body["to"] != "next":
            return _instant(body["to"], now)
        due = await asyncio.to_thread(self._due)
        if due is None:
            raise ValueError("No post is waiting for its time, so there is nothing to skip to.")
        return due if due > now else None

    async def _next_due(self, _request: Request) -> Response:
        due = await asyncio.to_thread(self._due)
        return JSONResponse({"due": due.isoformat() if due else None, **self._time()})

    async def _blob(self, request: Request) -> Response:
        return blobs.answer(self._world, request)

    async def _list_faults(self, _request: Request) -> Response:
        return JSONResponse(self._faults.listing())

    async def _add_fault(self, request: Request) -> Response:
        try:
            fault = self._faults.add(await _body(request))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(fault.told(), 201)

    async def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear()
        return JSONResponse([])

    async def _events(self, _request: Request) -> Response:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._news(), media_type="text/event-stream", headers=headers)

    async def _news(self) -> AsyncIterator[str]:
        """Server-sent events: a greeting, then one per publication, retraction and move of the clock."""
        with contextlib.contextmanager(self._world.watch)() as queue:
            yield _event({"event": "hello", **self._time()})
            while True:
                try:
                    yield _event(await asyncio.wait_for(queue.get(), _ALIVE_S))
                except TimeoutError:
                    yield ": still here\n\n"


def _event(news: dict[str, Any]) -> str:
    return f"data: {json.dumps(news)}\n\n"


async def _body(request: Request) -> Any:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise ValueError("The body is no JSON.") from None


def _span(seconds: Any) -> timedelta:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("`advance_s` is a number of seconds.")  # noqa: TRY004 - one kind of error for bad input
    if not abs(seconds) <= FARTHEST.total_seconds():  # NaN is no less either
        raise ValueError("`advance_s` is too far: at most twenty years at once.")
    return timedelta(seconds=seconds)


def _instant(text: Any, now: datetime) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError("`to` is an ISO time such as 2026-12-01T09:00:00+02:00, or `next`.") from None
    if instant.tzinfo is None:
        raise ValueError("`to` needs a time zone, such as 2026-12-01T09:00:00Z or …+02:00.")
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("`to` is too far: at most twenty years at once.") from None
    if abs(instant - now) > FARTHEST:
        raise ValueError("`to` is too far: at most twenty years at once.")
    return instant
