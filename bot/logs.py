"""The program's log: one line per event, as text or JSON, on standard error. Never a body, never a secret."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType

from typing_extensions import override

from handlers.redaction import redact

QUIET = (
    *("urllib3", "httpx", "httpcore", "requests_oauthlib", "oauthlib", "alembic", "tweepy", "PIL"),
    *("mastodon", "zulip"),
)
"""Libraries whose lines below a warning would tell addresses and bodies."""
OURS = ("bot.", "handlers.", "storage.")
SAFE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError, RecursionError, MemoryError)
"""Errors of Python itself that tell of the program, never of the values it worked with."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = logging.getLogger("social")


class TextLines(logging.Formatter):
    """One line an event, for people; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    @override
    def formatException(self, ei: ExcInfo) -> str:
        """See `frames`."""
        return frames(ei[1])

    @override
    def format(self, record: logging.LogRecord) -> str:
        """The record, without what is known for a secret."""
        return redact(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines that read logs."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in ("action", "post", "account"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["traceback"] = frames(record.exc_info[1])
        return redact(json.dumps(line, ensure_ascii=False))


def frames(error: BaseException | None) -> str:
    """Where an error came from and of which kind it is, with all that led to it.

    What it says itself is told only where that cannot be a draft's text or a secret: a library that fails over
    a request or a value likes to quote it.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        where = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{where}{_named(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nwhich came after\n\n".join(parts)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if kind.__module__.startswith(OURS) or isinstance(error, SAFE):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    return name


def start(kind: str) -> None:
    """Send the log to standard error, in text or JSON; also what nobody caught, and Python's warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    _leave_out()
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _leave_out() -> None:
    """Nobody is told from which line of which thread a record came; to find that out is half of what one costs
    (https://docs.python.org/3/howto/logging.html#optimization).
    """
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    log.critical("nobody caught this", exc_info=(kind, error, where), extra={"action": "uncaught"})


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is None:
        return
    name = found.thread.name if found.thread else "a thread"
    exc_info = (found.exc_type, found.exc_value, found.exc_traceback)
    log.critical("%s ended", name, exc_info=exc_info, extra={"action": "uncaught"})
