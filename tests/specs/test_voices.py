"""Mastodon, Takahē, Hollo and GoToSocial: the same posts go out on each as they were approved, and nothing goes out twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from PIL import Image

from bot.sandbox.mastodon import Mastodon as StandIn
from bot.sandbox.mastodon import dialects
from bot.sandbox.mastodon.statuses import Statuses
from handlers.base import (
    Draft,
    Later,
    Options,
    Outgoing,
    Part,
    PlatformError,
    Poll,
    Rejected,
    Unavailable,
    Uncertain,
)
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media

STATUSES: Final = "/api/v1/statuses"
MARKED: Final = """2*3*4 makes 24, snake_case and __init__ too
1986. A great year
- not a list, *nor* this
# nor this #CodeRefinery

    indented, `code` & R&D <b>bold</b> [a](b) ~~c~~ \\ |
| a | b |
|---|---|
See https://coderefinery.org/a_b*c*d/?x=1&y=2, and more"""
"""All of it is text, letter for letter; with every mark that Markdown has."""


@pytest.fixture(params=dialects.VOICES)
def voice(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def scene(recording: Callable[..., AbstractContextManager[Any]], voice: str) -> Iterator[Any]:
    with recording(StandIn, dialect=dialects.VOICES[voice]) as scene:
        yield scene


@pytest.fixture
def mastodon(scene: Any) -> Mastodon:
    return signed_in(scene, scene.service.token["access_token"])


def signed_in(scene: Any, token: str) -> Mastodon:
    made = Mastodon(
        "mastodon",
        MastodonSettings.model_validate({"base_url": scene.base, "access_token": token}),
        scene.tools,
    )
    with suppress(PlatformError):
        made.check()
    return made


def picture(scene: Any, colour: str = "teal", alt: str = "A group") -> Media:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    data = file.getvalue()
    return Media(scene.tools.store.put(data), f"{colour}.png", "image/png", len(data), alt, 40, 30)


def film(scene: Any) -> Media:
    data = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
    return Media(scene.tools.store.put(data), "talk.mp4", "video/mp4", len(data), "A talk")


def drafted(mastodon: Mastodon, text: str, *media: Media, **options: Any) -> Outgoing:
    out = mastodon.prepare(Draft(text, media, Options(**options)))
    assert [one.text for one in out.problems] == []
    return out


def words(text: str) -> str:
    """Without the blanks in which servers are free."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def test_what_was_approved_is_what_readers_see(mastodon: Mastodon, scene: Any) -> None:
    fenced = Draft(f"```text\n{MARKED}\n```")  # Zulip's own marks would be taken out
    out = mastodon.prepare(fenced)
    assert mastodon.send(out, scene.ticket("marked")).warnings == ()
    assert words(scene.posts()[0]["text"]) == words(out.parts[0].text)
    assert "\n1986. A great year\n" in scene.posts()[0]["text"]


def test_files_polls_warnings_and_threads_raise_no_false_alarm(mastodon: Mastodon, scene: Any) -> None:
    """Takahē gives files in another order, Hollo refuses an empty text, GoToSocial shows HTML."""
    files = [picture(scene, colour, f"A {colour} <3 wall") for colour in ("red", "green", "blue")]
    for number, out in enumerate(
        (
            drafted(mastodon, "", picture(scene)),
            drafted(mastodon, "Three walls", *files, cw="R&D <3", visibility="unlisted"),
            drafted(mastodon, "Which?", poll=Poll(("R&D", "“No” <3"), 60)),
            drafted(mastodon, "One two three four five six. " * 600),
        )
    ):
        published = mastodon.send(out, scene.ticket(f"{number}"))
        assert published.warnings == ()
    sent = [one.json for one in scene.requests if (one.method, one.path) == ("POST", STATUSES)]
    assert "status" not in sent[0]
    assert [one["alt"] for one in scene.posts()[1]["media"]] == [one.alt for one in files]


PIECES: Final = ("👩‍👩‍👧‍👦", "https://coderefinery.org/a/rather/long/address ", "@someone@far.example.org ")


@pytest.mark.parametrize("voice", ["mastodon", "takahe", "gotosocial"])  # Hollo holds nobody to its length
@pytest.mark.parametrize("cw", [None, "About 👩‍👩‍👧‍👦 food"])
def test_what_the_card_counts_as_full_is_taken_and_one_more_is_refused(
    mastodon: Mastodon, scene: Any, cw: str | None
) -> None:
    room = replace(scene.service.dialect.room, characters=400)  # long texts take long
    scene.service.dialect = replace(scene.service.dialect, room=room)
    mastodon.check()
    for number, piece in enumerate(PIECES):
        one = mastodon.prepare(Draft(piece.strip(), options=Options(cw=cw)))
        each = mastodon.prepare(Draft(f"{piece}{piece}".strip(), options=Options(cw=cw))).parts[0].length
        text = (piece * ((one.limit - 60) // (each - one.parts[0].length))).strip()
        length = mastodon.prepare(Draft(text, options=Options(cw=cw))).parts[0].length
        full = f"{text} {'x' * (one.limit - length - 1)}"
        out = mastodon.prepare(Draft(full, options=Options(cw=cw, thread=False)))
        assert (out.parts[0].length, out.problems) == (out.limit, ()), piece[:5]
        assert one.limit <= room.characters
        assert mastodon.send(out, scene.ticket(f"{number}")).warnings == ()
        more = mastodon.prepare(Draft(f"{full}x", options=Options(cw=cw, thread=False)))
        assert [bool(problem.error) for problem in more.problems] == [True]
        refused = scene.service.dialect.refusal("long", most=0) is not None
        body = {"status": f"{full}x", **({"spoiler_text": cw} if cw else {})}
        head = {"Authorization": f"Bearer {scene.service.token['access_token']}"}
        answer = httpx.post(f"{scene.base}{STATUSES}", json=body, headers=head)
        assert (answer.status_code >= 400) is refused, piece[:5]


@pytest.mark.parametrize("same_key", [True, False])
def test_a_file_that_was_forgotten_is_brought_there_once_more_also_by_a_retry(
    mastodon: Mastodon, scene: Any, same_key: bool
) -> None:
    """Mastodon and Hollo say 422, Takahē 404, GoToSocial 400."""
    out = drafted(mastodon, "A picture", picture(scene))
    scene.fault("403-disabled")
    with pytest.raises(Rejected):
        mastodon.send(out, scene.ticket())
    (kept,) = scene.service.media.values()
    scene.service.media.drop(kept["id"])
    if not same_key:
        scene.receipts["again"] = scene.receipt()
    assert mastodon.send(out, scene.ticket("delivery-1" if same_key else "again")).warnings == ()
    assert len([one for one in scene.requests if one.path == "/api/v2/media"]) == 2
    assert len(scene.posts()) == 1


@pytest.mark.parametrize("voice", ["mastodon", "hollo", "gotosocial"])
def test_a_film_with_a_preview_and_no_address_is_not_ready(mastodon: Mastodon, scene: Any) -> None:
    """Where only the older call is known, it answers 200 at once."""
    scene.fault("404", path="/api/v2/media", method="POST", times=9)
    out = drafted(mastodon, "A film", film(scene))
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    assert not [one for one in scene.requests if (one.method, one.path) == ("POST", STATUSES)]
    scene.advance(seconds=3)
    assert mastodon.send(out, scene.ticket()).warnings == ()
    assert len(scene.posts()) == 1


@pytest.mark.parametrize("voice", ["mastodon"])
def test_a_film_that_is_finished_meanwhile_is_sent_again_with_the_same_key(
    mastodon: Mastodon, scene: Any
) -> None:
    out = drafted(mastodon, "A film", film(scene))
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    scene.fault("422-not-finished")
    assert mastodon.send(out, scene.ticket()).warnings == ()
    sent = [one for one in scene.requests if (one.method, one.path) == ("POST", STATUSES)]
    assert len({one.headers["idempotency-key"] for one in sent}) == 1
    assert (len(sent), len(scene.posts())) == (2, 1)


@pytest.mark.parametrize("voice", ["mastodon"])
def test_a_refusal_that_is_not_the_films_is_told_after_one_more_try(mastodon: Mastodon, scene: Any) -> None:
    out = drafted(mastodon, "A film", film(scene))
    with pytest.raises(Later):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=3)
    scene.fault("422", times=9)
    with pytest.raises(Rejected, match="Text character limit"):
        mastodon.send(out, scene.ticket())
    assert len([one for one in scene.requests if (one.method, one.path) == ("POST", STATUSES)]) == 2


def test_an_account_that_marks_all_as_sensitive_is_told_where_that_counts(
    mastodon: Mastodon, scene: Any, voice: str
) -> None:
    scene.service.sensitive = True
    told = [one for one in mastodon.check().warnings if "Always mark media as sensitive" in one]
    shown = mastodon.prepare(Draft("A picture", (picture(scene),))).problems
    bare = mastodon.prepare(Draft("No picture")).problems
    warned = mastodon.prepare(Draft("A picture", (picture(scene),), Options(cw="Food"))).problems
    assert (len(told), len(shown)) == ((1, 1) if voice == "mastodon" else (0, 0))
    assert (bare, warned) == ((), ())
    assert not any(one.error for one in shown)
    mastodon.send(mastodon.prepare(Draft("A picture", (picture(scene),))), scene.ticket())
    assert scene.posts()[0]["extra"]["sensitive"] is (voice == "mastodon")


@pytest.mark.parametrize("voice", ["gotosocial"])
def test_an_account_that_writes_markdown_still_shows_what_was_approved(
    mastodon: Mastodon, scene: Any
) -> None:
    scene.service.writes_markdown = True
    assert mastodon.send(drafted(mastodon, "2 * 3 * 4\nand 1*2*3"), scene.ticket()).warnings == ()
    assert scene.posts()[0]["text"] == "2 * 3 * 4\nand 1*2*3"


@pytest.mark.parametrize("voice", ["takahe"])
def test_a_token_without_the_whole_of_read_is_told_by_takahes_word(mastodon: Mastodon, scene: Any) -> None:
    scopes = "read:accounts read:statuses write:statuses write:media"
    few = signed_in(scene, scene.service.fresh_token(scopes, "Social")["access_token"])
    with pytest.raises(Rejected, match="`write:statuses`, `write:media` and `read`"):
        few.check()


@pytest.mark.parametrize("voice", ["gotosocial"])
def test_the_time_of_a_rate_limit_is_understood(mastodon: Mastodon, scene: Any) -> None:
    """An ISO time with milliseconds, of one limit for all: 300 in 5 minutes."""
    scene.fault("429", method="POST", path=STATUSES)
    with pytest.raises(Unavailable) as raised:
        mastodon.send(drafted(mastodon, "Hello"), scene.ticket())
    assert raised.value.until is not None
    assert timedelta() < raised.value.until - scene.world.clock.now() <= timedelta(minutes=5)


@pytest.mark.parametrize("voice", ["gotosocial"])
def test_what_somebody_posted_by_hand_meanwhile_is_told_by_the_app_that_the_sign_in_made(
    mastodon: Mastodon, scene: Any
) -> None:
    """GoToSocial tells which app made a post, and not of which app a token is."""
    at = scene.world.clock.now().isoformat()
    scene.tools.vault.write(
        "mastodon", {"access_token": scene.service.token["access_token"], "signed_in_at": at}
    )
    out = drafted(mastodon, "Registration is open")
    scene.fault("reset-before", method="POST", path=STATUSES)
    with pytest.raises(Uncertain):
        mastodon.send(out, scene.ticket())
    scene.advance(seconds=2)
    by_hand = Statuses(scene.service)
    by_hand.post(by_hand.read({"status": "Registration is open"}, "Web"), None, {})
    scene.advance(minutes=2)
    assert mastodon.find(out, scene.ticket()) is None


PARENTLESS: Final = {
    "mastodon": "Rejected: Mastodon answered “not found”",
    "takahe": "published: Mastodon did not attach part 2 of the thread to the one before.",
    "hollo": "Rejected: Mastodon does not have the part before this one any more",
    "gotosocial": "Rejected: Mastodon answered “not found”",
}
"""Takahē posts it at the top."""


def test_a_part_whose_parent_was_deleted_there_is_told(mastodon: Mastodon, scene: Any, voice: str) -> None:
    parts = (Part("The first part", 14), Part("The second part", 15))
    out = replace(drafted(mastodon, "x"), parts=parts)
    mastodon.send(replace(out, parts=parts[:1]), scene.ticket())
    (first,) = scene.service.statuses.values()
    scene.service.statuses.drop(first["id"])
    try:
        told = "published: " + " ".join(mastodon.send(out, scene.ticket()).warnings)
    except PlatformError as error:
        told = f"{type(error).__name__}: {error}"
    assert told.startswith(PARENTLESS[voice])
    assert len(scene.service.statuses) == (voice == "takahe")
