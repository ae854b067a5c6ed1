"""Whatever stands in Zulip's place and answers nonsense, the bot goes on: one line in the log, and another try."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

import pytest
from town import Town

from bot.chat import ChatError, Dismissed, QueueGone
from bot.sandbox.rudeness import RUDE
from handlers.bounds import at_most

ENDLESS = ("huge", "bomb", "endless", "trailer", "drip", "drip-headers")
ASKED = {
    "events": "/api/v1/events",
    "register": "/api/v1/register",
    "message": "/api/v1/messages/",
    "messages": "/api/v1/messages?",
    "me": "/api/v1/users/me",
    "subscriptions": "/api/v1/users/me/subscriptions",
    "emoji": "/static/",
}
"""What the bot reads -> where."""


def goes_wrong(town: Town, fault: str, path: str) -> None:
    """The whole of listening, as `Listener.run` does it, while that is answered so."""
    town.fault("zulip", fault, times=3, path=path, delay_s=0.05)
    try:
        town.listener.tick(town.now)
        town.publisher.tick(town.now)
        town.listener.start(town.now)
    except Dismissed:
        raise
    except (ChatError, QueueGone):
        pass


@pytest.mark.parametrize("what", ASKED)
def test_nonsense_from_zulip_ends_in_another_try(
    town: Town, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    town.carol.writes("@social draft\nto: mastodon\nThe workshop begins.")
    caplog.set_level(logging.WARNING)
    begun = time.monotonic()
    with at_most(0.3):
        for fault in RUDE if what == "events" else [one for one in RUDE if one not in ENDLESS]:
            goes_wrong(town, fault, ASKED[what])
            town.sandbox.faults.clear()
    assert time.monotonic() - begun < 60
    assert not [one for one in caplog.records if one.exc_info], (
        "a bug is told with a traceback, nonsense in one line"
    )
    with suppress(QueueGone):
        town.listener.start(town.now)
    town.later(minutes=2)
    assert town.card_id(1), "the draft that was written meanwhile has its card"
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    assert [one["service"] for one in town.published()] == ["mastodon"], town.said()
    assert len([one for one in town.messages() if one["content"].startswith("**#1** by")]) == 1


def test_an_event_that_cannot_be_understood_leads_to_a_look_at_everything(town: Town) -> None:
    card = town.carol.says("@social draft\nto: mastodon\nThe workshop begins.") and town.card_id(1)
    town.fault("zulip", "twisted", path="/api/v1/events")
    town.alice.ok(town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"}))
    with pytest.raises(ChatError, match="cannot be understood"):
        town.listener.tick(town.now)
    town.settle()
    assert len(town.published("mastodon")) == 1


def test_a_directory_that_is_not_whole_takes_nobody_their_rights(town: Town) -> None:
    """An answer without people would make strangers of all approvers, and drafts of all that they approved."""
    from bot.chat.people import Directory
    from bot.chat.sense import MALFORMED

    directory = Directory(me=3)
    whole = {"realm_users": [{"user_id": 3}], "realm_user_groups": [], "subscriptions": []}
    directory.read(whole)
    for name in whole:
        for wrong in ({**whole, name: []} if name == "realm_users" else {}, {**whole, name: None}, {}):
            with pytest.raises(MALFORMED):
                directory.read({key: one for key, one in wrong.items() if one is not None})
    assert 3 in directory.people
