"""Pure: who may bring back what somebody stopped, and who may move what was approved.

What approvers decided, only approvers undo. Who may let a post go on that was stopped:

| it was stopped by | an approver | its author | who stopped it | any other member |
| --- | --- | --- | --- | --- |
| nobody | yes | yes | | no |
| its author | yes | yes | yes | no |
| an approver, be it its author | yes | no | only if still an approver | no |
| another member (`hold`) | yes | no | yes | no |
| a restore from a copy | yes | no | | no |

"Let go on" is `resume` of a held post, `retry` of what was cancelled on its way, and `move` or `now` of a post that
expired while it was held. What approvers decided since a copy was made is not known when it is
brought back, so what it stopped is theirs. Whatever makes a new revision (`edit`, an edit of the draft, `take`) or a new post (`copy`)
needs no such right: nothing goes out by it before an approver has seen the new card, which tells of the stop, and
approved it; that approval lifts the stop. What is held stays held by another text: that takes a `resume`. A veto is lifted by who gave it, as
long as that is an approver, or by a new revision in the same way (it is
a stop by an approver from then on): by nothing else, so it stands when who gave it is no approver any more, and when its
card is deleted or moved away.

Who may give another time to a post while approvals of its present text stand:

| it moves | an approver | its author |
| --- | --- | --- |
| by no more than `move_freely` from the time that was approved | yes | yes |
| further, either way | yes | no |
| to now, and it was not for now | yes | no |

Who may order again (`retry`) what failed, is in doubt or was cancelled on its way, while its approvals stand:

| the time that was approved | an approver | its author |
| --- | --- | --- |
| is no more than `move_freely` ago | yes | yes |
| is longer ago | yes | no |

An edit of `at:` alone follows the second table; where it may not, it is a new revision, which asks for new approvals. `resume` of a post without a time moves it to
now: the same holds of it. When an approver moves it, or orders it again, that becomes the time that was approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from bot.chat.values import Person
from bot.rules import Electorate, objector, refusal
from storage.models import BY_RESTORE, Post, Vote


class Part(StrEnum):
    """What somebody is to a post. Who approves and is its author counts as an approver."""

    APPROVER = "approver"
    AUTHOR = "author"
    MEMBER = "member"


_WEIGHT = {"": 0, Part.AUTHOR: 1, Part.MEMBER: 2, BY_RESTORE: 3, Part.APPROVER: 4}
"""Whose stop is the harder to undo."""
_APPROVERS_UNDO = frozenset({Part.APPROVER, BY_RESTORE})


def part_of(person: Person, post: Post, electorate: Electorate) -> Part:
    """What this person is to the post now."""
    if refusal(person, electorate, author_id=post.author_id, self_approval=True) is None:
        return Part.APPROVER
    return Part.AUTHOR if person.id == post.author_id else Part.MEMBER


def outweighs(post: Post, part: Part) -> bool:
    """Whether a stop by such a person is harder to undo than the one that stands, and so takes its place."""
    return _WEIGHT[part] > _WEIGHT[post.stopped_as]


def stopped(post: Post, person: Person, part: Part) -> None:
    """Remember on the post who stopped it, unless a stop stands that is as hard to undo."""
    if outweighs(post, part):
        post.stopped_by, post.stopped_as, post.stopped_name = person.id, part.value, person.name


def vetoed(post: Post, votes: Sequence[Vote]) -> None:
    """Remember that approvers vetoed what the post said until now: their votes end with its revision."""
    for vote in votes:
        if vote.kind == "veto" and post.stopped_as != Part.APPROVER:
            post.stopped_by, post.stopped_as = vote.user_id, Part.APPROVER.value
            post.stopped_name = objector(vote)


def lifted(post: Post) -> None:
    """The stop is undone."""
    post.stopped_by, post.stopped_as, post.stopped_name = None, "", ""


def is_told(post: Post) -> bool:
    """Whether who approves it, or a copy of it, is to know that it was stopped: by others than its author."""
    return post.stopped_as == Part.MEMBER or post.stopped_as in _APPROVERS_UNDO


def may_undo(stopped_as: str, stopped_by: int | None, person_id: int, part: Part) -> bool:
    """Whether this person may let a post go on that was stopped so; the first table."""
    if part is Part.APPROVER:
        return True
    if stopped_as == Part.MEMBER:
        return person_id == stopped_by
    return part is Part.AUTHOR and stopped_as not in _APPROVERS_UNDO


def may_repeat(approved_for: datetime | None, now: datetime, free: timedelta, part: Part) -> bool:
    """Whether this person may order again what is not out; the third table. `approved_for` is as in `may_move`."""
    return may_move(approved_for, max(now, approved_for) if approved_for else now, free, part)


def may_move(approved_for: datetime | None, to: datetime | None, free: timedelta, part: Part) -> bool:
    """Whether this person may give the post that time; the second table.

    `approved_for` is the time that the approvals that stand were given for, None if none stands; `to` is None for now.
    """
    if part is Part.APPROVER or approved_for is None:
        return True
    return to is not None and abs(to - approved_for) <= free
