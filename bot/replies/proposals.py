"""What is said of alt texts: that some are missing, and that somebody proposed one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.replies.escape import inline, shorten
from bot.replies.words import listed
from storage.models import Post, Proposal

_SHORTEST, _LONGEST = 60, 700


def without_alt(post: Post, files: Sequence[int]) -> str:
    """Of the files which nobody described; how several are described at once."""
    first, *others = files
    which = f"File {first} has" if not others else f"Files {listed([str(one) for one in files])} have"
    more = (
        f", and the others on further lines of the same message: `{others[0]} what it shows`"
        if others
        else ""
    )
    return f"{which} no alt text: `alt {post.id} {first} what it shows`{more}."


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
