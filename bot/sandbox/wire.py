"""Below HTTP: reading a request to its end, losing its answer, and cutting its connection."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import socket
import struct

from starlette.types import Message, Receive, Scope, Send

_HARD_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends a reset instead of a farewell."""


async def swallow(_message: Message) -> None:
    """The answer nobody gets to see."""


async def drain(receive: Receive) -> None:
    """Read the request to its end, so that the client is not stuck sending while we answer."""
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)


async def reset(send: Send) -> None:
    """Cut the connection so that the client sees it; where no socket can be reached, break the answer off."""
    if cut(send):
        for _ in range(3):  # the server learns of it one turn later
            await asyncio.sleep(0)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})


def cut(send: Send) -> bool:
    """Reset the connection behind uvicorn's `send`; False where there is none."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        return False
    plug = transport.get_extra_info("socket")
    if plug is not None:
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD_CLOSE)
    transport.abort()
    return True


def who(scope: Scope) -> str | None:
    """The e-mail address of a request's basic authentication."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:6].lower() == b"basic ":
            with contextlib.suppress(binascii.Error, UnicodeDecodeError):
                return base64.b64decode(value[6:], validate=True).decode().partition(":")[0]
    return None
