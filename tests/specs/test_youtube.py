"""YouTube: every request of the handler is one that Google's discovery document (revision 20261104) knows.

Path, method, query parameters (known, required, of their enum), the fields of the body (known, of their type, and
writable), the type and size of what is uploaded, and that the scopes that our sign-in asks for allow the method.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.youtube import YouTube as StandIn
from handlers.base import Draft, Later, Options, Outgoing, Unavailable
from handlers.media import Media
from handlers.oauth import scopes
from handlers.youtube import YouTube
from handlers.youtube.settings import MANAGING, YouTubeSettings
from handlers.youtube.upload import UNIT
from tests.specs.recorder import Request, Scene
from tests.specs.schemas import Schemas

Recording = Callable[..., AbstractContextManager[Scene]]

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2500
SCOPES = scopes("youtube")
"""What `social login youtube` asks for."""
TOKENS = "/token"
"""Google's token endpoint is no part of the Data API."""
SESSION = {"uploadType", "upload_id", "part", "notifySubscribers"}
"""What stands in the address of an upload session; it is YouTube's own and sent back as it came."""
READ_ONLY = {
    "VideoStatus": {"uploadStatus", "failureReason", "rejectionReason", "madeForKids"},
    "VideoSnippet": {
        "channelId",
        "channelTitle",
        "publishedAt",
        "thumbnails",
        "localized",
        "liveBroadcastContent",
    },
    "PlaylistItemSnippet": {"channelId", "channelTitle", "publishedAt", "thumbnails", "title", "description"},
}
"""The document does not mark them; they are what `@mutable` does not name, and what YouTube decides itself."""


class Discovery:
    """What a discovery document says of requests."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas = Schemas(
            {**document, "schemas": {key: _closed(one) for key, one in document["schemas"].items()}}
        )
        self._methods = [
            (name, one)
            for name, resource in document["resources"].items()
            for one in resource.get("methods", {}).values()
        ]

    def violations(self, requests: list[Request]) -> list[str]:
        """Everything that the document does not know, one line each."""
        return [
            f"{one.method} {one.path}: {told}"
            for one in requests
            if one.path != TOKENS
            for told in self._of(one)
        ]

    def method(self, request: Request) -> tuple[Mapping[str, Any], bool] | None:
        """The method that a request means, and whether it is meant by its upload path."""
        for _, one in self._methods:
            if one["httpMethod"] == request.method and f"/{one['path']}" == request.path:
                return one, False
            protocols = one.get("mediaUpload", {}).get("protocols", {})
            if request.path in {proto["path"] for proto in protocols.values()} and (
                request.method in {one["httpMethod"], "PUT"}
            ):
                return one, True
        return None

    def _of(self, request: Request) -> Iterator[str]:
        found = self.method(request)
        if found is None:
            yield "no such method"
            return
        method, upload = found
        if not set(SCOPES) & set(method["scopes"]):
            yield f"{method['id']} is not allowed by {SCOPES}"
        if upload and request.method == "PUT":
            yield from self._of_bytes(request, method)
            return
        yield from self._of_query(request, method)
        if upload and dict(request.query).get("uploadType") != "resumable":
            yield from self._of_media(request.mime, len(request.body), method)
        elif upload:
            length = int(request.headers["x-upload-content-length"])
            yield from self._of_media(request.headers["x-upload-content-type"], length, method)
            yield from self._of_body(request, method)
        elif method.get("request"):
            yield from self._of_body(request, method)
        elif request.body:
            yield "takes no body"

    def _of_query(self, request: Request, method: Mapping[str, Any]) -> Iterator[str]:
        known = {**self._document["parameters"], **method["parameters"]}
        given: dict[str, list[str]] = {}
        for name, value in request.query:
            given.setdefault(name, []).append(value)
        for name, one in method["parameters"].items():
            if one.get("required") and name not in given:
                yield f"{name} is required"
        for name, values in given.items():
            if name not in known:
                yield f"{name} is no parameter"
                continue
            schema = known[name]
            if len(values) > 1 and not schema.get("repeated"):
                yield f"{name} may stand once"
            for value in ",".join(values).split(",") if schema.get("repeated") else values:
                yield from self._of_value(name, value, schema)

    def _of_value(self, name: str, value: str, schema: Mapping[str, Any]) -> Iterator[str]:
        if not value:
            yield f"{name} is empty"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{name}={value} is none of {schema['enum']}"
        if schema["type"] == "boolean" and value not in {"true", "false"}:
            yield f"{name}={value} is neither true nor false"
        if schema["type"] == "integer" and not (
            value.isdecimal()
            and int(schema.get("minimum", 0)) <= int(value) <= int(schema.get("maximum", 10**9))
        ):
            yield f"{name}={value} is out of range"

    def _of_body(self, request: Request, method: Mapping[str, Any]) -> Iterator[str]:
        if request.mime != "application/json":
            yield f"the body is {request.mime}"
            return
        name, body = method["request"]["$ref"], request.json
        yield from self._schemas.violations({"$ref": f"#/schemas/{name}"}, body, name)
        parts = {one for name, value in request.query if name == "part" for one in value.split(",")}
        if beside := set(body) - parts - {"id"}:
            yield f"{sorted(beside)} is sent but named in no part"
        if missing := parts - set(body):
            yield f"{sorted(missing)} is named as a part but not sent, and would be erased"
        for part in parts & set(body):
            kind = self._document["schemas"][name]["properties"][part]["$ref"]
            if written := READ_ONLY.get(kind, set()) & set(body[part]):
                yield f"{sorted(written)} of {kind} cannot be written"

    def _of_media(self, mime: str, size: int, method: Mapping[str, Any]) -> Iterator[str]:
        allowed = method["mediaUpload"]["accept"]
        if not any(mime == one or (one.endswith("/*") and mime.startswith(one[:-1])) for one in allowed):
            yield f"{mime} is none of {allowed}"
        if not 0 < size <= int(method["mediaUpload"]["maxSize"]):
            yield f"{size} bytes"

    def _of_bytes(self, request: Request, method: Mapping[str, Any]) -> Iterator[str]:
        if strange := {name for name, _ in request.query} - SESSION:
            yield f"{sorted(strange)} in the address of a session"
        if "resumable" not in method["mediaUpload"]["protocols"]:
            yield "takes no resumable upload"
        span = request.headers.get("content-range", "")
        first, _, rest = span.removeprefix("bytes ").partition("-")
        if span.startswith("bytes */"):
            if request.body:
                yield "bytes with a question"
        elif len(request.body) % UNIT and int(rest.partition("/")[0]) + 1 != int(rest.partition("/")[2]):
            yield f"{len(request.body)} bytes from {first} are no multiple of 256 KiB"
        if request.headers.get("content-length") != str(len(request.body)):
            yield "the length of the body is not told"


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema with no other properties than it names; Google's types and marks as JSON Schema has them."""
    made = {key: one for key, one in schema.items() if key in {"type", "properties", "items", "enum", "$ref"}}
    if "$ref" in made:
        made["$ref"] = f"#/schemas/{made['$ref'].rpartition('/')[2]}"
    if "properties" in made:
        made["properties"] = {key: _closed(one) for key, one in made["properties"].items()}
        made["additionalProperties"] = False
    if "items" in made:
        made["items"] = _closed(made["items"])
    return made


