"""What people overlook: invisible characters, and links that will be none."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers.text import invisible, lint_links


@pytest.mark.parametrize(
    "text, name, shown",
    [
        ("hi @us\u200ber", "U+200B ZERO WIDTH SPACE", "@user"),
        ("\u200b@user", "U+200B ZERO WIDTH SPACE", "@user"),
        ("@user\u200d", "U+200D ZERO WIDTH JOINER", "@user"),
        ("#ta\u00adg", "U+00AD SOFT HYPHEN", "#tag"),
        ("https://x\u2060y.org", "U+2060 WORD JOINER", "https://xy.org"),
        ("www.x\ufeffy.org", "U+FEFF ZERO WIDTH NO-BREAK SPACE", "www.xy.org"),
        ("(@\u2066user\u2069)", "U+2066 LEFT-TO-RIGHT ISOLATE", "(@user)"),
        ("see \u202eabc", "U+202E RIGHT-TO-LEFT OVERRIDE", "abc"),
    ],
)
def test_an_invisible_character_is_named(text: str, name: str, shown: str) -> None:
    problems = invisible(f"first\n{text} end")
    assert any(name in one.text and f"“{shown}”" in one.text for one in problems)
    assert all(one.line == 2 and not one.error for one in problems)


@pytest.mark.parametrize(
    "text",
    [
        "plain @user #tag https://example.org",
        "@👨‍👩‍👧 #🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️",
        "#می‌خواهم",
        "soft\u00adhyphen and zero\u200bwidth outside of handles",
        "",
    ],
)
def test_what_belongs_there_is_no_problem(text: str) -> None:
    assert invisible(text) == []


@pytest.mark.parametrize(
    "text, link",
    [
        ("see www.gbcc2025.org now", "www.gbcc2025.org"),
        ("see example.org/path.", "example.org/path"),
        ("UseGalaxy.org is up", "UseGalaxy.org"),
        ("[here](www.example.org)", "www.example.org"),
    ],
)
def test_a_link_without_scheme_is_told(text: str, link: str) -> None:
    (problem,) = lint_links(f"x\n{text}")
    assert f"write https://{link}" in problem.text
    assert (problem.error, problem.line) == (False, 2)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org http://example.org/x",
        "README.md main.py RSSE.Africa 1.5 e.g. this",
        "me@example.org @user@example.org",
        "`www.example.org` code",
        "```\nwww.example.org\n```",
    ],
)
def test_no_false_alarm_for_links(text: str) -> None:
    assert lint_links(text) == []


def test_a_link_into_zulip_is_told() -> None:
    (problem,) = lint_links("[topic](#narrow/stream/3-x/topic/y)")
    assert "readers outside" in problem.text


def test_real_posts_with_such_faults_are_reported(posts: list[dict[str, Any]]) -> None:
    by_id = {post["id"]: post for post in posts}
    assert any("www.gbcc2025.org" in one.text for one in lint_links(by_id["gs13"]["text"]))
    for post in posts:
        for handles in post["mentions"].values():
            for handle in handles:
                hidden = not handle.isprintable() or "\u200b" in handle or "\u202c" in handle
                assert bool(invisible(f"@{handle}")) is hidden, (post["id"], handle)


def test_no_text_is_slow_to_look_over(nasty: str, linear: Callable[..., None]) -> None:
    linear(invisible, nasty, nasty[: len(nasty) // 8])
    linear(lint_links, nasty, nasty[: len(nasty) // 8])
