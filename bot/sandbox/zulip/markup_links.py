"""Links: which addresses are allowed, bare addresses in text, and the pictures shown under a paragraph."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from typing_extensions import override

from bot.sandbox.zulip import markup_pictures
from bot.sandbox.zulip.markup_context import context_of

_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")
_ALLOWED = ("http://", "https://", "mailto:", "tel:", "ftp://", "xmpp:", "matrix:")
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b\u2028\u2029\ufeff]")
_ENDINGS = (
    "com|org|net|edu|gov|int|info|io|dev|app|ai|cloud|social|space|science|academy|community|online|site|tech|blog|"
    "eu|se|no|fi|dk|is|de|uk|fr|nl|be|ch|at|ee|lv|lt|pl|es|it|pt|ie|ca|us|au"
)
_BARE = re.compile(
    r"(?<![^\s'\"(,:<])(?:"
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<mail>[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)"
    rf"|(?P<bare>(?:www\.[^\s<>\"]+|(?:[a-zA-Z0-9-]+\.)+(?:{_ENDINGS})(?![\w.-]*[\w@-])(?:[/?#][^\s<>\"]*)?))"
    r")"
)
"""Searched in what was written, before entities are read: `&#42;` in an address is a part of it, and what follows `&#64;`
is no address.
"""
_ENTITY = re.compile(r"&(?:#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z0-9]+);")
_FRESH = {"softbreak", "hardbreak"}


def install(md: MarkdownIt) -> None:
    """Add the rules of this room."""
    md.core.ruler.before("text_join", "zulip_links", _links)
    md.core.ruler.push("zulip_pictures", _pictures)


def allowed(address: str) -> bool:
    """Only addresses that cannot run anything: no `javascript:`, no `data:`, whatever stands between the letters."""
    bare = _SPACE.sub("", address)
    if _SCHEME.match(bare):
        return bare.lower().startswith(_ALLOWED)
    return bare != "" and not bare.startswith("//")


class Markdown(MarkdownIt):
    """markdown-it with our idea of which links are allowed, and no re-coding of addresses."""

    @override
    def validateLink(self, url: str) -> bool:
        return allowed(url)

    @override
    def normalizeLink(self, url: str) -> str:
        return _SPACE.sub("", url)

    @override
    def normalizeLinkText(self, link: str) -> str:
        return link


def _links(state: StateCore) -> None:
    base = context_of(state).organisation.base
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        children: list[Token] = []
        run: list[Token] = []
        inside = 0
        for child in [*token.children, Token("end", "", 0)]:
            if child.type in {"text", "text_special"} and not inside:
                run.append(child)
                continue
            if run:
                children += _linked(run, base, children[-1] if children else None)
                run = []
            if child.type == "link_open":
                child.attrs["href"] = _relative(str(child.attrs["href"]), base)
            inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            children.append(child)
        token.children = children[:-1]


def _relative(address: str, base: str) -> str:
    """Zulip shortens links to itself, so that they open in the same window."""
    own = f"{base}/"
    if address.startswith((f"{own}#", f"{own}user_uploads/")):
        return address.removeprefix(own)
    if _SCHEME.match(address) or address.startswith(("/", "#", "user_uploads/")):
        return address
    return f"http://{address}"


def _linked(run: list[Token], base: str, before: Token | None) -> list[Token]:
    """A run of text with its addresses as links; `before` is what stands before it in the line."""
    written = [one.markup if one.type == "text_special" else one.content for one in run]
    fresh = before is None or before.nesting == 1 or before.type in _FRESH
    text = "".join(["" if fresh else "\x03", *written])  # after anything else an address does not begin
    pieces: list[Token] = []
    done = 0
    for match in _BARE.finditer(text):
        shown = _without_punctuation(match[0])
        scheme = "" if match["url"] else "mailto:" if match["mail"] else "http://"
        address = _read(f"{scheme}{shown}")
        if not allowed(address):
            continue
        level = run[0].level
        pieces += [
            *_plain(text[done : match.start()], level),
            Token("link_open", "a", 1, attrs={"href": _relative(address, base)}, level=level),
            Token("text", "", 0, content=_read(shown), level=level),
            Token("link_close", "a", -1, level=level),
        ]
        done = match.start() + len(shown)
    return [*pieces, *_plain(text[done:], run[0].level)] if pieces else run


def _read(written: str) -> str:
    """With its entities read."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), written)


def _plain(written: str, level: int) -> list[Token]:
    """Text as it was written, its entities apart: they are no emoji."""
    pieces, done = list[Token](), 0
    written = written.removeprefix("\x03")
    for match in _ENTITY.finditer(written):
        pieces.append(Token("text", "", 0, content=written[done : match.start()], level=level))
        special = Token("text_special", "", 0, content=html.unescape(match[0]), level=level)
        special.markup = match[0]
        pieces.append(special)
        done = match.end()
    return [*pieces, Token("text", "", 0, content=written[done:], level=level)]


def _without_punctuation(address: str) -> str:
    while address:
        last = address[-1]
        unbalanced = last == ")" and address.count("(") < address.count(")")
        if last not in ".,:;!?'*_~]}" and not unbalanced:
            break
        address = address[:-1]
    return address


def _pictures(state: StateCore) -> None:
    """Under each paragraph the uploaded pictures it links, except in quotes."""
    context = context_of(state)
    tokens: list[Token] = []
    waiting: list[str] = []
    floors, quotes = [0], 0
    for token in state.tokens:
        tokens.append(token)
        if token.type == "inline":
            for child in token.children or []:
                if child.type == "link_open":
                    path = unquote(str(child.attrs["href"])).removeprefix("/")
                    if path.startswith("user_uploads/"):
                        path = path.removeprefix("user_uploads/")
                        context.found.uploads.append(path)
                        upload = context.organisation.uploads.get(path)
                        if upload and markup_pictures.is_picture(upload) and not quotes:
                            waiting.append(markup_pictures.below(context, upload, _title(token, child)))
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "spoiler_middle":
            floors.append(token.level)
        elif token.type == "spoiler_close":
            floors.pop()
        if token.nesting == -1 and token.level == floors[-1] and waiting:
            tokens += [Token("html_block", "", 0, content=one, level=token.level) for one in waiting]
            waiting = []
    state.tokens = tokens


def _title(inline: Token, opening: Token) -> str:
    children = inline.children or []
    following = children[children.index(opening) + 1 :]
    title = ""
    for child in following:
        if child.type == "link_close":
            break
        title += child.content
    return title
