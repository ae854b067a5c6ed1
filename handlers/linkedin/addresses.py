"""Addresses of posts on LinkedIn: with the URN that its API told, or as its page's menu copies them."""

from __future__ import annotations

import re
from typing import Final

from handlers.links import local

_HOME: Final = "https://www.linkedin.com"
_COUNTRY: Final = re.compile(r"^(https?://)[a-z]{2}(?=\.linkedin\.com\b)", re.IGNORECASE)
_POST: Final = re.compile(r"(?:.*[-_:/])?(?P<kind>share|ugcPost|activity)[-:](?P<number>\d{1,25})(?:\D.*)?")


def number_of(link: str) -> str | None:
    """See `handlers.base.Platform.number_of`. One post has two numbers, as a share and as an activity: which go together
    LinkedIn does not tell.
    """
    found = local(_COUNTRY.sub(r"\1www", link), [_HOME])
    match = _POST.fullmatch("/".join(found.segments)) if found else None
    return f"urn:li:{match['kind']}:{match['number']}" if match else None
