"""Posts that look alike: what is written, and what a platform must show of it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.chaos.place import Place, picture

PLATFORMS: Final = ("mastodon", "x", "linkedin", "zulip")
KINDS: Final = ("equal", "almost", "picture", "thread", "warning", "markup", "breaks")
THREADS: Final = ("mastodon", "x")
HIDDEN: Final = "private"


@dataclass
class Note:
    """One draft, to one or more platforms."""

    text: str
    accounts: tuple[str, ...]
    cw: str = ""
    visibility: str = ""
    picture: bytes = b""
    draft: int = 0
    number: int = 0

    def source(self, place: Place) -> str:
        """The message."""
        lines = ["@social draft", f"to: {', '.join(self.accounts)}", "at: now"]
        lines += [f"cw: {self.cw}"] if self.cw else []
        lines += [f"visibility: {self.visibility}"] if self.visibility else []
        lines += [self.text] if self.text else []
        if self.picture:
            lines.append(f"[a.png]({place.people['carol'].uploads('a.png', self.picture)})")
        return "\n".join(lines)

    @property
    def sha256(self) -> str:
        """Of its picture; empty where it has none."""
        return hashlib.sha256(self.picture).hexdigest() if self.picture else ""


@dataclass
class Drawer:
    """Draws what one round has; `number` keeps the texts of rounds apart, not those of one."""

    rng: random.Random
    hides: bool
    """Whether the server has followers-only posts that it does not show."""
    kinds: tuple[str, ...] = KINDS
    accounts: tuple[str, ...] = PLATFORMS

    def notes(self, number: int) -> Iterator[Note]:
        """Four to six notes, of which some pair is alike."""
        rng = self.rng
        for kind in rng.sample(self.kinds, min(len(self.kinds), 2)):
            accounts = self._some(kind)
            yield from self._pair(kind, number, accounts)
        if rng.random() < 0.5:
            yield Note(f"Round {number}: something else {rng.random()}", self._some("else"))

    def _some(self, kind: str) -> tuple[str, ...]:
        if kind == "thread":
            return ("mastodon",)
        if kind in {"warning", "picture", "markup"}:
            return ("mastodon",) if self.rng.random() < 0.7 else ("mastodon", "zulip")
        if self.rng.random() < 0.4:  # where there is most to be taken for another
            return ("mastodon",)
        return tuple(sorted(self.rng.sample(self.accounts, self.rng.randrange(1, 3))))

    def _pair(self, kind: str, number: int, accounts: tuple[str, ...]) -> Iterator[Note]:
        rng = self.rng
        seen = HIDDEN if self.hides and rng.random() < 0.5 and accounts == ("mastodon",) else ""
        if kind == "equal":
            yield from (Note(f"Registration {number} is open", accounts, visibility=seen) for _ in range(2))
        elif kind == "almost":
            yield Note(f"C course, 1{number}", accounts, visibility=seen)
            yield Note(f"C++ course, 1-{number}", accounts, visibility=seen)
        elif kind == "picture":
            text = rng.choice(("", f"Programme {number}"))
            yield from (Note(text, accounts, picture=picture(rng)) for _ in range(2))
        elif kind == "thread":
            shared = f"The second half of {number}. " + "It goes on and on. " * 20
            for head in ("One", "Another"):
                yield Note(
                    f"{head} beginning of {number}. " + "So it begins. " * 28 + "\n\n" + shared, accounts
                )
        elif kind == "warning":
            yield from (Note(f"Dinner {number}", accounts, cw=one) for one in ("food", "meat"))
        elif kind == "breaks":
            text = f"Doors open {number}\n\nat ten\nhttps://a.example/{number}"
            yield from (Note(one, accounts, visibility=seen) for one in (text, joined(text)))
        else:
            yield from (Note(f"{number}. 2*3*4 makes 24", accounts) for _ in range(2))


def near(rng: random.Random, text: str) -> str:
    """What somebody writes by hand: the same, or almost."""
    return text if rng.random() < 0.6 else other_signs(text)


def other_signs(text: str) -> str:
    """The same letters and figures."""
    if "\n" in text:
        return joined(text)
    return text.replace(" ", ", ", 1) + "!"


def joined(text: str) -> str:
    """The same words in one line, and the address as others write it."""
    return " ".join(text.split()).replace("https:", "http:")
