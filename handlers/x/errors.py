"""What an answer of X, or none, means: each in words for volunteers.

X has no error codes for most refusals, so the few texts that matter stand in one table here.

    no connection, redirect     nothing was done
    lost answer, 408, 5xx       Uncertain for the creating request, else Unavailable
    403 duplicate               AlreadyThere: after a lost answer it is evidence that the post is out
    400 unknown media id        StaleFiles: they are uploaded once more
    429                         Unavailable until X's own time
    other 4xx, 402 among them   Rejected
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import requests
import tweepy

from handlers.base import BY_HAND, Barred, PlatformError, Rejected, Unavailable, Uncertain
from handlers.parts import AlreadyThere, StaleFiles
from handlers.web import lost
from handlers.wire import Answer, Turned, may_have_left

SUSPENDED: Final = ("suspended", "temporarily locked", "account is locked")
SHUT_OUT: Final = ("client-not-enrolled", "client-forbidden", "attached to a project")
"""What is refused to the account, or to the app, whatever the post."""
REFUSALS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("mentioned or otherwise engaged", "reply to this conversation"),
        (
            "does not allow this reply: since February 2026 an app may answer only those who mentioned it. "
            f"{BY_HAND}."
        ),
    ),
    (
        ("deleted or not visible",),
        f"cannot continue the thread, because the part before was deleted. {BY_HAND}.",
    ),
    (
        SUSPENDED,
        "has suspended or locked the account. Its owner signs in at x.com and looks.",
    ),
    (
        SHUT_OUT,
        (
            "does not let the developer app in: it belongs to no project with access to the API. "
            "The owner of the app looks at console.x.com."
        ),
    ),
    (
        ("video longer than",),
        "does not allow a video of this length for the account. Use a shorter one.",
    ),
    (
        ("unsupported-authentication", "unsupported authentication", "application-only"),
        "was given a token of the app instead of the account's. {login}",
    ),
    (
        ("scope", "permission", "not permitted to perform", "media.write", "tweet.write"),
        (
            "says that the bot's sign-in lacks the right to do this. The owner of the app allows “read and write” "
            "at console.x.com, and then: {login}"
        ),
    ),
    (
        ("too long", "character limit"),
        "says that the text is too long. Make a shorter copy of the post with `copy`.",
    ),
    (
        ("invalid url",),
        "does not accept a link in the text. Make a copy of the post with other links (`copy`).",
    ),
)
"""Words in a refusal (lower case) -> what follows the account's name in the sentence."""


def judge(
    error: Exception,
    answer: Answer | None,
    *,
    who: str,
    acts: bool,
    now: datetime,
    login: str,
    action: str = "the post",
) -> PlatformError:
    """The platform error for what tweepy raised; `acts` for the request that creates a post.

    `login` is the sentence that says how the account is signed in anew. An exception that neither the library nor the network
    explains is a bug, and is raised again as it is.
    """
    if answer is not None:
        return _judge_answer(answer, who=who, acts=acts, now=now, login=login, action=action)
    if isinstance(error, Turned):
        return Rejected(
            f"{who} sends the bot on to {error.host or 'another address'}. "
            "The owner of the bot corrects `base_url` in zuliprc."
        )
    if isinstance(error, requests.RequestException) and not may_have_left(error):
        return Unavailable(f"{who} could not be reached for {action}.")
    if not isinstance(error, tweepy.TweepyException | requests.RequestException):
        raise error
    return lost(who, acts=acts)


def _judge_answer(
    answer: Answer, *, who: str, acts: bool, now: datetime, login: str, action: str
) -> PlatformError:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(
            f"{who} says that its limit is used up for now; the bot goes on when it may.",
            until=answer.until(now),
        )
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return lost(who, acts=acts)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.MULTIPLE_CHOICES:
        trouble = f"has trouble (error {status})" if status >= HTTPStatus.BAD_REQUEST else "answered nonsense"
        if acts:
            return Uncertain(
                f"{who} {trouble} after the post was sent, so it may be out; the bot looks for it."
            )
        return Unavailable(f"{who} {trouble}. Nothing is out.")
    if status == HTTPStatus.UNAUTHORIZED:
        return Barred(f"{who} does not accept the bot's sign-in (any more). {login}")
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return Rejected(
            f"{who} refused, because the developer account's credits are used up. "
            "Its owner buys some at console.x.com; then order the post again."
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Rejected(f"{who} says that {action} is too large. Use a smaller file.")
    return _refusal(answer, who=who, acts=acts, login=login, action=action)


def _refusal(answer: Answer, *, who: str, acts: bool, login: str, action: str) -> PlatformError:
    told = " ".join(_strings(answer.body)).lower()
    if "duplicate content" in told:
        return AlreadyThere(
            f"{who} has a post with this text already, and takes no second one. Make a copy with other words (`copy`)."
        )
    if acts and "media id" in told:
        return StaleFiles(f"{who} does not know the uploaded pictures or video of the post. Order it again.")
    for words, sentence in REFUSALS:
        if any(one in told for one in words):
            said = f"{who} {sentence.format(login=login)}"
            # who the account is can still be asked then
            return Barred(said, checked=False) if words in (SUSPENDED, SHUT_OUT) else Rejected(said)
    said = answer.words("detail", "title")
    return Rejected(f"{who} refused {action}{said}. Make a corrected copy of the post with `copy`.")


def _strings(value: Any) -> list[str]:
    """Every text in an error's body: X tells the reason under changing names."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _strings(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _strings(inner)]
    return [value] if isinstance(value, str) else []
