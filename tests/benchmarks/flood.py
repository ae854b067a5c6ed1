"""A stranger keeps the bot busy: how long an approver's tap and a due post wait, beside the same with nobody else there.

Each kind of flood has a place and a bot of its own, with the bounds as they are configured by default. Shortly after the
flood began, an approver taps a card, and another post is due.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image
from sqlmodel import Session, col, func, select
from typing_extensions import override

from storage.database import Database
from storage.models import Delivery, Post, Revision
from storage.states import PostState
from tests.benchmarks.figure import Figure, say
from tests.benchmarks.place import Bot, Place, place, rest, until

AHEAD_S = 4.0
"""From the flood to the due moment."""
TAP_S = 1.0
"""From the flood to the tap."""
LONGEST_S = 240.0
"""What waits longer is not waited for."""
AIM_TAP_S, AIM_DUE_S = 2.0, 1.0
GATHER_S = 5.0
"""So long the bot waits for another edit."""
PREPARED_S = 14.0
"""For two drafts and an approval before the flood begins."""
PIXELS = 8900
"""Width and height of pictures that are small as files and huge when they are opened."""
STRANGER = "mallory"
IN_A_DRAFT = 4
"""Pictures of one draft."""


def measure(quick: bool, word: str = "") -> Iterator[Figure]:
    """Every kind of flood, or those with this word in their name; quickly, a few of them on one bot."""
    with ExitStack() as open_:
        shared = open_.enter_context(_bot()) if quick else None
        for name, flood in _floods(quick).items():
            if word not in name:
                continue
            with ExitStack() as own:
                crowd = shared or own.enter_context(_bot())
                yield from _one(crowd, name, flood, PREPARED_S / 3 if quick else PREPARED_S)


@dataclass(slots=True)
class Crowd:
    """A place with a bot in it, its database, and a stranger."""

    at: Place
    bot: Bot
    database: Database
    uploaded: int = 0
    strangers: set[str] = field(default_factory=set)

    def rows(self, ask: Callable[[Session], Any]) -> Any:
        """What the bot's database says."""
        with self.database.reading() as session:
            return ask(session)

    def wait(self, true: Callable[[Session], object]) -> float:
        """Wait until its database says so; seconds."""
        return until(lambda: self.rows(true), LONGEST_S)

    def say(self, *texts: str, name: str = STRANGER) -> list[int]:
        """All these at once."""
        found: list[int] = self.at.ask("say", name=name, texts=list(texts))
        return found

    def upload(self, data: bytes, kind: str) -> str:
        """A file of the stranger's; how a draft links to it."""
        self.uploaded += 1
        path = self.at.folder / f"{self.uploaded}.{kind}"
        path.write_bytes(data)
        link = self.at.ask("upload", name=STRANGER, path=str(path), mime=f"image/{kind}")
        path.unlink()
        return f"[{path.name}]({link})"


Flood = Callable[[Crowd], Callable[[], object]]
"""Prepares a flood, and gives what lets it loose."""


def _floods(quick: bool) -> dict[str, Flood]:
    if quick:
        return {"60 toggles of a reaction": _toggles(60), "30 drafts": _drafts(30)}
    return {
        "nobody else there": lambda crowd: lambda: crowd.at.ask("facts"),
        "600 drafts": _drafts(600),
        "380 toggles of a reaction": _toggles(380),
        "status asked 111 times": _status(111),
        "an edit with 12 new pictures": _edit(12),
        "40 palette PNGs of 9 KiB": _pictures("png", [_palette()] * 40),
        "40 JPEGs of 24 MiB": _pictures("jpeg", [_noise()] * 40),
        "one WebP of some bytes": _pictures("webp", [_webp()]),
        "20 long texts of joined emoji": _texts(20),
    }


def _drafts(many: int) -> Flood:
    texts = [f"@social draft\nto: mastodon\nSpam, number {number}." for number in range(many)]
    return lambda crowd: lambda: crowd.say(*texts)


def _texts(many: int) -> Flood:
    text = f"@social draft\nto: mastodon, x\n{'👩‍👩‍👧‍👦' * 1000}{'.' * 2000}"
    return lambda crowd: lambda: crowd.say(*(f"{text}{number}" for number in range(many)))


def _status(many: int) -> Flood:
    return lambda crowd: lambda: crowd.say(*["@social status"] * many)


def _toggles(many: int) -> Flood:
    def prepare(crowd: Crowd) -> Callable[[], object]:
        card = crowd.rows(_newest_card)
        return lambda: crowd.at.ask("toggle", name=STRANGER, message=card, times=many)

    return prepare


def _pictures(kind: str, files: list[bytes]) -> Flood:
    def prepare(crowd: Crowd) -> Callable[[], object]:
        links = [crowd.upload(one, kind) for one in files]
        drafts = [links[at : at + IN_A_DRAFT] for at in range(0, len(links), IN_A_DRAFT)]
        return lambda: crowd.say(
            *(f"@social draft\nto: mastodon, x, linkedin\nLook\n{' '.join(one)}" for one in drafts)
        )

    return prepare


def _edit(many: int) -> Flood:
    def prepare(crowd: Crowd) -> Callable[[], object]:
        before = crowd.rows(_cards)
        (message,) = crowd.say("@social draft\nto: mastodon\nLook")
        crowd.wait(lambda session: _cards(session) > before)
        links = " ".join(crowd.upload(_photo(seed), "jpeg") for seed in range(many))
        text = f"@social draft\nto: mastodon, x, linkedin\nLook\n{links}"
        return lambda: crowd.at.ask("edit", name=STRANGER, message=message, text=text)

    return prepare


