"""X in conversation: what its refusals, limits, prices and slow videos become in the chat, and nothing twice."""

from __future__ import annotations

import re
import struct
from datetime import timedelta
from typing import Any

import pytest
from town import MONDAY, Town, picture

LINK = "Registration is open: https://coderefinery.org/workshops"
THREAD = "\n\n\n".join(
    (
        "Why we teach testing to researchers, {0}.",
        "What they told us a year later, {0}.",
        "Thank you all, {0}, " + "for coming and asking and answering " * 6 + "and all.",
    )
)


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def film(size: int = 30_000) -> bytes:
    """Twelve seconds of 640 × 360, as the header tells it; what is inside does not matter to anybody here."""
    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, 12_000) + b"\x00\x01\x00\x00" + bytes(76)
    tkhd = (
        struct.pack(">IIIIII", 7, 0, 0, 1, 0, 12_000) + bytes(52) + struct.pack(">II", 640 << 16, 360 << 16)
    )
    mdhd = struct.pack(">IIIII", 0, 0, 0, 1000, 12_000) + bytes(4)
    mdia = box(b"mdia", box(b"mdhd", mdhd), box(b"hdlr", bytes(8) + b"vide" + bytes(13)))
    moov = box(b"moov", box(b"mvhd", mvhd), box(b"trak", box(b"tkhd", tkhd), mdia))
    return box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + moov + box(b"mdat", bytes(size))


def approved(town: Town, text: str, number: int = 1) -> None:
    """Carol drafts it for X alone, and Alice approves."""
    town.carol.says(f"@social draft\nto: x\n{text}")
    town.alice.reacts(town.card_id(number))


def waited(town: Town, times: int = 1, **span: float) -> None:
    for _ in range(times):
        town.later(**(span or {"minutes": 3}))


def state(town: Town, number: int = 1) -> str:
    return str(town.deliveries(number)["x"].state)


def texts(town: Town) -> list[str]:
    return [one["text"] for one in town.published("x")]


def told(town: Town, words: str) -> list[str]:
    """What the bot said in the topic with these words in it, but for the cards."""
    return [one for one in town.said("posts") if words in one and not re.match(r"\*\*#\d+\*\* by ", one)]


# the others are told in the same way: tests/specs/test_x.py has all of them
REFUSED = {
    "402": "buys some at console.x.com",
    "403-duplicate": "has a post with this text already",
    "403-suspended": "suspended or locked",
    "403-scope": "lacks the right",
    "400-url": "does not accept a link",
}


def test_each_refusal_is_told_once_and_ordered_again_it_goes_out_once(town: Town) -> None:
    for number, (fault, words) in enumerate(REFUSED.items(), 1):
        town.fault("x", fault)
        approved(town, f"{LINK}/{number}", number)
        waited(town)
        assert (state(town, number), len(texts(town))) == ("failed", number - 1)
        (said,) = told(town, words)
        assert (f"`retry {number} x`" in said) != (f"`copy {number}`" in said)
        town.carol.says(f"@social retry {number} x")
        waited(town)
        assert (state(town, number), len(texts(town))) == ("published", number)
        url = town.published("x")[-1]["url"]
        # that the account works again may come after it
        assert sum(url in one for one in town.said()[-2:]) == 1


@pytest.mark.parametrize(
    "faults", [["reset-before", "reset-after", "502-after"], ["502-html", "503", "200-empty", "200-errors"]]
)
def test_a_lost_answer_never_makes_a_thread_appear_twice(town: Town, faults: list[str]) -> None:
    for number, fault in enumerate(faults, 1):
        before = len(texts(town))
        town.fault("x", fault, path="/2/tweets", method="POST")
        approved(town, THREAD.format(number), number)
        waited(town, 3)
        assert state(town, number) == "published"
        posts = town.published("x")[before:]
        assert [one["reply_to"] for one in posts] == [None, posts[0]["id"], posts[1]["id"]]
        wanted = THREAD.format(number).split("\n\n\n")
        assert [" ".join(one["text"].split()) for one in posts] == wanted
        assert posts[0]["url"] in town.said()[-1]


def test_a_thread_that_may_not_go_on_says_how_far_it_came(town: Town) -> None:
    town.fault("x", "403-reply", times=2)
    approved(town, THREAD.format("again"))
    waited(town)
    assert (state(town), len(texts(town))) == ("failed", 1)
    (said,) = told(town, "does not allow this reply")
    assert "1 of 3 parts of the thread are out" in said
    town.carol.says("@social retry 1 x")  # X may change its mind; then it goes on, not again
    waited(town)
    assert (state(town), len(texts(town))) == ("published", 3)


def test_a_thread_with_a_part_that_x_has_already_names_that_part(town: Town) -> None:
    approved(town, THREAD.format("again").split("\n\n\n")[1])
    approved(town, THREAD.format("again"), 2)
    waited(town, 2)
    assert state(town, 2) == "failed"
    (said,) = told(town, "part 2 of 3")
    assert "1 of 3 parts of the thread are out" in said
    assert len(texts(town)) == 2


def test_a_limit_is_waited_for_and_the_post_goes_out_by_itself(town: Town) -> None:
    town.fault("x", "429-day", path="/2/tweets", method="POST")
    approved(town, "Hello")
    waited(town, hours=8)
    assert (state(town), texts(town)) == ("pending", [])
    waited(town, hours=1, minutes=2)
    assert (state(town), texts(town)) == ("published", ["Hello"])


