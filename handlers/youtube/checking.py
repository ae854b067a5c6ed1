"""Whether the sign-in works, as which channel, and what that channel may do."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from handlers.base import PlatformError, Rejected
from handlers.web import json_object, lost
from handlers.youtube import errors, playlists
from handlers.youtube.api import Api
from handlers.youtube.settings import MANAGING


def channel(api: Api, account: str, now: datetime) -> dict[str, Any]:
    """The channel that signed in, as YouTube tells it. Raises `Rejected`, `Unavailable`."""
    scopes = api.scopes()
    if scopes and not MANAGING.intersection(scopes):
        raise errors.may_not_manage(account)
    response = api.v3("GET", "channels", {"part": "snippet,status", "mine": "true"})
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, now)
    body = json_object(response)
    if not body:
        raise lost(errors.TITLE, acts=False)
    found = next((one for one in body.get("items") or () if isinstance(one, dict)), None)
    if found is None:
        raise Rejected("YouTube refused: the account that signed in has no channel. Make one on YouTube.")
    return found


def title(found: dict[str, Any]) -> str:
    """The channel's name."""
    return str(_part(found, "snippet").get("title") or "a channel without a name")


def long_ones(found: dict[str, Any]) -> bool | None:
    """Whether it may upload videos of more than 15 minutes; None if YouTube does not tell."""
    told = _part(found, "status").get("longUploadsStatus")
    return {"allowed": True, "disallowed": False, "eligible": False}.get(str(told))


def warnings(api: Api, found: dict[str, Any], playlist: str, now: datetime) -> tuple[str, ...]:
    """What does not stop a post but should be known."""
    told: list[str] = []
    if long_ones(found) is False:
        told.append(
            "YouTube takes no videos of more than 15 minutes from this channel until its owner has verified a "
            "telephone number at youtube.com/verify."
        )
    if playlist:
        try:
            playlists.find(api, playlist, now)
        except PlatformError as error:
            told.append(f"The playlist “{playlist}” of the settings cannot be used: {error}")
    return tuple(told)


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}
