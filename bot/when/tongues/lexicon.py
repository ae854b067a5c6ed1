"""What a phrase of any language means in the English that `bot.when` reads, made once of the tables of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.when.tongues.cldr import CLDR
from bot.when.tongues.northern import NORTHERN
from bot.when.tongues.western import ENGLISH, EVERYWHERE, OTHER_ENGLISH, WESTERN
from bot.when.words import DAY_NAMES, DAYS, MONTH_NAMES, MONTHS

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fi": "Finnish",
    "sv": "Swedish",
    "nb": "Norwegian",
    "nn": "Nynorsk",
    "da": "Danish",
    "et": "Estonian",
    "fr": "French",
    "nl": "Dutch",
    "is": "Icelandic",
}
"""The languages whose times are understood, by their codes, and what they are called."""

MASKS = {language: 1 << number for number, language in enumerate(LANGUAGES)}
"""Each language as one bit of a number: sets of languages are small and quickly compared."""
EVERY = (1 << len(LANGUAGES)) - 1
NOTHING = "-"
"""How the tables write that a word says nothing by itself, or that there is no word."""
TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:['-][^\W\d_]+)*|\s+|.", re.DOTALL)
_FOLDED_FROM = 4
"""Letters from which on a word is known without its accents; shorter ones become other words."""
_BASE = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "ł": "l"})
_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ð": "d", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a phrase means."""

    words: str
    """In English; `#` is a number of the phrase."""
    languages: int
    """Those in which it means that, as bits."""
    short: bool = False
    """As a short form of the name of a day or a month, which may be any other word."""
    stray: bool = False
    """It says nothing in a time, but may stand in one by mistake."""


Lexicon = dict[str, tuple[Meaning, ...]]


@cache
def lexicon() -> Lexicon:
    """Phrase -> what it means, in each language that has it."""
    found: dict[str, dict[tuple[str, bool], tuple[int, bool]]] = {}
    for language, mask in MASKS.items():
        for words, phrase, short in _entries(language):
            for key in _spellings(phrase):
                meanings = found.setdefault(key, {})
                known, is_short = meanings.get((words, False), (0, True))
                meanings[words, False] = (known | mask, is_short and short)
    for kept, mask, stray in (
        (ENGLISH, MASKS["en"], False),
        (EVERYWHERE, EVERY, False),
        (OTHER_ENGLISH, MASKS["en"], True),
    ):
        for word in found.keys() & {*kept}:
            found[word]["" if stray else word, stray] = (mask, False)
    return {
        key: tuple(_meaning(words, mask, short, stray) for (words, stray), (mask, short) in known.items())
        for key, known in found.items()
    }


_meaning = cache(Meaning)
"""Most phrases share their meaning with others, and so its memory."""


@cache
def longest() -> dict[str, int]:
    """First word of a phrase -> the most words that a phrase has which begins so."""
    found: dict[str, int] = {}
    for key in lexicon():
        words = key.split(" ")
        found[words[0]] = max(found.get(words[0], 0), len(words))
    return found


def _entries(language: str) -> Iterator[tuple[str, str, bool]]:
    """English words, a phrase that means them, and whether it is a short form."""
    table = CLDR[language] + WESTERN.get(language, "") + NORTHERN.get(language, "")
    lines = [line.partition(" = ")[::2] for line in table.strip().split("\n")]
    days = next(forms.casefold().split(", ") for name, forms in lines if name == "days")
    two = next((form for name, forms in lines if name == "two" for form in forms.casefold().split(", ")), "")
    for meaning, forms in lines:
        written = forms.casefold().split(", ")
        name = meaning.removeprefix("short ")
        if name in {"days", "months"}:
            english = DAY_NAMES if name == "days" else MONTH_NAMES
            for one, form in zip(english, written, strict=True):
                yield one.casefold(), form, name != meaning
        elif meaning != "two":
            for form in written:
                yield from _filled(meaning, form, days)
                if two and meaning.startswith("in #"):
                    yield meaning.replace("#", "2"), form.replace("#", two), False


def _filled(meaning: str, form: str, days: list[str]) -> Iterator[tuple[str, str, bool]]:
    if "{day}" not in form:
        yield meaning, form, False
        return
    for english, day in zip(DAY_NAMES, days, strict=True):
        yield meaning.replace("{day}", english.casefold()), form.replace("{day}", day), False


def _spellings(phrase: str) -> set[str]:
    """A phrase as it is looked up, also without its accents, and with `ae` for `ä`."""
    key = " ".join(one for one in TOKEN.findall(phrase.replace("’", "'")) if not one.isspace())
    if key == NOTHING:
        return set()
    if sum(c.isalpha() for c in key) < _FOLDED_FROM:
        return {key}
    bare = unicodedata.normalize("NFD", key.translate(_BASE))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    long = unicodedata.normalize("NFD", key.translate(_LONG))
    return {key, bare, "".join(c for c in long if not unicodedata.combining(c))}


def is_english(word: str) -> bool:
    """Whether English alone reads this name of a day or a month."""
    return word in DAYS or word in MONTHS
