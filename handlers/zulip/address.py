"""Where a reader finds a message (`#narrow/…`), written as the server's own links are."""

from __future__ import annotations

import re
from urllib.parse import quote

CHANNEL_WORD_SINCE = 250
"""Feature level from which addresses say `channel`; before it is `stream`."""


def message_address(site: str, level: int, channel: int, name: str, topic: str, message: int) -> str:
    """The address of a message; stays right when the channel is renamed, for its number is in it."""
    word = "channel" if level >= CHANNEL_WORD_SINCE else "stream"
    slug = hidden(re.sub(r"\s", "-", name)) or "unknown"
    return f"{site}/#narrow/{word}/{channel}-{slug}/topic/{hidden(topic)}/near/{message}"


def hidden(text: str) -> str:
    """Percent-encoding in Zulip's dialect: `.` is `.2E`, and `%` is `.`."""
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")
