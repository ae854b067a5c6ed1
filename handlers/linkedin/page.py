"""The steps of one delivery to a page, as `handlers.parts` walks them: upload, post, look."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from handlers import clocks
from handlers.base import Outgoing, PlatformError, Published, Rejected, Tools, Uncertain
from handlers.linkedin import errors, stored, writing
from handlers.linkedin.api import Api
from handlers.linkedin.readiness import Readiness
from handlers.linkedin.uploads import Uploads
from handlers.media import Media
from handlers.parts import AlreadyThere, Place, StaleFiles, Trying, Upload
from handlers.reconcile import Found, Seen
from handlers.web import lost

logger = logging.getLogger(__name__)

POSTING: Final = "post on the page"
SETTLED: Final = timedelta(seconds=90)
"""So long after a lost answer a post may still appear among the page's posts."""
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
        self._clock = tools.clock
        self._duplicate = ""
        """What LinkedIn called the same text, in this piece of work."""

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
        if not errors.is_post(urn):
            raise lost(errors.TITLE, acts=True)
        return Published(urn, errors.address(urn), self._differences(urn))

    def before(self) -> None:
        """LinkedIn allows few calls a day."""

    def repeats(self, trying: Trying, now: datetime) -> bool:  # noqa: ARG002 - LinkedIn has no such key
        """Never."""
        return False

    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:  # noqa: ARG002 - one part
        """Among the page's posts, or where LinkedIn's own duplicate answer points."""
        if self._duplicate:
            return self._named(files)
        try:
            posts = stored.since(self._api, since)
        except Rejected as error:
            raise Uncertain(
                f"LinkedIn does not let the bot look whether the post is out ({error}) "
                "Look at the page; order it again with `retry` only if it is not there."
            ) from None
        return self._seen([self._found(post, files) for post in posts if post.urn])

    def _seen(self, found: list[Found], blind: str = "") -> Seen:
        return Seen(found, blind, clocks.ahead(self._api.answered, self._clock()))

    def _found(self, post: stored.Stored, files: list[str]) -> Found:
        warnings = stored.differences(post, self._outgoing)
        agreement = stored.agreement(post, self._outgoing, files)
        return Found(Published(post.urn, errors.address(post.urn), warnings), post.made, agreement)

    def patience(self, trying: Trying, now: datetime) -> timedelta:  # noqa: ARG002 - always the same
        """LinkedIn's list of posts is some seconds behind."""
        return SETTLED

    def _named(self, files: list[str]) -> Seen:
        """The post that LinkedIn calls the same, if it shows it."""
        try:
            return self._seen([self._found(stored.read(self._api, self._duplicate), files)])
        except errors.NotThere:
            return Seen([])  # of a post that was deleted LinkedIn refuses the text for two more days
        except Rejected as error:
            return Seen([], f"It is {errors.address(self._duplicate)}, which the bot may not read ({error})")

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
