"""The steps of one delivery to a page, as `handlers.parts` walks them: upload, post, look."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from handlers.base import Outgoing, PlatformError, Published, Rejected, Tools, Uncertain
from handlers.linkedin import errors, stored, writing
from handlers.linkedin.api import Api
from handlers.linkedin.readiness import Readiness
from handlers.linkedin.uploads import Uploads
from handlers.media import Media
from handlers.parts import AlreadyThere, Place, StaleFiles, Trying, Upload, Walk
from handlers.web import lost

logger = logging.getLogger(__name__)

POSTING: Final = "post on the page"
SKEW: Final = timedelta(minutes=5)
"""By how much LinkedIn's clock and ours may differ."""
SETTLED: Final = timedelta(seconds=90)
"""So long after a lost answer a post may still appear among the page's posts."""
LATEST: Final = 100
"""How many of the page's posts are looked through; LinkedIn shows no more at once."""
FRESH_S: Final = 1.5
"""A post that was just made may not be there to be read yet."""


class Page:
    """The steps of one delivery, as `handlers.parts` walks them."""

    name = errors.TITLE
    keeps_files = timedelta(hours=12)

    def __init__(self, api: Api, tools: Tools, outgoing: Outgoing) -> None:
        self._api = api
        self._outgoing = outgoing
        self._uploads = Uploads(api, tools.store, tools.clock)
        self._readiness = Readiness(api, tools.clock)
        self._duplicate = ""
        """What LinkedIn called the same text, in this piece of work."""
        self.walk: Walk | None = None

    def upload(self, media: Media, upload: Upload) -> str:
        """The URN of the file, once all of it is there."""
        return self._uploads.bring(media, upload)

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """See `Readiness.wait`."""
        self._readiness.wait(media, identity, since)

    def post(self, place: Place, files: list[str], key: str) -> Published:  # noqa: ARG002 - LinkedIn has no such key
        """The creating request; 201 has no body, the URN is in a header."""
        body = writing.body(self._api.settings.organization, self._outgoing, files)
        try:
            answer = self._api.call("POST", "/rest/posts", acts=True, json=body, doing=POSTING)
        except errors.Duplicate as error:
            self._duplicate = error.urn
            raise AlreadyThere(str(error)) from None
        except errors.FilesRefused as error:
            raise StaleFiles(str(error)) from None
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise lost(errors.TITLE, acts=True)
        return Published(urn, errors.address(urn), self._differences(urn))

    def look(self, place: Place, since: datetime, known: frozenset[str]) -> Published | None:  # noqa: ARG002 - one part
        """Among the page's posts, or where LinkedIn's own duplicate answer points."""
        if self._duplicate:
            return self._named(since)
        try:
            posts = stored.newest(self._api, LATEST)
        except Rejected as error:
            raise Uncertain(
                f"LinkedIn does not let the bot look whether the post is out ({error}) "
                "Look at the page; order it again with `retry` only if it is not there."
            ) from None
        files = self._files()
        for post in posts:
            if post.made >= since - SKEW and post.urn and stored.is_ours(post, self._outgoing, files):
                warnings = stored.differences(post, self._outgoing)
                return Published(post.urn, errors.address(post.urn), warnings)
        return None

    def patience(self, trying: Trying, now: datetime) -> timedelta:  # noqa: ARG002 - always the same
        """LinkedIn's list of posts is some seconds behind."""
        return SETTLED

    def _files(self) -> list[str]:
        """The files that were uploaded for this post, as far as the receipt knows them."""
        return [one.id for one in self.walk.progress.files.values() if one.id] if self.walk else []

    def _named(self, since: datetime) -> Published | None:
        """The post that LinkedIn calls the same: ours, if an answer of ours was lost and it is not older than that."""
        if self.walk is None or not self.walk.progress.doubts:
            return None
        found = Published(self._duplicate, errors.address(self._duplicate)) if self._duplicate else None
        if found is None:
            return None
        try:
            post = stored.read(self._api, self._duplicate)
        except errors.NotThere:
            return None  # of a post that was deleted LinkedIn refuses the text for two more days
        except PlatformError:
            return found  # it cannot be read; LinkedIn's word and our doubt are evidence enough
        return found if post.made >= since - SKEW else None

    def _differences(self, urn: str) -> tuple[str, ...]:
        """What LinkedIn kept otherwise than it was given (201 all the same); silent where it cannot be read."""
        for last in (False, True):
            try:
                return stored.differences(stored.read(self._api, urn), self._outgoing)
            except errors.NotThere:
                if not last:
                    self._api.pause(FRESH_S)
            except PlatformError:
                break
        logger.info("linkedin: the new post cannot be read back", extra={"action": "read_back_refused"})
        return ()
