"""Drafts made of somebody else's message."""

from collections.abc import Callable

import pytest

from bot.grammar import Unknown, Written, addressed, parse

Drafted = Callable[[str], Written]
HEADS = [
    "@_**Alice|7** [said](https://chat.example.org/#narrow/stream/3-social/topic/t/near/9):",
    "@_**Alice|7** [said](https://chat.example.org/#narrow/channel/3/topic/t/near/9) in [#social > t](https://chat.example.org/x):",
    "@_**Alice|7** [said](https://chat.example.org/#narrow/dm/7/near/9) to @_**Bob|8**, @_**Carol|9**:",
    "@_**Alice|7** [hat gesagt](https://chat.example.org/#narrow/channel/3/topic/t/near/9):",
]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("fence", ["```", "````", "``````"])
def test_the_quoted_text_is_the_drafts(drafted: Drafted, head: str, fence: str) -> None:
    quote = f"{head}\n{fence}quote\nWe have *news*!\n\nAnd more\n{fence}"
    for text in (
        f"{quote}\ndraft",
        f"{quote}\n\nplease draft\nto: x",
        f"draft\n{quote}",
        f"draft\nto: x\n\n{quote}\n",
    ):
        draft = drafted(text)
        assert draft.text == "We have *news*!\n\nAnd more"
        assert draft.problems == ()


def test_from_the_message_to_the_draft() -> None:
    content = f"{HEADS[0]}\n```quote\nWe have news\n```\n@social draft"
    text = addressed(content, name="social", user_id=42, direct=False)
    assert text is not None
    draft = parse(text, accounts=("x",), defaults=("x",))
    assert isinstance(draft, Written)
    assert draft.text == "We have news"


def test_blocks_inside_the_quote_stay(drafted: Drafted) -> None:
    inner = "Look:\n```python\nprint(1)\n```\n````quote\n```\ndeep\n```\n````\nend"
    draft = drafted(f"{HEADS[0]}\n`````quote\n{inner}\n`````\ndraft")
    assert draft.text == inner


def test_a_quote_with_the_same_fence_as_the_code_in_it(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\nLook:\n```python\nprint(1)\n```\nend\n```\ndraft")
    assert draft.text == "Look:\n```python\nprint(1)\n```\nend"


def test_two_quoted_messages_follow_each_other(drafted: Drafted) -> None:
    quotes = "\n".join(
        f"{head}\n```quote\n{text}\n```" for head, text in zip(HEADS, ("One", "Two"), strict=False)
    )
    assert drafted(f"{quotes}\ndraft").text == "One\n\nTwo"


def test_files_of_the_quoted_message_are_the_drafts(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\nLook [a cat](/user_uploads/2/ab/cat.png)\n```\ndraft")
    assert draft.text == "Look"
    assert [(one.path, one.alt) for one in draft.attachments] == [("/user_uploads/2/ab/cat.png", "a cat")]


def test_platforms_own_texts_go_beside_the_quoted_text(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\nWe have news\n```\ndraft\n--- x\nNews!")
    assert (draft.text, draft.texts) == ("We have news", {"x": "News!"})


def test_a_quoted_draft_is_taken_with_its_options(drafted: Drafted) -> None:
    quote = f"{HEADS[0]}\n```quote\n@**social** draft\nto: linkedin\nat: friday 10:00\nWe have news\n--- linkedin\nLong\n```"
    draft = drafted(f"{quote}\ndraft\nat: monday 9:00")
    assert (draft.text, draft.accounts, draft.at) == ("We have news", ("linkedin",), "monday 9:00")
    assert draft.texts == {"linkedin": "Long"}


def test_a_text_of_ones_own_wins_and_says_so(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\nWe have news\n```\ndraft My own words")
    assert draft.text == "My own words"
    assert [(one.line, one.error) for one in draft.problems] == [(3, False)]
    assert "We have news" in draft.problems[0].text


def test_a_quote_inside_a_text_stays_in_it(drafted: Drafted) -> None:
    body = "As somebody said:\n```quote\nTest early\n```\nWe agree."
    assert drafted(f"draft\n{body}").text == body


def test_an_empty_quote_makes_an_empty_draft(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\n```\ndraft")
    assert draft.text == ""
    assert "The draft is empty" in draft.problems[0].text


def test_a_quote_alone_is_not_understood() -> None:
    said = parse(f"{HEADS[0]}\n```quote\nWe have news\n```", accounts=("x",), defaults=("x",))
    assert isinstance(said, Unknown)
    assert said.nearest == "draft"


def test_lines_are_those_of_the_whole_message(drafted: Drafted) -> None:
    draft = drafted(f"{HEADS[0]}\n```quote\nNews\n```\n\ndraft\nto: mastodn")
    assert draft.problems[0].line == 7
