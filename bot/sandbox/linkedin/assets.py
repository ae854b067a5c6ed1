"""Images, videos and documents on LinkedIn: announced, put in one piece or in parts, processed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.blobs import TooLarge, handed_out, received
from bot.sandbox.files import Look, look_at
from bot.sandbox.linkedin.core import ORGANIZATION, Core, body, urn_in_path
from bot.sandbox.linkedin.refusals import UPLOADS
from bot.sandbox.service import Doc, Json, faulted

PART = 4 * 2**20
"""Bytes of one part of a video; the last may be shorter."""
UPLOAD_LIFE = timedelta(hours=24)
PROCESSING = {
    "images": timedelta(seconds=0.5),
    "videos": timedelta(seconds=2),
    "documents": timedelta(seconds=1),
}
"""How long a file is processed, on the sandbox's clock; and longer the larger it is:"""
SLOWNESS = timedelta(seconds=0.2)
"""… for each MiB."""
LARGEST = 100 * 2**20
"""Bytes of a picture or document; what is too large for its kind fails later, when it is looked at."""
MEDIA_ROLES = {"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
IMAGE_PIXELS, GIF_FRAMES = 36_152_320, 250
_VIDEO = (75 * 1024, 500 * 2**20)
_DOCUMENT = 100 * 2**20
_IMAGES = {"image/jpeg", "image/png", "image/gif"}
_DOCUMENTS = {"application/pdf", "application/vnd.openxmlformats-officedocument"}


class Assets:
    """The endpoints of `/rest/images`, `/rest/videos` and `/rest/documents`, and the addresses they hand out."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def act(self, request: Request) -> Response:
        """POST /rest/{kind}?action=…"""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "w_organization_social", owner="owner")
        action, kind = request.query_params.get("action"), request.path_params["kind"]
        if kind not in PROCESSING:
            raise core.refuse(404, "No virtual resource found", "RESOURCE_NOT_FOUND")
        if action == "initializeUpload":
            return self._initialize(kind, await body(core, request), request)
        if action == "finalizeUpload" and kind == "videos":
            return self._finalize(await body(core, request))
        raise core.refuse(400, f"Unknown action {action} for {kind}", "QUERY_PARAM_NOT_ALLOWED")

    def _initialize(self, kind: str, asked: Doc, request: Request) -> Response:
        core = self._core
        wanted = asked.get("initializeUploadRequest")
        if not isinstance(wanted, dict) or "owner" not in wanted:
            raise core.bad_field(
                "/initializeUploadRequest/owner", "MISSING_FIELD", "field is required but not found"
            )
        if wanted["owner"] != ORGANIZATION or core.role not in MEDIA_ROLES:
            raise core.refuse(403, f"Not enough permissions to access: {kind}.CREATE", "ACCESS_DENIED", 100)
        noun = kind.removesuffix("s")
        urn = f"urn:li:{noun}:{'D5610AQ' if kind == 'videos' else 'C4E10AQ'}{secrets.token_urlsafe(9)}"
        doc: Doc = {
            "id": urn,
            "kind": kind,
            "status": "WAITING_UPLOAD",
            "until": (core.now() + UPLOAD_LIFE).isoformat(),
            "parts": {},
            "sha256": None,
            "mime": "",
            "reason": None,
            "fails": faulted(request, "processing-failed"),
            "endless": faulted(request, "processing-endless"),
        }
        expires = int(datetime.fromisoformat(doc["until"]).timestamp() * 1000)
        if kind == "videos":
            value = self._parts(doc, wanted)
            value |= {"video": urn, "uploadToken": doc["token"], "uploadUrlsExpireAt": expires}
        else:
            key = secrets.token_urlsafe(16)
            doc["keys"] = [key]
            value = {"uploadUrlExpiresAt": expires, "uploadUrl": self._url(urn, key), noun: urn}
        core.assets.put(urn, doc)
        return Json({"value": value})

    def _parts(self, doc: Doc, wanted: Doc) -> Doc:
        size = wanted.get("fileSizeBytes")
        if not isinstance(size, int) or isinstance(size, bool) or not _VIDEO[0] <= size <= _VIDEO[1]:
            path = "/initializeUploadRequest/fileSizeBytes"
            raise self._core.bad_field(path, "FIELD_INVALID", "A video has 75 KB to 500 MB")
        starts = range(0, size, PART)
        doc |= {"size": size, "token": "", "keys": [secrets.token_urlsafe(16) for _ in starts]}
        rows = zip(starts, doc["keys"], strict=True)
        instructions = [
            {
                "uploadUrl": self._url(doc["id"], key),
                "firstByte": first,
                "lastByte": min(first + PART, size) - 1,
            }
            for first, key in rows
        ]
        return {"uploadInstructions": instructions}

    def _url(self, urn: str, key: str) -> str:
        return f"{self._core.base}{UPLOADS}{urn.rsplit(':', 1)[1]}/{key}"

    async def put(self, request: Request) -> Response:
        """PUT an address handed out: a whole file with the token (201), a part of a video without (200, ETag)."""
        core, key = self._core, request.path_params["key"]
        doc = next((one for one in core.assets.values() if key in one["keys"]), None)
        over = doc is None or datetime.fromisoformat(doc["until"]) <= core.now()
        if doc is None or over or faulted(request, "upload-expired"):
            return Response("Upload URL expired or unknown", 401)
        if doc["kind"] != "videos":
            core.signed_in(request)
        try:
            sha256, size = await received(core.world, request, PART if doc["kind"] == "videos" else LARGEST)
        except TooLarge:
            return Response("The file is too large", 413)
        if doc["kind"] != "videos":
            self._arrived(doc, sha256)
            return Response(status_code=201)
        index = doc["keys"].index(key)
        expected = min(PART, doc["size"] - index * PART)
        if size != expected:
            return Response(f"Expected {expected} bytes", 400)
        if doc["status"] != "WAITING_UPLOAD":
            return Response("The upload is finalized", 409)
        part = {"sha256": sha256, "etag": f"/ambry-video/signedId/{secrets.token_urlsafe(24)}"}
        doc = core.assets.get(doc["id"]) or doc  # parts may come side by side
        core.assets.put(doc["id"], {**doc, "parts": {**doc["parts"], str(index): part}})
        return Response(headers={} if faulted(request, "etag-lost") else {"etag": part["etag"]})

    def _finalize(self, asked: Doc) -> Response:
        core = self._core
        wanted = asked.get("finalizeUploadRequest")
        wanted = wanted if isinstance(wanted, dict) else {}
        doc = core.assets.get(str(wanted.get("video")))
        if doc is None or doc["kind"] != "videos":
            raise core.refuse(404, "Video not found", "NOT_FOUND")
        ordered = [doc["parts"].get(str(n)) for n in range(len(doc["keys"]))]
        tags = [one["etag"] if one else None for one in ordered]
        if "uploadToken" not in wanted or wanted.get("uploadedPartIds") != tags:
            path = "/finalizeUploadRequest/uploadedPartIds"
            raise core.bad_field(path, "FIELD_INVALID", "The parts are not complete, or not in their order")
        self._arrived(doc, core.world.blobs.join(one["sha256"] for one in ordered if one))
        return Response(status_code=200)

    def _arrived(self, doc: Doc, sha256: str) -> None:
        core, kind = self._core, doc["kind"]
        with core.world.blobs.open(sha256) as file:
            found = look_at(file)
        size = core.world.blobs.size(sha256)
        reason = "UNSUPPORTED_FORMAT" if doc.get("fails") else _wrong(kind, found, size)
        work = timedelta(days=30) if doc.get("endless") else PROCESSING[kind] + SLOWNESS * (size / 2**20)
        ready = (core.now() + work).isoformat()
        fresh = {
            "status": "PROCESSING",
            "sha256": sha256,
            "mime": found.mime if found else "",
            "ready": ready,
        }
        core.assets.put(doc["id"], {**doc, **fresh, "parts": {}, "reason": reason})

    async def get(self, request: Request) -> Response:
        """GET /rest/{kind}/{urn}: how far it is."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "r_organization_social", owner="owner")
        urn = urn_in_path(core, request)
        doc = core.assets.get(urn)
        if doc is None or doc["kind"] != request.path_params["kind"]:
            raise core.refuse(404, f"{urn} not found", "NOT_FOUND")
        told: Doc = {"id": urn, "owner": ORGANIZATION, "status": standing(core, doc)}
        if told["status"] == "AVAILABLE":
            expires = int((core.now() + UPLOAD_LIFE).timestamp() * 1000)
            told |= {"downloadUrl": f"{core.base}/media/{doc['sha256']}", "downloadUrlExpiresAt": expires}
        if told["status"] == "PROCESSING_FAILED" and doc["kind"] == "videos":
            told["processingFailureReason"] = doc["reason"]
        return Json(told)

    async def file(self, request: Request) -> Response:
        """The bytes of a file, for the page."""
        sha256 = request.path_params["sha256"]
        doc = next((one for one in self._core.assets.values() if one["sha256"] == sha256), None)
        if doc is None:
            return Response("Not Found", 404)
        headers = {"content-type": doc["mime"]} if doc["mime"] else {}
        return handed_out(self._core.world, sha256, headers, request.headers.get("range", ""))


def standing(core: Core, doc: Doc) -> str:
    """WAITING_UPLOAD, PROCESSING, AVAILABLE or PROCESSING_FAILED, by the sandbox's clock."""
    if doc["status"] != "PROCESSING" or datetime.fromisoformat(doc["ready"]) > core.now():
        return str(doc["status"])
    return "PROCESSING_FAILED" if doc["reason"] else "AVAILABLE"


def _wrong(kind: str, found: Look | None, size: int) -> str | None:
    """Why processing will fail, if it will."""
    right: dict[str, Any] = {
        "images": found is not None
        and found.mime in _IMAGES
        and found.width * found.height < IMAGE_PIXELS
        and found.frames <= GIF_FRAMES,
        "videos": found is not None and found.mime == "video/mp4",
        "documents": found is not None and found.mime in _DOCUMENTS and size <= _DOCUMENT,
    }
    return None if right[kind] else "UNSUPPORTED_FORMAT"
