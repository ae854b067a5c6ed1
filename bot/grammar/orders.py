"""Several orders in one message: on lines of their own, behind signs and `and`, behind another mention.

What stops a post is obeyed, whatever else the message says; other orders are, once all of it is understood. What is not
understood is asked about, and keeps back every post that it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice

from bot.grammar import hurry, several, stopwords
from bot.grammar.forms import BEGINS, STOPPED
from bot.grammar.polite import start
from bot.grammar.values import Command, Orders, Unknown

TOGETHER = several.STOPS | {"resume", "approve"}
"""Verbs that may stand beside others in one message: what they do, done twice does no harm, and takes no time."""
MOST = several.MOST
"""Posts that one message may name."""
_MOST_ORDERS = 40
"""Orders that are read in one message: each takes milliseconds, and ten thousand characters have room for a thousand."""
_LIST = re.compile(r"[0-9]{1,2}[.)]\s++")
"""The number of a line in a list."""
_RUN = re.compile(
    r"(?:[\s,;.:!?&+()–—*`_•|/-]|(?<!\w)(?:and|then|also|plus|but|or|too|und|og|och|ja|please|pls|plz|now)(?!\w))++",
    re.IGNORECASE,
)
"""What stands between two orders."""
_SIGN = re.compile(r"\A {0,3}>[\s>*`-]*+")
_NAMED = re.compile(r"[@#]_?\*\*[^*\n]+\*\*|@_?\*[^*\n]+\*")
_LEAD = re.compile(
    r"(?:(?:ok|oh|no|sorry|actually|well|so|(?:can|could|would|will) (?:you|we|i|somebody|someone)|let us|let's|lets|"
    r"(?:we|i) (?:must|should|need to|have to|want to)|i'd like to|i would like to|kindly)(?!\w)[\s,!:.–—-]*+){1,4}",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"(?<!\w)(?:also|too|as\s+well|likewise|ditto|both|same|other|others|rest|everything|all)(?!\w)",
    re.IGNORECASE,
)
"""Words that tell that what is ordered of one post is ordered of another."""
_NUMBERS = re.compile(rf"[\s,;.:!&+()*`/–—-]*+(?:(?:and|or)(?!\w)\s*)?{several.HEAD}[0-9]", re.IGNORECASE)
_ALONE = re.compile(
    r"(?:hold|pause|stop|freeze|halt|cancel|delete|remove|discard|drop|scrap|veto|reject|block|withdraw)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where an order begins."""

    run: int
    """Where what stands before it begins: signs, blanks, `and`."""
    at: int
    kind: str


def read(
    text: str, order: Callable[[str], Command | Unknown], one: Callable[[str], Command | Unknown]
) -> Command | Unknown | Orders:
    """What a message orders. `order` reads one order; `one` does so though other words stand before it."""
    cuts = list(islice(_cuts(text), _MOST_ORDERS + 1))
    if len(cuts) < 2:  # noqa: PLR2004  one order, or none
        return _with_doubts(one(text))
    before = _said(text[: cuts[0].at])
    is_trusted = not before or hurry.is_lead(before)
    found: list[Command | Unknown | Orders] = []
    for cut, after in zip(cuts[:_MOST_ORDERS], [*cuts[1:], None], strict=False):
        end = after.run if after else len(text)
        piece = text[cut.at : end]
        if before and cut is cuts[0]:
            said = one(text[:end])
        else:
            said = order("\n" * text.count("\n", 0, cut.at) + piece)
            if not is_trusted and isinstance(said, Command) and said.verb not in several.BRAKES:
                said = Unknown(piece)
        found.append(_with_doubts(said if isinstance(said, Command) else _named(said, piece)))
    found += [_too_many(text[one.at :]) for one in cuts[_MOST_ORDERS:]]
    return _together(text, found)


def stops_by_hand(line: str) -> bool:
    """Whether `>` stands before orders that stop something, and no other: somebody typed that, for Zulip quotes in fences."""
    kinds = {cut.kind for cut in _cuts(_SIGN.sub("", line))}
    return kinds == {"stop"}


def text_begins(text: str) -> int | None:
    """The line (from 0) of the order that takes what follows as its text; None if there is none."""
    found = next((cut.at for cut in _cuts(text) if cut.kind == "text"), None)
    return None if found is None else text.count("\n", 0, found)


def _cuts(text: str) -> Iterable[_Cut]:
    """Where orders begin; none behind one that takes all that follows as its text, and none in the name of a person, a group,
    a channel or a topic: those chose it themselves.
    """
    names = {at for one in _NAMED.finditer(text) for at in range(*one.span())}
    first = _RUN.match(text)
    end = first.end() if first else 0
    runs = [(0, end), *((one.start(), one.end()) for one in _RUN.finditer(text, end))]
    behind = 0
    for run, at in runs:
        match = _begins(text, at)
        if match is None or match.start() < behind or match.start() in names:
            continue
        kind = match.lastgroup or ""
        signs = text[run:at]
        if kind == "other" and "\n" not in signs and match[0][:4].casefold() == "post":
            continue  # `cancel 1 and post 2` names another post
        if (
            run
            and not signs.strip()
            and "\n" not in signs
            and not (kind == "stop" and text[run - 1].isdigit())
        ):
            continue  # words behind mere blanks are no order, but behind a number
        behind = match.end()
        yield _Cut(run, match.start(), kind)
        if kind == "text":
            return


