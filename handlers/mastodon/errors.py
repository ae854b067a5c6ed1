"""What an answer of a Mastodon-like server, or none, means: each in words for volunteers.

Statuses decide, not texts: the servers speak in the account's language.

    no connection, redirect          nothing was done
    lost answer                      Uncertain for the creating request, else Unavailable
    401 403 404 4xx                  Rejected
    408                              as a lost answer
    429                              Unavailable until the server's own time
    5xx, 2xx that cannot be read     Uncertain for the creating request, else Unavailable
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Final

import mastodon
import requests

from handlers.base import Barred, PlatformError, Rejected, Unavailable, Uncertain
from handlers.web import lost
from handlers.wire import Answer, Turned, may_have_left

NEVER_SENT = (
    mastodon.MastodonIllegalArgumentError,
    mastodon.MastodonVersionError,
    mastodon.MastodonFileNotFoundError,
)
"""Raised by the library before it asks anything."""


_TAKAHE_LACKS: Final = "out_of_scope_for_token"
"""Takahē's word for a missing right. It tells as whom only with the whole of `read`."""


def judge(
    error: Exception, answer: Answer | None, *, who: str, acts: bool, now: datetime, action: str = "the post"
) -> PlatformError:
    """The platform error for what Mastodon.py raised; `acts` for the request that creates a status.

    An exception that neither the library nor the network explains is a bug, and is raised again as it is.
    """
    if answer is not None:
        return judge_answer(answer, who=who, acts=acts, now=now, action=action)
    if isinstance(error, NEVER_SENT):
        return Rejected(
            f"{who}: the library refuses to send {action}; this is a mistake in the bot's program."
        )
    cause = error.__context__ if isinstance(error, mastodon.MastodonNetworkError) else error
    if isinstance(cause, Turned):
        return Rejected(
            f"{who} has moved to {cause.host or 'another address'}. "
            "The owner of the bot puts the new address into `base_url` in zuliprc."
        )
    if isinstance(cause, requests.RequestException) and not may_have_left(cause):
        return Unavailable(f"{who} could not be reached for {action}.")
    if not isinstance(
        error, mastodon.MastodonError | requests.RequestException | mastodon.errors.MastodonWarning
    ):
        raise error
    return lost(who, acts=acts)


def judge_answer(answer: Answer, *, who: str, acts: bool, now: datetime, action: str) -> PlatformError:
    """The platform error for an answer that does not say yes."""
    status, said = answer.status, answer.words("error")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(
            f"{who} says that it was asked too often; the bot goes on when it may.", until=answer.until(now)
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
    if status == HTTPStatus.UNAUTHORIZED or "invalid bearer token" in answer.text.lower():
        return Barred(
            f"{who} does not accept the bot's access token (any more). "
            "The owner of the account signs in again with `social login`, or makes a new token in "
            "Preferences → Development and puts it into zuliprc."
        )
    if status == HTTPStatus.FORBIDDEN:
        takahe = _TAKAHE_LACKS in answer.text
        needed = (
            "`write:media` and `read`" if takahe else "`write:media`, `read:statuses` and `read:accounts`"
        )
        return Barred(
            f"{who} does not allow this{said}. Either the access token lacks a right (it needs `write:statuses`, "
            f"{needed}), or the account is suspended or locked: its owner signs in there and looks.",
            checked=False,
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Rejected(f"{who} says that {action} is too large. Use a smaller file, then order it again.")
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Rejected(
            f"{who} answered “not found”{said}. Something that {action} needs was deleted there, "
            "or `base_url` in zuliprc is not the address of the server."
        )
    return Rejected(f"{who} refused {action}{said}. Make a corrected copy of the post with `copy`.")
