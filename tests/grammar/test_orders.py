"""Several posts, or several orders, in one message: whatever the form, each that is named is stopped, or asked about."""

from __future__ import annotations

import itertools

import pytest

from bot.grammar import Command, Orders, Said, Unknown, addressed, parse, several
from bot.grammar.verbs import BY_NAME

ACCOUNTS = ("mastodon", "linkedin", "x", "zulip")
STOPS = ("hold", "cancel", "veto", "withdraw")
WORDS = {
    "hold": ("hold", "pause", "stop", "don't publish", "not yet"),
    "cancel": ("cancel", "delete", "drop"),
    "veto": ("veto", "reject"),
    "withdraw": ("withdraw", "withdraw my approval of"),
}
MANY_ORDERS = (
    "{v} 1\n{v} 2",
    "{v} 1\n\n{v} 2\n",
    "{v} 1\n- {v} 2",
    "- {v} 1\n- {v} 2",
    "1. {v} 1\n2. {v} 2",
    "{v} 1; {v} 2",
    "{v} 1, {v} 2",
    "{v} 1. {v} 2.",
    "{v} 1! {v} 2!",
    "{v} 1 and {v} 2",
    "{v} 1, and also {v} 2",
    "{v} 1 {v} 2",
    "{v} 1 & {v} #2",
    "{v} 1 then {v} 2",
    "{v} 1 (and {v} 2)",
    "{v} 1\n@**social** {v} 2",
    "{v} 1 @**social|42** {v} 2",
    "{v} 1\n@social {v} 2",
    "{v} 1\n@social, please {v} 2",
    "`{v} 1`\n`{v} 2`",
    "**{v} 1**\n**{v} 2**",
    "Hi!\n{v} 1\n{v} 2",
    "please {v} 1\nplease {v} 2",
    "ok, {v} 1\nok, {v} 2",
    "{v} 1\ncan you also {v} 2?",
    "{v} 1 because the date is wrong\n{v} 2 because of the link",
    "{v} 1: the date is wrong; {v} 2: the link is",
    "{v} 1, the course is full. {v} 2, it is double.",
    "{v} 1 – wrong date\n{v} 2 – wrong link",
    "{v} 1 because it is as bad as what made us {v} 2",
    "{v} 1 mastodon\n{v} 2",
    "{v} 1\n{v} 2 mastodon",
    "{v} 1\n{v} 2 the day is wrong",
    "{v} 1\n> {v} 2",
    "1 {v}, 2 {v}",
)
MANY_POSTS = (
    "{v} 1 2",
    "{v} 1  2",
    "{v} 1, 2",
    "{v} 1,2",
    "{v} #1 #2",
    "{v} 1 and 2",
    "{v} 1 and #2!",
    "{v} 1, and 2",
    "{v} 1 and also 2",
    "{v} 1 as well as 2",
    "{v} both 1 and 2",
    "{v} posts 1 & 2",
    "{v} post 1 and post 2",
    "{v} 1\n2",
    "{v} 1\n- 2",
    "{v}\n1\n2",
    "{v}:\n- 1\n- 2",
    "{v} **1** and **2**",
    "{v} (1) (2)",
    '{v} "1" and "2"',
    "{v} `1`, `2`",
    "{v} [#1](https://chat.example.org/#narrow/near/77) and [#2](https://chat.example.org/#narrow/near/78)",
    "{v} 1; 2",
    "{v} 1/2",
    "{v} 1-2",
    "{v} 1 to 2",
    "{v} 1 and 2 wrong date",
    "{v} 1 and 2 the course is full",
    "{v} 1, 2 the course is full",
    "{v} 1 2 the course is full",
    "{v} 1 and 2 because the course is full",
    "{v} 1 and 2 posts are double",
    "{v} 1, 2 pictures are missing",
    "{v} 1, the same for 2",
    "{v} 1 because the date is wrong, 2 too",
    "{v} 1, 2 as well",
    "{v} 1 but also 2",
    "{v} 1, 2 and 9999999999",
    "{v} 9999999999, 1 and 2",
)


def read(text: str) -> Said:
    said = addressed(f"@**social** {text}", name="social", user_id=42, direct=False)
    assert said is not None
    return parse(said, accounts=ACCOUNTS, defaults=ACCOUNTS)


def ordered(said: object) -> tuple[Command, ...]:
    return said.each if isinstance(said, Orders) else (said,) if isinstance(said, Command) else ()


def posts(orders: tuple[Command, ...]) -> set[int]:
    return {number for one in orders for number in (one.post or 0, *one.others)}


def asked(said: object) -> tuple[int, ...] | None:
    unclear = said.asked if isinstance(said, Orders) else said if isinstance(said, Unknown) else None
    return unclear.stops if unclear is not None else None


