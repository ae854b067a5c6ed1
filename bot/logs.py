"""The program's log: one line per event, as text or JSON, on standard error. Never a body, never a secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from typing_extensions import override

QUIET = ("urllib3", "httpx", "httpcore", "requests_oauthlib", "oauthlib", "alembic", "tweepy", "PIL")
"""Libraries whose lines below a warning would tell addresses and bodies."""


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
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start(kind: str) -> None:
    """Send the log to standard error, in text or JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines()
        if kind == "json"
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
