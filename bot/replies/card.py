"""The card: one message that shows one revision, platform by platform, and collects its approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.replies import refusals
from bot.replies.escape import escape, inline, shorten, with_code
from bot.replies.preview import few, preview
from bot.replies.words import Titles, count, linked, listed, people, places, when
from bot.rules import Electorate, Judgement
from bot.stops import Part
from handlers.base import Outgoing, Problem
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

_CUT = "*(This card is cut: the rest did not fit into one message.)*"
PREVIEWS = (10_000, 3_000, 1_500, 700, 350, 150, 60, 0)
"""Characters of each text that are shown, tried in this order until the card fits."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything a card is made of."""

    post: Post
    author: str
    """Zulip's silent mention of the author."""
    accounts: Sequence[str]
    outgoing: Mapping[str, Outgoing]
    problems: Sequence[Problem]
    note: str | None
    judgement: Judgement
    electorate: Electorate
    self_approval: bool
    approve: str
    """Name of the approval emoji."""
    veto: str
    titles: Titles
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Account -> why it cannot post at present."""
    campaign: str | None = None
    """What it belongs to, for the team; never published."""

    @property
    def going(self) -> list[str]:
        """The accounts that do not leave it out."""
        skipped = {account for account, one in self.outgoing.items() if one.skipped}
        return [account for account in self.accounts if account not in skipped]


def card(facts: CardFacts, limit: int) -> str:
    """The card in Zulip Markdown, at most `limit` characters; previews are shortened, and say so, to fit."""
    text = ""
    for most in PREVIEWS:
        text = "\n".join(part for part in (_head(facts), _state(facts), _body(facts, most)) if part)
        if len(text) <= limit:
            return text
    return _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    """The last resort: whole lines only, so that nothing is cut in two, and no spoiler is left open."""
    kept: list[str] = []
    room = limit - len(_CUT) - len("\n```\n")
    inside = False
    for line in text.split("\n"):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
        if line.startswith("```"):
            inside = line != "```"
    return "\n".join([*kept, *(["```"] if inside else []), _CUT])


def struck(post: Post, number: int, link: str) -> str:
    """What becomes of the card of an older revision: one line that points to the new one."""
    return f"~~**#{post.id}** revision {number}~~ was changed: see the [new card]({link})."


def _head(facts: CardFacts) -> str:
    post = facts.post
    where = places(facts.going, facts.titles) or "nowhere yet"
    return f"**#{post.id}** by {facts.author} → {where} · {_time(post)}"


def _time(post: Post) -> str:
    state = PostState(post.state)
    if state is PostState.RELEASED and post.released_at:
        return f"released {when(post.released_at)}"
    if post.due_at is None:
        return "goes out once approved" if post.timing == "now" else "no time yet"
    verb = {PostState.EXPIRED: "was to go out", PostState.WITHDRAWN: "was to go out"}.get(state, "goes out")
    slot = " (next free slot)" if post.timing == "next" else ""
    latest = f", never after {when(post.not_after)}" if post.not_after else ""
    return f"{verb} {when(post.due_at)}{slot}{latest}"


def _state(facts: CardFacts) -> str:
    number = facts.post.id
    match PostState(facts.post.state):
        case PostState.BROKEN:
            return "⛔ **Cannot go out as it stands.** Edit your message and a new card follows."
        case PostState.DRAFT:
            return "\n".join(part for part in (_wanted(facts), _was_stopped(facts)) if part)
        case PostState.APPROVED:
            line = f"✔ **Approved** by {people(facts.judgement.approvers)}. `hold {number}` stops it."
            return "\n".join(part for part in (line, _partly(facts)) if part)
        case PostState.HELD:
            by = f" by {refusals.stopper(facts.post)}" if facts.post.stopped_as else ""
            return f"⏸ **Held**{by}. `resume {number}` lets it go on, `cancel {number}` ends it."
        case PostState.EXPIRED:
            return (
                f"⌛ **Its time has passed** and it was not published. "
                f"`move {number} to tomorrow 10:00` gives it a new one."
            )
        case PostState.WITHDRAWN:
            return f"✖ **Withdrawn.** `copy {number}` starts anew from its text."
        case PostState.RELEASED:
            return _outcomes(facts)


def _wanted(facts: CardFacts) -> str:
    if facts.judgement.vetoes:
        return f"✋ **Vetoed** by {people(facts.judgement.vetoes)}: it waits until the :{facts.veto}: is taken away."
    if facts.electorate.trouble:
        return f"⚠ **Nobody can approve it now:** {facts.electorate.trouble}"
    tallies = facts.judgement.tallies
    most = max((tally.missing for tally in tallies), default=0)
    so_far = f" (so far: {people(facts.judgement.approvers)})" if facts.judgement.approvers else ""
    own = "" if facts.self_approval else ", not the author"
    line = (
        f"Needs **{count(most, 'approval')}** from *{inline(facts.electorate.name)}*{own}{so_far}: "
        f"tap :{facts.approve}: below. Veto with :{facts.veto}:."
    )
    if len({tally.missing for tally in tallies}) > 1:
        each = listed([f"{facts.titles.get(one.account, one.account)} {one.missing}" for one in tallies])
        line += f" Still missing: {each}."
    return line


def _was_stopped(facts: CardFacts) -> str:
    """Approving this revision undoes what somebody decided of an earlier one, so it is told."""
    if facts.post.stopped_as not in {Part.APPROVER, Part.MEMBER}:
        return ""
    return f"⚠ Before it was changed, it was stopped by {refusals.stopper(facts.post)}: an approval lets it go on."


def _partly(facts: CardFacts) -> str:
    waiting = [tally for tally in facts.judgement.tallies if not tally.enough]
    if not waiting:
        return ""
    each = listed(
        [f"{facts.titles.get(one.account, one.account)} ({one.missing} missing)" for one in waiting]
    )
    return f"Still waits for approval: {each}."


def _outcomes(facts: CardFacts) -> str:
    lines = []
    for account, delivery in facts.deliveries.items():
        lines.append(f"* {facts.titles.get(account, account)}: {outcome(delivery)}")
    return "\n".join(lines)


def outcome(delivery: Delivery) -> str:
    """What became of one delivery, in a few words."""
    match DeliveryState(delivery.state):
        case DeliveryState.PUBLISHED:
            return f"✔ {linked('out', delivery.url)}"
        case DeliveryState.WAITING:
            return "waits for its approvals"
        case DeliveryState.PENDING if delivery.error:
            return f"is tried again {when(delivery.not_before)}: {with_code(delivery.error)}"
        case DeliveryState.PENDING | DeliveryState.SENDING:
            return "going out …"
        case DeliveryState.FAILED:
            return f"✖ failed: {with_code(delivery.error)} `retry {delivery.post_id} {delivery.account}`"
        case DeliveryState.UNKNOWN:
            return f"❓ may be out: {with_code(delivery.error)}"
        case DeliveryState.CANCELLED:
            return "cancelled"


def _body(facts: CardFacts, most: int) -> str:
    if facts.post.state == PostState.WITHDRAWN:
        return ""
    blocks = []
    for account in facts.accounts:
        outgoing = facts.outgoing.get(account)
        if outgoing is not None:
            blocks.append(preview(facts.titles.get(account, account), outgoing, most))
    blocks.extend(few(_problems(facts), most, "problems"))
    if facts.campaign:
        blocks.append(f"🏷 Campaign: {inline(shorten(facts.campaign, most or 60))}")
    if facts.note:
        blocks.append(f"📝 Note for reviewers: {escape(shorten(facts.note, most or 60))}")
    return "\n".join(blocks)


def _problems(facts: CardFacts) -> list[str]:
    lines: dict[str, None] = {}
    for problem in facts.problems:
        lines[_problem(problem)] = None
    for account in facts.going:
        if facts.post.state != PostState.RELEASED and account in facts.troubles:
            lines[f"⚠ {with_code(facts.troubles[account])}"] = None
    for account in facts.accounts:
        outgoing = facts.outgoing.get(account)
        for problem in outgoing.problems if outgoing else ():
            lines[_problem(problem, facts.titles.get(account, account))] = None
    return list(lines)


def _problem(problem: Problem, title: str = "") -> str:
    mark = "⛔" if problem.error else "⚠"
    where = f"line {problem.line}: " if problem.line else ""
    who = f"{title}: " if title and title not in problem.text else ""
    return f"{mark} {who}{where}{with_code(problem.text)}"
