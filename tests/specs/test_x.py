"""X: what the handler asks, feature by feature and trouble by trouble, held to X's OpenAPI document."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from typing_extensions import override

from bot.sandbox.x import X as XStandIn
from handlers.base import (
    Draft,
    Later,
    Options,
    Outgoing,
    Poll,
    Published,
    Rejected,
    Tools,
    Unavailable,
    Uncertain,
)
from handlers.media import Media, MissingMedia
from handlers.x import X, XSettings

Recording = Callable[..., AbstractContextManager[Any]]
LONG = "\n\n\n".join(f"Part {number}: what we learned & why it matters." for number in (1, 2, 3))
"""Two empty lines begin a new message of the thread, once the text is too long for one."""
THREAD = LONG + "\n\n\n" + "And thanks to everybody who came, asked, answered, tested and wrote. " * 4
LINK = "Registration is open: https://coderefinery.org/workshops"
SIGN_IN = {"/2/oauth2/token"}
"""Not in X's OpenAPI document, which leaves signing in to its pages."""


def keys_of(token: dict[str, str], way: str) -> dict[str, str]:
    """What stands in `zuliprc` for one way of signing in."""
    if way == "oauth2":
        return {name: token[name] for name in ("client_id", "client_secret", "refresh_token")}
    one = {name: token[name] for name in ("api_key", "api_secret")}
    return one | {
        "access_token": token["oauth1_access_token"],
        "access_token_secret": token["oauth1_access_token_secret"],
    }


def signed_in(scene: Any, way: str = "oauth2", **more: Any) -> X:
    """The handler in front of the stand-in."""
    keys = {"base_url": scene.base, "web_url": scene.base, **keys_of(scene.service.token, way), **more}
    return X("x", XSettings.model_validate(keys), scene.tools)


def fitting(scene: Any, document: Any, *, legacy: bool = False) -> None:
    """Nothing was asked that X's document does not know; with `legacy`, but for the words of its older pages."""
    asked = [one for one in scene.requests if one.path not in SIGN_IN]
    assert asked
    told = document.violations(asked)
    assert [one for one in told if not (legacy and "tweet.fields" in one)] == []


@pytest.fixture
def document(openapi: Any) -> Any:
    return openapi("x-openapi.json", strict=True)


