"""The files of a draft fetched and made before its turn is taken: whoever else waits for that post, an approver or the
publisher, waits for a look at them and not for a download.

What is fetched and made so is kept in the store and known by its address, so what is prepared in the turn, from the text
as it stands then, finds it there. Nothing is decided here, and nothing is written into the database.
"""

from __future__ import annotations

from datetime import datetime

from bot import grammar
from bot.actions import drafting
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from storage.models import Post
from storage.states import PostState


def fetch(desk: Desk, written: Written, author: Person, now: datetime, post: Post, by: Person) -> None:
    """The files of a new text of this post, which `by` wrote. Raises `Down` as `drafting.prepare` does."""
    if written.attachments:
        drafting.prepare(desk, written, author, now, post, by=by)


def fetch_edited(desk: Desk, post: Post, now: datetime) -> None:
    """The same for a draft whose edit was heard of. Raises `ChatError`."""
    if post.state == PostState.RELEASED:
        return
    draft = desk.chat.look(post.message_id)
    if draft is None or drafting.digest(draft.content) == post.digest:
        return
    written, author = read(desk, draft), desk.chat.directory.person(draft.sender_id)
    if isinstance(written, Written):
        fetch(desk, written, author, now, post, author)


def read(desk: Desk, message: Message) -> grammar.Written | grammar.Command | grammar.Unknown | None:
    """What a message says to the bot; None if it does not speak to it."""
    me = desk.chat.me
    text = grammar.addressed(
        message.content, name=me.name, user_id=me.id, direct=message.place.channel_id is None
    )
    if text is None:
        return None
    return grammar.parse(text, accounts=list(desk.platforms), defaults=desk.config.social.default_platforms)
