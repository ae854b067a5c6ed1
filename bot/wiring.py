"""Where real things are made from a configuration: the database, the chat, the platforms, the desk."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot import clocks
from bot.alone import no_folder
from bot.chat import Chat
from bot.config import Config, load
from bot.desk import Desk
from handlers.base import Platform, Rejected, Tools, Unavailable, holding
from handlers.base import Vault as AnyVault
from handlers.media import Store
from handlers.redaction import know
from handlers.registry import PLATFORMS
from storage.database import Database
from storage.errors import StorageError
from storage.meter import Meter
from storage.vault import Vault, kept_accounts, key_of

Registry = Mapping[str, type[Platform]]


def read_config(path: Path, environ: Mapping[str, str], registry: Registry = PLATFORMS) -> Config:
    """The configuration, held against every platform's own settings. Raises `ConfigError`."""
    return load(path, environ, {name: platform.Settings for name, platform in registry.items()})


def clock_of(config: Config) -> clocks.Clock:
    """The clock of this machine, or the sandbox's where the configuration names one."""
    url = config.social.clock
    return clocks.SandboxClock(url) if url else clocks.machine


def open_database(config: Config, *, migrate: bool = True) -> Database:
    """The database, brought up to date unless another process works with it. Raises `StorageError`."""
    folder = config.social.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise no_folder(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise no_folder(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    database = Database(config.social.database_url.get_secret_value())
    if migrate:
        database.migrate()
        database.must_be_current()
    return database


class Keeping:
    """The vault as platforms see it: trouble with the database is an error of theirs, told before anything is out."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def read(self, account: str) -> dict[str, str]:
        """See `handlers.base.Vault`. Raises `Unavailable`, `Rejected`."""
        with _told():
            return self._vault.read(account)

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        """As above."""
        with _told():
            self._vault.write(account, secrets)

    @contextmanager
    def alone(self, account: str) -> Iterator[None]:
        """As above. What changes something leaves only as long as no other copy has had its turn since."""
        with _told(), self._vault.alone(account) as held, holding(held):
            yield


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise (Unavailable if error.passing else Rejected)(str(error)) from error


def folder_of(config: Config) -> str:
    """What names the data folder, wherever it is mounted: a word in a file in it. Raises `StorageError`."""
    return key_of(config.social.data_dir / "folder.id")


def vault_of(config: Config, database: Database, clock: clocks.Clock) -> Keeping:
    """The stored tokens. Raises `StorageError` when the key cannot be had."""
    secret = config.social.secret_key
    key = secret.get_secret_value() if secret else key_of(config.social.data_dir / "secret.key")
    know(key)
    return Keeping(Vault(database, key, clock))


def key_is_missing(config: Config, database: Database) -> str:
    """A sentence where tokens are stored whose key is gone; empty where all is well, or nothing is stored yet.

    Who only looks must not put a new key in its place: it opens nothing, and looks as if it did.
    """
    path = config.social.data_dir / "secret.key"
    kept = sorted(kept_accounts(database) & set(config.order))
    if config.social.secret_key or path.exists() or not kept:
        return ""
    return (
        f"The key `{path}` is missing, so the stored tokens of {', '.join(kept)} cannot be read. Bring it back from where "
        f"you keep it, or sign in anew: `social login {kept[0].replace(':', ' ')}`."
    )


def awake(config: Config, database: Database) -> Config:
    """With the accounts present to which somebody signed in with `social login`."""
    return config.signed_in(kept_accounts(database))


def tools_of(database: Database, store: Store, vault: AnyVault, clock: clocks.Clock) -> Tools:
    """What every platform is given beside its settings."""
    return Tools(store=store, vault=vault, clock=clock, meter=Meter(database, clock))


def platforms_of(config: Config, tools: Tools, registry: Registry = PLATFORMS) -> dict[str, Platform]:
    """One platform object per present account, in the order of the configuration."""
    return {
        account: registry[account.partition(":")[0]](account, settings, tools)
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


def make_desk(
    config: Config, database: Database, chat: Chat, clock: clocks.Clock, registry: Registry = PLATFORMS
) -> Desk:
    """Everything the actions work with."""
    config = awake(config, database)
    store = Store(config.social.data_dir / "media")
    vault = vault_of(config, database, clock)
    tools = tools_of(database, store, vault, clock)
    desk = Desk(
        config=config,
        chat=chat,
        database=database,
        platforms=platforms_of(config, tools, registry),
        store=store,
        vault=vault,
        clock=clock,
        worker=database.worker,
    )
    desk.appear = lambda: _appear(desk, tools, registry)
    return desk


def _appear(desk: Desk, tools: Tools, registry: Registry) -> list[str]:
    """Accounts to which somebody signed in since the start; whoever goes through the old ones is not disturbed."""
    if not desk.config.waiting:
        return []
    config = awake(desk.config, desk.database)
    new = [account for account in config.accounts if account not in desk.platforms]
    if new:
        made = platforms_of(config, tools, registry)
        # In this order, because other threads read meanwhile: how many approvals an account needs is known before
        # anybody can write a draft for it. Both are replaced, and never changed.
        desk.config = config
        desk.platforms = {name: desk.platforms.get(name, one) for name, one in made.items()}
    return new
