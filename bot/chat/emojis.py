"""Emoji by their names: Zulip's own table, and the organization's, which may take a name from it."""

from __future__ import annotations

import json
import logging
from functools import lru_cache

from bot.chat.errors import ChatError, Down
from bot.chat.people import Directory
from bot.chat.sense import understood
from bot.chat.values import Emoji
from bot.chat.wire import Wire
from handlers.bounds import in_utf8, sound

log = logging.getLogger("social.chat")


class Emojis:
    """Which emoji a name means now, and which it meant."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._unicode: dict[str, Emoji] = {}
        self._names: dict[str, Emoji] = {}
        self._called: dict[Emoji, str] = {}
        self.characters: dict[str, str] = {}
        """Zulip's names of Unicode emoji -> the characters."""

    def read(self, wire: Wire) -> None:
        """Fetch the server's table. Raises `Down`: without it no approval would count."""
        table: dict[str, Emoji] = {}
        drawn: dict[str, str] = {}
        if self._directory.emoji_url:
            try:
                body = sound(in_utf8(wire.download(self._directory.emoji_url, 8 << 20))[0])
                with understood():
                    table, drawn = _table(body)
            except ChatError as error:
                if isinstance(error, Down) and not self._names:
                    raise  # listening is tried again
                log.warning("no emoji table: %s", error, extra={"action": "emoji_missing"})
                if self._names:
                    return
        own = {name: Emoji(identity, "realm_emoji") for name, identity in self._directory.realm_emoji.items()}
        self._unicode = table
        self._names = {**table, **own}
        self.characters = {name: one for name, one in drawn.items() if name not in own}
        self._called = {one: name for name, one in reversed(self._names.items())}

    def now(self, name: str) -> Emoji | None:
        """The emoji of a Zulip name or of the Unicode characters themselves."""
        if not name.isascii():
            return Emoji(unicode_code(name))
        return self._names.get(name.strip(":"))

    def ever(self, name: str) -> frozenset[Emoji]:
        """Every emoji that is, or was, called so: what somebody said with any of them stands."""
        if not name.isascii():
            return frozenset({Emoji(unicode_code(name))})
        bare = name.strip(":")
        own = (Emoji(one, "realm_emoji") for one in self._directory.once_called.get(bare, ()))
        common = self._unicode.get(bare)
        return frozenset([*own, *([common] if common else [])])

    def name(self, emoji: Emoji) -> str:
        """A name that the server knows this emoji by."""
        return self._called.get(emoji, "+1")


def unicode_code(characters: str) -> str:
    """Zulip's code of a Unicode emoji: its code points in lower-case hexadecimal, joined by `-`."""
    points = [ord(one) for one in characters if one != "\ufe0f"]
    return "-".join(f"{point:04x}" for point in points)


def characters(code: str) -> str:
    """The Unicode emoji of one of Zulip's codes."""
    return "".join(chr(int(point, 16)) for point in code.split("-"))


@lru_cache(maxsize=1)
def _table(body: bytes) -> tuple[dict[str, Emoji], dict[str, str]]:
    """Name -> emoji, and name -> characters, of the server's own table. The same table comes with every new
    queue of events, and reading it takes longer than all else then, so the last one is kept.
    """
    codes = json.loads(body).get("code_to_names", {})
    names = {name: Emoji(code) for code, aliases in codes.items() for name in aliases}
    return names, {name: characters(one.code) for name, one in names.items()}