def _palette() -> bytes:
    """All of one colour, one bit for each pixel."""
    file = io.BytesIO()
    Image.new("P", (PIXELS, PIXELS)).save(file, "PNG", bits=1)
    return file.getvalue()


def _webp() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (PIXELS, PIXELS)).save(file, "WEBP", lossless=True)
    return file.getvalue()


def _noise() -> bytes:
    """24 MiB of a JPEG, near to Zulip's limit."""
    file = io.BytesIO()
    Image.effect_noise((7600, 5600), 90).convert("RGB").save(file, "JPEG", quality=90)
    return file.getvalue()[: 24 << 20]


def _photo(seed: int) -> bytes:
    """As a telephone makes it, 12 million pixels."""
    random.seed(seed)
    file = io.BytesIO()
    Image.effect_noise((4000, 3000), 20 + seed).convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


def _cards(session: Session) -> int:
    return session.exec(select(func.count(col(Revision.card_id)))).one()


def _newest_card(session: Session) -> int:
    return session.exec(select(func.max(col(Revision.card_id)))).one() or 0


class _bot(ExitStack):  # noqa: N801 - used as a function is
    """A place and a bot in it, for as long as the block lasts."""

    def __init__(self, *, bounded: bool = True) -> None:
        super().__init__()
        self._bounded = bounded

    @override
    def __enter__(self) -> Crowd:  # type: ignore[override]  # what is within it is wanted, not the stack
        super().__enter__()
        at = self.enter_context(place(bounded=self._bounded))
        at.without("youtube")
        at.ask("stranger", name=STRANGER)
        bot = Bot(at.config)
        self.callback(bot.stop)
        url = at.sections["social"]["database_url"].replace("///bot", f"///{at.folder}/bot")
        database = Database(url)
        self.callback(database.close)
        return Crowd(at, bot, database)


def _one(crowd: Crowd, name: str, flood: Flood, prepared_s: float) -> Iterator[Figure]:
    """One flood, with a tap and a due post in it; `prepared_s` seconds are for what comes before."""
    loose = flood_of(crowd, flood)
    before = crowd.rows(lambda session: session.exec(select(func.count(col(Post.id)))).one())
    due = datetime.now(UTC) + timedelta(seconds=AHEAD_S + prepared_s)
    ready = _honest(crowd, f"at: <time:{due:%Y-%m-%dT%H:%M:%S}Z>", "mastodon")
    waiting = _honest(crowd, _much_later(), "zulip")
    crowd.at.ask("react", name="alice", ids=[crowd.rows(_card_of(ready))])
    crowd.wait(_is(ready, PostState.APPROVED))
    card = crowd.rows(_card_of(waiting))
    gathered_s = GATHER_S if "edit" in name else 0.0
    rest(max(0.0, (due - datetime.now(UTC)).total_seconds() - AHEAD_S - gathered_s))
    crowd.bot.forget()
    crowd.at.ask("note")
    loose()
    rest(TAP_S + gathered_s)
    crowd.at.ask("react", name="bob", ids=[card])
    tap_s = _seconds(crowd, _is(waiting, PostState.APPROVED))
    yield Figure(f"{name}: a tap until it is acted on", tap_s, "s", aim=AIM_TAP_S)
    yield Figure(f"{name}: a due post until it begins", _late_s(crowd, ready, due), "s", aim=AIM_DUE_S)
    yield Figure(f"{name}: memory of the bot at most", crowd.bot.peak, "MiB")
    yield Figure(f"{name}: requests to LinkedIn", crowd.at.ask("count", path="/linkedin/"), "requests")
    taken = crowd.rows(lambda session: session.exec(select(func.count(col(Post.id)))).one()) - before - 2
    yield Figure(f"{name}: drafts taken when both were done", taken, "drafts")


def flood_of(crowd: Crowd, flood: Flood) -> Callable[[], object]:
    """Ready to be let loose: there is a card to react on."""
    _honest(crowd, _much_later(), "zulip")
    return flood(crowd)


def _honest(crowd: Crowd, when: str, where: str) -> int:
    """A draft by somebody who behaves; its number."""
    newest = select(func.max(col(Post.id)))
    before = crowd.rows(lambda session: session.exec(newest).one() or 0)
    crowd.say(f"@social draft\nto: {where}\n{when}\nOur news {datetime.now(UTC).timestamp()}", name="carol")
    crowd.wait(lambda session: (session.exec(newest).one() or 0) > before)
    number: int = crowd.rows(lambda session: session.exec(newest).one())
    crowd.wait(_card_of(number))
    return number


def _much_later() -> str:
    return f"at: {datetime.now(UTC) + timedelta(days=60):%Y-%m-%d} 10:00 UTC"


def _card_of(number: int) -> Callable[[Session], int]:
    wanted = select(Revision.card_id).where(Revision.post_id == number)
    return lambda session: session.exec(wanted).first() or 0


def _is(number: int, state: PostState) -> Callable[[Session], bool]:
    return lambda session: session.exec(select(Post.state).where(Post.id == number)).one() == state


def _seconds(crowd: Crowd, true: Callable[[Session], object]) -> float:
    try:
        return crowd.wait(true)
    except TimeoutError:
        return LONGEST_S


def _late_s(crowd: Crowd, number: int, due: datetime) -> float:
    """From the due moment until the first attempt began."""
    first = select(Delivery.first_at).where(Delivery.post_id == number)
    if _seconds(crowd, lambda session: session.exec(first).first()) >= LONGEST_S:
        return LONGEST_S
    began: datetime = crowd.rows(lambda session: session.exec(first).first())
    return (began - due.replace(microsecond=0)).total_seconds()


if __name__ == "__main__":
    for one in measure(quick=False, word=sys.argv[1]):
        say(one.line)
