"""YouTube: what is asked of it, what its answers mean, and that no video goes out twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.youtube import YouTube as StandIn
from handlers.base import Draft, Later, Outgoing, Rejected, Tools, Unavailable
from handlers.media import Media
from handlers.youtube import YouTube
from handlers.youtube.days import midnight
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.upload import UNIT

TEXT = "Introduction to HPC\n\nRecorded in Oslo. https://coderefinery.org #HPC #CodeRefinery"
FILM = bytes(range(256)) * 2500
"""640 000 bytes: two whole pieces of 256 KiB and a rest."""
START = "/upload/youtube/v3/videos"
VIDEOS = "/youtube/v3/videos"
SCOPE = "https://www.googleapis.com/auth/youtube https://www.googleapis.com/auth/youtube.readonly"


class Channel:
    """A channel that takes resumable uploads as YouTube does."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.metadata: list[Any] = []
        self.sessions: dict[str, bytearray] = {}
        self.total = 0
        self.done: dict[str, str] = {}
        self.videos: dict[str, Any] = {}
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
        if asked.path == VIDEOS:
            return self.video(asked)
        return None

    def video(self, asked: Any) -> Any:
        """What is asked of a video that is there."""
        if asked.method == "GET":
            found = [self.videos[one] for one in asked.query["id"].split(",") if one in self.videos]
            return self.server.reply({"items": found})
        if asked.method == "PUT":
            self.videos[asked.json["id"]]["status"] |= asked.json["status"]
            return self.server.reply(self.videos[asked.json["id"]])
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
            name = self.done.setdefault(asked.path, f"video-{len(self.done) + 1}")
            told = self.metadata[int(asked.path.rpartition("/")[2])]
            status = {**told["status"], "uploadStatus": "processed"}
            self.videos.setdefault(name, {"id": name, "snippet": told["snippet"], "status": status})
            return self.server.reply({"id": name, "status": {"uploadStatus": "uploaded"}}, 201)
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
            "status": {
                "privacyStatus": "private",
                "selfDeclaredMadeForKids": False,
                "license": "youtube",
                "embeddable": True,
            },
        }
    ]
    (shown,) = server.to("PUT", VIDEOS)
    assert (shown.query, shown.json["status"]["privacyStatus"]) == ({"part": "status"}, "public")
    whole = len(FILM)
    told = [(one.what, one.file, one.done, one.total) for one in delivery.steps]
    assert told == [("uploading", "talk.mp4", done, whole) for done in (UNIT, 2 * UNIT, whole)]
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


