"""A message's Markdown to the HTML that Zulip would show, and what is mentioned and linked in it.

markdown-it is the base, without HTML, backslash escapes, references and underscore emphasis, none of which Zulip
knows; the rooms beside this one add what only Zulip knows. Everything written by people is escaped: the result may
be put on a page as it is.

Left out, because the sandbox loads nothing from elsewhere: previews of foreign links and pictures; and the drawing of
formulas, which are shown as they were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, newline
from markdown_it.rules_inline.emphasis import tokenize as _emphasis
from markdown_it.token import Token

from bot.sandbox.zulip import markup_blocks, markup_inline, markup_links
from bot.sandbox.zulip.markup_context import Context, Found
from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.rows import Person


@dataclass(frozen=True)
class Rendered:
    """HTML and what was found on the way."""

    html: str
    found: Found


class Renderer:
    """Renders for one organisation."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        md = self._md = markup_links.Markdown(
            "commonmark", {"html": False, "breaks": True, "linkify": False, "xhtmlOut": False}
        )
        md.enable(["table", "strikethrough"])
        md.disable(
            [
                "reference",
                "lheading",
                "html_block",
                "html_inline",
                "autolink",
                "escape",
                "image",
                "linkify",
                "replacements",
                "smartquotes",
            ]
        )
        md.inline.ruler.at("emphasis", _star_emphasis)
        md.inline.ruler.at("newline", _newline)
        md.core.ruler.at("inline", _inline)
        markup_links.install(md)
        markup_blocks.install(md)
        markup_inline.install(md)

    def render(self, content: str, sender: Person, *, ready: bool = True) -> Rendered:
        """The HTML of a text by this sender."""
        found = Found()
        context = Context(self._organisation, sender, found, ready or not self._organisation.since(276))
        text = content.replace("\x00", "").lstrip("\n")
        first, newline, rest = text.partition("\n")
        while newline and not first.strip():  # leading blank lines are not shown
            first, newline, rest = rest.partition("\n")
        if not first.startswith("    "):
            first = first.lstrip()
        html = self._md.render(first + newline + rest, {"zulip": context})
        return Rendered(html.strip("\n"), found)


def _star_emphasis(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "*" and _emphasis(state, silent)


def _newline(state: StateInline, silent: bool) -> bool:
    """As markdown-it's own rule; but the blanks before the next line stay."""
    at = state.pos
    if not newline(state, silent):
        return False
    state.pos = at + 1
    return True


def _inline(state: StateCore) -> None:
    """As markdown-it's own rule, telling the inline rules whether they are inside a quote."""
    context: Context = state.env["zulip"]
    quotes = 0
    for token in state.tokens:
        if token.type == "blockquote_open":
            quotes += 1
        elif token.type == "blockquote_close":
            quotes -= 1
        elif token.type == "inline":
            context.silent = quotes > 0
            children: list[Any] = token.children if token.children is not None else []
            state.md.inline.parse(token.content, state.md, state.env, children)
            token.children = _strong_outside(children)


def _strong_outside(tokens: list[Token]) -> list[Token]:
    """`***both***` is emphasis inside strong on Zulip, and strong inside emphasis by CommonMark."""
    tokens = [one for one in tokens if one.type != "text" or one.content]
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.nesting == 1:
            opened.append(at)
        elif token.nesting == -1 and opened:
            begun = opened.pop()
            inner = (tokens[begun + 1].type, tokens[at - 1].type) == ("strong_open", "strong_close")
            if token.type == "em_close" and inner and _is_pair(tokens[begun + 1 : at]):
                tokens[begun : begun + 2] = tokens[begun + 1], tokens[begun]
                tokens[at - 1 : at + 1] = token, tokens[at - 1]
    return tokens


def _is_pair(tokens: list[Token]) -> bool:
    """Whether the last of them closes the first."""
    depth = 0
    for token in tokens[:-1]:
        depth += token.nesting
        if depth == 0:
            return False
    return depth + tokens[-1].nesting == 0
