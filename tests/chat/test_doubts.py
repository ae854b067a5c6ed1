"""A lost answer, and an account that cannot be read: nobody knows what is out, so people are asked, once and soon."""

from __future__ import annotations

from datetime import timedelta

from town import Town

from bot.sandbox.mastodon.dialects import TAKAHE

HOURS = 26
SPAN = HOURS * 3600


def silence(town: Town) -> None:
    """The post is taken, its answer is lost, and from then on the account's posts cannot be read; no key helps."""
    town.sandbox.platforms["mastodon"].dialect = TAKAHE  # type: ignore[attr-defined]  # Mastodon's own
    town.desk.platforms["mastodon"].check()
    town.fault("mastodon", "reset-after", path="/api/v1/statuses", method="POST")
    town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", seconds=SPAN, times=9999)
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))


def through_the_searches(town: Town) -> int:
    """Let the clock run from search to search until nothing is searched for any more; how many there were."""
    ends, searches = town.now + timedelta(hours=HOURS), 0
    while (one := town.deliveries(1)["mastodon"]).state == "unknown" and one.searches < 3 and town.now < ends:
        assert one.not_before > town.now - timedelta(minutes=1)
        town.world.clock.to(max(one.not_before, town.now + timedelta(seconds=1)))
        town.settle()
        searches += 1
    return searches


def test_an_account_that_cannot_be_read_is_asked_ever_less_often_and_people_once_within_two_minutes(
    town: Town,
) -> None:
    silence(town)
    town.later(seconds=118)
    assert sum(one.startswith("❓") for one in town.said()) == 1
    searches = through_the_searches(town)
    assert 10 < searches < 100
    asked = [one for one in town.said() if one.startswith("❓ **#1** may or may not be out on Mastodon")]
    assert len(asked) == 1
    assert "so it may be out" in asked[0]
    assert "nothing is out" not in asked[0]
    town.later(hours=12)
    assert sum(one.startswith("❓") for one in town.said()) == 1
    town.alice.says("@social published 1 mastodon https://example.org/1")
    one = town.deliveries(1)["mastodon"]
    assert (one.state, one.url) == ("published", "https://example.org/1")
    assert len(town.published("mastodon")) == 1


def test_what_was_ordered_again_in_doubt_is_looked_for_before_it_is_sent(town: Town) -> None:
    silence(town)
    through_the_searches(town)
    town.sandbox.faults.clear()
    town.alice.says("@social retry 1 mastodon")
    town.later(minutes=3)
    assert town.deliveries(1)["mastodon"].state == "published"
    assert len(town.published("mastodon")) == 1


def test_a_draft_that_is_deleted_while_it_is_in_doubt_is_not_sent_once_more_with_its_key(town: Town) -> None:
    """The key makes it harmless to send it again, but nobody wants it any more."""
    town.fault("mastodon", "503", path="/api/v1/statuses", method="POST")
    message_id = town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "unknown"
    town.carol.deletes(message_id)
    town.later(seconds=6)
    town.later(seconds=30)
    assert town.deliveries(1)["mastodon"].state == "cancelled"
    assert town.published() == []


def test_a_draft_that_is_deleted_while_its_answer_is_lost_is_still_known_to_be_out(town: Town) -> None:
    town.fault("mastodon", "reset-after", path="/api/v1/statuses", method="POST")
    message_id = town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "unknown"
    town.carol.deletes(message_id)
    town.later(minutes=10)
    assert town.deliveries(1)["mastodon"].state == "published"
    assert len(town.published("mastodon")) == 1
