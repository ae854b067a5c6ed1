"""What a platform says and no database can hold: half a pair of surrogates, which JSON can write, and a NUL."""

from __future__ import annotations

import pytest
from test_equal_posts import CREATES
from town import Town


@pytest.mark.parametrize("service", ["mastodon", "x", "linkedin"])
def test_a_refusal_that_cannot_be_stored_is_an_outcome_all_the_same(town: Town, service: str) -> None:
    method, path = CREATES[service]
    town.fault(service, "unsayable", method=method, path=path)
    town.carol.says(f"@social draft\nto: {service}\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.deliveries(1)[service].state == "failed"
    assert any(one.startswith("✖ **#1**") for one in town.said())


def test_what_is_no_number_of_a_post_is_none(town: Town) -> None:
    """A proxy may write anything into a header, a token too."""
    town.fault("linkedin", "seeded", method="POST", path="/rest/posts")
    town.carol.says("@social draft\nto: linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    one = town.deliveries(1)["linkedin"]
    assert "secret" not in one.url + one.remote_id
