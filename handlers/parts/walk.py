"""The parts of a thread (or the only one), sent one after the other and never twice.

Only the creating request can make a delivery uncertain; uploads and questions may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.base import (
    Later,
    Outgoing,
    PlatformError,
    Published,
    Rejected,
    Step,
    Ticket,
    Unavailable,
    Uncertain,
)
from handlers.media import Media, MissingMedia
from handlers.parts.progress import Brought, Progress
from handlers.parts.service import AlreadyThere, Place, Service, StaleFiles, Trying
from handlers.parts.telling import how_far, same_text
from handlers.parts.upload import Upload
from handlers.reconcile import Agreement, Asked, Found, Seen, earliest, ours


class Walk:
    """One delivery on its way through its parts."""

    def __init__(
        self, service: Service, outgoing: Outgoing, ticket: Ticket, clock: Callable[[], datetime]
    ) -> None:
        self.service = service
        self.outgoing = outgoing
        self.ticket = ticket
        self.clock = clock
        self.progress = Progress.of(ticket.receipt)
        self._seen: Sequence[Found] = ()
        """What the last look showed."""

    def send(self) -> Published:
        """Bring out every part that is not. Raises `PlatformError`, saying how much of a thread is out."""
        parts = self.outgoing.parts
        if not parts:
            raise Rejected(self.outgoing.skipped or f"There is nothing to send to {self.service.name}.")
        if self.progress.trying and not self.repeats():
            self._clear_up(self.progress.trying)
        while len(self.progress.out) < len(parts):
            try:
                self._step()
            except (Rejected, Unavailable, Uncertain) as error:
                raise how_far(error, len(self.progress.out), len(parts)) from None
        return self.progress.published()

    def repeats(self) -> bool:
        """Whether the request whose answer was lost may be sent once more, because its key is still known there."""
        trying = self.progress.trying
        return (
            trying is not None
            and not trying.repeated
            and (trying.key, trying.number) == (self.ticket.key, len(self.progress.out))
            and self.service.repeats(trying, self.clock())
        )

    def find(self) -> Published | None:
        """What became of the request whose answer was lost; a part that is found counts as out from now on.

        None: certainly nothing is under way, and what is missing may be sent. The mark of the request stays, so that
        one may ask again, and `send` looks once more before it repeats it.
        """
        if self.ticket.restored:
            self._find_all()
        trying = self.progress.trying
        if trying:
            found = self._look(trying.number, trying)
            if found:
                self._came_out(found)
            elif trying.same:
                raise same_text(self.service.name)
            elif (until := trying.at + self.service.patience(trying, self.clock())) > self.clock():
                raise Unavailable(
                    f"The post is not to be seen on {self.service.name} yet; "
                    "it is looked for once more before anything is sent again.",
                    until=until,
                )
        return self.progress.published() if len(self.progress.out) == len(self.outgoing.parts) > 0 else None

    def _find_all(self) -> None:
        """Of what was done since the copy was made nothing is known: part after part, as far as they are there."""
        self.progress.restored = True
        self._save()
        out, parts = self.progress.out, self.outgoing.parts
        while len(out) < len(parts) and (found := self._look(len(out), self.progress.trying)):
            self._came_out(found)
            out = self.progress.out

    def _clear_up(self, trying: Trying) -> None:
        """An earlier request has no answer, and nobody looked, or a person orders it again: look now."""
        ours = trying.key == self.ticket.key
        try:
            found = self._look(trying.number, trying)
        except Uncertain:
            if ours:
                raise
            found = None  # the person who ordered it again has looked
        except Unavailable as error:
            told = f"{self.service.name} cannot be asked now whether the post is out already."
            if ours:
                raise Uncertain(told) from None
            raise Unavailable(
                f"{told} The bot looks before it sends anything.", until=error.until, wait=error.wait
            ) from None
        if found:
            self._came_out(found)
        elif ours and trying.at + self.service.patience(trying, self.clock()) > self.clock():
            raise Uncertain(f"It is not certain yet whether the post is out on {self.service.name}.")
        else:
            self._not_out(doubt=True)

    def _step(self) -> None:
        """Bring out the next part."""
        lost = self.progress.trying
        for again in (False, True):
            place = self._place(len(self.progress.out))
            try:
                files = self._files(anew=again)
                self._mark(place.number, lost)
                self._came_out(self.service.post(place, files, self.ticket.key))
            except (Rejected, Unavailable) as error:
                if lost:
                    raise self._no_answer_either(lost, error) from None
                if isinstance(error, AlreadyThere):
                    self._settle_duplicate(place.number, error)
                elif isinstance(error, StaleFiles) and self._is_out_after_all(place.number):
                    pass
                else:
                    self._not_out()
                    if isinstance(error, StaleFiles) and not again:
                        continue
                    raise
            return

    def _mark(self, number: int, lost: Trying | None) -> None:
        """Write down that the creating request leaves now, or leaves again."""
        if lost:
            self.progress.trying = replace(lost, repeated=True)
        else:
            if number == 0 and not self.progress.doubts and self.progress.before is None:
                with suppress(PlatformError):  # a margin of minutes must do
                    self.progress.before = self.service.before()
            self.progress.trying = Trying(number, self.clock(), self.ticket.key)
        self._save()

    def _no_answer_either(self, lost: Trying, error: Rejected | Unavailable) -> Uncertain:
        """The repetition did not come through: of the first request that says nothing."""
        self.progress.trying = replace(lost, repeated=True)
        self._save()
        return Uncertain(
            f"The answer of {self.service.name} was lost, so the post may be out. Later: {error}"
        )

    def _is_out_after_all(self, number: int) -> bool:
        """The files are not known there any more: perhaps because an earlier request has used them."""
        found = self._look(number) if self.progress.doubts else None
        if found:
            self._came_out(found)
        return found is not None

    def _settle_duplicate(self, number: int, error: AlreadyThere) -> None:
        """The platform has this text already. Ours only if an answer of ours was lost, or came after a copy was made;
        else somebody else's, and this one was refused.
        """
        if self.progress.restored:
            raise self._unexplained(f" It said: {error}")
        if not self.progress.doubts:
            self._not_out()
            raise error
        try:
            found = self._look(number)
        except (Unavailable, Uncertain) as trouble:
            told = f" {trouble}" if isinstance(trouble, Uncertain) else ""
            raise same_text(self.service.name, told) from None
        if found:
            self._came_out(found)
        elif any(one.agreement is not Agreement.OTHER for one in self._seen):
            self.progress.doubts = 0  # another post has this text, so this one was refused, then as well
            self._not_out()
            raise error
        else:
            raise self._unexplained(" It is not to be seen there.")

    def _unexplained(self, told: str) -> Uncertain:
        """Nobody can say whose text it has: whoever asks once more is told so as well."""
        if self.progress.trying:
            self.progress.trying = replace(self.progress.trying, same=True)
            self._save()
        return same_text(self.service.name, told)

    def _files(self, *, anew: bool) -> list[str]:
        """The ids of the next part's files, ready to be used; uploaded if they are not there or too old."""
        number = len(self.progress.out)
        brought = []
        for index, media in enumerate(self.outgoing.parts[number].media):
            place = f"{number}.{index}"
            known = self.progress.files.get(place)
            if anew or known is None or (known.at and self.clock() - known.at > self.service.keeps_files):
                known = self.progress.files[place] = Brought()
            if not known.id:
                self._bring(media, known)
            brought.append((media, known))
        for media, one in brought:
            self._await(media, one)
        return [one.id for _, one in brought]

    def _bring(self, media: Media, one: Brought) -> None:
        def keep(state: dict[str, Any]) -> None:
            one.state = state
            self._save()

        upload = Upload(media, one.state, keep, self.ticket.tell)
        try:
            identity = self.service.upload(media, upload)
        except MissingMedia as error:
            raise Rejected(str(error)) from None
        one.id, one.at, one.ready, one.state = identity, self.clock(), upload.ready, {}
        self._save()

    def _await(self, media: Media, one: Brought) -> None:
        """Until the platform can use the file; a video it works on for minutes."""
        if one.ready:
            return
        try:
            self.service.ready(media, one.id, one.at or self.clock())
        except Later:
            self.ticket.tell(Step("processing", media.name))
            raise
        except Rejected:
            one.id, one.at = "", None  # whoever orders it again wants another try, not the same answer
            raise
        one.ready = True
        self._save()

    def _look(self, number: int, trying: Trying | None = None) -> Published | None:
        began = min(self.ticket.first_at, trying.at) if trying else self.ticket.first_at
        before, ledger = self.progress.before, self.ticket.ledger
        since, place = earliest(began, before), self._place(number)
        asked = Asked(self.service.name, self.outgoing, number, since, before, ledger, began)
        files = [one.id for name, one in self.progress.files.items() if one.id and _of(name, number)]
        try:
            seen = self._show(place, since, files)
            self._seen = seen.found
            return ours(asked, seen)
        except Rejected as error:
            raise Uncertain(
                f"{error} So the bot cannot see whether the post is out: look at {self.service.name}, "
                "and say what you see."
            ) from None

    def _show(self, place: Place, since: datetime, files: list[str]) -> Seen:
        """What is there; of files that were brought there since a copy was made, the copy knows nothing."""
        seen = self.service.look(place, since, files)
        if not (self.ticket.restored and files) or any(one.agreement is Agreement.OWN for one in seen.found):
            return seen
        bare = self.service.look(place, since, [])
        return replace(bare, found=[one.doubted() for one in bare.found])

    def _place(self, number: int) -> Place:
        parts, out = self.outgoing.parts, self.progress.out
        before = (out[number - 1], out[0]) if number else (None, None)
        return Place(number, len(parts), parts[number], *before)

    def _came_out(self, published: Published) -> None:
        number = len(self.progress.out)
        after = replace(self.progress, out=[*self.progress.out, published], files={}, trying=None, doubts=0)
        self.ticket.ledger.own(after.receipt(), number, published)
        self.progress = after

    def _not_out(self, *, doubt: bool = False) -> None:
        self.progress.trying = None
        self.progress.doubts += doubt
        self._save()

    def _save(self) -> None:
        self.ticket.save(self.progress.receipt())


def _of(place: str, number: int) -> bool:
    """Whether a file's place in `Progress.files` is in that part."""
    return place.partition(".")[0] == str(number)
