"""Who reacts where no reaction counts any more is told so, alone and once, and where the card is that counts."""

from __future__ import annotations

from town import Town, Townsman

LATER = "@social draft\nto: mastodon\nat: friday 10:00 UTC\n"


def of(town: Town, person: Townsman, number: int) -> list[str]:
    """What the bot said to somebody alone of one post."""
    return [one for one in town.whispered(person) if f"#{number}*" in one]


def test_a_tap_on_an_earlier_card_is_answered_with_the_present_one(town: Town) -> None:
    """Be it an approval or a veto, and struck through or not, for Zulip lets the bot edit its card for a while only."""
    town.carol.says(f"{LATER}One")
    first = town.card_id(1)
    town.alice.reacts(first)
    town.carol.says("@social edit 1 Two")
    assert of(town, town.alice, 1) == [], (
        "her tap counted when she gave it; that it is void is told in the topic"
    )
    town.bob.reacts(first, "tada")
    assert of(town, town.bob, 1) == []
    for _ in range(2):
        town.bob.reacts(first)
        town.bob.unreacts(first)
    town.later(hours=1)
    town.carol.says("@social edit 1 Three")
    town.alice.reacts(first, "-1")
    told = of(town, town.bob, 1)
    assert len(told) == 1
    assert "does not count" in told[0]
    (present,) = of(town, town.alice, 1)
    assert f"/near/{town.card_id(1)})" in present
    town.restart()
    assert len(of(town, town.alice, 1)) == len(of(town, town.bob, 1)) == 1
    town.alice.reacts(town.card_id(1))
    town.bob.reacts(town.card_of(1))
    assert len(of(town, town.bob, 1)) == 1, "what counts needs no word"


def test_a_tap_on_the_card_or_draft_of_what_waits_for_a_word_is_answered_with_that_word(town: Town) -> None:
    """Withdrawn, expired, held: a reaction alone brings none of them out, and nobody would know."""
    withdrawn = town.carol.says(f"{LATER}W")
    town.carol.says("@social cancel 1")
    town.alice.reacts(town.card_id(1))
    town.bob.reacts(withdrawn)
    for who in (town.alice, town.bob):
        (told,) = of(town, who, 1)
        assert "`copy 1`" in told
    expired = town.carol.says("@social draft\nto: mastodon\nat: in 2 hours\nE")
    town.carol.says(f"{LATER}H")
    town.bob.says("@social hold 3")
    town.later(hours=10)
    for who, message in ((town.alice, town.card_id(2)), (town.bob, expired)):
        who.reacts(message)
        (told,) = of(town, who, 2)
        assert "`move 2 to tomorrow 10:00`" in told
    town.alice.reacts(town.card_id(3))
    (told,) = of(town, town.alice, 3)
    assert "counted" in told
    assert "`resume 3`" in told
    town.dave.reacts(town.card_id(3))
    (told,) = of(town, town.dave, 3)
    assert "guests" in told, "one answer is enough"
    town.bob.says("@social resume 3")
    assert town.post(3).state == "approved", "as it was told to Alice"
