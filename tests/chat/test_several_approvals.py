"""Several posts approved by one message, each by its own card; words that are no order are answered kindly."""

from __future__ import annotations

from datetime import timedelta

from town import Town

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nNews {}"


def states(town: Town, many: int) -> list[str]:
    return [town.post(number).state for number in range(1, many + 1)]


def test_each_is_judged_by_its_own_card(town: Town) -> None:
    drafts = [town.carol.says(LATER.format(number)) for number in range(1, 6)]
    town.carol.says("@social approve 1-3")  # she is no approver
    assert states(town, 5) == ["draft"] * 5
    town.alice.says("@social hold 3")
    town.alice.writes("@social approve #1, #2 and 3")
    edit = {"message_id": drafts[1], "content": LATER.format("two")}
    town.carol.ok(town.carol.client.update_message(edit))
    town.world.clock.advance(timedelta(minutes=2))
    town.settle()
    assert town.post(1).state == "approved"
    assert town.post(2).state == "draft"  # its new card came later than the order
    assert town.post(3).state == "held"
    town.alice.says("@social approve 4 – 5")
    assert states(town, 5)[3:] == ["approved"] * 2
    town.alice.says("@social approve 1-40")
    assert "at most 20" in town.said()[-1]
    assert town.inbox() == []


def test_words_that_order_nothing_are_answered_kindly(town: Town) -> None:
    town.carol.says(LATER.format(1))
    for words in ("thanks!", "Vielen Dank :heart:", "thank you so much"):
        town.alice.says(f"@social {words}")
        assert "You are welcome" in town.said()[-1], words
    town.alice.says("@social drfat Hello **all**\n\n* one\n* two")
    assert "~~~\ndraft Hello **all**\n\n* one\n* two\n~~~" in town.said()[-1]
    for words in ("aprove 1", "approve 1 or 2", "relese 1", "mvoe 1 to friday 9:00"):
        town.alice.says(f"@social {words}")
        assert town.post(1).state == "draft", words
    town.carol.says("@social draft for mastodn: Hello")
    assert "did you mean `mastodon`?" in town.card(2)
    assert town.post(2).state == "broken"
    assert town.published() == []


def test_what_zulip_shows_of_a_content_warning_is_what_goes_out(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\ncw: R&amp;D\npoll: a &amp; b | c\nText &amp; more")
    town.alice.reacts(town.card_id(1))
    (post,) = town.published()
    assert "R&D" in str(post)
    assert "a & b" in str(post)
    assert "amp" not in str(post)
