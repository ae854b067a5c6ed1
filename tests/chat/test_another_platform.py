"""The README's three steps: a platform is one file, one line of registration, and its section."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import SecretStr
from town import Town

from bot import wiring
from handlers import base, registry
from handlers.base import Draft, Outgoing, Part, Published, Standing, Ticket, Tools
from handlers.text import plain

WALL: list[str] = []
"""What was published; emptied by the test, which runs on both kinds of servers."""


class DiarySettings(base.Settings):
    """Step 3, its section: `[diary]` with a `pen`."""

    pen: SecretStr


class Diary:
    """Step 1, its file: the contract and nothing else."""

    name: ClassVar[str] = "diary"
    title: ClassVar[str] = "Diary"
    Settings: ClassVar[type[base.Settings]] = DiarySettings

    def __init__(self, account: str, settings: Any, tools: Tools) -> None:
        self.account = account

    def prepare(self, draft: Draft) -> Outgoing:
        text = plain(draft.text)
        return Outgoing(self.account, (Part(text, len(text)),), limit=1000)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        WALL.append(outgoing.parts[0].text)
        return Published("1", "https://diary.example/1")

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        return None

    def number_of(self, link: str) -> str | None:
        return link.rpartition("/")[2] or None

    def check(self) -> Standing:
        return Standing("me")


def test_a_platform_that_keeps_the_contract_takes_part_in_everything(town: Town) -> None:
    WALL.clear()
    town.stop()
    with town.path.open("a", encoding="utf-8") as file:
        file.write("\n[diary]\npen = blue\n")
    platforms = {**registry.PLATFORMS, "diary": Diary}  # step 2, its line
    town.config = wiring.read_config(town.path, {}, platforms)
    town.start(platforms)
    town.carol.says("@social draft\nto: diary\n**Dear** diary")
    assert "Diary — 10 of 1000" in town.card(1)
    town.alice.reacts(town.card_id(1))
    assert WALL == ["Dear diary"]
    assert "[Diary](https://diary.example/1)" in town.said()[-1]
    town.carol.says("@social status")
    assert "Diary" in town.said()[-1]
