"""Drafts: options, sections, quoted messages, and every problem with its line."""

from collections.abc import Callable

import pytest

from bot.grammar import Command, Unknown, Written, parse, rewritten
from handlers.base import Options

Drafted = Callable[[str], Written]


def _errors(draft: Written) -> list[tuple[int | None, str]]:
    return [(one.line, one.text) for one in draft.problems if one.error]


def _warnings(draft: Written) -> list[tuple[int | None, str]]:
    return [(one.line, one.text) for one in draft.problems if not one.error]


@pytest.mark.parametrize(
    "text,body",
    [
        ("draft Hello", "Hello"),
        ("Draft Hello", "Hello"),
        ("DRAFT   Hello", "Hello"),
        ("draft: Hello", "Hello"),
        ("draft : Hello", "Hello"),
        ("draft :mega: Hello", ":mega: Hello"),
        ("draft :+1:", ":+1:"),
        ("draft\n:mega: Hello", ":mega: Hello"),
        ("draft, Hello", "Hello"),
        ("draft\nHello", "Hello"),
        ("draft:\nHello", "Hello"),
        ("\n\n draft\n\n\nHello\n\n", "Hello"),
        ("please draft Hello", "Hello"),
        ("Could you please draft: Hello?", "Hello?"),
        ("new draft Hello", "Hello"),
        ("draft Hello\n\n\nthere\n  indented\n", "Hello\n\n\nthere\n  indented"),
        ("draft\r\nHello\r\nthere", "Hello\nthere"),
        ("draft    code\n\n    stays", "code\n\n    stays"),
        ("draft\n    code", "    code"),
        ("draft https://example.org: a link", "https://example.org: a link"),
        ("draft\nhttps://example.org\nto: be or not", "https://example.org\nto: be or not"),
        (
            "draft \u05de\u05d6\u05dc \u05d8\u05d5\u05d1 \u200f\u05e9\u05dc\u05d5\u05dd",
            "\u05de\u05d6\u05dc \u05d8\u05d5\u05d1 \u200f\u05e9\u05dc\u05d5\u05dd",
        ),
        ("draft a\u200bb‍c﻿", "a\u200bb‍c﻿"),
    ],
)
def test_a_draft_is_its_text(drafted: Drafted, text: str, body: str) -> None:
    draft = drafted(text)
    assert draft.text == body
    assert draft.accounts == ("mastodon", "linkedin", "x")
    assert _errors(draft) == []


@pytest.mark.parametrize("text", ["drafts", "drafting is fun", "draft-like", "a drafty room", "draft's"])
def test_other_words_are_no_draft(text: str) -> None:
    assert isinstance(parse(text, accounts=("x",), defaults=("x",)), Command | Unknown)


def test_all_options(drafted: Drafted) -> None:
    draft = drafted(
        "draft\nto: mastodon, x\nAT: thursday 10:00\nNot after:friday 12:00\ntitle: News\ncw : Politics\nlang: English\n"
        "visibility: Quiet public\nthread: no\nlink: https://example.org\ncampaign: spring\nnote: Please check the date\nHello"
    )
    assert draft.text == "Hello"
    assert draft.accounts == ("mastodon", "x")
    assert (draft.at, draft.not_after, draft.campaign, draft.note) == (
        "thursday 10:00",
        "friday 12:00",
        "spring",
        "Please check the date",
    )
    assert draft.options == Options(
        title="News",
        cw="Politics",
        lang="en",
        visibility="unlisted",
        link="https://example.org",
        thread=False,
    )
    assert draft.problems == ()
    assert draft.lines["at"] == 3
    assert draft.lines["note"] == 12


def test_not_after_has_several_spellings(drafted: Drafted) -> None:
    for name in ("not after", "not-after", "not_after", "Not After", "notafter"):
        assert drafted(f"draft\n{name}: friday 12:00\nHello").not_after == "friday 12:00"


@pytest.mark.parametrize(
    "value,accounts",
    [
        ("x", ("x",)),
        ("X, Mastodon", ("mastodon", "x")),
        ("mastodon and linkedin", ("mastodon", "linkedin")),
        ("mastodon linkedin x", ("mastodon", "linkedin", "x")),
        ("mastodon; x & linkedin", ("mastodon", "linkedin", "x")),
        ("Twitter", ("x",)),
        ("X/Twitter", ("x",)),
        ("LinkedIn", ("linkedin",)),
        ("Linked In, You Tube", ("linkedin", "youtube")),
        ("yt", ("youtube",)),
        ("all", ("mastodon", "linkedin", "x", "youtube", "zulip")),
        ("everywhere", ("mastodon", "linkedin", "x", "youtube", "zulip")),
        ("all but x", ("mastodon", "linkedin", "youtube", "zulip")),
        ("All except x and YouTube", ("mastodon", "linkedin", "zulip")),
        ("x, x, twitter", ("x",)),
    ],
)
def test_to_names_platforms_in_many_ways(drafted: Drafted, value: str, accounts: tuple[str, ...]) -> None:
    draft = drafted(f"draft\nto: {value}\nHello")
    assert draft.accounts == accounts
    assert draft.problems == ()


