"""What can be prepared unseen, a long video above all, is brought there between the approval and its time.

Only `release`, after its last look, makes anything visible; whoever withdraws or changes the post has it removed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.actions import progressing, rows, voting
from bot.actions.ledger import Numbers
from bot.actions.waiting import ATTEMPTS, wait
from bot.desk import Desk
from bot.replies import lines
from handlers.base import (
    Later,
    Outgoing,
    PlatformError,
    Receipt,
    Rejected,
    Stager,
    Ticket,
    Unavailable,
    Uncertain,
    holding,
)
from storage import queue, staging
from storage.errors import Moved
from storage.inbox import EDIT_WAITS
from storage.insist import insist
from storage.models import Post, Staged
from storage.states import PostState, StagedState

log = logging.getLogger("social.staging")

AHEAD = timedelta(days=1)
"""No platform prepares anything earlier than this."""


def plan(desk: Desk, now: datetime) -> None:
    """Note what is to be prepared from now on: approved, its time known and near enough, nobody gathers an edit."""
    if not stagers(desk):
        return
    with desk.database.reading() as session:
        near = select(Post.id, Post.revision, Post.due_at).where(
            Post.state == PostState.APPROVED,
            col(Post.due_at) > now,
            col(Post.due_at) <= now + AHEAD,
            ~EDIT_WAITS,
            col(Post.restored_at).is_(None),  # perhaps it is out: its delivery looks first
        )
        posts = {(number or 0, revision): due for number, revision, due in session.exec(near)}
        for key in posts.keys() - desk.considered.keys():
            desk.considered[key] = dict(_ahead(desk, rows.outgoing(rows.revision(session, *key))))
    desk.considered = {key: desk.considered[key] for key in posts}
    for key, due in posts.items():
        if key[0] in desk.unlooked:
            continue  # perhaps it was deleted while nobody listened
        ahead = desk.considered[key]
        soon = [account for account, span in ahead.items() if due is not None and due - span <= now]
        for account in _want(desk, *key, soon, now) if soon else ():
            del ahead[account]


def _ahead(desk: Desk, outgoing: dict[str, Outgoing]) -> Iterator[tuple[str, timedelta]]:
    for account, stager in stagers(desk).items():
        span = stager.ahead(outgoing[account]) if account in outgoing else None
        if span is not None:
            yield account, span


def _want(desk: Desk, post_id: int, number: int, accounts: list[str], now: datetime) -> list[str]:
    """Those that have all their approvals: nothing leaves this house without them, seen or not."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.state != PostState.APPROVED or post.revision != number:
            return []
        judgement = voting.count(desk, session, post, rows.current(session, post), None, now)
        ready = [one for one in accounts if one in judgement.ready]
        for account in ready:
            staging.want(session, post_id, number, account, key=queue.new_key(), now=now)
    return ready


def stagers(desk: Desk) -> dict[str, Stager]:
    """The accounts that can prepare something."""
    every: Mapping[str, object] = desk.platforms
    return {name: one for name, one in every.items() if isinstance(one, Stager)}


def claims(desk: Desk, now: datetime) -> Iterator[Staged]:
    """What this process is to prepare now, claimed."""
    while True:
        with desk.database.transaction() as session:
            claimed = staging.claim(session, now, desk.config.social.lease, desk.worker)
        if claimed is None:
            return
        yield claimed


def leftovers(desk: Desk, now: datetime) -> list[Staged]:
    """What is to be removed now, because nobody wants it any more."""
    with desk.database.transaction() as session:
        staging.collect(session, list(stagers(desk)), now=now)
        return list(staging.unwanted(session, now))


def recover(
    desk: Desk, now: datetime | None, gone: Collection[str] = (), busy: Collection[str | int] = ()
) -> None:
    """Take claims back whose claimers are gone: those with their lease over, those of the workers in `gone`, or, with
    None, all; but none of those that this process is `busy` with: perhaps only the clock was set.
    """
    with desk.database.transaction() as session:
        for one in staging.interrupted(session, now, gone):
            if one.id not in busy or one.worker != desk.worker:
                staging.release(session, one, now or desk.clock())


def leases(desk: Desk, numbers: Collection[str | int]) -> dict[int, datetime | None]:
    """Until when each of these is claimed, which goes on as long as it lives; None where it is not, or is gone."""
    wanted = [int(one) for one in numbers]
    if not wanted:
        return {}
    with desk.database.reading() as session:
        found = session.exec(select(Staged.id, Staged.lease_until).where(col(Staged.id).in_(wanted)))
        known = {number or 0: until for number, until in found}
    return {one: known.get(one) for one in wanted}


