"""Two names in the configuration for one real account: the first is used, and nothing goes out under the second.

Each could take what the other published for its own, and whatever goes to both would be there twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import Desk
from bot.replies import accounts
from handlers.base import Standing
from storage import identities


def note(desk: Desk, account: str, standing: Standing) -> dict[str, str]:
    """Remember as whom the account signed in; gives what is to be said of each name that is not the first."""
    with desk.database.transaction() as session:
        identities.note(session, account, standing.identity, standing.server)
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
