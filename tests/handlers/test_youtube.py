"""YouTube: what is asked of it, what its answers mean, and that no video goes out twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.youtube import YouTube as StandIn
from handlers.base import Draft, Options, Outgoing, Rejected, Tools, Unavailable, Uncertain
from handlers.media import Media
from handlers.youtube import YouTube
from handlers.youtube.errors import midnight_pacific
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.upload import UNIT

TEXT = "Introduction to HPC\n\nRecorded in Oslo. https://coderefinery.org #HPC #CodeRefinery"
FILM = bytes(range(256)) * 2500
"""640 000 bytes: two whole pieces of 256 KiB and a rest."""
START = "/upload/youtube/v3/videos"
SCOPE = "https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube.readonly"


class Channel:
    """A channel that takes resumable uploads as YouTube does."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.metadata: list[Any] = []
        self.sessions: dict[str, bytearray] = {}
        self.total = 0
        self.done: dict[str, str] = {}
        self.trouble: list[Callable[[Any], Any]] = []
        """What happens to the next PUTs instead; each may answer None to let one pass."""
        server.rule(self.answer)

    def answer(self, asked: Any) -> Any:
        if (asked.method, asked.path) == ("POST", START):
            name = f"/session/{len(self.sessions)}"
            self.metadata.append(asked.json)
            self.total = int(asked.headers["X-Upload-Content-Length"])
            self.sessions[name] = bytearray()
            return self.server.reply({}, 200, Location=self.server.url + name)
        if asked.method == "PUT" and asked.path in self.sessions:
            if self.trouble and (reply := self.trouble.pop(0)(asked)) is not None:
                return reply
            return self.take(asked)
        return None

    def take(self, asked: Any) -> Any:
        """One PUT, done as YouTube does it."""
        stored = self.sessions[asked.path]
        found = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)", asked.headers["Content-Range"])
        assert found
        assert int(found[3]) == self.total
        if found[1]:
            assert int(found[1]) == len(stored)
            assert int(found[2]) - int(found[1]) + 1 == len(asked.body)
            assert len(asked.body) % UNIT == 0 or int(found[2]) + 1 == self.total
            stored += asked.body
        if len(stored) == self.total:
            self.done.setdefault(asked.path, f"video-{len(self.done) + 1}")
            return self.server.reply(
                {"id": self.done[asked.path], "status": {"uploadStatus": "uploaded"}}, 201
            )
        reach = {"Range": f"bytes=0-{len(stored) - 1}"} if stored else {}
        return self.server.reply(b"", 308, **reach)


@pytest.fixture
def channel(server: Any) -> Channel:
    server.on("POST", "/token", {"access_token": "ya29.first", "expires_in": 3599, "scope": SCOPE})
    return Channel(server)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def make(server: Any, tools: Tools, pauses: list[float]) -> Callable[..., YouTube]:
    def build(**more: Any) -> YouTube:
        given = {
            "base_url": server.url,
            "auth_url": server.url,
            "client_id": "app",
            "client_secret": "s3",
            "refresh_token": "1//refresh",
        }
        settings = YouTubeSettings(**(given | more))
        return YouTube("youtube", settings, tools, pause=pauses.append, piece=UNIT)

    return build


@pytest.fixture
def youtube(make: Callable[..., YouTube]) -> YouTube:
    return make()


def film(tools: Tools) -> Media:
    return Media(tools.store.put(FILM), "talk.mp4", "video/mp4", len(FILM))


@pytest.fixture
def out(youtube: YouTube, tools: Tools) -> Outgoing:
    return youtube.prepare(Draft(TEXT, (film(tools),)))


# --- what is prepared


def test_a_draft_without_a_video_leaves_youtube_out(youtube: YouTube) -> None:
    out = youtube.prepare(Draft(TEXT, (Media("0" * 64, "a.png", "image/png", 10),)))
    assert out.skipped is not None
    assert "no video" in out.skipped
    assert (out.parts, out.problems) == ((), ())


