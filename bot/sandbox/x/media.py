"""Uploads to X: in one shot or in segments, looked into, processed when they move, good for a day."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.files import Look, look_at
from bot.sandbox.measuring import film_in
from bot.sandbox.service import Doc, faulted, fields
from bot.sandbox.service import upload as uploaded
from bot.sandbox.x.core import Core
from bot.sandbox.x.purse import ALT_TEXT

LIFE = timedelta(hours=24)
PROCESSING = timedelta(seconds=2)
"""How long a video is processed, on the sandbox's clock."""
SLOW = timedelta(hours=10)
"""How long, when it is told to take its time."""
ALT_LIMIT = 1_000
_MOST = {"tweet_image": 5 * 2**20, "tweet_gif": 15 * 2**20, "tweet_video": 8 * 2**30}
_SEGMENT = 8 * 2**20
_LAST_SEGMENT = 999
_KINDS = {"tweet_image": {"image", "gifv"}, "tweet_gif": {"image", "gifv"}, "tweet_video": {"video"}}
_REFUSED = {"gray", "yuv422p", "yuv444p", "yuv420p10", "yuv422p10", "yuv444p10"}
"""Pixel formats that fail while they are processed: only 4:2:0 of 8 bit is supported (docs.x.com, media best practices)."""
_TYPES = {"video/mp4", "video/webm", "video/quicktime", "image/jpeg", "image/gif", "image/png", "image/webp"}
_INITIALIZE = {"media_type", "total_bytes", "media_category", "shared", "additional_owners"}


