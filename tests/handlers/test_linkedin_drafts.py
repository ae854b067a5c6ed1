"""What a draft becomes for LinkedIn, and what its card says of files, polls, links and versions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.base import Draft, Options, Outgoing, Part, Poll, Tools, Unavailable
from handlers.linkedin import LinkedIn, limits, little, versions, writing
from handlers.linkedin.polls import DURATIONS
from handlers.linkedin.settings import LinkedInSettings
from handlers.linkedin.usage import APP_CALLS, BURSTS, MEMBER_CALLS, Counter
from handlers.media import Media

DAY = 24 * 60


@pytest.fixture
def linkedin(tools: Tools) -> LinkedIn:
    return LinkedIn("linkedin", LinkedInSettings(organization="123"), tools)


def file(mime: str, **more: Any) -> Media:
    given = {"size": 1_000_000, "width": 640, "height": 480, **more}
    return Media("0" * 64, f"file.{mime.rpartition('/')[2]}", mime, **given)


def told(out: Outgoing) -> tuple[list[str], list[str]]:
    """What stands on the card: errors, and everything else."""
    errors = [one.text for one in out.problems if one.error]
    return errors, [one.text for one in out.problems if not one.error]


# --- files


@pytest.mark.parametrize(
    "media, words",
    [
        (file("video/mp4", seconds=3.0), None),
        (file("video/mp4", seconds=1800.0), None),
        (file("video/mp4", seconds=2.5), "lasts 2.5 s, and at least 3 s are needed"),
        (file("video/mp4", seconds=1900.0), "lasts 31 min 40 s of at most 30 min"),
        (file("video/mp4", size=70_000), "has 70 kB, and at least 77 kB are needed"),
        (file("video/mp4", size=6 * 1024**3), "of at most"),
        (file("video/quicktime"), "only MP4 is taken"),
        (file("application/pdf", size=100_000_000, frames=300), None),
        (file("application/pdf", size=100_000_001), "of at most 100.0 MB"),
        (file("application/pdf", frames=301), "has 301 of 300 pages"),
        (file("text/csv"), "export it as PDF"),
        (file("image/gif", frames=250), None),
        (file("image/gif", frames=251), "has 251 pictures, and an animation may have 250"),
        (file("image/png", alt="x" * 4086), None),
        (file("image/png", alt="x" * 4087), "the alt text of picture 1 has 4087 of 4086"),
    ],
)
def test_what_linkedin_refuses_of_a_file_is_an_error_on_the_card(
    linkedin: LinkedIn, media: Media, words: str | None
) -> None:
    errors, _ = told(linkedin.prepare(Draft("Hello", (media,))))
    assert len(errors) == (0 if words is None else 1)
    assert words is None or words in errors[0]


@pytest.mark.parametrize(
    "media, words",
    [
        (file("video/mp4", size=500_000_000, codecs=("h264", "aac")), None),
        (file("video/mp4", size=600_000_000), "it may be refused"),
        (file("video/mp4", codecs=("hevc", "aac")), "(H.265 (HEVC)). MP4 with H.264"),
    ],
)
def test_what_linkedin_may_refuse_is_a_warning(linkedin: LinkedIn, media: Media, words: str | None) -> None:
    errors, rest = told(linkedin.prepare(Draft("Hello", (media,))))
    assert errors == []
    unsure = [one for one in rest if "no alt text" not in one]
    assert len(unsure) == (0 if words is None else 1)
    assert words is None or words in unsure[0]


@pytest.mark.parametrize(
    "mime, word", [("video/mp4", "videos"), ("application/pdf", "documents"), ("image/png", "")]
)
def test_a_medium_without_alt_text_is_told_once(linkedin: LinkedIn, mime: str, word: str) -> None:
    _, rest = told(linkedin.prepare(Draft("Hello", (file(mime, alt="A talk"),))))
    assert rest == (
        [f"LinkedIn has no alt text for {word}: say in the text what is to be seen."] if word else []
    )


# --- links


def test_a_link_and_one_picture_are_a_card_and_with_more_files_the_link_is_text(linkedin: LinkedIn) -> None:
    link = Options(link="https://x.org/a", title="Read this")
    card = linkedin.prepare(Draft("Text", (file("image/png", alt="A map"),), link))
    assert (card.link, card.title, card.parts[0].text) == ("https://x.org/a", "Read this", "Text")
    assert "no alt text for the picture on the card" in told(card)[1][0]
    assert writing.body("me", card, ["urn:li:image:A"])["content"] == {
        "article": {"source": "https://x.org/a", "title": "Read this", "thumbnail": "urn:li:image:A"}
    }
    for files in ((file("image/png"),) * 2, (file("video/mp4"),), (file("application/pdf"),)):
        out = linkedin.prepare(Draft("Text", files, link))
        assert (out.link, out.parts[0].text) == (None, "Text\n\nhttps://x.org/a")
    assert linkedin.prepare(Draft("x", options=Options(link="ftp://x.org"))).problems[0].error


def test_the_title_of_a_card_is_guessed_from_the_text_without_markup(linkedin: LinkedIn) -> None:
    text = "With @[NeIC (x)](urn:li:organization:42)\nmore"
    assert linkedin.prepare(Draft(text, options=Options(link="https://x.org"))).title == "With NeIC (x)"
    long = linkedin.prepare(Draft("x", options=Options(link="https://x.org", title="t" * 401)))
    assert "401 of 400" in told(long)[0][0]


def test_alt_texts_and_titles_are_not_escaped(linkedin: LinkedIn) -> None:
    two = linkedin.prepare(Draft("a (b)", (file("image/png", alt="(c) #d"), file("image/png", alt=""))))
    body = writing.body("me", two, ["urn:li:image:A", "urn:li:image:B"])
    assert body["commentary"] == r"a \(b\)"
    assert body["content"]["multiImage"]["images"] == [
        {"id": "urn:li:image:A", "altText": "(c) #d"},
        {"id": "urn:li:image:B"},
    ]
    pdf = linkedin.prepare(Draft("x", (file("application/pdf"),), Options(title="A (b) #c")))
    assert writing.body("me", pdf, ["urn:li:document:A"])["content"]["media"]["title"] == "A (b) #c"


def test_emoji_count_as_linkedins_servers_may_count_them(linkedin: LinkedIn) -> None:
    assert linkedin.prepare(Draft("🎓" * 1500)).parts[0].length == 3000
    assert told(linkedin.prepare(Draft("🎓" * 1501)))[0]
    mention = "@[NeIC](urn:li:organization:42)"
    assert linkedin.prepare(Draft(mention)).parts[0].length == len(mention)


# --- polls


@pytest.mark.parametrize(
    "title, text, question, rest",
    [
        ("", "Which one?", "Which one?", "Which one?"),
        ("", "We plan.\n\nWhich one?\n\n#HPC", "Which one?", "We plan.\n\n#HPC"),
        ("", "Your favourite", "Your favourite", "Your favourite"),
        ("Which?", "We plan.", "Which?", "We plan."),
        (
            "",
            "Ask @[NeIC](urn:li:organization:4) what?",
            "Ask NeIC what?",
            "Ask @[NeIC](urn:li:organization:4) what?",
        ),
    ],
)
def test_the_question_of_a_poll_stands_in_it_and_the_rest_above(
    linkedin: LinkedIn, title: str, text: str, question: str, rest: str
) -> None:
    options = Options(poll=Poll(("**Yes**", "No"), 3 * DAY), title=title or None)
    out = linkedin.prepare(Draft(text, options=options))
    assert told(out) == ([], [])
    assert (out.extra["question"], out.parts[0].text) == (question, rest)
    assert writing.body("me", out, [])["content"] == {
        "poll": {
            "question": question,
            "options": [{"text": "Yes"}, {"text": "No"}],
            "settings": {"duration": "THREE_DAYS"},
        }
    }


@pytest.mark.parametrize(
    "minutes, days",
    [(5, 1), (DAY, 1), (2 * DAY + 1, 3), (4 * DAY, 3), (8 * DAY, 7), (11 * DAY, 14), (60 * DAY, 14)],
)
def test_a_span_that_linkedin_has_not_is_the_nearest_and_told(
    linkedin: LinkedIn, minutes: int, days: int
) -> None:
    out = linkedin.prepare(Draft("Which?", options=Options(poll=Poll(("a", "b"), minutes))))
    assert out.poll is not None
    assert out.poll.minutes == days * DAY
    note = [
        f"LinkedIn: the poll is open for {days} day{'s' * (days > 1)} there (1, 3, 7 or 14 days can be chosen)."
    ]
    assert told(out) == ([], note if minutes != days * DAY else [])


@pytest.mark.parametrize(
    "poll, text, words",
    [
        (Poll(("a",), DAY), "Which?", "two to four answers, not 1"),
        (Poll(tuple("abcde"), DAY), "Which?", "two to four answers, not 5"),
        (Poll(("a", "x" * 31), DAY), "Which?", "31 of 30 characters"),
        (Poll(("a", "**a**"), DAY), "Which?", "read alike"),
        (Poll(("a", "  "), DAY), "Which?", "is empty"),
        (Poll(("a", "b"), DAY), "x" * 140 + "?", "141 of 140"),
        (Poll(("a", "b"), DAY), "", "needs a question"),
    ],
)
def test_a_poll_that_linkedin_would_refuse_is_an_error(
    linkedin: LinkedIn, poll: Poll, text: str, words: str
) -> None:
    errors, _ = told(linkedin.prepare(Draft(text, options=Options(poll=poll))))
    assert words in errors[0]


def test_a_poll_takes_no_files_and_one_answer_each(linkedin: LinkedIn) -> None:
    poll = Options(poll=Poll(("a", "b"), DAY, multiple=True), link="https://x.org")
    out = linkedin.prepare(Draft("Which?", (file("image/png"),), poll))
    assert told(out) == (
        ["LinkedIn takes either a poll or files, not both: leave one of them out there."],
        ["LinkedIn: only one answer of the poll can be chosen there."],
    )
    assert out.poll is not None
    assert (out.poll.multiple, out.link) == (False, None)
    assert "https://x.org" in out.parts[0].text


@settings(max_examples=100)
@given(
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=6),
    st.integers(1, 60 * DAY),
)
def test_whatever_people_ask_becomes_a_poll_or_an_error(text: str, choices: list[str], minutes: int) -> None:
    out = writing.prepare(
        "linkedin",
        Draft(text, options=Options(poll=Poll(tuple(choices), minutes))),
        None,  # type: ignore[arg-type]  # no file is looked at
    )
    assert out.poll is not None
    assert out.poll.minutes in DURATIONS
    if not told(out)[0]:
        made = writing.body("me", out, [])["content"]["poll"]
        assert 1 <= writing.length(made["question"]) <= 140
        assert 2 <= len({one["text"] for one in made["options"]}) == len(made["options"]) <= 4
        assert little.readable(writing.commentary(out))


# --- versions and settings


@pytest.mark.parametrize(
    "version, words",
    [
        ("2026", "year and a month"),
        ("202613", "year and a month"),
        ("latest", "year and a month"),
        ("202609.01", "year and a month"),
        ("202512", "no version 202512 for pages"),
        ("202205", "first version was 202206"),
    ],
)
def test_a_version_that_never_was_is_refused_when_the_bot_starts(version: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        LinkedInSettings(organization="1", version=version)
    assert LinkedInSettings(organization="1", version=" 202610 ").version == "202610"


@pytest.mark.parametrize(
    "version, ends",
    [
        ("202511", date(2026, 11, 16)),
        ("202603", date(2027, 3, 16)),
        ("202609", date(2027, 9, 15)),  # by the rule: not announced yet
        ("202612", date(2027, 12, 15)),
    ],
)
def test_people_are_told_ninety_days_before_a_version_ends_and_till_then_in_the_same_words(
    version: str, ends: date
) -> None:
    assert versions.end(version) == ends
    assert versions.warning(version, ends - timedelta(days=91), "linkedin") is None
    early = versions.warning(version, ends - timedelta(days=90), "linkedin:main")
    assert early is not None
    assert "`version` in `[linkedin:main]`" in early
    assert early == versions.warning(version, ends - timedelta(days=1), "linkedin:main")


def test_a_version_whose_end_is_past_is_told_as_ended() -> None:
    """To read of a day of last year that it is to come says that nothing is wrong yet."""
    late = versions.warning("202511", date(2027, 1, 3), "linkedin:main")
    assert late is not None
    assert late.startswith("LinkedIn's version 202511 ended about 16 November 2026: posts can fail any day")
    assert "`version` in `[linkedin:main]`" in late


def test_a_version_of_the_future_is_not_called_old() -> None:
    today = date(2026, 11, 22)
    assert "yet" in versions.refused("202701", today, "linkedin")
    assert "no longer" in versions.refused("202511", today, "linkedin")


# --- what is counted


def test_accounts_of_one_app_share_its_calls_and_nothing_counted_costs_a_post(
    tools: Tools, clock: Any
) -> None:
    app = LinkedInSettings(organization="1", client_id="app")
    first, second = (Counter(name, app, tools.meter) for name in ("linkedin:a", "linkedin:b"))
    first.called(3, clock())
    second.called(4, clock())
    assert [(one.used, one.most) for one in first.uses(clock())[:2]] == [(7, APP_CALLS), (3, 100)]
    broken = Counter("linkedin", app, Broken())
    broken.called(1, clock())
    broken.posted("key", clock())
    assert broken.refused(clock()) == BURSTS[0]


class Broken:
    """A meter whose database is away."""

    def take(self, *_: Any, **__: Any) -> bool:
        raise OSError

    def give_back(self, *_: Any) -> None:
        raise OSError

    def used(self, *_: Any) -> int:
        raise OSError


def test_the_fourth_refusal_of_a_day_waits_for_midnight_utc(tools: Tools) -> None:
    counter = Counter("linkedin", LinkedInSettings(organization="1"), tools.meter)
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert [counter.refused(late) for _ in range(4)] == [*BURSTS, timedelta(minutes=31)]
    assert counter.refused(late + timedelta(hours=1)) == BURSTS[0]  # another day


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [],
        [("/0", 0, 998)],
        [("/0", 1, 999)],
        [("/0", 0, 499), ("/1", 501, 999)],
        [("/0", 0, 499), ("/1", 500, 1000)],
        [("/0", "0", None)],
        [("", 0, 999)],
    ],
)
def test_parts_that_leave_something_out_are_not_uploaded(
    server: Any, tools: Tools, delivery: Any, parts: list[tuple[str, Any, Any]] | None
) -> None:
    """Whatever LinkedIn announces: a video goes up whole, or not at all."""
    data = bytes(1000)
    media = Media(tools.store.put(data), "a.mp4", "video/mp4", len(data))
    given: dict[str, Any] = {"base_url": server.url, "auth_url": server.url, "access_token": "t"}
    linkedin = LinkedIn("linkedin", LinkedInSettings(organization="1", **given), tools)
    named = None
    if parts is not None:
        named = [
            {"uploadUrl": path and server.url + path, "firstByte": first, "lastByte": last}
            for path, first, last in parts
        ]
    value = {"video": "urn:li:video:V", "uploadToken": "t", "uploadInstructions": named}
    server.on("POST", "/rest/videos", {"value": value})
    with pytest.raises(Unavailable, match="nothing is out"):
        linkedin.send(Outgoing("linkedin", (Part("x", 1, (media,)),)), delivery.ticket())
    assert not [one for one in server.asked if one.method == "PUT"]


# --- the page about it


def test_every_test_that_the_readme_names_is_there() -> None:
    root = Path(__file__).parents[2]
    readme = (root / "handlers" / "linkedin" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/\S+?\.py)::(\w+)`", readme)
    assert len(named) > 30
    for path, name in named:
        assert f"def {name}(" in (root / path).read_text(encoding="utf-8"), name


def test_the_readme_tells_the_numbers_of_the_code() -> None:
    readme = (Path(__file__).parents[2] / "handlers" / "linkedin" / "README.md").read_text(encoding="utf-8")
    assert f"`version = {versions.LATEST}`" in readme
    assert f"{APP_CALLS} an app, {MEMBER_CALLS} a member" in readme
    assert f"{writing.LIMIT} characters" in readme
    assert f"{limits.PIXELS + 1:,}".replace(",", " ") in readme
    for version, end in versions.ENDS.items():
        assert version < "202511" or f"{version}" in readme
        assert version < "202511" or f"{end.day} {end:%B}" in readme