def test_several_accounts_of_a_platform() -> None:
    several = ("mastodon:fosstodon", "mastodon:nordic-rse", "x")

    def going(value: str) -> tuple[str, ...]:
        draft = parse(f"draft\nto: {value}\nHello", accounts=several, defaults=("mastodon",))
        assert isinstance(draft, Written)
        return draft.accounts

    assert going("mastodon") == several[:2]
    assert going("mastodon:fosstodon") == ("mastodon:fosstodon",)
    assert going("nordic-rse, x") == ("mastodon:nordic-rse", "x")
    assert going("all but fosstodon") == ("mastodon:nordic-rse", "x")
    default = parse("draft Hello", accounts=several, defaults=("mastodon",))
    assert isinstance(default, Written)
    assert default.accounts == several[:2]


def test_an_account_called_like_its_platform_is_meant_alone() -> None:
    draft = parse("draft\nto: mastodon\nHello", accounts=("mastodon", "mastodon:two"), defaults=())
    assert isinstance(draft, Written)
    assert draft.accounts == ("mastodon",)


@pytest.mark.parametrize(
    "text,line,words",
    [
        ("draft", None, "The draft is empty"),
        ("draft\n\n  \n", None, "The draft is empty"),
        ("draft\nto: x\nat: now", None, "The draft is empty"),
        ("draft\nto: mastodn\nHello", 2, "I know no platform `mastodn`: did you mean `mastodon`?"),
        ("draft\nto: x, linkdin\nHello", 2, "did you mean `linkedin`?"),
        ("draft\nto: facebook\nHello", 2, "there are `mastodon`, `linkedin`, `x`, `youtube` and `zulip`."),
        ("draft\nto: bluesky\nHello", 2, "There is no account for Bluesky here."),
        ("draft\nto: all but mastodn\nHello", 2, "did you mean `mastodon`?"),
        ("draft\nto: all but all\nHello", 2, "leaves no platform"),
        ("draft\nto:\nHello", 2, "`to:` has no value"),
        ("draft\ntitle:  \nHello", 2, "`title:` has no value"),
        ("draft\nto: x\nto: mastodon\nHello", 3, "`to:` stands twice, in lines 2 and 3"),
        ("draft\nthread: maybe\nHello", 2, "`thread:` takes `yes` or `no`, not `maybe`."),
        ("draft\nlang: klingonish\nHello", 2, "`lang:` takes a language code"),
        ("draft\nlang: jp\nHello", 2, "not `jp`: did you mean `ja`?"),
        ("draft\nlang: dk\nHello", 2, "not `dk`: did you mean `da`?"),
        ("draft\nlang: GR\nHello", 2, "not `GR`: did you mean `el`?"),
        ("draft\nlang: jp-JP\nHello", 2, "did you mean `ja-JP`?"),
        ("draft\nlang: xx\nHello", 2, "such as `en` or `fi`, not `xx`."),
        ("draft\nlink: example\nHello", 2, "`link:` takes one whole address"),
        ("draft\nalt: A chart\nHello", 2, "There is no file for the alt text `A chart`"),
        ("draft\ntto: mastodon\nHello", 2, "I know no option `tto`: did you mean `to:`?"),
        ("draft\nTto: Mastodon\nHello", 2, "did you mean `to:`?"),
        ("draft\nplatforms: mastodon\nHello", 2, "did you mean `to:`?"),
        ("draft\nPlatforms: mastodon, x\nHello", 2, "did you mean `to:`?"),
        ("draft\nto: x\nwhen: friday 10:00\nHello", 3, "did you mean `at:`?"),
        ("draft\nWhen: Tuesday 10:00\nHello", 2, "did you mean `at:`?"),
        ("draft\nuntil: friday\nHello", 2, "did you mean `not after:`?"),
        ("draft\nnot affter: friday\nHello", 2, "did you mean `not after:`?"),
        ("draft\nvisibilty: public\nHello", 2, "did you mean `visibility:`?"),
        ("draft\ntitel: News\nHello", 2, "As an option, write `title: News`."),
        ("draft\nlanguage: en\nHello", 2, "did you mean `lang:`?"),
        ("draft\nmood: a, b\nto: x\nHello", 2, "I know no option `mood`. There are `to`, `at`"),
        ("\n\ndraft\nto: x\nto: linkedin\nHello", 5, "in lines 4 and 5"),
        (
            "draft Hello\n--- mastodn\nx",
            2,
            "I know no platform `mastodn` for this section: did you mean `mastodon`?",
        ),
        ("draft Hello\n--- facebook\nx", 2, "I know no platform `facebook` for this section: there are"),
        ("draft Hello\n--- x, mastodn\nx", 2, "did you mean `mastodon`?"),
        ("draft Hello\n--- x\nOne\n--- X\nTwo", 4, "X has two sections, in lines 2 and 4"),
        ("draft Hello\n--- x\n\n--- linkedin\nTwo", 2, "This section is empty"),
        ("draft\nto: x, linkedin\n--- x\nOnly this", None, "There is no text for LinkedIn"),
    ],
)
def test_an_error_tells_the_reason_and_the_line(
    drafted: Drafted, text: str, line: int | None, words: str
) -> None:
    errors = _errors(drafted(text))
    assert len(errors) == 1
    assert errors[0][0] == line
    assert words in errors[0][1]


