"""Whose a number on a platform is, as the database has it: what `handlers.base.Ledger` asks, for one delivery."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sqlmodel import Session

from bot.actions import rows, twins
from bot.desk import Desk
from handlers.base import Published, Receipt, Rival, Uncertain
from storage import identities, parts
from storage.insist import insist
from storage.states import DeliveryState

Keep = Callable[[Session, Receipt], None]


class Numbers:
    """See `handlers.base.Ledger`."""

    def __init__(self, desk: Desk, post_id: int, account: str, keep: Keep, *, restored: bool = False) -> None:
        """`keep` writes the receipt down within a transaction, as far as the claim allows it. `restored`: it is looked for
        what went out since a copy was made, be it of this post or of another one of the copy.
        """
        self._desk = desk
        self._post_id = post_id
        self._account = account
        self._keep = keep
        self._restored = restored

    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        """One transaction: the number, and the receipt that says that this part is there."""

        def write() -> None:
            with self._desk.database.transaction() as session:
                parts.own(
                    session,
                    post_id=self._post_id,
                    account=self._account,
                    number=number,
                    remote_id=published.id,
                    url=published.url,
                    now=self._desk.clock(),
                    others=identities.neighbours(session, self._account),
                )
                self._keep(session, receipt)

        try:
            insist(write)
        except parts.Taken:
            title = self._desk.titles.get(self._account, self._account)
            raise Uncertain(
                f"What was found on {title} is another post's already, so the bot does not know whether this one is out."
            ) from None

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        """Known to be another post's or another part's."""
        with self._desk.database.reading() as session:
            others = identities.neighbours(session, self._account)
            return frozenset(parts.taken(session, self._post_id, self._account, number, found, others))

    def rivals(self) -> Sequence[Rival]:
        """The other posts in doubt, or being sent, to this account."""
        others = twins.others(self._desk, self._account)
        with self._desk.database.reading() as session:
            found = []
            for one in parts.rivals(session, self._post_id, self._account, others):
                outgoing = rows.outgoing(rows.revision(session, one.post_id, one.revision)).get(one.account)
                if outgoing is not None:
                    found.append(Rival(outgoing, one.state == DeliveryState.SENDING))
            return [*found, *self._not_known(session, {self._account, *others})] if self._restored else found

    def _not_known(self, session: Session, names: Collection[str]) -> Iterator[Rival]:
        """The other posts of a copy that was brought back: they may have been published since it was made."""
        for revision in parts.not_known(session, self._post_id, self._account, names):
            for account, outgoing in rows.outgoing(revision).items():
                if account in names and outgoing.parts:
                    yield Rival(outgoing, sending=False)
