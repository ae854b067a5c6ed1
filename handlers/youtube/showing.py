"""The one request that makes a prepared video visible, and what became of it when its answer is lost."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from handlers.base import PlatformError, Rejected, Unavailable, Uncertain
from handlers.web import json_object
from handlers.youtube import errors, looking, resource
from handlers.youtube.job import Job
from handlers.youtube.looking import Seen

BY_HAND: Final = "Somebody had made the prepared video visible by hand before."


def show(job: Job, seen: Seen) -> tuple[str, ...]:
    """Make it visible as approved, given how it stands; what people should know of it.

    That the request leaves is committed first; it may be repeated. Raises `Unavailable` when the video is still
    unseen, `Uncertain` when that cannot be known, `Rejected`.
    """
    wanted = str(job.outgoing.visibility)
    body = resource.changed(job.outgoing, job.video, seen.snippet, seen.status)
    by_hand = seen.privacy != resource.UNSEEN and not job.progress.state.showing
    warnings = (BY_HAND,) if by_hand else ()
    if seen.privacy == wanted and "snippet" not in body:
        return warnings
    job.progress.keep(showing=True)
    try:
        response = job.api.v3("PUT", "videos", {"part": resource.parts(body)}, acts=True, json=body)
    except Uncertain as error:
        _read_back(job, wanted, error)
        return warnings
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise looking.gone(job)
    if response.status_code != HTTPStatus.OK:
        refused = errors.refusal(response, job.now())
        if not isinstance(refused, Unavailable) or response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise refused
        _read_back(job, wanted, Uncertain(str(refused)))
        return warnings
    status = json_object(response).get("status")
    if not isinstance(status, dict) or str(status.get("privacyStatus")) not in looking.PRIVACIES:
        _read_back(job, wanted, Uncertain("YouTube's answer cannot be understood, so the video may be out."))
    elif status.get("privacyStatus") != wanted:
        raise _kept_back(str(status.get("privacyStatus", "")))
    return warnings


def _read_back(job: Job, wanted: str, doubt: Uncertain) -> None:
    """The answer was lost: ask how it stands. What is still unseen is certainly not out; asking again is safe."""
    try:
        seen = looking.read(job, "status")
    except PlatformError:
        raise doubt from None
    if seen is None:
        raise looking.gone(job)
    if seen.privacy != wanted:
        raise Unavailable("YouTube did not make the video visible; nothing is out.")


def _kept_back(privacy: str) -> Rejected:
    """YouTube took the request and did otherwise: told, not believed."""
    stays = (
        f"keeps it {privacy}" if privacy in {"public", "unlisted", "private"} else "does not say who sees it"
    )
    return Rejected(
        f"YouTube has the video but {stays}. The channel's owner looks at YouTube Studio, makes it visible there if "
        "possible, and then orders it again with `retry`."
    )
