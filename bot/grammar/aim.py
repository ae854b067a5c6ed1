"""What people write behind the word `draft`, before the text: `draft for linkedin: text`, `draft to mastodon: text`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar import names
from bot.grammar.options import Option, proves
from bot.grammar.reading import code
from bot.grammar.uploads import Line

_AIMED = re.compile(
    r"\s*(?:to|for|on|an|für|auf)\s+(?P<names>[^:：]{1,80}?)\s*(?:[:：](?!//)\s*(?P<rest>.*))?"
)
_FOR = re.compile(r"\s*(?:to|for|on|an|für|auf)\s+(?P<word>[\w.:@-]+)")
_HEAD = re.compile(r"\s*(?P<names>[^:：]{1,80}?)\s*[:：]\s+(?P<rest>\S.*)")
_VERB = re.compile(
    r"(?:(?P<one>toot|tweet)(?:\s*[:：,]\s*|\s+)|(?:post|share|publish|write)\s+(?:this\s+)?(?:on|to)\s+"
    r"(?P<names>[^:：\n]{1,80}?)\s*[:：](?!//)\s*)(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"#?\d+\W*$")
_AND = re.compile(r"\s(?:and|und|og|och|ja|&)\s", re.IGNORECASE)
_SURE = 5
"""Letters from which on a word is taken for a slip."""
_LATER = re.compile(r"\s(?P<name>to|at|not after)\s?[:：](?!//)\s*(?P<value>.{1,200})")


def aimed(line: Line, accounts: Sequence[str]) -> tuple[Option, Line] | None:
    """Where the draft goes and the text behind that, in a line that names platforms before its text."""
    match = _AIMED.fullmatch(line.text)
    if match is None or not proves("to", match["names"], accounts):
        return None
    said = Option(line, "to", "to", match["names"].strip(), dressed=True)
    return said, replace(line, text=match["rest"] or "")


def as_draft(line: str, accounts: Sequence[str]) -> str | None:
    """`toot Hello`, `post on linkedin: Hello`, said as a draft; None where it says no such thing."""
    match = _VERB.fullmatch(line)
    if match is None or _NUMBER.match(match["rest"]):
        return None
    where = match["one"] or match["names"]
    return f"draft for {where}: {match['rest']}" if proves("to", where, accounts) else None


def question(line: Line, accounts: Sequence[str]) -> str | None:
    """What must be asked about the line behind `draft`, where platforms or a time may be meant as options."""
    if asked := _misspelt(line, accounts):
        return asked
    said = None
    head, first = _HEAD.fullmatch(line.text), _FOR.match(line.text)
    if head and "all" not in head["names"].casefold() and proves("to", head["names"], accounts):
        said = f"to: {head['names']}"
    elif first and _is_platform(first["word"], accounts):
        said = f"to: {first['word']}"
    else:
        for later in _LATER.finditer(line.text):
            if proves(later["name"], later["value"].strip(" .!"), accounts):
                said = f"{later['name']}: {later['value']}"
    if said is None:
        return None
    return (
        f"Is `{code(said)}` an option, or text? As an option, write it on a line of its own directly under `draft`, and the "
        "text under it. As text, write `draft text:` and then the text."
    )


def _misspelt(line: Line, accounts: Sequence[str]) -> str | None:
    """`for mastodn: text`: only words that are long enough to be a slip of one name and of nothing else."""
    match = _AIMED.fullmatch(line.text)
    if match is None or match["rest"] is None:
        return None
    named = names.read(_AND.sub(",", match["names"]), accounts)
    slips = [(word, near) for word, near in named.unknown if near and len(word) >= _SURE and " " not in word]
    if not slips or len(slips) < len(named.unknown):
        return None
    hints = " ".join(f"I know no platform `{code(word)}`: did you mean `{near}`?" for word, near in slips)
    return f"{hints} If these words are text, write `draft text:` and then the text."


def _is_platform(word: str, accounts: Sequence[str]) -> bool:
    named = names.read(word, accounts)
    return bool(named.accounts or named.absent) and not word.casefold().startswith(("all", "every"))
