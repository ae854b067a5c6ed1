"""The timelines, the clock, other screens, and what strangers write: the sandbox's page in a real browser."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World

Visit = Callable[..., Page]
Place = Any
"""See conftest.py."""


def test_a_publication_appears_live_with_picture_and_alt_text(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    panel = carol.locator(".panel-mastodon")
    expect(panel).to_contain_text("What goes to Mastodon will appear here.")
    place.publish("mastodon", "News! https://example.org #news", media=(place.picture("Two cats"),))
    expect(panel.locator(".post-text")).to_contain_text("News!")
    expect(panel.get_by_role("link", name="example.org")).to_have_attribute("rel", re.compile("noopener"))
    picture = panel.get_by_role("img", name="Two cats")
    expect(picture).to_have_js_property("naturalWidth", 320)
    expect(panel.locator(".alt p")).to_be_hidden()
    panel.locator(".alt summary").click()
    expect(panel.locator(".alt p")).to_have_text("Two cats")
    picture.click()
    expect(carol.locator("#shown-alt")).to_have_text("Two cats")


def test_a_thread_is_connected_and_in_order(place: Place, visit: Visit) -> None:
    place.publish("x", "first 1/2", id="1")
    place.publish("x", "second 2/2", id="2", reply_to="1")
    place.publish("x", "newer", id="3")
    carol = visit("carol")
    threads = carol.locator(".panel-x .thread")
    expect(threads).to_have_count(2)
    expect(threads.nth(0)).to_contain_text("newer")
    expect(threads.nth(1).locator(".post-text")).to_have_text(["first 1/2", "second 2/2"])
    expect(threads.nth(1).locator(".is-thread")).to_have_count(1)


def test_a_content_warning_is_folded(place: Place, visit: Visit) -> None:
    place.publish("mastodon", "the hidden text", extra={"spoiler_text": "Spiders", "visibility": "unlisted"})
    panel = visit("carol").locator(".panel-mastodon")
    expect(panel.get_by_text("the hidden text")).to_be_hidden()
    panel.get_by_text("Spiders").click()
    expect(panel.get_by_text("the hidden text")).to_be_visible()
    expect(panel.locator(".tag")).to_have_text("unlisted")


def test_a_retracted_post_disappears_and_the_others_stay_as_they_are(place: Place, visit: Visit) -> None:
    place.publish("mastodon", "stays", id="1", extra={"spoiler_text": "open me"})
    place.publish("mastodon", "goes", id="2")
    carol = visit("carol")
    carol.locator(".panel-mastodon").get_by_text("open me").click()
    place.world.retract("mastodon", "2")
    expect(carol.get_by_text("goes", exact=True)).to_have_count(0)
    expect(carol.get_by_text("stays")).to_be_visible()


def test_one_platform_alone(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    carol.get_by_role("button", name="LinkedIn", exact=True).click()
    expect(carol.locator(".panel-linkedin")).to_be_visible()
    expect(carol.locator(".panel-mastodon")).to_be_hidden()


def test_a_link_to_a_publication_in_the_chat_leads_to_it(place: Place, visit: Visit) -> None:
    place.publish("mastodon", "Here it is", id="77")
    place.say("social", f"Published: [Mastodon]({place.base}/mastodon/post/77)")
    carol = visit("carol", 390, 844)
    carol.get_by_role("link", name="Mastodon").click()
    expect(carol.locator("#post-mastodon-77")).to_be_in_viewport()
    expect(carol.locator("#post-mastodon-77")).to_have_class(re.compile("is-near"))


def test_the_clock_is_skipped_ahead(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    before = place.world.clock.now()
    carol.get_by_role("button", name="1 day").click()
    tomorrow = before + timedelta(days=1)  # the page shows local time, which may be a day ahead
    expect(carol.locator("#clock")).to_have_attribute("datetime", re.compile(f"^{tomorrow:%Y-%m-%d}T"))
    assert place.world.clock.now() - before > timedelta(hours=23, minutes=59)


def test_nothing_to_skip_to_is_said_by_a_disabled_button(place: Place, visit: Visit) -> None:
    expect(visit("carol").get_by_role("button", name="Next post")).to_be_disabled()


def test_on_a_phone_there_are_two_tabs(place: Place, visit: Visit) -> None:
    place.publish("linkedin", "On LinkedIn")
    phone = visit("carol", 390, 844)
    expect(phone.get_by_text("On LinkedIn")).to_be_hidden()
    phone.get_by_role("tab", name="Timelines").click()
    expect(phone.get_by_text("On LinkedIn")).to_be_visible()
    expect(phone.locator("#compose")).to_be_hidden()
    phone.keyboard.press("ArrowLeft")
    expect(phone.locator("#compose")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_the_conversations_can_be_reached_on_a_phone(place: Place, visit: Visit) -> None:
    phone = visit("carol", 390, 844)
    phone.get_by_label("Choose a conversation").click()
    phone.get_by_role("link", name="announcements").click()
    expect(phone.locator("#talk-title")).to_have_text("#announcements")


HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "[click](javascript:alert(3))",
    '"><svg onload=alert(4)>',
    '<https://example.org/"onmouseover=alert(5)>',
    "```spoiler <img src=x onerror=alert(6)>\n<iframe srcdoc='<script>alert(7)</script>'></iframe>\n```",
    "https://example.org/?q='\"><b>x",
)


@pytest.mark.parametrize("place", [218, 512], indirect=True)
def test_what_strangers_write_is_shown_and_does_nothing(place: Place, visit: Visit) -> None:
    for number, text in enumerate(HOSTILE):
        place.say("dave", text, topic=f"<b>{number}</b>")
        place.publish("x", text)
        picture = place.picture('"><img src=x onerror=alert(8)>')
        extra = {"spoiler_text": text, "title": text, "link": "javascript:alert(9)", "topic": text}
        place.publish("mastodon", text, media=(picture,), extra=extra)
        place.publish("youtube", text, extra=extra)
        place.publish("zulip", text, extra={**extra, "html": text})
    carol = visit("carol")  # a dialog or an error of the script would fail the test
    expect(carol.locator(".message")).to_have_count(len(HOSTILE))
    assert (
        carol.evaluate(
            """[...document.querySelectorAll("#messages *, #timelines *")].filter((one) =>
          [...one.attributes].some(({ name, value }) => name.startsWith("on") || /^\\s*javascript:/i.test(value))
          || ["script", "iframe", "object"].includes(one.localName)).length"""
        )
        == 0
    )
    expect(carol.locator(".panel-x .post-text").last).to_contain_text("<script>alert(1)</script>")


def test_the_page_needs_nothing_from_elsewhere_and_no_inline_script(place: Place, visit: Visit) -> None:
    asked: list[str] = []
    carol = visit("carol")
    carol.on("request", lambda request: asked.append(request.url))
    answer = carol.goto(f"{place.base}/?as=alice")
    assert answer is not None
    carol.wait_for_selector("html[data-ready]")
    assert all(url.startswith((place.base, "blob:")) for url in asked)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_first_steps_are_shown_ticked_and_closed(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    hint = carol.get_by_label("Try this")
    expect(hint.locator("li")).to_have_count(3)
    hint.get_by_role("button", name="Fill one in").click()
    expect(carol.locator("#compose-text")).to_have_value(re.compile("^@social draft\n"))
    carol.click("#compose-send")
    expect(hint.locator("[data-step=draft]")).to_have_class(re.compile("is-done"))
    hint.get_by_role("button", name="Close the hint").click()
    expect(hint).to_be_hidden()
    carol.reload()
    expect(hint).to_be_hidden()


def test_a_person_keeps_the_conversation_when_another_one_is_chosen(place: Place, visit: Visit) -> None:
    place.say("bob", "In its topic", topic="spring")
    carol = visit("carol")
    carol.locator(".topics").get_by_role("link", name="spring").click()
    carol.get_by_role("link", name="Be Alice, approver").click()
    carol.wait_for_selector("html[data-ready]")
    expect(carol.locator(".people-you")).to_contain_text("You are Alice")
    expect(carol.locator("#talk-title")).to_have_text("#social-media › spring")


def test_everything_is_reached_by_keyboard(place: Place, visit: Visit) -> None:
    number = place.say("social", "A card")
    place.api("social", "POST", f"messages/{number}/reactions", emoji_name="+1")
    alice = visit("alice")
    alice.keyboard.press("Tab")
    expect(alice.get_by_role("link", name="Skip to writing")).to_be_focused()
    alice.keyboard.press("Enter")
    expect(alice.locator("#compose-text")).to_be_focused()
    alice.locator("#messages").focus()
    alice.keyboard.press("ArrowUp")
    expect(alice.locator(f"#m{number}")).to_be_focused()
    alice.keyboard.press("Tab")
    while not alice.evaluate("document.activeElement.matches('.reaction')"):
        alice.keyboard.press("Tab")
    alice.keyboard.press("Enter")
    expect(alice.locator(".reaction").first).to_have_attribute("aria-pressed", "true")


def test_the_first_state_is_drawn_by_the_server(place: Place, chromium: Any) -> None:
    place.say("bob", "Readable *without* a script")
    place.publish(
        "youtube",
        "About it",
        at=datetime(2026, 11, 22, 12, tzinfo=UTC).isoformat(),
        extra={"title": "The film"},
    )
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.base}/?as=bob")
    expect(page.locator(".message-body em")).to_have_text("without")
    expect(page.locator(".panel-youtube h4")).to_have_text("The film")
    expect(page.locator(".panel-youtube .post-time")).to_have_text("07:00 · Sun 22 Nov 2026")
    context.close()


@pytest.mark.parametrize("config", [None, Path("a folder/zuliprc")])
def test_how_to_sign_in_is_told_where_there_is_a_bot(config: Path | None) -> None:
    def build(base: str) -> Any:
        return Sandbox(World(), base, config=config).app

    with serving(build) as base:
        text = httpx.get(base, trust_env=False).text
    told = html.unescape(text).count("social login youtube --config 'a folder/zuliprc'")
    assert told == (1 if config else 0)
