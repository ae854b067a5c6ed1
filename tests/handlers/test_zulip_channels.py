"""Zulip in depth, against the sandbox's own server at the levels that are known: several channels and topics, private
ones, what is stored, polls, large files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip as Town
from handlers.base import Draft, Options, Poll, Rejected, Tools
from handlers.media import Media
from handlers.zulip import Zulip
from handlers.zulip.privacy import NO_LINK
from handlers.zulip.settings import ZulipSettings


class Square:
    """An organization with a bot, an owner, and channels of both kinds."""

    def __init__(self, base: str, town: Town, world: World, tools: Tools) -> None:
        self.base, self.town, self.world, self.tools = base, town, world, tools
        self.owner = town.add_person("Olivia", "olivia@example.org")
        self.bot = town.add_person("social", "social-bot@example.org", bot=True, owner=self.owner)

    def channel(self, name: str, *, private: bool = False, with_bot: bool = True) -> Any:
        people = [self.owner, *([self.bot] if with_bot else [])]
        return self.town.add_channel(name, people, private=private)

    def handler(self, channel: str, account: str = "zulip", **more: Any) -> Zulip:
        given = {
            "site": self.base,
            "email": self.bot.email,
            "key": self.bot.api_key,
            "channel": channel,
            **more,
        }
        return Zulip(account, ZulipSettings.model_validate(given), self.tools)

    def messages(self) -> list[Any]:
        rows = self.town.core.organisation.messages.values()
        return [one for one in rows if one.sender_id == self.bot.user_id]


@pytest.fixture(params=[218, 321, 512])
def square(request: Any, tools: Tools, clock: Any) -> Iterator[Square]:
    world = World()
    world.clock.to(clock())
    towns: list[Town] = []

    def build(base: str) -> Any:
        towns.append(Town(world, base=base, feature_level=request.param))
        return towns[0].app

    with serving(build) as base:
        yield Square(base, towns[0], world, tools)
    world.shelf.close()


def test_a_message_in_a_private_channel_has_no_link_and_says_why(square: Square, delivery: Any) -> None:
    square.channel("board", private=True)
    published = square.handler("board").send(
        square.handler("board").prepare(Draft("Hello")), delivery.ticket()
    )
    assert (published.url, published.warnings) == ("", (NO_LINK,))
    assert len(square.messages()) == 1


def test_a_public_channel_that_the_bot_is_not_in_is_linked(square: Square, delivery: Any) -> None:
    square.channel("open", with_bot=False)
    handler = square.handler("open")
    published = handler.send(handler.prepare(Draft("Hello")), delivery.ticket())
    assert f"-open/topic/announcements/near/{published.id}" in published.url
    assert published.warnings == ()


def test_a_private_message_that_was_found_again_has_no_link_either(
    square: Square, delivery: Any, clock: Any
) -> None:
    square.channel("board", private=True)
    handler = square.handler("board")
    out = handler.prepare(Draft("Hello"))
    handler.send(out, delivery.ticket())
    trying = {"part": 0, "at": clock().isoformat(), "key": delivery.key}
    delivery.receipt = {"out": [], "trying": trying}
    found = handler.find(out, delivery.ticket())
    assert found is not None
    assert (found.url, found.warnings) == ("", (NO_LINK,))


def test_several_accounts_are_several_channels_and_topics(square: Square, delivery: Any) -> None:
    for name in ("news", "events"):
        square.channel(name)
    handlers = [
        square.handler("news", "zulip:news", topic="from the team"),
        square.handler("events", "zulip:events", topic="{title}"),
    ]
    for handler in handlers:
        delivery.receipt = {}
        handler.send(
            handler.prepare(Draft("Hello", options=Options(title="Spring workshop"))), delivery.ticket()
        )
    assert [one.topic for one in square.messages()] == ["from the team", "Spring workshop"]


@pytest.mark.parametrize(
    "title,text,topic",
    [
        ("Spring workshop", "Hello", "events: Spring workshop"),
        (None, "**Registration** is open\nmore", "events: Registration is open"),
        (None, "", "events: announcement"),
        ("A very long title of a workshop that goes on and on without an end", "x", "events: A very long title of a workshop that goes on and…"),
        ("x" * 80, "x", f"events: {'x' * 51}…"),
        ("Tab\tand\u200bmore", "x", "events: Tabandmore"),
    ],
)  # fmt: skip
def test_the_topic_may_be_made_of_the_title(tools: Tools, title: str | None, text: str, topic: str) -> None:
    given = {
        "site": "https://x.example",
        "email": "e",
        "key": "k",
        "channel": "news",
        "topic": "events: {title}",
    }
    out = Zulip("zulip", ZulipSettings.model_validate(given), tools).prepare(
        Draft(text, options=Options(title=title))
    )
    assert out.extra["topic"] == topic
    assert len(topic) <= 60


def test_a_poll_is_a_message_of_its_own_after_the_text(square: Square, delivery: Any) -> None:
    square.channel("news")
    handler = square.handler("news")
    poll = Poll(("**Yes**", "- 5 degrees", "@**all**"), 60)
    out = handler.prepare(Draft("We plan the spring.\nDo you come?\nSee you!", options=Options(poll=poll)))
    assert [one.text for one in out.problems] == [
        "A poll on Zulip has no end, and everybody may choose several answers."
    ]
    assert handler.send(out, delivery.ticket()).warnings == ()
    first, second = square.messages()
    assert first.content.startswith("We plan the spring.")
    assert second.content.splitlines()[0] == "/poll Do you come?"
    assert "@**all**" not in second.content
    assert any('"widget_type": "poll"' in one["content"] for one in second.submessages)


def test_a_large_film_is_streamed(square: Square, delivery: Any) -> None:
    square.channel("news")
    data = b"\x00\x00\x00\x18ftypmp42" + bytes(24 * 1024 * 1024 - 12)
    film = Media(square.tools.store.put(data), "film.mp4", "video/mp4", len(data), "A talk")
    del data
    handler = square.handler("news")
    out = handler.prepare(Draft("A film", (film,)))
    assert [one.text for one in out.problems if one.error] == []
    published = handler.send(out, delivery.ticket())
    assert published.warnings == ()
    done = [step.done for step in delivery.steps]
    assert done == sorted(done)
    assert done[-1] == film.size
    assert "[A talk](/user_uploads/" in square.messages()[0].content


# --- what would be refused is found by the check


def test_a_check_finds_nothing_in_a_channel_that_is_as_it_should_be(square: Square) -> None:
    square.channel("news")
    assert square.handler("news").check().warnings == ()


@pytest.mark.parametrize("policy, owner_role", [(2, 200), (4, 300)], ids=["administrators", "moderators"])
def test_a_channel_in_which_the_bot_may_not_write_is_found_before_a_post_is_due(
    square: Square, delivery: Any, policy: int, owner_role: int
) -> None:
    channel = square.channel("news")
    channel.post_policy = policy
    square.town.save(channel)
    handler = square.handler("news")
    (warning,) = handler.check().warnings
    assert "The bot may not post in #news: only" in warning
    with pytest.raises(Rejected, match="may not write"):
        handler.send(handler.prepare(Draft("Hello")), delivery.ticket())
    square.town.set_role(square.owner, owner_role)  # a bot may what its owner may
    assert handler.check().warnings == ()
    assert handler.send(handler.prepare(Draft("Hello")), delivery.ticket()).id


@pytest.mark.parametrize("by_name", [True, False], ids=["name", "number"])
def test_an_archived_channel_is_found(square: Square, by_name: bool) -> None:
    channel = square.channel("news")
    handler = square.handler("news" if by_name else str(channel.stream_id))
    assert handler.check().warnings == ()
    square.town.archive(channel)
    (warning,) = handler.check().warnings
    assert "it is archived, private without the bot, or not there" in warning
    if by_name:  # as after a start
        with pytest.raises(Rejected, match="archived"):
            square.handler("news").check()


def test_an_empty_topic_is_found_where_the_server_has_none(square: Square, delivery: Any) -> None:
    square.channel("news")
    handler = square.handler("news", topic="")
    warnings = handler.check().warnings
    if square.town.core.since(334):
        assert warnings == ()
        assert handler.send(handler.prepare(Draft("Hello")), delivery.ticket()).id
    else:
        assert ["takes no message without a topic" in one for one in warnings] == [True]
        with pytest.raises(Rejected, match="sets `topic`"):
            handler.send(handler.prepare(Draft("Hello")), delivery.ticket())


@pytest.mark.parametrize(
    "rule, topic, said",
    [
        ({"topics_policy": "disable_empty_topic"}, "", "takes no message without a topic"),
        ({"topics_policy": "empty_topic_only"}, "announcements", "takes only messages without a topic"),
        ({"new_topics": False}, "announcements", "begins the topic “announcements”"),
        ({"new_topics": False}, "{title}", "may not begin a topic"),
    ],
)
@pytest.mark.parametrize("square", [512], indirect=True)
def test_a_channels_rule_about_topics_is_found(square: Square, rule: Any, topic: str, said: str) -> None:
    channel = square.channel("news")
    for name, value in rule.items():
        setattr(channel, name, value)
    square.town.save(channel)
    (warning,) = square.handler("news", topic=topic).check().warnings
    assert said in warning
    if "new_topics" in rule and topic == "announcements":
        square.town.say(square.owner, channel, topic, "It is begun.")
        assert square.handler("news", topic=topic).check().warnings == ()
