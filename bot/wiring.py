"""Where real things are made from a configuration: the database, the chat, the platforms, the desk."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from bot import clocks
from bot.chat import Chat
from bot.config import Config, load
from bot.desk import Desk
from handlers.base import Platform, Tools
from handlers.media import Store
from handlers.registry import PLATFORMS
from storage.database import Database
from storage.errors import StorageError
from storage.vault import Vault, key_of


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration, held against every platform's own settings. Raises `ConfigError`."""
    return load(path, environ, {name: platform.Settings for name, platform in PLATFORMS.items()})


def clock_of(config: Config) -> clocks.Clock:
    """The clock of this machine, or the sandbox's where the configuration names one."""
    url = config.social.clock
    return clocks.SandboxClock(url) if url else clocks.machine


def open_database(config: Config) -> Database:
    """The database, brought up to date. Raises `StorageError`."""
    config.social.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(config.social.database_url.get_secret_value())
    database.migrate()
    return database


def platforms_of(
    config: Config, database: Database, store: Store, clock: clocks.Clock
) -> dict[str, Platform]:
    """One platform object per configured account, in the order of the configuration."""
    secret = config.social.secret_key
    key = secret.get_secret_value() if secret else key_of(config.social.data_dir / "secret.key")
    tools = Tools(store=store, vault=Vault(database, key), clock=clock)
    return {
        account: PLATFORMS[account.partition(":")[0]](account, settings, tools)
        for account, settings in config.accounts.items()
    }


def chat_of(config: Config, stop: threading.Event | None = None) -> Chat:
    """The connection to Zulip; makes no request yet. A set `stop` cuts waiting short."""
    return Chat(
        email=config.api.email,
        key=config.api.key.get_secret_value(),
        site=config.api.site,
        channel=config.social.channel,
        pause=stop.wait if stop else None,
    )


def make_desk(config: Config, database: Database, chat: Chat, clock: clocks.Clock) -> Desk:
    """Everything the actions work with."""
    store = Store(config.social.data_dir / "media")
    return Desk(
        config=config,
        chat=chat,
        database=database,
        platforms=platforms_of(config, database, store, clock),
        store=store,
        clock=clock,
        worker=f"{socket.gethostname()}:{os.getpid()}",
    )


def keep_alone(config: Config) -> IO[str] | None:
    """Hold the data folder for this process as long as the answer is kept open; only for SQLite.

    Raises `StorageError` if another process has it: two would release the same posts.
    """
    if not config.social.database_url.get_secret_value().startswith("sqlite"):
        return None
    import fcntl

    held = (config.social.data_dir / "running").open("a+", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.seek(0)
        who = held.read().strip() or "another process"
        held.close()
        raise StorageError(
            f"The bot runs already with this database ({who}). Stop it first; with PostgreSQL several may run."
        ) from None
    held.truncate(0)
    held.write(f"{socket.gethostname()}, process {os.getpid()}")
    held.flush()
    return held
