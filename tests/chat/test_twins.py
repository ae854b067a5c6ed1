"""Two names in the configuration for one real account: it is said, and nothing goes out under the second."""

from __future__ import annotations

import configparser
from collections.abc import Mapping

import pytest
from test_accounts import check, told
from town import Town

from bot import checks, wiring
from bot.actions.ledger import Numbers
from handlers.base import Published, Standing, Uncertain
from storage import identities, parts

SERVICES = ("linkedin", "mastodon", "x", "youtube", "zulip")


def named_twice(
    town: Town, service: str, other: Mapping[str, str] | None = None, *, checked: bool = True
) -> str:
    """A second section with the same sign-in, but for what is `other`; its name. Unless `checked`, no account was asked."""
    file = configparser.ConfigParser(interpolation=None)
    file.read(town.path)
    name = f"{service}:two"
    file[name] = dict(file[service]) | dict(other or {})
    with town.path.open("w") as opened:
        file.write(opened)
    town.config = wiring.read_config(town.path, {})
    town.restart()
    if checked:
        check(town)
    return name


@pytest.mark.parametrize("service", SERVICES)
def test_every_platform_says_which_two_names_are_one_account(town: Town, service: str) -> None:
    named_twice(town, service)
    title = town.desk.platforms[service].title
    sentence = f"{title} (two) is the same account as {title}, so nothing goes out under this name"
    assert sum(sentence in one for one in told(town)) == 1
    check(town)
    town.restart()
    check(town)
    assert len(told(town)) == 1
    town.alice.says("@social status")
    assert f"⚠ {title} (two): {sentence}" in town.said()[-1]
    assert f"✔ {title}:" in town.said()[-1]
    bad = [one.text for one in checks.findings(town.config) if not one.good]
    assert [one for one in bad if f"{service}:two is the same account as {service}, so" in one]


def test_nothing_goes_out_under_the_second_name(town: Town) -> None:
    name = named_twice(town, "mastodon")
    town.carol.says(f"@social draft\nto: mastodon, {name}\nHello")
    assert "Mastodon (two) is the same account as Mastodon" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=5)
    assert len(town.published("mastodon")) == 1
    found = town.deliveries(1)
    assert (found["mastodon"].state, found[name].state) == ("published", "failed")
    assert "removes one of the two sections" in found[name].error


