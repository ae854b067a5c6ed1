"""Which number on a platform belongs to which post: no two may have the same, and the database itself says so.

What is found on a platform after a lost answer is taken for ours only if it is nobody else's (`handlers.reconcile`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from storage.database import insert
from storage.errors import StorageError
from storage.models import Delivery, Part
from storage.states import DeliveryState

_D = DeliveryState


class Taken(StorageError):
    """Another post has that number on the platform already. Nothing was written."""


def own(
    session: Session, *, post_id: int, account: str, number: int, remote_id: str, url: str, now: datetime
) -> None:
    """Write down that a part of this post (from 0) is out there under that number; again, if you like.

    Raises `Taken`.
    """
    values = {
        "post_id": post_id,
        "account": account,
        "number": number,
        "remote_id": remote_id,
        "url": url,
        "made_at": now,
    }
    statement = insert(session, Part).values(**values).on_conflict_do_nothing()
    if session.execute(statement.returning(col(Part.id))).first() is not None:
        return
    there = session.exec(select(Part).where(Part.account == account, Part.remote_id == remote_id)).one()
    if (there.post_id, there.number) != (post_id, number):
        raise Taken(
            f"{account} {remote_id} belongs to post {there.post_id}, part {there.number + 1}, already."
        )


def of(session: Session, post_id: int, account: str) -> Sequence[Part]:
    """What is out of this post there, in order."""
    found = select(Part).where(Part.post_id == post_id, Part.account == account)
    return session.exec(found.order_by(col(Part.number), col(Part.id))).all()


def begun(session: Session, post_id: int) -> frozenset[str]:
    """The accounts where readers can see something of this post."""
    seen = select(Part.account).where(Part.post_id == post_id, Part.url != "")
    return frozenset(session.exec(seen))


def taken(session: Session, post_id: int, account: str, number: int, found: Mapping[str, str]) -> set[str]:
    """Those of the found numbers (number -> address) that are known to be another post's, or another part's.

    A person may have said under which address a post is: `published 12 mastodon LINK`.
    """
    known = session.exec(
        select(Part).where(Part.account == account, col(Part.remote_id).in_(list(found)))
    ).all()
    others = {one.remote_id for one in known if (one.post_id, one.number) != (post_id, number)}
    by_hand = select(Delivery.url).where(
        Delivery.account == account,
        Delivery.post_id != post_id,
        Delivery.state == _D.PUBLISHED,
        Delivery.remote_id == "",
        Delivery.url != "",
    )
    for url in session.exec(by_hand):
        others |= {one for one, address in found.items() if _names(url, one, address)}
    return others


def _names(url: str, remote_id: str, address: str) -> bool:
    return url.rstrip("/") == address.rstrip("/") or remote_id in re.split(r"[/?&=#]", url)


def whose(
    session: Session, accounts: Collection[str], number: str, number_of: Callable[[str], str | None]
) -> int | None:
    """The post of which it is known that it is out there under that number, on one of these accounts of one server; None:
    nobody knows of one. `number_of` reads the number in an address.
    """
    own = or_(col(Part.remote_id) == number, col(Part.url).contains(number, autoescape=True))
    for part in session.exec(select(Part).where(col(Part.account).in_(accounts), own).order_by(col(Part.id))):
        if number in {part.remote_id, number_of(part.url)}:
            return part.post_id
    told = select(Delivery).where(
        col(Delivery.account).in_(accounts),
        Delivery.state == _D.PUBLISHED,
        col(Delivery.url).contains(number, autoescape=True),
    )
    return next((one.post_id for one in session.exec(told) if number_of(one.url) == number), None)


def rivals(session: Session, post_id: int, account: str) -> Sequence[Delivery]:
    """Other posts of which a request may have reached this account, and nobody knows yet."""
    return session.exec(
        select(Delivery)
        .where(
            Delivery.account == account,
            Delivery.post_id != post_id,
            col(Delivery.state).in_((_D.SENDING, _D.UNKNOWN)),
        )
        .order_by(col(Delivery.id))
    ).all()
