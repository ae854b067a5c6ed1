"""Where the links of a text are, as X and Mastodon see them; both use the rules of twitter-text.

A link is a domain that ends in a known top-level domain, with what follows it of port, path and query. With
`https?://` before it the labels may be in any script; without, X links its Latin part and Mastodon does not.
Every rule here looks at each character a bounded number of times, so that no text is slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.counting.domains import LATIN, latin_domains, sound, tld_end

_SPACES = "\t-\r \u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTIONS = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_NEVER = "\ufffe\ufeff\uffff"

_RUN = re.compile(rf"[^!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${_SPACES}{_NEVER}{_DIRECTIONS}]+")
"""Labels, dots, hyphens, underscores: everything that may be part of a domain."""
_NOT_BEFORE = re.compile(rf"[A-Za-z0-9@\uff20$#\uff03{_NEVER}]")
_PROTOCOL = re.compile(r"https?\Z", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+")
_TCO = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)
_MAX_URL, _MAX_SLUG = 4096, 40


@dataclass(frozen=True, slots=True)
class Rules:
    """What one platform takes for path and query, and whether it links a bare `example.org`."""

    bare: bool
    path: re.Pattern[str]
    path_end: re.Pattern[str]
    query: re.Pattern[str]
    query_end: re.Pattern[str]
    tco: bool
    """Whether a t.co address ends after its slug (X's own shortener)."""


def _rules(path: str, path_end: str, query: str, query_end: str, *, x: bool) -> Rules:
    made = [re.compile(one, re.IGNORECASE) for one in (path, path_end, query, query_end)]
    return Rules(x, made[0], made[1], made[2], made[3], tco=x)


X = _rules(
    rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN}]+",
    rf"[+\-a-z\u0400-\u04ff0-9=_#/{LATIN}]",
    r"[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]+",
    r"[a-z0-9\-_&=#/]",
    x=True,
)
MASTODON = _rules(
    rf"[^{_SPACES}<>()?]+",
    rf"[^{_SPACES}()?!*\"'「」<>;:=,.$%\[\]~&|@]",
    r"[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@\^\u00a0-\ud7ff\uf900-\uffef\U00010000-\U0010fffd]+",
    r"[a-z0-9_&=#/\-\u00a0-\ud7ff\uf900-\uffef\U00010000-\U0010fffd]",
    x=False,
)


def links(text: str, rules: Rules) -> list[tuple[int, int]]:
    """Start and end of every link, in order, never overlapping."""
    if "." not in text:
        return []
    found: list[tuple[int, int]] = []
    done = -1
    for run in _RUN.finditer(text):
        if run.end() > done and "." in run.group():
            for start, end, more in _in_run(text, run, done, rules):
                found += more
                done = max(done, end, start)
    return found


