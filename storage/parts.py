"""Which number on a platform belongs to which post: no two may have the same, and the database itself says so.

What is found on a platform after a lost answer is taken for ours only if it is nobody else's (`handlers.reconcile`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, and_, col, exists, or_, select

from storage.errors import StorageError
from storage.models import Delivery, Part, Post, Revision
from storage.prepared import new_only
from storage.states import DeliveryState

_D = DeliveryState
_NEW = new_only(Part)


class Taken(StorageError):
    """Another post has that number on the platform already. Nothing was written."""


def own(
    session: Session,
    *,
    post_id: int,
    account: str,
    number: int,
    remote_id: str,
    url: str,
    now: datetime,
    others: Collection[str] = (),
) -> None:
    """Write down that a part of this post (from 0) is out there under that number; again, if you like. `others` are
    other names of the same real account, or of other accounts where that server gives no number twice.

    Raises `Taken`.
    """
    if others:
        theirs = select(Part).where(col(Part.account).in_(others), col(Part.remote_id) == remote_id)
        _must_be_free(session.exec(theirs.limit(1)).first())
    values = {
        "post_id": post_id,
        "account": account,
        "number": number,
        "remote_id": remote_id,
        "url": url,
        "made_at": now,
    }
    if _NEW.changed(session, values):
        return
    there = session.exec(select(Part).where(Part.account == account, Part.remote_id == remote_id)).one()
    _must_be_free(None if (there.post_id, there.number) == (post_id, number) else there)


def _must_be_free(owner: Part | None) -> None:
    if owner is not None:
        raise Taken(
            f"{owner.account} {owner.remote_id} belongs to post {owner.post_id}, part {owner.number + 1}, already."
        )


def of(session: Session, post_id: int, account: str) -> Sequence[Part]:
    """What is out of this post there, in order."""
    found = select(Part).where(Part.post_id == post_id, Part.account == account)
    return session.exec(found.order_by(col(Part.number), col(Part.id))).all()


def begun(session: Session, post_id: int) -> frozenset[str]:
    """The accounts where readers can see something of this post."""
    seen = select(Part.account).where(Part.post_id == post_id, Part.url != "")
    return frozenset(session.exec(seen))


def taken(
    session: Session,
    post_id: int,
    account: str,
    number: int,
    found: Mapping[str, str],
    others: Collection[str] = (),
) -> set[str]:
    """Those of the found numbers (number -> address) that are known to be another post's, or another part's; `others` as
    in `own`.

    A person may have said under which address a post is: `published 12 mastodon LINK`.
    """
    names = {account, *others}
    known = session.exec(
        select(Part).where(col(Part.account).in_(names), col(Part.remote_id).in_(list(found)))
    ).all()
    mine = (account, post_id, number)
    theirs = {one.remote_id for one in known if (one.account, one.post_id, one.number) != mine}
    by_hand = select(Delivery.url).where(
        col(Delivery.account).in_(names),
        or_(col(Delivery.post_id) != post_id, col(Delivery.account) != account),
        Delivery.state == _D.PUBLISHED,
        Delivery.remote_id == "",
        Delivery.url != "",
    )
    for url in session.exec(by_hand):
        theirs |= {one for one, address in found.items() if _names(url, one, address)}
    return theirs


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


def rivals(session: Session, post_id: int, account: str, others: Collection[str] = ()) -> Sequence[Delivery]:
    """Other posts of which a request may have reached this account, and nobody knows yet; `others` are its other names."""
    return session.exec(
        select(Delivery)
        .where(
            col(Delivery.account).in_({account, *others}),
            or_(col(Delivery.post_id) != post_id, col(Delivery.account) != account),
            col(Delivery.state).in_((_D.SENDING, _D.UNKNOWN)),
        )
        .order_by(col(Delivery.id))
    ).all()


def not_known(
    session: Session, post_id: int, account: str, others: Collection[str] = ()
) -> Sequence[Revision]:
    """Every revision of other posts that may have gone out there since the copy was made that was brought back, whatever
    was ordered for them after; `others` as in `own`.

    None of a post that was looked for since then: what became of it is known, or it is in doubt (`rivals`).
    """
    names = {account, *others}
    there = (col(Delivery.post_id) == Post.id, col(Delivery.account).in_(names))
    mine = (col(Delivery.post_id) == post_id, col(Delivery.account) == account)
    not_looked_for = exists().where(*there, col(Delivery.restored_at).is_not(None), ~and_(*mine))
    held = and_(col(Post.restored_at).is_not(None), col(Post.id) != post_id, ~exists().where(*there))
    found = select(Revision).join(Post).where(or_(not_looked_for, held))
    return session.exec(found.order_by(col(Revision.id))).all()
