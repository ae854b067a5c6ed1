"""What a copy knows of a video that was brought there unseen may be old: it was brought there anew, and shown, since."""

from __future__ import annotations

from test_restored import copied, ordered, restored
from test_youtube import film
from town import Town


def test_a_video_that_was_replaced_since_the_copy_is_found_and_not_brought_there_again(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    text = f"to: youtube\nat: 2026-11-23 11:00 UTC\ntitle: Testing\nWhy tests pay off\n[A talk]({path})"
    town.carol.says(f"@social draft\n{text}")
    town.alice.reacts(town.card_id(1))
    town.later(hours=2)
    town.later(seconds=30)
    town.later(minutes=1)  # YouTube has worked on it: it waits there
    videos = town.sandbox.platforms["youtube"].videos  # type: ignore[attr-defined]  # its own
    (staged,) = [str(one["id"]) for one in videos.values()]
    copy = copied(town)
    town.carol.says(f"@social edit 1\n{text.replace('pay off', 'pay off!')}")
    town.later(minutes=2)
    town.carol.says(f"@social edit 1\n{text}")
    town.later(minutes=2)
    town.alice.reacts(town.card_id(1))
    for _ in range(30):
        town.later(minutes=2)
    (out,) = town.published("youtube")
    assert out["id"] != staged
    restored(town, copy)
    ordered(town, 1)
    assert [one["id"] for one in town.published("youtube")] == [out["id"]]
    delivery = town.deliveries(1)["youtube"]
    assert (delivery.state, delivery.url) == ("published", out["url"])
    assert not any("nothing went out" in one for one in town.said())
