"""`social check`: every credential and permission tried, one line each with what to do."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from typing_extensions import override

from bot import wiring
from bot.actions import alarming, electing, homing, knowing
from bot.alone import runs
from bot.chat import Chat, ChatError, Down, Place, files
from bot.config import Config, ConfigError
from bot.replies import accounts, alarms
from bot.replies.words import count
from bot.rules import Electorate
from handlers.base import PlatformError, Standing
from handlers.media import Store
from handlers.zulip import channel_rules
from handlers.zulip.settings import ZulipSettings
from storage.database import Database
from storage.errors import StorageError

_WHAT_THEN: Final = {
    True: "Look whether it runs, and whether `site` in [api] is its address.",
    False: "Compare [api] in your zuliprc with the bot's in Zulip's settings.",
}
"""What to do when the bot is not let in; True: Zulip does not answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer."""

    good: bool
    text: str

    @override
    def __str__(self) -> str:
        """With a mark that also reads well without colours."""
        return f"{'ok  ' if self.good else 'FAIL'} {self.text}"


def main(path: Path) -> int:
    """Print one line per check; 0 if all is well, 1 if something must be done, 3 for a bad configuration."""
    try:
        config = wiring.read_config(path, os.environ)
    except ConfigError as error:
        for problem in error.problems:
            _print(Finding(good=False, text=problem))
        return 3
    _print(Finding(good=True, text=f"{path} is complete."))
    for warning in config.warnings:
        _print(Finding(good=False, text=warning))
    failed = bool(config.warnings)
    for finding in findings(config):
        _print(finding)
        failed = failed or not finding.good
    return 1 if failed else 0


def _print(finding: Finding) -> None:
    sys.stdout.write(f"{finding}\n")
    sys.stdout.flush()


def findings(config: Config) -> Iterator[Finding]:
    """Everything that can be tried, in the order in which it should be mended.

    Tables of an older version are left as they are: others may work with them, and there would be no way back.
    """
    try:
        running = bool(runs(config))
        database = wiring.open_database(config, migrate=False)
        try:
            if database.is_empty():
                database.migrate()
            database.must_be_current()
        except StorageError:
            database.close()
            raise
    except StorageError as error:
        yield Finding(good=False, text=f"Database: {error}")
        return
    how = "the bot is running with it" if running else "is up to date"
    yield Finding(good=True, text=f"The database can be opened and {how}.")
    try:
        chat = wiring.chat_of(config)
        yield from _chat(config, chat, database)
        yield from _accounts(config, database)
    finally:
        database.close()


def _chat(config: Config, chat: Chat, database: Database) -> Iterator[Finding]:
    try:
        homing.recall(chat, database)
        chat.listen()
    except ChatError as error:
        said = str(error).rstrip()
        stop = "" if said.endswith((".", "!", "?")) else "."
        yield Finding(
            good=False,
            text=f"Zulip: {said}{stop} {_WHAT_THEN[isinstance(error, Down)]}",
        )
        return
    try:
        yield Finding(
            good=True, text=f"Zulip lets the bot in as “{chat.me.name}” (feature level {chat.level})."
        )
        yield from _home(config, chat)
        yield from _approvers(config, chat, database)
        yield from _emoji(config, chat)
    finally:
        chat.leave()


def _home(config: Config, chat: Chat) -> Iterator[Finding]:
    if not chat.at_home:
        yield Finding(
            good=False,
            text=f"The bot is not in #{config.social.channel}: subscribe it (channel settings, “Add subscribers”), "
            "or correct `channel`.",
        )
        return
    yield Finding(good=True, text=f"The bot is in #{chat.home_name}.")
    yield _try("It can read there.", "It cannot read there", lambda: chat.since(max(chat.newest() - 1, 0)))
    yield _try(
        "It can upload files.",
        "It cannot upload files",
        lambda: files.upload(chat, files.of_bytes("check.txt", "text/plain", b"social check")),
    )
    yield from _closed(config, chat)
    yield _try(
        "It can post and react.", "It cannot post to itself or react", lambda: _post_and_react(config, chat)
    )


def _closed(config: Config, chat: Chat) -> Iterator[Finding]:
    """Its answers go there, so nothing can be tried: the channel's settings tell whether it may write."""
    api = config.api
    settings = ZulipSettings(site=api.site, email=api.email, key=api.key, channel=chat.home_name)
    try:
        refused = channel_rules.closed(settings, chat.home)
    except PlatformError as error:
        refused = error.of_account
    if refused:
        yield Finding(good=False, text=refused)


