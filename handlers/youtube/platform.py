"""One YouTube channel: what `send`, `find`, `check`, `stage` and `discard` ask of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar, Final

from handlers.base import Draft, Outgoing, Published, Rejected, Settings, Standing, Ticket, Tools, Uncertain
from handlers.naming import called, naming
from handlers.oauth import Client, Grant, Tokens
from handlers.web import Pause, Web
from handlers.youtube import (
    addresses,
    bringing,
    checking,
    errors,
    looking,
    playlists,
    quota,
    resource,
    showing,
    thumbnails,
    writing,
)
from handlers.youtube.api import Api
from handlers.youtube.job import Job
from handlers.youtube.progress import Progress
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.upload import PIECE

AHEAD: Final = timedelta(hours=1)
"""How long before its time a short video is brought there. Not earlier than needed: an edit meanwhile costs
another one of the day's 100 uploads."""
MOST_AHEAD: Final = timedelta(hours=6)
SLOW_LINE: Final = 500_000
"""Bytes a second that an upload is granted when its beginning is planned."""
PROCESSING: Final = 2.0
"""Times its own length that YouTube is granted for a video."""
PATIENCE: Final = timedelta(minutes=10)
"""How long a video whose time has come waits for YouTube; then it goes out, as YouTube itself would have it."""
STAGE_PATIENCE: Final = timedelta(hours=12)
UNFINISHED: Final = "YouTube was still processing the video; a better picture follows by itself."


class YouTube:
    """A channel. See `handlers.base.Platform` and `Stager`."""

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = errors.TITLE
    Settings: ClassVar[type[Settings]] = YouTubeSettings

    def __init__(
        self,
        account: str,
        settings: YouTubeSettings,
        tools: Tools,
        *,
        pause: Pause = time.sleep,
        piece: int = PIECE,
    ) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._pause = pause
        self._piece = piece
        self._long_ones: bool | None = None
        """Whether the channel may upload long videos, as `check` found it."""
        self._tokens = Tokens(
            account,
            Grant(settings.access_token.get_secret_value(), settings.refresh_token.get_secret_value()),
            Client(
                f"{settings.auth_url}/token", settings.client_id, settings.client_secret.get_secret_value()
            ),
            tools,
            lambda code, grant: errors.sign_in_refused(account, code, grant),
        )

    def prepare(self, draft: Draft) -> Outgoing:
        """The video with its title and description; without a video the account is left out."""
        return writing.prepare(
            self.account, draft, self._settings, self._tools.store, long_ones=self._long_ones
        )

    def ahead(self, outgoing: Outgoing) -> timedelta | None:
        """One to six hours, by how long the upload and YouTube's work on it may take."""
        if not outgoing.parts or not outgoing.parts[0].media:
            return None
        film = outgoing.parts[0].media[0]
        work = timedelta(seconds=film.size / SLOW_LINE + film.seconds * PROCESSING)
        return min(AHEAD + work, MOST_AHEAD)

    def stage(self, outgoing: Outgoing, ticket: Ticket) -> None:
        """Upload it as private, and return when YouTube has processed it. Raises `Later` while it does."""
        with self._job(outgoing, ticket) as job:
            bringing.bring(job)
            seen = looking.processed(job, STAGE_PATIENCE)
            thumbnails.dress(job)
            if seen.state == "processing":
                raise Rejected(
                    "YouTube has been processing the video for 12 hours. It is made visible at its time all the "
                    "same; look at YouTube Studio whether something is wrong with it."
                )
            if seen.privacy != resource.UNSEEN and not job.progress.state.showing:
                raise Rejected(f"{showing.BY_HAND} It can be seen at {resource.address(job.video)} already.")

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Make it visible, going on from what is there: brought there in time, or now, and unseen until here."""
        with self._job(outgoing, ticket) as job:
            bringing.bring(job)
            seen = looking.processed(job, PATIENCE)
            warnings = list(thumbnails.dress(job))
            warnings += showing.show(job, seen)
            if seen.state == "processing":
                warnings.append(UNFINISHED)
            return self._published(job, warnings)

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Whether it can be seen: only one request makes it visible, and the video tells whether that came through."""
        with self._job(outgoing, ticket) as job:
            if not bringing.known(job):
                return None
            try:
                seen = looking.read(job)
                if seen is None and ticket.restored and bringing.replaced(job):
                    seen = looking.read(job)
            except Rejected as error:
                raise Uncertain(f"It cannot be asked whether the video can be seen. {error}") from None
            if seen is None or seen.privacy != outgoing.visibility:
                return None
            if seen.privacy == resource.UNSEEN and seen.state != "processed":
                return None
            return self._published(job, [])

    def discard(self, outgoing: Outgoing, ticket: Ticket) -> None:
        """Delete the unseen video; nothing to do if it never came there, or is gone."""
        with self._job(outgoing, ticket) as job:
            if bringing.known(job):
                seen = looking.read(job, "status")
                by_hand = seen is not None and seen.privacy != resource.UNSEEN
                if by_hand and not job.progress.state.showing:
                    raise Rejected(
                        f"{showing.BY_HAND} The bot does not delete it: if it shall go, delete "
                        f"{resource.address(job.video)} in YouTube Studio."
                    )
                looking.remove(job)
            job.progress.restart()

    def number_of(self, link: str) -> str | None:
        """See `handlers.base.Platform`."""
        return addresses.number_of(link)

    def check(self) -> Standing:
        """Renew the sign-in, ask for the channel and what it may do."""
        with self._web() as web:
            api, now = self._api(web), self._tools.clock()
            channel = checking.channel(api, self.account, now)
            self._long_ones = checking.long_ones(channel)
            grant = self._tokens.grant()
            return Standing(
                who=checking.title(channel),
                scopes=api.scopes(),
                # Google tells a day for apps in testing, and for people who allowed it for a time only
                expires_at=grant.refresh_expires_at if self._tokens.renewable(grant) else grant.expires_at,
                warnings=checking.warnings(api, channel, self._settings.playlist, now),
                uses=(quota.used(self._settings, self.account, self._tools.meter, now),),
                identity=str(channel.get("id") or ""),
            )

    def _api(self, web: Web) -> Api:
        return Api(self.account, self._settings.base_url, self._tokens, web)

    @contextmanager
    def _web(self) -> Iterator[Web]:
        """The line for one piece of work; what goes wrong there is told with the account's name."""
        with naming(self.title, self.account), Web.open(called(self.title, self.account)) as web:
            yield web

    @contextmanager
    def _job(self, outgoing: Outgoing, ticket: Ticket) -> Iterator[Job]:
        with self._web() as web:
            if not outgoing.parts:
                raise Rejected(outgoing.skipped or "There is no video for YouTube.")
            yield Job(
                self._api(web),
                outgoing,
                ticket,
                Progress(ticket),
                self._settings,
                self._tools,
                self._pause,
                self._piece,
            )

    def _published(self, job: Job, warnings: list[str]) -> Published:
        told = (*warnings, *playlists.file(job))
        return Published(job.video, resource.address(job.video), told)