def test_forgotten_pictures_are_uploaded_once_more_without_a_word(town: Town) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.fault("x", "400-media")
    approved(town, f"Look\n[Learners]({path})")
    waited(town, 2)
    assert (state(town), texts(town)) == ("published", ["Look"])
    assert town.published("x")[0]["media"][0]["alt"] == "Learners"


def test_a_video_is_processed_while_others_go_out_and_then_follows(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(f"@social draft\nto: x\nA talk\n[A talk]({path})")
    town.carol.says("@social draft\nto: x\nNews")
    town.alice.reacts(town.card_id(1))
    town.alice.reacts(town.card_id(2))
    waited(town, 3, seconds=5)
    assert sorted(texts(town)) == ["A talk", "News"]
    assert town.deliveries(1)["x"].attempts == 1  # waiting is no failed attempt


def test_a_video_that_x_cannot_process_fails_with_words(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.fault("x", "processing-failed")
    approved(town, f"A talk\n[A talk]({path})")
    waited(town, 3, seconds=10)
    assert (state(town), texts(town)) == ("failed", [])
    assert len(told(town, "cannot use the file “talk.mp4”")) == 1
    town.carol.says("@social retry 1 x")
    waited(town, 3, seconds=10)
    assert (state(town), texts(town)) == ("published", ["A talk"])


def test_a_video_that_is_processed_for_ever_ends_with_the_time_named(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.fault("x", "processing-slow")
    approved(town, f"A talk\n[A talk]({path})")
    waited(town, 3, minutes=25)
    assert (state(town), texts(town)) == ("failed", [])
    assert len(told(town, "more than 1 hour")) == 1


def test_a_restart_in_the_middle_of_an_upload_goes_on_from_there(town: Town) -> None:
    path = town.carol.uploads(film(4_500_000), "talk.mp4")
    town.fault("x", "delay", path="/append", delay_s=0)
    town.fault("x", "503", path="/append")
    approved(town, f"A talk\n[A talk]({path})")
    assert state(town) == "pending"
    town.restart()
    waited(town, 4, minutes=1)
    assert (state(town), texts(town)) == ("published", ["A talk"])
    begun = [one for one in town.world.shelf.all("x-media").values() if one["category"] == "tweet_video"]
    assert len(begun) == 1


def test_a_poll_is_on_the_card_and_on_x(town: Town) -> None:
    approved(town, "poll: Monday | Friday\npoll for: 2 days\nWhich day suits you?")
    assert "Monday" in town.card(1)
    waited(town, 2)
    (post,) = town.published("x")
    assert (list(post["poll"]["choices"]), post["poll"]["minutes"]) == (["Monday", "Friday"], 2880)


def test_a_poll_that_x_does_not_take_is_an_error_on_the_card(town: Town) -> None:
    town.carol.says(f"@social draft\nto: x\npoll: {'long ' * 6} | b\nWhich?")
    assert "Shorten it" in town.card(1)
    assert town.post(1).state == "broken"


def test_the_card_shows_the_price(town: Town) -> None:
    town.carol.says(f"@social draft\nto: x\n{LINK}")
    assert re.search(r"0\.20? ?USD|\$ ?0\.20?|USD 0\.20?", town.card(1)), town.card(1)


class TestWithABudget:
    """`[x] monthly_budget_usd`."""

    @pytest.fixture
    def settings(self) -> str:
        return "[x] monthly_budget_usd = 0.24"

    def test_it_is_never_exceeded_and_the_next_month_goes_on(self, town: Town) -> None:
        approved(town, LINK)
        waited(town, 2)
        town.carol.says(f"@social draft\nto: x\n{LINK}/again")
        town.alice.reacts(town.card_id(2))
        waited(town)
        assert town.deliveries(2)["x"].state == "failed"
        assert len(told(town, "monthly_budget_usd")) == 1
        assert town.sandbox.platforms["x"].purse.spent <= 240  # type: ignore[attr-defined]  # it is X's stand-in
        town.world.clock.to(MONDAY + timedelta(days=9))
        town.alice.says("@social retry 2 x")  # so late, an approver
        waited(town)
        assert town.deliveries(2)["x"].state == "published"
        assert len(texts(town)) == 2

    def test_a_post_beyond_the_whole_budget_cannot_be_approved(self, town: Town) -> None:
        town.carol.says(
            f"@social draft\nto: x\n{LINK}\n\n\n{'And more of it, at length. ' * 12}\n\n\n{LINK}/2"
        )
        assert "more than the whole budget" in town.card(1)
        assert town.post(1).state == "broken"

    @pytest.mark.parametrize("fault", ["reset-after", "reset-before", "502-after"])
    def test_lost_answers_do_not_break_it(self, town: Town, fault: str) -> None:
        town.fault("x", fault, path="/2/tweets", method="POST")
        approved(town, LINK)
        waited(town)
        spent: Any = town.sandbox.platforms["x"]
        assert (state(town), texts(town)) in (("published", [LINK]), ("unknown", []), ("unknown", [LINK]))
        assert spent.purse.spent <= 240


AT_THE_LIMIT = "https://example.org/a/long/address 👨‍👩‍👧‍👦 " + "é" * 253
"""23 for the link, 2 for the family, a blank behind each, and 253: what X publishes as its rule, 280 in all."""


def test_the_stand_in_takes_what_is_at_the_limit_by_its_own_count(town: Town) -> None:
    town.carol.says(f"@social draft\nto: x\n{AT_THE_LIMIT}")
    town.carol.says(f"@social draft\nto: x\n{AT_THE_LIMIT}é")
    for number in (1, 2):
        town.bob.reacts(town.card_id(number))
    assert [len(town.published("x")), town.deliveries(2)["x"].state] == [3, "published"]
