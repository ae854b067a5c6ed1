"""Everything that people put around an option or the head of a section: Zulip's markup, and slips of hands and phones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.grammar.foreign import GERMAN, NORTHERN, WESTERN
from bot.grammar.known import ASIDES, KNOWN, OTHER_WORDS
from bot.grammar.names import TITLES

VALUES = {
    "to": "mastodon, x",
    "at": "tuesday 9:00",
    "not after": "friday 12:00",
    "title": "Spring news",
    "cw": "Politics",
    "lang": "fi",
    "visibility": "unlisted",
    "alt": "A full room",
    "thread": "no",
    "link": "https://example.org/a",
    "poll": "red | blue",
    "poll for": "3 days",
    "poll multiple": "yes",
    "tags": "research, software",
    "playlist": "Lessons",
    "category": "Education",
    "licence": "creative commons",
    "for kids": "no",
    "campaign": "spring",
    "note": "please check the date",
}
FREE = "some words"
"""The value of an option that this list does not know yet."""
TELLING = tuple(
    one
    for one in KNOWN
    if one
    in {"to", "at", "not after", "lang", "visibility", "thread", "poll", "poll for", "poll multiple", "licence", "for kids"}
)  # fmt: skip
"""Options whose value tells by itself what the line is."""


def value(name: str) -> str:
    """A value that the option takes."""
    return VALUES.get(name, FREE)


MARKS: dict[str, Callable[[str], str]] = {
    "dash": lambda line: f"- {line}",
    "star": lambda line: f"* {line}",
    "plus": lambda line: f"+ {line}",
    "dot": lambda line: f"• {line}",
    "nested": lambda line: f"  - {line}",
    "task": lambda line: f"- [ ] {line}",
    "numbered": lambda line: f"1. {line}",
    "numbered with a bracket": lambda line: f"2) {line}",
    "quote": lambda line: f"> {line}",
    "quote without a blank": lambda line: f">{line}",
    "quote in a quote": lambda line: f"> > {line}",
    "quoted list": lambda line: f"> - {line}",
    "bold": lambda line: f"**{line}**",
    "italic": lambda line: f"*{line}*",
    "underscores": lambda line: f"_{line}_",
    "both": lambda line: f"***{line}***",
    "struck": lambda line: f"~~{line}~~",
    "code": lambda line: f"`{line}`",
    "double code": lambda line: f"`` {line} ``",
    "list and bold": lambda line: f"- **{line}**",
    "heading": lambda line: f"# {line}",
    "small heading": lambda line: f"### {line}",
    "closed heading": lambda line: f"## {line} ##",
    "emoji": lambda line: f":mega: {line}",
    "emoji as a character": lambda line: f"\U0001f4e3 {line}",
    "emoji with its selector": lambda line: f"\U0001f5d3\ufe0f{line}",
    "straight quotes": lambda line: f'"{line}"',
    "smart quotes": lambda line: f"\u201c{line}\u201d",
    "German quotes": lambda line: f"\u201e{line}\u201c",
    "angles": lambda line: f"\u00ab{line}\u00bb",
    "brackets": lambda line: f"[{line}]",
    "round brackets": lambda line: f"({line})",
    "link": lambda line: f"[{line}](https://example.org)",
    "mathematics": lambda line: f"$${line}$$",
    "braces": lambda line: f"{{{line}}}",
    "pointed brackets": lambda line: f"<{line}>",
    "arrow": lambda line: f"\u2192 {line}",
    "letter": lambda line: f"a) {line}",
    "escaped dash": lambda line: f"\\- {line}",
    "table": lambda line: f"| {line} |",
    "one blank": lambda line: f" {line}",
    "four blanks": lambda line: f"    {line}",
    "tab": lambda line: f"\t{line}",
    "hard blank": lambda line: f"\u00a0{line}",
    "unseen": lambda line: f"\u200b{line}",
    "byte order mark": lambda line: f"\ufeff{line}",
    "code block": lambda line: f"```\n{line}\n```",
    "named code block": lambda line: f"```text\n{line}\n```",
    "tildes": lambda line: f"~~~\n{line}\n~~~",
    "quote block": lambda line: f"```quote\n{line}\n```",
    "spoiler": lambda line: f"```spoiler Options\n{line}\n```",
    "spoiler's header": lambda line: f"```spoiler {line}\n\n```",
}  # fmt: skip
"""What stands around a whole line."""

FORMS: dict[str, Callable[[str, str], str]] = {
    "plain": lambda name, said: f"{name}: {said}",
    "full-width colon": lambda name, said: f"{name}\uff1a{said}",
    "blank before the colon": lambda name, said: f"{name} : {said}",
    "bold name": lambda name, said: f"**{name}:** {said}",
    "bold name, colon outside": lambda name, said: f"**{name}**: {said}",
    "italic name": lambda name, said: f"*{name}:* {said}",
    "code name": lambda name, said: f"`{name}:` {said}",
    "code name, colon outside": lambda name, said: f"`{name}`: {said}",
    "struck name": lambda name, said: f"~~{name}:~~ {said}",
    "name in smart quotes": lambda name, said: f"\u201c{name}\u201d: {said}",
    "bold value": lambda name, said: f"{name}: **{said}**",
    "code value": lambda name, said: f"{name}: `{said}`",
    "value in smart quotes": lambda name, said: f"{name}: \u201c{said}\u201d",
    "list, bold name": lambda name, said: f"- **{name}:** {said}",
    "full-width letters": lambda name, said: (
        "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in name) + f": {said}"
    ),
    "letter colon": lambda name, said: f"{name}\ua789 {said}",
    "ratio": lambda name, said: f"{name}\u2236 {said}",
    "table row": lambda name, said: f"|{name}|{said}|",
    "hyphens": lambda name, said: f"{name.replace(' ', '-')}: {said}",
}
"""How the name and its value stand in it."""

FOREIGN = {"plain", "full-width colon", "list, bold name"}
"""Forms that are tried with the names of other languages, too."""

BARE: dict[str, Callable[[str, str], str]] = {
    "no colon": lambda name, said: f"{name} {said}",
    "equals sign": lambda name, said: f"{name} = {said}",
    "dash": lambda name, said: f"{name} \u2013 {said}",
    "list, no colon": lambda name, said: f"- {name} {said}",
    "bold name, no colon": lambda name, said: f"**{name}** {said}",
}
"""Without a colon."""

PLACES: dict[str, Callable[[str], str]] = {
    "first": lambda line: f"draft\n{line}\nPublic words.",
    "behind an option": lambda line: f"draft\ncampaign: x\n{line}\nPublic words.",
    "first, then an empty line": lambda line: f"draft\n{line}\n\nPublic words.",
    "behind an empty line": lambda line: f"draft\n\n{line}\n\nPublic words.",
    "behind an empty line, on the text": lambda line: f"draft\n\n{line}\nPublic words.",
    "below": lambda line: f"draft\nPublic words.\n\n{line}",
    "directly below": lambda line: f"draft\nPublic words.\n{line}",
    "within": lambda line: f"draft Public words.\n\n{line}\n\nMore words.",
    "in a section": lambda line: f"draft Public words.\n--- linkedin\nTheir words.\n{line}",
    "first in a section": lambda line: f"draft Public words.\n--- linkedin\n{line}\nTheir words.",
}
"""Where the line stands in a draft."""
HEAD = ("first", "behind an option", "first, then an empty line")


@dataclass(frozen=True, slots=True)
class Dressed:
    """One option as somebody wrote it."""

    name: str
    place: str
    dress: str
    line: str
    message: str


def options() -> Iterator[Dressed]:
    """Every option in every dress at every place, in the names of every language."""
    for place, put in PLACES.items():
        for name in KNOWN:
            for written in (name, *(one for one, own in GERMAN.items() if own == name)):
                yield from _dressed(name, written, place, put)
    yield from _in_other_words()


ASIDE = ("Note to Bob", "note for Ana", "Alt-text", *(one for one in ASIDES if one != "text"), "Text")
"""Internal remarks and other words that no post begins with; `text:` in small letters is right."""


def _in_other_words() -> Iterator[Dressed]:
    """The names of more languages, and what people write for an option."""
    places = ("first", "behind an option", "below")
    for written, name in (NORTHERN | WESTERN).items():
        for place in places:
            line = f"{written}: {value(name)}"
            yield Dressed(name, place, f"{written}, plain", line, PLACES[place](line))
    for written, name in OTHER_WORDS.items():
        line = f"{written}: {value(name)}"
        yield Dressed(name, "first", f"{written}, other word", line, PLACES["first"](line))
    for written in ASIDE:
        for spelt in {written, written[:1].upper() + written[1:], written.upper()}:
            for line in (
                f"{spelt}: ask Bob first",
                f"**{spelt}:** ask Bob first",
                f"- {spelt}: ask Bob first",
            ):
                yield Dressed("note", "first", spelt, line, PLACES["first"](line))


def _dressed(name: str, written: str, place: str, put: Callable[[str], str]) -> Iterator[Dressed]:
    said = value(name)
    if written == name:
        for dress, mark in MARKS.items():
            line = mark(f"{written}: {said}")
            yield Dressed(name, place, dress, line, put(line))
    for dress, form in FORMS.items():
        if written != name and dress not in FOREIGN:
            continue
        line = form(written, said)
        yield Dressed(name, place, f"{written}, {dress}", line, put(line))
    capital = f"{written.capitalize()}: {said}"
    # `Licence: CC BY` is what texts about lessons say.
    if name in TELLING and (name != "licence" or place in HEAD):
        yield Dressed(name, place, f"{written}, capital", capital, put(capital))
    # Words without a colon are words, unless the value tells, or they stand where options stand.
    if name in TELLING or place in HEAD:
        for dress, form in BARE.items():
            line = form(written, said)
            yield Dressed(name, place, f"{written}, {dress}", line, put(line))


LOOSE = (
    "only mastodon", "mastodon only", "all but x", "on mastodon at friday 9:00", "friday 9:00", "mastodon friday 9:00",
    "now", "ASAP", "next slot", "at\nfriday 9:00", "<time:2026-12-01T09:00:00Z>", "no thread", "unlisted",
)  # fmt: skip
"""First lines that say where, when or how without the name of an option."""

RULES: dict[str, Callable[[str], str]] = {
    "rule": lambda name: f"--- {name}",
    "no blank": lambda name: f"---{name}",
    "long": lambda name: f"------ {name}",
    "two": lambda name: f"-- {name}",
    "closed": lambda name: f"--- {name} ---",
    "colon": lambda name: f"--- {name}:",
    "bold name": lambda name: f"--- **{name}**",
    "smart quotes": lambda name: f"--- \u201c{name}\u201d",
    "phone's dash": lambda name: f"\u2014 {name}",
    "phone's dash and one": lambda name: f"\u2014- {name}",
    "phone's dash, no blank": lambda name: f"\u2014{name}",
    "short dash": lambda name: f"\u2013 {name}",
    "bar": lambda name: f"\u2015 {name}",
    "entity": lambda name: f"&mdash; {name}",
    "text on the line": lambda name: f"--- {name}: Only theirs.",
}
"""How the head of a section may be written with dashes."""

HEADS: dict[str, Callable[[str], str]] = {
    "colon": lambda name: f"{name}:",
    "full-width colon": lambda name: f"{name}\uff1a",
    "bold": lambda name: f"**{name}**",
    "bold and colon": lambda name: f"**{name}:**",
    "bold, colon outside": lambda name: f"**{name}**:",
    "italic": lambda name: f"*{name}*",
    "struck": lambda name: f"~~{name}~~",
    "code": lambda name: f"`{name}`",
    "heading": lambda name: f"# {name}",
    "small heading": lambda name: f"### {name}",
    "brackets": lambda name: f"[{name}]",
    "emoji": lambda name: f":mega: {name}",
    "emoji and colon": lambda name: f"\U0001f4e3 {name}:",
    "smart quotes": lambda name: f"\u201c{name}\u201d",
    "equals": lambda name: f"=== {name} ===",
    "stars": lambda name: f"*** {name}",
    "dash": lambda name: f"- {name}",
    "for": lambda name: f"For {name}:",
    "bold for": lambda name: f"**for {name}:**",
    "German": lambda name: f"F\u00fcr {name}:",
    "French": lambda name: f"pour {name} :",
    "text for": lambda name: f"Text for {name}:",
    "dash and colon": lambda name: f"- {name}:",
    "numbered": lambda name: f"1. {name}",
    "quote": lambda name: f"> {name}",
    "nothing": lambda name: name,
}
"""How it may be written without dashes: a line that is nothing but the name."""


def heads() -> Iterator[tuple[str, str, str]]:
    """Every head of a section in every dress: its name, the dress, and the draft."""
    for name in ("mastodon", "x", "linkedin", *TITLES.values(), "mastodon, x", "twitter"):
        for dress, rule in RULES.items():
            yield name, dress, f"draft Public words.\n\n{rule(name)}\nOnly theirs."
        for dress, mark in MARKS.items():
            yield name, f"rule in {dress}", f"draft Public words.\n\n{mark(f'--- {name}')}\nOnly theirs."
        for dress, head in HEADS.items():
            yield name, dress, f"draft Public words.\n\n{head(name)}\nOnly theirs."
            yield name, f"{dress}, directly", f"draft\nPublic words.\n{head(name)}\nOnly theirs."
