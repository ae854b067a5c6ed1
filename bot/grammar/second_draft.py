"""A second draft in one message: a line that speaks to somebody and says `draft`, in whatever dress and wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar.dress import peels
from bot.grammar.uploads import Line

_MENTION = r"@(?:_?\*\*[^*\n]{1,100}\*\*|\w[\w-]{0,60})"
_SIGNS = r"[^\w\n@]{0,12}"
_WORDS = (
    r"(?:(?:please|pls|plz|kindly|and|also|then|now|(?:can|could|would|will)\s+you|a|an|the|new|another|second|next|create|make|"
    r"write)(?!\w)[\s,:]{1,4}){0,6}"
)
_SECOND = re.compile(
    rf"(?<![^\W_])(?<![./@]){_MENTION}{_SIGNS}{_WORDS}(?:draft(?![\w-])|new\s+post(?!\w))", re.IGNORECASE
)
_ALONE = re.compile(rf"{_MENTION}{_SIGNS}", re.IGNORECASE)
_BEGINS = re.compile(rf"\W{{0,12}}{_WORDS}draft(?![\w-])", re.IGNORECASE)
_SHORT = 120
"""Characters of a line that is no more than a mention in some dress."""


def is_second_draft(lines: Sequence[Line], at: int) -> bool:
    """Whether another draft begins on this line of a text."""
    text = lines[at].text
    if _SECOND.search(text):
        return True
    if len(text) > _SHORT or not any(_ALONE.fullmatch(one.strip()) for one in peels(text)):
        return False
    behind = next((one.text for one in lines[at + 1 :] if one.text.strip()), "")
    return _BEGINS.match(behind) is not None
