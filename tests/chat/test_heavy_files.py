"""Bytes of files are bounded for people who are no approvers; what is above is told on the card, and nothing is lost."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image
from town import Town, Townsman

from bot.actions import weighing

MIB = 1024 * 1024


def heavy(kib: int, seed: int) -> bytes:
    """A PNG of so many KiB, which nothing makes smaller."""
    out = io.BytesIO()
    side = int((kib * 1024 / 3) ** 0.5)
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def drafted(person: Townsman, *kib: int) -> None:
    links = [f"[a]({person.uploads(heavy(one, number), f'a{number}.png')})" for number, one in enumerate(kib)]
    person.says("@social draft\nto: mastodon\nHello\n" + " ".join(links))


@pytest.mark.parametrize("settings", ["file_mib_an_hour = 1"])
def test_above_the_bytes_of_an_hour_nothing_more_is_fetched_and_the_card_says_so(town: Town) -> None:
    drafted(town.carol, 600)
    assert town.post(1).state == "draft"
    drafted(town.carol, 300, 300, 300)
    assert town.post(2).state == "broken"
    assert town.card(2).count("Not all files were fetched") == 1
    assert "at most 1 MiB are kept within an hour" in town.card(2)
    assert stored(town) < 1.3 * 1024 * 1024
    town.later(minutes=61)
    town.carol.says("@social copy 2")
    assert town.post(3).state == "draft"


@pytest.mark.parametrize("settings", ["file_mib_an_hour = 1"])
def test_an_approver_may_bring_as_much_as_it_takes(town: Town) -> None:
    drafted(town.bob, 600, 600)
    assert town.post(1).state == "draft"


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_all_that_waits_for_approval_has_a_bound_together(town: Town) -> None:
    drafted(town.carol, 600)
    drafted(town.dave, 600)
    assert town.post(2).state == "broken"
    assert "have files of 1 MiB together" in town.card(2)
    town.alice.reacts(town.card_id(1))
    town.settle()
    town.world.clock.advance(timedelta(minutes=1))
    town.carol.says("@social draft\nto: mastodon\nanother")
    drafted(town.dave, 600)
    assert town.post(4).state == "draft"


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_whoever_fills_the_bytes_of_all_keeps_nobody_else_from_a_picture(town: Town) -> None:
    """The oldest files of whoever holds most make room, and the draft's text stays."""
    drafted(town.carol, 400)
    drafted(town.carol, 400)
    drafted(town.dave, 300)
    assert town.post(3).state == "draft"
    assert stored(town) < MIB
    told = [one for one in town.said() if "made room" in one]
    assert len(told) == 1
    assert "#1" in told[0]
    assert "`copy 1`" in told[0]
    town.alice.reacts(town.card_id(1))
    town.alice.reacts(town.card_id(2))
    town.later(minutes=2)
    assert [town.post(one).state for one in (1, 2)] == ["draft", "released"]
    assert [len(one["media"]) for one in town.published("mastodon")] == [1]
    assert "Hello" in town.card(1)
    town.carol.says("@social copy 1")
    assert town.post(4).state == "draft"


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_only_whoever_is_above_their_share_makes_room(town: Town) -> None:
    drafted(town.dave, 300)
    drafted(town.carol, 600)
    drafted(town.dave, 300)
    assert town.post(3).state == "broken"
    assert not [one for one in town.said() if "made room" in one]
    drafted(town.dave, 150)
    assert town.post(4).state == "draft"
    assert ["#2" in one for one in town.said() if "made room" in one] == [True]


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_nobody_within_their_share_makes_room_for_what_was_fetched_meanwhile(town: Town) -> None:
    """While Dave's file is on its way somebody else takes the room that was left; Carol keeps what is within her share."""
    drafted(town.carol, 350)
    drafted(town.carol, 350)
    dave = town.desk.chat.directory.person(town.dave.id)
    pieces = weighing.Scales(town.desk, dave, town.now).weighed([b"\0" * (400 * 1024)])
    next(pieces)
    drafted(town.owner, 300)
    with pytest.raises(weighing.TooHeavy):
        list(pieces)
    town.settle()
    assert ["#1" in one for one in town.said() if "made room" in one] == [True]
    for number in (2, 3):
        town.alice.reacts(town.card_id(number))
    town.later(minutes=2)
    assert [len(one["media"]) for one in town.published("mastodon")] == [1, 1]


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_what_an_approved_post_or_an_approver_needs_is_never_removed(town: Town) -> None:
    same_file(town, heavy(900, 1), town.carol, town.bob)
    drafted(town.dave, 300)
    town.alice.reacts(town.card_id(2))
    town.settle()
    drafted(town.dave, 150)
    assert [town.post(one).state for one in (3, 4)] == ["draft", "draft"]
    assert not [one for one in town.said() if "made room" in one]
    town.later(minutes=2)
    assert [len(one["media"]) for one in town.published("mastodon")] == [1]


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_a_cancelled_draft_with_the_same_file_does_not_keep_it(town: Town) -> None:
    same = heavy(900, 1)
    same_file(town, same, town.carol)
    town.carol.says("@social cancel 1")
    same_file(town, same, town.carol)
    drafted(town.dave, 300)
    assert town.post(3).state == "draft"
    assert stored(town) < MIB


@pytest.mark.parametrize("settings", ["file_mib_waiting = 1"])
def test_files_that_are_tidied_away_take_no_room(town: Town) -> None:
    drafted(town.carol, 900)
    for one in town.desk.store.root.iterdir():
        if one.is_file():
            one.unlink()
    drafted(town.carol, 900)
    assert town.post(2).state == "draft"


def same_file(town: Town, file: bytes, *people: Townsman) -> None:
    for one in people:
        one.says(f"@social draft\nto: mastodon\nHello\n[a]({one.uploads(file, 'a.png')})")


def stored(town: Town) -> int:
    return sum(one.stat().st_size for one in town.desk.store.root.iterdir() if one.is_file())
