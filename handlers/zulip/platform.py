"""One announcement channel: what `send`, `find` and `check` ask of its server."""

from __future__ import annotations

import mimetypes
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar, Final

from handlers.base import (
    Draft,
    Outgoing,
    PlatformError,
    Published,
    Rejected,
    Settings,
    Standing,
    Ticket,
    Tools,
    Uncertain,
)
from handlers.media import Media
from handlers.parts import Place, Progress, Trying, Walk
from handlers.parts import Upload as Carried
from handlers.web import lost
from handlers.zulip import writing
from handlers.zulip.address import message_address
from handlers.zulip.api import TITLE, Api, Refused, Upload
from handlers.zulip.settings import TOPIC_LIMIT, ZulipSettings

SKEW: Final = timedelta(minutes=5)
"""By how much the server's clock and ours may differ."""
SETTLED: Final = timedelta(seconds=60)
"""So long a server may still work on a request whose answer was lost."""
LOOK_BACK: Final = 1000
"""Own messages of a channel that are looked through."""
CUT_MARK: Final = "\n[message truncated]"
GENERAL: Final = "(general chat)"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server told about itself."""

    message: int = writing.LIMIT
    topic: int = TOPIC_LIMIT
    file: int = 25 * 1024 * 1024
    """Bytes."""


class Zulip:
    """A channel. See `handlers.base.Platform`."""

    name: ClassVar[str] = "zulip"
    title: ClassVar[str] = TITLE
    Settings: ClassVar[type[Settings]] = ZulipSettings

    def __init__(self, account: str, settings: ZulipSettings, tools: Tools) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._limits: Limits | None = None
        self._channels: dict[str, int] = {}
        """Channel as configured -> its number, so that a rename while we run does not matter."""

    def prepare(self, draft: Draft) -> Outgoing:
        """The message, or several in order when it is too long for one."""
        limits = self._limits or Limits()
        media, problems = writing.fitted(draft.media, self._tools.store, limits.file)
        return writing.prepare(
            self.account,
            replace(draft, media=media),
            limit=limits.message,
            channel=self._settings.channel,
            topic=self._settings.topic or GENERAL,
            problems=problems,
        )

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Upload the files and send the messages that are not there yet."""
        with Api(self._settings) as api:
            limits = self._learn(api)
            if any(one.length > limits.message for one in outgoing.parts):
                raise Rejected(
                    f"Zulip takes {limits.message} characters and would cut the message. Shorten it: edit the draft."
                )
            return Walk(self._channel(api, outgoing), outgoing, ticket, self._tools.clock).send()

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Look among the bot's own messages in the channel for what may have been sent."""
        progress = Progress.of(ticket.receipt)
        if progress.trying is None and not progress.out:
            return None  # no request that creates a message ever left
        with Api(self._settings) as api:
            try:
                return Walk(self._channel(api, outgoing), outgoing, ticket, self._tools.clock).find()
            except Rejected as error:
                raise Uncertain(f"It cannot be asked whether the announcement is out. {error}") from None

    def check(self) -> Standing:
        """Sign in, learn the server's limits, and see whether the bot sees the channel and may post there."""
        with Api(self._settings) as api:
            me = api.call("GET", "users/me")
            limits = self._learn(api)
            channel = self._resolve(api, self._settings.channel)
            warnings = []
            if not self._subscribed(api, channel):
                warnings.append(
                    f"The bot is not subscribed to #{self._settings.channel}: subscribe it, "
                    "else it may not be allowed to post and cannot see what it posted."
                )
            if len(self._settings.topic) > limits.topic:
                warnings.append(f"The topic is cut after {limits.topic} characters: shorten `topic`.")
            return Standing(
                who=f"{me.get('full_name', 'a bot')} in #{self._settings.channel}", warnings=tuple(warnings)
            )

    def _channel(self, api: Api, outgoing: Outgoing) -> Channel:
        """Where the approved card says that it goes."""
        name = outgoing.extra.get("channel", self._settings.channel).removeprefix("#")
        topic = outgoing.extra.get("topic", self._settings.topic)
        return Channel(api, self._tools, self._resolve(api, name), name, "" if topic == GENERAL else topic)

    def _resolve(self, api: Api, name: str) -> int:
        """The channel's number."""
        if re.fullmatch(r"\d{1,10}", name):
            return int(name)
        if name not in self._channels:
            try:
                self._channels[name] = int(api.call("GET", "get_stream_id", {"stream": name})["stream_id"])
            except Refused as error:
                if error.code not in {"BAD_REQUEST", "STREAM_DOES_NOT_EXIST"}:
                    raise
                raise Rejected(
                    f"Zulip has no channel “{name}”, or the bot may not see it. The owner of the bot corrects `channel` "
                    "in the configuration (best: the channel's number), and somebody subscribes the bot to it."
                ) from None
        return self._channels[name]

    def _subscribed(self, api: Api, channel: int) -> bool:
        listed = api.call("GET", "users/me/subscriptions").get("subscriptions", [])
        return any(one.get("stream_id") == channel for one in listed)

    def _learn(self, api: Api) -> Limits:
        """The server's limits, asked once per process: longer messages are cut without a word."""
        if self._limits is None:
            answer = api.call("POST", "register", {"event_types": ["realm"], "fetch_event_types": ["realm"]})
            if answer.get("queue_id"):
                with suppress(PlatformError):  # else the server clears it away after ten minutes
                    api.call("DELETE", "events", {"queue_id": answer["queue_id"]})
            self._limits = Limits(
                message=_number(answer, "max_message_length", writing.LIMIT),
                topic=_number(answer, "max_topic_length", TOPIC_LIMIT),
                file=_number(answer, "max_file_upload_size_mib", 25) * 1024 * 1024,
            )
        return self._limits


