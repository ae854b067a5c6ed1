"""The clock was ahead and went back: what was dated by it is dated anew, or "now" would mean hours from now."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot.desk import Desk
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

log = logging.getLogger("social.redating")


def went_back(desk: Desk, span: timedelta, now: datetime) -> None:
    """The clock says `now`, and went back by that span. Times that people wrote stay as they are; approvals that lie
    ahead, and the waits of deliveries, were reckoned by the clock as it was.
    """
    ahead = now + span / 2  # what was dated since the clock was put right lies before that
    with desk.database.transaction() as session:
        found = select(Post).where(Post.state == PostState.APPROVED, col(Post.approved_at) > ahead)
        posts = list(session.exec(found))
        for post in posts:
            if post.approved_at is not None:
                post.approved_at -= span
            if post.timing == "now" and post.due_at is not None:
                post.due_at -= span
            session.add(post)
        waiting = (DeliveryState.PENDING, DeliveryState.UNKNOWN)  # to be sent, or to be looked for
        waits = select(Delivery).where(col(Delivery.state).in_(waiting), col(Delivery.not_before) > ahead)
        deliveries = list(session.exec(waits))
        for delivery in deliveries:
            delivery.not_before -= span
            session.add(delivery)
    log.warning(
        "the clock went back by %.0f s: %s posts and %s deliveries are dated anew",
        span.total_seconds(),
        len(posts),
        len(deliveries),
        extra={"action": "clock_went_back"},
    )
