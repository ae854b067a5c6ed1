"""`social login`: which account, which way, and what is said on the terminal."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot import wiring
from bot.alone import runs
from bot.config import Config, ConfigError
from bot.login import ways
from bot.login.landing import LOOPBACK, START, Landing, Taken
from bot.login.session import Done, Session
from handlers.base import PlatformError, Rejected
from handlers.media import Store
from handlers.oauth import OUT_OF_BAND, Consent, Foreign
from handlers.registry import PLATFORMS
from storage.database import Database
from storage.errors import StorageError

REDIRECT: Final = "http://127.0.0.1:8914/callback"
"""What the app's page at the platform must name, letter for letter (LinkedIn, X); Google's desktop apps take any."""
PATIENCE_S: Final = 15 * 60
"""How long a person may take to sign in."""
TRIES: Final = 5
"""How often something that is no answer may be pasted."""
REFUSED, CONFIG, STORAGE = 1, 3, 5
"""Exit codes (see `cli`)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What stood on the command line."""

    platform: str
    """`x`, or `x:second`."""
    account: str = ""
    config: Path = Path("zuliprc")
    browser: bool = True
    redirect: str = REDIRECT
    by: str = ""
    switch: bool = False


class Mistaken(Exception):
    """Why nobody can sign in like that: one sentence that says what to do."""


class Terminal:
    """Where the person sits."""

    def say(self, text: str) -> None:
        """One line."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def complain(self, text: str) -> None:
        """One line about what went wrong."""
        sys.stderr.write(f"social: {text}\n")
        sys.stderr.flush()

    def read(self) -> str:
        """What the person pastes; it is not shown, for a code is a secret as long as it lives."""
        if not sys.stdin.isatty():
            return sys.stdin.readline()
        try:
            return getpass.getpass("> ")
        except EOFError:
            return ""

    def browse(self, address: str) -> None:
        """Open it in the person's browser, if there is one."""
        webbrowser.open(address)


def main(order: Order, terminal: Terminal | None = None) -> int:
    """Sign in to one account; returns the exit code."""
    terminal = terminal or Terminal()
    try:
        account = named(order)
        config = wiring.read_config(order.config, os.environ)
        account = _configured(config, account)
        return _sign_in(order, config, account, terminal)
    except ConfigError as error:
        terminal.complain(error.told(order.config))
        return CONFIG
    except (Mistaken, Taken, PlatformError) as error:
        terminal.complain(str(error))
        return REFUSED
    except StorageError as error:
        terminal.complain(str(error))
        return STORAGE
    except KeyboardInterrupt:
        terminal.complain("given up; nothing has changed.")
        return REFUSED


def named(order: Order) -> str:
    """The account that the command line means: `x`, `x:second`, `x second`. Raises `Mistaken`."""
    platform, _, own = order.platform.strip().lower().partition(":")
    second = order.account.strip().lower().removeprefix(f"{platform}:")
    if platform not in ways.NEEDS:
        known = ", ".join(ways.NEEDS)
        raise Mistaken(f"One cannot sign in to `{platform}`; to these one can: {known}.")
    if own and second and own != second:
        raise Mistaken(f"`{order.platform}` and `{order.account}` are two different accounts.")
    own = own or second
    return f"{platform}:{own}" if own and own != platform else platform


def _configured(config: Config, account: str) -> str:
    """The account as `zuliprc` has it. Raises `Mistaken` when it has none, or several that may be meant."""
    if account in config.accounts or account in config.waiting:
        return account
    platform = account.partition(":")[0]
    able = [one for one in config.order if one in config.accounts or one in config.waiting]
    others = [one for one in able if one.partition(":")[0] == platform]
    if account == platform and account not in config.order and len(others) == 1:
        return others[0]
    if others and account not in config.order:
        known = (
            f"say `{others[0]}` to sign in to that one"
            if len(others) == 1
            else f"say which: {', '.join(others)}"
        )
        raise Mistaken(f"zuliprc has no section [{account}]. Add it, or {known}.")
    needed = ", ".join(f"`{key}`" for key in ways.NEEDS[platform])
    raise Mistaken(
        f"To sign in, [{account}] in zuliprc must say {needed}. How to get them stands in the README, under "
        "“Signing in”."
    )


