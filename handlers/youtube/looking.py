"""How a video stands at YouTube: processed, failed, rejected, gone; and who sees it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from handlers.base import Later, PlatformError, Rejected
from handlers.web import json_object, lost
from handlers.youtube import errors
from handlers.youtube.job import Job

logger = logging.getLogger(__name__)

SETTLING: Final = timedelta(minutes=2)
"""A video that is not listed so soon after its upload is no evidence that somebody deleted it."""
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=2)
PRIVACIES: Final = {"public", "unlisted", "private"}

_FAILED: Final = {
    "conversion": "YouTube cannot convert it. Export it anew as MP4 (H.264 with AAC)",
    "invalidFile": "the file is no video that YouTube can read. Export it anew as MP4 (H.264 with AAC)",
    "emptyFile": "the file came without content. Upload it again in the draft",
    "tooSmall": "the file is too small to be a video. Upload it again in the draft",
    "codec": "YouTube does not know its codec. Export it anew as MP4 (H.264 with AAC)",
    "uploadAborted": "the upload was broken off. Order it again with `retry`",
    "uploadFailed": "the upload did not come through. Order it again with `retry`",
    "transcodeFailed": "YouTube cannot convert it. Export it anew as MP4 (H.264 with AAC)",
    "streamingFailed": "YouTube cannot play it. Export it anew as MP4 (H.264 with AAC)",
}
_REJECTED: Final = {
    "copyright": "it contains what others own the copyright of",
    "inappropriate": "YouTube finds it against its rules",
    "duplicate": "the channel has this very video already",
    "termsOfUse": "YouTube finds it against its terms of use",
    "uploaderAccountSuspended": "the channel is suspended",
    "length": "it is longer than this channel may upload; its owner verifies the channel at youtube.com/verify",
    "claim": "somebody else claims what is in it",
    "uploaderAccountClosed": "the channel is closed",
    "trademark": "it contains what others own the trademark of",
    "legal": "somebody has complained about it by law",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A video as YouTube tells it."""

    status: dict[str, Any]
    snippet: dict[str, Any]
    processing: dict[str, Any]

    @property
    def privacy(self) -> str:
        """`public`, `unlisted` or `private`."""
        return str(self.status.get("privacyStatus", ""))

    @property
    def state(self) -> str:
        """`processing`, `processed`, `failed`, `rejected` or `deleted`."""
        told, working = self.status.get("uploadStatus"), self.processing.get("processingStatus")
        if told in {"processed", "failed", "rejected", "deleted"}:
            return str(told)
        if working in {"failed", "terminated"}:
            return "failed"
        return "processed" if working == "succeeded" else "processing"

    @property
    def reason(self) -> str:
        """YouTube's word for why it failed or was rejected."""
        told = (
            self.status.get("rejectionReason"),
            self.status.get("failureReason"),
            self.processing.get("processingFailureReason"),
        )
        return next((one for one in told if isinstance(one, str)), "")


def read(job: Job, part: str = "snippet,status,processingDetails") -> Seen | None:
    """How the video stands; None if there is none of that id. Raises `Unavailable`, `Rejected`."""
    response = job.api.v3("GET", "videos", {"part": part, "id": job.video})
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, job.now())
    items = json_object(response).get("items")
    if not isinstance(items, list):
        raise lost(errors.TITLE, acts=False)
    one = next((one for one in items if isinstance(one, dict) and one.get("id") == job.video), None)
    if one is None and items:  # it was asked for by its id
        raise lost(errors.TITLE, acts=False)
    if one is None:
        return None
    told = (one.get(name) for name in ("status", "snippet", "processingDetails"))
    seen = Seen(*(part if isinstance(part, dict) else {} for part in told))
    if seen.privacy not in PRIVACIES:
        raise lost(errors.TITLE, acts=False)
    return seen


def processed(job: Job, patience: timedelta) -> Seen:
    """The video as soon as YouTube has processed it, or as it stands after that much patience.

    Raises `Later` while YouTube works on it, `Rejected` when it will come to nothing or is gone.
    """
    seen, arrived = read(job), job.progress.arrived()
    since = job.now() - arrived if arrived else timedelta()
    if seen is None and since < SETTLING:
        raise Later("YouTube does not list the video yet; the bot looks again.", wait=FIRST_WAIT)
    if seen is None or seen.state == "deleted":
        raise gone(job)
    if seen.state == "failed":
        raise _failed(job, seen)
    if seen.state == "rejected":
        raise Rejected(
            f"YouTube rejected the video: {_REJECTED.get(seen.reason, 'it does not say why')}. Nobody sees it. "
            "The channel's owner looks at YouTube Studio."
        )
    if seen.state == "processing":
        job.say("processing")
        if since < patience:
            wait = min(max(since / 3, FIRST_WAIT), LONGEST_WAIT)
            raise Later("YouTube still processes the video; nobody sees it yet.", wait=wait)
    return seen


def gone(job: Job) -> Rejected:
    """Somebody deleted the video there: noted, and told."""
    return over(
        job,
        "Somebody deleted the prepared video at YouTube, so nothing went out. If it shall go out after all, "
        "order it again with `retry`: the bot then uploads it anew.",
    )


def over(job: Job, sentence: str) -> Rejected:
    """It came to nothing, which is kept, so that only a new order begins anew."""
    job.progress.restart(over=job.ticket.key, why=sentence)
    return Rejected(sentence)


def remove(job: Job) -> None:
    """Delete the video there; all is well if it is gone. Raises `Unavailable`, `Rejected`."""
    response = job.api.v3("DELETE", "videos", {"id": job.video})
    if response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        raise errors.refusal(response, job.now())


def _failed(job: Job, seen: Seen) -> Rejected:
    """What failed is of no use there. Left there if it cannot be removed: nobody sees it."""
    try:
        remove(job)
    except PlatformError:
        logger.info("a video that failed could not be removed", extra={"action": "youtube_left"})
    return over(
        job, f"YouTube could not process the video: {_FAILED.get(seen.reason, 'it does not say why')}."
    )