@pytest.fixture
def discovery(spec: Callable[[str], Any]) -> Discovery:
    return Discovery(spec("youtube.v3.json"))


def youtube_of(scene: Scene) -> YouTube:
    token = {key: scene.service.token[key] for key in ("client_id", "client_secret", "refresh_token")}
    given = {
        **token,
        "base_url": scene.base,
        "auth_url": scene.base,
        "playlist": "Talks",
        "audio_language": "en",
    }
    return YouTube(
        "youtube", YouTubeSettings.model_validate(given), scene.tools, pause=lambda _: None, piece=UNIT
    )


def everything(youtube: YouTube, scene: Scene) -> Outgoing:
    file = io.BytesIO()
    Image.new("RGB", (1280, 720), "teal").save(file, "PNG")
    picture = file.getvalue()
    film = Media(scene.tools.store.put(FILM), "talk.mp4", "video/mp4", len(FILM))
    cover = Media(scene.tools.store.put(picture), "c.png", "image/png", len(picture), width=1280, height=720)
    options = Options(
        title="Testing",
        tags=("two words",),
        category="science",
        licence="creative commons",
        lang="en",
        made_for_kids=False,
    )
    return youtube.prepare(Draft("Why tests pay off #HPC", (film, cover), options))


def sent(youtube: YouTube, out: Outgoing, scene: Scene, key: str = "delivery-1") -> None:
    for _ in range(4):
        try:
            youtube.send(out, scene.ticket(key))
        except Unavailable:
            scene.advance(minutes=1)
        else:
            return
    raise AssertionError("it never ends")


