"""YouTube's refusals, in words for volunteers; decided by `reason`, never by the message."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx

from handlers.base import Barred, PlatformError, Rejected, Unavailable
from handlers.oauth import Grant
from handlers.web import json_object, lost
from handlers.wire import asked_to_wait
from handlers.youtube.days import midnight

TITLE: Final = "YouTube"
CHANNEL_PAUSE: Final = timedelta(hours=24)

_WORD: Final = re.compile(r"[A-Za-z_]{1,60}")
_PASSING: Final = {"rateLimitExceeded", "userRateLimitExceeded"}
QUOTA: Final = frozenset(["quotaExceeded", "dailyLimitExceeded"])
_CHANNEL_FULL: Final = {"uploadLimitExceeded", "uploadRateLimitExceeded"}
_CONTENT: Final = {
    "invalidTitle": "its title. It needs 1 to 100 characters without < and >: give one with `title:`",
    "invalidDescription": "its description. It may have 5000 bytes, without < and >: change the text",
    "invalidTags": "its tags. Use fewer or other `tags:` and hashtags",
    "invalidCategoryId": "its category. Choose another `category:`, or the owner of the bot corrects it in the "
    "YouTube section",
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
    "forbiddenLicenseSetting": "the channel may not use this licence. Choose another `licence:`",
}

_ACCOUNT: Final = {
    "youtubeSignupRequired",
    "authenticatedUserAccountSuspended",
    "authenticatedUserAccountClosed",
    "accountDelegationForbidden",
}
"""Those that would meet every other video as well."""


def sign_in_refused(account: str, code: str, grant: Grant) -> PlatformError:  # noqa: ARG001 - Google tells no day
    """The refresh token is dead."""
    return Barred(
        f"YouTube refused: the sign-in has run out or was withdrawn. The owner of the channel runs "
        f"`social login {account}`. If this happens every week, the Google app is still in testing: publish it in "
        "the Google Cloud console."
    )


def not_signed_in(account: str) -> Rejected:
    """There is a token, or none, and Google does not take it."""
    return Barred(
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
    if reason in QUOTA:
        return used_up(now)
    if reason in _CHANNEL_FULL:
        return Unavailable(
            "YouTube takes no more videos from this channel today; nothing is out. The bot tries again in a day.",
            wait=CHANNEL_PAUSE,
        )
    if reason in _PASSING or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(
            "YouTube asks for a pause; nothing is out.",
            until=asked_to_wait(response.headers, now),
        )
    if reason in _CONTENT:
        return Rejected(f"YouTube does not take the video because of {_CONTENT[reason]}.")
    if reason in _PERSON:
        kind = Barred if reason in _ACCOUNT else Rejected
        return kind(f"YouTube refused: {_PERSON[reason]}.")
    return _by_status(response, reason)


def _by_status(response: httpx.Response, reason: str) -> PlatformError:
    status = response.status_code
    named = f" ({reason})" if reason else ""
    if status == HTTPStatus.FORBIDDEN:
        return Rejected(
            f"YouTube refused: the sign-in does not allow uploading and managing videos{named}. "
            "The owner of the channel signs in again and allows everything that is asked there."
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


class UsedUp(Unavailable):
    """The quota of the Google project is used up."""


def used_up(now: datetime) -> UsedUp:
    """Until the next midnight in California."""
    return UsedUp(
        "YouTube's daily quota of the bot's Google project is used up; nothing is out. "
        "It begins anew at midnight in California, and the bot tries again then.",
        until=midnight(now),
    )


def may_not_manage(account: str) -> Rejected:
    """The sign-in allows too little for what is done here, and nothing was begun."""
    return Rejected(
        "YouTube would refuse: the sign-in does not allow uploading and managing videos. "
        f"The owner of the channel runs `social login {account}` and allows everything that is asked there."
    )
