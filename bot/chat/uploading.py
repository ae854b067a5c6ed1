"""A file on its way to Zulip, streamed: a long film never stands in memory whole, as the library would have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import requests

from handlers.bounds.adapter import Limits
from handlers.multipart import Multipart

SILENT_S: Final = 60.0
"""Seconds that Zulip may be silent meanwhile."""
WHOLE_S, SLOWEST = 90.0, 250_000
"""Seconds that all of it may take, and on top the time of so many bytes a second."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One file to be brought there; it is opened anew for every attempt."""

    name: str
    mime: str
    size: int
    """Bytes."""
    open: Callable[[], BinaryIO]


def send(session: requests.Session, site: str, file: Sending) -> Any:
    """What the server answers, as the library gives it. Raises `requests`' exceptions, and what opening it raises."""
    with file.open() as opened:
        body = Multipart({}, opened, file.size, field="filename", name=file.name, mime=file.mime)
        with Limits(WHOLE_S + file.size / SLOWEST):
            answer = session.post(
                f"{site}/api/v1/user_uploads",
                data=body,  # of known length, and can be read
                headers={"Content-Type": body.content_type},
                timeout=(SILENT_S, SILENT_S),
            )
    try:
        return answer.json()
    except ValueError:  # a page in its place
        return {"result": "http-error", "status_code": answer.status_code}
