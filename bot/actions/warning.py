"""What people are told of accounts, in the channel: each cause once, also after a restart.

A sign-in that ends (14, 7, 3 and 1 days before), an account that stops working or works again, and what a platform
warns of. Who signed in is named, and mentioned where Zulip knows somebody of that name.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import knowing
from bot.desk import Desk
from bot.replies import accounts
from handlers.base import Standing
from handlers.oauth import Grant
from storage import cursors, queue
from storage.models import Delivery, Notice
from storage.states import DeliveryState

DAYS: Final = (14, 7, 3, 1)
"""So many days before its end a sign-in is told of."""
BARRED: Final = "barred"
"""State of an account that refused a post, though its check finds nothing."""
STOPPED: Final = ("down", BARRED)
"""States in which every post to an account fails."""
ENDS: Final = "ends:"
"""Begins the name under which the end of an account's sign-in is remembered."""
CAUSES: Final = "causes:"
"""Begins the name under which is remembered in which words an account that stopped refuses."""
_MOST: Final = 9
"""So many of them, and one more."""
_DAY: Final = timedelta(days=1)
_SAME: Final = 1
"""Ends that lie so many days apart are one: platforms tell what is left in seconds, and each answer differs a little."""


def still_barred(desk: Desk, account: str) -> bool:
    """Whether a post was refused there for a reason that the check does not see; somebody who started the bot anew
    since then has mended it.
    """
    with desk.database.reading() as session:
        state, since = _state(session, account)
    return state == BARRED and desk.started_at <= datetime.fromisoformat(since)


def works(desk: Desk, account: str, standing: Standing, now: datetime) -> None:
    """The account was checked and can post: say what has to be said of it."""
    grant = knowing.signed_in(desk.vault, account)
    title = desk.titles.get(account, account)
    with desk.database.transaction() as session:
        state, since = _state(session, account)
        if state != "good":
            _keep(session, account, "good", now)
        if state in STOPPED:
            text = accounts.works_again(title, standing.who, _failed(session, account))
            queue.notify(session, key=f"account:up:{account}:{since}", text=text, now=now)
        _ends(session, desk, account, standing, grant, now)
        _keep_end(session, account, standing)
        for warning in standing.warnings:
            text = accounts.warned(title, warning)
            queue.notify(session, key=f"account:note:{account}:{_digest(warning)}", text=text, now=now)


def appeared(desk: Desk, account: str, now: datetime) -> None:
    """Somebody signed in for the first time, while the bot runs."""
    grant = knowing.signed_in(desk.vault, account)
    text = accounts.appeared(desk.titles.get(account, account), account, _who(desk, grant))
    with desk.database.transaction() as session:
        queue.notify(session, key=f"account:new:{account}:{now.isoformat()}", text=text, now=now)


def stopped(desk: Desk, account: str, why: str, now: datetime, *, checked: bool = True) -> None:
    """The account cannot post, as its check says or (without `checked`) the refusal of a post; told when it begins."""
    grant = knowing.signed_in(desk.vault, account)
    with desk.database.transaction() as session:
        state, since = _state(session, account)
        causes = cursors.read(session, f"{CAUSES}{account}").split() if state in STOPPED else []
        if _digest(why) not in causes:
            cursors.write(session, f"{CAUSES}{account}", " ".join([*causes[-_MOST:], _digest(why)]))
        if state in STOPPED:
            return
        _keep(session, account, "down" if checked else BARRED, now)
        text = accounts.stopped(desk.titles.get(account, account), why, _who(desk, grant))
        queue.notify(session, key=f"account:down:{account}:{since}", text=text, now=now)


def known_cause(session: Session, delivery: Delivery) -> bool:
    """Whether a delivery failed because its account had stopped already, of which people were told: then it is
    one of those that are named when the account works again. Not what somebody ordered anew since.
    """
    state, since = _state(session, delivery.account)
    if state not in STOPPED or delivery.settled_at is None:
        return False
    # as it was written down: perhaps another copy of the bot was refused there
    if _digest(delivery.error) not in cursors.read(session, f"{CAUSES}{delivery.account}").split():
        return False
    ordered = [
        one
        for one in queue.log(session, delivery.post_id)
        if one.account == delivery.account and one.new == DeliveryState.PENDING
    ]
    anew = bool(ordered) and ordered[-1].old in {DeliveryState.FAILED, DeliveryState.CANCELLED}
    return not anew and delivery.settled_at > datetime.fromisoformat(since)


def _digest(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:16]


def _failed(session: Session, account: str) -> list[int]:
    """Posts that people should order again."""
    return [one.post_id for one in queue.troubled(session) if one.account == account]


def _keep_end(session: Session, account: str, standing: Standing) -> None:
    """For whoever asks how the service is, without asking the platform."""
    if standing.expires_at is not None:
        cursors.write(session, f"{ENDS}{account}", standing.expires_at.isoformat())
    else:
        cursors.forget(session, f"{ENDS}{account}")


def _ends(
    session: Session, desk: Desk, account: str, standing: Standing, grant: Grant, now: datetime
) -> None:
    ends = standing.expires_at
    near = [days for days in DAYS if ends is not None and ends - now <= days * _DAY]
    if ends is None or not near or ends <= now:
        return
    day, days = ends.astimezone(UTC).date(), min(near)
    if any(one == days and abs((day - when).days) <= _SAME for when, one in _told(session, account)):
        return
    text = accounts.ends(desk.titles.get(account, account), account, ends, days, _who(desk, grant))
    queue.notify(session, key=f"{_key(account)}:{day.isoformat()}:{days}", text=text, now=now)


def _key(account: str) -> str:
    return f"account:ends:{account}"


def _told(session: Session, account: str) -> list[tuple[date, int]]:
    """For which end, and how many days before, people were told already."""
    like = col(Notice.key).startswith(f"{_key(account)}:", autoescape=True)
    found = []
    for key in session.exec(select(Notice.key).where(like)):
        head, day, days = key.rsplit(":", 2)
        if head == _key(account):  # and not that of `mastodon:second`
            found.append((date.fromisoformat(day), int(days)))
    return found


def _who(desk: Desk, grant: Grant) -> str:
    """Who can sign in again: mentioned, named, or unknown."""
    if not grant.by:
        return ""
    person = desk.chat.directory.named(grant.by)
    if person is not None and person.active and not person.is_bot:
        return accounts.mention(person.name, person.id)
    return accounts.named(grant.by)


def _state(session: Session, account: str) -> tuple[str, str]:
    """`good`, `down` or nothing, and since when; several copies of the bot read the same."""
    state, _, since = cursors.read(session, f"account:{account}").partition("|")
    return state, since


def _keep(session: Session, account: str, state: str, now: datetime) -> None:
    cursors.write(session, f"account:{account}", f"{state}|{now.isoformat()}")
