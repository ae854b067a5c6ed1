"""Addresses of messages, as Zulip's own web page writes them."""

from __future__ import annotations

import re
from urllib.parse import quote

CHANNEL_WORD_LEVEL = 250
"""From this feature level on the address says `channel` where it said `stream` (facts/zulip-newer.md)."""


def encode(text: str) -> str:
    """Zulip's own escaping in addresses: percent-encoded, then `.` as `.2E` and `%` as `.`."""
    return quote(text, safe="").replace(".", ".2E").replace("%", ".")


def message_link(site: str, level: int, *, channel_id: int, channel: str, topic: str, message_id: int) -> str:
    """The address of a message in a channel; the id in it makes it survive a rename."""
    word = "channel" if level >= CHANNEL_WORD_LEVEL else "stream"
    slug = encode(re.sub(r"\s", "-", channel))
    return f"{site}/#narrow/{word}/{channel_id}-{slug}/topic/{encode(topic)}/near/{message_id}"


def direct_link(site: str, user_ids: tuple[int, ...], message_id: int) -> str:
    """The address of a direct message."""
    people = ",".join(str(one) for one in user_ids)
    return f"{site}/#narrow/dm/{people}-dm/near/{message_id}"
