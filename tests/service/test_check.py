"""`social check`: one line for each thing that is tried, and each broken thing says what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import checks, wiring
from storage.database import Database
from storage.errors import StorageError

ROOT = Path(__file__).parents[2]
Stand = Any
Start = Any


@pytest.fixture
def found(stand: Stand) -> Callable[[], tuple[list[str], list[str]]]:
    """What is good and what is not, as the lines say it."""

    def once() -> tuple[list[str], list[str]]:
        config = wiring.read_config(stand.config, {})
        told = list(checks.findings(config))
        return [one.text for one in told if one.good], [one.text for one in told if not one.good]

    return once


Found = Callable[[], tuple[list[str], list[str]]]


def only(lines: list[str]) -> str:
    """The one line that there is."""
    assert len(lines) == 1, lines
    return lines[0]


def test_all_is_well_in_the_sandbox(stand: Stand, start: Start) -> None:
    check = start("check", "--config", stand.config)
    assert check.ends() == 0
    lines = check.output.splitlines()
    assert all(line.startswith("ok   ") for line in lines), lines
    for words in (
        "The database can be opened",
        "Zulip lets the bot in as “social”",
        "The bot is in #social-media.",
        "It can read there.",
        "It can upload files.",
        "It can post and react.",
        "Approvers: Alice, Bob (“social-approvers”).",
        *("mastodon: posts as", "x: posts as", "linkedin: posts as", "youtube: posts as", "zulip: posts as"),
    ):
        assert sum(words in line for line in lines) == 1, words
    assert check.said == ""


def test_one_broken_thing_makes_its_exit_code_1(stand: Stand, start: Start) -> None:
    stand.content["mastodon"]["access_token"] = "a" * 40
    stand.write()
    check = start("check", "--config", stand.config)
    assert check.ends() == 1
    assert [line for line in check.output.splitlines() if line.startswith("FAIL ")]
    assert "a" * 40 not in check.output + check.said


def test_a_bad_configuration_makes_it_3(away: Stand, start: Start) -> None:
    away.write(chanel="x")
    check = start("check", "--config", away.config)
    assert check.ends() == 3
    assert check.output.startswith("FAIL line ")
    assert "did you mean `channel`" in check.output


def test_a_bot_outside_its_channel_is_told_to_be_subscribed(stand: Stand, found: Found) -> None:
    owner = stand.person("owner")
    owner.call(
        "DELETE",
        "users/me/subscriptions",
        subscriptions='["social-media"]',
        principals=f"[{stand.sandbox.scene.bot['user_id']}]",
    )
    line = only([one for one in found()[1] if "#social-media" in one])
    assert "subscribe it (channel settings, “Add subscribers”)" in line


def test_a_missing_approver_group_is_named(stand: Stand, found: Found) -> None:
    stand.write(approvers="group: nobody-here")
    line = only(found()[1])
    assert "the approver group “nobody-here” does not exist" in line
    assert "`approvers`" in line


def members(stand: Stand, **changes: list[str]) -> None:
    """Add people to the approver group, or take them out."""
    groups = stand.sandbox.zulip.core.organisation.groups
    group = next(one for one in groups.values() if one.name == "social-approvers")
    ids = {name: [stand.sandbox.scene.person(one)["user_id"] for one in who] for name, who in changes.items()}
    stand.person("owner").call(
        "POST", f"user_groups/{group.group_id}/members", **{name: str(one) for name, one in ids.items()}
    )


def test_a_channel_in_which_only_administrators_write_is_found(stand: Stand, found: Found) -> None:
    """The bot's own one: its cards would be refused."""
    zulip = stand.sandbox.zulip
    channel = zulip.core.organisation.channel_named("social-media")
    channel.post_policy = 2
    zulip.save(channel)
    owner = zulip.core.organisation.by_email(stand.sandbox.scene.person("owner")["email"])
    if owner.is_admin:
        zulip.set_role(owner, 400)
    assert "The bot may not post in #social-media: only" in only(found()[1])


def test_an_empty_approver_group_wants_people(stand: Stand, found: Found) -> None:
    members(stand, delete=["alice", "bob"])
    assert only(found()[1]).endswith("has nobody who may approve: add people to it.")


def test_an_approver_alone_cannot_approve_what_is_their_own(stand: Stand, found: Found) -> None:
    members(stand, delete=["alice"])
    assert "only Bob in “social-approvers”: too few for 1 approval" in only(found()[1])


def test_a_guest_among_the_approvers_is_none(stand: Stand, found: Found) -> None:
    members(stand, delete=["alice"], add=["dave"])
    assert "only Bob" in only(found()[1])


