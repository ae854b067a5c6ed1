"""Several accounts of a platform: where a post goes, and whose text is whose."""

from __future__ import annotations

import pytest

from bot.grammar import Written, parse

TWO = ("mastodon:fosstodon", "mastodon:nordic-rse", "x")
FOSS, RSE, X = TWO


def drafted(text: str, accounts: tuple[str, ...] = TWO) -> Written:
    said = parse(f"draft\n{text}", accounts=accounts, defaults=accounts)
    assert isinstance(said, Written)
    return said


@pytest.mark.parametrize(
    "to,accounts",
    [
        ("mastodon", (FOSS, RSE)),
        ("Mastodon, x", TWO),
        ("mastodon:fosstodon", (FOSS,)),
        ("Mastodon:Fosstodon and x", (FOSS, X)),
        ("fosstodon", (FOSS,)),
        ("all but mastodon", (X,)),
        ("all but mastodon:nordic-rse", (FOSS, X)),
    ],
)
def test_to_names_platforms_or_accounts(to: str, accounts: tuple[str, ...]) -> None:
    draft = drafted(f"to: {to}\nHello")
    assert (draft.accounts, draft.problems) == (accounts, ())


@pytest.mark.parametrize(
    "sections",
    [
        "--- mastodon\nFor both\n--- mastodon:fosstodon\nFor one",
        "--- mastodon:fosstodon\nFor one\n--- mastodon\nFor both",
        "--- fosstodon\nFor one\n--- masto\nFor both",
    ],
)
def test_an_accounts_own_section_wins_over_the_one_of_its_platform(sections: str) -> None:
    draft = drafted(f"Common\n{sections}")
    assert draft.texts == {FOSS: "For one", RSE: "For both"}
    assert (draft.text, draft.problems) == ("Common", ())


def test_a_section_for_several_gives_way_only_where_it_must() -> None:
    draft = drafted("Common\n--- x, mastodon\nShort\n--- mastodon:nordic-rse\nOwn")
    assert draft.texts == {X: "Short", FOSS: "Short", RSE: "Own"}
    assert draft.problems == ()


def test_two_sections_of_the_same_kind_are_an_error() -> None:
    draft = drafted("Common\n--- mastodon\nOne\n--- mastodon\nTwo")
    assert [one.line for one in draft.problems if one.error] == [5, 5]
    again = drafted("Common\n--- fosstodon\nOne\n--- mastodon:fosstodon\nTwo\n--- mastodon, x\nAll")
    assert [one.line for one in again.problems if one.error] == [5]


def test_a_section_that_nobody_gets_is_told_and_kept() -> None:
    draft = drafted(
        "Common\n--- mastodon\nBoth [a.png](/user_uploads/1/a/a.png)\n--- fosstodon\nOne\n--- nordic-rse\nTwo"
    )
    assert draft.texts == {FOSS: "One", RSE: "Two", "mastodon": "Both"}
    assert [(one.line, one.error) for one in draft.problems] == [(3, False)]
    assert draft.attachments[0].accounts == ("mastodon",)


def test_the_files_of_a_platforms_section_go_to_those_who_get_its_text() -> None:
    draft = drafted("Common\n--- mastodon\nBoth\n[a.png](/user_uploads/1/a/a.png)\n--- fosstodon\nOne")
    assert [one.accounts for one in draft.attachments] == [(RSE,)]


def test_an_accounts_section_of_files_alone_leaves_it_the_text_of_its_platform() -> None:
    draft = drafted("Common\n--- mastodon\nBoth\n--- fosstodon\n[a.png](/user_uploads/1/a/a.png)")
    assert draft.texts == {FOSS: "Both", RSE: "Both"}
    assert [one.accounts for one in draft.attachments] == [(FOSS,)]
    assert draft.problems == ()


def test_an_account_called_like_its_platform_is_meant_alone() -> None:
    draft = drafted("Common\n--- mastodon\nOwn", ("mastodon", "mastodon:two"))
    assert draft.texts == {"mastodon": "Own"}
