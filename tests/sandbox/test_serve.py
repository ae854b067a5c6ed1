"""An application is up when the block begins and gone when it ends."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.serve import serving


def test_the_application_is_told_its_own_address_and_answers_at_once() -> None:
    def build(base: str) -> Starlette:
        async def tell(request: Request) -> PlainTextResponse:
            return PlainTextResponse(base)

        return Starlette(routes=[Route("/", tell)])

    with serving(build) as base:
        answer = httpx.get(base)
        assert answer.text == base
        assert "date" not in answer.headers  # the sandbox has its own time, which the platforms tell

    with pytest.raises(httpx.ConnectError):
        httpx.get(base)


def test_a_taken_port_is_an_error() -> None:
    with serving(lambda _base: Starlette()) as base, pytest.raises(OSError, match="in use"):  # noqa: SIM117 - order
        with serving(lambda _base: Starlette(), port=int(base.rsplit(":", 1)[1])):
            pass


def test_the_same_port_can_be_served_again_after_a_stop() -> None:
    with serving(lambda _base: Starlette()) as base:
        assert httpx.get(base).status_code == 404
    with serving(lambda _base: Starlette(), port=int(base.rsplit(":", 1)[1])) as again:
        assert again == base
        assert httpx.get(base).status_code == 404


def test_an_application_that_does_not_start_is_an_error() -> None:
    def refuse() -> None:
        raise ValueError("no")

    @asynccontextmanager
    async def broken(_app: Starlette) -> AsyncIterator[None]:
        refuse()
        yield

    with (
        pytest.raises(RuntimeError, match="did not start"),
        serving(lambda _base: Starlette(lifespan=broken)),
    ):
        pass


def test_a_stop_does_not_wait_for_an_open_long_poll() -> None:
    waiting = threading.Event()

    async def poll(request: Request) -> PlainTextResponse:
        waiting.set()
        await asyncio.Event().wait()
        return PlainTextResponse("never")

    outcome: list[Exception] = []

    def ask(base: str) -> None:
        try:
            httpx.get(f"{base}/poll", timeout=30)
        except httpx.HTTPError as error:
            outcome.append(error)

    with serving(lambda _base: Starlette(routes=[Route("/poll", poll)])) as base:
        client = threading.Thread(target=ask, args=(base,))
        client.start()
        assert waiting.wait(5)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    client.join(5)
    assert isinstance(outcome[0], httpx.TransportError)
