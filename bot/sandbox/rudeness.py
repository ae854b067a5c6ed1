"""Answers that no server should give: endless, slow, huge, of the wrong shape, or with the client's own secrets in them.

The request is carried out first (but for those that refuse), so a client that creates something must take the outcome
for unknown. They are written past the application, because no framework sends a header byte by byte.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

RUDE: Final = (
    *("huge", "bomb", "endless", "trailer", "drip", "drip-headers"),
    *("nested", "nested-wide", "nested-odd", "list", "null", "number", "string", "html", "empty"),
    *("twisted", "listed", "numbered", "lacking"),
    *("redirects", "echo", "seeded", "unsayable"),
)
"""What every service can be ordered to do.

huge 512 MiB · bomb 512 MiB in half a megabyte of gzip · endless, trailer chunks or what follows them without end · drip,
drip-headers one byte a time (`delay_s`, by default a second) · nested 200 000 deep, -wide in UTF-16,
-odd in UTF-7 as its type says · list, null, number, string, html, empty
the whole body · twisted every value of another type · listed each in a list · numbered each text a number · lacking without
numbers and addresses · redirects to itself · echo 400 that repeats the request's secrets ·
seeded the true answer with the secrets in every text · unsayable 400 with half a pair of surrogates and a NUL
"""
DRIP_S: Final = 1.0
SIZE: Final = 512 << 20
_PIECE: Final = b" " * (1 << 16)
_FULL: Final = 1 << 20
"""Bytes that may wait to be sent."""
_NESTED: Final = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
_CHARSETS: Final = {"nested-wide": b"; charset=utf-16", "nested-odd": b"; charset=utf-7"}
_BODIES: Final = {
    "nested": _NESTED,
    "nested-wide": _NESTED[: len(_NESTED) // 3].decode().encode("utf-16"),
    "nested-odd": b"+AFs-" * 100_000,
    "list": b"[]",
    "null": b"null",
    "number": b"17",
    "string": b'"all is well"',
    "html": b"<html><body><h1>Welcome to the hotel's network</h1></body></html>",
    "empty": b"",
}


@dataclass
class _Answer:
    """What the application said."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Instead of sending it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class _Heard:
    """A request as it is received, kept."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.body = b""

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and len(self.body) < _FULL:
            self.body += message.get("body", b"")
        return message

    async def drain(self) -> None:
        """To its end."""
        more = True
        while more:
            message = await self()
            more = message["type"] == "http.request" and message.get("more_body", False)


async def answer(fault: str, app: ASGIApp, call: tuple[Scope, Receive, Send], pause_s: float) -> None:
    """Carry the request out, and answer it rudely."""
    scope, receive, send = call
    heard, said = _Heard(receive), _Answer()
    if fault in {"echo", "redirects", "unsayable"}:
        await heard.drain()
    else:
        await app(scope, heard, said.take)
    secrets = _secrets(scope, heard.body)
    if fault == "redirects":
        target = scope["path"].encode() + b"?" + scope["query_string"]
        await _plainly(send, 302, b"", (b"location", target))
    elif fault == "echo":
        await _plainly(send, 400, json.dumps(_refusal(" ".join(secrets))).encode())
    elif fault == "unsayable":
        await _plainly(send, 400, json.dumps(_refusal("Wrong: \ud800 and \0.")).encode())
    elif fault == "seeded":
        changed = _changed(said.body, lambda value: _with(value, secrets))
        await _plainly(send, said.status, changed)
    elif fault in _CHANGES:
        await _plainly(send, said.status, _changed(said.body, _CHANGES[fault]))
    elif fault in _BODIES:
        kind = b"application/json" + _CHARSETS[fault] if fault in _CHARSETS else b""
        await _plainly(send, 200, _BODIES[fault], kind=kind)
    else:
        await _past(send, _written(fault, said, pause_s))


async def _plainly(
    send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes], kind: bytes = b""
) -> None:
    kind = kind or (b"text/html" if body.startswith(b"<") else b"application/json")
    start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def _past(send: Send, pieces: AsyncIterator[bytes]) -> None:
    """Write to the connection itself, as fast as the other side reads."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise TypeError("only a real server can be as rude as that")
    async for piece in pieces:
        transport.write(piece)
        while transport.get_write_buffer_size() > _FULL and not transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.002)  # uvicorn alone is told when there is room again
        if transport.is_closing():
            return
    transport.close()  # and no reset: what was sent shall be read


