"""The main job as conversations: drafted, approved with a reaction, out everywhere, told with links."""

from __future__ import annotations

from datetime import timedelta

from town import BOTH_KINDS, EVERY_KIND, Town, picture

pytestmark = BOTH_KINDS


@EVERY_KIND
def test_a_draft_gets_a_card_an_approval_sends_it_everywhere_and_the_links_are_told(town: Town) -> None:
    photo = town.carol.uploads(picture(), "learners.png")
    town.carol.says(
        "@social draft\n"
        "Registration for the spring workshop is open! https://coderefinery.org/workshops #CodeRefinery\n"
        f"[Learners around a table]({photo})"
    )
    card = town.card(1)
    assert card.startswith("**#1** by @_**Carol|")
    assert "Mastodon · X · LinkedIn · Zulip · goes out once approved" in card
    assert "Needs **1 approval** from *social-approvers*" in card
    assert "Learners around a table" in card
    assert town.published() == []

    town.bob.reacts(town.card_id(1))

    out = {one["service"]: one for one in town.published()}
    assert set(out) == {"mastodon", "x", "linkedin", "zulip"}
    for one in out.values():
        assert "Registration for the spring workshop is open!" in one["text"]
    assert {one["media"][0]["alt"] for one in out.values()} == {"Learners around a table"}
    report = town.said()[-1]
    assert "**#1** is out" in report
    for service in ("mastodon", "x", "linkedin"):
        assert out[service]["url"] in report


def test_without_an_approval_nothing_goes_out(town: Town) -> None:
    town.carol.says("@social draft Hello world")
    town.later(days=3)
    assert town.published() == []


def test_the_author_cannot_approve_alone_and_is_told_why_once(town: Town) -> None:
    town.alice.says("@social draft Hello world")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.published() == []
    told = [one for one in town.whispered(town.alice) if "does not count" in one]
    assert len(told) == 1
    assert "your own post" in told[0]


