"""The forms of orders: a word and the number of a post, or the other way round."""

from __future__ import annotations

import re

from bot.grammar import several
from bot.grammar.verbs import BY_NAME, VERBS, Verb

NUMBER = rf"{several.HEAD}(?P<n>[0-9]+)(?!\w|[.:/-][0-9])[*)]*"
FLAGS = re.IGNORECASE | re.DOTALL


def _words(verb: Verb) -> str:
    """Its words, with either apostrophe."""
    return "|".join(sorted(verb.words, key=len, reverse=True)).replace("'", "['’]")


_ORDERS = tuple(verb for verb in VERBS if verb.kind != "question")
_OF_SEVERAL = (*several.STOPS, "resume")
FORMS = (
    *(
        (BY_NAME[verb], re.compile(pattern.replace("N", several.SEVERAL, 1), FLAGS))
        for verb, pattern in (
            ("hold", r"put\s+N\s+on\s+hold(?P<rest>.*)"),
            ("resume", r"take\s+N\s+(?:off|from)\s+hold(?P<rest>.*)"),
            *((one, rf"(?:{_words(BY_NAME[one])})[\s:,!]*N(?P<rest>.*)") for one in _OF_SEVERAL),
        )
    ),
    *(
        (verb, re.compile(pattern.replace("N", NUMBER, 1), FLAGS))
        for verb, pattern in (
            (BY_NAME["retry"], r"try\s+N\s+again(?P<rest>.*)"),
            (BY_NAME["move"], r"put\s+N\s+(?:on|at|to)\s(?P<rest>.*)"),
            (BY_NAME["published"], r"N\s+(?:is\s+out|is\s+published|was\s+published|went\s+out)(?P<rest>.*)"),
        )
    ),
    *((verb, re.compile(rf"(?:{_words(verb)})[\s:,]*{NUMBER}(?P<rest>.*)", FLAGS)) for verb in _ORDERS),
    *(
        (verb, re.compile(rf"{NUMBER}(?:\s*[:,.])?\s+(?:{_words(verb)})(?!\w)(?P<rest>.*)", FLAGS))
        for verb in _ORDERS
    ),
    (BY_NAME["show"], re.compile(rf"{NUMBER}(?P<rest>.*)", FLAGS)),
)
ALONE = tuple(
    (verb, re.compile(f"(?:{'|'.join(word for word in verb.words if word.isalpha())})(?!\\w)", FLAGS))
    for verb in _ORDERS
)
"""The words that order something by themselves, so that only the number is missing."""
