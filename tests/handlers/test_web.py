"""Every way in which httpx can fail says whether the request may have been acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from typing_extensions import override

from handlers.base import PlatformError, Rejected, Unavailable, Uncertain
from handlers.web import MISTAKEN, NOT_SENT, Web, json_object


def classes(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for one in root.__subclasses__():
        yield from classes(one)


RAISED = sorted(
    {*classes(httpx.RequestError), httpx.InvalidURL, httpx.CookieConflict}, key=lambda one: one.__name__
)
"""All that `Client.request` raises; `HTTPStatusError` comes from `raise_for_status` alone, which nobody calls."""
LOST = {
    "CloseError",
    "DecodingError",
    "NetworkError",
    "ProtocolError",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "RequestError",
    "TimeoutException",
    "TransportError",
    "WriteError",
    "WriteTimeout",
}


class Raising(httpx.BaseTransport):
    """A line that breaks in one way."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise self.error(f"secret {request.url}")


def outcome(error: type[Exception], *, acts: bool) -> PlatformError:
    with (
        Web("LinkedIn", httpx.Client(transport=Raising(error))) as web,
        pytest.raises(PlatformError) as caught,
    ):
        web.call("POST", "https://upload.example/session/abc", acts=acts, headers={"Authorization": "t0ken"})
    assert caught.value.__cause__ is None
    assert "session" not in str(caught.value)
    assert str(caught.value).startswith("LinkedIn ")
    return caught.value


@pytest.mark.parametrize("error", RAISED, ids=lambda one: one.__name__)
def test_every_error_of_httpx_is_mapped(error: type[Exception]) -> None:
    expected = (
        (Unavailable, Unavailable)
        if issubclass(error, NOT_SENT)
        else (Rejected, Rejected)
        if issubclass(error, MISTAKEN)
        else (Uncertain, Unavailable)
    )
    assert (type(outcome(error, acts=True)), type(outcome(error, acts=False))) == expected


def test_what_counts_as_lost_is_written_down() -> None:
    assert {one.__name__ for one in RAISED if not issubclass(one, (*NOT_SENT, *MISTAKEN))} == LOST


def test_a_wrong_address_or_token_is_the_owners_business(server: Any) -> None:
    for address in ("ftp://x.org", "https://", "nonsense", "https://x.org:port"):
        with Web.open("YouTube") as web, pytest.raises(Rejected, match="base_url"):
            web.call("GET", address)
    for token in ("a\nb", "“quoted”"):
        with Web.open("YouTube") as web, pytest.raises(Rejected, match="token"):
            web.call("GET", server.url, headers={"Authorization": f"Bearer {token}"})
    assert server.asked == []


def test_nothing_is_followed_and_no_connection_is_kept(server: Any) -> None:
    server.on("GET", "/a", server.reply(b"", 302, Location=f"{server.url}/b"))
    with Web.open("LinkedIn") as web:
        assert web.call("GET", f"{server.url}/a").status_code == 302
    assert [one.path for one in server.asked] == ["/a"]
    assert server.asked[0].headers["Connection"] == "close"


@pytest.mark.parametrize(
    "content, expected", [(b'{"a": 1}', {"a": 1}), (b"[1]", {}), (b"<html>", {}), (b"", {}), (b"\xff", {})]
)
def test_an_answer_that_is_no_object_is_empty(content: bytes, expected: dict[str, int]) -> None:
    assert json_object(httpx.Response(200, content=content)) == expected
