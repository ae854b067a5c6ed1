"""A fuse for the bot: its process ends at the call that the fuse is set to, before or after it acted.

Wrappers around the chat, the database and the platforms that the desk is given; nothing inside is patched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from town import Town

from bot.listener import Listener
from bot.publisher import Publisher


class Crash(BaseException):
    """The process ends here: no code of the bot may catch it."""


class Fuse:
    """Counts the calls that leave the bot; the one it is set to ends the process, before or after it acted."""

    def __init__(self, left: int, *, after: bool) -> None:
        self.left, self.after = left, after
        self.burnt = False

    def disarm(self) -> None:
        """It goes off no more."""
        self.left = 0

    def around(self, work: Callable[[], Any]) -> Any:
        """Do it, unless the process ended."""
        if self.burnt:
            raise Crash
        self.left -= 1
        last = self.left == 0
        if last and not self.after:
            self.burnt = True
            raise Crash
        answer = work()
        if last:
            self.burnt = True
            raise Crash
        return answer


class Cut:
    """Stands before a real object and lets the fuse see every call of its methods."""

    def __init__(self, real: Any, fuse: Fuse, names: frozenset[str]) -> None:
        self._real, self._fuse, self._names = real, fuse, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in self._names:
            return found
        return lambda *args, **more: self._fuse.around(lambda: found(*args, **more))


class CutDatabase:
    """The same for transactions: the process may end before one begins, or right after it was committed."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        if self._fuse.burnt:
            raise Crash
        self._fuse.left -= 1
        last = self._fuse.left == 0
        if last and not self._fuse.after:
            self._fuse.burnt = True
            raise Crash
        with self._real.transaction() as session:
            yield session
        if last:
            self._fuse.burnt = True
            raise Crash


CHAT = frozenset({"say", "edit", "react", "look", "hints", "since", "file"})
PLATFORM = frozenset({"send", "find"})


def wire(town: Town, fuse: Fuse) -> None:
    """Let the running bot burn with this fuse."""
    desk = town.desk
    desk.chat = Cut(desk.chat, fuse, CHAT)  # type: ignore[assignment]  # the same methods
    desk.database = CutDatabase(town.database, fuse)  # type: ignore[assignment]
    desk.platforms = {name: Cut(one, fuse, PLATFORM) for name, one in desk.platforms.items()}  # type: ignore[misc]  # the same methods
    town.publisher.close(5)
    town.listener, town.publisher = Listener(desk), Publisher(desk)