def _in_run(
    text: str, run: re.Match[str], done: int, rules: Rules
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Each domain of a run: where it starts, where the match ends, and the links it stands for."""
    labels = _labels(text, run)
    protocol = _protocol_before(text, run.start(), done)
    for number, label in enumerate(labels):
        chain = labels[number + 1].best if number + 1 < len(labels) else None
        start = label.first_start(text, done, chain, anyhow=number == 0 and protocol is not None)
        if start is None:
            continue
        domain_end = label.end_from(chain)
        end = _tail(text, domain_end, rules)
        with_protocol = number == 0 and start == run.start() and protocol is not None
        first = protocol if with_protocol and protocol is not None else start
        yield first, end, _linked(text, first, start, domain_end, end, rules)
        done = end


@dataclass(slots=True)
class _Label:
    """One label of a dotted name, up to its dot."""

    start: int
    dot: int
    last_underscore: int
    whole: bool
    """It starts and ends as a label may."""
    closes: bool
    """It ends as a label may."""
    tld: int | None
    """Where the top-level domain after its dot ends, if there is one."""
    best: int | None = None
    """Where the longest domain that begins with this label ends."""

    def first_start(self, text: str, done: int, chain: int | None, *, anyhow: bool) -> int | None:
        """The first place in this label at which a domain may begin; `anyhow`: right at its start."""
        if not self.closes or (chain is None and self.tld is None):
            return None
        lowest = self.start if chain is not None else max(self.start, self.last_underscore + 1)
        if anyhow and lowest == self.start and text[lowest] not in "-_":
            return lowest
        for at in range(max(lowest, done + 1), self.dot):
            if text[at] not in "-_" and (at == 0 or not _NOT_BEFORE.match(text[at - 1])):
                return at
        return None

    def end_from(self, chain: int | None) -> int:
        """Where the domain that begins in this label ends."""
        end = chain if chain is not None else self.tld
        return self.dot if end is None else end


def _labels(text: str, run: re.Match[str]) -> list[_Label]:
    """The labels of a run that are followed by a dot, each knowing how far a domain from it reaches."""
    labels: list[_Label] = []
    start = run.start()
    while (dot := text.find(".", start, run.end())) >= 0:
        closes = dot > start and text[dot - 1] not in "-_"
        underscore = text.rfind("_", start, dot)
        tld = tld_end(text, dot + 1) if closes else None
        labels.append(_Label(start, dot, underscore, closes and text[start] not in "-_", closes, tld))
        start = dot + 1
    following: int | None = None
    for label in reversed(labels):
        if not label.whole:
            following = None
        elif following is None and label.last_underscore < 0:
            following = label.tld
        label.best = following
    return labels


def _protocol_before(text: str, at: int, done: int) -> int | None:
    """Where `http://` or `https://` begins that ends here, if nothing before it forbids a link."""
    if text[max(0, at - 3) : at] != "://":
        return None
    match = _PROTOCOL.search(text, max(0, at - 8), at - 3)
    if match is None or match.start() <= done:
        return None
    start = match.start()
    return start if start == 0 or not _NOT_BEFORE.match(text[start - 1]) else None


def _tail(text: str, at: int, rules: Rules) -> int:
    """The end of port, path and query after a domain."""
    port = _PORT.match(text, at)
    at = port.end() if port else at
    if text.startswith("/", at):
        at = _path(text, at + 1, rules)
    if text.startswith("?", at):
        run = rules.query.match(text, at + 1)
        end = _cut(text, at + 1, run.end(), rules.query_end) if run else at + 1
        at = end if end > at + 1 else at
    return at


def _path(text: str, at: int, rules: Rules) -> int:
    end = at
    while True:
        run = rules.path.match(text, at)
        if run:
            end = max(end, _cut(text, at, run.end(), rules.path_end))
            at = run.end()
        closed = _balanced(text, at, rules) if text.startswith("(", at) else None
        if closed is None:
            return end
        at = end = closed


def _cut(text: str, start: int, end: int, ending: re.Pattern[str]) -> int:
    """Back from `end` to behind the last character with which a link may end."""
    while end > start and not ending.match(text, end - 1):
        end -= 1
    return end


def _balanced(text: str, at: int, rules: Rules) -> int | None:
    """The end of `(…)`, with at most one pair inside, that begins here."""
    run = rules.path.match(text, at + 1)
    end = run.end() if run else at + 1
    if text.startswith("(", end):
        inner = rules.path.match(text, end + 1)
        if inner is None or not text.startswith(")", inner.end()):
            return None
        rest = rules.path.match(text, inner.end() + 1)
        end = rest.end() if rest else inner.end() + 1
    elif run is None:
        return None
    return end + 1 if text.startswith(")", end) else None


def _linked(
    text: str, first: int, start: int, domain_end: int, end: int, rules: Rules
) -> list[tuple[int, int]]:
    """What of a match becomes a link: all of it, its Latin part, or nothing."""
    if not sound(text[start:domain_end]) or end - first + (8 if first == start else start - first) > _MAX_URL:
        return []
    if first < start:
        slug = _TCO.match(text, first, end) if rules.tco else None
        if slug is None:
            return [(first, end)]
        if len(slug.group(1)) > _MAX_SLUG:
            return []
        return [(first, _tail(text, slug.end(), rules) if text.startswith("?", slug.end()) else slug.end())]
    if not rules.bare or (start > 0 and text[start - 1] in "-_./"):
        return []
    latin = list(latin_domains(text, start, domain_end))
    if latin and end > domain_end:
        latin[-1] = (latin[-1][0], end)
    return latin
