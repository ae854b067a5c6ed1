"""What becomes of a draft on X before anything is sent: limits, polls, prices."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from handlers.base import Draft, Options, Poll, Tools
from handlers.media import Media
from handlers.x import X, XSettings

SECRETS = {"api_key": "a", "api_secret": "b", "access_token": "c", "access_token_secret": "d"}
LINK = "Registration is open: https://coderefinery.org/workshops"


def x_with(tools: Tools, **more: Any) -> X:
    return X("x", XSettings.model_validate({**SECRETS, **more}), tools)


@pytest.fixture
def x(tools: Tools) -> X:
    return x_with(tools)


def gif(tools: Tools, width: int, height: int, frames: int) -> Media:
    out = io.BytesIO()
    first, *rest = [Image.new("P", (width, height), number % 250) for number in range(frames)]
    first.save(out, "GIF", save_all=True, append_images=rest, duration=100)
    data = out.getvalue()
    return Media(tools.store.put(data), "dance.gif", "image/gif", len(data), "", width, height, frames=frames)


def picture(tools: Tools, alt: str = "Learners") -> Media:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return Media(tools.store.put(out.getvalue()), "a.png", "image/png", len(out.getvalue()), alt, 40, 30)


def film(tools: Tools, **facts: Any) -> Media:
    usual = {"width": 1280, "height": 720, "seconds": 60.0, "codecs": ("h264", "aac"), "fps": 25.0}
    fields = {"size": 8, "mime": "video/mp4", **usual, **facts}
    return Media(tools.store.put(b"the film"), "talk.mp4", **fields)


def told(x: X, draft: Draft) -> list[str]:
    """The errors on the card."""
    return [one.text for one in x.prepare(draft).problems if one.error]


# -- price --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, price",
    [
        ("No link at all", 15),
        (LINK, 200),
        ("Two: https://a.example.org and https://b.example.org", 200),
        ("Bare: example.org", 200),
        ("No address: version 3.11, file.unknownending, a@b", 15),
        (" ".join(["Words without a link"] * 20), 30),
        (" ".join(["Words without a link"] * 20) + f" {LINK}", 15 + 200),
    ],
)
def test_a_part_with_a_link_costs_twenty_cents_and_one_without_one_and_a_half(
    x: X, text: str, price: int
) -> None:
    assert x.prepare(Draft(text)).price == price


@pytest.mark.parametrize(
    "text, named",
    [
        ("Read README.md and setup.py, then data.zip", "links of “README.md”, “setup.py”, “data.zip”"),
        ("It is over.So we go home", "a link of “over.So”"),
        ("Bare: example.org", "a link of “example.org”"),
        ("ASP.NET is old", "a link of “ASP.NET”"),
        ("main.rs, main.rs", "a link of “main.rs”"),
    ],
)
def test_words_that_x_makes_links_of_are_named_with_the_price(x: X, text: str, named: str) -> None:
    outgoing = x.prepare(Draft(text))
    (problem,) = outgoing.problems
    assert problem.text.startswith(
        f"X makes {named}, and a post with a link costs 0.20 USD instead of 0.015. Where no link is meant, "
    )
    assert (problem.error, outgoing.price) == (False, 200)


def test_beside_a_link_that_is_meant_such_a_word_costs_nothing_more_and_is_still_a_link(x: X) -> None:
    (problem,) = x.prepare(Draft(f"Read README.md and www.example.org! {LINK}")).problems
    assert problem.text.startswith("X makes a link of “README.md”. Where no link is meant")


@pytest.mark.parametrize(
    "text",
    [LINK, "Node.js, version 3.11, e.g. a notebook.ipynb of me@example.org", "@neic.no says #data.zip"],
)
def test_no_false_alarm_for_words_on_x(x: X, text: str) -> None:
    assert x.prepare(Draft(text)).problems == ()


def test_each_alt_text_costs_half_a_cent(x: X, tools: Tools) -> None:
    files = (picture(tools), picture(tools), picture(tools, alt=""))
    assert x.prepare(Draft("Look", files)).price == 15 + 2 * 5


def test_a_post_that_costs_more_than_the_whole_budget_cannot_go_out(tools: Tools) -> None:
    poor = x_with(tools, monthly_budget_usd=Decimal("0.199"))
    (error,) = told(poor, Draft(LINK))
    assert "0.20 USD" in error
    assert "0.199 USD" in error
    assert told(poor, Draft("Without a link")) == []
    assert told(x_with(tools, monthly_budget_usd="0.20"), Draft(LINK)) == []
    assert told(x_with(tools), Draft(LINK)) == []


@pytest.mark.parametrize("budget", ["-1", "a lot", "0.0001", "nan", "inf"])
def test_a_budget_that_is_none_is_refused(tools: Tools, budget: str) -> None:
    with pytest.raises(ValueError, match="monthly_budget_usd"):
        x_with(tools, monthly_budget_usd=budget)


# -- polls --------------------------------------------------------------------------------------------------


def asking(*choices: str, minutes: int = 1440, **more: Any) -> Options:
    return Options(poll=Poll(choices, minutes, **more))


def test_a_poll_goes_with_the_first_part(x: X) -> None:
    outgoing = x.prepare(Draft("Which day suits you?", options=asking("Monday", "Friday")))
    assert outgoing.poll == Poll(("Monday", "Friday"), 1440)
    assert outgoing.problems == ()


@pytest.mark.parametrize(
    "draft, words",
    [
        (Draft("Q?", options=asking("one")), "2 to 4 choices, not 1"),
        (Draft("Q?", options=asking("1", "2", "3", "4", "5")), "2 to 4 choices, not 5"),
        (Draft("Q?", options=asking("a" * 26, "b")), "26 of 25"),
        (Draft("Q?", options=asking("a", " ")), "empty"),
        (Draft("Q?", options=asking("a", "b", minutes=4)), "5 minutes to 7 days"),
        (Draft("Q?", options=asking("a", "b", minutes=10_081)), "5 minutes to 7 days"),
        (Draft("", options=asking("a", "b")), "no text"),
    ],
)
def test_a_poll_that_x_does_not_take_is_told(x: X, draft: Draft, words: str) -> None:
    assert any(words in one for one in told(x, draft)), told(x, draft)


def test_a_poll_and_files_exclude_each_other(x: X, tools: Tools) -> None:
    (error,) = told(x, Draft("Q?", (picture(tools),), asking("a", "b")))
    assert "either a poll or files" in error


def test_a_poll_of_several_answers_becomes_one_of_one_and_says_so(x: X) -> None:
    outgoing = x.prepare(Draft("Q?", options=asking("a" * 25, "b", minutes=10_080, multiple=True)))
    assert outgoing.poll is not None
    assert not outgoing.poll.multiple
    (warning,) = outgoing.problems
    assert (warning.error, "only one answer" in warning.text) == (False, True)


# -- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("$ABC alone", False),
        ("$ABC, $abc and $5", False),
        ("$ABC and $DEF", True),
        ("US$ABC and A$DEF are none", False),
    ],
)
def test_one_post_has_one_cashtag(x: X, text: str, wrong: bool) -> None:
    assert any("cashtag" in one for one in told(x, Draft(text))) is wrong


def test_many_mentions_are_warned_of(x: X) -> None:
    few = x.prepare(Draft("Thanks @ada, @bob and @carol; write to me@example.org"))
    many = x.prepare(Draft("Thanks @ada, @bob, @carol and @dave"))
    assert few.problems == ()
    assert [(one.error, "mention" in one.text) for one in many.problems] == [(False, True)]


def test_what_x_has_not_is_told(x: X) -> None:
    outgoing = x.prepare(Draft("Hello", options=Options(cw="food", visibility="unlisted")))
    assert [one.error for one in outgoing.problems] == [False, False]


# -- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts, words",
    [
        ({}, ""),
        ({"seconds": 20 * 60.0}, ""),
        ({"seconds": 21 * 60.0}, "lasts 21 min of at most 20 min"),
        ({"seconds": 0.4}, "at least 0.5 s"),
        ({"size": 8_100_000_000}, "of at most"),
        ({"fps": 90.0}, "pictures a second"),
        ({"codecs": ("hevc", "aac")}, "H.265"),
        ({"codecs": ("h264", "opus")}, "Opus"),
        ({"width": 3100, "height": 1000}, "too wide"),
        ({"width": 1000, "height": 3100}, "too narrow"),
        ({"mime": "video/webm"}, "WebM"),
        ({"codecs": (), "fps": 0.0, "seconds": 0.0, "width": 0, "height": 0}, ""),
    ],
)
def test_a_video_is_judged_by_the_limits_of_x(x: X, tools: Tools, facts: dict[str, Any], words: str) -> None:
    errors = told(x, Draft("A talk", (film(tools, **facts),)))
    assert any(words in one for one in errors) if words else errors == []


def test_premium_may_post_longer_videos(tools: Tools) -> None:
    draft = Draft("A talk", (film(tools, seconds=100 * 60.0),))
    assert told(x_with(tools, premium=True), draft) == []
    assert len(told(x_with(tools), draft)) == 1


def test_a_gif_is_scaled_into_the_box_of_x_and_says_so(x: X, tools: Tools) -> None:
    outgoing = x.prepare(Draft("Dance", (gif(tools, 1600, 1200, 2),)))
    (media,) = outgoing.parts[0].media
    assert media.width <= 1280
    assert media.height <= 1080
    assert "scaled" in media.note
    assert [one for one in outgoing.problems if one.error] == []


def test_a_gif_of_too_many_pictures_is_told(x: X, tools: Tools) -> None:
    assert told(x, Draft("Dance", (gif(tools, 8, 8, 350),))) == []
    (error,) = told(x, Draft("Dance", (gif(tools, 8, 8, 351),)))
    assert "351 pictures; a GIF may have 350" in error
    small = gif(tools, 8, 8, 300)
    huge = Media(small.sha256, "dance.gif", "image/gif", small.size, "", 1280, 1000, frames=300)
    assert any("too long for its size" in one for one in told(x, Draft("Dance", (huge,))))


@pytest.mark.parametrize("others", ["picture", "gif", "film"])
def test_kinds_of_files_are_never_mixed(x: X, tools: Tools, others: str) -> None:
    other = {"picture": picture(tools), "gif": gif(tools, 8, 8, 2), "film": film(tools)}[others]
    for first in (gif(tools, 9, 9, 2), film(tools)):
        assert any("only alone" in one for one in told(x, Draft("Both", (first, other))))


def test_five_pictures_are_too_many(x: X, tools: Tools) -> None:
    assert told(x, Draft("Look", (picture(tools),) * 4)) == []
    assert any("takes 4 pictures, not 5" in one for one in told(x, Draft("Look", (picture(tools),) * 5)))


def test_an_alt_text_is_measured_as_x_measures_it(x: X, tools: Tools) -> None:
    family = "👩‍👩‍👧‍👦"  # one character for people, seven for X
    assert told(x, Draft("Look", (picture(tools, alt="a" * 1000),))) == []
    assert told(x, Draft("Look", (picture(tools, alt=family * 142),))) == []
    (error,) = told(x, Draft("Look", (picture(tools, alt=family * 143),)))
    assert "1001 of 1000" in error
    (error,) = told(x, Draft("Look", (picture(tools, alt="a" * 1001),)))
    assert "1001 of 1000" in error