class Channel:
    """The steps of one delivery, as `handlers.parts` walks them."""

    name = TITLE
    keeps_files = timedelta(days=3)

    def __init__(self, api: Api, tools: Tools, number: int, name: str, topic: str) -> None:
        self._api = api
        self._tools = tools
        self._number = number
        self._channel = name
        self._topic = topic

    def upload(self, media: Media, upload: Carried) -> str:
        """The address of the file on this server; it is seen by nobody until a message has it."""
        with self._tools.store.open(media.sha256) as file:
            answer = self._api.call("POST", "user_uploads", upload=Upload(file, file_name(media)))
        where = answer.get("url") or answer.get("uri")
        if not isinstance(where, str) or not where:
            raise lost(TITLE, acts=False)
        upload.told(media.size)
        return where

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """Zulip has a file ready as soon as it has it."""

    def post(self, place: Place, files: list[str], key: str) -> Published:  # noqa: ARG002 - Zulip has no such key
        """The creating request, by the channel's number."""
        answer = self._api.call(
            "POST",
            "messages",
            {
                "type": "stream",
                "to": self._number,
                "topic": self._topic,
                "content": writing.content(place.part.text, place.part.media, files),
            },
            acts=True,
        )
        message = answer.get("id")
        if not isinstance(message, int):
            raise lost(TITLE, acts=True)
        return self._published(message, self._topic)

    def look(self, place: Place, since: datetime, known: frozenset[str]) -> Published | None:
        """Among the bot's own messages in the channel, in whatever topic they are now."""
        wanted = writing.as_sent(place.part.text, place.part.media)
        for message in self._own():
            if str(message.get("id")) in known or _sent_at(message) < since - SKEW:
                continue
            text = writing.stored(str(message.get("content", "")))
            topic = str(message.get("subject", self._topic))
            if wanted.fullmatch(text):
                return self._published(int(message["id"]), topic)
            if _is_cut(text, place.part.text):
                return self._published(
                    int(message["id"]),
                    topic,
                    "Zulip cut the message at its end: look at it, and add what is missing.",
                )
        return None

    def patience(self, trying: Trying, now: datetime) -> timedelta:  # noqa: ARG002 - always the same
        """After that the server has finished with a request, one way or the other."""
        return SETTLED

    def _own(self) -> list[dict[str, Any]]:
        """The bot's messages in the channel, newest first. Raises `Uncertain` where it may not look."""
        narrow = [
            {"operator": "stream", "operand": self._number},
            {"operator": "sender", "operand": self._api.settings.email},
        ]
        try:
            answer = self._api.call(
                "GET",
                "messages",
                {
                    "narrow": narrow,
                    "anchor": "newest",
                    "num_before": LOOK_BACK,
                    "num_after": 0,
                    "apply_markdown": False,
                },
            )
        except Refused as error:
            raise Uncertain(
                f"Zulip does not let the bot look whether the announcement is out. {error} "
                "Look at the channel; order it again with `retry` only if it is not there."
            ) from None
        found = answer.get("messages")
        if not isinstance(found, list):
            raise lost(TITLE, acts=False)
        return list(reversed(found))

    def _published(self, message: int, topic: str, *warnings: str) -> Published:
        site = self._api.settings.site
        where = message_address(site, self._api.level, self._number, self._channel, topic, message)
        return Published(str(message), where, warnings)


def file_name(media: Media) -> str:
    """The name a file gets on the server, with an ending that fits its content, for that decides how it is shown."""
    name = re.sub(r"[^\w.() -]", "_", PurePosixPath(media.name).name).strip(" .") or "file"
    if mimetypes.guess_type(name)[0] != media.mime:
        name = (
            f"{PurePosixPath(name).stem}{mimetypes.guess_extension(media.mime) or PurePosixPath(name).suffix}"
        )
    return name


def _number(answer: dict[str, Any], key: str, otherwise: int) -> int:
    found = answer.get(key)
    return found if isinstance(found, int) and found > 0 else otherwise


def _sent_at(message: dict[str, Any]) -> datetime:
    at = message.get("timestamp")
    return (
        datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else datetime.max.replace(tzinfo=UTC)
    )


def _is_cut(text: str, wanted: str) -> bool:
    return text.endswith(CUT_MARK) and wanted.startswith(text.removesuffix(CUT_MARK))
