"""The forms of orders: a word and the number of a post, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.grammar import several
from bot.grammar.verbs import BY_NAME, VERBS, Verb

NUMBER = rf"{several.HEAD}(?P<n>[0-9]+)(?!\w|[.:/-][0-9])[*)]*+"
FLAGS = re.IGNORECASE | re.DOTALL


def _words(verb: Verb) -> str:
    """Its words, with either apostrophe."""
    return "|".join(sorted(verb.words, key=len, reverse=True)).replace("'", "['’]")


_ORDERS = tuple(verb for verb in VERBS if verb.kind != "question")
_OF_SEVERAL = (*several.STOPS, "resume", "approve")
FORMS = (
    *(
        (BY_NAME[verb], re.compile(pattern.replace("N", several.SEVERAL, 1), FLAGS))
        for verb, pattern in (
            ("hold", r"put\s++N\s++on\s++hold(?P<rest>.*)"),
            ("resume", r"take\s++N\s++(?:off|from)\s++hold(?P<rest>.*)"),
            *(
                (one, rf"(?:{_words(BY_NAME[one])})[\s:,!]*+(?:both\s++)?N(?P<rest>.*)")
                for one in _OF_SEVERAL
            ),
        )
    ),
    *(
        (verb, re.compile(pattern.replace("N", NUMBER, 1), FLAGS))
        for verb, pattern in (
            (BY_NAME["hold"], r"take\s++N\s++down(?!\w)(?P<rest>.*)"),
            (BY_NAME["retry"], r"try\s++N\s++again(?P<rest>.*)"),
            (BY_NAME["move"], r"put\s++N\s++(?:on|at|to)\s(?P<rest>.*)"),
            (
                BY_NAME["published"],
                r"N\s++(?:is\s++out|is\s++published|was\s++published|went\s++out)(?P<rest>.*)",
            ),
        )
    ),
    *((verb, re.compile(rf"(?:{_words(verb)})[\s:,]*+{NUMBER}(?P<rest>.*)", FLAGS)) for verb in _ORDERS),
    *(
        (verb, re.compile(rf"{NUMBER}(?:\s*+[:,.])?\s++(?:{_words(verb)})(?!\w)(?P<rest>.*)", FLAGS))
        for verb in _ORDERS
    ),
    (BY_NAME["show"], re.compile(rf"{NUMBER}(?P<rest>.*)", FLAGS)),
)
ALONE = tuple(
    (verb, re.compile(f"(?:{'|'.join(word for word in verb.words if word.isalpha())})(?!\\w)", FLAGS))
    for verb in _ORDERS
)
"""The words that order something by themselves, so that only the number is missing."""

_N = rf"{several.HEAD}[0-9]+(?!\w|[.:/-][0-9])"
_TEXTS = ("edit", "alt")
"""Verbs that take all that follows as a text."""


def _any(names: Iterable[str]) -> str:
    return "|".join(_words(BY_NAME[name]) for name in names)


_STOP_WORDS = _any(several.STOPS)
_LAST = _any(one.name for one in _ORDERS if one.name not in {*several.STOPS, *_TEXTS, "show", "log"})
BEGINS = re.compile(
    rf"(?:(?P<stop>(?:{_STOP_WORDS})[\s:,!]*+{_N}|put\s++{_N}\s++on\s+hold|{_N}(?:\s*+[:,.])?\s++(?:{_STOP_WORDS})(?!\w))"
    rf"|(?P<text>(?:{_any(_TEXTS)})[\s:,]*+{_N})"
    rf"|(?P<other>(?:{_LAST})[\s:,]*+{_N}|take\s++{_N}\s++(?:off|from)\s+hold|try\s++{_N}\s++again))",
    re.IGNORECASE,
)
"""An order that begins here, with the number of its post; its group tells which kind."""
STOPPED = re.compile(rf"(?<!\w)(?:{_STOP_WORDS})[\s:,!]*+(?={_N})", re.IGNORECASE)
"""A word that stops the post behind it, wherever it stands."""
STOPPING = re.compile(rf"(?:{_any(sorted(several.STOPS - {'withdraw'}))})(?!\w)", re.IGNORECASE)
"""A word that stops posts, without a number."""
APPROVING = re.compile(rf"(?:{_any(['approve'])})(?!\w)", re.IGNORECASE)
"""A word that approves, without a number."""
APPROVED = re.compile(rf"(?:{_any(['approve'])})[\s:,!]*+{several.HEAD}[0-9]", re.IGNORECASE)
"""An approval with a number: nothing else may be read in it."""
HELP = re.compile(
    r"(?:help(?: me)?(?:\s+(?:with|on|about|for))?|how (?:do|can|could|should|does) (?:i|we|you|one|it|this)|what does"
    r"|\?+|what can you do|what do you do|what can i (?:do|say|write)|commands|usage|who are you)(?!\w)(?P<topic>.*)",
    FLAGS,
)
NO_TEXT = re.compile(
    r"[ \t]+(?:to|into|so|because|since|fix|correct|change|replace|remove|delete|add|insert|typo|the\s+(?:date|time|typo|link|text))(?!\w)",
    re.IGNORECASE,
)
"""What may tell how to change a text, and is none: `edit 2 to Hello`, `edit 2 fix the typo`."""
COLON = re.compile(r"(?:[:,]|[ \t]+[:,](?=\s|$))?[ \t]*(?:\n[ \t]*(?=\n))*\n?")
"""What may stand between a number and a text; the colon of an emoji belongs to the text."""
FILE = re.compile(
    r"[\s,:]*(?:(?:picture|image|photo|file|video|pic)\s*)?#?(?P<file>[0-9]{1,2})(?:\s*+[:.)–-])?\s++(?P<text>\S.*)",
    FLAGS,
)
