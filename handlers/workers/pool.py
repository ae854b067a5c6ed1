"""The bot's side: asks the template for a child, waits for its answer, and says in a sentence how a child ended badly.

At most `PLACES` children live at once, so that together they cannot take the machine's memory. Thread-safe; whoever
waits for a place is served in the order of coming.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from handlers.bad import BadMedia, Damaged
from handlers.workers.limits import MIB, Limits
from handlers.workers.stopped import Stopped, Unready

log = logging.getLogger("social.workers")

PLACES: Final = 2
_PATIENCE_S: Final = 10.0
"""Beyond the child's own time, until the template itself counts as hung."""
_LARGEST_ANSWER: Final = MIB
_LENGTH: Final = struct.Struct(">I")
_PIECE: Final = 65536
_TEMPLATE: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from handlers.workers import template; template.main()"
_ALONE: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from handlers.workers import tasks; tasks.load(); "
    "tasks.do(json.load(sys.stdin), 1)"
)
_FORKS: Final = hasattr(os, "fork") and hasattr(socket, "send_fds")


class _Template:
    """One template process. Ends with its socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very Python
                [sys.executable, "-I", "-c", _TEMPLATE, _path()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        self._socket = ours
        self._turn = threading.Lock()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], pipe: int) -> None:
        """Raises OSError where nobody listens any more."""
        body = json.dumps(request).encode()
        with self._turn:
            socket.send_fds(self._socket, [_LENGTH.pack(len(body))], [pipe])
            self._socket.sendall(body)

    def close(self) -> None:
        self._socket.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


class _Pool:
    def __init__(self) -> None:
        self._places = threading.Semaphore(PLACES)
        self._guard = threading.Lock()
        self._template: _Template | None = None
        self.told = False
        """Whether it was logged that this system guards less."""

    def template(self) -> _Template:
        with self._guard:
            if self._template is None or not self._template.alive:
                if self._template is not None:
                    self._template.close()
                self._template = _Template()
            return self._template

    def close(self) -> None:
        """End the template, and with it its children."""
        with self._guard:
            template, self._template = self._template, None
        if template is not None:
            template.close()

    def drop(self, template: _Template) -> None:
        with self._guard:
            if self._template is template:
                self._template = None
        template.close()

    def ended(self, request: Mapping[str, Any], wall_s: float) -> tuple[bytes, dict[str, Any]] | None:
        """What the child answered and how it ended; None when that cannot be known."""
        with self._places:
            if not _FORKS:
                return _by_itself(request, wall_s)
            for _ in range(2):  # a template may end by itself at this very moment
                template = self.template()
                told = _asked(template, request, wall_s)
                if told is not None:
                    return told
                self.drop(template)
            return None


_POOL: Final = _Pool()
atexit.register(_POOL.close)


def warm() -> None:
    """Begin to load the libraries, if there is no template: a file will be there soon. Never waits, never raises."""
    with suppress(OSError):
        if _FORKS:
            _POOL.template()


def work(
    task: str,
    told: Mapping[str, Any],
    *,
    name: str,
    source: Path | None,
    out: Path | None = None,
    change: bool = False,
    limits: Limits,
) -> dict[str, Any]:
    """What a child makes of the file `source`, written to the file `out`, or into itself with `change`.

    Raises `BadMedia` and `Damaged` as the task does, `Stopped` when it had to be stopped (`name` is the file's name for
    people), `Unready` when there is no room for a child.
    """
    answer = json.loads(_ended(task, told, name, source, out, change=change, limits=limits) or b"null")
    if not isinstance(answer, dict):
        raise Stopped("broken", name, limits)
    if "bad" in answer:
        raise BadMedia(str(answer["bad"])[:1000])
    if "damaged" in answer:
        raise Damaged(str(answer["damaged"])[:200])
    if "stopped" in answer:
        raise Stopped(str(answer["stopped"]), name, limits)
    if "error" in answer or not isinstance(answer.get("done"), dict):
        log.error("a file broke its child: %s", answer.get("error"), extra={"action": "worker_broke"})
        raise Stopped("broken", name, limits)
    if not answer.get("guarded") and not _POOL.told:
        _POOL.told = True
        log.warning(
            "this system holds the processes that open files to %s only",
            "limits" if _FORKS else "a time",
            extra={"action": "workers_unguarded"},
        )
    done: dict[str, Any] = answer["done"]
    return done


def printed(program: str, words: list[str], environment: Mapping[str, str], limits: Limits) -> bytes:
    """What another program prints, held to the same limits. Raises `BadMedia` when it fails, or cannot be held."""
    if not _FORKS:
        raise Unready(program)
    told = {"program": program, "words": words, "environment": dict(environment)}
    return _ended("probe", told, program, None, None, change=False, limits=limits)


def _ended(
    task: str,
    told: Mapping[str, Any],
    name: str,
    source: Path | None,
    out: Path | None,
    *,
    change: bool,
    limits: Limits,
) -> bytes:
    request = {
        "task": task,
        "told": dict(told),
        "source": str(source.absolute()) if source else "",
        "out": str(out.absolute()) if out else "",
        "change": change,
        "limits": asdict(limits),
    }
    ended = _POOL.ended(request, limits.wall_s)
    if ended is None or "unready" in ended[1]:
        raise Unready(name)
    answer, end = ended
    code = end.get("code")
    if end.get("late") or code == -getattr(signal, "SIGXCPU", 0):
        reason = "time"
    elif code == -getattr(signal, "SIGKILL", 0):
        reason = "memory"  # the system took it when there was no room left
    elif code == -getattr(signal, "SIGXFSZ", 0):
        reason = "output"
    elif code:
        reason = "broken"
    else:
        return answer
    log.warning("a file's child was stopped: %s (%s)", reason, code, extra={"action": "worker_stopped"})
    raise Stopped(reason, name, limits)


def _asked(
    template: _Template, request: Mapping[str, Any], wall_s: float
) -> tuple[bytes, dict[str, Any]] | None:
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


def _by_itself(request: Mapping[str, Any], wall_s: float) -> tuple[bytes, dict[str, Any]]:
    """Where processes cannot be forked: a new Python for each file, held to its time alone."""
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-I", "-c", _ALONE, _path()],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b"", {"code": 1, "late": True}
    except OSError as error:
        return b"", {"unready": str(error)}
    return done.stdout, {"code": done.returncode, "late": False}


def _path() -> str:
    """Where this process finds its modules."""
    return json.dumps([os.path.abspath(one or ".") for one in sys.path])  # noqa: PTH100 - also of what is no folder


def _environment() -> dict[str, str]:
    """Nothing of the bot's: no token, no proxy. One arena, so that threads do not reserve address space each."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "1"}
