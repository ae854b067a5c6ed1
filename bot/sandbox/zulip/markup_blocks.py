"""Zulip's fences: code with a language, ```` ```quote ````, ```` ```spoiler Header ````, nested as deep as one likes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from bot.sandbox.zulip.markup_inline import maths

_FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[ ]*(?:\{?\.?(?P<language>[a-zA-Z0-9_+\-./#]+)\}?)?[ ]*(?P<header>[^~`]*)$"
)
_HOLDING = {"quote", "quoted", "spoiler"}
_DEEPEST = 12
"""So many blocks inside one another; more is shown as code, which costs no recursion."""


def install(md: MarkdownIt) -> None:
    """Add the rules of this room."""
    md.block.ruler.at("list", _list_rule, {"alt": ["paragraph", "reference", "blockquote"]})
    md.block.ruler.at("fence", _fence, {"alt": ["paragraph", "blockquote", "list", "table"]})
    md.add_render_rule("fence", _code)
    md.add_render_rule("code_block", _code)
    pieces = {
        "s_open": "<del>",
        "s_close": "</del>",
        "spoiler_open": '<div class="spoiler-block"><div class="spoiler-header">\n',
        "spoiler_middle": '</div><div class="spoiler-content" aria-hidden="true">\n',
        "spoiler_close": "</div></div>\n",
    }
    for name, html in pieces.items():
        md.add_render_rule(name, _literally(html))
    md.core.ruler.after("block", "zulip_lists", _join_lists)


def _join_lists(state: StateCore) -> None:
    """Zulip takes `-`, `+` and `*` for one mark: a list does not end where another of them begins."""
    tokens: list[Token] = []
    for token in state.tokens:
        last = tokens[-1] if tokens else None
        if token.type == "bullet_list_open" and last is not None and last.type == "bullet_list_close":
            tokens.pop()
            continue
        tokens.append(token)
    state.tokens = tokens


def _list_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Inside a fence a list needs an empty line before it (recording 12); elsewhere it does not."""
    if silent and state.parentType == "paragraph" and state.env["zulip"].fenced:
        return False
    return list_block(state, start_line, end_line, silent)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _end(state: StateBlock, start: int, last: int, match: re.Match[str]) -> int:
    """The number of the line that closes the fence opened at `start`; `last` when none does."""
    open_fences = [(match["fence"], match["language"] in _HOLDING)]
    for number in range(start + 1, last):
        line = _line(state, number)
        fence, holds = open_fences[-1]
        if line == fence:
            open_fences.pop()
            if not open_fences:
                return number
        elif holds and (inner := _FENCE.match(line)):
            open_fences.append((inner["fence"], inner["language"] in _HOLDING))
    return last


def _fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    match = _FENCE.match(_line(state, start_line))
    if match is None:
        return False
    if silent:
        return True
    end = _end(state, start_line, end_line, match)
    language = match["language"] or ""
    if language in _HOLDING and state.level < _DEEPEST:
        _hold(state, start_line, end, language, match["header"].strip())
    else:
        token = state.push("fence", "code", 0)
        token.info = language
        token.content = state.getLines(start_line + 1, end, state.sCount[start_line], True)
        token.map = [start_line, min(end + 1, end_line)]
    state.line = min(end + 1, end_line)
    return True


def _hold(state: StateBlock, start: int, end: int, language: str, header: str) -> None:
    """A quote or a spoiler: what is inside is Markdown again."""
    name, tag = ("spoiler", "div") if language == "spoiler" else ("blockquote", "blockquote")
    state.push(f"{name}_open", tag, 1)
    if name == "spoiler":
        if header:
            state.push("paragraph_open", "p", 1)
            inline = state.push("inline", "", 0)
            inline.content, inline.children = header, []
            state.push("paragraph_close", "p", -1)
        state.push("spoiler_middle", "", 0)
    parent, last_line = state.parentType, state.lineMax
    state.parentType, state.lineMax = "blockquote", end
    state.env["zulip"].fenced += 1
    state.md.block.tokenize(state, start + 1, end)
    state.env["zulip"].fenced -= 1
    state.parentType, state.lineMax = parent, last_line
    state.push(f"{name}_close", tag, -1)


def _code(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    if token.info == "math":
        return f'<p><span class="katex-display">{maths(token.content.strip())}</span></p>\n'
    language = f' data-code-language="{escapeHtml(token.info)}"' if token.info else ""
    content = escapeHtml(token.content)
    if not content.endswith("\n"):
        content += "\n"
    return f'<div class="codehilite"{language}><pre><span></span><code>{content}</code></pre></div>\n'


def _literally(html: str) -> Callable[..., str]:
    def rule(*_args: Any) -> str:
        return html

    return rule
