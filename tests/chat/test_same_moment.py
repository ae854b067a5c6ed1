"""What a person says at the very moment at which the clock does something to the post: the person is heard."""

from __future__ import annotations

from datetime import timedelta

from town import Town

from bot.actions import expiring, searching

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def test_a_post_that_is_moved_at_the_moment_it_would_expire_does_not_expire(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(timedelta(days=1, hours=4))
    late = expiring.late(town.desk, town.now)  # the publisher has seen it …
    town.carol.writes("@social move 1 to tomorrow 10:00 UTC")
    town.listener.tick(town.now)  # … and the listener is faster
    for post_id in late:
        expiring.expire(town.desk, post_id, town.now)
    assert late == [1]
    assert town.post(1).state == "approved"
    town.later(hours=22)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert not any("has passed" in one for one in town.said())


def test_a_post_that_was_cancelled_at_the_moment_it_would_expire_stays_cancelled(town: Town) -> None:
    town.carol.says(LATER)
    town.world.clock.advance(timedelta(days=1, hours=4))
    late = expiring.late(town.desk, town.now)
    town.carol.writes("@social cancel 1")
    town.listener.tick(town.now)
    for post_id in late:
        expiring.expire(town.desk, post_id, town.now)
    assert town.post(1).state == "withdrawn"
    assert not any("has passed" in one for one in town.said())


def test_a_search_that_took_long_says_nothing_about_what_was_ordered_again_meanwhile(town: Town) -> None:
    town.fault("mastodon", "502-html", times=9, path="/api/v1/statuses", method="POST")
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    first = town.deliveries(1)["mastodon"]  # in doubt, and a search for it begins
    town.world.clock.advance(timedelta(seconds=1))
    town.alice.says("@social retry 1")  # its answer is lost as well
    second = town.deliveries(1)["mastodon"]
    assert (first.state, second.state) == ("unknown", "unknown")
    assert first.key != second.key
    searching.search(town.desk, first)  # the slow search comes to its end
    after = town.deliveries(1)["mastodon"]
    assert (after.searches, after.not_before) == (second.searches, second.not_before)