def _begins(text: str, at: int) -> re.Match[str] | None:
    """The order that begins here, behind a word or the number of a line in a list."""
    number = _LIST.match(text, at)
    if number and (found := BEGINS.match(text, number.end())):
        return found
    lead = _LEAD.match(text, at)
    return BEGINS.match(text, lead.end() if lead else at)


def _said(before: str) -> str:
    """What stands before the first order and may change what it means, as `if it rains` does: no greeting, and no quote."""
    lines = [line for line in before.split("\n") if not line.lstrip().startswith(">")]
    said = _LIST.sub("", " ".join(lines).strip())
    said = said[start(said) :].strip()
    return "" if not any(c.isalnum() for c in said) or several.is_greeting(said) else said


def _named(said: Unknown, piece: str) -> Unknown:
    """An order that was not understood: what it names is kept back."""
    return replace(said, stops=stopwords.named(piece))


def _too_many(left: str) -> Unknown:
    """The orders behind those that are read: what they name is kept back."""
    why = f"I read at most {_MOST_ORDERS} orders in one message."
    return Unknown(left, "help hold", why, stopwords.named(left))


def _with_doubts(said: Command | Unknown) -> Command | Unknown | Orders:
    """A stop with what its reason names too, as if that were to be stopped."""
    if not isinstance(said, Command) or said.verb not in several.STOPS or not said.rest:
        return said
    posts = _doubtful(said.rest)
    if posts is None:
        return said
    left = tuple(one for one in posts if one not in {said.post, *said.others})
    if posts and not left:
        return said
    number = left[0] if left else 12
    why = "I do not understand whether you mean other posts too."
    return Orders((said,), Unknown(said.rest, f"{said.verb} {number}", why, left))


def _doubtful(reason: str) -> tuple[int, ...] | None:
    """The posts that a reason names as if they were to be stopped too; empty where it names none, None where there are no such
    words.
    """
    reason = stopwords.without_against(reason)
    found: list[int] = []
    first = _NUMBERS.match(reason)
    if first is not None:
        found += stopwords.first_named(reason[first.end() - 1 :])
    for match in STOPPED.finditer(reason):
        found += stopwords.first_named(reason[match.end() :])
    if _SAME.search(reason):
        found += stopwords.named(reason)
        if not found and _ALONE.match(reason):
            return ()
    return tuple(dict.fromkeys(found)) or None


def _together(text: str, found: Iterable[Command | Unknown | Orders]) -> Command | Unknown | Orders:
    """What of these is obeyed, and what is asked about."""
    orders: list[Command] = []
    unclear: list[Unknown] = []
    for one in found:
        orders += one.each if isinstance(one, Orders) else [one] if isinstance(one, Command) else []
        asked = one.asked if isinstance(one, Orders) else one if isinstance(one, Unknown) else None
        unclear += [asked] if asked else []
    apart = [one for one in orders if one.verb not in TOGETHER]
    unclear += [_apart(one) for one in apart]
    kept = TOGETHER if not unclear else several.STOPS
    left = [one for one in orders if one.verb in TOGETHER - kept]
    obeyed = [one for one in orders if one.verb in kept]
    named = [number for one in (*obeyed, *left) for number in _posts(one)]
    if len(set(named)) > MOST:
        why = f"Name at most {MOST} posts in one message."
        return Unknown(text, f"{orders[0].verb} {named[0]}", why, tuple(dict.fromkeys(named)))
    asked = _merged(text, unclear, [number for one in left for number in _posts(one)])
    if not obeyed and asked is not None:
        return asked
    return Orders(tuple(obeyed), asked)


def _apart(order: Command) -> Unknown:
    """An order that has to be said by itself; a text may have swallowed others."""
    why = "Among other orders I do not follow that one; please write it in a message of its own."
    stops = None if order.verb in {"show", "log"} else (*_posts(order), *stopwords.named(order.rest))
    return Unknown("", f"{order.verb} {order.post}", why, stops)


def _posts(order: Command) -> tuple[int, ...]:
    return (*(() if order.post is None else (order.post,)), *order.others)


def _merged(text: str, unclear: list[Unknown], left: list[int]) -> Unknown | None:
    if not unclear:
        return None
    stops = [one.stops for one in unclear if one.stops is not None]
    posts = tuple(dict.fromkeys([number for one in stops for number in one] + left))
    return Unknown(text, unclear[0].nearest, unclear[0].why, posts if stops or left else None)
