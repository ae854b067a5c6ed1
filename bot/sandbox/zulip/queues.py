"""Event queues: registered, asked with long polls, pruned by acknowledging, gone when idle.

They live in memory only: a killed server has forgotten them (`BAD_EVENT_QUEUE_ID`), as the real one has.
Waiting and idling go by real time, whatever the sandbox's clock says.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.zulip.errors import Refusal, bad_queue

Event = dict[str, Any]

IDLE_S = 600
"""After so many seconds without a poll a queue is gone, unless it asked for more."""
LONGEST_IDLE_S = 7 * 24 * 3600


class Waiter:
    """One long poll that waits; woken from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the poll answer now."""
        with contextlib.suppress(RuntimeError):  # its server has stopped meanwhile
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """True when woken, False when the time is over."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True


@dataclass(eq=False)
class Queue:
    """One client's events. `narrow` says which messages it wants."""

    user_id: int
    event_types: frozenset[str] | None = None
    wants: Callable[[dict[str, Any], list[str]], bool] = lambda _message, _flags: True
    all_public: bool = False
    markdown: bool = False
    gravatar: bool = True
    bulk_delete: bool = False
    empty_topics: bool = False
    include_subscribers: bool = False
    idle_s: float = IDLE_S
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    events: deque[Event] = field(default_factory=deque)
    next_id: int = 0
    pruned: int = -1
    polled: float = field(default_factory=time.monotonic)
    waiter: Waiter | None = None

    def accepts(self, kind: str) -> bool:
        """Was this type of event asked for?"""
        return self.event_types is None or kind in self.event_types

    def add(self, event: Event) -> None:
        """Number the event and wake who waits."""
        self.events.append({**event, "id": self.next_id})
        self.next_id += 1
        self._wake()

    def acknowledge(self, last_event_id: int) -> None:
        """Forget the events up to this one. Raises Refusal for an id that is too old or not there."""
        if last_event_id < self.pruned:
            raise Refusal(f"An event newer than {last_event_id} has already been pruned!")
        if last_event_id >= self.next_id:
            raise Refusal(f"Event {last_event_id} was not in this queue")
        while self.events and self.events[0]["id"] <= last_event_id:
            self.pruned = self.events.popleft()["id"]

    def _wake(self) -> None:
        waiter, self.waiter = self.waiter, None
        if waiter is not None:
            waiter.wake()

    def release(self) -> None:
        """End the poll that waits, if one does: it gets no events."""
        self._wake()


class Queues:
    """All queues of the server."""

    def __init__(self, lock: threading.RLock) -> None:
        self.heartbeat_s = (45.0, 55.0)
        """A poll with nothing to tell is answered after a time between these two."""
        self._lock = lock
        self._queues: dict[str, Queue] = {}

    def open(self, queue: Queue) -> Queue:
        """Begin a queue."""
        self._sweep()
        self._queues[queue.id] = queue
        return queue

    def close(self, queue_id: str, user_id: int) -> None:
        """Delete a queue; a poll that waits gets an empty answer. Raises Refusal."""
        queue = self.get(queue_id, user_id)
        del self._queues[queue.id]
        queue.release()

    def get(self, queue_id: str, user_id: int) -> Queue:
        """The queue. Raises Refusal when it is gone or another person's."""
        self._sweep()
        queue = self._queues.get(queue_id)
        if queue is None or queue.user_id != user_id:
            raise bad_queue(queue_id)
        return queue

    def gone(self) -> None:
        """Forget all queues, as a server does that was killed."""
        queues, self._queues = list(self._queues.values()), {}
        for queue in queues:
            queue.release()

    def _sweep(self) -> None:
        now = time.monotonic()
        for queue in list(self._queues.values()):
            if queue.waiter is None and now - queue.polled > queue.idle_s:
                del self._queues[queue.id]

    def each(self, kind: str, make: Callable[[Queue], Event | None]) -> None:
        """Give every queue that asked for this type what `make` makes for it."""
        self._sweep()
        for queue in list(self._queues.values()):
            if queue.accepts(kind) and (event := make(queue)) is not None:
                queue.add(event)

    def post(self, event: Event, users: Iterable[int]) -> None:
        """The same event to all queues of these people."""
        told = set(users)
        self.each(event["type"], lambda queue: event if queue.user_id in told else None)

    async def poll(self, queue: Queue, last_event_id: int, *, block: bool) -> tuple[list[Event], bool]:
        """The events after this one, and whether the answer was waited for. Raises Refusal.

        A second poll ends the first. Nothing to tell for 45 to 55 s is told by a heartbeat.
        """
        with self._lock:
            queue.acknowledge(last_event_id)
            queue.release()
            queue.polled = time.monotonic()
            if queue.events or not block:
                return list(queue.events), False
            waiter = queue.waiter = Waiter()
        shortest, longest = self.heartbeat_s
        try:
            woken = await waiter.wait(random.uniform(shortest, longest))  # noqa: S311 - spreads polls, no secret
        finally:
            with self._lock:
                if queue.waiter is waiter:  # timed out, or the client has gone
                    queue.waiter = None
                queue.polled = time.monotonic()
        with self._lock:
            if not woken:
                queue.add({"type": "heartbeat"})
            elif queue.id not in self._queues or queue.waiter is not None:
                return [], True
            return list(queue.events), True