def test_without_defaults_a_draft_must_say_where_it_goes() -> None:
    draft = parse("draft Hello", accounts=("x", "zulip"), defaults=())
    assert isinstance(draft, Written)
    assert _errors(draft) == [(None, "Say where it goes, with `to:` and some of `x` and `zulip`.")]
    nowhere = parse("draft Hello", accounts=(), defaults=())
    assert isinstance(nowhere, Written)
    assert "No platform is set up" in _errors(nowhere)[0][1]


def test_all_problems_come_at_once(drafted: Drafted) -> None:
    draft = drafted("draft\nto: mastodn\nthread: maybe\nalt: one\nttitle: News\nHello\n--- facebook\nx")
    assert [line for line, _ in _errors(draft)] == [2, 3, 4, 5, 7]
    assert draft.text == "ttitle: News\nHello"
    assert draft.texts == {"facebook": "x"}


@pytest.mark.parametrize(
    "first",
    [
        "Reminder: the workshop starts at nine",
        "Note to all: bring a laptop",
        "https://coderefinery.org",
        "Workshop: registration is open",
        "New episode: all about testing",
        "So: here we go",
        "so: here we go",
        "Cat: a very nice animal",
        "When: soon, we hope",
        "Where: in Oslo",
        "Breaking news: we have a logo!",
        "10:00 CET: we go live",
        "Date for your calendar: 1 December",
        "🎉 News: it works",
        "Title of the talk: Testing",
        "A very long beginning of a sentence with a colon: see",
        "Description: what it is",
    ],
)
def test_a_text_that_looks_like_an_option_stays_text(drafted: Drafted, first: str) -> None:
    for text in (f"draft\n{first}\nmore", f"draft\nto: x\n{first}\nmore", f"draft {first}\nmore"):
        draft = drafted(text)
        assert draft.text == f"{first}\nmore"
        assert _errors(draft) == []


def test_behind_the_word_draft_only_small_letters_make_an_option(drafted: Drafted) -> None:
    assert drafted("draft to: x\nHello").accounts == ("x",)
    assert drafted("draft Note: the room has changed").text == "Note: the room has changed"
    assert drafted("draft tto: x is a funny text").text == "tto: x is a funny text"


def test_an_option_behind_an_empty_line_is_asked_about(drafted: Drafted) -> None:
    draft = drafted("draft\n\nto: x\nHello")
    assert (draft.text, draft.accounts) == ("to: x\nHello", ("mastodon", "linkedin", "x"))
    assert [line for line, _ in _errors(draft)] == [3]
    assert "looks like the option `to:`" in draft.problems[0].text


def test_options_under_the_text_are_asked_about_each(drafted: Drafted) -> None:
    draft = drafted("draft\nHello\n\nto: x\nnote: look at it\nat: friday 10:00")
    assert (draft.at, draft.note) == (None, None)
    assert [line for line, _ in _errors(draft)] == [4, 5, 6]


