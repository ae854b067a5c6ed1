"""A lost answer, and an account that cannot be read: nobody knows what is out, so people are asked, once and soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_equal_posts import CREATES
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
    link = town.published("mastodon")[0]["url"]
    town.alice.says(f"@social published 1 mastodon {link}")
    one = town.deliveries(1)["mastodon"]
    assert (one.state, one.url) == ("published", link)
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


def in_doubt_but_not_out(town: Town, service: str) -> None:
    """The request never came there; nobody can tell for five minutes."""
    method, path = CREATES[service]
    town.fault(service, "reset-before", method=method, path=path)
    town.fault(service, "503", seconds=300, times=9999)
    town.carol.says(f"@social draft\nto: {service}\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=30)
    assert town.deliveries(1)[service].state == "unknown"


@pytest.mark.parametrize("service, how", [("mastodon", "veto"), ("x", "tap"), ("linkedin", "taken back")])
def test_an_approval_that_is_lost_in_doubt_is_missing_once_it_is_known_not_to_be_out(
    town: Town, service: str, how: str
) -> None:
    in_doubt_but_not_out(town, service)
    if how == "veto":
        town.bob.says("@social veto 1 because wrong")
        assert town.said()[-1].startswith("Counted: what of **#1** is not out yet stays in.")
    elif how == "tap":
        town.bob.reacts(town.card_id(1), "-1")
    else:
        town.alice.unreacts(town.card_id(1))
    for _ in range(8):
        town.later(minutes=1)
    assert town.deliveries(1)[service].state == "waiting"
    assert town.published() == []


@pytest.mark.parametrize("order", ["cancel 1", "veto 1"])
def test_an_order_that_no_event_told_of_wins_over_a_repetition_with_the_key(town: Town, order: str) -> None:
    in_doubt_but_not_out(town, "mastodon")
    town.world.clock.advance(timedelta(minutes=6))
    town.alice.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.settle()
    town.later(minutes=6)
    town.later(minutes=6)
    assert town.published() == []


def test_who_says_hold_in_doubt_is_told_what_stops_it(town: Town) -> None:
    in_doubt_but_not_out(town, "x")
    town.bob.says("@social hold 1")
    assert "`cancel 1` stops what is not out yet" in town.said()[-1]


def test_what_was_in_doubt_for_longer_than_a_post_may_be_late_goes_out_by_an_order_alone(town: Town) -> None:
    """As what was never tried: people are asked."""
    town.sandbox.platforms["mastodon"].dialect = TAKAHE  # type: ignore[attr-defined]  # Mastodon's own
    town.desk.platforms["mastodon"].check()
    town.fault("mastodon", "reset-before", path="/api/v1/statuses", method="POST")
    town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", seconds=3 * 3600, times=9999)
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    for _ in range(40):
        town.later(minutes=10)
    assert town.published("mastodon") == []
    one = town.deliveries(1)["mastodon"]
    assert one.state == "failed"
    assert "not sent later without being asked for" in one.error
    assert sum("✖ **#1** Mastodon" in text for text in town.said()) == 1
    town.alice.says("@social retry 1")
    assert len(town.published("mastodon")) == 1
