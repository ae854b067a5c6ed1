"""The page: the chat as one of several people, beside the platforms' timelines. Its first state is drawn here."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.sandbox import dress
from bot.sandbox.assets import ASSETS, Assets
from bot.sandbox.control import Due
from bot.sandbox.scene import FIRST, Scene
from bot.sandbox.timelines import panels
from bot.sandbox.world import World

_HERE = Path(__file__).parent
_FIRST_MESSAGES = 60
"""So many are drawn by the server; the page's script fetches the rest."""
REACTIONS = (
    ("1f44d", "+1", "Approve"),
    ("1f44e", "-1", "Veto"),
    ("2705", "check", "Done"),
    ("274c", "cross_mark", "No"),
    ("1f440", "eyes", "I am looking"),
    ("2764", "heart", "Love it"),
    ("1f389", "tada", "Congratulations"),
    ("1f680", "rocket", "Let it fly"),
    ("1f642", "smile", "Smile"),
    ("1f64f", "pray", "Thanks"),
    ("1f4a1", "bulb", "Idea"),
    ("1f44b", "wave", "Hello"),
)
"""The few that matter, by code and by Zulip's name for it."""


@dataclass(frozen=True, slots=True)
class _First:
    """A message as the server draws it before the script takes over."""

    id: int
    sender: Any
    at: datetime
    html: Markup
    near: str


class Page:
    """Answers `/`, the timelines alone (for the live page) and the static files."""

    def __init__(
        self,
        world: World,
        scene: Scene,
        chat: ASGIApp,
        accounts: Mapping[str, str],
        due: Due,
        base: str,
        config: Path | None = None,
    ) -> None:
        # imported here: jinja2 takes longer to load than everything else of the sandbox's page
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._assets = Assets()
        self._world = world
        self._scene = scene
        self._chat = chat
        self._accounts = accounts
        self._due = due
        self._base = base
        self._config = config
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = lambda name: f"{ASSETS}/{name}"
        self._templates.filters["hour"] = lambda at: f"{at:%H:%M}"
        self._templates.filters["day"] = lambda at: f"{at:%a} {at.day} {at:%b %Y}"

    def routes(self) -> list[BaseRoute]:
        """At the root of the sandbox."""
        return [
            Route("/", self._whole),
            Route("/sandbox/timelines", self._timelines),
            Route(f"{ASSETS}/{{name}}", self._assets.answer),
        ]

    async def _whole(self, request: Request) -> Response:
        me = self._who(request)
        due = await asyncio.to_thread(self._due)
        now = self._world.clock.now()
        boot = {
            "me": {**_told(me), "email": me["email"], "api_key": me["api_key"], "is_admin": me["is_admin"]},
            "people": [_told(one) for one in self._scene.people],
            "bot": _told(self._scene.bot),
            "channels": self._scene.channels,
            "base": self._base,
            "assets": ASSETS,
            "drawn": dress.drawn(),
            "now": now.isoformat(),
            "due": due.isoformat() if due else None,
        }
        others = [one for one in self._scene.people if one["name"] != me["name"]]
        return self._html(
            "page.html",
            me=me,
            people=self._scene.people,
            directs=[self._scene.bot, *others],
            channels=self._scene.channels,
            messages=await self._messages(me, self._scene.channels[0]),
            reactions=REACTIONS,
            boot=boot,
            scripts=self._assets.scripts,
            now=now.astimezone(ZoneInfo(me["timezone"])),
            only="all",
            panels=self._panels(me),
            config=shlex.quote(str(self._config)) if self._config else "",
        )

    async def _timelines(self, request: Request) -> Response:
        return self._html("timelines.html", only="all", panels=self._panels(self._who(request)))

    def _html(self, template: str, **values: Any) -> Response:
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, headers={"cache-control": "no-store"})

    def _who(self, request: Request) -> Mapping[str, Any]:
        return self._scene.person(request.query_params.get("as", FIRST)) or self._scene.person(FIRST) or {}

    def _panels(self, me: Mapping[str, Any]) -> Sequence[Any]:
        return panels(self._world, self._accounts, ZoneInfo(me["timezone"]))

    async def _messages(self, me: Mapping[str, Any], channel: Mapping[str, Any]) -> list[_First]:
        """The newest messages of a channel, asked for as the page's script asks: through the chat's own API."""
        narrow = [{"operator": "stream", "operand": channel["name"]}]
        query: dict[str, str | int] = {
            "anchor": "newest",
            "num_before": _FIRST_MESSAGES,
            "num_after": 0,
            "narrow": json.dumps(narrow),
        }
        transport = httpx.ASGITransport(app=self._chat)
        auth = (me["email"], me["api_key"])
        async with httpx.AsyncClient(
            transport=transport, base_url=self._base, auth=auth, trust_env=False
        ) as client:
            answer = await client.get("/api/v1/messages", params=query)
        zone = ZoneInfo(me["timezone"])
        return [self._first(one, channel, zone) for one in answer.json().get("messages", [])]

    def _first(self, message: Mapping[str, Any], channel: Mapping[str, Any], zone: ZoneInfo) -> _First:
        known = self._scene.by_id(message["sender_id"])
        stranger = {
            "user_id": message["sender_id"],
            "full_name": message["sender_full_name"],
            "is_bot": True,
        }
        return _First(
            id=message["id"],
            sender=known or stranger,
            at=datetime.fromtimestamp(message["timestamp"], UTC).astimezone(zone),
            html=dress.clean(message["content"], zone),
            near=f"narrow/channel/{channel['stream_id']}/near/{message['id']}",
        )


def _told(person: Mapping[str, Any]) -> dict[str, Any]:
    return {key: person[key] for key in ("name", "user_id", "full_name", "part", "timezone", "is_bot")}
