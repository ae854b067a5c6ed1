"""What an edit leaves as it was: approvals where readers see the same, and holds."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town

from storage import queue

FRIDAY = "@social draft\nto: mastodon\nat: friday 10:00 UTC\n"
SLOTS = "slots = Tue 10:00, Thu 10:00"


def edits(town: Town, message: int, text: str) -> None:
    town.carol.edits(message, text)
    town.later(seconds=10)


def test_an_edit_of_what_readers_do_not_see_keeps_the_approvals(town: Town) -> None:
    """Time, last moment, note, campaign: the card shows them, the post goes at the new time, and in the same words."""
    draft = town.carol.says(f"{FRIDAY}Hello")
    card = town.card_id(1)
    town.alice.reacts(card)
    head = FRIDAY.replace("10:00", "11:00")
    for line in ("", "note: from the office", "campaign: spring", "not after: friday 12:00 UTC"):
        head += f"{line}\n" if line else ""
        edits(town, draft, f"{head}Hello")
        assert (town.post(1).state, town.post(1).revision, town.card_id(1)) == ("approved", 1, card)
    for shown in ("T11:00:00Z", "never after", "from the office", "spring", "**Approved** by Alice"):
        assert shown in town.card(1)
    told = [one for one in town.said() if "was edited by Carol" in one]
    assert len(told) == 4
    assert "approvals stay" in told[0]
    town.carol.says("@social edit 1\nat: friday 10:30 UTC\nHello")
    assert town.post(1).state == "approved"
    edits(town, draft, f"{FRIDAY}Hello!")
    assert town.post(1).state == "draft", "readers see that"
    town.alice.reacts(town.card_id(1))
    edits(town, draft, f"{FRIDAY.replace('10:00', '11:00')}Hello!")
    town.restart()
    town.later(days=4, hours=2.5)
    assert town.published() == []
    town.later(hours=0.7)
    assert [one["text"] for one in town.published()] == ["Hello!"]


def test_an_author_does_not_move_far_by_an_edit_what_was_approved(town: Town) -> None:
    """As `move` does not; it is approved anew then. An approver moves it so."""
    draft = town.carol.says(f"{FRIDAY}Hello")
    town.alice.reacts(town.card_id(1))
    edits(town, draft, f"{FRIDAY.replace('friday', '2026-12-20')}Hello")
    assert (town.post(1).state, town.post(1).revision) == ("draft", 2)
    town.alice.reacts(town.card_id(1))
    town.alice.says("@social edit 1\nat: 2026-11-28 10:00 UTC\nHello")
    assert (town.post(1).state, town.post(1).revision) == ("approved", 2)
    edits(town, draft, "@social draft\nto: mastodon\nHello")
    assert town.published() == [], "nor to now"
    assert town.post(1).state == "draft"


@BOTH_KINDS
@pytest.mark.parametrize("who", ["carol", "bob"])
def test_an_edit_does_not_end_a_hold(town: Town, who: str) -> None:
    """Nor do two of them, of which the first cannot go out, nor one after its time has passed."""
    town.sandbox.zulip.settings.edit_limit = None
    draft = town.carol.says(f"{FRIDAY}Hello")
    town.people[who].says("@social hold 1")
    edits(town, draft, f"{FRIDAY}Hello again")
    assert (town.post(1).state, town.post(1).revision) == ("held", 2)
    assert "**Held**" in town.card(1)
    edits(town, draft, f"{FRIDAY}")
    assert town.post(1).state == "broken"
    edits(town, draft, f"{FRIDAY}Hello once more")
    assert town.post(1).state == "held"
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "held"
    town.later(days=5)
    assert town.post(1).state == "expired"
    edits(town, draft, f"{FRIDAY.replace('friday', '2026-12-01')}Hello at last")
    assert town.post(1).state == "held"
    town.alice.reacts(town.card_id(1))
    town.later(days=3)
    assert town.published() == []


@pytest.mark.parametrize("settings", [SLOTS])
def test_a_draft_that_cannot_go_out_takes_no_slot(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nat: next\n")
    town.carol.says("@social draft\nto: mastodon\nat: next\nFine")
    assert town.post(1).state == "broken"
    assert town.post(2).due_at is not None
    assert f"{town.post(2).due_at:%a}" == "Tue"
    edits(town, draft, "@social draft\nto: mastodon\nat: next\nMended")
    assert town.post(1).state == "draft"
    assert f"{town.post(1).due_at:%a}" == "Thu"


def test_after_a_time_in_a_private_channel_the_card_shows_how_things_stand(town: Town) -> None:
    """While it lies there the bot can edit nothing of it, which says nothing of what it can later."""
    town.add_lounge("lounge")
    town.sandbox.zulip.add_channel("den", [town.row(one) for one in town.people.values()], private=True)
    draft = town.carol.says(f"{FRIDAY}Hello")
    card = town.card_id(1)
    for message in (card, draft):
        town.owner.moves(message, "den", heard=False)
    town.settle()
    assert town.post(1).state == "withdrawn"
    for message in (draft, card):
        town.owner.moves(message, "social-media")
    town.bob.says("@social show 1")
    assert "**Withdrawn.**" in town.message(card)["content"]
    with town.database.reading() as session:
        assert not [one for one in queue.log(session, 1) if one.who == "Owner" and "delete" in one.what]
