"""The grammar and the text read Zulip's fences in the same way."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.grammar.blocks import layout
from handlers.text.fences import Line, scan

LINES = st.lists(
    st.sampled_from(
        ("```", "````", "~~~", "```über", "```c;x", "```py", "``` quote", "```spoiler A b", "```math", "```{.py}", "``` `", "a")
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(LINES)
@example(["```über", "to: x"])
@example(["```c;x", "to: x", "```"])
def test_what_is_code_to_the_one_is_code_to_the_other(lines: list[str]) -> None:
    found = layout(lines)
    code = [one.verbatim for one in scan("\n".join(lines)) if isinstance(one, Line)]
    of_lines = {one.number - 1 for one in scan("\n".join(lines)) if isinstance(one, Line)}
    assert [flag for at, flag in enumerate(found.code) if at in of_lines] == code


@pytest.mark.parametrize(
    "fence, opens", [("```über", False), ("```c;x", True), ("```py x", True), ("``` a`b", False)]
)
def test_a_language_is_what_zulip_takes_for_one(fence: str, opens: bool) -> None:
    assert layout([fence, "text", "```"]).code[1] is opens
