"""The card in the chat: said once per revision, kept up to date as long as Zulip lets us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.actions import continuing, electing, proposing, rows, showing, voting
from bot.chat import Message, Place
from bot.desk import Desk
from bot.replies import lines, votes
from bot.replies.card import CardFacts, card, holds_all, struck
from bot.rules import Judgement
from storage import cursors, inbox, queue
from storage.inbox import Heard, Kind
from storage.models import Post, Revision
from storage.states import PostState

DRAFTS_TOPIC = "drafts"
"""Where the card of a draft goes that was made in a direct message."""


def home_of(desk: Desk, draft: Message) -> Place:
    """Where a post's card belongs: beside its draft, in the bot's channel; never in a direct message."""
    if draft.place.channel_id == desk.chat.home:
        return draft.place
    return Place(channel_id=desk.chat.home, topic=DRAFTS_TOPIC)


def text_of(
    desk: Desk, session: Session, post: Post, revision: Revision, judgement: Judgement, *, room: int = 0
) -> str:
    """What the card says now; `room` characters of Zulip's longest message are left for something else."""
    return card(facts_of(desk, session, post, revision, judgement), desk.chat.directory.max_length - room)


def facts_of(desk: Desk, session: Session, post: Post, revision: Revision, judgement: Judgement) -> CardFacts:
    """Everything the card is made of now."""
    social = desk.config.social
    author = desk.chat.directory.person(post.author_id)
    written, outgoing = rows.written(revision), rows.outgoing(revision)
    approved_for = rows.approved_for(session, post) if post.state == PostState.RELEASED else None
    return CardFacts(
        post=post,
        author=author.mention if author.id in desk.chat.directory.people else lines.name(post.author_name),
        accounts=written.accounts,
        outgoing=outgoing,
        problems=rows.problems(revision),
        note=written.note,
        campaign=written.campaign,
        judgement=judgement,
        electorate=electing.electorate(desk, session),
        self_approval=social.self_approval,
        approve=_name(desk, social.approve_emoji[0]),
        veto=_name(desk, social.veto_emoji[0]),
        titles=desk.titles,
        troubles=desk.troubles,
        deliveries={one.account: one for one in queue.deliveries(session, post.id or 0)},
        addresses=showing.addresses(session, post.message_id, outgoing),
        retry_until=approved_for and approved_for + social.move_freely,
        continued=continuing.links(desk, session, post, revision),
        mute=[number for number, one in enumerate(written.attachments, 1) if not one.alt],
        proposals=proposing.shown(session, post, written) if post.state in proposing.TAKEN else (),
    )


LATELY: Final = timedelta(minutes=2)
"""So long after a change of state was told, its card has nothing to add when it can be edited no more."""
_VOTED = {PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}
"""States in which an approval may bring it on its way."""


def unseen(desk: Desk, session: Session, post: Post, revision: Revision, draft: Message) -> bool:
    """Whether neither its card nor anything else shows all that goes out, files too: it is one of an older version, or
    the server takes only shorter messages now.
    """
    if post.state not in _VOTED:
        return False
    if showing.lacking(desk, session, draft, revision):
        return True
    if revision.continues:
        return False
    facts = facts_of(desk, session, post, revision, Judgement(()))
    return not holds_all(facts, desk.chat.directory.max_length)


def _name(desk: Desk, configured: str) -> str:
    emoji = desk.chat.emoji(configured)
    return desk.chat.emoji_name(emoji) if emoji else configured


@dataclass(frozen=True, slots=True)
class Composed:
    """A card that is about to be said."""

    text: str
    begun: str
    """What an earlier attempt was about to say; it may stand in the chat already."""
    voided: bool
    """Whether the revision before had votes."""
    broken: bool
    """Whether it cannot go out as it stands: then no approval is offered."""
    continues: bool = False
    """Whether it has no room for all that goes out; then other messages stand before it, and its text is made anew."""
    lacking: bool = False
    """Whether files are to be brought first, which it shows; then its text is made anew too."""