def _sign_in(order: Order, config: Config, account: str, terminal: Terminal) -> int:
    running = bool(runs(config))  # it goes on, and reads the new tokens from the database
    database = wiring.open_database(config, migrate=not running)
    try:
        session = _session(order, config, account, database, running=running)
        way = _in_browser if order.browser else _by_pasting
        done = way(order, session, terminal)
    finally:
        database.close()
    if done is None:
        terminal.complain("nobody came back from the browser; nothing has changed.")
        return REFUSED
    for sentence in done.sentences:
        (terminal.say if done.good else terminal.complain)(sentence)
    return 0 if done.good else REFUSED


def _session(order: Order, config: Config, account: str, database: Database, *, running: bool) -> Session:
    clock = wiring.clock_of(config)
    vault = wiring.vault_of(config, database, clock)
    with vault.alone(account):
        vault.read(
            account
        )  # a key that does not fit, or a folder that cannot be written, shows before the browser
    known = account in wiring.awake(config, database).accounts
    kind = PLATFORMS[account.partition(":")[0]]
    own = account.partition(":")[2]
    return Session(
        account,
        f"{kind.title} ({own})" if own else kind.title,
        kind,
        {**config.waiting, **config.accounts}[account],
        wiring.tools_of(database, Store(config.social.data_dir / "media"), vault, clock),
        order.by.strip() or _user(),
        order.switch,
        running,
        known,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in this container
        return ""


def _in_browser(order: Order, session: Session, terminal: Terminal) -> Done | None:
    _must_be_here(order.redirect)
    with Landing(order.redirect) as landing:
        consent = ways.ask(session.settings, session.title, landing.redirect_uri)

        def answered(fields: Mapping[str, str]) -> Done:
            try:
                return session.finish(consent, consent.code_of(fields))
            except Foreign as error:
                terminal.say(str(error))
                raise
            except PlatformError as error:
                return Done(good=False, sentences=(error.of_account,))

        landing.listen(consent.address, answered)
        terminal.say(
            f"Sign in to {session.title} in the browser. If none opens, open this address on this machine:\n"
        )
        terminal.say(f"    {consent.address}\n")
        terminal.say("On a machine without a browser, stop this (Ctrl+C) and use --no-browser.")
        terminal.browse(landing.start)
        return landing.wait(PATIENCE_S)


def _must_be_here(redirect: str) -> None:
    try:
        parts = urlsplit(redirect)
        good = parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port is not None
    except ValueError:
        good = False
    if not good or parts.path == START or parts.query or parts.fragment:
        raise Mistaken(
            f"The browser can come back only to an address of this machine with its port, such as `{REDIRECT}`. "
            "With another `--redirect`, use `--no-browser` too."
        )


def _by_pasting(order: Order, session: Session, terminal: Terminal) -> Done:
    redirect = order.redirect
    if order.redirect == REDIRECT and session.account.partition(":")[0] == "mastodon":
        redirect = OUT_OF_BAND  # the server shows the code by itself
    consent = ways.ask(session.settings, session.title, redirect)
    shown = (
        "the code that you are shown"
        if redirect == OUT_OF_BAND
        else _AFTERWARDS.format(
            start=redirect, haste=_HASTE if session.account.partition(":")[0] == "x" else ""
        )
    )
    terminal.say(f"Open this address in any browser and sign in to {session.title}:\n")
    terminal.say(f"    {consent.address}\n")
    terminal.say(f"Then paste {shown} here, and press Enter. What you paste is not shown.")
    return _pasted(session, consent, terminal)


_AFTERWARDS: Final = (
    "the whole address that the browser was sent to (it begins with {start}; that the page cannot be shown there "
    "does not matter{haste})"
)
_HASTE: Final = "; be quick, X's answer is good for 30 seconds"


def _pasted(session: Session, consent: Consent, terminal: Terminal) -> Done:
    for _ in range(TRIES):
        text = terminal.read().strip()
        if not text:
            break
        try:
            return session.finish(consent, consent.code_in(text))
        except Foreign as error:
            terminal.say(str(error))
    raise Rejected("Given up; nothing has changed.")
