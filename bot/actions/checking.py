"""Whether each account can post: asked at the start and once a day, and shown on the cards that go there."""

from __future__ import annotations

import logging

from bot.desk import Desk
from handlers.base import Platform, PlatformError, Rejected

log = logging.getLogger("social.checking")


def acquaint(desk: Desk, account: str, platform: Platform) -> None:
    """Check one account, and remember what keeps it from posting. Never raises."""
    try:
        standing = platform.check()
    except Rejected as error:
        desk.troubles[account] = str(error)
        log.warning("%s", error, extra={"action": "account_refused", "account": account})
    except PlatformError as error:
        log.warning("%s", error, extra={"action": "account_unreachable", "account": account})
    except Exception:  # a bug in one platform's check must not stop the others
        log.exception(
            "%s: error while checking", account, extra={"action": "check_failed", "account": account}
        )
    else:
        desk.troubles.pop(account, None)
        for warning in standing.warnings:
            log.warning("%s: %s", account, warning, extra={"action": "account_warning", "account": account})
