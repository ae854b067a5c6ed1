"""How Mastodon counts, links and shows a text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import grapheme

from bot.sandbox.addresses import addresses

MENTION = re.compile(
    r"(?<![\w/@=])@([A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?:@([\w.-]+\w(?::\d+)?))?"
)
HASHTAG = re.compile(r"(?<![\w/&)#])#(\w*[^\W\d]\w*)")
REMOTE = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)@[\w.-]*\w", re.IGNORECASE)
"""Somebody on another server: only the name counts."""
_TOKEN = re.compile(f"(?P<mention>{MENTION.pattern})|(?P<tag>{HASHTAG.pattern})")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_SHOWN = 30
"""Characters of an address that are shown, after the scheme; the rest is there but invisible."""
_TAG = re.compile(r"<[^>]+>")


def length(text: str, spoiler: str, per_url: int) -> int:
    """Grapheme clusters of content warning and text together, an address as `per_url`, `@a@b.example` as `@a`."""
    pieces = [(piece, is_link) for piece, is_link in _pieces(text) if piece]
    rest = "\n".join(REMOTE.sub(r"\1", piece) for piece, is_link in pieces if not is_link)
    between = sum(not is_link for _, is_link in pieces) - 1 if rest else 0
    return (
        int(grapheme.length(spoiler) + grapheme.length(rest))
        - max(0, between)
        + per_url * sum(is_link for _, is_link in pieces)
    )


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it is an address."""
    last = 0
    for start, end in addresses(text, "mastodon"):
        yield text[last:start], False
        yield text[start:end], True
        last = end
    yield text[last:], False


def _bare(text: str) -> str:
    return " ".join(piece for piece, is_link in _pieces(text) if not is_link)


def tags(text: str) -> list[str]:
    """The hashtags of a text without `#`, in lower case, each once."""
    return list(dict.fromkeys(match[1].lower() for match in HASHTAG.finditer(_bare(text))))


def mentioned(text: str, username: str, domain: str) -> bool:
    """Whether the text mentions this local account."""
    return any(_is_local(match[1], match[2], username, domain) for match in MENTION.finditer(_bare(text)))


def _is_local(name: str, host: str | None, username: str, domain: str) -> bool:
    return name.lower() == username.lower() and host in {None, domain}


def rendered(text: str, base: str, username: str, domain: str) -> str:
    """The HTML that Mastodon makes of a text; accounts of other servers, which it cannot reach, stay plain."""
    if not text:
        return ""
    paragraphs = re.split(r"\n{2,}", inline(text.replace("\r\n", "\n"), base, username, domain))
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs)


def inline(text: str, base: str, username: str, domain: str) -> str:
    """The HTML of a text but for its lines and paragraphs."""

    def token(match: re.Match[str]) -> str:
        if match["tag"]:
            name = match[0][1:]
            return f'<a href="{base}/tags/{name.lower()}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'
        name, _, host = match[0][1:].partition("@")
        if not _is_local(name, host or None, username, domain):
            return html.escape(match[0], quote=False)
        href = f"{base}/@{username}"
        return (
            f'<span class="h-card" translate="no"><a href="{href}" class="u-url mention">'
            f"@<span>{username}</span></a></span>"
        )

    def words(piece: str) -> str:
        out, last = [], 0
        for match in _TOKEN.finditer(piece):
            out += [html.escape(piece[last : match.start()], quote=False), token(match)]
            last = match.end()
        return "".join([*out, html.escape(piece[last:], quote=False)])

    return "".join(_link(piece) if is_link else words(piece) for piece, is_link in _pieces(text))


def _link(url: str) -> str:
    scheme = _SCHEME.match(url)
    prefix = scheme[0] if scheme else ""
    shown, rest = url[len(prefix) :][:_SHOWN], url[len(prefix) :][_SHOWN:]
    cut = ' class="ellipsis"' if rest else ' class=""'
    spans = (
        f'<span class="invisible">{prefix}</span><span{cut}>{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(rest)}</span>'
    )
    return f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">{spans}</a>'


def readable(content: str) -> str:
    """The text a reader sees (and copies) of such HTML; a line break in the HTML itself is a blank there."""
    text = content.replace("\n", " ").replace("</p><p>", "\n\n").replace("<br />", "\n")
    return html.unescape(_TAG.sub("", text))
