"""What says "not that one", "or", or "should we?" is asked about: it is never done, and never the opposite of it."""

from __future__ import annotations

import pytest

from bot.grammar import Command, Unknown, Written, parse

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")


@pytest.mark.parametrize("name", ["!x", "-x", "- x", "–x", "not x", "~~x~~", "without x", "! x"])
def test_a_platform_that_is_denied_is_not_named(name: str) -> None:
    draft = parse(f"draft\nto: {name}\nHello", accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(draft, Written)
    assert any(problem.text.endswith("did you mean `all but x`?") for problem in draft.problems), (
        draft.problems
    )
    for verb in ("approve", "withdraw", "retry"):
        found = parse(f"{verb} 5 {name}", accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(found, Unknown), found
        assert found.nearest == f"{verb} 5 all but x"


ASKED = """
resume 1 or 2
cancel 1 or 2
cancel 1 and/or 2
withdraw 1 or 2
cancel 3, should we?
cancel 3: should we?
cancel 4, never mind
cancel 3, no wait
cancel 5-7 but not 6
approve 12-14-16
approve 1-3 without 2
edit 2 to Hello there
edit 2 fix the typo
edit 2 because the date is wrong
change text of 2 to Hello
"""


@pytest.mark.parametrize("text", ASKED.strip().split("\n"))
def test_what_is_in_doubt_is_asked(text: str) -> None:
    found = parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(found, Unknown), found
    assert not (found.nearest or "").startswith(("approve", "resume", "cancel", "now")), found
    if text.startswith("cancel"):
        assert found.stops, found


DONE = """
hold 1 or 2             | hold
resume 1 and 2          | resume
cancel 3, wrong date    | cancel
approve 12-14           | approve
edit 2: to Hello        | edit
edit 2 Hello to all     | edit
"""


@pytest.mark.parametrize("line", DONE.strip().split("\n"))
def test_what_is_certain_is_done(line: str) -> None:
    text, _, verb = line.partition("|")
    found = parse(text.strip(), accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(found, Command), found
    assert found.verb == verb.strip()


SHOWN = """
approve 1 unless Bob objects    | show 1
approve 1, 2 linkedin           | show 1
lgtm 1 except the date          | show 1
approve 1 except x              | approve 1 all but x
post 1 on x                     | show 1
publish 12 when approved        | show 12
send 12 tomorrow                | show 12
remove approval 1               | withdraw 1
delete my approval of 1         | withdraw 1
cancel my veto of 1             | withdraw 1
delete veto 1                   | withdraw 1
delete the typo in 1            | show 1
remove the picture from 1       | show 1
remove x from 1                 | show 1
"""


@pytest.mark.parametrize("line", SHOWN.strip().split("\n"))
def test_no_example_does_more_than_was_said(line: str) -> None:
    text, _, nearest = (part.strip() for part in line.partition("|"))
    found = parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(found, Unknown), found
    assert found.nearest == nearest
