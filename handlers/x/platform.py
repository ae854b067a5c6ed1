"""The platform of the contract: one account on X."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

from handlers import base
from handlers.base import Draft, Outgoing, PlatformError, Published, Standing, Ticket, Tools
from handlers.parts import Walk
from handlers.x.preparing import prepare
from handlers.x.service import Line, Me
from handlers.x.settings import RIGHTS, Pair, XSettings, signs_in


class X:
    """See `handlers.base.Platform`."""

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    Settings: ClassVar[type[base.Settings]] = XSettings

    def __init__(self, account: str, settings: XSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._who = self.title if account == self.name else f"{self.title} ({account.partition(':')[2]})"
        self._pair = Pair(account, settings, tools, self._who)
        self._me: Me | None = None

    def prepare(self, draft: Draft) -> Outgoing:
        """What exactly would go out; pure, makes no request."""
        return prepare(draft, account=self.account, store=self._tools.store)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Publish it, part by part, going on from the ticket's receipt. Raises `PlatformError`."""
        with self._line() as line:
            with suppress(PlatformError):
                line.who_am_i()  # only for the address; what stands in the way of posting will show itself
            return Walk(line, outgoing, ticket, self._tools.clock).send()

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """What became of a request whose answer was lost; see `handlers.parts.Walk.find`."""
        with self._line() as line:
            return Walk(line, outgoing, ticket, self._tools.clock).find()

    def check(self) -> Standing:
        """Sign in and see whether this account may post. Raises `Rejected` or `Unavailable`."""
        with self._line() as line:
            line.me = None
            me = line.who_am_i()
            warnings = self._warnings(line)
        return Standing(f"@{me.username or me.id}", line.scopes, None, tuple(warnings))

    def _warnings(self, line: Line) -> list[str]:
        anew = signs_in(self.account, self._settings)
        if self._settings.oauth1:
            level = line.wire.last.headers.get("x-access-level", "") if line.wire.last else ""
            if level == "read":
                told = f"{self._who}: the keys may read but not post. The owner of the app allows “read and write” "
                return [told + "at console.x.com, makes a new access token and puts it into zuliprc."]
            return []
        missing = [one for one in RIGHTS if one not in line.scopes] if line.scopes else []
        warnings = [f"{self._who}: the sign-in lacks {', '.join(missing)}. {anew}"] if missing else []
        if not self._pair.renewable(self._pair.grant()):
            warnings.append(f"{self._who}: the sign-in ends within two hours and cannot be renewed. {anew}")
        return warnings

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A line for one piece of work, knowing who we are if that was asked before."""
        line = Line(self._who, self.account, self._settings, self._pair, self._tools)
        line.me = self._me
        with line.wire:
            try:
                yield line
            finally:
                self._me = line.me or self._me
