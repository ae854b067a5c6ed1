"""The platform of the contract: one account on one Mastodon-like server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, field_validator

from handlers import base
from handlers.base import Draft, Outgoing, PlatformError, Published, Rejected, Standing, Ticket, Tools
from handlers.mastodon.limits import Limits
from handlers.mastodon.preparing import VISIBILITIES, prepare
from handlers.mastodon.service import Line
from handlers.parts import Walk

DAY: Final = timedelta(days=1)


class MastodonSettings(base.Settings):
    """An account on a Mastodon-like server."""

    model_config = ConfigDict(hide_input_in_errors=True)

    base_url: str
    """Of the server, as in `https://fosstodon.org`."""
    access_token: SecretStr
    """From Preferences → Development on the server; does not expire."""
    visibility: str = "public"
    """Of a post that does not say otherwise."""
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
    """ISO 639-1 code of a post that does not say otherwise; None: the account's own."""

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("must be the address of a server, as in https://fosstodon.org")
        return value.rstrip("/")

    @field_validator("visibility")
    @classmethod
    def _known(cls, value: str) -> str:
        if value.lower() not in VISIBILITIES:
            raise ValueError(f"must be one of {', '.join(VISIBILITIES)}")
        return value.lower()


class Mastodon:
    """See `handlers.base.Platform`. The server's limits are those last told: asked at `check` and before a search."""

    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    Settings: ClassVar[type[base.Settings]] = MastodonSettings

    def __init__(self, account: str, settings: MastodonSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._limits = Limits()
        self._learned: datetime | None = None
        self._who = self.title if account == self.name else f"{self.title} ({account.partition(':')[2]})"

    def prepare(self, draft: Draft) -> Outgoing:
        """What exactly would go out, by the limits last known; pure, makes no request."""
        return prepare(
            draft,
            account=self.account,
            limits=self._limits,
            visibility=self._settings.visibility,
            language=self._settings.language,
            store=self._tools.store,
        )

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Publish it, part by part, going on from the ticket's receipt. Raises `PlatformError`."""
        with self._line(outgoing) as line:
            return Walk(line, outgoing, ticket, self._tools.clock).send()

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """What became of a request whose answer was lost; see `handlers.parts.Walk.find`."""
        with self._line(outgoing) as line:
            return Walk(line, outgoing, ticket, self._tools.clock).find()

    def check(self) -> Standing:
        """Sign in, learn the server's limits, and try (without posting) whether this token may post.

        Raises `Rejected` or `Unavailable`.
        """
        with self._line(Outgoing(self.account), learn=False) as line:
            me: Any = line.ask(line.api.account_verify_credentials, action="the sign-in")
            if not isinstance(me, dict) or not me.get("acct"):
                raise Rejected(
                    f"{self._who} does not answer as a Mastodon server. "
                    "The owner of the bot corrects `base_url` in zuliprc."
                )
            self._learn(line)
            missing = line.missing_rights(str(me["id"]))
            scopes = tuple(one for one in line.app_scopes() if one not in missing)
            acct = str(me["acct"])
            host = urlsplit(self._settings.base_url).hostname or ""
        warnings = [
            f"{self._who}: the access token lacks the right `{one}`, so the bot cannot {purpose}. "
            "The owner of the account makes a new token with all the rights named in zuliprc.example."
            for one, purpose in missing.items()
        ]
        if me.get("suspended") or me.get("limited"):
            warnings.append(f"{self._who}: the server has suspended or limited this account.")
        return Standing(f"@{acct}" if "@" in acct else f"@{acct}@{host}", scopes, None, tuple(warnings))

    @contextmanager
    def _line(self, outgoing: Outgoing, *, learn: bool = True) -> Iterator[Line]:
        """A line for one piece of work; the server's limits are learned anew once a day."""
        token = self._settings.access_token.get_secret_value().strip()
        line = Line(self._who, self._settings.base_url, token, outgoing, self._tools)
        with line.wire:
            if learn and (self._learned is None or self._tools.clock() - self._learned > DAY):
                with suppress(PlatformError):
                    self._learn(line)
            line.limits = self._limits
            yield line

    def _learn(self, line: Line) -> None:
        """Ask the server for its limits; the old ones stay when it does not tell."""
        self._limits = line.learn() or self._limits
        self._learned = self._tools.clock()
