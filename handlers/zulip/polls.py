"""A poll as Zulip has it: a message of its own that begins with `/poll`, without an end and with as many votes as one likes.

The server takes the first line for the question and every further one for an answer, without one sign of a list.
"""

from __future__ import annotations

import re
from typing import Final

from handlers.base import Draft, Poll
from handlers.text import plain

OPEN: Final = "A poll on Zulip has no end, and everybody may choose several answers."
_LONGEST: Final = 200
"""Characters of the question; the text stands in the message above anyway."""


def message(draft: Draft, poll: Poll) -> str:
    """The message that makes the poll: its question is the last line of the text that asks, else the title or the
    first line.
    """
    question = _question(draft)
    if len(question) > _LONGEST:
        question = f"{question[: _LONGEST - 1].rstrip()}…"
    choices = (_inert(" ".join(plain(one).split())) for one in poll.choices)
    return "\n".join([f"/poll {_inert(question)}", *(f"* {one}" for one in choices)])


def says_it_all(draft: Draft) -> bool:
    """Whether the text is nothing but the question, so that the poll alone will do."""
    whole = " ".join(plain(draft.text).split())
    return not draft.media and whole == _question(draft) and len(whole) <= _LONGEST


def _question(draft: Draft) -> str:
    lines = [" ".join(line.split()) for line in plain(draft.text).splitlines() if line.strip()]
    asking = next((line for line in reversed(lines) if line.endswith(("?", "\uff1f"))), "")
    return asking or (draft.options.title or "").strip() or (lines[0] if lines else "")


def _inert(text: str) -> str:
    """Without what would ping: people read a poll as plain text, so nothing of Zulip's markup is lost."""
    return re.sub(r"@(?=_?\*\*|\*)", "@\u200b", text)
