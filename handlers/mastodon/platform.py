"""The platform of the contract: one account on one Mastodon-like server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from handlers import base
from handlers.base import Barred, Draft, Outgoing, PlatformError, Published, Rejected, Standing, Ticket, Tools
from handlers.links import server_of
from handlers.mastodon.addresses import number_of
from handlers.mastodon.limits import Limits
from handlers.mastodon.line import Line
from handlers.mastodon.preparing import prepare
from handlers.mastodon.service import Posting
from handlers.mastodon.settings import APP, MastodonSettings
from handlers.naming import called
from handlers.oauth import Client, Grant, Tokens
from handlers.parts import Walk

DAY: Final = timedelta(days=1)
AGAIN: Final = timedelta(minutes=10)
"""After so long a server is asked again that did not tell its limits."""


class Mastodon:
    """See `handlers.base.Platform`. The server's limits are those last told: asked once a day, and at `check`."""

    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    Settings: ClassVar[type[base.Settings]] = MastodonSettings

    def __init__(self, account: str, settings: MastodonSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._limits = Limits()
        self._sensitive = False
        """Whether the account's own setting hides the files of all its posts, as the last check saw it."""
        self._whose: dict[str, str] = {}
        """Fingerprint of a token -> the number of its account."""
        self._ask_at: datetime | None = None
        """When the server is asked for its limits again."""
        self._who = called(self.title, account)
        token = settings.access_token
        self._tokens = Tokens(
            account,
            Grant(access=token.get_secret_value().strip() if token else ""),
            Client(f"{settings.base_url}/oauth/token", "", ""),
            tools,
            lambda _code, _grant: self._not_signed_in(),
        )

    def prepare(self, draft: Draft) -> Outgoing:
        """What exactly would go out, by the limits last known; pure, makes no request."""
        return prepare(
            draft,
            account=self.account,
            who=self._who,
            limits=self._limits,
            visibility=self._settings.visibility,
            language=self._settings.language,
            store=self._tools.store,
            sensitive=self._sensitive,
        )

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Publish it, part by part, going on from the ticket's receipt. Raises `PlatformError`."""
        with self._line() as line:
            return self._walk(line, outgoing, ticket).send()

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """What became of a request whose answer was lost; see `handlers.parts.Walk.find`."""
        with self._line() as line:
            return self._walk(line, outgoing, ticket).find()

    def repeats(self, outgoing: Outgoing, ticket: Ticket) -> bool:
        """See `handlers.base.Repeater`."""
        try:
            with self._line() as line:
                return self._walk(line, outgoing, ticket).repeats()
        except PlatformError:
            return False

    def _walk(self, line: Line, outgoing: Outgoing, ticket: Ticket) -> Walk:
        posting = Posting(line, self._limits, outgoing, ticket, self._tools, self._whose)
        return Walk(posting, outgoing, ticket, self._tools.clock)

    def number_of(self, link: str) -> str | None:
        """See `handlers.base.Platform`."""
        return number_of(link, self._settings.base_url)

    def check(self) -> Standing:
        """Sign in, learn the server's limits, and try (without posting) whether this token may post.

        Raises `Rejected` or `Unavailable`.
        """
        with self._line(learn=False) as line:
            me: Any = line.ask(line.api.account_verify_credentials, action="the sign-in")
            if not isinstance(me, dict) or not me.get("acct"):
                raise Rejected(
                    f"{self._who} does not answer as a Mastodon server. "
                    "The owner of the bot corrects `base_url` in zuliprc."
                )
            self._learn(line)
            missing = line.missing_rights(str(me["id"]))
            scopes = tuple(one for one in line.app_scopes() if one not in missing)
        warnings = [
            f"{self._who}: the access token lacks the right `{one}`, so the bot cannot {purpose}. "
            "The owner of the account makes a new token with all the rights named in zuliprc.example."
            for one, purpose in missing.items()
        ]
        self._sensitive = self._limits.marks_sensitive and _is_sensitive(me)
        if self._sensitive:
            warnings.append(
                f"{self._who}: the server hides the pictures and videos of every post of this account behind a click. If that "
                "is not meant, its owner takes “Always mark media as sensitive” away there, in Preferences."
            )
        if me.get("suspended") or me.get("limited"):
            warnings.append(f"{self._who}: the server has suspended or limited this account.")
        acct, host = str(me["acct"]), urlsplit(self._settings.base_url).hostname or ""
        who = f"@{acct}" if "@" in acct else f"@{acct}@{host}"
        return Standing(
            who, scopes, None, tuple(warnings), identity=f"{server_of(self._settings.base_url)} {me['id']}"
        )

    @contextmanager
    def _line(self, *, learn: bool = True) -> Iterator[Line]:
        """A line for one piece of work; the server's limits are learned anew once a day."""
        grant = self._tokens.grant()
        if not grant.access:
            raise self._not_signed_in()
        made_here = APP if grant.signed_in_at else ""
        line = Line(self._who, self._settings.base_url, grant.access, self._tools, app=made_here)
        with line.wire:
            if learn and (self._ask_at is None or self._tools.clock() >= self._ask_at):
                with suppress(PlatformError):
                    self._learn(line)
            yield line

    def _learn(self, line: Line) -> None:
        """Ask the server for its limits; the old ones stay when it does not tell."""
        self._ask_at = self._tools.clock() + AGAIN
        limits = line.learn()
        if limits is not None:
            self._limits = limits
            self._ask_at = self._tools.clock() + DAY

    def _not_signed_in(self) -> Barred:
        return Barred(
            f"{self._who} is not signed in. The owner of the account runs `social login {self.account}`, "
            "or puts an `access_token` into zuliprc."
        )


def _is_sensitive(me: dict[str, Any]) -> bool:
    """Whether the account's setting marks what it posts as sensitive."""
    source = me.get("source")
    return isinstance(source, dict) and source.get("sensitive") is True
