"""Who the account is, kept for the UTC day: X charges for the question, and its answer hardly ever changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from handlers.base import PlatformError, Tools
from handlers.x.line import Me

_BESIDE: Final = " (asked)"
"""After the account's name: where the answer is kept beside its tokens; no account can be called so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What X said."""

    me: Me
    level: str
    """What the keys may do, where X tells it (OAuth 1.0a)."""


class Asked:
    """The last answer of one account, the same for every process that works with its tokens."""

    def __init__(self, account: str, tools: Tools) -> None:
        self._name = account + _BESIDE
        self._tools = tools

    def today(self, sign_in: str) -> Answer | None:
        """The answer of this day to this sign-in, if it was asked."""
        kept = self._kept()
        if kept.get("day") != self._day or kept.get("sign_in") != _digest(sign_in) or not kept.get("id"):
            return None
        return Answer(Me(kept["id"], kept.get("username", "")), kept.get("level", ""))

    def keep(self, sign_in: str, answer: Answer) -> None:
        """Write down what X said just now."""
        told = {"id": answer.me.id, "username": answer.me.username, "level": answer.level}
        self._tools.vault.write(self._name, {"day": self._day, "sign_in": _digest(sign_in), **told})

    def forget(self) -> None:
        """Something does not fit: ask again the next time."""
        if self._kept():
            self._tools.vault.write(self._name, {})

    def _kept(self) -> dict[str, str]:
        try:
            return self._tools.vault.read(self._name)
        except PlatformError:  # written with another key; what matters is told of the tokens
            return {}

    @property
    def _day(self) -> str:
        return f"{self._tools.clock():%Y-%m-%d}"


def _digest(sign_in: str) -> str:
    return hashlib.sha256(sign_in.encode()).hexdigest()[:16]
