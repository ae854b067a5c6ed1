"""Files coming in and going out piece by piece; and those of publications for the page, to be looked at only.

What the stand-ins need of large files:

    received(world, request)         a request's body, written down as it arrives -> its name and its size
    world.blobs.put_file(file)       the file of a form
    world.blobs.join(names)          parts of an upload as one file
    files.look_at(blobs.open(name))  what it is
    handed_out(world, name, ...)     the answer that hands it out, with single ranges
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.sandbox.files import look_at
from bot.sandbox.world import World

SHOWN = {
    *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"),
    *("video/mp4", "video/webm", "video/quicktime"),
}
"""Types a browser only shows. Anything else (an SVG, a page) is handed out to be saved."""
PDF = "application/pdf"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def answer(world: World, request: Request) -> Response:
    """`GET /sandbox/blob/{sha}`, with single ranges for video players."""
    name = request.path_params["sha"]
    try:
        size = world.blobs.size(name) if _SHA256.fullmatch(name) else None
    except KeyError:
        size = None
    if size is None:
        return JSONResponse({"error": "There is no file of that name."}, 404)
    mime, file_name = _known(world, name)
    shown = mime in SHOWN or mime == PDF
    named = f'filename="{_safe(file_name)}"'
    headers = {
        "content-type": mime if shown else "application/octet-stream",
        "content-disposition": f"{'inline' if shown else 'attachment'}; {named}",
        # a browser's reader of documents does not work in a sandbox; it runs none of their scripts in our name
        "content-security-policy": "default-src 'none'" if mime == PDF else "default-src 'none'; sandbox",
        "cache-control": "private, max-age=31536000, immutable",
        "etag": f'"{name}"',
    }
    return handed_out(world, name, headers, request.headers.get("range", ""))


async def received(world: World, request: Request, most: int | None = None) -> tuple[str, int]:
    """The body of a request as a blob: its name and its size in bytes. Raises `TooLarge` beyond `most` bytes.

    Nothing is kept of a body that breaks off (`ClientDisconnect`).
    """
    with world.blobs.spool() as spool:
        async for piece in request.stream():
            spool.write(piece)
            if most is not None and spool.size > most:
                raise TooLarge(most)
        return spool.keep(), spool.size


class TooLarge(Exception):
    """A body has more bytes than are taken."""


def _known(world: World, name: str) -> tuple[str, str]:
    found = world.file(name)
    if found is None:
        return "application/octet-stream", ""
    if found.mime:
        return found.mime, found.name
    with world.blobs.open(name) as file:
        look = look_at(file)
    return look.mime if look else "application/octet-stream", found.name


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-") or "file"


def handed_out(world: World, name: str, headers: Mapping[str, str], asked: str = "") -> Response:
    """The whole, or the one range that was asked for (RFC 9110, section 14; several ranges get the whole).

    `asked` is the request's `Range`. Raises KeyError if there is no file of that name.
    """
    size = world.blobs.size(name)
    headers = {**headers, "accept-ranges": "bytes"}
    start, end, status = 0, size - 1, 200
    found = _RANGE.fullmatch(asked.strip())
    if found is not None and any(found.groups()):
        first, last = found.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if start >= size or start > end:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        headers["content-range"], status = f"bytes {start}-{end}/{size}", 206
    headers["content-length"] = str(end - start + 1)
    return StreamingResponse(world.blobs.pieces(name, start, end + 1), status, headers)
