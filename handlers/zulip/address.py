"""Where a reader finds a message (`#narrow/…`), written as the server's own links are."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from handlers.links import local

CHANNEL_WORD_SINCE = 250
"""Feature level from which addresses say `channel`; before it is `stream`."""
_MESSAGE: Final = re.compile(r"/?narrow/.*/(?:near|with|id)/(?P<number>\d{1,19})/?")


def number_of(link: str, site: str) -> str | None:
    """See `handlers.base.Platform.number_of`."""
    found = local(link, [site])
    match = _MESSAGE.fullmatch(found.fragment) if found and not found.segments else None
    return match["number"] if match else None


def message_address(site: str, level: int, channel: int, name: str, topic: str, message: int) -> str:
    """The address of a message; stays right when the channel is renamed, for its number is in it."""
    word = "channel" if level >= CHANNEL_WORD_SINCE else "stream"
    slug = hidden(re.sub(r"\s", "-", name)) or "unknown"
    return f"{site}/#narrow/{word}/{channel}-{slug}/topic/{hidden(topic)}/near/{message}"


def hidden(text: str) -> str:
    """Percent-encoding in Zulip's dialect: `.` is `.2E`, and `%` is `.`."""
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")