def _post_and_react(config: Config, chat: Chat) -> None:
    """A message that only the bot and its owner's logs see: to itself."""
    message_id = chat.say(Place(user_ids=(chat.directory.me,)), "`social check` was here.")
    emoji = chat.emoji(config.social.approve_emoji[0])
    if emoji is not None:
        chat.react(message_id, emoji)


def _approvers(config: Config, chat: Chat, database: Database) -> Iterator[Finding]:
    with database.transaction() as session:
        who = electing.electorate_of(config.social.approvers, chat.directory, session)
    yield _able(config, chat, who)
    if way_in := electing.way_in(who, chat.directory):
        yield Finding(good=False, text=f"Approvers: {way_in}")


def _able(config: Config, chat: Chat, who: Electorate) -> Finding:
    if who.trouble:
        return Finding(good=False, text=f"Approvers: {who.trouble}")
    if who.unknown:
        return Finding(good=False, text=f"Approvers: {who.unknown}")
    if who.members is None or config.social.approvers.kind == "members":
        return Finding(good=True, text="Approvers: every full member of the organization.")
    people = [chat.directory.person(one) for one in who.members]
    able = sorted(one.name for one in people if one.active and not one.guest and not one.is_bot)
    if not able:
        return Finding(
            good=False, text=f"Approvers: “{who.name}” has nobody who may approve: add people to it."
        )
    if len(able) < config.social.approvals + (0 if config.social.self_approval else 1):
        return Finding(
            good=False,
            text=f"Approvers: only {', '.join(able)} in “{who.name}”: too few for "
            f"{count(config.social.approvals, 'approval')} by others than the author.",
        )
    return Finding(good=True, text=f"Approvers: {', '.join(able)} (“{who.name}”).")


def _emoji(config: Config, chat: Chat) -> Iterator[Finding]:
    if missing := alarming.unknown_emoji(config, chat):
        yield Finding(good=False, text=alarms.no_emoji(missing))


def _accounts(config: Config, database: Database) -> Iterator[Finding]:
    if missing := wiring.key_is_missing(config, database):
        yield Finding(good=False, text=missing)
        key = SecretStr(secrets.token_urlsafe(32))  # opens nothing, and is kept nowhere
        config = config.model_copy(update={"social": config.social.model_copy(update={"secret_key": key})})
    config = wiring.awake(config, database)
    clock = wiring.clock_of(config)
    with tempfile.TemporaryDirectory() as folder:
        vault = wiring.vault_of(config, database, clock)
        tools = wiring.tools_of(database, Store(Path(folder)), vault, clock)
        platforms = wiring.platforms_of(config, tools)
        if not platforms:
            yield Finding(good=False, text="No platform account is configured: add one, such as [mastodon].")
        known = knowing.facts(platforms, {}, database, vault, None)
    for account, facts in known.items():
        first, *warnings = accounts.plain(facts)
        yield Finding(good=isinstance(facts.found, Standing), text=f"{account}: {first}")
        yield from (Finding(good=False, text=f"{account}: {one}") for one in warnings)
    for name in config.absent:
        hint = f" `social login {name}` signs in." if name in config.waiting else ""
        yield Finding(good=True, text=f"{name}: no credentials, so it is left out.{hint}")


def _try(good: str, bad: str, work: Callable[[], object]) -> Finding:
    try:
        work()
    except ChatError as error:
        return Finding(good=False, text=f"{bad}: {error}")
    return Finding(good=True, text=good)
