"""How far a long upload has come: one line in the post's topic, kept up to date, and a few in the program's log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.actions import reporting
from bot.desk import Desk, Effort
from bot.replies import lines
from handlers.base import Step
from storage import cursors

log = logging.getLogger("social.progress")

QUICK = timedelta(seconds=8)
"""What takes no longer is not worth a line."""
EVERY = timedelta(seconds=15)
"""How often the line is changed: Zulip lets a bot do 200 things a minute, and nobody watches more closely."""
QUARTERS = 4


def heard(desk: Desk, post_id: int, account: str, renew: Callable[[], None]) -> Callable[[Step], None]:
    """What one piece of work on this account is to be given: it notes the step, and keeps the claim alive.

    `renew` prolongs the claim; it is called a few times per lease, however often the work speaks.
    """
    renewed = desk.clock()

    def tell(step: Step) -> None:
        nonlocal renewed
        now = desk.clock()
        effort = desk.efforts.get((post_id, account))
        if effort is None or effort.ended:
            effort = desk.efforts[post_id, account] = Effort(step, now)
        _note(effort, step, f"post {post_id} {account}")
        if not renewed <= now < renewed + desk.config.social.lease / QUARTERS:
            renew()
            renewed = now

    return tell


def _note(effort: Effort, step: Step, whose: str) -> None:
    quarter = QUARTERS * step.done // step.total if step.total else 0
    if (step.what, step.file) != (effort.step.what, effort.step.file) or quarter > effort.quarter:
        percent = f" {100 * step.done // step.total} %" if step.total else ""
        log.info("%s: %s%s", whose, step.what, percent, extra={"action": f"file_{step.what}"})
        effort.quarter = quarter
    effort.step = step


def ended(desk: Desk, post_id: int, account: str) -> None:
    """The work has come to its end, well or not; the outcome itself is told elsewhere."""
    effort = desk.efforts.get((post_id, account))
    if effort is not None:
        effort.ended = True


def show(desk: Desk, now: datetime) -> None:
    """Bring the lines in the chat in line with how far everything is. Raises `ChatError`."""
    for (post_id, account), effort in list(desk.efforts.items()):
        if effort.ended:
            _close(desk, post_id, account, effort)
        elif now >= effort.since + QUICK and not effort.shown_at <= now < effort.shown_at + EVERY:
            effort.shown_at = now
            _say(desk, post_id, account, effort)


def _say(desk: Desk, post_id: int, account: str, effort: Effort) -> None:
    text = lines.progress(post_id, desk.titles.get(account, account), effort.step)
    name = _name(post_id, account)
    with desk.database.reading() as session:
        known = cursors.read(session, name)
    if known and desk.chat.edit(int(known), text):
        return
    message_id = desk.chat.say(reporting.place_of(desk, post_id), text)
    with desk.database.transaction() as session:
        cursors.write(session, name, str(message_id))


def _close(desk: Desk, post_id: int, account: str, effort: Effort) -> None:
    """The last word of a line, if there is one; work that begins anew gets a new line."""
    name = _name(post_id, account)
    with desk.database.reading() as session:
        known = cursors.read(session, name)
    if known:
        text = lines.progress(post_id, desk.titles.get(account, account), effort.step, ended=True)
        desk.chat.edit(int(known), text)
        with desk.database.transaction() as session:
            cursors.forget(session, name)
    if desk.efforts.get((post_id, account)) is effort:
        del desk.efforts[post_id, account]


def _name(post_id: int, account: str) -> str:
    """Under which the line's message is remembered, so that a restart goes on with it."""
    return f"progress:{post_id}:{account}"
