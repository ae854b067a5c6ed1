"""A machine that slept, or whose clock was set: what happened meanwhile is heard before anything goes out."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

Stand = Any
Run = Callable[[], Any]
EIGHT_HOURS = 8 * 3600.0


def remove_from_the_approvers(stand: Stand, name: str) -> None:
    groups = stand.sandbox.zulip.core.organisation.groups
    group = next(one for one in groups.values() if one.name == "social-approvers")
    person = stand.sandbox.scene.person(name)["user_id"]
    stand.person("owner").call("POST", f"user_groups/{group.group_id}/members", delete=f"[{person}]")


def approved(stand: Stand, at: str) -> tuple[Any, Any]:
    """A post that Alice approved and that goes out later."""
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says(f"@social draft\nto: mastodon\nat: {at}\nApproved before the sleep")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is approved by Alice")
    return carol, alice


def fall_asleep(stand: Stand, bot: Any, carol: Any) -> Any:
    """The bot waits for news at a server that will not answer this wait any more, and the machine goes to sleep."""
    wait = stand.gates.close("GET", "/api/v1/events", after=False, by=stand.bot_email)
    carol.says("so that the bot waits anew")
    assert wait.came.wait(20)
    os.kill(bot.pid, signal.SIGSTOP)
    return wait


@pytest.mark.parametrize("forgotten", [False, True], ids=["queue-kept", "queue-gone"])
def test_who_lost_the_right_to_approve_during_a_sleep_lets_nothing_out(
    stand: Stand, run: Run, forgotten: bool
) -> None:
    stand.write(late="12 h")
    bot = run().listens()
    carol, alice = approved(stand, "in 2 hours")
    wait = fall_asleep(stand, bot, carol)
    remove_from_the_approvers(stand, "alice")
    if forgotten:
        stand.forget_the_queue()
    stand.later(EIGHT_HOURS)
    os.kill(bot.pid, signal.SIGCONT)
    bot.until("nothing goes out before Zulip was asked")
    wait.cut()
    alice.hears(r"\*\*#1\*\* .*(approval|approved by nobody)")
    carol.says("@social show 1")
    carol.hears("Needs")
    assert stand.published("mastodon") == []
    assert bot.stops() == 0
    assert "Traceback" not in bot.said


def test_what_is_due_after_a_sleep_goes_out_once_zulip_was_asked(stand: Stand, run: Run) -> None:
    """The wait that is under way is ended by the bot itself: nobody waits a minute for the next word of Zulip."""
    stand.write(late="12 h")
    bot = run().listens()
    _, alice = approved(stand, "in 2 hours")
    os.kill(bot.pid, signal.SIGSTOP)
    stand.later(EIGHT_HOURS)
    os.kill(bot.pid, signal.SIGCONT)
    bot.until("s passed at once")
    alice.hears("is out")
    assert stand.published("mastodon") == ["Approved before the sleep"]
    assert bot.stops() == 0


def test_a_post_that_the_machine_slept_through_is_asked_about(stand: Stand, run: Run) -> None:
    bot = run().listens()
    _, alice = approved(stand, "in 2 hours")
    os.kill(bot.pid, signal.SIGSTOP)
    stand.later(EIGHT_HOURS)
    os.kill(bot.pid, signal.SIGCONT)
    alice.hears("#1.* was not published: the time of .* has passed")
    assert stand.published("mastodon") == []
    assert bot.stops() == 0


def test_a_sleep_in_the_middle_of_a_delivery_doubles_nothing(stand: Stand, run: Run) -> None:
    """Its lease is long over when it wakes; the very process that sends still knows that it does."""
    gate = stand.gates.close("POST", "/mastodon/api/v1/statuses", after=True)
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says("@social draft\nto: mastodon\nCut off by a sleep")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    assert gate.came.wait(20)
    os.kill(bot.pid, signal.SIGSTOP)
    stand.later(EIGHT_HOURS)
    gate.cut()
    os.kill(bot.pid, signal.SIGCONT)
    alice.hears("is out", meanwhile=lambda: stand.later(10))
    assert stand.published("mastodon") == ["Cut off by a sleep"]
    assert bot.stops() == 0


@pytest.mark.parametrize("restart", [False, True], ids=["running", "over-a-restart"])
def test_a_clock_that_goes_back_by_hours_stops_nothing(stand: Stand, run: Run, restart: bool) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says("@social draft\nto: mastodon\nBefore")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is out")
    if restart:
        bot.dies()
    now = httpx.get(f"{stand.base}/sandbox/clock").json()["now"]
    stand.world.clock.advance(-timedelta(hours=5))
    assert httpx.get(f"{stand.base}/sandbox/clock").json()["now"] < now
    if restart:
        bot = run().listens()
    carol.says("@social draft\nto: mastodon\nAfter")
    alice.reacts(alice.hears(r"\*\*#2\*\* by"))
    alice.hears(r"\*\*#2\*\* is out")
    assert sorted(stand.published("mastodon")) == ["After", "Before"]
    assert bot.stops() == 0


@pytest.mark.usefixtures("stand")
def test_an_order_to_stop_that_comes_right_at_the_waking_is_obeyed(run: Run) -> None:
    """The system hands a signal to any thread then, and the one that acts upon it may be waiting for another."""
    bot = run().listens()
    os.kill(bot.pid, signal.SIGSTOP)
    os.kill(bot.pid, signal.SIGCONT)
    assert bot.stops() == 0
