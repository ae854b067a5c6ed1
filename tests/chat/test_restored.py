"""What a copy does not know: it was brought back twice, two posts have one text, or somebody corrected what is there."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

import pytest
from test_youtube import film
from town import Town

from bot import keeping, wiring

SERVICES = ["mastodon", "x", "linkedin", "zulip"]


def copied(town: Town) -> Path:
    """A copy of all that the bot remembers now."""
    target = town.folder / f"copy-{town.now:%d-%H%M}.tar"
    keeping.make_copy(town.config, target, town.world.clock.now)
    return target


def restored(town: Town, copy: Path) -> None:
    """The bot's disk is lost, but for the key that is kept elsewhere, and the copy is brought back."""
    town.stop()
    key = town.config.social.data_dir / "secret.key"
    kept = key.read_bytes() if key.exists() else b""
    shutil.rmtree(town.config.social.data_dir)
    if kept:
        key.parent.mkdir(mode=0o700)
        key.touch(mode=0o600)
        key.write_bytes(kept)
    town.config = wiring.read_config(town.path, {})
    keeping.bring_back(town.config, copy, town.world.clock.now)
    town.start()
    town.settle()


def wait(town: Town, minutes: int = 10) -> None:
    for _ in range(minutes // 2):
        town.later(minutes=2)


def draft(town: Town, number: int, service: str, text: str, at: str) -> None:
    """Drafted and approved."""
    town.carol.says(f"@social draft\nto: {service}\nat: {at} UTC\n{text}")
    town.alice.reacts(town.card_id(number))


def ordered(town: Town, number: int) -> None:
    """An approver wants it out now."""
    town.alice.says(f"@social resume {number}")
    if not town.deliveries(number):
        town.alice.says(f"@social now {number}")
    wait(town)


def asked(town: Town, number: int) -> bool:
    return any(f"`retry {number}" in one for one in town.said())


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_copy_of_a_restored_bot_holds_is_looked_for_since_the_first_copy(
    town: Town, service: str
) -> None:
    """The second copy is of a bot that did not know either: it was held when that was made."""
    draft(town, 1, service, "The one and only news", "today 10:00")
    first = copied(town)
    town.later(hours=2, minutes=10)
    before = town.published(service)
    assert len(before) == 1
    town.later(hours=1)
    restored(town, first)
    town.later(hours=6)
    restored(town, copied(town))
    ordered(town, 1)
    assert town.published(service) == before
    assert (town.deliveries(1)[service].state, town.deliveries(1)[service].url) == (
        "published",
        before[0]["url"],
    )


@pytest.mark.parametrize(
    "service, order", [("mastodon", "cancel 1"), ("zulip", "hold 1"), ("linkedin", "edit 1 No office hours")]
)
def test_what_is_found_may_be_of_another_post_of_the_copy_whatever_was_ordered_for_that(
    town: Town, service: str, order: str
) -> None:
    """A weekly text: what is out may be either's, though the one is cancelled, and due a week before the other."""
    for number, day in ((1, "today"), (2, "2026-11-30")):
        draft(town, number, service, "Office hours: come in at two, ask anything.", f"{day} 10:00")
    copy = copied(town)
    town.later(hours=2, minutes=10)
    assert len(town.published(service)) == 1
    restored(town, copy)
    town.alice.says(f"@social {order}")
    town.alice.says("@social resume 2")
    town.later(days=6, hours=20)
    for _ in range(4):
        town.later(hours=1)
    assert len(town.published(service)) == 1
    assert town.deliveries(2)[service].state == "unknown"
    assert asked(town, 2)


@pytest.mark.parametrize("service", ["mastodon"])
def test_the_links_of_two_equal_posts_are_not_crossed(town: Town, service: str) -> None:
    for number, day in ((1, "today"), (2, "2026-11-30")):
        draft(town, number, service, "Office hours: come in at two, ask anything.", f"{day} 10:00")
    copy = copied(town)
    town.later(hours=2, minutes=10)
    restored(town, copy)
    for number in (2, 1):
        ordered(town, number)
    assert len(town.published(service)) == 1
    assert {town.deliveries(number)[service].state for number in (1, 2)} == {"unknown"}
    link = town.published(service)[0]["url"]
    town.alice.says(f"@social published 1 {service} {link}")
    wait(town)
    assert town.deliveries(1)[service].state == "published"


def mended(town: Town, service: str, text: str) -> None:
    """Somebody corrects the post by hand, at the platform itself."""
    core: Any = town.sandbox.zulip.core if service == "zulip" else town.sandbox.platforms[service]
    if service == "mastodon":
        (doc,) = core.statuses.values()
        core.statuses.put(doc["id"], {**doc, "text": text, "edited_at": town.now.isoformat()})
    if service == "linkedin":
        (doc,) = core.posts.values()
        core.posts.put(doc["id"], {**doc, "stored": text, "edited": True})
    if service == "x":
        (doc,) = core.posts.values()
        new = {**doc, "id": core.ids.next(), "versions": [doc["id"]], "text": text, "stored": text}
        core.posts.drop(doc["id"])
        core.posts.put(new["id"], new)
    if service == "zulip":
        message = core.organisation.messages[int(town.published(service)[0]["id"])]
        now = core.organisation.now()
        entry = {"user_id": message.sender_id, "timestamp": now, "prev_content": message.content}
        message.content, message.edited = text, now
        message.history.insert(0, entry)
    if service == "youtube":
        (doc,) = core.videos.values()
        core.videos.put(doc["id"], {**doc, "snippet": {**doc["snippet"], "title": text}})


@pytest.mark.parametrize("service", [*SERVICES, "youtube"])
def test_what_was_corrected_at_the_platform_since_the_copy_is_asked_about(town: Town, service: str) -> None:
    text = "The one and only nwes about the workshop"
    if service == "youtube":
        text = f"title: {text}\n\nA talk\n[A talk]({town.carol.uploads(film(), 'talk.mp4')})"
    draft(town, 1, service, text, "today 10:00")
    copy = copied(town)
    town.later(hours=1, minutes=30)
    town.later(hours=1)
    wait(town)
    before = town.published(service)
    assert len(before) == 1
    mended(town, service, "The one and only news about the workshop")
    town.later(hours=1)
    restored(town, copy)
    ordered(town, 1)
    assert [one["id"] for one in town.published(service)] == [before[0]["id"]]
    assert town.deliveries(1)[service].state == "unknown"
    assert asked(town, 1)


def test_a_restored_post_that_linkedin_calls_a_duplicate_is_asked_about(town: Town) -> None:
    """It is out since the copy and was deleted there: LinkedIn takes its text no more for two days."""
    draft(town, 1, "linkedin", "The one and only news", "today 10:00")
    copy = copied(town)
    town.later(hours=2, minutes=10)
    core: Any = town.sandbox.platforms["linkedin"]
    (doc,) = core.posts.values()
    core.posts.drop(doc["id"])
    town.later(hours=1)
    restored(town, copy)
    ordered(town, 1)
    assert town.deliveries(1)["linkedin"].state == "unknown"
    assert asked(town, 1)


def mend(town: Town, message: int, old: str, new: str, at: str = "20:00") -> None:
    """Carol mends her draft, however old it is."""
    town.sandbox.zulip.core.organisation.settings.edit_limit = None
    text = town.message(message)["content"].replace(old, new)
    town.carol.edits(message, text.replace("today 10:00", f"today {at}"))
    town.later(seconds=30)


@pytest.mark.parametrize("service", SERVICES)
def test_old_words_that_are_out_since_the_copy_are_found_before_new_ones_are_sent(
    town: Town, service: str
) -> None:
    """It went out after the copy was made; then its draft is mended and approved anew."""
    draft(town, 1, service, "The one and only nwes", "today 10:00")
    copy = copied(town)
    town.later(hours=2, minutes=10)
    before = town.published(service)
    assert len(before) == 1
    town.later(hours=1)
    restored(town, copy)
    mend(town, town.post(1).message_id, "nwes", "news")
    town.alice.reacts(town.card_id(1))
    ordered(town, 1)
    assert town.published(service) == before
    assert town.deliveries(1)[service].state == "unknown"
    assert asked(town, 1)
    told = html.unescape("\n".join(town.said()))
    assert f"in earlier words since the copy was made ({before[0]['url']})" in told
    town.alice.says("@social retry 1")
    wait(town)
    assert len(town.published(service)) == 2, "who orders it again has looked"


@pytest.mark.parametrize("service", ["mastodon", "zulip"])
@pytest.mark.parametrize("hidden", [False, True])
def test_words_that_the_copy_does_not_know_either_are_read_in_zulips_history(
    town: Town, service: str, hidden: bool
) -> None:
    """Mended after the copy, published so, and mended once more after it was brought back."""
    draft(town, 1, service, "The one and only nwes", "today 10:00")
    copy = copied(town)
    town.later(minutes=1)
    message = town.post(1).message_id
    mend(town, message, "nwes", "news from us", "10:00")
    town.alice.reacts(town.card_id(1))
    town.later(hours=2, minutes=10)
    before = town.published(service)
    assert len(before) == 1
    restored(town, copy)
    town.sandbox.zulip.core.organisation.settings.show_history = not hidden
    mend(town, message, "news from us", "and last thing")
    town.alice.reacts(town.card_id(1))
    ordered(town, 1)
    assert town.published(service) == before
    assert town.deliveries(1)[service].state == "unknown"
    assert asked(town, 1)


def test_words_that_never_went_out_hinder_nothing(town: Town) -> None:
    draft(town, 1, "mastodon", "The one and only nwes", "today 18:00")
    copy = copied(town)
    town.later(hours=1)
    restored(town, copy)
    mend(town, town.post(1).message_id, "nwes", "news")
    town.alice.reacts(town.card_id(1))
    ordered(town, 1)
    assert [one["text"] for one in town.published("mastodon")] == ["The one and only news"]