def stage(desk: Desk, staged: Staged) -> None:
    """Prepare one claimed piece. Never raises: whatever happens is an outcome, and seen by nobody."""
    platform = stagers(desk).get(staged.account)
    try:
        if platform is None:
            raise Rejected(f"The account {staged.account} is not configured any more.")
        with holding(lambda: _must_be_ours(desk, staged)):
            platform.stage(_outgoing(desk, staged), _ticket(desk, staged))
    except Later as trouble:
        _settle(desk, staged, StagedState.PENDING, "is being processed", trouble, counts=False)
    except (Rejected, Uncertain) as trouble:
        _refused(desk, staged, trouble)
    except Unavailable as trouble:
        last = staged.attempts >= ATTEMPTS
        _settle(desk, staged, StagedState.FAILED if last else StagedState.PENDING, "not prepared", trouble)
    except Moved as moved:
        log.info("%s", moved, extra={"action": "staging_stopped"})
        _settle(desk, staged, StagedState.PENDING, "stopped", None)
    except Exception:  # a bug here must not cost the post: its delivery tries everything itself
        log.exception("post %s %s: error while preparing", staged.post_id, staged.account)
        _settle(desk, staged, StagedState.FAILED, "not prepared", None)
    else:
        _settle(desk, staged, StagedState.STAGED, "prepared, seen by nobody", None)
    finally:
        progressing.ended(desk, staged.post_id, staged.account)


def _must_be_ours(desk: Desk, staged: Staged) -> None:
    """Raise `Moved` if the claim was taken back: it was silent for too long, and another one goes on with it."""
    with desk.database.reading() as session:
        row = session.get(Staged, staged.id)
    if row is None or (row.worker, row.attempts) != (staged.worker, staged.attempts):
        raise Moved(
            f"what is prepared of post {staged.post_id} is no longer ours: it was silent for too long."
        )


def discard(desk: Desk, staged: Staged) -> None:
    """Remove what was prepared and is not wanted. Never raises."""
    platform, now = stagers(desk).get(staged.account), desk.clock()
    what = "what was prepared is removed"
    try:
        if platform is not None and staged.receipt != "{}":
            platform.discard(_outgoing(desk, staged), _ticket(desk, staged))
    except Unavailable as trouble:
        with desk.database.transaction() as session:
            staging.later(session, staged, wait(staged.attempts, trouble, now))
        return
    except PlatformError as trouble:
        what = "what was prepared could not be removed"
        _tell(desk, staged, lines.not_removed(staged, str(trouble), desk.titles))
    except Exception:  # as above
        log.exception("post %s %s: error while removing", staged.post_id, staged.account)
        what = "what was prepared could not be removed"
        _tell(desk, staged, lines.not_removed(staged, "The bot had an error of its own.", desk.titles))
    with desk.database.transaction() as session:
        staging.drop(session, staged, now=now, what=what)


def _refused(desk: Desk, staged: Staged, trouble: Rejected | Uncertain) -> None:
    """People hear of it now, while there is time to mend it."""
    _settle(desk, staged, StagedState.FAILED, "refused", trouble)
    _tell(desk, staged, lines.not_prepared(staged, str(trouble), desk.titles))


def _tell(desk: Desk, staged: Staged, text: str) -> None:
    with desk.database.transaction() as session:
        key = f"staged:{staged.id}:{staged.key}:{staged.attempts}"
        queue.notify(session, key=key, text=text, post_id=staged.post_id, now=desk.clock())


def _settle(
    desk: Desk,
    staged: Staged,
    state: StagedState,
    what: str,
    trouble: Unavailable | Rejected | Uncertain | None,
    *,
    counts: bool = True,
) -> None:
    now = desk.clock()
    then = wait(staged.attempts, trouble, now) if isinstance(trouble, Unavailable) else now

    def write() -> None:
        with desk.database.transaction() as session:
            staging.settle(
                session,
                staged,
                state,
                now=now,
                what=what,
                error=str(trouble or ""),
                not_before=then,
                counts=counts,
            )

    try:
        insist(write)
    except Moved as moved:
        log.info("%s", moved, extra={"action": "claim_lost"})


def _outgoing(desk: Desk, staged: Staged) -> Outgoing:
    with desk.database.reading() as session:
        revision = rows.revision(session, staged.post_id, staged.revision)
    return rows.outgoing(revision)[staged.account]


def _ticket(desk: Desk, staged: Staged) -> Ticket:
    def until() -> datetime:
        return desk.clock() + desk.config.social.lease

    def keep(receipt: Receipt) -> bool:
        with desk.database.transaction() as session:
            return staging.keep(session, staged, receipt, until())

    def keep_in(session: Session, receipt: Receipt) -> None:
        staging.keep(session, staged, receipt, until())  # whether it is wanted still, the next step asks

    def save(receipt: Receipt) -> None:
        _go_on(insist(lambda: keep(receipt)))

    def renew() -> None:
        with desk.database.transaction() as session:
            wanted = staging.renew(session, staged, until())
        _go_on(wanted)

    def _go_on(wanted: bool) -> None:
        if not wanted and staged.state != StagedState.DISCARDING:
            raise Moved(f"what is prepared of post {staged.post_id} is not wanted any more.")

    return Ticket(
        key=staged.key,
        receipt=json.loads(staged.receipt),
        save=save,
        first_at=staged.first_at or desk.clock(),
        ledger=Numbers(desk, staged.post_id, staged.account, keep_in),
        tell=progressing.heard(desk, staged.post_id, staged.account, renew),
    )
