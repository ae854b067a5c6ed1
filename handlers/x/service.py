"""What X adds to the walk through the parts of a thread (`handlers.parts`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from handlers.base import BY_HAND, Poll, Published, Tools, Uncertain
from handlers.media import Media
from handlers.parts import AlreadyThere, Place, Service, Trying, Upload
from handlers.reconcile import Found, Seen
from handlers.x.line import Line
from handlers.x.reading import each, inner, text
from handlers.x.spending import price_of
from handlers.x.timeline import Timeline, agreement, first_number, instant
from handlers.x.uploads import Uploads

SETTLED: Final = timedelta(seconds=60)
"""After this time a post that X took is on the account's timeline."""


class Posting(Service):
    """The parts of one delivery, on one line."""

    keeps_files = timedelta(hours=23)  # X keeps them for 24

    def __init__(self, line: Line, web_url: str, tools: Tools, poll: Poll | None) -> None:
        self.name = line.name
        self._line = line
        self._web_url = web_url
        self._uploads = Uploads(line, tools.store, tools.clock)
        self._poll = poll
        self._clock = tools.clock
        self.posted: set[int] = set()
        """The parts that this piece of work itself brought out."""

    @override
    def upload(self, media: Media, upload: Upload) -> str:
        return self._uploads.bring(media, upload)

    @override
    def ready(self, media: Media, identity: str, since: datetime) -> None:
        self._uploads.ready(media, identity, since)

    @override
    def post(self, place: Place, files: list[str], key: str) -> Published:
        """As in the parent. What it costs is reserved first, and given back by `X` once it is certain that it is not out."""
        self._line.spending.reserve(price_of(place.part), spent_for(key, place.number))
        asked: dict[str, Any] = {
            "text": place.part.text or None,
            "media_ids": files or None,
            "in_reply_to_tweet_id": place.parent.id if place.parent else None,
            "user_auth": self._line.oauth1,
        }
        if self._poll and place.number == 0:
            asked |= {"poll_options": list(self._poll.choices), "poll_duration_minutes": self._poll.minutes}
        try:
            found = self._line.ask(lambda api: api.create_tweet(**asked), acts=True)
        except AlreadyThere:
            if place.of == 1:
                raise
            raise AlreadyThere(
                f"{self.name} has a post with the very text of part {place.number + 1} of {place.of} already, and takes "
                f"no second one. {BY_HAND} with other words, or make a copy (`copy`) and change that part."
            ) from None
        identity = inner(found, "data").get("id")
        if not isinstance(identity, str) or not identity:
            raise Uncertain(f"{self.name} answered nonsense after the post was sent, so it may be out.")
        self.posted.add(place.number)
        return self._published(identity, self._complaints(found))

    def _complaints(self, found: dict[str, Any]) -> tuple[str, ...]:
        """X may take a post and report trouble beside it."""
        errors, answer = each(found, "errors"), self._line.wire.last
        if not errors or answer is None:
            return ()
        said = replace(answer, body=errors[0]).words("detail", "message", "title")
        return (f"{self.name} took the post, but reported trouble{said}. Look at it there.",)

    def _published(self, identity: str, warnings: tuple[str, ...] = ()) -> Published:
        me = self._line.me
        reader = me.username if me and me.username else "i"
        return Published(identity, f"{self._web_url}/{reader}/status/{identity}", warnings)

    @override
    def before(self) -> None:
        """X charges for every post that it shows."""

    @override
    def repeats(self, trying: Trying, now: datetime) -> bool:
        """X has no such key."""
        return False

    @override
    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:
        poll = self._poll if place.number == 0 else None
        timeline = Timeline(self._line, parents=place.parent is not None, polls=poll is not None)
        found = [
            Found(
                self._published(first_number(one)),
                instant(one.get("created_at")),
                agreement(one, shown, place, files, poll),
            )
            for one, shown in timeline.since(since)
            if text(one, "id")
        ]
        told = self._line.wire.last
        return Seen(found, ahead=told.ahead(self._clock()) if told else None)

    @override
    def patience(self, trying: Trying, now: datetime) -> timedelta:
        return SETTLED


def spent_for(key: str, number: int) -> str:
    """Under this name the meter keeps what the creating request of a part costs."""
    return f"{key}:{number}"
