"""`approve 12, 13` reads as each of these posts; what may mean something else approves nothing."""

from __future__ import annotations

import itertools

import pytest

from bot.grammar import Command, Orders, Said, Unknown, parse
from bot.grammar.verbs import BY_NAME

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")
PUBLISHES = frozenset({"approve", "now", "retry", "resume", "published", "move", "edit", "take"})

APPROVED = """
approve #271, #272       | 271 272
approve 12-15            | 12 13 14 15
approve 12 – 15          | 12 13 14 15
approve 12 and 13        | 12 13
approve 12, 13 and 14    | 12 13 14
approve 12 & 13, please  | 12 13
lgtm 12 and 13           | 12 13
Approve #12 and #13!     | 12 13
approve posts 12 to 14   | 12 13 14
approve 12-13, 15        | 12 13 15
"""


def said(text: str) -> Said:
    return parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)


@pytest.mark.parametrize("line", APPROVED.strip("\n").split("\n"))
def test_several_are_approved(line: str) -> None:
    text, _, posts = line.partition("|")
    first, *others = map(int, posts.split())
    assert said(text.strip()) == Command("approve", first, others=tuple(others))


@pytest.mark.parametrize(
    "text",
    [
        "approve 12 or 13",
        "approve 12 13",
        "approve 12 not 13",
        "approve 12 but not 13",
        "approve 12 and 13 later",
        "approve 12, 2 approvals",
        "approve 12-99",
        "approve 15-12",
        "approve 1-21, 30",
        "approve 12, 13 linkedin",
        "approve 12-13-14 and so on",
    ],
)
def test_what_may_mean_something_else_approves_nothing(text: str) -> None:
    found = said(text)
    assert isinstance(found, Unknown), found
    assert "12" in (found.nearest or "") or "1" in (found.nearest or "")


@pytest.mark.parametrize("text", ["approve 1-40", "approve 15-12", "approve 12-99"])
def test_too_many_at_once_are_told_how_many_may_be(text: str) -> None:
    found = said(text)
    assert isinstance(found, Unknown)
    assert "at most 20" in found.why


def test_a_question_of_several_shows_and_approves_nothing() -> None:
    assert said("approve 12 and 13?") == Command("show", 12, rest="approve 12")


def slips(word: str) -> set[str]:
    """Everything that is one slip of a finger away."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = [one + two[1:] for one, two in cuts if two]
    swapped = [one + two[1] + two[0] + two[2:] for one, two in cuts if len(two) > 1]
    doubled = [one + two[0] + two for one, two in cuts if two]
    other = [one + letter + two[1:] for (one, two), letter in itertools.product(cuts, "aeirstn") if two]
    more = [one + letter + two for (one, two), letter in itertools.product(cuts, "aeirstn")]
    return {*left_out, *swapped, *doubled, *other, *more} - {word}


WORDS = (
    *sorted(PUBLISHES),
    "publish",
    "post",
    "send",
    "release",
    "lgtm",
    "resend",
    "repeat",
    "accept",
    "draft",
)


@pytest.mark.parametrize("word", WORDS)
def test_nothing_that_publishes_is_ever_acted_on_by_a_suggestion(word: str) -> None:
    """A slip suggests; it never orders what the word behind it would."""
    known = {text for verb in BY_NAME.values() for text in verb.words}
    for slip in slips(word):
        if slip in known or not slip.isalpha():
            continue
        for rest in (
            " 12",
            " 12, 13",
            " 12 mastodon",
            " 12 to friday 9:00",
            " 12 New words",
            "",
            "\nHello\nall",
        ):
            found = said(slip + rest)
            orders = (
                found.each if isinstance(found, Orders) else (found,) if isinstance(found, Command) else ()
            )
            acts = [one for one in orders if one.verb in PUBLISHES]
            assert not acts, (slip + rest, acts)


@pytest.mark.parametrize("head", ["drfat", "Darft", "draf", "draftt:", "please drfat"])
def test_a_misspelt_draft_keeps_the_text_with_its_lines(head: str) -> None:
    text = "Hello **all**,\n\n* one\n* two\n```\ncode\n```\nBye"
    found = said(f"{head} {text}")
    assert isinstance(found, Unknown)
    assert found.nearest == f"draft {text}"


@pytest.mark.parametrize(
    "text, meant",
    [
        ("draft for mastodn: Hello", "mastodon"),
        ("draft to mastdon: Hello", "mastodon"),
        ("draft for linkdin and mastodon: Hello", "linkedin"),
        ("draft for mastodn, x: Hello", "mastodon"),
        ("draft on youtub: Hello", "youtube"),
        ("draft für mastodn: Hallo", "mastodon"),
    ],
)
def test_a_misspelt_platform_in_the_head_is_asked_about(text: str, meant: str) -> None:
    draft = said(text)
    (problem,) = draft.problems  # type: ignore[union-attr]  # it is a draft
    assert problem.error
    assert f"did you mean `{meant}`?" in problem.text
    assert problem.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "for teachers: a course",
        "for everybody: hello",
        "on a roll: news",
        "to be clear: it is free",
        "for x-rays: no",
    ],
)
def test_other_words_before_a_colon_are_text(text: str) -> None:
    draft = said(f"draft {text}")
    assert draft.text == text  # type: ignore[union-attr]  # it is a draft
    assert not draft.problems  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thank you!",
        "thank you so much",
        "thanks a lot :heart:",
        "danke",
        "Vielen Dank!",
        "kiitos",
        "tack",
        "takk",
        "thx",
        "merci 🎉",
    ],
)
def test_thanks_are_answered_as_thanks(text: str) -> None:
    assert said(text) == Command("help", rest="thanks")


@pytest.mark.parametrize("text", ["thanks, hold 12", "hold 12, thanks", "thanks 12", "no thanks, cancel 12"])
def test_thanks_beside_something_else_are_no_more_than_polite(text: str) -> None:
    assert said(text) != Command("help", rest="thanks")


def test_entities_are_read_as_zulip_shows_them() -> None:
    draft = said(
        "draft\ntitle: R&amp;D &lt;3\ncw: War &amp; peace\nalt: A &quot;sign&quot;\npoll: a &amp; b | c &#39;d&#39;\n"
        "Hello [Cats &amp; dogs](/user_uploads/2/ab/photo.png) [photo.png](/user_uploads/2/ab/two.png)"
    )
    options = draft.options  # type: ignore[union-attr]  # it is a draft
    assert (options.title, options.cw) == ("R&D <3", "War & peace")
    assert options.poll is not None
    assert options.poll.choices == ("a & b", "c 'd'")
    assert {one.alt for one in draft.attachments} <= {"Cats & dogs", 'A "sign"'}  # type: ignore[union-attr]
