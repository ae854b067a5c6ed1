"""What people say around an order: please, can you, thanks. It never matters."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"[\s\u200b\u200e\u200f\ufeff]*(?:(?:please|pls|plz|kindly|hi|hello|hey|dear bot|bot|"
    r"(?:can|could|would|will) you(?: please)?|let's|lets|let us|"
    r"i(?:'d| would) like (?:you )?to)(?![\w'-])[\s,!:.]*)*",
    re.IGNORECASE,
)
_WORDS = ("thank you", "please", "thanks", "cheers", "pls", "plz", "thx")
_EDGE = "`* \t\n\r,;:!?\u200b\u200e\u200f\u00a0"


def start(text: str) -> int:
    """Where the order itself begins."""
    match = _BEFORE.match(text)
    return match.end() if match else 0


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
