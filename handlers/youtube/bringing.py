"""The video brought there, unseen, from wherever the receipt says that we are."""

from __future__ import annotations

from datetime import timedelta
from typing import BinaryIO, Final

from handlers.base import Later, Rejected, Unavailable
from handlers.media import MissingMedia
from handlers.youtube import errors, finding, quota, resource
from handlers.youtube.job import Job
from handlers.youtube.settings import MANAGING
from handlers.youtube.upload import SessionGone, Upload

LAG: Final = timedelta(minutes=1)
"""How long a list of YouTube's may lag behind what was uploaded."""


def bring(job: Job) -> None:
    """Go on until the video is there. Raises `Unavailable`, `Later`, `Rejected`: nobody sees anything."""
    state = job.progress.state
    if state.video:
        return
    if state.over and state.over == job.ticket.key:
        raise Rejected(state.why)
    scopes = job.api.scopes()
    if scopes and not MANAGING.intersection(scopes):
        raise errors.may_not_manage(job.outgoing.account)
    try:
        file = job.tools.store.open(job.film.sha256)
    except MissingMedia as error:
        raise Rejected(str(error)) from None
    with file:
        for _ in range(2):
            try:
                _push(job, file)
            except SessionGone:
                if _found(job):
                    return
            else:
                return
    raise Unavailable("YouTube forgot the upload of the video twice; nothing is out.")


def known(job: Job) -> bool:
    """Whether the video is there, as far as can be found out without uploading anything.

    Raises `Unavailable`, `Rejected`.
    """
    if not job.video and job.progress.state.session:
        try:
            Upload(job).probe()
        except SessionGone:
            if job.progress.state.finishing and (video := finding.find(job)):
                _adopt(job, video)
    if not job.video and job.ticket.restored and (video := finding.find(job)):
        _adopt(job, video)  # brought there, and perhaps shown, since the copy was made
    return bool(job.video)


def replaced(job: Job) -> bool:
    """Whether another video is there in the place of the one that the receipt knows, which is gone.

    The receipt of a copy is old: the video may have been brought there anew, and shown, since. Raises as `finding.find`.
    """
    job.progress.restart()
    if video := finding.find(job):
        _adopt(job, video)
    return bool(job.video)


def _push(job: Job, file: BinaryIO) -> None:
    upload, state = Upload(job), job.progress.state
    at: int | None = 0
    try:
        if state.session:
            at = upload.probe()
        else:
            _begin(job, upload)
        if at is not None:
            upload.push(file, at)
    except Rejected:
        if state.session and state.key != job.ticket.key:  # a person ordered it again: not in that session
            raise SessionGone from None
        raise


def _begin(job: Job, upload: Upload) -> None:
    """A new session, counted against the day's quota."""
    quota.take(job)
    notify = "true" if job.outgoing.extra.get("notify subscribers") == "yes" else "false"
    url = (
        f"{job.api.base}/upload/youtube/v3/videos"
        f"?uploadType=resumable&part=snippet,status&notifySubscribers={notify}"
    )
    try:
        upload.begin(url, resource.new(job.outgoing))
    except errors.UsedUp:
        quota.give_back(job)
        raise


def _found(job: Job) -> bool:
    """The session is gone: whether the video is there all the same; if it is not, the next session begins anew.

    Raises `Later`: lists lag behind, so that it is looked for twice.
    """
    state = job.progress.state
    if state.finishing:
        if video := finding.find(job):
            _adopt(job, video)
            return True
        if not state.missed:
            job.progress.keep(missed=job.now().isoformat())
            raise Later(
                "YouTube has forgotten the upload of the video; the bot looks once more whether it is there.",
                wait=LAG,
            )
    job.progress.restart()
    return False


def _adopt(job: Job, video: str) -> None:
    job.progress.there(video, job.now())
