"""Reads `zuliprc` line by line, as Python's `configparser` would, but keeps the line of every value.

[section]           or [platform:account]
key = value         or key: value; the key in any case
    more of it      an indented line goes on with the value
# or ; a comment    on a line of its own
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_HEADER = re.compile(r"\[([^\]]+)\]$")
_SETTING = re.compile(r"([^=:]+?)\s*[=:]\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Value:
    """What was written for one key, and where."""

    text: str
    where: str
    """`line 14`, or the name of an environment variable."""


@dataclass(frozen=True, slots=True)
class Section:
    """One `[section]` of the file."""

    name: str
    where: str
    values: Mapping[str, Value] = field(default_factory=dict)


def read(text: str) -> tuple[dict[str, Section], list[str]]:
    """The sections by name, and a sentence for every line that cannot be understood (never its content:
    it may be a secret).
    """
    sections: dict[str, Section] = {}
    values: dict[str, Value] = {}
    problems: list[str] = []
    last: str | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        where = f"line {number}"
        if not line or line[0] in "#;":
            continue
        if raw[0].isspace() and last is not None:
            values[last] = Value(f"{values[last].text}\n{line}".strip(), values[last].where)
        elif header := _HEADER.match(line):
            name, values, last = _name(header[1]), {}, None
            if name in sections:
                problems.append(
                    f"{where}: [{name}] stands twice (first in {sections[name].where}). Join them."
                )
            else:
                sections[name] = Section(name, where, values)
        elif not sections:
            problems.append(f"{where}: before the first setting there must be a section, such as `[api]`.")
        elif setting := _SETTING.match(line):
            last = setting[1].lower()
            if last in values:
                problems.append(
                    f"{where}: `{last}` stands twice (first in {values[last].where}). Take one out."
                )
            values[last] = Value(setting[2], where)
        else:
            problems.append(f"{where}: is neither a section nor `name = value`.")
            last = None
    return sections, problems


def _name(header: str) -> str:
    """Names are compared without regard to case and blanks: `[Mastodon : Fosstodon]`."""
    return ":".join(part.strip().lower() for part in header.split(":"))
