"""What other people wrote, made fit for the page: nothing active is left of it."""

from __future__ import annotations

from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from bot.sandbox import dress
from bot.sandbox.assets import ASSETS

OSLO = ZoneInfo("Europe/Oslo")


def test_links_hashtags_handles_and_emoji_stand_out() -> None:
    shown = str(dress.linked("Read https://example.org/a_(b)?c=d&e, #Open @ada@example.org 👍 <b>"))
    assert 'href="https://example.org/a_(b)?c=d&amp;e"' in shown
    assert '<span class="tagged">#Open</span>' in shown
    assert '<span class="tagged">@ada@example.org</span>' in shown
    assert "#e1f44d" in shown
    assert "&lt;b&gt;" in shown


def test_a_messages_html_keeps_what_zulips_markdown_makes() -> None:
    html = (
        '<p><strong>a</strong> <time datetime="2026-12-01T09:00:00Z">x</time></p>'
        '<div class="spoiler-block"><div class="spoiler-header"><p>h</p></div>'
        '<div class="spoiler-content" aria-hidden="true"><p>c</p></div></div>'
        '<div class="message_inline_image"><a href="/x"><img src="/x"></a></div>'
        '<a href="https://example.org" onclick="x">l</a>'
    )
    assert str(dress.clean(html, OSLO)) == (
        '<p><strong>a</strong> <time datetime="2026-12-01T09:00:00Z">Tue 1 Dec 2026, 10:00</time></p>'
        "<details><summary><p>h</p></summary><p>c</p></details>"
        '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">l</a>'
    )


_PIECES = st.sampled_from(
    [
        *(
            "<script>",
            "</script>",
            "<p>",
            "</p>",
            "<img src=x onerror=y>",
            "<svg/onload=x>",
            "text",
            "&lt;b&gt;",
        ),
        *(
            '<a href="javascript:x">',
            '<a href="http://[">',
            '<a href=" https://e.org">',
            "</a>",
            "<iframe src=x>",
            "<style>",
            "<!--",
            "-->",
        ),
        *(
            '<span class="emoji emoji-1f44d">',
            "</span>",
            "<div class='spoiler-header'>",
            "</div>",
            '<p onclick="x">',
        ),
        *(
            '<time datetime="2026-12-01">',
            "</time>",
            "<math>",
            "</math>",
            "<template>",
            "<b",
            ">",
            '"',
            "<br/>",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_nothing_active_survives_cleaning_and_every_tag_is_closed(pieces: list[str]) -> None:
    opened: list[str] = []

    class Check(HTMLParser):
        @override
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in {"script", "style", "iframe", "img", "object", "math", "template"}
            given_names = {name for name, _ in attrs}
            assert given_names <= {"href", "target", "rel", "datetime", "class", "aria-hidden"}
            href = dict(attrs).get("href") or "#"
            assert href.startswith(("#", "http", "mailto:", ASSETS))
            if tag not in {"br", "hr"}:
                opened.append(tag)

        @override
        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    checker = Check()
    checker.feed(str(dress.clean("".join(pieces), OSLO)))
    checker.close()
    assert opened == []