def test_a_wrong_key_says_where_the_right_one_is(stand: Stand, found: Found) -> None:
    stand.write("api", key="n" * 32)
    line = only([one for one in found()[1] if one.startswith("Zulip")])
    assert "Zulip does not let the bot in" in line
    assert "Compare [api] in your zuliprc with the bot's in Zulip's settings." in line
    assert "Invalid API key. " in line
    assert "n" * 32 not in line


def test_a_zulip_that_does_not_answer_is_no_reason_to_leave_the_platforms_out(
    stand: Stand, found: Found
) -> None:
    stand.fault("zulip", "down", times=1000)
    good, bad = found()
    assert any("does not answer (" in one for one in bad)
    assert [one for one in bad if "Error" in one] == [], "the name of a class tells an administrator nothing"
    assert any(one.startswith("mastodon: posts as") for one in good)


def expired(stand: Stand) -> Iterator[str]:
    """Every platform refuses the token that it gave."""
    for service in ("mastodon", "x", "linkedin", "youtube"):
        stand.fault(service, "expired-token", times=100)
        yield service


def test_a_dead_token_says_what_to_do_and_stops_no_other_check(stand: Stand, found: Found) -> None:
    services = list(expired(stand))
    good, bad = found()
    for service in services:
        line = only([one for one in bad if one.startswith(f"{service}:")])
        assert (
            "token" in line
            or "the sign-in is not valid" in line
            or "does not accept the bot's sign-in" in line
        )
        assert "The owner of the" in line
    assert any(one.startswith("zulip: posts as") for one in good)


def test_no_account_at_all_is_said(stand: Stand, found: Found) -> None:
    for name in ("mastodon", "x", "linkedin", "youtube", "zulip"):
        del stand.content[name]
    stand.write(default_platforms="")
    assert only(found()[1]) == "No platform account is configured: add one, such as [mastodon]."


def test_a_database_that_cannot_be_used_ends_it_there(stand: Stand, found: Found) -> None:
    stand.database.write_bytes(b"this is no database at all, but a file of another program" * 20)
    good, bad = found()
    assert good == []
    assert "is damaged, or is no database of this bot" in only(bad)


def test_an_account_without_credentials_is_left_out_and_said(stand: Stand, found: Found) -> None:
    stand.content["mastodon"] = {}
    stand.write()
    assert "mastodon: no credentials, so it is left out." in found()[0]


def test_a_file_that_others_may_read_is_told_with_the_command(stand: Stand, start: Start) -> None:
    stand.config.chmod(0o644)
    check = start("check", "--config", stand.config)
    assert check.ends() == 1
    assert only([one for one in check.output.splitlines() if one.startswith("FAIL ")]).endswith(
        f"`chmod 600 {stand.config}`."
    )


def test_an_emoji_that_zulip_does_not_know_is_named(stand: Stand, found: Found) -> None:
    stand.write(approve_emoji="no_such_emoji")
    assert "`no_such_emoji`" in only([one for one in found()[1] if "emoji" in one])


def test_it_may_run_beside_the_bot(stand: Stand, start: Start, found: Found) -> None:
    bot = start("run", "--config", stand.config).listens()
    good, bad = found()
    assert "The database can be opened and the bot is running with it." in good
    assert bad == []
    assert bot.stops() == 0


def test_a_missing_key_is_told_and_no_new_one_is_put_in_its_place(stand: Stand, found: Found) -> None:
    config = wiring.read_config(stand.config, {})
    database = wiring.open_database(config)
    wiring.vault_of(config, database, wiring.clock_of(config)).write("mastodon", {"access_token": "stored"})
    database.close()
    key = stand.database.parent / "secret.key"
    key.unlink()
    _, bad = found()
    line = only([one for one in bad if one.startswith("The key")])
    assert line.startswith(f"The key `{key}` is missing, so the stored tokens of mastodon cannot be read.")
    assert "`social login mastodon`" in line
    assert not key.exists()


def test_tables_of_an_older_version_are_told_and_left_as_they_are(stand: Stand, start: Start) -> None:
    database = Database(f"sqlite:///{stand.database}")
    database.migrate("0001")
    check = start("check", "--config", stand.config)
    assert check.ends() == 1
    assert "older version of the bot (step 0001" in check.output
    assert "Start the bot once" in check.output
    with pytest.raises(StorageError, match="step 0001"):
        database.must_be_current()
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for verb in ("check", "status"):
        told = start(verb, "--config", stand.config)
        assert told.ends() != 0
        assert "Install the newer version again" in told.output + told.said
    database.close()


def test_who_reads_no_further_gets_no_traceback(stand: Stand) -> None:
    command = [sys.executable, "-m", "bot", "check", "--config", str(stand.config)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as check:
        assert check.stdout is not None
        assert check.stderr is not None
        assert check.stdout.readline().startswith("ok ")
        check.stdout.close()
        assert "Traceback" not in check.stderr.read()
