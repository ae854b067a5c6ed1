"""Mastodon: every request fits the published document, and every trouble has its meaning, its words and no double.

The stand-in plays Mastodon 4.6.4, and as faults what Takahē, Hollo and GoToSocial do otherwise.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.mastodon import Mastodon as StandIn
from handlers.base import (
    Draft,
    Later,
    Options,
    Outgoing,
    PlatformError,
    Poll,
    Rejected,
    Unavailable,
    Uncertain,
)
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media

DOCUMENT = "mastodon-openapi.schema.json"
TEXT = "Registration is open: https://coderefinery.org/workshops #CodeRefinery"
ALT = "Learners around a table, laptops open"


@pytest.fixture
def scene(recording: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with recording(StandIn) as scene:
        yield scene


@pytest.fixture
def mastodon(scene: Any) -> Mastodon:
    token = scene.service.token["access_token"]
    return Mastodon(
        "mastodon",
        MastodonSettings.model_validate({"base_url": scene.base, "access_token": token}),
        scene.tools,
    )


def picture(scene: Any, colour: str = "teal") -> Media:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    data = file.getvalue()
    return Media(scene.tools.store.put(data), "photo.png", "image/png", len(data), ALT, 40, 30)


def film(scene: Any) -> Media:
    data = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 4000
    return Media(scene.tools.store.put(data), "talk.mp4", "video/mp4", len(data), ALT)


def drafted(mastodon: Mastodon, text: str = TEXT, *media: Media, **options: Any) -> Outgoing:
    out = mastodon.prepare(Draft(text, media, Options(**options)))
    assert [one.text for one in out.problems if one.error] == []
    return out


def test_every_request_is_known_to_the_published_document(
    mastodon: Mastodon, scene: Any, openapi: Any
) -> None:
    mastodon.check()
    pictures = (picture(scene), picture(scene, "red"))
    mastodon.send(
        drafted(mastodon, TEXT, *pictures, cw="Long", lang="en", visibility="unlisted"), scene.ticket("a")
    )
    thread = drafted(mastodon, "One two three four five six. " * 40)
    assert len(thread.parts) == 3
    mastodon.send(thread, scene.ticket("b"))
    poll = Poll(("Yes", "No"), 3 * 24 * 60, multiple=True)
    mastodon.send(drafted(mastodon, "Do you test?", poll=poll), scene.ticket("c"))
    with pytest.raises(Later):
        mastodon.send(drafted(mastodon, "A film", film(scene)), scene.ticket("d"))
    scene.advance(seconds=3)
    mastodon.send(drafted(mastodon, "A film", film(scene)), scene.ticket("d"))
    scene.fault("reset-after", method="POST", path="/statuses")
    with pytest.raises(Uncertain):
        mastodon.send(drafted(mastodon, "Lost"), scene.ticket("e"))
    assert mastodon.find(drafted(mastodon, "Lost"), scene.ticket("e")) is not None
    asked = {(one.method, one.path.rstrip("0123456789")) for one in scene.requests}
    assert {("POST", "/api/v2/media"), ("GET", "/api/v1/media/"), ("POST", "/api/v1/statuses")} <= asked
    assert openapi(DOCUMENT, strict=True).violations(scene.requests) == []
    assert [one["text"][:4] for one in scene.posts()] == [
        "Regi",
        "One ",
        "One ",
        "One ",
        "Do y",
        "A fi",
        "Lost",
    ]


def test_pictures_and_film_arrive_whole_with_their_alt_texts(mastodon: Mastodon, scene: Any) -> None:
    files = (picture(scene), picture(scene, "red"))
    assert mastodon.send(drafted(mastodon, TEXT, *files), scene.ticket()).warnings == ()
    (post,) = scene.posts()
    assert [(one["sha256"], one["alt"]) for one in post["media"]] == [(one.sha256, ALT) for one in files]
    moving = film(scene)
    with pytest.raises(Later):
        mastodon.send(drafted(mastodon, "A film", moving), scene.ticket("film"))
    scene.advance(seconds=3)
    assert mastodon.send(drafted(mastodon, "A film", moving), scene.ticket("film")).warnings == ()
    assert scene.posts()[1]["media"][0]["sha256"] == moving.sha256
    assert {step.what for step in scene.steps} == {"uploading", "processing"}


def test_a_poll_is_asked_as_it_was_prepared(mastodon: Mastodon, scene: Any) -> None:
    poll = Poll(("**Yes**", "No 🎉"), 90)
    out = drafted(mastodon, "Do you test?", poll=poll)
    assert mastodon.send(out, scene.ticket()).warnings == ()
    (post,) = scene.posts()
    assert (list(post["poll"]["choices"]), post["poll"]["minutes"]) == (["Yes", "No 🎉"], 90)


def test_the_poll_of_a_thread_stands_under_its_first_part_and_the_card_says_so(
    mastodon: Mastodon, scene: Any
) -> None:
    out = drafted(mastodon, "One two three four five six. " * 40, poll=Poll(("a", "b"), 60))
    assert "first part" in out.problems[-1].text
    assert mastodon.send(out, scene.ticket()).warnings == ()
    assert [bool(one["poll"]) for one in scene.posts()] == [True, False, False]


@pytest.mark.parametrize(
    "poll,media,words",
    [
        (Poll(("a", "b"), 60), True, "either a poll or files"),
        (Poll(tuple("abcde"), 60), False, "takes 4 answers in a poll, not 5"),
        (Poll(("a" * 51, "b"), 60), False, "51 of 50 characters"),
        (Poll(("👩‍👩‍👧‍👦" * 50, "b"), 60), False, None),
        (Poll(("**a**", "a"), 60), False, "read alike"),
        (Poll(("a", "b"), 4), False, "at least 5 minutes: write it as `poll for: 5 minutes`"),
        (Poll(("a", "b"), 5), False, None),
        (Poll(("a", "b"), 40 * 24 * 60), False, "at most 30 days"),
        (Poll(("a", "b"), 30 * 24 * 60), False, None),
    ],
)
def test_a_poll_is_held_to_the_servers_limits_on_the_card(
    mastodon: Mastodon, scene: Any, poll: Poll, media: bool, words: str | None
) -> None:
    mastodon.check()
    files = (picture(scene),) if media else ()
    errors = [
        one.text for one in mastodon.prepare(Draft("Which?", files, Options(poll=poll))).problems if one.error
    ]
    assert (errors == []) if words is None else (len(errors) == 1 and words in errors[0]), errors
    if words is None:
        assert mastodon.send(drafted(mastodon, "Which?", poll=poll), scene.ticket()).warnings == ()


REFUSALS: list[tuple[str, type[PlatformError], str]] = [
    ("400-token", Rejected, "does not accept the bot's access token"),
    ("expired-token", Rejected, "does not accept the bot's access token"),
    ("403-scope", Rejected, "does not allow this (it said: “This action is outside the authorized scopes”)"),
    ("403-disabled", Rejected, "the account is suspended or locked"),
    ("404", Rejected, "answered “not found”"),
    ("410", Rejected, "answered “not found”"),
    ("422", Rejected, "Text character limit of 500 exceeded"),
    ("429", Unavailable, "asked too often"),
    ("429-epoch", Unavailable, "asked too often"),
    ("500", Uncertain, "trouble (error 500)"),
    ("502-html", Uncertain, "trouble (error 502)"),
    ("503", Uncertain, "trouble (error 503)"),
    ("200-html", Uncertain, "answered nonsense"),
    ("reset-before", Uncertain, "did not answer"),
    ("reset-after", Uncertain, "did not answer"),
    ("moved", Rejected, "has moved to https://moved.example."),
]  # fmt: skip


@pytest.mark.parametrize("fault,error,words", REFUSALS, ids=[one[0] for one in REFUSALS])
def test_each_trouble_with_a_post_has_its_meaning_and_nothing_is_sent_twice(
    mastodon: Mastodon, scene: Any, openapi: Any, fault: str, error: type[PlatformError], words: str
) -> None:
    out = drafted(mastodon)
    scene.fault(fault, method="POST", path="/api/v1/statuses")
    with pytest.raises(error) as raised:
        mastodon.send(out, scene.ticket())
    assert words in str(raised.value)
    assert "secret" not in str(raised.value)
    assert scene.service.token["access_token"] not in str(raised.value)
    assert len(scene.posts()) == (fault == "reset-after")
    if error is Uncertain:
        found = mastodon.find(out, scene.ticket())
        assert (found is not None) is (fault == "reset-after")
    if fault.startswith("429"):
        assert isinstance(raised.value, Unavailable)
        until = raised.value.until
        assert until is not None
        assert timedelta() < until - scene.world.clock.now() <= timedelta(hours=3)
    assert mastodon.send(out, scene.ticket()).warnings == ()
    assert len(scene.posts()) == 1
    assert openapi(DOCUMENT).violations(scene.requests) == []


FILES: list[tuple[str, type[PlatformError], str]] = [
    ("422-file", Rejected, "File content type is invalid"),
    ("413", Rejected, "the file “photo.png” is too large"),
    ("500-thumbnail", Unavailable, "trouble (error 500)"),
    ("500", Unavailable, "trouble (error 500)"),
    ("503", Unavailable, "trouble (error 503)"),
    ("429", Unavailable, "asked too often"),
    ("expired-token", Rejected, "access token"),
    ("reset-before", Unavailable, "nothing is out"),
    ("reset-after", Unavailable, "nothing is out"),
]  # fmt: skip


@pytest.mark.parametrize("fault,error,words", FILES, ids=[one[0] for one in FILES])
def test_each_trouble_with_a_file_leaves_nothing_in_doubt(
    mastodon: Mastodon, scene: Any, fault: str, error: type[PlatformError], words: str
) -> None:
    out = drafted(mastodon, TEXT, picture(scene))
    scene.fault(fault, method="POST", path="/media")
    with pytest.raises(error) as raised:
        mastodon.send(out, scene.ticket())
    assert words in str(raised.value)
    assert scene.posts() == []
    assert mastodon.send(out, scene.ticket()).warnings == ()
    assert len(scene.posts()) == 1


@pytest.mark.parametrize(
    "fault,error,words",
    [
        ("422-processing", Rejected, "cannot use the file “talk.mp4”"),
        ("never-ready", Later, "still busy"),
        ("500", Unavailable, "trouble (error 500)"),
        ("429", Unavailable, "asked too often"),
        ("reset-before", Unavailable, "nothing is out"),
    ],
)
def test_each_trouble_while_a_film_is_processed_is_overcome_later(
    mastodon: Mastodon, scene: Any, fault: str, error: type[PlatformError], words: str
) -> None:
    out = drafted(mastodon, "A film", film(scene))
    scene.fault(fault, method="GET", path="/api/v1/media")
    with pytest.raises(error, match=words.replace("(", r"\(").replace(")", r"\)")):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    published = None
    for _ in range(2):  # a refused film is uploaded anew when it is ordered again, and processed anew
        try:
            published = mastodon.send(out, scene.ticket())
            break
        except Later:
            scene.advance(seconds=3)
    assert published is not None
    assert len(scene.posts()) == 1


def test_a_film_that_is_never_finished_is_given_up_by_name(mastodon: Mastodon, scene: Any) -> None:
    out = drafted(mastodon, "A film", film(scene))
    scene.fault("never-ready", times=10)
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(hours=1, seconds=1)
    with pytest.raises(Rejected, match="within 1 hour"):
        mastodon.send(out, scene.ticket())
    assert scene.posts() == []


def test_a_file_that_was_forgotten_is_uploaded_once_more(mastodon: Mastodon, scene: Any) -> None:
    out = drafted(mastodon, "A film", film(scene))
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    scene.fault("404-file")
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    mastodon.send(out, scene.ticket())
    assert len([one for one in scene.requests if one.path == "/api/v2/media"]) == 2
    assert len(scene.posts()) == 1


def test_a_post_before_its_film_is_finished_is_posted_later(mastodon: Mastodon, scene: Any) -> None:
    out = drafted(mastodon, "A film", film(scene))
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    scene.fault("422-not-finished")
    scene.fault("delay", path="/api/v1/media", delay_s=0)  # the first question is answered truly: it is ready
    scene.fault("never-ready", times=2)
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    assert mastodon.send(out, scene.ticket()).warnings == ()
    assert len(scene.posts()) == 1


@pytest.mark.parametrize(
    "fault,words",
    [
        ("media-dropped", "shows 0 of 1 pictures"),
        ("alt-dropped", "dropped the alt text of “photo.png”"),
        ("text-cut", "shows a text that differs"),
        ("warning-dropped", "without the approved content warning"),
    ],
)
def test_what_a_server_loses_in_silence_is_told(
    mastodon: Mastodon, scene: Any, fault: str, words: str
) -> None:
    scene.fault(fault)
    (warning,) = mastodon.send(drafted(mastodon, TEXT, picture(scene), cw="Long"), scene.ticket()).warnings
    assert words in warning


def test_a_poll_or_a_thread_that_is_lost_is_told(mastodon: Mastodon, scene: Any) -> None:
    scene.fault("poll-dropped")
    out = drafted(mastodon, "Which?", poll=Poll(("a", "b"), 60))
    assert mastodon.send(out, scene.ticket("poll")).warnings == ("Mastodon shows the post without its poll.",)
    scene.fault("reply-dropped", times=2)
    thread = drafted(mastodon, "One two three four five six. " * 25)
    (warning,) = mastodon.send(thread, scene.ticket("thread")).warnings
    assert "did not attach part 2" in warning


def test_an_answer_is_repeated_by_its_key_for_an_hour_and_read_back_after_that(
    mastodon: Mastodon, scene: Any
) -> None:
    out = drafted(mastodon)
    mastodon.check()
    scene.fault("reset-before", method="POST", path="/api/v1/statuses")
    with pytest.raises(Uncertain):
        mastodon.send(out, scene.ticket())
    assert mastodon.find(out, scene.ticket()) is None  # at once: the key makes it safe to ask again
    mastodon.send(out, scene.ticket())
    keys = [one.headers["idempotency-key"] for one in scene.requests if one.path == "/api/v1/statuses"]
    assert len(set(keys)) == 1
    late = drafted(mastodon, "Another")
    scene.fault("reset-after", method="POST", path="/api/v1/statuses")
    with pytest.raises(Uncertain):
        mastodon.send(late, scene.ticket("late"))
    scene.advance(hours=2)
    found = mastodon.find(late, scene.ticket("late"))
    assert found is not None
    assert len(scene.posts()) == 2


def test_limits_are_kept_when_the_server_does_not_tell_them(mastodon: Mastodon, scene: Any) -> None:
    scene.fault("500", times=2, path="/instance")
    mastodon.send(drafted(mastodon), scene.ticket("a"))
    asked = len([one for one in scene.requests if "instance" in one.path])
    assert asked == 2
    mastodon.send(drafted(mastodon, "Soon after"), scene.ticket("b"))
    assert len([one for one in scene.requests if "instance" in one.path]) == asked
    scene.advance(minutes=11)
    mastodon.send(drafted(mastodon, "Later"), scene.ticket("c"))
    assert len([one for one in scene.requests if "instance" in one.path]) == asked + 1
    scene.advance(days=1, minutes=1)
    scene.fault("500", times=2, path="/instance")
    mastodon.send(drafted(mastodon, "Next day"), scene.ticket("d"))
    alt = "a" * 10_000  # what it told yesterday still holds: Mastodon's default would be 1500
    media = picture(scene)
    assert mastodon.prepare(Draft("x", (replace(media, alt=alt),))).problems == ()
