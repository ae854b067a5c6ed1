"""The YouTube stand-in answers as the Data API does, byte ranges and reasons included."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.youtube import YouTube
from bot.sandbox.youtube.refusals import REFUSALS, VERDICTS

Staging = Callable[..., AbstractContextManager[Any]]
CHUNK = 256 * 1024
BEGIN = "/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status"


def client(stage: Any, token: str | None = None) -> httpx.Client:
    head = {"authorization": f"Bearer {token or stage.service.token['access_token']}"}
    return httpx.Client(base_url=stage.base, headers=head)


@pytest.fixture
def stage(staging: Staging) -> Iterator[Any]:
    with staging(YouTube) as stage:
        yield stage


@pytest.fixture
def http(stage: Any) -> Iterator[httpx.Client]:
    with client(stage) as http:
        yield http


def meta(title: str = "A talk", privacy: str | None = "public", **more: Any) -> dict[str, Any]:
    status = {"selfDeclaredMadeForKids": False, **({"privacyStatus": privacy} if privacy else {}), **more}
    snippet = {"title": title, "description": "About it", "tags": ["hpc", "two words"], "categoryId": "27"}
    return {"snippet": snippet, "status": status}


def begin(http: httpx.Client, video: bytes, body: dict[str, Any] | None = None) -> str:
    head = {"X-Upload-Content-Length": str(len(video)), "X-Upload-Content-Type": "video/mp4"}
    answer = http.post(BEGIN, json=body or meta(), headers=head)
    assert (answer.status_code, answer.content) == (200, b""), answer.text
    return answer.headers["location"]


def put(http: httpx.Client, session: str, video: bytes, start: int, end: int) -> httpx.Response:
    span = f"bytes {start}-{end - 1}/{len(video)}"
    return http.put(session, content=video[start:end], headers={"content-range": span})


def ask(http: httpx.Client, session: str, video: bytes) -> httpx.Response:
    return http.put(session, headers={"content-range": f"bytes */{len(video)}"})


def uploaded(http: httpx.Client, video: bytes, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = http.put(begin(http, video, body), content=video)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reason(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["errors"][0]["reason"]


def test_a_video_goes_up_in_chunks_and_exists_at_the_last_byte(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    session = begin(http, video)
    nothing = ask(http, session, video)
    assert (nothing.status_code, "range" in nothing.headers) == (308, False)
    first = put(http, session, video, 0, CHUNK)
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{CHUNK - 1}")
    assert put(http, session, video, CHUNK, 2 * CHUNK).headers["range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert ask(http, session, video).headers["range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert stage.posts() == []
    done = put(http, session, video, 2 * CHUNK, len(video))
    assert done.status_code == 200
    (post,) = stage.posts()
    assert post["id"] == done.json()["id"]
    assert len(post["id"]) == 11
    assert (post["text"], post["extra"]["privacy"]) == ("A talk\n\nAbout it", "public")
    assert post["media"][0]["sha256"] == hashlib.sha256(video).hexdigest()
    again = ask(http, session, video)
    assert (again.status_code, again.json()["id"]) == (200, post["id"])
    assert len(stage.posts()) == 1


def test_chunks_have_their_size_and_their_order(http: httpx.Client, video: bytes) -> None:
    session = begin(http, video)
    assert reason(put(http, session, video, 0, 1000)) == (400, "badRequest")
    assert reason(put(http, session, video, CHUNK, 2 * CHUNK)) == (400, "badRequest")
    lying = http.put(session, content=b"x" * CHUNK, headers={"content-range": f"bytes 0-9/{len(video)}"})
    assert reason(lying) == (400, "badRequest")
    assert reason(http.put(session, content=b"x", headers={"content-range": "bytes=0-1"})) == (
        400,
        "badRequest",
    )
    assert reason(ask(http, session, video + b"x")) == (400, "badRequest")
    assert ask(http, session, video).status_code == 308
    assert put(http, session, video, 0, 2 * CHUNK).status_code == 308
    assert put(http, session, video, CHUNK, len(video)).status_code == 200


def test_what_came_before_a_break_is_kept(stage: Any, http: httpx.Client, video: bytes) -> None:
    session = httpx.URL(begin(http, video))
    with socket.create_connection((session.host, session.port)) as raw:
        head = f"PUT {session.raw_path.decode()} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(video)}\r\n\r\n"
        raw.sendall(head.encode() + video[: 2 * CHUNK + 100])
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(5)
        assert raw.recv(1) == b""
    answer = ask(http, str(session), video)
    for _ in range(50):  # the server learns of the break in its own time
        if "range" in answer.headers:
            break
        answer = ask(http, str(session), video)
    assert answer.headers["range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert put(http, str(session), video, 2 * CHUNK, len(video)).status_code == 200


def test_a_session_dies_after_a_week_or_by_order(stage: Any, http: httpx.Client, video: bytes) -> None:
    session = begin(http, video)
    stage.faults.add({"service": "youtube", "fault": "session-gone"})
    assert put(http, session, video, 0, CHUNK).status_code == 404
    assert ask(http, session, video).status_code == 404
    other = begin(http, video)
    stage.advance(days=7, seconds=1)
    assert httpx.put(other, content=video).status_code == 404
    assert httpx.put(f"{stage.base}/upload/youtube/v3/videos?upload_id=x").status_code == 404


def test_a_lost_last_answer_is_found_by_asking_the_session(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    session = begin(http, video)
    stage.faults.add({"service": "youtube", "fault": "reset-after", "method": "PUT"})
    with pytest.raises(httpx.TransportError):
        http.put(session, content=video)
    (post,) = stage.posts()
    assert ask(http, session, video).json()["id"] == post["id"]


def test_metadata_and_bytes_may_come_together(stage: Any, http: httpx.Client, video: bytes) -> None:
    parts = [("application/json; charset=UTF-8", json.dumps(meta()).encode()), ("video/mp4", video)]
    body = b"".join(
        b"--xyz\r\ncontent-type: " + kind.encode() + b"\r\n\r\n" + data + b"\r\n" for kind, data in parts
    )
    head = {"content-type": "multipart/related; boundary=xyz"}
    place = "/upload/youtube/v3/videos?uploadType=multipart&part=snippet,status"
    answer = http.post(place, content=body + b"--xyz--", headers=head)
    assert answer.status_code == 200, answer.text
    assert stage.posts()[0]["media"][0]["sha256"] == hashlib.sha256(video).hexdigest()


def test_privacy_left_out_means_public(stage: Any, http: httpx.Client, video: bytes) -> None:
    assert uploaded(http, video, meta(privacy=None))["status"]["privacyStatus"] == "public"
    assert len(stage.posts()) == 1


def test_private_videos_are_not_seen_until_they_are_published(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    found = uploaded(http, video, meta(privacy="private"))
    assert stage.posts() == []
    assert [one["id"] for one in stage.world.staged()] == [found["id"]]
    body = {"id": found["id"], "status": {"privacyStatus": "unlisted"}}
    assert http.put("/youtube/v3/videos?part=status", json=body).status_code == 200
    assert [post["extra"]["privacy"] for post in stage.posts()] == ["unlisted"]
    body["status"] = {"privacyStatus": "private"}
    http.put("/youtube/v3/videos?part=status", json=body)
    assert stage.posts() == []


def test_a_scheduled_video_comes_out_at_its_time(stage: Any, http: httpx.Client, video: bytes) -> None:
    at = stage.world.clock.now() + timedelta(hours=5)
    found = uploaded(http, video, meta(privacy="private", publishAt=at.isoformat()))
    assert found["status"]["publishAt"].endswith("Z")
    stage.advance(hours=4)
    assert stage.posts() == []
    stage.advance(hours=2)
    assert [post["id"] for post in stage.posts()] == [found["id"]]
    past = meta("Past", privacy="private", publishAt="2020-01-01T00:00:00Z")
    with client(stage, refreshed(stage)) as again:
        assert uploaded(again, video, past)["status"]["privacyStatus"] == "public"


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"title": ""}, "invalidTitle"),
        ({"title": "x" * 101}, "invalidTitle"),
        ({"title": "a <b>"}, "invalidTitle"),
        ({"description": "ä" * 2501}, "invalidDescription"),
        ({"description": "1 > 0"}, "invalidDescription"),
        ({"tags": ["x" * 501]}, "invalidTags"),
        ({"tags": ["a b"] * 84}, "invalidTags"),
        ({"categoryId": "0"}, "invalidCategoryId"),
        ({"categoryId": 27}, "invalidCategoryId"),
        ({"titel": "x"}, "badRequest"),
    ],
)
def test_a_wrong_snippet_is_refused_by_reason(
    stage: Any, http: httpx.Client, change: dict[str, Any], expected: str
) -> None:
    body = meta()
    body["snippet"] |= change
    assert reason(http.post(BEGIN, json=body)) == (400, expected)
    assert stage.posts() == []


def test_limits_are_reached_but_not_crossed(http: httpx.Client, video: bytes) -> None:
    body = meta("x" * 100)
    body["snippet"] |= {"description": "ä" * 2500, "tags": ["a b"] * 83}
    assert uploaded(http, video, body)["snippet"]["title"] == "x" * 100


def test_a_wrong_status_is_refused_by_reason(http: httpx.Client) -> None:
    assert reason(http.post(BEGIN, json=meta(privacy="secret"))) == (400, "invalidVideoMetadata")
    assert reason(http.post(BEGIN, json=meta(publishAt="2100-01-01T00:00:00Z"))) == (400, "invalidPublishAt")
    assert reason(http.post(BEGIN, json=meta(privacy="private", publishAt="soon"))) == (
        400,
        "invalidPublishAt",
    )
    assert reason(http.post("/upload/youtube/v3/videos?uploadType=resumable", json=meta())) == (
        400,
        "required",
    )
    assert reason(http.post(f"{BEGIN},nonsense", json=meta())) == (400, "unknownPart")


def test_bytes_that_are_no_video_fail_in_processing(stage: Any, http: httpx.Client) -> None:
    found = uploaded(http, b"garbage" * 10)
    stage.advance(seconds=3)
    place = f"/youtube/v3/videos?part=status,processingDetails&id={found['id']}"
    (item,) = http.get(place).json()["items"]
    assert (item["status"]["uploadStatus"], item["status"]["failureReason"]) == ("failed", "invalidFile")
    assert item["processingDetails"]["processingStatus"] == "failed"
    assert stage.posts() == []


def test_a_video_is_processed_listed_changed_and_deleted(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    found = uploaded(http, video)
    place = f"/youtube/v3/videos?part=snippet,status,statistics&id={found['id']},unknown"
    assert http.get(place).json()["items"][0]["status"]["uploadStatus"] == "uploaded"
    stage.advance(seconds=3)
    assert http.get(place).json()["items"][0]["status"]["uploadStatus"] == "processed"
    change = {"id": found["id"], "snippet": {"title": "Better", "categoryId": "28"}}
    http.put("/youtube/v3/videos?part=snippet", json=change)
    (item,) = http.get(place).json()["items"]
    assert (item["snippet"]["title"], item["snippet"]["description"]) == ("Better", "")
    assert "tags" not in item["snippet"]
    assert stage.posts()[0]["text"] == "Better"
    del change["snippet"]["categoryId"]
    assert reason(http.put("/youtube/v3/videos?part=snippet", json=change)) == (400, "invalidCategoryId")
    assert http.delete(f"/youtube/v3/videos?id={found['id']}").status_code == 204
    assert stage.posts() == []
    assert reason(http.delete(f"/youtube/v3/videos?id={found['id']}")) == (404, "videoNotFound")


def test_a_thumbnail_is_set_and_shown(stage: Any, http: httpx.Client, video: bytes, png: bytes) -> None:
    found = uploaded(http, video)
    place = "/upload/youtube/v3/thumbnails/set?videoId="
    answer = http.post(place + found["id"], content=png, headers={"content-type": "image/png"})
    assert answer.json()["kind"] == "youtube#thumbnailSetResponse"
    assert http.get(answer.json()["items"][0]["default"]["url"]).content == png
    assert stage.posts()[0]["extra"]["thumbnail"] == hashlib.sha256(png).hexdigest()
    assert stage.posts()[0]["media"][0]["poster"] == hashlib.sha256(png).hexdigest()
    assert reason(http.post(place + found["id"], content=b"x")) == (400, "invalidImage")
    assert reason(http.post(place + found["id"])) == (400, "mediaBodyRequired")
    assert reason(http.post(place + "unknown", content=png)) == (404, "videoNotFound")


def test_a_video_is_put_into_a_playlist(stage: Any, http: httpx.Client, video: bytes) -> None:
    found = uploaded(http, video)
    (channel,) = http.get("/youtube/v3/channels?part=snippet,contentDetails&mine=true").json()["items"]
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    listed = http.get(f"/youtube/v3/playlistItems?part=snippet&playlistId={uploads}").json()["items"]
    assert [one["contentDetails"]["videoId"] for one in listed] == [found["id"]]
    resource = {"kind": "youtube#video", "videoId": found["id"]}
    body = {"snippet": {"playlistId": "PLtalks", "resourceId": resource}}
    assert http.post("/youtube/v3/playlistItems?part=snippet", json=body).json()["snippet"]["position"] == 0
    assert stage.posts()[0]["extra"]["playlists"] == ["PLtalks"]
    body["snippet"]["playlistId"] = "PLsandbox-talks"
    http.post("/youtube/v3/playlistItems?part=snippet", json=body)
    assert stage.posts()[0]["extra"]["playlists"] == ["PLtalks", "Talks"]
    body["snippet"]["playlistId"] = "XX"
    assert reason(http.post("/youtube/v3/playlistItems?part=snippet", json=body)) == (404, "playlistNotFound")


def refreshed(stage: Any, **change: str) -> str:
    token = stage.service.token
    form = {key: token[key] for key in ("client_id", "client_secret", "refresh_token")}
    answer = httpx.post(f"{stage.base}/token", data={**form, "grant_type": "refresh_token", **change})
    return str(answer.json().get("access_token") or answer.json()["error"])


def test_an_access_token_lives_an_hour_and_a_refresh_token_on(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    session = begin(http, video)
    assert put(http, session, video, 0, CHUNK).status_code == 308
    stage.advance(hours=1, seconds=1)
    assert reason(put(http, session, video, CHUNK, len(video))) == (401, "authError")
    with client(stage, refreshed(stage)) as again:
        assert put(again, session, video, CHUNK, len(video)).status_code == 200
    assert refreshed(stage) not in {"", "invalid_grant"}
    assert refreshed(stage, refresh_token="invented") == "invalid_grant"
    assert refreshed(stage, client_secret="wrong") == "invalid_client"
    assert reason(httpx.get(f"{stage.base}/youtube/v3/channels?mine=true")) == (401, "authError")


def test_an_account_can_be_connected(stage: Any) -> None:
    token, back = stage.service.token, "http://127.0.0.1/back"
    asked = {
        "response_type": "code",
        "client_id": token["client_id"],
        "redirect_uri": back,
        "access_type": "offline",
        "scope": "https://www.googleapis.com/auth/youtube.upload",
        "state": "s",
    }
    went = httpx.URL(httpx.get(f"{stage.base}/o/oauth2/v2/auth", params=asked).headers["location"])
    form = {key: token[key] for key in ("client_id", "client_secret")}
    form |= {"grant_type": "authorization_code", "code": went.params["code"], "redirect_uri": back}
    granted = httpx.post(f"{stage.base}/token", data=form).json()
    assert refreshed(stage, refresh_token=granted["refresh_token"]) != "invalid_grant"
    with client(stage, granted["access_token"]) as http:
        assert http.post(BEGIN, json=meta()).status_code == 200
        assert reason(http.delete("/youtube/v3/videos?id=x")) == (403, "insufficientPermissions")


def test_a_project_has_a_hundred_uploads_a_day(stage: Any, http: httpx.Client) -> None:
    for _ in range(100):
        stage.service.spend(1, upload=True)
    assert reason(http.post(BEGIN, json=meta())) == (403, "quotaExceeded")
    assert http.get("/youtube/v3/channels?part=id&mine=true").status_code == 200
    stage.advance(hours=25)
    with client(stage, refreshed(stage)) as again:
        assert again.post(BEGIN, json=meta()).status_code == 200


@pytest.mark.parametrize(
    "fault, expected",
    [
        ("500", (500, "backendError")),
        ("503", (503, "backendError")),
        ("429", (429, "rateLimitExceeded")),
        ("quota", (403, "quotaExceeded")),
        ("upload-limit", (400, "uploadLimitExceeded")),
        ("expired-token", (401, "authError")),
    ],
)
def test_the_faults_look_like_youtube(
    stage: Any, http: httpx.Client, fault: str, expected: tuple[int, str]
) -> None:
    stage.faults.add({"service": "youtube", "fault": fault})
    assert reason(http.post(BEGIN, json=meta())) == expected
    assert http.post(BEGIN, json=meta()).status_code == 200


def test_everything_survives_a_kill(staging: Staging, tmp_path: Path, video: bytes) -> None:
    with staging(YouTube, tmp_path) as stage, client(stage) as http:
        session = httpx.URL(begin(http, video))
        put(http, str(session), video, 0, CHUNK)
        first = uploaded(http, video)["id"]
    with staging(YouTube, tmp_path) as stage, client(stage) as http:
        moved = f"{stage.base}{session.raw_path.decode().removeprefix('/youtube')}"
        assert ask(http, moved, video).headers["range"] == f"bytes=0-{CHUNK - 1}"
        second = put(http, moved, video, CHUNK, len(video)).json()["id"]
        assert [post["id"] for post in stage.posts()] == [first, second]


def test_answers_fit_the_published_document(
    stage: Any, http: httpx.Client, video: bytes, png: bytes, spec: Any
) -> None:
    schemas = spec("youtube.v3.json")["schemas"]

    def fits(name: str, value: Any) -> None:
        for key, inner in value.items():
            told = schemas[name]["properties"][key]
            for one in inner if isinstance(inner, list) else [inner]:
                ref = told.get("$ref") or told.get("items", {}).get("$ref")
                if ref:
                    fits(ref, one)

    found = uploaded(http, video)
    fits("Video", found)
    every = "snippet,status,statistics,processingDetails,contentDetails,player"
    fits("VideoListResponse", http.get(f"/youtube/v3/videos?part={every}&id={found['id']}").json())
    fits(
        "ChannelListResponse",
        http.get("/youtube/v3/channels?part=snippet,contentDetails,status&mine=true").json(),
    )
    place = f"/upload/youtube/v3/thumbnails/set?videoId={found['id']}"
    fits("ThumbnailSetResponse", http.post(place, content=png).json())
    body = {"snippet": {"playlistId": "PLx", "resourceId": {"kind": "youtube#video", "videoId": found["id"]}}}
    fits("PlaylistItem", http.post("/youtube/v3/playlistItems?part=snippet", json=body).json())
    fits("PlaylistItemListResponse", http.get("/youtube/v3/playlistItems?part=snippet&playlistId=PLx").json())


# --- what can be ordered of a video, and of everything else


@pytest.mark.parametrize("fault", sorted(REFUSALS))
def test_every_refusal_is_answered_by_its_reason(stage: Any, http: httpx.Client, fault: str) -> None:
    one = REFUSALS[fault]
    method, path = one.aim.method or "GET", one.aim.path or "/youtube/v3/channels"
    place = f"{path if path.startswith('/') else f'/{path}'}status"
    if path == "thumbnails/set":
        place = "/upload/youtube/v3/thumbnails/set?videoId=x"
    stage.faults.add({"service": "youtube", "fault": fault, "path": one.aim.path or "channels"})
    if path == "/playlistItems":
        place = "/youtube/v3/playlistItems?part=snippet"
    assert reason(http.request(method, place)) == (one.status, one.reason)


@pytest.mark.parametrize("fault", sorted(VERDICTS))
def test_a_video_becomes_what_was_ordered(stage: Any, http: httpx.Client, video: bytes, fault: str) -> None:
    stage.faults.add({"service": "youtube", "fault": fault})
    session = begin(http, video)
    put(http, session, video, 0, CHUNK)
    found = put(http, session, video, CHUNK, len(video)).json()
    stage.advance(seconds=5)
    place = f"/youtube/v3/videos?part=status,processingDetails&id={found['id']}"
    (item,) = http.get(place).json()["items"]
    kind, _, word = fault.partition("-")
    told = {
        "failed": {"uploadStatus": "failed", "failureReason": word},
        "rejected": {"uploadStatus": "rejected", "rejectionReason": word},
        "processing": {"uploadStatus": "uploaded"},
    }[kind]
    assert told.items() <= item["status"].items()
    if kind == "processing":
        assert item["processingDetails"]["processingStatus"] == {"endless": "processing"}.get(word, word)
    assert bool(stage.posts()) is (kind == "processing")


def test_a_large_video_is_processed_longer(stage: Any, http: httpx.Client, video: bytes) -> None:
    large = video + bytes(20_000_000)
    found = uploaded(http, large, meta(privacy="private"))
    place = f"/youtube/v3/videos?part=status,fileDetails&id={found['id']}"
    stage.advance(seconds=4)
    (item,) = http.get(place).json()["items"]
    assert item["status"]["uploadStatus"] == "uploaded"
    assert item["fileDetails"]["fileSize"] == str(len(large))
    stage.advance(seconds=4)
    assert http.get(place).json()["items"][0]["status"]["uploadStatus"] == "processed"


def test_a_session_breaks_in_the_middle_by_order(stage: Any, http: httpx.Client, video: bytes) -> None:
    session = begin(http, video)
    stage.faults.add({"service": "youtube", "fault": "break-in-the-middle"})
    with pytest.raises(httpx.TransportError):
        http.put(session, content=video)
    assert ask(http, session, video).headers["range"] == f"bytes=0-{CHUNK - 1}"
    assert put(http, session, video, CHUNK, len(video)).status_code == 200
    assert stage.posts()[0]["media"][0]["sha256"] == hashlib.sha256(video).hexdigest()


def test_bytes_that_come_twice_are_kept_once(stage: Any, http: httpx.Client, video: bytes) -> None:
    session = begin(http, video)
    put(http, session, video, 0, 2 * CHUNK)
    assert put(http, session, video, 0, CHUNK).headers["range"] == f"bytes=0-{2 * CHUNK - 1}"
    assert put(http, session, video, CHUNK, len(video)).status_code == 200
    assert stage.posts()[0]["media"][0]["sha256"] == hashlib.sha256(video).hexdigest()


def test_an_end_can_be_silent_and_a_change_ineffective(stage: Any, http: httpx.Client, video: bytes) -> None:
    stage.faults.add({"service": "youtube", "fault": "silent-end"})
    answer = http.put(begin(http, video, meta(privacy="private")), content=video)
    assert (answer.status_code, answer.content) == (200, b"")
    (doc,) = stage.service.videos.values()
    stage.faults.add({"service": "youtube", "fault": "kept-private"})
    body = {"id": doc["id"], "status": {"privacyStatus": "public"}}
    for privacy in ("private", "public"):
        found = http.put("/youtube/v3/videos?part=status", json=body).json()
        assert found["status"]["privacyStatus"] == privacy


def test_playlists_are_listed_in_pages_and_filtered_by_video(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    first = http.get("/youtube/v3/playlists?part=snippet&mine=true&maxResults=2").json()
    rest = http.get(
        f"/youtube/v3/playlists?part=snippet&mine=true&maxResults=2&pageToken={first['nextPageToken']}"
    ).json()
    titles = [one["snippet"]["title"] for one in (*first["items"], *rest["items"])]
    assert (titles, "nextPageToken" in rest) == (["Talks", "Workshops", "Short ones"], False)
    assert reason(http.get("/youtube/v3/playlists?part=snippet")) == (400, "missingRequiredParameter")
    ids = [uploaded(http, video)["id"] for _ in range(2)]
    for one in (*ids, ids[0]):  # YouTube does not mind having one twice
        resource = {"kind": "youtube#video", "videoId": one}
        body = {"snippet": {"playlistId": "PLsandbox-talks", "resourceId": resource}}
        assert http.post("/youtube/v3/playlistItems?part=snippet", json=body).status_code == 200
    place = "/youtube/v3/playlistItems?part=snippet&playlistId=PLsandbox-talks&videoId="
    assert [len(http.get(place + one).json()["items"]) for one in (*ids, "x")] == [2, 1, 0]