def test_a_post_with_a_time_waits_for_it(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello at ten")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    assert "<time:2026-11-24T10:00:00Z>" in town.card(1)
    assert "is approved by Alice: “Hello at ten” goes out <time:2026-11-24T10:00:00Z>" in town.said()[-1]
    assert town.published() == []
    town.later(hours=25.9)
    assert town.published() == []
    town.later(hours=0.2)
    assert [one["text"] for one in town.published()] == ["Hello at ten"]


def test_taking_the_reaction_away_withdraws_the_approval(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.alice.reacts(town.card_id(1))
    town.alice.unreacts(town.card_id(1))
    assert town.post(1).state == "draft"
    town.later(days=1, hours=2)
    assert town.published() == []


def test_a_veto_blocks_until_it_is_taken_away(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    card = town.card_id(1)
    town.alice.reacts(card)
    town.bob.reacts(card, "-1")
    assert town.post(1).state == "draft"
    assert "Vetoed" in town.card(1)
    town.bob.unreacts(card, "-1")
    assert town.post(1).state == "approved"


def test_an_edit_after_approval_needs_a_new_approval(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello wrold")
    first = town.card_id(1)
    town.alice.reacts(first)
    town.carol.edits(draft, "@social draft\nto: mastodon\nat: tomorrow 10:00\nHello world")
    town.later(seconds=10)
    second = town.card_id(1)
    assert second != first
    assert "see the [new card]" in town.message(first)["content"]
    assert town.post(1).state == "draft"
    assert any("earlier approvals do not count" in one for one in town.said())
    town.later(days=1, hours=1.5)
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_edits_in_quick_succession_make_one_revision(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nOne")
    for text in ("Two", "Three", "Four"):
        town.carol.edits(draft, f"@social draft\nto: mastodon\n{text}")
    town.later(seconds=10)
    assert town.post(1).revision == 2
    assert "Four" in town.card(1)


def test_deleting_the_draft_stops_the_post(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.alice.reacts(town.card_id(1))
    town.owner.deletes(town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nNot approved"))
    town.owner.deletes(draft)
    assert [town.post(number).state for number in (1, 2)] == ["held", "withdrawn"]
    town.later(days=2)
    assert town.published() == []


def test_a_thread_when_the_text_is_too_long(town: Town) -> None:
    text = " ".join(f"Sentence number {number} of a long announcement." for number in range(30))
    town.carol.says(f"@social draft\nto: mastodon, x\n{text}")
    town.alice.reacts(town.card_id(1))
    parts = town.published("mastodon")
    assert len(parts) > 1
    assert [one["reply_to"] for one in parts] == [None, *(one["id"] for one in parts[:-1])]
    assert len(town.published("x")) > len(parts)


def test_too_long_without_a_thread_is_an_error_on_the_card_and_cannot_be_approved(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nthread: no\n" + "word " * 200)
    assert "⛔" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.published() == []
    assert any("cannot go out as it stands" in one for one in town.whispered(town.alice))


def test_a_section_gives_a_platform_its_own_text(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, x\nThe long one for Mastodon\n\n--- x\nThe short one")
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published("mastodon")] == ["The long one for Mastodon"]
    assert [one["text"] for one in town.published("x")] == ["The short one"]


def test_one_platforms_trouble_does_not_stop_another(town: Town) -> None:
    town.fault("linkedin", "403", times=50)
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=30)
    assert len(town.published("mastodon")) == 1
    assert town.deliveries(1)["linkedin"].state == "failed"
    assert any("LinkedIn" in one and "retry 1 linkedin" in one for one in town.said())


def test_a_failed_delivery_is_tried_again_when_somebody_says_so(town: Town) -> None:
    town.fault("linkedin", "403", times=50)
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=30)
    town.sandbox.faults.clear()
    town.alice.says("@social retry 1 linkedin")
    town.later(seconds=30)
    assert len(town.published("linkedin")) == 1
    assert len(town.published("mastodon")) == 1


def test_an_answer_that_was_lost_is_found_and_not_sent_twice(town: Town) -> None:
    town.fault("mastodon", "reset-after", path="/api/v1/statuses", method="POST")
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "unknown"
    town.later(seconds=10)
    assert town.deliveries(1)["mastodon"].state == "published"
    assert len(town.published("mastodon")) == 1


def test_a_request_that_never_arrived_is_sent_after_a_search(town: Town) -> None:
    town.fault("x", "reset-before", path="/2/tweets", method="POST")
    town.carol.says("@social draft\nto: x\nHello")
    town.alice.reacts(town.card_id(1))
    for _ in range(6):
        town.later(minutes=1)
    assert [one["text"] for one in town.published("x")] == ["Hello"]


def test_a_platform_without_what_it_needs_is_left_out_and_the_card_says_why(town: Town) -> None:
    town.carol.says("@social draft\nHello")
    card = town.card(1)
    assert "YouTube" not in card.splitlines()[0]
    assert "▸ YouTube: left out." in card


def test_a_dead_token_is_a_warning_on_the_card(town: Town) -> None:
    town.fault("mastodon", "expired-token", times=5)
    town.publisher.acquaint()
    town.publisher.settle()
    town.sandbox.faults.clear()
    town.carol.says("@social draft\nto: mastodon\nHello")
    assert "⚠" in town.card(1)
    assert "token" in town.card(1)


def test_a_platform_that_hangs_while_it_is_searched_takes_nobodys_place(town: Town) -> None:
    town.fault("x", "reset-after", times=4, path="/2/tweets", method="POST")
    for number in range(4):
        town.carol.says(f"@social draft\nto: x\nHello number {number}")
    for number in range(1, 5):
        town.alice.client.add_reaction({"message_id": town.card_id(number), "emoji_name": "+1"})
    town.settle()
    states = [town.deliveries(number)["x"].state for number in range(1, 5)]
    assert states.count("unknown") > 1
    town.fault("x", "delay", times=1, delay_s=2, method="GET")
    town.world.clock.advance(timedelta(seconds=10))
    town.publisher.tick(town.now)
    assert len(town.publisher._under_way.futures()) == 1
    for _ in range(6):
        town.later(seconds=5)
    assert len(town.published("x")) == 4
