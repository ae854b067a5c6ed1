"""The platform of the contract: one account on X."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import ClassVar

from handlers import base
from handlers.base import (
    Barred,
    Draft,
    Outgoing,
    PlatformError,
    Problem,
    Published,
    Standing,
    Ticket,
    Tools,
)
from handlers.media import Media
from handlers.naming import called
from handlers.parts import Trying, Walk
from handlers.x.addresses import number_of
from handlers.x.asked import Answer, Asked
from handlers.x.line import Line, Me
from handlers.x.preparing import prepare
from handlers.x.service import Posting, spent_for
from handlers.x.settings import RIGHTS, Pair, XSettings, secret, signs_in
from handlers.x.spending import ALT_TEXT, READ_USER, Spending, price, price_of


class X:
    """See `handlers.base.Platform`."""

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    Settings: ClassVar[type[base.Settings]] = XSettings

    def __init__(self, account: str, settings: XSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._who = called(self.title, account)
        self._pair = Pair(account, settings, tools, self._who)
        self._spending = Spending(account, self._who, settings.monthly_budget_usd, tools)
        self._asked = Asked(account, tools)
        self._me: Me | None = None

    def prepare(self, draft: Draft) -> Outgoing:
        """What exactly would go out; makes no request. It is told where the month's budget has not enough left for it."""
        outgoing = prepare(
            draft,
            account=self.account,
            store=self._tools.store,
            budget=self._settings.monthly_budget_usd,
            premium=self._settings.premium,
        )
        told = self._spending.told_before(outgoing.price)
        return replace(outgoing, problems=(*outgoing.problems, Problem(told))) if told else outgoing

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Publish it, part by part, going on from the ticket's receipt. Raises `PlatformError`."""
        with self._line() as line:
            walk, posting = self._walk(line, outgoing, ticket)
            lost = walk.progress.trying
            if lost is None:
                self._spending.must_have(_to_pay(walk))
            with suppress(PlatformError):
                line.who_am_i()  # only for the address; what stands in the way of posting will show itself
            try:
                return walk.send()
            finally:
                self._account_for(walk, posting, lost)

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """What became of a request whose answer was lost; see `handlers.parts.Walk.find`."""
        with self._line() as line:
            walk, posting = self._walk(line, outgoing, ticket)
            lost = walk.progress.trying
            found = walk.find()
            if lost is not None and walk.progress.trying is not None:  # it is certain that it is not out
                self._spending.give_back(spent_for(lost.key, lost.number))
            self._account_for(walk, posting, lost)
            return found

    def number_of(self, link: str) -> str | None:
        """See `handlers.base.Platform`."""
        return number_of(link, self._settings.web_url)

    def check(self) -> Standing:
        """Sign in and see whether this account may post; who it is, is asked once a day. Raises as in the contract."""
        left = self._spending.left()
        if left is not None and left < READ_USER:
            who = f"@{self._me.username or self._me.id}" if self._me else "not asked"
            told = (
                f"{self._who}: this month's budget is used up, so nothing goes out there until the next month. "
                f"The owner of the bot may raise `monthly_budget_usd` of `[{self.account}]` in zuliprc."
            )
            use = self._spending.use()
            return Standing(who, (), None, (told,), (use,), identity=self._me.id if self._me else "")
        with self._line() as line:
            line.sign_in()
            known = self._asked.today(self._sign_in)
            if known is None:
                line.me = None
                me = line.who_am_i()
                level = line.wire.last.headers.get("x-access-level", "") if line.wire.last else ""
                known = Answer(me, level)
                self._asked.keep(self._sign_in, known)
            line.me = me = known.me
            warnings = self._warnings(line, known.level)
        use = self._spending.use()
        return Standing(
            f"@{me.username or me.id}", line.scopes, None, tuple(warnings), (use,), identity=me.id
        )

    def _walk(self, line: Line, outgoing: Outgoing, ticket: Ticket) -> tuple[Walk, Posting]:
        posting = Posting(line, self._settings.web_url, self._tools, outgoing.poll)
        return Walk(posting, outgoing, ticket, self._tools.clock), posting

    def _account_for(self, walk: Walk, posting: Posting, lost: Trying | None) -> None:
        """What certainly did not go out cost nothing; what turned out to be out was paid for."""
        progress, parts = walk.progress, walk.outgoing.parts
        number = len(progress.out)
        if lost is not None and lost.number < number and lost.number not in posting.posted:
            self._spending.count(price_of(parts[lost.number]), spent_for(lost.key, lost.number))
        if progress.trying is None and number < len(parts):
            self._spending.give_back(spent_for(walk.ticket.key, number))

    @property
    def _sign_in(self) -> str:
        """What tells one sign-in from another, whatever became of its tokens since."""
        if self._settings.oauth1:
            return secret(self._settings.access_token)
        at = self._pair.grant().signed_in_at
        return (
            at.isoformat()
            if at
            else secret(self._settings.refresh_token) + secret(self._settings.access_token)
        )

    def _warnings(self, line: Line, level: str) -> list[str]:
        anew = signs_in(self.account, self._settings)
        if self._settings.oauth1:
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
        line = Line(self._who, self._settings, self._pair, self._spending, self._tools, self.account)
        line.me = self._me
        with line.wire:
            try:
                yield line
            except Barred:
                self._asked.forget()
                raise
            finally:
                self._me = line.me or self._me


def _to_pay(walk: Walk) -> int:
    """What the rest of a delivery costs; a file that is there already has its alt text."""
    progress, parts = walk.progress, walk.outgoing.parts
    described = sum(bool(media.alt) for media in _brought(walk))
    return price(parts[len(progress.out) :]) - ALT_TEXT * described


def _brought(walk: Walk) -> list[Media]:
    """The files of the next part that are there."""
    number = len(walk.progress.out)
    files = walk.outgoing.parts[number].media if number < len(walk.outgoing.parts) else ()
    known = walk.progress.files
    return [media for at, media in enumerate(files) if (one := known.get(f"{number}.{at}")) and one.id]
