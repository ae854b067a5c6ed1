"""YouTube: a video is brought there unseen, made visible once, and removed unseen; cut off at every point."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.youtube import YouTube as StandIn
from handlers.base import (
    Draft,
    Later,
    Options,
    Outgoing,
    Published,
    Rejected,
    Stager,
    Ticket,
    Unavailable,
    Uncertain,
)
from handlers.media import Media
from handlers.youtube import YouTube
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.upload import UNIT
from tests.specs.recorder import Alone, Scene, recorded

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2500
"""Two whole pieces of 256 KiB and a rest."""
CHANGE = "/youtube/v3/videos?part="


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with recorded(tmp_path, StandIn) as scene:
        yield scene


Make = Callable[..., YouTube]


@pytest.fixture
def make(scene: Scene) -> Make:
    def build(**more: Any) -> YouTube:
        token = {key: scene.service.token[key] for key in ("client_id", "client_secret", "refresh_token")}
        given = {**token, "base_url": scene.base, "auth_url": scene.base, **more}
        settings = YouTubeSettings.model_validate(given)
        return YouTube("youtube", settings, scene.tools, pause=lambda _: None, piece=UNIT)

    return build


@pytest.fixture
def youtube(make: Make) -> YouTube:
    return make()


def cover(scene: Scene) -> Media:
    file = io.BytesIO()
    Image.new("RGB", (1280, 720), "teal").save(file, "PNG")
    data = file.getvalue()
    return Media(scene.tools.store.put(data), "cover.png", "image/png", len(data), width=1280, height=720)


@pytest.fixture
def out(youtube: YouTube, scene: Scene) -> Outgoing:
    film = Media(scene.tools.store.put(FILM), "talk.mp4", "video/mp4", len(FILM))
    options = Options(title="Testing", tags=("two words",), playlist="talks")
    return youtube.prepare(Draft("Why tests pay off #HPC", (film, cover(scene)), options))


def staged(youtube: YouTube, scene: Scene, out: Outgoing) -> str:
    """Prepared as the core does it; the video's id."""
    with pytest.raises(Later):
        youtube.stage(out, scene.ticket())
    scene.advance(seconds=5)
    youtube.stage(out, scene.ticket())
    return str(scene.receipt()["video"])


def stored(scene: Scene) -> list[dict[str, Any]]:
    return list(scene.service.videos.values())


def to(scene: Scene, method: str, path: str) -> list[Any]:
    return [one for one in scene.requests if one.method == method and one.path.endswith(path)]


def begun(scene: Scene) -> int:
    """How many upload sessions were opened."""
    return len(to(scene, "POST", "/upload/youtube/v3/videos"))


def in_playlist(scene: Scene) -> list[str]:
    held = scene.service.playlists.get("PLsandbox-talks") or {"items": []}
    return [one["video"] for one in held["items"]]


# --- prepared, shown, removed


def test_it_is_a_stager(youtube: YouTube) -> None:
    assert isinstance(youtube, Stager)


