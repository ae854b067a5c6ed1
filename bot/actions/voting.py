"""Approvals and vetoes: brought in line with the reactions on the card, and held against who may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot import rules
from bot.actions import rows
from bot.actions.electing import electorate
from bot.chat import Emoji, Message, Person
from bot.desk import Desk
from bot.replies import lines
from bot.rules import Electorate, Judgement, Refusal
from storage import queue
from storage.models import Post, Revision, Vote
from storage.states import PostState


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
        refused = _refusal(desk, person, post, revision, who, vote.kind) is not None
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


def _refusal(
    desk: Desk, person: Person, post: Post, revision: Revision, who: Electorate, kind: str
) -> Refusal | None:
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
    wanted: dict[tuple[int, str], Person] = {}
    have = {
        (vote.user_id, vote.kind): vote
        for vote in rows.standing(session, post, revision.number)
        if vote.via == "reaction"
    }
    for reaction in card.reactions:
        kind = _kind(desk, reaction.emoji)
        if kind is None or reaction.user_id == desk.chat.directory.me:
            continue
        person = desk.chat.directory.person(reaction.user_id)
        reason = _refusal(desk, person, post, revision, who, kind)
        if reason is None and kind == "approve" and post.state == PostState.BROKEN:
            reason = Refusal.BROKEN
        if reason is None or (kind == "veto" and (person.id, kind) in have):
            wanted[person.id, kind] = person  # a veto that counted once is lifted by nothing but its end
        else:
            refuse(session, post, person, reason, now)
    for key, vote in have.items():
        if key not in wanted:
            take_back(session, post, vote, now)
    for (user_id, kind), person in wanted.items():
        if (user_id, kind) not in have:
            cast(session, post, revision.number, person, kind, via="reaction", now=now)
    session.flush()


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
) -> None:
    """Write one vote down, and that it was cast."""
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
        post.approved_for = post.due_at or now
        session.add(post)
    session.flush()
    scope = f" for {accounts}" if accounts else ""
    queue.write_entry(
        session, at=now, who=person.name, what=f"gave {noun(kind, article=True)}{scope}", post_id=post.id
    )


def take_back(session: Session, post: Post, vote: Vote, now: datetime) -> None:
    """Strike one vote out, and write down that it was taken back."""
    session.delete(vote)
    session.flush()
    queue.write_entry(
        session, at=now, who=vote.name, what=f"took the {noun(vote.kind)} back", post_id=post.id
    )


def keep(session: Session, post: Post, veto: Vote) -> None:
    """The card is gone, and with it the reaction: the veto stands as one by command, which is withdrawn as such."""
    if veto.via == "command":
        return
    others = [one for one in rows.standing(session, post, veto.revision) if one.via == "command"]
    if any((one.user_id, one.kind, one.accounts) == (veto.user_id, "veto", "") for one in others):
        session.delete(veto)
    else:
        veto.via = "command"
        session.add(veto)


def refuse(session: Session, post: Post, person: Person, reason: Refusal, now: datetime) -> None:
    """Tell somebody quietly, and once per post and reason, that their reaction does not count."""
    if person.is_bot or not person.active:
        return
    queue.notify(
        session,
        key=f"refused:{post.id}:{person.id}:{reason}",
        text=lines.refusal(reason, post),
        user_id=person.id,
        post_id=post.id,
        now=now,
    )


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
        if _kind(desk, reaction.emoji) is None or person.is_bot or not person.active:
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


def _kind(desk: Desk, emoji: Emoji) -> str | None:
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
