"""The card: one message that shows one revision, platform by platform, and collects its approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.replies import continuation, proposals, refusals, reports
from bot.replies.escape import escape, inline, shorten, with_code
from bot.replies.preview import ALL, FEW, Addresses, preview
from bot.replies.proposals import without_alt
from bot.replies.words import Titles, count, first_words, linked, listed, places, when
from bot.rules import Electorate, Judgement
from handlers.base import Outgoing, Problem
from storage.models import BY_RESTORE, Delivery, Post, Proposal
from storage.states import DeliveryState, PostState

_CUT = "*(This card is cut: the rest did not fit into one message.)*"
PREVIEWS = (3_000, 1_500, 700, 350, 150, 60, 0)
"""Characters of each text that are shown of what cannot go out as it is, tried in this order until the card fits."""
SHORT = PREVIEWS[3:]
"""The same where other messages show all of it."""
_RESERVE = 2_000
"""Characters of a card that are kept for its head, its state, problems and the note, however they change."""
_PROPOSED = 700
"""Characters of an alt text that is proposed."""
_REASON = 120
"""Characters of a name with the reason of a veto."""
_ERROR = 300
"""Characters of what a platform answered."""
_MANY = 300
"""Characters of a list of people; of more there is only the number."""


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
    mute: Sequence[int] = ()
    """Numbers of the files without an alt text."""
    proposals: Sequence[tuple[Proposal, int]] = ()
    """Alt texts that were proposed, each with the number of its file."""
    addresses: Addresses = field(default_factory=dict)
    """Where the files are shown that approvers cannot open where they were uploaded."""
    retry_until: datetime | None = None
    """Until when its author may order again what is not out."""
    continued: Sequence[str] = ()
    """Addresses of the messages that show what the card has no room for."""

    @property
    def going(self) -> list[str]:
        """The accounts that do not leave it out."""
        skipped = {account for account, one in self.outgoing.items() if one.skipped}
        return [account for account in self.accounts if account not in skipped]


def holds_all(facts: CardFacts, limit: int) -> bool:
    """Whether a card of at most `limit` characters shows all that goes out, whatever else it comes to say."""
    return len("\n".join(_previews(facts, ALL))) <= limit - min(_RESERVE, limit // 4)


def card(facts: CardFacts, limit: int) -> str:
    """The card in Zulip Markdown, at most `limit` characters. What goes out is shown in full; only where other messages
    do that, its texts are shortened, and say so.
    """
    whole = not facts.continued and holds_all(facts, limit)
    text = ""
    for most in (ALL, *PREVIEWS) if whole else SHORT if facts.continued else PREVIEWS:
        shown = ALL if whole else most
        text = "\n".join(part for part in (_head(facts), _state(facts), _body(facts, shown, most)) if part)
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
    return f"**#{post.id}** by {facts.author}{first_words(post, ': ')} → {where} · {_time(post)}"


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
    stopped = facts.post.state in {PostState.HELD, PostState.EXPIRED, PostState.BROKEN}
    return "\n".join(part for part in (_standing(facts), _vetoed(facts) if stopped else "") if part)


def _standing(facts: CardFacts) -> str:
    number = facts.post.id
    match PostState(facts.post.state):
        case PostState.BROKEN:
            return "⛔ **Cannot go out as it stands.** Edit your message and a new card follows."
        case PostState.DRAFT:
            return "\n".join(part for part in (_wanted(facts), refusals.was_stopped(facts.post)) if part)
        case PostState.APPROVED:
            line = f"✔ **Approved** by {_some(facts.judgement.approvers)}. `hold {number}` stops it."
            return "\n".join(part for part in (line, _partly(facts)) if part)
        case PostState.HELD:
            if facts.post.stopped_as == BY_RESTORE:
                return (
                    "⏸ **Held** by a restore from a copy: what was decided since is not known. Look, then one of "
                    f"*{inline(facts.electorate.name)}* says `resume {number}`, which lets it go on, or `cancel {number}`."
                )
            by = f" by {refusals.stopper(facts.post)}" if facts.post.stopped_as else ""
            return f"⏸ **Held**{by}. `resume {number}` lets it go on, `cancel {number}` ends it."
        case PostState.EXPIRED:
            return f"⌛ **Its time has passed** and it was not published. `move {number} to tomorrow 10:00` gives it a new one."
        case PostState.WITHDRAWN:
            return f"✖ **Withdrawn.** `copy {number}` starts anew from its text."
        case PostState.RELEASED:
            return _outcomes(facts)


def _wanted(facts: CardFacts) -> str:
    if vetoed := _vetoed(facts):
        return vetoed
    if facts.electorate.trouble:
        return f"⚠ **Nobody can approve it now:** {facts.electorate.trouble}"
    tallies = facts.judgement.tallies
    most = max((tally.missing for tally in tallies), default=0)
    so_far = f" (so far: {_some(facts.judgement.approvers)})" if facts.judgement.approvers else ""
    own = "" if facts.self_approval else ", not the author"
    line = (
        f"Needs **{count(most, 'approval')}** from *{inline(facts.electorate.name)}*{own}{so_far}: "
        f"tap :{facts.approve}: below. Veto with :{facts.veto}:."
    )
    if len({tally.missing for tally in tallies}) > 1:
        each = listed([f"{facts.titles.get(one.account, one.account)} {one.missing}" for one in tallies])
        line += f" Still missing: {each}."
    return line


def _vetoed(facts: CardFacts) -> str:
    by, back = _some(facts.judgement.vetoes), f"(the :{facts.veto}:, or `withdraw {facts.post.id}`)"
    end = f"it waits until that is taken back {back}, or until its text is changed and approved"
    return f"✋ **Vetoed** by {by}: {end}." if facts.judgement.vetoes else ""


def _some(names: Sequence[str]) -> str:
    """People, with their reasons; of very many only the first, so that the card keeps its room for what goes out."""
    shown: list[str] = []
    for name in names:
        shown.append(inline(shorten(name, _REASON)))
        if sum(len(one) for one in shown) > _MANY and len(names) > len(shown):
            return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return listed(shown)


def _partly(facts: CardFacts) -> str:
    waiting = [tally for tally in facts.judgement.tallies if not tally.enough]
    if not waiting:
        return ""
    each = listed(
        [f"{facts.titles.get(one.account, one.account)} ({one.missing} missing)" for one in waiting]
    )
    return f"Still waits for approval: {each}."


_AGAIN = {DeliveryState.FAILED, DeliveryState.UNKNOWN}
"""What people may have to order again."""


def _outcomes(facts: CardFacts) -> str:
    lines = []
    for account, delivery in facts.deliveries.items():
        title = facts.titles.get(account, account)
        lines.append(f"* {title}: {outcome(delivery, title)}")
    if facts.retry_until and any(one.state in _AGAIN for one in facts.deliveries.values()):
        lines.append(refusals.until(facts.post, facts.retry_until, facts.electorate))
    return "\n".join(lines)


def outcome(delivery: Delivery, title: str) -> str:
    """What became of one delivery, in a few words behind its account's name."""
    why = _short(reports.why(delivery).removeprefix(f"{title} "))
    match DeliveryState(delivery.state):
        case DeliveryState.PUBLISHED:
            return f"✔ {linked('out', delivery.url)}"
        case DeliveryState.WAITING:
            return "waits for its approvals"
        case DeliveryState.PENDING if delivery.error:
            return f"is tried again {when(delivery.not_before)}: {why}"
        case DeliveryState.PENDING | DeliveryState.SENDING:
            return "going out …"
        case DeliveryState.FAILED:
            return f"✖ failed: {why} {reports.what_then(delivery)}".rstrip()
        case DeliveryState.UNKNOWN:
            return f"❓ may be out: {why}"
        case DeliveryState.CANCELLED:
            return "cancelled"


