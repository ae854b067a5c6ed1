"""What people write for a time -> an instant, or a question back; never a guess.

`read` takes `thursday 9am`, `fri 14.00`, `klo 14.30`, `30.11. 14.30`, `1 Dec 9:00`, `2026-12-01 09:00`,
`in 2 hours`, `noon`, `now`, `next`, Zulip's `<time:…>`, with or without a zone (`10:00 Europe/Oslo`, `10:00 CET`,
`10:00 UTC+2`). `period` takes what people ask about: `this week`, `march`, `30.11.`, `week 48`. `weekly` takes
the slots of the configuration: `Tue 10:00, Thu 14:00`. The day stands before the month, and the week starts on Monday.

`tongues` has the languages in which they take a time (`torsdag kl. 10`, `3. Dezember 14 Uhr`, `tällä viikolla`): it is read
in each of them, and where two make different times of it, `agree` asks.

Time is an argument everywhere. Only the zone database is read; nothing else outside is touched.
"""

from __future__ import annotations

from bot.when.local import spell
from bot.when.moment import Moment, is_time, names_foreign_day, read
from bot.when.period import Period, is_past, is_period, period
from bot.when.slots import Slot, next_slots, weekly
from bot.when.spans import duration
from bot.when.words import Ask

__all__ = [
    "Ask",
    "Moment",
    "Period",
    "Slot",
    "duration",
    "is_past",
    "is_period",
    "is_time",
    "names_foreign_day",
    "next_slots",
    "period",
    "read",
    "spell",
    "weekly",
]
