"""One file brought to X in steps that an interruption does not undo: initialize, append, finalize, alt text.

What is kept in between (`Upload.state`): `id` of the file there, `at` when it was begun, `piece` bytes of a segment,
`next` segment to send, `closing` once X was told that all of it is there, `alts` how often the alt text was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from handlers.base import Later, Rejected, Unavailable
from handlers.media import Media, Store
from handlers.parts import StaleFiles, Upload
from handlers.x.line import Line
from handlers.x.preparing import is_animation
from handlers.x.reading import inner, text
from handlers.x.spending import ALT_TEXT

SEGMENT: Final = 4_000_000
"""Bytes of one segment (X advises at most 5 MB, and takes 8)."""
SEGMENTS: Final = 1000
"""X numbers them from 0 to 999; the segments of a very large file grow instead."""
LIFE: Final = timedelta(hours=23)
"""X forgets an upload after 24 hours."""
PROCESSING: Final = timedelta(hours=1)
"""After this time nobody waits for a video any more; X names no time of its own."""
SOON: Final = timedelta(seconds=1)
LATE: Final = timedelta(minutes=2)
"""The bot asks neither more nor less often, whatever X proposes."""
DATA: Final = "application/octet-stream"


class Uploads:
    """The files of one piece of work, on one line."""

    def __init__(self, line: Line, store: Store, clock: Callable[[], datetime]) -> None:
        self._line = line
        self._store = store
        self._clock = clock
        self._waits: dict[str, timedelta] = {}
        """What X said when it was told that all is there: ask for this file after so long."""

    def bring(self, media: Media, upload: Upload) -> str:
        """All of the file, and its alt text; its id. Raises `Rejected`, `Unavailable`, `MissingMedia`."""
        info = self._transferred(media, upload)
        identity = str(upload.state["id"])
        if info.get("state") == "failed":
            upload.keep(id=None)  # whoever orders it again wants another try, not the same answer
            raise _failed(self._line.name, _action(media), info)
        self._describe(media, upload, identity)
        upload.ready = not info or info.get("state") == "succeeded"
        if not upload.ready:
            self._waits[identity] = _wait(info)
        return identity

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """Return when X has processed the file. Raises `Later`, `Rejected`, `Unavailable`."""
        action = _action(media)
        wait = self._waits.pop(identity, None)
        info: dict[str, Any] = {}
        if wait is None:
            info = self._info(self._status(identity, action))
            if not info or info.get("state") == "succeeded":
                return
            if info.get("state") == "failed":
                raise _failed(self._line.name, action, info)
            wait = _wait(info)
        if self._clock() - since > PROCESSING:
            hours = PROCESSING // timedelta(hours=1)
            raise Rejected(
                f"{self._line.name} has worked on {action} for more than {hours} hour and is not done. "
                "Order the post again; if it happens again, export the video anew as MP4 (H.264 with AAC)."
            )
        percent = info.get("progress_percent")
        told = f" ({percent} %)" if isinstance(percent, int) and 0 < percent < 100 else ""  # noqa: PLR2004 - per cent
        raise Later(f"{self._line.name} is processing {action}{told}.", wait=wait)

    def _begun(self, state: dict[str, Any]) -> bool:
        """Whether an earlier attempt began, and X still knows of it."""
        if not state.get("id") or not state.get("at"):
            return False
        return self._clock() - datetime.fromisoformat(state["at"]) < LIFE

    def _begin(self, media: Media, upload: Upload) -> None:
        about = {"media_type": media.mime, "total_bytes": media.size, "media_category": _category(media)}
        found = self._line.request("POST", "/2/media/upload/initialize", _action(media), json=about)
        identity = text(inner(found, "data"), "id")
        if not identity:
            raise Unavailable(f"{self._line.name} answered nonsense to {_action(media)}. Nothing is out.")
        piece = max(SEGMENT, -(-media.size // SEGMENTS))
        at = self._clock().isoformat()
        upload.keep(id=identity, at=at, piece=piece, next=0, closing=None, alts=None)

    def _transferred(self, media: Media, upload: Upload) -> dict[str, Any]:
        """All of it is there; what X says of its processing. An upload that X forgot is begun anew."""
        if self._begun(upload.state):
            try:
                return self._go_on(media, upload)
            except Rejected:
                if not self._is_unknown():
                    raise
        self._begin(media, upload)
        return self._go_on(media, upload)

    def _go_on(self, media: Media, upload: Upload) -> dict[str, Any]:
        identity, action = str(upload.state["id"]), _action(media)
        if not upload.state.get("closing"):
            self._append(media, upload, identity)
            upload.keep(closing=True)
            return self._finalized(identity, action)
        # whether X heard of the end is not known: only a file that is processed has something to tell
        return self._info(self._status(identity, action)) or self._finalized(identity, action)

    def _append(self, media: Media, upload: Upload, identity: str) -> None:
        size, at = int(upload.state["piece"]), int(upload.state["next"])
        with self._store.open(media.sha256) as file:
            file.seek(at * size)
            while piece := file.read(size):
                form = {"segment_index": str(at)}
                self._line.form(
                    f"/2/media/upload/{identity}/append",
                    _action(media),
                    data=form,
                    files={"media": ("piece", piece, DATA)},
                )
                at += 1
                upload.keep(next=at)
                upload.told(min(at * size, media.size))

    def _finalized(self, identity: str, action: str) -> dict[str, Any]:
        return self._info(self._line.request("POST", f"/2/media/upload/{identity}/finalize", action))

    def _status(self, identity: str, action: str) -> dict[str, Any]:
        asked = {"command": "STATUS", "media_id": identity}
        try:
            return self._line.request("GET", "/2/media/upload", action, params=asked)
        except Rejected:
            if self._is_unknown():
                told = f"{self._line.name} does not know {action} any more. Order the post again."
                raise StaleFiles(told) from None
            raise

    def _is_unknown(self) -> bool:
        """Whether the last refusal means that X does not know the upload (any more), or not in this state."""
        answer = self._line.wire.last
        return answer is not None and answer.status in {400, 404}

    @staticmethod
    def _info(found: dict[str, Any]) -> dict[str, Any]:
        return inner(inner(found, "data"), "processing_info")

    def _describe(self, media: Media, upload: Upload, identity: str) -> None:
        """The alt text; each request is paid for, so each is counted."""
        if not media.alt:
            return
        number = int(upload.state.get("alts", 0)) + 1
        upload.keep(alts=number)
        with self._line.paying(ALT_TEXT, f"alt-{identity}-{number}"):
            told = {"id": identity, "metadata": {"alt_text": {"text": media.alt}}}
            self._line.request("POST", "/2/media/metadata", f"the alt text of {_action(media)}", json=told)


def _failed(who: str, action: str, info: dict[str, Any]) -> Rejected:
    """X could not process it. The document of today has no reason in the answer, older ones had: read if it is there."""
    error = inner(info, "error")
    reason = text(error, "message") or text(error, "name")
    clean = " ".join("".join(one if one.isalnum() or one in " .,-()" else " " for one in reason).split())[
        :150
    ]
    told = f" (it said: “{clean.rstrip('. ')}”)" if clean else ""
    return Rejected(
        f"{who} cannot use {action}{told}. Export it anew as MP4 (H.264 with AAC), or use JPEG or PNG, in a new draft."
    )


def _wait(info: dict[str, Any]) -> timedelta:
    asked = info.get("check_after_secs")
    return min(max(timedelta(seconds=asked if isinstance(asked, int | float) else 5), SOON), LATE)


def _category(media: Media) -> str:
    if media.mime.startswith("video/"):
        return "tweet_video"
    return "tweet_gif" if is_animation(media) else "tweet_image"


def _action(media: Media) -> str:
    """The file, in a sentence."""
    return f"the file “{media.name}”"
