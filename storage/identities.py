"""Which names of the configuration, now or ever, stand for one real account: that of the person or page who signed in.

A number on a platform is given once per real account, or once per server, so whose it is goes by this and not by the
name.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, select

from storage import cursors
from storage.models import Cursor

_PREFIX: Final = "identity:"
_SERVER: Final = "server:"


def note(session: Session, account: str, identity: str, server: str = "") -> None:
    """As whom the account signed in, and where, as its platform said just now; an empty word says nothing."""
    for prefix, told in ((_PREFIX, identity), (_SERVER, server)):
        if told and cursors.read(session, prefix + account) != told:
            cursors.write(session, prefix + account, told)


def others(session: Session, account: str) -> frozenset[str]:
    """The other names of the same real account, as far as it is known."""
    return _with_the_same(session, _PREFIX, account)


def neighbours(session: Session, account: str) -> frozenset[str]:
    """The other names under which no number of this account is given again: those, and all of the same server."""
    return others(session, account) | _with_the_same(session, _SERVER, account)


def _with_the_same(session: Session, prefix: str, account: str) -> frozenset[str]:
    told = cursors.read(session, prefix + account)
    if not told:
        return frozenset()
    like = col(Cursor.name).startswith(prefix, autoescape=True)
    found = session.exec(select(Cursor.name).where(like, Cursor.value == told))
    return frozenset(name.removeprefix(prefix) for name in found) - {account}
