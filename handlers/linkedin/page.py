"""The steps of one delivery to a page, as `handlers.parts` walks them: upload, post, look."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from handlers.base import Outgoing, PlatformError, Published, Rejected, Tools, Uncertain
from handlers.linkedin import errors, little, writing
from handlers.linkedin.api import Api, urn_path
from handlers.linkedin.assets import Assets
from handlers.media import Media
from handlers.parts import AlreadyThere, Place, Trying, Upload, Walk
from handlers.web import json_object, lost

logger = logging.getLogger(__name__)

POSTING: Final = "post on the page"
SKEW: Final = timedelta(minutes=5)
"""By how much LinkedIn's clock and ours may differ."""
SETTLED: Final = timedelta(seconds=90)
"""So long after a lost answer a post may still appear among the page's posts."""
SHORTEST_CUT: Final = 10
"""A post of fewer characters is not taken for the beginning of ours."""
CUT: Final = "LinkedIn kept only the beginning of the text: look at the post and correct it there."


class Page:
    """The steps of one delivery, as `handlers.parts` walks them."""

    name = errors.TITLE
    keeps_files = timedelta(hours=12)

    def __init__(self, api: Api, tools: Tools, outgoing: Outgoing) -> None:
        self._api = api
        self._tools = tools
        self._outgoing = outgoing
        self._author = api.settings.organization
        self._duplicate = ""
        self.throttled = False
        self.walk: Walk | None = None

    def upload(self, media: Media, upload: Upload) -> str:
        """The URN of the file, once LinkedIn has it ready."""
        try:
            urn = Assets(self._api, self._tools.store).upload(media)
        except errors.Throttled:
            self.throttled = True
            raise
        upload.told(media.size)
        return urn

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """The upload has waited for it."""

    def post(self, place: Place, files: list[str], key: str) -> Published:  # noqa: ARG002 - LinkedIn has no such key
        """The creating request; 201 has no body, the URN is in a header."""
        body = writing.body(self._author, self._outgoing, files)
        try:
            answer = self._api.call("POST", "/rest/posts", acts=True, json=body, doing=POSTING)
        except errors.Throttled:
            self.throttled = True
            raise
        except errors.Duplicate as error:
            self._duplicate = error.urn
            raise AlreadyThere(str(error)) from None
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise lost(errors.TITLE, acts=True)
        return Published(urn, errors.address(urn), self._cut(urn, place.part.text))

    def look(self, place: Place, since: datetime, known: frozenset[str]) -> Published | None:  # noqa: ARG002 - one part
        """Among the page's posts, or where LinkedIn's own duplicate answer points."""
        if self._duplicate:
            return self._named(since)
        try:
            posts = newest(self._api, self._author, 100)
        except Rejected as error:
            raise Uncertain(
                f"LinkedIn does not let the bot look whether the post is out ({error}) "
                "Look at the page; order it again with `retry` only if it is not there."
            ) from None
        wanted = _read(writing.commentary(self._outgoing))
        for post in posts:
            stored = _read(str(post.get("commentary") or ""))
            urn = str(post.get("id") or "")
            if not urn or _made(post) < since - SKEW:
                continue
            if stored == wanted:
                return Published(urn, errors.address(urn))
            if len(stored) >= SHORTEST_CUT and wanted.startswith(stored):
                return Published(urn, errors.address(urn), (CUT,))
        return None

    def patience(self, trying: Trying, now: datetime) -> timedelta:  # noqa: ARG002 - always the same
        """LinkedIn's list of posts is some seconds behind."""
        return SETTLED

    def _named(self, since: datetime) -> Published | None:
        """The post that LinkedIn calls the same: ours, if an answer of ours was lost and it is not older than that."""
        if self.walk is None or not self.walk.progress.doubts:
            return None
        found = Published(self._duplicate, errors.address(self._duplicate))
        try:
            return found if _made(json_object(self._read_back(self._duplicate))) >= since - SKEW else None
        except PlatformError:
            return found  # it cannot be read; LinkedIn's word and our doubt are evidence enough

    def _cut(self, urn: str, text: str) -> tuple[str, ...]:
        """Whether LinkedIn kept less than it was given (201 all the same); silent where it cannot be read."""
        try:
            stored = _read(str(json_object(self._read_back(urn)).get("commentary") or ""))
        except PlatformError:
            logger.info("linkedin: the new post cannot be read back", extra={"action": "read_back_refused"})
            return ()
        wanted = _read(little.escape(text))
        return (CUT,) if len(stored) < len(wanted) and wanted.startswith(stored) else ()

    def _read_back(self, urn: str) -> httpx.Response:
        return self._api.call("GET", f"/rest/posts/{urn_path(urn)}?viewContext=AUTHOR", doing="show a post")


def newest(api: Api, author: str, count: int) -> list[dict[str, Any]]:
    """The page's latest posts. Raises `Rejected` when we may not read them."""
    answer = api.call(
        "GET",
        f"/rest/posts?q=author&author={urn_path(author)}&count={count}",
        finder="FINDER",
        doing="show the page's posts",
    )
    elements = json_object(answer).get("elements")
    if not isinstance(elements, list):
        raise lost(errors.TITLE, acts=False)
    return [one for one in elements if isinstance(one, dict)]


def _made(post: dict[str, Any]) -> datetime:
    """When a post was made, by LinkedIn's clock."""
    at = post.get("publishedAt") or post.get("createdAt")
    return (
        datetime.fromtimestamp(at / 1000, UTC)
        if isinstance(at, int | float)
        else datetime.max.replace(tzinfo=UTC)
    )


def _read(commentary: str) -> str:
    """As a reader sees it, blanks at line ends aside."""
    return "\n".join(line.rstrip() for line in little.readable(commentary).strip().splitlines())
