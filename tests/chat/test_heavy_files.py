"""Bytes of files are bounded for people who are no approvers; what is above is told on the card, and nothing is lost."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image
from town import Town, Townsman


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


def stored(town: Town) -> int:
    return sum(one.stat().st_size for one in town.desk.store.root.iterdir() if one.is_file())
