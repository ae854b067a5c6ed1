"""Signing in with a real browser: the platform's page, its buttons, and the page afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

ANY = "http://127.0.0.1:0/callback"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A window; what breaks or is blocked on a page fails the test."""
    context, errors = chromium.new_context(), []
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda one: errors.append(one.text) if "Content Security" in one.text else None)
    yield opened
    context.close()
    assert errors == []


def begin(place: Any, page: Page, platform: str) -> Any:
    """Start the command; the browser goes where it is sent."""
    addresses: SimpleQueue[str] = SimpleQueue()
    login = place.login(platform, browser=addresses.put, redirect=ANY)
    page.goto(addresses.get(timeout=60))
    return login


@pytest.mark.parametrize("platform", ["youtube", "mastodon"])
def test_one_presses_allow_and_is_told_that_it_worked(place: Any, page: Page, platform: str) -> None:
    login = begin(place, page, platform)
    expect(page.get_by_role("heading")).to_have_text({"youtube": "Google", "mastodon": "Mastodon"}[platform])
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading")).to_have_text("That worked")
    expect(page.locator("body")).to_contain_text("signed in as")
    said = login.ends()
    assert said.code == 0, said.err
    assert place.kept(platform)["access_token"]


def test_one_presses_deny_and_nothing_changes(place: Any, page: Page) -> None:
    login = begin(place, page, "youtube")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading")).to_have_text("That did not work")
    expect(page.locator("body")).to_contain_text("you did not allow it")
    assert login.ends().code == 1
    assert place.kept("youtube") == {}


def test_one_takes_a_tick_away_and_is_told_what_is_missing(place: Any, page: Page) -> None:
    login = begin(place, page, "youtube")
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading")).to_have_text("That did not work")
    assert login.ends().code == 1
