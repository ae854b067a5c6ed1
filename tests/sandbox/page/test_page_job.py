"""The main job on the sandbox's page with the real bot: draft, approve, see it everywhere, skip ahead; and kills."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

ROOT = Path(__file__).parents[3]
PATIENCE_MS = 30_000
"""The bot gathers edits for some seconds before it answers, and the machine may be busy."""

LATEST_S = 120.0
"""How long an answer may take on a busy machine."""


class Running:
    """The command with the real bot, as a process."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "bot", "sandbox", "--json", "--port", "0", "--data", str(data)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.errors = (data.parent / "errors").open("w+")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=environment
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, Path(self.errors.name).read_text()
        self.facts: dict[str, Any] = json.loads(line)

    def posts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(
            f"{self.facts['zulip']}/sandbox/posts", trust_env=False
        ).json()
        return found

    def close(self, code: int = 0) -> None:
        self.process.terminate()
        assert self.process.wait(10) == code
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.errors.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    sandbox = Running(tmp_path_factory.mktemp("job") / "data")
    yield sandbox
    sandbox.close()


@pytest.fixture
def page(chromium: Browser, running: Running) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    made = context.new_page()
    made.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield made
    expect.set_options(timeout=5_000)
    context.close()


def be(page: Page, running: Running, name: str) -> None:
    page.goto(f"{running.facts['page']}?as={name}")
    page.wait_for_selector("html[data-ready]")


def card(page: Page, words: str) -> Any:
    """The bot's card of a post with these words: its message with the approval emoji on it."""
    cards = page.locator(".message", has_text=re.compile(r"#\d+ by ")).filter(has_text=words)
    return cards.filter(has=page.locator(".reaction[data-code='1f44d']"))


def test_a_draft_is_approved_and_seen_on_the_timelines(
    page: Page, running: Running, picture_file: FilePayload
) -> None:
    be(page, running, "carol")
    page.get_by_role("button", name="Draft a post").click()
    page.set_input_files("#compose-input", picture_file)
    text = page.locator("#compose-text")
    expect(text).to_have_value(re.compile(r"/user_uploads/"))
    text.fill(text.input_value().replace("[workshop.png]", "[Learners around a table]"))
    page.click("#compose-send")
    expect(card(page, "spring workshop")).to_contain_text("Needs 1 approval")
    card(page, "spring workshop").get_by_role("button", name=re.compile("^Mastodon")).click()
    expect(card(page, "spring workshop")).to_contain_text("Four half-days")

    page.get_by_role("link", name="Be Alice, approver").click()
    page.wait_for_selector("html[data-ready]")
    card(page, "spring workshop").locator(".reaction[data-code='1f44d']").click()
    for service in ("mastodon", "x", "linkedin", "zulip"):
        post = page.locator(f".panel-{service} .post")
        expect(post.locator(".post-text")).to_contain_text("Registration for our spring workshop is open!")
        expect(post.locator(".pic img")).to_have_js_property("naturalWidth", 320)
    expect(page.locator(".panel-mastodon .pic img")).to_have_attribute("alt", "Learners around a table")
    expect(page.locator(".panel-youtube .post")).to_have_count(0)
    done = page.locator(".message", has_text="is out: Mastodon · X")
    done.get_by_role("link", name="LinkedIn").click()
    expect(page.locator(".panel-linkedin .post")).to_have_class(re.compile("is-near"))
    workshop = [one["service"] for one in running.posts() if "spring workshop" in one["text"]]
    assert sorted(workshop) == ["linkedin", "mastodon", "x", "zulip"]


def test_skipping_ahead_lets_a_scheduled_post_go_out(page: Page, running: Running) -> None:
    be(page, running, "bob")
    page.fill("#compose-text", "@social draft\nto: mastodon\nat: tomorrow 10:00\nGood morning, everybody")
    page.click("#compose-send")
    expect(card(page, "Good morning")).to_contain_text("Needs 1 approval")
    expect(page.locator("#skip-next")).to_be_disabled()
    be(page, running, "alice")
    card(page, "Good morning").locator(".reaction[data-code='1f44d']").click()
    expect(card(page, "Good morning")).to_contain_text("Approved")
    assert all("Good morning" not in one["text"] for one in running.posts())
    expect(page.locator("#skip-next")).to_be_enabled()
    page.click("#skip-next")
    expect(page.locator(".panel-mastodon")).to_contain_text("Good morning, everybody")
    expect(page.locator("#clock")).to_contain_text(
        "16:00"
    )  # ten in New York, where Bob wrote it, seen from Oslo


