"""Announcements on Zulip, in conversations: markup kept, files, several channels, private ones, limits."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from town import Town, picture

from bot import wiring

TO_ZULIP = "@social draft\nto: zulip\n"


def announced(town: Town, channel: str = "announcements") -> list[dict[str, Any]]:
    return [one for one in town.channel(channel) if one["sender_email"] == town.bot_email]


def configured(town: Town, lines: str) -> None:
    """The bot with these lines in the place of its Zulip section."""
    text = town.path.read_text()
    head, _, rest = text.partition("[zulip]\n")
    after = rest.partition("\n[")
    town.path.write_text(head + lines + (f"\n[{after[2]}" if after[2] else ""))
    town.config = wiring.read_config(town.path, {})
    town.restart()


def channel(town: Town, name: str, *, private: bool = False) -> int:
    organisation = town.sandbox.zulip.core.organisation
    people = [one for one in organisation.people.values() if one.email in {town.bot_email, town.owner.email}]
    return int(town.sandbox.zulip.add_channel(name, people, private=private).stream_id)


def test_the_drafts_own_markup_is_kept_and_files_are_uploaded_anew(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(
        f"{TO_ZULIP}**Bold** and [a link](https://coderefinery.org) :tada:\n* one\n[A map]({path})"
    )
    town.alice.reacts(town.card_id(1))
    (message,) = announced(town)
    assert message["content"].startswith("**Bold** and [a link](https://coderefinery.org) 🎉\n* one")
    assert "[A map](/user_uploads/" in message["content"]
    assert path not in message["content"]


def test_a_zulip_section_has_markup_of_its_own(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, zulip\nPlain words\n--- zulip\n**Only** for `us`")
    town.alice.reacts(town.card_id(1))
    assert announced(town)[0]["content"] == "**Only** for `us`"
    assert town.published("mastodon")[0]["text"] == "Plain words"


def test_a_text_too_long_goes_out_as_messages_in_order(town: Town) -> None:
    """What stands in a draft can grow on its way: signs in an alt text are written out."""
    path = town.carol.uploads(picture(), "a.png")
    alt = "_".join("abcdefgh" * 8)
    words = "\n\n".join(f"{number} " + "word " * 240 for number in range(8))[:9_750].strip()
    town.carol.says(f"{TO_ZULIP}{words}\n[{alt}]({path})")
    assert "thread of 2" in town.card(1)
    assert "it goes out as 2 messages" in town.card(1)
    town.alice.reacts(town.card_id(1))
    first, second = announced(town)
    assert first["content"].startswith("0 word")
    assert "/user_uploads/" in second["content"]
    assert "/user_uploads/" not in first["content"]


def test_two_accounts_are_two_channels(town: Town) -> None:
    channel(town, "news")
    channel(town, "events")
    configured(town, "[zulip:news]\nchannel = news\n\n[zulip:events]\nchannel = events\ntopic = {title}\n")
    town.carol.says(
        "@social draft\nto: zulip\ntitle: Spring workshop\nHello\n--- zulip:events\n**Come** to us"
    )
    card = town.card(1)
    assert "Zulip (news) · Zulip (events)" in card
    assert "topic: Spring workshop" in card
    town.alice.reacts(town.card_id(1))
    assert [(one["subject"], one["content"]) for one in announced(town, "news")] == [
        ("announcements", "Hello")
    ]
    assert [(one["subject"], one["content"]) for one in announced(town, "events")] == [
        ("Spring workshop", "**Come** to us")
    ]
    town.later(minutes=1)
    assert "channel/" in "".join(town.said())


def test_a_private_channel_is_never_linked_and_the_report_says_why(town: Town) -> None:
    number = channel(town, "board", private=True)
    configured(town, "[zulip]\nchannel = board\n")
    town.carol.says(f"{TO_ZULIP}Hello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert [one["content"] for one in announced(town, "board")] == ["Hello"]
    assert any("private channel, so no link" in one for one in town.said())
    assert not any(f"channel/{number}" in one or f"stream/{number}" in one for one in town.said())
    assert f"channel/{number}" not in town.card(1)
    for question in ("@social history", "@social show 1", "@social log 1", "@social queue"):
        town.carol.says(question)
        assert f"channel/{number}" not in town.said()[-1]


def test_a_rate_limit_of_zulip_holds_nobody_else(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: zulip, mastodon\nat: in 1 hour\nHello\n[A map]({path})")
    town.alice.reacts(town.card_id(1))
    town.fault("zulip", "429", path="/user_uploads", method="POST")
    began = time.monotonic()
    town.later(hours=1)
    assert time.monotonic() - began < 10  # the server asked for 29 seconds, and nobody slept
    assert [one["text"] for one in town.published("mastodon")] == ["Hello"]
    assert town.deliveries(1)["zulip"].state == "pending"
    assert announced(town) == []
    town.later(minutes=1)
    assert len(announced(town)) == 1


@pytest.mark.parametrize("fault", ["500", "502-html", "503", "reset-before", "reset-after"])
def test_an_answer_that_was_lost_is_looked_for_and_nothing_is_said_twice(town: Town, fault: str) -> None:
    town.carol.says(f"{TO_ZULIP}at: in 1 hour\nHello")
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(timedelta(hours=1))
    town.fault("zulip", fault, path="/messages", method="POST")
    for _ in range(6):
        town.later(minutes=1)
    assert [one["content"] for one in announced(town)] == ["Hello"]
    assert town.deliveries(1)["zulip"].state == "published"
