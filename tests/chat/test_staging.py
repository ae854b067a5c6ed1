"""A platform that can prepare unseen: brought there before its time, shown at its time, removed when unwanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr
from town import Town

from bot import wiring
from handlers import base, registry
from handlers.base import (
    Draft,
    Later,
    Outgoing,
    Part,
    Published,
    Rejected,
    Standing,
    Step,
    Ticket,
    Tools,
    Unavailable,
)
from handlers.text import plain

THREE_HOURS = "@social draft\nto: cinema\nat: 2026-11-23 11:00 UTC\n"
"""The town's Monday begins at 8:00 UTC."""


class CinemaSettings(base.Settings):
    """`[cinema]` with a `ticket`."""

    ticket: SecretStr


class Cinema:
    """Shows films; a reel may be brought there before, and stays in the cellar until it is shown."""

    name: ClassVar[str] = "cinema"
    title: ClassVar[str] = "Cinema"
    Settings: ClassVar[type[base.Settings]] = CinemaSettings
    cellar: ClassVar[dict[str, str]] = {}
    screen: ClassVar[list[str]] = []
    moods: ClassVar[list[Exception]] = []
    """What goes wrong next, one after the other."""
    takes: ClassVar[timedelta] = timedelta()
    """How long bringing the reel takes; the clock is moved."""
    pass_time: ClassVar[Any] = None
    while_busy: ClassVar[list[Any]] = []
    """Called once each while a reel is brought."""

    def __init__(self, account: str, settings: Any, tools: Tools) -> None:
        self.account = account

    def prepare(self, draft: Draft) -> Outgoing:
        text = plain(draft.text)
        return Outgoing(self.account, (Part(text, len(text)),), limit=1000)

    def ahead(self, outgoing: Outgoing) -> timedelta | None:
        return None if "live" in outgoing.parts[0].text else timedelta(hours=2)

    def stage(self, outgoing: Outgoing, ticket: Ticket) -> None:
        if self.moods:
            raise self.moods.pop(0)
        reel = ticket.receipt.get("reel") or f"reel-{len(self.cellar) + 1}"
        for done in range(5):
            ticket.tell(Step("uploading", "film.mp4", done * 25, 100))
            if self.pass_time:
                self.pass_time(self.takes / 5)
            if self.while_busy:
                self.while_busy.pop(0)()
            ticket.save({"reel": reel, "done": done})
            self.cellar[reel] = outgoing.parts[0].text

    def discard(self, outgoing: Outgoing, ticket: Ticket) -> None:
        if self.moods:
            raise self.moods.pop(0)
        self.cellar.pop(ticket.receipt["reel"], None)
        ticket.save({})

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        if "reel" not in ticket.receipt:
            self.stage(outgoing, ticket)
        self.screen.append(self.cellar.pop(ticket.receipt.get("reel") or next(iter(self.cellar))))
        return Published("1", "https://cinema.example/1")

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        return None

    def number_of(self, link: str) -> str | None:
        return link.rpartition("/")[2] or None

    def check(self) -> Standing:
        return Standing("me")


PLATFORMS = {**registry.PLATFORMS, "cinema": Cinema}


@pytest.fixture
def cinema(town: Town) -> Iterator[Town]:
    town.stop()
    with town.path.open("a", encoding="utf-8") as file:
        file.write("\n[cinema]\nticket = a1\n")
    town.config = wiring.read_config(town.path, {}, PLATFORMS)
    town.start(PLATFORMS)
    yield town
    for one in (Cinema.cellar, Cinema.screen, Cinema.moods, Cinema.while_busy):
        one.clear()
    Cinema.takes, Cinema.pass_time = timedelta(), None


def approved(town: Town, text: str = "A film about tests") -> None:
    town.carol.says(f"{THREE_HOURS}{text}")
    town.alice.reacts(town.card_id(1))
    town.settle()


def log(town: Town) -> str:
    town.carol.says("@social log 1")
    return town.said()[-1]


def test_it_is_brought_there_before_its_time_and_seen_at_its_time(cinema: Town) -> None:
    approved(cinema)
    assert Cinema.cellar == {}
    cinema.later(minutes=61)
    assert list(Cinema.cellar.values()) == ["A film about tests"]
    assert Cinema.screen == []
    assert cinema.deliveries(1) == {}
    cinema.later(hours=2)
    assert (Cinema.screen, Cinema.cellar) == (["A film about tests"], {})
    assert "https://cinema.example/1" in cinema.said()[-1]
    assert "seen by nobody" in log(cinema)


def test_nothing_is_brought_there_that_is_not_approved(cinema: Town) -> None:
    cinema.carol.says(f"{THREE_HOURS}A film about tests")
    cinema.later(hours=2)
    assert Cinema.cellar == {}


