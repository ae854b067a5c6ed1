"""What the bot is told of a channel, and who may read it: a private one is never linked to."""

from __future__ import annotations

from typing import Any, Final

from handlers.base import Rejected
from handlers.zulip.api import Api

NO_LINK: Final = "It stands in a private channel, so no link to it is shown here."


def is_private(api: Api, channel: int) -> bool:
    """Whether only its members may read the channel; what cannot be known counts as private.

    Asked each time, since a channel can be made private. Raises `Unavailable`.
    """
    found, _ = seen(api, channel)
    return found is None or found.get("invite_only") is not False


def seen(api: Api, channel: int) -> tuple[dict[str, Any] | None, bool]:
    """What the server tells of the channel, and whether the bot is subscribed to it; nothing of one that is archived,
    private without the bot, or not there. Raises `Unavailable`.
    """
    for path, name in (("users/me/subscriptions", "subscriptions"), ("streams", "streams")):
        try:
            answer = api.call("GET", path)
        except Rejected:  # a guest may not list them
            continue
        found = _channel(answer.get(name), channel)
        if found is not None:
            return found, name == "subscriptions"
    return None, False


def _channel(listed: Any, channel: int) -> dict[str, Any] | None:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("stream_id") == channel:
            return one
    return None
