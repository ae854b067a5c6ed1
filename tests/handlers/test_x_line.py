"""The line to X: every request has a time limit and goes to the configured address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from typing_extensions import override

from handlers.base import Tools, Uncertain
from handlers.wire import CONNECT_S, READ_S
from handlers.x import XSettings
from handlers.x.line import Line
from handlers.x.settings import Pair
from handlers.x.spending import Spending

SECRETS = {"api_key": "a", "api_secret": "b", "access_token": "c", "access_token_secret": "d"}


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes every request and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for one in taken:
        one.close()


def line_to(base: str, tools: Tools) -> Line:
    settings = XSettings.model_validate({"base_url": base, **SECRETS})
    return Line("X", settings, Pair("x", settings, tools, "X"), Spending("x", "X", None, tools), tools, "x")


def test_every_request_of_tweepy_has_a_time_limit(silent: str, tools: Tools) -> None:
    line, limits = line_to(silent, tools), []

    class Adapter(requests.adapters.HTTPAdapter):
        """Sees what the session asks for, and gives up at once."""

        @override
        def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # as the session calls it
            limits.append((request.url, kwargs["timeout"]))
            kwargs["timeout"] = (1, 0.05)
            return super().send(request, **kwargs)

    line.wire.mount("http://", Adapter())
    with line.wire, pytest.raises(Uncertain, match="did not answer"):
        line.ask(lambda api: api.create_tweet(text="Hello", user_auth=True), acts=True)
    ((url, (connecting, reading)),) = limits
    assert url == f"{silent}/2/tweets"
    assert (connecting, reading) == (pytest.approx(CONNECT_S, abs=1), pytest.approx(READ_S, abs=1))
    assert line.unanswered
