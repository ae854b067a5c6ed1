"""YouTube: what a draft becomes, and what people are told of it before it goes out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers.base import Draft, Options, Problem, Tools
from handlers.media import Media
from handlers.youtube import YouTube, categories, resource, tags, writing
from handlers.youtube.settings import YouTubeSettings

TEXT = "Introduction to HPC\n\nRecorded in Oslo. https://coderefinery.org #HPC #CodeRefinery"
VIDEO = Media("0" * 64, "talk.mp4", "video/mp4", 10)


@pytest.fixture
def make(tools: Tools) -> Callable[..., YouTube]:
    return lambda **given: YouTube("youtube", YouTubeSettings(**given), tools)


@pytest.fixture
def youtube(make: Callable[..., YouTube]) -> YouTube:
    return make()


def test_a_draft_without_a_video_leaves_youtube_out(youtube: YouTube) -> None:
    out = youtube.prepare(Draft(TEXT, (Media("0" * 64, "a.png", "image/png", 10),)))
    assert out.skipped is not None
    assert "no video" in out.skipped
    assert (out.parts, out.problems) == ((), ())


def test_title_description_and_tags_come_from_the_text(youtube: YouTube) -> None:
    out = youtube.prepare(Draft(TEXT, (VIDEO,)))
    assert out.title == "Introduction to HPC"
    assert out.parts[0].text == TEXT
    assert (out.parts[0].length, out.limit, out.unit) == (len(TEXT.encode()), 5000, "bytes")
    assert out.visibility == "public"
    assert out.extra == {
        "category": "Education",
        "made for kids": "no",
        "notify subscribers": "yes",
        "tags": "HPC, CodeRefinery",
    }
    assert out.problems == ()


@pytest.mark.parametrize(
    "text, options, title, errors, warnings",
    [
        ("x", Options(title="Mine"), "Mine", 0, 0),
        ("x" * 100, Options(), "x" * 100, 0, 0),
        ("x" * 98 + "🎬", Options(), "x" * 98 + "🎬", 0, 0),
        ("x" * 99 + "🎬", Options(), "x" * 99 + "…", 0, 1),
        ("🎬" * 90, Options(), "🎬" * 49 + "…", 0, 1),
        ("word " * 30, Options(), "word " * 19 + "word…", 0, 1),
        ("x", Options(title="y" * 101), "y" * 101, 1, 0),
        ("x", Options(title="a <b>"), "a ‹b›", 0, 1),
        ("", Options(), "", 1, 0),
        ("a < b", Options(), "a ‹ b", 0, 1),
        ("x", Options(visibility="direct"), "x", 1, 0),
        ("x", Options(lang="no such one"), "x", 0, 1),
        ("x", Options(licence="MIT"), "x", 1, 0),
        ("x", Options(category="edukation"), "x", 1, 0),
        ("x", Options(category="44"), "x", 0, 1),
        ("å" * 2500, Options(title="t"), "t", 0, 0),
        ("å" * 2501, Options(title="t"), "t", 1, 0),
    ],
)
def test_limits_are_errors_and_changes_are_warnings(
    youtube: YouTube, text: str, options: Options, title: str, errors: int, warnings: int
) -> None:
    out = youtube.prepare(Draft(text, (VIDEO,), options))
    assert out.title == title.strip()
    found = [one.error for one in out.problems]
    assert (found.count(True), found.count(False)) == (errors, warnings)


def test_two_videos_are_an_error_and_the_first_picture_is_the_thumbnail(youtube: YouTube) -> None:
    assert youtube.prepare(Draft("x", (VIDEO, VIDEO))).problems[0].error
    png = Media("1" * 64, "cover.png", "image/png", 10, width=1280, height=720)
    gif = Media("2" * 64, "fun.gif", "image/gif", 10)
    out = youtube.prepare(Draft("x", (gif, png, VIDEO)))
    assert out.parts[0].media == (VIDEO, png)
    assert out.extra["thumbnail"] == "cover.png"
    assert "fun.gif" in out.problems[0].text


def test_more_tags_than_youtube_takes_are_said(youtube: YouTube) -> None:
    out = youtube.prepare(Draft(" ".join(f"#tag{n:020}" for n in range(30)), (VIDEO,), Options(title="t")))
    assert len(out.extra["tags"].replace(", ", ",")) <= 500
    assert "tags" in out.problems[0].text


# --- categories, tags, licence, kids


@pytest.mark.parametrize(
    "written, number",
    [
        ("27", "27"),
        ("education", "27"),
        ("Science & Technology", "28"),
        ("science and technology", "28"),
        ("science", "28"),
        ("Technology", "28"),
        ("how to", "26"),
        ("Non-profits", "29"),
        ("gaming", "20"),
        ("e", None),
        ("cooking", None),
        ("", None),
    ],
)
def test_a_category_is_read_by_number_and_by_name(written: str, number: str | None) -> None:
    assert categories.number(written) == number


def test_every_category_is_read_as_it_is_shown() -> None:
    for number, name in categories.CATEGORIES.items():
        assert categories.number(name) == categories.number(name.upper()) == number
        assert categories.name(number) == name
    assert categories.nearest("edukation") == "Education"


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_whatever_people_write_for_a_category_is_read_or_not(written: str) -> None:
    found = categories.number(written)
    assert found is None or found in categories.CATEGORIES or found.isdecimal()


def test_a_draft_says_what_its_account_does_not(make: Callable[..., YouTube]) -> None:
    youtube = make(category="28", made_for_kids=True, playlist="Talks", audio_language="en", embeddable=False)
    usual = youtube.prepare(Draft("x", (VIDEO,)))
    assert usual.extra == {
        "category": "Science & Technology",
        "made for kids": "yes",
        "notify subscribers": "yes",
        "embedding": "not allowed",
        "spoken language": "en",
        "playlist": "Talks",
    }
    asked = Options(
        category="music",
        made_for_kids=False,
        playlist="Other ones",
        licence="creative commons",
        tags=("two words", "hpc"),
        lang="nb",
    )
    out = youtube.prepare(Draft("x #HPC", (VIDEO,), asked))
    body = resource.new(out)
    assert body == {
        "snippet": {
            "title": "x #HPC",
            "description": "x #HPC",
            "categoryId": "10",
            "tags": ["two words", "hpc"],
            "defaultLanguage": "nb",
            "defaultAudioLanguage": "en",
        },
        "status": {
            "privacyStatus": "private",
            "selfDeclaredMadeForKids": False,
            "license": "creativeCommon",
            "embeddable": False,
        },
    }
    assert out.extra["playlist"] == "Other ones"
    assert out.extra["licence"] == "creative commons"


@pytest.mark.parametrize(
    "given_tags, length",
    [(["a"], 1), (["a", "b"], 3), (["a b"], 5), (["a b", "c d"], 11), ([], 0), (["🎬"], 2)],
)
def test_tags_are_counted_with_commas_and_quotes(given_tags: list[str], length: int) -> None:
    assert tags.length(given_tags) == length


def test_tags_of_a_draft_come_first_and_each_once() -> None:
    problems: list[Problem] = []
    found = tags.gather(("Two  words", "#hpc", "a<b>", 'say "x"'), "On #HPC and #Oslo", problems)
    assert found == ("Two words", "hpc", "a b", "say x", "Oslo")
    assert problems == []


def test_as_many_tags_are_taken_as_fit_to_the_character() -> None:
    problems: list[Problem] = []
    fits = tags.gather(["x" * 200, "y" * 200, "z z" + "z" * 93], "", problems)
    assert tags.length(fits) == 500
    assert problems == []
    tags.gather(["x" * 200, "y" * 200, "z z" + "z" * 94], "#small", problems)
    assert "z z" in problems[0].text
    assert not problems[0].error


@given(st.lists(st.text(max_size=60), max_size=30), st.text(max_size=200))
@settings(max_examples=100)
def test_tags_always_fit_and_can_be_sent(given_tags: list[str], text: str) -> None:
    found = tags.gather(given_tags, text, [])
    assert tags.length(found) <= tags.LIMIT
    assert list(found) == writing.BETWEEN_TAGS.join(found).split(writing.BETWEEN_TAGS) or not found
    assert not any(letter in one for one in found for letter in '<>",')


# --- films


@pytest.mark.parametrize(
    "width, height, seconds, short",
    [
        (1080, 1920, 60, True),
        (1080, 1080, 180, True),
        (1080, 1920, 181, False),
        (1920, 1080, 60, False),
        (0, 0, 60, False),
        (1080, 1920, 0, False),
    ],
)
def test_a_short_is_recognised(
    youtube: YouTube, width: int, height: int, seconds: float, short: bool
) -> None:
    film = Media("0" * 64, "a.mp4", "video/mp4", 10, width=width, height=height, seconds=seconds)
    out = youtube.prepare(Draft("x", (film,)))
    assert out.extra.get("shown as") == ("a Short" if short else None)


@pytest.mark.parametrize(
    "change, error, word",
    [
        ({"size": 274_877_906_945}, True, "of at most"),
        ({"size": 0}, True, "empty"),
        ({"mime": "video/x-msvideo"}, True, "MP4"),
        ({"seconds": 43_300.0}, True, "12|720"),
        ({"seconds": 901.0}, False, "verified a telephone number"),
    ],
)
def test_the_limits_of_a_film_are_judged_at_draft_time(
    youtube: YouTube, change: dict[str, Any], error: bool, word: str
) -> None:
    facts = {"sha256": "0" * 64, "name": "talk.mp4", "mime": "video/mp4", "size": 10, **change}
    found = youtube.prepare(Draft("x", (Media(**facts),))).problems
    assert found[0].error is error
    assert any(part in found[0].text for part in word.split("|"))


@pytest.mark.parametrize("mime", ["video/mp4", "video/quicktime", "video/webm"])
def test_the_usual_films_are_taken(youtube: YouTube, mime: str) -> None:
    film = Media("0" * 64, "a", mime, 274_877_906_944, seconds=900)
    assert youtube.prepare(Draft("x", (film,))).problems == ()


def test_a_picture_that_cannot_be_a_thumbnail_costs_only_the_thumbnail(youtube: YouTube) -> None:
    webp = Media("1" * 64, "cover.webp", "image/webp", 10, width=1280, height=720)
    out = youtube.prepare(Draft("x", (VIDEO, webp)))
    assert out.parts[0].media == (VIDEO,)
    assert [(one.error, "no thumbnail" in one.text) for one in out.problems] == [(False, True)]
    narrow = Media("1" * 64, "cover.png", "image/png", 10, width=320, height=180)
    out = youtube.prepare(Draft("x", (VIDEO, narrow)))
    assert "320 pixels" in out.problems[0].text


def test_a_webp_becomes_a_thumbnail_that_youtube_takes(youtube: YouTube, tools: Tools) -> None:
    file = io.BytesIO()
    Image.new("RGB", (1280, 720), "teal").save(file, "WEBP")
    data = file.getvalue()
    webp = Media(tools.store.put(data), "cover.webp", "image/webp", len(data), width=1280, height=720)
    (_, made) = youtube.prepare(Draft("x", (VIDEO, webp))).parts[0].media
    assert made.mime in {"image/jpeg", "image/png"}
    assert (made.width, made.height) == (1280, 720)


def test_how_long_ahead_a_video_is_brought_there(youtube: YouTube) -> None:
    def ahead(**facts: Any) -> float | None:
        film = Media("0" * 64, "a.mp4", "video/mp4", **{"size": 10, **facts})
        span = youtube.ahead(youtube.prepare(Draft("x", (film,))))
        return None if span is None else round(span.total_seconds() / 3600, 1)

    assert ahead() == 1.0
    assert ahead(size=900_000_000, seconds=3600.0) == 3.5
    assert ahead(size=10**11) == 6.0
    assert youtube.ahead(youtube.prepare(Draft("x"))) is None


def test_the_card_says_that_alt_texts_have_no_place_there(youtube: YouTube) -> None:
    told = Media("0" * 64, "talk.mp4", "video/mp4", 10, "A talk about tests")
    assert youtube.prepare(Draft("x", (told,))).extra["alt texts"] == "YouTube has none"
    assert "alt texts" not in youtube.prepare(Draft("x", (VIDEO,))).extra


def test_the_readme_names_tests_that_exist() -> None:
    tests = Path(__file__).parents[1]
    readme = (tests.parent / "handlers" / "youtube" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| ") and "test_youtube" in line]
    assert len(rows) > 15
    for row in rows:
        (path,) = re.findall(r"`(\w+/test_youtube\w*\.py)`", row)
        written = (tests / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(test_\w+)`", row):
            assert f"def {name}(" in written
        for section in re.findall(r"section \*(.+?)\*", row):
            assert f"# --- {section}" in written
