"""The resumable upload: a session, chunks of 256 KiB, the question how far it came, the video at its end."""

from __future__ import annotations

import email.parser
import email.policy
import re
import secrets
from datetime import datetime, timedelta

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from bot.sandbox.blobs import handed_out
from bot.sandbox.files import look
from bot.sandbox.service import FAULT, Doc, Json, bearer, faulted
from bot.sandbox.wire import reset
from bot.sandbox.youtube.checks import metadata, parts
from bot.sandbox.youtube.core import FORCE_SCOPE, MANAGE_SCOPE, UPLOAD_SCOPE, Core, parsed
from bot.sandbox.youtube.refusals import BREAK, SILENT, VERDICTS
from bot.sandbox.youtube.videos import Videos

CHUNK = 256 * 1024
SESSION_LIFE = timedelta(days=7)
LARGEST, LARGEST_THUMBNAIL = 274_877_906_944, 52_428_800
_RANGE = re.compile(r"bytes (?:(\*)|(\d+)-(\d+))/(\*|\d+)")
_KINDS = ("video/", "application/octet-stream")
_UPLOADED_BY = (UPLOAD_SCOPE, MANAGE_SCOPE, FORCE_SCOPE)


class Uploads:
    """The endpoints below `/upload/`."""

    def __init__(self, core: Core, videos: Videos) -> None:
        self._core = core
        self._videos = videos

    async def begin(self, request: Request) -> Response:
        """POST …/videos: opens a session (`uploadType=resumable`), or takes metadata and bytes at once."""
        core, asked = self._core, request.query_params
        core.signed_in(request, *_UPLOADED_BY)
        core.spend(1, upload=True)
        wanted = parts(core, asked.get("part"))
        kind = asked.get("uploadType", "media")
        raw = await request.body()
        if kind == "resumable":
            return self._open(request, parsed(core, raw), wanted)
        if kind == "multipart":
            meta, data = self._two_parts(request.headers.get("content-type", ""), raw)
        else:
            raise core.refuse(
                400,
                "mediaBodyRequired",
                "The sandbox takes uploadType resumable and multipart.",
                "youtube.video",
            )
        checked = metadata(core, parsed(core, meta), wanted)
        doc = self._videos.arrived(checked, core.world.blobs.put(data), parsed(core, meta))
        return Json(self._videos.told(doc, wanted))

    def _open(self, request: Request, asked: Doc, wanted: set[str]) -> Response:
        core = self._core
        meta = metadata(core, asked, wanted)
        kind = request.headers.get("x-upload-content-type", "application/octet-stream")
        size = request.headers.get("x-upload-content-length", "")
        if size and (not size.isdigit() or not 0 < int(size) <= LARGEST):
            told = "The request does not include the video content."
            raise core.refuse(400, "mediaBodyRequired", told, "youtube.video")
        if not kind.startswith(_KINDS):
            raise core.refuse(400, "badContent", f"Media type '{kind}' is not supported.", "global")
        key = secrets.token_urlsafe(48)
        doc = {
            "size": int(size) if size else None,
            "pieces": [],
            "at": 0,
            "meta": meta,
            "parts": sorted(wanted),
            "raw": asked,
            "video": None,
            "verdict": "",
            "until": (core.now() + SESSION_LIFE).isoformat(),
        }
        core.sessions.put(key, doc)
        place = f"{core.base}/upload/youtube/v3/videos?uploadType=resumable&part={','.join(sorted(wanted))}&upload_id={key}"
        return Response(headers={"location": place, "x-guploader-uploadid": key})

    async def put(self, request: Request) -> Response:
        """PUT to a session: bytes, or the question how far it came."""
        core, key = self._core, request.query_params.get("upload_id", "")
        if bearer(request) is not None:  # the address itself is the permission; but a dead token is refused
            core.signed_in(request, *_UPLOADED_BY)
        session = core.sessions.get(key)
        if faulted(request, "session-gone"):
            core.sessions.drop(key)
            session = None
        if session is None or datetime.fromisoformat(session["until"]) <= core.now():
            return Response("Not Found", 404)
        asked = _RANGE.fullmatch(request.headers.get("content-range", ""))
        if "content-range" in request.headers and asked is None:
            raise core.refuse(400, "badRequest", "Failed to parse Content-Range header.", "global")
        if session["video"]:
            return self._done(session)
        if asked and asked[4] != "*":
            self._agree(key, session, int(asked[4]))
        if asked and asked[1]:
            return self._standing(session)
        if request.scope.get(FAULT) in VERDICTS:
            session["verdict"] = request.scope[FAULT]
        piece, size, whole = await self._received(request)
        if faulted(request, BREAK):
            self._take(key, session, asked, (piece, size // 2, False))
            return _Broken()
        answer = self._take(key, session, asked, (piece, size, whole))
        return Response() if faulted(request, SILENT) and answer.status_code == 200 else answer  # noqa: PLR2004 - OK

    def _agree(self, key: str, session: Doc, size: int) -> None:
        """The total may be told late, but it does not change."""
        if session["size"] not in {None, size}:
            told = f"Total size {size} is not the announced {session['size']}."
            raise self._core.refuse(400, "badRequest", told, "global")
        session["size"] = size
        self._core.sessions.put(key, session)

    async def _received(self, request: Request) -> tuple[str, int, bool]:
        """What arrived of the body as a blob, its size, and whether that was all of it."""
        with self._core.world.blobs.spool() as spool:
            whole = True
            try:
                async for piece in request.stream():
                    spool.write(piece)
            except ClientDisconnect:
                whole = False  # what came before a break is kept
            size = spool.size
            return spool.keep(), size, whole

    def _take(
        self, key: str, session: Doc, asked: re.Match[str] | None, body: tuple[str, int, bool]
    ) -> Response:
        core, (name, size, whole) = self._core, body
        first = int(asked[2]) if asked else 0
        if asked is None and session["size"] is None:
            session["size"] = size
        if asked and whole and int(asked[3]) - first + 1 != size:
            told = "The body does not have the length of its Content-Range."
            raise core.refuse(400, "badRequest", told, "global")
        if first > session["at"]:
            raise core.refuse(400, "badRequest", "Bytes before this range are missing.", "global")
        last = first + size == session["size"]
        if not last and whole and size % CHUNK:
            raise core.refuse(400, "badRequest", "Chunks have a multiple of 262144 bytes.", "global")
        if session["size"] is not None and first + size > session["size"]:
            raise core.refuse(400, "badRequest", "More bytes than announced.", "global")
        end = first + size if last else (first + size) // CHUNK * CHUNK
        if end > session["at"]:
            session["pieces"] = [*session["pieces"], [name, session["at"] - first, end - first]]
            session["at"] = end
        core.sessions.put(key, session)
        return self._finish(key, session) if session["at"] == session["size"] else self._standing(session)

    def _finish(self, key: str, session: Doc) -> Response:
        core = self._core
        with core.world.blobs.spool() as spool:
            for name, start, end in session["pieces"]:
                for piece in core.world.blobs.pieces(name, start, end):
                    spool.write(piece)
            whole = spool.keep()
        doc = self._videos.arrived(session["meta"], whole, session["raw"], session["verdict"])
        core.sessions.put(key, {**session, "video": doc["id"]})
        return Json(self._videos.told(doc, set(session["parts"])))

    def _done(self, session: Doc) -> Response:
        doc = self._core.videos.get(session["video"])
        if doc is None:
            return Response("Gone", 410)
        return Json(self._videos.told(doc, set(session["parts"])))

    def _standing(self, session: Doc) -> Response:
        """308: go on after these bytes; without `Range` nothing is there."""
        headers = {"range": f"bytes=0-{session['at'] - 1}"} if session["at"] else {}
        return Response(status_code=308, headers=headers)

    def _two_parts(self, kind: str, raw: bytes) -> tuple[bytes, bytes]:
        """Metadata and bytes of a multipart/related body."""
        head = f"content-type: {kind}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + raw)
        pieces = (
            [one.get_payload(decode=True) for one in message.iter_parts()] if message.is_multipart() else []
        )
        if len(pieces) != 2 or not all(isinstance(one, bytes) and one for one in pieces):  # noqa: PLR2004 - metadata, bytes
            told = "The request does not include the video content."
            raise self._core.refuse(400, "mediaBodyRequired", told, "youtube.video")
        return bytes(pieces[0]), bytes(pieces[1])

    async def thumbnail(self, request: Request) -> Response:
        """POST …/thumbnails/set?videoId=…: JPEG or PNG of at most 50 MB."""
        core = self._core
        core.signed_in(request, *_UPLOADED_BY)
        core.spend(50)
        doc = core.videos.get(request.query_params.get("videoId", ""))
        if doc is None:
            raise core.refuse(
                404,
                "videoNotFound",
                "The video that you are trying to insert a thumbnail image for cannot be found.",
                "youtube.thumbnail",
            )
        data = await request.body()
        if not data:
            told = "The request does not include the image content."
            raise core.refuse(400, "mediaBodyRequired", told, "youtube.thumbnail")
        found = look(data)
        if found is None or found.mime not in {"image/jpeg", "image/png"} or len(data) > LARGEST_THUMBNAIL:
            raise core.refuse(
                400, "invalidImage", "The provided image content is invalid.", "youtube.thumbnail"
            )
        self._videos.keep({**doc, "thumbnail": {"sha256": core.world.blobs.put(data), "mime": found.mime}})
        items = [self._videos.thumbnails(doc)]
        return Json({"kind": "youtube#thumbnailSetResponse", "etag": "sandbox", "items": items})

    async def thumbnail_file(self, request: Request) -> Response:
        """The thumbnail's bytes, for anybody."""
        doc = self._core.videos.get(request.path_params["id"])
        if doc is None or doc["thumbnail"] is None:
            return Response("Not Found", 404)
        mime = {"content-type": doc["thumbnail"]["mime"]}
        return handed_out(self._core.world, doc["thumbnail"]["sha256"], mime)

    async def video_file(self, request: Request) -> Response:
        """The video's bytes, for the page; private ones are not shown."""
        doc = self._core.videos.get(request.path_params["id"])
        if doc is None or doc["status"]["privacyStatus"] == "private":
            return Response("Not Found", 404)
        mime = {"content-type": doc["mime"] or "application/octet-stream"}
        return handed_out(self._core.world, doc["sha256"], mime, request.headers.get("range", ""))


class _Broken(Response):
    """No answer: the line breaks."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await reset(send)
