"""Posts that look alike, timelines that lag, hide or rewrite, and others' hands; judged by number and link.

Texts have no marks here, so that nothing but the number on the platform tells one post from another. What the tool knows of
its own: which post was made by hand, and, on the Mastodon-like server, under which key each of the bot's was made.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.sandbox.mastodon import dialects
from bot.sandbox.mastodon.statuses import Statuses
from bot.sandbox.published import Publication
from storage.models import Delivery
from storage.states import DeliveryState, PostState
from tests.chaos.judge import TITLES
from tests.chaos.kills import table
from tests.chaos.lives import Breach, Lives, Tally
from tests.chaos.moments import APART, MOMENTS, NOTHING, Worst
from tests.chaos.notes import KINDS, Drawer, Note
from tests.chaos.place import Place, tables
from tests.chaos.points import strike
from tests.chaos.trouble import CREATES, LOST
from tests.chaos.view import View, look

ROUNDS: Final = 5
SERVERS: Final = tuple(
    replace(one, room=replace(one.room, characters=500))  # so that a thread is one on each of them
    for one in (
        *(dialects.MASTODON, dialects.TAKAHE, dialects.HOLLO, dialects.GOTOSOCIAL, dialects.STRANGER),
        dialects.TAKAHE,  # once more: it forgets keys, tells no apps and hides posts, and is the hardest of them
    )
)
LAGS_S: Final = (0, 0, 5, 30, 50)
"""Seconds by which timelines are behind; no more than a platform is waited for."""
LONG: Final = timedelta(hours=12)
"""How far the clock may run until all has come to rest; a busy machine has the more real time for it."""
_SPACES: Final = re.compile(r"\s+")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument("--trials", type=int, default=1000, help="how often the bot is to die")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same posts")
    parser.add_argument("--town", type=int, default=1, help="begin with this town of the seed")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long, whatever was reached")
    parser.add_argument("--most", type=int, default=20, help="stop after so many breaches")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which posts (default: %(default)s)")
    parser.add_argument("--servers", default="", help="which servers, by the beginning of their version")
    parser.add_argument(
        "--moments", default=",".join(MOMENTS), help="which worst moments (default: %(default)s)"
    )


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a promise was broken."""
    tally, began, town = Tally(), time.monotonic(), chosen.town - 1
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        empty = tables(Path(name))

        def over() -> bool:
            late: bool = bool(chosen.minutes) and time.monotonic() - began > chosen.minutes * 60
            enough: bool = sum(tally.kills.values()) >= chosen.trials
            return late or enough or len(tally.breaches) >= int(chosen.most)

        while not over():
            town += 1
            folder = Path(name) / f"town{town}"
            folder.mkdir()
            place = Place(folder, tables=empty)
            rng = random.Random(f"{chosen.seed}/{town}")  # noqa: S311 - the same seed draws the same posts
            try:
                drawn = Drawn(
                    chosen.kinds.split(","), tuple(chosen.servers.split(",")), chosen.moments.split(",")
                )
                alike = Alike(place, rng, tally, drawn)
                for number in range(1, ROUNDS + 1):
                    alike.round(town * 100 + number)
                    if over():
                        break
            except Breach as breach:
                sys.stderr.write(f"seed {chosen.seed}, town {town}: {breach}\n")
            except Exception:
                tally.breaches.append(f"seed {chosen.seed}, town {town}: the tool itself broke")
                traceback.print_exc()
            finally:
                place.close()
            deaths, posts = sum(tally.kills.values()), sum(tally.posts.values())
            sys.stderr.write(f"{deaths} deaths, {posts} posts, {len(tally.breaches)} breaches\n")
    seconds = round(time.monotonic() - began, 1)
    sys.stdout.write(table(tally, seconds))
    if chosen.json:
        figures = tally.figures() | {"seconds": seconds, "seed": chosen.seed, "towns": town}
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 1 if tally.breaches else 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What may be drawn."""

    kinds: Sequence[str] = KINDS
    servers: tuple[str, ...] = ("",)
    moments: Sequence[str] = MOMENTS


class Alike:
    """One town, from its first round to its last."""

    def __init__(
        self,
        place: Place,
        rng: random.Random,
        tally: Tally,
        drawn: Drawn,
    ) -> None:
        self.place, self.rng, self.tally = place, rng, tally
        server: Any = place.sandbox.platforms["mastodon"]
        self.dialect: dialects.Dialect = rng.choice(
            [one for one in SERVERS if one.version.startswith(drawn.servers)]
        )
        server.dialect = self.dialect
        self.server = server
        for service in [*place.sandbox.platforms.values()]:
            service.lag = timedelta(seconds=rng.choice(LAGS_S))
        self.lives = Lives(place, rng, tally, strike)
        self.drawer = Drawer(rng, bool(self.dialect.hides), tuple(drawn.kinds))
        self.notes: list[Note] = []
        self.moments = drawn.moments
        self.worst = Worst(place, rng, server, tally, self._numbered)
        self.gone: set[tuple[str, str]] = set()
        """What a person deleted to order it anew."""
        self._old_keys: dict[int, set[str]] = defaultdict(set)
        """Delivery -> the keys of its earlier orders."""
        self._tapped: set[int] = set()
        """The drafts that were approved."""
        self.lives.awaited = self._awaited
        self.lives.found()

    def _awaited(self, view: View) -> bool:
        """Whether an approval is not heard yet."""
        return any(
            (post := view.posts.get(one)) is None or post.state == PostState.DRAFT for one in self._tapped
        )

    def round(self, number: int) -> None:
        """Written, approved, sent through deaths and lost answers; people answer what is asked; then all is judged."""
        fresh = list(self.drawer.notes(number))
        self.notes += fresh
        self.tally.posts[self.dialect.version] += len(fresh)
        self.lives.spare()
        for note in fresh:
            note.draft = self.place.people["carol"].says(note.source(self.place))
        self.lives.settle(LONG)
        cards = {note.draft: self._card(note) for note in fresh}
        moment = self.worst.draw(self.moments, fresh)
        self._trouble(fresh, moment)
        hands = [note for note in fresh if moment == NOTHING and self.rng.random() < 0.4]
        if (
            hands and not self.dialect.knows_apps
        ):  # then only what was there before can be told from the bot's
            while hands:
                self.worst.nearly(hands.pop())
            self.place.advance(APART)
        self.worst.prepare(moment, fresh)
        self.lives.left = self.rng.randrange(2, 6)
        self.lives.bot.kill()
        self.lives.keep_alive()
        for note in fresh:
            if note in hands:
                self.worst.nearly(note)
            self.place.people["alice"].reacts(cards[note.draft])
            self._tapped.add(note.draft)
        self.lives.settle(LONG)
        self.lives.spare()
        self.place.sandbox.faults.clear()
        self.place.executioner.watches.clear()
        for _ in range(4):
            self.lives.settle(LONG)
            if not self._answer(fresh):
                break
        self.tally.rounds += 1
        for sentence in self._judge():
            self.lives.breach(sentence)

    def _card(self, note: Note) -> int:
        view = look(self.place.database)
        post = view.posts.get(note.draft)
        if post is None or view.cards.get(post.id or 0) is None:
            self.lives.breach(f"STUCK: {note} has no card")
            raise AssertionError
        note.number = post.id or 0
        return view.cards[note.number] or 0

    def _trouble(self, fresh: list[Note], moment: str) -> None:
        """Answers to creating requests are lost; now and then nobody can look for some minutes, or keys are forgotten.

        On the Mastodon-like server the worst moment says which, if there is one.
        """
        faults, rng = self.place.sandbox.faults, self.rng
        for account in sorted({one for note in fresh for one in note.accounts}):
            for _ in range(rng.randrange(1, 4) if account != "mastodon" or moment == NOTHING else 0):
                fault, nth = rng.choice(LOST[-2:]), rng.randrange(1, 5)
                method, path = CREATES[account]
                order = {"service": account, "fault": fault, "method": method, "path": path, "times": 1}

                def lose(order: dict[str, Any] = order) -> None:
                    faults.add(order)

                self.place.executioner.at(account, "post", nth, lose)
                self.tally.faults[f"{account} {fault}"] += 1
        if rng.random() < 0.3:
            where = {"service": "mastodon", "method": "GET", "path": "/api/v1/accounts/"}
            faults.add({**where, "fault": "500", "times": 10**6, "seconds": rng.choice((60, 300, 1200))})
        if rng.random() < 0.3 and self.dialect.name != dialects.MASTODON.name:
            where = {"service": "mastodon", "method": "POST", "path": "/api/v1/statuses"}
            faults.add({**where, "fault": "key-forgotten", "times": 10**6})

    # -- what people see and say -------------------------------------------------------------------------

    def _theirs(self, delivery: Delivery) -> list[Publication]:
        """What is there of this delivery, as a person can see: the bot's, with its words, and nobody else's."""
        note = self._note(delivery)
        others = [
            one
            for one in look(self.place.database).deliveries
            if one.account == delivery.account and one.id != delivery.id
        ]
        known = {one.remote_id for one in others} | {one.url for one in others}
        return [
            one
            for one in self._roots(delivery.account)
            if not {one.id, one.url} & known and self._is_of(one, note) and self._key_fits(one, delivery)
        ]

    def _key_fits(self, one: Publication, delivery: Delivery) -> bool:
        if one.service != "mastodon":
            return True
        key = (self.server.statuses.get(one.id) or {}).get("key") or ""
        return not key or key.rpartition("-")[0] in {"", *self._keys(delivery)}

    def _keys(self, delivery: Delivery) -> set[str]:
        return {delivery.key, *self._old_keys[delivery.id or 0]}

    def _answer(self, fresh: list[Note]) -> bool:
        """Whoever is asked looks, and says what is there. False: nobody was asked."""
        view, asked = look(self.place.database), False
        for note in fresh:
            for one in view.of(note.number):
                if one.state != DeliveryState.UNKNOWN:
                    continue
                asked = True
                self.tally.unknown[one.account] += 1
                self._old_keys[one.id or 0].add(one.key)
                self._say(one)
        return asked

    def _say(self, one: Delivery) -> None:
        there = [found for found in self._theirs(one) if found.id not in self.worst.hands]
        whole = [found for found in there if len(self._thread(found)) == self._parts(one)]
        if whole:
            self.place.people["alice"].says(f"@social published {one.post_id} {one.account} {whole[0].url}")
        else:
            for found in there:  # half a thread: away with it, and once more
                for part in self._thread(found):
                    self.gone.add((part.service, part.id))
                    self._delete(part)
            self.place.people["alice"].says(f"@social retry {one.post_id} {one.account}")
        self.lives.settle(LONG)

    def _delete(self, part: Publication) -> None:
        if part.service == "mastodon" and (doc := self.server.statuses.get(part.id)) is not None:
            Statuses(self.server).delete(doc)

    # -- judging -------------------------------------------------------------------------------------------

    def _note(self, delivery: Delivery) -> Note:
        return self._numbered(delivery.post_id)

    def _numbered(self, post_id: int) -> Note:
        return next(one for one in self.notes if one.number == post_id)

    def _roots(self, service: str) -> list[Publication]:
        seen = self.place.world.seen.values()
        return [
            one
            for one in seen
            if one.service == service
            and one.reply_to is None
            and (service, one.id) not in self.gone
            and (service != "mastodon" or one.id not in self.worst.hands)
        ]

    def _thread(self, root: Publication) -> list[Publication]:
        parts, seen = [root], [*self.place.world.seen.values()]
        while after := [one for one in seen if (one.service, one.reply_to) == (root.service, parts[-1].id)]:
            parts.append(after[0])
        return parts

    def _parts(self, delivery: Delivery) -> int:
        return 2 if len(self._note(delivery).text) > 500 and delivery.account == "mastodon" else 1

    def _is_of(self, root: Publication, note: Note) -> bool:
        """Whether it shows this note, letter for letter."""
        text = _squeezed(" ".join(one.text for one in self._thread(root)))
        wanted = _squeezed(note.text)
        if root.service == "zulip" and note.picture:
            return [one.sha256 for one in root.media] == [note.sha256]
        if (self.dialect.markdown and root.service == "mastodon") or root.service == "zulip":
            text, wanted = re.sub(r"\W", "", text), re.sub(r"\W", "", wanted)
            same = wanted.endswith(text) if text else not wanted  # a list has lost its number
        else:
            same = text == wanted or (
                len(self._thread(root)) == 1 and bool(text) and wanted.startswith(text) and len(wanted) > 500
            )
        files = [one.sha256 for one in root.media] == ([note.sha256] if note.picture else [])
        warned = root.service != "mastodon" or (root.extra.get("spoiler_text") or "") == note.cw
        return same and files and warned

    def _judge(self) -> list[str]:
        view, wrong = look(self.place.database), []
        claims: dict[tuple[str, str], list[int]] = defaultdict(list)
        lines = self._told()
        for note in self.notes:
            post = view.posts.get(note.draft)
            if post is None or post.state != PostState.RELEASED:
                wrong.append(f"LOST: {note} is {post.state if post else 'no post'}")
                continue
            for one in view.of(note.number):
                self.tally.outcomes[f"{one.account} {one.state}"] += 1
                if one.state == DeliveryState.PUBLISHED:
                    wrong += self._published(one, claims, lines)
                elif one.state == DeliveryState.UNKNOWN:
                    wrong.append(f"STUCK: {note} is in doubt on {one.account} though people answered")
        for service in TITLES:
            for root in self._roots(service):
                owners = claims.get((service, root.id), [])
                if len(owners) != 1:
                    kind = "TOLD WRONGLY" if owners else "TWICE"
                    wrong.append(
                        f"{kind}: {service} {root.id} {root.text[:50]!r} is told of by {owners or 'nobody'}; "
                        f"{[part.id for part in self._thread(root)]}; {self._standing(service)}"
                    )
        return wrong

    def _standing(self, service: str) -> list[str]:
        """What the bot knows of its latest deliveries there, for whoever reads of a breach."""
        latest = [one for one in look(self.place.database).deliveries if one.account == service][-6:]
        return [
            f"#{one.post_id} {one.state} {one.remote_id} {one.error[:80]} {one.receipt}" for one in latest
        ]

    def _published(
        self, one: Delivery, claims: dict[tuple[str, str], list[int]], lines: dict[tuple[int, str], set[str]]
    ) -> list[str]:
        note, wrong = self._note(one), []
        found = next(
            (
                root
                for root in self._roots(one.account)
                if root.id == one.remote_id or (not one.remote_id and root.url == one.url)
            ),
            None,
        )
        if found is None:
            return [
                f"TOLD WRONGLY: {note} is out as {one.account} {one.remote_id} {one.url}, which the bot did not make"
            ]
        claims[one.account, found.id].append(one.post_id)
        if not self._is_of(found, note) or len(self._thread(found)) != self._parts(one):
            wrong.append(f"TOLD WRONGLY: {note} is out as {found.id}, which says {found.text[:60]!r}")
        if not self._key_fits(found, one):
            wrong.append(f"TOLD WRONGLY: {note} is out as {found.id}, which another delivery made")
        if told := lines.get((one.post_id, one.account), set()) - {one.url}:
            wrong.append(f"TOLD WRONGLY: of {note} people were told the link {told}, not {one.url}")
        return wrong

    def _told(self) -> dict[tuple[int, str], set[str]]:
        """The links that people were told: (post, account) -> addresses."""
        found: dict[tuple[int, str], set[str]] = defaultdict(set)
        for message in self.place.said():
            for line in message["content"].splitlines():
                number = re.match(r"(?:🎉|◐) \*\*#(\d+)\*\*", line)
                for account, title in TITLES.items() if number else ():
                    if number and (link := re.search(rf"\[{title}\]\(([^)]+)\)", line)):
                        found[int(number[1]), account].add(link[1])
        return found


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
