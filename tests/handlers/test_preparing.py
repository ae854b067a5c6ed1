"""What exactly goes out on Mastodon and X, by the limits of each."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers.base import Draft, Options, Tools
from handlers.mastodon.limits import Limits
from handlers.mastodon.preparing import prepare as prepare_mastodon
from handlers.media import Media
from handlers.x.preparing import prepare as prepare_x

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "recordings" / "mastodon"


@pytest.fixture
def on_mastodon(tools: Tools) -> Any:
    def prepare(draft: Draft, limits: Limits | None = None) -> Any:
        return prepare_mastodon(
            draft,
            account="mastodon",
            who="Mastodon",
            limits=limits or Limits(),
            visibility="public",
            language=None,
            store=tools.store,
        )

    return prepare


@pytest.fixture
def on_x(tools: Tools) -> Any:
    return lambda draft: prepare_x(draft, account="x", store=tools.store)


def picture(tools: Tools, size: tuple[int, int] = (40, 30), kind: str = "PNG", alt: str = "alt") -> Media:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    data = out.getvalue()
    return Media(tools.store.put(data), f"a.{kind.lower()}", f"image/{kind.lower()}", len(data), alt, *size)


def film(tools: Tools) -> Media:
    return Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)


def errors(out: Any) -> list[str]:
    return [problem.text for problem in out.problems if problem.error]


def test_markup_becomes_text_and_links_count_as_agreed(on_mastodon: Any, on_x: Any) -> None:
    draft = Draft("**Registration**: [sign up](https://coderefinery.org/a/very/long/address/that/goes/on)")
    for out in (on_mastodon(draft), on_x(draft)):
        (part,) = out.parts
        assert "**" not in part.text
        assert "https://coderefinery.org/a/very/long/address/that/goes/on" in part.text
        assert part.length < len(part.text)
        assert out.problems == ()
    assert (on_mastodon(draft).limit, on_x(draft).limit, on_x(draft).unit) == (
        500,
        280,
        "weighted characters",
    )


def test_the_link_of_the_options_is_added_once(on_mastodon: Any) -> None:
    link = "https://coderefinery.org"
    assert on_mastodon(Draft("News", options=Options(link=link))).parts[0].text == f"News\n\n{link}"
    assert on_mastodon(Draft(f"News {link}", options=Options(link=link))).parts[0].text == f"News {link}"


def test_a_long_text_is_a_thread_with_the_files_on_its_first_part(
    on_mastodon: Any, on_x: Any, tools: Tools
) -> None:
    draft = Draft(" ".join(f"Sentence {number} is here." for number in range(80)), (picture(tools),))
    for prepare in (on_mastodon, on_x):
        out = prepare(draft)
        assert len(out.parts) > 2
        assert [len(part.media) for part in out.parts] == [1] + [0] * (len(out.parts) - 1)
        assert all(part.length <= out.limit for part in out.parts)
        assert "".join(part.text for part in out.parts).replace(" ", "") == draft.text.replace(" ", "")


def test_without_a_thread_a_long_text_is_an_error(on_x: Any) -> None:
    out = on_x(Draft("word " * 80, options=Options(thread=False)))
    assert len(out.parts) == 1
    assert errors(out) == ["X: the text has 399 of 280 characters. Shorten it, or leave out `thread: no`."]


def test_equal_parts_are_numbered_on_x_alone(on_mastodon: Any, on_x: Any) -> None:
    draft = Draft("\n\n\n".join(["The same again. " * 15] * 3))
    texts = [part.text for part in on_x(draft).parts]
    assert len(set(texts)) == len(texts)
    assert texts[0].endswith(f" 1/{len(texts)}")
    assert not on_mastodon(draft).parts[0].text.endswith(f"/{len(texts)}")


def test_two_empty_lines_begin_another_part_or_are_one_for_readers(on_mastodon: Any) -> None:
    assert [one.text for one in on_mastodon(Draft("One\n\n\nTwo")).parts] == ["One", "Two"]
    out = on_mastodon(Draft("One\n\n\nTwo", options=Options(thread=False)))
    assert [one.text for one in out.parts] == ["One\n\nTwo"]


def test_the_content_warning_takes_room_from_the_text(on_mastodon: Any) -> None:
    out = on_mastodon(Draft("x" * 495, options=Options(cw="0123456789")))
    assert (out.limit, out.cw, len(out.parts)) == (490, "0123456789", 2)
    assert "leaves no room" in errors(on_mastodon(Draft("x", options=Options(cw="x" * 480))))[0]


def test_options_that_mastodon_does_not_know_are_errors(on_mastodon: Any) -> None:
    out = on_mastodon(Draft("x", options=Options(visibility="Unlisted", lang="fi")))
    assert (out.visibility, out.lang, out.problems) == ("unlisted", "fi", ())
    out = on_mastodon(Draft("x", options=Options(visibility="friends", lang="Finnish")))
    assert len(errors(out)) == 2
    assert (out.visibility, out.lang) == ("public", None)


def test_what_x_does_not_have_is_said(on_x: Any) -> None:
    out = on_x(Draft("x", options=Options(visibility="private", cw="spoiler")))
    assert errors(out) == []
    assert len(out.problems) == 2
    assert "U+FEFF" in errors(on_x(Draft("a\ufeffb")))[0]


@pytest.mark.parametrize("prepare", ["on_mastodon", "on_x"])
def test_files_that_cannot_go_together_are_errors(
    prepare: str, request: pytest.FixtureRequest, tools: Tools
) -> None:
    made = request.getfixturevalue(prepare)
    assert errors(made(Draft("x", (picture(tools),) * 4))) == []
    assert "4 pictures, not 5" in errors(made(Draft("x", (picture(tools),) * 5)))[0]
    assert "only alone" in errors(made(Draft("x", (film(tools), picture(tools)))))[0]
    assert errors(made(Draft("", (film(tools),)))) == []
    assert "no text" in errors(made(Draft("  ")))[0]
    paper = Media("0" * 64, "paper.pdf", "application/pdf", 4)
    assert "paper.pdf" in errors(made(Draft("x", (paper,))))[0]
    assert "alt text" in errors(made(Draft("x", (picture(tools, alt="a" * 1501),))))[0]


def test_a_picture_that_is_too_large_is_scaled_and_the_card_says_so(
    on_mastodon: Any, on_x: Any, tools: Tools
) -> None:
    draft = Draft("x", (picture(tools, (5000, 100)),))
    (made,) = on_x(draft).parts[0].media
    assert (made.width, made.sha256 == draft.media[0].sha256) == (4096, False)
    assert made.note
    assert made.alt == "alt"
    assert on_x(draft) == on_x(draft)
    (kept,) = on_mastodon(draft).parts[0].media
    assert kept == draft.media[0]
    (small,) = on_mastodon(draft, Limits(image_pixels=100_000)).parts[0].media
    assert small.width * small.height <= 100_000


@pytest.mark.parametrize(
    "instance,expected",
    [
        ({}, Limits()),
        (None, Limits()),
        ("nonsense", Limits()),
        ({"max_toot_chars": 5000}, Limits(characters=5000)),
        ({"configuration": {"statuses": {"max_characters": "many"}}}, Limits()),
        ({"configuration": {"statuses": {"max_characters": 0, "max_media_attachments": -1}}}, Limits()),
        ({"version": 4}, Limits()),
    ],
)
def test_limits_are_read_from_whatever_a_server_tells(instance: Any, expected: Limits) -> None:
    assert Limits.read(instance) == expected


@pytest.mark.skipif(not RECORDINGS.exists(), reason="needs the shared recordings, which are not here")
def test_limits_are_read_from_recorded_servers() -> None:
    def recorded(server: str) -> Limits:
        found = json.loads((RECORDINGS / server / "05_instance_v2.json").read_text("utf-8"))
        return Limits.read(found["exchanges"][0]["response"]["body"])

    takahe, hollo = recorded("takahe"), recorded("hollo")
    assert (takahe.characters, takahe.files, takahe.image_bytes, takahe.video_bytes) == (500, 4, 10485760, 0)
    assert (hollo.characters, hollo.files, hollo.per_url) == (10000, 8, 256)
    assert not takahe.remembers_keys
    assert not hollo.remembers_keys


@pytest.mark.parametrize(
    "version,remembers",
    [
        ("4.6.4", True),
        ("4.6.0-nightly.2026-11-01", True),
        ("4.4.0+glitch", True),
        ("3.5.19", True),
        ("2.7.2 (compatible; Pleroma 2.6.0)", False),
        ("4.2.1 (compatible; Iceshrimp.NET/2025)", False),
        ("0.17.3 git-abc", False),
        ("takahe/0.11.0", False),
        ("0.7.18", False),
        ("", False),
    ],
)
def test_only_mastodon_itself_is_trusted_to_remember_keys(version: str, remembers: bool) -> None:
    assert Limits(version=version).remembers_keys is remembers
