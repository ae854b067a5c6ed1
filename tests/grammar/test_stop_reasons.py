"""A stop with free words behind it is obeyed, with the words as its reason, as long as they order nothing else and ask nothing."""

from __future__ import annotations

import pytest

from bot.grammar import Command, Said, Unknown, parse

ACCOUNTS = ("mastodon", "mastodon:fosstodon", "linkedin", "x", "zulip")

OBEYED = """
cancel 1 wrong date                     | cancel 1 = wrong date
cancel #1 asap                          | cancel 1 = asap
cancel 1 at once                        | cancel 1
cancel 1 the date is wrong!             | cancel 1 = the date is wrong!
cancel 1 wrong link, the course is full | cancel 1 = wrong link, the course is full
cancel 1 please, wrong date             | cancel 1 = wrong date
cancel 1 stop it                        | cancel 1 = stop it
delete 1 it is there twice              | cancel 1 = it is there twice
drop 1 typo in the name                 | cancel 1 = typo in the name
1 cancel wrong date                     | cancel 1 = wrong date
ok cancel 1 wrong date                  | cancel 1 = wrong date
please cancel 1 wrong date              | cancel 1 = wrong date
cancel 1 this post is a mistake         | cancel 1 = this post is a mistake
cancel 1 @**Bob** said so               | cancel 1 = @**Bob** said so
abort 1                                 | hold 1
abort 1 wrong date                      | hold 1 = wrong date
Abort 1, 2 and 3!                       | hold 1 2 3
suspend 1                               | hold 1
call off 1                              | hold 1
stop 1                                  | hold 1
halt 1 wrong date                       | hold 1 = wrong date
"""


def said(text: str) -> Said:
    return parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)


@pytest.mark.parametrize("line", OBEYED.strip("\n").split("\n"))
def test_words_behind_a_stop_are_its_reason(line: str) -> None:
    text, _, meant = line.partition("|")
    order, _, reason = meant.strip().partition(" = ")
    verb, number, *others = order.split()
    assert said(text.rstrip()) == Command(verb, int(number), rest=reason, others=tuple(map(int, others)))


ASKED = """
cancel 1?
cancel 1 ?
cancel #1 and 2?
cancel 1 tomorrow
cancel 1, tomorrow
cancel 1 torsdag
cancel 1, torsdag
cancel 1 i morgen
cancel 1 bis Donnerstag
cancel 1 on friday
cancel 1 until friday
cancel 1 at 10:00
cancel 1 in two hours
cancel 1 if it rains
cancel 1, if it rains
cancel 1 (if needed)
cancel 1 unless Bob is back
cancel 1 or not
cancel 1 not yet
cancel 1 but keep the picture
cancel 1 it isn't ready
cancel 1 wrong date?
cancel 1 what do you think
cancel 1 mastodon
cancel 1 on mastodon
cancel 1 only fosstodon wrong date
cancel 1 and approve the next
cancel 1 move it to the blog
cancel 1 the approval
cancel 1 hold
cancel 1 Bob's veto
cancel 1 wrong date see 2
cancel 1 not 2
"""


@pytest.mark.parametrize("text", ASKED.strip("\n").split("\n"))
def test_what_may_mean_anything_else_is_asked_about_and_keeps_the_post_back(text: str) -> None:
    found = said(text)
    assert isinstance(found, Unknown), found
    assert found.stops is not None
    assert 1 in found.stops


@pytest.mark.parametrize(
    "text", ["don't cancel 1", "never cancel 1", "do not abort 1", "don't stop everything"]
)
def test_a_stop_that_is_denied_is_none(text: str) -> None:
    found = said(text)
    assert not (isinstance(found, Command) and found.verb == "hold"), found


@pytest.mark.parametrize(
    "text", ["can you cancel 1?", "could you please cancel 1?", "will you cancel 1, please?"]
)
def test_a_polite_request_is_no_question(text: str) -> None:
    assert said(text) == Command("cancel", 1)


EVERYTHING = """
stop everything                         |
Stop everything!!!                      |
STOP EVERYTHING NOW                     |
cancel all                              |
hold all                                |
hold all posts                          |
please hold all the posts               |
halt all of them                        |
pause everything, please                |
freeze the queue                        |
abort all                               |
veto everything                         |
don't publish anything                  |
do not post anything now                |
ok, stop everything                     |
oh no! stop everything                  |
hold everything: the site is hacked     | the site is hacked
stop all because the server is down     | the server is down
stop everything, our account is stolen! | our account is stolen!
"""


@pytest.mark.parametrize("line", EVERYTHING.strip("\n").split("\n"))
def test_everything_is_held_at_once(line: str) -> None:
    """By a hold, whatever word it was: that can be undone."""
    text, _, reason = line.partition("|")
    assert said(text.rstrip()) == Command("hold", None, rest=reason.strip())


@pytest.mark.parametrize(
    "text",
    [
        "stop everything?",
        "stop everything but 3",
        "hold all except 1",
        "hold all, but not 2",
        "cancel all of tomorrow",
        "stop all on mastodon",
        "stop all the noise in here",
        "hold all until friday",
        "stop everything if it rains",
        "hold all drafts of Bob",
        "resume all",
        "approve all",
        "withdraw all",
        "publish everything",
    ],
)
def test_a_part_of_everything_is_asked_about(text: str) -> None:
    found = said(text)
    assert not (isinstance(found, Command) and found.verb == "hold"), found


@pytest.mark.parametrize(
    "text, accounts, reason",
    [
        ("withdraw 1 wrong date", (), "wrong date"),
        ("withdraw 1: wrong date", (), "wrong date"),
        ("withdraw 1 because the date is wrong", (), "the date is wrong"),
        ("unapprove 1, I did not see the picture", (), "I did not see the picture"),
        ("withdraw 1 mastodon", ("mastodon",), ""),
        ("withdraw 1, mastodon", ("mastodon",), ""),
    ],
)
def test_a_vote_is_taken_back_with_a_reason_too(text: str, accounts: tuple[str, ...], reason: str) -> None:
    assert said(text) == Command("withdraw", 1, accounts, reason)


@pytest.mark.parametrize(
    "text", ["withdraw 1 tomorrow", "withdraw 1 and cancel it", "withdraw 1 if it rains"]
)
def test_what_may_mean_more_than_to_take_a_vote_back_is_asked(text: str) -> None:
    assert isinstance(said(text), Unknown)
