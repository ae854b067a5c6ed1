"""The sandbox as one application on one port: Zulip at the root, the platforms beside it, the page on top."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.control import Control
from bot.sandbox.faults import LONG_POLL, Faults
from bot.sandbox.guard import Guard
from bot.sandbox.linkedin import LinkedIn
from bot.sandbox.mastodon import Mastodon
from bot.sandbox.page import Page
from bot.sandbox.scene import ANNOUNCEMENTS, Scene
from bot.sandbox.service import Service
from bot.sandbox.wire import who
from bot.sandbox.world import World
from bot.sandbox.x import X
from bot.sandbox.youtube import YouTube
from bot.sandbox.zulip import Zulip
from bot.sandbox.zulip.rows import Level


class _Readable:
    """A platform's stand-in to which readers come too: a browser that opens a post is led to it on our page."""

    def __init__(self, world: World, app: ASGIApp) -> None:
        self._world = world
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Headers(scope=scope).get("sec-fetch-mode") == "navigate":
            path = scope["path"]
            for post in self._world.posts():
                if urlsplit(post["url"]).path == path:
                    target = f"/#post/{post['service']}/{quote(post['id'], safe='')}"
                    await RedirectResponse(target, 303)(scope, receive, send)
                    return
        await self._app(scope, receive, send)


_TICK_S = 1.0
"""So often the platforms look what became due by itself (a scheduled video, say)."""


class Sandbox:
    """Everything behind one address. `database` is where the bot keeps its plan (it may come later, or never), `config` its `zuliprc`."""

    def __init__(
        self,
        world: World,
        base: str,
        *,
        feature_level: Level = 512,
        database: Path | None = None,
        config: Path | None = None,
    ) -> None:
        self.world = world
        self.base = base.rstrip("/")
        self._database = database
        self._config = config
        self.bot_listens = asyncio.Event()
        """Set as soon as the bot has asked for events."""
        self.zulip = Zulip(
            world, base=self.base, feature_level=feature_level, announcement_channels=(ANNOUNCEMENTS,)
        )
        self.scene = Scene(self.zulip)
        self._bot_email = self.scene.bot["email"]
        self.platforms: dict[str, Service] = {
            one.name: one(world, f"{self.base}/{one.name}") for one in (Mastodon, X, LinkedIn, YouTube)
        }
        self.faults = Faults(world)
        self.app: ASGIApp = self._assemble()

    def _assemble(self) -> ASGIApp:
        for service in self.platforms.values():
            self.faults.join(service, f"/{service.name}")
        self.faults.join_zulip("", self._bot_email, self.zulip.queues_gone)
        accounts = {name: one.account for name, one in self.platforms.items()}
        accounts["zulip"] = f"#{ANNOUNCEMENTS}"
        page = Page(self.world, self.scene, self.zulip.app, accounts, self.due, self.base, self._config)
        control = Control(self.world, self.faults, self.due, self._tick)
        routes: list[BaseRoute] = [
            *page.routes(),
            Mount("/sandbox", routes=control.routes()),
            *(Mount(f"/{name}", _Readable(self.world, one.app)) for name, one in self.platforms.items()),
            Mount("/", self._chat),
        ]
        return self.faults.around(Guard(Starlette(routes=routes, lifespan=self._alive)))

    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The chat; the bot's first poll for events is how we know that it listens."""
        polls = scope["type"] == "http" and scope["path"] == LONG_POLL
        if polls and not self.bot_listens.is_set() and who(scope) == self._bot_email:
            self.bot_listens.set()
        await self.zulip.app(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _alive(self, _app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(self._tick_on())
        yield
        ticking.cancel()

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._tick()

    def _tick(self) -> None:
        for service in self.platforms.values():
            service.tick()

    def due(self) -> datetime | None:
        """When the bot will next have something to send (UTC), read from its own database; None if nothing waits."""
        from storage.database import Database
        from storage.errors import StorageError
        from storage.plan import next_due

        if self._database is None or not self._database.exists():
            return None
        try:
            database = Database(f"sqlite:///{self._database}")
            try:
                with database.reading() as session:
                    return next_due(session)
            finally:
                database.close()
        except StorageError:  # its tables are not made yet
            return None

    def tokens(self) -> dict[str, Mapping[str, str]]:
        """What any client needs for each platform: its base URL and everything it can sign in with."""
        return {name: {"base_url": one.base, **one.token} for name, one in self.platforms.items()}
