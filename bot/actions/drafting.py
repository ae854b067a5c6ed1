"""A message's text turned into everything a revision holds: parsed, its files fetched, prepared per platform."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import when
from bot.actions import attaching, lately, left_out_platforms, rows, unseen
from bot.actions.attaching import Found
from bot.chat import Person
from bot.desk import Desk
from bot.grammar import Written
from bot.replies.escape import shorten
from handlers import redaction, text
from handlers.base import Draft, Options, Outgoing, Problem
from storage import queue
from storage.models import Post, Revision
from storage.states import PostState

LATELY = timedelta(days=30)
"""How far back the same text counts as "posted lately"."""
SUMMARY = 70
SECRET = (
    "The draft holds a secret that the bot knows (a token, a key or a password), which stands here as "
    f"{redaction.HIDDEN}. Take it out of your message. Who could read it may use it now: tell the owner of the bot, "
    "who has a new one made."
)
""""What is published is what was approved": so it can be neither shown nor left out of what goes out."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A revision before it has a number."""

    written: Written
    outgoing: Mapping[str, Outgoing]
    problems: tuple[Problem, ...]
    timing: str
    due_at: datetime | None
    not_after: datetime | None
    summary: str = ""
    """The first words, for lists."""

    @property
    def broken(self) -> bool:
        """Whether it cannot go out as it stands."""
        own = [problem for one in self.outgoing.values() for problem in one.problems]
        return any(problem.error for problem in (*self.problems, *own))

    @property
    def accounts(self) -> list[str]:
        """Where it really goes: the accounts that do not leave it out."""
        return [name for name, one in self.outgoing.items() if not one.skipped]


def prepare(
    desk: Desk,
    written: Written,
    author: Person,
    now: datetime,
    post: Post | None,
    *,
    by: Person | None = None,
) -> Prepared:
    """Everything a revision holds. Fetches the files; raises `Down` when Zulip does not give them now.

    `by` is who wrote it where that is not the author.
    """
    found = Found(list(written.problems))
    written = unseen.taken_out(written, found)
    written = attaching.linked_by(desk, written, author, by or author, post)
    names = desk.chat.emoji_names
    media = attaching.media(desk, written, found, by or author, now)
    options = _options(written.options, names)
    outgoing: dict[str, Outgoing] = {}
    for account in written.accounts:
        if account not in desk.platforms:
            found.error(f"The account `{account}` is not set up here any more: write another `to:`.")
            continue
        body = text.emojify(written.texts.get(account, written.text), names)
        files = tuple(
            one for attachment, one in media if not attachment.accounts or account in attachment.accounts
        )
        outgoing[account] = desk.platforms[account].prepare(Draft(body, files, options))
    outgoing = left_out_platforms.left_out(outgoing, desk.titles)
    if outgoing and all(one.skipped for one in outgoing.values()):
        found.error("None of its platforms can take this post.")
    _lint(written, desk.chat.site, found)
    if redaction.holds(rows.dump(written)) or redaction.holds(rows.dump(outgoing)):
        found.error(SECRET)
    # only now: a film may take minutes to fetch, and no database waits for that
    with desk.database.reading() as session:
        timing, due_at, not_after = _time(desk, session, written, author, now, post, found)
        _same_lately(session, outgoing, post, now, found)
    words = summary(written, names)
    return Prepared(written, outgoing, tuple(found.problems), timing, due_at, not_after, words)


def _options(said: Options, names: Mapping[str, str]) -> Options:
    """The options as platforms get them: what readers see has its emoji as characters, as the text has."""
    poll = said.poll and replace(
        said.poll, choices=tuple(text.emojify(choice, names) for choice in said.poll.choices)
    )
    title, cw = (one and text.emojify(one, names) for one in (said.title, said.cw))
    return replace(said, title=title, cw=cw, poll=poll)


def _lint(written: Written, site: str, found: Found) -> None:
    link = f"<{written.options.link}>" if written.options.link else ""
    for body in dict.fromkeys((written.text, *written.texts.values(), link)):
        for problem in text.lint_links(body, site):
            # Line numbers of a section are not those of the message.
            found.problems.append(Problem(problem.text, problem.error))


def _time(
    desk: Desk,
    session: Session,
    written: Written,
    author: Person,
    now: datetime,
    post: Post | None,
    found: Found,
) -> tuple[str, datetime | None, datetime | None]:
    """How and when it goes out. A time that did not change with the text is not read anew."""
    zone = desk.zone_of(author)
    not_after = _not_after(desk, session, written, zone, now, post, found)
    kept = _kept_time(session, written, post)
    if kept is not None:
        timing, due_at = kept
        if due_at is not None and due_at <= now and timing == "at":
            found.error("Its time has passed: write a new `at:`.", written.lines.get("at"))
    elif written.at:
        moment = when.read(written.at, now=now, zone=zone, languages=desk.config.social.languages)
        if isinstance(moment, when.Ask):
            found.error(f"`at:` {moment.question}", written.lines.get("at"))
            timing, due_at = "at", None
        else:
            timing, due_at = moment.kind, moment.at
    else:
        timing, due_at = desk.config.social.default_time, None
    if timing == "next" and due_at is None:
        due_at = free_slot(desk, session, now, post)
        if due_at is None:
            found.error("There are no slots to take the next of: write a time, such as `at: tomorrow 10:00`.")
    if due_at is not None and not_after is not None and not_after < due_at:
        found.error("`not after:` is earlier than the time it goes out.")
    return timing, due_at, not_after


