"""The files of a draft: whose they are, fetched from Zulip, kept as they will be published."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from bot.actions import rows
from bot.actions.weighing import Scales, TooHeavy
from bot.chat import ChatError, Dismissed, Down, Person
from bot.chat.files import hidden
from bot.desk import Desk
from bot.grammar import Attachment, Written
from handlers import pictures, workers
from handlers.base import Problem
from handlers.media import Media
from storage.models import Post

ATTEMPTS = 3
"""How often a file is asked for while everything else can be read."""
MOST_FILES = 40
"""In one draft: twice what any platform takes in one post, or the pictures of a thread of ten. Reading more would
keep everybody else waiting.
"""


@dataclass(slots=True)
class Found:
    """What is wrong with a draft, as it is found."""

    problems: list[Problem] = field(default_factory=list)

    def error(self, sentence: str, line: int | None = None) -> None:
        """It cannot go out like that."""
        self.problems.append(Problem(sentence, error=True, line=line))

    def warn(self, sentence: str) -> None:
        """It can, but people should know."""
        self.problems.append(Problem(sentence))


def linked_by(desk: Desk, written: Written, author: Person, by: Person, post: Post | None) -> Written:
    """With the person who linked to each file: whoever did so first, the writer for new ones."""
    known: dict[str, int] = {}
    if post is not None and post.revision:
        with desk.database.reading() as session:
            last = rows.written(rows.current(session, post))
        known = {one.path: one.by or author.id for one in last.attachments}
    files = tuple(replace(one, by=one.by or known.get(one.path, by.id)) for one in written.attachments)
    return replace(written, attachments=files)


def media(
    desk: Desk, written: Written, found: Found, writer: Person, now: datetime
) -> list[tuple[Attachment, Media]]:
    """The files of a draft that this person wrote, fetched and kept, but for those with an error. Raises `Down`."""
    if not written.attachments:
        return []
    workers.warm()
    if len(written.attachments) > MOST_FILES:
        found.error(
            f"The draft has {len(written.attachments)} files, and at most {MOST_FILES} are taken: make several posts of it."
        )
        return []
    taken: list[tuple[Attachment, Media]] = []
    known: dict[tuple[str, str], Media] = {}
    scales = Scales(desk, writer, now)
    unseen = hidden(desk.chat, {one.path: one.by for one in written.attachments})
    for number, attachment in enumerate(written.attachments, 1):
        if attachment.path in unseen:
            found.error(
                f"The file {PurePosixPath(attachment.name).name} stands in a conversation that not everybody here may "
                "see: download it and upload it in this message, if it is to be published."
            )
            continue
        key = attachment.path, attachment.name
        try:
            one = known[key] if key in known else _found(desk, attachment, scales, found)
        except TooHeavy as error:
            found.error(str(error))
            break
        if one is not None:
            known[key] = one
            taken.append((attachment, replace(one, alt=attachment.alt)))
            if pictures.FIRST in one.note:
                found.warn(
                    f"File {number} moves, and of such a file only the first picture can be taken: where it is to move, "
                    "upload it as GIF or MP4."
                )
    return taken


def _found(desk: Desk, attachment: Attachment, scales: Scales, found: Found) -> Media | None:
    """One file; None when it cannot be taken, which is an error then. Raises `TooHeavy`, `Down`."""
    try:
        return _fetched(desk, attachment, scales)
    except pictures.BadMedia as error:
        found.error(str(error))
    except (Down, Dismissed):
        raise
    except ChatError as error:
        name = PurePosixPath(attachment.name).name
        found.error(f"The file {name} could not be read: {error} Upload it again.")
    return None


def _fetched(desk: Desk, attachment: Attachment, scales: Scales) -> Media:
    """One file. Raises `BadMedia`, `TooHeavy`, `ChatError`, and `Down` only when Zulip itself is away.

    A file that cannot be had although everything else can is its own trouble: it must not keep the bot from
    listening to all others.
    """
    for _ in range(ATTEMPTS):
        try:
            # read to the end or not, the answer is closed
            with closing(desk.chat.file(attachment.path, pictures.MAX_FILM_BYTES)) as pieces:
                return pictures.take_pieces(
                    scales.weighed(pieces),
                    attachment.name,
                    attachment.alt,
                    desk.store,
                    source=f"{desk.chat.site} {attachment.path}",
                )
        except Down as error:
            trouble = error
            desk.chat.newest()
    raise ChatError(str(trouble))


def keep_alts(written: Written, last: Written) -> Written:
    """Alt texts that somebody added or corrected by command stay, as long as the file does and the message says
    nothing new about it.
    """
    known = {one.path: one for one in last.attachments if one.alt}
    attachments = []
    for one in written.attachments:
        kept = known.get(one.path)
        if kept and one.alt in {"", kept.instead_of}:
            attachments.append(replace(one, alt=kept.alt, instead_of=kept.instead_of))
        else:
            attachments.append(one)
    return replace(written, attachments=tuple(attachments))
