"""Words that may be meant to stop a post, in what was not understood otherwise: `1 must not be published`.

Nothing is done by them; but whoever says such a thing of a post is asked before it goes out.
"""

from __future__ import annotations

import re

from bot.grammar import several

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
    r"nie|não|espera|ekki|hættu"
    r")(?!\w)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?<!\w)(?:not|never|don['’]?t|do\s+not)\s+(?:hold|stop|halt|wait|pause|freeze|block|abort|cancel|veto|withdraw|"
    r"reject|delete|remove|discard|drop|scrap|kill|postpone|forget|worry)(?!\w)",
    re.IGNORECASE,
)
"""Said against stopping it."""
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
