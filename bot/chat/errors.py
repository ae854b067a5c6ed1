"""How speaking with Zulip can go wrong.

ChatError                one plain sentence
├── NotHome              the bot is not in its channel, so it cannot know how things stand
├── Down                 not reachable, or the answer was lost; try again later
│   ├── Nonsense         it answered something that cannot be understood
│   ├── TooMuch          the answer is larger than may be: asking for less may help
│   └── Lost             it may have been acted on (only told of calls that are not safe to repeat)
└── Refused              the server said no (`code`, `msg`)
└── Dismissed        the key is wrong, or the bot was deactivated
"""

from __future__ import annotations

from typing import Any

from handlers.redaction import redact


class ChatError(Exception):
    """Zulip could not do what was asked; the text is one sentence."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(redact(sentence))


class NotHome(ChatError):
    """The bot is not in its channel: what it sees, or does not see, means nothing."""


class Down(ChatError):
    """Zulip cannot be reached now."""


class Lost(Down):
    """The request left and no answer came: it may have been acted on."""


class Stopping(Down):
    """The bot ends, so it asks no more."""


class Nonsense(Down):
    """Zulip, or something in its place, answered what cannot be understood."""


class TooMuch(Down):
    """The answer is larger than may be."""


class Refused(ChatError):
    """Zulip answered with an error."""

    def __init__(self, sentence: str, *, code: str = "", answer: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.answer = answer or {}


class Dismissed(Refused):
    """The API key is not valid (any more), or the bot's account is deactivated."""
