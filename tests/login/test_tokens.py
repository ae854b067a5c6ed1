"""Tokens that keep working: renewed in time, once among all copies of the bot, and kept before they are used."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from typing_extensions import override

from handlers.base import PlatformError, Rejected, Tools, Unavailable
from handlers.oauth import Client, Grant, Tokens, opened, sealed
from handlers.web import Web


def sign_in(place: Any, led: Any, platform: str) -> None:
    login = place.login(platform)
    login.paste(led(login.address()))
    assert login.ends().code == 0


@pytest.fixture
def copies(place: Any) -> Iterator[Any]:
    """Several copies of the bot: each with a connection to the database of its own."""
    opened_here: list[Any] = []

    def make(number: int) -> list[Tools]:
        opened_here.extend(place.database() for _ in range(number))
        return [place.tools(one) for one in opened_here[-number:]]

    yield make
    for one in opened_here:
        one.close()


def tokens(place: Any, tools: Tools, platform: str = "x", configured: Grant | None = None) -> Tokens:
    section = place.section(platform)
    paths = {"x": "2/oauth2/token", "linkedin": "oauth/v2/accessToken", "youtube": "token"}
    client = Client(
        f"{section['base_url']}/{paths[platform]}",
        section["client_id"],
        section["client_secret"],
        basic=platform == "x",
    )
    return Tokens(
        platform, configured or Grant(), client, tools, lambda code, _: Rejected(f"sign in again: {code}")
    )


def good(place: Any, access: str) -> bool:
    head = {"authorization": f"Bearer {access}"}
    return httpx.get(f"{place.section('x')['base_url']}/2/users/me", headers=head).status_code == 200


def test_many_threads_of_many_copies_renew_a_token_once(place: Any, led: Any, copies: Any) -> None:
    """X's refresh token works once; used twice, all that came from the sign-in dies."""
    sign_in(place, led, "x")
    before = place.kept("x")
    place.later(hours=3)
    each = [tokens(place, one) for one in copies(3) for _ in range(2)]
    got: list[str] = []
    together = threading.Barrier(len(each))

    def use(one: Tokens) -> None:
        with Web.open("X") as web:
            together.wait()
            got.append(one.usable(web).access)

    threads = [threading.Thread(target=use, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = place.kept("x")
    assert set(got) == {after["access_token"]} != {before["access_token"]}
    assert len(got) == len(each)
    assert after["refresh_token"] != before["refresh_token"]
    assert good(place, after["access_token"])  # the family lives: nothing was used twice
    assert [after[name] for name in ("by", "who", "signed_in_at")] == [
        before[name] for name in ("by", "who", "signed_in_at")
    ]


def test_a_token_is_renewed_ahead_of_its_end(place: Any, led: Any, copies: Any) -> None:
    sign_in(place, led, "x")
    (tools,) = copies(1)
    one, first = tokens(place, tools), place.kept("x")["access_token"]
    with Web.open("X") as web:
        place.later(minutes=100)
        assert one.usable(web).access == first
        place.later(minutes=10)  # ten of its 120 minutes are left
        second = one.usable(web).access
        assert second != first
        assert one.usable(web).access == second
    assert good(place, second)


def test_while_the_platform_is_away_a_token_is_used_to_its_end(place: Any, led: Any, copies: Any) -> None:
    sign_in(place, led, "x")
    (tools,) = copies(1)
    one, first = tokens(place, tools), place.kept("x")["access_token"]
    place.fault("x", "503", path="/2/oauth2/token", times=99)
    with Web.open("X") as web:
        place.later(minutes=112)
        assert one.usable(web).access == first
        place.later(minutes=7)
        with pytest.raises(Unavailable, match="does not renew the sign-in at the moment"):
            one.usable(web)
        place.sandbox.faults.clear()
        assert one.usable(web).access != first


class Failing:
    """A vault on a disk that is full for a while."""

    def __init__(self, vault: Any) -> None:
        self._vault = vault
        self.full = False

    def read(self, account: str) -> dict[str, str]:
        return dict(self._vault.read(account))

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        if self.full:
            raise Unavailable("The disk of the database is full.")
        self._vault.write(account, secrets)

    @contextmanager
    def alone(self, account: str) -> Iterator[None]:
        with self._vault.alone(account):
            yield


def test_a_pair_that_could_not_be_stored_is_neither_used_nor_lost(place: Any, led: Any, copies: Any) -> None:
    sign_in(place, led, "x")
    (tools,) = copies(1)
    vault = Failing(tools.vault)
    one = tokens(place, replace(tools, vault=vault))
    place.later(hours=3)
    with Web.open("X") as web:
        vault.full = True
        for _ in range(2):
            with pytest.raises(Unavailable, match="disk"):
                one.usable(web)
        vault.full = False
        found = one.usable(web).access
    assert place.kept("x")["access_token"] == found
    assert good(place, found)


def test_what_somebody_signs_in_for_meanwhile_is_not_overwritten_by_an_older_pair(
    place: Any, led: Any, copies: Any
) -> None:
    sign_in(place, led, "x")
    (tools,) = copies(1)
    vault = Failing(tools.vault)
    one = tokens(place, replace(tools, vault=vault))
    place.later(hours=3)
    with Web.open("X") as web:
        vault.full = True
        with pytest.raises(Unavailable):
            one.usable(web)
        vault.full = False
        sign_in(place, led, "x")
        newest = place.kept("x")["access_token"]
        assert one.usable(web).access == newest
    assert place.kept("x")["access_token"] == newest


def test_an_answer_that_was_lost_needs_a_person_and_says_so(place: Any, led: Any, copies: Any) -> None:
    """X took the refresh token, and the new pair was lost on the way: nothing brings it back."""
    sign_in(place, led, "x")
    (tools,) = copies(1)
    one = tokens(place, tools)
    place.later(hours=3)
    place.fault("x", "reset-after", path="/2/oauth2/token")
    with Web.open("X") as web:
        with pytest.raises(Unavailable):
            one.usable(web)
        with pytest.raises(Rejected, match="sign in again"):
            one.usable(web)
        sign_in(place, led, "x")
        assert good(place, one.usable(web).access)


def test_an_older_copy_that_did_not_wait_for_its_turn_is_believed(place: Any, led: Any, copies: Any) -> None:
    """It renewed between our look into the vault and our request."""
    sign_in(place, led, "x")
    (tools,) = copies(1)
    old = place.kept("x")
    one = tokens(place, tools)

    class Late(Failing):
        looks = 0

        @override
        def read(self, account: str) -> dict[str, str]:
            self.looks += 1
            return old if self.looks <= 2 else dict(tools.vault.read(account))

    place.later(hours=3)
    with Web.open("X") as web:
        newest = one.usable(web).access
        late = tokens(place, replace(tools, vault=Late(tools.vault)))
        assert late.usable(web).access == newest


def test_an_end_that_can_no_longer_be_put_off_is_known_before_it_comes(
    place: Any, led: Any, copies: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """LinkedIn's refresh token was withdrawn while the access token lives: people are told while there is time."""
    sign_in(place, led, "linkedin")
    (tools,) = copies(1)
    one = tokens(place, tools, "linkedin")
    assert one.renewable(one.grant())
    place.later(days=55)
    place.fault("linkedin", "invalid-grant", times=99)
    with Web.open("LinkedIn") as web, caplog.at_level(logging.WARNING):
        found = one.usable(web)
        assert found.access == place.kept("linkedin")["access_token"]
        assert not one.renewable(one.grant())
        place.sandbox.faults.clear()
        assert one.usable(web).access == found.access  # a dead one is not tried again
    assert "can no longer be renewed" in caplog.text
    assert found.access not in caplog.text
    sign_in(place, led, "linkedin")
    assert one.renewable(one.grant())


def test_linkedins_refresh_token_lives_a_year_from_the_sign_in_and_no_longer(
    place: Any, led: Any, copies: Any
) -> None:
    sign_in(place, led, "linkedin")
    start = place.now()
    (tools,) = copies(1)
    one = tokens(place, tools, "linkedin")
    with Web.open("LinkedIn") as web:
        for _ in range(6):
            place.later(days=59)
            ends = one.usable(web).refresh_expires_at
            assert ends is not None
            assert abs((ends - start).days - 365) <= 1
        place.later(days=59)
        last = one.usable(web)  # of its sixty days one is left, and no more can be had
        assert last.expires_at is not None
        assert not one.renewable(last)


def test_in_googles_testing_mode_a_sign_in_dies_after_a_week(place: Any, led: Any, copies: Any) -> None:
    place.fault("youtube", "testing-mode")
    sign_in(place, led, "youtube")
    (tools,) = copies(1)
    one = tokens(place, tools, "youtube")
    ends = one.grant().refresh_expires_at
    assert ends is not None
    assert (ends - place.now()).days in {6, 7}
    with Web.open("YouTube") as web:
        place.later(days=6)
        one.usable(web)
        place.later(days=1, minutes=1)
        with pytest.raises(Rejected, match="invalid_grant"):
            one.usable(web)


def test_tokens_that_the_owner_puts_into_the_file_later_win_over_those_renewed_from_older_ones(
    place: Any, copies: Any
) -> None:
    (tools,) = copies(1)
    first = Grant(refresh=place.sandbox.platforms["x"].token["refresh_token"])
    one = tokens(place, tools, configured=first)
    with Web.open("X") as web:
        renewed = one.usable(web)
    assert one.grant().access == renewed.access
    later = tokens(place, tools, configured=Grant(access="put there later"))
    assert later.grant().access == "put there later"
    assert tokens(place, tools).grant().access == renewed.access  # taken out: what is stored still holds


def test_what_somebody_signed_in_for_outlives_whatever_the_file_says(
    place: Any, led: Any, copies: Any
) -> None:
    (tools,) = copies(1)
    sign_in(place, led, "x")
    place.later(hours=3)
    old = Grant(access="old, from the file", refresh="old, from the file")
    with Web.open("X") as web:
        renewed = tokens(place, tools, configured=old).usable(web)
    assert good(place, renewed.access)
    for configured in (Grant(), old, Grant(access="another")):
        assert tokens(place, tools, configured=configured).grant().access == renewed.access


def test_a_grant_lies_in_the_vault_as_it_was(place: Any) -> None:
    grant = Grant(
        access="a",
        refresh="r",
        expires_at=place.now(),
        refresh_expires_at=place.now(),
        scope="s t",
        got_at=place.now(),
        by="Ada",
        who="@ada",
        signed_in_at=place.now(),
    )
    assert opened(sealed(grant)) == grant
    assert opened({}) == Grant()
    assert opened({"expires_at": "never"}) == Grant()
    assert "a" not in repr(replace(grant, expires_at=None)).removeprefix("Grant(expires_at=None)")


def test_a_vault_that_cannot_be_read_is_an_error_of_the_platforms(place: Any, led: Any, copies: Any) -> None:
    """Told before anything is out, and in words; not a bug that leaves a delivery in doubt."""
    sign_in(place, led, "x")
    (place.folder / "bot" / "secret.key").write_text("b" * 43 + "=\n")
    (tools,) = copies(1)
    with pytest.raises(PlatformError, match="another `secret_key`"):
        tokens(place, tools).grant()
