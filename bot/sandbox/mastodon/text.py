"""How Mastodon counts, links and shows a text."""

from __future__ import annotations

import html
import re

import grapheme

URL = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
MENTION = re.compile(
    r"(?<![\w/@=])@([A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?:@([\w.-]+\w(?::\d+)?))?"
)
HASHTAG = re.compile(r"(?<![\w/&)#])#(\w*[^\W\d]\w*)")
_TOKEN = re.compile(
    f"(?P<url>{URL.pattern})|(?P<mention>{MENTION.pattern})|(?P<tag>{HASHTAG.pattern})", re.IGNORECASE
)
_SHOWN = 30
"""Characters of an address that are shown, after the scheme; the rest is there but invisible."""
_TAG = re.compile(r"<(br|/p|p|[^>]+)[^>]*>")


def _trim(url: str) -> str:
    """An address ends before punctuation that belongs to the sentence."""
    while url and (url[-1] in ".,:;!?'*_~" or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    return url


def length(text: str, spoiler: str, per_url: int) -> int:
    """Grapheme clusters of content warning and text together, an address as `per_url`, `@a@b.example` as `@a`."""

    def url(match: re.Match[str]) -> str:
        address = _trim(match[0])
        return "x" * per_url + match[0][len(address) :]

    countable = MENTION.sub(lambda match: f"@{match[1]}", URL.sub(url, text))
    return int(grapheme.length(spoiler + countable))


def tags(text: str) -> list[str]:
    """The hashtags of a text without `#`, in lower case, each once."""
    bare = URL.sub(" ", text)
    return list(dict.fromkeys(match[1].lower() for match in HASHTAG.finditer(bare)))


def mentioned(text: str, username: str, domain: str) -> bool:
    """Whether the text mentions this local account."""
    return any(
        _is_local(match[1], match[2], username, domain) for match in MENTION.finditer(URL.sub(" ", text))
    )


def _is_local(name: str, host: str | None, username: str, domain: str) -> bool:
    return name.lower() == username.lower() and host in {None, domain}


def rendered(text: str, base: str, username: str, domain: str) -> str:
    """The HTML that Mastodon makes of a text; accounts of other servers, which it cannot reach, stay plain."""

    def token(match: re.Match[str]) -> str:
        if match["url"]:
            return _link(match["url"])
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

    out, last = [], 0
    for match in _TOKEN.finditer(text):
        out += [html.escape(text[last : match.start()], quote=False), token(match)]
        last = match.end()
    out.append(html.escape(text[last:], quote=False))
    paragraphs = re.split(r"\n{2,}", "".join(out).replace("\r\n", "\n"))
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs) if text else ""


def _link(found: str) -> str:
    url = _trim(found)
    scheme = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    prefix = scheme[0] if scheme else ""
    shown, rest = url[len(prefix) :][:_SHOWN], url[len(prefix) :][_SHOWN:]
    cut = ' class="ellipsis"' if rest else ' class=""'
    spans = (
        f'<span class="invisible">{prefix}</span><span{cut}>{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(rest)}</span>'
    )
    link = f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">{spans}</a>'
    return link + html.escape(found[len(url) :], quote=False)


def readable(content: str) -> str:
    """The text a reader sees (and copies) of such HTML."""
    text = content.replace("</p><p>", "\n\n").replace("<br />", "\n")
    return html.unescape(_TAG.sub("", text))
