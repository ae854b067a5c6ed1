"""What people do in the chat of the sandbox's page, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

Visit = Callable[..., Page]
Place = Any
"""See conftest.py."""


def message(page: Page, text: str) -> Any:
    return page.locator(".message", has_text=text)


@pytest.mark.parametrize("place", [218, 512], indirect=True)
def test_writing_reacting_editing_and_deleting_are_seen_by_all_at_once(place: Place, visit: Visit) -> None:
    owner, bob = visit("owner"), visit("bob")
    owner.fill("#compose-text", "Helo **everybody**")
    owner.keyboard.press("Control+Enter")
    for page in (owner, bob):
        expect(message(page, "Helo everybody").locator("strong")).to_have_text("everybody")
    expect(message(bob, "Helo").locator(".message-name")).to_have_text("Olivia")
    expect(owner.locator("#compose-text")).to_have_value("")

    number = int(message(bob, "Helo").get_attribute("data-id"))
    place.api("social", "POST", f"messages/{number}/reactions", emoji_name="+1")
    pill = message(bob, "Helo").get_by_role("button", name=re.compile("^\\+1"))
    expect(pill).to_have_attribute("aria-pressed", "false")
    pill.click()
    expect(pill).to_have_attribute("aria-pressed", "true")
    expect(pill).to_have_attribute("title", "social, You reacted with :+1:")
    expect(message(owner, "Helo").locator(".reaction").first).to_contain_text("2")
    pill.click()
    expect(pill).to_contain_text("1")

    message(owner, "Helo").hover()
    message(owner, "Helo").get_by_role("button", name="Edit").click()
    expect(owner.get_by_label("Edit the message")).to_have_value("Helo **everybody**")
    owner.get_by_label("Edit the message").fill("Hello *you*")
    owner.keyboard.press("Control+Enter")
    expect(message(bob, "Hello you").locator(".message-edited")).to_be_visible()
    message(owner, "Hello").hover()
    message(owner, "Hello").get_by_role("button", name="Delete").click()
    owner.locator("#ask-yes").click()
    for page in (owner, bob):
        expect(page.locator(".message")).to_have_count(0)


def test_the_sign_of_a_lost_chat_goes_as_soon_as_the_chat_is_back(place: Place, visit: Visit) -> None:
    carol, lost = visit("carol"), "**/api/v1/events?*"
    carol.route(lost, lambda route: route.abort())
    place.say("bob", "This ends the request that waits.")
    expect(carol.locator("#link-state")).to_be_visible()
    carol.unroute(lost)
    expect(carol.locator("#link-state")).to_be_hidden()


def test_the_picker_has_the_few_that_matter(place: Place, visit: Visit) -> None:
    number = place.say("bob", "What do you think?")
    carol = visit("carol")
    message(carol, "What do you think?").hover()
    message(carol, "What do you think?").get_by_role("button", name="React", exact=True).click()
    carol.get_by_role("button", name="Congratulations").click()
    expect(message(carol, "What do you think?").locator(".reaction[data-code='1f389']")).to_be_visible()
    expect(carol.locator(".picker")).to_have_count(0)
    found = place.api("bob", "GET", f"messages/{number}")["message"]["reactions"]
    assert [one["emoji_name"] for one in found] == ["tada"]


def test_a_picture_is_uploaded_and_shown(place: Place, visit: Visit, picture_file: FilePayload) -> None:
    carol = visit("carol")
    carol.set_input_files("#compose-input", picture_file)
    expect(carol.locator("#compose-text")).to_have_value(re.compile(r"\[workshop\.png\]\(/user_uploads/.*\)"))
    carol.click("#compose-send")
    shown = carol.locator(".message .message_inline_image img, .message-body img")
    expect(shown.first).to_have_attribute("src", re.compile("^blob:"))
    expect(shown.first).to_have_js_property("naturalWidth", 320)


def test_a_dropped_and_a_pasted_picture_are_uploaded(place: Place, visit: Visit, picture_text: str) -> None:
    carol = visit("carol")
    for kind in ("drop", "paste"):
        carol.evaluate(
            """([text, kind]) => {
              const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
              const data = new DataTransfer();
              data.items.add(new File([bytes], `${kind}.png`, { type: "image/png" }));
              const box = document.getElementById("compose-text");
              const init = { bubbles: true, cancelable: true };
              box.dispatchEvent(kind === "drop" ? new DragEvent("drop", { ...init, dataTransfer: data })
                : new ClipboardEvent("paste", { ...init, clipboardData: data }));
            }""",
            [picture_text, kind],
        )
        expect(carol.locator("#compose-text")).to_have_value(re.compile(rf"\[{kind}\.png\]\(/user_uploads/"))


def test_only_the_own_messages_can_be_edited(place: Place, visit: Visit) -> None:
    place.say("bob", "By Bob")
    carol = visit("carol")
    message(carol, "By Bob").hover()
    expect(message(carol, "By Bob").get_by_role("button", name="Quote and reply")).to_be_visible()
    expect(message(carol, "By Bob").get_by_role("button", name="Edit")).to_be_hidden()


def test_a_spoiler_opens_by_mouse_and_keyboard_and_stays_open_through_an_edit(
    place: Place, visit: Visit
) -> None:
    number = place.say("social", "```spoiler Mastodon\nthe *text*\n```")
    carol = visit("carol")
    head = carol.locator("#messages").get_by_role("button", name="Mastodon")
    expect(carol.get_by_text("the text")).to_be_hidden()
    head.click()
    expect(carol.get_by_text("the text")).to_be_visible()
    place.api("social", "PATCH", f"messages/{number}", content="```spoiler Mastodon\nanother *text*\n```")
    expect(carol.get_by_text("another text")).to_be_visible()
    head.focus()
    carol.keyboard.press("Enter")
    expect(carol.get_by_text("another text")).to_be_hidden()


def test_times_are_in_the_readers_own_zone(place: Place, visit: Visit) -> None:
    place.say("social", "goes out <time:2026-12-01T12:00:00+00:00>")
    expect(visit("bob").locator(".message-body time")).to_have_text("Tue 1 Dec 2026, 07:00")


def test_a_link_to_a_message_scrolls_there_and_marks_it(place: Place, visit: Visit) -> None:
    number = place.say("social", "The card")
    for one in range(40):
        place.say("bob", f"Chatter {one}")
    channel = place.sandbox.scene.channels[0]["stream_id"]
    address = f"{place.base}/#narrow/channel/{channel}-social-media/topic/posts/near/{number}"
    place.say("social", f"See [the card]({address})")
    carol = visit("carol")
    carol.get_by_role("link", name="the card").click()
    expect(carol.locator(f"#m{number}")).to_be_in_viewport()
    expect(carol.locator(f"#m{number}")).to_have_class(re.compile("is-near"))
    assert carol.url.endswith(f"/near/{number}")


def test_a_direct_message_reaches_the_bot_alone(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    carol.locator(".directs").get_by_role("link", name="social").click()
    carol.fill("#compose-text", "help")
    carol.click("#compose-send")
    expect(message(carol, "help")).to_be_visible()
    newest = place.api("social", "GET", "messages", anchor="newest", num_before=1, num_after=0)["messages"]
    assert (newest[0]["type"], newest[0]["sender_full_name"]) == ("private", "Carol")
    seen = place.api("bob", "GET", "messages", anchor="newest", num_before=1, num_after=0)["messages"]
    assert seen == []


def test_a_quote_carries_the_words_and_where_they_stood(place: Place, visit: Visit) -> None:
    number = place.say("bob", "We won a **prize**!\n```\ncode\n```")
    carol = visit("carol")
    message(carol, "We won").hover()
    message(carol, "We won").get_by_role("button", name="Quote and reply").click()
    text = carol.locator("#compose-text")
    expect(text).to_have_value(
        re.compile(rf"^@_\*\*Bob\|\d+\*\* \[said\]\({re.escape(place.base)}/#narrow/.*near/{number}\):")
    )
    expect(text).to_have_value(re.compile(r"````quote\nWe won a \*\*prize\*\*!"))


def test_after_a_lost_queue_nothing_is_missing(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    place.say("bob", "before")
    expect(message(carol, "before")).to_be_visible()
    place.sandbox.zulip.queues_gone()
    place.say("bob", "meanwhile")
    expect(message(carol, "meanwhile")).to_be_visible()
    place.say("bob", "after")
    expect(message(carol, "after")).to_be_visible()
    expect(carol.locator(".message")).to_have_count(3)


def test_what_cannot_be_sent_stays_and_the_reason_is_told(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    carol.click("#compose-send")
    expect(carol.locator("#compose-state")).to_have_text("Write something first.")
    carol.route("**/api/v1/messages", lambda route: route.abort())
    carol.fill("#compose-text", "An important draft")
    carol.click("#compose-send")
    expect(carol.locator("#compose-state")).to_have_text(
        "The chat cannot be reached. Your text is still here."
    )
    carol.reload()
    expect(carol.locator("#compose-text")).to_have_value("An important draft")


def test_boot_data_is_no_way_in(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    boot = json.loads(carol.locator("#boot").text_content() or "")
    assert boot["me"]["full_name"] == "Carol"
    assert "api_key" not in boot["people"][0]
