"""Google's quota of uploads: 100 a day per project since June 2026, anew at midnight in California.

Whatever else uses the same Google project is not known here, so the count is "at least".
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from handlers.base import Meter, Use
from handlers.youtube import errors
from handlers.youtube.days import day
from handlers.youtube.job import Job
from handlers.youtube.settings import YouTubeSettings

WHAT: Final = "uploads"


def take(job: Job) -> None:
    """Count the upload that is about to begin. Raises `Unavailable` when the day's quota is used up."""
    now, most = job.now(), job.settings.uploads_a_day
    project, key = of_project(job.settings, job.outgoing.account), _key(job)
    if not job.tools.meter.take(project, WHAT, day(now), 1, most=most, key=key):
        raise errors.used_up(now)


def give_back(job: Job) -> None:
    """It was refused for want of quota, so it used none."""
    job.tools.meter.give_back(of_project(job.settings, job.outgoing.account), WHAT, _key(job))


def used(settings: YouTubeSettings, account: str, meter: Meter, now: datetime) -> Use:
    """How many uploads of today are used, as far as this bot knows."""
    count = meter.used(of_project(settings, account), WHAT, day(now))
    return Use("uploads counted today", count, settings.uploads_a_day)


def of_project(settings: YouTubeSettings, account: str) -> str:
    """Under which name it is counted: channels that share a Google app share its quota."""
    return f"youtube:project:{settings.client_id}" if settings.client_id else account


def _key(job: Job) -> str:
    return f"{job.ticket.key}:{job.progress.state.sessions + 1}"
