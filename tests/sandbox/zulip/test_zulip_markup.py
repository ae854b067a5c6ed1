"""What a text becomes: safe HTML in every case, and as Zulip shows it."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from bot.sandbox.world import World
from bot.sandbox.zulip import Level, Person
from bot.sandbox.zulip.api_uploads import keep
from bot.sandbox.zulip.core import Core, readable
from bot.sandbox.zulip.markup_inline import emoji_html

TAGS = {
    "p", "br", "strong", "em", "del", "code", "pre", "span", "div", "a", "img", "ul", "ol", "li", "blockquote",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td", "time",
}  # fmt: skip
ATTRIBUTES = {
    "class", "href", "title", "src", "alt", "data-user-id", "data-user-group-id", "data-stream-id", "role",
    "aria-label", "aria-hidden", "datetime", "data-code-language", "start", "style", "data-original-src",
    "data-original-content-type",
}  # fmt: skip
EMPTY = {"br", "hr", "img"}
GOOD = ("http://", "https://", "mailto:", "tel:", "ftp://", "xmpp:", "matrix:", "/", "#")


def core_of(level: Level) -> tuple[Core, Person]:
    core = Core(World(), "http://chat.example", level, ())
    alice = core.organisation.new_person(email="alice@x.org", full_name='Alice "<b>" O\'Hara')
    core.organisation.new_person(email="bob@x.org", full_name="Bob")
    return core, alice


LEVELS: tuple[Level, ...] = (218, 321, 512)
CORES: dict[int, tuple[Core, Person]] = {level: core_of(level) for level in LEVELS}


def html(text: str, level: int = 218) -> str:
    core, alice = CORES[level]
    return core.renderer.render(text, alice).html


class Checker(HTMLParser):
    """Demands that every tag and attribute is one of ours, every address harmless, and everything closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name in {"href", "src", "data-original-src"}:
                assert (value or "").lower().startswith(GOOD) or ":" not in (value or ""), value
                assert not (value or "").startswith("//"), value
            if name == "style":
                assert (value or "").startswith("text-align:"), value
        if tag not in EMPTY:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment came through")

    @override
    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration came through")


def check(rendered: str) -> None:
    checker = Checker()
    checker.feed(rendered)
    checker.close()
    assert checker.open == []


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example/x)",
    '[x](http://a.example/"onmouseover="alert(1))',
    '[x](http://a.example "t\\" onclick=alert(1) x=\\"")',
    '![a" onerror="alert(1)](/user_uploads/2/aa/x/y.png)',
    "![x](javascript:alert(1))",
    '@**Alice "<b>" O\'Hara**',
    '@_**Alice "<b>" O\'Hara|6**',
    "<time:<script>alert(1)</script>>",
    '<time:" onmouseover="x>',
    '```python" onclick="alert(1)\nx\n```',
    '```spoiler <script>alert(1)</script> " onclick="x\n<img src=x onerror=y>\n```',
    "```quote\n</blockquote><script>alert(1)</script>\n```",
    "`</code><script>x</script>`",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/\"onmouseover='x'",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<!-- --><!DOCTYPE x><?php ?>",
    "| a |\n|---|\n| <script>x</script> |",
    ":+1:<b>:tada:</b>",
    "[![x](javascript:1)](javascript:2)",
    "<http://a.example/><javascript:alert(1)>",
    "\x00<\x00script>",
    "[a](<javascript:alert(1)>)",
    "javascript:alert(1) data:text/html,x",
    '#**general>"><script>x</script>**',
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_people_write_becomes_code(text: str, level: int) -> None:
    rendered = html(text, level)
    check(rendered)
    assert "<script" not in rendered.lower()


