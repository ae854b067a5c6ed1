"""One announcement channel: what `send`, `find` and `check` ask of its server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from handlers.base import (
    Draft,
    Outgoing,
    Published,
    Rejected,
    Settings,
    Standing,
    Ticket,
    Tools,
    Uncertain,
)
from handlers.links import server_of
from handlers.naming import naming
from handlers.parts import Progress, Walk
from handlers.web import lost
from handlers.zulip import channel_rules, topics, writing
from handlers.zulip.address import number_of
from handlers.zulip.api import TITLE, Api, Refused
from handlers.zulip.channel import Channel
from handlers.zulip.clients import Clients
from handlers.zulip.privacy import is_private, seen
from handlers.zulip.settings import TOPIC_LIMIT, ZulipSettings

DAY: Final = timedelta(days=1)
BURST: Final = timedelta(seconds=10)
"""For so long it is known whether a channel is private."""
GENERAL: Final = "(general chat)"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server told about itself."""

    message: int = writing.LIMIT
    topic: int = TOPIC_LIMIT
    file: int = 25 * 1024 * 1024
    """Bytes."""


class Zulip:
    """A channel and a topic of it. See `handlers.base.Platform`."""

    name: ClassVar[str] = "zulip"
    title: ClassVar[str] = TITLE
    Settings: ClassVar[type[Settings]] = ZulipSettings

    def __init__(self, account: str, settings: ZulipSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._limits: Limits | None = None
        self._learned: datetime | None = None
        self._channels: dict[str, int] = {}
        """Channel as configured -> its number, so that a rename while we run does not matter."""
        self._clients = Clients(settings, tools.clock)
        self._private: dict[int, tuple[bool, datetime]] = {}
        """Channel's number -> whether it is private, and when that was asked."""

    def prepare(self, draft: Draft) -> Outgoing:
        """The message, or several in order when it is too long for one."""
        limits = self._limits or Limits()
        media, problems = writing.fitted(draft.media, self._tools.store, limits.file)
        return writing.prepare(
            self.account,
            replace(draft, media=media),
            limit=limits.message,
            channel=self._settings.channel,
            topic=topics.of(draft, self._settings.topic, limits.topic) or GENERAL,
            problems=problems,
        )

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Upload the files and send the messages that are not there yet."""
        with self._api() as api:
            limits = self._learn(api)
            if any(one.length > limits.message for one in outgoing.parts):
                raise Rejected(
                    f"Zulip takes {limits.message} characters and would cut the message. Shorten it: edit the draft."
                )
            return Walk(self._channel(api, outgoing), outgoing, ticket, self._tools.clock).send()

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Look among the bot's own messages in the channel for what may have been sent."""
        progress = Progress.of(ticket.receipt)
        if progress.trying is None and not progress.out and not ticket.restored:
            return None  # no request that creates a message ever left
        with self._api() as api:
            try:
                return Walk(self._channel(api, outgoing), outgoing, ticket, self._tools.clock).find()
            except Rejected as error:
                raise Uncertain(f"It cannot be asked whether the announcement is out. {error}") from None

    def number_of(self, link: str) -> str | None:
        """See `handlers.base.Platform`."""
        return number_of(link, self._settings.site)

    def check(self) -> Standing:
        """Sign in, learn the server's limits, and see whether the bot sees the channel and may post there."""
        with self._api() as api:
            me = api.call("GET", "users/me")
            realm = self._ask_realm(api)
            limits = self._limits or Limits()
            channel = self._resolve(api, self._settings.channel)
            warnings = [*self._visible(api, channel, me, realm)]
            if len(topics.fixed(self._settings.topic)) > limits.topic:
                warnings.append(f"The topic is cut after {limits.topic} characters: shorten `topic`.")
            who = f"{me.get('full_name', 'a bot')} in #{self._settings.channel}"
            server = server_of(self._settings.site)
            identity = f"{server} {channel} {self._settings.topic.casefold()}"
            return Standing(who=who, warnings=tuple(warnings), identity=identity, server=server)

    @contextmanager
    def _api(self) -> Iterator[Api]:
        """The line for one piece of work; what goes wrong there is told with the account's name."""
        with naming(self.title, self.account), self._clients.one() as api:
            yield api

    def _channel(self, api: Api, outgoing: Outgoing) -> Channel:
        """Where the approved card says that it goes."""
        name = outgoing.extra.get("channel", self._settings.channel).removeprefix("#")
        topic = outgoing.extra.get("topic", self._settings.topic)
        number = self._resolve(api, name)
        topic = "" if topic == GENERAL else topic
        if refused := channel_rules.topicless(self._settings, topic, api.level):
            raise Rejected(refused)
        return Channel(api, self._tools, number, name, topic, private=self._is_private(api, number))

    def _is_private(self, api: Api, number: int) -> bool:
        """Asked anew for each post, but for those of one burst: a channel can be made private."""
        now = self._tools.clock()
        private, asked = self._private.get(number, (True, None))
        if asked is None or not asked <= now < asked + BURST:
            private = is_private(api, number)
            self._private[number] = (private, now)
        return private

    def _resolve(self, api: Api, name: str) -> int:
        """The channel's number."""
        if re.fullmatch(r"\d{1,10}", name):
            return int(name)
        if name not in self._channels:
            try:
                number = api.call("GET", "get_stream_id", {"stream": name}).get("stream_id")
            except Refused as error:
                if error.code not in {"BAD_REQUEST", "STREAM_DOES_NOT_EXIST"}:
                    raise
                raise Rejected(
                    f"Zulip has no channel “{name}”, it is archived, or the bot may not see it. The owner of the bot corrects `channel` "
                    "in the configuration (best: the channel's number), and somebody subscribes the bot to it."
                ) from None
            if not isinstance(number, int):
                raise lost(self.title, acts=False)
            self._channels[name] = number
        return self._channels[name]

    def _visible(self, api: Api, number: int, me: dict[str, Any], realm: dict[str, Any]) -> Iterator[str]:
        """What would be refused there, as far as the bot is told."""
        where = f"#{self._settings.channel}"
        channel, subscribed = seen(api, number)
        if channel is None:
            yield (
                f"The bot cannot see {where}: it is archived, private without the bot, or not there. An administrator "
                "unarchives it or subscribes the bot, or the owner of the bot takes another `channel`."
            )
            return
        if not subscribed:
            yield (
                f"The bot is not subscribed to {where}: subscribe it, "
                "else it may not be allowed to post and cannot see what it posted."
            )
        yield from channel_rules.hindrances(
            api, self._settings, channel_rules.Server(me, realm, channel, number)
        )

    def _learn(self, api: Api) -> Limits:
        """The server's limits, asked once a day: longer messages are cut without a word."""
        now = self._tools.clock()
        if self._limits and self._learned and now - self._learned < DAY:
            return self._limits
        self._ask_realm(api)
        return self._limits or Limits()

    def _ask_realm(self, api: Api) -> dict[str, Any]:
        """What the organization tells of itself and of its groups; its limits are kept."""
        answer = channel_rules.realm_of(api)
        self._learned = self._tools.clock()
        self._limits = Limits(
            message=_number(answer, "max_message_length", writing.LIMIT),
            topic=_number(answer, "max_topic_length", TOPIC_LIMIT),
            file=_number(answer, "max_file_upload_size_mib", 25) * 1024 * 1024,
        )
        return answer


def _number(answer: dict[str, Any], key: str, otherwise: int) -> int:
    found = answer.get(key)
    return found if isinstance(found, int) and found > 0 else otherwise
