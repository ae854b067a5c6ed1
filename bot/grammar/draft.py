"""A draft: its options, its text, the platforms' own texts and the files, with all its problems at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.grammar import names
from bot.grammar.aim import aimed, question
from bot.grammar.attach import attachments
from bot.grammar.blocks import layout, quoted_replies
from bot.grammar.kinds import TEXT, Kind, above, certain, doubt, is_capital, meant, several
from bot.grammar.known import KNOWN
from bot.grammar.loose import loose_question
from bot.grammar.options import Given, Option, bare, finish, look, take, unused
from bot.grammar.reading import code
from bot.grammar.sections import Section, divide
from bot.grammar.uploads import Line, Upload, take_out
from bot.grammar.values import Written
from handlers.base import Problem

_QUOTED_DRAFT = re.compile(
    r"\s*(?:@_?\*\*[^*\n]+\*\*|@\w+)\s*[,:]?\s*draft(?!\w)(?:[:,]|[ \t]+[:,](?=\s|$))?[ \t]*(?P<rest>.*)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Body:
    """What a draft consists of, before it is put together."""

    given: Given = field(default_factory=Given)
    chosen: list[Option] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)
    sure: set[bool] = field(default_factory=set)
    """Whether the names of the options that are certain begin with a capital letter."""


def written(
    lines: Sequence[Line],
    *,
    inline: bool,
    quotes: Sequence[Sequence[Line]],
    accounts: Sequence[str],
    defaults: Sequence[str],
) -> Written:
    """The draft of these lines.

    `inline`: the first one stood behind the word `draft`; `quotes`: the messages that were quoted above it.
    """
    body = _read(lines, inline=inline, accounts=accounts)
    given, common = body.given, body.parts[0]
    if own := _only_quotes(common.lines):
        quotes, common.lines = [*quotes, *own], []
    if quotes and not _blank(common.lines):
        text = " ".join(line.text.strip() for quote in quotes for line in quote if line.text.strip())
        number = quotes[0][0].number if quotes[0] else 1
        given.warn(
            f"The draft has a text of its own, so the quoted message is left out: `{code(text)}`", number
        )
    elif quotes:
        _take_quotes(quotes, body, accounts)
    for option in body.chosen:
        take(option, given, accounts)
    finish(given)
    return _put_together(body, accounts, defaults)


def _read(lines: Sequence[Line], *, inline: bool, accounts: Sequence[str]) -> _Body:
    body = _Body()
    rest = _told(_options(lines, inline, body, accounts))
    body.parts = divide(rest, accounts, body.given)
    shape = layout([line.text for line in rest])
    if shape.blocks and not shape.blocks[-1].closed:
        number = rest[shape.blocks[-1].first].number
        body.given.warn("This block is never closed, so everything after it is part of it.", number)
    return body


def _options(lines: Sequence[Line], inline: bool, body: _Body, accounts: Sequence[str]) -> list[Line]:
    """Take the option lines off the top; what remains is text. What is doubtful is told, and stays in the text."""
    strays: list[Line] = []
    for at, line in enumerate(lines):
        behind = inline and at == 0
        if TEXT.fullmatch(line.text):
            return strays + list(lines[at:])
        if behind and (found := aimed(line, accounts)):
            body.chosen.append(found[0])
            if found[1].text:
                return [found[1], *lines[at + 1 :]]
            continue
        option = look(line)
        following = look(lines[at + 1]) if at + 1 < len(lines) else None
        kind = _kind(option, following, body, accounts, behind=behind)
        if option is None or kind is Kind.TEXT:
            if option and not option.known and option.lower and body.chosen and not behind:
                said = f"There is no option `{code(option.written)}`, so this line is part of the text."
                body.given.warn(said, line.number)
            if asked := (question if behind else loose_question)(line, accounts):
                body.given.error(asked, line.number)
                return [*strays, replace(line, told=True), *lines[at + 1 :]]
            return strays + list(lines[at:])
        if kind is Kind.OPTION and not several(option.value):
            body.chosen.append(option)
            continue
        strays.append(replace(line, told=True))
        body.given.error(_question(option, kind, accounts), line.number)
    return strays


def _kind(
    option: Option | None, following: Option | None, body: _Body, accounts: Sequence[str], *, behind: bool
) -> Kind:
    if option is None:
        return Kind.TEXT
    if certain(option, accounts):
        body.sure.add(is_capital(option))
    if option.known:
        beside = {is_capital(following)} if following and certain(following, accounts) else set()
        return above(option, body.sure | beside, accounts, behind=behind)
    words = None if behind else bare(option.line)
    if words is not None and above(words, body.sure, accounts, behind=behind) is Kind.DOUBT:
        return Kind.DOUBT
    slip = meant(option, accounts) or (option.lower and following is not None and following.known)
    return Kind.SLIP if slip and not behind else Kind.TEXT


def _question(option: Option, kind: Kind, accounts: Sequence[str]) -> str:
    """What is said of a line under `draft` that cannot be used as it is."""
    if several(option.value) and option.known:
        return "Several options stand on this line: write each on a line of its own, and the text under them."
    if kind is Kind.DOUBT:
        return (
            f"Is `{code(option.line.text.strip())}` an option, or text? As an option, write "
            f"`{option.name}: {code(option.value)}`. As text, write `text:` on the line before it."
        )
    name = meant(option, accounts)
    if name:
        return f"I know no option `{code(option.written)}`: did you mean `{name}:`? If it is text, put an empty line before it."
    known = ", ".join(f"`{name}`" for name in KNOWN)
    return f"I know no option `{code(option.written)}`. There are {known}."


def _only_quotes(lines: Sequence[Line]) -> list[list[Line]]:
    """The quoted messages of a text that consists of nothing else."""
    found, after = quoted_replies([line.text for line in lines])
    if not _blank(lines[after:]) or not any(first != block.first for first, block in found):
        return []
    return [[lines[at] for at in block.inside] for _, block in found]


def _take_quotes(quotes: Sequence[Sequence[Line]], body: _Body, accounts: Sequence[str]) -> None:
    """The quoted text becomes the draft's. Was it a draft itself, then what its options say holds too, where
    nothing else was said.
    """
    text: list[Line] = []
    for quote in quotes:
        text += [Line(0, ""), *quote] if text else quote
    filled = next((at for at, line in enumerate(text) if line.text.strip()), len(text))
    head = _QUOTED_DRAFT.fullmatch(text[filled].text) if filled < len(text) else None
    if head is None:
        body.parts[0].lines = text
        return
    first = [replace(text[filled], text=head["rest"], told=False)] if head["rest"].strip() else []
    theirs = _read([*first, *text[filled + 1 :]], inline=bool(first), accounts=accounts)
    said = {option.name for option in body.chosen}
    body.chosen += [option for option in theirs.chosen if option.name not in said]
    body.given.problems += theirs.given.problems
    mine = {account for part in body.parts[1:] for account in part.accounts}
    body.parts[0].lines = theirs.parts[0].lines
    body.parts += [part for part in theirs.parts[1:] if not mine & set(part.accounts)]


def _put_together(body: _Body, accounts: Sequence[str], defaults: Sequence[str]) -> Written:
    given = body.given
    going = given.accounts if given.accounts is not None else _defaults(defaults, accounts)
    common, uploads = take_out(body.parts[0].lines)
    files: list[tuple[Upload, tuple[str, ...]]] = [(upload, ()) for upload in uploads]
    texts: dict[str, str] = {}
    heads: dict[tuple[str, bool], int] = {}
    for part in body.parts[1:]:
        lines, uploads = take_out(part.lines)
        _ask(lines, given, accounts)
        owners = (*part.accounts, *part.others)
        files += [(upload, owners) for upload in uploads]
        _own_text(part, _joined(lines), bool(uploads), given, texts, heads, going)
    _ask(common, given, accounts)
    unused(given, going)
    attached = attachments(files, given)
    text = _joined(common)
    _nothing_to_say(text, texts, bool(attached), going, given, accounts)
    problems = sorted(given.problems, key=lambda problem: problem.line or 0)
    return Written(
        text=text,
        accounts=going,
        texts=texts,
        attachments=attached,
        options=given.options,
        at=given.at,
        not_after=given.not_after,
        campaign=given.campaign,
        note=given.note,
        problems=tuple(problems),
        lines=dict(given.lines),
    )


def _defaults(defaults: Sequence[str], accounts: Sequence[str]) -> tuple[str, ...]:
    if "all" in defaults:
        return tuple(accounts)
    wanted = {account for name in defaults for account in names.account_names(name, accounts)}
    return tuple(account for account in accounts if account in wanted)


def _own_text(
    part: Section,
    text: str,
    has_files: bool,
    given: Given,
    texts: dict[str, str],
    heads: dict[tuple[str, bool], int],
    going: Sequence[str],
) -> None:
    """Give a section's text to its accounts. A section of files alone leaves them the common text."""
    line = part.head.number if part.head else 1
    if not text and not has_files:
        given.error("This section is empty: write its text under it, or take the line out.", line)
    if part.accounts and not set(part.accounts) & set(going):
        where = ", ".join(names.title(account) for account in part.accounts)
        given.warn(f"This post does not go to {where}, so nobody gets the text of this section.", line)
    for owner in (*part.accounts, *part.others):
        key = owner, owner in part.exact
        if key in heads:
            said = f"{names.title(owner)} has two sections, in lines {heads[key]} and {line}: keep one."
            given.error(said, line)
        heads.setdefault(key, line)
        if text:
            texts[owner] = f"{texts[owner]}\n\n{text}" if owner in texts else text


