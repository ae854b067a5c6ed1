"""The thumbnail of a video, set before anybody sees it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from handlers.base import PlatformError, Unavailable
from handlers.media import MissingMedia
from handlers.youtube import errors
from handlers.youtube.job import Job

NO_THUMBNAIL: Final = "The thumbnail was not taken: set it in YouTube Studio."


def dress(job: Job) -> tuple[str, ...]:
    """Set the thumbnail, once; a refusal is only a warning. Trouble that passes leaves it to the next attempt."""
    pictures, done = job.outgoing.parts[0].media[1:], job.progress.state.thumbnail
    if not pictures or done:
        return (NO_THUMBNAIL,) if done == "refused" else ()
    try:
        content = job.tools.store.read(pictures[0].sha256)
        response = job.api.call(
            "POST",
            f"{job.api.base}/upload/youtube/v3/thumbnails/set?videoId={job.video}",
            headers={"Content-Type": pictures[0].mime},
            content=content,
        )
        if response.status_code != HTTPStatus.OK:
            raise errors.refusal(response, job.now())
    except Unavailable:
        return (NO_THUMBNAIL,)
    except (PlatformError, MissingMedia):
        job.progress.keep(thumbnail="refused")
        return (NO_THUMBNAIL,)
    job.progress.keep(thumbnail="set")
    return ()
