"""Everything that YouTube can refuse or make of a video, by the name under which it is ordered as a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.sandbox.service import Aim

_BEGIN: Final = Aim("POST", "upload/youtube/v3/videos")
_BYTES: Final = Aim("PUT", "upload_id=")
_CHANGE: Final = Aim("PUT", "/youtube/v3/videos?part=")


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal: which requests it hits, and how it is answered."""

    aim: Aim
    status: int
    reason: str
    message: str
    domain: str = "youtube.video"


REFUSALS: Final[Mapping[str, Refused]] = MappingProxyType(
    {
        "invalid-title": Refused(
            _BEGIN, 400, "invalidTitle", "The request metadata specifies an invalid title."
        ),
        "invalid-description": Refused(
            _BEGIN, 400, "invalidDescription", "The request metadata specifies an invalid video description."
        ),
        "invalid-tags": Refused(
            _BEGIN, 400, "invalidTags", "The request metadata specifies invalid keywords."
        ),
        "invalid-category-id": Refused(
            _BEGIN, 400, "invalidCategoryId", "The request metadata specifies an invalid category ID."
        ),
        "invalid-publish-at": Refused(
            _BEGIN, 400, "invalidPublishAt", "The request metadata specifies an invalid publishing time."
        ),
        "invalid-video-metadata": Refused(
            _BEGIN, 400, "invalidVideoMetadata", "The request metadata is invalid."
        ),
        "media-body-required": Refused(
            _BEGIN, 400, "mediaBodyRequired", "The request does not include the video content."
        ),
        "rate-limit": Refused(Aim(), 403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
        "user-rate-limit": Refused(
            Aim(), 403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits"
        ),
        "forbidden": Refused(Aim(), 403, "forbidden", "Forbidden", "global"),
        "insufficient-permissions": Refused(
            Aim(), 403, "insufficientPermissions", "Request had insufficient authentication scopes.", "global"
        ),
        "forbidden-licence": Refused(
            _BEGIN, 403, "forbiddenLicenseSetting", "The request attempts to set an invalid license."
        ),
        "forbidden-privacy": Refused(
            _CHANGE, 403, "forbiddenPrivacySetting", "The request attempts to set an invalid privacy setting."
        ),
        "signup-required": Refused(Aim(), 401, "youtubeSignupRequired", "Unauthorized", "youtube.header"),
        "account-suspended": Refused(
            Aim(),
            403,
            "authenticatedUserAccountSuspended",
            "The authenticated user's account is suspended.",
            "youtube.common",
        ),
        "account-closed": Refused(
            Aim(),
            403,
            "authenticatedUserAccountClosed",
            "The authenticated user's account is closed.",
            "youtube.common",
        ),
        "delegation-forbidden": Refused(
            Aim(),
            403,
            "accountDelegationForbidden",
            "The user cannot act for this account.",
            "youtube.common",
        ),
        "video-not-found": Refused(_CHANGE, 404, "videoNotFound", "The video cannot be found."),
        "processing-failure": Refused(
            Aim(), 500, "processingFailure", "The API server failed to process the request.", "youtube.common"
        ),
        "thumbnail-forbidden": Refused(
            Aim("POST", "thumbnails/set"),
            403,
            "forbidden",
            "The authenticated user may not upload and set custom video thumbnails.",
            "youtube.thumbnail",
        ),
        "playlist-forbidden": Refused(
            Aim("POST", "/playlistItems"),
            403,
            "playlistItemsNotAccessible",
            "The request is not properly authorized to insert the specified playlist item.",
            "youtube.playlistItem",
        ),
    }
)

FAILURES: Final = ("conversion", "invalidFile", "emptyFile", "tooSmall", "codec", "uploadAborted")
REJECTIONS: Final = (
    "copyright",
    "inappropriate",
    "duplicate",
    "termsOfUse",
    "uploaderAccountSuspended",
    "length",
    "claim",
    "uploaderAccountClosed",
    "trademark",
    "legal",
)
ENDLESS, TERMINATED, BREAK, SILENT, HELD = (
    "processing-endless",
    "processing-terminated",
    "break-in-the-middle",
    "silent-end",
    "kept-private",
)
VERDICTS: Final = frozenset(
    [ENDLESS, TERMINATED, *(f"failed-{one}" for one in FAILURES), *(f"rejected-{one}" for one in REJECTIONS)]
)
"""What becomes of the video of the session whose bytes they hit."""

AIMS: Final[Mapping[str, Aim]] = MappingProxyType(
    {
        **{name: one.aim for name, one in REFUSALS.items()},
        **dict.fromkeys(sorted(VERDICTS), _BYTES),
        BREAK: _BYTES,  # half of the bytes arrive, then the line breaks
        SILENT: _BYTES,  # the video is there, but the answer does not say under which id
        HELD: _CHANGE,  # the change is taken, but the video stays private
    }
)
