"""What people write to the bot, turned into a draft or a command, with all its problems at once.

A message speaks to the bot when it mentions it (`@**social**`; a plain `@social` where it begins), or is a direct
message. Case, extra blanks and "please" never matter; nor does a trailing question mark, but that a question brings
nothing out (`approve 12?` shows the post).

A draft
    draft TEXT                      the text may begin on the same line or on the next
    draft                           options, one on a line; an empty line, or the first line
    to: PLATFORMS                   that is no option, ends them
    at: TIME
    TEXT …
    --- PLATFORMS                   from here on, these platforms' own text; with several accounts of a platform,
    TEXT …                          the text for one account wins over the text for its platform

    to          platforms or accounts, `all`, `all but x`
    at          when it goes out, as `bot.when` reads it
    not after   past this it is never published
    title       YouTube, LinkedIn documents
    cw          content warning (Mastodon)
    lang        language, as a code
    visibility  the platform's own word
    alt         what a picture shows; once per picture, in order
    thread      `no`: a text that is too long is an error instead of a thread
    link        the address that an article is about
    poll        `a | b | c`: the answers that readers choose from; the text is the question
    poll for    how long the poll is open: `3 days`; a day where nothing is said
    poll multiple  `yes`: readers may choose several answers
    tags        words with commas between them (YouTube)
    playlist    name or number of a playlist (YouTube)
    category    name or number of a category (YouTube)
    licence     `youtube` or `creative commons` (YouTube); `license` too
    for kids    `yes` or `no`: whether the video is made for children (YouTube)
    campaign    what it belongs to
    note        for the reviewers, never published
    text        nothing but text follows, up to the next section, whatever it looks like

    Options and heads may be dressed (`- to: x`, `**at:** friday 9:00`, `— x`) or stand without a colon: they are read where
    they can mean one thing, and else asked about, as is what looks like one in the text. `text:` says that what follows is text.

    Files uploaded in the message are its media; a link's text that is not the file's name is the alt text. A quoted
    message with `draft` under (or above) it: the quoted text is the draft's, unless it has a text of its own.

Orders (N is the number of a post: `12` or `#12`)
    approve N [PLATFORM …]          veto N [because REASON]         withdraw N [PLATFORM …] [because REASON]
    edit N NEW TEXT                 alt N FILE TEXT                 take N NUMBER
    move N to TIME                  now N                           retry N [PLATFORM …]
    hold N [because REASON]         resume N                        cancel N [because REASON]
    published N PLATFORM [LINK]     show N                          log N
    copy N

    approve, hold, cancel, veto, withdraw and resume take several posts: `N, N and N`, `N-N`. `don't publish N` is a hold. An order may
    stand behind a greeting or a quote, and one that stops something behind any words that are no order.
    `ok, hold N`, `can we hold N?`, `not yet N` stop it too, and so does `cancel N, REASON`. Several orders may stand in one
    message (`orders`).

Questions
    queue, or what is scheduled [PERIOD]?                           drafts
    history, or what went out [PERIOD]?                             what is waiting for me?
    status                          help [COMMAND]

Everything else is not understood, and answered with the nearest command; what may be meant to stop a post is told apart
by its words. Parsing is pure, never raises, and loses no
text: every line of a draft is in its text, a section, an option, a file or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.grammar import draft, orders
from bot.grammar.address import addressed, stop_in_passing, stops_behind
from bot.grammar.aim import as_draft
from bot.grammar.blocks import is_reply_header, layout, quoted_replies
from bot.grammar.commands import begins, command
from bot.grammar.polite import THANKS, start
from bot.grammar.quoted_cards import quoted_card
from bot.grammar.several import BRAKES, behind
from bot.grammar.stopwords import guessed, stops
from bot.grammar.topics import HELP, OVERVIEW
from bot.grammar.uploads import Line
from bot.grammar.values import Attachment, Command, Orders, Said, Unknown, Written
from bot.grammar.verbs import REASONED
from handlers.text.fences import opens

__all__ = [
    "BRAKES",
    "HELP",
    "OVERVIEW",
    "REASONED",
    "THANKS",
    "Attachment",
    "Command",
    "Orders",
    "Said",
    "Unknown",
    "Written",
    "addressed",
    "parse",
    "quoted_card",
    "rewritten",
    "stop_in_passing",
    "stops_behind",
]

_DRAFT = re.compile(
    r"(?:(?:a|new|another)\s+)*draft(?![\w'-])(?:[:,]|[ \t]+[:,](?=\s|$))?[ \t]*", re.IGNORECASE
)


_IS_ASKED = re.compile(r"[?？][\s`*_]*$")
_REQUEST = re.compile(
    r"[\s\S]*?(?<!\w)(?:can|could|would|will)\s+(?:you|we|i|somebody|someone|anybody)(?!\w)", re.IGNORECASE
)

_WAIT = re.compile(r"[\s*_]*+wait[\s*_!.…]*+", re.IGNORECASE)
_NO = re.compile(r"[\s*_]*+no[\s,!]++#?[0-9]++[\s*_!.]*+", re.IGNORECASE)
"""`no 1`: its number, or that it must not go out."""
_WHICH = "Say which post you mean, by its number."

_BREAKS = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
"""What slides and word processors write for the end of a line."""


def parse(text: str, *, accounts: Sequence[str], defaults: Sequence[str], site: str = "") -> Said:
    """What a text that is meant for the bot says. Never raises; takes time in proportion to its length.

    `accounts` are the configured ones (`mastodon`, `mastodon:fosstodon`, `x`), `defaults` where a draft without
    `to:` goes, `site` the community's own server, whose files may be linked by their whole address. Lines count from 1 at
    the beginning of the text.
    """
    texts = _lines(text)
    found, after = quoted_replies(texts)
    first = next((at for at in range(after, len(texts)) if texts[at].strip()), None)
    if first is None:
        return command(text, accounts) if not found else Unknown(text, "draft", _ONLY_QUOTE)
    skipped = start(texts[first])
    if aimed := as_draft(texts[first][skipped:], accounts):
        texts[first], skipped = aimed, 0
    head = _DRAFT.match(texts[first], skipped)
    if head is None:
        return _ordered("\n" * first + "\n".join(_own(texts)[first:]), accounts)
    rest = texts[first][head.end() :]
    inline = bool(rest.strip())
    body = _written(texts, range(first + 1, len(texts)), site)
    return draft.written(
        [Line(first + 1, rest, site=site), *body] if inline else body,
        inline=inline,
        quotes=[_written(texts, block.inside, site) for _, block in found],
        accounts=accounts,
        defaults=defaults,
    )


def _lines(text: str) -> list[str]:
    """The lines of a message, those of slides too; but what Zulip shows as one line of a quote or code stays one, for which
    lines are a quote was judged so, and somebody else wrote them.
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    fenced = layout(lines).fenced
    return [one for at, line in enumerate(lines) for one in ([line] if fenced[at] else _pieces(line))]


