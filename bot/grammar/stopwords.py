"""Words that may be meant to stop a post, in what was not understood otherwise: `1 must not be published`.

Nothing is done by them; but whoever says such a thing of a post is asked before it goes out.
"""

from __future__ import annotations

import re

from bot.grammar import several
from bot.grammar.nearest import distance
from bot.grammar.verbs import BY_NAME

_STOP = re.compile(
    r"(?<!\w)(?:"
    # English, and the verbs that stop a post
    r"not|no(?!\.?\s*#?[0-9])|never|don['’]?t|do\s+not|mustn['’]?t|shouldn['’]?t|can['’]?t|cannot|won['’]?t|isn['’]?t|doesn['’]?t|"
    r"stop\w*|hold|halt|wait|pause|freeze|block|abort|cancel\w*|veto\w*|withdraw\w*|reject\w*|delete|remove|discard|"
    r"drop|scrap|kill|undo|recall|postpone|wrong|mistake|oops|argh|"
    # the languages of the first users and their neighbours
    r"nicht|kein\w*|nein|halt|stopp\w*|warte\w*|abbrechen|zurückziehen|löschen|falsch|"
    r"inte|ikke|ej|vänta|vent|avbryt|stans|fel|feil|forkert|"
    r"ei|älä|älkää|seis|odota\w*|peru\w*|pysäytä|väärä\w*|ära|oota|"
    r"pas|arrête\w*|attend\w*|annule\w*|non|niet|geen|wacht|fout|"
    r"nie|não|espera|ekki|hættu|nope|nei|nej|"
    # to delete, to call off, to keep back
    r"delay|suspend|unpost|unpublish|retract|take\s+back|take\s+(?:it|this|that)\s+down|put\s+off|"
    r"halte\w*|anhalten|stornier\w*|lösch\w*|streich\w*|zurückhalt\w*|verwerfen?|absagen|"
    r"verwijder\w*|schrap\w*|intrekken|tegenhouden|"
    r"ta\s+bort|radera\w*|pausa|avboka\w*|ställ\s+in|dra\s+tillbaka|"
    r"slett?\w*|fjern\w*|utsett?\w*|av(?:lys|bryt)\w*|af(?:lys|bryd)\w*|annull?[eé]r\w*|stands|"
    r"tr[eæ]kk?\s+(?:tilbake|tilbage)|"
    r"keskey\w*|poista\w*|pysäyt\w*|hylkää|tühista\w*|peata\w*|kustuta\w*|katkesta\w*|eemalda\w*|"
    r"arrêt\w*|annul\w*|supprim\w*|suspen\w*|retir(?:e|er|ez)|bloqu\w*|"
    r"hætt\w*|eyða|eyddu|bíddu|bíða|stöðv\w*|fjarlæg\w*|afturkall\w*|"
    r"[🛑✋⛔👎]\ufe0f?[\U0001F3FB-\U0001F3FF]?|:(?:octagonal_sign|hand|raised_hand|no_entry|thumbs_down|-1):"
    r")(?!\w)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?<!\w)(?:not|never|don['’]?t|do\s+not)\s+(?:hold|stop|halt|wait|pause|freeze|block|abort|cancel|veto|withdraw|"
    r"reject|delete|remove|discard|drop|scrap|kill|postpone|forget|worry)(?!\w)",
    re.IGNORECASE,
)
"""Said against stopping it."""
_NAMES = tuple(
    sorted(word for one in several.STOPS for word in BY_NAME[one].words if word.isalpha() and word.isascii())
)
_FIRST = re.compile(r"\W*+(?P<word>[^\W\d_]{4,12})(?!\w)")
_LONG = 5
"""Letters from which on a word that is one letter away is a slip."""
_POSTS = re.compile(rf"(?<![\w.:/=#-]){several.SEVERAL}", re.IGNORECASE)
_DATE = re.compile(r"[0-9]+-[0-9]+-[0-9]+")
_BIGGEST = 10**9
"""No post has that number."""
_LOOKED_AT = 10_000
"""Characters: more than a message has."""


def stops(text: str) -> tuple[int, ...] | None:
    """The posts that these words may be meant to stop, each once; empty where they name none, None where they stop nothing."""
    said = without_against(text)
    return None if _STOP.search(said) is None else named(said)


def guessed(text: str, nearest: str | None) -> tuple[int, ...] | None:
    """The same for words that look like an order with a slip of the pen in it, when that one stops a post: `cancle 1`."""
    if without_against(text) != text[:_LOOKED_AT]:
        return None
    verb = (nearest or "").partition(" ")[0]
    return named(text) if verb in several.STOPS or _is_slip(text) else None


def _is_slip(text: str) -> bool:
    first = _FIRST.match(text)
    word = first["word"].casefold() if first else ""
    swapped = any(sorted(word) == sorted(one) for one in _NAMES)
    return swapped or (len(word) >= _LONG and any(distance(word, one, 1) <= 1 for one in _NAMES))


def named(text: str) -> tuple[int, ...]:
    """All posts that these words name, each once; what counts hours or days is no post."""
    found: list[int] = []
    for match in _POSTS.finditer(text[:_LOOKED_AT]):
        found += _of(match, text)
    return tuple(dict.fromkeys(found))


def first_named(text: str) -> tuple[int, ...]:
    """Those that are named where this text begins."""
    match = _POSTS.match(text)
    return _of(match, text) if match else ()


def without_against(text: str) -> str:
    """The words without those that are said against stopping something."""
    return _AGAINST.sub(" ", text[:_LOOKED_AT])


def _of(match: re.Match[str], text: str) -> tuple[int, ...]:
    if several.counts(text[match.end() : match.end() + 20]):
        return ()
    found = several.numbers(several.number(match["n"]), match["more"], several.WITHOUT_END)
    if found is None and _DATE.fullmatch(match[0]):
        return ()
    if found is None:  # a span without sense: its ends
        found = tuple(several.number(one) for one in re.findall("[0-9]+", match[0]))
    return tuple(one for one in found if 0 < one < _BIGGEST)
