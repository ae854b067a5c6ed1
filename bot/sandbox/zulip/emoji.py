"""Names and codes of emoji as Zulip knows them, made from the `emoji` package and Zulip's own names."""

from __future__ import annotations

import functools
import re
from typing import Any

import emoji

from bot.sandbox.zulip.emoji_names import ZULIP_NAMES

_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_VARIATION = "\ufe0f"
_FULLY_QUALIFIED, _UNQUALIFIED = 2, 4


def code_of(characters: str) -> str:
    """Zulip's code: the code points in lower-case hexadecimal joined by `-`, without variation selectors."""
    return "-".join(f"{ord(one):04x}" for one in characters if one != _VARIATION)


@functools.cache
def code_to_names() -> dict[str, list[str]]:
    """Code → its names, the one Zulip shows first. GitHub's names are left out on purpose, and skin tones."""
    names: dict[str, list[str]] = {}
    taken: set[str] = {name for own in ZULIP_NAMES.values() for name in own}
    for characters, facts in emoji.EMOJI_DATA.items():
        if facts["status"] != _FULLY_QUALIFIED or _SKIN_TONES & set(characters):
            continue
        code = code_of(characters)
        own = ZULIP_NAMES.get(code)
        if own is not None:
            names[code] = list(own)
        elif (name := _plain(str(facts["en"]), characters)) not in taken:
            taken.add(name)
            names[code] = [name]
    return names


def _plain(name: str, characters: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip(":").lower()).strip("_")
    flag = all("\U0001f1e6" <= one <= "\U0001f1ff" for one in characters)
    return f"flag_{plain}" if flag else plain


@functools.cache
def name_to_code() -> dict[str, str]:
    """Every name → its code."""
    return {name: code for code, names in code_to_names().items() for name in names}


def character(code: str) -> str:
    """The emoji of a code, as one can show it."""
    return "".join(chr(int(point, 16)) for point in code.split("-"))


def is_text(characters: str) -> bool:
    """Whether Zulip leaves it as text: ✔ without a variation selector is no emoji yet (measured at level 321)."""
    return bool(emoji.EMOJI_DATA[characters]["status"] == _UNQUALIFIED)


@functools.cache
def pattern() -> re.Pattern[str]:
    """Finds emoji in text, the longest first; one with a skin tone is found whole, and then left as it is."""
    return re.compile("|".join(re.escape(one) for one in sorted(emoji.EMOJI_DATA, key=len, reverse=True)))


def api_data() -> dict[str, Any]:
    """What `server_emoji_data_url` answers."""
    return {"code_to_names": code_to_names()}