def test_a_film_is_prepared_unseen_and_shown_at_its_time(
    page: Page, running: Running, films: Callable[..., bytes]
) -> None:
    be(page, running, "carol")
    file: FilePayload = {"name": "talk.mp4", "mimeType": "video/mp4", "buffer": films(640, 360)}
    page.set_input_files("#compose-input", file)
    text = page.locator("#compose-text")
    expect(text).to_have_value(re.compile(r"/user_uploads/"))
    options = "to: youtube, mastodon\ntitle: The talk\nat: in 40 minutes\n"
    text.fill(f"@social draft\n{options}Colours that change\n{text.input_value()}")
    page.click("#compose-send")
    expect(card(page, "Colours that")).to_contain_text("Needs 1 approval")
    be(page, running, "alice")
    card(page, "Colours that").locator(".reaction[data-code='1f44d']").click()
    tube, staged = page.locator(".panel-youtube"), page.locator(".panel-youtube .is-staged")
    expect(staged).to_contain_text("The talk")
    expect(staged).to_contain_text("private, seen by nobody")
    assert all("Colours" not in one["text"] for one in running.posts())
    page.click("#skip-next")
    expect(page.locator(".panel-mastodon .post", has_text="Colours that").locator("video")).to_be_visible()
    expect(tube.locator(".post h4")).to_have_text("The talk")
    expect(tube.locator("video")).to_have_js_property("videoWidth", 640)
    expect(staged).to_have_count(0)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="cannot wait for another's process here")
def test_a_bot_that_dies_is_started_again_and_a_killed_sandbox_leaves_none_behind(tmp_path: Path) -> None:
    sandbox = Running(tmp_path / "data")
    carol = Member(sandbox.facts, "carol")
    carol.ask("status")
    assert "Mastodon" in carol.answer()  # what was written before it ever listened, a bot takes for old
    first = _bot_process(tmp_path)
    os.kill(first, signal.SIGKILL)
    carol.ask("status")
    assert "Mastodon" in carol.answer()
    carol.close()
    assert "The bot ended by itself (signal 9)." in (tmp_path / "errors").read_text()
    second = _bot_process(tmp_path)
    assert second != first

    ended = os.pidfd_open(second)
    sandbox.process.kill()
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    assert waiting.poll(10_000), "the bot outlived its sandbox"
    os.close(ended)
    sandbox.close(0 - signal.SIGKILL)


class Member:
    """Somebody who talks to the bot in direct messages."""

    def __init__(self, facts: dict[str, Any], name: str) -> None:
        text = Path(facts["people"][name]).read_text()
        found = dict(re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE))
        self._http = httpx.Client(
            base_url=f"{found['site']}/api/v1/",
            auth=(found["email"], found["key"]),
            timeout=60,
            verify=False,  # noqa: S501 - loopback
            trust_env=False,
        )
        self._queue = self._call("POST", "register", event_types='["message"]')
        self._last = -1

    def _call(self, method: str, path: str, **form: Any) -> dict[str, Any]:
        params, data = (form, None) if method == "GET" else (None, form)
        body: dict[str, Any] = self._http.request(method, path, params=params, data=data).json()
        assert body["result"] == "success", body
        return body

    def close(self) -> None:
        self._http.close()

    def ask(self, text: str) -> None:
        self._call("POST", "messages", type="direct", to='["social-bot@sandbox.example"]', content=text)

    def answer(self) -> str:
        """What the bot says next, waited for."""
        latest = time.monotonic() + LATEST_S
        while time.monotonic() < latest:
            queue = {"queue_id": self._queue["queue_id"], "last_event_id": self._last}
            for event in self._call("GET", "events", **queue)["events"]:
                self._last = event["id"]
                if event["type"] == "message" and event["message"]["sender_full_name"] == "social":
                    return str(event["message"]["content"])
        raise AssertionError("the bot gives no answer")


def _bot_process(tmp_path: Path) -> int:
    return int((tmp_path / "data" / "bot.pid").read_text())
