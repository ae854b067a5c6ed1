"""Links: which addresses are allowed, bare addresses in text, and the pictures shown under a paragraph."""

from __future__ import annotations

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
    r"(?<![\w@/.:&#-])(?:"
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<mail>[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)"
    rf"|(?P<bare>(?:www\.[^\s<>\"]+|(?:[a-zA-Z0-9-]+\.)+(?:{_ENDINGS})(?![\w.-]*[\w@-])(?:[/?#][^\s<>\"]*)?))"
    r")"
)


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
        inside = 0
        for child in token.children:
            if child.type == "link_open":
                inside += 1
                child.attrs["href"] = _relative(str(child.attrs["href"]), base)
            elif child.type == "link_close":
                inside -= 1
            if child.type == "text" and not inside:
                children += _linked(child, base)
            else:
                children.append(child)
        token.children = children


def _relative(address: str, base: str) -> str:
    """Zulip shortens links to itself."""
    rest = address.removeprefix(base)
    if rest.startswith("/#narrow"):
        return rest[1:] if rest != address else address
    if rest.startswith("/user_uploads/"):
        return rest
    if _SCHEME.match(address) or address.startswith(("/", "#")):
        return address
    return f"http://{address}"


def _linked(token: Token, base: str) -> list[Token]:
    text, done = token.content, 0
    pieces: list[Token] = []
    for match in _BARE.finditer(text):
        shown = _without_punctuation(match[0])
        scheme = "" if match["url"] else "mailto:" if match["mail"] else "http://"
        address = f"{scheme}{shown}"
        if not allowed(address) or match.start() < done:
            continue
        opening = Token("link_open", "a", 1, attrs={"href": _relative(address, base)}, level=token.level)
        pieces += [
            Token("text", "", 0, content=text[done : match.start()], level=token.level),
            opening,
            Token("text", "", 0, content=shown, level=token.level),
            Token("link_close", "a", -1, level=token.level),
        ]
        done = match.start() + len(shown)
    if not pieces:
        return [token]
    return [*pieces, Token("text", "", 0, content=text[done:], level=token.level)]


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
                    path = unquote(str(child.attrs["href"]))
                    if path.startswith("/user_uploads/"):
                        path = path.removeprefix("/user_uploads/")
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
            tokens += [Token("html_block", "", 0, content=html, level=token.level) for html in waiting]
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
