"""`social login mastodon` on each server that speaks Mastodon's API, and what is said of a code that is wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.sandbox.mastodon import dialects

SCOPES = {
    "mastodon": {"profile", "read:statuses", "write:statuses", "write:media"},
    "takahe": {"read", "write:statuses", "write:media"},
    "hollo": {"profile", "read:statuses", "write:statuses", "write:media"},
    "gotosocial": {"read:accounts", "read:statuses", "write:statuses", "write:media"},
}
"""The least that does the job there."""


@pytest.mark.parametrize("voice", dialects.VOICES)
def test_one_signs_in_on_each_server_and_a_wrong_code_is_told_with_what_to_do(place: Any, voice: str) -> None:
    place.sandbox.platforms["mastodon"].dialect = dialects.VOICES[voice]
    wrong = place.login("mastodon")
    wrong.address()
    wrong.paste("half-a-code")
    said = wrong.ends()
    assert said.code == 1
    assert "not pasted whole" in said.err
    assert "Run `social login` once more" in said.err
    assert "client_id" not in said.err
    assert "redirect address" not in said.err
    login = place.login("mastodon")
    address = httpx.URL(login.address())
    assert set(address.params["scope"].split()) == SCOPES[voice]
    code = httpx.get(address).text.split("<code>")[1].split("</code>")[0]
    login.paste(code)
    said = login.ends()
    assert said.code == 0, said.err
    assert "signed in as @community@127.0.0.1" in said.out
    assert "lacks the right" not in said.out
    again = place.login("mastodon")
    again.address()
    again.paste(code)
    assert "used already" in again.ends().err
