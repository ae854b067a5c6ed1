"""Whether each account can post: asked at the start and once a day, and shown on the cards that go there."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.actions import knowing, twins, warning
from bot.desk import Desk
from handlers.base import Barred, Platform, PlatformError, Rejected, Standing
from storage.errors import StorageError

log = logging.getLogger("social.checking")

LOOK_EVERY: Final = timedelta(minutes=1)
"""How often it is looked whether somebody signed in to an account that was left out."""


class Superseded(Exception):
    """A later check of the same account began meanwhile."""


def acquaint(desk: Desk, account: str, platform: Platform) -> None:
    """Check one account, remember what keeps it from posting, and tell what people must know. Never raises."""
    try:
        _acquaint(desk, account, platform)
    except StorageError as error:
        log.warning("%s", error, extra={"action": "storage_trouble", "account": account})
    except Superseded as late:
        log.info("%s", late, extra={"action": "check_late", "account": account})
    except Exception:  # a bug in one platform's check must not stop the others
        log.exception(
            "%s: error while checking", account, extra={"action": "check_failed", "account": account}
        )


def signed_in_anew(desk: Desk) -> list[str]:
    """Accounts to be tried now, each told once: to which somebody signed in since they were tried, or for the
    first time since the start, and those that took a post though they were said not to.
    """
    found = [*_appeared(desk, desk.clock()), *(one for one in list(desk.troubles) if one in desk.took)]
    desk.took.difference_update(found)
    desk.proven.update(one for one in found if one in desk.troubles)
    for account, tried in list(desk.tried.items()):
        if knowing.signed_in(desk.vault, account).signed_in_at != tried:
            desk.tried.pop(account, None)
            desk.proven.add(account)
            found.append(account)
    return list(dict.fromkeys(found))


def _appeared(desk: Desk, now: datetime) -> list[str]:
    """The stored sign-ins are looked at once a minute, by a clock that may be set."""
    if desk.looked_at <= now < desk.looked_at + LOOK_EVERY:
        return []
    desk.looked_at = now
    found = desk.appear()
    for account in found:
        log.info("%s is here from now on", account, extra={"action": "account_appeared", "account": account})
        warning.appeared(desk, account, now)
    return found


def barred(desk: Desk, account: str, trouble: Barred) -> None:
    """A post was refused because of the account: people are told at once, once for all its posts. Never raises."""
    log.warning("%s", trouble, extra={"action": "account_refused", "account": account})
    try:
        desk.known.keep(account, str(trouble), desk.clock())
        desk.took.discard(account)
        desk.proven.discard(account)
        desk.tried[account] = knowing.signed_in(desk.vault, account).signed_in_at
        warning.stopped(desk, account, str(trouble), desk.clock(), checked=trouble.checked)
    except StorageError as error:
        log.warning("%s", error, extra={"action": "storage_trouble", "account": account})


def published(desk: Desk, account: str) -> None:
    """Something went out there: what was said against the account is over."""
    if account in desk.troubles:
        desk.took.add(account)


def _acquaint(desk: Desk, account: str, platform: Platform) -> None:
    signed_in_at = knowing.signed_in(desk.vault, account).signed_in_at
    this = desk.checked_by[account] = object()

    def must_count() -> None:
        if desk.checked_by.get(account) is not this:
            raise Superseded(f"{account}: a check that was given up came to its end")

    try:
        try:
            standing = platform.check()
        finally:
            must_count()
        desk.known.keep(account, standing, desk.clock())
    except Rejected as error:
        desk.known.keep(account, error.of_account, desk.clock())
        desk.troubles[account] = str(error)
        desk.tried[account] = signed_in_at
        log.warning("%s", error, extra={"action": "account_refused", "account": account})
        warning.stopped(desk, account, str(error), desk.clock())
    except PlatformError as error:
        log.warning("%s", error, extra={"action": "account_unreachable", "account": account})
    else:
        # of two names of one account, checked side by side, the second may not be said to work
        with desk.judging:
            _judged(desk, account, standing)


def _judged(desk: Desk, account: str, standing: Standing) -> None:
    """It answered; say of it, and of the other names of the same account, what has to be said."""
    seconds = twins.note(desk, account, standing)
    for name, sentence in seconds.items():
        desk.troubles[name] = sentence
        log.warning("%s", sentence, extra={"action": "account_twice", "account": name})
        warning.stopped(desk, name, sentence, desk.clock())
    if account in seconds:
        return
    if account not in desk.proven and warning.still_barred(desk, account):
        return
    desk.proven.discard(account)
    desk.troubles.pop(account, None)
    desk.tried.pop(account, None)
    for one in standing.warnings:
        log.warning("%s: %s", account, one, extra={"action": "account_warning", "account": account})
    warning.works(desk, account, standing, desk.clock())
