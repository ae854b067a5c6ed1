"""The line under the two libraries that speak through `requests` (Mastodon.py and tweepy).

It gives them what they lack: a time limit, one base address, no redirects (a POST would become a GET),
no password from a `.netrc`, and the last answer as it came, whatever the library makes of it. And it tells
the one thing that matters when something breaks: may the request have been acted upon?
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Request, Response
from typing_extensions import override
from urllib3 import exceptions as u3

from handlers import clocks
from handlers.base import must_hold
from handlers.bounds.adapter import Limits, bounded

CONNECT_S: Final = 10
"""Seconds until a connection must stand."""
READ_S: Final = 30
"""Seconds a server may be silent before it answers."""
SLOW_LINE: Final = 50_000
"""Bytes a second that the slowest upload line is granted: the body of a request has its time on top."""
STALLED_S: Final = 60
"""Seconds that a streamed body may stand still."""
LONGEST_DIGESTION_S: Final = 180
"""Seconds a server may take for the answer to a large body that is there; shorter than a claim's lease (5 minutes)."""
LONGEST_WAIT: Final = timedelta(hours=25)
"""A server that asks for more is not believed; 24 hours is the longest limit that X has."""
SLACK_S: Final = 20.0
"""Seconds for the rest of an answer that has begun to come: beside all other waits, the whole call's time."""

_LIBRARY_STUMBLES: Final = ("deprecation", "x-ratelimit-reset", "x-rate-limit-reset")
"""Headers that make a library raise after the server acted; they are read from `Answer` instead."""


class Turned(requests.RequestException):
    """The server sends us to another address; nothing was done."""

    def __init__(self, host: str) -> None:
        super().__init__("redirected")
        self.host = host
        """Where to, without path and query; empty if it did not say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, kept beside whatever the library made of it."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The decoded JSON; None if it was none."""
    text: str
    """The first characters of the body, for recognition only; never to be shown unread."""

    def words(self, *names: str) -> str:
        """What the server said under one of these names, to be put into a sentence; empty if it said nothing.

        Shortened, and without anything that could act in a chat message.
        """
        found = next((said for name in names if (said := _field(self.body, name))), "")
        clean = " ".join(re.sub(r"[`*@<>\[\]|~\\#_\s]+", " ", found).split())
        return f" (it said: “{clean[:200].rstrip('. ')}”)" if clean else ""

    def ahead(self, now: datetime) -> timedelta | None:
        """How far the server's clock is ahead of ours; None if it told no time."""
        return clocks.ahead(self.headers, now)

    def until(self, now: datetime) -> datetime | None:
        """The instant (UTC) before which the server does not want to be asked again, if it told a sensible one."""
        for remaining, reset in _LIMITS:
            if self.headers.get(remaining) == "0" and (found := _instant(self.headers.get(reset), now)):
                return found
        return _instant(self.headers.get("retry-after"), now, span=True) or next(
            (found for _, reset in _LIMITS if (found := _instant(self.headers.get(reset), now))),
            None,
        )


def _field(body: Any, name: str) -> str:
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


_LIMITS: Final = (
    ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
)


def _instant(value: str | None, now: datetime, *, span: bool = False) -> datetime | None:
    """Epoch seconds, an ISO time, or (with `span`) seconds from now or a date as HTTP writes it; None if it is no time soon."""
    if not value:
        return None
    try:
        if span and value[:1].isalpha():  # RFC 9110, 10.2.3
            found = parsedate_to_datetime(value)
        elif not re.fullmatch(r"\d{1,15}(\.\d+)?", value):
            found = datetime.fromisoformat(value)
        elif span:
            found = now + timedelta(seconds=float(value))
        else:
            found = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if now < found <= now + LONGEST_WAIT else None


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when (UTC) a `Retry-After` asks to wait, if it tells a sensible time. Names in lower case, or in any."""
    return _instant(headers.get("retry-after"), now, span=True)


class Wire(requests.Session):
    """A session for one piece of work, made anew for each: a `Session` promises nothing to threads.

    `base` is the address every request goes to; `instead_of` the one that the library has built in.
    """

    def __init__(self, base: str, *, instead_of: str = "") -> None:
        super().__init__()
        bounded(self)
        self.base = base.rstrip("/")
        self._instead_of = instead_of
        self.last: Answer | None = None
        """The answer to the last request; None while, or because, there is none."""
        self.auth = _unchanged
        # a kept connection may be closed by the server in the very moment we write: an answer lost for nothing
        self.headers["Connection"] = "close"

    @override
    def prepare_request(self, request: Request) -> PreparedRequest:
        """Address it to `base` before it is signed: OAuth 1.0a signs the address too."""
        if self._instead_of and isinstance(request.url, str):
            request.url = self.base + request.url.removeprefix(self._instead_of)
        return super().prepare_request(request)

    @override
    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send it with a time limit that grows with its body. Raises `Turned` instead of following.

        A body that stands in memory is written at once, so its whole time is one wait; of a streamed one (which
        has a limit of its own, see `handlers.multipart`) every piece has its wait.
        """
        self.last = None
        if request.method != "GET":
            must_hold()
        extra = int(request.headers.get("Content-Length") or 0) / SLOW_LINE
        streamed = hasattr(request.body, "read")
        connect = STALLED_S if streamed else CONNECT_S + extra
        reading = READ_S + (min(extra, LONGEST_DIGESTION_S) if streamed else extra)
        kwargs["timeout"] = (connect, reading)
        kwargs["allow_redirects"] = False
        with Limits(connect + reading + SLACK_S + (extra if streamed else 0)):
            response = super().send(request, **kwargs)
        self.last = _read(response)
        for name in _LIBRARY_STUMBLES:
            response.headers.pop(name, None)
        if HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
            host, self.last = _host(self.last.headers.get("location", "")), None
            raise Turned(host)
        return response

    @override
    def get_redirect_target(self, resp: Response) -> str | None:
        """Nowhere: what a redirect means is decided in `send`."""
        return None


def _unchanged(request: PreparedRequest) -> PreparedRequest:
    """The authentication that keeps `requests` from taking another one out of a `.netrc`."""
    return request


def _read(response: Response) -> Answer:
    try:
        body = response.json()
    except ValueError:
        body = None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body, response.content[:2000].decode(errors="replace"))


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else ""
    except ValueError:
        return ""


def may_have_left(error: BaseException) -> bool:
    """Whether a request that ended in this error of `requests` may have reached the server.

    False only where it is certain: no connection, no trust in its certificate, or an address that is none.
    """
    if isinstance(
        error,
        requests.ConnectTimeout
        | requests.exceptions.MissingSchema
        | requests.exceptions.InvalidSchema
        | requests.exceptions.InvalidURL
        | requests.exceptions.InvalidHeader
        | requests.exceptions.UnrewindableBodyError
        | Turned,
    ):
        return False
    return not _unconnected(error.args[0] if error.args else None)


def _unconnected(reason: object) -> bool:
    """Whether urllib3 says that no connection (or no trusted one) came about."""
    while isinstance(reason, u3.MaxRetryError):
        reason = reason.reason
    if isinstance(reason, u3.ProxyError):
        reason = reason.original_error
    if isinstance(reason, u3.SSLError):
        return any(isinstance(one, ssl.SSLCertVerificationError) for one in reason.args)
    return isinstance(reason, u3.NewConnectionError | u3.ConnectTimeoutError | u3.LocationParseError)
