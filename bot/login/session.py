"""What comes after the consent: a code becomes tokens, the tokens are tried, and only what works is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.base import Platform, Rejected, Settings, Standing, Tools, Unavailable
from handlers.oauth import Consent, Grant, opened, sealed, spoken
from handlers.web import Web


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a sign-in, in sentences for the person who did it."""

    good: bool
    sentences: tuple[str, ...]


class Trial:
    """A vault for one account's new tokens alone: what they are renewed to while they are tried is not lost."""

    def __init__(self, account: str, secrets: Mapping[str, str]) -> None:
        self._account = account
        self._secrets = dict(secrets)
        self._lock = threading.Lock()

    def read(self, account: str) -> dict[str, str]:
        """See `handlers.base.Vault`."""
        return dict(self._secrets) if account == self._account else {}

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        """See `handlers.base.Vault`."""
        if account == self._account:
            self._secrets = dict(secrets)

    @contextmanager
    def alone(self, account: str) -> Iterator[None]:  # noqa: ARG002 - there is but one
        """See `handlers.base.Vault`."""
        with self._lock:
            yield


@dataclass(frozen=True, slots=True)
class Session:
    """One person signing in to one account."""

    account: str
    title: str
    kind: type[Platform]
    settings: Settings
    tools: Tools
    by: str
    switch: bool
    """Whether it may be another account of the platform than before."""
    running: bool = False
    """Whether a bot runs with the same database."""
    present: bool = True
    """Whether a running bot knows the account already."""

    def finish(self, consent: Consent, code: str) -> Done:
        """Exchange the code at once (X's lives 30 s), try the tokens, keep them.

        Raises `Rejected` and `Unavailable`; then nothing has changed.
        """
        with Web.open(consent.title) as web:
            grant = consent.exchange(web, code, self.tools.clock())
        grant = replace(grant, by=self.by, signed_in_at=self.tools.clock())
        trial = Trial(self.account, sealed(grant))
        try:
            standing = self.kind(self.account, self.settings, replace(self.tools, vault=trial)).check()
        except Unavailable as error:
            self._keep(trial, "")
            return Done(
                good=True, sentences=(f"{self.title}: signed in, but it could not be tried yet. {error}",)
            )
        self._must_be_the_same(standing)
        self._keep(trial, standing.who)
        return Done(good=True, sentences=self._said(standing, opened(trial.read(self.account))))

    def _must_be_the_same(self, standing: Standing) -> None:
        """A slip of the browser's sign-in must not make the bot post as somebody else."""
        before = opened(self.tools.vault.read(self.account)).who
        if before and before != standing.who and not self.switch:
            raise Rejected(
                f"{self.title}: you signed in as {standing.who}, but this account was {before} until now, so nothing "
                f"has changed. Sign out there and sign in as {before}, or add `--switch` to post as {standing.who} "
                "from now on."
            )

    def _keep(self, trial: Trial, who: str) -> None:
        vault = self.tools.vault
        with vault.alone(self.account):  # a renewal of the old tokens must not overwrite the new ones
            vault.write(self.account, trial.read(self.account) | ({"who": who} if who else {}))

    def _said(self, standing: Standing, grant: Grant) -> tuple[str, ...]:
        ends = standing.expires_at
        until = f", until {spoken(ends)}" if ends else _how_long(grant, self.tools.clock())
        may = ", ".join(one.rpartition("/")[2] for one in standing.scopes or grant.scopes)
        said = [f"{self.title}: signed in as {standing.who}{until}.", *([f"It may: {may}."] if may else [])]
        if self.running:
            said.append(
                "The running bot uses it from now on."
                if self.present
                else "The running bot knows this account after its next start."
            )
        return (*said, *standing.warnings)


def _how_long(grant: Grant, now: datetime) -> str:
    """Where the platform's check told no end."""
    if grant.refresh:
        return (
            f", until {spoken(grant.refresh_expires_at)}"
            if grant.refresh_expires_at
            else "; it is renewed by itself"
        )
    if grant.expires_at is not None and grant.expires_at > now:
        return f", until {spoken(grant.expires_at)}, and it cannot be renewed"
    return ""