def test_title_description_and_tags_come_from_the_text(out: Outgoing) -> None:
    assert out.title == "Introduction to HPC"
    assert out.parts[0].text == TEXT
    assert (out.parts[0].length, out.limit, out.unit) == (len(TEXT.encode()), 5000, "bytes")
    assert out.visibility == "public"
    assert out.extra == {
        "category": "27",
        "made for kids": "no",
        "notify subscribers": "yes",
        "tags": "HPC, CodeRefinery",
    }
    assert out.problems == ()


VIDEO = Media("0" * 64, "talk.mp4", "video/mp4", 10)


@pytest.mark.parametrize(
    "text, options, title, errors, warnings",
    [
        ("x", Options(title="Mine"), "Mine", 0, 0),
        ("x" * 100, Options(), "x" * 100, 0, 0),
        ("word " * 30, Options(), "word " * 19 + "word…", 0, 1),
        ("x", Options(title="y" * 101), "y" * 101, 1, 0),
        ("x", Options(title="a <b>"), "a ‹b›", 0, 1),
        ("", Options(), "", 1, 0),
        ("a < b", Options(), "a ‹ b", 0, 1),
        ("x", Options(visibility="direct"), "x", 1, 0),
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
    png = Media("1" * 64, "cover.png", "image/png", 10)
    gif = Media("2" * 64, "fun.gif", "image/gif", 10)
    out = youtube.prepare(Draft("x", (gif, png, VIDEO)))
    assert out.parts[0].media == (VIDEO, png)
    assert out.extra["thumbnail"] == "cover.png"
    assert "fun.gif" in out.problems[0].text


def test_more_tags_than_youtube_takes_are_said(youtube: YouTube) -> None:
    out = youtube.prepare(Draft(" ".join(f"#tag{n:020}" for n in range(30)), (VIDEO,), Options(title="t")))
    assert len(out.extra["tags"].replace(", ", ",")) <= 500
    assert "tags" in out.problems[0].text


# --- sending


def test_a_video_goes_up_in_pieces(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    published = youtube.send(out, delivery.ticket())
    assert (published.id, published.url) == ("video-1", "https://www.youtube.com/watch?v=video-1")
    assert bytes(channel.sessions["/session/0"]) == FILM
    (begun,) = server.to("POST", START)
    assert begun.query == {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "true"}
    assert begun.headers["X-Upload-Content-Type"] == "video/mp4"
    assert channel.metadata == [
        {
            "snippet": {
                "title": "Introduction to HPC",
                "description": TEXT,
                "categoryId": "27",
                "tags": ["HPC", "CodeRefinery"],
            },
            "status": {"privacyStatus": "public", "selfDeclaredMadeForKids": False},
        }
    ]
    pieces = server.to("PUT", "/session/0")
    assert [len(one.body) for one in pieces] == [UNIT, UNIT, len(FILM) - 2 * UNIT]


def test_the_session_is_saved_before_the_first_byte(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    seen: list[Any] = []
    channel.trouble = [lambda _: seen.append(dict(delivery.receipt))] * 3
    youtube.send(out, delivery.ticket())
    assert [bool(one.get("session")) for one in seen] == [True] * 3
    assert [bool(one.get("finishing")) for one in seen] == [False, False, True]


@pytest.mark.parametrize("broken", [0, 1, 2])
@pytest.mark.parametrize("how", ["cut before", "cut after", "503 before", "503 after"])
def test_whatever_breaks_on_the_way_the_video_arrives_once(
    youtube: YouTube,
    channel: Channel,
    server: Any,
    out: Outgoing,
    delivery: Any,
    broken: int,
    how: str,
) -> None:
    def trouble(asked: Any) -> Any:
        if "after" in how:
            channel.take(asked)
        return server.CUT if "cut" in how else server.reply(b"busy", 503)

    channel.trouble = [*[lambda _: None] * broken, trouble]
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert bytes(channel.sessions["/session/0"]) == FILM
    assert len(channel.done) == len(channel.sessions) == 1


def test_a_crash_is_resumed_where_it_was(
    youtube: YouTube,
    make: Callable[..., YouTube],
    channel: Channel,
    server: Any,
    out: Outgoing,
    delivery: Any,
) -> None:
    class Crash(Exception):
        pass

    saves = 0
    save = delivery._save

    def crash(receipt: Any) -> None:
        nonlocal saves
        save(receipt)
        saves += 1
        if saves == 2:  # the last piece is about to leave
            raise Crash

    delivery._save = crash
    with pytest.raises(Crash):
        youtube.send(out, delivery.ticket())
    delivery._save = save
    again = make()
    assert again.find(out, delivery.ticket()) is None
    assert again.send(out, delivery.ticket()).id == "video-1"
    assert bytes(channel.sessions["/session/0"]) == FILM
    assert len(server.to("PUT", "/session/0")) == 2 + 1 + 1 + 1  # two pieces, find, resume, the rest


def all_puts_fail(channel: Channel, server: Any, *, after: int, acted: bool) -> None:
    """From the piece of that number on nothing is answered; the piece itself may have arrived."""

    def last(asked: Any) -> Any:
        if acted:
            channel.take(asked)
        return server.CUT

    channel.trouble = [*[lambda _: None] * after, last, *[lambda _: server.CUT] * 50]


def test_a_lost_end_is_uncertain_until_the_session_tells(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    all_puts_fail(channel, server, after=2, acted=True)
    with pytest.raises(Uncertain, match="may be out"):
        youtube.send(out, delivery.ticket())
    with pytest.raises(Unavailable):
        youtube.find(out, delivery.ticket())
    channel.trouble = []
    found = youtube.find(out, delivery.ticket())
    assert found is not None
    assert found.id == "video-1"
    asked = len(server.asked)
    assert youtube.find(out, delivery.ticket()) == found
    assert len(server.asked) == asked
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert len(channel.sessions) == 1


def test_a_line_that_breaks_before_the_end_is_no_doubt(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any, pauses: list[float]
) -> None:
    all_puts_fail(channel, server, after=1, acted=False)
    with pytest.raises(Unavailable, match="nothing is out"):
        youtube.send(out, delivery.ticket())
    assert pauses == [2, 4, 8, 16]
    channel.trouble = []
    assert youtube.find(out, delivery.ticket()) is None
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert len(channel.sessions) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_forgotten_session_is_begun_anew_while_nothing_can_be_out(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any, status: int
) -> None:
    channel.trouble = [lambda _: None, lambda _: server.reply(b"", status)]
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert bytes(channel.sessions["/session/1"]) == FILM
    assert len(channel.done) == 1


def test_a_session_forgotten_at_the_end_is_asked_of_a_person(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    all_puts_fail(channel, server, after=2, acted=True)
    with pytest.raises(Uncertain):
        youtube.send(out, delivery.ticket())
    channel.trouble = [lambda _: server.reply(b"", 404)] * 5
    with pytest.raises(Uncertain, match="Look at the channel"):
        youtube.find(out, delivery.ticket())
    with pytest.raises(Uncertain, match="Look at the channel"):
        youtube.send(out, delivery.ticket())
    delivery.key = "somebody looked and ordered it again"
    channel.trouble = channel.trouble[:1]
    channel.done.clear()
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert len(channel.sessions) == 2


def test_a_token_that_ends_in_the_middle_is_renewed_in_the_same_session(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any, vault: Any
) -> None:
    server.on(
        "POST",
        "/token",
        {"access_token": "1st", "expires_in": 3599},
        {"access_token": "2nd", "expires_in": 3599},
    )
    channel.trouble = [
        lambda _: None,
        lambda _: server.reply({"error": {"errors": [{"reason": "authError"}]}}, 401),
    ]
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    signed = [one.headers["Authorization"] for one in server.to("PUT", "/session/0")]
    assert signed == ["Bearer 1st", "Bearer 1st", "Bearer 2nd", "Bearer 2nd"]
    assert vault.kept["youtube"]["access_token"] == "2nd"


def test_the_thumbnail_is_set_and_its_refusal_is_only_a_warning(
    youtube: YouTube, channel: Channel, server: Any, tools: Tools, delivery: Any
) -> None:
    cover = Media(tools.store.put(b"\x89PNG"), "cover.png", "image/png", 4)
    out = youtube.prepare(Draft(TEXT, (film(tools), cover)))
    server.on("POST", "/upload/youtube/v3/thumbnails/set", server.reply({}, 403), {})
    assert "thumbnail" in youtube.send(out, delivery.ticket()).warnings[0]
    assert youtube.send(out, delivery.ticket()).warnings == ()
    first, _ = server.to("POST", "/upload/youtube/v3/thumbnails/set")
    assert (first.query, first.body, first.headers["Content-Type"]) == (
        {"videoId": "video-1"},
        b"\x89PNG",
        "image/png",
    )
    assert len(channel.sessions) == 1


def test_a_video_that_youtube_rejects_afterwards_is_told(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    body = {"id": "v", "status": {"uploadStatus": "rejected", "rejectionReason": "duplicate"}}
    channel.trouble = [lambda _: server.reply(body, 200)]
    for _ in range(2):
        with pytest.raises(Rejected, match="duplicate"):
            youtube.send(out, delivery.ticket())


# --- refusals


def error(reason: str, status: int) -> tuple[Any, int]:
    return {"error": {"code": status, "message": "x", "errors": [{"reason": reason, "message": "x"}]}}, status


@pytest.mark.parametrize(
    "reason, status, kind, word",
    [
        ("invalidTitle", 400, Rejected, "title"),
        ("invalidDescription", 400, Rejected, "description"),
        ("uploadLimitExceeded", 400, Unavailable, "in a day"),
        ("quotaExceeded", 403, Unavailable, "midnight"),
        ("rateLimitExceeded", 403, Unavailable, "pause"),
        ("insufficientPermissions", 403, Rejected, "does not allow uploading"),
        ("forbidden", 403, Rejected, "does not allow uploading"),
        ("youtubeSignupRequired", 401, Rejected, "has no channel"),
        ("authenticatedUserAccountSuspended", 403, Rejected, "suspended"),
        ("backendError", 503, Unavailable, "nothing is out"),
        ("somethingNew", 400, Rejected, "somethingNew"),
        ("", 302, Rejected, "base_url"),
    ],
)
def test_refusals_are_told_in_words(
    youtube: YouTube,
    channel: Channel,
    server: Any,
    out: Outgoing,
    delivery: Any,
    reason: str,
    status: int,
    kind: type[Exception],
    word: str,
) -> None:
    server.on("POST", START, server.reply(*error(reason, status)))
    with pytest.raises(kind, match=word):
        youtube.send(out, delivery.ticket())
    assert delivery.receipt == {}


def test_quota_waits_for_midnight_in_california(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    server.on("POST", START, server.reply(*error("quotaExceeded", 403)))
    with pytest.raises(Unavailable) as caught:
        youtube.send(out, delivery.ticket())
    assert caught.value.until == datetime(2026, 11, 27, 8, tzinfo=UTC)
    # both sides of a clock change
    assert midnight_pacific(datetime(2026, 3, 8, 9, tzinfo=UTC)) == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert midnight_pacific(datetime(2026, 3, 8, 7, 59, tzinfo=UTC)) == datetime(2026, 3, 8, 8, tzinfo=UTC)


def test_no_session_address_or_token_is_ever_told(
    youtube: YouTube,
    channel: Channel,
    server: Any,
    out: Outgoing,
    delivery: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    channel.trouble = [lambda _: server.CUT] * 50
    with pytest.raises(Unavailable) as caught:
        youtube.send(out, delivery.ticket())
    told = caplog.text + repr(caught.value) + repr(caught.value.__cause__)
    for secret in ("/session/", "ya29", "1//refresh", "s3"):
        assert secret not in told


@pytest.mark.parametrize(
    "reply, kind, word",
    [
        (({"error": "invalid_grant"}, 400), Rejected, "social login youtube.*still in testing"),
        (({"error": "invalid_client"}, 401), Rejected, "client_secret"),
        (({}, 500), Unavailable, "nothing is out"),
    ],
)
def test_a_renewal_that_fails_is_told(
    youtube: YouTube,
    channel: Channel,
    server: Any,
    out: Outgoing,
    delivery: Any,
    reply: Any,
    kind: Any,
    word: str,
) -> None:
    server.on("POST", "/token", server.reply(*reply))
    with pytest.raises(kind, match=word):
        youtube.send(out, delivery.ticket())


def test_an_access_token_alone_serves_as_long_as_it_lives(
    make: Callable[..., YouTube], channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    alone = make(refresh_token="", access_token="ya29.alone")
    assert alone.send(out, delivery.ticket()).id == "video-1"
    assert server.to("POST", "/token") == []
    delivery.receipt = {}
    server.on("POST", START, server.reply(*error("authError", 401)))
    with pytest.raises(Rejected, match="social login youtube"):
        alone.send(out, delivery.ticket())
    with pytest.raises(Rejected, match="social login youtube"):
        make(refresh_token="").send(out, delivery.ticket())


def test_a_token_is_renewed_before_it_ends_and_shared_through_the_vault(
    make: Callable[..., YouTube], channel: Channel, server: Any, out: Outgoing, delivery: Any, clock: Any
) -> None:
    make().send(out, delivery.ticket())
    delivery.receipt = {}
    make().send(out, delivery.ticket())
    assert len(server.to("POST", "/token")) == 1
    clock.ahead(minutes=59)
    delivery.receipt = {}
    make().send(out, delivery.ticket())
    assert len(server.to("POST", "/token")) == 2


# --- check, settings


def test_check_tells_the_channel(youtube: YouTube, channel: Channel, server: Any) -> None:
    server.on("GET", "/youtube/v3/channels", {"items": [{"snippet": {"title": "CodeRefinery"}}]})
    standing = youtube.check()
    assert standing.who == "CodeRefinery"
    assert len(standing.scopes) == 2
    server.on("GET", "/youtube/v3/channels", {"items": []})
    with pytest.raises(Rejected, match="no channel"):
        youtube.check()
    server.on("GET", "/youtube/v3/channels", server.reply(*error("insufficientPermissions", 403)))
    assert youtube.check().warnings


def test_check_sees_a_sign_in_that_may_not_upload(youtube: YouTube, channel: Channel, server: Any) -> None:
    readonly = "https://www.googleapis.com/auth/youtube.readonly"
    server.on("POST", "/token", {"access_token": "a", "expires_in": 3599, "scope": readonly})
    server.on("GET", "/youtube/v3/channels", {"items": [{"snippet": {"title": "CodeRefinery"}}]})
    with pytest.raises(Rejected, match="does not allow uploading"):
        youtube.check()


def test_check_without_a_line_is_unavailable(make: Callable[..., YouTube], closed_port: str) -> None:
    with pytest.raises(Unavailable):
        make(auth_url=closed_port).check()


def test_settings_are_strict() -> None:
    settings = YouTubeSettings(category=28, refresh_token=SecretStr("1//r"))  # type: ignore[arg-type]  # as in a file
    assert settings.category == "28"
    assert "1//r" not in repr(settings)
    for wrong in ({"privacy": "friends"}, {"category": "education"}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            YouTubeSettings(**wrong)  # type: ignore[arg-type]  # that is what is tested


def test_the_sandboxs_youtube_takes_a_video_and_knows_it_again(
    tools: Tools, delivery: Any, clock: Any
) -> None:
    world = World()
    world.clock.to(clock())
    standins: list[StandIn] = []

    def build(base: str) -> Any:
        standins.append(StandIn(world, base))
        return standins[0].app

    with serving(build) as base:
        given = {key: standins[0].token[key] for key in ("client_id", "client_secret", "refresh_token")}
        settings = YouTubeSettings.model_validate({**given, "base_url": base, "auth_url": base})
        youtube = YouTube("youtube", settings, tools, piece=UNIT)
        assert youtube.check().warnings == ()
        data = b"\x00\x00\x00\x18ftypmp42" + FILM
        media = Media(tools.store.put(data), "talk.mp4", "video/mp4", len(data))
        out = youtube.prepare(Draft(TEXT, (media,)))
        published = youtube.send(out, delivery.ticket())
        (post,) = world.posts()
        assert (post["id"], post["url"]) == (published.id, published.url)
        assert TEXT in post["text"]
        assert [one["sha256"] for one in post["media"]] == [media.sha256]
        # the answer was lost, says the receipt
        delivery.receipt = {key: value for key, value in delivery.receipt.items() if key != "video"}
        found = youtube.find(out, delivery.ticket())
        assert found == published
        assert len(world.posts()) == 1