def _not_after(
    desk: Desk,
    session: Session,
    written: Written,
    zone: ZoneInfo,
    now: datetime,
    post: Post | None,
    found: Found,
) -> datetime | None:
    """The last moment. Words that did not change still mean the same instant: `tomorrow` is not a day later
    because the text was edited the next day.
    """
    if not written.not_after:
        return None
    known = post.not_after if post is not None and post.revision else None
    if post is not None and known is not None:
        if rows.written(rows.current(session, post)).not_after != written.not_after:
            known = None
        elif known <= now:
            found.error("`not after:` has passed: write a new one.", written.lines.get("not after"))
    if known is not None:
        return known
    moment = when.read(written.not_after, now=now, zone=zone, languages=desk.config.social.languages)
    if isinstance(moment, when.Ask):
        found.error(f"`not after:` {moment.question}", written.lines.get("not after"))
        return None
    return moment.at


def _kept_time(session: Session, written: Written, post: Post | None) -> tuple[str, datetime | None] | None:
    if post is None or not post.revision:
        return None
    if rows.written(rows.current(session, post)).at != written.at:
        return None
    if post.moved and post.timing == "now":
        return "now", None  # the next approval gives it its time
    if post.due_at is None:
        return None
    if post.moved or (post.timing == "at" and written.at):
        return post.timing, post.due_at
    return None


def free_slot(desk: Desk, session: Session, now: datetime, post: Post | None) -> datetime | None:
    """The next weekly slot that no other open post has taken; None when no slots are configured."""
    for instant in when.next_slots(desk.config.social.slots, now=now, zone=desk.zone):
        mine = post is not None and post.due_at == instant and post.state != PostState.BROKEN
        if mine or not queue.slot_taken(session, instant):
            return instant
        if instant > now + timedelta(days=366):
            break
    return None


def _same_lately(
    session: Session, outgoing: Mapping[str, Outgoing], post: Post | None, now: datetime, found: Found
) -> None:
    texts = {part.text for one in outgoing.values() for part in one.parts if part.text}
    same = lately.same(session, texts, now - LATELY, post.id if post else None)
    if same is not None:
        found.warn(f"The same text is already in #{same[0]} ({same[1]}).")


def fill(post: Post, prepared: Prepared) -> None:
    """Let the post be what its next revision says of it."""
    post.revision += 1
    post.timing, post.due_at, post.not_after = prepared.timing, prepared.due_at, prepared.not_after
    if prepared.broken and prepared.timing == "next":
        post.due_at = None  # the slot is for what can go out
    post.approved_at = post.approved_for = None
    post.summary = prepared.summary


def save(
    session: Session,
    post: Post,
    prepared: Prepared,
    source: str,
    by: Person,
    now: datetime,
    *,
    filled: bool = False,
) -> Revision:
    """Make it the post's current revision. The state follows: `draft`, or `broken` with an error."""
    if post.id is None:
        raise ValueError("a revision needs a post that was saved")
    if not filled:
        fill(post, prepared)
    revision = Revision(
        post_id=post.id,
        number=post.revision,
        source=source,
        written=rows.dump(prepared.written),
        outgoing=rows.dump(dict(prepared.outgoing)),
        problems=rows.dump(prepared.problems),
        accounts=json.dumps(prepared.accounts),
        created_at=now,
        created_by=by.id,
    )
    session.add(revision)
    wanted = PostState.BROKEN if prepared.broken else PostState.DRAFT
    queue.write_entry(session, at=now, who=by.name, what=f"wrote revision {post.revision}", post_id=post.id)
    if post.state != wanted:
        queue.transition(session, post, wanted, who=by.name, what="changed", now=now)
    return revision


def summary(written: Written, names: Mapping[str, str]) -> str:
    """The first words of a draft, for lists, with its emoji as characters; `names` are those of emoji."""
    body = text.plain(text.emojify(written.text or next(iter(written.texts.values()), ""), names)).strip()
    if not body and written.options.title:
        body = text.emojify(written.options.title, names)
    return shorten(" ".join(body.split()), SUMMARY)


def digest(content: str) -> str:
    """What tells whether a message says the same as before."""
    return hashlib.sha256(content.encode()).hexdigest()
