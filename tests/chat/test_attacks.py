"""Ways around the approval: each is tried, and must lead nowhere."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town, picture

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def home(town: Town) -> str:
    """The name of the bot's channel at this moment."""
    return town.desk.chat.home_name


def test_now_does_not_replace_the_approval(town: Town) -> None:
    town.carol.says(LATER)
    town.carol.says("@social now 1")
    town.later(minutes=5)
    assert town.published() == []
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["grace = 5 min"])
def test_a_held_post_without_a_time_does_not_expire(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social hold 1")
    town.later(hours=30)
    assert town.post(1).state == "held"
    town.bob.says("@social resume 1")
    assert town.post(1).state == "approved"
    assert town.published() == []
    town.later(minutes=6)
    assert len(town.published()) == 1


def test_a_hold_a_withdrawal_and_a_resume_leave_no_approval(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    town.alice.says("@social hold 1")
    town.alice.says("@social withdraw 1")
    town.bob.says("@social resume 1")
    assert town.post(1).state == "draft"
    town.later(days=1, hours=1.5)
    assert town.published() == []


def test_a_veto_by_command_blocks_until_it_is_withdrawn(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social veto 1 because it is too early")
    assert town.post(1).state == "draft"
    town.bob.says("@social withdraw 1")
    assert town.post(1).state == "approved"


def test_an_approval_for_two_platforms_is_withdrawn_for_one_of_them(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nat: tomorrow 10:00 UTC\nHello")
    town.alice.says("@social approve 1")
    town.alice.says("@social withdraw 1 linkedin")
    town.later(days=1, hours=2.1)
    assert [one["service"] for one in town.published()] == ["mastodon"]


def test_a_vote_by_command_of_somebody_who_left_the_group_counts_no_more(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    assert town.post(1).state == "approved"
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.settle()
    assert town.post(1).state == "draft"


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
def test_two_votes_for_different_platforms_are_not_two_for_one(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.says("@social approve 1 linkedin")
    town.bob.says("@social approve 1 mastodon")
    assert [one["service"] for one in town.published()] == ["mastodon"]
    assert town.deliveries(1)["linkedin"].state == "waiting"


def test_an_approver_who_is_deactivated_while_it_is_due_has_no_power(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(town.post(1).due_at - town.now)  # type: ignore[operator]  # it has a time
    town.sandbox.zulip.deactivate(town.row(town.alice))
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_approvals_that_go_while_a_delivery_waits_for_its_next_try_stop_it(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.alice.unreacts(town.card_id(1))
    town.later(hours=1)
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state == "waiting"
    town.bob.reacts(town.card_id(1))
    assert len(town.published()) == 1


def test_retry_when_the_approvals_are_gone_waits_for_them_and_says_so(town: Town) -> None:
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "failed"
    town.sandbox.faults.clear()
    town.alice.unreacts(town.card_id(1))
    town.carol.says("@social retry 1")
    assert town.published() == []
    assert "approv" in town.said()[-1]
    assert "tried again" not in town.said()[-1]


def test_retry_after_the_draft_was_deleted_sends_nothing_and_says_so(town: Town) -> None:
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    draft = town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.sandbox.faults.clear()
    town.owner.deletes(draft)
    town.carol.says("@social retry 1")
    town.later(minutes=5)
    assert town.published() == []
    assert "deleted" in town.said()[-1]
    assert not any("tried again" in one for one in town.said())


def test_a_draft_that_is_deleted_between_two_tries_stays_in_and_that_is_told(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    draft = town.carol.says("@social draft\nto: mastodon, x\nHello")
    town.alice.reacts(town.card_id(1))
    town.owner.deletes(draft)
    town.later(hours=1)
    assert [one["service"] for one in town.published()] == ["x"]
    assert any("Mastodon" in one and "deleted" in one for one in town.said())


@pytest.mark.parametrize("link", ["@**all**", "nonsense", "javascript:alert(1)"])
def test_published_takes_nothing_but_a_link(town: Town, link: str) -> None:
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.carol.says(f"@social published 1 mastodon {link}")
    assert town.deliveries(1)["mastodon"].state == "failed"
    assert "link" in town.said()[-1].lower()
    assert "@**all**" not in town.card(1)
    ours = f"{town.sandbox.tokens()['mastodon']['base_url']}/@us/1"
    town.carol.says(f"@social published 1 mastodon {ours}) @**all** [a](https://x.com")
    assert town.deliveries(1)["mastodon"].state == "published"
    assert f"({ours})" in town.card(1)
    assert "@**all**" not in town.card(1)


def test_a_stranger_cannot_steer_by_direct_message(town: Town) -> None:
    town.carol.says(LATER)
    eve = town.stranger("Eve")
    for order in ("hold 1", "approve 1", "show 1", "draft\nto: mastodon\nBuy my coins"):
        eve.whispers(order)
    assert town.post(1).state == "draft"
    assert all("please join it" in one for one in town.whispered(eve))
    assert "Hello" not in "".join(town.whispered(eve))


def test_a_conversation_with_a_stranger_in_it_learns_nothing(town: Town) -> None:
    town.carol.says(LATER.replace("Hello", "Top secret"))
    eve = town.stranger("Eve")
    request = {
        "type": "private",
        "to": [town.bot_email, eve.email],
        "content": "@social show 1",
    }
    town.carol.ok(town.carol.client.send_message(request))
    town.settle()
    assert "secret" not in "".join(town.whispered(eve))


def test_a_guest_of_the_channel_may_draft_and_ask_but_not_decide(town: Town) -> None:
    town.sandbox.zulip.subscribe(
        town.sandbox.zulip.core.organisation.channel_named(home(town)),  # type: ignore[arg-type]  # it is there
        town.row(town.dave),
    )
    town.carol.says(LATER)
    for order in ("approve 1", "hold 1", "cancel 1", "now 1", "edit 1 Buy my coins", "veto 1"):
        town.dave.says(f"@social {order}")
    assert town.post(1).state == "draft"
    assert town.post(1).revision == 1
    assert town.post(1).timing == "at"


def test_bots_are_not_listened_to(town: Town) -> None:
    zulip = town.sandbox.zulip
    robot = zulip.add_person("Robot", "robot-bot@sandbox.example", bot=True, owner=town.row(town.alice))
    channel = zulip.core.organisation.channel_named(home(town))
    assert channel is not None
    zulip.subscribe(channel, robot)
    town.carol.says(LATER)
    zulip.say(robot, channel, "posts", "@social approve 1")
    zulip.say(robot, channel, "posts", "@**social** draft\nBuy my coins")
    town.settle()
    assert town.post(1).state == "draft"
    assert len([one for one in town.said() if one.startswith("**#")]) == 1


# -- four eyes ------------------------------------------------------------------------------------------


def test_who_rewrote_a_post_cannot_approve_it_alone(town: Town) -> None:
    town.carol.says(NOW)
    town.bob.says("@social edit 1 Buy my coins")
    town.bob.reacts(town.card_id(1))
    town.bob.says("@social approve 1")
    town.later(minutes=1)
    assert town.published() == []
    assert any("does not count" in one for one in town.whispered(town.bob))
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == ["Buy my coins"]


def test_the_author_cannot_approve_what_somebody_else_made_of_the_post(town: Town) -> None:
    town.alice.says(NOW)
    town.bob.says("@social edit 1 Hello, better")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.published() == []


def test_an_alt_text_by_an_approver_needs_approvals_anew_and_their_own_counts(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00\nHello\n[a.png]({path})")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.alice.says("@social alt 1 1 A map of the town")
    assert town.post(1).state == "draft"
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def test_an_alt_text_by_somebody_else_does_not_let_a_held_post_go_on(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00\nHello\n[a.png]({path})")
    town.alice.says("@social hold 1")
    town.dave.says("@social alt 1 1 A map of the town")
    town.owner.says("@social alt 1 1 A map of the old town")
    assert "old town" in town.card(1)  # as a proposal
    town.alice.says("@social take 1 1")
    assert town.post(1).state == "held"
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "held"
    town.alice.says("@social resume 1")
    assert town.post(1).state == "approved"


def test_an_alt_text_takes_nobody_the_right_to_approve(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[a.png]({path})")
    town.bob.says("@social alt 1 1 A map of the town")
    town.bob.reacts(town.card_id(1))
    assert len(town.published()) == 1
