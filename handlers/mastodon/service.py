"""The requests of one piece of work on a Mastodon-like server, through Mastodon.py with its traps disarmed.

The library is told a version (it would ask for it with a thousand requests), throws at a rate limit (it would
sleep, and send an empty file afterwards), gets bytes instead of open files, and no `sensitive` (its default
overrides the account's own, and Hollo refuses it).
"""

from __future__ import annotations

import mimetypes
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar

import mastodon
import requests
from typing_extensions import override

from handlers.base import Outgoing, Published, Rejected, Tools, Unavailable, Uncertain
from handlers.likeness import same_as_html
from handlers.mastodon.errors import judge
from handlers.mastodon.limits import Limits
from handlers.media import Media
from handlers.parts import Place, Service, StaleFiles, Trying, Upload
from handlers.wire import Wire

T = TypeVar("T")
VERSION: Final = "4.6.0"
"""What the library is told; it decides only which addresses it uses (media: v2)."""
KEY_LIFE: Final = timedelta(minutes=55)
"""Mastodon keeps an `Idempotency-Key` for an hour (app/services/post_status_service.rb)."""
PROCESSING: Final = timedelta(minutes=10)
"""How long one attempt waits for a video to be processed; the next attempt goes on waiting."""
SKEW: Final = timedelta(minutes=2)
"""How far the server's clock may be behind ours."""
PAGES: Final = 10
"""Pages of 40 statuses that are searched for a post."""