@pytest.fixture(params=["oauth1", "oauth2"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def scene(recording: Recording) -> Iterator[Any]:
    with recording(XStandIn) as scene:
        yield scene


@pytest.fixture
def x(scene: Any) -> X:
    return signed_in(scene)


def picture(tools: Tools, colour: str = "teal", alt: str = "All {}", kind: str = "PNG") -> Media:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind)
    data = out.getvalue()
    mime = f"image/{kind.lower()}"
    return Media(
        tools.store.put(data), f"{colour}.{kind.lower()}", mime, len(data), alt.format(colour), 40, 30
    )


def animation(tools: Tools, frames: int = 3) -> Media:
    out = io.BytesIO()
    first, *rest = [Image.new("P", (40, 30), number) for number in range(frames)]
    first.save(out, "GIF", save_all=True, append_images=rest, duration=100)
    data = out.getvalue()
    return Media(tools.store.put(data), "dance.gif", "image/gif", len(data), "Dancing", 40, 30, frames=frames)


def film(tools: Tools, size: int = 10_000, alt: str = "") -> Media:
    """Bytes that begin like an MP4 file."""
    data = (b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * (size // 256 + 1))[:size]
    return Media(
        tools.store.put(data),
        "talk.mp4",
        "video/mp4",
        size,
        alt,
        640,
        360,
        seconds=12,
        codecs=("h264", "aac"),
    )


def settled(scene: Any, x: X, outgoing: Outgoing, key: str = "delivery-1") -> Published:
    """Send it as the publisher does: wait where one has to, look for what was lost, go on."""
    for _ in range(12):
        try:
            return x.send(outgoing, scene.ticket(key))
        except Unavailable as later:
            scene.world.clock.advance(later.wait or timedelta(minutes=16))
        except Uncertain:
            scene.advance(minutes=2)
            found = x.find(outgoing, scene.ticket(key))
            if found:
                return found
    raise AssertionError("it never came out")


def creating(scene: Any) -> list[Any]:
    return [one for one in scene.requests if (one.method, one.path) == ("POST", "/2/tweets")]


# -- features -----------------------------------------------------------------------------------------------


def test_a_text_a_thread_and_a_poll_fit(scene: Any, way: str, document: Any) -> None:
    x = signed_in(scene, way)
    x.check()
    for key, draft in {
        "text": Draft(LINK),
        "thread": Draft(THREAD),
        "poll": Draft("Which day?", options=Options(poll=Poll(("Monday", "Friday"), 3 * 24 * 60))),
    }.items():
        settled(scene, x, x.prepare(draft), key)
    fitting(scene, document)
    posts = scene.posts()
    assert [post["text"] for post in posts[1:4]] == [part.text for part in x.prepare(Draft(THREAD)).parts][:3]
    assert list(posts[-1]["poll"]["choices"]) == ["Monday", "Friday"]
    assert posts[-1]["poll"]["minutes"] == 4320
    assert creating(scene)[-1].json["poll"] == {"options": ["Monday", "Friday"], "duration_minutes": 4320}


def test_pictures_a_gif_and_a_video_fit(scene: Any, way: str, document: Any) -> None:
    x, tools = signed_in(scene, way), scene.tools
    files = [picture(tools), picture(tools, "red", kind="JPEG"), picture(tools, "blue", alt="", kind="WEBP")]
    for key, media in {
        "pictures": files,
        "gif": [animation(tools)],
        "video": [film(tools, alt="A talk")],
    }.items():
        settled(scene, x, x.prepare(Draft(f"See the {key}", tuple(media))), key)
    fitting(scene, document)
    begun = [one.json for one in scene.requests if one.path == "/2/media/upload/initialize"]
    assert [one["media_category"] for one in begun] == ["tweet_image"] * 3 + ["tweet_gif", "tweet_video"]
    shown = [[one["sha256"] for one in post["media"]] for post in scene.posts()]
    assert shown[0] == [one.sha256 for one in files]
    assert [one["alt"] for post in scene.posts() for one in post["media"]] == [
        "All teal", "All red", "", "Dancing", "A talk",
    ]  # fmt: skip


def test_a_lost_answer_is_looked_for_in_words_of_the_document(scene: Any, x: X, document: Any) -> None:
    outgoing = x.prepare(Draft(THREAD))
    scene.fault("reset-after", path="/2/tweets")
    settled(scene, x, outgoing)
    fitting(scene, document)
    assert [post["text"] for post in scene.posts()] == [part.text for part in outgoing.parts]
    (asked,) = [one for one in scene.requests if one.path.endswith("/tweets") and one.method == "GET"]
    assert dict(asked.query)["post.fields"] == "attachments,conversation_id,created_at,entities,note_post"


@pytest.mark.parametrize("foreign", ["understood", "refused", "ignored"])
@pytest.mark.parametrize("words", ["tweet", "post"])
def test_either_vocabulary_of_x_is_understood(
    recording: Recording, document: Any, words: str, foreign: str
) -> None:
    with recording(XStandIn, words=words, foreign=foreign) as scene:
        x = signed_in(scene)
        outgoing = x.prepare(Draft("An & <answer> that is lost: https://example.org/page"))
        scene.fault("reset-after", path="/2/tweets")
        settled(scene, x, outgoing)
        assert len(scene.posts()) == len(creating(scene)) == 1
        fitting(scene, document, legacy=words == "tweet")


def test_signing_in_renews_by_the_rules_of_x(scene: Any, x: X) -> None:
    scene.advance(hours=3)
    x.check()
    renewals = [one for one in scene.requests if one.path in SIGN_IN]
    assert [dict(one.form)["grant_type"] for one in renewals] == ["refresh_token"]
    assert renewals[0].headers["authorization"].startswith("Basic ")
    assert renewals[0].mime == "application/x-www-form-urlencoded"


# -- uploads that break -------------------------------------------------------------------------------------


def segments(scene: Any) -> list[int]:
    return [
        int(one.parts[0].body)
        for one in scene.requests
        if one.path.endswith("/append") and one.method == "POST"
    ]


def test_an_upload_goes_on_from_the_segment_that_was_lost(scene: Any, x: X, document: Any) -> None:
    outgoing = x.prepare(Draft("A talk", (film(scene.tools, 9_500_000),)))
    scene.fault("delay", path="/append", delay_s=0)
    scene.fault("reset-after", path="/append")
    with pytest.raises(Unavailable):  # the second segment's answer is lost
        x.send(outgoing, scene.ticket())
    assert scene.receipt()["files"]["0.0"]["state"]["next"] == 1
    settled(scene, signed_in(scene), outgoing)  # another process
    assert segments(scene) == [0, 1, 1, 2]
    assert len([one for one in scene.requests if one.path.endswith("/initialize")]) == 1
    assert scene.posts()[0]["media"][0]["sha256"] == outgoing.parts[0].media[0].sha256
    assert [step.done for step in scene.steps if step.what == "uploading"] == [
        4_000_000,
        8_000_000,
        9_500_000,
    ]
    fitting(scene, document)


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "502-html", "429", "expired-token"])
@pytest.mark.parametrize("step", ["/initialize", "/append", "/finalize", "command=STATUS", "/metadata"])
def test_whatever_step_of_an_upload_breaks_the_video_is_out_once(
    scene: Any, x: X, document: Any, step: str, fault: str
) -> None:
    outgoing = x.prepare(Draft("A talk", (film(scene.tools, 10_000, alt="A talk"),)))
    scene.fault(fault, path=step)
    settled(scene, x, outgoing)
    (post,) = scene.posts()
    assert (post["media"][0]["sha256"], post["media"][0]["alt"]) == (
        outgoing.parts[0].media[0].sha256,
        "A talk",
    )
    fitting(scene, document)


def test_an_upload_that_x_forgot_begins_anew(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("A talk", (film(scene.tools),)))
    scene.fault("reset-after", path="/append")
    with pytest.raises(Unavailable):
        x.send(outgoing, scene.ticket())
    scene.fault("upload-gone")
    settled(scene, x, outgoing)
    assert len([one for one in scene.requests if one.path.endswith("/initialize")]) == 2
    assert len(scene.posts()) == 1


def test_an_upload_that_lay_for_a_day_begins_anew_without_asking(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("A talk", (film(scene.tools),)))
    scene.fault("503", path="/append")
    with pytest.raises(Unavailable):
        x.send(outgoing, scene.ticket())
    scene.advance(hours=23, minutes=1)
    settled(scene, x, outgoing)
    asked = [one.path for one in scene.requests if "/upload/" in one.path]
    assert [one for one in asked if one.endswith("/initialize")] == ["/2/media/upload/initialize"] * 2
    assert len({one for one in asked if one.endswith("/append")}) == 2


def test_media_that_died_before_the_post_are_uploaded_once_more(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("Look", (picture(scene.tools),)))
    scene.fault("503", path="/2/tweets")
    with pytest.raises(Uncertain):
        x.send(outgoing, scene.ticket())
    scene.advance(hours=25)
    assert x.find(outgoing, scene.ticket()) is None
    x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 1


def test_a_video_is_waited_for_outside_the_call(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("A talk", (film(scene.tools),)))
    with pytest.raises(Later, match=r"processing the file “talk\.mp4”") as later:
        x.send(outgoing, scene.ticket())
    assert later.value.wait == timedelta(seconds=1)
    assert scene.steps[-1].what == "processing"
    assert scene.posts() == []
    scene.world.clock.advance(timedelta(seconds=3))
    x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 1


def test_a_video_that_x_cannot_use_is_refused_and_one_that_takes_too_long_given_up(scene: Any, x: X) -> None:
    for fault, words in (
        ("processing-failed", "cannot use the file"),
        ("processing-slow", "more than 1 hour"),
    ):
        outgoing = x.prepare(Draft(f"A talk, {fault}", (film(scene.tools),)))
        scene.fault(fault)
        with pytest.raises(Later):
            x.send(outgoing, scene.ticket(fault))
        scene.advance(minutes=61)
        with pytest.raises(Rejected, match=words):
            x.send(outgoing, scene.ticket(fault))
        settled(scene, x, outgoing, fault)  # ordered again, it is uploaded again
    assert len(scene.posts()) == 2


def test_a_file_that_is_gone_from_our_folder_is_told(scene: Any, x: X) -> None:
    media = film(scene.tools)
    outgoing = x.prepare(Draft("A talk", (media,)))
    scene.tools.store.path(media.sha256).unlink()
    with pytest.raises(MissingMedia):
        scene.tools.store.path(media.sha256)
    with pytest.raises(Rejected, match="gone from the bot's folder"):
        x.send(outgoing, scene.ticket())


# -- refusals -----------------------------------------------------------------------------------------------

REFUSED = {
    "402": "credits are used up. Its owner buys some at console.x.com",
    "403-duplicate": "has a post with this text already",
    "403-suspended": "suspended or locked",
    "403-client": "belongs to no project",
    "403-scope": "lacks the right",
    "403-video": "video of this length",
    "403-too-long": "too long",
    "400-too-long": "too long",
    "400-url": "does not accept a link",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_each_refusal_is_told_plainly_and_nothing_is_out_or_paid(scene: Any, x: X, fault: str) -> None:
    x.check()
    spent = scene.tools.meter.used("x", "spending", f"{scene.world.clock.now():%Y-%m}")
    scene.fault(fault, times=3)
    with pytest.raises(Rejected) as told:
        x.send(x.prepare(Draft(LINK)), scene.ticket())
    assert REFUSED[fault] in str(told.value)
    assert len(creating(scene)) == 1  # nothing is tried again by itself
    assert scene.posts() == []
    assert scene.tools.meter.used("x", "spending", f"{scene.world.clock.now():%Y-%m}") == spent


@pytest.mark.parametrize("fault", [one for one in REFUSED if one != "403-duplicate"])
def test_a_refusal_in_the_middle_of_a_thread_tells_how_far_it_came(scene: Any, x: X, fault: str) -> None:
    outgoing = x.prepare(Draft(THREAD))
    scene.fault("delay", path="/2/tweets", delay_s=0, method="POST")
    scene.fault(fault)
    with pytest.raises(Rejected, match=rf"1 of {len(outgoing.parts)} parts") as told:
        x.send(outgoing, scene.ticket())
    assert REFUSED[fault] in str(told.value)
    x.send(outgoing, scene.ticket())  # ordered again once it is mended
    assert [post["text"] for post in scene.posts()] == [part.text for part in outgoing.parts]


def test_a_reply_that_is_not_allowed_ends_a_thread(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft(THREAD))
    scene.fault("403-reply", times=2)
    with pytest.raises(Rejected, match=r"does not allow this reply.*Post the rest by hand.*1 of"):
        x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 1


def test_a_part_that_x_has_already_is_named_with_its_number(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft(THREAD))
    x.send(
        x.prepare(Draft(outgoing.parts[1].text)), scene.ticket("older")
    )  # a moment ago, and not of this thread
    with pytest.raises(Rejected, match=rf"very text of part 2 of {len(outgoing.parts)} already.*1 of"):
        x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 2


def test_unknown_media_are_uploaded_once_more_and_then_told(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("Look", (picture(scene.tools),)))
    scene.fault("400-media")
    x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 1
    scene.fault("400-media", times=2)
    with pytest.raises(Rejected, match="does not know the uploaded"):
        x.send(x.prepare(Draft("Look again", (picture(scene.tools, "red"),))), scene.ticket("again"))
    assert len(scene.posts()) == 1


def test_limits_are_waited_for_until_the_time_that_x_tells(scene: Any, x: X) -> None:
    outgoing, now = x.prepare(Draft("Hello")), scene.world.clock.now()
    for fault, least, most in (("429", 0, 15 * 60), ("429-day", 9 * 3600 - 60, 9 * 3600 + 60)):
        scene.fault(fault, path="/2/tweets")
        with pytest.raises(Unavailable, match="limit") as told:
            x.send(outgoing, scene.ticket())
        assert least <= (told.value.until - now).total_seconds() <= most
    x.send(outgoing, scene.ticket())
    assert len(scene.posts()) == 1


@pytest.mark.parametrize(
    "fault", ["502-after", "reset-after", "200-errors", "200-empty", "502-html", "reset-before"]
)
def test_no_answer_makes_a_post_appear_twice(scene: Any, x: X, document: Any, fault: str) -> None:
    outgoing = x.prepare(Draft(THREAD))
    scene.fault(fault, path="/2/tweets", method="POST")
    settled(scene, x, outgoing)
    assert [post["text"] for post in scene.posts()] == [part.text for part in outgoing.parts]
    fitting(scene, document)


def test_errors_beside_a_post_are_told(scene: Any, x: X) -> None:
    scene.fault("200-errors")
    (warning,) = x.send(x.prepare(Draft("Hello")), scene.ticket()).warnings
    assert "Some fields were not stored" in warning


def test_a_timeline_that_x_does_not_show_proves_nothing(scene: Any, x: X) -> None:
    outgoing = x.prepare(Draft("Hello"))
    scene.fault("502-after")
    with pytest.raises(Uncertain):
        x.send(outgoing, scene.ticket())
    scene.advance(minutes=5)
    scene.fault("200-hidden")
    with pytest.raises(Uncertain, match="does not show all posts"):
        x.find(outgoing, scene.ticket())
    assert x.find(outgoing, scene.ticket()) is not None
    assert len(creating(scene)) == 1


# -- money --------------------------------------------------------------------------------------------------


def month(scene: Any) -> str:
    return f"{scene.world.clock.now():%Y-%m}"


def spent(scene: Any) -> int:
    return int(scene.tools.meter.used("x", "spending", month(scene)))


def test_what_the_bot_counts_is_what_x_charges(scene: Any, x: X) -> None:
    x.check()
    x.send(x.prepare(Draft(LINK, (picture(scene.tools),))), scene.ticket("link"))
    x.send(x.prepare(Draft(THREAD)), scene.ticket("thread"))
    assert (
        spent(scene) == scene.service.purse.spent == 10 + 200 + 5 + 15 * len(x.prepare(Draft(THREAD)).parts)
    )
    scene.fault("reset-after", path="/2/tweets")
    settled(scene, x, x.prepare(Draft("Lost and found")), "lost")
    scene.fault("reset-before", path="/2/tweets")
    settled(scene, x, x.prepare(Draft("Lost for good")), "again")
    assert scene.service.purse.spent <= spent(
        scene
    )  # X asks nothing for what it showed before on the same day
    assert x.check().uses[0].used == spent(scene) / 1000


def test_over_the_budget_no_request_is_made(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        x = signed_in(scene, monthly_budget_usd=Decimal("0.23"))
        x.send(x.prepare(Draft(LINK)), scene.ticket("first"))  # 0.20, and 0.01 for the sign-in
        asked = len(scene.requests)
        with pytest.raises(Rejected, match=r"0\.21 of 0\.23 USD.*needs 0\.20.*monthly_budget_usd"):
            x.send(x.prepare(Draft(f"{LINK}/second")), scene.ticket("second"))
        assert len(scene.requests) == asked
        x.send(x.prepare(Draft("A plain one")), scene.ticket("third"))
        use = x.check()  # a sign-in costs more than the 0.005 that are left
        assert "budget is used up" in use.warnings[0]
        assert (use.uses[0].what, use.uses[0].used, use.uses[0].most) == ("USD this month", 0.225, 0.23)
        assert scene.service.purse.spent <= 230


def test_what_is_paid_already_is_not_asked_for_again(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        x = signed_in(scene, monthly_budget_usd=Decimal("0.030"))
        outgoing = x.prepare(Draft("Look", (picture(scene.tools),)))
        scene.fault("429", path="/2/tweets", method="POST")
        with pytest.raises(Unavailable):
            x.send(outgoing, scene.ticket())
        assert spent(scene) == 10 + 5
        x.send(outgoing, scene.ticket())
        assert spent(scene) == scene.service.purse.spent == 30


def test_the_next_month_has_its_own_budget(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        x = signed_in(scene, monthly_budget_usd=Decimal("0.22"))
        x.send(x.prepare(Draft(LINK)), scene.ticket("first"))
        scene.advance(days=32)
        x.send(x.prepare(Draft(f"{LINK}/second")), scene.ticket("second"))
        assert len(scene.posts()) == 2


@pytest.mark.parametrize(
    "fault", ["reset-after", "reset-before", "502-after", "502-html", "402", "429", "403-scope"]
)
@pytest.mark.parametrize("budget", ["0.05", "0.60"])
def test_whatever_happens_x_never_charges_more_than_the_budget(
    recording: Recording, fault: str, budget: str
) -> None:
    with recording(XStandIn) as scene:
        most = int(Decimal(budget) * 1000)
        for number in range(4):  # each time another process
            x = signed_in(scene, monthly_budget_usd=Decimal(budget))
            outgoing = x.prepare(Draft(f"{LINK}/{number}" if number % 2 else f"{THREAD} {number}"))
            scene.fault(fault, path="/2/tweets", method="POST")
            for _ in range(3):
                try:
                    x.send(outgoing, scene.ticket(str(number)))
                    break
                except Uncertain:
                    scene.advance(minutes=2)
                    with_answer(x, outgoing, scene.ticket(str(number)))
                except (Rejected, Unavailable):
                    scene.advance(minutes=16)
            assert scene.service.purse.spent <= spent(scene) <= most


def with_answer(x: X, outgoing: Outgoing, ticket: Any) -> None:
    """Look for it, whatever comes of that."""
    try:
        x.find(outgoing, ticket)
    except (Uncertain, Unavailable):
        return


def test_what_is_certainly_not_out_is_given_back(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        x = signed_in(scene, monthly_budget_usd=Decimal(1))
        x.check()
        outgoing, before = x.prepare(Draft(LINK)), spent(scene)
        scene.fault("reset-before", path="/2/tweets")
        with pytest.raises(Uncertain):
            x.send(outgoing, scene.ticket())
        assert spent(scene) == before + 200  # it may be out
        scene.advance(minutes=2)
        assert x.find(outgoing, scene.ticket()) is None
        assert spent(scene) == before
        x.send(outgoing, scene.ticket())
        assert spent(scene) == before + 200


def test_a_crash_in_the_middle_of_a_request_keeps_it_reserved_and_counts_it_once(
    recording: Recording,
) -> None:
    with recording(XStandIn) as scene:
        x = signed_in(scene, monthly_budget_usd=Decimal("0.30"))
        outgoing, ticket = x.prepare(Draft(LINK)), scene.ticket()

        class Crashed(BaseException):
            pass

        real = scene.receipts

        class Receipts(dict[str, Any]):
            """Its process dies when it has the answer, before it is written down."""

            @override
            def __setitem__(self, key: str, value: Any) -> None:
                if value["out"]:
                    raise Crashed
                super().__setitem__(key, value)

        scene.receipts = Receipts(real)
        with pytest.raises(Crashed):
            x.send(outgoing, ticket)
        kept = scene.receipts
        scene.receipts = dict(kept)
        assert spent(scene) >= 200
        again = signed_in(scene, monthly_budget_usd=Decimal("0.30"))
        scene.advance(minutes=2)
        assert again.find(outgoing, scene.ticket()) is not None
        assert again.send(outgoing, scene.ticket()).id == scene.posts()[0]["id"]
        assert scene.service.purse.spent <= spent(scene) <= 300
        assert len(scene.posts()) == 1
