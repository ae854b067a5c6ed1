"""The stand-in for Zulip: its application, and the hand that sets the scene in the sandbox and in tests."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.service import Dated
from bot.sandbox.world import World
from bot.sandbox.zulip import api_uploads, channels, emoji, groups, people, routes, web
from bot.sandbox.zulip.api_register import EMOJI_PATH
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal, unknown_to_sandbox
from bot.sandbox.zulip.organisation import NEWEST
from bot.sandbox.zulip.rows import MEMBER, Channel, Group, Level, Message, Person, Settings, Upload
from bot.sandbox.zulip.speaking import say, tidy, tidy_topic

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class Zulip:
    """One organisation on one server. `app` answers; the methods do what people do elsewhere. Thread-safe.

    `feature_level` 218 speaks as the recorded server (8.0-dev), 321 as the one that was measured since (10.0-dev), 512 as
    the newest known (13.0-dev).
    What a bot says in one of `announcement_channels` is published to the world's readers.
    """

    def __init__(
        self,
        world: World,
        *,
        base: str,
        feature_level: Level = 218,
        announcement_channels: Collection[str] = (),
    ) -> None:
        self.core = Core(world, base, feature_level, announcement_channels)
        self.app = Starlette(
            routes=[
                Route("/api/v1/{path:path}", self._api, methods=_METHODS),
                Route("/user_uploads/temporary/{token}/{name}", self._temporary, methods=["GET"]),
                Route("/user_uploads/thumbnail/{path:path}/{size}", self._thumbnail, methods=["GET"]),
                Route("/user_uploads/{path:path}", self._file, methods=["GET"]),
                Route("/user_avatars/2/emoji/images/{name}", self._emoji_picture, methods=["GET"]),
                Route(EMOJI_PATH, self._emoji_data, methods=["GET"]),
                Route("/static/generated/emoji/emoji_api.{rest}.json", self._emoji_data, methods=["GET"]),
            ]
        )
        self.app.add_middleware(Dated, now=world.clock.now)

    # Answers

    async def _api(self, request: Request) -> Response:
        return await routes.answer(self.core, request, str(request.path_params["path"]))

    def _caller(self, request: Request) -> Person | None:
        """Who asks for a file: by HTTP Basic, or by `?api_key=`; nobody when that is wrong."""
        try:
            key = request.query_params.get("api_key")
            if key is not None:
                return web.by_key(self.core.organisation, key)
            return web.who(self.core.organisation, request)
        except Refusal:
            return None

    async def _file(self, request: Request) -> Response:
        attachment = self.core.since(NEWEST) and request.query_params.get("download") == "true"
        with self.core.lock:
            path = str(request.path_params["path"])
            return api_uploads.download(
                self.core,
                self._caller(request),
                path,
                attachment=attachment,
                asked=request.headers.get("range", ""),
            )

    async def _thumbnail(self, request: Request) -> Response:
        with self.core.lock:
            path = str(request.path_params["path"])
            return api_uploads.thumbnail(self.core, self._caller(request), path)

    async def _temporary(self, request: Request) -> Response:
        with self.core.lock:
            return api_uploads.by_token(
                self.core, str(request.path_params["token"]), request.headers.get("range", "")
            )

    async def _emoji_picture(self, request: Request) -> Response:
        wanted = str(request.path_params["name"]).removesuffix(".png")
        with self.core.lock:
            for one in self.core.organisation.emoji.values():
                if str(one["id"]) == wanted:
                    data = self.core.organisation.world.blobs.get(str(one["sha256"]))
                    return Response(data, media_type="image/png")
        return routes.refused(unknown_to_sandbox(f"the emoji {wanted}"), {})

    async def _emoji_data(self, _request: Request) -> Response:
        return JSONResponse(emoji.api_data())

    # The scene. Each of these may be called again with the same name: what is there already is given back.

    def add_person(
        self,
        name: str,
        email: str,
        *,
        role: int = MEMBER,
        timezone: str = "",
        bot: bool = False,
        owner: Person | None = None,
    ) -> Person:
        """An account, told apart by its address. A bot may post where its `owner` may.

        `role`: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
        """
        with self.core.lock:
            known = self.core.organisation.by_email(email)
            if known is not None:
                return known
            return people.add(self.core, name, email, role=role, timezone=timezone, bot=bot, owner=owner)

    def add_channel(
        self, name: str, subscribers: Iterable[Person] = (), *, private: bool = False, description: str = ""
    ) -> Channel:
        """A channel with these subscribers; its history is open to all of them."""
        with self.core.lock:
            known = self.core.organisation.channel_named(name)
            if known is not None:
                return known
            channel = channels.make(
                self.core, name, private=private, history_public=True, description=description
            )
            channels.subscribe(self.core, channel, subscribers)
            return channel

    def add_group(
        self,
        name: str,
        members: Iterable[Person] = (),
        subgroups: Iterable[Group] = (),
        *,
        description: str = "",
    ) -> Group:
        """A user group with these members and the members of these groups."""
        with self.core.lock:
            known = self.core.organisation.group_named(name)
            if known is not None:
                return known
            users = [one.user_id for one in members]
            return groups.make(self.core, name, description, users, [one.group_id for one in subgroups])

    def add_emoji(self, name: str, picture: bytes) -> None:
        """A custom emoji of the organisation; `picture` is a PNG."""
        with self.core.lock:
            if name not in self.core.organisation.emoji:
                self.core.organisation.add_emoji(name, picture)

    def rename(self, what: Person | Channel | Group, name: str) -> None:
        """Another name, told by an event. Raises Refusal for a group's name that is taken."""
        with self.core.lock:
            match what:
                case Person():
                    people.rename(self.core, what, name)
                case Channel():
                    channels.rename(self.core, what, name)
                case Group():
                    groups.rename(self.core, what, name)

    def set_role(self, person: Person, role: int) -> None:
        """Make somebody an administrator, a member, a guest …"""
        with self.core.lock:
            people.set_role(self.core, person, role)

    def set_timezone(self, person: Person, timezone: str) -> None:
        """An IANA name, or nothing for "not set"."""
        with self.core.lock:
            people.set_timezone(self.core, person, timezone)

    def deactivate(self, person: Person) -> None:
        """Switch an account off."""
        with self.core.lock:
            people.set_active(self.core, person, False)

    def reactivate(self, person: Person) -> None:
        """Switch it on again."""
        with self.core.lock:
            people.set_active(self.core, person, True)

    def subscribe(self, channel: Channel, *subscribers: Person) -> None:
        """Bring people into a channel."""
        with self.core.lock:
            channels.subscribe(self.core, channel, subscribers)

    def unsubscribe(self, channel: Channel, *subscribers: Person) -> None:
        """Take people out of a channel."""
        with self.core.lock:
            channels.unsubscribe(self.core, channel, subscribers)

    def archive(self, channel: Channel) -> None:
        """Close a channel."""
        with self.core.lock:
            channels.archive(self.core, channel)

    def add_members(self, group: Group, *members: Person) -> None:
        """Put people into a group. Raises Refusal when one is a member already."""
        with self.core.lock:
            groups.add_members(self.core, group, [one.user_id for one in members])

    def remove_members(self, group: Group, *members: Person) -> None:
        """Take people out of a group. Raises Refusal when one is no member."""
        with self.core.lock:
            groups.remove_members(self.core, group, [one.user_id for one in members])

    def allow(self, group: Group, setting: str, value: int | dict[str, list[int]]) -> None:
        """Who may join a group, or add people to it (newer server): a group's id, or people and groups."""
        with self.core.lock:
            groups.allow(self.core, group, setting, value)

    def delete_group(self, group: Group) -> None:
        """Remove a group."""
        with self.core.lock:
            groups.delete(self.core, group)

    def say(self, sender: Person, channel: Channel, topic: str, content: str) -> Message:
        """A message, without asking whether the sender may. Raises Refusal for an empty one."""
        with self.core.lock:
            return say(
                self.core, sender, tidy(content), channel=channel, topic=tidy_topic(topic), client="website"
            )

    def upload(self, owner: Person, name: str, mime: str, data: bytes) -> Upload:
        """A file; link it as `/user_uploads/{path}` in a message."""
        with self.core.lock:
            return api_uploads.keep(self.core, owner, name, mime, io.BytesIO(data))

    def queues_gone(self) -> None:
        """Forget all event queues, as after a crash of the server."""
        with self.core.lock:
            self.core.queues.gone()

    @property
    def settings(self) -> Settings:
        """The organisation's settings; after a change call `save_settings`."""
        return self.core.organisation.settings

    def save_settings(self) -> None:
        """Keep changed settings over a restart."""
        with self.core.lock:
            self.core.organisation.save_settings()

    @property
    def rate_limited(self) -> bool:
        """Are more than 200 requests a minute of one person refused?"""
        return self.core.rate.on

    @rate_limited.setter
    def rate_limited(self, on: bool) -> None:
        self.core.rate.on = on

    @property
    def heartbeat_s(self) -> tuple[float, float]:
        """Between which times (real seconds) a poll with nothing to tell is answered; 45 to 55."""
        return self.core.queues.heartbeat_s

    @heartbeat_s.setter
    def heartbeat_s(self, between: tuple[float, float]) -> None:
        self.core.queues.heartbeat_s = between

    def save(self, row: Person | Channel | Group | Message | Upload) -> None:
        """Keep a row whose fields were set by hand (`channel.topics_policy`, `channel.new_topics`, …)."""
        with self.core.lock:
            self.core.organisation.save(row)

    def zuliprc(self, person: Person) -> str:
        """What this person would download as `zuliprc`."""
        site = self.core.organisation.base
        return f"[api]\nemail={person.email}\nkey={person.api_key}\nsite={site}\n"
