"""Everything one running bot has at hand; made once, in `cli`, and given to every action."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import Chat, Person, Place, zone_of
from bot.config import Config
from bot.standings import Standings
from handlers.base import Platform, Step, Vault
from handlers.media import Store
from storage.database import Database
from storage.turns import Turns

SETTLED_S: Final = 3.0
"""After so long Zulip has written down every message whose number is smaller than one that was seen."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Bell:
    """Wakes whoever waits for work. Ringing is never lost: a waiter tells what it heard last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake everybody."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    @property
    def rung(self) -> int:
        """How often it was rung."""
        return self._rung

    def wait(self, heard: int, longest_s: float) -> None:
        """Until it was rung more often than `heard` times, or so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung != heard, longest_s)


@dataclass(slots=True)
class Effort:
    """A long piece of work on one account, as people are told of it."""

    step: Step
    """How far it is."""
    since: datetime
    quarter: int = 0
    """Up to which quarter the log was told."""
    shown_at: datetime = NEVER
    """When the chat was last told."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """How a post stood in Zulip when it was last judged, or seen to be as it was then."""

    print: bytes
    """Of draft, card and who was who."""
    card_id: int
    place: Place
    """Where the card was."""
    at: float
    """When, by the clock that nobody sets (seconds)."""


def _nobody() -> None:
    """Nobody waits."""


class Stale:
    """Posts whose cards do not show yet how things stand. Thread-safe: each change gives a new number."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.told: Callable[[], None] = _nobody
        """Called after each `add`: who shows the cards waits for it."""
        self._guard = threading.Lock()
        self._count = 0
        self._since: dict[int, tuple[int, float]] = {}

    def add(self, post_id: int) -> None:
        """Its card is to be shown anew."""
        with self._guard:
            self._count += 1
            _, since = self._since.get(post_id, (0, self._seconds()))
            self._since[post_id] = (self._count, since)
        self.told()

    def waiting(self) -> dict[int, tuple[int, float]]:
        """Each post with the number of its last change, and since when it waits (monotonic seconds)."""
        with self._guard:
            return dict(self._since)

    def shown(self, post_id: int, number: int) -> None:
        """Its card shows that change; one that came since then still waits."""
        with self._guard:
            if self._since.get(post_id, (0, 0.0))[0] == number:
                del self._since[post_id]

    def __contains__(self, post_id: int) -> bool:
        return post_id in self._since

    def __len__(self) -> int:
        return len(self._since)


class Listened:
    """Up to which message the looks before a release have read, so that each reads only what is new: during a burst most
    of that is the bot's own. One thread's.
    """

    def __init__(self) -> None:
        self._looks: list[tuple[float, int]] = []

    def add(self, newest: int, at: float) -> None:
        """A look that began then (monotonic seconds) saw all up to that message."""
        newest = max(newest, *(one for _, one in self._looks), 0)
        old = [one for one in self._looks if at - one[0] >= SETTLED_S][-1:]
        self._looks = [*old, *(one for one in self._looks if at - one[0] < SETTLED_S), (at, newest)]

    def up_to(self, now: float) -> int:
        """Up to where nothing can have appeared since: a message with a smaller number may be there later, for a moment."""
        return max((newest for at, newest in self._looks if now - at >= SETTLED_S), default=0)


