"""What the platforms that are spoken to with httpx share: a patient client, and what a broken request means.

Nothing here shows an address, a header or a body: upload addresses are as good as a password.
"""

from __future__ import annotations

import functools
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx

from handlers.base import Rejected, Unavailable, Uncertain, must_hold
from handlers.bounds import JSON_BYTES, Call, TooLarge, Unreadable, in_utf8, sound, unpacked
from handlers.bounds.bodies import ACCEPTED
from handlers.redaction import redact_body

TIMEOUT: Final = httpx.Timeout(20, read=60, write=120)
"""Seconds. httpx's own 5 s would make many an upload, and many a slow answer, uncertain."""
WHOLE_S: Final = 90.0
"""Seconds for a call from its first byte to the last one of its answer; the body that is sent has its time on top."""
SLOWEST: Final = 50_000
"""Bytes a second that the slowest line is granted for what is sent."""

Pause = Callable[[float], None]
"""Waits for so many seconds; `time.sleep` in production."""

NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""No connection came about: the server cannot have acted."""
MISTAKEN: Final = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.InvalidURL,
    httpx.CookieConflict,
    UnicodeError,  # a token with letters that no header can hold
)
"""The request could not be written at all: an address or a token in `zuliprc` is none."""

_OF_THE_LINE: Final = {"content-encoding", "content-length", "content-type", "transfer-encoding"}
"""Headers that speak of the body as it came, and not as it is handed on."""

# httpx logs every address it asks, upload sessions included; httpcore logs headers.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


@functools.cache
def _trust() -> ssl.SSLContext:
    """The certificates of authorities, loaded once per process (18 ms a time)."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Web:
    """The line to one platform for one piece of work; use it as a context manager.

    Made anew for each piece of work and without kept connections: one that the server closes in the very
    moment we write would be an answer lost for nothing. Redirects are not followed.
    """

    title: str
    """The platform's name in sentences."""
    http: httpx.Client

    @classmethod
    def open(cls, title: str) -> Web:
        """A line that is closed at the end of the `with` block."""
        headers = {"Connection": "close", "Accept-Encoding": ACCEPTED}
        return cls(title, httpx.Client(timeout=TIMEOUT, verify=_trust(), headers=headers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(
        self, method: str, url: str, *, acts: bool = False, gives: bool = False, **request: Any
    ) -> httpx.Response:
        """One request, answered with whatever status; an answer that is larger or slower than may be is none.

        `acts`: it publishes something, so that a lost answer is `Uncertain` instead of `Unavailable`. `gives`: what is
        asked for is a secret; every other answer comes without those that are known.
        Raises `Rejected` when the request could not even be written.
        """
        if method != "GET":
            must_hold()
        try:
            return self._answer(method, url, request, clean=not gives)
        except NOT_SENT:
            raise Unavailable(f"{self.title} could not be reached, so nothing is out.") from None
        except MISTAKEN:
            raise Rejected(
                f"{self.title} cannot be asked: an address or a token in the bot's configuration is not usable. "
                "The owner of the bot looks at `base_url` and the tokens there."
            ) from None
        except (httpx.HTTPError, TooLarge, Unreadable):
            raise lost(self.title, acts=acts) from None

    def _answer(self, method: str, url: str, request: dict[str, Any], *, clean: bool) -> httpx.Response:
        """The answer, its body unpacked. (httpx has no time for a whole call, and unpacks without a bound.)"""
        with Call(WHOLE_S + _size(request) / SLOWEST) as call:

            def opened(event: str, facts: Any) -> None:
                if event == "connection.connect_tcp.complete":
                    call.hold(facts["return_value"].get_extra_info("socket"))

            with self.http.stream(method, url, extensions={"trace": opened}, **request) as answer:
                packing = answer.headers.get("Content-Encoding", "")
                body = unpacked(answer.iter_raw(), packing, JSON_BYTES)
            if call.over:  # what came may look whole
                raise httpx.ReadTimeout("the answer did not come to its end in time")
        body, kind = in_utf8(body, answer.headers.get("Content-Type", ""))
        headers = [(name, text) for name, text in answer.headers.multi_items() if name not in _OF_THE_LINE]
        headers.append(("content-type", kind))
        body = redact_body(sound(body)) if clean else sound(body)
        return httpx.Response(answer.status_code, headers=headers, content=body, request=answer.request)


def _size(request: dict[str, Any]) -> int:
    """Bytes that the request sends, where that is known."""
    told = str((request.get("headers") or {}).get("Content-Length", ""))
    content = request.get("content")
    return int(told) if told.isdecimal() else len(content) if isinstance(content, bytes) else 0


def lost(title: str, *, acts: bool) -> Uncertain | Unavailable:
    """The answer did not come, or cannot be understood: what that means for a request that `acts`, or does not."""
    if acts:
        return Uncertain(
            f"{title} did not answer after the post had been handed over, so it may be out. "
            f"Look at {title} before it is sent again."
        )
    return Unavailable(f"{title} did not answer while the post was being prepared; nothing is out.")


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object; empty where it is none (an error page of something in between)."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
