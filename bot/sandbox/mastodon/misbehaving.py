"""What goes wrong on Mastodon and on servers that speak as it does: each answer, and the requests it meets.

Measured on Mastodon 4.6.4, Takahē 0.11.0, Hollo 0.7.18 or told by their documents (late 2026); what they always do otherwise
stands in `dialects`. Those without an answer here reach the service, which then does what the name says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from bot.sandbox.service import Aim, Json

_POST, _MEDIA, _GET_MEDIA = (
    Aim("POST", "/api/v1/statuses"),
    Aim("POST", "/media"),
    Aim("GET", "/api/v1/media/"),
)

MARKED: Final[Mapping[str, Aim]] = {
    "media-dropped": _POST,
    "alt-dropped": _POST,
    "reply-dropped": _POST,
    "poll-dropped": _POST,
    "warning-dropped": _POST,
    "text-cut": _POST,
    "key-forgotten": _POST,
    "never-ready": _GET_MEDIA,
}
"""Faults of which the service itself makes something."""

_REFUSED: Final[Mapping[str, tuple[Aim, int, Any]]] = {
    "403-scope": (_POST, 403, {"error": "This action is outside the authorized scopes"}),
    "403-disabled": (_POST, 403, {"error": "Your login is currently disabled"}),
    "404": (_POST, 404, {"error": "Record not found"}),
    "410": (_POST, 410, {"error": "Gone"}),
    "422": (_POST, 422, {"error": "Validation failed: Text character limit of 500 exceeded"}),
    "422-not-finished": (
        _POST,
        422,
        {"error": "Cannot attach files that have not finished processing. Try again in a moment!"},
    ),
    "422-file": (
        _MEDIA,
        422,
        {"error": "Validation failed: File content type is invalid, File is invalid"},
    ),
    "422-processing": (_GET_MEDIA, 422, {"error": "Error processing media"}),
    "404-file": (_GET_MEDIA, 404, {"error": "Record not found"}),
    "500-thumbnail": (_MEDIA, 500, {"error": "Error processing thumbnail for uploaded media"}),
    "413": (_MEDIA, 413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
    "400-token": (Aim(), 400, "Invalid Bearer token"),
    "200-html": (_POST, 200, "<!DOCTYPE html><html><body>Checking your browser …</body></html>"),
}

OWN: Final[Mapping[str, Aim]] = {
    **MARKED,
    **{name: aim for name, (aim, _, _) in _REFUSED.items()},
    "429-epoch": _POST,
    "moved": Aim(),
}
"""Every fault that only this stand-in knows, with the requests it meets."""


def refusal(fault: str) -> Response | None:
    """The answer of a fault that needs nothing of the service; None where the service makes it."""
    if fault == "moved":
        return Response(status_code=301, headers={"location": "https://moved.example/api?token=secret"})
    if fault not in _REFUSED:
        return None
    _, status, body = _REFUSED[fault]
    if isinstance(body, str):
        return Response(body, status, media_type="text/html")
    return Json(body, status)