class Line(Service):
    """A signed-in line to one account's server; not to be shared between threads."""

    keeps_files = timedelta(hours=12)

    def __init__(self, who: str, base_url: str, token: str, outgoing: Outgoing, tools: Tools) -> None:
        self.name = who
        self.wire = Wire(base_url)
        self.limits = Limits()
        self._outgoing = outgoing
        self._tools = tools
        self.api = mastodon.Mastodon(
            access_token=token,
            api_base_url=base_url,
            mastodon_version=VERSION,
            version_check_mode="created",
            ratelimit_method="throw",
            session=self.wire,
            user_agent="social",
        )

    def ask(self, call: Callable[[], T], *, acts: bool = False, action: str = "the post") -> T:
        """Do one call of the library and judge what it raises."""
        self.wire.last = None
        try:
            return call()
        except Exception as error:
            raise judge(
                error, self.wire.last, who=self.name, acts=acts, now=self._tools.clock(), action=action
            ) from None

    def learn(self) -> Limits | None:
        """The server's limits; None if it does not tell. Raises `Rejected` or `Unavailable`.

        Asked without the library, which puts a slash at the end that Takahē does not know.
        """
        for version in ("v2", "v1"):
            response = self._plain("GET", f"/api/{version}/instance")
            if response.ok and isinstance(self.wire.last and self.wire.last.body, dict):
                return Limits.read(self.wire.last and self.wire.last.body)
        return None

    def missing_rights(self, me: str) -> dict[str, str]:
        """The scopes that this token turns out not to have, each with what it is for. Nothing is published.

        Servers do not tell a token's scopes; but they refuse with 403 before they look for what is not there.
        """
        tries = (
            ("PUT", "/api/v1/statuses/0", "write:statuses", "post"),
            ("PUT", "/api/v1/media/0", "write:media", "upload pictures and videos"),
            ("GET", f"/api/v1/accounts/{me}/statuses?limit=1", "read:statuses", "see whether a post is out"),
        )
        return {
            scope: purpose
            for method, path, scope, purpose in tries
            if self._plain(method, path).status_code == HTTPStatus.FORBIDDEN
        }

    def app_scopes(self) -> tuple[str, ...]:
        """What the app that made the token asked for (since Mastodon 4.3); empty where the server does not tell."""
        self._plain("GET", "/api/v1/apps/verify_credentials")
        body = self.wire.last.body if self.wire.last else None
        scopes = body.get("scopes") if isinstance(body, dict) else None
        return tuple(map(str, scopes)) if isinstance(scopes, list) else ()

    def _plain(self, method: str, path: str) -> requests.Response:
        """A request past the library, answered with whatever status."""
        headers = {"Authorization": f"Bearer {self.api.access_token}", "User-Agent": "social"}
        return self.ask(
            lambda: self.wire.request(method, self.wire.base + path, headers=headers), action="the sign-in"
        )

    @override
    def upload(self, media: Media, upload: Upload) -> str:
        data, action = self._tools.store.read(media.sha256), f"the file “{media.name}”"
        found: Any = self.ask(
            lambda: self.api.media_post(
                data,
                mime_type=media.mime,
                description=media.alt or None,
                file_name=f"media{mimetypes.guess_extension(media.mime) or ''}",
            ),
            action=action,
        )
        identity = _text(found, "id")
        if not identity:
            raise self._nonsense()
        upload.told(media.size)
        upload.ready = _ready(found, self.wire)
        return identity

    @override
    def ready(self, media: Media, identity: str, since: datetime) -> None:
        action = f"the file “{media.name}”"
        self._processed(identity, self.ask(lambda: self.api.media(identity), action=action), action)

    def _processed(self, identity: str, found: Any, action: str) -> None:
        """Wait until the file may be attached: 202 and 206 mean "not yet"."""
        end, pause = time.monotonic() + PROCESSING.total_seconds(), 0.2
        while not _ready(found, self.wire):
            if time.monotonic() > end:
                raise Unavailable(
                    f"{self.name} is still busy with {action}. Nothing is out; the bot tries again by itself.",
                    wait=timedelta(minutes=5),
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 10)
            found = self.ask(lambda: self.api.media(identity), action=action)

    @override
    def post(self, place: Place, files: list[str], key: str) -> Published:
        out = self._outgoing
        fields: dict[str, Any] = {
            "in_reply_to_id": place.parent.id if place.parent else None,
            "media_ids": files or None,
            "sensitive": None,
            "visibility": out.visibility,
            "spoiler_text": out.cw,
            "language": out.lang,
            "idempotency_key": f"{key}-{place.number + 1}",
        }
        try:
            status: Any = self.ask(lambda: self.api.status_post(place.part.text, **fields), acts=True)
        except Rejected as error:
            answer = self.wire.last
            if files and answer and answer.status in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND}:
                self._look_at_files(files, error)
            raise
        return self._checked(status, place, files)

    def _look_at_files(self, files: list[str], error: Rejected) -> None:
        """A status with files was refused: are they the reason?"""
        for identity in files:
            try:
                found: Any = self.ask(lambda identity=identity: self.api.media(identity))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            except Rejected:
                raise StaleFiles(str(error)) from None
            if not _ready(found, self.wire):
                raise Unavailable(
                    f"{self.name} is still busy with a file of the post. Nothing is out; the bot tries again.",
                    wait=timedelta(seconds=30),
                )

    def _checked(self, status: Any, place: Place, files: list[str]) -> Published:
        """The answer as a publication, with what a reader sees otherwise than approved."""
        identity = _text(status, "id")
        if not identity:
            raise Uncertain(f"{self.name} answered nonsense after the post was sent, so it may be out.")
        attached, warnings = status.get("media_attachments"), []
        shown = len(attached) if isinstance(attached, list) else 0
        if shown != len(files):
            warnings.append(
                f"{self.name} shows {shown} of {len(files)} pictures or videos. Look at the post there."
            )
        if place.parent and _text(status, "in_reply_to_id") != place.parent.id:
            warnings.append(
                f"{self.name} did not attach part {place.number + 1} of the thread to the one before."
            )
        if not same_as_html(place.part.text, _text(status, "content")):
            warnings.append(
                f"{self.name} shows a text that differs from the approved one. Look at the post there."
            )
        return Published(identity, _text(status, "url") or _text(status, "uri"), tuple(warnings))

    @override
    def look(self, place: Place, since: datetime, known: frozenset[str]) -> Published | None:
        found = None
        for status in self._own(since - SKEW):
            attached = status.get("media_attachments")
            files = attached if isinstance(attached, list) else []
            same = same_as_html(place.part.text, _text(status, "content"))
            bare = not place.part.text.strip() and len(files) != len(place.part.media)
            if same and not bare and _text(status, "id") not in known:
                found = status  # the oldest one wins: newest first
        if found is not None:
            return self._checked(found, place, [""] * len(place.part.media))
        if self._outgoing.visibility == "direct":
            raise Uncertain(
                f"A direct post cannot be looked for on {self.name}. Look there, and say what you see."
            )
        return None

    def _own(self, since: datetime) -> Iterator[Any]:
        """The account's own statuses, newest first, back to that instant."""
        me = _text(self.ask(self.api.account_verify_credentials), "id")
        if not me:
            raise self._nonsense()
        last = None
        for _ in range(PAGES):
            page: Any = self.ask(
                lambda last=last: self.api.account_statuses(me, exclude_reblogs=True, limit=40, max_id=last)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            )
            if not isinstance(page, list):
                raise self._nonsense()
            for status in page:
                at = _instant(status.get("created_at")) if isinstance(status, dict) else None
                if at is None:
                    raise self._nonsense()
                if at < since:
                    return
                yield status
            if not page:
                return
            last = _text(page[-1], "id")
        raise Uncertain(
            f"{self.name} has too many newer posts to find this one. Look there, and say what you see."
        )

    def _nonsense(self) -> Unavailable:
        return Unavailable(f"{self.name} answered nonsense. Nothing is out; the bot tries again by itself.")

    @override
    def patience(self, trying: Trying, now: datetime) -> timedelta:
        kept = self.limits.remembers_keys and now - trying.at < KEY_LIFE
        return timedelta() if kept else timedelta(seconds=60)


def _ready(found: Any, wire: Wire) -> bool:
    working = wire.last is not None and wire.last.status in {HTTPStatus.ACCEPTED, HTTPStatus.PARTIAL_CONTENT}
    return not working and bool(_text(found, "url") or _text(found, "preview_url"))


def _text(found: Any, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return str(value) if isinstance(value, str | int) else ""


def _instant(value: Any) -> datetime | None:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
