"""The worst moments: a creating request to the Mastodon-like server loses its answer, and just then, or just before, there
is another post that a careless comparison takes for the bot's.

What no comparison could tell apart is not drawn: where a server tells no apps, somebody who posts exactly the same between
the request that did nothing and the look.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bot.sandbox.files import look_at
from bot.sandbox.mastodon.core import Core
from bot.sandbox.mastodon.media import Media
from bot.sandbox.mastodon.statuses import Statuses
from storage.states import DeliveryState
from tests.chaos.lives import Tally
from tests.chaos.notes import HIDDEN, Note, near, other_signs
from tests.chaos.place import Place, picture
from tests.chaos.trouble import CREATES
from tests.chaos.view import look

NOTHING: Final = "nothing"
MOMENTS: Final = (NOTHING, "before", "signs", "warning", "files", "app", "after", "rival", "hidden", "half")
"""before   somebody posted the same by hand before the post was approved; the request did nothing
signs    in that moment somebody posts it with other signs; the request did nothing
warning  the same, with another content warning
files    the same, with another picture, or with one more or less
app      the same, letter for letter, where the server tells which app made a post
after    the request made the post; somebody posts the same by hand before the bot looks
rival    the request did nothing, and that of the next post, with the same words, made it
hidden   the request made a post that the server shows in no timeline
half     that of a thread's second part did nothing, and somebody writes that part under something else, or alone
nothing  none of these: any answers are lost"""
DID_NOTHING: Final = "reset-before"
MADE_IT: Final = "reset-after"
LONGEST_BY_HAND: Final = 400
LONGEST_PART: Final = 500
APART: Final = timedelta(seconds=10)
"""How long before the approval something is posted by hand: nobody knows a server's clock to the second, and where timelines
are behind, the clock is all there is (`handlers.reconcile.BLINK`)."""


@dataclass
class Worst:
    """What comes between at one place."""

    place: Place
    rng: random.Random
    server: Core
    tally: Tally
    note_of: Callable[[int], Note]
    """The note of a post, by its number."""
    hands: set[str] = field(default_factory=set)
    """Numbers of what somebody posted by hand."""

    def draw(self, moments: Sequence[str], fresh: Sequence[Note]) -> str:
        """One of those that can come about here, with these notes; often none, if that may be."""
        if NOTHING in moments and self.rng.random() < 0.3:
            return NOTHING
        fitting = [one for one in moments if any(self._suits(one, note, fresh) for note in fresh)]
        return self.rng.choice(fitting or [NOTHING])

    def _suits(self, moment: str, note: Note, fresh: Sequence[Note]) -> bool:
        if moment == NOTHING or "mastodon" not in note.accounts:
            return False
        if moment in {"hidden", "half"}:
            return note.visibility == HIDDEN if moment == "hidden" else bool(_tail(note))
        return (
            written_by_hand(note)
            and not (moment == "app" and not self.server.dialect.knows_apps)
            and not (moment in {"before", "after"} and (note.visibility or self.server.dialect.knows_apps))
            and not (moment in {"signs", "warning"} and not note.text)
            and not (moment == "files" and not note.picture and self.server.dialect.knows_apps)
            and not (moment == "rival" and len(_twins(note, fresh)) < 2)
        )

    def prepare(self, moment: str, fresh: Sequence[Note]) -> None:
        """Before anything is approved: what is there already, and what is to come."""
        if moment == NOTHING:
            return
        suits = [note for note in fresh if self._suits(moment, note, fresh)]
        if moment == "before":
            for note in {(one.text, one.cw): one for one in suits}.values():  # of two, people would choose
                self.by_hand(note.text, note.cw, note.picture and self._other_bytes(note))
            self.place.advance(APART)
        self._wait(
            lambda note, out: note in suits and out == (moment == "half") and self._comes(moment, note, fresh)
        )

    def _wait(self, act: Callable[[Note, int], bool]) -> None:
        """At each creating request, until it is the one; `act` is told of which note, and how many parts are out."""

        def request() -> None:
            sending = self._sending()
            if sending is None or not act(*sending):
                self._wait(act)

        self.place.executioner.at("mastodon", "post", 1, request)

    def _sending(self) -> tuple[Note, int] | None:
        for one in look(self.place.database).deliveries:
            if (one.account, one.state) == ("mastodon", DeliveryState.SENDING):
                return self.note_of(one.post_id), len(json.loads(one.receipt).get("out", []))
        return None

    def _comes(self, moment: str, note: Note, fresh: Sequence[Note]) -> bool:
        """The request of this note is about to be acted upon."""
        self.tally.outcomes[f"worst moment: {moment}"] += 1
        self._lose(MADE_IT if moment in {"after", "hidden"} else DID_NOTHING)
        if moment == "after":
            self.place.executioner.at("mastodon", "search", 1, lambda: self._same(note))
        elif moment == "rival":
            others = [one for one in _twins(note, fresh) if one is not note]
            self._wait(lambda one, _: one in others and self._lose(MADE_IT))
        elif moment == "app":
            self._same(note)
        elif moment == "signs":
            self.by_hand(other_signs(note.text), note.cw, note.picture)
        elif moment == "warning":
            self.by_hand(note.text, f"another {note.cw}", note.picture)
        elif moment == "half":
            self._elsewhere(_tail(note))
        elif moment == "files":
            self.by_hand(note.text, note.cw, self._other_bytes(note))
        return True

    def _lose(self, fault: str) -> bool:
        method, path = CREATES["mastodon"]
        order = {"service": "mastodon", "fault": fault, "method": method, "path": path, "times": 1}
        self.place.sandbox.faults.add(order)
        self.tally.faults[f"mastodon {fault}"] += 1
        return True

    # -- what people post at the server's own page ---------------------------------------------------------

    def nearly(self, note: Note) -> None:
        """Somebody posts the same, or almost the same."""
        if written_by_hand(note) and note.text:
            self.by_hand(near(self.rng, note.text), note.cw, note.picture)

    def _same(self, note: Note) -> None:
        self.by_hand(note.text, note.cw, note.picture)

    def _elsewhere(self, text: str) -> None:
        """Under a post of their own, or alone."""
        if self.rng.random() < 0.5:
            self.by_hand(f"Ask us {self.rng.random()}")
            self.by_hand(text, under=max(self.hands, key=int))
        else:
            self.by_hand(text)

    def _other_bytes(self, note: Note) -> bytes:
        """Another picture; or none, where words remain."""
        return b"" if note.picture and note.text and self.rng.random() < 0.5 else picture(self.rng)

    def by_hand(self, text: str, cw: str = "", file: bytes = b"", under: str | None = None) -> None:
        """Somebody posts this."""
        statuses = Statuses(self.server)
        asked: dict[str, Any] = {"status": text, "spoiler_text": cw, "in_reply_to_id": under}
        asked["media_ids"] = [*self._brought(file)]
        self.hands.add(str(statuses.post(statuses.read(asked, "Web"), None, {})["id"]))
        self.tally.outcomes["posted by hand"] += 1

    def _brought(self, file: bytes) -> Iterator[str]:
        if file:
            found = look_at(io.BytesIO(file))
            assert found is not None
            doc = Media(self.server)._keep(
                self.server.world.blobs.put_file(io.BytesIO(file)), found, "hand.png"
            )
            self.server.media.put(doc["id"], doc)
            yield doc["id"]


def written_by_hand(note: Note) -> bool:
    """Whether somebody would write it by hand on the Mastodon-like server."""
    return "mastodon" in note.accounts and len(note.text) <= LONGEST_BY_HAND


def _tail(note: Note) -> str:
    """The second part of a thread; of anything else, nothing."""
    return note.text.partition("\n\n")[2] if len(note.text) > LONGEST_PART else ""


def _twins(note: Note, fresh: Sequence[Note]) -> list[Note]:
    """Those with the same words to the same server, itself among them."""
    return [one for one in fresh if "mastodon" in one.accounts and (one.text, one.cw) == (note.text, note.cw)]