PIECES = st.sampled_from(
    ["`", "```", "~~~", "\n", " ", "*", "**", "_", "~~", "<", ">", "@**Bob**", "@_**Bob|7**", "@*x*", "[", "]", "(", ")",
     "!", "&", "&#60;", "&quot;", '"', "'", "javascript:", "http://a.example", "www.b.org", "<time:2026-12-01>", ":tada:",
     "quote", "spoiler", "- ", "1. ", "> ", "# ", "|", "---", "🎉", "\u202e", "\\", "/user_uploads/", "a", "#**c>t**", "    ", "$$", "***", "- ", "+ ", "&#42;", "@b.org", "\n  "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(LEVELS))
def test_any_mixture_of_marks_gives_well_formed_harmless_html(text: str, level: int) -> None:
    check(html(text, level))


SIGNS = st.characters(min_codepoint=33, max_codepoint=126) | st.sampled_from("äß√漢🎉\u200b\u202e")


@settings(max_examples=150, deadline=None)
@given(st.text(SIGNS, min_size=1, max_size=60))
def test_text_written_as_entities_is_shown_character_by_character_and_means_nothing(text: str) -> None:
    """Facts, section 10: it cannot mention, quote, link or fold anything, and reads as it was meant."""
    written = "".join(one if one.isalnum() else f"&#{ord(one)};" for one in text)
    rendered = html(written)
    assert readable(rendered) == text
    assert "<" not in rendered.removeprefix("<p>").removesuffix("</p>")


def test_entities_ping_nobody_and_open_no_fence() -> None:
    core, alice = CORES[218]
    written = (
        "&#64;&#42;&#42;Bob&#42;&#42; &#96;&#96;&#96;spoiler &#58;tada: &#60;time:2026-12-01&#62; &#35;1"
    )
    rendered = core.renderer.render(written, alice)
    assert rendered.html == "<p>@**Bob** ```spoiler :tada: &lt;time:2026-12-01&gt; #1</p>"
    assert rendered.found.mentioned == set()


def test_a_backslash_takes_no_meaning_away() -> None:
    assert html(r"\*a\* \_b\_") == r"<p>\<em>a\</em> \_b\_</p>"


@pytest.mark.parametrize(
    "text, rendered",
    [
        (
            "```quote\n```spoiler H\nx\n```\n```",
            ["<blockquote>", "spoiler-block", "<p>x</p>", "</blockquote>"],
        ),
        ("````spoiler H\n```\ncode\n```\n````", ["spoiler-block", "<code>code\n</code>", "</div></div>"]),
        ("~~~quote\n> deeper\n~~~", ["<blockquote>", "<p>deeper</p>"]),
        ("```spoiler never closed\nx", ["never closed", "<p>x</p>", "</div></div>"]),
        ("- a\n  ```\n  b\n  ```", ["<li>", "<code>b\n</code>"]),
    ],
)
def test_fences_hold_one_another(text: str, rendered: list[str]) -> None:
    answer = html(text)
    check(answer)
    places = [answer.find(piece) for piece in rendered]
    assert -1 not in places
    assert places == sorted(places)


def test_very_deep_nesting_ends() -> None:
    check(html("".join(f"{'`' * (60 - n)}quote\n" for n in range(50)) + "x"))
    check(html("> " * 500 + "x"))
    check(html("[" * 3000 + "x"))
    check(html("*" * 5000))


@pytest.mark.parametrize(
    "text, tail",
    [
        ("see https://a.example/b, or", '<a href="https://a.example/b">https://a.example/b</a>, or'),
        ("(https://a.example/b(c))", '(<a href="https://a.example/b(c)">https://a.example/b(c)</a>)'),
        ("@coder@fosstodon.org", "@coder@fosstodon.org"),
        ("3.14 e.g. file.txt", "3.14 e.g. file.txt"),
        ("https://x.org/:smile:/", '<a href="https://x.org/:smile:/">https://x.org/:smile:/</a>'),
        ("[t](neic.no/x)", '<a href="http://neic.no/x">t</a>'),
        (
            "http://chat.example/#narrow/stream/1",
            '<a href="#narrow/stream/1">http://chat.example/#narrow/stream/1</a>',
        ),
    ],
)
def test_addresses_become_links(text: str, tail: str) -> None:
    assert html(text) == f"<p>{tail}</p>" or tail in html(text)


@pytest.mark.parametrize("level, error", [(218, True), (321, True), (512, False)])
def test_a_wrong_time_is_told_by_the_older_server_and_left_alone_by_the_newer(
    level: int, error: bool
) -> None:
    rendered = html("<time:tomorrow>", level)
    assert ("timestamp-error" in rendered) is error
    assert error or rendered == "<p>&lt;time:tomorrow&gt;</p>"
    assert ("datetime" in html("<time:1795326389>", level)) is error
    assert html("<time:2026-12-01T10:00:00+01:00>", level) == (
        '<p><time datetime="2026-12-01T09:00:00Z">2026-12-01T10:00:00+01:00</time></p>'
    )


def picture(level: int, name: str = "a b.png", mime: str = "image/png") -> tuple[str, Any]:
    core, alice = CORES[level]
    return keep(core, alice, name, mime, io.BytesIO(b"x")).path, core


MEASURED = [
    ("✔ done ✔\ufe0f 💓 &#128147;", "<p>✔ done {check_mark} {heartbeat} 💓</p>"),
    ("[#12](http://chat.example/#narrow/stream/1-a/near/2)", '<p><a href="#narrow/stream/1-a/near/2">#12</a></p>'),
    ("http://chat.example/user_uploads/2/ab/x.pdf", '<p><a href="user_uploads/2/ab/x.pdf">http://chat.example/user_uploads/2/ab/x.pdf</a></p>'),
    ("http://chat.example.evil.org/#x", '<p><a href="http://chat.example.evil.org/#x">http://chat.example.evil.org/#x</a></p>'),
    ("https://a.org/x&#42;y&#42;z b", '<p><a href="https://a.org/x*y*z">https://a.org/x*y*z</a> b</p>'),
    ("user&#64;example.org &#64;example.org", "<p>user@example.org @example.org</p>"),
    ("me@example.org", '<p><a href="mailto:me@example.org">me@example.org</a></p>'),
    ("**a**https://a.org", "<p><strong>a</strong>https://a.org</p>"),
    ("**https://a.org**\nb.org", '<p><strong><a href="https://a.org">https://a.org</a></strong><br>\n<a href="http://b.org">b.org</a></p>'),
    ("so $$x^2*y*z$$ it is", '<p>so <span class="katex">x^2*y*z</span> it is</p>'),
    ("```math\na < *b*\n```", '<p><span class="katex-display"><span class="katex">a &lt; *b*</span></span></p>'),
    ("$5 to $20, $$$ or $$$$, $$_$$, a$$x$$", "<p>$5 to $20, $$$ or $$$$, $$_$$, a$$x$$</p>"),
    ("$$x\ny$$", "<p>$$x<br>\ny$$</p>"),
    ("&#36;&#36;x&#36;&#36;", "<p>$$x$$</p>"),
    ("***both*** and *a **b*** c", "<p><strong><em>both</em></strong> and <em>a <strong>b</strong></em> c</p>"),
    ("* One\n- Two\n+ Three", "<ul>\n<li>One</li>\n<li>Two</li>\n<li>Three</li>\n</ul>"),
    ("* a\n\n1. b", "<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>"),
    ("a\n   b", "<p>a<br>\n   b</p>"),
    ("  a", "<p>a</p>"),
]  # fmt: skip
"""Where a real server (level 321) and the stand-in differed, with what lies beside it."""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("text, rendered", MEASURED)
def test_it_is_shown_as_by_the_server_that_was_measured(text: str, rendered: str, level: int) -> None:
    emoji = {
        "check_mark": emoji_html("2714", "check_mark"),
        "heartbeat": emoji_html("1f493", "heartbeat"),
    }
    for name, span in emoji.items():
        rendered = rendered.replace(f"{{{name}}}", span)
    answer = html(text, level)
    check(answer)
    assert answer == rendered


def test_a_linked_picture_is_shown_below_and_not_in_quotes() -> None:
    path, _ = picture(218)
    below = (
        f'<div class="message_inline_image"><a href="/user_uploads/{path}" title="Alt &amp; text"><img src='
    )
    assert below in html(f"[Alt & text](/user_uploads/{path})")
    assert "message_inline_image" not in html(f"> [x](/user_uploads/{path})")
    assert "message_inline_image" in html(f"```spoiler h\n[x](/user_uploads/{path})\n```")
    assert "message_inline_image" not in html("[x](https://elsewhere.example/cat.png)")


def test_only_the_newest_server_knows_pictures_with_alternative_text() -> None:
    """From level 405 on."""
    path, _ = picture(512)
    rendered = html(f"![Two cats](/user_uploads/{path})", 512)
    assert '<img alt="Two cats" class="inline-image"' in rendered
    assert "message_inline_image" not in rendered
    for level in (218, 321):
        path, _ = picture(level)
        rendered = html(f"![Two cats](/user_uploads/{path})", level)
        assert rendered.startswith('<p>!<a href="/user_uploads/')
        assert "message_inline_image" in rendered


def test_a_picture_of_another_kind_is_only_a_link() -> None:
    path, _ = picture(218, "x.svg", "image/svg+xml")
    assert "<img" not in html(f"[x](/user_uploads/{path})")
    path, _ = picture(218, "x.png", "text/html")
    assert "<img" not in html(f"[x](/user_uploads/{path})")