@pytest.mark.parametrize("verb", STOPS)
def test_every_post_that_is_named_is_stopped_or_asked_about(verb: str) -> None:
    missed = []
    for word, form in itertools.product(WORDS[verb], (*MANY_ORDERS, *MANY_POSTS)):
        text = form.format(v=word)
        said = read(text)
        stopped = posts(tuple(one for one in ordered(said) if one.verb in STOPS))
        kept_back = stopped | set(asked(said) or ())
        if not {1, 2} <= kept_back and asked(said) != ():
            missed.append((text, said))
    assert not missed


CLEAR = """
cancel 1/cancel 2                                 | cancel 1; cancel 2
cancel 1; hold 2                                  | cancel 1; hold 2
hold 1 hold 2                                     | hold 1; hold 2
hold 1 and 2 wrong date                           | hold 1 2
veto 1 2                                          | veto 1 2
cancel 1 and 2 the course is full                 | cancel 1 2
hold 1, veto 2: wrong date, cancel 3              | hold 1; veto 2; cancel 3
approve 1/approve 2                               | approve 1; approve 2
approve 1 and cancel 2                            | approve 1; cancel 2
hold 1/resume 2/all is well                       | hold 1; resume 2
Good morning!/cancel 1/approve 2                  | cancel 1; approve 2
cancel 1/and cancel 2, please                     | cancel 1; cancel 2
the date is wrong, hold 1 and hold 2              | hold 1; hold 2
the date is wrong, hold 1 and cancel 2            | hold 1
cancel 1/move 2 to friday 9:00                    | cancel 1
approve 1/cancel 2/approve 3 but not x            | cancel 2
cancel 1/edit 2 New text/hold 3                   | cancel 1
"""


@pytest.mark.parametrize("line", CLEAR.strip("\n").split("\n"))
def test_each_order_of_a_message_is_read(line: str) -> None:
    text, _, meant = line.partition("|")
    said = read(text.strip().replace("/", "\n"))
    found = "; ".join(" ".join(map(str, (one.verb, one.post, *one.others))) for one in ordered(said))
    assert found == meant.strip()


@pytest.mark.parametrize(
    "text, stops",
    [
        ("cancel 1\nmove 2 to friday 9:00", (2,)),
        ("cancel 1\nedit 2 New text\nhold 3", (2, 3)),
        ("approve 1\ncancel 2\napprove 3 but not x", (3, 1)),
        ("the date is wrong, hold 1 and cancel 2", (2,)),
        ("if it rains, cancel 1 and cancel 2", (1, 2)),
        ("cancel 1, all the others too", None),
        ("cancel 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22", tuple(range(1, 23))),
        ("hold 1-30", (1, 30)),
    ],
)
def test_what_of_it_is_not_followed_is_kept_back_and_asked_about(
    text: str, stops: tuple[int, ...] | None
) -> None:
    assert asked(read(text)) == stops


@pytest.mark.parametrize(
    "text, reason",
    [
        ("veto 12 because the date is wrong, and so is the link", "the date is wrong, and so is the link"),
        ("cancel 3! It is there twice (see #2).", "It is there twice (see #2)."),
        ("cancel 12, it comes 2 days too early", "it comes 2 days too early"),
        ("veto 12\nThe link\nis dead", "The link\nis dead"),
        ("hold 12, @**social** is mentioned in it", "@**social** is mentioned in it"),
    ],
)
def test_a_reason_that_orders_nothing_is_kept_as_it_was_written(text: str, reason: str) -> None:
    said = read(text)
    assert isinstance(said, Command)
    assert said.rest == reason
    assert said.others == ()


@pytest.mark.parametrize("text", ["edit 1 We had to\ncancel 2\nhold 3", "alt 1 1 A note: cancel 2"])
def test_the_text_of_a_post_is_no_order(text: str) -> None:
    assert isinstance(read(text), Command)


def test_nothing_that_publishes_is_read_out_of_other_words() -> None:
    for text in (
        "cancel 1 and 2 now",
        "hold 1 now 2",
        "hold 1, 2 approve",
        "cancel 1 and post 2",
        "veto 1 resume 2",
    ):
        assert all(one.verb in STOPS for one in ordered(read(text))), text


def test_every_verb_that_stops_is_drawn() -> None:
    assert set(WORDS) == several.STOPS <= set(BY_NAME)


def test_of_very_many_orders_the_first_are_obeyed_and_what_the_others_name_is_kept_back() -> None:
    for between in ("\n", "; ", ", and "):
        said = parse(between.join(["hold 1"] * 60 + ["cancel 7"]), accounts=ACCOUNTS, defaults=())
        assert isinstance(said, Orders)
        assert {one.post for one in said.each} == {1}
        assert said.asked is not None
        assert set(said.asked.stops or ()) == {1, 7}


@pytest.mark.parametrize("row", ["(", "[", '"', "“", "'", "*", "`", "([", '("'])
def test_a_number_behind_a_long_row_of_signs_is_still_named(row: str) -> None:
    said = parse(f"hold all {row * 4_000}12", accounts=ACCOUNTS, defaults=())
    assert isinstance(said, Unknown)
    assert said.stops == (12,)
