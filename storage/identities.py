"""Which names of the configuration, now or ever, stand for one real account: that of the person or page who signed in.

A number on a platform is given once per real account, or once per server, so whose it is goes by this and not by the
name.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select

from storage import cursors
from storage.models import Cursor
from storage.prepared import Prepared

_PREFIX: Final = "identity:"
_SERVER: Final = "server:"
_mine = aliased(Cursor)
_TOLD_THE_SAME: Final = Prepared(
    select(Cursor.name).where(
        col(_mine.value) == Cursor.value,
        col(_mine.value) != "",
        or_(
            and_(
                col(_mine.name) == bindparam("of_person"),
                col(Cursor.name).startswith(_PREFIX, autoescape=True),
            ),
            and_(
                col(_mine.name) == bindparam("of_server"),
                col(Cursor.name).startswith(_SERVER, autoescape=True),
            ),
        ),
    )
)
"""Asked whenever something is out."""


def note(session: Session, account: str, identity: str, server: str = "") -> None:
    """As whom the account signed in, and where, as its platform said just now; an empty word says nothing."""
    for prefix, told in ((_PREFIX, identity), (_SERVER, server)):
        if told and cursors.read(session, prefix + account) != told:
            cursors.write(session, prefix + account, told)


def others(session: Session, account: str) -> frozenset[str]:
    """The other names of the same real account, as far as it is known."""
    return _same(session, account, _PREFIX)


def neighbours(session: Session, account: str) -> frozenset[str]:
    """The other names under which no number of this account is given again: those, and all of the same server."""
    return _same(session, account, _PREFIX, _SERVER)


def _same(session: Session, account: str, *prefixes: str) -> frozenset[str]:
    """The names of which the same was told under one of these prefixes."""
    given = {"of_person": _PREFIX + account, "of_server": _SERVER + account}
    named = {name for (name,) in _TOLD_THE_SAME.rows(session, given)}
    found = {name.removeprefix(one) for one in prefixes for name in named if name.startswith(one)}
    return frozenset(found - {account})
