"""A delivery that must wait says so on the card; a long wait is told, once."""

from __future__ import annotations

from town import Town


def test_the_card_says_that_it_is_tried_again(town: Town) -> None:
    town.fault("linkedin", "429", path="/rest/posts", method="POST", times=1)
    town.carol.says("@social draft\nto: linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=2)
    assert town.deliveries(1)["linkedin"].state == "pending"
    assert "is tried again <time:" in town.card(1)
    before = len(town.said())
    town.later(minutes=10)
    assert town.deliveries(1)["linkedin"].state == "published"
    assert len(town.said()) == before + 1, "only that it is out: so short a wait is no news"


def test_a_long_wait_is_told_once(town: Town) -> None:
    town.fault("youtube", "quota", times=20, method="POST")
    path = town.carol.uploads(_film(), "talk.mp4")
    town.carol.says(f"@social draft\nto: youtube\ntitle: Testing\nA talk\n[A talk]({path})")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    told = [one for one in town.said() if one.startswith("⏳ **#1** YouTube")]
    assert len(told) == 1
    assert "quota" in told[0]
    assert "Next try <time:" in told[0]
    for _ in range(3):
        town.later(hours=1)
    assert len([one for one in town.said() if one.startswith("⏳ **#1** YouTube")]) == 1


def _film() -> bytes:
    from test_video import film

    return film()
