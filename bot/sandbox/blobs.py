"""Pictures, videos and files of publications for the page, in a form that can do nothing but be looked at."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.world import World

SHOWN = {
    *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"),
    *("video/mp4", "video/webm", "video/quicktime"),
}
"""Types a browser only shows. Anything else (an SVG, a page) is handed out to be saved."""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def answer(world: World, request: Request) -> Response:
    """`GET /sandbox/blob/{sha}`, with single ranges for video players."""
    name = request.path_params["sha"]
    try:
        data = world.blobs.get(name) if _SHA256.fullmatch(name) else None
    except KeyError:
        data = None
    if data is None:
        return JSONResponse({"error": "There is no file of that name."}, 404)
    mime, file_name = _known(world, name)
    shown = mime in SHOWN
    headers = {
        "content-type": mime if shown else "application/octet-stream",
        "content-disposition": "inline" if shown else f'attachment; filename="{_safe(file_name)}"',
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        "etag": f'"{name}"',
    }
    return _ranged(data, request.headers.get("range", ""), headers)


def _known(world: World, name: str) -> tuple[str, str]:
    for post in reversed(world.posts()):
        for picture in post["media"]:
            if picture["sha256"] == name:
                return picture["mime"], picture["name"]
    return "application/octet-stream", ""


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-") or "file"


def _ranged(data: bytes, asked: str, headers: dict[str, str]) -> Response:
    """The whole, or the one range that was asked for (RFC 9110, section 14; several ranges get the whole)."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        return Response(data, headers=headers)
    first, last = found.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start >= len(data) or start > end:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{len(data)}"})
    part = {**headers, "content-range": f"bytes {start}-{end}/{len(data)}"}
    return Response(data[start : end + 1], 206, part)
