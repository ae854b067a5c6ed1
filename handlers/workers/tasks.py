"""What a child can be asked for, and how it does it: open its files, give up every other right, work, answer."""

from __future__ import annotations

import errno
import json
import os
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from handlers import papers
from handlers.bad import BadMedia, Damaged
from handlers.films.blanking import blank
from handlers.films.reading import film
from handlers.pictures import making, opening
from handlers.workers import guard, limits

Task = Callable[[BinaryIO, BinaryIO | None, Mapping[str, Any]], dict[str, Any]]


def load() -> None:
    """Read everything that a child will need; afterwards it can open nothing."""
    opening.load()


def do(request: Mapping[str, Any], answer: int) -> None:
    """One task, in a child that was made for it alone. Never returns."""
    try:
        told = _done(request, answer)
    except BadMedia as error:
        told = {"bad": str(error)}
    except MemoryError:
        told = {"stopped": "memory"}
    except Damaged as error:
        told = {"stopped": "memory"} if _out_of_memory(error) else {"damaged": str(error)}
    except OSError as error:
        told = {"stopped": "output"} if error.errno == errno.EFBIG else {"error": _traceback(error)}
    except BaseException as error:
        told = {"stopped": "memory"} if _out_of_memory(error) else {"error": _traceback(error)}
    os.write(answer, json.dumps(told).encode())
    os._exit(0)


def _done(request: Mapping[str, Any], answer: int) -> dict[str, Any]:
    allowed = limits.Limits(**request["limits"])
    if request["task"] == "probe":
        _probe(request["told"], allowed, answer)
    out = open(request["out"], "r+b") if request["out"] else None  # noqa: PTH123, SIM115 - as long as the process
    source = open(request["source"], "r+b" if request["change"] else "rb")  # noqa: PTH123, SIM115
    _close_others({answer, *(one.fileno() for one in (out, source) if one)})
    limits.apply(allowed)
    _yield_the_processor()
    guarded = guard.forbid("compute")
    return {"done": _TASKS[request["task"]](source, out, request["told"]), "guarded": guarded}


def _yield_the_processor() -> None:
    """Whoever approves or publishes goes first."""
    with suppress(OSError, AttributeError):
        os.nice(10)


def _close_others(kept: set[int]) -> None:
    """Nothing of the template's, nor of other children's."""
    last = -1
    for one in [*sorted(kept), os.sysconf("SC_OPEN_MAX")]:
        if one > last + 1:  # an empty range would close everything (close_range with -1 for the last)
            os.closerange(last + 1, min(one, 65536))
        last = one


def _probe(told: Mapping[str, Any], allowed: limits.Limits, answer: int) -> None:
    """Another program in the child's place, which reads the one file; what it prints is the answer."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(answer, 1)
    os.dup2(nothing, 2)
    _close_others({0, 1, 2})
    limits.apply(allowed)
    guard.forbid("probe")
    os.execve(told["program"], [told["program"], *told["words"]], dict(told["environment"]))  # noqa: S606 - our own list of words


def _out_of_memory(error: BaseException | None) -> bool:
    """Whether a library says, in its own words, that it was given no more memory."""
    while error is not None:
        said = str(error).lower()
        # libheif calls a count in a header that no picture has a lack of memory, too
        if isinstance(error, MemoryError) or ("memory" in said and "security limit" not in said):
            return True
        error = error.__cause__ or error.__context__
    return False


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-4000:]


def _picture(source: BinaryIO, out: BinaryIO | None, told: Mapping[str, Any]) -> dict[str, Any]:
    return opening.picture(source, _there(out), told["mime"], told["name"])


def _measured(source: BinaryIO, _out: BinaryIO | None, told: Mapping[str, Any]) -> dict[str, Any]:
    return opening.measured(source, told["mime"])


def _fitted(source: BinaryIO, out: BinaryIO | None, told: Mapping[str, Any]) -> dict[str, Any]:
    return making.made(source, _there(out), **told)


def _film(source: BinaryIO, _out: BinaryIO | None, _told: Mapping[str, Any]) -> dict[str, Any]:
    known = film(source)
    blank(source, known)
    source.flush()
    return {
        "width": known.width,
        "height": known.height,
        "seconds": known.seconds,
        "codecs": known.codecs,
        "unusual": known.unusual,
        "fps": known.fps,
    }


def _document(source: BinaryIO, _out: BinaryIO | None, _told: Mapping[str, Any]) -> dict[str, Any]:
    paper = papers.blank(source)
    return {"frames": paper.pages, "note": paper.note, "locked": paper.locked}


def _there(out: BinaryIO | None) -> BinaryIO:
    if out is None:
        raise ValueError("this task writes a file")
    return out


_TASKS: Mapping[str, Task] = {
    "picture": _picture,
    "measure": _measured,
    "fit": _fitted,
    "film": _film,
    "document": _document,
}
