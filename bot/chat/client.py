"""`Chat`: what the bot can do in Zulip. Thread-safe; every thread has a connection of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.chat import fetching, links, sending
from bot.chat.budget import Budget
from bot.chat.emojis import Emojis
from bot.chat.errors import ChatError, Lost, Refused
from bot.chat.events import Events, QueueGone
from bot.chat.home import Home
from bot.chat.people import Directory
from bot.chat.sense import number, numbers, understanding, understood
from bot.chat.values import Emoji, Hint, Kind, Message, Person, Place, read_message
from bot.chat.wire import Wire
from handlers.redaction import redact

log = logging.getLogger("social.chat")


class Chat:
    """One bot on one Zulip server."""

    def __init__(
        self, *, email: str, key: str, site: str, channel: str, pause: Callable[[float], Any] | None = None
    ) -> None:
        """`channel` is the name or id of the channel where the bot lives."""
        self._credentials = {"email": email, "key": key, "site": site}
        self._pause = pause or threading.Event().wait
        self._local = threading.local()
        self._newest = 0
        """The newest message id heard of; what is said later has a greater one."""
        self._aheads: list[set[int]] = []
        """For each block of `ahead`, the messages that somebody looked at since."""
        self.budget = Budget()
        self.site = site.rstrip("/")
        self.directory = Directory()
        self._emojis = Emojis(self.directory)
        self._home = Home(channel, self.directory)
        self._events = Events(self.directory)

    @property
    def wire(self) -> Wire:
        """The connection of the calling thread; the first use makes it, and asks the server for its level."""
        wire: Wire | None = getattr(self._local, "wire", None)
        if wire is None:
            wire = Wire(**self._credentials, pause=self._pause, budget=self.budget)
            self._local.wire = wire
        return wire

    @property
    def level(self) -> int:
        """The server's feature level."""
        return self.wire.feature_level

    # -- who and where ---------------------------------------------------------------------------------

    @understanding
    def listen(self) -> None:
        """Register for events and learn who is who. Raises `ChatError`."""
        me = self.wire.call("users/me")
        self.directory.me = number(me, "user_id")
        self._events.register(self.wire)
        self._newest = self.newest()
        self._emojis.read(self.wire)

    @property
    def me(self) -> Person:
        """The bot itself."""
        return self.directory.person(self.directory.me)

    @property
    def home(self) -> int:
        """Id of the bot's channel; 0 if it was never found. Stays when the channel is renamed."""
        return self._home.id

    @property
    def at_home(self) -> bool:
        """Whether the bot is subscribed to its channel now, as far as it was told."""
        return self._home.here

    @property
    def home_name(self) -> str:
        """The channel's present name."""
        return self._home.name

    @property
    def home_configured(self) -> str:
        """The name or id of the channel in the configuration."""
        return self._home.configured

    def remember_home(self, channel_id: int) -> None:
        """The channel was found before, by an earlier process: it is followed even if it was renamed."""
        self._home.remember(channel_id)

    @understanding
    def must_be_home(self, *, ask: bool = False) -> None:
        """Raise `NotHome` if the bot is not in its channel; with `ask`, the server is asked just now."""
        if ask and self.at_home:
            self._home.ask(self.wire)
        self._home.must_be_here()

    @understanding
    def belong(self, user_ids: Iterable[int]) -> bool:
        """Whether all these people are subscribed to the bot's channel."""
        answer = self.wire.call(f"streams/{self.home}/members")
        return set(user_ids) <= set(numbers(answer, "subscribers"))

    @property
    def emoji_names(self) -> dict[str, str]:
        """Zulip's names of Unicode emoji -> the characters."""
        return self._emojis.characters

    def emoji(self, name: str) -> Emoji | None:
        """The emoji of a Zulip name or of the Unicode characters themselves."""
        return self._emojis.now(name)

    def named(self, name: str) -> frozenset[Emoji]:
        """Every emoji that is, or was, called so: an organization's own takes a name from Unicode's, and may be
        taken away again, but what somebody said with either stands.
        """
        return self._emojis.ever(name)

    def emoji_name(self, emoji: Emoji) -> str:
        """A name that the server knows this emoji by."""
        return self._emojis.name(emoji)

    # -- looking ---------------------------------------------------------------------------------------

    @understanding
    def look(self, message_id: int) -> Message | None:
        """The message as it stands now; None if it was deleted.

        A message of a channel that the bot was shut out of looks just like a deleted one; then `NotHome`
        is raised as long as the bot is not in its own channel, so that nothing is taken for withdrawn.
        """
        ahead: dict[int, Message] = getattr(self._local, "ahead", {})
        found = ahead.pop(message_id, None)
        if found is not None and message_id not in self._local.overtaken:
            return found
        for overtaken in list(self._aheads):
            overtaken.add(message_id)
        try:
            answer = self.wire.call(f"messages/{message_id}", "GET", {"apply_markdown": "false"})
        except Refused as error:
            if error.code != "BAD_REQUEST":
                raise
            self.must_be_home(ask=True)
            return None
        return read_message(
            answer["message"] | {"flags": answer["message"].get("flags", [])}, self.directory.me
        )

    @understanding
    def history(self, message_id: int) -> list[str] | None:
        """Everything that the message ever said, oldest first; None where the organization shows nobody that."""
        return fetching.history(self.wire, message_id)

    @understanding
    def newest(self) -> int:
        """Id of the newest message that the bot can see; 0 if there is none."""
        found = fetching.page(self.wire, [], "newest", before=1, after=0)
        return found[-1]["id"] if found else 0

    @understanding
    def since(self, message_id: int) -> list[Message]:
        """Every message after that one in the bot's channel, in its direct messages, or that mentions it."""
        return fetching.since(self.wire, message_id, self.home, self.directory.me)

    @understanding
    def newer(self, message_id: int) -> list[Message]:
        """Everything after that message that others wrote and that reaches the bot, in one request unless it is very much.
        What the bot said itself is left out: in a burst it is nearly all there is.
        """
        me = self.directory.me
        return [read_message(one, me) for one in fetching.later(self.wire, fetching.not_of(me), message_id)]

    @understanding
    def until(self, message_id: int) -> list[Message]:
        """The newest messages up to that one in the bot's channel and in its direct messages: some thousand."""
        return fetching.until(self.wire, message_id, self.home, self.directory.me)

    @contextmanager
    def ahead(self, message_ids: Collection[int]) -> Iterator[dict[int, Message]]:
        """Fetch these messages together: within the block, the first `look` of this thread at each asks nobody, unless
        another thread looked at it since: then what is at hand may be older than what that one saw.

        Only for who holds an event queue, and hears of what changes since. Gives what is at hand; what is taken out of
        it is asked for.
        """
        overtaken: set[int] = set()
        self._aheads.append(overtaken)
        try:
            self._local.overtaken = overtaken
            with understood():
                self._local.ahead = fetching.some(self.wire, message_ids, self.home, self.directory.me)
            yield self._local.ahead
        finally:
            self._local.ahead = {}
            self._aheads[:] = [one for one in self._aheads if one is not overtaken]

    def file(self, path: str, limit: int) -> Generator[bytes, None, None]:
        """An uploaded file, piece by piece. Raises `Refused` when it is hidden or above `limit` bytes, and `Down`."""
        return self.wire.pieces(path, limit)

    def link(self, message_id: int, place: Place) -> str:
        """The address of a message."""
        if place.channel_id is None:
            return links.direct_link(self.site, (self.directory.me, *place.user_ids), message_id)
        channel = self.directory.channels.get(place.channel_id)
        return links.message_link(
            self.site,
            self.level,
            channel_id=place.channel_id,
            channel=channel.name if channel else "",
            topic=place.topic,
            message_id=message_id,
        )

    # -- saying ----------------------------------------------------------------------------------------

    def say(self, place: Place, text: str) -> int:
        """Say it there and return the message's id.

        After a lost answer the bot's own newest messages are searched before it is said again: Zulip has
        no idempotency, so this is what keeps a doubled reply rare (facts/zulip-newer.md, Sending).
        """
        text, last = redact(text), self._newest
        try:
            said: int | None = self._post(place, text)
        except Lost:
            said = self.said(place, text, last)
        if said is None:
            said = self._post(place, text)
        self._newest = max(self._newest, said)
        return said

    @understanding
    def said(self, place: Place, text: str, after: int) -> int | None:
        """Id of the bot's own message with this text there, later than message `after`, if there is one."""
        return fetching.said(self.wire, self.directory.me, place, text, after)

    @understanding
    def _post(self, place: Place, text: str) -> int:
        return sending.post(self.wire, place, text)

    def edit(self, message_id: int, text: str) -> bool:
        """Change one of the bot's own messages; False when Zulip no longer allows it."""
        try:
            self.wire.call(f"messages/{message_id}", "PATCH", {"content": redact(text)})
        except Refused as error:
            log.info("message %s stays as it is: %s", message_id, error, extra={"action": "edit_refused"})
            return False
        return True

    def react(self, message_id: int, emoji: Emoji) -> None:
        """Put an emoji on a message; no error if it is there already."""
        request = {
            "emoji_name": self.emoji_name(emoji),
            "emoji_code": emoji.code,
            "reaction_type": emoji.kind,
        }
        try:
            self.wire.call(f"messages/{message_id}/reactions", "POST", request)
        except Refused as error:
            if error.code != "REACTION_ALREADY_EXISTS":
                raise

    # -- waiting ---------------------------------------------------------------------------------------

    @understanding
    def hints(self, *, block: bool) -> list[Hint]:
        """What may have changed since the last call. Raises `QueueGone` and `ChatError`."""
        found = self._events.poll(self.wire, block=block)
        self._newest = max([self._newest, *(hint.message_id for hint in found if hint.kind is Kind.WRITTEN)])
        return found

    @understanding
    def unheard(self) -> list[Hint]:
        """Everything that happened and was not `noted` yet, as another thread than the one that waits for hints sees it;
        it counts in Zulip's own limit for events alone, and ends that one's wait. Raises `QueueGone` and `ChatError`.
        """
        return self._events.peek(self.wire)

    def noted(self) -> None:
        """All that `hints` gave is written down."""
        self._events.noted()

    def leave(self) -> None:
        """Give the event queue back."""
        try:
            self._events.close(self.wire)
        except (ChatError, QueueGone) as error:
            log.info("the event queue was not given back: %s", error, extra={"action": "queue_left"})
