"""Mastodon in conversations: two accounts, alt texts by anybody, and what people are told when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from town import Town, picture

from bot import wiring
from bot.sandbox.mastodon import Mastodon as StandIn
from bot.sandbox.mastodon import dialects
from bot.sandbox.serve import serving
from bot.sandbox.world import World

NOW = "@social draft\nto: mastodon\nHello"


@pytest.fixture
def second(town: Town) -> Iterator[World]:
    """A second server, a Hollo, and the bot with an account on each: `mastodon:fosstodon` and `mastodon:nordic-rse`."""
    world = World()
    world.clock.to(town.now)
    made: list[StandIn] = []

    def build(base: str) -> Any:
        made.append(StandIn(world, base, dialect=dialects.HOLLO))
        return made[0].app

    with serving(build) as base:
        lines = town.path.read_text().replace("[mastodon]", "[mastodon:fosstodon]")
        token = made[0].token["access_token"]
        lines += f"\n[mastodon:nordic-rse]\nbase_url = {base}\naccess_token = {token}\n"
        town.path.write_text(lines)
        town.config = wiring.read_config(town.path, {})
        town.restart()
        yield world
    world.shelf.close()


def texts(world: World) -> list[str]:
    return [one["text"] for one in world.posts() if one["service"] == "mastodon"]


def test_a_post_for_the_platform_goes_to_all_its_accounts(town: Town, second: World) -> None:
    town.carol.says(NOW)
    card = town.card(1)
    assert "Mastodon (fosstodon) · Mastodon (nordic-rse)" in card.splitlines()[0]
    town.alice.reacts(town.card_id(1))
    assert (texts(town.world), texts(second)) == (["Hello"], ["Hello"])
    assert [one.state for one in town.deliveries(1).values()] == ["published", "published"]
    town.desk.platforms["mastodon:nordic-rse"].check()
    town.carol.says(f"{NOW}\n1986. A year, and snake_case\n2 * 3 * 4")
    assert "of 500" in town.card(2)
    assert "of 10000" in town.card(2)
    town.alice.reacts(town.card_id(2))
    assert texts(town.world)[1] == texts(second)[1] == "Hello\n1986. A year, and snake_case\n2 * 3 * 4"


def test_a_post_for_one_account_goes_there_alone(town: Town, second: World) -> None:
    town.carol.says("@social draft\nto: mastodon:nordic-rse\nHello")
    town.alice.reacts(town.card_id(1))
    assert (texts(town.world), texts(second)) == ([], ["Hello"])


def test_sections_for_the_platform_and_for_an_account(town: Town, second: World) -> None:
    town.carol.says(
        "@social draft\nto: mastodon, zulip\nCommon\n--- mastodon\nFor both\n--- mastodon:nordic-rse\nFor the North"
    )
    town.alice.reacts(town.card_id(1))
    assert (texts(town.world), texts(second)) == (["For both"], ["For the North"])
    assert [one["text"] for one in town.published("zulip")] == ["Common"]


def test_one_account_may_be_approved_and_tried_again_alone(town: Town, second: World) -> None:
    town.carol.says(NOW)
    town.alice.says("@social approve 1 mastodon:nordic-rse")
    assert (texts(town.world), texts(second)) == ([], ["Hello"])
    town.fault("mastodon", "403-disabled")
    town.alice.says("@social approve 1 fosstodon")
    assert texts(town.world) == []
    assert "suspended or locked" in town.said()[-1]
    town.alice.says("@social retry 1 fosstodon")
    assert (texts(town.world), texts(second)) == (["Hello"], ["Hello"])


def test_an_alt_text_is_corrected_by_anybody_with_a_new_card_and_void_votes(town: Town) -> None:
    paths = [town.carol.uploads(picture(kind="PNG"), "a.png"), town.carol.uploads(picture(32, 32), "b.png")]
    later = NOW.replace("Hello", "at: tomorrow 10:00\nHello")
    town.carol.says(f"{later}\n[A cat]({paths[0]})\n[b.png]({paths[1]})")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    first = town.card_id(1)
    town.bob.says("@social alt 1 2 A group of\nlearners")
    town.bob.says("@social alt 1 1 A dog")
    assert town.post(1).state == "draft"
    assert town.post(1).revision == 3
    assert town.card_id(1) != first
    assert "was changed" in town.message(first)["content"]
    assert "A dog" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(days=1, hours=1.5)
    assert [one["alt"] for one in town.published("mastodon")[0]["media"]] == ["A dog", "A group of learners"]


def test_a_corrected_alt_text_outlives_an_edit_that_says_nothing_about_it(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    text = f"{NOW}\n[A cat]({path})"
    draft = town.carol.says(text)
    town.bob.says("@social alt 1 1 A dog")
    town.carol.edits(draft, text.replace("Hello", "Hello again"))
    town.later(seconds=10)
    assert "A dog" in town.card(1)
    town.carol.edits(draft, text.replace("A cat", "A horse"))
    town.later(seconds=10)
    assert "A horse" in town.card(1)
    assert "A dog" not in town.card(1)


def test_guests_may_not_describe_what_others_wrote(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"{NOW}\n[a.png]({path})")
    town.dave.says("@social alt 1 1 Something rude")
    assert "Guests may describe" in town.said()[-1]
    assert town.post(1).revision == 1


def test_the_same_alt_text_again_changes_nothing(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"{NOW}\n[A cat]({path})")
    town.bob.says("@social alt 1 1 A cat")
    assert "has that alt text already" in town.said()[-1]
    town.bob.says("@social alt 1 2 A cat")
    assert "has 1 file, so there is no file 2" in town.said()[-1]
    assert town.post(1).revision == 1


TROUBLES = [
    ("400-token", {"path": "/statuses"}, "failed", "does not accept the bot's access token"),
    ("expired-token", {"path": "/statuses"}, "failed", "does not accept the bot's access token"),
    ("403-scope", {}, "failed", "`write:statuses`"),
    ("403-disabled", {}, "failed", "the account is suspended or locked"),
    ("404", {}, "failed", "Something that the post needs was deleted there"),
    ("410", {}, "failed", "answered “not found”"),
    ("422", {}, "failed", "Text character limit of 500 exceeded"),
    ("moved", {"path": "/statuses"}, "failed", "has moved to https://moved.example"),
    ("429", {"path": "/statuses"}, "pending", None),
    ("429-epoch", {}, "pending", None),
]


@pytest.mark.parametrize("fault,aim,state,words", TROUBLES, ids=[one[0] for one in TROUBLES])
def test_each_trouble_is_told_and_overcome_and_nothing_is_posted_twice(
    town: Town, fault: str, aim: dict[str, Any], state: str, words: str | None
) -> None:
    town.fault("mastodon", fault, method="POST", **aim)
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == state
    assert town.published("mastodon") == []
    if words is None:
        town.later(seconds=30)
        assert town.published("mastodon") == []
        town.later(minutes=6)
    else:
        assert any(words in one for one in town.said()), town.said()
        assert "secret" not in town.said()[-1]
        town.alice.says("@social retry 1 mastodon")
    assert town.deliveries(1)["mastodon"].state == "published"
    assert texts(town.world) == ["Hello"]


@pytest.mark.parametrize("fault", ["500", "502-html", "503", "200-html", "reset-before", "reset-after"])
def test_an_answer_that_was_lost_is_looked_for_and_nothing_is_posted_twice(town: Town, fault: str) -> None:
    town.fault("mastodon", fault, method="POST", path="/statuses")
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    for _ in range(4):
        town.later(minutes=2)
    assert town.deliveries(1)["mastodon"].state == "published"
    assert texts(town.world) == ["Hello"]


@pytest.mark.parametrize(
    "fault,words",
    [
        ("media-dropped", "shows 0 of 1 pictures or videos"),
        ("alt-dropped", "dropped the alt text of “a.png”"),
        ("text-cut", "shows a text that differs"),
    ],
)
def test_what_a_server_loses_in_silence_is_told_in_the_topic(town: Town, fault: str, words: str) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.fault("mastodon", fault)
    town.carol.says(f"{NOW}\n[A cat]({path})")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert "🎉 **#1** is out" in town.said()[-1]
    assert words in town.said()[-1]


@pytest.mark.parametrize("voice", ["takahe", "hollo", "gotosocial"])
def test_the_main_job_on_a_server_that_speaks_as_mastodon_does(town: Town, voice: str) -> None:
    """What readers see is what the card shows, and nothing is told that is not so."""
    server: Any = town.sandbox.platforms["mastodon"]
    server.dialect = dialects.VOICES[voice]
    town.desk.platforms["mastodon"].check()
    files = [town.carol.uploads(picture(size, size), f"{size}.png") for size in (40, 48, 56)]
    shown = "\n".join(f"[Wall {number}]({path})" for number, path in enumerate(files))
    text = "R&D, 2 * 3 * 4 and a_b\n1986. A great year #CodeRefinery\n\nhttps://coderefinery.org/a_b/"
    town.carol.says(f"@social draft\nto: mastodon\nlang: pt-BR\n{text}\n{shown}")
    town.carol.says("@social draft\nto: mastodon\npoll: R&D | No\npoll for: 1 day\nWhich of them?")
    town.carol.says(f"@social draft\nto: mastodon\n{shown.splitlines()[0]}")
    for number in (1, 2, 3):
        town.alice.reacts(town.card_id(number))
    town.later(minutes=1)
    assert [one["text"] for one in town.published("mastodon")] == [text, "Which of them?", ""]
    assert [one["alt"] for one in town.published("mastodon")[0]["media"]] == ["Wall 0", "Wall 1", "Wall 2"]
    assert [one["raw"].get("language") for one in town.published("mastodon")] == ["pt-BR", None, None]
    assert not any("⚠" in one for one in town.said() if one.startswith("🎉")), town.said()
    assert sum(one.startswith("🎉") for one in town.said()) == 3
