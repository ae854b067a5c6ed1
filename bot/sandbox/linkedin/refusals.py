"""Everything that LinkedIn can refuse or do wrong, by the name under which it is ordered as a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.sandbox.service import Aim

UPLOADS: Final = "/dms-uploads/"
_POST: Final = Aim("POST", "/rest/posts")
_BEGIN: Final = Aim("POST", "action=initializeUpload")
_JOIN: Final = Aim("POST", "action=finalizeUpload")


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal: which requests it hits, and how it is answered."""

    aim: Aim
    status: int
    message: str
    code: str | None = None
    number: int | None = None
    field: str | None = None
    """The path of the field it is about, where it is about one."""


REFUSALS: Final[Mapping[str, Refused]] = MappingProxyType(
    {
        "426": Refused(
            Aim(None, "/rest/"), 426, "Requested version 20241101 is not active", "NONEXISTENT_VERSION"
        ),
        "403": Refused(
            Aim("POST", "/rest/"),
            403,
            "Not enough permissions to access: partnerApiPostsExternal.CREATE",
            "ACCESS_DENIED",
            100,
        ),
        "403-passing": Refused(_POST, 403, "The resource is forbidden"),
        "400-passing": Refused(_POST, 400, "Unable to obtain activity"),
        "401-revoked-once": Refused(
            Aim(None, "/rest/"),
            401,
            "The token used in the request has been revoked by the user",
            "REVOKED_ACCESS_TOKEN",
            65601,
        ),
        "401-invalid": Refused(
            Aim(None, "/rest/"), 401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600
        ),
        "409": Refused(_POST, 409, "Conflict", "CONFLICT"),
        "404": Refused(_POST, 404, "Could not find entity", "NOT_FOUND"),
        "400-organization": Refused(
            Aim("POST", "/rest/"),
            400,
            "Organization permissions must be used when using organization as author",
        ),
        "400-too-long": Refused(
            _POST,
            400,
            "length 3001 exceeds the maximum allowed length of 3000",
            "FIELD_LENGTH_TOO_LONG",
            field="/commentary",
        ),
        "400-invalid": Refused(
            _POST, 400, "is not a duration", "FIELD_INVALID", field="/content/poll/settings/duration"
        ),
        "400-missing": Refused(
            _POST, 400, "a document needs a title", "MISSING_FIELD", field="/content/media/title"
        ),
        "400-urn-type": Refused(
            _POST, 400, "is not a URN of image", "INVALID_URN_TYPE", field="/content/article/thumbnail"
        ),
        "400-param": Refused(
            Aim("GET", "/rest/posts"), 400, "is not allowed", "QUERY_PARAM_NOT_ALLOWED", field="viewContext"
        ),
        "400-not-ready": Refused(
            _POST, 400, "is PROCESSING, not AVAILABLE", "FIELD_INVALID", field="/content/media/id"
        ),
        "video-not-joined": Refused(
            _JOIN,
            400,
            "The parts are not complete, or not in their order",
            "FIELD_INVALID",
            field="/finalizeUploadRequest/uploadedPartIds",
        ),
    }
)

MARKED: Final[Mapping[str, Aim]] = MappingProxyType(
    {
        "500-after": _POST,
        "201-without-id": _POST,
        "silent-cut": _POST,
        "content-lost": _POST,
        "processing-failed": _BEGIN,
        "processing-endless": _BEGIN,
        "upload-expired": Aim("PUT", UPLOADS),
        "etag-lost": Aim("PUT", UPLOADS),
    }
)
"""What the service does itself when a request is marked so: it acts, and acts wrongly."""
