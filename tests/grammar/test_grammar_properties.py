"""Whatever is written: an answer, never an exception, nothing lost, and in no time."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.grammar import Command, Orders, Unknown, Written, addressed, parse
from bot.grammar.blocks import inline_code, layout
from bot.grammar.nearest import distance

ACCOUNTS = ("mastodon", "linkedin", "x", "zulip:news")
LINES = st.sampled_from(
    [
        "draft", "draft Hello", "please draft: hi", "to: x", "to: mastodn, x", "tto: x", "at: friday 10:00", "not after: friday",
        "alt: A cat", "alt:", "title: News", "note: internal", "hashtags: a", "poll: red | blue", "poll: red", "poll for: 3 days",
        "poll for: long", "poll multiple: maybe", "tags: one, two words", "licence: cc", "licence: mine", "for kids: perhaps", "Reminder: be there", "--- x", "--- mastodon, linkedin",
        "--- facebook", "--- mastodn", "---", "--- and so on we go", "```", "````", "```python", "```quote", "````quote", "~~~",
        "```spoiler Look", "> quoted", "Hello world", "", "   ", "[a.png](/user_uploads/1/a/a.png)", "See ![cat](/user_uploads/1/a/c.png) now",
        "`[b.png](/user_uploads/1/b/b.png)`", "@_**Alice|7** [said](https://example.org/#narrow/near/9):", "@**social** draft",
        "@**social|42** approve 12", "@social approve 12", "\u05de\u05d6\u05dc \u200f\u200btov", "a\u200db", "approve 12", "edit 12 New text",
        "what is scheduled this week?", "    indented", "* list", "1. one", "move 12 to 30.11. 14.30", "tabs\there", "caf\u00e9 \U0001f389",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(LINES, max_size=14).map("\n".join),
    st.text(max_size=200),
    st.text("draft`~>-*:\n []()!@_|x12", max_size=120),
)
DRAFTS = st.one_of(st.lists(LINES, max_size=14).map("\n".join), st.text(max_size=200))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_parse_always_answers(text: str) -> None:
    said = parse(text, accounts=ACCOUNTS, defaults=("mastodon", "x"))
    assert isinstance(said, Written | Command | Unknown | Orders)
    if isinstance(said, Written):
        lines = text.count("\n") + 1
        assert all(problem.text and 1 <= (problem.line or 1) <= lines for problem in said.problems)
        assert set(said.accounts) <= set(ACCOUNTS)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_addressed_always_answers_and_keeps_the_lines(content: str, direct: bool) -> None:
    text = addressed(content, name="social", user_id=42, direct=direct)
    assert text is not None or not direct
    if text is not None:
        assert text.count("\n") == content.replace("\r\n", "\n").count("\n")


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@settings(max_examples=400, deadline=None)
@given(DRAFTS)
@example("to: x\nto: y\nalt: a\nalt: b\nHello [c](/user_uploads/1/a/c.png)\n--- x\none\n--- x\ntwo")
@example("@_**Alice|7** [said](https://example.org):\n```quote\nnews\n```\nmine")
@example("--- x\n--- x")
def test_no_word_of_a_draft_is_lost(body: str) -> None:
    draft = parse(f"draft\n{body}", accounts=ACCOUNTS, defaults=("mastodon", "x"))
    assert isinstance(draft, Written)
    options = draft.options
    poll = options.poll
    kept = [
        draft.text,
        *(poll.choices if poll else ()),
        *options.tags,
        *([f"{poll.minutes // 1440} days"] if poll else ()),
        *draft.texts.values(),
        *(f"{one.path} {one.name} {one.alt}" for one in draft.attachments),
        *(problem.text for problem in draft.problems),
        *(value or "" for value in (draft.at, draft.not_after, draft.campaign, draft.note)),
        *(
            value or ""
            for value in (options.title, options.cw, options.lang, options.visibility, options.link)
        ),
    ]
    found = _words(" ".join(kept))
    heads = [
        "to",
        "at",
        "not",
        "after",
        "alt",
        "title",
        "note",
        "x",
        "mastodon",
        "linkedin",
        "mastodn",
        "python",
        "quote",
        "draft",
        "social",
        "poll",
        "for",
        "tags",
        "licence",
        "cc",
    ]
    header = re.compile(r"@_\*\*Alice\|7\*\*.*")
    for line in body.split("\n"):
        if header.fullmatch(line):
            continue  # Zulip's own line above a quoted message
        if line.startswith("poll ") and any(one.error and "`poll" in one.text for one in draft.problems):
            continue  # understood, but of no use before the poll itself is mended
        missing = [word for word in _words(line) if word not in found and word not in heads]
        assert not missing, (line, draft)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=10).map("\n".join), st.integers(3, 6), st.sampled_from("`~"))
def test_whatever_stands_in_a_longer_fence_stays_as_it_is(inner: str, extra: int, sign: str) -> None:
    fence = sign * (extra + 5)
    body = f"Look:\n{fence}text\n{inner}\n{fence}\nend"
    draft = parse(f"draft\n{body}", accounts=ACCOUNTS, defaults=("x",))
    assert isinstance(draft, Written)
    assert draft.text == body


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_the_text_of_an_edit_is_kept_as_it_was_written(text: str) -> None:
    said = parse(f"edit 12 x{text}y", accounts=ACCOUNTS, defaults=("x",))
    assert isinstance(said, Command)
    lines = re.split("[\n\v\f\x85\u2028\u2029]", f"x{text}y")  # slides end their lines in their own way
    assert said.rest == "\n".join(line.removesuffix("\r") for line in lines)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["```", "````", "```quote", "~~~", "text", "> q", "```py", "", "    x"]), max_size=20
    )
)
def test_the_layout_has_every_line_once(lines: list[str]) -> None:
    shape = layout(lines)
    assert len(shape.code) == len(shape.quote) == len(shape.fenced) == len(lines)
    ends = [edge for block in shape.blocks for edge in (block.first, block.last)]
    assert ends == sorted(ends)
    assert all(shape.fenced[at] for block in shape.blocks for at in range(block.first, block.last + 1))


@given(st.text("ab`", max_size=30))
def test_spans_of_code_are_apart_and_in_order(line: str) -> None:
    spans = inline_code(line)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert all(line[first] == line[last - 1] == "`" for first, last in spans)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_the_same_both_ways(one: str, two: str) -> None:
    assert distance(one, two, 9) == distance(two, one, 9)
    assert (distance(one, two, 9) == 0) == (one == two)


@given(st.text("abcd", max_size=7), st.text("abcd", max_size=7), st.integers(-1, 4))
def test_a_distance_of_which_less_is_wanted_is_the_same_up_to_there(one: str, two: str, most: int) -> None:
    assert distance(one, two, most) == min(distance(one, two, 9), most + 1)


def test_ten_thousand_characters_take_no_more_than_their_share_of_time(linear: Callable[..., None]) -> None:
    hostile = [
        "a" * 10_000,
        "[" * 10_000,
        "[a](" * 2500,
        "![x](/user_uploads/1/a/" * 400,
        "`" * 10_000,
        "` `` " * 2000,
        "".join("`" * size + " " for size in range(1, 140)),
        "```quote\n" * 1100,
        "> " * 5000,
        "\n" * 10_000,
        "@_**a" * 2000,
        "@**social** " * 800,
        "please " * 1400,
        "--- x\na\n" * 1200,
        "--- " + "-- " * 3000,
        "to: " + "x, " * 3000,
        "alt: a\n" * 1400,
        "a: b\n" * 2000,
        "- " * 5000,
        "http://" * 1400,
        "draft " * 1600,
        "what is on " * 900,
        "12 " * 3000,
        "#" * 10_000,
        "approve " + "12" * 4000,
        "approve 12 " + "mastodn " * 1200,
        "published 9 " + "at " * 3000,
        " " * 10_000 + "x",
        "x" + " " * 9_000 + "x",
        "thanks " * 1400,
        "\u200b" * 10_000,
        "@_**Alice|7** [said](x):\n```quote\n```\n" * 250,
        ("@_**Alice|7** " * 100 + ":\n") * 7,
    ]
    for text in hostile:
        for whole in (text, f"draft {text}", f"draft\n{text}", f"help {text}", f"edit 12 {text}"):
            linear(_understood, whole[:9_900], whole[: 9_900 // 8])


def _understood(text: str) -> None:
    parse(text, accounts=ACCOUNTS, defaults=("x",))
    addressed(f"{text} @**social**", name="social", user_id=42, direct=False)
