"""What is said of an alt text that somebody proposed."""

from __future__ import annotations

from bot.replies.escape import inline, shorten
from storage.models import Proposal

_SHORTEST, _LONGEST = 60, 700


def proposed(proposal: Proposal, file: int, approvers: str) -> str:
    """To who proposed it."""
    return (
        f"💡 Thank you: that is proposal {proposal.number} on the card of **#{proposal.post_id}**, for file {file}: "
        f"“{inline(shorten(proposal.text, _LONGEST))}”. The author or "
        f"one of *{inline(approvers)}* takes it with a tap on {proposal.number}\ufe0f\u20e3 there, or with "
        f"`take {proposal.post_id} {proposal.number}`."
    )


def line(proposal: Proposal, file: int, most: int) -> str:
    """On the card."""
    words = inline(shorten(proposal.text, max(most, _SHORTEST)))
    return (
        f"💡 {proposal.number}\ufe0f\u20e3 {inline(proposal.name)} proposes for file {file}: “{words}” "
        f"(tap {proposal.number}\ufe0f\u20e3, or `take {proposal.post_id} {proposal.number}`)"
    )
