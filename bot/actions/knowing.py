"""All that is known of the accounts, for `status` in the chat and `social check` on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import twins
from bot.replies.accounts import Facts
from handlers.base import Platform, PlatformError, Standing, Vault
from handlers.oauth import Grant, opened
from storage.database import Database
from storage.models import Delivery
from storage.states import DeliveryState

SLOW: Final = "it does not answer at the moment."


def facts(
    platforms: Mapping[str, Platform],
    titles: Mapping[str, str],
    database: Database,
    vault: Vault,
    patience_s: float | None,
    known: Callable[[], Mapping[str, Standing | str]] = dict,
    keep: Callable[[str, Standing | str], None] = lambda _account, _found: None,
) -> dict[str, Facts]:
    """How every account stands: what is `known`, else it is asked, all side by side, and kept.

    Those that take longer than that many seconds are said to be slow.
    """

    def check(account: str, platform: Platform) -> Standing | str:
        found = _check(platform)
        keep(account, found)
        return found

    have = known()
    pool = ThreadPoolExecutor(max(len(platforms), 1), thread_name_prefix="know")
    asked = {
        account: pool.submit(check, account, platform)
        for account, platform in platforms.items()
        if account not in have
    }
    wait(asked.values(), patience_s)
    pool.shutdown(wait=False, cancel_futures=True)
    found = dict(have)
    found.update({account: future.result() if future.done() else SLOW for account, future in asked.items()})
    found.update(twins.among({account: found[account] for account in platforms}, titles))
    grants = {account: signed_in(vault, account) for account in platforms}
    with database.reading() as session:
        last = {account: _last_out(session, account) for account in platforms}
    return {
        account: Facts(
            titles.get(account, account),
            found[account],
            last[account],
            grants[account].by,
            grants[account].signed_in_at,
        )
        for account in platforms
    }


def signed_in(vault: Vault, account: str) -> Grant:
    """Who signed in and when, without the tokens; empty where they come from the configuration."""
    try:
        found = opened(vault.read(account))
    except PlatformError:  # told by the account's own check
        return Grant()
    return Grant(by=found.by, who=found.who, signed_in_at=found.signed_in_at)


def _check(platform: Platform) -> Standing | str:
    try:
        return platform.check()
    except PlatformError as error:
        return error.of_account


def _last_out(session: Session, account: str) -> datetime | None:
    found = select(Delivery.settled_at).where(
        Delivery.account == account, Delivery.state == DeliveryState.PUBLISHED
    )
    return session.exec(found.order_by(col(Delivery.settled_at).desc()).limit(1)).first()
