"""The files of a draft fetched and made before its turn is taken: whoever else waits for that post, an approver or the
publisher, waits for a look at them and not for a download.

What is fetched and made so is kept in the store and known by its address, so what is prepared in the turn, from the text
as it stands then, finds it there; so are the files that the card is to show. Nothing is decided here.
"""

from __future__ import annotations

from datetime import datetime

from bot.actions import drafting, reading, showing
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from storage.models import Post
from storage.states import PostState


def fetch(desk: Desk, written: Written, author: Person, now: datetime, post: Post, by: Person) -> None:
    """The files of a new text of this post, which `by` wrote. Raises `ChatError`."""
    draft = desk.chat.look(post.message_id) if written.attachments else None
    if draft is not None:
        _fetch(desk, draft, written, author, now, post, by)


def _fetch(
    desk: Desk, draft: Message, written: Written, author: Person, now: datetime, post: Post, by: Person
) -> None:
    if not written.attachments:
        return
    prepared = drafting.prepare(desk, written, author, now, post, by=by)
    if not prepared.broken:
        showing.bring(desk, draft, prepared.written, prepared.outgoing, now)


def fetch_edited(desk: Desk, post: Post, now: datetime) -> None:
    """The same for a draft whose edit was heard of. Raises `ChatError`."""
    if post.state == PostState.RELEASED:
        return
    draft = desk.chat.look(post.message_id)
    if draft is None or drafting.digest(draft.content) == post.digest:
        return
    written, author = reading.read_draft(desk, draft), desk.chat.directory.person(draft.sender_id)
    if isinstance(written, Written):
        _fetch(desk, draft, written, author, now, post, author)
