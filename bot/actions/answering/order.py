"""One command on its way through a verb, and what the verbs have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, and_, col, or_, select

from bot import rules
from bot.actions import drafting, electing, rows
from bot.actions.reading import gist
from bot.actions.sync import sync
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Command
from bot.replies.escape import inline, shorten
from bot.rules import Electorate
from bot.stops import Part, part_of
from storage import queue
from storage.database import insert
from storage.models import Post, Seen
from storage.states import PostState

LONGEST_REASON: Final = 300
"""Characters of a reason that are kept."""


class UserError(Exception):
    """Something the person can act on; its text is the answer."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who ordered what, where and when."""

    desk: Desk
    message: Message
    command: Command
    person: Person
    now: datetime
    of_several: bool = False
    """Whether the message speaks of other posts too: what such orders do, done twice does no harm."""

    def each(self) -> list[Order]:
        """One order for each post of which the command speaks."""
        numbers = (self.command.post, *self.command.others)
        return [
            replace(self, command=replace(self.command, post=one, others=()), of_several=True)
            for one in numbers
        ]

    @property
    def zone(self) -> ZoneInfo:
        """The asker's time zone."""
        return self.desk.zone_of(self.person)

    @property
    def reason(self) -> str:
        """Why, as the person wrote it, in one line that is not too long for the log."""
        return shorten(" ".join(self.command.rest.split()), LONGEST_REASON)

    @property
    def because(self) -> str:
        """The same, to be told behind what was done."""
        return f" Reason: {inline(self.reason)}" if self.reason else ""

    def tell_there(self, session: Session, post: Post, text: str) -> None:
        """Say in the post's topic what this order did, unless the answer is said there anyway."""
        if (self.message.place.channel_id, self.message.place.topic) != (post.channel_id, post.topic):
            key = f"{self.command.verb}:{post.id}:{self.message.id}"
            text = f"{text} (By {inline(self.person.name)}.)"
            queue.notify(session, key=key, text=text, post_id=post.id, now=self.now)

    def post(self) -> Post:
        """The post that is meant, looked at just now. Raises `UserError` if there is none."""
        number = self.command.post
        with self.desk.database.reading() as session:
            known = session.get(Post, number) if number is not None else None
            newest = session.exec(select(Post.id).order_by(col(Post.id).desc()).limit(1)).first()
        if known is None:
            if newest is None:
                raise UserError("There are no posts yet: `draft` and then your text starts the first one.")
            raise UserError(f"There is no #{number}. The newest is #{newest}; `queue` shows the plan.")
        return sync(self.desk, known.id or 0, self.now)

    def steerable(self) -> Post:
        """The same, if this person may steer it. Raises `UserError` otherwise."""
        post = self.post()
        with self.desk.database.transaction() as session:
            who = electing.electorate(self.desk, session)
        if not rules.may_steer(self.person, post, who):
            raise self.no_right(post)
        return post

    @staticmethod
    def no_right(post: Post) -> UserError:
        """The answer to somebody who is neither the post's author nor an approver."""
        return UserError(
            f"Only the author of #{post.id} and the approvers may do that. "
            f"Anybody in the channel may say `hold {post.id}`, which stops it."
        )

    def part(self, session: Session, post: Post) -> tuple[Part, Electorate]:
        """What this person is to the post, and who may approve, now."""
        who = electing.electorate(self.desk, session)
        return part_of(self.person, post, who), who

    def unreleased(self, post: Post) -> Post:
        """The post, if it has not been released. Raises `UserError` otherwise."""
        if post.state == PostState.RELEASED:
            raise UserError(
                f"#{post.id} was released already, so this cannot be changed any more. `show {post.id}` tells what "
                f"became of it; `cancel {post.id}` stops what is not out yet."
            )
        return post

    def done(self, session: Session) -> None:
        """Write down, in the transaction of the change itself, that this order was obeyed: heard of twice, or cut
        off before its answer was said, it must not be obeyed again before it orders something else. Raises `Moved` if another copy was faster. Where it
        speaks of several posts, that is written down once all are done.
        """
        if self.of_several:
            return
        digest, said = drafting.digest(self.message.content), gist(self.command)
        seen = {"answered": True, "digest": digest, "said": said, "at": self.now}
        another = and_(col(Seen.said) != "", col(Seen.said) != said)
        statement = insert(session, Seen).values(message_id=self.message.id, **seen)
        once = statement.on_conflict_do_update(
            index_elements=["message_id"], set_=seen, where=or_(col(Seen.answered).is_(False), another)
        )
        if session.execute(once.returning(col(Seen.message_id))).first() is None:
            raise queue.Moved(f"message {self.message.id} was answered already.")

    def accounts(self, post: Post) -> tuple[str, ...]:
        """Those of the post's accounts that the command names; all when it names none."""
        with self.desk.database.reading() as session:
            return self.accounts_in(session, post)

    def accounts_in(self, session: Session, post: Post) -> tuple[str, ...]:
        """As above, as this transaction sees the post."""
        going = rows.going(rows.current(session, post))
        found = rules.present(going, self.command.accounts)
        if not found:
            raise UserError(f"#{post.id} does not go to {', '.join(self.command.accounts)}.")
        return found
