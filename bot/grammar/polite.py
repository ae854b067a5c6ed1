"""What people say around an order: please, can you, thanks. It never matters."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*(?:(?:please|pls|plz|kindly|hi|hello|hey|dear bot|bot|"
    r"(?:can|could|would|will) you(?: please)?|let's|lets|let us|"
    r"i(?:'d| would) like (?:you )?to)(?![\w'-])[\s,!:.]*)*",
    re.IGNORECASE,
)
_WORDS = ("thank you", "please", "thanks", "cheers", "pls", "plz", "thx")
KIND_WORDS = frozenset(
    {"looks good", "looks great", "great", "nice", "good", "perfect", "👍", ":+1:", "all", "it"}
)
"""What may stand behind the number of a post, and says nothing more."""
_LONGEST_THANKS = 100
THANKS = "thanks"
"""The topic of the answer to thanks alone."""
_THANKS = re.compile(
    r"\W{0,9}(?:(?:ok|okay|great|perfect|super|nice|many|vielen|herzlichen|besten|mange|tusen|hartelijk)\W{1,4}){0,3}"
    r"(?:thanks|thank\s+you|thx|ty|cheers|danke|dank|dankeschön|kiitos|tack|takk|tak|merci|aitäh|bedankt|dank je|gracias|grazie)"
    r"(?:\W{1,4}(?:so|very|much|a|lot|lots|bot|social|again|all|everybody|everyone|you|indeed|schön|sehr|paljon|mycket|så|mye|"
    r"meget|beaucoup|for|your|the|help|that|this)(?!\w)){0,6}(?:\W|:[a-z0-9_+-]{1,30}:){0,12}",
    re.IGNORECASE,
)
_EDGE = "`* \t\n\r,;:!?\u200b\u200e\u200f\u00a0"


def start(text: str) -> int:
    """Where the order itself begins."""
    match = _BEFORE.match(text)
    return match.end() if match else 0


def is_thanks(text: str) -> bool:
    """Whether somebody thanks, and says nothing else."""
    return len(text) <= _LONGEST_THANKS and _THANKS.fullmatch(text.strip()) is not None


def bare(text: str, also: str = ".") -> str:
    """The words without what is said before or after an order, and without the signs at its end."""
    end = _EDGE + also
    text = text.strip(end)
    while True:
        low = text[-12:].casefold()
        word = next(
            (one for one in _WORDS if low.endswith(one) and not text[: -len(one)][-1:].isalnum()), None
        )
        if word is None:
            return text
        text = text[: -len(word)].rstrip(end)
