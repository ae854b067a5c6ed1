"""The card: one message that shows one revision, platform by platform, and collects its approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.replies.escape import escape, inline, shorten, with_code
from bot.replies.words import Titles, count, listed, people, places, size, when
from bot.rules import Electorate, Judgement
from handlers.base import Outgoing, Problem
from handlers.media import Media
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

_CUT = "*(This card is cut: the rest did not fit into one message.)*"
FEW = 3
"""How many parts, files and problems of each kind are shown when there is room for nothing else."""
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
            return _wanted(facts)
        case PostState.APPROVED:
            line = f"✔ **Approved** by {people(facts.judgement.approvers)}. `hold {number}` stops it."
            return "\n".join(part for part in (line, _partly(facts)) if part)
        case PostState.HELD:
            return f"⏸ **Held.** `resume {number}` lets it go on, `cancel {number}` ends it."
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
            return f"✔ [out]({delivery.url})" if delivery.url else "✔ out"
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
            blocks.append(_preview(facts.titles.get(account, account), outgoing, most))
    blocks.extend(_few(_problems(facts), most, "problems"))
    if facts.note:
        blocks.append(f"📝 Note for reviewers: {escape(shorten(facts.note, most or 60))}")
    return "\n".join(blocks)


def _preview(title: str, outgoing: Outgoing, most: int) -> str:
    if outgoing.skipped:
        return f"▸ {title}: left out. {with_code(outgoing.skipped)}"
    lines = []
    if outgoing.title:
        lines.append(f"Title: **{_brief(outgoing.title, most)}**")
    if outgoing.cw:
        lines.append(f"Content warning: **{_brief(outgoing.cw, most)}**")
    facts = [
        ("language", outgoing.lang),
        ("visibility", _unusual(outgoing.visibility)),
        ("link", outgoing.link),
    ]
    said = [f"{name}: {_brief(value, most)}" for name, value in (*facts, *outgoing.extra.items()) if value]
    if said:
        lines.append(" · ".join(said))
    parts = [_part(outgoing, number, most) for number in range(len(outgoing.parts))]
    lines.extend(_few(parts, most, "parts"))
    return f"```spoiler {title} — {_measure(outgoing)}\n" + "\n".join(lines) + "\n```"


def _part(outgoing: Outgoing, number: int, most: int) -> str:
    part = outgoing.parts[number]
    lines = []
    if len(outgoing.parts) > 1:
        lines.append(f"**Part {number + 1} of {len(outgoing.parts)}** · {part.length} of {outgoing.limit}")
    lines.append(_shown(part.text, most))
    lines.extend(_few([_medium(medium, at, most) for at, medium in enumerate(part.media, 1)], most, "files"))
    return "\n".join(lines)


def _few(lines: Sequence[str], most: int, what: str) -> list[str]:
    """All of them; only the first ones where no text is shown either."""
    if most or len(lines) <= FEW:
        return list(lines)
    return [*lines[:FEW], f"*(and {len(lines) - FEW} more {what})*"]


def _brief(text: str, most: int) -> str:
    return inline(shorten(text, max(most, 60)))


def _unusual(visibility: str | None) -> str | None:
    return None if visibility == "public" else visibility


def _shown(text: str, most: int) -> str:
    if not text:
        return "*(no text)*"
    if len(text) <= most:
        return escape(text)
    rest = len(text) - most
    return f"{escape(text[:most])}… *(preview shortened: {rest} more characters will be published)*"


def _measure(outgoing: Outgoing) -> str:
    parts = outgoing.parts
    if len(parts) == 1:
        said = [f"{parts[0].length} of {outgoing.limit}"]
        if outgoing.unit != "characters":
            said[0] += f" {outgoing.unit}"
    else:
        said = [f"thread of {len(parts)}"]
    media = [medium for part in parts for medium in part.media]
    said.extend(_kinds(media))
    return " · ".join(said)


def _kinds(media: Sequence[Media]) -> list[str]:
    videos = [medium for medium in media if medium.mime.startswith("video/")]
    pictures = [medium for medium in media if medium.mime.startswith("image/")]
    said = [count(len(pictures), "picture")] if pictures else []
    if videos:
        said.append(count(len(videos), "video"))
    if rest := len(media) - len(videos) - len(pictures):
        said.append(count(rest, "document"))
    return said


def _medium(medium: Media, number: int, most: int) -> str:
    shape = f", {medium.width} × {medium.height}" if medium.width else ""
    note = f", {inline(medium.note)}" if medium.note else ""
    alt = f"alt text: “{_brief(medium.alt, most)}”" if medium.alt else "no alt text"
    return f"📎 {number}. {inline(shorten(medium.name, 60))}{shape}, {size(medium.size)}{note} — {alt}"


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
