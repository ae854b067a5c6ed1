"""Makes `bot/when/tongues/cldr.py` of Babel's data: `python tests/when/cldr_table.py` writes it."""

from __future__ import annotations

from pathlib import Path

from babel import Locale

LANGUAGES = ("en", "de", "fi", "sv", "nb", "nn", "da", "et", "fr", "nl", "is")
MODULE = Path(__file__).parents[2] / "bot" / "when" / "tongues" / "cldr.py"
_HEAD = '''"""Names of days and months and words such as `tomorrow`, as Unicode's CLDR has them. Made, not written.

`python tests/when/cldr_table.py` makes it of the data in the package Babel. A bot that runs needs no Babel: to load its eleven
languages takes 18 MiB and 0.07 s, all tables here 1 MiB and 0.02 s. Single letters are left out.

Copyright © 1991-2026 Unicode, Inc.; Unicode License V3.
"""

from __future__ import annotations

CLDR: dict[str, str] = {
'''
_EXPLAINED = '''"""Language -> lines of `days`, `months` (from Monday and January on) and their short forms; `English words = words`, where
`#` is a number.
"""
'''
_WIDTHS = ("wide", "abbreviated", "short")
_NEAR = {
    "day": ("yesterday", "today", "tomorrow", "day after tomorrow"),
    "week": ("last week", "this week", "next week"),
    "month": ("last month", "this month", "next month"),
}


def table(language: str) -> list[str]:
    """The lines of one language."""
    locale = Locale.parse(language)
    lines = [*_names("days", [locale.days], range(7)), *_names("months", [locale.months], range(1, 13))]
    fields = locale._data["date_fields"]
    for unit, meanings in _NEAR.items():
        for number, meaning in enumerate(meanings, -1):
            if words := fields[unit]["relative"].get(number):
                lines.append(f"{meaning} = {words}")
    for unit in ("minute", "hour", "day", "week"):
        ahead = dict.fromkeys(words.replace("{0}", "#") for words in fields[unit]["future"].values())
        lines.append(f"in # {unit}s = {', '.join(sorted(ahead))}")
    return lines


def _names(what: str, found: list[object], numbers: range) -> list[str]:
    names = found[0]
    lines: dict[str, None] = {}
    for width in _WIDTHS:
        for context in ("stand-alone", "format"):
            forms = names[context].get(width)  # type: ignore[index]  # a mapping of Babel's own
            if not forms:
                continue
            words = [forms[number].rstrip(".") for number in numbers]
            if all(len(word) > 1 for word in words):
                lines[f"{what if width == 'wide' else f'short {what}'} = {', '.join(words)}"] = None
    return list(lines)


def module() -> str:
    """The whole text of the module."""
    rows = []
    for language in LANGUAGES:
        lines = "".join(f"{line}\n" for line in table(language))
        rows.append(f'    "{language}": """\n{lines}""",\n')
    return f"{_HEAD}{''.join(rows)}}}\n{_EXPLAINED}"


if __name__ == "__main__":
    MODULE.write_text(module(), encoding="utf-8")
