"""A post on a Mastodon-like server, part by part: what `handlers.parts.Walk` asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from typing_extensions import override

from handlers.base import Outgoing, PlatformError, Published, Rejected, Ticket, Tools, Unavailable, Uncertain
from handlers.mastodon import uploading
from handlers.mastodon.answers import address_of, differences, instant, text_of
from handlers.mastodon.comparing import Comparison
from handlers.mastodon.limits import Limits
from handlers.mastodon.line import Line
from handlers.mastodon.markdown import escaped
from handlers.media import Media
from handlers.parts import Place, Service, StaleFiles, Trying, Upload
from handlers.reconcile import Before, Found, Seen
from handlers.wire import Answer

KEY_LIFE: Final = timedelta(minutes=55)
"""Mastodon keeps an `Idempotency-Key` for an hour (docs.joinmastodon.org/methods/statuses)."""
PAGES: Final = 10
"""Pages of 40 statuses that are searched for a post."""
_OF_FILES: Final = {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
"""How servers refuse a status because of its files: Mastodon and Hollo, Takahē, GoToSocial."""
_UNKNOWN_FILE: Final = "media not found"
"""What Hollo and GoToSocial say of a file that they do not know (any more)."""
_STILLS: Final = frozenset({"image/jpeg", "image/png"})
"""What no server works on after it was uploaded."""


class Posting(Service):
    """One delivery to one account."""

    keeps_files = timedelta(hours=12)
    """Mastodon sweeps files that no post uses after a day or so."""

    def __init__(
        self,
        line: Line,
        limits: Limits,
        outgoing: Outgoing,
        ticket: Ticket,
        tools: Tools,
        whose: dict[str, str] | None = None,
    ) -> None:
        """`whose`: tokens (by their fingerprint) whose account's number was told; a token is one account's for ever."""
        self.name = line.who
        self._line = line
        self._limits = limits
        self._outgoing = outgoing
        self._ticket = ticket
        self._tools = tools
        self._whose = {} if whose is None else whose

    @override
    def upload(self, media: Media, upload: Upload) -> str:
        return uploading.upload(self._line, media, upload, self._tools.store)

    @override
    def ready(self, media: Media, identity: str, since: datetime) -> None:
        uploading.ready(self._line, media, identity, waited=self._tools.clock() - since)

    @override
    def post(self, place: Place, files: list[str], key: str) -> Published:
        answer = self._asked(place, files, key)
        try:
            status = self._line.done(answer, acts=True)
        except Rejected as error:
            if not files or answer.status not in _OF_FILES:
                raise
            self._look_at_files(files, answer, error)
            moving = any(one.mime not in _STILLS for one in place.part.media)
            if not moving or answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            # perhaps a film was not finished then, and is now; what was refused used up no key
            status = self._line.done(self._asked(place, files, key), acts=True)
        except Uncertain:
            self._look_at_parent(place, answer)
            raise
        return self._checked(status, place, files)

    def _asked(self, place: Place, files: list[str], key: str) -> Answer:
        return self._line.plain(
            "POST",
            "/api/v1/statuses",
            acts=True,
            action="the post",
            json=self._body(place, files),
            headers={"Idempotency-Key": f"{key}-{place.number + 1}"},
        )

    def _body(self, place: Place, files: list[str]) -> dict[str, Any]:
        """The request. No `sensitive`: the account's own setting holds, and a content warning hides the files too.

        No `status` beside files that have no text: Hollo refuses an empty one.
        """
        out, poll = self._outgoing, self._outgoing.poll if not place.number else None
        body = {
            "status": escaped(place.part.text) if self._limits.markdown else place.part.text,
            # else GoToSocial may read it as Markdown, if the account's setting says so
            "content_type": "text/plain" if self._limits.software == "gotosocial" else None,
            "in_reply_to_id": place.parent.id if place.parent else None,
            "media_ids": files,
            "visibility": out.visibility,
            "spoiler_text": out.cw,
            "language": out.lang,
            "poll": poll
            and {
                "options": list(poll.choices),
                "expires_in": poll.minutes * 60,
                "multiple": poll.multiple,
            },
        }
        return {name: value for name, value in body.items() if value}

    def _look_at_parent(self, place: Place, broken: Answer) -> None:
        """Hollo breaks at a parent that it does not have (measured): nothing is out then, and never will be."""
        if self._limits.software != "hollo" or place.parent is None or broken.status < HTTPStatus.BAD_REQUEST:
            return
        try:
            answer = self._line.plain("GET", f"/api/v1/statuses/{place.parent.id}", action="the part before")
        except PlatformError:
            return
        if answer.status == HTTPStatus.NOT_FOUND:
            raise Rejected(
                f"{self.name} does not have the part before this one any more: it was deleted there. "
                "Make a new copy of the post with `copy`."
            ) from None

    def _look_at_files(self, files: list[str], refusal: Answer, error: Rejected) -> None:
        """A status with files was refused: are they the reason?"""
        if _UNKNOWN_FILE in refusal.text.lower():
            raise StaleFiles(str(error)) from None
        for identity in files:
            answer = self._line.plain("GET", f"/api/v1/media/{identity}", action="a file of the post")
            if uploading.unfinished(answer):
                raise self._still_busy()
            if answer.status == HTTPStatus.NOT_FOUND:
                raise StaleFiles(str(error)) from None

    def _still_busy(self) -> Unavailable:
        """It is being processed after all. After the deadline these turns count as attempts, so that they end."""
        waited = self._tools.clock() - self._ticket.first_at
        if waited <= uploading.DEADLINE:
            return uploading.later(self._line, waited)
        return Unavailable(
            f"{self.name} is still busy with a file of the post after {uploading.DEADLINE.seconds // 3600} hour. "
            "Nothing is out.",
            wait=timedelta(minutes=5),
        )

    def _checked(self, status: Any, place: Place, files: list[str]) -> Published:
        """The answer as a publication, with what a reader sees otherwise than approved."""
        identity = text_of(status, "id")
        if not identity:
            raise Uncertain(f"{self.name} answered nonsense after the post was sent, so it may be out.")
        warnings = tuple(differences(status, place, self._outgoing, files, self.name))
        return Published(identity, address_of(status), warnings)

    @override
    def before(self) -> Before | None:
        answer = self._page(self._whose.get(self._line.token_print) or self._me(), {"limit": "1"})
        if not isinstance(answer.body, list):
            raise self._nonsense()
        if not answer.body:
            return Before()
        newest = answer.body[0]
        at = instant(newest.get("created_at")) if isinstance(newest, dict) else None
        return Before(text_of(newest, "id"), at) if at else None

    @override
    def repeats(self, trying: Trying, now: datetime) -> bool:
        """Mastodon itself answers a young key with what the first request made."""
        return self._limits.remembers_keys and timedelta() <= now - trying.at < KEY_LIFE

    @override
    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:
        compare = Comparison(place, self._outgoing, files, self._limits, self._line.host, self._line.app())
        found = [
            Found(self._checked(one, place, files), instant(one.get("created_at")), compare.agreement(one))
            for one in self._own(since)
        ]
        told = self._line.wire.last
        return Seen(found, self._blind(), told.ahead(self._tools.clock()) if told else None)

    def _blind(self) -> str:
        """Why a post of this visibility is not among an account's own ones, on this server."""
        shown = self._outgoing.visibility
        if shown == "direct" or (shown == "private" and not self._limits.remembers_keys):
            kind = "direct" if shown == "direct" else "followers-only"
            return f"A {kind} post cannot be looked for on {self.name}, which does not show it among the account's posts."
        return ""

    def _me(self) -> str:
        me = text_of(self._line.ask(self._line.api.account_verify_credentials), "id")
        if not me:
            raise self._nonsense()
        self._whose[self._line.token_print] = me
        return me

    def _page(self, me: str, params: dict[str, str]) -> Answer:
        # past the library, whose `1` the published document does not know for a yes
        asked = {"exclude_reblogs": "true", **params}
        answer = self._line.plain("GET", f"/api/v1/accounts/{me}/statuses", params=asked)
        if answer.status != HTTPStatus.OK:
            self._line.done(answer)
        return answer

    def _own(self, since: datetime) -> Iterator[Any]:
        """The account's own statuses, newest first, back to that instant."""
        me, params = self._me(), {"limit": "40"}
        for _ in range(PAGES):
            answer = self._page(me, params)
            if not isinstance(answer.body, list):
                raise self._nonsense()
            for status in answer.body:
                at = instant(status.get("created_at")) if isinstance(status, dict) else None
                if at is None:
                    raise self._nonsense()
                if at < since:
                    return
                yield status
            if not answer.body:
                return
            params["max_id"] = text_of(answer.body[-1], "id")
        raise Uncertain(
            f"{self.name} has too many newer posts to find this one. Look there, and say what you see."
        )

    def _nonsense(self) -> Unavailable:
        return Unavailable(f"{self.name} answered nonsense. Nothing is out.")

    @override
    def patience(self, trying: Trying, now: datetime) -> timedelta:
        return timedelta() if self.repeats(trying, now) else timedelta(seconds=60)