@dataclass(slots=True)
class Desk:
    """The parts that the actions work with. Nothing here changes but what is under way."""

    config: Config
    chat: Chat
    database: Database
    platforms: Mapping[str, Platform]
    """Account -> the platform, in the order of the configuration."""
    store: Store
    vault: Vault
    """Stored tokens, and who signed in."""
    clock: Callable[[], datetime]
    """Now, in UTC."""
    worker: str
    """Who we are among several copies: host, process, and what no other life of it has."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Account -> why it cannot post at present, as its last check said; accounts in order are not in it."""
    tried: dict[str, datetime | None] = field(default_factory=dict)
    """Account in trouble -> when somebody signed in to it last, as its last check found."""
    took: set[str] = field(default_factory=set)
    """Accounts said to be in trouble that took a post; they are tried again."""
    known: Standings = field(default_factory=Standings)
    """How the accounts stood when they were last asked, for `status`."""
    others: dict[str, frozenset[str]] = field(default_factory=dict)
    """Account -> the other names, now or ever, of the same real account; what is not in it is in the database."""
    identified: set[str] = field(default_factory=set)
    """Accounts of which this process was told who signed in there, or that nobody is."""
    judging: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is said how an account stands that was just asked."""
    checked_by: dict[str, object] = field(default_factory=dict)
    """Account -> its last check: what one that was given up says when it wakes counts no more."""
    proven: set[str] = field(default_factory=set)
    """Accounts for which more speaks than a check: they took a post, or were signed in to anew."""
    appear: Callable[[], list[str]] = list
    """Adds the accounts to which somebody signed in for the first time since the start, and names them."""
    looked_at: datetime = NEVER
    """When it was last looked for such accounts."""
    efforts: dict[tuple[int, str], Effort] = field(default_factory=dict)
    """(Post, account) -> the upload under way there."""
    considered: dict[tuple[int, int], dict[str, timedelta]] = field(default_factory=dict)
    """(Post, revision) -> how long before its time each account begins to prepare it."""
    stale: Stale = field(default_factory=Stale)
    """Posts whose cards do not show yet how things stand: they are shown when there is time, each once."""
    sights: dict[int, Sight] = field(default_factory=dict)
    """Post -> how it stood when it was last judged."""
    looked: dict[int, float] = field(default_factory=dict)
    """Post -> when it was last looked at (monotonic seconds); only the last second counts."""
    passed: dict[int, float] = field(default_factory=dict)
    """Post -> when it was found last that it may not go yet (monotonic seconds)."""
    peeks_paid_s: float = float("-inf")
    """When so much time has passed as the looks at what was edited may take together (monotonic seconds)."""
    listening_since: datetime | None = None
    """Since when this process listens; None while it does not."""
    bell: Bell = field(default_factory=Bell)
    """Rung whenever something was written into the inbox."""
    unsaid: set[int] = field(default_factory=set)
    """Rows of the inbox whose answers this process wrote down, and did not begin to say."""
    read_up_to: int = 0
    """The newest message of somebody else up to which all is written into the inbox."""
    listened: Listened = field(default_factory=Listened)
    """How far the looks before a release have read."""
    reacted: deque[int] = field(default_factory=lambda: deque(maxlen=500))
    """Messages that got or lost a reaction lately, the newest last: one may be a card that is being said."""
    approvers: frozenset[int] | None = frozenset()
    """Who may approve, as it was told last; None: every member."""
    begun: set[int] = field(default_factory=set)
    """Notices that this process began to say, and did not write down as said."""
    heard_at: datetime | None = None
    """Up to which moment this process knows all that happened in Zulip."""
    unlooked: set[int] = field(default_factory=set)
    """Open posts that were not looked at since this process began to listen: people may have changed them meanwhile,
    so nobody is told yet that their time has passed.
    """
    full: dict[tuple[int, str], datetime] = field(default_factory=dict)
    """Person and kind of message -> until when it is known that there is no room, and told: nothing is asked meanwhile."""
    started_at: datetime = field(init=False)
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(self.database)
        self.started_at = self.clock()

    def approves(self, user_id: int) -> bool:
        """Whether this person is one of the approvers, as far as it was told."""
        return self.approvers is None or user_id in self.approvers

    @property
    def zone(self) -> ZoneInfo:
        """The community's own time zone."""
        return self.config.social.timezone

    def zone_of(self, person: Person) -> ZoneInfo:
        """The person's time zone as set in Zulip, else the community's."""
        return zone_of(person, self.zone)

    @property
    def titles(self) -> dict[str, str]:
        """Account -> how people write it."""
        titles = {}
        for account, platform in self.platforms.items():
            _, _, name = account.partition(":")
            titles[account] = f"{platform.title} ({name})" if name else platform.title
        return titles

    @property
    def single(self) -> bool:
        """Whether this process is the only one that works with the database."""
        return self.database.url.get_backend_name() == "sqlite"

    def turn(self, message_id: int) -> AbstractContextManager[None]:
        """One look at a draft at a time: neither listener and publisher nor two copies of the bot may judge the
        same post side by side. What is written in it is refused once another copy had the turn.
        """
        return self.turns.of(f"post of {message_id}")
