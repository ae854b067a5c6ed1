"""Orders written one second before the due moment, while a member floods and Zulip's limit is all but used up.

Some hundred posts are due in one second; people stop almost all of them in every way there is, in the channel, by direct
message and by tap. Obeyed is an order whose post never went out and stands where the order put it. Some posts nobody says
anything about: they go out, so that a bot that publishes nothing obeys nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Final

from sqlmodel import Session, col, func, select

from storage.inbox import STOPS, Inbox
from storage.models import Delivery, Post, Revision
from storage.states import DeliveryState, PostState
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.flood import Crowd, _bot, _noise
from tests.benchmarks.place import rest, until

AHEAD_S: Final = 1.0
"""From the orders to the due moment."""
FLOODED_S: Final = 5.0
"""From the flood to the due moment."""
USED: Final = 150
"""Of the 200 requests that Zulip allows in a minute, so many are used up when the flood begins."""
WITH_LIMIT_S: Final = 20.0
"""So long after the due moment the limit stays: what went out against an order is out by then."""
LONGEST_S: Final = 300.0
ROUND: Final = 100
"""Posts that are stopped at once."""
FREE: Final = 5
"""Posts in each round of which nobody says anything."""
ROOM_S: Final = 0.5
"""Seconds that the drafting and approving of one post may take."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to stop a post."""

    how: str
    """`say`, `whisper`, or a method of the town."""
    words: str
    """What is written; `N` is the post. Of a tap: the emoji."""
    ends: PostState

    @property
    def name(self) -> str:
        """For the table."""
        where = {"say": "in the channel", "whisper": "directly"}.get(self.how, "by tap")
        return f"{self.words.partition(' N')[0] or self.how} {where}"


