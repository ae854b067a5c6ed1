"""Which names of the configuration, now or ever, stand for one real account: that of the person or page who signed in.

A number on a platform is given once per real account, so whose it is goes by this and not by the name.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, select

from storage import cursors
from storage.models import Cursor

_PREFIX: Final = "identity:"


def note(session: Session, account: str, identity: str) -> None:
    """As whom the account signed in, as its platform said just now; an empty word says nothing."""
    if identity and cursors.read(session, _PREFIX + account) != identity:
        cursors.write(session, _PREFIX + account, identity)


def others(session: Session, account: str) -> frozenset[str]:
    """The other names of the same real account, as far as it is known."""
    identity = cursors.read(session, _PREFIX + account)
    if not identity:
        return frozenset()
    like = col(Cursor.name).startswith(_PREFIX, autoescape=True)
    found = session.exec(select(Cursor.name).where(like, Cursor.value == identity))
    return frozenset(name.removeprefix(_PREFIX) for name in found) - {account}
