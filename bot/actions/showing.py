"""The files of a draft that approvers cannot open where they were uploaded: the bot shows them with the card.

Zulip gives a file to who may read a message that links it. What stands in a direct message is brought to Zulip once more by
the bot, byte for byte as it goes out, once for each file of a draft, and linked on the card.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

from sqlmodel import Session, col, delete, select

from bot.actions import reading, rows
from bot.chat import ChatError, Dismissed, Down, Message, Stopping, files
from bot.chat.uploading import Sending
from bot.desk import Desk
from bot.grammar import Written
from bot.replies.escape import inline
from handlers.base import Outgoing, Problem
from handlers.media import Media, MissingMedia
from storage.models import Post, Revision, ShownFile

log = logging.getLogger("social.showing")

MOST: Final = 80
"""Files of one draft that are shown so, with those that were scaled for one platform."""
USABLE: Final = timedelta(days=7)
"""Zulip removes a file that no message links any more, after some weeks: an older one is brought anew for a new card."""


def needed(desk: Desk, draft: Message, written: Written) -> bool:
    """Whether a file of it stands only where approvers may not look: not in this draft, or not in the channel."""
    if not written.attachments:
        return False
    paths = {one.path for one in written.attachments}
    if draft.place.channel_id != desk.chat.home or not all(path in draft.content for path in paths):
        return True
    said = reading.read_draft(desk, draft)  # only what is a link for us is one for Zulip
    return not isinstance(said, Written) or not paths <= {one.path for one in said.attachments}


def addresses(session: Session, draft_id: int, outgoing: Mapping[str, Outgoing]) -> dict[str, str]:
    """Where the files are shown that go out, of those that the bot shows."""
    wanted = _files(outgoing)
    if not wanted:
        return {}
    found = session.exec(select(ShownFile).where(ShownFile.message_id == draft_id))
    return {one.sha256: one.address for one in found if one.sha256 in wanted}


def lacking(desk: Desk, session: Session, draft: Message, revision: Revision) -> bool:
    """Whether approvers cannot open a file that this revision sends out."""
    outgoing = rows.outgoing(revision)
    wanted = _files(outgoing)
    if not wanted or not needed(desk, draft, rows.written(revision)):
        return False
    return not wanted.keys() <= addresses(session, draft.id, outgoing).keys()


def bring(
    desk: Desk, draft: Message, written: Written, outgoing: Mapping[str, Outgoing], now: datetime
) -> list[Problem]:
    """Bring to Zulip whatever approvers could not open; returns why a file cannot be shown. Raises `Down`.

    It may take long, so it is done before the turn of the post is taken where that can be; what is there is not brought
    again.
    """
    wanted = _files(outgoing)
    if not wanted or not needed(desk, draft, written):
        return []
    if len(wanted) > MOST:
        return [
            Problem(
                f"Those who approve could not open all files of this draft: at most {MOST} are shown (pictures that are "
                "scaled for a platform count once more). Write the draft in the channel, or make several posts of it.",
                error=True,
            )
        ]
    with desk.database.reading() as session:
        found = session.exec(select(ShownFile).where(ShownFile.message_id == draft.id))
        known = {one.sha256 for one in found if one.at > now - USABLE}
    try:
        for file in wanted.values():
            if file.sha256 not in known:
                _keep(desk, draft.id, file, _brought(desk, file), now)
    except _Hidden as error:
        return [Problem(str(error), error=True)]
    return []


class _Hidden(Exception):
    """A file cannot be shown; its text is for people."""


def _brought(desk: Desk, file: Media) -> str:
    """The address of one file. Raises `_Hidden`, and `Down` only when Zulip itself is away."""
    try:
        path = desk.store.path(file.sha256)
        sending = Sending(_name(file), file.mime, file.size, lambda: desk.store.open(file.sha256))
        if path.stat().st_size > desk.chat.directory.max_upload:
            raise _hidden(
                file, f"it is larger than the {desk.chat.directory.max_upload >> 20} MiB that Zulip takes."
            )
        with desk.chat.budget.telling():
            return files.upload(desk.chat, sending)
    except (MissingMedia, OSError):
        raise _hidden(file, "it is gone from the bot's folder.") from None
    except (Dismissed, Stopping):
        raise
    except ChatError as error:
        if isinstance(error, Down):
            desk.chat.newest()  # raises when it is not this file alone
        log.info("a file is not shown: %s", error, extra={"action": "not_shown"})
        raise _hidden(file, f"Zulip does not take it from the bot. {error}") from None


def _hidden(file: Media, why: str) -> _Hidden:
    name = inline(PurePosixPath(file.name).name)
    return _Hidden(
        f"The file {name} cannot be shown to those who approve: {why} Upload it in a draft that you write in the "
        "channel, or take another file."
    )


def _name(file: Media) -> str:
    """By what it holds; what people called it says its line on the card."""
    return f"{file.sha256[:12]}{mimetypes.guess_extension(file.mime) or ''}"


def _keep(desk: Desk, draft_id: int, file: Media, address: str, now: datetime) -> None:
    with desk.database.transaction() as session:
        _forget(session, draft_id, file.sha256)
        session.add(ShownFile(message_id=draft_id, sha256=file.sha256, address=address, at=now))


def _files(outgoing: Mapping[str, Outgoing]) -> dict[str, Media]:
    """Each file that goes out once, by what it holds."""
    return {file.sha256: file for one in outgoing.values() for file in one.files}


def forget(session: Session, post: Post) -> None:
    """The card that linked them is gone, and so they may be: they are to be brought anew."""
    session.execute(delete(ShownFile).where(col(ShownFile.message_id) == post.message_id))


def _forget(session: Session, draft_id: int, sha256: str) -> None:
    session.execute(
        delete(ShownFile).where(col(ShownFile.message_id) == draft_id, col(ShownFile.sha256) == sha256)
    )
