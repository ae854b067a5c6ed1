"""`status` again and again costs the platforms next to nothing: what is known is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from town import Town

from bot.standings import A_DAY, Standings
from handlers.base import Standing


def calls(town: Town) -> int:
    return int(next(one for one in town.desk.platforms["linkedin"].check().uses if "member" in one.what).used)


def test_status_asked_by_anybody_asks_no_platform_again(town: Town) -> None:
    town.carol.says("@social status")
    before = calls(town)
    for _ in range(30):
        town.carol.writes("@social status")
        town.world.clock.advance(timedelta(seconds=6))
    town.settle()
    assert calls(town) - before <= 4, "once when it was asked, once by this test"
    assert any("LinkedIn" in one for one in town.said())


def test_approvers_are_told_how_it_is_now() -> None:
    now, known = datetime(2026, 11, 28, 12, tzinfo=UTC), Standings()
    known.keep("x", Standing("@us"), now)
    assert "x" in known.fresh(now + timedelta(minutes=4), trusted=False)
    assert "x" not in known.fresh(now + timedelta(minutes=4), trusted=True)
    assert "x" not in known.fresh(now + timedelta(minutes=6), trusted=False)


def test_others_make_the_bot_ask_only_so_often_a_day() -> None:
    now, known = datetime(2026, 11, 28, tzinfo=UTC), Standings()
    asked = 0
    for minute in range(24 * 60):
        then = now + timedelta(minutes=minute)
        if "x" not in known.fresh(then, trusted=False):
            known.keep("x", Standing("@us"), then)
            asked += 1
    assert asked <= A_DAY + 1
