"""`campaign:` is for the team: on the card, in `show` and in the plan; never published."""

from __future__ import annotations

from town import Town


def test_a_campaign_is_shown_to_the_team_and_to_nobody_else(town: Town) -> None:
    town.carol.says(
        "@social draft\nto: mastodon\nat: friday 10:00\ncampaign: Spring *school*\nIt opens soon."
    )
    for said in (town.card(1), (town.carol.says("@social show 1"), town.said()[-1])[1]):
        assert "🏷 Campaign: Spring" in said
        assert "*school*" not in said
    town.carol.says("@social this week")
    assert "🏷 Spring" in town.said()[-1]
    town.bob.reacts(town.card_id(1))
    town.bob.says("@social now 1")
    assert "Spring" not in town.published()[0]["text"]
