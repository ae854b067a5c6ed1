"""Text and HTML that other people wrote, made fit for our page: escaped, links and emoji drawn, nothing active."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from typing_extensions import override

from bot.sandbox.assets import ASSETS, STATIC

_LINK = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]|(?<!\w)[#@]\w[\w.-]*(?:@[\w.-]*\w)?(?<![.-])")
_KEPT = {
    *("a", "b", "blockquote", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "li", "ol", "p"),
    *("pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "time", "tr", "ul"),
}
_LONE = {"br": Markup("<br>"), "hr": Markup("<hr>")}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_DROPPED = {"script", "style", "iframe", "object", "svg", "math", "form", "template", "noscript", "video"}
_EMOJI_CLASS = re.compile(r"(?:^| )emoji-([0-9a-f]{2,5}(?:-[0-9a-f]{2,5})*)(?: |$)")


@cache
def drawn() -> tuple[str, ...]:
    """The emoji we have a drawing of, by code as Zulip writes codes: `1f44d`."""
    return tuple(re.findall(r'<symbol id="e([0-9a-f-]+)"', (STATIC / "emoji.svg").read_text("utf-8")))


@cache
def _emoji() -> re.Pattern[str]:
    characters = ("".join(chr(int(one, 16)) for one in code.split("-")) for code in drawn())
    return re.compile(
        "(" + "|".join(map(re.escape, characters)) + ")(?![\U0001f3fb-\U0001f3ff\u200d])\ufe0f?"
    )


def emoji(text: str) -> Markup:
    """Escaped, with our drawings in place of the emoji we have; the character itself stays for who copies or listens."""
    parts: list[Markup] = []
    at = 0
    for found in _emoji().finditer(text):
        parts += [escape(text[at : found.start()]), _drawing(found[1], found[0])]
        at = found.end()
    return Markup().join([*parts, escape(text[at:])])


def _drawing(character: str, whole: str) -> Markup:
    code = "-".join(f"{ord(one):x}" for one in character)
    form = '<svg class="emoji" aria-hidden="true"><use href="{}/emoji.svg#e{}"></use></svg><span class="quiet">{}</span>'
    return Markup(form).format(ASSETS, code, whole)  # noqa: S704 - the form is ours, format escapes the rest


def linked(text: str) -> Markup:
    """Plain text as a timeline shows it: addresses are links, hashtags and handles stand out, emoji are drawn."""
    parts: list[Markup] = []
    at = 0
    for found in _LINK.finditer(text):
        parts += [emoji(text[at : found.start()]), _link(found[0])]
        at = found.end()
    return Markup().join([*parts, emoji(text[at:])])


def _link(text: str) -> Markup:
    if text[0] in "#@":
        return Markup('<span class="tagged">{}</span>').format(text)
    form = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>'
    return Markup(form).format(text, text.partition("://")[2])  # noqa: S704 - the form is ours


def safe_address(text: str) -> str | None:
    """The address as a link may have it, or None when it is none or would do more than lead somewhere."""
    try:
        address = urlsplit(text.strip())
    except ValueError:
        return None
    return address.geturl() if address.scheme in {"http", "https", "mailto"} else None


def shown_time(at: datetime, zone: tzinfo) -> str:
    """`Thu 26 Nov 2026, 10:00` in this zone."""
    there = at.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M}"


class _Cleaner(HTMLParser):
    """Copies what Zulip's Markdown can make, turns spoilers into `details`, drops everything else."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(convert_charrefs=True)
        self._zone = zone
        self._out: list[Markup] = []
        self._open: list[tuple[str, str, bool]] = []
        """(tag as written, what closes it, whether its content is shown)"""

    @property
    def result(self) -> Markup:
        return Markup().join([*self._out, *(Markup(end) for _, end, _ in reversed(self._open))])  # noqa: S704 - only our own end tags

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = self._hidden
        if tag in _VOID:
            if tag in _LONE and not hidden:
                self._out.append(_LONE[tag])
            return
        classes = given.get("class", "").split()
        if hidden or tag in _DROPPED or "message_inline_image" in classes or "message_embed" in classes:
            self._open.append((tag, "", False))
            return
        start, end, shown = self._tags(tag, classes, given)
        self._out.append(start)
        self._open.append((tag, end, shown))

    @property
    def _hidden(self) -> bool:
        return any(not shown for _, _, shown in self._open)

    def _tags(self, tag: str, classes: list[str], given: dict[str, str]) -> tuple[Markup, str, bool]:
        if tag == "div" and "spoiler-block" in classes:
            return Markup("<details>"), "</details>", True
        if tag == "div" and "spoiler-header" in classes:
            return Markup("<summary>"), "</summary>", True
        if tag == "span" and (found := _EMOJI_CLASS.search(given.get("class", ""))):
            return emoji("".join(chr(int(one, 16)) for one in found[1].split("-"))), "", False
        if tag == "time":
            return self._time(given.get("datetime", ""))
        if tag == "a":
            return _anchor(given.get("href", ""))
        if tag in _KEPT:
            return Markup(f"<{tag}>"), f"</{tag}>", True  # noqa: S704 - one of a fixed list
        return Markup(), "", True

    def _time(self, text: str) -> tuple[Markup, str, bool]:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return Markup(), "", True
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Markup('<time datetime="{}">{}</time>').format(text, shown_time(at, self._zone)), "", False

    @override
    def handle_endtag(self, tag: str) -> None:
        if not any(written == tag for written, _, _ in self._open):
            return
        while self._open:
            written, end, _ = self._open.pop()
            self._out.append(Markup(end))  # noqa: S704 - only our own end tags
            if written == tag:
                return

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._out.append(emoji(data))


def _anchor(href: str) -> tuple[Markup, str, bool]:
    if href.startswith("#narrow/"):
        return Markup('<a href="{}">').format(href), "</a>", True
    address = safe_address(href)
    if address is None:
        return Markup("<span>"), "</span>", True
    form = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">'
    return Markup(form).format(address), "</a>", True  # noqa: S704 - the form is ours


def clean(html: str, zone: tzinfo) -> Markup:
    """A message's HTML for the page before its script runs: only what Zulip's Markdown makes, times in this zone."""
    cleaner = _Cleaner(zone)
    cleaner.feed(html)
    cleaner.close()
    return cleaner.result
