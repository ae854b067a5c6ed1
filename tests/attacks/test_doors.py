"""The two places where somebody may knock over HTTP: the page of a sign-in, and the sandbox."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from bot.login.landing import Landing
from bot.login.session import Done
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_the_sign_in_page_shows_what_it_is_sent_as_text() -> None:
    def answered(fields: Mapping[str, str]) -> Done:
        return Done(good=False, sentences=(f"X said: {fields.get('error', '')}",))

    with Landing("http://127.0.0.1:0/callback") as landing:
        landing.listen("https://platform.example/ask", answered)
        page = httpx.get(landing.redirect_uri, params={"error": SCRIPT, "state": SCRIPT})
    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE"])
def test_the_sign_in_page_answers_no_other_method(method: str) -> None:
    with Landing("http://127.0.0.1:0/callback") as landing:
        landing.listen("https://platform.example/ask", lambda _: pytest.fail("it was let in"))
        answer = httpx.request(method, landing.redirect_uri, params={"code": "a", "state": "b"})
        assert answer.status_code == 501
        assert landing.done is None


def test_the_sign_in_page_listens_on_this_machine_alone() -> None:
    with Landing("http://127.0.0.1:0/callback") as landing:
        port = httpx.URL(landing.redirect_uri).port
        assert port is not None
        outside = next((one for one in addresses() if not one.startswith("127.")), None)
        if outside is None:
            pytest.skip("this machine has no other address")
        with pytest.raises(OSError):
            socket.create_connection((outside, port), timeout=2)


def addresses() -> list[str]:
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        return []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    made: list[Sandbox] = []

    def build(base: str) -> Any:
        made.append(Sandbox(World(), base))
        return made[0].app

    with serving(build) as base:
        yield base
        made[0].world.shelf.close()


STRANGERS: list[dict[str, str]] = [
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example:80"},
    {"host": "localhost.evil.example"},
    {"host": "evil.example@127.0.0.1"},
    {"host": ""},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]
DOORS = [
    ("GET", "/"),
    ("GET", "/sandbox/posts"),
    ("GET", "/sandbox/clock"),
    ("POST", "/sandbox/clock"),
    ("POST", "/sandbox/faults"),
    ("GET", "/api/v1/messages"),
    ("POST", "/api/v1/messages"),
    ("POST", "/api/v1/fetch_api_key"),
    ("GET", "/mastodon/api/v2/instance"),
    ("POST", "/mastodon/api/v1/statuses"),
    ("POST", "/x/2/tweets"),
    ("POST", "/linkedin/rest/posts"),
    ("GET", "/user_uploads/1/ab/x"),
    ("GET", "/static/page/app.js"),
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda one: "-".join(next(iter(one.items()))))
def test_no_door_of_the_sandbox_opens_to_strangers(sandbox: str, stranger: dict[str, str]) -> None:
    with httpx.Client(base_url=sandbox) as client:
        for method, path in DOORS:
            answer = client.request(method, path, headers=stranger)
            assert answer.status_code in {400, 403}, (method, path)
            assert "api_key" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/sandbox/blob/../../../../etc/passwd",
        "/sandbox/blob/..%2f..%2f..%2fetc%2fpasswd",
        "/sandbox/blob/%2e%2e/%2e%2e/etc/passwd",
        "/sandbox/blob//etc/passwd",
        "/static/page/../../../../../etc/passwd",
        "/static/page/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/page/%5c..%5c..%5cpyproject.toml",
        "/static/../../server.py",
        "/user_uploads/2/../../../etc/passwd",
        "/user_uploads/temporary/Li4vLi4vZXRjL3Bhc3N3ZA==/passwd",
        "/user_avatars/2/emoji/images/..%2f..%2fx.png",
    ],
)
def test_no_path_leads_out_of_the_sandboxes_files(sandbox: str, path: str) -> None:
    host, port = sandbox.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:  # a client would tidy the path
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := wire.recv(65536):
            answer += piece
    assert answer.split(b" ", 2)[1] in {b"400", b"403", b"404", b"405"}, answer[:200]
    assert b"root:" not in answer
    assert b"[project]" not in answer