def compose(
    desk: Desk, session: Session, post: Post, revision: Revision, draft: Message, now: datetime
) -> Composed:
    """The card of a revision that has none; written down before it is said."""
    broken = rows.broken(revision)
    with session.no_autoflush:  # a new revision is written with its card
        judgement = voting.count(desk, session, post, revision, None, now)
        facts = facts_of(desk, session, post, revision, judgement)
        limit = desk.chat.directory.max_length
        revision.continues = not broken and not holds_all(facts, limit)
        lacking = not broken and showing.lacking(desk, session, draft, revision)
        waits = lacking or (revision.continues and not facts.continued)
        text = "" if waits else card(facts, limit)
        voided = revision.number > 1 and bool(rows.standing(session, post, revision.number - 1))
    begun = revision.card_text
    revision.card_text = begun or text
    session.add(revision)
    return Composed(text, begun, voided, broken, continues=revision.continues, lacking=lacking)


def put(desk: Desk, post_id: int, number: int, draft: Message, now: datetime) -> None:
    """Compose the card of a revision that has none, and say it."""
    post, composed = _composed(desk, post_id, number, draft, now)
    say(desk, post, number, draft, composed, now)


def _composed(desk: Desk, post_id: int, number: int, draft: Message, now: datetime) -> tuple[Post, Composed]:
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        return post, compose(desk, session, post, rows.revision(session, post_id, number), draft, now)


def _show_files(desk: Desk, post_id: int, number: int, draft: Message, now: datetime) -> None:
    """Bring the files that the card is to show. What cannot be shown cannot be approved, so it is broken then."""
    with desk.database.reading() as session:
        revision = rows.revision(session, post_id, number)
    problems = showing.bring(desk, draft, rows.written(revision), rows.outgoing(revision), now)
    if not problems:
        return
    with desk.database.transaction() as session:
        post, fresh = rows.post(session, post_id), rows.revision(session, post_id, number)
        fresh.problems = rows.dump((*rows.problems(fresh), *problems))
        if post.state in _VOTED:
            queue.transition(
                session, post, PostState.BROKEN, who="bot", what="a file cannot be shown", now=now
            )


def say(desk: Desk, post: Post, number: int, draft: Message, composed: Composed, now: datetime) -> None:
    """Say a card, with the approval emoji on it; before it whatever it has no room for."""
    post_id, place = post.id or 0, home_of(desk, draft)
    if composed.lacking:
        _show_files(desk, post_id, number, draft, now)
        _, composed = _composed(desk, post_id, number, draft, now)
    if composed.continues:
        continuing.say(desk, post_id, number, draft, place)
        _, composed = _composed(desk, post_id, number, draft, now)
    text, begun = composed.text, composed.begun
    # After a crash between saying and writing down, the card may stand there already, as it was to be said then.
    card_id = desk.chat.said(place, begun, draft.id) if begun else None
    text = begun if card_id is not None else text
    if card_id is None:
        if begun not in {"", text}:
            with desk.database.transaction() as session:
                rows.card_said(session, post_id, number, card_text=text)
        card_id = desk.chat.say(place, text)
    with desk.database.transaction() as session:
        rows.card_said(session, post_id, number, card_id=card_id, card_text=text)
        if composed.voided:
            queue.notify(
                session,
                key=f"voided:{post_id}:{number}",
                text=lines.voided(post),
                post_id=post_id,
                now=now,
            )
    if card_id in desk.reacted:  # somebody was faster than we wrote down whose card it is
        with desk.database.transaction() as session:
            inbox.write_unheard(session, [Heard(card_id, Kind.VOTE, 0, now, post_id)])
        desk.bell.ring()
    if not composed.broken:
        _react(desk, card_id)


