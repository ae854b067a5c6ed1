"""`LinkedIn-Version`: which months there are, when each ends, and what people are told before it does.

A new version comes every month, lives at least twelve months and is switched off in the middle of one; then every
call answers 426. LinkedIn writes about it only to the admins of the app, and sends no header before.
(learn.microsoft.com/linkedin/marketing/versioning and …/integrations/migrations, as of November 2026.)
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

LATEST: Final = "202609"
"""The newest version that is certain to be alive in November 2026."""
FIRST: Final = "202206"
"""There was none before it."""
HOLES: Final = frozenset({"202512"})
"""Months without a version for pages (Talent has one of that number)."""
NOTICE: Final = timedelta(days=90)
"""So long before its end people are told."""
MIDDLE: Final = 15
"""The day of the month on which a version ends at the earliest; it was the 15th to the 22nd so far."""

ENDS: Final = {
    "202510": date(2026, 10, 15),
    "202511": date(2026, 11, 16),
    "202601": date(2027, 1, 15),
    "202602": date(2027, 2, 15),
    "202603": date(2027, 3, 16),
    "202604": date(2027, 4, 15),
    "202605": date(2027, 5, 15),
    "202606": date(2027, 6, 15),
    "202607": date(2027, 7, 15),
}
"""As LinkedIn announced them; for all others the rule holds."""

LIST: Final = "learn.microsoft.com/linkedin/marketing/versioning"


def checked(version: str) -> str:
    """The version, if there can be one of that number. Raises ValueError with a sentence."""
    if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", version):
        raise ValueError(f"a version is a year and a month, such as {LATEST}")
    if version < FIRST:
        raise ValueError(f"LinkedIn's first version was {FIRST}; {LATEST} is a good one")
    if version in HOLES:
        raise ValueError(f"LinkedIn has no version {version} for pages; {LATEST} is a good one")
    return version


def end(version: str) -> date:
    """The day on which it ends, or may end at the earliest."""
    return ENDS.get(version) or date(int(version[:4]) + 1, int(version[4:]), MIDDLE)


def warning(version: str, today: date, account: str) -> str | None:
    """What people should know of a version that still answers; told once before its end, once after."""
    if today < end(version) - NOTICE:
        return None
    if today >= end(version):
        return f"LinkedIn's version {version} ended about {_spoken(end(version))}: posts can fail any day. {mend(account)}"
    return (
        f"LinkedIn's version {version} ends about {_spoken(end(version))}, and then nothing can be posted. "
        f"{mend(account)}"
    )


def refused(version: str, today: date, account: str) -> str:
    """What people are told when LinkedIn answers that it does not speak this version."""
    if version > f"{today:%Y%m}":
        return f"LinkedIn does not know version {version} of its interface yet. {mend(account)}"
    return f"LinkedIn no longer speaks version {version} of its interface. {mend(account)}"


def mend(account: str) -> str:
    """What the owner of the bot does about it."""
    return (
        f"The owner of the bot sets `version` in `[{account}]` of the configuration to a month that is listed at "
        f"{LIST}, and starts the bot again."
    )


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
