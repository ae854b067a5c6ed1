"""One LinkedIn page: what `send`, `find` and `check` ask of it."""

from __future__ import annotations

import time
from datetime import UTC, timedelta
from typing import ClassVar, Final

from handlers.base import (
    Draft,
    Outgoing,
    Published,
    Rejected,
    Settings,
    Standing,
    Ticket,
    Tools,
    Unavailable,
)
from handlers.linkedin import errors, writing
from handlers.linkedin.api import Api
from handlers.linkedin.page import Page, newest
from handlers.linkedin.settings import LinkedInSettings
from handlers.oauth import Client, Grant, Tokens
from handlers.parts import Walk
from handlers.web import Pause, Web, json_object

MEDIA_ROLES: Final = frozenset({"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})
WRITE: Final = "w_organization_social"
TEXT_ROLES: Final = MEDIA_ROLES | {"CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}


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
        self._throttled = 0
        """How often in a row LinkedIn said 429."""
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
        return writing.prepare(self.account, draft, self._tools.store)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Upload what belongs to it, post it, and look whether all of it is there."""
        with Web.open(self.title) as web:
            page = Page(self._api(web), self._tools, outgoing)
            walk = Walk(page, outgoing, ticket, self._tools.clock)
            page.walk = walk
            try:
                published = walk.send()
            except Unavailable as error:
                if page.throttled:
                    raise Unavailable(str(error), wait=self._back_off()) from None
                raise
            self._throttled = 0
            return published

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Look among the page's latest posts for the one whose answer was lost."""
        with Web.open(self.title) as web:
            page = Page(self._api(web), self._tools, outgoing)
            page.walk = Walk(page, outgoing, ticket, self._tools.clock)
            return page.walk.find()

    def check(self) -> Standing:
        """Ask for our role on the page and for its posts; warns where either may not be read."""
        with Web.open(self.title) as web:
            api = self._api(web)
            warnings = [*self._role_warnings(api), *self._sight_warnings(api)]
            grant = self._tokens.grant()
            scopes = tuple(grant.scope.replace(",", " ").split())
            if scopes and WRITE not in scopes:
                raise Rejected(
                    f"LinkedIn would refuse: the sign-in does not include `{WRITE}`. The owner of the LinkedIn app "
                    f"runs `social login {self.account}` as an administrator of the page."
                )
            return Standing(
                who=f"page {self._settings.organization.rsplit(':', 1)[1]}",
                scopes=scopes,
                expires_at=grant.refresh_expires_at if self._tokens.renewable(grant) else grant.expires_at,
                warnings=tuple(warnings),
            )

    def _role_warnings(self, api: Api) -> list[str]:
        try:
            role = _role(api, self._settings.organization)
        except errors.Forbidden:
            return ["LinkedIn does not tell the bot its role on the page (`r_organization_admin`)."]
        if role not in TEXT_ROLES:
            raise Rejected(
                "LinkedIn would refuse: the account that signed in may not post for this page. An admin of the "
                "page makes it an administrator or content admin there."
            )
        if role not in MEDIA_ROLES:
            return ["A content admin may post text, but LinkedIn may refuse pictures and videos."]
        return []

    def _sight_warnings(self, api: Api) -> list[str]:
        try:
            newest(api, self._settings.organization, 1)
        except errors.Forbidden:
            return [
                (
                    "LinkedIn does not show the bot the page's posts (`r_organization_social`): when an answer is lost, "
                    "people must look whether the post is out."
                )
            ]
        return []

    def _api(self, web: Web) -> Api:
        return Api(self.account, self._settings, self._tokens, web, self._pause)

    def _back_off(self) -> timedelta:
        """LinkedIn tells no time: first the burst guard (a minute, doubled), then the day's end in UTC."""
        self._throttled += 1
        if self._throttled <= 3:  # noqa: PLR2004 - 1, 2 and 4 minutes
            return timedelta(minutes=2 ** (self._throttled - 1))
        now = self._tools.clock().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return midnight - now + timedelta(minutes=1)


def _role(api: Api, organization: str) -> str:
    """Our approved role on the page; empty if there is none. Raises `Rejected` when we may not even ask."""
    answer = api.call(
        "GET", "/rest/organizationAcls?q=roleAssignee&count=100", finder="FINDER", doing="show our roles"
    )
    roles = [
        str(one.get("role", ""))
        for one in json_object(answer).get("elements") or ()
        if organization in {one.get("organization"), one.get("organizationTarget")}
        and one.get("state", "APPROVED") == "APPROVED"
    ]
    return next((one for one in roles if one in MEDIA_ROLES), next(iter(roles), ""))
