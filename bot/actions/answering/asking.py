"""The questions: what is planned, what waits, what went out, how things stand, and help."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from bot import grammar, rules, when
from bot.actions import cards, electing, knowing, living, rows, voting
from bot.actions.answering.order import Order, UserError
from bot.chat import Place
from bot.replies import plan as words
from bot.replies import standing
from bot.replies.words import day
from bot.when import Period
from storage import parts, queue
from storage.models import Delivery, Post
from storage.states import PostState

UPCOMING = timedelta(days=28)
PATIENCE_S = 10


def plan(order: Order) -> str | None:
    """`queue`, `this week`, `march`, `what is scheduled tomorrow?` …"""
    period = _period(order) or Period(order.now, order.now + UPCOMING, "Coming up")
    return _plan(order, period)


def history(order: Order) -> str | None:
    """`history`, `last month`: what went out."""
    period = _period(order, past=True) or Period(order.now - UPCOMING, order.now, "The last four weeks")
    with order.desk.database.reading() as session:
        posts = [post for post in queue.planned(session, period.start, period.end) if post.released_at]
        found = _about(order, [_line(order, session, post) for post in posts])
    if not found:
        return f"**{period.label}**\nNothing went out."
    return _fit(order, words.plan(period.label, found, [], order.zone, order.desk.titles, []))


def _about(order: Order, found: list[words.Line]) -> list[words.Line]:
    """Those that go to the accounts the question names; all when it names none."""
    return [line for line in found if rules.present(line.accounts, order.command.accounts)]


def _period(order: Order, *, past: bool = False) -> Period | None:
    if not order.command.rest.strip():
        return None
    languages = order.desk.config.social.languages
    found = when.period(order.command.rest, now=order.now, zone=order.zone, past=past, languages=languages)
    if isinstance(found, when.Ask):
        raise UserError(found.question)
    if found is None:
        raise UserError(
            "I did not understand which time you mean: try `this week`, `next week`, `tomorrow`, `march` or `1 Dec`."
        )
    return found


def _plan(order: Order, period: Period) -> str:
    with order.desk.database.reading() as session:
        posts = queue.planned(session, period.start, period.end)
        found = _about(order, [_line(order, session, post) for post in posts])
        untimed = queue.waiting_without_time(session)
        troubled = [(one.post_id, one) for one in queue.troubled(session)]
        alive = standing.heartbeat(living.pulse(order.desk, session))
    taken = {line.at for line in found}
    free: list[date] = []
    if order.desk.config.social.slots:
        for slot in when.next_slots(
            order.desk.config.social.slots, now=max(period.start, order.now), zone=order.desk.zone
        ):
            if slot >= period.end:
                break
            if slot not in taken:
                free.append(slot.astimezone(order.zone).date())
    rest = _rest(order, untimed, troubled)
    text = words.plan(period.label, found, free, order.zone, order.desk.titles, rest)
    return f"{_fit(order, text, room=len(alive) + 2)}\n\n{alive}"


def _rest(order: Order, untimed: object, troubled: list[tuple[int, Delivery]]) -> list[str]:
    return standing.rest(untimed, troubled, order.desk.titles)  # type: ignore[arg-type]  # rows of posts


def drafts(order: Order) -> str | None:
    """`drafts`: what is not approved yet."""
    with order.desk.database.reading() as session:
        found = [_line(order, session, post) for post in queue.drafts(session)]
    empty = "There are no drafts. `draft` and then your text starts one."
    return _fit(order, words.listing("Drafts", found, order.desk.titles, empty))


def waiting(order: Order) -> str | None:
    """`what is waiting for me`: what this person can approve, correct or decide."""
    desk, person = order.desk, order.person
    with desk.database.transaction() as session:
        who = electing.electorate(desk, session)
    with desk.database.reading() as session:
        mine, approvable, stopped = [], [], []
        for post in queue.open_posts(session):
            vetoes = _vetoes(session, post)
            own = post.state in {PostState.BROKEN, PostState.EXPIRED} or (
                post.state == PostState.DRAFT and vetoes
            )
            if post.author_id == person.id and own:
                mine.append(_line(order, session, post))
            elif person.id in vetoes:
                stopped.append(_line(order, session, post))
            elif post.state == PostState.DRAFT and not vetoes and _may_still_vote(order, session, post, who):
                approvable.append(_line(order, session, post))
        doubts = [
            one
            for one in queue.troubled(session)
            if rules.may_steer(person, rows.post(session, one.post_id), who)
        ]
    parts = [
        words.listing("For you to approve", approvable, desk.titles, ""),
        words.listing("For you to correct", mine, desk.titles, ""),
        words.listing("Stopped by your veto", stopped, desk.titles, ""),
        *standing.rest([], [(one.post_id, one) for one in doubts], desk.titles),
    ]
    return _fit(order, "\n\n".join(part for part in parts if part) or "Nothing waits for you. 🎈")


def _vetoes(session: Session, post: Post) -> set[int]:
    """Whose vetoes keep a post in."""
    return {one.user_id for one in rows.standing(session, post, post.revision) if one.kind == "veto"}


def _may_still_vote(order: Order, session: Session, post: Post, who: rules.Electorate) -> bool:
    reason = rules.refusal(
        order.person,
        who,
        author_id=post.author_id,
        writer_id=rows.current(session, post).created_by,
        self_approval=order.desk.config.social.self_approval,
    )
    voted = {vote.user_id for vote in rows.standing(session, post, post.revision)}
    return reason is None and order.person.id not in voted


def show(order: Order) -> str | None:
    """`show 12`: the whole of it, as its card says, with a link to the card that counts."""
    post = order.post()
    with order.desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        revision = rows.current(session, row)
        judgement = voting.count(order.desk, session, row, revision, None, order.now)
        text = cards.text_of(order.desk, session, row, revision, judgement, room=200)
    if asked := order.command.rest:
        text = f"A question brings nothing out: write `{asked}` if you want that.\n{text}"
    if revision.card_id is None:
        return text
    link = order.desk.chat.link(revision.card_id, _place(post))
    return f"{text}\n*Reactions count on [its card]({link}) only.*"


def log(order: Order) -> str | None:
    """`log 12`: who did what when."""
    post = order.post()
    with order.desk.database.reading() as session:
        entries = queue.log(session, post.id or 0)
    return _fit(order, words.journal(post, entries, order.desk.titles))


def status(order: Order) -> str | None:
    """`status`: accounts, tokens, backlog. Accounts of which nothing is known of late are asked, for some seconds."""
    desk = order.desk
    with desk.database.transaction() as session:
        who = electing.electorate(desk, session)
    trusted = who.members is not None and order.person.id in who.members
    known = desk.known
    found = knowing.facts(
        desk.platforms,
        desk.titles,
        desk.database,
        desk.vault,
        PATIENCE_S,
        lambda: known.fresh(desk.clock(), trusted=trusted),
        lambda account, standing: known.keep(account, standing, desk.clock()),
    )
    with desk.database.reading() as session:
        backlog = standing.Backlog(
            drafts=sum(one.state == PostState.DRAFT for one in queue.drafts(session)),
            broken=sum(one.state == PostState.BROKEN for one in queue.drafts(session)),
            next_due=queue.next_due(session),
            troubled=[(one.post_id, one) for one in queue.troubled(session)],
        )
        alive = standing.heartbeat(living.pulse(desk, session))
    text = standing.status([*found.values()], backlog, who, desk.titles, day(order.now, order.zone))
    return f"{_fit(order, text, room=len(alive) + 1)}\n{alive}"


def help_on(order: Order) -> str | None:
    """`help`, `help draft`."""
    topic = order.command.rest.strip().casefold()
    if not topic:
        return grammar.OVERVIEW
    if topic == grammar.THANKS:
        return "You are welcome! :tada:"
    found = grammar.HELP.get(topic)
    if found is None:
        return f"There is no help on that. {standing.topics(grammar.HELP)}"
    return found


def _line(order: Order, session: Session, post: Post) -> words.Line:
    revision = rows.current(session, post)
    votes = rows.standing(session, post, post.revision)
    accounts = rows.going(revision)
    judgement = rules.judge(votes, accounts, voting.needed(order.desk, accounts))
    link = order.desk.chat.link(revision.card_id, _place(post)) if revision.card_id else ""
    return words.Line(
        post,
        accounts,
        link,
        queue.deliveries(session, post.id or 0),
        judgement.approvers,
        max((tally.missing for tally in judgement.tallies), default=0),
        parts.begun(session, post.id or 0) if post.state == PostState.RELEASED else (),
        judgement.vetoes,
        rows.written(revision).campaign or "",
    )


def _place(post: Post) -> Place:
    return Place(channel_id=post.channel_id, topic=post.topic)


def _fit(order: Order, text: str, *, room: int = 0) -> str:
    limit = order.desk.chat.directory.max_length - room
    return words.fit(text, limit, lambda left: f"… and {left} more lines: ask for a shorter time.")
