"""An account that cannot post is one cause: told at once, once for all its posts, and who came back names them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from town import Town

from bot import wiring
from bot.actions import reporting
from storage.models import Delivery


def post(town: Town, number: int, to: str) -> None:
    town.carol.says(f"@social draft\nto: {to}\nPost number {number}", topic=f"t{number}")
    town.alice.reacts(town.card_id(number))
    town.later(minutes=1)


def check(town: Town) -> None:
    town.publisher.acquaint()
    town.publisher.settle()
    town.settle()


@pytest.mark.parametrize(
    "account, fault, words",
    [
        ("mastodon", "expired-token", "access token"),
        ("x", "403-suspended", "suspended"),
        ("linkedin", "expired-token", "social login"),
    ],
)
@pytest.mark.parametrize("settings", ['[linkedin] refresh_token = ""\n[linkedin] client_id = ""'])
def test_it_is_told_at_once_and_once_for_all_posts(town: Town, account: str, fault: str, words: str) -> None:
    check(town)
    town.fault(account, fault, times=999)
    for number in (1, 2, 3):
        post(town, number, account)
    (told,) = town.said("accounts")
    assert "cannot post at present" in told
    assert words in told
    assert [town.deliveries(number)[account].state for number in (1, 2, 3)] == ["failed"] * 3
    assert any("`retry 1" in one for one in town.said("t1"))
    for number in (2, 3):
        assert not any("`retry" in one and one[:1] == "✖" for one in town.said(f"t{number}"))
        assert "failed" in town.card(number)
    town.restart()
    town.carol.says("@social status", topic="asked")
    assert all(f"#{number}" in town.said("asked")[-1] for number in (1, 2, 3))
    assert len(town.said("accounts")) == 1


def test_what_another_copy_was_refused_for_the_same_cause_is_not_told_once_more(town: Town) -> None:
    check(town)
    town.fault("x", "403-suspended", times=999)
    post(town, 1, "x")
    post(town, 2, "x")
    told = len(town.said())
    other = wiring.make_desk(town.config, town.database, wiring.chat_of(town.config), town.world.clock.now)
    assert other.troubles == {}, "it heard of nothing"
    with town.database.transaction() as session:
        row = session.exec(select(Delivery).where(Delivery.post_id == 2)).one()
        row.told = False
        session.add(row)
    reporting.report(other, 2, town.now)
    assert town.deliveries(2)["x"].told
    town.later(minutes=1)
    assert len(town.said()) == told


def test_a_good_check_does_not_call_a_suspended_account_healthy(town: Town) -> None:
    check(town)
    town.fault("x", "403-suspended", times=999)
    post(town, 1, "x")
    town.world.clock.advance(timedelta(days=1))
    check(town)
    post(town, 2, "x")
    assert len(town.said("accounts")) == 1
    town.sandbox.faults.clear()
    town.alice.says("@social retry 1")  # so late, an approver
    town.later(minutes=1)
    (_, works) = town.said("accounts")
    assert works.startswith("✔ **X** works again")
    assert works.endswith("`retry`: #2.")
    assert town.deliveries(1)["x"].state == "published"


def test_what_somebody_orders_again_is_answered_in_its_topic(town: Town) -> None:
    check(town)
    town.fault("x", "403-suspended", times=999)
    for number in (1, 2):
        post(town, number, "x")
    town.carol.says("@social retry 2", topic="t2")
    town.later(minutes=1)
    assert any(one[:1] == "✖" and "suspended" in one for one in town.said("t2"))
    assert len(town.said("accounts")) == 1


def test_a_refusal_of_one_post_says_nothing_of_the_account(town: Town) -> None:
    check(town)
    town.fault("x", "403-too-long")
    post(town, 1, "x")
    assert town.deliveries(1)["x"].state == "failed"
    assert town.said("accounts") == []


def test_who_signs_in_while_the_bot_runs_can_be_posted_to(town: Town) -> None:
    town.stop()
    text = town.path.read_text("utf-8").replace("access_token = sandbox-mastodon-access-token\n", "")
    town.path.write_text(text, "utf-8")
    town.config = wiring.read_config(town.path, {})
    town.start()
    town.carol.says("@social draft\nto: mastodon\nToo early")
    assert "mastodon" not in town.desk.platforms
    sign_in(town, "mastodon", {"access_token": "sandbox-mastodon-access-token", "by": "Ada"})
    town.later(minutes=1, seconds=1)
    town.later(seconds=1)
    assert any(one.startswith("✔ **Mastodon** is here, signed in by Ada") for one in town.said("accounts"))
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.carol.says("@social status")
    assert "Mastodon: " in town.said()[-1]
    card = next(
        one for one in town.messages() if "Hello" in one["content"] and one["content"].startswith("**#")
    )
    town.alice.reacts(card["id"])
    town.later(minutes=1)
    assert [one["text"] for one in town.published("mastodon")] == ["Hello"]
    assert list(town.desk.platforms)[:1] == ["mastodon"], "in the order of the file"


def sign_in(town: Town, account: str, secrets: dict[str, Any]) -> None:
    """What `social login` does, in a process of its own."""
    database = wiring.open_database(town.config)
    try:
        vault = wiring.vault_of(town.config, database, town.world.clock.now)
        vault.write(account, {"signed_in_at": town.now.isoformat(), **secrets})
    finally:
        database.close()
