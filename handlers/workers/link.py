"""The bot's side of a template process: it is asked for a child, and what that answers and how it ended comes back."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from handlers.workers.limits import MIB

_PATIENCE_S: Final = 10.0
"""Beyond the child's own time, until the template itself counts as hung."""
_LARGEST_ANSWER: Final = MIB
_LENGTH: Final = struct.Struct(">I")
_PIECE: Final = 65536
_TEMPLATE: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from handlers.workers import template; template.main()"


class Template:
    """One template process. Ends with its socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very Python
                [sys.executable, "-I", "-c", _TEMPLATE, path()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                cwd="/",
                start_new_session=True,
            )
        self._socket = ours
        self._turn = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it may be asked."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], pipe: int) -> None:
        """Raises OSError where nobody listens any more."""
        body = json.dumps(request).encode()
        with self._turn:
            socket.send_fds(self._socket, [_LENGTH.pack(len(body))], [pipe])
            self._socket.sendall(body)

    def close(self) -> None:
        """End it, and with it its children."""
        self._socket.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def asked(
    template: Template, request: Mapping[str, Any], wall_s: float
) -> tuple[bytes, dict[str, Any]] | None:
    """What a child answered and how it ended; None when that cannot be known."""
    ours, theirs = os.pipe()
    try:
        try:
            template.ask(request, theirs)
        except OSError:
            return None
        finally:
            os.close(theirs)
        data = _all(ours, time.monotonic() + wall_s + _PATIENCE_S)
    finally:
        os.close(ours)
    if data is None:
        return None
    answer, _, last = data.rpartition(b"\n")
    try:
        end = json.loads(last)
    except ValueError:
        return None
    return (answer, end) if isinstance(end, dict) else None


def _all(pipe: int, deadline: float) -> bytes | None:
    """Everything until its end; None if that does not come, or it is too much."""
    data = bytearray()
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if not poller.poll(left * 1000):
            continue
        piece = os.read(pipe, _PIECE)
        if not piece:
            return bytes(data)
        if len(data) < _LARGEST_ANSWER:
            data += piece
        else:
            data = (
                bytearray(data[:16]) + data[-200:] + piece
            )  # no sound answer, but its end tells how it ended
    return None


def path() -> str:
    """Where this process finds its modules."""
    return json.dumps([os.path.abspath(one or ".") for one in sys.path])  # noqa: PTH100 - also of what is no folder


def environment() -> dict[str, str]:
    """Nothing of the bot's: no token, no proxy. One arena, so that threads do not reserve address space each."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "1"}
