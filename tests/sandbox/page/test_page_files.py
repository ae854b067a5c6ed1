"""Files in the chat of the sandbox's page: on their way, taken back, refused, and played in a message."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

Visit = Callable[..., Page]
Films = Callable[..., bytes]
Place = Any
"""See conftest.py."""


def movie(data: bytes, name: str = "my talk.mp4") -> FilePayload:
    return {"name": name, "mimeType": "video/mp4", "buffer": data}


@pytest.mark.parametrize("place", [218, 512], indirect=True)
def test_a_film_is_attached_with_a_preview_sent_and_played(place: Place, visit: Visit, films: Films) -> None:
    carol = visit("carol")
    carol.set_input_files("#compose-input", movie(films()))
    expect(carol.locator("#compose-text")).to_have_value(re.compile(r"\[my-talk\.mp4\]\(/user_uploads/.*\)"))
    row = carol.get_by_role("list", name="Attached files").get_by_role("listitem")
    expect(row).to_contain_text("my talk.mp4")
    expect(row.locator("video")).to_have_js_property("videoWidth", 320)
    expect(row.get_by_role("progressbar")).to_have_count(0)
    carol.click("#compose-send")
    expect(row).to_have_count(0)
    video = visit("bob").locator(".message video")
    expect(video).to_have_attribute("src", re.compile("^/user_uploads/temporary/"))
    expect(video).to_have_js_property("videoWidth", 320)
    assert video.evaluate("async (one) => { one.muted = true; await one.play(); return !one.paused; }")


def test_a_lent_address_that_has_run_out_is_renewed(place: Place, visit: Visit, films: Films) -> None:
    carol = visit("carol")
    carol.set_input_files("#compose-input", movie(films()))
    carol.click("#compose-send")
    video = carol.locator(".message video")
    expect(video).to_have_js_property("videoWidth", 320)
    first = video.get_attribute("src")
    carol.clock.install()
    carol.clock.fast_forward(61_000)
    video.evaluate("(one) => { one.src = one.src.replace(/temporary.[0-9A-F]{9}/, '$&0'); }")
    expect(video).to_have_attribute("src", re.compile("^/user_uploads/temporary/"))
    expect(video).to_have_js_property("videoWidth", 320)
    assert first is not None


def test_what_is_no_film_says_so(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    carol.set_input_files("#compose-input", movie(b"no film at all"))
    expect(carol.locator(".attached video")).to_have_count(0)
    carol.click("#compose-send")
    expect(carol.locator(".message")).to_contain_text("This film cannot be played here.")


def test_an_upload_shows_how_far_it_is_and_can_be_given_up(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    wire = carol.context.new_cdp_session(carol)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    wire.send("Network.emulateNetworkConditions", slow)
    carol.set_input_files("#compose-input", [movie(bytes(3_000_000), "a.mp4"), movie(bytes(2_000), "b.mp4")])
    rows = carol.locator(".attached")
    expect(rows).to_have_count(2)
    bar = rows.first.get_by_role("progressbar", name="Uploading a.mp4")
    expect(rows.first).to_contain_text(re.compile(r"[1-9]\d* % of 3\.0 MB"))
    assert 0 < bar.evaluate("(one) => one.value") < 1
    carol.fill("#compose-text", "Too early")
    carol.click("#compose-send")
    expect(carol.locator("#compose-state")).to_have_text("One moment, a file is still being uploaded.")
    rows.nth(1).get_by_role("button", name="Remove b.mp4").click()
    rows.first.get_by_role("button", name="Remove a.mp4").click()
    expect(carol.locator("#compose-files")).to_be_hidden()
    carol.click("#compose-send")
    expect(carol.locator(".message")).to_contain_text("Too early")
    assert place.api("carol", "GET", "attachments")["attachments"] == []


def test_a_file_is_taken_back_with_its_link(place: Place, visit: Visit, document: bytes) -> None:
    carol = visit("carol")
    carol.fill("#compose-text", "The slides:")
    pdf: FilePayload = {"name": "slides.pdf", "mimeType": "application/pdf", "buffer": document}
    carol.set_input_files("#compose-input", pdf)
    text = carol.locator("#compose-text")
    expect(text).to_have_value(re.compile(r"^The slides:\n\[slides\.pdf\]\(/user_uploads/.*\)\n$"))
    text.fill(text.input_value().replace("[slides.pdf]", "[What we learned]"))
    carol.get_by_role("button", name="Remove slides.pdf").click()
    expect(text).to_have_value("The slides:\n")
    expect(carol.locator(".attached")).to_have_count(0)


def test_who_deletes_the_link_has_taken_the_file_back(
    place: Place, visit: Visit, picture_file: FilePayload
) -> None:
    carol = visit("carol")
    carol.set_input_files("#compose-input", picture_file)
    expect(carol.locator(".attached img")).to_have_js_property("naturalWidth", 320)
    expect(carol.locator("#compose-text")).to_have_value(re.compile("user_uploads"))
    carol.fill("#compose-text", "Never mind")
    expect(carol.locator(".attached")).to_have_count(0)


def test_a_refused_file_says_why_and_the_next_one_goes_on(
    place: Place, visit: Visit, picture_file: FilePayload
) -> None:
    place.sandbox.zulip.core.organisation.settings.largest_mib = 1
    carol = visit("carol")
    carol.set_input_files("#compose-input", [movie(bytes(1_100_000)), picture_file])
    expect(carol.locator(".attached.is-error")).to_contain_text("larger than the allowed limit of 1 MiB")
    expect(carol.locator("#compose-text")).to_have_value(re.compile(r"^\[workshop\.png\]"))
    carol.get_by_role("button", name="Remove my talk.mp4").click()
    expect(carol.locator(".attached")).to_have_count(1)


def test_an_upload_that_breaks_off_says_so(place: Place, visit: Visit, picture_file: FilePayload) -> None:
    carol = visit("carol")
    carol.route("**/api/v1/user_uploads", lambda route: route.abort())
    carol.set_input_files("#compose-input", picture_file)
    expect(carol.locator(".attached")).to_contain_text("The upload broke off. Please try again.")
    expect(carol.locator("#compose-state")).to_have_class(re.compile("is-error"))


def test_names_of_files_do_nothing(place: Place, visit: Visit, films: Films) -> None:
    name = "<img src=x onerror=alert(1)>.mp4"
    carol = visit("carol")  # a dialog or an error of the script would fail the test
    carol.set_input_files("#compose-input", movie(films(), name))
    expect(carol.locator(".attached b")).to_have_text(name)
    expect(carol.locator("#compose-text")).to_have_value(re.compile("user_uploads"))
    carol.click("#compose-send")
    expect(carol.locator(".message video")).to_have_count(1)


def test_whoever_writes_meanwhile_stays_where_they_are(
    place: Place, visit: Visit, picture_file: FilePayload
) -> None:
    carol = visit("carol")
    carol.fill("#compose-text", "one three")
    carol.evaluate("document.getElementById('compose-text').setSelectionRange(3, 3)")
    carol.set_input_files("#compose-input", picture_file)
    text = carol.locator("#compose-text")
    expect(text).to_have_value(re.compile("user_uploads"))
    text.press_sequentially(" two")
    expect(text).to_have_value(re.compile(r"^one two three\n\[workshop\.png\]"))


def test_on_a_phone_the_button_to_send_stays_in_sight(place: Place, visit: Visit) -> None:
    phone = visit("carol", 390, 700)
    phone.set_input_files("#compose-input", [movie(b"", f"{n}.mp4") for n in range(5)])
    expect(phone.locator("#compose-text")).to_have_value(re.compile(r"\[4\.mp4\]"))
    expect(phone.locator("#compose-send")).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
