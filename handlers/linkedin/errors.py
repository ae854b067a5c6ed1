"""LinkedIn's refusals, in words for volunteers; decided by status and code, for its messages change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import httpx

from handlers.base import Barred, PlatformError, Rejected, Unavailable
from handlers.oauth import Grant, spoken
from handlers.web import json_object, lost

TITLE: Final = "LinkedIn"
UPLOADING: Final = "take a file for the page"
"""What the calls that bring a file are doing, in sentences."""
REVOKED: Final = 65601
"""Also answered for some seconds to a token that was just made: to be tried once more."""
EXPIRED: Final = 65602

_URN: Final = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")


def is_post(urn: str) -> bool:
    """Whether this is the URN of a post."""
    return _URN.fullmatch(urn) is not None


_NAME: Final = re.compile(r"[A-Za-z0-9_./\[\] -]{1,80}")
"""What may be repeated of LinkedIn's own words: names of codes and fields, never a value."""
_PASSING: Final = re.compile(r"unable to obtain activity|resource is forbidden", re.IGNORECASE)
"""LinkedIn's own stumbling, under changing statuses; the post may be there all the same. (Seen by other programs.)"""
_OF_FILES: Final = re.compile(r"content/(?:media/id|multiImage/images|article/thumbnail)")
"""Where a post names its files."""
_FIELDS: Final = {
    "commentary": "the text",
    "title": "the title",
    "altText": "an alt text",
    "source": "the address of the link",
    "question": "the question of the poll",
    "options": "the answers of the poll",
    "duration": "the time of the poll",
    "fileSizeBytes": "the size of the video",
    "visibility": "the visibility",
}
"""The last name of a path that people can change -> what they call it."""
_COMPLAINTS: Final = {
    "FIELD_LENGTH_TOO_LONG": "too long",
    "MISSING_FIELD": "missing",
    "FIELD_INVALID": "not as it must be",
    "INVALID_URN_TYPE": "of the wrong kind",
}


class Throttled(Unavailable):
    """429. LinkedIn tells no time: a burst passes in a minute, a used-up day ends at midnight UTC."""


class FilesRefused(Rejected):
    """400 about the files of a post: LinkedIn does not know them (any more), or has not finished them."""


class NotThere(Rejected):
    """404: LinkedIn knows nothing of that URN."""


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
        # LinkedIn may end one before the day that it told, so the sentence must be true of a day to come as well
        day = f"; it was to last until {spoken(grant.expires_at)}" if grant.expires_at is not None else ""
        what = f"the token has expired{day}"
    return Barred(f"LinkedIn refused: {what}. The owner of the LinkedIn app runs `social login {account}`.")


def service_code(response: httpx.Response) -> int:
    """LinkedIn's own number for a refusal; 0 where there is none."""
    code = json_object(response).get("serviceErrorCode")
    return code if isinstance(code, int) else 0


def is_expired(response: httpx.Response) -> bool:
    """A 401 because the token's time is over."""
    return service_code(response) == EXPIRED or json_object(response).get("code") == "EXPIRED_ACCESS_TOKEN"


def is_about_token(response: httpx.Response) -> bool:
    """Whether a 401 speaks of our token; an upload address that is over answers 401 as well, without saying why."""
    told = str(json_object(response).get("code", ""))
    return response.request.method != "PUT" or service_code(response) != 0 or told.endswith("_ACCESS_TOKEN")


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


def refusal(response: httpx.Response, *, acts: bool, doing: str, account: str) -> PlatformError:
    """What an answer other than the hoped-for one means; 401 and 426 are judged elsewhere.

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
        return Unavailable("LinkedIn is busy with another change of this page; nothing is out.")
    if _PASSING.search(str(json_object(response).get("message", ""))):
        return lost(TITLE, acts=acts)
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(f"LinkedIn refused to {doing}: {_forbidden(doing, account)}")
    if status == HTTPStatus.NOT_FOUND:
        return NotThere(f"LinkedIn refused to {doing}: {_reason(response, account)}")
    if (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.REQUEST_TIMEOUT
    ):
        kind = FilesRefused if any(_is_of_files(one) for one in _input_errors(response)) else Rejected
        return kind(f"LinkedIn refused to {doing}: {_reason(response, account)}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Rejected(
            f"LinkedIn refused to {doing}: it has moved to another address. The owner of the bot corrects `base_url`."
        )
    return lost(TITLE, acts=acts)


def _forbidden(doing: str, account: str) -> str:
    if doing == UPLOADING:
        return (
            "the account that signed in may not bring files to this page. A content admin may post text there, but "
            "no pictures, videos or documents: an admin of the page makes it an administrator, or leave the files out."
        )
    return (
        "the account that signed in may not do that for this page. An admin of the page makes it an administrator or "
        f"content admin there; the app needs LinkedIn's product Community Management API, and `social login {account}` "
        "must have been run since it has it."
    )


def _reason(response: httpx.Response, account: str) -> str:
    body = json_object(response)
    if "organization permissions" in str(body.get("message", "")).lower():  # has no code of its own
        return (
            "the sign-in does not cover posting for a page. The owner of the LinkedIn app runs "
            f"`social login {account}` with `w_organization_social` allowed, as an administrator of the page."
        )
    errors = list(_input_errors(response))
    found = [_field(one) for one in errors] or [word(body.get("code"))]
    words = ", ".join(word for word in found if word) or f"status {response.status_code}"
    plain = [told for one in errors if (told := _complaint(one))]
    advice = "Change that, and order it again" if plain else "Change the post accordingly"
    return f"{', '.join(plain) + ' (' + words + ')' if plain else words}. {advice}; if that makes no sense, tell the owner of the bot."


def _is_of_files(error: dict[str, Any]) -> bool:
    return error.get("code") == "FIELD_INVALID" and _OF_FILES.search(_path(error)) is not None


def _complaint(error: dict[str, Any]) -> str:
    """`the title is too long`, where it is about something that people wrote."""
    steps = [one for one in re.split(r"[/.\[\]]", _path(error)) if one and not one.isdigit()]
    field, how = _FIELDS.get(steps[-1] if steps else ""), _COMPLAINTS.get(word(error.get("code")))
    if field is None or how is None:
        return ""
    return f"{field} {'are' if field.endswith('s of the poll') else 'is'} {how}"


def _field(error: dict[str, Any]) -> str:
    field, code = word(_path(error)), word(error.get("code"))
    return f"{code} in {field}" if code and field else code or field


def _path(error: dict[str, Any]) -> str:
    given = error.get("input")
    path = given.get("inputPath") if isinstance(given, dict) else None
    return str(path.get("fieldPath") or "") if isinstance(path, dict) else ""


def word(value: object) -> str:
    """One of LinkedIn's own names, if it is safe to be repeated; else nothing."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""