def test_nor_what_its_platform_does_not_prepare(cinema: Town) -> None:
    approved(cinema, "A live film")
    cinema.later(hours=2)
    assert Cinema.cellar == {}
    cinema.later(hours=1)
    assert Cinema.screen == ["A live film"]


@pytest.mark.parametrize("how", ["cancel", "delete", "edit"])
def test_what_is_not_wanted_any_more_is_removed_and_never_seen(cinema: Town, how: str) -> None:
    draft = cinema.carol.says(f"{THREE_HOURS}A film about tests")
    cinema.alice.reacts(cinema.card_id(1))
    cinema.later(minutes=61)
    assert Cinema.cellar
    if how == "cancel":
        cinema.carol.says("@social cancel 1")
    elif how == "delete":
        cinema.owner.deletes(draft)  # perhaps it is only hidden: that holds the post
        assert cinema.post(1).state == "held"
        cinema.alice.says("@social cancel 1")
    else:
        cinema.carol.says("@social edit 1\nAnother film")
    cinema.settle()
    assert Cinema.cellar == {}
    cinema.later(hours=3)
    assert Cinema.screen == []


def test_a_held_post_keeps_what_was_brought(cinema: Town) -> None:
    approved(cinema)
    cinema.later(minutes=61)
    cinema.carol.says("@social hold 1")
    assert Cinema.cellar
    cinema.carol.says("@social resume 1")
    cinema.later(hours=2)
    assert Cinema.screen == ["A film about tests"]


def test_withdrawn_while_it_is_being_brought(cinema: Town) -> None:
    def cancel() -> None:
        cinema.carol.writes("@social cancel 1")
        cinema.listener.tick(cinema.now)

    def clear() -> None:
        cinema.publisher.tick(cinema.now)

    approved(cinema)
    Cinema.while_busy[:] = [lambda: None, cancel, clear]
    cinema.later(minutes=61)
    cinema.settle()
    assert (Cinema.cellar, Cinema.screen) == ({}, [])


def test_trouble_before_its_time_is_tried_again(cinema: Town) -> None:
    approved(cinema)
    Cinema.moods[:] = [
        Unavailable("The cinema is closed."),
        *[Later("The cinema looks at it.", wait=timedelta(seconds=20)) for _ in range(12)],
    ]
    cinema.later(minutes=61)
    for _ in range(14):
        cinema.later(seconds=21)
    assert Cinema.cellar
    cinema.later(hours=2)
    assert Cinema.screen == ["A film about tests"]


def test_a_refusal_is_told_while_there_is_time_to_mend_it(cinema: Town) -> None:
    approved(cinema)
    Cinema.moods[:] = [Rejected("The cinema does not like this film.")]
    cinema.later(minutes=61)
    assert "The cinema does not like this film." in cinema.said()[-1]
    assert "ahead of its time" in cinema.said()[-1]
    cinema.later(hours=2)
    assert Cinema.screen == ["A film about tests"], "at its time it is tried once more"


def test_what_cannot_be_removed_is_told(cinema: Town) -> None:
    approved(cinema)
    cinema.later(minutes=61)
    Cinema.moods[:] = [Unavailable("Closed."), Rejected("The cinema does not let us into the cellar.")]
    cinema.carol.says("@social cancel 1")
    cinema.later(seconds=20)
    cinema.later(seconds=20)
    assert "delete it there by hand" in cinema.said()[-1]
    cinema.later(hours=3)
    assert Cinema.screen == []


def test_a_restart_goes_on_from_what_was_brought(cinema: Town) -> None:
    approved(cinema)
    Cinema.while_busy[:] = [lambda: None, _crash]
    cinema.later(minutes=61)
    cinema.stop()
    cinema.start(PLATFORMS)
    cinema.settle()
    assert list(Cinema.cellar) == ["reel-1"]
    cinema.later(hours=2)
    assert Cinema.screen == ["A film about tests"]


def _crash() -> None:
    raise SystemExit


def test_a_long_upload_is_one_line_that_is_kept_up_to_date(cinema: Town) -> None:
    approved(cinema)
    Cinema.takes, Cinema.pass_time = timedelta(minutes=3), cinema.world.clock.advance
    seen: list[str] = []

    def look() -> None:
        cinema.publisher.tick(cinema.now)
        seen.append(cinema.said()[-1])

    before = len(cinema.said())
    Cinema.while_busy[:] = [look] * 5
    cinema.later(minutes=61)
    assert [one for one in seen if "film.mp4" in one][:2] == [
        "⏳ **#1** Cinema: film.mp4 is being uploaded, 0 bytes of 100 bytes …",
        "⏳ **#1** Cinema: film.mp4 is being uploaded, 25 bytes of 100 bytes …",
    ]
    assert len(cinema.said()) == before + 1
    assert cinema.said()[-1] == "✔ **#1** Cinema: film.mp4 was uploaded (100 bytes)."
