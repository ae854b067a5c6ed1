"""The lane of what is only told: outcomes, cards and the lines of long uploads, with what due posts leave of Zulip's limit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from bot.actions import cards, progressing, receiving, reporting
from bot.actions.news import News
from bot.apart import Apart
from bot.chat import ChatError
from bot.desk import Desk
from storage.errors import StorageError
from storage.models import Delivery
from storage.states import DeliveryState

log = logging.getLogger("social.telling")

ROUND_S: Final = 0.5
"""How often it looks while something waits for its time, and how often at most while due posts wait."""
IDLE_S: Final = 10.0
"""How often it looks while nothing is to be told and nothing was written."""
COPIES_S: Final = 1.0
"""The same where another copy may have written something."""
LEAST_S: Final = 0.02
"""The least time between two looks: what is written together is told together."""
GATHER_S: Final = 1.5
"""So long a card whose deliveries are on their way waits for what comes next."""
GATHER_MANY_S: Final = 20.0
"""The same while many posts are due: their cards are edited once, when all is out."""
LEFT_S: Final = 30.0
"""How often it is looked for answers that another process left."""
FEW: Final = 5
BURST_S: Final = 45.0
"""With more cards than `FEW` to be shown while posts are sent nothing is told for so long: what is due needs the
processor, and every request that Zulip allows.
"""
AWAY_S: Final = 5.0
"""How long Zulip is left alone after it did not answer."""
LATELY: Final = timedelta(days=1)
MOST: Final = 200
"""Cards that are compared after a start; on older ones Zulip allows no edit."""
STEP_S: Final = 0.2
"""How long the lane rests before each thing that it tells while something is due."""


class Telling:
    """Tells what happened. Only the copy that leads tells outcomes; each tells of its own uploads and waits."""

    def __init__(self, desk: Desk, leads: Callable[[], bool], pressed: Callable[[], bool]) -> None:
        """`pressed` says whether due posts wait for the processor."""
        self._desk = desk
        self._leads = leads
        self._pressed = pressed
        self.news = News(desk)
        self._apart = Apart(desk)
        self._answered_s = float("-inf")
        """When it was last looked for answers (monotonic seconds)."""
        self._remembered = False
        """Whether the cards of what was settled before this process began were looked at."""
        self._stop = threading.Event()
        self.wake = threading.Event()
        """Set when there may be something to tell: somebody wrote something down, or spoke of a card."""
        desk.database.commits.tell(self.wake.set)
        desk.stale.told = self.wake.set

    def round(self, now: datetime) -> None:
        """Tell what there is to tell. Raises `ChatError` while Zulip is away, and `StorageError`."""
        self._desk.chat.must_be_home()
        self._apart.begin(now)
        with self._desk.chat.budget.telling():
            if self._leads():
                self._answer()
            if self._burst():
                return
            if self._leads():
                self._remember(now)
                self._apart.each(self.news.posts(now), self.news.tell, now)
                reporting.speak(self._desk, now, self._may_go_on)
            self._show(now)
            progressing.show(self._desk, now)

    def run(self, stop: threading.Event) -> None:
        """Tell until told to stop."""
        self._stop = stop
        complaint = ""
        while not stop.is_set():
            pause = 0.0
            try:
                self.round(self._desk.clock())
                complaint = ""
            except ChatError as error:
                if str(error) != complaint:
                    log.warning("%s", error, extra={"action": "zulip_away"})
                complaint, pause = str(error), AWAY_S
            except StorageError as error:
                log.error("%s", error, extra={"action": "storage_trouble"})
                pause = ROUND_S * 4
            except Exception:  # a bug in one round must not end the service
                log.exception("error in a round", extra={"action": "round_failed"})
                pause = ROUND_S * 4
            stop.wait(pause or (ROUND_S if self._pressed() else LEAST_S))
            self.wake.wait(self._span())
            self.wake.clear()

    def _span(self) -> float:
        """How long nothing is to be told unless it is woken."""
        desk = self._desk
        if self.news.waiting or desk.unsaid or len(desk.stale) or desk.efforts or self._pressed():
            return ROUND_S
        return IDLE_S if self._desk.single else COPIES_S

    def _answer(self) -> None:
        """Answer the orders that were obeyed; those of an earlier process, or of another copy, now and then."""
        if self._desk.unsaid or time.monotonic() - self._answered_s > LEFT_S:
            self._answered_s = time.monotonic()
            receiving.answer_orders(self._desk, self._may_go_on)

    def _burst(self) -> bool:
        """Whether many posts are on their way, and not for so long that people wonder."""
        waiting = self._desk.stale.waiting()
        if not self._pressed() or len(waiting) <= FEW:
            return False
        return time.monotonic() - min(since for _, since in waiting.values()) < BURST_S

    def _remember(self, now: datetime) -> None:
        """A process that ended between an outcome and its card showed it nowhere: those of the last day are compared."""
        if self._remembered:
            return
        lately = select(Delivery.post_id).where(col(Delivery.settled_at) >= now - LATELY)
        with self._desk.database.reading() as session:
            found = list(session.exec(lately.distinct().limit(MOST)))
        for post_id in found:
            self._desk.stale.add(post_id)
        self._remembered = True

    def _may_go_on(self) -> bool:
        """Whether to tell the next thing; while something is due, after a short rest."""
        if self._pressed():
            self._stop.wait(STEP_S)
        return not self._stop.is_set() and self._leads()

    def _show(self, now: datetime) -> None:
        """Let those cards show how things stand with which enough happened, each once."""
        waiting = self._desk.stale.waiting()
        if not waiting:
            return
        patience = GATHER_MANY_S if self._pressed() else GATHER_S
        moving = self._moving(now)
        for post_id, (number, since) in waiting.items():
            if post_id in moving and time.monotonic() - since < patience:
                continue
            if self._pressed():
                self._stop.wait(STEP_S)
            if self._stop.is_set():
                return
            if self._apart.each([post_id], _refresh, now):
                self._desk.stale.shown(post_id, number)

    def _moving(self, now: datetime) -> set[int]:
        """Posts of which something is being sent, or is about to be."""
        moving = select(Delivery.post_id).where(
            col(Delivery.state).in_((DeliveryState.SENDING, DeliveryState.PENDING)),
            col(Delivery.not_before) <= now,
        )
        with self._desk.database.reading() as session:
            return set(session.exec(moving))


def _refresh(desk: Desk, post_id: int, now: datetime) -> bool:
    cards.refresh(desk, post_id, now)
    return True
