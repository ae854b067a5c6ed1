"""The steps of one announcement, as `handlers.parts` walks them."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from typing_extensions import override

from handlers import clocks
from handlers.base import PlatformError, Published, Tools, Uncertain
from handlers.likeness import Likeness
from handlers.media import Media
from handlers.parts import Place, Service, Trying, Upload
from handlers.reconcile import Agreement, Found, Seen, worst
from handlers.web import lost
from handlers.zulip import origin, writing
from handlers.zulip.address import message_address
from handlers.zulip.api import TITLE, Api, Refused
from handlers.zulip.privacy import NO_LINK

SETTLED: Final = timedelta(seconds=60)
"""So long a server may still work on a request whose answer was lost."""
LOOK_BACK: Final = 1000
"""Own messages of a channel that are asked for at once."""
PAGES: Final = 5
"""So often that many are searched for one."""
CUT_MARK: Final = "\n[message truncated]"
CUT: Final = "Zulip cut the message at its end: look at it, and add what is missing."


class Channel(Service):
    """One channel and topic, for one piece of work."""

    name = TITLE
    keeps_files = timedelta(days=3)

    def __init__(self, api: Api, tools: Tools, number: int, name: str, topic: str, *, private: bool) -> None:
        self._api = api
        self._tools = tools
        self._number = number
        self._channel = name
        self._topic = topic
        self._private = private

    @override
    def upload(self, media: Media, upload: Upload) -> str:
        """The address of the file on this server; it is seen by nobody until a message has it."""
        with self._tools.store.open(media.sha256) as file:
            answer = self._api.upload(file, media.size, file_name(media), media.mime, upload.told)
        where = answer.get("url") or answer.get("uri")
        if not isinstance(where, str) or not where:
            raise lost(TITLE, acts=False)
        upload.ready = True
        return where

    @override
    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """Zulip has a file ready as soon as it has it."""

    @override
    def post(self, place: Place, files: list[str], key: str) -> Published:
        """The creating request, by the channel's number; Zulip has no key that would make it harmless to repeat."""
        content = writing.content(place.part.text, place.part.media, files)
        answer = self._api.call(
            "POST",
            "messages",
            {"type": "stream", "to": self._number, "topic": self._topic, "content": content},
            acts=True,
        )
        message = answer.get("id")
        if not isinstance(message, int):
            raise lost(TITLE, acts=True)
        return self._published(place, message, self._topic, *self._changed(message, content))

    def _changed(self, message: int, sent: str) -> list[str]:
        """What is stored compared with what was sent: the server cuts without a word. Nothing where it is not told, or
        where few requests are left: no text leaves that is longer than the server takes.
        """
        if self._api.scarce:
            return []
        try:
            answer = self._api.call("GET", f"messages/{message}", {"apply_markdown": False})
        except PlatformError:
            return []
        found = answer.get("message")
        if not isinstance(found, dict) or not isinstance(found.get("content"), str):
            return []
        told = []
        text = writing.stored(found["content"])
        if _is_cut(text, sent):
            told.append(CUT)
        elif text != writing.stored(sent):
            told.append("Zulip shows a text that differs from the approved one: look at it.")
        topic = str(found.get("subject", self._topic))
        if (
            topic != self._topic
            and topic.endswith("...")
            and self._topic.startswith(topic.removesuffix("..."))
        ):
            told.append(f"Zulip cut the topic to “{topic}”.")
        return told

    @override
    def before(self) -> None:
        """Zulip counts every request, and only this bot writes in its own name."""

    @override
    def repeats(self, trying: Trying, now: datetime) -> bool:
        """Zulip has no such key."""
        return False

    @override
    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:
        """Among the bot's own messages in the channel; in another topic one is ours only if it was moved there, and one
        that was edited by what it said first.
        """
        wanted = writing.as_sent(place.part.text, place.part.media)
        sent = writing.content(place.part.text, place.part.media, files) if files else ""
        found = []
        for message in self._own(since):
            number, content = message.get("id"), message.get("content")
            if not isinstance(number, int) or not isinstance(content, str):  # ours may be among them
                raise lost(TITLE, acts=False)
            first = origin.content(message, self._api.level)
            text = writing.stored(first or "")
            topic, at = str(message.get("subject", self._topic)), _sent_at(message)
            published = self._published(place, number, topic)
            where = origin.agreement(message, self._number, self._topic, self._api.level)
            posted = where if first == content else min(where, Likeness.ALIKE)
            if first is None:
                found.append(Found(published, at, worst([posted])))
            elif files and text == writing.stored(sent):
                found.append(Found(published, at, Agreement.OWN))
            elif wanted.fullmatch(text) and not files:
                found.append(Found(published, at, worst([posted])))
            elif _is_cut(text, place.part.text):
                cut = replace(published, warnings=(*published.warnings, CUT))
                found.append(Found(cut, at, worst([posted])))
        return Seen(found, ahead=clocks.ahead(self._api.answered, self._tools.clock()))

    @override
    def patience(self, trying: Trying, now: datetime) -> timedelta:
        """After that the server has finished with a request, one way or the other."""
        return SETTLED

    def _own(self, since: datetime) -> Iterator[dict[str, Any]]:
        """The bot's messages in the channel since then (and some older ones), newest first. Raises `Uncertain` where it may
        not look so far back.
        """
        anchor = "newest"
        for _ in range(PAGES):
            answer = self._page(anchor)
            messages = answer["messages"]
            yield from reversed(messages)
            oldest = messages[0] if messages else {}
            at, number = _sent_at(oldest), oldest.get("id")
            if at is not None and at < since:
                return
            if answer.get("found_oldest") is True or not isinstance(number, int):
                if answer.get("history_limited"):
                    break
                return
            anchor = str(number - 1)
        raise Uncertain(
            f"{TITLE} does not show the bot's messages so far back. Look at the channel, and say what you see."
        )

    def _page(self, anchor: str) -> dict[str, Any]:
        """The bot's messages in the channel up to one, oldest first."""
        narrow = [
            {"operator": "stream", "operand": self._number},
            {"operator": "sender", "operand": self._api.settings.email},
        ]
        asked = {
            "narrow": narrow,
            "anchor": anchor,
            "num_before": LOOK_BACK,
            "num_after": 0,
            "apply_markdown": False,
        }
        try:
            answer = self._api.call("GET", "messages", asked)
        except Refused as error:
            raise Uncertain(
                f"Zulip does not let the bot look whether the announcement is out. {error} "
                "Look at the channel; order it again with `retry` only if it is not there."
            ) from None
        found = answer.get("messages")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise lost(TITLE, acts=False)
        return answer

    def _published(self, place: Place, message: int, topic: str, *warnings: str) -> Published:
        """A message in a private channel has no address: where it is told, others may read."""
        if self._private:
            return Published(str(message), "", (*warnings, NO_LINK) if not place.number else warnings)
        site = self._api.settings.site
        where = message_address(site, self._api.level, self._number, self._channel, topic, message)
        return Published(str(message), where, warnings)


def file_name(media: Media) -> str:
    """The name a file gets on the server, with an ending that fits its content, for that decides how it is shown."""
    name = re.sub(r"[^\w.() -]", "_", PurePosixPath(media.name).name).strip(" .") or "file"
    if mimetypes.guess_type(name)[0] != media.mime:
        ending = mimetypes.guess_extension(media.mime) or PurePosixPath(name).suffix
        name = f"{PurePosixPath(name).stem}{ending}"
    return name


def _sent_at(message: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(message.get("timestamp", ""), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _is_cut(text: str, wanted: str) -> bool:
    return text.endswith(CUT_MARK) and wanted.startswith(text.removesuffix(CUT_MARK))
