"""Who reacts beside the card is told, once, where the reaction would count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import voting
from bot.chat import Message
from bot.desk import Desk
from bot.replies import lines
from storage import queue
from storage.models import Post, Revision
from storage.states import PostState


def point_to_card(
    desk: Desk,
    session: Session,
    post: Post,
    revision: Revision,
    beside: Sequence[Message],
    now: datetime,
) -> None:
    """Somebody reacted on the draft, or on what stands before the card: say once where the reaction would count."""
    if revision.card_id is None or post.state not in {PostState.DRAFT, PostState.APPROVED}:
        return
    for reaction in (reaction for message in beside for reaction in message.reactions):
        person = desk.chat.directory.person(reaction.user_id)
        if voting.kind_of(desk, reaction.emoji) is None or person.is_bot or not person.active:
            continue
        if person.id == post.author_id:
            continue
        link = desk.chat.link(revision.card_id, beside[0].place)
        queue.notify(
            session,
            key=f"card:{post.id}:{person.id}",
            text=lines.see_card(post, link),
            user_id=person.id,
            post_id=post.id,
            now=now,
        )
