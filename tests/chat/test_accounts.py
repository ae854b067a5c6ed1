"""What people hear of accounts: sign-ins that end, accounts that stop and come back, how all of them stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from town import Town

from bot.actions import knowing
from handlers.base import Standing

ENDS = "2026-12-10T08:00:00Z"
"""Seventeen days after the town's Monday."""


@pytest.fixture
def settings() -> str:
    """LinkedIn as most have it: a token for sixty days, which nothing renews."""
    return f'[linkedin] refresh_token = ""\n[linkedin] expires_at = {ENDS}\n[linkedin] client_id = ""'


def check(town: Town) -> None:
    """The daily look at every account."""
    town.publisher.acquaint()
    town.publisher.settle()
    town.settle()


def told(town: Town) -> list[str]:
    return town.said("accounts")


def test_people_are_told_fourteen_seven_three_and_one_day_before_a_sign_in_ends(town: Town) -> None:
    heard = []
    for day in range(17):
        before = len(told(town))
        check(town)
        if day % 4 == 3:
            check(town)  # twice a day says nothing twice
        heard.append(len(told(town)) - before)
        if day % 5 == 4:
            town.restart()  # nor does a restart
        town.world.clock.advance(timedelta(days=1))
    assert [17 - day for day, number in enumerate(heard) if number] == [14, 7, 3, 1]
    assert sum(heard) == 4
    for line in told(town):
        assert "**LinkedIn**: the sign-in ends <time:2026-12-10T08:00:00Z>" in line
        assert "The owner of the bot runs `social login linkedin`" in line


def test_who_was_away_meanwhile_hears_the_nearest_alone(town: Town) -> None:
    town.later(days=15)
    check(town)
    assert len(told(town)) == 1
    assert "in less than 3 days" in told(town)[0]


def test_who_signed_in_is_mentioned_where_zulip_knows_them(town: Town) -> None:
    for by, words in (
        ("Alice", f"@**Alice|{town.alice.id}** signed in last"),
        ("root*", "root&#42; signed in last"),
    ):
        ends = (town.now + timedelta(days=2)).isoformat()
        town.desk.vault.write(
            "linkedin",
            {
                "access_token": "sandbox-linkedin-access-token",
                "expires_at": ends,
                "by": by,
                "signed_in_at": town.now.isoformat(),
            },
        )
        check(town)
        assert words in told(town)[-1]
        assert "sandbox-linkedin-access-token" not in told(town)[-1]
        town.later(days=2, hours=1)
        town.world.clock.advance(-timedelta(hours=1))


def test_an_account_that_stops_is_told_once_and_so_is_that_it_works_again(town: Town) -> None:
    check(town)
    assert told(town) == []
    town.fault("mastodon", "expired-token", times=99)
    for _ in range(3):
        check(town)
        town.later(hours=1)
    (stopped,) = told(town)
    assert stopped.startswith("⚠ **Mastodon** cannot post at present.")
    town.restart()
    check(town)
    assert len(told(town)) == 1
    town.sandbox.faults.clear()
    check(town)
    check(town)
    assert len(told(town)) == 2
    assert told(town)[1].startswith("✔ **Mastodon** works again, as ")
    town.fault("mastodon", "expired-token", times=99)
    town.later(hours=1)
    check(town)
    assert len(told(town)) == 3  # the next time is a cause of its own


def test_an_account_that_only_does_not_answer_has_not_stopped(town: Town) -> None:
    town.fault("x", "503", times=99)
    check(town)
    assert told(town) == []


def test_a_warning_of_a_platform_is_told_once(town: Town) -> None:
    service: Any = town.sandbox.platforms["linkedin"]
    service.role = "CONTENT_ADMIN"
    check(town)
    check(town)
    (line,) = told(town)
    assert line.startswith("⚠ **LinkedIn**: ")


def test_status_tells_as_whom_until_when_by_whom_and_what_is_used(town: Town) -> None:
    town.desk.vault.write(
        "mastodon",
        {
            "access_token": "sandbox-mastodon-access-token",
            "by": "Ada of Oslo",
            "signed_in_at": "2026-11-01T09:00:00+00:00",
        },
    )
    town.carol.says("@social draft\nto: mastodon\nhello")
    town.alice.reacts(town.card_id())
    town.carol.says("@social status")
    answer = town.said("posts")[-1]
    lines = {one.split(":")[0].removeprefix("* ✔ "): one for one in answer.splitlines()}
    assert "&#64;community&#64;" in lines["Mastodon"]
    assert "signed in by Ada of Oslo <time:2026-11-01T09:00:00Z>" in lines["Mastodon"]
    assert "last post <time:2026-11-23T" in lines["Mastodon"]
    assert "write:statuses" in lines["Mastodon"]
    assert "token until <time:2026-12-10T08:00:00Z>" in lines["LinkedIn"]
    assert " of 100 uploads" in lines["YouTube"]


def test_nobody_waits_long_for_an_account_that_is_slow(town: Town) -> None:
    town.fault("mastodon", "delay", times=1, delay_s=2)
    desk = town.desk
    found = knowing.facts(desk.platforms, desk.titles, desk.database, desk.vault, 1)
    assert found["mastodon"].found == knowing.SLOW
    assert isinstance(found["youtube"].found, Standing)


def test_who_signs_in_again_hears_at_once_that_it_works(town: Town) -> None:
    town.desk.vault.write(
        "mastodon", {"access_token": "withdrawn", "signed_in_at": "2026-11-01T09:00:00+00:00"}
    )
    check(town)
    assert told(town)[-1].startswith("⚠ **Mastodon** cannot post")
    town.carol.says("@social draft\nto: mastodon\nhello")
    assert "does not accept the bot's access token" in town.card()
    town.desk.vault.write(
        "mastodon",
        {"access_token": "sandbox-mastodon-access-token", "signed_in_at": "2026-11-23T08:00:00+00:00"},
    )
    town.settle()
    town.settle()
    assert told(town)[-1].startswith("✔ **Mastodon** works again")
    assert len(told(town)) == 2
