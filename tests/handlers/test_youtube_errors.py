"""YouTube: every refusal of its documents, ordered from the stand-in: what it means, what is said, nothing twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.youtube import YouTube as StandIn
from bot.sandbox.youtube.refusals import REFUSALS
from handlers.base import Draft, Later, Options, Outgoing, Rejected, Unavailable, Use
from handlers.media import Media
from handlers.youtube import YouTube
from handlers.youtube.settings import YouTubeSettings
from tests.specs.recorder import Scene, recorded

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(1000)
BEGIN = "upload/youtube/v3/videos"
SHOW = "/youtube/v3/videos?part="


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with recorded(tmp_path, StandIn) as scene:
        yield scene


def youtube_of(scene: Scene, **more: Any) -> YouTube:
    token = {key: scene.service.token[key] for key in ("client_id", "client_secret", "refresh_token")}
    given = {**token, "base_url": scene.base, "auth_url": scene.base, **more}
    return YouTube(
        more.pop("account", "youtube"),
        YouTubeSettings.model_validate({key: one for key, one in given.items() if key != "account"}),
        scene.tools,
        pause=lambda _: None,
    )


@pytest.fixture
def youtube(scene: Scene) -> YouTube:
    return youtube_of(scene)


@pytest.fixture
def out(youtube: YouTube, scene: Scene) -> Outgoing:
    film = Media(scene.tools.store.put(FILM), "talk.mp4", "video/mp4", len(FILM))
    return youtube.prepare(Draft("A talk", (film,), Options(title="Testing")))


def finish(youtube: YouTube, scene: Scene, out: Outgoing) -> tuple[str, ...]:
    """Sent to its end, with the waiting for YouTube in between; the warnings."""
    for _ in range(3):
        try:
            return youtube.send(out, scene.ticket()).warnings
        except Later:
            scene.advance(seconds=30)
    raise AssertionError("it never ends")


def test_a_post_without_a_video_is_left_out(youtube: YouTube, scene: Scene) -> None:
    out = youtube.prepare(Draft("No film"))
    assert out.skipped is not None
    with pytest.raises(Rejected, match="no video"):
        youtube.send(out, scene.ticket())
    assert scene.requests == []


REFUSED = [
    ("invalid-title", "its title.*`title:`"),
    ("invalid-description", "its description.*5000 bytes"),
    ("invalid-tags", "its tags.*`tags:`"),
    ("invalid-category-id", "its category.*`category:`"),
    ("invalid-publish-at", "its time"),
    ("invalid-video-metadata", "Change title and text"),
    ("media-body-required", "without content"),
    ("forbidden", "does not allow uploading and managing videos"),
    ("insufficient-permissions", "does not allow uploading and managing videos"),
    ("forbidden-licence", "may not use this licence.*`licence:`"),
    ("signup-required", "has no channel"),
    ("account-suspended", "suspended"),
    ("account-closed", "closed"),
    ("delegation-forbidden", "may not act for the channel"),
]
ELSEWHERE = {
    *("rate-limit", "user-rate-limit", "processing-failure", "video-not-found", "forbidden-privacy"),
    *("thumbnail-forbidden", "playlist-forbidden"),
}


def test_every_refusal_of_the_stand_in_has_its_test() -> None:
    assert {fault for fault, _ in REFUSED} | ELSEWHERE == set(REFUSALS)


@pytest.mark.parametrize("fault, words", REFUSED)
def test_what_youtube_refuses_is_told_and_sent_again_only_by_order(
    youtube: YouTube, scene: Scene, out: Outgoing, fault: str, words: str
) -> None:
    scene.fault(fault, method="POST", path=BEGIN)
    with pytest.raises(Rejected, match=words):
        youtube.send(out, scene.ticket())
    assert (scene.posts(), scene.receipt(), len(scene.service.videos)) == ([], {}, 0)
    assert finish(youtube, scene, out) == ()
    assert len(scene.posts()) == 1


@pytest.mark.parametrize(
    "fault", ["429", "rate-limit", "user-rate-limit", "500", "503", "processing-failure"]
)
@pytest.mark.parametrize("aim", [("POST", BEGIN), ("PUT", "upload_id="), ("PUT", SHOW)])
def test_what_passes_is_tried_again_and_appears_once(
    youtube: YouTube, scene: Scene, out: Outgoing, fault: str, aim: tuple[str, str]
) -> None:
    scene.fault(fault, method=aim[0], path=aim[1])
    told: list[Unavailable] = []
    for _ in range(4):
        try:
            youtube.send(out, scene.ticket())
        except Unavailable as trouble:
            told.append(trouble)
            scene.advance(seconds=30)
    assert all("nothing is out" in str(one) for one in told if not isinstance(one, Later))
    assert (len(scene.posts()), len(scene.service.videos)) == (1, 1)


def test_the_channels_own_limit_is_waited_out_for_a_day(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("upload-limit")
    with pytest.raises(Unavailable, match="tries again in a day") as caught:
        youtube.send(out, scene.ticket())
    assert caught.value.wait is not None
    assert caught.value.wait.total_seconds() == 24 * 3600


def test_a_dead_sign_in_is_told_with_the_command_and_the_likely_cause(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("invalid-grant")
    with pytest.raises(Rejected, match=r"social login youtube.*still in testing"):
        youtube.send(out, scene.ticket())


@pytest.mark.parametrize("aim", [("POST", BEGIN), ("PUT", "upload_id="), ("PUT", SHOW)])
def test_a_token_that_dies_on_the_way_is_renewed(
    youtube: YouTube, scene: Scene, out: Outgoing, aim: tuple[str, str]
) -> None:
    scene.fault("expired-token", method=aim[0], path=aim[1])
    assert finish(youtube, scene, out) == ()
    assert len([one for one in scene.requests if one.path == "/token"]) == 2
    assert (len(scene.posts()), len(scene.service.videos)) == (1, 1)


def test_a_video_that_is_gone_when_it_is_to_be_shown_is_told(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("video-not-found")
    with pytest.raises(Rejected, match="deleted the prepared video"):
        finish(youtube, scene, out)


def test_a_privacy_that_the_channel_may_not_use_is_told(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("forbidden-privacy")
    with pytest.raises(Rejected, match="`visibility:`"):
        finish(youtube, scene, out)
    assert scene.posts() == []


def test_a_sign_in_that_may_only_upload_is_refused_before_anything_is_begun(
    tmp_path: Path, scene: Scene, out: Outgoing
) -> None:
    (tmp_path / "little").mkdir()
    upload = "https://www.googleapis.com/auth/youtube.upload"
    with recorded(tmp_path / "little", StandIn, scopes=upload) as little:
        youtube = youtube_of(little)
        film = Media(little.tools.store.put(FILM), "talk.mp4", "video/mp4", len(FILM))
        for work in (
            youtube.check,
            lambda: youtube.send(
                replace(out, parts=youtube.prepare(Draft("x", (film,))).parts), little.ticket()
            ),
        ):
            with pytest.raises(Rejected, match="social login youtube"):
                work()
        assert {one.path for one in little.requests} == {"/token"}


def test_a_file_that_is_gone_from_the_store_is_told(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    scene.tools.store.path(out.parts[0].media[0].sha256).unlink()
    with pytest.raises(Rejected, match="Upload it again"):
        youtube.send(out, scene.ticket())


# --- quota


def test_uploads_are_counted_by_the_day_in_california(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    scene.world.clock.to(datetime(2026, 11, 26, 7, 0, tzinfo=UTC))  # still the 25th there
    scene.service.keep("x", "https://www.googleapis.com/auth/youtube")
    assert youtube.check().uses == (Use("uploads counted today", 0, 100),)
    finish(youtube, scene, out)
    finish(youtube, scene, out)
    assert youtube.check().uses == (Use("uploads counted today", 1, 100),)
    scene.advance(hours=2)
    assert youtube.check().uses == (Use("uploads counted today", 0, 100),)


def test_a_used_up_quota_waits_until_midnight_and_does_not_count(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.world.clock.to(datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
    scene.fault("quota")
    with pytest.raises(Unavailable, match="midnight in California") as caught:
        youtube.send(out, scene.ticket())
    assert caught.value.until == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert youtube.check().uses[0].used == 0
    scene.advance(hours=20)
    assert finish(youtube, scene, out) == ()
    assert youtube.check().uses[0].used == 1


def test_what_the_settings_allow_is_not_exceeded_and_not_even_asked_for(scene: Scene, out: Outgoing) -> None:
    youtube = youtube_of(scene, uploads_a_day=1)
    other = youtube_of(scene, account="youtube:second", uploads_a_day=1)
    finish(youtube, scene, out)
    with pytest.raises(Unavailable, match="midnight in California"):
        other.send(replace(out, account="youtube:second"), scene.ticket("second"))  # same Google project
    assert len([one for one in scene.requests if (one.method, one.path) == ("POST", f"/{BEGIN}")]) == 1


# --- thumbnail, playlist: the video is out whether they work or not


def with_extras(youtube: YouTube, out: Outgoing, scene: Scene, playlist: str) -> Outgoing:
    data = b"\x89PNG\r\n\x1a\n"
    cover = Media(scene.tools.store.put(data), "cover.png", "image/png", len(data))
    part = replace(out.parts[0], media=(*out.parts[0].media, cover))
    return replace(out, parts=(part,), extra={**out.extra, "playlist": playlist})


@pytest.mark.parametrize(
    "playlist, words",
    [
        ("Talks", "PLsandbox-talks"),
        ("  short   ONES ", "PLsandbox-short"),
        ("PLsandbox-workshops", "PLsandbox-workshops"),
    ],
)
def test_a_playlist_is_found_by_name_or_id(
    youtube: YouTube, scene: Scene, out: Outgoing, playlist: str, words: str
) -> None:
    wanted = replace(out, extra={**out.extra, "playlist": playlist})
    assert finish(youtube, scene, wanted) == ()
    assert youtube.send(wanted, scene.ticket()).warnings == ()
    held = scene.service.playlists.get(words)
    assert [one["video"] for one in held["items"]] == [scene.posts()[0]["id"]]


def test_playlists_are_read_page_by_page(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    for number in range(120):
        made = {"id": f"PLsandbox-{number:03}", "title": f"Number {number}", "items": []}
        scene.service.playlists.put(made["id"], made)
    wanted = replace(out, extra={**out.extra, "playlist": "number 117"})
    assert finish(youtube, scene, wanted) == ()
    assert len(scene.service.playlists.get("PLsandbox-117")["items"]) == 1
    twin = {"id": "PLsandbox-twin", "title": "Number 117", "items": []}
    scene.service.playlists.put(twin["id"], twin)
    assert "several playlists" in youtube_of(scene, playlist="Number 117").check().warnings[0]


@pytest.mark.parametrize(
    "fault, aim, word",
    [
        ("playlist-forbidden", None, "does not allow"),
        ("503", "playlistItems", "did not answer"),
        ("quota", "/playlists", "quota"),
        (None, None, "no playlist of this name"),
    ],
)
def test_a_playlist_that_fails_is_only_a_warning(
    youtube: YouTube, scene: Scene, out: Outgoing, fault: str | None, aim: str | None, word: str
) -> None:
    wanted = replace(out, extra={**out.extra, "playlist": "Talks" if fault else "Tlaks"})
    if fault and aim:
        scene.fault(fault, method="GET", path=aim)
    elif fault:
        scene.fault(fault)
    (warning,) = finish(youtube, scene, wanted)
    assert word in warning
    assert "YouTube Studio" in warning
    assert len(scene.posts()) == 1


def test_a_thumbnail_that_the_channel_may_not_set_is_only_a_warning(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    wanted = with_extras(youtube, out, scene, "")
    scene.fault("thumbnail-forbidden")
    for _ in range(2):
        (warning,) = finish(youtube, scene, wanted)
        assert "thumbnail was not taken" in warning
    assert len([one for one in scene.requests if "thumbnails" in one.path]) == 1
    assert len(scene.posts()) == 1


def test_a_thumbnail_that_could_not_be_brought_is_brought_by_the_next_attempt(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (1280, 720), "teal").save(picture, "PNG")
    data = picture.getvalue()
    cover = Media(scene.tools.store.put(data), "cover.png", "image/png", len(data))
    wanted = replace(out, parts=(replace(out.parts[0], media=(*out.parts[0].media, cover)),))
    scene.fault("503", path="thumbnails/set")
    with pytest.raises(Later):
        youtube.stage(wanted, scene.ticket())
    scene.advance(seconds=5)
    youtube.stage(wanted, scene.ticket())
    assert youtube.send(wanted, scene.ticket()).warnings == ()
    assert scene.posts()[0]["extra"]["thumbnail"] == cover.sha256


def test_check_warns_of_a_playlist_that_is_not_there(scene: Scene) -> None:
    assert youtube_of(scene, playlist="Talks").check().warnings == ()
    (warning,) = youtube_of(scene, playlist="Tlaks").check().warnings
    assert "Tlaks" in warning
