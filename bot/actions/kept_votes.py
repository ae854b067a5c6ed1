"""Votes that were given on a card of the same text which is not in the channel any more: they stand.

An approval stands as long as its reaction stands on that card, or until its person gives it on the new card or takes it
back by command; a veto stands as one by command.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from bot.actions import rows
from storage import cursors
from storage.models import Post, Vote

_VIA: Final = "card:"
"""Begins how such an approval was given; behind it stands the number of the card."""
NOWHERE: Final = 0
"""The number of a card that nobody sees any more."""


def is_kept(vote: Vote) -> bool:
    """Whether this is an approval from an earlier card."""
    return vote.via.startswith(_VIA)


def card_of(vote: Vote) -> int:
    """The earlier card that has its reaction."""
    return card_in(vote.via)


def card_in(via: str) -> int:
    """The same of how a vote was given."""
    return int(via.removeprefix(_VIA)) if via.startswith(_VIA) else NOWHERE


def keep(session: Session, vote: Vote, card_id: int) -> None:
    """Its card counts no more; the approval does."""
    vote.via = f"{_VIA}{card_id}"
    session.add(vote)
    if card_id:
        cursors.write(session, rows.former(card_id), str(vote.post_id))


def keep_veto(session: Session, post: Post, veto: Vote) -> None:
    """Its card is gone, and with it the reaction: the veto stands as one by command, which is withdrawn as such."""
    if veto.via == "command":
        return
    others = [one for one in rows.standing(session, post, veto.revision) if one.via == "command"]
    if any((one.user_id, one.kind, one.accounts) == (veto.user_id, "veto", "") for one in others):
        session.delete(veto)
    else:
        veto.via = "command"
        session.add(veto)


def replaced(session: Session, post: Post, user_id: int) -> None:
    """Somebody gave it on the present card, where it can be taken away."""
    for vote in rows.standing(session, post, post.revision):
        if vote.user_id == user_id and is_kept(vote):
            session.delete(vote)
    session.flush()