def test_the_whole_way_of_a_video_is_in_the_document(recording: Recording, discovery: Discovery) -> None:
    with recording(StandIn) as scene:
        youtube = youtube_of(scene)
        youtube.check()
        out = everything(youtube, scene)
        with pytest.raises(Later):
            youtube.stage(out, scene.ticket())
        scene.advance(seconds=5)
        youtube.stage(out, scene.ticket())
        sent(youtube, out, scene)
        youtube.find(out, scene.ticket())
        asked = {(found[0]["id"], found[1]) for one in scene.requests if (found := discovery.method(one))}
        assert asked == {
            ("youtube.channels.list", False),
            ("youtube.videos.insert", True),
            ("youtube.videos.list", False),
            ("youtube.videos.update", False),
            ("youtube.thumbnails.set", True),
            ("youtube.playlists.list", False),
            ("youtube.playlistItems.list", False),
            ("youtube.playlistItems.insert", False),
        }
        assert discovery.violations(scene.requests) == []


def test_so_is_what_is_asked_when_things_go_wrong(recording: Recording, discovery: Discovery) -> None:
    with recording(StandIn) as scene:
        youtube = youtube_of(scene)
        out = everything(youtube, scene)
        scene.fault("break-in-the-middle")
        scene.fault("reset-after", method="PUT", path="/youtube/v3/videos?part=")
        scene.fault("reset-after", method="POST", path="playlistItems")
        sent(youtube, out, scene)
        scene.fault("silent-end", times=3)  # found again among the channel's uploads
        sent(youtube, replace(out, visibility="unlisted"), scene, "second")
        with pytest.raises(Later):
            youtube.stage(out, scene.ticket("third"))
        (doc,) = [one for one in scene.service.videos.values() if one["status"]["privacyStatus"] == "private"]
        changed = {**doc["snippet"], "title": "By hand"}
        scene.service.videos.put(doc["id"], {**doc, "snippet": changed})
        sent(youtube, out, scene, "third")
        with pytest.raises(Later):
            youtube.stage(out, scene.ticket("fourth"))
        youtube.discard(out, scene.ticket("fourth"))
        asked = {found[0]["id"] for one in scene.requests if (found := discovery.method(one))}
        assert "youtube.videos.delete" in asked
        assert {one.json.get("snippet", {}).get("title") for one in updates(scene)} == {None, "Testing"}
        assert discovery.violations(scene.requests) == []


def updates(scene: Scene) -> list[Request]:
    return [one for one in scene.requests if (one.method, one.path) == ("PUT", "/youtube/v3/videos")]


def test_our_sign_in_asks_for_the_least_that_does_it(discovery: Discovery) -> None:
    """One scope; each of the others that does it as well allows more, or as much."""
    assert len(SCOPES) == 1
    assert set(SCOPES) <= MANAGING
    needed = {
        *("videos.insert", "videos.update", "videos.delete", "videos.list", "thumbnails.set"),
        *("playlists.list", "playlistItems.list", "playlistItems.insert", "channels.list"),
    }
    allowed = [
        set(one["scopes"]) for name, one in discovery._methods if one["id"].removeprefix("youtube.") in needed
    ]
    assert len(allowed) == len(needed)
    assert set.intersection(*allowed) == MANAGING


@pytest.mark.parametrize(
    "change, told",
    [
        ({"path": "/youtube/v3/vidoes"}, "no such method"),
        ({"method": "PATCH"}, "no such method"),
        ({"query": [("part", "status"), ("prat", "x")]}, "prat is no parameter"),
        ({"query": []}, "part is required"),
        ({"query": [("part", "status,snippet")]}, "would be erased"),
        ({"body": {"id": "x", "status": {"privacyStatus": "secret"}}}, "secret"),
        ({"body": {"id": "x", "status": {"privacy": "public"}}}, "privacy"),
        ({"body": {"id": "x", "status": {"uploadStatus": "processed"}}}, "cannot be written"),
        ({"body": {"id": "x", "status": {"embeddable": "yes"}}}, "yes"),
        ({"body": {"id": "x", "status": {}, "snippet": {"title": "t"}}}, "named in no part"),
    ],
)
def test_the_check_itself_can_fail(
    discovery: Discovery, request_of: Callable[..., Request], change: dict[str, Any], told: str
) -> None:
    right: dict[str, Any] = {
        "method": "PUT",
        "path": "/youtube/v3/videos",
        "query": [("part", "status")],
        "body": {"id": "x", "status": {"privacyStatus": "public"}},
    }

    def violations(given: dict[str, Any]) -> list[str]:
        parts = dict(given)
        return discovery.violations(
            [request_of(parts.pop("method"), parts.pop("path"), parts.pop("body"), **parts)]
        )

    assert violations(right) == []
    assert any(told in one for one in violations(right | change)), violations(right | change)
