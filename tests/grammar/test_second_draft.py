"""One message makes one post: a second `@social draft` in it, in whatever dress, is never public text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.grammar import Written
from tests.grammar.dresses import MARKS

Drafted = Callable[[str], Written]
MENTIONS = ("@social", "@Social", "@**Social**", "@_**Social**", "@**social|42**", "@social:", "@**Social**,")
WORDS = (
    "draft",
    "Draft",
    "draft:",
    "a new draft",
    "please draft",
    "could you please draft",
)
PLACES = (
    "draft\nHello\n{}",
    "draft Hello\n\n{}",
    "draft\nto: x\n\nHello\n{}",
    "draft\nHello\n--- x\nTheirs\n{}",
    "draft\nHello\n```quote\n{}\n```",
    "draft\nHello\n```\n{}\n```",
    "draft {}",
    "draft\n{}",
)


def is_asked(draft: Written) -> bool:
    return any(one.error and "One message makes one post" in one.text for one in draft.problems)


@pytest.mark.parametrize("place", PLACES)
def test_a_second_draft_is_asked_about_in_every_dress(drafted: Drafted, place: str) -> None:
    missed = []
    for mention in MENTIONS:
        for word in WORDS:
            for dress, put in MARKS.items():
                message = place.format(put(f"{mention} {word} Second"))
                draft = drafted(message)
                if not any(one.error for one in draft.problems):
                    missed.append((dress, message))
    assert not missed, (len(missed), missed[:20])


@pytest.mark.parametrize("mention", MENTIONS)
@pytest.mark.parametrize(
    "form",
    [
        "draft\nHello {} draft Second",
        "draft\nHello. {} draft\nSecond",
        "draft\nHello\n{}\ndraft Second",
        "draft\nHello\n{}\n\ndraft\nto: x\nSecond",
        "draft\nHello\n**{} draft** Second",
        "draft\nHello\n> **{}** draft Second",
        "draft Hello {} draft Second",
    ],
)
def test_also_behind_other_words_and_on_two_lines(drafted: Drafted, mention: str, form: str) -> None:
    draft = drafted(form.format(mention))
    assert is_asked(draft), draft


def test_the_sentence_says_which_line_and_what_to_do(drafted: Drafted) -> None:
    (problem,) = drafted("draft\nHello\n\n@social draft Second").problems
    assert problem.error
    assert problem.line == 4
    assert "`@social draft Second`" in problem.text
    assert "a message of its own" in problem.text
    assert "`text:`" in problem.text


@pytest.mark.parametrize(
    "text",
    [
        "Read our social draft policy",
        "Thanks @alice@example.org, drafting goes on",
        "We @**Social** people like drafts",
        "Mail social@example.org a draft of it",
        "Draft agenda is online",
        "text:\n@social draft is how one begins",
    ],
)
def test_what_speaks_to_nobody_is_text(drafted: Drafted, text: str) -> None:
    assert not any(one.error for one in drafted(f"draft\nHello\n{text}").problems)
