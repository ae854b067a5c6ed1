"""Approvals and vetoes: brought in line with the reactions on the card, and held against who may."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot import rules
from bot.actions import aside, kept_votes, rows
from bot.actions.electing import electorate
from bot.chat import Emoji, Message, Person
from bot.desk import Desk
from bot.replies import votes
from bot.rules import Electorate, Judgement, Refusal
from storage import queue
from storage.models import Post, Revision, SetAside, Vote
from storage.states import PostState

_LOST_AGAIN: Final = timedelta(hours=1)
"""After so long somebody is told again that their approvals do not count any more: all posts are looked at within that."""


def count(
    desk: Desk, session: Session, post: Post, revision: Revision, card: Message | None, now: datetime
) -> Judgement:
    """Bring the votes in line with the card as it stands, and judge. Refused reactions are told of once."""
    who = electorate(desk, session)
    if card is not None:
        _follow(desk, session, post, revision, card, who, now)
    votes, past = [], set[int]()
    for vote in rows.standing(session, post, revision.number):
        person = desk.chat.directory.person(vote.user_id)
        refused = refusal(desk, person, post, revision, who, vote.kind) is not None
        if refused and vote.kind == "veto":  # what an approver stopped stays stopped: see `bot.stops`
            past.add(vote.user_id)
        if vote.kind == "veto" or not refused:
            votes.append(vote)
    return rules.judge(votes, rows.going(revision), needed(desk, rows.going(revision)), past)


def needed(desk: Desk, accounts: list[str]) -> dict[str, int]:
    """How many approvals each account needs."""
    general = desk.config.social.approvals
    extra = {name: settings.approvals for name, settings in desk.config.accounts.items()}
    return {account: extra.get(account) or general for account in accounts}


def refusal(
    desk: Desk, person: Person, post: Post, revision: Revision, who: Electorate, kind: str
) -> Refusal | None:
    """Why this person has no such vote on the post now; None if they have."""
    return rules.refusal(
        person,
        who,
        author_id=post.author_id,
        writer_id=revision.created_by,
        self_approval=desk.config.social.self_approval,
        veto=kind == "veto",
    )


def _follow(
    desk: Desk,
    session: Session,
    post: Post,
    revision: Revision,
    card: Message,
    who: Electorate,
    now: datetime,
) -> None:
    """Bring the votes in line with the reactions that stand on the card, and with who may approve now."""

    def refused(person: Person, kind: str) -> Refusal | None:
        reason = refusal(desk, person, post, revision, who, kind)
        broken = reason is None and kind == "approve" and post.state == PostState.BROKEN
        return Refusal.BROKEN if broken else reason

    approved_for = rows.approved_for(session, post)
    _follow_orders(desk, session, post, refused, approved_for, now)
    standing = rows.standing(session, post, revision.number)
    have = {(vote.user_id, vote.kind): vote for vote in standing if vote.via == "reaction"}
    wanted: dict[tuple[int, str], Person] = {}
    left = aside.of(session, post, revision.number, card.id)
    again, lost = list[SetAside](), set[tuple[int, str]]()
    for person, emoji, kind in reactions(desk, card):
        known, reason = left.pop((person.id, aside.named(emoji)), None), refused(person, kind)
        if known is not None:
            again += [known] if reason is None else []
        elif reason is None or (kind == "veto" and (person.id, kind) in have):
            wanted[person.id, kind] = person  # a veto that counted once is lifted by nothing but its end
        else:
            given = approved_for if (person.id, kind) in have else None
            if given is None:
                refuse(session, post, person, reason, now)
            else:
                _lost(session, person, reason, now)
            if kind == "approve":
                why = aside.Why.REFUSED if given is None else aside.Why.LOST
                aside.put(session, post, card.id, person, kind, emoji, why, now, approved_for=given)
                lost.add((person.id, kind))
    aside.forget(session, left.values())  # they were taken away
    bound = {one for one, kind in have if kind == "veto" and refused(desk.chat.directory.person(one), kind)}
    _bring_in_line(session, post, have, wanted, lost, bound, now)
    for one in again:
        _take_up(desk, session, post, one, now)
    session.flush()


def _bring_in_line(
    session: Session,
    post: Post,
    have: Mapping[tuple[int, str], Vote],
    wanted: Mapping[tuple[int, str], Person],
    lost: Collection[tuple[int, str]],
    bound: Collection[int],
    now: datetime,
) -> None:
    for key, vote in have.items():
        if key in wanted:
            continue
        if vote.kind == "veto" and vote.user_id in bound:
            kept_votes.keep_veto(session, post, vote)  # who is no approver any more lifts none
        else:
            take_back(session, post, vote, now, lost=key in lost)
    for (user_id, kind), person in wanted.items():
        if (user_id, kind) not in have:
            cast(session, post, post.revision, person, kind, via="reaction", now=now)
            kept_votes.replaced(session, post, user_id)


def reactions(desk: Desk, card: Message) -> Iterator[tuple[Person, Emoji, str]]:
    """The reactions on the card that say something of the post: whose, which, and `approve` or `veto`."""
    for one in card.reactions:
        kind = kind_of(desk, one.emoji)
        if kind is not None and one.user_id != desk.chat.directory.me:
            yield desk.chat.directory.person(one.user_id), one.emoji, kind


def _follow_orders(
    desk: Desk,
    session: Session,
    post: Post,
    refused: Callable[[Person, str], Refusal | None],
    approved_for: datetime | None,
    now: datetime,
) -> None:
    """The same of approvals by command, and of those from an earlier card, which do not stand on this one."""
    again = [
        one
        for one in aside.by_command(session, post, post.revision)
        if refused(desk.chat.directory.person(one.user_id), one.kind) is None
    ]
    for vote in rows.standing(session, post, post.revision):
        person = desk.chat.directory.person(vote.user_id)
        if vote.via != "reaction" and vote.kind == "approve" and refused(person, vote.kind) is not None:
            aside.put_order(session, post, vote, approved_for, now)
            take_back(session, post, vote, now, lost=True)
    for one in again:
        _take_up(desk, session, post, one, now)


def _take_up(desk: Desk, session: Session, post: Post, one: SetAside, now: datetime) -> None:
    """Its person may approve (again): let it count again, or say how it does."""
    via = "reaction" if one.card_id else one.emoji or "command"
    standing = rows.standing(session, post, post.revision)
    if any((vote.user_id, vote.kind, vote.via) == (one.user_id, one.kind, via) for vote in standing) and (
        one.card_id or any(vote.accounts == one.accounts for vote in standing if vote.user_id == one.user_id)
    ):
        return  # they gave it anew, in another way
    if not aside.counts_again(post, one, now, desk.config.social.move_freely):
        if not any(vote.user_id == one.user_id and vote.kind == one.kind for vote in standing):
            aside.ask_again(session, post, one, now)
        return
    person = desk.chat.directory.person(one.user_id)
    others = any(vote.kind == "approve" for vote in standing)
    aside.forget(session, [one])
    cast(
        session,
        post,
        post.revision,
        person,
        one.kind,
        via=via,
        now=now,
        accounts=one.accounts,
        approved_for=post.approved_for if others else one.approved_for,
    )


def cast(
    session: Session,
    post: Post,
    revision: int,
    person: Person,
    kind: str,
    *,
    via: str,
    now: datetime,
    accounts: str = "",
    reason: str = "",
    approved_for: datetime | None = None,
) -> None:
    """Write one vote down, and that it was cast. `approved_for` is the time that an approval is given for, where that is
    not the one that the post has.
    """
    if post.id is None:
        raise ValueError("a vote needs a post that was saved")
    session.add(
        Vote(
            post_id=post.id,
            revision=revision,
            user_id=person.id,
            name=person.name,
            kind=kind,
            via=via,
            accounts=accounts,
            reason=reason,
            at=now,
        )
    )
    if kind == "approve":
        post.approved_for = approved_for or post.due_at or now
        session.add(post)
    session.flush()
    scope = f" for {accounts}" if accounts else ""
    what = f"gave {noun(kind, article=True)}{scope}"
    queue.write_entry(session, at=now, who=person.name, what=what, post_id=post.id, reason=reason)


def take_back(session: Session, post: Post, vote: Vote, now: datetime, *, lost: bool = False) -> None:
    """Strike one vote out, and write down that it was taken back, or that its person may not approve any more."""
    session.delete(vote)
    session.flush()
    what = f"took the {noun(vote.kind)} back"
    who = "bot" if lost else vote.name
    if lost:
        what = f"{vote.name} may not approve any more"
    queue.write_entry(session, at=now, who=who, what=what, post_id=post.id)


def refuse(session: Session, post: Post, person: Person, reason: Refusal, now: datetime) -> None:
    """Tell somebody quietly, and once per post and reason, that their reaction does not count."""
    if person.is_bot or not person.active:
        return
    queue.notify(
        session,
        key=f"refused:{post.id}:{person.id}:{reason}",
        text=votes.refusal(reason, post),
        user_id=person.id,
        post_id=post.id,
        now=now,
    )


def _lost(session: Session, person: Person, reason: Refusal, now: datetime) -> None:
    """The same to somebody whose approvals counted, once for all posts."""
    key = f"lost:{person.id}:{reason}:"
    if not person.active or queue.told_since(session, key, now - _LOST_AGAIN):
        return
    text = votes.lost(reason)
    queue.notify(session, key=f"{key}{now.isoformat()}", text=text, user_id=person.id, now=now)


def kind_of(desk: Desk, emoji: Emoji) -> str | None:
    """`approve` or `veto`; None if that emoji says nothing of a post."""
    social = desk.config.social
    if any(emoji in desk.chat.named(name) for name in social.approve_emoji):
        return "approve"
    if any(emoji in desk.chat.named(name) for name in social.veto_emoji):
        return "veto"
    return None


def noun(kind: str, *, article: bool = False) -> str:
    """`approval` or `veto`, with its article where asked for."""
    if kind == "approve":
        return "an approval" if article else "approval"
    return "a veto" if article else "veto"