def test_a_video_is_prepared_unseen_and_made_visible_as_it_was_approved(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    video = staged(youtube, scene, out)
    assert scene.posts() == []
    (kept,) = stored(scene)
    assert (kept["id"], kept["status"]["privacyStatus"]) == (video, "private")
    assert kept["thumbnail"] is not None
    assert in_playlist(scene) == []
    scene.advance(hours=2)
    published = youtube.send(out, scene.ticket())
    assert (published.id, published.url, published.warnings) == (
        video,
        f"https://www.youtube.com/watch?v={video}",
        (),
    )
    (post,) = scene.posts()
    assert post["extra"]["title"] == "Testing"
    assert post["extra"]["tags"] == ["two words", "HPC"]
    assert post["extra"]["category"] == "27"
    assert post["extra"]["thumbnail"] == out.parts[0].media[1].sha256
    assert post["media"][0]["sha256"] == out.parts[0].media[0].sha256
    assert in_playlist(scene) == [video]
    assert begun(scene) == 1


def test_progress_is_told_for_upload_and_processing(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    staged(youtube, scene, out)
    told = [(one.what, one.done) for one in scene.steps]
    assert told == [("uploading", n) for n in (UNIT, 2 * UNIT, len(FILM))] + [("processing", 0)]


@pytest.mark.parametrize("privacy", ["public", "unlisted", "private"])
def test_every_visibility_is_reached(youtube: YouTube, scene: Scene, out: Outgoing, privacy: str) -> None:
    wanted = replace(out, visibility=privacy)
    staged(youtube, scene, wanted)
    assert youtube.send(wanted, scene.ticket()).warnings == ()
    assert stored(scene)[0]["status"]["privacyStatus"] == privacy
    found = youtube.find(wanted, scene.ticket())
    assert found is not None
    assert found.id == scene.receipt()["video"]


def test_what_is_withdrawn_is_deleted_and_was_never_seen(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    youtube.discard(out, scene.ticket())
    assert (stored(scene), scene.posts()) == ([], [])
    youtube.discard(out, scene.ticket())
    assert "video" not in scene.receipt()


def test_half_an_upload_is_discarded_without_a_trace(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    scene.fault("503", times=20, method="PUT")
    with pytest.raises(Unavailable):
        youtube.stage(out, scene.ticket())
    scene.faults.clear()
    youtube.discard(out, scene.ticket())
    assert (stored(scene), "session" in scene.receipt()) == ([], False)


def test_a_discard_that_cannot_be_done_now_is_done_later(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    scene.fault("503", method="DELETE")
    with pytest.raises(Unavailable):
        youtube.discard(out, scene.ticket())
    youtube.discard(out, scene.ticket())
    assert stored(scene) == []


def test_a_video_that_came_there_unnoticed_is_found_to_be_discarded(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    lost = {key: value for key, value in scene.receipt().items() if key not in {"video", "arrived"}}
    scene.receipts["delivery-1"] = lost
    youtube.discard(out, scene.ticket())
    assert stored(scene) == []


# --- by hand


def by_hand(scene: Scene, **status: Any) -> None:
    (doc,) = stored(scene)
    scene.service._videos.keep({**doc, "status": {**doc["status"], **status}})


def test_a_video_made_public_by_hand_is_noticed_and_neither_sent_nor_deleted(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    video = staged(youtube, scene, out)
    by_hand(scene, privacyStatus="public")
    with pytest.raises(Rejected, match="by hand"):
        youtube.stage(out, scene.ticket())
    with pytest.raises(Rejected, match="does not delete"):
        youtube.discard(out, scene.ticket())
    published = youtube.send(out, scene.ticket())
    assert published.id == video
    assert "by hand" in published.warnings[0]
    assert to(scene, "PUT", "/youtube/v3/videos")[-1].query[0] == ("uploadType", "resumable")
    assert len(scene.posts()) == 1


def test_a_video_deleted_by_hand_is_told_and_not_uploaded_again_before_people_say_so(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    scene.service._videos.delete(stored(scene)[0])
    scene.advance(hours=1)
    for _ in range(2):
        with pytest.raises(Rejected, match="deleted the prepared video"):
            youtube.send(out, scene.ticket())
    assert begun(scene) == 1
    assert youtube.find(out, scene.ticket()) is None
    scene.receipts["another order"] = scene.receipt()
    with pytest.raises(Later):
        youtube.send(out, scene.ticket("another order"))
    assert begun(scene) == 2


def test_a_video_that_is_not_listed_yet_is_not_taken_for_deleted(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    with pytest.raises(Later):
        youtube.stage(out, scene.ticket())
    (doc,) = stored(scene)
    scene.service.videos.drop(doc["id"])
    with pytest.raises(Later, match="does not list"):
        youtube.stage(out, scene.ticket())
    scene.service.videos.put(doc["id"], doc)
    scene.advance(seconds=5)
    youtube.stage(out, scene.ticket())


def test_what_somebody_wrote_otherwise_there_is_shown_as_approved(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    (doc,) = stored(scene)
    snippet = {**doc["snippet"], "title": "Not approved", "defaultAudioLanguage": "nb"}
    status = {**doc["status"], "publicStatsViewable": False, "containsSyntheticMedia": True}
    scene.service._videos.keep({**doc, "snippet": snippet, "status": status})
    youtube.send(out, scene.ticket())
    (doc,) = stored(scene)
    assert doc["snippet"]["title"] == "Testing"
    assert doc["snippet"]["tags"] == ["two words", "HPC"]
    assert doc["snippet"]["defaultAudioLanguage"] == "nb"
    assert (doc["status"]["publicStatsViewable"], doc["status"]["containsSyntheticMedia"]) == (False, True)


def test_a_time_set_by_hand_gives_way_to_the_approved_one(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    later = scene.world.clock.now().replace(year=2099).isoformat()
    by_hand(scene, publishAt=later)
    youtube.send(out, scene.ticket())
    (doc,) = stored(scene)
    assert (doc["status"]["privacyStatus"], doc["status"]["publishAt"]) == ("public", None)


# --- cut off at every point


class Crash(BaseException):
    """The process ends."""


class Fuse:
    """Tickets of a bot that dies right after it has saved so often."""

    def __init__(self, scene: Scene, after: int) -> None:
        self._scene = scene
        self._left = after

    def ticket(self) -> Ticket:
        ticket = self._scene.ticket()

        def save(receipt: Any) -> None:
            ticket.save(receipt)
            self._left -= 1
            if not self._left:
                raise Crash

        return replace(ticket, save=save, ledger=Alone(save))


def until_done(scene: Scene, work: Callable[[], Published]) -> Published:
    """Come back as often as YouTube asks for it."""
    for _ in range(6):
        try:
            return work()
        except Later:
            scene.advance(minutes=1)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5, 6])
def test_a_crash_after_any_step_shows_nothing_early_and_nothing_twice(
    make: Make, scene: Scene, out: Outgoing, after: int
) -> None:
    """The steps: session, last piece, video, thumbnail, showing, filing."""
    fuse = Fuse(scene, after)
    with pytest.raises(Crash):
        until_done(scene, lambda: make().send(out, fuse.ticket()))
    assert len(scene.posts()) == (after > 5)
    make().find(out, scene.ticket())
    published = until_done(scene, lambda: make().send(out, scene.ticket()))
    (post,) = scene.posts()
    assert post["id"] == published.id
    assert (begun(scene), len(stored(scene))) == (1, 1)
    assert len(in_playlist(scene)) == (after != 6)
    assert bool(published.warnings) is (after == 6)  # rather not in the playlist than there twice


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "502-html"])
@pytest.mark.parametrize(
    "aim", ["PUT upload_id=", f"PUT {CHANGE}", "POST thumbnails/set", "POST playlistItems"]
)
def test_whatever_breaks_on_the_way_it_appears_once(
    youtube: YouTube, scene: Scene, out: Outgoing, fault: str, aim: str, times: int
) -> None:
    method, path = aim.split()
    scene.fault(fault, times=times, method=method, path=path)
    for _ in range(6):
        try:
            published = youtube.send(out, scene.ticket())
        except Uncertain:
            if (found := youtube.find(out, scene.ticket())) is not None:
                published = found
                break
        except Unavailable:
            scene.advance(minutes=1)
        else:
            break
    (post,) = scene.posts()
    assert post["id"] == published.id
    assert len(stored(scene)) == 1
    assert len(in_playlist(scene)) <= 1


def test_a_session_that_breaks_in_the_middle_goes_on_where_it_was(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("break-in-the-middle", times=2)
    staged(youtube, scene, out)
    (doc,) = stored(scene)
    assert doc["sha256"] == out.parts[0].media[0].sha256
    assert begun(scene) == 1


def test_the_answer_to_the_showing_is_read_back(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    staged(youtube, scene, out)
    scene.fault("reset-after", method="PUT", path=CHANGE)
    assert youtube.send(out, scene.ticket()).warnings == ()
    assert len(to(scene, "PUT", "/youtube/v3/videos")) == 3 + 1


def test_a_showing_that_did_not_come_through_is_tried_again(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    scene.fault("reset-before", method="PUT", path=CHANGE)
    with pytest.raises(Unavailable, match="nothing is out"):
        youtube.send(out, scene.ticket())
    assert youtube.find(out, scene.ticket()) is None
    assert youtube.send(out, scene.ticket()).warnings == ()


def test_a_showing_that_cannot_be_read_back_is_uncertain_until_it_can(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    scene.fault("reset-after", method="PUT", path=CHANGE)
    ticket = scene.ticket()

    def save(receipt: Any) -> None:
        ticket.save(receipt)
        if receipt.get("showing"):
            scene.fault("503", method="GET")

    with pytest.raises(Uncertain):
        youtube.send(out, replace(ticket, save=save))
    found = youtube.find(out, scene.ticket())
    assert found is not None
    assert found.warnings == ()
    assert in_playlist(scene) == [found.id]
    assert len(scene.posts()) == 1


def test_what_youtube_keeps_private_is_told_not_believed(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    staged(youtube, scene, out)
    scene.fault("kept-private")
    with pytest.raises(Rejected, match="keeps it private"):
        youtube.send(out, scene.ticket())
    assert scene.posts() == []


# --- processing


def test_a_video_whose_time_has_come_waits_a_little_for_youtube(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("processing-endless")
    waits: list[float] = []
    while sum(waits) < 600:
        with pytest.raises(Later) as caught:
            youtube.send(out, scene.ticket())
        waits.append((caught.value.wait or timedelta()).total_seconds())
        assert (scene.posts(), waits[-1] >= 5) == ([], True)
        scene.advance(seconds=waits[-1])
    published = youtube.send(out, scene.ticket())
    assert len(scene.posts()) == 1
    assert "still processing" in published.warnings[0]
    assert (min(waits), max(waits), len(waits) < 20) == (5, 120, True)


def test_a_staged_video_is_waited_for_half_a_day_and_then_told_of(
    youtube: YouTube, scene: Scene, out: Outgoing
) -> None:
    scene.fault("processing-endless")
    with pytest.raises(Later):
        youtube.stage(out, scene.ticket())
    scene.advance(hours=11, minutes=59)
    token = scene.service.token["access_token"]
    scene.service.keep(token, "https://www.googleapis.com/auth/youtube")
    with pytest.raises(Later):
        youtube.stage(out, scene.ticket())
    scene.advance(minutes=2)
    with pytest.raises(Rejected, match="12 hours"):
        youtube.stage(out, scene.ticket())
    assert scene.posts() == []
    assert "still processing" in youtube.send(out, scene.ticket()).warnings[0]


WORDS = {
    "failed-conversion": "cannot convert",
    "failed-invalidFile": "no video that YouTube can read",
    "failed-emptyFile": "without content",
    "failed-tooSmall": "too small",
    "failed-codec": "codec",
    "failed-uploadAborted": "broken off",
    "processing-terminated": "could not process",
    "rejected-copyright": "copyright",
    "rejected-inappropriate": "against its rules",
    "rejected-duplicate": "has this very video already",
    "rejected-termsOfUse": "terms of use",
    "rejected-uploaderAccountSuspended": "suspended",
    "rejected-length": "longer than this channel",
    "rejected-claim": "claims",
    "rejected-uploaderAccountClosed": "closed",
    "rejected-trademark": "trademark",
    "rejected-legal": "by law",
}


@pytest.mark.parametrize("fault", sorted(WORDS))
def test_a_video_that_comes_to_nothing_is_told_in_words_and_never_seen(
    youtube: YouTube, scene: Scene, out: Outgoing, fault: str
) -> None:
    scene.fault(fault)
    with pytest.raises(Later):
        youtube.stage(out, scene.ticket())
    scene.advance(seconds=5)
    for work in (youtube.stage, youtube.send):
        with pytest.raises(Rejected, match=WORDS[fault]) as caught:
            work(out, scene.ticket())
        assert type(caught.value) is Rejected
    assert (begun(scene), scene.posts()) == (1, [])
    assert bool(stored(scene)) is fault.startswith("rejected-")  # its owner may object there
    youtube.discard(out, scene.ticket())
    assert stored(scene) == []
    again = "another order"
    scene.receipts[again] = scene.receipt()
    with pytest.raises(Later):
        youtube.send(out, scene.ticket(again))
    scene.advance(seconds=5)
    assert youtube.send(out, scene.ticket(again)).warnings == ()


def test_a_rejection_that_was_lifted_is_gone_on_from(youtube: YouTube, scene: Scene, out: Outgoing) -> None:
    scene.fault("rejected-claim")
    with pytest.raises(Later):
        youtube.send(out, scene.ticket())
    scene.advance(seconds=5)
    with pytest.raises(Rejected, match="claims"):
        youtube.send(out, scene.ticket())
    scene.service.videos.put(stored(scene)[0]["id"], {**stored(scene)[0], "rejection": None})
    assert youtube.send(out, scene.ticket()).warnings == ()
    assert begun(scene) == 1
