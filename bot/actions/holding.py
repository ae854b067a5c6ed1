"""One claim in use: it is kept alive, what was done is written down with it, and nothing leaves once it is lost."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.actions import progressing
from bot.actions.ledger import Numbers
from bot.desk import Desk
from handlers.base import Receipt, Ticket
from handlers.redaction import redact
from storage import queue
from storage.insist import insist
from storage.models import Delivery
from storage.states import DeliveryState

FRESH_S: Final = 5.0
"""How long it may have been since the database last said that the claim is ours, when a request leaves. Much shorter
than any `patience` of a platform with what it must not have published yet."""


class Hold:
    """The claim on one delivery, while it is sent; of one in doubt, that is only searched for, there is none."""

    def __init__(self, desk: Desk, delivery: Delivery) -> None:
        self._desk = desk
        self._delivery = delivery
        self._claimed = delivery.state == DeliveryState.SENDING
        self._sure: tuple[float, float] | None = None
        """When the database was last asked, by two clocks."""

    def check(self) -> None:
        """Raise `Moved` if the claim is not ours any more, and `StorageError` if nobody can say."""
        if self._claimed and not self._is_fresh():
            insist(self._renew)

    def ticket(self) -> Ticket:
        """What one attempt, or one search, carries."""
        desk, delivery = self._desk, self._delivery
        restored = delivery.restored_at is not None
        begun = [one for one in (delivery.restored_at, delivery.first_at) if one]
        return Ticket(
            key=delivery.key,
            receipt=json.loads(delivery.receipt),
            save=self._save,
            first_at=min(begun, default=desk.clock()),
            ledger=Numbers(desk, delivery.post_id, delivery.account, self._keep, restored=restored),
            restored=restored,
            tell=progressing.heard(desk, delivery.post_id, delivery.account, self._renew),
        )

    def _save(self, receipt: Receipt) -> None:
        def write() -> None:
            asked = _clocks()
            with self._desk.database.transaction() as session:
                self._keep(session, receipt)
            if self._claimed:
                self._sure = asked

        insist(write)

    def _keep(self, session: Session, receipt: Receipt) -> None:
        if not self._claimed:  # a search found parts of it
            self._keep_found(session, receipt)
            return
        kept = json.loads(redact(json.dumps(receipt)))
        queue.keep_receipt(session, self._delivery, kept, self._until())

    def _keep_found(self, session: Session, receipt: Receipt) -> None:
        row = session.get(Delivery, self._delivery.id)
        if row is not None and row.state == DeliveryState.UNKNOWN and row.key == self._delivery.key:
            row.receipt = redact(json.dumps(receipt))
            session.add(row)

    def _renew(self) -> None:
        if not self._claimed:
            return
        asked = _clocks()
        with self._desk.database.transaction() as session:
            queue.renew(session, self._delivery, self._until())
        self._sure = asked

    def _until(self) -> datetime:
        return self._desk.clock() + self._desk.config.social.lease

    def _is_fresh(self) -> bool:
        if self._sure is None:
            return False
        return all(0 <= now - then < FRESH_S for now, then in zip(_clocks(), self._sure, strict=True))


def _clocks() -> tuple[float, float]:
    """Two, because a machine that sleeps may stop the one, and anybody can set the other."""
    return time.monotonic(), time.time()