_WORDS: Final = {
    "cancel N": PostState.WITHDRAWN,
    "hold N": PostState.HELD,
    "veto N because the date is wrong": PostState.DRAFT,
    "withdraw N": PostState.DRAFT,
    "move N to tomorrow 10:00": PostState.APPROVED,
    "edit N Other words": PostState.DRAFT,
    "don't publish N": PostState.HELD,
}
WAYS: Final = (
    *(Way("say", words, ends) for words, ends in _WORDS.items()),
    *(Way("whisper", words, ends) for words, ends in _WORDS.items()),
    Way("react", "-1", PostState.DRAFT),
    Way("unreact", "+1", PostState.DRAFT),
    Way("edit", "", PostState.DRAFT),
    Way("delete", "", PostState.WITHDRAWN),
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A post that is due, and how it is stopped."""

    number: int
    message: int
    card: int
    way: Way


def measure(quick: bool) -> Iterator[Figure]:
    """Five hundred of them, or one of each."""
    rounds, many = (1, len(WAYS)) if quick else (5, ROUND)
    obeyed, free, took, late = 0, 0, list[float](), list[str]()
    with _bot(bounded=False) as crowd:
        crowd.at.ask("generous")
        for at in range(rounds):
            found = _round(crowd, at, many, FREE)
            obeyed += many - len(found.missed)
            late += found.missed
            free += found.free
            took.append(found.took_s)
    name = f"{rounds * many} orders written 1 s before due, within Zulip's limit and a flood"
    yield Figure(
        f"{name}: obeyed", obeyed, "orders", aim=rounds * many, more=True, beside=", ".join(late[:6])
    )
    yield Figure(
        f"{name}: posts out of which nobody said anything", free, "posts", aim=rounds * FREE, more=True
    )
    yield Figure("the same, all acted on after (once the limit was lifted: 20 s)", middle(took), "s")


@dataclass(frozen=True, slots=True)
class _Found:
    missed: list[str]
    free: int
    took_s: float


def _round(crowd: Crowd, at: int, many: int, free: int) -> _Found:
    due = (datetime.now(UTC) + timedelta(seconds=12 + (many + free) * ROOM_S)).replace(microsecond=0)
    links = [crowd.upload(_noise_of(crowd), "jpeg") for _ in range(2 if many < ROUND else 8)]
    posts = _approved(crowd, at, many + free, due)
    ways = list(islice(cycle(WAYS), many))
    stopped = [Stopped(*row, way) for row, way in zip(posts, ways, strict=False)]
    _until(due, FLOODED_S)
    crowd.at.ask("limits", on=True, used=USED)
    crowd.say(*(f"@social draft\nto: mastodon, x, linkedin\nLook {one}\n{'👩‍👩‍👧‍👦' * 500}" for one in links))
    _until(due, AHEAD_S)
    for one in stopped:
        _stop(crowd, one)
    began = time.monotonic()
    _until(due, -WITH_LIMIT_S if many == ROUND else -3.0)
    crowd.at.ask("limits", on=False)
    numbers = [row[0] for row in posts]
    until(lambda: not crowd.rows(_waits) and crowd.rows(_out_of(numbers[many:])) == free, LONGEST_S, 0.2)
    took_s = time.monotonic() - began
    rest(2.0)
    missed = [one.way.name for one in stopped if not crowd.rows(_obeyed(one))]
    return _Found(missed, crowd.rows(_out_of(numbers[many:])), took_s)


_large: list[bytes] = []


def _noise_of(_crowd: Crowd) -> bytes:
    if not _large:
        _large.append(_noise())
    return _large[0]


def _approved(crowd: Crowd, at: int, many: int, due: datetime) -> list[tuple[int, int, int]]:
    """So many posts, half approved by order, half by tap; number, draft and card of each."""
    before = crowd.rows(lambda session: session.exec(select(func.max(col(Post.id)))).one() or 0)
    texts = [
        f"@social draft\nto: mastodon\nat: <time:{due:%Y-%m-%dT%H:%M:%S}Z>\nStory {at}-{one}"
        for one in range(many)
    ]
    crowd.say(*texts, name="carol")
    wanted = (
        select(Post.id, Post.message_id, Revision.card_id)
        .join(Revision, col(Revision.post_id) == Post.id)
        .where(
            col(Post.id) > before, col(Revision.card_id).is_not(None), col(Post.summary).startswith("Story")
        )
        .order_by(col(Post.id))
    )
    crowd.wait(lambda session: len(session.exec(wanted).all()) == many)
    found: list[tuple[int, int, int]] = crowd.rows(lambda session: list(session.exec(wanted)))
    ways = list(islice(cycle(WAYS), many))
    by_order = [row[0] for row, way in zip(found, ways, strict=True) if way.words.startswith("withdraw")]
    crowd.at.ask("react", name="alice", ids=[row[2] for row in found if row[0] not in by_order])
    crowd.say(*(f"@social approve {one}" for one in by_order), name="alice")
    ready = select(func.count(col(Post.id))).where(col(Post.id) > before, Post.state == PostState.APPROVED)
    crowd.wait(lambda session: session.exec(ready).one() == many)
    return found


def _stop(crowd: Crowd, one: Stopped) -> None:
    way = one.way
    if way.how in {"say", "whisper"}:
        words = way.words.replace("N", str(one.number), 1)
        crowd.at.ask(way.how, name="alice", texts=[f"@social {words}" if way.how == "say" else words])
    elif way.how in {"react", "unreact"}:
        crowd.at.ask(way.how, name="alice", ids=[one.card], emoji=way.words)
    elif way.how == "delete":
        crowd.at.ask("delete", name="carol", ids=[one.message])
    else:
        crowd.at.ask(
            "edit", name="carol", message=one.message, text=f"@social draft\nto: mastodon\nOther {one.number}"
        )


def _waits(session: Session) -> int:
    """Whether something of the approvers waits still."""
    waiting = select(func.count(col(Inbox.id))).where(col(Inbox.kind).in_(STOPS))
    return session.exec(waiting).one()


def _out_of(numbers: list[int]) -> Callable[[Session], int]:
    out = select(func.count(col(Delivery.id))).where(
        Delivery.state == DeliveryState.PUBLISHED, col(Delivery.post_id).in_(numbers)
    )
    return lambda session: session.exec(out).one()


def _obeyed(one: Stopped) -> Callable[[Session], bool]:
    """It stands where the order put it, and nothing was ever begun to be sent. What waits for approvals, or was edited, when
    its time passes is asked about.
    """

    def ask(session: Session) -> bool:
        post = session.get(Post, one.number)
        begun = session.exec(select(Delivery.id).where(Delivery.post_id == one.number)).first()
        late = {PostState.EXPIRED, PostState.BROKEN} if one.way.ends is PostState.DRAFT else set()
        return post is not None and post.state in {one.way.ends, *late} and begun is None

    return ask


def _until(due: datetime, before_s: float) -> None:
    rest(max(0.0, (due - datetime.now(UTC)).total_seconds() - before_s))
