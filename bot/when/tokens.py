"""From the words of a time to its pieces; what they mean together is decided elsewhere."""

from __future__ import annotations

import re

from bot.when.pieces import Pieces
from bot.when.take import TAKERS
from bot.when.words import DAY, MONTH, NUMBERS, Ask, any_of, ask, quoted
from bot.when.zones import named, unknown

_YEAR = r"(?:19|20|21)\d\d"
_END = r"(?![a-z0-9])"
_SAID = rf"\s?(?:o'clock|uhr|h|hrs|hours){_END}"
"""What people say behind the hour."""
_HALF = r"\s?(?P<half>[ap])\.?\s?m(?![a-z])\.?"
_DAY_MONTH = (
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s?(?:day )?(?:of )?(?:the )?(?P<mon>{MONTH})(?![a-z])\.?"
    rf"(?: (?P<y>{_YEAR}){_END})?"
)
_MONTH_DAY = (
    rf"(?P<mon>{MONTH})\.? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:a-z]|\.\d)(?!\s?[ap]\.?m\b)"
    rf"(?: (?P<y>{_YEAR}){_END})?"
)
_AHEAD = (
    rf"in (?P<n>\d{{1,6}}|{any_of(NUMBERS)}) (?P<unit>days?|weeks?)(?: time)?{_END}"
    r"|(?P<n2>\d{1,6}) (?P<unit2>days?|weeks?) from now"
)
_PATTERNS = (
    ("date", rf"(?P<y>\d{{4}})([-/.])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}})(?:(?P<t>t)(?=\d)|{_END})"),
    ("dashed", rf"(?P<d>\d{{1,2}})-(?P<m>\d{{1,2}})-(?P<y>\d{{4}}){_END}"),
    ("dotted", rf"(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.(?:\s?(?P<y>{_YEAR}){_END}|(?P<yy>\d\d)(?![\d.:])|)"),
    ("slashed", r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d\d))?(?![\d/])"),
    ("clock", rf"(?P<h>\d{{1,2}})[:h](?P<min>\d\d)(?::(?P<s>\d\d)(?:[.,]\d{{1,9}})?)?(?!\d)(?:{_HALF}|{_SAID})?"),
    ("clock", rf"(?P<h>\d{{1,2}})\.(?P<min>\d\d)(?:{_HALF}|{_SAID})"),
    ("clock", rf"(?P<h>\d{{1,2}}){_HALF}"),
    ("clock", rf"(?P<h>\d{{1,2}})\s?(?P<loose>o'clock|uhr){_END}"),
    ("clock", rf"(?P<h>\d{{1,2}}){_SAID}"),
    ("clock", rf"(?P<h>\d\d)(?P<min>\d\d)\s?(?:h|hrs|hours){_END}"),
    ("date", _DAY_MONTH),
    ("date", _MONTH_DAY),
    ("pair", r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})(?!\d|\.\d)"),
    ("ordinal", rf"\d{{1,2}}(?:st|nd|rd|th){_END}"),
    ("offset", r"(?:(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d\d)?|[+-]\d\d:?\d\d)(?![\d:])"),
    ("number", r"\d{1,4}(?=[ .]|$)"),
    ("ahead", _AHEAD),
    ("overmorrow", rf"(?:the )?day after tomorrow{_END}"),
    ("today", rf"(?:later )?today{_END}"),
    ("tonight", rf"tonight{_END}"),
    ("tomorrow", rf"(?:tomorrow|tomorow|tommorow|tommorrow|tmrw|tmr){_END}"),
    ("yesterday", rf"yesterday{_END}"),
    ("weekday", rf"(?:(?P<which>next|this|coming) )?(?P<day>{DAY})(?![a-z])\.?"),
    ("week", rf"(?:the )?(?P<which>this|next) week{_END}"),
    ("month", rf"(?:(?:the )?(?:this|next) month|in a month|(?:{MONTH})(?![a-z])\.?(?: {_YEAR})?){_END}"),
    ("noon", rf"(?:12 )?(?:noon|midday){_END}"),
    ("midnight", rf"(?:12 )?midnight{_END}"),
    ("part", rf"(?:in the |this |at )?(?P<part>morning|afternoon|evening|night){_END}"),
    ("at", rf"(?:at|klo|kl|kello){_END}\.?|@"),
    ("sure", rf"(?:really|sure|confirmed?){_END}"),
    ("local", rf"(?:local|my) time{_END}"),
    ("skip", rf"(?:on|the|of|and|please|um|time:){_END}|[;.()-](?!\d)"),
    ("zulu", r"z(?![a-z])"),
)  # fmt: skip
_TABLE = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_LETTERS = 5
"""The most that an abbreviation of a zone has."""
_WORDS = re.compile(r"[^\W\d][\w/+'-]*(?: [^\W\d][\w'-]*){0,3}")


def pieces(words: str) -> Pieces | Ask:
    """Take tidied words apart; a question at the first that means nothing here."""
    found, at, before = Pieces(), 0, ""
    while at < len(words):
        if words[at] == " ":
            at += 1
            continue
        for kind, pattern in _TABLE:
            match = pattern.match(words, at)
            if match:
                question = TAKERS[kind](match, before, found) if kind in TAKERS else None
                at, before = match.end(), match[0] if kind == "at" else ""
                break
        else:
            size = _zone(words, at, found)
            question, at = (size, at) if isinstance(size, Ask) else (None, at + size)
        if question:
            return question
    return found


def _zone(words: str, at: int, found: Pieces) -> int | Ask:
    """Take the zone that begins here, and tell how long its name is."""
    match = _WORDS.match(words, at)
    if not match:
        return lost(words[at:].split(" ", maxsplit=1)[0])
    run = match[0].split(" ")
    for size in range(len(run), 0, -1):
        text = " ".join(run[:size])
        zone = named(text, f"{words[:at]}{{}}{words[at + len(text) :]}")
        if isinstance(zone, Ask):
            return zone
        if zone:
            found.zones.append(zone)
            return len(text)
    word = run[0]
    if "/" in word or (found.clocks and len(run) == 1 and len(word) <= _LETTERS):
        return unknown(word, f"{words[:at]}{{}}{words[at + len(word) :]}")
    return lost(word)


def lost(word: str) -> Ask:
    """The question about a word that means nothing here."""
    what = f"I do not understand {quoted(word)} in a time"
    return ask(what, "thursday 10:00", "in 2 hours", "now", possible=False)
