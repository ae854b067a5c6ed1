"""The same requests as the bot made, by a client that does nothing else: what they cost by themselves.

One connection that is kept, the library that Zulip's own client uses, one request after the other. Ids of
messages that were said meanwhile are those of the repetition, and the events are taken from a queue of its own.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any
from urllib.parse import parse_qs

import requests

from tests.benchmarks.place import Place

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Bare:
    """The repetition, signed as the bot."""

    def __init__(self, place: Place) -> None:
        self._base: str = place.facts["base"]
        self._session = requests.Session()
        me = place.facts["bot"]
        self._session.auth = (me["email"], me["api_key"])
        self._same: dict[str, str] = {}
        """Id of a message that the bot said -> of its repetition."""
        types = ["message", "update_message", "delete_message", "reaction"]
        told = self._session.post(
            f"{self._base}/api/v1/register", data={"event_types": json.dumps(types)}
        ).json()
        self._queue, self._last = told["queue_id"], told["last_event_id"]
        self._said: list[str] = []

    def repeat(self, noted: list[dict[str, Any]]) -> float:
        """Make these requests again, in the order in which they began; in how many seconds."""
        calls = [self._prepared(one) for one in sorted(noted, key=lambda one: float(one["began"]))]
        began = time.perf_counter()
        for note, method, path, query, body in calls:
            if path == "/api/v1/events":
                self._poll()
                continue
            answer = self._session.request(
                method, self._base + self._now(path), params=query, data=body, headers=FORM if body else None
            )
            if (method, path) == ("POST", "/api/v1/messages"):
                self._remember(note, answer)
        return time.perf_counter() - began

    def close(self) -> None:
        """Give the queue back."""
        self._session.delete(f"{self._base}/api/v1/events", params={"queue_id": self._queue})
        self._session.close()

    def _prepared(self, note: dict[str, Any]) -> tuple[Any, str, str, dict[str, list[str]], bytes]:
        return (
            note,
            note["method"],
            note["path"],
            parse_qs(note["query"]),
            note["body"].encode("latin-1"),
        )

    def _poll(self) -> None:
        query = {"queue_id": self._queue, "last_event_id": self._last, "dont_block": "true"}
        events = self._session.get(f"{self._base}/api/v1/events", params=query).json()["events"]
        self._last = max([self._last, *(one["id"] for one in events)])

    def _now(self, path: str) -> str:
        return re.sub(r"(?<=/messages/)\d+", lambda found: self._same.get(found[0], found[0]), path)

    def _remember(self, note: dict[str, Any], answer: requests.Response) -> None:
        self._same[str(json.loads(note["answer"])["id"])] = str(answer.json()["id"])
