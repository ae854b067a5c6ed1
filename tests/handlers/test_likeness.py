"""Recognizing our own text in what a service made of it."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.likeness import (
    Likeness,
    essence,
    like_html,
    like_shortened,
    same_as_html,
    same_as_shortened,
)

LINK = (
    '<a href="https://coderefinery.org/workshops/2026-spring" rel="nofollow"><span class="invisible">https://</span>'
    '<span class="ellipsis">coderefinery.org/workshops/202</span><span class="invisible">6-spring</span></a>'
)


@pytest.mark.parametrize(
    "text,content",
    [
        ("See https://coderefinery.org/workshops/2026-spring.", f"<p>See {LINK}.</p>"),
        ("One\n\nTwo\nThree", "<p>One</p><p>Two<br />Three</p>"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
        (
            "Hi @bob@fosstodon.org and @eve",
            (
                '<p>Hi <span class="h-card"><a href="https://fosstodon.org/@bob" class="u-url mention">@<span>bob</span></a>'
                "</span> and @eve</p>"
            ),
        ),
        (
            "News #CodeRefinery",
            '<p>News <a href="/tags/coderefinery" class="mention hashtag">#<span>CodeRefinery</span></a></p>',
        ),
        (
            "Umlauts https://münchen.example/ä",
            '<p>Umlauts <a href="https://xn--mnchen-3ya.example/%C3%A4">link</a></p>',
        ),
        ("Bare example.org", '<p>Bare <a href="http://example.org">example.org</a></p>'),
        (
            "*very* `good`\n- one\n- two",
            "<p><em>very</em> <code>good</code></p><ul><li>one</li><li>two</li></ul>\n",
        ),
        ("A heart :heart:", '<p>A heart <img alt=":heart:" src="x"></p>'),
        (
            "Quoted",
            '<p class="quote-inline">RE: <a href="https://x.example/1">x.example/1</a></p><p>Quoted</p>',
        ),
        ("🎉 ❤️", "<p>🎉 ❤</p>"),
        ("!!!", "<p>!!!</p>"),
        ("", ""),
    ],
)
def test_a_server_may_reformat_a_text(text: str, content: str) -> None:
    assert same_as_html(text, content)


@pytest.mark.parametrize(
    "text,content",
    [
        ("Registration is open", "<p>Registration is closed</p>"),
        ("Part 1/2", "<p>Part 2/2</p>"),
        ("See https://a.example", '<p>See <a href="https://b.example">https://b.example</a></p>'),
        ("", "<p>words</p>"),
        ("words", ""),
        ("!!!", "<p>???</p>"),
        ("🎉", "<p>🎈</p>"),
    ],
)
def test_another_text_is_another_text(text: str, content: str) -> None:
    assert not same_as_html(text, content)


@pytest.mark.parametrize(
    "text,found,addresses",
    [
        (
            "See https://a.example/x & more",
            "See https://t.co/abc &amp; more",
            {"https://t.co/abc": "https://a.example/x"},
        ),
        ("See a.example, now", "See https://t.co/abc, now", {"https://t.co/abc": "http://a.example"}),
        ("See https://a.example", "See https://t.co/abc", {}),
        ("A picture", "A picture https://t.co/pic", {"https://t.co/pic": ""}),
        ("", "https://t.co/pic", {"https://t.co/pic": ""}),
        ("!!!", "!!! https://t.co/pic", {}),
    ],
)
def test_x_may_shorten_links(text: str, found: str, addresses: dict[str, str]) -> None:
    assert same_as_shortened(text, found, addresses)


def test_another_address_behind_a_short_link_is_another_post() -> None:
    addresses = {"https://t.co/abc": "https://b.example"}
    assert not same_as_shortened("See https://a.example", "See https://t.co/abc", addresses)
    assert not same_as_shortened("See https://a.example today", "See https://t.co/abc tomorrow", {})


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<>&\x00\r"), max_size=80)


@given(WORDS)
def test_any_text_is_recognized_in_its_own_html(text: str) -> None:
    paragraphs = re.split(r"\n{2,}", text)
    content = "".join(f"<p>{html.escape(one).replace(chr(10), '<br />')}</p>" for one in paragraphs)
    assert same_as_html(text, content)


@given(WORDS, WORDS)
def test_only_what_has_the_same_essence_is_the_same(one: str, other: str) -> None:
    assert same_as_html(one, f"<p>{html.escape(other)}</p>") is (essence(one) == essence(other))


HOSTILE = {
    "tags": "<a ",
    "attributes": '<a href="',
    "comments": "<!--",
    "closed comments": "<!-->",
    "sections": "<![",
    "declarations": "<!x",
    "instructions": "<?",
    "ends": "</",
    "quotes": "<a href=\"'>",
    "scripts": "<script></s",
    "addresses": '<p><a href="http://[">@a</a></p>',
    "entities": "&#",
    "signs": "&amp",
    "nested": "<p><a><b>",
}


@pytest.mark.parametrize("name", list(HOSTILE))
@pytest.mark.parametrize("size", [60_000, 1 << 20])
def test_no_html_keeps_the_reader_busy_or_breaks_it(name: str, size: int) -> None:
    """Seconds of this thread's own work; other work on the machine does not count."""
    content = HOSTILE[name] * (size // len(HOSTILE[name]))
    began = time.thread_time()
    assert like_html("Registration is open " * 20, content) is not Likeness.SAME
    assert time.thread_time() - began < 2


@given(st.lists(st.sampled_from([*HOSTILE.values(), "Hello", "<p>", "</p>", "<br>", "&lt;", '"', ">"])))
def test_whatever_a_server_shows_is_compared(pieces: list[str]) -> None:
    like_html("Hello", "".join(pieces))


def test_many_links_that_stand_for_anything_are_compared_in_one_pass() -> None:
    text = "a" * 2_000
    links = "".join(f"https://t.co/{number} a" for number in range(200))
    began = time.thread_time()
    assert like_shortened(f"{text}b", links, {}) is Likeness.OTHER
    assert like_shortened(text, links, {}) is Likeness.ALIKE
    assert time.thread_time() - began < 1


@given(st.text("ab", max_size=12), st.lists(st.text("ab", max_size=3), min_size=1, max_size=5))
def test_pieces_stand_in_order_as_a_pattern_would_have_it(whole: str, pieces: list[str]) -> None:
    found = "https://t.co/x ".join(pieces).strip()
    wanted = re.fullmatch(".*".join(pieces), whole) is not None
    if whole:
        assert (like_shortened(whole, found, {}) is not Likeness.OTHER) is wanted