async def _written(fault: str, said: _Answer, pause_s: float) -> AsyncIterator[bytes]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    if fault == "huge":
        yield head + b"content-length: %d\r\n\r\n" % SIZE
        for _ in range(SIZE // len(_PIECE)):
            yield _PIECE
    elif fault == "bomb":
        yield head + b"content-encoding: gzip\r\nconnection: close\r\n\r\n"
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        yield packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
        block = packer.compress(bytes([32]) * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        for _ in range(SIZE >> 20):
            yield block
    elif fault in {"endless", "trailer"}:
        yield head + b"transfer-encoding: chunked\r\n\r\n"
        chunk = b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE)
        if fault == "trailer":
            chunk = _PIECE.replace(b" ", b"x")
            yield b"2\r\n{}\r\n0\r\n"
        while True:
            yield chunk
    else:
        async for piece in _dripped(fault, said, pause_s):
            yield piece


async def _dripped(fault: str, said: _Answer, pause_s: float) -> AsyncIterator[bytes]:
    lines = [b"HTTP/1.1 %d OK" % said.status, *(name + b": " + text for name, text in said.headers)]
    head = b"\r\n".join([*lines, b"", b""])
    if fault == "drip":
        yield head
        head = b""
    for one in head + said.body:
        yield bytes([one])
        await asyncio.sleep(pause_s)


def _secrets(scope: Scope, body: bytes) -> list[str]:
    """What proves to the server who asks: of the headers, plain and as it was sent, and of a form."""
    found = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            text = value.decode("latin-1")
            _, _, token = text.partition(" ")
            found += [text, token]
            with suppress(binascii.Error, UnicodeDecodeError):
                found.append(base64.b64decode(token, validate=True).decode())
    with suppress(UnicodeDecodeError):
        found += [
            text for name, text in parse_qsl(body.decode()) if name in {"client_secret", "refresh_token"}
        ]
    return found


def _refusal(said: str) -> dict[str, Any]:
    """A refusal in every platform's words at once, as a proxy might write it that speaks to all."""
    names = ("error", "error_description", "message", "msg", "detail", "title", "reason", "code", "status")
    told: dict[str, Any] = dict.fromkeys(names, f"bad request: {said}")
    told |= {"result": "error", "serviceErrorCode": 0}
    inner = {"code": said, "reason": said, "message": said, "input": {"inputPath": {"fieldPath": said}}}
    return told | {"errorDetails": {"inputErrors": [inner]}, "errors": [inner]}


def _changed(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """The same JSON with every value changed that holds no others."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: walk(one) for name, one in value.items() if change is not _lacking or name not in _NAMES
            }
        if isinstance(value, list):
            return [walk(one) for one in value]
        return change(value)

    try:
        return json.dumps(walk(json.loads(body))).encode()
    except ValueError:
        return body


def _twisted(value: Any) -> Any:
    """Something of another type. Zulip's word for success stays, else nobody reads further."""
    if value == "success":
        return value
    if isinstance(value, str):
        return {"text": [value]} if len(value) % 2 else 17
    return "seventeen" if isinstance(value, int | float) and not isinstance(value, bool) else [[]]


def _listed(value: Any) -> Any:
    return value if value == "success" else [value]


def _numbered(value: Any) -> Any:
    return 17 if isinstance(value, str) and value != "success" else value


def _lacking(value: Any) -> Any:
    """As it was: what is missing is left out around it."""
    return value


_NAMES: Final = frozenset(["id", "uri", "url", "video", "image", "uploadUrl", "document", "username"])
"""By what an answer says which thing it speaks of."""
_CHANGES: Final[dict[str, Callable[[Any], Any]]] = {
    "twisted": _twisted,
    "listed": _listed,
    "numbered": _numbered,
    "lacking": _lacking,
}


def _with(value: Any, secrets: list[str]) -> Any:
    return f"{value} {' '.join(secrets)}" if isinstance(value, str) and value != "success" else value
