"""What is said of votes: each is answered, and nothing is said of votes where nobody voted."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town

from storage import queue

LATER = "@social draft\nto: mastodon\nat: 2026-12-20 10:00 UTC\n"
MANY = 5
TWO = "[linkedin] approvals = 2"


class Ear:
    """What is said in the channel from now on."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._before = len(town.said())

    def heard(self) -> list[str]:
        """What was said since the last time."""
        said = self._town.said()[self._before :]
        self._before += len(said)
        return said


def log(town: Town, number: int) -> list[tuple[str, str]]:
    with town.database.reading() as session:
        return [(one.who, one.what) for one in queue.log(session, number)]


@BOTH_KINDS
@pytest.mark.parametrize("settings", ["approvals = 2"])
def test_of_votes_nothing_is_said_where_nobody_voted(town: Town) -> None:
    """When Zulip lets the bot edit its cards no more: people and groups get other names, an account its trouble."""
    zulip, ear = town.sandbox.zulip, Ear(town)
    for number in range(1, MANY + 1):
        town.carol.says(f"{LATER}Story {number}")
    town.alice.reacts(town.card_id(2))
    town.later(hours=1)
    ear.heard()
    zulip.rename(town.row(town.alice), "Alicia")
    zulip.rename(town.row(town.carol), "Caroline")
    town.settle()
    town.desk.troubles["mastodon"] = "Mastodon refuses the token."
    for number in range(1, MANY + 1):
        town.desk.stale.add(number)
    town.later(minutes=5)
    town.restart()
    assert ear.heard() == []
    town.alice.unreacts(town.card_id(2))
    town.bob.reacts(town.card_id(3))
    said = ear.heard()
    assert [("#2" in one, "approved by nobody" in one) for one in said[:1]] == [(True, True)]
    assert [("#3" in one, "approved so far by Bob" in one) for one in said[1:]] == [(True, True)]


def test_who_is_an_approver_no_more_is_told_so_once(town: Town) -> None:
    for number in range(1, MANY + 1):
        town.carol.says(f"{LATER}Story {number}")
        town.alice.reacts(town.card_id(number))
    before = len(town.whispered(town.alice))
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.later(seconds=10)
    assert {town.post(number).state for number in range(1, MANY + 1)} == {"draft"}
    (told,) = town.whispered(town.alice)[before:]
    assert "you are not one of the approvers" in told
    town.restart()
    assert len(town.whispered(town.alice)) == before + 1


def test_votes_by_command_are_answered_each_time_and_their_reasons_kept(town: Town) -> None:
    town.carol.says(f"{LATER}One")
    ear = Ear(town)
    town.alice.says("@social veto 1 because the date is wrong", topic="elsewhere")
    (said,) = ear.heard()
    assert "**#1** stays in until the veto is taken back" in said
    assert "Reason: the date is wrong" in said
    assert ("Alice", "gave a veto: the date is wrong") in log(town, 1)
    assert "Alice (“the date is wrong”)" in town.card(1)
    town.alice.says("@social reject 1 because of the link")
    (said,) = ear.heard()
    assert "stood already" in said
    assert "of the link" in town.card(1)
    town.bob.says("@social what is waiting for me?")
    town.alice.says("@social what is waiting for me?")
    town.carol.says("@social what is waiting for me?")
    town.bob.says("@social drafts")
    nothing, stopped, correct, drafts = ear.heard()
    assert "Nothing waits for you" in nothing
    assert "Stopped by your veto" in stopped
    assert "For you to correct" in correct
    for one in (stopped, correct, drafts):
        assert "vetoed by Alice" in one
        assert "needs 1 approval" not in one
    town.bob.says("@social approve 1")
    (said,) = ear.heard()
    assert "vetoed by Alice" in said
    town.alice.says("@social withdraw 1 the date is right")
    back, approved = ear.heard()
    assert "Reason: the date is right" in back
    assert ("Alice", "gave a reason: the date is right") in log(town, 1)
    assert "is approved by Bob" in approved
    town.bob.says("@social approve 1")
    (said,) = ear.heard()
    assert "stood already" in said
    assert "approved" in said
    town.bob.says("@social veto 1 wrong link")
    (said,) = ear.heard()
    assert "Bob (“wrong link”)" in said, "where all are told anyway it is not said twice"


@pytest.mark.parametrize("settings", [TWO])
def test_that_it_goes_out_is_said_of_those_accounts_to_which_it_does(town: Town) -> None:
    town.carol.says(f"{LATER.replace('mastodon', 'mastodon, linkedin')}One")
    ear = Ear(town)
    town.alice.reacts(town.card_id(1))
    (said,) = ear.heard()
    assert "for Mastodon alone" in said
    assert "Still waiting: LinkedIn (1 approval missing)" in said
    town.bob.reacts(town.card_id(1))
    (said,) = ear.heard()
    assert "is approved by Alice and Bob: “One” goes out" in said
    town.bob.unreacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon, linkedin\nTwo")
    town.alice.reacts(town.card_id(2))
    ear.heard()
    town.bob.reacts(town.card_id(2))
    assert any("approved for LinkedIn too" in one for one in ear.heard())


def test_an_approval_under_a_quoted_card_is_one_of_that_card(town: Town) -> None:
    """It is none of another: its present card is shown."""
    town.carol.says(f"{LATER}One")
    first, me = town.card_id(1), town.desk.chat.me

    def quotes(card: int) -> None:
        link = town.desk.chat.link(card, town.desk.chat.look(card).place)  # type: ignore[union-attr]  # it stands
        text = town.message(card)["content"] if card != first else content
        town.alice.says(f"@_**{me.name}|{me.id}** [said]({link}):\n````quote\n{text}\n````\n@social approve")

    content = town.message(first)["content"]
    town.carol.says("@social edit 1 Two")
    ear = Ear(town)
    quotes(first)
    (said,) = ear.heard()
    assert f"/near/{town.card_id(1)})" in said
    assert town.post(1).state == "draft"
    quotes(town.card_id(1))
    assert town.post(1).state == "approved"
