"""The program's log tells every change that the history has, once, with what it is about, and no word of a text."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlmodel import select
from test_linkedin import film
from town import Town
from typing_extensions import override

from bot.logs import JsonLines, TextLines
from storage import queue
from storage.models import Entry

MARK = "zebrafinch"


class Ears(logging.Handler):
    """What standard error would show, in both forms."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.json: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(TextLines().format(record))
        self.json.append(JsonLines().format(record))


@pytest.fixture
def ears() -> Iterator[Ears]:
    heard, log = Ears(), logging.getLogger("storage")
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(heard)
    yield heard
    log.removeHandler(heard)
    log.setLevel(before)


def story(town: Town) -> None:
    """Drafted, edited, vetoed, approved, prepared, out; refused, again; held, moved, expired; deleted."""
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(f"@social draft\nto: youtube\nat: 2026-11-23 18:00 UTC\ntitle: {MARK}\n[A talk]({path})")
    town.alice.reacts(town.card_id(1))
    draft = town.carol.says(f"@social draft\nto: mastodon, x\nnote: {MARK}\n{MARK} first")
    town.carol.edits(draft, f"@social draft\nto: mastodon, x\n{MARK} better")
    town.later(seconds=10)
    town.bob.says(f"@social veto 2 because {MARK}")
    town.bob.says("@social withdraw 2")
    town.fault("x", "402")
    town.alice.reacts(town.card_id(2))
    town.later(minutes=1)
    town.carol.says("@social retry 2 x")
    town.later(minutes=1)
    town.carol.says(f"@social draft\nto: mastodon\nat: 2026-11-23 12:00 UTC\n{MARK} held")
    town.carol.says("@social hold 3")
    town.carol.says("@social resume 3")
    gone = town.carol.says(f"@social draft\nto: mastodon\nat: 2026-11-24 12:00 UTC\n{MARK} deleted")
    town.owner.deletes(gone)
    for _ in range(11):
        town.later(hours=1)
    town.restart()


def test_every_change_of_a_whole_story_is_told_once(town: Town, ears: Ears) -> None:
    story(town)
    with town.database.reading() as session:
        entries = list(session.exec(select(Entry)))
    lines = [json.loads(line) for line in ears.json]
    kinds = {(one.new or one.what.split()[0]) for one in entries}
    assert {"draft", "approved", "released", "published", "failed", "expired", "withdrawn", "held"} <= kinds
    assert {"wrote", "gave", "took", "preparing,"} <= kinds, kinds
    changes = Counter(
        (
            one.post_id,
            one.account,
            f"{one.old or 'new'} -> {one.new}" if one.new else one.what.removesuffix(f": {MARK}"),  # a reason
        )
        for one in entries
    )
    told = Counter(
        (line["post"], line.get("account", ""), line["message"].partition(": ")[2])
        for line in lines
        if "post" in line
    )
    assert told == changes
    assert len(ears.text) == len(lines)
    for line in lines:
        kind = "delivery_" if "account" in line else "post_"
        assert line["action"].startswith(kind), line
    whole = "\n".join([*ears.text, *ears.json])
    assert MARK not in whole
    assert "Carol" not in whole


def test_what_is_rolled_back_is_not_told(town: Town, ears: Ears) -> None:
    town.carol.says(f"@social draft\nto: mastodon\n{MARK}")
    before = list(ears.text)

    def broken_off() -> None:
        with town.database.transaction() as session:
            queue.write_entry(session, at=town.now, who="bot", what="never happened", post_id=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert ears.text == before
