"""The bot's side: asks the template for a child, waits for its answer, and says in a sentence how a child ended badly.

At most `PLACES` children live at once, so that together they cannot take the machine's memory. Thread-safe; whoever
waits for a place is served in the order of coming.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from handlers.bad import BadMedia, Damaged
from handlers.workers.limits import Limits
from handlers.workers.link import Template, asked, environment, path
from handlers.workers.stopped import Stopped, Unready

log = logging.getLogger("social.workers")

PLACES: Final = 2
_ALONE: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from handlers.workers import tasks; tasks.load(); "
    "tasks.do(json.load(sys.stdin), 1)"
)
_FROM_OUTSIDE: Final = {
    getattr(signal, one)
    for one in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
    if hasattr(signal, one)
}
"""What ends a child that nothing inside it would send: no limit does either, but that of time, which is told apart."""
_FORKS: Final = hasattr(os, "fork") and hasattr(socket, "send_fds")


class _Pool:
    def __init__(self) -> None:
        self._places = threading.Semaphore(PLACES)
        self._guard = threading.Lock()
        self._template: Template | None = None
        self.told = False
        """Whether it was logged that this system guards less."""

    def template(self) -> Template:
        with self._guard:
            if self._template is None or not self._template.alive:
                if self._template is not None:
                    self._template.close()
                self._template = Template()
            return self._template

    def close(self) -> None:
        """End the template, and with it its children."""
        with self._guard:
            template, self._template = self._template, None
        if template is not None:
            template.close()

    def drop(self, template: Template) -> None:
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
                told = asked(template, request, wall_s)
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
    answer, end = _undisturbed(request, limits.wall_s) or (b"", {"unready": "no child"})
    if "unready" in end or _killed(end):
        raise Unready(name)
    code = end.get("code")
    if end.get("late") or code == -getattr(signal, "SIGXCPU", 0):
        reason = "time"
    elif code == -getattr(signal, "SIGXFSZ", 0):
        reason = "output"
    elif code:
        reason = "broken"
    else:
        return answer
    log.warning("a file's child was stopped: %s (%s)", reason, code, extra={"action": "worker_stopped"})
    raise Stopped(reason, name, limits)


def _undisturbed(request: Mapping[str, Any], wall_s: float) -> tuple[bytes, dict[str, Any]] | None:
    """What a child answered and how it ended; once more by another one if somebody killed it. Then its file has no part in
    it: within its limits a child is told that there is no memory, and only the system or a person kills it.
    """
    ended = _POOL.ended(request, wall_s)
    if ended is None or not _killed(ended[1]):
        return ended
    log.warning(
        "a file's child was killed by others: %s", ended[1].get("code"), extra={"action": "worker_killed"}
    )
    if request["change"]:  # it may be changed in part; whoever asks anew begins with the file as it came
        return ended
    if request["out"]:
        os.truncate(request["out"], 0)
    return _POOL.ended(request, wall_s)


def _killed(end: Mapping[str, Any]) -> bool:
    return not end.get("late") and -int(end.get("code") or 0) in _FROM_OUTSIDE


def _by_itself(request: Mapping[str, Any], wall_s: float) -> tuple[bytes, dict[str, Any]]:
    """Where processes cannot be forked: a new Python for each file, held to its time alone."""
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-I", "-c", _ALONE, path()],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b"", {"code": 1, "late": True}
    except OSError as error:
        return b"", {"unready": str(error)}
    return done.stdout, {"code": done.returncode, "late": False}