def _pieces(line: str) -> list[str]:
    """One line as slides break it, where no quote begins or ends by that."""
    pieces = line.translate(_BREAKS).split("\n")
    return [line] if line.lstrip().startswith(">") or any(opens(one, 0) for one in pieces[1:]) else pieces


def _written(texts: Sequence[str], lines: Iterable[int], site: str) -> list[Line]:
    return [Line(at + 1, one, site=site) for at in lines for one in _pieces(texts[at])]


def _own(texts: Sequence[str]) -> list[str]:
    """The lines of an order; those that quote somebody else are empty, but in the text that an order gives."""
    shape = layout(texts)
    own = list(texts)
    for at, line in enumerate(texts):
        quoted = shape.quote[at] and (shape.fenced[at] or not orders.stops_by_hand(line))
        own[at] = "" if quoted or is_reply_header(line) else line
    text = orders.text_begins("\n".join(own))
    return own if text is None else [*own[: text + 1], *texts[text + 1 :]]


def _ordered(text: str, accounts: Sequence[str]) -> Command | Unknown | Orders:
    """Orders or a question, though other words stand before them."""
    return orders.read(text, lambda one: command(one, accounts), lambda one: _one(one, accounts))


def _one(text: str, accounts: Sequence[str]) -> Command | Unknown:
    found = command(text, accounts)
    if isinstance(found, Command):
        return _doubted(found, text)
    return behind(text.split("\n"), lambda one: command(one, accounts), begins) or _keeping(found, text)


def _keeping(found: Unknown, text: str) -> Unknown:
    """With the posts that it may be meant to stop."""
    stopped = stops(text)
    if stopped is None and not found.why:
        stopped = guessed(text, found.nearest)
    if stopped == () and found.nearest in {None, "help"} and not found.why:
        return Unknown(text, "hold 12", _WHICH, stopped)
    return replace(found, stops=stopped)


def _doubted(found: Command, text: str) -> Command | Unknown:
    """`cancel 12?` asks, where `can you cancel 12?` orders: what cannot be undone is done by no question."""
    if found.verb == "waiting" and _WAIT.fullmatch(text):
        return Unknown(text, "hold 12", _WHICH, ())
    if found.verb == "show" and not found.rest and _NO.fullmatch(text):
        why = f"Is that the number of a post, or must it not go out? `show {found.post}` shows it."
        return Unknown(text, f"hold {found.post}", why, (found.post or 0,))
    posts = (found.post or 0, *found.others)
    if found.verb != "cancel" or found.rest or not _IS_ASKED.search(text) or _REQUEST.match(text):
        return found
    why = "Is that a question? Without the question mark I cancel it."
    return Unknown(text, f"cancel {found.post}", why, posts)


def rewritten(edit: Command, *, accounts: Sequence[str], defaults: Sequence[str], site: str = "") -> Written:
    """The new text that `edit` gives, read in the form of a draft; its lines are those of the message."""
    lines = [Line(at, text, site=site) for at, text in enumerate(edit.rest.split("\n"), edit.line)]
    return draft.written(lines, inline=False, quotes=(), accounts=accounts, defaults=defaults)


_ONLY_QUOTE = "There is only a quoted message: write `draft` under it to make a post of it."
