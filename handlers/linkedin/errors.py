"""LinkedIn's refusals, in words for volunteers; decided by status and code, for its messages change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import httpx

from handlers.base import PlatformError, Rejected, Unavailable
from handlers.oauth import Grant, spoken
from handlers.web import json_object, lost

TITLE: Final = "LinkedIn"
REVOKED: Final = 65601
"""Also answered for some seconds to a token that was just made: to be tried once more."""
EXPIRED: Final = 65602

_URN: Final = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_NAME: Final = re.compile(r"[A-Za-z0-9_./\[\] -]{1,80}")
"""What may be repeated of LinkedIn's own words: names of codes and fields, never a value."""


class Throttled(Unavailable):
    """429. LinkedIn tells no time: a burst passes in a minute, a used-up day ends at midnight UTC."""


class Forbidden(Rejected):
    """403: the sign-in is good, but not for this."""


class Duplicate(Rejected):
    """422: the page has this very text already; after a lost answer that is the sign of success."""

    def __init__(self, urn: str) -> None:
        where = f" ({address(urn)})" if urn else ""
        super().__init__(
            f"LinkedIn refused: the page has the same text already{where}. Change the text; "
            "if a post with this text was deleted lately, LinkedIn may refuse it for two more days."
        )
        self.urn = urn
        """Of the earlier post; empty if LinkedIn does not name it."""


def address(urn: str) -> str:
    """Where a reader finds a post."""
    return f"https://www.linkedin.com/feed/update/{urn}/"


def sign_in_refused(account: str, grant: Grant, *, expired: bool) -> Rejected:
    """The token is no longer taken, and cannot be renewed."""
    what = "the token was withdrawn or replaced"
    if expired:
        day = f" on {spoken(grant.expires_at)}" if grant.expires_at is not None else ""
        what = f"the token has expired{day}"
    return Rejected(f"LinkedIn refused: {what}. The owner of the LinkedIn app runs `social login {account}`.")


def service_code(response: httpx.Response) -> int:
    """LinkedIn's own number for a refusal; 0 where there is none."""
    code = json_object(response).get("serviceErrorCode")
    return code if isinstance(code, int) else 0


def is_expired(response: httpx.Response) -> bool:
    """A 401 because the token's time is over."""
    return service_code(response) == EXPIRED or json_object(response).get("code") == "EXPIRED_ACCESS_TOKEN"


def is_just_made(response: httpx.Response) -> bool:
    """A 401 that LinkedIn also gives, wrongly, to a token which is only seconds old."""
    return service_code(response) == REVOKED or json_object(response).get("code") == "REVOKED_ACCESS_TOKEN"


def duplicate_of(response: httpx.Response) -> str | None:
    """The URN of the post that has the same text already, when that is what LinkedIn says ("" if it names none)."""
    if not any(one.get("code") == "DUPLICATE_POST" for one in _input_errors(response)):
        return None
    found = _URN.search(str(json_object(response).get("message", "")))
    return found[0] if found else ""


def _input_errors(response: httpx.Response) -> Iterator[dict[str, Any]]:
    details = json_object(response).get("errorDetails")
    errors = details.get("inputErrors") if isinstance(details, dict) else None
    yield from (one for one in errors or () if isinstance(one, dict))


def refusal(response: httpx.Response, *, acts: bool, version: str, doing: str) -> PlatformError:
    """What an answer other than the hoped-for one means; 401 is judged elsewhere.

    `doing` completes "LinkedIn refused to …".
    """
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(
            "LinkedIn takes no more from this app or page for now; nothing is out. The bot waits."
        )
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and (urn := duplicate_of(response)) is not None:
        return Duplicate(urn)
    if status == HTTPStatus.CONFLICT:
        return Unavailable(
            "LinkedIn is busy with another change of this page; nothing is out. The bot tries again."
        )
    if status == HTTPStatus.UPGRADE_REQUIRED:
        return Rejected(
            f"LinkedIn no longer speaks version {version} of its interface. The owner of the bot sets `version` in "
            "the LinkedIn section of the configuration to a newer month (YYYYMM) and starts the bot again."
        )
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(
            f"LinkedIn refused to {doing}: the account that signed in may not do that for this page. An admin of the "
            "page makes it an administrator there (content admins may post text, but not pictures, videos or "
            "documents), and the app needs LinkedIn's product Community Management API."
        )
    if (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.REQUEST_TIMEOUT
    ):
        return Rejected(f"LinkedIn refused to {doing}: {_reason(response)}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Rejected(
            f"LinkedIn refused to {doing}: it has moved to another address. The owner of the bot corrects `base_url`."
        )
    return lost(TITLE, acts=acts)


def _reason(response: httpx.Response) -> str:
    body = json_object(response)
    if "organization permissions" in str(body.get("message", "")).lower():  # has no code of its own
        return (
            "the sign-in does not cover posting for a page. The owner of the LinkedIn app signs in again with "
            "`w_organization_social` allowed, as an administrator of the page."
        )
    found = [_field(one) for one in _input_errors(response)] or [_word(body.get("code"))]
    words = ", ".join(word for word in found if word) or f"status {response.status_code}"
    return f"{words}. Change the post accordingly; if that makes no sense, tell the owner of the bot."


def _field(error: dict[str, Any]) -> str:
    given = error.get("input")
    path = given.get("inputPath") if isinstance(given, dict) else None
    field = _word(path.get("fieldPath")) if isinstance(path, dict) else ""
    code = _word(error.get("code"))
    return f"{code} in {field}" if code and field else code or field


def _word(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""
