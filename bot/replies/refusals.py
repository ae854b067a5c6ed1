"""What somebody is told who may not undo what was decided: what stands, who can change it, and what they say."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.replies.escape import inline, shorten
from bot.replies.words import lasting, when
from bot.rules import Electorate
from bot.stops import Part, is_told
from storage.models import BY_RESTORE, Post
from storage.states import PostState

_STOPPED = {
    PostState.HELD: "is held",
    PostState.EXPIRED: "was stopped before its time passed",
    PostState.WITHDRAWN: "was cancelled",
    PostState.RELEASED: "was cancelled on its way",
}
_LONGEST = 120
"""Characters of a name with a reason."""


def was_stopped(post: Post) -> str:
    """Approving this revision undoes what somebody decided of an earlier one, so its card tells it."""
    if not is_told(post):
        return ""
    return f"⚠ Before it was changed, it was stopped by {stopper(post)}: an approval lets it go on."


def stopper(post: Post) -> str:
    """Who stopped it, made harmless: `Ada, an approver`; of who vetoed it also why."""
    if post.stopped_as == BY_RESTORE:
        return "a restore from a copy"
    name = inline(shorten(post.stopped_name, _LONGEST)) or "somebody"
    return f"{name}, an approver" if post.stopped_as == Part.APPROVER else name


def held(post: Post, part: Part, electorate: Electorate) -> str:
    """It is held now, and who lets it go on."""
    start = f"⏸ **#{post.id}** is held."
    if part is Part.AUTHOR:
        return f"{start} `resume {post.id}` lets it go on."
    also = ", or who held it," if part is Part.MEMBER else ""
    return f"{start} An approver (one of *{inline(electorate.name)}*){also} lets it go on with `resume {post.id}`."


def stays_stopped(post: Post, electorate: Electorate, how: str) -> str:
    """To somebody who may not let it go on; `how` is the command that would."""
    what = _STOPPED.get(PostState(post.state), "was stopped")
    also = f"{inline(post.stopped_name)} or " if post.stopped_as == Part.MEMBER else ""
    return (
        f"**#{post.id}** {what} by {stopper(post)}, and stays so until {also}an approver "
        f"(one of *{inline(electorate.name)}*) says `{how}`."
    )


def waits_for_meaning(post: Post, electorate: Electorate) -> str:
    """To somebody who may not let it go on before it is said what was meant."""
    return (
        f"**#{post.id}** waits some minutes for what somebody meant who may have wanted to stop it. Who said so, or an "
        f"approver (one of *{inline(electorate.name)}*), lets it go on at once with `resume {post.id}`."
    )


def keeps_its_time(
    post: Post, approved_for: datetime, free: timedelta, electorate: Electorate, how: str
) -> str:
    """To somebody who may not move it that far; `how` is the command that an approver would say."""
    far = f" or by more than {lasting(free)}" if free else " or to another time"
    return (
        f"**#{post.id}** was approved for {when(approved_for)}, and only an approver moves it to now{far}: "
        f"one of *{inline(electorate.name)}* says `{how}`. You may instead change the `at:` of its draft; "
        "then it needs approvals anew."
    )


def too_long_ago(
    post: Post, approved_for: datetime, free: timedelta, electorate: Electorate, how: str
) -> str:
    """To somebody who may not bring it out so late; `how` is the command that an approver would say."""
    ago = f", more than {lasting(free)} ago" if free else ""
    return (
        f"**#{post.id}** was approved for {when(approved_for)}{ago}, and only an approver brings it out now: "
        f"one of *{inline(electorate.name)}* says `{how}`. You may instead start anew from its text with `copy {post.id}`."
    )


def until(post: Post, last: datetime, electorate: Electorate) -> str:
    """On the card of what is not out everywhere: how long its author may order the rest again."""
    return f"From {when(last)} on, only an approver (one of *{inline(electorate.name)}*) may say `retry {post.id}`."
