"""`--- NAME` lines: which begin a platform's own text, and which are only dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.grammar import names
from bot.grammar.blocks import layout
from bot.grammar.heads import heads, is_listed
from bot.grammar.options import Given
from bot.grammar.reading import code
from bot.grammar.uploads import Line, take_out

_WORD = re.compile(r"[\w:.@+-]+")


@dataclass(slots=True)
class Section:
    """The common text (without a head), or a platform's own."""

    head: Line | None = None
    accounts: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()
    """Those of them that the head names themselves."""
    others: tuple[str, ...] = ()
    """Names in the head that are no account here."""
    lines: list[Line] = field(default_factory=list)


def divide(lines: Sequence[Line], accounts: Sequence[str], given: Given) -> list[Section]:
    """The common text, and the sections after it. Dashes inside a fenced block are text."""
    fenced = layout([line.text for line in lines]).fenced
    sections = [Section()]
    for at, line in enumerate(lines):
        section = None if fenced[at] else _head(lines, at, accounts, given)
        if section:
            sections.append(section)
        else:
            sections[-1].lines.append(line)
    _give_way(sections, given)
    return sections


def _give_way(sections: Sequence[Section], given: Given) -> None:
    """An account's own text wins over the one of its platform, wherever it stands."""
    own = {
        account for section in sections if section.exact and _has_text(section) for account in section.exact
    }
    for section in sections:
        left = tuple(one for one in section.accounts if one in section.exact or one not in own)
        if section.head and section.accounts and not left:
            told = "Every account that this section is for has one of its own, so nobody gets its text."
            given.warn(told, section.head.number)
            section.others = (*section.others, section.head.text.strip(" \t-—–:*"))
        section.accounts = left


def _has_text(section: Section) -> bool:
    """Whether there is more than links to files."""
    return any(line.text.strip() for line in take_out(section.lines)[0])


def _head(lines: Sequence[Line], at: int, accounts: Sequence[str], given: Given) -> Section | None:
    line = lines[at]
    head = heads(line, accounts, dashes=True)
    if head is None or (line.told and not (head.strict and line.text.lstrip().startswith("---"))):
        return None
    if head.certain and not head.strict and is_listed(lines, at, accounts):
        return None
    named, strict = head.named, head.strict and head.blank
    if not head.certain and not (strict and _is_slip(named, head.wanted)):
        if strict:
            given.warn(
                "This line begins with dashes but names no platform, so it is part of the text.", line.number
            )
        return None
    for word, near in named.unknown:
        hint = f"did you mean `{near}`?" if near else f"there are {names.listed(accounts)}."
        given.error(f"I know no platform `{code(word)}` for this section: {hint}", line.number)
    for platform in named.absent:
        title = names.title(platform)
        given.warn(
            f"There is no account for {title} here, so nobody gets the text of this section.", line.number
        )
    others = (*named.absent, *(word for word, _ in named.unknown))
    behind = [replace(line, text=head.text, told=False)] if head.text else []
    return Section(line, named.accounts, named.exact, others, behind)


def _is_slip(named: names.Named, wanted: str) -> bool:
    """Whether a head with an unknown name is a head at all: part of it is known or nearly so, or it is one word."""
    near = any(nearest for _, nearest in named.unknown)
    return bool(named.accounts or named.absent or near or _WORD.fullmatch(wanted))
