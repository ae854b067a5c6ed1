"""How X stores a text: every link becomes a `t.co` address of 23 characters, with its meaning beside it."""

from __future__ import annotations

import html

from bot.sandbox.addresses import addresses
from bot.sandbox.service import Doc

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHOWN = 26
"""Characters of an address that X shows after the scheme, before `…`."""


def wrapped(text: str, number: int) -> tuple[str, list[Doc]]:
    """The stored text (with `&amp;` for `&`), and its links as `entities.urls`; `number` makes the addresses unique."""
    out: list[str] = []
    urls: list[Doc] = []
    last = length = 0

    def put(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += len(piece)

    for start, end in addresses(text, "x"):
        put(html.escape(text[last:start], quote=False))
        short = f"https://t.co/{slug(number + len(urls))}"
        found = text[start:end]
        bare = found.partition("://")[2] if "://" in found[:8] else found
        shown = bare if len(bare) <= _SHOWN else f"{bare[:_SHOWN]}…"
        expanded = found if found != bare else f"http://{found}"
        span = {"start": length, "end": length + len(short)}
        urls.append({**span, "url": short, "expanded_url": expanded, "display_url": shown})
        put(short)
        last = end
    put(html.escape(text[last:], quote=False))
    return "".join(out), urls


def slug(number: int) -> str:
    """Ten letters and figures for a number."""
    out = ""
    for _ in range(10):
        number, rest = divmod(number, len(_ALPHABET))
        out = _ALPHABET[rest] + out
    return out
