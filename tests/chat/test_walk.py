"""A random walk through the whole bot: people, clocks, broken platforms, crashes. What is promised holds at every step."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from fuse import Crash, Fuse, wire
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select
from town import BOTH_KINDS, Town
from typing_extensions import override

from bot.chat import ChatError
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from storage.inbox import Inbox
from storage.models import Delivery, Notice, Post, Vote
from storage.states import DeliveryState

pytestmark = BOTH_KINDS

SERVICES = ("mastodon", "x", "linkedin")
FAULTS = ("500", "429", "reset-before", "reset-after")


class Walk(RuleBasedStateMachine):
    """One town and what happens in it. `posts` are the messages of drafts."""

    level = 512
    folder: Path
    posts: Bundle[int] = Bundle("posts")

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        made: list[Sandbox] = []

        def build(base: str) -> Any:
            made.append(Sandbox(World(), base, feature_level=self.level))  # type: ignore[arg-type]  # one of the three
            return made[0].app

        base = self.open.enter_context(serving(build))
        folder = self.folder / f"town{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        self.town = Town(base, made[0], folder, "")
        self.town.sandbox.zulip.settings.edit_limit = None
        self.words = self.turns = 0
        self.texts: dict[int, str] = {}
        """Draft -> what it says now."""
        self.whose: dict[str, int] = {}
        """Text -> its draft."""
        self.gone: set[int] = set()
        self.approved: set[str] = set()
        """Texts on cards that somebody approved."""
        self.ordered: Counter[tuple[int, str]] = Counter()
        """Draft and service -> how often a retry was ordered."""
        self.known = 0
        self.willing: set[int] = set()
        """Drafts whose current card had an approval at some time since the last look."""

    @override
    def teardown(self) -> None:
        try:
            self.rest()
        finally:
            self.town.stop()
            self.open.close()
            self.town.world.shelf.close()

    # -- what people do ------------------------------------------------------------------------------------

    @rule(
        target=posts,
        when=st.sampled_from(["", "at: in 2 hours\n", "at: in 30 minutes\nnot after: in 3 hours\n"]),
    )
    def write(self, when: str) -> int:
        return self.draft(when)

    def draft(self, when: str) -> int:
        text = self.fresh()
        draft = self.town.carol.writes(f"@social draft\nto: mastodon, x, linkedin\n{when}{text}")
        self.texts[draft], self.whose[text] = text, draft
        self.settle()
        return draft

    @rule(draft=posts, back=st.booleans())
    def edit(self, draft: int, back: bool) -> None:
        if draft in self.gone:
            return
        old = self.texts[draft]
        content = self.town.message(draft)["content"]
        text = self.fresh()
        self.whose[text] = draft
        self.change(draft, content.replace(old, text), text)
        if back:
            self.change(draft, content, old)
        self.settle()

    def change(self, draft: int, content: str, text: str) -> None:
        self.town.carol.ok(self.town.carol.client.update_message({"message_id": draft, "content": content}))
        self.texts[draft] = text

    @rule(draft=consumes(posts))
    def delete(self, draft: int) -> None:
        self.town.owner.ok(self.town.owner.client.delete_message(draft))
        self.gone.add(draft)
        self.settle()

    @rule(
        draft=posts,
        who=st.sampled_from(["alice", "bob", "carol"]),
        emoji=st.sampled_from(["+1", "+1", "+1", "-1"]),
    )
    def react(self, draft: int, who: str, emoji: str) -> None:
        card = self.card(draft)
        if card is None:
            return
        if emoji == "+1" and who != "carol":
            self.approve(draft, card)
        self.town.people[who].client.add_reaction({"message_id": card, "emoji_name": emoji})
        self.settle()

    @rule(draft=posts, who=st.sampled_from(["alice", "bob"]), emoji=st.sampled_from(["+1", "-1"]))
    def unreact(self, draft: int, who: str, emoji: str) -> None:
        card = self.card(draft)
        if card is not None:
            self.town.people[who].client.remove_reaction({"message_id": card, "emoji_name": emoji})
            self.settle()

    @rule(
        draft=posts,
        order=st.sampled_from(
            ["approve", "approve", "hold", "resume", "cancel", "now", "retry", "withdraw", "move"]
        ),
    )
    def command(self, draft: int, order: str) -> None:
        post, card = self.number(draft), self.card(draft)
        if post is None or card is None:
            return
        if order == "approve":
            self.approve(draft, card)
        if order == "retry":
            self.ordered.update((draft, one) for one in SERVICES)
        rest = " to in 1 hour" if order == "move" else ""
        self.town.alice.writes(f"@social {order} {post}{rest}")
        self.settle()

    # -- what happens to them ------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 60, 200]))
    def wait(self, minutes: int) -> None:
        self.town.world.clock.advance(timedelta(minutes=minutes))
        self.settle()

    @rule(what=st.sampled_from(["edit", "unreact", "veto", "delete", "nothing"]))
    def change_at_the_due_time(self, what: str) -> None:
        """A post is approved; at its time somebody thinks otherwise, and the publisher is the first to look."""
        draft = self.draft("at: in 30 minutes\n")
        post, card = self.post(draft), self.card(draft)
        if post is None or card is None or post.due_at is None:
            return
        self.react(draft, "alice", "+1")
        self.nothing_is_out_that_was_not_approved_and_nothing_twice()
        self.town.world.clock.to(max(post.due_at, self.town.now))
        if what == "edit":
            content, text = self.town.message(draft)["content"], self.fresh()
            self.whose[text] = draft
            self.change(draft, content.replace(self.texts[draft], text), text)
        elif what == "unreact":
            self.town.alice.client.remove_reaction({"message_id": card, "emoji_name": "+1"})
        elif what == "veto":
            self.town.bob.client.add_reaction({"message_id": card, "emoji_name": "-1"})
        elif what == "delete":
            self.town.owner.ok(self.town.owner.client.delete_message(draft))
            self.gone.add(draft)
        if what != "nothing":
            self.willing.discard(draft)
        self.turns = 0
        self.settle()

    @rule(service=st.sampled_from(SERVICES), fault=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def break_platform(self, service: str, fault: str, times: int) -> None:
        self.town.fault(service, fault, times=times, method="POST")

    @rule(
        fault=st.sampled_from(["500", "reset-before", "reset-after", "queues-gone"]), times=st.integers(1, 4)
    )
    def break_zulip(self, fault: str, times: int) -> None:
        self.town.fault("zulip", fault, times=1 if fault == "queues-gone" else times)

    @rule(draft=posts, left=st.integers(1, 40), after=st.booleans())
    def crash(self, draft: int, left: int, after: bool) -> None:
        """Somebody approves, and the bot's process ends at one of the calls that follow."""
        card = self.card(draft)
        if card is not None:
            self.approve(draft, card)
            self.town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"})
        fuse = Fuse(left, after=after)
        wire(self.town, fuse)
        with suppress(Crash, ChatError):
            self.town.settle()
        self.town.sandbox.faults.clear()
        self.town.restart()

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_out_that_was_not_approved_and_nothing_twice(self) -> None:
        out = self.town.published()
        for one in out[self.known :]:
            draft = self.whose[one["text"]]
            assert one["text"] in self.approved, f"nobody approved {one['text']}"
            assert draft in self.willing, f"{one['text']} went out without its approval"
        times = Counter((self.whose[one["text"]], one["service"]) for one in out)
        for key, number in times.items():
            assert number <= 1 + self.ordered[key], f"{key} is out {number} times"
        self.known = len(out)
        self.willing = {draft for draft in self.texts if draft not in self.gone and self.has_approval(draft)}

    def rest(self) -> None:
        """In the end all behave again: everything is settled, and everything told."""
        self.town.sandbox.faults.clear()
        self.town.restart()
        for _ in range(4):
            self.town.later(minutes=10)
        self.nothing_is_out_that_was_not_approved_and_nothing_twice()
        with self.town.database.reading() as session:
            sending = session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENDING)).all()
            unsaid = session.exec(select(Notice).where(Notice.said_at == None)).all()  # noqa: E711  # SQL
            waiting = session.exec(select(Inbox)).all()
            ends = {(one.post_id, one.account): one for one in session.exec(select(Delivery))}
            posts = {one.message_id: one for one in session.exec(select(Post))}
        assert not sending
        assert not unsaid
        assert not waiting
        assert set(self.texts) <= set(posts), "a draft was lost"
        out = {(posts[self.whose[one["text"]]].id, one["service"]) for one in self.town.published()}
        for key, delivery in ends.items():
            assert (delivery.state == DeliveryState.PUBLISHED) == (key in out), (key, delivery)

    # -- helpers -------------------------------------------------------------------------------------------

    def fresh(self) -> str:
        self.words += 1
        return f"Story number {self.words}"

    def settle(self) -> None:
        """As the loops do it, now this one first and now that: what keeps Zulip away is waited out."""
        self.turns += 1
        if self.turns % 2:
            self.town.publisher.tick(self.town.now, settle=True)
        for _ in range(6):
            try:
                self.town.settle()
            except ChatError:
                self.town.world.clock.advance(timedelta(seconds=6))
            else:
                return
        self.town.sandbox.faults.clear()
        self.town.settle()

    def post(self, draft: int) -> Post | None:
        with self.town.database.reading() as session:
            return session.exec(select(Post).where(Post.message_id == draft)).first()

    def number(self, draft: int) -> int | None:
        post = self.post(draft)
        return post.id if post else None

    def card(self, draft: int) -> int | None:
        post = self.post(draft)
        return self.town.revision(post.id or 0).card_id if post else None

    def approve(self, draft: int, card: int) -> None:
        """Somebody says yes to what that card shows."""
        content = self.town.message(card)["content"]
        self.approved.update(
            text for text, whose in self.whose.items() if whose == draft and f"{text}\n" in content
        )
        self.willing.add(draft)

    def has_approval(self, draft: int) -> bool:
        """Whether an approver's reaction or order stands on the current card."""
        card, post = self.card(draft), self.post(draft)
        if card is None or post is None:
            return False
        approvers = {self.town.alice.id, self.town.bob.id}
        by_hand = any(
            one["user_id"] in approvers and one["emoji_code"] == "1f44d"
            for one in self.town.message(card)["reactions"]
        )
        return by_hand or self.by_order(post)

    def by_order(self, post: Post) -> bool:
        with self.town.database.reading() as session:
            votes = session.exec(
                select(Vote).where(Vote.post_id == post.id, Vote.revision == post.revision)
            ).all()
        return any(one.kind == "approve" and one.via == "command" for one in votes)


def test_a_random_walk(tmp_path: Path, level: int) -> None:
    class Here(Walk):
        folder = tmp_path

    Here.level = level
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=4 if level > 300 else 2,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
