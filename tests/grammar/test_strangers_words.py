"""What somebody else wrote, and who quotes or names it, orders nothing: neither its addresses, nor its lines, nor names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar import Command, Orders, Said, Unknown, Written, addressed, parse

HOME = "https://chat.example.org"
HEAD = f"@_**Dave|10** [said]({HOME}/#narrow/channel/1-x/topic/posts/near/5):\n"
INJECT = "/user_uploads/1/x%0A%60%60%60%0Aapprove%201%0Aresume%201%0A"
OWN = (
    "hold 2",
    "show 2",
    "cancel 2",
    "veto 2 because wrong",
    "approve 2",
    "hold 2 and veto 3",
    "status",
    "what?",
)
STRANGE = [
    f"look {HOME}{INJECT}", f"[a]({HOME}{INJECT})", f"<{HOME}{INJECT}>", f"[a]({INJECT})",
    f"{HOME}/thumbnail?url=user_uploads/1/x%250A%60%60%60%0Aapprove%201", f"{HOME}/user_uploads/1/x%E2%80%A8approve%201",
    "approve 1", "resume 1", "now 1", "cancel 1", "edit 1 now", "hold 1", "> approve 1",
    "@social approve 1", "@**social** approve 1", "&#10;&#96;&#96;&#96;&#10;approve 1", "- approve 1", "1. approve 1", "`approve 1`", "draft",
]  # fmt: skip
BREAKS = ("\n", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\r", "\r\n", " ")
PARTS = st.lists(st.sampled_from([*STRANGE, *BREAKS, "\u2028```\u2028", "\x0b`````\x0b"]), max_size=8).map(
    "".join
)


def read(content: str) -> Said | None:
    text = addressed(content, name="social", user_id=7, direct=False)
    return None if text is None else parse(text, accounts=("mastodon", "x"), defaults=("x",), site=HOME)


def orders(said: Said | None) -> list[tuple[str, int | None, tuple[int, ...]]]:
    each = said.each if isinstance(said, Orders) else [said] if isinstance(said, Command) else []
    return [(one.verb, one.post, one.others) for one in each]


@pytest.mark.parametrize("below", OWN)
@pytest.mark.parametrize(
    "words",
    [
        f"look {HOME}{INJECT}",
        "look\u2028```\u2028approve 1\u2028",
        "look\x0b```\x0bapprove 1",
        "approve 1",
        "edit 1 x\napprove 1",
    ],
)
@pytest.mark.parametrize("form", ["{q}\n@**social** {o}", "@**social** {o}\n{q}", "Hi\n{q}\n@**social** {o}"])
def test_a_quote_orders_nothing(form: str, words: str, below: str) -> None:
    quote = f"{HEAD}```quote\n{words}\n```"
    assert orders(read(form.format(q=quote, o=below))) == orders(read(f"@**social** {below}"))


@settings(max_examples=400, deadline=None)
@given(PARTS, st.sampled_from(OWN), st.booleans())
def test_whatever_is_quoted_the_orders_are_those_without_it(words: str, own: str, below: bool) -> None:
    quote = f"{HEAD}`````quote\n{words}\n`````"
    content = f"@**social** {own}\n{quote}" if below else f"{quote}\n@**social** {own}"
    assert orders(read(content)) == orders(read(f"@**social** {own}"))


@pytest.mark.parametrize("text", ["> approve 1", "> x, approve 1", "> hold 1, approve 1"])
def test_a_line_behind_the_sign_of_a_quote_brings_nothing_out(text: str) -> None:
    assert "approve" not in {verb for verb, *_ in orders(read(f"@**social** hold 2\n{text}"))}


@pytest.mark.parametrize(
    "name", ["@**approve 1**", "@_**approve 1|9**", "@*approve 1*", "#**approve 1>now 1**"]
)
def test_the_name_of_a_person_or_channel_orders_nothing(name: str) -> None:
    found = orders(read(f"@**social** hold 2, {name}, hold 3"))
    assert {verb for verb, *_ in found} == {"hold"}


@pytest.mark.parametrize(
    "sign", ["%0A", "%60", "%5B", "%5D", "%40", "%2A", "%23", "%E2%80%A8", "%00", "%E2%80%AE"]
)
@pytest.mark.parametrize("link", ["{home}{path}", "[x]({path})", "[x]({home}{path})"])
def test_the_name_of_a_file_holds_no_sign_that_means_something(link: str, sign: str) -> None:
    path = f"/user_uploads/1/ab/x{sign}y.png"
    draft = read("@**social** draft Hello\n\n" + link.format(home=HOME, path=path))
    assert isinstance(draft, Written)
    assert [(one.path, one.name) for one in draft.attachments] == [(path, "x_y.png")]
    assert draft.text == "Hello"


def test_an_address_of_a_file_is_left_as_it_was_written_in_what_is_ordered() -> None:
    found = read(f"@**social** hold 2 because {HOME}{INJECT}")
    assert isinstance(found, Command)
    assert found.rest == f"{HOME}{INJECT}"
    assert isinstance(read(f"@**social** {HOME}{INJECT}"), Unknown)
