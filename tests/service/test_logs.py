"""What the log tells, and what it never tells."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from bot.logs import JsonLines, TextLines

Stand = Any
Run = Callable[[], Any]
MARK = "zebrafinch"
"""A word that stands in every text of the draft and nowhere else."""
DRAFT = f"""@social draft
to: mastodon, x, linkedin
title: title-{MARK}
cw: cw-{MARK}
note: note-{MARK}
campaign: campaign-{MARK}
The text {MARK} https://example.org/{MARK}

--- x
The short text {MARK}"""
FAULTS = ("500", "429", "502-html", "reset-before", "expired-token")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_and_no_text_of_a_draft_is_in_the_log(stand: Stand, run: Run, form: str) -> None:
    stand.write(log_format=form)
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    for fault in ("500", "reset-after"):
        stand.fault("zulip", fault, method="POST", path="/api/v1/messages")
    for service in ("mastodon", "x", "linkedin"):
        for fault in FAULTS:
            stand.fault(service, fault)
    draft = carol.says(DRAFT)
    alice.hears(r"\*\*#1\*\* by")
    carol.edits(draft, DRAFT.replace("The text", "The better text"))
    alice.hears("The better text", meanwhile=lambda: stand.later(1))
    alice.reacts(alice.finds("The better text"))
    alice.hears("is out", meanwhile=lambda: stand.later(600 if released(stand) else 20))
    assert bot.stops() == 0
    logged = bot.said + bot.output
    assert MARK not in logged
    for secret in secrets(stand):
        assert secret not in logged
    if form == "json":
        lines = [json.loads(line) for line in bot.lines]
        assert {"at", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
        assert {"listening", "stopped"} <= {line.get("action") for line in lines}


def released(stand: Stand) -> bool:
    """Before that, a clock that jumps faster than the bot works lets the post's time pass."""
    with closing(sqlite3.connect(stand.database)) as database:
        return bool(database.execute("SELECT count(*) FROM delivery").fetchone()[0])


def secrets(stand: Stand) -> Iterator[str]:
    """Everything in the bot's file and folder that signs in somewhere."""
    yield (stand.database.parent / "secret.key").read_text("ascii").strip()
    for keys in stand.content.values():
        for name, value in keys.items():
            if name == "key" or name.endswith(("token", "secret")) or name.startswith("api_"):
                yield value


def failing(work: Callable[[], object]) -> logging.LogRecord:
    """What `log.exception` would hand on."""
    try:
        work()
    except Exception as error:
        info = (type(error), error, error.__traceback__)
        return logging.LogRecord("social", logging.ERROR, __file__, 1, "post %s: a bug", (12,), info)
    raise AssertionError("nothing went wrong")


def quoting(values: Mapping[str, str]) -> Callable[[], object]:
    """A bug whose error quotes the value, as many libraries do, and is caught into another one."""

    def work() -> object:
        try:
            return values["missing"]
        except KeyError as error:
            raise ValueError(f"cannot send {MARK}") from error

    return work


@pytest.mark.parametrize("form", [TextLines(), JsonLines()], ids=["text", "json"])
def test_a_traceback_says_where_and_of_which_kind_and_quotes_nothing(form: logging.Formatter) -> None:
    told = form.format(failing(quoting({MARK: MARK})))
    assert "post 12: a bug" in told
    assert "ValueError" in told
    assert "KeyError" in told
    assert "in work" in told
    assert MARK not in told


@pytest.mark.parametrize("form", [TextLines(), JsonLines()], ids=["text", "json"])
def test_what_python_says_of_the_program_itself_is_told(form: logging.Formatter) -> None:
    told = form.format(failing(lambda: json.missing))  # type: ignore[attr-defined]  # the mistake is the point
    assert "AttributeError: module 'json' has no attribute 'missing'" in told
