"""A worker that claims and publishes until nothing is left; run in threads and as a process of its own."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta

from sqlmodel import select

from storage import queue
from storage.database import Database
from storage.models import Delivery
from storage.states import DeliveryState as D

LEASE = timedelta(minutes=5)


def work(database: Database, now: datetime, worker: str, done: list[int], overlaps: list[str]) -> None:
    """Claim and publish until nothing is left, noting what was claimed and whether an account overlapped."""
    while True:
        with database.transaction() as session:
            one = queue.claim(session, now, LEASE, worker)
            if one is not None:
                busy = select(Delivery).where(Delivery.account == one.account, Delivery.state == D.SENDING)
                overlaps.extend(f"{row.account} {row.id}" for row in session.exec(busy) if row.id != one.id)
        if one is None:
            with database.reading() as session:
                left = session.exec(select(Delivery.id).where(Delivery.state == D.PENDING).limit(1)).first()
            if left is None:
                return
            continue  # its account is busy elsewhere
        assert one.id is not None
        done.append(one.id)
        with database.transaction() as session:
            queue.settle(session, one, D.PUBLISHED, now=now, what="published", remote_id=str(one.id))


def main(url: str, now: str, worker: str) -> None:
    """Wait for a line on standard input, work, and tell what was done."""
    database = Database(url)
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    sys.stdin.readline()
    done: list[int] = []
    overlaps: list[str] = []
    work(database, datetime.fromisoformat(now), worker, done, overlaps)
    database.close()
    print(json.dumps([done, overlaps]))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
