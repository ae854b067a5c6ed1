"""Pure: who may approve, how many must, which state follows from what was seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.chat.values import Person
from storage.models import Post, Vote
from storage.states import PostState


class Refusal(StrEnum):
    """Why somebody's reaction does not count; `replies.refusal` has the sentence."""

    BOT = "bot"
    INACTIVE = "inactive"
    GUEST = "guest"
    AUTHOR = "author"
    NOT_APPROVER = "not_approver"
    NO_APPROVERS = "no_approvers"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may approve now."""

    members: frozenset[int] | None
    """User ids; None: every member of the organization."""
    name: str
    """As the card calls them, e.g. the group's name."""
    trouble: str = ""
    """Why nobody can approve at present (the group is gone …); empty when all is well."""
    everybody: bool = False
    """Whether newcomers become part of it by themselves."""
    group_id: int = 0
    """The group that it is; 0 if it is none."""
    unknown: str = ""
    """Who of those that are named is not there, while others are."""


def refusal(
    person: Person,
    electorate: Electorate,
    *,
    author_id: int,
    self_approval: bool,
    writer_id: int | None = None,
    veto: bool = False,
) -> Refusal | None:
    """Why this person's vote does not count, or None if it does. A veto of the author's own always counts.

    `writer_id` is who wrote the text as it is now, by `edit`: two people are to have looked at it.
    """
    if person.is_bot:
        return Refusal.BOT
    if not person.active:
        return Refusal.INACTIVE
    if person.guest:
        return Refusal.GUEST
    if electorate.trouble:
        return Refusal.NO_APPROVERS
    if electorate.members is not None and person.id not in electorate.members:
        return Refusal.NOT_APPROVER
    if person.id in {author_id, writer_id} and not self_approval and not veto:
        return Refusal.AUTHOR
    return None


@dataclass(frozen=True, slots=True)
class Tally:
    """How one account's approvals stand."""

    account: str
    needed: int
    approvers: tuple[str, ...]
    """Names of those whose approval counts for this account."""
    vetoes: tuple[str, ...]
    """Names of those who stop it, with their reasons where they gave one."""

    @property
    def missing(self) -> int:
        """Approvals still missing."""
        return max(0, self.needed - len(self.approvers))

    @property
    def enough(self) -> bool:
        """Whether this account may be published to."""
        return not self.vetoes and self.missing == 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """How all accounts of a post stand."""

    tallies: tuple[Tally, ...]
    votes: tuple[tuple[int, str, str], ...] = ()
    """Whose votes count, of which kind and for which accounts: the same as long as nobody voted, whatever people are called."""

    @property
    def approved(self) -> bool:
        """Whether the post may go, at least to one of its accounts."""
        return any(tally.enough for tally in self.tallies)

    @property
    def complete(self) -> bool:
        """Whether it may go to all of its accounts."""
        return bool(self.tallies) and all(tally.enough for tally in self.tallies)

    @property
    def ready(self) -> frozenset[str]:
        """The accounts with enough approvals and no veto."""
        return frozenset(tally.account for tally in self.tallies if tally.enough)

    @property
    def vetoes(self) -> tuple[str, ...]:
        """Names of those who stop it, once each."""
        return tuple(dict.fromkeys(name for tally in self.tallies for name in tally.vetoes))

    @property
    def approvers(self) -> tuple[str, ...]:
        """Names of those who approved, once each."""
        return tuple(dict.fromkeys(name for tally in self.tallies for name in tally.approvers))


def judge(
    votes: Sequence[Vote],
    accounts: Sequence[str],
    needed: Mapping[str, int],
    past: Collection[int] = (),
) -> Judgement:
    """Count the votes that stand (already held against the electorate), person by person, per account.

    A person counts once however often they voted; a vote for `mastodon` is one for `mastodon:fosstodon` too. `past`
    are people who may not approve any more: their vetoes stand, and are told as such.
    """
    tallies = []
    for account in accounts:
        here = [vote for vote in votes if concerns(vote.accounts, account)]
        approvers = {vote.user_id: vote.name for vote in here if vote.kind == "approve"}
        vetoes = {vote.user_id: objector(vote, past) for vote in here if vote.kind == "veto"}
        tallies.append(
            Tally(account, needed[account], tuple(approvers.values()), tuple(vetoes.values())),
        )
    each = {(vote.user_id, vote.kind, vote.accounts) for vote in votes}
    return Judgement(tuple(tallies), tuple(sorted(each)))


def objector(vote: Vote, past: Collection[int] = ()) -> str:
    """Who gave that veto, with the reason; `past` as in `judge`."""
    more = [f"“{vote.reason}”"] if vote.reason else []
    more += ["no approver any more"] if vote.user_id in past else []
    return f"{vote.name} ({', '.join(more)})" if more else vote.name


def concerns(scope: str, account: str) -> bool:
    """Whether a vote of that scope is about this account; an empty scope is about all."""
    return not scope or scope == account or account.partition(":")[0] == scope


def next_state(state: PostState, judgement: Judgement) -> PostState:
    """Where a post that waits belongs, as its votes stand; others stay where they are."""
    if state is PostState.DRAFT and judgement.approved:
        return PostState.APPROVED
    if state is PostState.APPROVED and not judgement.approved:
        return PostState.DRAFT
    return state


def too_late(post: Post, now: datetime, late: timedelta) -> bool:
    """Whether the post missed its time by more than `late`, or its own "not after"."""
    if post.not_after is not None and now > post.not_after:
        return True
    return post.due_at is not None and now > post.due_at + late


def may_go(post: Post, now: datetime, grace: timedelta) -> bool:
    """Whether an approved post's time has come and the time to say `hold` is over."""
    if post.approved_at is None or now < post.approved_at + grace:
        return False
    return post.due_at is None or now >= post.due_at


def may_steer(person: Person, post: Post, electorate: Electorate) -> bool:
    """Whether this person may move, cancel, edit, resume or retry the post: its author, or who may approve."""
    if person.id == post.author_id:
        return person.active
    return refusal(person, electorate, author_id=post.author_id, self_approval=True) is None


def present(accounts: Collection[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of the post's accounts that the words name; a platform's name means all its accounts."""
    return tuple(one for one in accounts if not wanted or any(concerns(word, one) for word in wanted))
