"""Attachments: uploaded, looked into, processed for a while when they move, described, attached, swept."""

from __future__ import annotations

from datetime import timedelta

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.blobs import handed_out
from bot.sandbox.files import Look, look_at
from bot.sandbox.mastodon import entities
from bot.sandbox.mastodon.core import Core
from bot.sandbox.mastodon.params import params
from bot.sandbox.service import Doc, faulted, fields

PROCESSING = timedelta(seconds=2)
"""How long a video or an animated picture is processed, on the sandbox's clock."""
_INVALID = "Validation failed: File content type is invalid, File is invalid"


class Media:
    """The endpoints of `/api/v2/media` and `/api/v1/media`, and the files themselves."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def post(self, request: Request) -> Response:
        """Take a file: 200 when it is ready, 202 while it is being processed (v1: always 200)."""
        core = self._core
        core.owner(request, "write:media")
        form = await fields(request)
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise core.refuse(422, "Validation failed: File can't be blank", bucket="media")
        found = self._judge(file)
        core.spend("media")
        file.file.seek(0)
        doc = self._keep(core.world.blobs.put_file(file.file), found, file.filename or "")
        _describe(core, doc, dict(form))
        core.media.put(doc["id"], doc)
        status = 200 if entities.is_ready(core, doc) or "/v1/" in request.url.path else 202
        return core.json(entities.attachment(core, doc), status, bucket="media")

    def _judge(self, file: UploadFile) -> Look:
        core, found = self._core, look_at(file.file)
        if found is None or found.kind == "other":
            raise core.refuse(422, _INVALID, bucket="media")
        room = core.dialect.room
        if found.kind == "video" and (refusal := core.says("film", bucket="media")):
            raise refusal
        most = room.video_bytes if found.kind == "video" else room.image_bytes
        if (file.size or 0) > most:
            error = f"Validation failed: File file size must be less than {most // 2**20} MB"
            raise core.refuse(422, error, bucket="media")
        if found.width * found.height > room.image_pixels:
            error = f"Validation failed: {found.width}x{found.height} images are not supported"
            raise core.refuse(422, error, bucket="media")
        return found

    def _keep(self, sha256: str, found: Look, name: str) -> Doc:
        core = self._core
        moving = found.kind in {"video", "gifv"}
        ending = found.mime.partition("/")[2].replace("jpeg", "jpg").replace("quicktime", "mov")
        return {
            "id": core.ids.next(),
            "type": found.kind,
            "mime": found.mime,
            "sha256": sha256,
            "name": name,
            "file": f"{sha256[:16]}.{ending}",
            "width": found.width,
            "height": found.height,
            "description": None,
            "focus": None,
            "status_id": None,
            "ready_at": (core.now() + (PROCESSING if moving else timedelta())).isoformat(),
        }

    def _mine(self, request: Request) -> Doc:
        self._core.owner(request, "write:media")
        doc = self._core.media.get(request.path_params["id"])
        if doc is None or doc["status_id"] is not None:
            raise self._core.missing()
        return doc

    async def get(self, request: Request) -> Response:
        """206 while it is being processed, then 200."""
        doc = self._mine(request)
        if faulted(request, "never-ready"):
            return self._core.json({**entities.attachment(self._core, doc), "url": None}, 206)
        return self._core.json(entities.attachment(self._core, doc), self._status(doc))

    async def put(self, request: Request) -> Response:
        """Change description or focus, as long as it is not attached."""
        doc = dict(self._mine(request))
        _describe(self._core, doc, await params(request))
        self._core.media.put(doc["id"], doc)
        return self._core.json(entities.attachment(self._core, doc), self._status(doc))

    async def delete(self, request: Request) -> Response:
        """Forget a file that was not attached."""
        self._core.media.drop(self._mine(request)["id"])
        return self._core.json({})

    def _status(self, doc: Doc) -> int:
        return 200 if entities.is_ready(self._core, doc) else 206

    async def file(self, request: Request) -> Response:
        """The bytes, for anybody who has the address."""
        doc = self._core.media.get(request.path_params["id"])
        if doc is None:
            return Response("Not Found", 404)
        headers = {"content-type": doc["mime"]}
        return handed_out(self._core.world, doc["sha256"], headers, request.headers.get("range", ""))


def _describe(core: Core, doc: Doc, asked: Doc) -> None:
    description = asked.get("description")
    if isinstance(description, str):
        most = core.dialect.room.alt
        if most is not None and len(description) > most:
            error = f"Validation failed: Description is too long (maximum is {most} characters)"
            raise core.refuse(422, error)
        doc["description"] = description.strip() or None
    focus = asked.get("focus")
    if isinstance(focus, str) and focus:
        try:
            x, y = (max(-1.0, min(1.0, float(one))) for one in focus.split(","))
        except ValueError:
            raise core.refuse(422, "Validation failed: Focus is invalid") from None
        doc["focus"] = {"x": x, "y": y}


def describe(core: Core, media_id: str, asked: Doc) -> None:
    """Change what is said of an attachment of a published status."""
    doc = core.media.get(media_id)
    if doc is not None:
        fresh = dict(doc)
        _describe(core, fresh, asked)
        core.media.put(media_id, fresh)
