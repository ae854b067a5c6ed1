"""Misbehaviour on request: which service answers wrongly, late or not at all, how often, and to whom.

`Faults` stands outermost around the whole application, because cutting a connection needs the socket itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import rudeness
from bot.sandbox.service import FAULT, Aim, Json, Service, bad_gateway
from bot.sandbox.wire import cut, drain, reset, swallow, who
from bot.sandbox.world import World

COMMON = ("500", "502-html", "503", "429", "delay", "reset-before", "reset-after", "expired-token")
"""Every service can misbehave in these ways, and in those of `rudeness.RUDE`."""
DELAY_S = 3.0
"""How long `delay` waits when it is not told, in real seconds."""
LONG_POLL = "/api/v1/events"
NO_KEY = "/api/v1/server_settings"
"""Answered to anybody, so no key can be refused there."""
_KEYS = {"service", "fault", "times", "method", "path", "delay_s", "seconds"}


@dataclass(slots=True)
class Fault:
    """One order to misbehave, until it was obeyed `left` times or its time is over."""

    service: str
    fault: str
    left: int | None
    aim: Aim
    delay_s: float = DELAY_S
    until: datetime | None = None

    def told(self) -> dict[str, Any]:
        """As `GET /sandbox/faults` lists it."""
        return {
            "service": self.service,
            "fault": self.fault,
            "left": self.left,
            "method": self.aim.method,
            "path": self.aim.path,
            "delay_s": self.delay_s if self.fault == "delay" else None,
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(slots=True)
class Target:
    """A service as the middleware sees it: where it is mounted, what it can do wrong, whom that concerns."""

    name: str
    mount: str
    api: tuple[str, ...]
    sign_in: str
    own: Mapping[str, Aim]
    answer: Callable[[str], Response | None]
    concerns: Callable[[Scope], bool] = lambda _scope: True
    armed: Callable[[str], None] = lambda _fault: None
    """Called with the fault's name as soon as it is ordered, for what cannot wait for a request."""
    sends: set[Send] = field(default_factory=set)
    """The open requests that concern us; a server that goes down cuts them."""


class Faults:
    """What is armed, and the ASGI application around all others that obeys it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._targets: list[Target] = []
        self._armed: list[Fault] = []

    def join(self, service: Service, mount: str) -> None:
        """Let a platform stand-in misbehave that is mounted at this path, such as `/x`."""
        self._targets.append(
            Target(
                service.name, mount, service.api, service.sign_in, service.own_faults, service.fault_answer
            )
        )

    def join_zulip(self, mount: str, bot_email: str, queues_gone: Callable[[], None]) -> None:
        """Let Zulip misbehave, towards this bot alone: people on the page are served as ever."""
        self._targets.append(
            Target(
                "zulip",
                mount,
                ("/api/",),
                "",
                {"queues-gone": Aim("GET", LONG_POLL), "down": Aim()},
                _zulip_answer,
                lambda scope: who(scope) == bot_email,
                lambda fault: queues_gone() if fault == "queues-gone" else None,
            )
        )

    def add(self, order: Any) -> Fault:
        """Arm what `POST /sandbox/faults` was given. Raises ValueError with a sentence that says what is wrong."""
        if not isinstance(order, dict):
            raise ValueError("A fault is a JSON object with at least `service` and `fault`.")  # noqa: TRY004 - one kind for all
        if strange := sorted(set(order) - _KEYS):
            raise ValueError(f"Unknown key `{strange[0]}`; known are {', '.join(sorted(_KEYS))}.")
        target = next((one for one in self._targets if one.name == order.get("service")), None)
        if target is None:
            names = ", ".join(one.name for one in self._targets)
            raise ValueError(f"Unknown service `{order.get('service')}`; known are {names}.")
        name, known = order.get("fault"), [*COMMON, *target.own, *rudeness.RUDE]
        if name not in known:
            raise ValueError(f"{target.name} knows no fault `{name}`; known are {', '.join(known)}.")
        fault = self._read(order, target, str(name))
        target.armed(fault.fault)
        if fault.fault == "queues-gone" and fault.left is not None:
            fault.left -= 1  # the first time is now
        if fault.left != 0:
            self._armed.append(fault)
        if fault.fault == "down":
            for send in list(target.sends):
                cut(send)
        return fault

    def _read(self, order: dict[str, Any], target: Target, name: str) -> Fault:
        seconds, times = _number(order, "seconds"), _number(order, "times")
        if times is not None and (times < 1 or times != int(times)):
            raise ValueError("`times` is a whole number, 1 or more.")
        for key in ("method", "path"):
            if order.get(key) is not None and not isinstance(order[key], str):
                raise ValueError(f"`{key}` is a text.")
        default = target.own.get(name, Aim())
        if times is None and seconds is None:
            times = 1
        delay = _number(order, "delay_s")
        return Fault(
            target.name,
            name,
            None if times is None else int(times),
            Aim(
                (order.get("method") or default.method or "").upper() or None,
                order.get("path") or default.path,
            ),
            delay if delay is not None else rudeness.DRIP_S if name.startswith("drip") else DELAY_S,
            None if seconds is None else self._world.clock.now() + timedelta(seconds=seconds),
        )

    def listing(self) -> list[dict[str, Any]]:
        """Everything that is armed, oldest first."""
        self._forget_old()
        return [one.told() for one in self._armed]

    def clear(self) -> None:
        """Let everything behave again."""
        self._armed.clear()

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application that serves `app` and misbehaves where it was ordered to; must be the outermost."""

        async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
            target = self._target(scope) if scope["type"] == "http" else None
            if target is None or not target.concerns(scope):
                await app(scope, receive, send)
                return
            target.sends.add(send)
            try:
                fault = self._next(target, scope)
                if fault is None:
                    await app(scope, receive, send)
                else:
                    await _obey(fault, target, app, (scope, receive, send))
            finally:
                target.sends.discard(send)

        return outermost

    def _target(self, scope: Scope) -> Target | None:
        path = scope["path"]
        fitting = [one for one in self._targets if path.startswith(f"{one.mount}/")]
        return max(fitting, key=lambda one: len(one.mount), default=None)

    def _forget_old(self) -> None:
        now = self._world.clock.now()
        self._armed = [one for one in self._armed if one.until is None or now < one.until]

    def _next(self, target: Target, scope: Scope) -> Fault | None:
        self._forget_old()
        for fault in self._armed:
            if fault.service == target.name and _hits(fault, target, scope):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left == 0:
                        self._armed.remove(fault)
                return fault
        return None