def test_text_before_a_line_says_that_it_is_text(drafted: Drafted) -> None:
    for text in (
        "draft\ntext:\nto: x\nHello",
        "draft\ntext: to: x\nHello",
        "draft text: to: x\nHello",
        "draft\n\ntext:\nto: x\nHello",
    ):
        draft = drafted(text)
        assert (draft.text, draft.accounts, draft.problems) == (
            "to: x\nHello",
            ("mastodon", "linkedin", "x"),
            (),
        ), text
    draft = drafted("draft\nat: friday 10:00\ntext:\nNote: soon\n### X\nHello\n--- x\nShort\ntext:\nto: x")
    assert draft.text == "Note: soon\n### X\nHello"
    assert draft.texts == {"x": "Short\nto: x"}
    assert draft.problems == ()


def test_the_word_text_within_a_text_stays(drafted: Drafted) -> None:
    draft = drafted("draft Hello\ntext: what we mean by it")
    assert (draft.text, draft.problems) == ("Hello\ntext: what we mean by it", ())


def test_a_first_line_that_may_be_a_note_is_asked_about_and_not_swallowed(drafted: Drafted) -> None:
    """It once was taken for the reviewers' note, and the public never read it."""
    for line in (
        "Note: registration closes soon",
        "**Note:** registration closes soon",
        "Title: a day of testing",
    ):
        draft = drafted(f"draft\n{line}\nSign up now.")
        assert draft.text == f"{line}\nSign up now."
        assert [number for number, _ in _errors(draft)] == [2]
        assert drafted(f"draft\n\n{line}\nSign up now.").problems == ()
    assert drafted("draft\nTo: x\nNote: please check\nHello").note == "please check"


def test_a_second_draft_in_one_message_is_asked_about(drafted: Drafted) -> None:
    for line in (
        "@social draft Another",
        "@**social** draft",
        "> @**social|42** draft: Another",
        "@social approve 12",
        "*@**Social** approve 12*",
    ):
        draft = drafted(f"draft Hello\n\n{line}\nMore")
        found = [
            number for number, text in _errors(draft) if "speaks to me" in text or "second draft" in text
        ]
        assert found == [3], line
    assert drafted("draft Hello\n@alice has drafted it").problems == ()


def test_a_list_of_platforms_is_text(drafted: Drafted) -> None:
    for rows in (
        "- Mastodon\n- LinkedIn",
        "Mastodon\nX",
        "**X**\n**Mastodon**",
        "\u2013 Mastodon\n\u2013 X\n\u2013 LinkedIn",
    ):
        draft = drafted(f"draft Find us on\n{rows}")
        assert (draft.text, draft.problems) == (f"Find us on\n{rows}", ())
    assert drafted("draft Hello\n#LinkedIn\nmore").problems == ()
    assert drafted("draft Hello\nMastodon: @coderefinery@fosstodon.org\nmore").problems == ()


def test_a_small_letter_word_that_is_no_option_is_pointed_out(drafted: Drafted) -> None:
    draft = drafted("draft\nto: x\nmood: a, b\nHello")
    assert draft.text == "mood: a, b\nHello"
    assert _warnings(draft) == [(3, "There is no option `mood`, so this line is part of the text.")]


def test_saying_the_same_twice_is_no_problem(drafted: Drafted) -> None:
    assert drafted("draft\nto: x\nto: x\nHello").problems == ()


def test_sections_are_the_platforms_own_texts(drafted: Drafted) -> None:
    draft = drafted(
        "draft\nCommon\n\n--- x, Mastodon\nShort\n\nstill short\n\n---LinkedIn\nLong\n--- Twitter ---\n"
    )
    assert draft.text == "Common"
    assert draft.texts == {
        "x": "Short\n\nstill short",
        "mastodon": "Short\n\nstill short",
        "linkedin": "Long",
    }


def test_dashes_of_a_phone_begin_a_section_too(drafted: Drafted) -> None:
    assert drafted("draft Common\n—- x\nShort").texts == {"x": "Short"}


@pytest.mark.parametrize(
    "line",
    ["---", "-----", "--- and that is why we do it", "---- ", "-- Alice", "- words", "— Alice", "*** and"],
)
def test_other_dashes_are_text(drafted: Drafted, line: str) -> None:
    draft = drafted(f"draft Common\n{line}\nmore")
    assert draft.text == f"Common\n{line}\nmore"
    assert draft.texts == {}
    assert _errors(draft) == []


def test_a_section_nobody_gets_is_pointed_out(drafted: Drafted) -> None:
    draft = drafted("draft\nto: mastodon\nCommon\n--- x\nShort\n--- bluesky\nSky")
    assert draft.texts == {"x": "Short", "bluesky": "Sky"}
    assert [line for line, _ in _warnings(draft)] == [4, 6]
    assert _errors(draft) == []


