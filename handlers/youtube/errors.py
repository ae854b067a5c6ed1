"""YouTube's refusals, in words for volunteers; decided by `reason`, never by the message."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

import httpx

from handlers.base import PlatformError, Rejected, Unavailable
from handlers.oauth import Grant
from handlers.web import json_object, lost

TITLE: Final = "YouTube"
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
"""Google's quotas begin anew at midnight there."""
CHANNEL_PAUSE: Final = timedelta(hours=24)

_WORD: Final = re.compile(r"[A-Za-z_]{1,60}")
_PASSING: Final = {"rateLimitExceeded", "userRateLimitExceeded"}
_QUOTA: Final = {"quotaExceeded", "dailyLimitExceeded"}
_CHANNEL_FULL: Final = {"uploadLimitExceeded", "uploadRateLimitExceeded"}
_CONTENT: Final = {
    "invalidTitle": "its title. It needs 1 to 100 characters without < and >: give one with `title:`",
    "invalidDescription": "its description. It may have 5000 bytes, without < and >: change the text",
    "invalidTags": "its tags. Use fewer or other hashtags",
    "invalidCategoryId": "its category. The owner of the bot corrects `category` in the YouTube section",
    "invalidVideoMetadata": "its description. Change title and text",
    "invalidFilename": "the name of its file. Rename the video and upload it again",
    "invalidPublishAt": "its time. Tell the owner of the bot",
    "mediaBodyRequired": "its file, which came without content. Upload the video again",
}
_PERSON: Final = {
    "youtubeSignupRequired": "the account that signed in has no channel. Make one on YouTube, or sign in again as the channel",
    "authenticatedUserAccountSuspended": "the channel is suspended. Its owner looks at YouTube Studio",
    "authenticatedUserAccountClosed": "the channel was closed. Sign in as another one",
    "accountDelegationForbidden": "the account may not act for the channel. The channel's owner signs in",
    "forbiddenPrivacySetting": "the channel may not use this privacy. Choose another `visibility:`",
    "forbiddenLicenseSetting": "the channel may not use this licence. Tell the owner of the bot",
}


def sign_in_refused(account: str, code: str, grant: Grant) -> PlatformError:  # noqa: ARG001 - Google tells no day
    """The refresh token is dead."""
    return Rejected(
        f"YouTube refused: the sign-in has run out or was withdrawn. The owner of the channel runs "
        f"`social login {account}`. If this happens every week, the Google app is still in testing: publish it in "
        "the Google Cloud console."
    )


def not_signed_in(account: str) -> Rejected:
    """There is a token, or none, and Google does not take it."""
    return Rejected(
        f"YouTube refused: the sign-in is not valid (any more). The owner of the channel runs `social login {account}`."
    )


def reasons(response: httpx.Response) -> list[str]:
    """YouTube's words for what is wrong, e.g. `quotaExceeded`."""
    error = json_object(response).get("error")
    listed = error.get("errors") if isinstance(error, dict) else None
    found = [one.get("reason") for one in listed or () if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str) and _WORD.fullmatch(one)]


def refusal(response: httpx.Response, now: datetime) -> PlatformError:
    """What an answer other than the hoped-for one means. Nothing is out when YouTube gave it."""
    found = reasons(response)
    reason = found[0] if found else ""
    if reason in _QUOTA:
        return Unavailable(
            "YouTube's daily quota of the bot's Google project is used up; nothing is out. "
            "It begins anew at midnight in California, and the bot tries again then.",
            until=midnight_pacific(now),
        )
    if reason in _CHANNEL_FULL:
        return Unavailable(
            "YouTube takes no more videos from this channel today; nothing is out. The bot tries again in a day.",
            wait=CHANNEL_PAUSE,
        )
    if reason in _PASSING or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable("YouTube asks for a pause; nothing is out. The bot tries again by itself.")
    if reason in _CONTENT:
        return Rejected(f"YouTube does not take the video because of {_CONTENT[reason]}.")
    if reason in _PERSON:
        return Rejected(f"YouTube refused: {_PERSON[reason]}.")
    return _by_status(response, reason)


def _by_status(response: httpx.Response, reason: str) -> PlatformError:
    status = response.status_code
    named = f" ({reason})" if reason else ""
    if status == HTTPStatus.FORBIDDEN:
        return Rejected(
            f"YouTube refused: the sign-in does not allow uploading{named}. The owner of the channel signs in again "
            "and allows the bot to manage YouTube videos."
        )
    if (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.REQUEST_TIMEOUT
    ):
        return Rejected(
            f"YouTube refused the video{named or f' (status {status})'}. Change the post; if that does not help, "
            "tell the owner of the bot."
        )
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Rejected("YouTube has moved to another address. The owner of the bot corrects `base_url`.")
    return lost(TITLE, acts=False)


def midnight_pacific(now: datetime) -> datetime:
    """The next midnight in California, in UTC."""
    there = now.astimezone(PACIFIC)
    tomorrow = (there + timedelta(days=1)).date()
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