def tidy(desk: Desk, post: Post, card_id: int, older: Iterable[Revision], draft: Message) -> None:
    """Strike the cards of older revisions through, as long as Zulip lets us: nobody is to react on them.
    `card_id` is the current one.
    """
    link = desk.chat.link(card_id, home_of(desk, draft))
    for revision in older:
        if revision.card_id is not None:
            desk.chat.edit(revision.card_id, struck(post, revision.number, link))
        if revision.continues:
            continuing.strike(desk, revision, draft)
        with desk.database.transaction() as session:
            rows.card_said(session, revision.post_id, revision.number, card_open=False)


def offer(desk: Desk, revision: Revision, card: Message) -> None:
    """See to it that approving is one tap: the approval emoji stands on the card."""
    emoji = desk.chat.emoji(desk.config.social.approve_emoji[0])
    mine = {one.emoji for one in card.reactions if one.user_id == desk.chat.directory.me}
    if emoji is not None and emoji not in mine and not rows.broken(revision):
        _react(desk, card.id)
    with desk.database.reading() as session:
        proposals = proposing.shown(session, rows.post(session, revision.post_id), rows.written(revision))
    for proposal, _ in proposals:
        key = desk.chat.emoji(proposing.KEYS[proposal.number - 1])
        if key is not None and key not in mine:
            desk.chat.react(card.id, key)


def _react(desk: Desk, card_id: int) -> None:
    emoji = desk.chat.emoji(desk.config.social.approve_emoji[0])
    if emoji is not None:
        desk.chat.react(card_id, emoji)


def refresh(desk: Desk, post_id: int, now: datetime) -> None:
    """Let the card show how things stand. One at a time: an older look must not overwrite a newer one. Who judges the
    post waits for none of it: Zulip may let this wait for half a minute.
    """
    with desk.turns.of(f"card of {post_id}"):
        with desk.database.transaction() as session:
            post = rows.post(session, post_id)
            if not post.revision:
                return
            revision = rows.current(session, post)
            judgement = voting.count(desk, session, post, revision, None, now)
            text = text_of(desk, session, post, revision, judgement)
        show(desk, post, revision, judgement, text, now, now - LATELY)


def show(
    desk: Desk,
    post: Post,
    revision: Revision,
    judgement: Judgement,
    text: str,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Let the card say this, if it does not yet; from the day that Zulip refuses, changes are only told, unless a change
    of state was told `since` then (else: now).
    """
    if revision.card_id is None or revision.card_text == text:
        return
    post_id = post.id or 0
    shown = revision.card_open and desk.chat.edit(revision.card_id, text)
    if revision.card_open and not shown and desk.chat.look(revision.card_id) is None:
        return  # in a channel that the bot does not see, nothing of it can be edited: it may come back
    with desk.database.transaction() as session:
        rows.card_said(session, post_id, revision.number, card_open=shown, card_text=text)
        voted = _voted(session, post, judgement)
        own_line = queue.told_since(session, f"judged:{post_id}:", since or now)
        if voted and not shown and post.state == PostState.DRAFT and not judgement.approved and not own_line:
            # a change of state has its own line, or is about to: this is a vote that did not bring one about
            queue.notify(
                session,
                key=f"standing:{post_id}:{revision.number}:{now.isoformat()}",
                text=votes.standing(post, judgement),
                post_id=post_id,
                now=now,
            )


def _voted(session: Session, post: Post, judgement: Judgement) -> bool:
    """Whether somebody voted since people were last shown or told how the votes stand; now they are."""
    name = f"votes_shown:{post.id}"
    votes = f"{post.revision}:{judgement.votes}" if judgement.votes else ""
    known = cursors.read(session, name)
    if votes and votes != known:
        cursors.write(session, name, votes)
    elif known and not votes:
        cursors.forget(session, name)
    return votes != known


def judged(post_id: int, now: datetime) -> str:
    """Key of the notice that tells how a post's state followed from its votes."""
    return f"judged:{post_id}:{now.isoformat()}"