def _ask(lines: Sequence[Line], given: Given, accounts: Sequence[str]) -> None:
    """Tell what stands in the text and looks like an option, a head or an order."""
    for at, line in enumerate(lines):
        if said := doubt(lines, at, accounts):
            given.error(said, line.number)


def _told(lines: Sequence[Line]) -> list[Line]:
    """Without the `text:` of people; what it says is text is marked so, until the next section."""
    fenced = layout([line.text for line in lines]).fenced
    found: list[Line] = []
    told = False
    for at, line in enumerate(lines):
        mark = None if fenced[at] or told else TEXT.fullmatch(line.text)
        if mark and (not mark["rest"] or not found):
            told = True
            if mark["rest"]:
                found.append(replace(line, text=mark["rest"], told=True))
            continue
        if not fenced[at] and line.text.startswith("---"):
            told = False
        found.append(replace(line, told=True) if told else line)
    return found


def _nothing_to_say(
    text: str,
    texts: dict[str, str],
    has_files: bool,
    going: Sequence[str],
    given: Given,
    accounts: Sequence[str],
) -> None:
    if not accounts:
        given.problems.append(Problem("No platform is set up here, so there is nowhere to go.", error=True))
    elif not going and given.accounts is None:
        where = names.listed(accounts)
        given.problems.append(Problem(f"Say where it goes, with `to:` and some of {where}.", error=True))
    if text or has_files:
        return
    silent = [account for account in going if account not in texts]
    if texts and silent:
        for_whom = ", ".join(names.title(account) for account in silent)
        given.problems.append(
            Problem(f"There is no text for {for_whom}: write one above the sections.", error=True)
        )
    elif not texts:
        given.problems.append(
            Problem("The draft is empty: write the text behind `draft`, or under the options.", error=True)
        )


def _blank(lines: Sequence[Line]) -> bool:
    return not any(line.text.strip() for line in lines)


def _joined(lines: Sequence[Line]) -> str:
    """The text of the lines without the empty ones at its ends."""
    return re.sub(r"\A(?:[ \t]*\n)+", "", "\n".join(line.text for line in lines)).rstrip()
