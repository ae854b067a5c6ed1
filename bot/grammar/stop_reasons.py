"""Free words behind a stop that are its reason: `cancel 12 wrong date`, `stop everything, the site is hacked`.

They are one as long as they can mean nothing else: no other order or post, no platform, time, condition, denial or question.
Whatever may be one of these is asked about, and the post waits meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar import names, stopwords
from bot.grammar.polite import bare
from bot.when import is_time, names_foreign_day
from bot.when.words import DAYS, MONTHS, any_of

_LONGEST = 1000
"""Characters; what is longer is hardly a reason alone."""
_WORD = re.compile(r"[\w:'’-]+")
_ASKS = re.compile(
    r"[?？⁇؟❓❔]|:(?:grey_)?question:|^\W*+(?:what|why|how|who|which|shall|should|can|could|is|are)(?!\w)",
    re.IGNORECASE,
)
_TIMES = any_of({*DAYS, *MONTHS} - {"may", "mar", "sat", "sun", "dec", "jan", "march"})
_WHEN = (
    rf"today|tonight|tomorrow|morgen|heute|huomenna|imorgon|{_TIMES}|until|till|before|after|when|whenever|once|later|soon|"
    r"next|noon|midnight|morning|evening|afternoon|bis|in\s++(?:a\s++few|an?|some|one|two|three|\d+)\s++\w+"
)
_IF = r"if|unless|in\s++case|maybe|perhaps|otherwise|wenn|falls|jos|om|hvis"
_DENIES = (
    r"no|not|never|none|nor|without|except|but|only|or|instead|rather|cannot|\w+n['’]t|dont|nicht|kein\w*|nur|aber|oder|außer|"
    r"ei|inte|ikke"
)
_ORDERS = (
    r"approve\w*|unapprove|approval\w*|veto\w*|votes?|hold|holding|pause|resume|move|reschedule|postpone|shift|delay|schedule|edit\w*|"
    r"rewrite|change|replace|retry|resend|repeat|publish|send|release|copy|duplicate|clone|alt|draft|show|log|and\s++tell"
)
_OTHER = re.compile(rf"(?<!\w)(?:{_WHEN}|{_IF}|{_DENIES}|{_ORDERS})(?!\w)", re.IGNORECASE)
"""What may be more, or less, than a reason."""
_AND = re.compile(r"\W*+(?:and|und|og|och|ja)(?!\w)", re.IGNORECASE)
"""What begins another order."""
_BEGINS = re.compile(rf"\W*+(?:{_IF}|when|once|until|till|before|after)(?!\w)", re.IGNORECASE)
_TIME_ALONE = re.compile(rf"\W*+(?:(?:on|at|from|by|{_WHEN})(?!\w)\W*+)+", re.IGNORECASE)
_EVERYTHING = re.compile(
    r"[\s:]*+(?:everything|(?:all|every|any)(?:\s++(?:the|open|of))*(?:\s++(?:posts?|drafts?|them|these|it))?|anything|"
    r"the\s++(?:whole\s++)?queue)(?:\s++(?:right\s++)?(?:now|please|pls|plz|immediately|at\s++once|asap))*(?!\w)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DOUBT = re.compile(
    r"[\s,;:.!(–—-]*+(?:never\s?mind|no[\s,]++wait|wait|no(?=\W*+$)|forget\s+(?:it|that)|(?:should|shall|can|could|may|do|must|is|are)\s++"
    r"(?:we|i|it|that|this|you)(?!\w)[^\n]*+(?<=\?)|not(?!\w)|or(?!\w)|maybe|perhaps|[0-9]++\s++(?:but|not|except)(?!\w))",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[^\S\n]*+(?:[,.:;!–—(\n-]|because(?!\w)|since(?!\w))", re.IGNORECASE)


def is_reason(words: str, accounts: Sequence[str]) -> bool:
    """Whether these words, behind mere blanks, can be nothing but a reason."""
    if (
        len(words) > _LONGEST
        or not any(c.isalpha() for c in words)
        or _ASKS.search(words)
        or _OTHER.search(words)
        or names_foreign_day(words)
        or _AND.match(words)
    ):
        return False
    return not stopwords.named(words) and not _TIME_ALONE.fullmatch(words) and not _has_more(words, accounts)


def _has_more(words: str, accounts: Sequence[str]) -> bool:
    """Whether an hour, a date or a platform is named."""
    if re.search(r"[0-9]", re.sub(r"https?://\S+|@_?\*\*[^*\n]+\*\*", " ", words)):
        return True
    return any(_is_platform(word, accounts) for word in _WORD.findall(words))


def _is_platform(word: str, accounts: Sequence[str]) -> bool:
    named = names.read(word, accounts) if word.casefold() not in {"all", "every", "everything"} else None
    return named is not None and bool(named.accounts or named.absent) and not named.unknown


def is_doubt(words: str) -> bool:
    """Whether these words, behind a sign, take an order back, or ask about it: `, never mind`, `, should we?`, `-7 but not 6`."""
    return _DOUBT.match(words[:_LONGEST]) is not None


def is_condition(words: str) -> bool:
    """Whether these words, behind a comma, say when rather than why: `, if it rains`, `, tomorrow`."""
    return bool(_BEGINS.match(words) or _TIME_ALONE.fullmatch(words)) or is_time(words)


def of_everything(words: str, accounts: Sequence[str]) -> str | None:
    """The reason (or nothing) where these words, behind one that stops, mean every post; None where they may mean less."""
    match = _EVERYTHING.match(words)
    if match is None:
        return None
    rest = match["rest"]
    if not bare(rest) and not _ASKS.search(rest):
        return ""
    said = re.sub(r"\A\W*+(?:(?:because|since)(?!\w)\W*+)?", "", rest).strip()
    return said if _SIGN.match(rest) and is_reason(said, accounts) else None
