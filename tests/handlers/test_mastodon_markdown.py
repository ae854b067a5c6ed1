"""A text for a server that reads Markdown: readers see what was approved, whatever marks are in it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.sandbox.mastodon import markdown
from bot.sandbox.mastodon.text import inline, readable
from handlers.likeness import Likeness, like_html
from handlers.mastodon.markdown import escaped

HOST = "h.example"
WRITTEN = "* _ ** ` ``` ~~ ~ [ ](b) ( ) < > & &amp; \\ # 1. 2) - + = === --- :--- | a word é 🎉 ! ![ :"
MARKS = WRITTEN.split()
BLANKS = ["# ", "- ", "+ ", "1. ", "2) ", "\n", "\n\n", " ", "    ", "\t"]
GLUED = [
    "(https://coderefinery.org/a_(b)_c)*",
    "word_https://coderefinery.org/*x*",
    "https://coderefinery.org*x*",
]
TOKENS = [*GLUED, " https://coderefinery.org/x_y*z ", " @me ", " @a_b@far.example ", " #tag "]
PIECES = st.lists(st.sampled_from([*MARKS, *BLANKS, *TOKENS]), min_size=1, max_size=12).map("".join)


def shown(text: str) -> str:
    """The HTML that Hollo makes of it."""
    return markdown.rendered(text, lambda one: inline(one, f"https://{HOST}", "community", HOST))


@example("2*3*4 makes 24")
@example("1986. A great year")
@example("One\ntwo")
@example("[x]: https://coderefinery.org")
@example("> a\n- b\n    c\n===")
@example("a | b\n:---\nc | d")
@example("https://coderefinery.org/a_b_c*\n*d*")
@example("(https://coderefinery.org/a_(b)_c)&amp;")
@example("See https://coderefinery.org*x*, and wordhttps://coderefinery.org/*x*_y_")
@given(PIECES)
def test_whatever_is_written_is_shown_letter_for_letter(text: str) -> None:
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    if text:
        assert like_html(text, shown(escaped(text)), {}, HOST) is Likeness.SAME


@pytest.mark.parametrize(
    "text",
    ["Plain words, with a comma: and more.", "Umlauts, ä and 🎉", "snake_case #tag @me"],
)
def test_a_text_without_marks_goes_out_as_it_is(text: str) -> None:
    assert escaped(text) == text


def test_unescaped_it_would_read_otherwise() -> None:
    """The stand-in shows what was measured of Hollo 0.10."""
    assert shown("2*3*4") == "<p>2<em>3</em>4</p>"
    assert shown("1986. A year").startswith('<ol start="1986">')
    assert readable(shown("One\ntwo")) == "One two"
