"""Zulip's Markdown turned into what a platform shows, and what is worth a warning in a text."""

from __future__ import annotations

from handlers.text.announcement import announcement
from handlers.text.emojis import emoji_names, emojify
from handlers.text.lint import lint_links
from handlers.text.plain import plain
from handlers.text.times import readable_time
from handlers.text.unseen import visible

__all__ = [
    "announcement",
    "emoji_names",
    "emojify",
    "lint_links",
    "plain",
    "readable_time",
    "visible",
]