def test_a_lost_end_is_no_doubt_because_nobody_sees_the_video_yet(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    all_puts_fail(channel, server, after=2, acted=True)
    with pytest.raises(Unavailable, match="nothing is out"):
        youtube.send(out, delivery.ticket())
    with pytest.raises(Unavailable):
        youtube.find(out, delivery.ticket())
    channel.trouble = []
    assert youtube.find(out, delivery.ticket()) is None
    assert delivery.receipt["video"] == "video-1"
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    found = youtube.find(out, delivery.ticket())
    assert found is not None
    assert found.id == "video-1"
    assert youtube.send(out, delivery.ticket()).warnings == ()
    assert (len(channel.sessions), len(server.to("PUT", VIDEOS))) == (1, 1)


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


def listed(channel: Channel, server: Any, *ids: str, at: str = "2026-11-26T12:00:00Z") -> None:
    """What the channel tells of its uploads."""
    lists = {"contentDetails": {"relatedPlaylists": {"uploads": "UU1"}}}
    server.on("GET", "/youtube/v3/channels", {"items": [lists]})
    items = [{"snippet": {"publishedAt": at, "resourceId": {"videoId": one}}} for one in ids]
    server.on("GET", "/youtube/v3/playlistItems", {"items": items})


def test_a_video_whose_session_is_forgotten_is_found_at_the_channel(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    all_puts_fail(channel, server, after=2, acted=True)
    with pytest.raises(Unavailable):
        youtube.send(out, delivery.ticket())
    listed(channel, server, "video-1")
    channel.trouble = [lambda _: server.reply(b"", 404)] * 5
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert len(channel.sessions) == 1


def test_a_video_that_is_not_there_after_all_is_looked_for_twice_and_then_uploaded_anew(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    all_puts_fail(channel, server, after=2, acted=False)
    with pytest.raises(Unavailable):
        youtube.send(out, delivery.ticket())
    listed(channel, server)
    channel.trouble = [lambda _: server.reply(b"", 410)] * 2
    with pytest.raises(Later, match="looks once more"):
        youtube.send(out, delivery.ticket())
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert (len(channel.sessions), list(channel.videos)) == (2, ["video-1"])


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-26T11:40:00Z"},
        {"title": "Another film"},
        {"privacy": "public"},
        {"size": "12"},
        {"description": "Other words"},
    ],
)
def test_a_video_of_somebody_else_is_never_taken_for_ours(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any, change: dict[str, str]
) -> None:
    all_puts_fail(channel, server, after=2, acted=False)
    with pytest.raises(Unavailable):
        youtube.send(out, delivery.ticket())
    listed(channel, server, "other", at=change.get("at", "2026-11-26T12:00:00Z"))
    snippet = {"title": change.get("title", out.title), "description": change.get("description", TEXT)}
    channel.videos["other"] = {
        "id": "other",
        "snippet": snippet,
        "status": {"privacyStatus": change.get("privacy", "private"), "uploadStatus": "processed"},
        "fileDetails": {"fileSize": change.get("size", str(len(FILM)))},
    }
    channel.trouble = [lambda _: server.reply(b"", 404)] * 2
    with pytest.raises(Later):
        youtube.send(out, delivery.ticket())
    assert youtube.send(out, delivery.ticket()).id == "video-1"


def test_an_end_without_an_id_is_looked_for_too(
    youtube: YouTube, channel: Channel, server: Any, out: Outgoing, delivery: Any
) -> None:
    listed(channel, server, "video-1")

    def silent(asked: Any) -> Any:
        channel.take(asked)
        return server.reply(b"", 200)

    channel.trouble = [lambda _: None, lambda _: None, silent]
    assert youtube.send(out, delivery.ticket()).id == "video-1"
    assert len(channel.sessions) == 1


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


def test_the_thumbnail_is_set_before_anybody_sees_the_video(
    youtube: YouTube, channel: Channel, server: Any, tools: Tools, delivery: Any
) -> None:
    cover = Media(tools.store.put(b"\x89PNG"), "cover.png", "image/png", 4, width=1280, height=720)
    out = youtube.prepare(Draft(TEXT, (film(tools), cover)))
    server.on("POST", "/upload/youtube/v3/thumbnails/set", {})
    for _ in range(2):
        assert youtube.send(out, delivery.ticket()).warnings == ()
    (asked,) = server.to("POST", "/upload/youtube/v3/thumbnails/set")
    assert (asked.query, asked.body) == ({"videoId": "video-1"}, b"\x89PNG")
    assert asked.headers["Content-Type"] == "image/png"
    order = [(one.method, one.path) for one in server.asked]
    assert order.index(("POST", "/upload/youtube/v3/thumbnails/set")) < order.index(("PUT", VIDEOS))


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
        ("insufficientPermissions", 403, Rejected, "does not allow uploading and managing"),
        ("forbidden", 403, Rejected, "does not allow uploading and managing"),
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
    assert midnight(datetime(2026, 3, 8, 9, tzinfo=UTC)) == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert midnight(datetime(2026, 3, 8, 7, 59, tzinfo=UTC)) == datetime(2026, 3, 8, 8, tzinfo=UTC)


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
    told: dict[str, Any] = {"snippet": {"title": "CodeRefinery"}, "status": {"longUploadsStatus": "allowed"}}
    server.on("GET", "/youtube/v3/channels", {"items": [told]})
    standing = youtube.check()
    assert (standing.who, standing.warnings) == ("CodeRefinery", ())
    assert len(standing.scopes) == 2
    server.on("GET", "/youtube/v3/channels", {"items": []})
    with pytest.raises(Rejected, match="no channel"):
        youtube.check()
    server.on("GET", "/youtube/v3/channels", server.reply(*error("insufficientPermissions", 403)))
    with pytest.raises(Rejected, match="does not allow"):
        youtube.check()
    server.on("GET", "/youtube/v3/channels", server.reply(b"<html>", 200))
    with pytest.raises(Unavailable):
        youtube.check()


@pytest.mark.parametrize("days", [7, None])
def test_check_tells_when_the_sign_in_ends_if_google_does(
    youtube: YouTube, channel: Channel, server: Any, clock: Any, days: int | None
) -> None:
    end = {"refresh_token_expires_in": days * 86400} if days else {}
    server.on("POST", "/token", {"access_token": "ya29.first", "expires_in": 3599, "scope": SCOPE, **end})
    server.on("GET", "/youtube/v3/channels", {"items": [{"snippet": {"title": "C"}}]})
    assert youtube.check().expires_at == (clock() + timedelta(days=days) if days else None)


@pytest.mark.parametrize(
    "status, errors, warnings", [("allowed", 0, 0), ("disallowed", 1, 0), ("eligible", 1, 0), ("new", 0, 1)]
)
def test_a_channel_that_is_not_verified_takes_no_long_videos(
    youtube: YouTube, channel: Channel, server: Any, status: str, errors: int, warnings: int
) -> None:
    lecture = Media("0" * 64, "lecture.mp4", "video/mp4", 10, seconds=3000)
    before = youtube.prepare(Draft("x", (lecture,))).problems
    assert [(one.error, "15 min" in one.text) for one in before] == [(False, True)]
    told = {"snippet": {"title": "C"}, "status": {"longUploadsStatus": status}}
    server.on("GET", "/youtube/v3/channels", {"items": [told]})
    assert bool(youtube.check().warnings) is bool(errors)
    found = [one.error for one in youtube.prepare(Draft("x", (lecture,))).problems]
    assert (found.count(True), found.count(False)) == (errors, warnings)


def test_check_sees_a_sign_in_that_may_not_upload(youtube: YouTube, channel: Channel, server: Any) -> None:
    readonly = "https://www.googleapis.com/auth/youtube.readonly"
    server.on("POST", "/token", {"access_token": "a", "expires_in": 3599, "scope": readonly})
    server.on("GET", "/youtube/v3/channels", {"items": [{"snippet": {"title": "CodeRefinery"}}]})
    with pytest.raises(Rejected, match="does not allow uploading and managing"):
        youtube.check()


def test_check_without_a_line_is_unavailable(make: Callable[..., YouTube], closed_port: str) -> None:
    with pytest.raises(Unavailable):
        make(auth_url=closed_port).check()


def test_settings_are_strict() -> None:
    settings = YouTubeSettings(category=28, refresh_token=SecretStr("1//r"))  # type: ignore[arg-type]  # as in a file
    assert settings.category == "28"
    assert YouTubeSettings(category="Science & technology", licence="creativeCommon").category == "28"  # type: ignore[arg-type]  # as in a file
    assert "1//r" not in repr(settings)
    for wrong in ({"privacy": "friends"}, {"category": "edukation"}, {"licence": "mit"}, {"colour": "red"}):
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
        with pytest.raises(Later, match="nobody sees it yet"):
            youtube.send(out, delivery.ticket())
        assert world.posts() == []
        world.clock.advance(timedelta(seconds=5))
        published = youtube.send(out, delivery.ticket())
        (post,) = world.posts()
        assert (post["id"], post["url"]) == (published.id, published.url)
        assert TEXT in post["text"]
        assert [one["sha256"] for one in post["media"]] == [media.sha256]
        assert youtube.find(out, delivery.ticket()) == published
        assert youtube.send(out, delivery.ticket()) == published
        assert len(world.posts()) == 1
