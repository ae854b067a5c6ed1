"""Files of the stand-ins: written down as they arrive, handed out piece by piece."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import blobs, files
from bot.sandbox.keeping import Blobs
from bot.sandbox.world import World

DATA = bytes(range(256)) * 4096


@pytest.fixture(params=["in a folder", "without one"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs" if request.param == "in a folder" else None)


def test_pieces_become_one_file(kept: Blobs) -> None:
    with kept.spool() as spool:
        for at in range(0, len(DATA), 1000):
            spool.write(DATA[at : at + 1000])
        name = spool.keep()
    assert (name, spool.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert kept.get(name) == DATA
    assert kept.size(name) == len(DATA)


def test_what_breaks_off_is_not_kept(kept: Blobs, tmp_path: Path) -> None:
    def breaks() -> None:
        with kept.spool() as spool:
            spool.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        breaks()
    with pytest.raises(KeyError):
        kept.get(hashlib.sha256(b"half").hexdigest())
    assert not list(tmp_path.rglob("*.part"))


def test_parts_are_joined_in_order(kept: Blobs) -> None:
    parts = [kept.put(DATA[:1000]), kept.put(DATA[1000:])]
    assert kept.get(kept.join(parts)) == DATA
    with pytest.raises(KeyError):
        kept.join([*parts, "0" * 64])


def test_the_file_of_a_form_is_kept(kept: Blobs) -> None:
    assert kept.get(kept.put_file(io.BytesIO(DATA))) == DATA


def test_what_is_not_there_is_told(kept: Blobs) -> None:
    for ask in (kept.get, kept.size, lambda name: list(kept.pieces(name))):
        with pytest.raises(KeyError):
            ask("0" * 64)


class Client:
    """Asks the application without a socket."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def one() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(method, path, **more)

        # in a thread of its own: a browser of another test may have a loop in this one
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, one()).result()


@pytest.fixture
def client(tmp_path: Path) -> Client:
    world = World(tmp_path)

    async def put(request: Request) -> Response:
        try:
            name, size = await blobs.received(world, request, most=len(DATA))
        except blobs.TooLarge:
            return Response(status_code=413)
        return JSONResponse([name, size])

    def get(request: Request) -> Response:
        name = request.path_params["name"]
        return blobs.handed_out(world, name, {"content-type": "video/mp4"}, request.headers.get("range", ""))

    return Client(Starlette(routes=[Route("/", put, methods=["PUT"]), Route("/{name}", get)]))


def test_a_body_comes_in_and_goes_out_as_it_was(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield DATA[:300]
        yield DATA[300:]

    name, size = client.ask("PUT", "/", content=pieces()).json()
    assert size == len(DATA)
    answer = client.ask("GET", f"/{name}")
    assert answer.content == DATA
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_body_that_is_too_large_is_not_kept(client: Client, tmp_path: Path) -> None:
    assert client.ask("PUT", "/", content=DATA + b"!").status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert list((tmp_path / "blobs").iterdir()) == []


@pytest.mark.parametrize(
    "asked, part",
    [("bytes=0-99", DATA[:100]), ("bytes=-7", DATA[-7:]), ("bytes=1048570-", DATA[1048570:])],
)
def test_a_player_gets_the_range_it_asks_for(client: Client, asked: str, part: bytes) -> None:
    name, _ = client.ask("PUT", "/", content=DATA).json()
    answer = client.ask("GET", f"/{name}", headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"].endswith(f"/{len(DATA)}")


def test_a_range_behind_the_end_is_refused(client: Client) -> None:
    name, _ = client.ask("PUT", "/", content=DATA).json()
    assert client.ask("GET", f"/{name}", headers={"range": "bytes=2000000-"}).status_code == 416


def test_a_film_is_recognized_by_its_beginning(kept: Blobs) -> None:
    with kept.open(kept.put(b"\0\0\0\x18ftypisom" + DATA)) as file:
        assert files.look_at(file) == files.Look("video/mp4")
