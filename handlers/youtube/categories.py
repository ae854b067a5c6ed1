"""The categories that a video can be given, by number and by name.

The numbers are the same everywhere; which of them may be given depends on the country (`videoCategories.list`).
These are the ones that may be given in Europe and North America, as of November 2026.
"""

from __future__ import annotations

import difflib
import re
from typing import Final

CATEGORIES: Final = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
}
_NUMBER: Final = re.compile(r"\d{1,3}")
_SHORTEST: Final = 3
"""Letters by which a category may be called: `sci`."""


def number(written: str) -> str | None:
    """YouTube's number for what people write (`28`, `Science & Technology`, `science`); None if it is none."""
    wanted = _folded(written)
    if _NUMBER.fullmatch(wanted):
        return str(int(wanted))
    names = {_folded(name): key for key, name in CATEGORIES.items()}
    if wanted in names:
        return names[wanted]
    begun = [key for name, key in names.items() if any(part.startswith(wanted) for part in _tails(name))]
    return begun[0] if len(wanted) >= _SHORTEST and len(begun) == 1 else None


def name(written: str) -> str:
    """What people call the category of this number; the number itself where nobody knows."""
    return CATEGORIES.get(written, written)


def nearest(written: str) -> str:
    """The name that was probably meant; empty if none is near."""
    names = {_folded(one): one for one in CATEGORIES.values()}
    found = difflib.get_close_matches(_folded(written), names, n=1, cutoff=0.5)
    return names[found[0]] if found else ""


def _folded(text: str) -> str:
    words = re.findall(r"\w+", text.casefold().replace("how to", "howto").replace("non-profit", "nonprofit"))
    return " ".join(one for one in words if one != "and")


def _tails(name: str) -> list[str]:
    """The name, and the name without its first words: `science technology`, `technology`."""
    words = name.split()
    return [" ".join(words[at:]) for at in range(len(words))]
