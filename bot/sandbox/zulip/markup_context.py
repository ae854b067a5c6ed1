"""What the rules of the markup are told, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.rows import Person


@dataclass
class Found:
    """What rendering found in a text, besides making it HTML."""

    mentioned: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    everybody: bool = False
    """`@**all**` and its like."""
    topic: bool = False
    """`@**topic**`."""
    uploads: list[str] = field(default_factory=list)
    """Paths of linked files, without `/user_uploads/`, in the order of the text."""


@dataclass
class Context:
    """What the rules need to know while they work."""

    organisation: Organisation
    sender: Person
    found: Found
    ready: bool
    """Thumbnails are there; else placeholders are shown (newer server)."""
    fenced: int = 0
    """How many quotes and spoilers the block rules are in."""
    silent: bool = False
    """Inside a quote: mentions tell nobody."""


def context_of(state: StateInline | StateCore) -> Context:
    """What `Renderer.render` gave along."""
    return cast("Context", state.env["zulip"])
