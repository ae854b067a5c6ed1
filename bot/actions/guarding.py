"""People are told when somebody could make themselves an approver: once per cause, also after a restart."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from bot.actions import electing
from bot.desk import Desk
from bot.replies import doors
from storage import cursors, queue

log = logging.getLogger("social.guarding")

DOORS = "approver_doors"


def watch(desk: Desk, now: datetime) -> None:
    """Say in the channel, and in the log, that the approvers are open to others; and that it is over."""
    with desk.database.transaction() as session:
        who = electing.electorate(desk, session)
        desk.approvers = who.members
        found = electing.way_in(who, desk.chat.directory)
        digest = hashlib.sha256(found.encode()).hexdigest()[:16] if found else ""
        if digest == cursors.read(session, DOORS):
            return
        cursors.write(session, DOORS, digest)
        text = f"⚠ {found}" if found else f"✔ {doors.closed()}"
        queue.notify(session, key=f"approvers:{digest or 'closed'}:{now.isoformat()}", text=text, now=now)
    if found:
        log.warning("%s", found, extra={"action": "approvers_open"})
    else:
        log.info("nobody can make themselves an approver any more", extra={"action": "approvers_closed"})