def test_sections_alone_need_no_common_text(drafted: Drafted) -> None:
    draft = drafted("draft\nto: x, linkedin\n--- x\nShort\n--- linkedin\nLong")
    assert (draft.text, draft.texts) == ("", {"x": "Short", "linkedin": "Long"})
    assert draft.problems == ()


@pytest.mark.parametrize("fence", ["```", "~~~", "`````", "```python", "```quote", "```spoiler Look"])
def test_in_a_block_dashes_and_names_are_text(drafted: Drafted, fence: str) -> None:
    closing = fence.rstrip("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKL")
    body = f"Look:\n{fence}\n--- x\nto: x\n{closing}\nend"
    draft = drafted(f"draft\n{body}\n--- x\nShort")
    assert draft.text == body
    assert draft.texts == {"x": "Short"}


def test_a_block_that_is_never_closed_is_pointed_out(drafted: Drafted) -> None:
    draft = drafted("draft Look:\n```\n--- x\nShort")
    assert draft.text == "Look:\n```\n--- x\nShort"
    assert _warnings(draft) == [(2, "This block is never closed, so everything after it is part of it.")]


def test_the_text_of_an_edit_is_read_like_a_draft_with_the_lines_of_the_message() -> None:
    order = parse(
        "please\nedit 12\nto: x\nthread: maybe\nNew text\n--- x\nShort",
        accounts=("x", "zulip"),
        defaults=("zulip",),
    )
    assert isinstance(order, Command)
    draft = rewritten(order, accounts=("x", "zulip"), defaults=("zulip",))
    assert (draft.text, draft.accounts, draft.texts) == ("New text", ("x",), {"x": "Short"})
    assert [one.line for one in draft.problems] == [4]


@pytest.mark.parametrize(
    "text,accounts,body",
    [
        ("draft for linkedin: Hello", ("linkedin",), "Hello"),
        ("draft to mastodon: Hello", ("mastodon",), "Hello"),
        ("draft for X and Mastodon: Hello\nthere", ("mastodon", "x"), "Hello\nthere"),
        ("draft für linkedin: Hallo", ("linkedin",), "Hallo"),
        ("draft to mastodon\nHello", ("mastodon",), "Hello"),
        ("draft for linkedin\nat: friday 10:00\nHello", ("linkedin",), "Hello"),
    ],
)
def test_behind_the_word_draft_platforms_may_be_named(
    drafted: Drafted, text: str, accounts: tuple[str, ...], body: str
) -> None:
    draft = drafted(text)
    assert (draft.accounts, draft.text, draft.problems) == (accounts, body, ())


@pytest.mark.parametrize(
    "text",
    [
        "draft Guest draft to: all",
        "draft Guest talk at: tuesday 9:00",
        "draft mastodon: Hello",
        "draft for linkedin we have news",
        "draft to mastodon at tuesday 9:00 Join us",
        "draft to: mastodon, x at: tuesday 9:00 Join us",
        "draft\nto: mastodon at: tuesday 9:00\nHello",
        "draft to mastodon at: tuesday 9:00 Join us",
    ],
)
def test_options_within_the_first_line_are_asked_about_in_one_sentence(drafted: Drafted, text: str) -> None:
    assert len(_errors(drafted(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "draft for everyone: Hello",
        "draft To all friends: hello",
        "draft Follow us at: the fair",
        "draft text: to: x",
        "draft Write to: info@example.org",
    ],
)
def test_a_first_line_that_names_no_platform_is_text(drafted: Drafted, text: str) -> None:
    assert _errors(drafted(text)) == []


def test_what_slides_write_for_the_end_of_a_line_ends_one(drafted: Drafted) -> None:
    draft = drafted("draft\nto: x\vHello\vthere\u2028again")
    assert (draft.text, draft.accounts, draft.problems) == ("Hello\nthere\nagain", ("x",), ())


def test_what_only_youtube_has_is_told_where_it_means_nothing(drafted: Drafted) -> None:
    draft = drafted("draft\nto: mastodon\ntags: a, b\nplaylist: Lessons\nHello")
    assert [line for line, _ in _warnings(draft)] == [3, 4]
    assert "hashtags" in draft.problems[0].text
    assert [
        line for line, _ in _warnings(drafted("draft\nto: mastodon, youtube\ntags: a\nplaylist: b\nHello"))
    ] == [3]
    assert drafted("draft\nto: youtube\ntags: a\nplaylist: b\nHello").problems == ()
