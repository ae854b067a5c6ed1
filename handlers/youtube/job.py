"""One piece of work on one delivery: what all its steps need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.base import Outgoing, Step, Ticket, Tools
from handlers.media import Media
from handlers.web import Pause
from handlers.youtube.api import Api
from handlers.youtube.progress import Progress
from handlers.youtube.settings import YouTubeSettings


@dataclass(frozen=True, slots=True)
class Job:
    """Made anew for each piece of work."""

    api: Api
    outgoing: Outgoing
    ticket: Ticket
    progress: Progress
    settings: YouTubeSettings
    tools: Tools
    pause: Pause
    piece: int
    """Bytes sent to YouTube at a time."""

    @property
    def film(self) -> Media:
        """The video's file."""
        return self.outgoing.parts[0].media[0]

    @property
    def video(self) -> str:
        """The video's id there; empty as long as it is not there."""
        return self.progress.state.video

    def now(self) -> datetime:
        """In UTC."""
        return self.tools.clock()

    def say(self, what: str, done: int = 0, total: int = 0) -> None:
        """Tell those who wait how far it is."""
        self.ticket.tell(Step(what, self.film.name, done, total))
