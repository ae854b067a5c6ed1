"""What posts carry on the timelines: films, documents, polls, cards, prices, and what lies prepared."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.world import Article, Picture, Poll

Visit = Callable[..., Page]
Films = Callable[..., bytes]
Place = Any
"""See conftest.py."""


def film(place: Place, data: bytes, **fields: Any) -> Picture:
    return Picture(place.world.blobs.put(data), "video/mp4", name="talk.mp4", **fields)


def test_a_film_plays_and_is_fetched_in_pieces(place: Place, visit: Visit, films: Films) -> None:
    data = films() + b"\0\0\0\x08free" + bytes(30 * 1024 * 1024)  # as if it were long
    carol = visit("carol")
    fetched: list[int] = []
    wire = carol.context.new_cdp_session(carol)
    wire.send("Network.enable")
    wire.on("Network.dataReceived", lambda news: fetched.append(news["dataLength"]))
    place.publish("mastodon", "Look", media=(film(place, data, alt="Colours change"),))
    panel = carol.locator(".panel-mastodon")
    video = panel.locator("video")
    expect(video).to_have_js_property("videoWidth", 320)
    expect(video).to_have_attribute("preload", "metadata")
    expect(video).to_have_attribute("aria-label", "Colours change")
    expect(panel.locator(".pic-facts")).to_have_text(re.compile(r"^0:01 · 320 × 180 · 3\d\.\d MB$"))
    expect(panel.locator(".alt p")).to_be_hidden()
    panel.get_by_text("ALT", exact=True).click()
    expect(panel.get_by_text("Colours change")).to_be_visible()
    assert video.evaluate("(one) => one.seekable.end(0)") > 0.5
    assert video.evaluate("async (one) => { one.muted = true; await one.play(); return !one.paused; }")
    assert 10_000 < sum(fetched) < len(data) // 2


def test_a_film_the_browser_cannot_play_is_offered_to_be_saved(place: Place, visit: Visit) -> None:
    place.publish("x", "Look", media=(film(place, b"\x00\x00\x00\x18ftypmp42" + bytes(5000)),))
    panel = visit("carol").locator(".panel-x")
    expect(panel.get_by_text("This browser cannot play the film.")).to_be_visible()
    expect(panel.get_by_role("link", name="talk.mp4")).to_have_attribute("download", "talk.mp4")
    expect(panel.locator("video")).to_be_hidden()


def test_a_document_tells_its_pages_and_opens(place: Place, visit: Visit, document: bytes) -> None:
    name = place.world.blobs.put(document)
    place.publish("linkedin", "Slides", media=(Picture(name, "application/pdf", "", "Our slides"),))
    link = visit("carol").locator(".panel-linkedin .doc")
    expect(link).to_contain_text("Our slides")
    expect(link.locator("small")).to_have_text(re.compile(r"^PDF · 3 pages · \d+(\.\d)? (kB|bytes)$"))
    expect(link).to_have_attribute("target", "_blank")
    answer = place.http.get(place.base + str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.content == document


def test_a_poll_tells_its_choices_and_closes_when_its_time_is_over(place: Place, visit: Visit) -> None:
    place.publish("mastodon", "Which day?", poll=Poll(("Monday", "Tuesday", "Any"), 3 * 1440, multiple=True))
    place.publish("linkedin", "Tell us", poll=Poll(("Yes", "No"), 1440, question="Shall we?"))
    carol = visit("carol")
    poll = carol.locator(".panel-mastodon").get_by_role("group", name="Poll")
    expect(poll.get_by_role("listitem")).to_have_text(["Monday", "Tuesday", "Any"])
    expect(poll).to_contain_text(re.compile(r"Several choices · open for 3 days, until \w{3} \d"))
    expect(carol.locator(".panel-linkedin .poll-question")).to_have_text("Shall we?")
    expect(carol.locator(".panel-linkedin .poll-foot")).to_contain_text("One choice · open for 1 day")
    place.http.post(
        f"{place.base}/sandbox/clock", json={"advance_s": timedelta(days=2).total_seconds()}
    ).raise_for_status()
    expect(carol.locator(".panel-linkedin .poll-foot")).to_contain_text("closed, was open for 1 day")
    expect(poll).to_contain_text("open for 3 days")


def test_a_link_is_a_card_with_its_picture(place: Place, visit: Visit) -> None:
    picture = place.picture("").sha256
    card = Article("https://example.org/lesson", "Testing", "Two hours", picture)
    place.publish("linkedin", "New lesson", article=card)
    link = visit("carol").locator(".panel-linkedin .post-link")
    expect(link).to_have_attribute("href", "https://example.org/lesson")
    expect(link.locator("img")).to_have_js_property("naturalWidth", 320)
    expect(link).to_contain_text("Testing")
    expect(link).to_contain_text("example.org")


def test_the_parts_of_a_thread_say_which_they_are(place: Place, visit: Visit) -> None:
    place.publish("x", "first", id="1")
    carol = visit("carol")
    expect(carol.locator(".panel-x .post")).to_have_count(1)
    expect(carol.locator(".panel-x .tag-part")).to_have_count(0)
    place.publish("x", "second", id="2", reply_to="1")
    expect(carol.locator(".panel-x .tag-part")).to_have_text(["1/2", "2/2"])


def test_what_x_charged_is_told_for_each_post_and_in_all(place: Place, visit: Visit) -> None:
    carol = visit("carol")
    place.publish("x", "with a link", price=200)
    place.world.note("x", spent=215)
    panel = carol.locator(".panel-x")
    expect(panel.locator(".panel-facts")).to_have_text("0.215 USD spent")
    expect(panel.locator(".post .tag")).to_have_text("0.20 USD")
    place.world.note("x", credit=5000)
    expect(panel.locator(".panel-facts")).to_have_text("0.215 USD spent, 4.785 USD left")
    assert place.http.get(f"{place.base}/sandbox/notes").json() == {"x": {"spent": 215, "credit": 5000}}


def test_a_staged_video_is_dimmed_until_it_is_public(place: Place, visit: Visit, films: Films) -> None:
    fields = {"id": "v1", "media": (film(place, films()),), "extra": {"title": "Keynote"}}
    place.publish("youtube", "", privacy="private", **fields)
    carol = visit("carol")
    panel = carol.locator(".panel-youtube")
    staged = panel.locator(".is-staged")
    expect(staged).to_contain_text("Keynote")
    expect(staged).to_contain_text(re.compile(r"private, seen by nobody · uploaded \d\d:\d\d\s+0:01 · 320"))
    expect(panel.locator(".panel-count")).to_have_text("")
    expect(panel.locator(".panel-empty")).to_be_hidden()
    assert place.http.get(f"{place.base}/sandbox/posts").json() == []
    assert [one["id"] for one in place.http.get(f"{place.base}/sandbox/staged").json()] == ["v1"]
    place.publish("youtube", "", **fields)
    expect(staged).to_have_count(0)
    expect(panel.locator(".panel-count")).to_have_text("1")
    expect(panel.locator("h4")).to_have_text("Keynote")
    expect(carol.locator("[data-step=watch]")).to_have_class(re.compile("is-done"))


def test_a_withdrawn_staged_video_disappears(place: Place, visit: Visit) -> None:
    place.publish("youtube", "", id="v1", privacy="private", extra={"title": "Keynote"})
    panel = visit("carol").locator(".panel-youtube")
    expect(panel.locator(".is-staged")).to_have_count(1)
    place.world.retract("youtube", "v1")
    expect(panel.locator(".is-staged")).to_have_count(0)
    expect(panel.locator(".panel-empty")).to_be_visible()


def test_a_short_with_its_thumbnail_tags_and_playlists(place: Place, visit: Visit, films: Films) -> None:
    poster = place.picture("").sha256
    extra = {
        "title": "One tip",
        "description": "Commit often.\nhttps://example.org",
        "tags": ["git", "<b>bold</b>"],
        "playlists": ["Short ones"],
        "privacy": "unlisted",
    }
    media = (film(place, films(180, 320), poster=poster),)
    place.publish("youtube", "One tip\n\nCommit often.", media=media, extra=extra, privacy="unlisted")
    post = visit("carol").locator(".panel-youtube .post")
    expect(post.locator(".post-who .tag")).to_have_text(["unlisted", "Short"])
    expect(post).to_contain_text("In Short ones")
    expect(post.locator("video")).to_have_attribute("poster", f"/sandbox/blob/{poster}")
    assert place.http.get(f"{place.base}/sandbox/blob/{poster}").headers["content-type"] == "image/png"
    expect(post.get_by_text("Commit often.")).to_be_hidden()
    post.get_by_text("Description").click()
    expect(post.get_by_text("Commit often.")).to_be_visible()
    expect(post.get_by_role("link", name="example.org")).to_be_visible()
    expect(post.locator(".tube-tags li")).to_have_text(["git", "<b>bold</b>"])


def test_a_warning_covers_pictures_and_polls_too(place: Place, visit: Visit) -> None:
    place.publish(
        "mastodon",
        "text",
        media=(place.picture("A bug"),),
        extra={"spoiler_text": "Insects", "sensitive": True},
    )
    place.publish("mastodon", "plain", media=(place.picture("A cat"),), extra={"sensitive": True})
    panel = visit("carol").locator(".panel-mastodon")
    for name in ("A bug", "A cat"):
        expect(panel.get_by_role("img", name=name)).to_be_hidden()
    panel.get_by_text("Insects").click()
    expect(panel.get_by_role("img", name="A bug")).to_be_visible()
    expect(panel.get_by_text("plain")).to_be_visible()
    panel.get_by_text("Sensitive content").click()
    expect(panel.get_by_role("img", name="A cat")).to_be_visible()


def test_a_text_that_was_cut_off_says_so(place: Place, visit: Visit) -> None:
    place.publish("linkedin", "We met", extra={"cut": True, "visibility": "PUBLIC"})
    expect(visit("carol").locator(".panel-linkedin .tag")).to_have_text("cut off")


NASTY = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_names_and_words_of_strangers_do_nothing(place: Place, visit: Visit, scheme: str) -> None:
    document = Picture(place.world.blobs.put(b"%PDF-1.4"), "application/pdf", NASTY, NASTY)
    other = Picture(place.world.blobs.put(b"x"), "text/html", NASTY, NASTY)
    movie = Picture(place.world.blobs.put(b"y"), "video/mp4", NASTY, NASTY)
    poll = Poll((NASTY, "No"), 60, question=NASTY)
    card = Article(f"https://example.org/{NASTY}", NASTY, NASTY)
    extra = {"title": NASTY, "tags": [NASTY], "playlists": [NASTY], "description": NASTY}
    for service in ("mastodon", "x", "linkedin", "youtube"):
        for privacy in ("public", "private"):
            place.publish(
                service,
                NASTY,
                media=(document, other, movie, place.picture(NASTY)),
                poll=poll,
                article=card,
                extra=extra,
                privacy=privacy,
            )
    place.publish("x", "x", article=Article("javascript:alert(3)", "Click"))
    carol = visit("carol", color_scheme=scheme)  # a dialog or an error of the script would fail the test
    expect(carol.locator(".post")).to_have_count(9)
    bad = carol.evaluate(
        """[...document.querySelectorAll("#timelines *")].filter((one) => one.localName === "script"
          || [...one.attributes].some(({ name, value }) => name.startsWith("on") || /^\\s*javascript:/i.test(value))).length"""
    )
    assert bad == 0
    expect(carol.locator(".panel-x .doc b").first).to_have_text(NASTY)


def test_on_a_phone_nothing_is_wider_than_the_screen(
    place: Place, visit: Visit, films: Films, document: bytes
) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    slides = Picture(place.world.blobs.put(document), "application/pdf", long, long)
    place.publish("linkedin", long, media=(slides,), article=Article("https://example.org", long, long))
    place.publish("mastodon", long, media=(film(place, films(), alt=long),), poll=Poll((long, "No"), 60))
    place.publish("youtube", "", media=(film(place, films()),), extra={"title": long, "tags": [long]})
    place.publish("youtube", "", privacy="private", extra={"title": long})
    phone = visit("carol", 390, 844)
    phone.get_by_role("tab", name="Timelines").click()
    expect(phone.locator(".panel-youtube video")).to_be_visible()
    wide = phone.evaluate(
        """[...document.querySelectorAll("#timelines .panel *")].filter((one) => one.checkVisibility()
          && one.closest(".lines-tabs, .quiet, svg") === null && one.getBoundingClientRect().right > 391).length"""
    )
    assert wide == 0
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_badges_and_covers_open_by_keyboard(place: Place, visit: Visit) -> None:
    place.publish("mastodon", "hidden", media=(place.picture("Two cats"),), extra={"spoiler_text": "Cats"})
    carol = visit("carol")
    panel = carol.locator(".panel-mastodon")
    panel.locator(".cw > summary").focus()
    carol.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Two cats. Show it large")).to_be_visible()
    carol.keyboard.press("Tab")
    carol.keyboard.press("Tab")
    expect(panel.locator(".alt summary")).to_be_focused()
    carol.keyboard.press("Enter")
    expect(panel.locator(".alt p")).to_be_visible()


def test_who_reads_by_keyboard_stays_where_they_are_when_something_arrives(
    place: Place, visit: Visit
) -> None:
    place.publish("mastodon", "hidden", media=(place.picture("Two cats"),), extra={"spoiler_text": "Cats"})
    carol = visit("carol")
    panel = carol.locator(".panel-mastodon")
    cover = panel.locator(".cw > summary")
    cover.focus()
    place.publish("mastodon", "another")
    expect(panel.locator(".post")).to_have_count(2)
    expect(cover).to_be_focused()
