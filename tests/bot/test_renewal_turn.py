"""A copy that hung while it renewed a token uses up nothing that another one has renewed since."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from bot.wiring import Keeping
from handlers.base import Unavailable, holding
from handlers.web import Web
from storage.database import Database
from storage.vault import Vault

KEY = "twenty-four characters !"


class _Endpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]  # our own
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def endpoint() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as server:
        server.asked = 0  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_nothing_is_asked_of_the_token_endpoint_once_the_turn_is_lost(
    postgres: Any, endpoint: ThreadingHTTPServer
) -> None:
    url = postgres.fresh()
    one, two = Database(url), Database(url)
    one.migrate()
    address = f"http://127.0.0.1:{endpoint.server_port}"
    asked: list[str] = []

    def renew() -> None:
        with Web.open("X") as web, Keeping(Vault(one, KEY)).alone("x"):
            web.call("POST", address)
            with two.transaction() as session:
                session.connection().execute(
                    text(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name"
                    ),
                    {"name": f"social {one.worker}"[-63:]},
                )
            with Vault(two, KEY).alone("x"):
                Vault(two, KEY).write("x", {"access_token": "the other's"})
            web.call("POST", address)

    with (
        holding(lambda: asked.append("the claim of the delivery is asked as well")),
        pytest.raises(Unavailable),
    ):
        renew()
    assert endpoint.asked == 1  # type: ignore[attr-defined]
    assert len(asked) == 2
    assert Vault(one, KEY).read("x") == {"access_token": "the other's"}
    one.close()
    two.close()
