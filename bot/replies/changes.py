"""What is said of a change that readers do not see."""

from __future__ import annotations

from collections.abc import Sequence

from bot.grammar import Written
from bot.replies.escape import inline
from bot.replies.words import listed, when
from storage.models import Post


def named(before: Written, after: Written) -> list[str]:
    """The options that say something else now."""
    each = (
        ("at", before.at, after.at),
        ("not after", before.not_after, after.not_after),
        ("note", before.note, after.note),
        ("campaign", before.campaign, after.campaign),
    )
    return [name for name, old, new in each if old != new]


def entry(what: Sequence[str]) -> str:
    """For the log."""
    return f"changed {listed(what)}" if what else "changed nothing that is seen"


def amended(post: Post, who: str, what: Sequence[str], *, voted: bool) -> str:
    """For the topic of the post."""
    changed = f" ({listed([f'`{one}:`' for one in what])})" if what else ""
    goes = f" It goes out {when(post.due_at)}." if post.due_at and "at" in what else ""
    stay = "its card and its approvals stay" if voted else "its card stays"
    return f"✏ **#{post.id}** was edited by {inline(who)}{changed}: what readers see is the same, so {stay}.{goes}"
