"""Where a life may end: at a commit, at a statement of a migration, at a request, or at any moment.

The stand-ins see every request of the bot, so it is they who carry out the sentence: before the request is acted
upon, after that but before the answer, or in the middle of its body.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from bot.sandbox.faults import LONG_POLL
from bot.sandbox.wire import who

COMMITS: Final = ("commit before", "commit after")
LABELS: Final = (
    "chat", "look", "say", "edit card", "react", "file", "register", "poll",
    "announce", "mastodon", "x", "linkedin", "youtube",
    "post", "part", "upload", "status", "search", "refresh",
)  # fmt: skip
"""What a request may be; one request may be several of these."""
SIDES: Final = ("before", "after", "middle")
_OFTEN: Final = {"chat": 12, "look": 8, "say": 3}
"""How many of a kind are let pass on average before one is struck."""


_CHAT: Final = (
    ("file", "GET", re.compile(r"^/user_uploads/")),
    ("announce", "POST", re.compile(r"/user_uploads$")),
    ("upload", "POST", re.compile(r"/user_uploads$")),
    ("register", "POST", re.compile(r"/register$")),
    ("react", "POST", re.compile(r"/reactions$")),
    ("edit card", "PATCH", re.compile(r"/messages/\d+$")),
    ("look", "GET", re.compile(r"/messages/\d+$")),
    ("say", "POST", re.compile(r"/messages$")),
)
"""What a request to Zulip is, by its method and path."""


@dataclass(frozen=True, slots=True)
class Point:
    """One place to die: what, which side of it, and the how-manieth from now on."""

    what: str
    side: str = "before"
    number: int = 1

    @override
    def __str__(self) -> str:
        return f"{self.what} {self.side}"


def draw(rng: random.Random) -> Point:
    """Any point, commits and requests and mere moments in a fair mixture."""
    kind = rng.random()
    if kind < 0.25:
        return Point("commit", rng.choice(("before", "after")), 1 + int(rng.expovariate(1 / 10)))
    if kind < 0.35:
        return Point("moment", number=rng.randrange(1, 1500))
    what = rng.choice(LABELS)
    side = rng.choice(SIDES if what in {"upload", "post"} else SIDES[:2])
    return Point(what, side, 1 + int(rng.expovariate(1 / _OFTEN.get(what, 0.7))))


def strike(rng: random.Random) -> Point:
    """A point for the time in which posts go out: at the requests that create something, above all."""
    kind = rng.random()
    if kind < 0.1:
        return Point("noted", "after", 1 + int(rng.expovariate(1)))
    if kind < 0.6:
        what = rng.choice(("post", "post", "post", "part", "announce"))
        return Point(what, rng.choice(("before", "after", "after", "middle")), 1 + int(rng.expovariate(1)))
    if kind < 0.8:
        return Point("commit", rng.choice(("before", "after")), 1 + int(rng.expovariate(1 / 4)))
    what = rng.choice(
        ("search", "status", "upload", "refresh", "say", "edit card", "mastodon", "x", "linkedin")
    )
    return Point(what, rng.choice(SIDES[:2]), 1 + int(rng.expovariate(1)))


@dataclass(slots=True)
class Sentence:
    """A point at a request, whose life it ends, and what it was when it was carried out."""

    point: Point
    pid: int
    left: int
    where: str = ""
    sign: int = signal.SIGKILL
    """With SIGSTOP the process only hangs, and the request is answered as any other."""


@dataclass(slots=True)
class Watch:
    """Something to be done when the how-manieth request of a kind comes, before it is acted upon."""

    labels: set[str]
    left: int
    act: Callable[[], None]


@dataclass
class Executioner:
    """Outermost around the stand-ins: sees every request of the bot, and ends its process at the one it is told."""

    bot: str
    """The bot's e-mail address."""
    announcements: int
    """Id of the channel that is a platform."""
    sentence: Sentence | None = None
    under_way: int = 0
    """Requests of the bot that are being answered now, long polls not counted."""
    seen: dict[str, int] = field(default_factory=dict)
    watches: list[Watch] = field(default_factory=list)
    deaf: bool = False
    """Whether the bot is told of no event for now: they are late, as on a slow line."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, service: str, label: str, number: int, act: Callable[[], None]) -> None:
        """Do something just before the `number`-th such request to a platform from now on is acted upon."""
        self.watches.append(Watch({"announce" if service == "zulip" else service, label}, number, act))

    def condemn(self, point: Point, pid: int, sign: int = signal.SIGKILL) -> None:
        """Let that process end at that request."""
        with self._lock:
            self.sentence = Sentence(point, pid, point.number, sign=sign)

    def pardon(self) -> None:
        """Let it live."""
        with self._lock:
            self.sentence = None

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application that every request goes through."""

        async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            labels, receive = await self._labels(scope, receive)
            if not labels:
                await app(scope, receive, send)
                return
            counted = "poll" not in labels
            self.under_way += counted
            try:
                await self._pass(labels, app, (scope, receive, send))
            finally:
                self.under_way -= counted

        return outermost

    async def _pass(self, labels: set[str], app: ASGIApp, call: tuple[Scope, Receive, Send]) -> None:
        scope, receive, send = call
        if "poll" in labels:
            send = self._late(send)
        for one in labels:
            self.seen[one] = self.seen.get(one, 0) + 1
        self._watch(labels)
        sentence = self._strikes(labels, f"{scope['method']} {scope['path']}")
        if sentence is None:
            await app(scope, receive, send)
        elif sentence.sign == signal.SIGSTOP:
            if sentence.point.side == "before":
                _end(sentence)
            await app(scope, receive, send)
            if sentence.point.side == "after":
                _end(sentence)
        elif sentence.point.side == "before":
            _end(sentence)
        elif sentence.point.side == "after":
            await app(scope, receive, _nobody)
            _end(sentence)
        else:
            await app(scope, _cut(receive, lambda: _end(sentence)), _nobody)
            _end(sentence)

    def _late(self, send: Send) -> Send:
        async def patient(message: Message) -> None:
            while self.deaf:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.05)
            await send(message)

        return patient

    def _watch(self, labels: set[str]) -> None:
        for one in self.watches:
            one.left -= one.labels <= labels
        due, self.watches = (
            [one for one in self.watches if one.left == 0],
            [one for one in self.watches if one.left],
        )
        for one in due:
            one.act()

    def _strikes(self, labels: set[str], where: str) -> Sentence | None:
        with self._lock:
            sentence = self.sentence
            if sentence is None or sentence.point.what not in labels:
                return None
            sentence.left -= 1
            if sentence.left:
                return None
            sentence.where, self.sentence = where, None
            return sentence

    async def _labels(self, scope: Scope, receive: Receive) -> tuple[set[str], Receive]:
        path, method = scope["path"], scope["method"]
        service = path.split("/")[1]
        if service in {"mastodon", "x", "linkedin", "youtube"}:
            return _platform(service, method, path), receive
        if who(scope) != self.bot:
            return set(), receive
        if path == LONG_POLL:
            return {"poll"} if method == "GET" else {"chat"}, receive
        labels = {"chat", *(label for label, asks, form in _CHAT if asks == method and form.search(path))}
        if "say" in labels:
            body, receive = await _read(receive)
            if parse_qs(body).get("to", [""])[0].strip('"[]') == str(self.announcements):
                labels |= {"announce", "post", "part"}
        return labels, receive


