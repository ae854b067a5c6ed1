"""The template process: it loads the libraries once and forks one child for each file; so a child begins within
milliseconds, has never seen another file, and takes nothing of the bot's memory along (no token, no text).

The bot asks through a socket on standard input, one JSON object and the write end of a pipe at a time. The child writes
its answer to that pipe; when it is dead, the template adds a line that says how it ended. When the bot is gone, or
asks nothing for a minute, everything here ends.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from handlers.workers import tasks

IDLE_S = 60.0
"""A template without work ends after so long, and its memory is free."""
LENGTH = struct.Struct(">I")
"""Before each request: its bytes."""


@dataclass(slots=True)
class _Child:
    answer: int
    deadline: float
    late: bool = False


def main() -> None:
    """Serve until nobody asks any more."""
    asked = socket.socket(fileno=os.dup(0))
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    tasks.load()
    gc.collect()
    gc.freeze()
    children: dict[int, _Child] = {}
    try:
        _serve(asked, woken, children)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _serve(asked: socket.socket, woken: int, children: dict[int, _Child]) -> None:
    poller = select.poll()
    poller.register(asked, select.POLLIN)
    poller.register(woken, select.POLLIN)
    while True:
        now = time.monotonic()
        left = min((one.deadline - now for one in children.values() if not one.late), default=IDLE_S)
        ready = {fd for fd, _ in poller.poll(max(0.0, left) * 1000)}
        if woken in ready:
            os.read(woken, 4096)
        if asked.fileno() in ready:
            request = _request(asked)
            if request is None:
                return
            _begin(*request, children)
        _reap(children)
        now = time.monotonic()
        for pid, one in children.items():
            if not one.late and one.deadline <= now:
                one.late = True
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        if not ready and not children:
            return


def _request(asked: socket.socket) -> tuple[dict[str, Any], int] | None:
    """The next request with its pipe; None when the bot is gone."""
    head, pipes, _, _ = socket.recv_fds(asked, LENGTH.size, 1)
    while head and len(head) < LENGTH.size:
        more = asked.recv(LENGTH.size - len(head))
        head = head + more if more else b""
    if not head or not pipes:
        return None
    (size,) = LENGTH.unpack(head)
    body = b""
    while len(body) < size:
        piece = asked.recv(size - len(body))
        if not piece:
            return None
        body += piece
    return json.loads(body), pipes[0]


def _begin(request: dict[str, Any], answer: int, children: dict[int, _Child]) -> None:
    deadline = time.monotonic() + float(request["limits"]["wall_s"])
    try:
        pid = os.fork()
    except OSError as error:  # the machine has no room for another process
        _end(answer, {"unready": str(error)})
        return
    if pid:
        with suppress(OSError):
            os.setpgid(pid, pid)
        children[pid] = _Child(answer, deadline)
        return
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(OSError):
            os.setpgid(0, 0)
        tasks.do(request, answer)
    finally:
        os._exit(1)


def _reap(children: dict[int, _Child]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        one = children.pop(pid, None)
        if one is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # what it may have left behind
            _end(one.answer, {"code": os.waitstatus_to_exitcode(status), "late": one.late})


def _end(answer: int, told: dict[str, Any]) -> None:
    with suppress(OSError):
        os.write(answer, b"\n" + json.dumps(told).encode())
    os.close(answer)
