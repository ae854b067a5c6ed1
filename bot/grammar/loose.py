"""First lines that say where or when without the name of an option: `friday 9:00`, `only mastodon`, `no thread`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar.dress import peels
from bot.grammar.options import proves
from bot.grammar.reading import code
from bot.grammar.uploads import Line
from bot.when import is_time

_LONGEST = 60
_SOON = frozenset({"now", "asap", "next slot", "unlisted", "no thread", "to", "at", "not after"})
_ONLY = re.compile(
    r"(?:only|all but|everything but|except|not to|on|for) (?P<after>\S.*)|(?P<before>\S.*) only"
)
_WHEN = re.compile(r"(?:(?:on|for) )?(?P<names>\S+) (?:at |on )?(?P<time>\S.*)")


def loose_question(line: Line, accounts: Sequence[str]) -> str | None:
    """What must be asked about a whole line that, in any dress, says where or when a post goes, or how, and nothing else."""
    if len(line.text) > _LONGEST or not any(_says(text, accounts) for text in peels(line.text)):
        return None
    return (
        f"Is `{code(line.text.strip())}` an option, or text? As an option, write its name before it, such as `to: mastodon` or "
        "`at: friday 9:00`. As text, write `text:` on the line before it."
    )


def _says(text: str, accounts: Sequence[str]) -> bool:
    said = " ".join(text.strip(" .:!").casefold().split())
    if said in _SOON or (any(c.isdigit() for c in said) and ":" in said and is_time(said)):
        return True
    only = _ONLY.fullmatch(said)
    if only and proves("to", only["after"] or only["before"], accounts):
        return True
    match = _WHEN.fullmatch(said)
    return match is not None and proves("to", match["names"], accounts) and is_time(match["time"])
