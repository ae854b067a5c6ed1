"""Polls, from the draft to the platforms that have them, and to the cards of those that have none."""

from __future__ import annotations

import pytest
from test_video import film
from town import Town, picture

POLL = (
    "@social draft\nto: {to}\npoll: Yes :tada: | No | **Not** yet\npoll for: 3 days\nDo you test your code?"
)


def test_a_poll_is_on_mastodon_as_the_card_showed_it(town: Town) -> None:
    town.carol.says(POLL.format(to="mastodon"))
    card = town.card(1)
    assert "Poll, open for 3 days" in card
    assert "* Yes 🎉\n* No\n* Not yet" in card
    town.alice.reacts(town.card_id(1))
    (post,) = town.published("mastodon")
    assert list(post["poll"]["choices"]) == ["Yes 🎉", "No", "Not yet"]
    assert (post["poll"]["minutes"], post["poll"]["multiple"]) == (3 * 24 * 60, False)
    assert post["text"] == "Do you test your code?"


def test_a_poll_on_zulip_is_zulips_own(town: Town) -> None:
    town.carol.says(POLL.format(to="zulip"))
    assert "A poll on Zulip has no end" in town.card(1)
    town.alice.reacts(town.card_id(1))
    poll = town.channel("announcements")[-1]
    assert poll["content"] == "/poll Do you test your code?\n* Yes 🎉\n* No\n* Not yet"
    assert "widget" in poll["submessages"][0]["content"]
    assert len(town.published("zulip")) == 1, "the question is not said twice"


def test_a_text_that_is_more_than_the_question_stands_above_the_poll(town: Town) -> None:
    asked = POLL.format(to="zulip").replace("Do you test your code?", "We wonder.\n\nDo you test your code?")
    town.carol.says(asked)
    town.alice.reacts(town.card_id(1))
    text, poll = town.channel("announcements")[-2:]
    assert text["content"] == "We wonder.\n\nDo you test your code?"
    assert poll["content"].startswith("/poll Do you test your code?\n")


def test_a_poll_and_a_picture_cannot_both_go_to_mastodon(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"{POLL.format(to='mastodon')}\n[A chart]({path})")
    assert "either a poll or files" in town.card(1)
    assert town.post(1).state == "broken"
    town.alice.reacts(town.card_id(1))
    assert town.published() == []


def test_a_poll_that_cannot_be_is_told_with_its_line(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\npoll: yes\nDo you test?")
    assert "line 3: `poll:` takes two or more answers" in town.card(1)
    town.carol.says("@social draft\nto: mastodon\npoll: a | b\npoll for: 1 min\nDo you test?")
    assert "at least 5 minutes" in town.card(2)


def test_changing_the_poll_makes_a_new_card_and_voids_the_votes(town: Town) -> None:
    text = POLL.format(to="mastodon").replace("poll for", "at: tomorrow 10:00\npoll for")
    draft = town.carol.says(text)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.carol.edits(draft, text.replace("| No |", "| Never |"))
    town.later(seconds=10)
    assert town.post(1).state == "draft"
    assert "* Never" in town.card(1)


def test_an_edit_by_command_keeps_the_poll(town: Town) -> None:
    town.carol.says(POLL.format(to="mastodon"))
    town.carol.says("@social edit 1 Do you test your software?")
    town.alice.reacts(town.card_id(1))
    (post,) = town.published("mastodon")
    assert (post["text"], len(post["poll"]["choices"])) == ("Do you test your software?", 3)


def test_a_poll_survives_a_restart(town: Town) -> None:
    town.carol.says(POLL.format(to="mastodon"))
    town.restart()
    town.alice.reacts(town.card_id(1))
    assert len(town.published("mastodon")[0]["poll"]["choices"]) == 3


@pytest.mark.parametrize("platform,title", [("linkedin", "LinkedIn"), ("x", "X"), ("mastodon", "Mastodon")])
def test_a_platform_with_polls_shows_it_on_the_card(town: Town, platform: str, title: str) -> None:
    town.carol.says(POLL.format(to=platform))
    (head,) = [one for one in town.card(1).splitlines() if one.startswith(f"```spoiler {title}")]
    assert " · poll" in head
    town.alice.reacts(town.card_id(1))
    assert [one.state for one in town.deliveries(1).values()] == ["published"]


def test_a_platform_without_polls_says_so_on_the_card(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(f"{POLL.format(to='youtube')}\n[A talk]({path})")
    assert "poll: YouTube has none" in town.card(1)
