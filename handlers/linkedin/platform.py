"""One LinkedIn page: what `send`, `find` and `check` ask of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import ClassVar

from handlers.base import Draft, Outgoing, Published, Settings, Standing, Ticket, Tools, Unavailable
from handlers.linkedin import addresses, checking, errors, versions, writing
from handlers.linkedin.api import Api
from handlers.linkedin.page import Page
from handlers.linkedin.settings import LinkedInSettings
from handlers.linkedin.usage import Counter
from handlers.naming import called, naming
from handlers.oauth import Client, Grant, Tokens
from handlers.parts import Walk
from handlers.web import Pause, Web
from handlers.wire import asked_to_wait


class LinkedIn:
    """A page of an organization. See `handlers.base.Platform`."""

    name: ClassVar[str] = "linkedin"
    title: ClassVar[str] = errors.TITLE
    Settings: ClassVar[type[Settings]] = LinkedInSettings

    def __init__(
        self, account: str, settings: LinkedInSettings, tools: Tools, *, pause: Pause = time.sleep
    ) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._pause = pause
        self._counter = Counter(account, settings, tools.meter)
        self._no_files = False
        """Whether the last check found a role that may post text alone."""
        self._tokens = Tokens(
            account,
            Grant(
                access=settings.access_token.get_secret_value(),
                refresh=settings.refresh_token.get_secret_value(),
                expires_at=settings.expires_at,
            ),
            Client(
                f"{settings.auth_url}/oauth/v2/accessToken",
                settings.client_id,
                settings.client_secret.get_secret_value(),
            ),
            tools,
            lambda _code, grant: errors.sign_in_refused(account, grant, expired=True),
        )

    def prepare(self, draft: Draft) -> Outgoing:
        """The page's post: no threads there, so a text that is too long is an error."""
        return writing.prepare(self.account, draft, self._tools.store, no_files=self._no_files)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Upload what belongs to it, post it, and look whether all of it is there."""
        with self._api() as api:
            published = self._walk(api, outgoing, ticket).send()
        self._counter.posted(ticket.key, self._tools.clock())
        return published

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Look among the page's latest posts for the one whose answer was lost."""
        with self._api() as api:
            found = self._walk(api, outgoing, ticket).find()
        if found is not None:
            self._counter.posted(ticket.key, self._tools.clock())
        return found

    def number_of(self, link: str) -> str | None:
        """See `handlers.base.Platform`."""
        return addresses.number_of(link)

    def check(self) -> Standing:
        """Ask for our role on the page and for its posts; warns where either may not be read, and of the version."""
        with self._api() as api:
            found = checking.ask(api)
        self._no_files = found.no_files
        now, version = self._tools.clock().astimezone(UTC), self._settings.version
        ending = versions.warning(version, now.date(), self.account)
        grant = self._tokens.grant()
        return Standing(
            who=f"page {self._settings.organization.rsplit(':', 1)[1]}",
            scopes=api.scopes(),
            expires_at=grant.refresh_expires_at if self._tokens.renewable(grant) else grant.expires_at,
            warnings=(*found.warnings, *([ending] if ending else [])),
            uses=self._counter.uses(now),
            identity=self._settings.organization,
        )

    def _walk(self, api: Api, outgoing: Outgoing, ticket: Ticket) -> Walk:
        return Walk(Page(api, self._tools, outgoing), outgoing, ticket, self._tools.clock)

    @contextmanager
    def _api(self) -> Iterator[Api]:
        """The line for one piece of work; its calls are counted, and "too many" gets the time to wait."""
        who = called(self.title, self.account)
        with naming(self.title, self.account), Web.open(who) as web:
            today = self._tools.clock().astimezone(UTC).date()
            api = Api(self.account, self._settings, self._tokens, web, self._pause, today)
            try:
                yield api
            except Unavailable as error:
                if not api.throttled:
                    raise
                now = self._tools.clock()
                wait, until = self._counter.refused(now), asked_to_wait(api.told, now)
                if until is not None:
                    raise Unavailable(str(error), until=until) from None
                raise Unavailable(str(error), wait=wait) from None
            finally:
                self._counter.called(api.calls, self._tools.clock())