def test_what_is_in_doubt_under_the_second_name_is_not_told_as_the_firsts(town: Town) -> None:
    """It went out when nobody knew yet that the two are one."""
    name = named_twice(town, "x")
    with town.database.transaction() as session:
        identities.note(session, name, "somebody else")
    town.desk.others = {}
    town.fault("x", "reset-before", method="POST", path="/2/tweets")
    town.carol.says(f"@social draft\nto: {name}\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)[name].state == "unknown"
    town.carol.says("@social draft\nto: x\nHello")
    town.alice.reacts(town.card_id(2))
    check(town)
    for _ in range(8):
        town.later(minutes=1)
    assert len(town.published("x")) == 1
    assert town.deliveries(2)["x"].state == "published"
    assert town.deliveries(1)[name].state in {"unknown", "failed"}
    assert town.deliveries(1)[name].url == ""


def test_a_link_of_another_account_on_the_same_server_is_no_answer(town: Town) -> None:
    name = named_twice(town, "mastodon")
    with town.database.transaction() as session:
        identities.note(session, name, "somebody else")
    town.desk.others = {}
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    town.carol.says(f"@social draft\nto: {name}\nHello")
    town.alice.reacts(town.card_id(2))
    assert town.deliveries(2)[name].state == "failed"
    town.alice.says(f"@social published 2 {name} {town.deliveries(1)['mastodon'].url}")
    assert "That is the link of #1" in town.said()[-1]
    assert town.deliveries(2)[name].state == "failed"


def test_a_new_name_for_an_old_account_takes_no_number_of_the_old_one(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    check(town)
    out = town.deliveries(1)["mastodon"]
    name = named_twice(town, "mastodon")
    with town.database.reading() as session:
        others = identities.others(session, name)
        assert others == {"mastodon"}
        found = {out.remote_id: out.url, "5": "https://elsewhere/5"}
        assert parts.taken(session, 2, name, 0, found, others) == {out.remote_id}
        assert parts.taken(session, 1, name, 0, found, others) == {out.remote_id}
    with pytest.raises(parts.Taken), town.database.transaction() as session:
        parts.own(
            session,
            post_id=2,
            account=name,
            number=0,
            remote_id=out.remote_id,
            url=out.url,
            now=town.now,
            others=others,
        )


def test_a_server_gives_no_number_to_two_of_its_channels(town: Town) -> None:
    name = named_twice(town, "zulip", {"topic": "elsewhere"})
    town.carol.says("@social draft\nto: zulip\nHello")
    town.alice.reacts(town.card_id(1))
    out = town.deliveries(1)["zulip"]
    told = Published(out.remote_id, out.url)
    with pytest.raises(Uncertain, match="another post's already"):
        Numbers(town.desk, 2, name, lambda _session, _receipt: None).own({}, 0, told)
    assert Numbers(town.desk, 2, name, lambda *_: None).taken(0, {told.id: told.url}) == {told.id}


def test_two_accounts_of_one_platform_are_two(town: Town) -> None:
    name = named_twice(town, "zulip", {"topic": "elsewhere"})
    assert told(town) == []
    town.carol.says(f"@social draft\nto: zulip, {name}\nHello")
    town.alice.reacts(town.card_id(1))
    assert len(town.published("zulip")) == 2


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("moved", [False, True])
def test_two_topics_of_one_channel_never_share_a_message(
    town: Town, fault: str, turned: bool, moved: bool
) -> None:
    name = named_twice(town, "zulip", {"topic": "elsewhere"})
    first, second = (name, "zulip") if turned else ("zulip", name)
    town.carol.says(f"@social draft\nto: {first}\nHello")
    town.alice.reacts(town.card_id(1))
    out = town.deliveries(1)[first]
    if moved:  # to where the second will be
        topic = "announcements" if turned else "elsewhere"
        moved_to = {"message_id": int(out.remote_id), "topic": topic, "propagate_mode": "change_one"}
        town.owner.ok(town.owner.client.update_message(moved_to))
    town.carol.says(f"@social draft\nto: {second}\nHello")
    town.fault("zulip", fault, method="POST", path="/api/v1/messages")
    town.alice.reacts(town.card_id(2))
    for _ in range(6):
        town.later(minutes=1)
    other = town.deliveries(2)[second]
    assert (out.state, other.state) == ("published", "published")
    assert {out.remote_id, other.remote_id} == {str(one["id"]) for one in town.published("zulip")}
    assert len(town.published("zulip")) == 2


def test_when_one_of_them_signs_in_as_somebody_else_it_goes_on(town: Town) -> None:
    name = named_twice(town, "zulip")
    assert len(told(town)) == 1
    named_twice(town, "zulip", {"topic": "elsewhere"})
    assert "works again" in told(town)[-1]
    assert name not in town.desk.troubles
    known = town.desk.known.fresh(town.now, trusted=True)
    assert isinstance(known[name], Standing)


@pytest.mark.parametrize("service", ["mastodon", "x", "linkedin", "zulip"])
def test_right_after_a_start_nothing_goes_out_under_both_names(town: Town, service: str) -> None:
    """Before any account was asked who it is."""
    name = named_twice(town, service, checked=False)
    town.carol.says(f"@social draft\nto: {service}, {name}\nHello")
    town.alice.reacts(town.card_id(1))
    assert len(town.published(service)) == 1
    found = town.deliveries(1)
    assert (found[service].state, found[name].state) == ("published", "failed")


def test_what_is_remembered_of_another_configuration_is_not_trusted(town: Town) -> None:
    name = named_twice(town, "zulip", {"topic": "elsewhere"})
    named_twice(town, "zulip", checked=False)
    town.carol.says(f"@social draft\nto: zulip, {name}\nHello")
    town.alice.reacts(town.card_id(1))
    assert len(town.published("zulip")) == 1


def test_while_it_cannot_be_asked_who_it_is_the_first_goes_and_the_second_waits(town: Town) -> None:
    name = named_twice(town, "mastodon", checked=False)
    town.fault("mastodon", "503", method="GET", path="/api/v1/accounts/verify_credentials", times=2)
    town.carol.says(f"@social draft\nto: mastodon, {name}\nHello")
    town.alice.reacts(town.card_id(1))
    found = town.deliveries(1)
    assert (found["mastodon"].state, found[name].state) == ("published", "pending")
    assert "whether Mastodon (two) and Mastodon are one account" in found[name].error
    town.later(minutes=5)
    town.later(minutes=5)
    assert len(town.published("mastodon")) == 1
    assert town.deliveries(1)[name].state == "failed"
