"""Zulip's Markdown as the plain text that other platforms show."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.text import plain, readable_time

TABLE = [
    # emphasis
    ("**bold** *italic* ~~strike~~ `code`", "bold italic strike code"),
    ("_under_ __dunder__ snake_case_name", "_under_ __dunder__ snake_case_name"),
    ("***both*** **a *b* c** **x *y***", "both a b c x y"),
    ("**Register**ation un**believ**able", "Registeration un**believ**able"),
    ("2*3*4 and 2**3**4 and 5 * 6 * 7", "2*3*4 and 2**3**4 and 5 * 6 * 7"),
    ("price* and more*", "price* and more*"),
    ("**not\nclosed**", "**not\nclosed**"),
    ("**** ~~~~ *", "**** ~~~~ *"),
    ("a ~ b ~~ c", "a ~ b ~~ c"),
    # code
    ("`a *b*` ``c ` d`` ` lone", "a *b* c ` d ` lone"),
    ("`@**all**` `:tada:`", "@**all** :tada:"),
    ('```python\nprint("**x**")\n\n```', 'print("**x**")'),
    ("~~~\na```b\n~~~", "a```b"),
    ("````\n```\ninner\n```\n````", "```\ninner\n```"),
    ("``` not closed", "not closed"),
    ("```\nnever closed", "never closed"),
    # links
    ("[text](https://e.org)", "text (https://e.org)"),
    ('[t](https://e.org "title")', "t (https://e.org)"),
    ("[](https://e.org)", "https://e.org"),
    ("[https://e.org](https://e.org/)", "https://e.org/"),
    ("[e.org](https://e.org)", "https://e.org"),
    ("[**b** and `c`](https://e.org)", "b and c (https://e.org)"),
    ("[w](https://en.wikipedia.org/wiki/Foo_(bar))", "w (https://en.wikipedia.org/wiki/Foo_(bar))"),
    ("**[w](https://e.org)**", "w (https://e.org)"),
    ("[a [b] c](http://x.y)", "a [b] c (http://x.y)"),
    ("[mail us](mailto:me@e.org) [me@e.org](mailto:me@e.org)", "mail us (me@e.org) me@e.org"),
    ("![a cat](https://e.org/cat.png)", "a cat (https://e.org/cat.png)"),
    ("Look![here](https://e.org)", "Look!here (https://e.org)"),
    ("<https://e.org/a_b>", "https://e.org/a_b"),
    ("[no link] (https://e.org) [x]() [y", "[no link] (https://e.org) [x]() [y"),
    ("[topic](#narrow/stream/3-x/topic/y) [f](/user_uploads/2/a.png)", "topic f"),
    ("https://example.com/a_b(c)?x=1&y=2#z", "https://example.com/a_b(c)?x=1&y=2#z"),
    ("https://e.org/*a*/~~b~~/__c__ *d*", "https://e.org/*a*/~~b~~/__c__ d"),
    ("**https://e.org/x** *see https://e.org.*", "https://e.org/x see https://e.org."),
    ("Thanks to @[ERGA - Atlas](urn:li:organization:93660619)!", "Thanks to ERGA - Atlas!"),
    # mentions
    ("@**Alice|7** @_**Bob** @**|9**", "Alice Bob user 9"),
    ("@**all** @*social-approvers* @_*group*", "all social-approvers group"),
    ("#**channel** #**channel>topic** #**channel>topic@31**", "channel channel > topic channel > topic"),
    ("@user @user@server_x.org #tag #42", "@user @user@server_x.org #tag #42"),
    # blocks
    ("# H1\n## H2 ##\n#tag\n# Learn C#", "H1\nH2\n#tag\nLearn C#"),
    ("- a\n* b\n+ c\n  * nested", "• a\n• b\n• c\n  • nested"),
    ("1. one\n2) two\n3. *three*", "1. one\n2) two\n3. three"),
    ("* [ ] task", "• [ ] task"),
    ("---\n***\n* * *", "---\n***\n* * *"),
    ("> quote **b**\n>> two\n> - item", "> quote b\n>> two\n> • item"),
    ("```quote\nsaid\n\n- x\n```\nok", "> said\n>\n> • x\nok"),
    ("````quote\n```quote\ndeep\n```\n````", "> > deep"),
    ("```spoiler The **header**\nhidden\n- a\n```", "The header\nhidden\n• a"),
    ("```spoiler\nhidden\n```", "hidden"),
    ("$$x^2$$ and $$100 to $$200", "x^2 and $$100 to $$200"),
    ("```math\n\\frac{a}{b}\n```", "\\frac{a}{b}"),
    ("| a | b |\n|---|:-:|\n| 1 | **2** |\nend", "a | b\n1 | 2\nend"),
    ("a | b", "a | b"),
    # times
    ("<time:2026-12-01T09:00:00+02:00>", "Tue 1 Dec 2026, 09:00 (UTC+2)"),
    ("<time:tomorrow>", "<time:tomorrow>"),
    ("`<time:2026-12-01T10:00:00Z>`", "<time:2026-12-01T10:00:00Z>"),
    # as typed
    ("Q\\&A \\*no\\* a\\_b", "Q\\&A \\no\\ a\\_b"),
    ("&amp; &lt; <b>no</b>", "& < <b>no</b>"),
    ("a\r\nb  \nc", "a\nb\nc"),
    ("a\n\n\n\n\nb\n\nc\n \n\nd", "a\n\n\nb\n\nc\n\n\nd"),
    ("  \n\n  indented\ntrailing  \n\n", "indented\ntrailing"),
    ("nbsp\u00a0stays", "nbsp\u00a0stays"),
    ("", ""),
]


@pytest.mark.parametrize("markdown, text", TABLE)
def test_markup_becomes_plain_text(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@pytest.mark.parametrize(
    "written, shown",
    [
        ("2026-12-01T09:00:00Z", "Tue 1 Dec 2026, 09:00 (UTC)"),
        ("2026-12-01T09:00:00-03:30", "Tue 1 Dec 2026, 09:00 (UTC-3:30)"),
        ("2026-12-01 10:00", "Tue 1 Dec 2026, 10:00 (UTC)"),
        ("2026-12-01", "Tue 1 Dec 2026, 00:00 (UTC)"),
        ("1795326389", "Sun 22 Nov 2026, 05:46 (UTC)"),
        ("99999999999999999999", None),
        ("2026-13-01", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_global_times_are_written_out(written: str, shown: str | None) -> None:
    assert readable_time(written) == shown


def test_no_text_is_slow_to_read(nasty: str, linear: Callable[..., None]) -> None:
    linear(plain, nasty, nasty[: len(nasty) // 8])


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


WORD = st.text("abcdefghijklmnopqrstuvwxyzäöüABC", min_size=1, max_size=6)
FORMS = [
    "{}", "**{}**", "*{}*", "~~{}~~", "`{}`", "``{}``", "[{}](https://example.org/{})", "@**{}|7**", "@_**{}**",
    "@*{}*", "#**{}>{}**", "#{}", "@{}@{}", "$${}$$", "<https://{}.org/{}>", "https://{}.org/{}_(x)", "![{}]({})",
]  # fmt: skip
BLOCKS = [
    "\n> {}\n", "\n- {} {}\n", "\n## {}\n", "\n```\n{}\n```\n", "\n```quote\n{} **{}**\n```\n", "\n1. {}\n",
    "\n```spoiler {}\n{}\n```\n", "\n| {} | {} |\n|--|--|\n| {} | {} |\n", "\n~~~math\n{}\n~~~\n", "\n\n\n\n",
]  # fmt: skip
JUNK = [
    "*",
    "**",
    "***",
    "~~",
    "`",
    "``",
    "[",
    "](",
    ")",
    "$$",
    "<",
    ">",
    "@**",
    "#**",
    "@",
    "|",
    "\n",
    " ",
    "\\",
    "_",
    "!",
]


@st.composite
def messages(draw: st.DrawFn) -> str:
    """Markdown of all kinds, put together without any care."""
    pieces = []
    for form in draw(st.lists(st.sampled_from(FORMS + BLOCKS + JUNK * 2), max_size=14)):
        pieces.append(form.format(*(draw(WORD) for _ in range(form.count("{}")))))
        pieces.append(draw(st.sampled_from(["", " ", "\n"])))
    return "".join(pieces)


@settings(max_examples=300, deadline=None)
@given(messages())
def test_no_word_is_lost(markdown: str) -> None:
    shown = plain(markdown).casefold()
    markup = {"math", "quote", "spoiler"}  # the words of a fence itself
    lost = [word for word in words_of(markdown) - markup if word not in shown and not word.isdigit()]
    assert lost == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_read(markdown: str) -> None:
    assert plain(markdown) == plain(markdown).strip("\n \t")


def test_real_posts_lose_no_word_and_no_link(posts: list[dict[str, Any]]) -> None:
    for post in posts:
        text = post["text"]
        shown = plain(text)
        links = re.findall(r"https?://[\w./?=&%#~:+-]+[\w/]", text)
        assert [link for link in links if link not in shown] == [], post["id"]
        named = re.sub(r"\(urn:[\w:]+\)", "", text)  # a mention in LinkedIn's own way is its name
        assert [word for word in words_of(named) if word not in shown.casefold()] == [], post["id"]
        assert "**" not in shown
        assert "](" not in shown


@pytest.mark.parametrize(
    "written,shown",
    [
        ("R&amp;D &lt;3 &#42; caf&eacute;", "R&D <3 * café"),
        ("`&amp;` stays", "&amp; stays"),
        ("AT&T & friends &nosuch; &", "AT&T & friends &nosuch; &"),
        ("&amp;amp;", "&amp;"),
        ("a&#8203;b &#x202e;c &#0;", "a&#8203;b &#x202e;c �"),
        ("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&amp;b=2"),
    ],
)
def test_what_zulip_shows_for_an_entity_goes_out(written: str, shown: str) -> None:
    assert plain(written) == shown
