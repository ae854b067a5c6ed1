"""The channel where the bot lives: found by its name once, then followed by its id."""

from __future__ import annotations

from bot.chat.errors import NotHome
from bot.chat.people import Directory
from bot.chat.wire import Wire


class Home:
    """Where the bot lives. A rename changes nothing, and a new channel of the old name is not taken for it."""

    def __init__(self, configured: str, directory: Directory) -> None:
        """`configured` is the name or id of the channel."""
        self.configured = configured
        self._directory = directory
        self._id = 0

    @property
    def id(self) -> int:
        """Its id; 0 as long as the bot was never in a channel of that name."""
        if not self._id:
            channel = self._directory.channel_named(self.configured)
            self._id = channel.id if channel else 0
        return self._id

    def remember(self, channel_id: int) -> None:
        """It was found before, by an earlier process."""
        self._id = channel_id

    @property
    def here(self) -> bool:
        """Whether the bot is subscribed to it, as far as was told."""
        return self.id in self._directory.channels

    @property
    def name(self) -> str:
        """Its present name."""
        channel = self._directory.channels.get(self.id)
        return channel.name if channel else self.configured

    def must_be_here(self) -> None:
        """Raise `NotHome` if the bot is not subscribed."""
        if self.here:
            return
        other = self._directory.channel_named(self.configured)
        hint = (
            f" There is another one of that name; if it is the right one, write `channel = {other.id}` in zuliprc."
            if other
            else " Somebody who is in it subscribes the bot."
        )
        raise NotHome(f"The bot is not in its channel “{self.configured}” and cannot see it.{hint}")

    def ask(self, wire: Wire) -> None:
        """Ask the server, because the event that tells may still be on its way. Raises `NotHome`."""
        answer = wire.call("users/me/subscriptions")
        if all(one["stream_id"] != self.id for one in answer["subscriptions"]):
            self._directory.channels.pop(self.id, None)
        self.must_be_here()
