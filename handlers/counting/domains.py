"""Domain names as twitter-text knows them: which top-level domains there are, and where one ends in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources

LATIN = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
"""Accented Latin letters, as the inside of a character class."""

_LATIN_RUN = re.compile(rf"[-.A-Za-z0-9{LATIN}]+")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+", re.IGNORECASE)
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]+")
_MAX_LABEL = 63


@cache
def top_level_domains() -> frozenset[str]:
    """The known top-level domains, lower case (see `handlers/tlds.txt` for their source)."""
    lines = resources.files("handlers").joinpath("tlds.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _sizes() -> dict[str, tuple[int, ...]]:
    """How long the top-level domains are that begin with a character, the longest first."""
    sizes: dict[str, set[int]] = {}
    for name in top_level_domains():
        for first in {name[0], name[0].upper()}:
            sizes.setdefault(first, set()).add(len(name))
    return {first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()}


def tld_end(text: str, at: int) -> int | None:
    """Where the top-level domain that begins here ends."""
    punycode = _PUNYCODE.match(text, at)
    if punycode:
        return punycode.end()
    known = top_level_domains()
    latin = _ALPHANUMERIC.match(text, at)
    if latin and text[latin.end() : latin.end() + 1].isascii():
        ends = text[latin.end() : latin.end() + 1] not in ("@", "+", "-")
        return latin.end() if ends and latin[0].lower() in known else None
    for size in _sizes().get(text[at : at + 1], ()):
        end = at + size
        if end > len(text):
            continue
        after = text[end : end + 1]
        ends = not after or not (after.isascii() and (after.isalnum() or after in "@+-"))
        if ends and text[at:end].lower() in known:
            return end
    return None


def sound(domain: str) -> bool:
    """Every label fits into the 63 characters of the domain name system, written in ASCII."""
    return all(_sound(label) for label in domain.split("."))


@lru_cache(maxsize=256)
def _sound(label: str) -> bool:
    if not label or len(label) > _MAX_LABEL:
        return False
    return label.isascii() or len(label.encode("punycode")) + len("xn--") <= _MAX_LABEL


def latin_domains(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The domains in Latin letters within a domain of any script."""
    domain = text[start:end]
    for run in _LATIN_RUN.finditer(domain):
        first = run.start()
        while first < run.end() and domain[first] == ".":
            first += 1
        dot = domain.rfind(".", first + 1, run.end())
        while dot > first:
            closing = tld_end(domain, dot + 1)
            if closing is not None:
                yield start + first, start + closing
                break
            dot = domain.rfind(".", first + 1, dot)
