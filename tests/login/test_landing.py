"""The page that the browser comes back to, and what may be pasted instead."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.login.landing import Landing, Taken
from bot.login.session import Done
from handlers.base import Rejected
from handlers.oauth import OUT_OF_BAND, Client, Consent, Foreign

CLIENT = Client("https://platform.example/token", "app", "s3cret")


def consent(**change: object) -> Consent:
    given = {
        "title": "X",
        "page": "https://platform.example/ask",
        "client": CLIENT,
        "redirect_uri": "http://127.0.0.1:8914/callback",
        "scopes": ("read", "write"),
    }
    return Consent(**(given | change))  # type: ignore[arg-type]  # as the fields are


QUESTION = consent()


class Waiting:
    """A landing that is open, and who waits behind it."""

    def __init__(self, landing: Landing) -> None:
        self.landing = landing
        self.came: list[Mapping[str, str]] = []
        self.breaks = False
        landing.listen(QUESTION.address, self.answered)

    def answered(self, fields: Mapping[str, str]) -> Done:
        QUESTION.code_of(fields)
        if self.breaks:
            raise ZeroDivisionError
        self.came.append(fields)
        return Done(good=True, sentences=("X: signed in as <b>@me</b>.", "It may: write."))

    def get(self, path: str = "/callback", host: str | None = None, **fields: str) -> httpx.Response:
        start = httpx.URL(self.landing.start)
        url = start.copy_with(path=path, query=urlencode(fields).encode())
        return httpx.get(url, headers={"host": host} if host else {})


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    with Landing("http://127.0.0.1:0/callback") as landing:
        yield Waiting(landing)


def test_the_first_answer_that_is_ours_is_taken_and_no_other(waiting: Waiting) -> None:
    assert waiting.landing.wait(0) is None
    assert waiting.get("/favicon.ico").status_code == 404
    foreign = waiting.get(code="stolen-code", state="another")
    assert (foreign.status_code, waiting.landing.done) == (400, None)
    assert "belongs to another sign-in" in foreign.text
    assert "stolen-code" not in foreign.text
    assert waiting.get(code="no-state").status_code == 400
    good = waiting.get(code="our-code", state=QUESTION.state)
    assert good.status_code == 200
    assert "That worked" in good.text
    assert "&lt;b&gt;@me" in good.text
    assert "our-code" not in good.text
    again = waiting.get(code="our-code", state=QUESTION.state)
    assert "is over" in again.text
    assert len(waiting.came) == 1
    done = waiting.landing.wait(10)
    assert done is not None
    assert done.good


def test_the_page_loads_nothing_keeps_nothing_and_names_nobody(waiting: Waiting) -> None:
    headers = waiting.get(code="c", state=QUESTION.state).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["server"] == "social"


def test_a_name_that_only_pretends_to_be_this_machine_is_turned_away(waiting: Waiting) -> None:
    refused = waiting.get(host="evil.example:80", code="c", state=QUESTION.state)
    assert (refused.status_code, waiting.came) == (403, [])


def test_the_short_address_leads_to_the_platform(waiting: Waiting) -> None:
    answer = waiting.get("/start")
    assert (answer.status_code, answer.headers["location"]) == (302, QUESTION.address)


def test_a_mistake_of_the_bot_is_not_waited_out(waiting: Waiting) -> None:
    waiting.breaks = True
    assert waiting.get(code="c", state=QUESTION.state).status_code == 500
    with pytest.raises(ZeroDivisionError):
        waiting.landing.wait(10)


def test_a_connection_that_says_nothing_holds_nobody_up(waiting: Waiting) -> None:
    """Browsers open connections in advance."""
    url = httpx.URL(waiting.landing.start)
    with socket.create_connection((url.host, url.port or 0)):
        assert waiting.get(code="c", state=QUESTION.state).status_code == 200


def test_nobody_else_may_listen_there() -> None:
    with Landing("http://127.0.0.1:0/callback") as first, pytest.raises(Taken, match="--redirect"):
        Landing(first.redirect_uri)


def test_the_state_and_the_verifier_are_new_each_time() -> None:
    other = consent()
    assert other.state != QUESTION.state
    assert other.verifier != QUESTION.verifier
    assert len(other.verifier) >= 43  # RFC 7636, 4.1
    for secret in (other.state, other.verifier, "s3cret"):
        assert secret not in repr(other)
    assert other.verifier not in other.address
    assert "s3cret" not in other.address


@pytest.mark.parametrize(
    "error,words",
    [
        ("access_denied", "you did not allow it"),
        ("user_cancelled_authorize", "you did not allow it"),
        ("user_cancelled_login", "you did not allow it"),
        ("unauthorized_scope_error", "does not let the bot's app ask for these rights (read, write)"),
        ("invalid_scope", "does not let the bot's app ask for these rights"),
        ("server_error", "broke the sign-in off (server_error)"),
        ("<script>", "broke the sign-in off (an error)"),
    ],
)
def test_every_no_is_one_sentence(error: str, words: str) -> None:
    with pytest.raises(Rejected) as caught:
        QUESTION.code_of({"error": error, "state": QUESTION.state, "error_description": "<secret>"})
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


CODES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=6, max_size=80)


@given(code=CODES, before=st.sampled_from(["", " ", "<", '"', "\t"]), more=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_whole_address_gives_its_code_however_it_was_copied(code: str, before: str, more: bool) -> None:
    fields = {"state": QUESTION.state, "code": code, **({"scope": "a b"} if more else {})}
    assert QUESTION.code_in(f"{before}{QUESTION.redirect_uri}?{urlencode(fields)} \n") == code
    assert QUESTION.code_in(urlencode(fields)) == code


@given(text=st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_whatever_is_pasted_is_a_code_or_a_sentence(text: str) -> None:
    for one in (QUESTION, consent(pkce=False), consent(pkce=False, redirect_uri=OUT_OF_BAND)):
        with contextlib.suppress(Foreign):
            code = one.code_in(text)
            assert code
            assert code in text


@given(state=st.text(max_size=30), code=CODES)
@settings(max_examples=60, deadline=None)
def test_no_other_state_is_ever_ours(state: str, code: str) -> None:
    with pytest.raises(Foreign):
        QUESTION.code_of({"state": state, "code": code})
