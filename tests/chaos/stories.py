"""What people do with one post: drafted, approved, taken back, edited, held, resumed, expired, by hand and by command.

A story is a generator that yields what it waits for. It knows itself what must come of it: which of its texts somebody
approved, and which one the world must see in the end, or that the world must see none.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from typing_extensions import override

from storage.models import Post
from storage.states import PostState
from tests.chaos.place import Place, film, picture
from tests.chaos.view import View

ALL: Final = ("mastodon", "x", "linkedin", "youtube", "zulip")
Wait = Callable[[View], bool]
_WORDS: Final = (
    "tests",
    "pay",
    "off",
    "für",
    "everybody",
    "—",
    "also",
    "on",
    "a",
    "Monday",
    "🙂",
    "reproducible",
    "software",
)


@dataclass
class Story:
    """One post and what must come of it. `kind` names the method below that tells it."""

    place: Place
    rng: random.Random
    token: str
    kind: str
    accounts: tuple[str, ...]
    timed: bool
    film: bool = False
    pictures: int = 0
    long: bool = False
    draft: int = 0
    """Id of the message."""
    version: int = 0
    must: int | None = None
    """The version that the world must see in the end."""
    may: set[int] = field(default_factory=set)
    """The versions that it may see: approved, and not taken back before they could go."""
    bodies: dict[int, str] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)
    """Version -> the text for X alone."""
    cards: dict[int, str] = field(default_factory=dict)
    """Version -> what the card said when somebody approved it."""
    files: dict[int, list[str]] = field(default_factory=dict)
    """Version -> SHA-256 of its files."""
    by_command: bool = False
    """Whether it was approved by a command, which a reaction taken away does not take back."""
    expired: int = 0
    """How often people had to be told that its time had passed."""

    @override
    def __str__(self) -> str:
        return f"{self.token} ({self.kind} → {', '.join(self.accounts)})"

    # -- what is known of it ---------------------------------------------------------------------------

    def post(self, view: View) -> Post | None:
        return view.posts.get(self.draft)

    def mark(self, version: int | None = None) -> str:
        """What stands in every text of a version, and in no other."""
        return f"{self.token}v{version or self.version}."

    def in_state(self, *states: PostState) -> Wait:
        def reached(view: View) -> bool:
            post = self.post(view)
            return post is not None and post.state in states

        return reached

    def carded(self, view: View) -> bool:
        """Whether the card of the present version stands there, for everybody to see."""
        return bool(self.post(view)) and self.card() is not None

    def card(self) -> dict[str, Any] | None:
        """The newest card with the present text."""
        found = [
            one
            for one in self.place.said()
            if one["content"].startswith("**#")
            and "** by @" in one["content"]
            and self.mark() in one["content"]
        ]
        return found[-1] if found else None

    def number(self, view: View) -> int:
        post = self.post(view)
        assert post is not None
        return post.id or 0

    # -- what people do --------------------------------------------------------------------------------

    def write(self) -> None:
        self.draft = self.place.people["carol"].says(self._source())

    def rewrite(self) -> None:
        self.place.people["carol"].edits(self.draft, self._source())

    def _source(self) -> str:
        self.version += 1
        length = 170 if self.long else self.rng.randrange(3, 20)
        body = " ".join([f"Story {self.mark()}", *(self.rng.choice(_WORDS) for _ in range(length))])
        if self.rng.random() < 0.3 and not self.long:
            body = body.replace(" a ", "\n\n", 1)
        lines = ["@social draft", f"to: {', '.join(self.accounts)}"]
        if self.timed:
            lines.append("at: in 60 minutes")
        if self.film:
            lines.append("title: A film")
        lines.append(body)
        lines += self._attached()
        self.bodies[self.version] = body
        if "x" in self.accounts and not self.long and self.rng.random() < 0.3:
            self.own[self.version] = f"Briefly {self.mark()}"
            lines += ["--- x", self.own[self.version]]
        return "\n".join(lines)

    def _attached(self) -> list[str]:
        carol, shas, lines = self.place.people["carol"], [], []
        for number in range(self.pictures):
            data = picture(self.rng)
            shas.append(hashlib.sha256(data).hexdigest())
            lines.append(f"[Shown {number}]({carol.uploads(f'p{number}.png', data)})")
        if self.film:
            data = film(self.rng)
            shas.append(hashlib.sha256(data).hexdigest())
            lines.append(f"[A talk]({carol.uploads('talk.mp4', data)})")
        self.files[self.version] = shas
        return lines

    def approve(self, view: View, *, by_command: bool = False) -> None:
        """Somebody who may says yes to what the card shows."""
        card = self.card()
        assert card is not None
        self.cards[self.version] = card["content"]
        self.may.add(self.version)
        self.must, self.by_command = self.version, by_command
        if by_command:
            self.orders(f"approve {self.number(view)}")
        else:
            self.place.people["alice"].reacts(card["id"])

    def orders(self, command: str, who: str = "alice") -> None:
        self.place.people[who].says(f"@social {command}")

    def take_back(self, view: View, how: str) -> None:
        """It is not to go out any more."""
        people, card = self.place.people, self.card()
        if how == "unreact" and self.by_command:
            self.orders(f"withdraw {self.number(view)}")
        elif how == "unreact" and card is not None:
            people["alice"].unreacts(card["id"])
        elif how == "veto" and card is not None:
            people["bob"].reacts(card["id"], "-1")
        elif how == "delete":
            people["owner"].deletes(self.draft)
        elif how == "edit":
            self.rewrite()
        else:
            self.orders(f"{'hold' if how == 'hold' else 'cancel'} {self.number(view)}")
        self.must = None
        if self.timed:  # it is far from its time, so nothing may be on its way
            self.may.clear()


def tell(story: Story) -> Iterator[Wait]:
    """The whole story; what it yields must hold before it goes on."""
    seen: list[View] = []

    def wait(condition: Wait) -> Wait:
        def remembered(view: View) -> bool:
            seen[:] = [view]
            return condition(view)

        return remembered

    story.write()
    yield wait(story.carded)
    if story.kind == "never":
        _for_nothing(story)
        return
    story.approve(seen[0], by_command=story.rng.random() < 0.25)
    if story.kind == "race":
        if story.rng.random() < 0.5:
            yield wait(story.in_state(PostState.APPROVED, PostState.RELEASED))
        story.take_back(seen[0], story.rng.choice(["unreact", "delete", "cancel", "veto"]))
    elif story.kind not in {"plain", "weekend"}:
        yield wait(story.in_state(PostState.APPROVED))
        for condition in _second_thoughts(story, seen):
            yield wait(condition)


def _for_nothing(story: Story) -> None:
    """The author and a guest say yes, and it does not count."""
    card = story.card()
    assert card is not None
    story.place.people["carol"].reacts(card["id"])
    story.place.people["dave"].reacts(card["id"])


def _second_thoughts(story: Story, seen: list[View]) -> Iterator[Wait]:
    """What people do with a post that is approved and waits for its time."""
    if story.kind == "taken back":
        story.take_back(seen[0], story.rng.choice(["unreact", "veto", "delete", "edit", "cancel", "hold"]))
    elif story.kind == "edited":
        story.take_back(seen[0], "edit")
        yield story.carded
        story.approve(seen[0])
    elif story.kind == "resumed":
        before = story.must, set(story.may)
        story.take_back(seen[0], "hold")
        yield story.in_state(PostState.HELD)
        story.orders(f"resume {story.number(seen[0])}")
        story.must, story.may = before
    elif story.kind == "moved":
        story.orders(f"move {story.number(seen[0])} to in 40 minutes", "carol")


def cast(place: Place, rng: random.Random, token: str, platforms: tuple[str, ...], *, weekend: bool) -> Story:
    """A story of any kind. At a weekend the bot is away when the time comes, so nothing races with it."""
    kinds = ["plain"] * 8 + ["never", "race"] + ["taken back", "edited"] * 2 + ["resumed", "moved"]
    kind = rng.choice(kinds)
    timed = kind not in {"plain", "race"} or rng.random() < 0.35
    if kind == "race":
        timed = False
    if weekend and timed and kind == "plain":
        kind = "weekend"
    some = tuple(one for one in platforms if one != "youtube")
    accounts = tuple(sorted(rng.sample(some, min(len(some), rng.randrange(1, 5)))))
    story = Story(place, rng, token, kind, accounts, timed)
    shape = rng.random()
    if shape < 0.15 and "youtube" in platforms:
        story.film, story.accounts = True, (*accounts, "youtube")
    elif shape < 0.45:
        story.pictures = rng.randrange(1, 4)
    elif shape < 0.7:
        story.long = True
    return story
