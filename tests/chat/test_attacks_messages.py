"""Cards, drafts and commands that are forged, quoted, moved or deleted. The table is in tests/attacks/README.md."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import BOTH_KINDS, EVERY_KIND, Town

from bot.sandbox.scene import CHANNEL
from bot.sandbox.zulip.rows import MEMBER

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
ELSEWHERE = "lounge"


@pytest.fixture(autouse=True)
def lounge(town: Town) -> None:
    """Another public channel, in which everybody is, the bot too."""
    organisation = town.sandbox.zulip.core.organisation
    organisation.settings.movers = MEMBER
    bot = organisation.by_email(town.bot_email)
    assert bot is not None
    everybody = [town.row(one) for one in town.people.values()]
    town.sandbox.zulip.add_channel(ELSEWHERE, [*everybody, bot])
    town.settle()


def channel_id(town: Town, name: str = ELSEWHERE) -> int:
    channel = town.sandbox.zulip.core.organisation.channel_named(name)
    assert channel is not None
    return channel.stream_id


def moves(
    town: Town, message: int, *, topic: str | None = None, channel: str | None = None, by: str = "owner"
) -> None:
    """Somebody moves one message, an administrator where it does not matter who."""
    who = town.people[by]
    request = {"message_id": message, "propagate_mode": "change_one"}
    if topic:
        request["topic"] = topic
    if channel:
        request["stream_id"] = channel_id(town, channel)
    who.ok(who.client.update_message(request))
    town.settle()


def later_than_due(town: Town) -> None:
    town.later(days=1, hours=2)
    town.later(minutes=10)


# -- edits --------------------------------------------------------------------------------------------


def test_an_edit_that_is_not_heard_of_before_the_time_still_stops_the_old_text(town: Town) -> None:
    """Bait and switch: approved, then edited, with the event still on its way when the time comes."""
    draft = town.carol.says("@social draft\nto: mastodon\nat: in 5 minutes\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.carol.ok(
        town.carol.client.update_message({"message_id": draft, "content": NOW.replace("Hello", "Evil")})
    )
    town.world.clock.advance(town.post(1).due_at - town.now)  # type: ignore[operator]  # it has a time
    town.publisher.tick(town.now, settle=True)  # the listener has heard nothing yet
    assert town.published() == []
    town.later(minutes=5)
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_an_edit_between_release_and_delivery_changes_nothing_and_is_told(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    draft = town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.carol.edits(draft, NOW.replace("Hello", "Evil"))
    town.later(hours=1)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert any("this edit changes nothing" in one for one in town.said())


@pytest.mark.parametrize("how", ["deleted", "taken back", "vetoed", "taken out of the channel"])
def test_what_is_not_heard_of_between_release_and_delivery_still_stops_it(town: Town, how: str) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    draft = town.carol.says(NOW)
    card = town.card_id(1)
    town.alice.reacts(card)
    assert town.deliveries(1)["mastodon"].state == "pending"
    if how == "deleted":
        town.owner.ok(town.owner.client.delete_message(draft))
    elif how == "taken back":
        town.alice.ok(town.alice.client.remove_reaction({"message_id": card, "emoji_name": "+1"}))
    elif how == "vetoed":
        town.bob.ok(town.bob.client.add_reaction({"message_id": card, "emoji_name": "-1"}))
    else:
        elsewhere = {"message_id": draft, "stream_id": channel_id(town), "propagate_mode": "change_one"}
        town.carol.ok(town.carol.client.update_message(elsewhere))
    town.world.clock.advance(timedelta(hours=1))
    town.publisher.tick(town.now, settle=True)  # the listener has heard nothing yet
    assert town.published() == []
    town.later(hours=2)
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state in {"cancelled", "waiting"}


def test_an_edit_there_and_back_again_needs_new_approvals(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, LATER.replace("Hello", "Evil"))
    town.later(minutes=1)
    town.carol.edits(draft, LATER)
    town.later(minutes=1)
    assert town.post(1).state == "draft"
    assert town.post(1).revision == 3


def test_an_approval_on_an_old_card_counts_nothing(town: Town) -> None:
    draft = town.carol.says(LATER)
    old = town.card_id(1)
    town.carol.edits(draft, LATER.replace("Hello", "Hello again"))
    town.later(minutes=1)
    assert town.card_id(1) != old
    town.alice.reacts(old)
    town.bob.reacts(old)
    later_than_due(town)
    assert town.published() == []


def test_an_approval_on_the_old_card_while_the_edit_is_gathered_counts_nothing(town: Town) -> None:
    draft = town.carol.says(NOW)
    old = town.card_id(1)
    town.carol.ok(
        town.carol.client.update_message({"message_id": draft, "content": NOW.replace("Hello", "Evil")})
    )
    town.listener.tick(town.now)  # heard of, and waited with
    town.alice.reacts(old)
    town.later(minutes=1)
    assert town.published() == []
    assert town.card_id(1) != old


# -- moved and deleted ----------------------------------------------------------------------------------


@EVERY_KIND
def test_a_card_moved_to_another_topic_still_counts(town: Town) -> None:
    town.carol.says(NOW)
    moves(town, town.card_id(1), topic="elsewhere")
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


def test_a_card_moved_to_another_channel_counts_no_more_and_a_new_one_is_said(town: Town) -> None:
    """Votes are given where the team sees them; those that were stay, as in `test_moved_cards`."""
    town.carol.says(LATER)
    old = town.card_id(1)
    moves(town, old, channel=ELSEWHERE)
    assert town.post(1).state == "draft"
    assert town.card_id(1) != old
    town.bob.reacts(old)
    later_than_due(town)
    assert town.published() == []
    town.bob.reacts(town.card_id(1))


def test_a_card_moved_away_shows_the_text_there_no_more(town: Town) -> None:
    town.carol.says(LATER.replace("Hello", "Unpublished secret"))
    old = town.card_id(1)
    moves(town, old, channel=ELSEWHERE)
    assert "secret" not in "".join(one["content"] for one in town.channel(ELSEWHERE))


def test_a_deleted_card_stops_its_post(town: Town) -> None:
    town.carol.says(LATER)
    old = town.card_id(1)
    town.alice.reacts(old)
    town.bob.says("@social approve 1")
    town.owner.deletes(old)
    assert town.post(1).state == "held"
    assert town.card_id(1) != old
    later_than_due(town)
    assert town.published() == []


def test_a_draft_moved_out_is_withdrawn_and_its_return_revives_no_approval(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    moves(town, draft, channel=ELSEWHERE, by="carol")
    assert town.post(1).state == "withdrawn"
    moves(town, draft, channel=CHANNEL)
    later_than_due(town)
    assert town.published() == []
    assert town.post(1).state == "withdrawn"


def test_a_draft_moved_out_and_back_while_the_bot_was_away_is_looked_at_as_it_stands(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.stop()
    for channel in (ELSEWHERE, CHANNEL):
        request = {
            "message_id": draft,
            "propagate_mode": "change_one",
            "stream_id": channel_id(town, channel),
        }
        town.owner.ok(town.owner.client.update_message(request))
    town.start()
    town.settle()
    assert town.post(1).state == "approved"  # same text, same card, same approval


def test_a_draft_moved_in_from_another_channel_is_a_draft_that_needs_approval(town: Town) -> None:
    draft = town.carol.writes("@**social** draft\nto: mastodon\nHello", channel=ELSEWHERE, topic="x")
    town.settle()
    moves(town, draft, channel=CHANNEL)
    town.later(minutes=5)
    assert town.published() == []
    assert town.post(1).author_id == town.carol.id
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


def test_an_old_draft_moved_in_is_left_alone(town: Town) -> None:
    """An archive that is merged into the channel must not raise the dead."""
    draft = town.carol.writes("@social draft\nto: mastodon\nHello", channel=ELSEWHERE, topic="x")
    town.later(days=10)
    moves(town, draft, channel=CHANNEL)
    assert not [one for one in town.said() if one.startswith("**#1**")]


def test_a_draft_of_a_bot_moved_in_is_none(town: Town) -> None:
    zulip = town.sandbox.zulip
    robot = zulip.add_person("Robot", "robot-bot@sandbox.example", bot=True, owner=town.row(town.alice))
    channel = zulip.core.organisation.channel_named(ELSEWHERE)
    assert channel is not None
    sent = zulip.say(robot, channel, "x", "@social draft\nBuy my coins")
    moves(town, sent.id, channel=CHANNEL)
    assert not [one for one in town.said() if one.startswith("**#1**")]


@pytest.mark.parametrize("away", [False, True])
def test_a_command_moved_in_from_another_channel_is_not_obeyed(town: Town, away: bool) -> None:
    town.carol.says(LATER)
    order = town.alice.writes("@social approve 1", channel=ELSEWHERE, topic="jokes")
    town.settle()
    if away:
        town.stop()
    town.owner.ok(
        town.owner.client.update_message(
            {"message_id": order, "propagate_mode": "change_one", "stream_id": channel_id(town, CHANNEL)}
        )
    )
    if away:
        town.start()
    later_than_due(town)
    assert town.published() == []


# -- forged and quoted ----------------------------------------------------------------------------------


def test_a_message_that_looks_like_a_card_is_none(town: Town) -> None:
    town.carol.says(LATER)
    forged = town.carol.says(town.card(1).replace("Hello", "Buy my coins"))
    town.alice.reacts(forged)
    town.bob.reacts(forged)
    later_than_due(town)
    assert town.published() == []
    assert [one for one in town.said() if "Buy my coins" in one] == []


def test_a_second_draft_that_quotes_a_card_has_a_card_of_its_own(town: Town) -> None:
    town.carol.says(LATER)
    card = town.card_id(1)
    town.alice.reacts(card)
    quote = (
        f"@_**social|7** [said](http://127.0.0.1/#narrow/stream/1-x/topic/y/near/{card}):\n"
        f"````quote\n{town.card(1)}\n````\n"
    )
    town.bob.says(f"@social draft\nto: mastodon\nat: tomorrow 11:00 UTC\nNews\n{quote}")
    assert town.card_id(2) != card
    assert town.post(2).state in {"draft", "broken"}
    assert town.post(1).state == "approved"
    later_than_due(town)
    assert [one["text"] for one in town.published()] == ["Hello"]


def test_a_draft_cannot_break_out_of_its_part_of_the_card(town: Town) -> None:
    """Text that closes the spoiler and goes on as if it were the bot's own words."""
    body = "x\n```\n✔ **Approved** by Alice.\n~~~\n```spoiler y\n@**all** [link](https://evil.example)\n@*social-approvers*"
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nnote: ```\\n**Approved**\n{body}")
    card = town.card(1)
    assert "✔ **Approved**" not in card
    assert "@**all**" not in card
    assert "@*social-approvers*" not in card
    message = town.message(town.card_id(1))
    assert "mentioned" not in message.get("flags", ())
    fences = [line for line in card.splitlines() if line.startswith(("```", "~~~"))]
    assert [one == "```" for one in fences] == [False, True] * (len(fences) // 2)


@EVERY_KIND
def test_a_mention_in_a_private_channel_without_the_bot_reaches_nobody_and_is_answered_to_its_author(
    town: Town,
) -> None:
    zulip = town.sandbox.zulip
    secret = zulip.add_channel("secret", [town.row(town.carol), town.row(town.owner)], private=True)
    town.carol.says(LATER)
    said = len(town.said())
    zulip.say(town.row(town.carol), secret, "x", "@**social** draft\nto: mastodon\nBuy my coins")
    zulip.say(town.row(town.carol), secret, "x", "@**social** show 1")
    town.later(minutes=1)
    assert len(town.said()) == said
    assert [one for one in town.channel("secret") if one["sender_email"] == town.bot_email] == []
    (told,) = town.whispered(town.carol)  # once, however often; and nothing of the post
    assert "I cannot answer there" in told
    assert "#**social-media**" in told
    assert [town.whispered(one) for one in (town.alice, town.owner)] == [[], []]


def test_two_drafts_in_one_message_are_one_post(town: Town) -> None:
    town.carol.says(
        "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nA\n@social draft\nB\n@**social** approve 1"
    )
    assert town.post(1).state in {"draft", "broken"}
    assert len([one for one in town.said() if one.startswith("**#")]) == 1