def _platform(service: str, method: str, path: str) -> set[str]:
    labels = {service}
    if re.search(r"/oauth2?/|/token$", path):
        return {*labels, "refresh"}
    if method in {"POST", "PUT", "PATCH"} and re.search(
        r"/media|/upload|/append|/initialize|/finalize|/dms|/assets", path
    ):
        labels.add("upload")
    elif method == "POST" and re.search(r"/statuses$|/tweets$|/rest/posts$", path):
        labels |= {"post", "part"}
    elif method == "PUT" and path.endswith("/videos"):
        labels.add("post")
    elif method == "GET" and re.search(r"/media/|/rest/(images|videos|documents)|/videos$", path):
        labels.add("status")
    elif method == "GET":
        labels.add("search")
    return labels


def _end(sentence: Sentence) -> None:
    try:
        os.kill(sentence.pid, sentence.sign)
    except ProcessLookupError:
        sentence.where = ""


async def _nobody(_message: Message) -> None:
    """The answer that nobody is there to read."""


def _cut(receive: Receive, end: Callable[[], None]) -> Receive:
    pieces = 0

    async def first_only() -> Message:
        nonlocal pieces
        pieces += 1
        if pieces == 1:
            message = await receive()
            if message["type"] == "http.request" and message.get("more_body"):
                return message
        end()
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    return first_only


async def _read(receive: Receive) -> tuple[str, Receive]:
    """The whole of a small body, and a `receive` that gives it once more."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body.decode(errors="replace"), again