class Media:
    """The endpoints below `/2/media`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def one_shot(self, request: Request) -> Response:
        """POST /2/media/upload."""
        core = self._core
        core.signed_in(request, "POST /2/media/upload", "media.write")
        if "command" in request.query_params:
            raise core.invalid(
                "The query parameter [command] is not one of []", command=request.query_params["command"]
            )
        data, more = await _sent(core, request)
        if strange := set(more) - {"media_category", "additional_owners", "media_type", "shared"}:
            raise core.invalid(f"$.{min(strange)}: is not defined in the schema", **{min(strange): "?"})
        category = str(more.get("media_category", ""))
        if category not in _MOST:
            raise core.invalid("The `media_category` field is required.", media_category=category)
        doc = self._new(category, len(data))
        self._finish(doc, core.world.blobs.put(data))
        return core.json({"data": self._told(doc)}, rate="POST /2/media/upload")

    async def initialize(self, request: Request) -> Response:
        """POST /2/media/upload/initialize."""
        core = self._core
        core.signed_in(request, "POST /2/media/upload/chunks", "media.write")
        asked = await body(core, request)
        if strange := set(asked) - _INITIALIZE:
            raise core.invalid(
                f"$.{min(strange)}: is not defined in the schema", **{min(strange): asked[min(strange)]}
            )
        category, kind, size = asked.get("media_category"), asked.get("media_type"), asked.get("total_bytes")
        if category not in _MOST:
            raise core.invalid(
                "$.media_category: does not have a value in the enumeration", media_category=category
            )
        if kind not in _TYPES:
            raise core.invalid("$.media_type: does not have a value in the enumeration", media_type=kind)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise core.invalid("$.total_bytes: must be an integer, 1 or more", total_bytes=size)
        if size > _MOST[category]:
            raise core.invalid(f"File size exceeds {_MOST[category]} bytes.", total_bytes=size)
        doc = self._new(category, size)
        core.media.put(doc["id"], doc)
        told = {"id": doc["id"], "media_key": doc["key"], "expires_after_secs": int(LIFE.total_seconds())}
        return core.json({"data": told}, rate="POST /2/media/upload/chunks")

    async def append(self, request: Request) -> Response:
        """POST /2/media/upload/{id}/append."""
        core, doc = self._core, self._open(request)
        if faulted(request, "upload-gone"):
            core.media.drop(doc["id"])
            raise core.invalid("Your media IDs are invalid.", media_id=doc["id"])
        data, more = await _sent(core, request)
        try:
            index = int(str(more.get("segment_index")))
        except ValueError:
            index = -1
        if not 0 <= index <= _LAST_SEGMENT:
            raise core.invalid(
                "$.segment_index: must be between 0 and 999", segment_index=more.get("segment_index")
            )
        if not data or len(data) > _SEGMENT:
            raise core.invalid("Segments must have between 1 byte and 8 MB.", segment_index=index)
        segments = {**doc["segments"], str(index): core.world.blobs.put(data)}
        core.media.put(doc["id"], {**doc, "segments": segments})
        expires = int(datetime.fromisoformat(doc["until"]).timestamp())
        return core.json({"data": {"expires_at": expires}}, rate="POST /2/media/upload/chunks")

    async def finalize(self, request: Request) -> Response:
        """POST /2/media/upload/{id}/finalize."""
        core, doc = self._core, self._open(request)
        names = [doc["segments"][key] for key in sorted(doc["segments"], key=int)]
        size = sum(map(core.world.blobs.size, names))
        if sorted(map(int, doc["segments"])) != list(range(len(names))) or size != doc["size"]:
            raise core.invalid("Segments do not add up to provided total file size.", media_id=doc["id"])
        wait = SLOW if faulted(request, "processing-slow") else PROCESSING
        self._finish(doc, core.world.blobs.join(names), wait, failed=faulted(request, "processing-failed"))
        return core.json({"data": self._told(doc)}, rate="POST /2/media/upload/chunks")

    async def status(self, request: Request) -> Response:
        """GET /2/media/upload?command=STATUS&media_id=…"""
        core, asked = self._core, request.query_params
        core.signed_in(request, "GET /2/media/upload", "media.write")
        if asked.get("command", "STATUS") != "STATUS":
            raise core.invalid(
                "The query parameter [command] is not one of [STATUS]", command=asked["command"]
            )
        doc = self._live(asked.get("media_id", ""))
        return core.json({"data": self._told(doc)}, rate="GET /2/media/upload")

    async def metadata(self, request: Request) -> Response:
        """POST /2/media/metadata: the alt text."""
        core = self._core
        core.signed_in(request, "POST /2/media/metadata", "media.write")
        asked = await body(core, request)
        if strange := set(asked) - {"id", "metadata"}:
            raise core.invalid(
                f"$.{min(strange)}: is not defined in the schema", **{min(strange): asked[min(strange)]}
            )
        doc = self._live(str(asked.get("id", "")))
        told = asked.get("metadata")
        alt = told.get("alt_text", {}).get("text") if isinstance(told, dict) else None
        if not isinstance(alt, str) or len(alt) > ALT_LIMIT:
            raise core.invalid(
                f"$.metadata.alt_text.text: must be at most {ALT_LIMIT} characters long", id=doc["id"]
            )
        core.charge(ALT_TEXT)
        core.purse.pay(ALT_TEXT)
        core.media.put(doc["id"], {**doc, "alt": alt})
        answer = {"id": doc["id"], "associated_metadata": {"alt_text": {"text": alt}}}
        return core.json({"data": answer}, rate="POST /2/media/metadata")

    def _new(self, category: str, size: int) -> Doc:
        identity = self._core.ids.next()
        prefix = {"tweet_image": 3, "tweet_gif": 16, "tweet_video": 7}[category]
        return {
            "id": identity,
            "key": f"{prefix}_{identity}",
            "category": category,
            "size": size,
            "segments": {},
            "sha256": None,
            "alt": "",
            "until": (self._core.now() + LIFE).isoformat(),
        }

    def _open(self, request: Request) -> Doc:
        self._core.signed_in(request, "POST /2/media/upload/chunks", "media.write")
        doc = self._live(request.path_params["id"])
        if doc["sha256"] is not None:
            raise self._core.invalid("The upload was finalized already.", media_id=doc["id"])
        return doc

    def _live(self, identity: str) -> Doc:
        doc = self._core.media.get(identity)
        if doc is None or datetime.fromisoformat(doc["until"]) <= self._core.now():
            raise self._core.invalid("Your media IDs are invalid.", media_id=identity)
        return doc

    def _finish(self, doc: Doc, sha: str, wait: timedelta = PROCESSING, *, failed: bool = False) -> None:
        """All of it is there: look into it, and begin to process it if it moves."""
        core = self._core
        with core.world.blobs.open(sha) as file:
            found = look_at(file)
            film = film_in(file) if found and found.kind == "video" else None
        if found is None or found.kind not in _KINDS[doc["category"]]:
            raise core.invalid("The media could not be read: unsupported or broken.", media_id=doc["id"])
        if core.world.blobs.size(sha) > _MOST[doc["category"]]:
            raise core.invalid(f"File size exceeds {_MOST[doc['category']]} bytes.", media_id=doc["id"])
        moves = found.kind in {"video", "gifv"}
        doc.update(
            **self._seen(found),
            seconds=round(film.seconds, 2) if film else 0.0,
            sha256=sha,
            ready=(core.now() + (wait if moves else timedelta())).isoformat(),
            failed=(failed and moves) or bool(film and _REFUSED.intersection(film.unusual)),
        )
        core.media.put(doc["id"], doc)

    def _seen(self, found: Look) -> Doc:
        return {"mime": found.mime, "kind": found.kind, "width": found.width, "height": found.height}

    def _told(self, doc: Doc) -> Doc:
        core = self._core
        left = datetime.fromisoformat(doc["until"]) - core.now()
        told: Doc = {
            "id": doc["id"],
            "media_key": doc["key"],
            "size": doc["size"],
            "expires_after_secs": int(left.total_seconds()),
        }
        if doc["sha256"] is None:
            return told
        if doc["kind"] == "video":
            told["video"] = {"video_type": doc["mime"]}
        else:
            told["image"] = {"image_type": doc["mime"], "w": doc["width"], "h": doc["height"]}
        if doc["kind"] in {"video", "gifv"}:
            wait = (datetime.fromisoformat(doc["ready"]) - core.now()).total_seconds()
            done = {"state": "succeeded", "progress_percent": 100}
            failed = {"state": "failed", "progress_percent": 40}
            busy = {"state": "in_progress", "check_after_secs": 1, "progress_percent": 40}
            told["processing_info"] = busy if wait > 0 else failed if doc["failed"] else done
        return told


async def body(core: Core, request: Request) -> Doc:
    """The JSON object of a request; anything else is refused."""
    try:
        asked = json.loads(await request.body())
    except ValueError:
        raise core.invalid("The request body is not valid JSON.") from None
    if not isinstance(asked, dict):
        raise core.invalid("$: must be an object")
    return asked


async def _sent(core: Core, request: Request) -> tuple[bytes, dict[str, Any]]:
    """The media bytes and the other fields, from multipart or from JSON with base64."""
    if request.headers.get("content-type", "").startswith("application/json"):
        asked = await body(core, request)
        try:
            return base64.b64decode(str(asked.pop("media", "")), validate=True), asked
        except binascii.Error:
            raise core.invalid("$.media: must be base64") from None
    form = await fields(request)
    file = await uploaded(form, "media")
    if file is None:
        raise core.invalid("The `media` field is required.")
    return file[0], {key: value for key, value in form.items() if key != "media"}
