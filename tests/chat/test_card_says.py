"""What a card says, and what it leaves to others: one warning for one cause, and no platform kept in by another's limits."""

from __future__ import annotations

import pytest
from town import Town, picture


def test_a_file_that_one_platform_cannot_take_leaves_out_that_one_alone(town: Town) -> None:
    """With how it is posted there all the same; and files without alt text are one warning, mended by one order."""
    links = "\n".join(f"[p{n}.png]({town.carol.uploads(picture(60 + n), f'p{n}.png')})" for n in range(1, 6))
    town.carol.says(f"@social draft\nto: mastodon, x, linkedin\nat: friday 10:00\nFive\n{links}")
    card = town.card(1)
    assert town.post(1).state == "draft"
    assert card.count("no alt text:") == 1
    assert "Files 1, 2, 3, 4 and 5 have no alt text: `alt 1 1 what it shows`" in card
    for title in ("Mastodon", "X"):
        assert f"▸ {title}: left out. {title} takes 4 pictures, not 5." in card
    assert "`--- linkedin`" in card
    assert card.startswith("**#1** by @_**Carol|9**: “Five” → LinkedIn · goes out")
    town.carol.says("@social alt 1 1 A map\n2 A tree\nalt 1 3 A dog,\nasleep\n#4: A cat\n5 A cow")
    assert town.post(1).revision == 2
    assert "no alt text:" not in town.card(1)
    for alt in ("A map", "A tree", "A dog, asleep", "A cat", "A cow"):
        assert f"“{alt}”" in town.card(1)
    section = links.split("\n")[4]
    town.carol.says(
        f"@social draft\nto: mastodon, linkedin\nat: friday 11:00\nFour\n\n--- linkedin\nFive\n{section}"
    )
    assert "left out" not in town.card(2)
    town.carol.says(f"@social draft\nto: mastodon\nat: friday 10:00\nFive\n{links}")
    assert town.post(3).state == "broken", "nothing is left to go anywhere"
    town.dave.says("@social alt 2 1 A cow\nin the snow")
    assert "A cow in the snow" in town.said()[-1] or town.post(2).revision == 1


@pytest.mark.parametrize("settings", ["[x] monthly_budget_usd = 0.02"])
def test_small_things_that_people_stumbled_over(town: Town) -> None:
    town.carol.says("@social draft\nto: x\nOne")
    assert "this month" not in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon, x\nat: friday 10:00\nWe won :tada:")
    assert "X charges 0.015 USD for this" in town.card(2)
    assert "of this month's 0.02 USD are left" in town.card(2)
    assert town.post(2).state == "draft"
    town.bob.says("@social drafts")
    assert "We won 🎉" in town.said()[-1]
    town.carol.whispers("draft\nto: mastodon\nat: friday 10:00\nWritten alone")
    (told,) = town.whispered(town.carol)
    assert f"/near/{town.card_id(3)})" in told
    town.carol.whispers("copy 3")
    assert f"/near/{town.card_id(4)})" in town.whispered(town.carol)[-1]
    town.carol.says(
        "@social draft\nto: mastodon, zulip\nat: friday 10:00\nBefore\n\n- - -\n\nAfter\n***\nEnd\n___\nAll"
    )
    assert not [one for one in town.card(5).split("\n") if one.strip() in {"- - -", "***", "___"}]
    town.carol.says("@social draft\nto: all\nat: friday 10:00\n" + "".join(f"word{n} " for n in range(1000)))
    assert town.card(6).count("word0 word1 word2") >= 3


def test_two_empty_lines_begin_the_next_part_however_short_it_is(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, x\nOne\n\n\nTwo\n\nstill two")
    assert "thread of 2" in town.card(1)
    town.carol.says("@social draft\nto: mastodon\nthread: no\nat: friday 10:00\nOne\n\n\nTwo")
    assert "thread" not in town.card(2)
    town.alice.reacts(town.card_id(1))
    out = [one["text"] for one in town.published("mastodon")]
    assert out == ["One", "Two\n\nstill two"]
