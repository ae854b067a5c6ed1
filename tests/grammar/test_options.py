"""Polls, and what a video on YouTube has beside its text: each option, its slips, and drafts of older versions."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.grammar import Written, parse
from bot.grammar.reading import choices, minutes, tags
from handlers.base import Options, Poll

Drafted = Callable[[str], Written]
DAY = 24 * 60


def _errors(draft: Written) -> list[tuple[int | None, str]]:
    return [(one.line, one.text) for one in draft.problems if one.error]


def test_a_poll_has_answers_a_time_and_a_kind(drafted: Drafted) -> None:
    draft = drafted("draft\npoll: Yes | No | Not yet\npoll for: 3 days\npoll multiple: yes\nDo you test?")
    assert draft.options.poll == Poll(("Yes", "No", "Not yet"), 3 * DAY, multiple=True)
    assert (draft.text, draft.problems) == ("Do you test?", ())


def test_a_poll_is_open_for_a_day_where_nothing_is_said(drafted: Drafted) -> None:
    assert drafted("draft\npoll: a | b\nWhich?").options.poll == Poll(("a", "b"), DAY)


@pytest.mark.parametrize(
    "value,found",
    [
        ("3 days", 3 * DAY),
        ("for 3 days", 3 * DAY),
        ("1 week", 7 * DAY),
        ("12 hours", 720),
        ("30 min", 30),
        ("1h30", 90),
        ("half an hour", 30),
        ("2 days and 12 hours", 2 * DAY + 720),
        ("forever", None),
        ("friday", None),
        ("3", None),
        ("10 s", None),
        ("9000 weeks", None),
    ],
)
def test_how_long_a_poll_is_open_is_a_span(value: str, found: int | None) -> None:
    assert minutes(value) == found


@pytest.mark.parametrize(
    "lines,line,words",
    [
        ("poll: yes", 2, "two or more answers with `|` between them"),
        ("poll: a, b, c", 2, "`a, b, c`. The question is the post's text"),
        ("poll: a | | c", 2, "Answer 2 of the poll `a | | c` is empty"),
        ("poll: a | b | A", 2, "The answer `A` stands twice"),
        ("poll:", 2, "`poll:` has no value"),
        ("poll: a | b\npoll for: a while", 3, "`poll for:` takes a span such as `3 days`"),
        ("poll: a | b\npoll multiple: maybe", 3, "`poll multiple:` takes `yes` or `no`"),
        ("poll for: 3 days", 2, "`poll for: 3 days` is about a poll, but there is none"),
        ("poll multiple: yes", 2, "`poll multiple: yes` is about a poll, but there is none"),
        ("poll: a | b\npoll: a | c", 3, "`poll:` stands twice, in lines 2 and 3"),
        ("pol: a | b", 2, "did you mean `poll:`?"),
        ("Polls: a | b", 2, "did you mean `poll:`?"),
        ("choices: a | b", 2, "did you mean `poll:`?"),
        ("poll: a | b\npoll duration: 3 days", 3, "did you mean `poll for:`?"),
        ("poll: a | b\npol for: 3 days", 3, "did you mean `poll for:`?"),
        ("poll: a | b\nmultiple choice: yes", 3, "did you mean `poll multiple:`?"),
        ("tag: a, b", 2, "did you mean `tags:`?"),
        ("tags: ,", 2, "`tags:` takes words with commas between them"),
        ("playlst: Lessons", 2, "did you mean `playlist:`?"),
        ("categry: Education", 2, "did you mean `category:`?"),
        ("licence: MIT", 2, "`licence:` takes `youtube` or `creative commons`, not `MIT`."),
        ("lisence: cc", 2, "did you mean `licence:`?"),
        ("for kids: perhaps", 2, "`for kids:` takes `yes` or `no`, not `perhaps`."),
        ("kids: no", 2, "did you mean `for kids:`?"),
    ],
)
def test_an_error_tells_the_reason_and_the_line(drafted: Drafted, lines: str, line: int, words: str) -> None:
    errors = _errors(drafted(f"draft\n{lines}\nWhich one?"))
    assert len(errors) == 1, errors
    assert errors[0][0] == line
    assert words in errors[0][1]


@pytest.mark.parametrize(
    "first", ["Poll results: see below", "Call for: papers and talks", "draft of a poll: a"]
)
def test_a_text_that_only_looks_like_an_option_stays_text(drafted: Drafted, first: str) -> None:
    draft = drafted(f"draft {first}\nmore")
    assert (draft.text, _errors(draft)) == (f"{first}\nmore", [])


def test_what_a_video_has_beside_its_text(drafted: Drafted) -> None:
    draft = drafted(
        "draft\nto: youtube\ntags: testing, research software ,#Python, testing\nplaylist: Lessons\ncategory: Education\n"
        "license: CC-BY\nmade for kids: no\nHello"
    )
    assert draft.options == Options(
        tags=("testing", "research software", "Python"),
        playlist="Lessons",
        category="Education",
        licence="creative commons",
        made_for_kids=False,
    )
    assert draft.problems == ()
    assert drafted("draft\nfor-kids: Yes\nHello").options.made_for_kids is True
    assert drafted("draft\nHello").options.made_for_kids is None


def test_tags_may_be_written_as_hashtags() -> None:
    assert tags("#Python #RSE") == ("Python", "RSE")
    assert tags("#Python, RSE") == ("Python", "RSE")


@pytest.mark.parametrize("value", ["a|b", " a | b ", "| a | b |", "a ｜ b"])
def test_the_answers_stand_between_bars(value: str) -> None:
    assert choices(value) == ("a", "b")


@given(st.lists(st.text("abc äß.,;:-", min_size=1, max_size=12), min_size=2, max_size=6))
def test_no_word_of_a_poll_is_lost(answers: list[str]) -> None:
    wanted = [" ".join(one.split()) for one in answers if one.strip()]
    draft = parse("draft\npoll: " + " | ".join(answers) + "\nWhich?", accounts=("x",), defaults=("x",))
    assert isinstance(draft, Written)
    if draft.options.poll and not draft.problems:
        assert list(draft.options.poll.choices) == wanted
    else:
        assert _errors(draft)


OLD: dict[str, Any] = {
    "text": "Hello",
    "accounts": ["mastodon"],
    "texts": {},
    "attachments": [{"path": "/user_uploads/2/ab/a.png", "name": "a.png", "alt": "", "accounts": []}],
    "options": {"title": None, "cw": "x", "lang": "en", "visibility": None, "link": None, "thread": False},
    "at": None,
    "not_after": None,
    "campaign": None,
    "note": None,
    "problems": [{"text": "A", "error": False, "line": 2}],
    "lines": {"cw": 2},
}


def test_a_draft_that_an_older_version_stored_is_still_read() -> None:
    adapter = TypeAdapter(Written)
    draft = adapter.validate_python(OLD)
    assert draft.options == Options(cw="x", lang="en", thread=False)
    assert adapter.validate_json(adapter.dump_json(draft)) == draft


def test_a_stored_poll_comes_back_as_it_was(drafted: Drafted) -> None:
    adapter = TypeAdapter(Written)
    draft = drafted("draft\npoll: a | b\npoll for: 3 days\ntags: one, two\nfor kids: yes\nWhich?")
    assert adapter.validate_json(adapter.dump_json(draft)) == draft
