"""Does a status agree with what was sent? Piece by piece, as `handlers.reconcile` asks; what a server loses is no proof.

What the server shows less of than was sent (no poll, no content warning) may be ours all the same: servers drop things in
silence. What it shows more of, or otherwise, is another post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from handlers.base import Outgoing
from handlers.likeness import Likeness, like_html, like_words
from handlers.mastodon.answers import list_of, paired, text_of
from handlers.mastodon.limits import Limits
from handlers.media import Media
from handlers.parts import Place
from handlers.reconcile import Agreement, worst

_TAG: Final = re.compile(r"<[^<>]*>")
_KINDS: Final = {"image": {"image"}, "video": {"video", "gifv"}, "audio": {"audio"}}
"""First half of a file's type -> what a server may call it; an animated picture may become a film."""


class Comparison:
    """One part of what was sent, held against one status after the other."""

    def __init__(
        self, place: Place, outgoing: Outgoing, files: list[str], limits: Limits, host: str, app: str
    ) -> None:
        """`files` are the ids that were uploaded for it; `host` is that server's own, `app` the name of ours there."""
        self._place = place
        self._outgoing = outgoing
        self._files = files
        self._limits = limits
        self._host = host
        self._app = app

    def agreement(self, status: Any) -> Agreement:
        """How much of it agrees."""
        attached = [text_of(one, "id") for one in list_of(status, "media_attachments")]
        if self._files and sorted(attached) == sorted(self._files):
            return Agreement.OWN
        made_by = text_of(status.get("application"), "name") if isinstance(status, dict) else ""
        if self._app and made_by and made_by != self._app:
            return Agreement.OTHER  # by hand, at the server's own page, or by another program
        if text_of(status, "edited_at"):  # all but its place in a thread can be changed
            return worst([self._parent(status), Likeness.ALIKE])
        return worst([self._parent(status), self._text(status), *self._beside(status), *self._media(status)])

    def _parent(self, status: Any) -> Likeness:
        wanted = self._place.parent.id if self._place.parent else ""
        return _given(text_of(status, "in_reply_to_id"), wanted)

    def _text(self, status: Any) -> Likeness:
        mentions = {text_of(one, "url"): text_of(one, "acct") for one in list_of(status, "mentions")}
        found = like_html(self._place.part.text, text_of(status, "content"), mentions, self._host)
        return max(found, Likeness.ALIKE) if self._limits.rewrites else found

    def _beside(self, status: Any) -> Iterator[Likeness]:
        """Content warning, visibility and poll."""
        wanted, said = self._outgoing.cw or "", text_of(status, "spoiler_text")
        yield like_words(wanted, said) if wanted and said else _given(said, wanted)
        shown = text_of(status, "visibility")
        yield Likeness.SAME if shown in {"", self._outgoing.visibility or shown} else Likeness.ALIKE
        poll = self._outgoing.poll if not self._place.number else None
        asked = list(poll.choices) if poll else []
        there = [text_of(one, "title") for one in list_of(status.get("poll"), "options")]
        if asked and len(there) == len(asked):
            yield from map(like_words, asked, there)
        else:
            yield Likeness.SAME if there == asked else _given("".join(there), "".join(asked))

    def _media(self, status: Any) -> Iterator[Likeness]:
        """Number, kind and alt text; on Mastodon itself other ids than ours are other files."""
        wanted, there = self._place.part.media, list_of(status, "media_attachments")
        if not there or len(there) != len(wanted):
            yield _given("files" if there else "", "files" if wanted else "")
            if there and wanted:
                yield Likeness.OTHER
            return
        if self._files:
            yield Likeness.OTHER if self._limits.remembers_keys else Likeness.ALIKE
        for media, one in paired(wanted, self._files, there):
            yield _kind(media, text_of(one, "type"))
            said = text_of(one, "description")
            yield _alt(media.alt, said) if media.alt and said else _given(said, media.alt)


def _given(found: str, wanted: str) -> Likeness:
    """Something that is as it was sent, is not there, or is another one."""
    if found == wanted:
        return Likeness.SAME
    return Likeness.ALIKE if not found else Likeness.OTHER


def _alt(wanted: str, said: str) -> Likeness:
    """GoToSocial takes HTML's tags out of it."""
    return max(like_words(wanted, said), min(like_words(_TAG.sub("", wanted), said), Likeness.ALIKE))


def _kind(media: Media, told: str) -> Likeness:
    kinds = _KINDS.get(media.mime.partition("/")[0], set())
    if media.mime == "image/gif":
        kinds = {"image", "gifv"}
    if told in kinds:
        return Likeness.SAME
    return Likeness.ALIKE if told in {"", "unknown"} or not kinds else Likeness.OTHER