def _short(error: str) -> str:
    return with_code(shorten(error, _ERROR))


def _body(facts: CardFacts, shown: int, most: int) -> str:
    """What goes out, with so many characters `shown` of each text, and what is to be said of it in `most`."""
    if facts.post.state == PostState.WITHDRAWN:
        return ""
    blocks = [continuation.links(facts.continued)] if facts.continued else []
    blocks.extend(_previews(facts, shown))
    blocks.extend(proposals.line(one, file, min(most, _PROPOSED)) for one, file in facts.proposals)
    blocks.extend(_first(_problems(facts), max(FEW, most // 8)))
    if facts.campaign:
        blocks.append(f"🏷 Campaign: {inline(shorten(facts.campaign, most or 60))}")
    if facts.note:
        blocks.append(f"📝 Note for reviewers: {escape(shorten(facts.note, most or 60))}")
    return "\n".join(blocks)


def _first(problems: Sequence[str], most: int) -> list[str]:
    more = f"*(and {len(problems) - most} more problems)*"
    return [*problems[:most], *([more] if len(problems) > most else [])]


def _previews(facts: CardFacts, most: int) -> list[str]:
    return [
        preview(facts.titles.get(account, account), facts.outgoing[account], most, facts.addresses)
        for account in facts.accounts
        if account in facts.outgoing
    ]


def _problems(facts: CardFacts) -> list[str]:
    lines: dict[str, None] = {}
    for problem in facts.problems:
        lines[_problem(problem)] = None
    if facts.mute:
        lines[f"⚠ {without_alt(facts.post, facts.mute)}"] = None
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
