"""A film against a platform's limits: every broken one is told, unknown facts are not judged."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.films.limits import DocumentLimits, FilmLimits, as_it_is, judge, judge_document
from handlers.media import Media

FILM = Media(
    "0" * 64,
    "talk.mp4",
    "video/mp4",
    90_000_000,
    width=1920,
    height=1080,
    seconds=90.04,
    codecs=("h264", "aac"),
    fps=29.97,
)
LIMITS = FilmLimits(
    "Somewhere",
    min_bytes=75_000,
    max_bytes=100_000_000,
    min_seconds=3,
    max_seconds=90,
    max_pixels=1920 * 1080,
    max_side=1920,
    max_fps=60,
    min_ratio=1 / 3,
    max_ratio=3,
    video_codecs=frozenset({"h264"}),
    audio_codecs=frozenset({"aac"}),
    containers=frozenset({"video/mp4"}),
)


def test_a_film_within_all_limits_is_taken() -> None:
    assert judge(FILM, LIMITS) == []


@pytest.mark.parametrize(
    "change, told",
    [
        ({"size": 100_000_001}, "“talk.mp4” has 100.0 MB of at most 100.0 MB."),
        ({"size": 74_000}, "“talk.mp4” has 74 kB, and at least 75 kB are needed."),
        ({"seconds": 95.0}, "lasts 1 min 35 s of at most 1 min 30 s. Cut it."),
        ({"seconds": 1.5}, "lasts 1.5 s, and at least 3 s are needed."),
        ({"width": 1900, "height": 1200}, "has 1900 × 1200 pixels, more than 2 073 600 in all."),
        ({"width": 2000, "height": 1000}, "its longer side may have 1920."),
        ({"width": 1900, "height": 600}, "which is too wide (width to height at least 0.33:1 and at most 3:1)"),
        ({"width": 300, "height": 1000}, "which is too narrow"),
        ({"fps": 120.0}, "has 120 of at most 60 pictures a second. Export it with 30."),
        ({"codecs": ("hevc", "aac")}, "the pictures of “talk.mp4” are written as H.265 (HEVC), and only H.264"),
        ({"codecs": ("h264", "opus")}, "the sound of “talk.mp4” is written as Opus, and only AAC"),
        ({"codecs": ("h264", "pcm_s16le")}, "the sound of “talk.mp4” is written as pcm_s16le"),
        ({"mime": "video/quicktime"}, "is QuickTime (MOV), and only MP4 is taken. Save it as MP4."),
    ],
)  # fmt: skip
def test_a_broken_limit_is_told_in_a_sentence(change: dict[str, Any], told: str) -> None:
    (problem,) = judge(replace(FILM, **change), LIMITS)
    assert told in problem.text
    assert problem.text.startswith("Somewhere: ")
    assert problem.error


@pytest.mark.parametrize(
    "word, told",
    [
        ("yuv444p", "cannot be taken: its pixel format is yuv444p. Export it anew with pixel format yuv420p"),
        (
            "yuv420p10",
            "its pixel format is yuv420p10. Export it anew with pixel format yuv420p (4:2:0, 8 bit).",
        ),
        ("oblong pixels", "its pixels are not square. Export it anew with square pixels (1:1)."),
        ("a profile above High", "its H.264 has a profile above High. Export it anew with the profile High."),
        ("HE-AAC", "its sound is HE-AAC. Export it anew with AAC-LC sound."),
        ("more than two channels of sound", "more than two channels. Export it anew with stereo sound."),
    ],
)
def test_what_is_unusual_is_told_with_what_to_do_about_just_that(word: str, told: str) -> None:
    strict = replace(LIMITS, plain=True)
    (problem,) = judge(replace(FILM, unusual=(word,)), strict)
    assert told in problem.text
    assert (problem.error, problem.text.startswith("Somewhere: ")) == (True, True)
    assert judge(replace(FILM, unusual=(word,)), LIMITS) == []
    assert not judge(replace(FILM, unusual=(word,)), replace(strict, hard=False))[0].error


def test_a_film_that_may_be_interlaced_may_be_refused() -> None:
    (problem,) = judge(replace(FILM, unusual=("interlaced",)), replace(LIMITS, plain=True))
    assert not problem.error
    assert (
        "may be refused: it is interlaced, or written as if. Export it anew with progressive" in problem.text
    )


def test_where_films_are_given_out_as_they_are_it_is_told_what_not_every_browser_plays() -> None:
    assert as_it_is(FILM, "Somewhere") == []
    assert (
        as_it_is(replace(FILM, codecs=("h264", "mp3"), unusual=("HE-AAC", "oblong pixels")), "Somewhere")
        == []
    )
    (problem,) = as_it_is(replace(FILM, codecs=("hevc", "aac"), unusual=("yuv420p10",)), "Somewhere")
    assert not problem.error
    assert problem.text == (
        "Somewhere: not every browser plays “talk.mp4”, and it is not converted there (H.265 (HEVC) and pixel format "
        "yuv420p10). MP4 with H.264 (pixel format yuv420p, progressive) and AAC plays everywhere."
    )


def test_all_broken_limits_are_told_at_once() -> None:
    assert len(judge(replace(FILM, size=1, seconds=1, fps=200.0, codecs=("vp9",)), LIMITS)) == 4


def test_what_is_unknown_is_not_judged() -> None:
    unknown = Media("0" * 64, "talk.mp4", "video/mp4", 90_000_000)
    assert judge(unknown, LIMITS) == []


def test_a_camera_that_says_a_little_more_than_sixty_is_right() -> None:
    assert judge(replace(FILM, fps=60.02), LIMITS) == []


def test_a_picture_is_no_film() -> None:
    assert judge(replace(FILM, mime="image/png", size=1 << 40), LIMITS) == []


def test_a_platform_that_converts_only_warns() -> None:
    (problem,) = judge(replace(FILM, fps=200.0), replace(LIMITS, hard=False))
    assert not problem.error


def test_a_document_is_held_to_size_and_pages() -> None:
    limits = DocumentLimits(
        "Somewhere", max_bytes=100_000_000, max_pages=300, containers=frozenset({"application/pdf"})
    )
    paper = Media("0" * 64, "paper.pdf", "application/pdf", 1000, frames=300)
    assert judge_document(paper, limits) == []
    long = judge_document(replace(paper, frames=301, size=200_000_000), limits)
    assert [one.text for one in long] == [
        "Somewhere: “paper.pdf” has 200.0 MB of at most 100.0 MB. Make it smaller and upload it again.",
        "Somewhere: “paper.pdf” has 301 of 300 pages. Leave some out, or split it.",
    ]
