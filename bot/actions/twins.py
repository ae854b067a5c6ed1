"""Two names in the configuration for one real account: the first is used, and nothing goes out under the second.

Each could take what the other published for its own, and whatever goes to both would be there twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import Desk
from bot.replies import accounts
from handlers.base import PlatformError, Rejected, Standing, Unavailable
from storage import identities


def note(desk: Desk, account: str, standing: Standing) -> dict[str, str]:
    """Remember as whom the account signed in; gives what is to be said of each name that is not the first."""
    with desk.database.transaction() as session:
        identities.note(session, account, standing.identity, standing.server)
    desk.identified.add(account)
    desk.others = {}  # another copy may have learned something, too; what is being read meanwhile is not kept
    same = [one for one in desk.platforms if one == account or one in others(desk, account)]
    return {one: _told(desk, one, same[0]) for one in same[1:]}


def others(desk: Desk, account: str) -> frozenset[str]:
    """The other names, now or ever, of the same real account."""
    kept = desk.others
    known = kept.get(account)
    if known is None:
        with desk.database.reading() as session:
            known = kept[account] = identities.others(session, account)
    return known


def must_know(desk: Desk, account: str) -> None:
    """See to it that since this process began it was asked who signs in under this name, and under the earlier ones of its
    platform: what is remembered is of another configuration, perhaps. Asks at most once for each.

    Raises `Unavailable` where it cannot be asked, so that the delivery waits, and what `check` raises of the account
    itself. An earlier name that is not signed in publishes nothing, and a platform that does not tell who signed in cannot
    be asked: neither is waited for.
    """
    service = account.partition(":")[0]
    names = [one for one in desk.platforms if one.partition(":")[0] == service]
    earlier = names[: names.index(account)]
    for one in [*earlier, account] if earlier else ():
        if one not in desk.identified:
            _ask(desk, account, one)


def _ask(desk: Desk, account: str, one: str) -> None:
    try:
        standing = desk.platforms[one].check()
    except Rejected:
        if one == account:
            raise
        desk.identified.add(one)
    except PlatformError as error:
        why = f"It is not known yet whether {desk.titles[account]} and {desk.titles[one]} are one account: {error}"
        wait = (error.wait, error.until) if isinstance(error, Unavailable) else (None, None)
        raise Unavailable(why if one != account else str(error), wait=wait[0], until=wait[1]) from error
    else:
        note(desk, one, standing)


def refused(desk: Desk, account: str) -> str:
    """Why nothing goes out under this name, in a sentence; empty if it does."""
    for one in desk.platforms:
        if one == account:
            break
        if one in others(desk, account):
            return _told(desk, account, one)
    return ""


def among(found: Mapping[str, Standing | str], titles: Mapping[str, str]) -> dict[str, str]:
    """Of accounts as they answered, in the order of the configuration: the names that are not the first of their
    account, each with what is to be said of it.
    """
    first: dict[str, str] = {}
    said = {}
    for account, standing in found.items():
        if isinstance(standing, str) or not standing.identity:
            continue
        one = first.setdefault(f"{account.partition(':')[0]} {standing.identity}", account)
        if one != account:
            said[account] = accounts.same(titles.get(account, account), titles.get(one, one))
    return said


def _told(desk: Desk, account: str, first: str) -> str:
    return accounts.same(desk.titles.get(account, account), desk.titles.get(first, first))
