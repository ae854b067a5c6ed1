"""What people are told of votes: what they bring about, what is missing, and why one does not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.replies.words import Titles, count, first_words, listed, people, when
from bot.rules import Judgement, Refusal
from storage.models import Post


def approved(post: Post, judgement: Judgement, now: datetime, titles: Titles) -> str:
    """Enough approvals, for some of its accounts at least."""
    goes = "goes out now" if post.due_at is None or post.due_at <= now else f"goes out {when(post.due_at)}"
    by, what = people(judgement.approvers), first_words(post, "") or "it"
    if judgement.complete:
        return f"✔ **#{post.id}** is approved by {by}: {what} {goes}."
    ready = listed([titles.get(one, one) for one in judgement.ready])
    return f"✔ **#{post.id}** is approved by {by} for {ready} alone, where {what} {goes}. {waits_for(judgement, titles)}"


def waits_for(judgement: Judgement, titles: Titles) -> str:
    """The accounts that still miss something."""
    each = [
        f"{titles.get(one.account, one.account)} ({'vetoed' if one.vetoes else count(one.missing, 'approval') + ' missing'})"
        for one in judgement.tallies
        if not one.enough
    ]
    return f"Still waiting: {listed(each)}."


def rest_approved(post: Post, accounts: Sequence[str], titles: Titles) -> str:
    """Of a post that is out elsewhere, the approvals came which some accounts still needed."""
    return f"✔ **#{post.id}** is approved for {listed([titles.get(one, one) for one in accounts])} too: it goes out there now."


def unapproved(post: Post, judgement: Judgement) -> str:
    """Approved no more."""
    if judgement.vetoes:
        return f"✋ **#{post.id}** was vetoed by {people(judgement.vetoes)} and stays in{first_words(post, ': ')}."
    missing = max((one.missing for one in judgement.tallies), default=0)
    return f"**#{post.id}** is not approved any more: {count(missing, 'approval')} missing{first_words(post, ' for ')}."


def standing(post: Post, judgement: Judgement) -> str:
    """How the votes stand, when the card can no longer show it."""
    if judgement.vetoes:
        return f"✋ **#{post.id}** is vetoed by {people(judgement.vetoes)} and stays in{first_words(post, ': ')}."
    missing = max((one.missing for one in judgement.tallies), default=0)
    so_far = (
        f"approved so far by {people(judgement.approvers)}" if judgement.approvers else "approved by nobody"
    )
    return f"**#{post.id}** is {so_far}: {count(missing, 'approval')} missing{first_words(post, ' for ')}."


def stays_vetoed(post: Post) -> str:
    """How long a veto stands."""
    return f"**#{post.id}** stays in until the veto is taken back (`withdraw {post.id}`), or its text is changed and approved."


def still_missing(post: Post, judgement: Judgement, titles: Titles, *, again: bool = False) -> str:
    """After an approval that was not the last, or was given before."""
    waiting: Mapping[str, int] = {one.account: one.missing for one in judgement.tallies if one.missing}
    each = listed([f"{titles.get(account, account)} {number}" for account, number in waiting.items()])
    start = "Your approval stood already." if again else "Counted."
    return f"{start} **#{post.id}** still needs approvals: {each}."


_WHY: Mapping[Refusal, str] = {
    Refusal.BOT: "bots do not vote.",
    Refusal.INACTIVE: "this account is deactivated.",
    Refusal.GUEST: "guests cannot approve.",
    Refusal.AUTHOR: "it is your own post (or your own change of it), and somebody else must approve it.",
    Refusal.NOT_APPROVER: "you are not one of the approvers. Everybody may draft and comment, though!",
    Refusal.NO_APPROVERS: "nobody can approve at present; the card says why.",
    Refusal.BROKEN: "it cannot go out as it stands; its card says what to correct.",
}


def refusal(reason: Refusal, post: Post) -> str:
    """Why somebody's vote does not count."""
    return f"Your vote on **#{post.id}** does not count: {_WHY[reason]}"


def lost(reason: Refusal) -> str:
    """To somebody whose approvals counted, of all posts that are not out yet."""
    return f"Your approvals of what is not out yet do not count any more: {_WHY[reason]}"


def give_again(post: Post, approved_for: datetime | None, *, by_command: bool) -> str:
    """To somebody who may approve now, of an approval that was given for another time, or when they might not."""
    how = "" if by_command else "take your reaction away, wait some seconds, and give it again; or "
    if approved_for is None:
        why = f"Your reaction on the card of **#{post.id}** was given when it did not count, so it does not count now"
    else:
        why = (
            f"Your approval of **#{post.id}** does not count any more: for a while you could not approve, and it was for "
            f"{when(approved_for)}, when the post does not go out now"
        )
    return f"{why}. If you approve it as it is now: {how}say `approve {post.id}`."


def taken_back(post: Post, *, stands: bool) -> str:
    """Somebody withdrew their vote by command."""
    rest = " (Your reaction still stands on its card, and does not count: take it away and give it again to vote anew.)"
    return f"Your vote on #{post.id} is taken back.{rest if stands else ''}"
