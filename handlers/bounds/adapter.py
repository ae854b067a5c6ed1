"""The bounds for whatever speaks through `requests`: an adapter to be mounted on a session.

    bounded(session)                                   every call: 60 s and 1 MiB
    with Limits(seconds=100, size=64 << 20): …         what is asked within the block

An answer that is asked for with `stream=True` is left to its reader, who keeps a `Call` open and counts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final, Self

import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers
from typing_extensions import override
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import exceptions as u3
from urllib3.connection import HTTPConnection, HTTPSConnection

from handlers.bounds.bodies import ACCEPTED, JSON_BYTES, PIECE, TooLarge, Unreadable, in_utf8, sound, unpacked
from handlers.bounds.calls import Call, hold
from handlers.redaction import redact_body

WHOLE_S: Final = 60.0
"""Seconds for a whole call whose caller says nothing else."""
REDIRECTS: Final = 3
"""So many are followed, where any are."""

_LIMITS: ContextVar[Limits | None] = ContextVar("limits", default=None)


class Limits:
    """What the calls of this thread may take within the block: seconds, and bytes of an answer."""

    def __init__(self, seconds: float = WHOLE_S, size: int = JSON_BYTES) -> None:
        self.seconds = seconds
        self.size = size

    def __enter__(self) -> Self:
        self._token = _LIMITS.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _LIMITS.reset(self._token)


class Oversized(requests.exceptions.ContentDecodingError):
    """The answer is larger than may be: asking for less of it may help."""


class _Watched(HTTPConnection):
    """A connection that the calls under way hold, from its first byte: before TLS is spoken, and whenever it is reused."""

    @override
    def _new_conn(self) -> Any:
        plug = super()._new_conn()
        hold(plug)
        return plug

    @override
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            hold(self.sock)
        super().request(*args, **kwargs)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


_POOLS: Final = {"http": _Pool, "https": _TlsPool}


class Bounded(HTTPAdapter):
    """Reads every answer whole, within the limits of `Limits`, before the library sees it."""

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    @override
    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any) -> Response:
        """The answer with its body, or what `requests` raises for a broken line.

        A time that is over, a body too large, or one that cannot be unpacked are a broken line as well: whether the
        request was acted upon is not known.
        """
        limits = _LIMITS.get() or Limits()
        request.headers["Accept-Encoding"] = ACCEPTED
        if stream:
            return super().send(request, stream, *args, **kwargs)
        with Call(limits.seconds) as call:
            try:
                response = _read(super().send(request, True, *args, **kwargs), limits.size)
            except requests.RequestException:
                if not call.over:
                    raise
            if call.over:  # also of what looks whole: headers that break off count as all there are
                raise requests.ReadTimeout("the answer did not come to its end in time")
            return response


def _read(response: Response, most: int) -> Response:
    """The same answer, whose body stands in memory, unpacked."""
    raw = response.raw
    try:
        body = unpacked(pieces(raw), response.headers.get("Content-Encoding", ""), most)
    except TooLarge as error:
        response.close()
        raise Oversized(str(error)) from None
    except Unreadable as error:
        response.close()
        raise requests.exceptions.ContentDecodingError(str(error)) from None
    except BaseException:
        response.close()
        raise
    raw.release_conn()
    for name in ("Content-Encoding", "Content-Length", "Transfer-Encoding"):
        response.headers.pop(name, None)
    body, kind = in_utf8(body, response.headers.get("Content-Type", ""))
    if kind:
        response.headers["Content-Type"] = kind
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(redact_body(sound(body)))
    return response


def pieces(raw: Any) -> Iterator[bytes]:
    """The body as it comes over the line. Not by urllib3's `stream`: it reads the end of chunks without a bound."""
    try:
        while piece := raw.read(PIECE, decode_content=False):
            yield piece
    except u3.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from None
    except u3.SSLError as error:
        raise requests.exceptions.SSLError(error) from None
    except (u3.HTTPError, OSError) as error:
        raise requests.exceptions.ChunkedEncodingError(error) from None


def bounded(session: requests.Session) -> requests.Session:
    """The session, with bounds on all that it asks from now on."""
    session.mount("https://", Bounded())
    session.mount("http://", Bounded())
    session.max_redirects = min(session.max_redirects, REDIRECTS)
    return session
