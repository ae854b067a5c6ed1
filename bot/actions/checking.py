"""Whether each account can post: asked at the start and once a day, and shown on the cards that go there."""

from __future__ import annotations

import logging

from bot.actions import knowing, warning
from bot.desk import Desk
from handlers.base import Platform, PlatformError, Rejected
from storage.errors import StorageError

log = logging.getLogger("social.checking")


def acquaint(desk: Desk, account: str, platform: Platform) -> None:
    """Check one account, remember what keeps it from posting, and tell what people must know. Never raises."""
    try:
        _acquaint(desk, account, platform)
    except StorageError as error:
        log.warning("%s", error, extra={"action": "storage_trouble", "account": account})
    except Exception:  # a bug in one platform's check must not stop the others
        log.exception(
            "%s: error while checking", account, extra={"action": "check_failed", "account": account}
        )


def signed_in_anew(desk: Desk) -> list[str]:
    """Accounts in trouble to which somebody signed in since they were tried; each is told once."""
    found = []
    for account, tried in list(desk.tried.items()):
        if knowing.signed_in(desk.vault, account).signed_in_at != tried:
            desk.tried.pop(account, None)
            found.append(account)
    return found


def _acquaint(desk: Desk, account: str, platform: Platform) -> None:
    signed_in_at = knowing.signed_in(desk.vault, account).signed_in_at
    try:
        standing = platform.check()
    except Rejected as error:
        desk.troubles[account] = str(error)
        desk.tried[account] = signed_in_at
        log.warning("%s", error, extra={"action": "account_refused", "account": account})
        warning.stopped(desk, account, str(error), desk.clock())
    except PlatformError as error:
        log.warning("%s", error, extra={"action": "account_unreachable", "account": account})
    else:
        desk.troubles.pop(account, None)
        desk.tried.pop(account, None)
        for one in standing.warnings:
            log.warning("%s: %s", account, one, extra={"action": "account_warning", "account": account})
        warning.works(desk, account, standing, desk.clock())
