"""A request that changes something leaves only while the claim is held; a question always may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from typing_extensions import override

from handlers.base import holding, must_hold
from handlers.web import Web
from handlers.wire import Wire


class Lost(Exception):
    """What the check raises here."""


class Server(HTTPServer):
    """Writes down what reaches it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.came: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("do_"):
            raise AttributeError(name)
        return self._answer

    def _answer(self) -> None:
        self.server.came.append(self.command)
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def lost() -> None:
    raise Lost


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_that_changes_something_leaves_without_the_claim(server: Server, method: str) -> None:
    with Web.open("X") as web, Wire(server.url) as wire, holding(lost):
        with pytest.raises(Lost):
            web.call(method, server.url)
        with pytest.raises(Lost):
            wire.request(method, server.url)
    assert server.came == []


def test_questions_are_asked_all_the_same(server: Server) -> None:
    with Web.open("X") as web, Wire(server.url) as wire, holding(lost):
        assert web.call("GET", server.url).status_code == 204
        assert wire.get(server.url).status_code == 204
    assert server.came == ["GET", "GET"]


def test_who_claimed_nothing_may_do_what_it_likes(server: Server) -> None:
    with holding(lost):
        pass
    must_hold()
    with Web.open("X") as web, Wire(server.url) as wire:
        assert web.call("POST", server.url).status_code == 204
        assert wire.post(server.url).status_code == requests.codes["no_content"]
    assert server.came == ["POST", "POST"]


def test_a_claim_of_one_thread_is_none_of_another(server: Server) -> None:
    other = threading.Thread(target=must_hold)
    with holding(lost):
        other.start()
        other.join()
        with pytest.raises(Lost):
            must_hold()
