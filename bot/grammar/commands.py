"""Orders: a word, the number of a post, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.grammar import hurry, names, publishing_orders, several, stop_reasons, stopwords
from bot.grammar.forms import ALONE, APPROVED, COLON, FILE, FORMS, HELP, NO_TEXT, NUMBER, STOPPING
from bot.grammar.guess import braking, guess, part_of_post, with_number
from bot.grammar.polite import KIND_WORDS, THANKS, bare, is_thanks, start
from bot.grammar.questions import question
from bot.grammar.topics import topic_of
from bot.grammar.values import Command, Unknown
from bot.grammar.verbs import Verb

_NOISE = re.compile(
    r"(?:(?:right\s+)?now|at once|immediately|(?:go(?:es)? |be )?out|out\s+(?:right\s+)?now|doing|again|too)",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*[,:]?\s*(?:(?:to|for|until|till|on)(?!\w)\s*:?\s*)?", re.IGNORECASE)
_ONE = re.compile(r"(?:(?:proposal|alt|number|no\.?)\s*)?#?(?P<one>[1-9])", re.IGNORECASE)
_WHERE = re.compile(r"\s*[,:]?\s*(?:(?:only|on|for|to|at|in|with|via)(?!\w)\s*)*", re.IGNORECASE)
_NOT = re.compile(r"\s+(?=!+\s*\w)")
_AT_LINK = re.compile(r"(?:\s+(?:at|as|here|under))+$", re.IGNORECASE)
_LONGEST_NAMES = 100
"""Characters of the names of platforms."""
_LINK = re.compile(r"<?(?P<link>https?://[^\s<>]+)>?")
_GLUED = re.compile(r"\A(hold|stop|pause|halt|cancel)(all|everything)(?!\w)", re.IGNORECASE)
_BIGGEST = 9
"""Digits of the largest number that is taken for a post."""


@dataclass(frozen=True, slots=True)
class _Order:
    """A verb with its number, on the way to a command."""

    verb: Verb
    post: int
    rest: str
    line: int
    text: str
    accounts: Sequence[str]
    others: tuple[int, ...] = ()

    def done(self, rest: str = "", accounts: tuple[str, ...] = ()) -> Command:
        skipped = self.rest[: self.rest.find(rest)] if rest else ""
        line = self.line + skipped.count("\n")
        return Command(self.verb.name, self.post, accounts, rest, line, self.others)

    def wrong(self, why: str, nearest: str | None = None) -> Unknown:
        return Unknown(self.text, nearest or with_number(self.verb.sample, str(self.post)), why)


def command(text: str, accounts: Sequence[str]) -> Command | Unknown:
    """The order or question that this message is. Its lines are counted from the beginning of the text."""
    begin = start(text)
    while begin < len(text) and text[begin] in "`*_ \n":
        begin += 1
    body = text[begin:].rstrip("_*` \n") if "_" in text[start(text) : begin] else text[begin:]
    plain = bare(body, also="")
    if is_thanks(body):
        return Command("help", rest=THANKS)
    if not bare(body) and "?" not in body:
        return Command("help")
    line = 1 + text.count("\n", 0, begin)
    found = _numbered_order(body, line, text, accounts) or _everything(body, line, accounts)
    if isinstance(found, Command):
        return found
    if isinstance(found, Unknown) and APPROVED.match(body):
        return found
    asked = _asked(body, plain, accounts)
    if asked is None and not isinstance(found, Unknown):
        asked = hurry.hurried(body, lambda one: _hurried(one[start(one) :], line, text, accounts))
    if found is not None:
        found = braking(found, body)
    return asked or found or _without_number(body, text) or guess(text)


def _numbered_order(body: str, line: int, text: str, accounts: Sequence[str]) -> Command | Unknown | None:
    """A word with the number of a post; None if it is nothing of that form."""
    failed: Unknown | None = None
    for verb, pattern in FORMS:
        match = pattern.match(body)
        if match is None:
            continue
        found = _with_post(verb, match, body, line, text, accounts)
        if isinstance(found, Command):
            return found
        failed = failed or found
    return failed


def _hurried(body: str, line: int, text: str, accounts: Sequence[str]) -> Command | Unknown | None:
    return _numbered_order(body, line, text, accounts) or _everything(body, line, accounts)


def _everything(body: str, line: int, accounts: Sequence[str]) -> Command | None:
    """`stop everything`, `cancel all`: a hold of every post, whatever word it was, for that can be undone."""
    body = _GLUED.sub(r"\1 \2", body, count=1)
    match = STOPPING.match(body)
    why = stop_reasons.of_everything(body[match.end() :], accounts) if match else None
    if why is None:
        return None
    return Command("hold", rest=why, line=line + (body[: body.find(why)].count("\n") if why else 0))


def _asked(body: str, plain: str, accounts: Sequence[str]) -> Command | Unknown | None:
    if "\n" in plain:
        return None
    if match := HELP.match(body):
        topic = bare(match["topic"])
        if not topic:
            return Command("help")
        found, near = topic_of(topic)
        if found is not None:
            return Command("help", rest=found)
        if body[:4].casefold() == "help":
            return Unknown(body, f"help {near}" if near else "help", "There is no help on that.")
    return question(plain, accounts)


def _with_post(
    verb: Verb, match: re.Match[str], body: str, line: int, text: str, accounts: Sequence[str]
) -> Command | Unknown:
    digits, rest, more = match["n"].lstrip("0"), match["rest"], match.groupdict().get("more")
    if not digits or (len(digits) > _BIGGEST and (more is None or verb.name == "approve")):
        return Unknown(text, verb.sample, "There is no post of that number.")
    if more is not None and several.is_vague(verb.name, body[match.start("n") :], more):
        why = "Which of them do you mean, or all? Name them with `and`."
        return Unknown(
            text, f"show {several.number(digits)}", why, (several.number(digits), *stopwords.named(body))
        )
    if more and not several.meant(verb.name, more, rest):
        more, rest = "", more + rest
    number = several.number(digits)
    if (out := publishing_orders.brings_out(verb.name, rest)) and publishing_orders.ASKS.search(
        _LINK.sub(" ", rest)
    ):
        return Command("show", number, rest=f"{out} {number}")
    order = _Order(verb, number, rest, line + body.count("\n", 0, len(body) - len(rest)), text, accounts)
    named = several.numbers(number, more or "")
    if named is None:
        return order.wrong(f"Name the posts one by one, and at most {several.MOST} at once.")
    return _FINISH[verb.kind](replace(order, others=named[1:]))


def _alone(order: _Order) -> Command | Unknown:
    rest = bare(order.rest)
    if rest and not _NOISE.fullmatch(rest) and rest.casefold() not in KIND_WORDS:
        why = "I do not understand what stands behind the number."
        return order.wrong(why, f"show {order.post}" if order.verb.name in publishing_orders.VERBS else None)
    return order.done()


def _for_accounts(order: _Order) -> Command | Unknown:
    rest = bare(order.rest)
    rest = f"!{rest}" if _NOT.match(order.rest) else rest[_prefix(_WHERE, rest) :]
    rest = rest[:-5].rstrip() if rest[-5:].casefold() == " only" else rest
    if not rest or rest.casefold() in KIND_WORDS:
        return order.done()
    named = names.read(rest, order.accounts) if len(rest) <= _LONGEST_NAMES else names.Named(())
    if named.accounts and not named.unknown and not named.absent:
        return order.done(accounts=named.accounts)
    near = next((near for _, near in named.unknown if near), None)
    sample = f"{order.verb.name} {order.post}"
    if near and near.startswith("all but "):
        return order.wrong("Do you mean all platforms but that one?", f"{sample} {near}")
    if named.absent:
        return order.wrong(f"There is no account for {names.title(named.absent[0])} here.", sample)
    if near:
        return order.wrong("I do not know that platform.", f"{sample} {near}")
    word = "show" if order.verb.name in publishing_orders.VERBS else order.verb.name
    return order.wrong("Behind the number only platforms may stand.", f"{word} {order.post}")


def _reason(order: _Order) -> Command:
    return order.done(hurry.reason(order.rest) if bare(order.rest) else "")


def _brake(order: _Order) -> Command | Unknown:
    """Whoever brakes in a hurry is not asked for the right words."""
    if several.counts(order.rest):
        return order.wrong("Say which post you mean, by its number.", order.verb.sample)
    rest = bare(order.rest)
    is_noise = not rest or _NOISE.fullmatch(rest) or rest.casefold() in KIND_WORDS
    return order.done() if is_noise else _reason(order)


def _stop(order: _Order) -> Command | Unknown:
    if order.verb.name != "resume" and stop_reasons.is_doubt(order.rest):
        posts = (order.post, *order.others, *stopwords.named(order.rest))
        return replace(order.wrong("Shall it be stopped, or not?", f"hold {order.post}"), stops=posts)
    said = hurry.introduced(order.rest)
    if said is None and order.verb.name in several.STOPS and isinstance(_alone(order), Unknown):
        said = hurry.behind_sign(order.rest)
        if said and isinstance(_for_accounts(replace(order, rest=said)), Command):
            said = None  # it is one for a platform
        elif said is not None and stop_reasons.is_condition(said):
            said = None
        elif said is None and stop_reasons.is_reason(order.rest, order.accounts):
            said = hurry.reason(order.rest)
        elif said is None and order.others and isinstance(_for_accounts(order), Unknown):
            said = hurry.reason(order.rest)  # behind several it is nothing else
    return _alone(order) if said is None else order.done(said)


def _unvote(order: _Order) -> Command | Unknown:
    """For some platforms, or for all and with a reason."""
    found = _for_accounts(order)
    if isinstance(found, Command) or " all but " in (found.nearest or ""):
        return found
    stopped = _stop(order)
    return stopped if isinstance(stopped, Command) else found


def _time(order: _Order) -> Command | Unknown:
    rest = bare(order.rest[_prefix(_TO, order.rest) :], also="")
    if not rest or "\n" in rest:
        return order.wrong("Say to when, behind the number.")
    return order.done(rest)


def _text(order: _Order) -> Command | Unknown:
    if NO_TEXT.match(order.rest):
        why = "Is that the new text, or what to change? As the text, write it behind a colon or on the next line; I write only whole texts."
        return order.wrong(why, f"edit {order.post}: and the whole new text")
    rest = order.rest[_prefix(COLON, order.rest) :].rstrip()
    if not rest.strip("?!.… \t\n"):
        return order.wrong("Write the whole new text behind the number.")
    return order.done(rest)


def _alt(order: _Order) -> Command | Unknown:
    match = FILE.match(order.rest)
    if match is None:
        return order.wrong("Say which file, and what it shows.")
    text = match["text"].strip()
    return Command("alt", order.post, (), f"{int(match['file'])} {text}", order.done(text).line)


def _numbered(order: _Order) -> Command | Unknown:
    match = _ONE.fullmatch(bare(order.rest))
    why = "Say which of the proposals on its card, by its number."
    return order.wrong(why) if match is None else order.done(match["one"])


def _link(order: _Order) -> Command | Unknown:
    match = _LINK.search(order.rest)
    link = match["link"].rstrip(".,;!?)") if match else ""
    where = bare(order.rest[: match.start()] if match else order.rest)
    where = f"!{where}" if _NOT.match(order.rest) else where[_prefix(_WHERE, where) :].rstrip(" [")
    where = _AT_LINK.sub("", where) if len(where) <= _LONGEST_NAMES else where
    named = names.read(where, order.accounts) if 0 < len(where) <= _LONGEST_NAMES else names.Named(())
    if len(named.accounts) != 1 or named.unknown or named.absent:
        near = next((near for _, near in named.unknown if near), None)
        sample = f"published {order.post} {near or next(iter(named.accounts or order.accounts), 'linkedin')}"
        return order.wrong("Say on which platform it is out, and give its link if there is one.", sample)
    return order.done(link, named.accounts)


def _prefix(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


_FINISH = {
    "post": _alone,
    "accounts": _for_accounts,
    "reason": _reason,
    "brake": _brake,
    "stop": _stop,
    "unvote": _unvote,
    "time": _time,
    "text": _text,
    "alt": _alt,
    "number": _numbered,
    "link": _link,
}


def _without_number(body: str, text: str) -> Unknown | None:
    """A verb that needs a post, and none was named."""
    for verb, pattern in ALONE:
        match = pattern.match(body)
        if match and len(body.split()) <= 12:  # noqa: PLR2004  longer ones are sentences
            nearest = part_of_post(verb.name, body) or verb.sample
            return Unknown(text, nearest, "Say which post you mean, by its number behind the word.")
    return None


def begins(text: str) -> bool:
    """Whether this text looks as if it were said to the bot: a draft, an order or a question begins it."""
    body = text[start(text) :].lstrip("`*_ ")
    if re.match(r"(?:new\s+)?draft(?!\w)", body, re.IGNORECASE):
        return True
    if any(pattern.match(body) for _, pattern in FORMS[:-1]) or re.match(rf"{NUMBER}\W*$", body):
        return True
    return _asked(body, bare(body, also=""), ()) is not None
