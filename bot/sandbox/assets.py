"""The page's own files (scripts, style sheets, drawings), held in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

STATIC = Path(__file__).with_name("static")
ASSETS = "/static/page"
"""Where a browser finds them."""
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    headers: dict[str, str]


class Assets:
    """Answers `GET /static/page/{name}`; a browser asks each time whether what it has is still good."""

    def __init__(self) -> None:
        self._files = {one.name: _read(one) for one in STATIC.iterdir() if one.suffix in _TYPES}

    @property
    def scripts(self) -> list[str]:
        """The modules, so that a browser can fetch all of them at once."""
        return sorted(name for name in self._files if name.endswith(".js"))

    async def answer(self, request: Request) -> Response:
        """One file."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            return JSONResponse({"error": "The page has no file of that name."}, 404)
        if request.headers.get("if-none-match") == file.headers["etag"]:
            return Response(status_code=304, headers=file.headers)
        return Response(file.body, headers=file.headers)


def _read(path: Path) -> _File:
    body = path.read_bytes()
    return _File(
        body,
        {
            "content-type": f"{_TYPES[path.suffix]}; charset=utf-8",
            "cache-control": "no-cache",
            "etag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        },
    )
