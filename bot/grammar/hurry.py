"""What people say in a hurry around an order that stops something: before it, and as its reason.

Only what stops a post is read so generously; see `several`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.grammar import several
from bot.grammar.values import Command, Unknown

_LEAD = re.compile(
    r"(?:(?:ok|okay|oh|oops|ouch|argh|no|nope|stop|stop it|wait|halt|sorry|actually|hm+|well|so|and|but|then|quick|"
    r"quickly|urgent|attention|all|team|(?:can|could) (?:we|i|somebody|someone|anybody)|"
    r"(?:we|i) (?:must|should|need to|have to|want to)|let me)(?![\w'’-])[\s,!:.–—-]*)+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,.;:!–—](?=\s)")
_LONGEST = 200
"""Characters among which an order is looked for."""
_CLAUSES = 6
_SIGNS = re.compile(r"(?:\s*(?:please|pls|plz|now)(?!\w))?(?P<signs>[\s,;:.!(–—/-]*)", re.IGNORECASE)

_BECAUSE = re.compile(r"\s*[,:;.–—-]*\s*(?:(?:because|since|as|reason)(?!\w)\s*:?\s*)?", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"[\s,:;.!–—-]*(?:because|since|as|reason)(?!\w)\s*:?\s*|[ \t:;.!–—]*\n\s*(?=\S)|\s*[:–—]\s*(?=\w)",
    re.IGNORECASE,
)
"""What tells that a reason follows."""


def hurried(body: str, read: Callable[[str], Command | Unknown | None]) -> Command | None:
    """The order behind `ok,`, `stop!` or `can we`; or, behind any words and a sign, one that holds a post or vetoes it.

    `read` reads an order.
    """
    line = body.strip()
    if "\n" in line or len(line) > _LONGEST:
        return None
    lead = _LEAD.match(body)
    if lead is not None:
        found = read(body[lead.end() :])
        if isinstance(found, Command) and found.verb in several.STOPS:
            return found
    for sign in list(_CLAUSE.finditer(body))[:_CLAUSES]:
        found = read(body[sign.end() :])
        if isinstance(found, Command) and found.verb in several.BRAKES and not found.rest:
            return found
    return None


def is_lead(said: str) -> bool:
    """Whether this is no more than what people say before an order in a hurry: `ok,`."""
    return len(said) <= _LONGEST and _LEAD.fullmatch(f"{said} ") is not None


def reason(rest: str) -> str:
    """Why, of what stands behind a number, without the word that introduces it."""
    match = _BECAUSE.match(rest)
    return rest[match.end() if match else 0 :].strip()


def introduced(rest: str) -> str | None:
    """The reason behind what tells that one follows: `because`, a colon, another line. None: there is no such thing."""
    match = _INTRODUCED.match(rest)
    return rest[match.end() :].strip() if match else None


def behind_sign(rest: str) -> str | None:
    """The reason behind any other sign: `, the course is full`, `(double)`. None: no words stand behind one."""
    match = _SIGNS.match(rest)
    if match is None or not match["signs"].strip():
        return None
    said = reason(rest[match.end() :])
    if said.endswith(")") and said.count(")") > said.count("("):
        said = said[:-1]
    return said if any(c.isalpha() for c in said) and not several.counts(said) else None
