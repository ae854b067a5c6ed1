"""How things stand: accounts, backlog, what is in trouble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.replies import accounts
from bot.replies.escape import inline, with_code
from bot.replies.words import Titles, count, listed, next_order, when
from bot.rules import Electorate
from storage.models import Delivery, Post
from storage.states import DeliveryState


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be done."""

    drafts: int
    broken: int
    next_due: datetime | None
    troubled: Sequence[tuple[int, Delivery]]


@dataclass(frozen=True, slots=True)
class Pulse:
    """What shows that the bot is alive."""

    since: datetime | None
    """Since when it listens."""
    last: tuple[int, datetime] | None
    """What went out last, and when."""
    next: tuple[int, datetime] | None
    """What goes out next, and when."""


def heartbeat(pulse: Pulse) -> str:
    """The last line of a plan: silence is not death, even in a week without posts."""
    listens = f"I have listened since {when(pulse.since)}" if pulse.since else "I have just begun to listen"
    last = f"last out: #{pulse.last[0]} {when(pulse.last[1])}" if pulse.last else "nothing went out yet"
    following = (
        f"next: #{pulse.next[0]} {when(pulse.next[1])}"
        if pulse.next
        else "nothing is approved to go out next"
    )
    return f"*💓 {listens} · {last} · {following}.*"


def rest(untimed: Iterable[Post], troubled: Sequence[tuple[int, Delivery]], titles: Titles) -> list[str]:
    """Lines about what no day has: posts without a time, and deliveries in trouble."""
    said = []
    numbers = [f"#{post.id}" for post in untimed]
    if numbers:
        said.append(f"Waiting without a time: {listed(numbers)}.")
    if troubled:
        each = [_trouble(number, one, titles) for number, one in troubled]
        said.append(f"Needs a decision: {listed(each)}.")
    return said


def _trouble(number: int, delivery: Delivery, titles: Titles) -> str:
    title = titles.get(delivery.account, delivery.account)
    how = "may be out" if delivery.state == DeliveryState.UNKNOWN else "failed"
    return f"#{number} ({title} {how}, {next_order(delivery)})"


def status(
    found: Sequence[accounts.Facts],
    backlog: Backlog,
    electorate: Electorate,
    titles: Titles,
    today: str,
) -> str:
    """The answer to `status`."""
    said = [f"**Status** · {today}"]
    said.extend(accounts.line(one) for one in found)
    if not found:
        said.append("* No account is configured: the owner of the bot adds one to zuliprc.")
    approvers = electorate.trouble or f"{inline(electorate.name)}"
    if electorate.members is not None and not electorate.trouble:
        approvers += f" ({count(len(electorate.members), 'person') if len(electorate.members) == 1 else f'{len(electorate.members)} people'})"
    said.append(f"* Approvers: {with_code(approvers)}")
    due = f"next due {when(backlog.next_due)}" if backlog.next_due else "nothing is due"
    broken = f", {backlog.broken} to correct" if backlog.broken else ""
    said.append(f"* Backlog: {count(backlog.drafts, 'draft')} to approve{broken}, {due}.")
    said.extend(f"* {line}" for line in rest([], backlog.troubled, titles))
    return "\n".join(said)


def topics(help_texts: Mapping[str, str]) -> str:
    """What there is help on."""
    return f"There is help on {listed([f'`{name}`' for name in help_texts])}."