def _hits(fault: Fault, target: Target, scope: Scope) -> bool:
    if fault.fault == "expired-token" and scope["path"].endswith(NO_KEY):
        return False
    if fault.aim.method not in {None, scope["method"]}:
        return False
    path = scope["path"].removeprefix(target.mount)
    if fault.aim.path is not None:
        return fault.aim.path in f"{path}?{scope['query_string'].decode('latin-1')}"
    if not path.startswith(target.api) or (target.sign_in and path.startswith(target.sign_in)):
        return False
    polls = target.name == "zulip" and path == LONG_POLL and scope["method"] == "GET"
    return not polls or fault.fault == "down"


async def _obey(fault: Fault, target: Target, app: ASGIApp, call: tuple[Scope, Receive, Send]) -> None:
    scope, receive, send = call
    if fault.fault == "delay":
        await asyncio.sleep(fault.delay_s)
        await app(scope, receive, send)
    elif fault.fault in rudeness.RUDE:
        await rudeness.answer(fault.fault, app, call, fault.delay_s)
    elif fault.fault == "reset-before":
        await reset(send)
    elif fault.fault == "reset-after":
        await app(scope, receive, swallow)
        await reset(send)
    elif fault.fault == "queues-gone":
        target.armed(fault.fault)
        await app(scope, receive, send)
    elif (answer := bad_gateway() if fault.fault == "502-html" else target.answer(fault.fault)) is not None:
        await drain(receive)
        await answer(scope, receive, send)
    else:
        await app({**scope, FAULT: fault.fault}, receive, send)


def _number(order: dict[str, Any], key: str) -> float | None:
    value = order.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"`{key}` is a number, 0 or more.")
    return float(value)


def _zulip_answer(fault: str) -> Response | None:
    if fault == "429":
        wait = 28.706807374954224
        body = {
            "result": "error",
            "msg": "API usage exceeded rate limit",
            "code": "RATE_LIMIT_HIT",
            "retry-after": wait,
        }
        return Json(body, 429, {"retry-after": str(wait), "x-ratelimit-remaining": "0"}, "application/json")
    if fault == "expired-token":
        body = {"result": "error", "msg": "Invalid API key", "code": "INVALID_API_KEY"}
        return Json(body, 401, {"www-authenticate": 'Basic realm="zulip"'}, "application/json")
    if fault == "500":
        return Json({"result": "error", "msg": "Internal server error"}, 500, None, "application/json")
    if fault == "503":
        return bad_gateway("503 Service Temporarily Unavailable")
    return bad_gateway() if fault == "down" else None
