"""What people overlook: links that will be none."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers.text import lint_links


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


@pytest.mark.parametrize(
    "text",
    [
        "[topic](#narrow/stream/3-x/topic/y)",
        "[topic](/#narrow/channel/3-x/topic/y)",
        "see https://chat.example.org/#narrow/channel/3-x/topic/y.",
        "[t](HTTPS://Chat.example.org:443/#narrow/dm/7,9-dm)",
        "https://chat.example.org/#channels/3/x",
        "https://chat.example.org/user_uploads/../x",
        "https://chat.example.org/user_avatars/2/abc.png",
        "[me](/user_avatars/2/abc.png)",
        "https://chat.example.org/thumbnail?url=x",
        "https://zulip.elsewhere.example/user_uploads/2/ab/JuSrbfoOlg94GLUF/p.png",
        "/user_uploads/2/ab/x/p.png",
    ],
)
def test_a_link_into_zulip_is_told(text: str) -> None:
    (problem,) = lint_links(text, "https://chat.example.org")
    assert "readers outside" in problem.text


@pytest.mark.parametrize(
    "text",
    [
        "Join us: https://chat.example.org",
        "Join us: https://chat.example.org/join/abc/",
        "https://chat.zulip.org/#narrow/channel/137-feedback",
        "`https://chat.example.org/#narrow/channel/3-x`",
        "https://example.org/#narrow-streets",
        "https://example.org/thumbnail/x.png",
    ],
)
def test_a_link_that_everybody_may_open_is_none_into_zulip(text: str) -> None:
    assert lint_links(text, "https://chat.example.org") == []


def test_real_posts_with_such_faults_are_reported(posts: list[dict[str, Any]]) -> None:
    by_id = {post["id"]: post for post in posts}
    assert any("www.gbcc2025.org" in one.text for one in lint_links(by_id["gs13"]["text"]))


def test_no_text_is_slow_to_look_over(nasty: str, linear: Callable[..., None]) -> None:
    linear(lint_links, nasty, nasty[: len(nasty) // 8])
