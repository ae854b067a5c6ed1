"""LinkedIn: what is asked of it, what its answers mean, and that nothing goes out twice."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr, ValidationError

from bot.sandbox.linkedin import LinkedIn as StandIn
from bot.sandbox.serve import serving
from bot.sandbox.world import World
from handlers.base import Draft, Later, Options, Outgoing, Part, Rejected, Tools, Unavailable, Uncertain
from handlers.linkedin import LinkedIn, limits, little, writing
from handlers.linkedin.api import FRESH_TOKEN_S, urn_path
from handlers.linkedin.errors import address
from handlers.linkedin.settings import LinkedInSettings
from handlers.linkedin.usage import Counter
from handlers.media import Media
from storage.database import Database
from storage.meter import Meter

TOKEN = "AQX-linkedin-token"
ORG = "urn:li:organization:123"
TEXT = "Registration is open (free)! https://coderefinery.org/my_page#when #CodeRefinery"
DUPLICATE = {
    "errorDetailType": "com.linkedin.common.error.BadRequest",
    "message": "Content is a duplicate of urn:li:share:7141138937766391808",
    "errorDetails": {
        "inputErrors": [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
    },
    "status": 422,
}
EXPIRED = {"status": 401, "serviceErrorCode": 65602, "code": "EXPIRED_ACCESS_TOKEN", "message": "expired"}
REVOKED = {"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "revoked"}


class Page:
    """A page as LinkedIn keeps it: posts that can be found and read, and files that are ready."""

    def __init__(self, server: Any, clock: Callable[[], datetime]) -> None:
        self.server, self.clock = server, clock
        self.posts: list[dict[str, Any]] = []
        server.rule(self.answer)

    def answer(self, asked: Any) -> Any:
        if (asked.method, asked.path) == ("POST", "/rest/posts"):
            urn = self.keep(asked.json["commentary"], content=asked.json.get("content"))
            return self.server.reply(b"", 201, x_restli_id=urn)
        if (asked.method, asked.path) == ("GET", "/rest/posts"):
            return self.server.reply({"elements": self.posts[::-1]})
        if asked.method == "GET" and asked.path.startswith("/rest/posts/urn%3Ali%3Ashare%3A"):
            found = [
                one for one in self.posts if one["id"] == "urn:li:share:" + asked.path.rsplit("%3A", 1)[1]
            ]
            return self.server.reply(found[0]) if found else None
        return None

    def keep(self, commentary: str, ago: timedelta = timedelta(), content: Any = None) -> str:
        made = int((self.clock() - ago).timestamp() * 1000)
        urn = f"urn:li:share:{700 + len(self.posts)}"
        post = {"id": urn, "commentary": commentary, "publishedAt": made}
        self.posts.append(post if content is None else {**post, "content": content})
        return urn


@pytest.fixture
def page(server: Any, clock: Any) -> Page:
    return Page(server, clock)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def make(server: Any, tools: Tools, pauses: list[float]) -> Callable[..., LinkedIn]:
    def build(**more: Any) -> LinkedIn:
        given = {"base_url": server.url, "auth_url": server.url, "organization": "123", "access_token": TOKEN}
        return LinkedIn("linkedin", LinkedInSettings(**(given | more)), tools, pause=pauses.append)

    return build


@pytest.fixture
def linkedin(make: Callable[..., LinkedIn]) -> LinkedIn:
    return make()


def one(text: str = TEXT, *media: Media, **more: Any) -> Outgoing:
    return Outgoing("linkedin", (Part(text, len(text), media),), **more)


def picture(tools: Tools, alt: str = "Learners around a table", data: bytes = b"png") -> Media:
    return Media(tools.store.put(data), "photo.png", "image/png", len(data), alt, 800, 600)


def images(server: Any, *urns: str, states: tuple[str, ...] = ("AVAILABLE",)) -> None:
    """LinkedIn takes pictures, one after the other, under these URNs."""
    server.on(
        "POST",
        "/rest/images",
        *({"value": {"uploadUrl": f"{server.url}/up/{urn[-1]}", "image": urn}} for urn in urns),
    )
    for urn in urns:
        server.on("PUT", f"/up/{urn[-1]}", server.reply(b"", 201))
        server.on(
            "GET",
            f"/rest/images/{urn.replace(':', '%3A')}",
            *({"id": urn, "status": state} for state in states),
        )


# --- the text


@pytest.mark.parametrize(
    "text, commentary",
    [
        ("free (really) [yes] {no} a|b <c>", r"free \(really\) \[yes\] \{no\} a\|b \<c\>"),
        ("a_b *c* ~d~ \\", r"a\_b \*c\* \~d\~ " + "\\\\"),
        ("#CodeRefinery (#HPC) #säkerhet", r"#CodeRefinery \(#HPC\) #säkerhet"),
        ("#open_science", r"#open\_science"),
        ("C# and F#, issue #12, a#b, ##x", r"C\# and F\#, issue \#12, a\#b, \#\#x"),
        ("https://x.org/a_b?q=(1)#part", r"https://x.org/a\_b?q=\(1\)\#part"),
        ("mail me@x.org, @alice", r"mail me\@x.org, \@alice"),
        (
            "with @[NeIC (Nordic)](urn:li:organization:42)!",
            r"with @[NeIC \(Nordic\)](urn:li:organization:42)!",
        ),
        ("@[x](https://x.org)", r"\@\[x\]\(https://x.org\)"),
    ],
)
def test_what_is_reserved_is_escaped_and_tags_and_mentions_stay_alive(text: str, commentary: str) -> None:
    assert little.escape(text) == commentary


@given(st.text(alphabet="ab 1\n" + little.RESERVED + ".:/"))
def test_a_reader_sees_what_was_approved(text: str) -> None:
    escaped = little.escape(text)
    assert little.readable(escaped) == text
    # nothing reserved is left bare, but the sign that begins a tag
    bare = re.sub(r"\\.", "", escaped, flags=re.DOTALL)
    assert not set(bare) & set(little.RESERVED.replace("#", ""))
    assert not re.search(r"#(?!\w)", bare)


def test_a_mention_and_linkedins_own_form_of_a_tag_read_as_what_they_show() -> None:
    assert little.readable(r"with @[NeIC \(x\)](urn:li:organization:42)") == "with NeIC (x)"
    assert little.readable(r"{hashtag|\#|open\_science} now") == "#open_science now"


def test_markup_becomes_text_and_a_page_mention_stays(linkedin: LinkedIn) -> None:
    out = linkedin.prepare(Draft("**Join** @[NeIC](urn:li:organization:42) and [read](https://x.org/a)"))
    assert out.problems == ()
    assert out.parts[0].text.startswith("Join @[NeIC](urn:li:organization:42) and read")
    assert "https://x.org/a" in out.parts[0].text


@pytest.mark.parametrize("text, errors", [("x" * 3000, 0), ("x" * 3001, 1), ("(" * 1500, 0), ("(" * 1501, 1)])
def test_length_is_that_of_the_escaped_text(linkedin: LinkedIn, text: str, errors: int) -> None:
    out = linkedin.prepare(Draft(text))
    assert (len(out.problems), out.limit, out.parts[0].length) == (errors, 3000, len(little.escape(text)))


def media(mime: str, size: int = 100_000, name: str = "file", alt: str = "") -> Media:
    return Media("0" * 64, name, mime, size, alt, 800, 600)


@pytest.mark.parametrize(
    "files, word",
    [
        ([media("image/png")] * 20, None),
        ([media("image/png")] * 21, "20 pictures"),
        ([media("image/png"), media("video/mp4")], "never together"),
        ([media("video/mp4")] * 2, "never together"),
        ([media("application/pdf", name="a.pdf"), media("application/pdf")], "never together"),
        ([media("video/mp4")], None),
        ([media("video/webm")], "MP4"),
        ([media("video/mp4", size=1000)], "at least 77 kB"),
        ([media("image/webp")], "gone"),
        ([media("text/plain")], "export it as PDF"),
        ([media("image/png", alt="x" * 4087)], "alt text of picture 1"),
    ],
)
def test_files_linkedin_would_refuse_are_errors_on_the_card(
    linkedin: LinkedIn, files: list[Media], word: str | None
) -> None:
    problems = [one for one in linkedin.prepare(Draft("Hello", tuple(files))).problems if one.error]
    assert len(problems) == (1 if word else 0)
    assert word is None or word in problems[0].text


def test_a_document_and_a_link_card_have_a_title(linkedin: LinkedIn) -> None:
    pdf = media("application/pdf", name="Annual report.pdf")
    assert linkedin.prepare(Draft("Read", (pdf,))).title == "Annual report"
    assert linkedin.prepare(Draft("Read", (pdf,), Options(title="2026"))).title == "2026"
    card = linkedin.prepare(Draft("First line\nmore", options=Options(link="https://x.org")))
    assert (card.title, card.link) == ("First line", "https://x.org")
    two = linkedin.prepare(Draft("x", (media("image/png"),) * 2, Options(link="https://x.org")))
    assert (two.link, two.parts[0].text, two.problems) == (None, "x\n\nhttps://x.org", ())


@pytest.mark.parametrize(
    "word, error, kept",
    [
        (None, None, "public"),
        ("logged-in", None, "logged_in"),
        ("unlisted", False, "public"),
        ("private", True, "public"),
    ],
)
def test_what_linkedin_cannot_hide_is_said(
    linkedin: LinkedIn, word: str | None, error: bool | None, kept: str
) -> None:
    out = linkedin.prepare(Draft("x", options=Options(visibility=word)))
    assert [one.error for one in out.problems] == ([] if error is None else [error])
    assert out.visibility == kept


def test_a_picture_that_linkedin_does_not_take_is_converted(linkedin: LinkedIn, tools: Tools) -> None:
    raw = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(raw, "WEBP")
    webp = Media(
        tools.store.put(raw.getvalue()), "a.webp", "image/webp", len(raw.getvalue()), "A sea", 60, 40
    )
    out = linkedin.prepare(Draft("x", (webp,)))
    assert out.problems == ()
    (fitted,) = out.parts[0].media
    assert fitted.mime in limits.PICTURE_TYPES
    assert (fitted.alt, fitted.width, fitted.height) == ("A sea", 60, 40)
    assert fitted.note


def test_nothing_at_all_is_an_error(linkedin: LinkedIn) -> None:
    assert linkedin.prepare(Draft("  ")).problems[0].error


# --- sending


def test_a_post_goes_out_escaped_with_its_headers(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    published = linkedin.send(one(), delivery.ticket())
    assert (published.id, published.url) == ("urn:li:share:700", address("urn:li:share:700"))
    assert published.warnings == ()
    (asked,) = server.to("POST", "/rest/posts")
    assert asked.headers["LinkedIn-Version"] == "202609"
    assert asked.headers["X-Restli-Protocol-Version"] == "2.0.0"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.json == {
        "author": ORG,
        "commentary": r"Registration is open \(free\)! https://coderefinery.org/my\_page\#when #CodeRefinery",
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def test_one_picture_is_uploaded_and_waited_for(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any, pauses: list[float]
) -> None:
    images(server, "urn:li:image:A", states=("WAITING_UPLOAD", "PROCESSING", "AVAILABLE"))
    linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    (begun,) = server.to("POST", "/rest/images")
    assert begun.query == {"action": "initializeUpload"}
    assert begun.json == {"initializeUploadRequest": {"owner": ORG}}
    (put,) = server.to("PUT", "/up/A")
    assert (put.body, put.headers["Authorization"]) == (b"png", f"Bearer {TOKEN}")
    assert len(pauses) == 2
    (asked,) = server.to("POST", "/rest/posts")
    assert asked.json["content"] == {"media": {"id": "urn:li:image:A", "altText": "Learners around a table"}}


def test_several_pictures_keep_their_order_and_alt_texts(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    images(server, "urn:li:image:A", "urn:li:image:B")
    linkedin.send(one(TEXT, picture(tools), picture(tools, "A map", b"two")), delivery.ticket())
    (asked,) = server.to("POST", "/rest/posts")
    assert asked.json["content"] == {
        "multiImage": {
            "images": [
                {"id": "urn:li:image:A", "altText": "Learners around a table"},
                {"id": "urn:li:image:B", "altText": "A map"},
            ]
        }
    }


def test_a_video_goes_in_the_parts_that_linkedin_names(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    data = bytes(range(256)) * 4
    film = Media(tools.store.put(data), "talk.mp4", "video/mp4", len(data))
    parts = [
        {"uploadUrl": f"{server.url}/part/{number}", "firstByte": first, "lastByte": last}
        for number, (first, last) in enumerate([(0, 599), (600, 1023)])
    ]
    value = {"video": "urn:li:video:V", "uploadToken": "tok", "uploadInstructions": parts}
    server.on("POST", "/rest/videos", {"value": value}, server.reply(b"", 200))
    server.on("PUT", "/part/0", server.CUT, server.reply(b"", 200, ETag="tag-0"))
    server.on("PUT", "/part/1", server.reply(b"", 503), server.reply(b"", 200, ETag="tag-1"))
    server.on("GET", "/rest/videos/urn%3Ali%3Avideo%3AV", {"status": "AVAILABLE"})
    linkedin.send(one(TEXT, film, title="A talk"), delivery.ticket())
    begun, ended = server.to("POST", "/rest/videos")
    assert begun.json["initializeUploadRequest"] == {
        "owner": ORG,
        "fileSizeBytes": 1024,
        "uploadCaptions": False,
        "uploadThumbnail": False,
    }
    assert server.to("PUT", "/part/0")[-1].body + server.to("PUT", "/part/1")[-1].body == data
    assert "Authorization" not in server.to("PUT", "/part/0")[0].headers
    assert ended.query == {"action": "finalizeUpload"}
    assert ended.json["finalizeUploadRequest"] == {
        "video": "urn:li:video:V",
        "uploadToken": "tok",
        "uploadedPartIds": ["tag-0", "tag-1"],
    }
    (asked,) = server.to("POST", "/rest/posts")
    assert asked.json["content"] == {"media": {"id": "urn:li:video:V", "title": "A talk"}}


def test_a_document_has_its_title_and_a_link_its_card(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    value = {"uploadUrl": f"{server.url}/up/D", "document": "urn:li:document:D"}
    server.on("POST", "/rest/documents", {"value": value})
    server.on("PUT", "/up/D", server.reply(b"", 201))
    server.on("GET", "/rest/documents/urn%3Ali%3Adocument%3AD", {"status": "AVAILABLE"})
    pdf = Media(tools.store.put(b"%PDF"), "r.pdf", "application/pdf", 4)
    linkedin.send(one(TEXT, pdf, title="Report"), delivery.ticket())
    assert server.to("POST", "/rest/posts")[0].json["content"] == {
        "media": {"id": "urn:li:document:D", "title": "Report"}
    }
    card = one("x", title="Title", link="https://x.org/a")
    assert writing.body(ORG, card, [])["content"] == {
        "article": {"source": "https://x.org/a", "title": "Title"}
    }


def test_a_file_that_linkedin_cannot_use_is_refused_and_nothing_is_out(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    images(server, "urn:li:image:A", states=("PROCESSING_FAILED",))
    with pytest.raises(Rejected, match=r"cannot use the file “photo\.png”"):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    assert page.posts == []


def test_a_file_that_is_not_ready_is_left_for_later_and_not_brought_again(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any, pauses: list[float], clock: Any
) -> None:
    images(server, "urn:li:image:A", states=("PROCESSING",))
    for waited, wait in ((0, 5), (60, 20), (540, 120)):
        clock.ahead(seconds=waited)
        with pytest.raises(Later, match=r"still working on “photo\.png”") as caught:
            linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
        assert caught.value.wait == timedelta(seconds=wait)
    assert sum(pauses) < 12  # a few seconds in each call, never minutes
    assert len(server.to("PUT", "/up/A")) == 1
    clock.ahead(minutes=6)
    with pytest.raises(Rejected, match="for 16 min and has not finished"):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    assert page.posts == []


def test_a_file_that_linkedin_never_received_is_told_and_brought_anew_by_order(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    images(server, "urn:li:image:A", states=("WAITING_UPLOAD",))
    with pytest.raises(Later):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    clock.ahead(minutes=6)
    with pytest.raises(Rejected, match=r"never received all of “photo\.png”; nothing is out"):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    images(server, "urn:li:image:A")
    assert linkedin.send(one(TEXT, picture(tools)), delivery.ticket()).id == "urn:li:share:700"
    assert len(server.to("PUT", "/up/A")) == 2


def test_a_file_that_is_forgotten_is_brought_once_more(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    gone = server.reply({"code": "NOT_FOUND"}, 404)
    images(server, "urn:li:image:A")
    server.on("GET", "/rest/images/urn%3Ali%3Aimage%3AA", gone, {"status": "AVAILABLE"})
    assert linkedin.send(one(TEXT, picture(tools)), delivery.ticket()).id == "urn:li:share:700"
    assert len(server.to("PUT", "/up/A")) == 2
    server.on("GET", "/rest/images/urn%3Ali%3Aimage%3AA", gone)
    delivery.receipt = {}
    with pytest.raises(Rejected, match="knows nothing of"):
        linkedin.send(one("Another", picture(tools)), delivery.ticket())
    assert len(page.posts) == 1


def test_without_the_right_to_look_at_files_people_are_told_which_one_is_missing(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    images(server, "urn:li:image:A")
    denied = server.reply({"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, 403)
    server.on("GET", "/rest/images/urn%3Ali%3Aimage%3AA", denied)
    with pytest.raises(Rejected, match=r"`r_organization_social`.*`social login linkedin`"):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    assert page.posts == []


def test_a_post_without_text_is_recognised_by_its_files_alone(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    images(server, "urn:li:image:A")
    page.keep("", content={"media": {"id": "urn:li:image:other"}})  # somebody else's picture at the same time
    lose(server, page, acted=False)
    with pytest.raises(Uncertain):
        linkedin.send(one("", picture(tools)), delivery.ticket())
    clock.ahead(minutes=3)
    assert linkedin.find(one("", picture(tools)), delivery.ticket()) is None
    ours = page.keep("", content={"media": {"id": "urn:li:image:A"}})
    found = linkedin.find(one("", picture(tools)), delivery.ticket())
    assert found is not None
    assert found.id == ours


def test_a_text_that_linkedin_cut_is_told(linkedin: LinkedIn, page: Page, server: Any, delivery: Any) -> None:
    def cut(asked: Any) -> Any:
        if (asked.method, asked.path) == ("POST", "/rest/posts"):
            return server.reply(b"", 201, x_restli_id=page.keep("Registration is open "))
        return None

    server.rule(cut)
    published = linkedin.send(one(), delivery.ticket())
    assert "only the beginning" in published.warnings[0]


# --- after a lost answer


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_an_error_of_the_server_on_the_post_is_uncertain(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any, status: int
) -> None:
    server.on("POST", "/rest/posts", server.reply(b"<html>", status))
    with pytest.raises(Uncertain, match="may be out"):
        linkedin.send(one(), delivery.ticket())
    assert len(server.to("POST", "/rest/posts")) == 1


def lose(server: Any, page: Page, *, acted: bool) -> None:
    """The next post's answer is lost, after or before LinkedIn acted."""
    left = [True]

    def script(asked: Any) -> Any:
        if (asked.method, asked.path) == ("POST", "/rest/posts") and left:
            left.clear()
            if acted:
                page.keep(asked.json["commentary"])
            return server.CUT
        return None

    server.rule(script)


def test_what_was_posted_although_the_answer_was_lost_is_found(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    lose(server, page, acted=True)
    with pytest.raises(Uncertain):
        linkedin.send(one(), delivery.ticket())
    found = linkedin.find(one(), delivery.ticket())
    assert found is not None
    assert found.id == "urn:li:share:700"
    assert linkedin.send(one(), delivery.ticket()).id == found.id
    assert len(server.to("POST", "/rest/posts")) == 1


def test_what_is_certainly_not_there_is_sent_once_more(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any, clock: Any
) -> None:
    page.keep(little.escape(TEXT), ago=timedelta(days=2))  # an older post with the same text is not ours
    lose(server, page, acted=False)
    with pytest.raises(Uncertain):
        linkedin.send(one(), delivery.ticket())
    with pytest.raises(Unavailable):  # too early to be certain
        linkedin.find(one(), delivery.ticket())
    clock.ahead(minutes=3)
    assert linkedin.find(one(), delivery.ticket()) is None
    assert linkedin.send(one(), delivery.ticket()).id == "urn:li:share:701"


def test_without_the_right_to_look_it_stays_uncertain(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    lose(server, page, acted=True)
    with pytest.raises(Uncertain):
        linkedin.send(one(), delivery.ticket())
    server.on("GET", "/rest/posts", server.reply({"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, 403))
    with pytest.raises(Uncertain, match="Look at the page"):
        linkedin.find(one(), delivery.ticket())


def test_nothing_is_asked_when_no_post_ever_left(
    linkedin: LinkedIn, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/rest/images", server.CUT)
    with pytest.raises(Unavailable, match="nothing is out"):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    asked = len(server.asked)
    assert linkedin.find(one(TEXT, picture(tools)), delivery.ticket()) is None
    assert len(server.asked) == asked


def test_a_duplicate_on_the_first_attempt_names_the_earlier_post(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    server.on("POST", "/rest/posts", server.reply(DUPLICATE, 422))
    with pytest.raises(Rejected, match="urn:li:share:7141138937766391808"):
        linkedin.send(one(), delivery.ticket())


def test_a_duplicate_after_a_lost_answer_that_may_not_be_read_is_shown_to_people(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    """It may be as old as the hills, and somebody else's: a name alone is no evidence."""
    server.on("GET", "/rest/posts", server.reply({"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, 403))
    lose(server, page, acted=True)
    with pytest.raises(Uncertain):
        linkedin.send(one(), delivery.ticket())
    # nor may the single post be read
    seen = f"/rest/posts/{urn_path(str(DUPLICATE['message']).split()[-1])}"
    server.on("GET", seen, server.reply({"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, 403))
    server.on("POST", "/rest/posts", server.reply(DUPLICATE, 422))
    delivery.key = "ordered again"
    with pytest.raises(Uncertain, match="urn:li:share:7141138937766391808"):
        linkedin.send(one(), delivery.ticket())


def test_a_201_without_a_urn_is_uncertain(linkedin: LinkedIn, page: Page, server: Any, delivery: Any) -> None:
    server.on("POST", "/rest/posts", server.reply(b"", 201))
    with pytest.raises(Uncertain):
        linkedin.send(one(), delivery.ticket())


def test_uploads_are_not_repeated_by_the_next_attempt(
    linkedin: LinkedIn, page: Page, server: Any, tools: Tools, delivery: Any
) -> None:
    images(server, "urn:li:image:A")
    server.on(
        "POST",
        "/rest/posts",
        server.reply({"status": 429}, 429),
        server.reply(b"", 201, x_restli_id="urn:li:share:1"),
    )
    with pytest.raises(Unavailable):
        linkedin.send(one(TEXT, picture(tools)), delivery.ticket())
    assert linkedin.send(one(TEXT, picture(tools)), delivery.ticket()).id == "urn:li:share:1"
    assert len(server.to("PUT", "/up/A")) == 1


# --- refusals


@pytest.mark.parametrize(
    "status, body, word",
    [
        (
            401,
            EXPIRED,
            r"LinkedIn refused: the token has expired\. The owner of the LinkedIn app runs `social login linkedin`\.",
        ),
        (
            401,
            {"serviceErrorCode": 65600, "code": "INVALID_ACCESS_TOKEN"},
            "withdrawn or replaced.*social login linkedin",
        ),
        (
            400,
            {"message": "Organization permissions must be used when using organization as author"},
            "w_organization_social",
        ),
        (
            403,
            {"serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": "Not enough permissions"},
            "administrator",
        ),
        (426, {"code": "NONEXISTENT_VERSION"}, "version 202609.*sets `version`"),
        (404, {"code": "NOT_FOUND"}, "NOT_FOUND"),
        (301, {}, "base_url"),
        (
            400,
            {
                "errorDetails": {
                    "inputErrors": [
                        {"code": "FIELD_LENGTH_TOO_LONG", "input": {"inputPath": {"fieldPath": "commentary"}}}
                    ]
                }
            },
            "FIELD_LENGTH_TOO_LONG in commentary",
        ),
    ],
)
def test_refusals_are_told_in_words(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any, status: int, body: Any, word: str
) -> None:
    server.on("POST", "/rest/posts", server.reply(body, status))
    with pytest.raises(Rejected, match=word) as caught:
        linkedin.send(one("unpublished secret plan"), delivery.ticket())
    assert TOKEN not in str(caught.value)
    assert "secret plan" not in str(caught.value)


def test_the_day_until_which_a_token_was_to_last_is_told(
    make: Callable[..., LinkedIn], page: Page, server: Any, delivery: Any
) -> None:
    server.on("POST", "/rest/posts", server.reply(EXPIRED, 401))
    with pytest.raises(Rejected, match=r"expired; it was to last until 3 March 2026\."):
        make(expires_at=datetime(2026, 3, 3, tzinfo=UTC)).send(one(), delivery.ticket())


def test_a_token_that_was_just_made_is_tried_once_more(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any, pauses: list[float]
) -> None:
    answers = [server.reply(REVOKED, 401), server.reply(b"", 201, x_restli_id="urn:li:share:1")]
    server.on("POST", "/rest/posts", *answers)
    assert linkedin.send(one(), delivery.ticket()).id == "urn:li:share:1"
    assert pauses[0] == FRESH_TOKEN_S
    server.on("POST", "/rest/posts", server.reply(REVOKED, 401))
    delivery.receipt = {}
    with pytest.raises(Rejected, match="withdrawn"):
        linkedin.send(one(), delivery.ticket())


def test_an_expired_token_is_renewed_kept_and_used(
    make: Callable[..., LinkedIn], page: Page, server: Any, delivery: Any, vault: Any
) -> None:
    linkedin = make(client_id="app", client_secret=SecretStr("s3"), refresh_token=SecretStr("r1"))
    server.on(
        "POST",
        "/rest/posts",
        server.reply(EXPIRED, 401),
        server.reply(b"", 201, x_restli_id="urn:li:share:1"),
    )
    renewed = {"access_token": "new", "expires_in": 5184000, "refresh_token": "r1"}
    server.on("POST", "/oauth/v2/accessToken", renewed)
    assert linkedin.send(one(), delivery.ticket()).id == "urn:li:share:1"
    (asked,) = server.to("POST", "/oauth/v2/accessToken")
    assert dict(asked.form) == {
        "grant_type": "refresh_token",
        "refresh_token": "r1",
        "client_id": "app",
        "client_secret": "s3",
    }
    assert vault.kept["linkedin"]["access_token"] == "new"
    assert vault.kept["linkedin"]["expires_at"] == "2027-01-25T12:00:00+00:00"
    assert server.to("POST", "/rest/posts")[-1].headers["Authorization"] == "Bearer new"
    # a token that the owner configures later wins over the kept one
    server.on("POST", "/rest/posts", server.reply(b"", 201, x_restli_id="urn:li:share:2"))
    delivery.receipt = {}
    make(access_token=SecretStr("newest")).send(one(), delivery.ticket())
    assert server.to("POST", "/rest/posts")[-1].headers["Authorization"] == "Bearer newest"


def test_a_renewal_that_is_refused_is_told(
    make: Callable[..., LinkedIn], page: Page, server: Any, delivery: Any
) -> None:
    linkedin = make(client_id="app", client_secret=SecretStr("s3"), refresh_token=SecretStr("r1"))
    server.on("POST", "/rest/posts", server.reply(EXPIRED, 401))
    server.on("POST", "/oauth/v2/accessToken", server.reply({"error": "invalid_grant"}, 400))
    with pytest.raises(Rejected, match="social login linkedin"):
        linkedin.send(one(), delivery.ticket())
    server.on("POST", "/oauth/v2/accessToken", server.reply({"error": "invalid_client"}, 401))
    with pytest.raises(Rejected, match="client_secret"):
        linkedin.send(one(), delivery.ticket())
    server.on("POST", "/oauth/v2/accessToken", server.reply(b"oops", 503))
    with pytest.raises(Unavailable):
        linkedin.send(one(), delivery.ticket())
    assert delivery.receipt["trying"] is None


def test_no_token_at_all_is_told(make: Callable[..., LinkedIn], delivery: Any) -> None:
    with pytest.raises(Rejected, match="there is no token"):
        make(access_token=SecretStr("")).send(one(), delivery.ticket())


def test_after_429_the_wait_grows_until_the_day_ends(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any
) -> None:
    server.on("POST", "/rest/posts", server.reply({"status": 429, "code": "TOO_MANY_REQUESTS"}, 429))
    waits = []
    for _ in range(4):
        with pytest.raises(Unavailable) as caught:
            linkedin.send(one(), delivery.ticket())
        waits.append(caught.value.wait)
    assert waits == [*(timedelta(minutes=n) for n in (1, 2, 4)), timedelta(hours=12, minutes=1)]


def test_a_closed_port_is_no_doubt(make: Callable[..., LinkedIn], closed_port: str, delivery: Any) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        make(base_url=closed_port).send(one(), delivery.ticket())
    assert delivery.receipt["trying"] is None


def test_a_file_that_is_gone_is_told(
    linkedin: LinkedIn, page: Page, server: Any, delivery: Any, tools: Tools
) -> None:
    images(server, "urn:li:image:A")
    with pytest.raises(Rejected, match="gone"):
        linkedin.send(one(TEXT, media("image/png")), delivery.ticket())


# --- settings, check


def acl(role: str, organization: str = ORG) -> dict[str, Any]:
    return {"elements": [{"organization": organization, "role": role, "state": "APPROVED"}]}


@pytest.mark.parametrize(
    "answer, warned",
    [
        (acl("ADMINISTRATOR"), False),
        (acl("DIRECT_SPONSORED_CONTENT_POSTER"), False),
        (acl("CONTENT_ADMIN"), True),
    ],
)
def test_check_tells_whether_the_role_is_enough(
    make: Callable[..., LinkedIn], page: Page, server: Any, answer: Any, warned: bool
) -> None:
    server.on("GET", "/rest/organizationAcls", answer)
    until = datetime(2027, 1, 3, tzinfo=UTC)
    standing = make(expires_at=until).check()
    assert (standing.who, standing.expires_at, bool(standing.warnings)) == ("page 123", until, warned)


@pytest.mark.parametrize(
    "answer", [{"elements": []}, acl("ADMINISTRATOR", "urn:li:organization:9"), acl("ANALYST")]
)
def test_check_refuses_a_stranger(linkedin: LinkedIn, server: Any, answer: Any) -> None:
    server.on("GET", "/rest/organizationAcls", answer)
    with pytest.raises(Rejected, match="may not post"):
        linkedin.check()


def test_check_does_not_refuse_a_role_that_it_may_not_ask_about(
    linkedin: LinkedIn, page: Page, server: Any
) -> None:
    server.on("GET", "/rest/organizationAcls", acl("STORYTELLER"))
    server.on("GET", "/rest/organizationAuthorizations", server.reply({"code": "ACCESS_DENIED"}, 403))
    (warning,) = linkedin.check().warnings
    assert "a member with the role STORYTELLER may post" in warning


def test_check_warns_of_what_it_may_not_see_and_refuses_a_dead_token(linkedin: LinkedIn, server: Any) -> None:
    server.on("GET", "/rest/organizationAcls", server.reply({"code": "ACCESS_DENIED"}, 403))
    server.on("GET", "/rest/posts", server.reply({"code": "ACCESS_DENIED"}, 403))
    role, sight = linkedin.check().warnings
    assert "r_organization_admin" in role
    assert "r_organization_social" in sight
    server.on("GET", "/rest/organizationAcls", server.reply(EXPIRED, 401))
    with pytest.raises(Rejected, match="expired"):
        linkedin.check()
    server.on("GET", "/rest/organizationAcls", server.reply({"code": "NONEXISTENT_VERSION"}, 426))
    with pytest.raises(Rejected, match="202609"):
        linkedin.check()


def test_check_tells_when_a_sign_in_can_no_longer_be_renewed(
    make: Callable[..., LinkedIn], page: Page, server: Any, vault: Any
) -> None:
    server.on("GET", "/rest/organizationAcls", acl("ADMINISTRATOR"))
    linkedin = make(client_id="app", client_secret=SecretStr("s3"))
    vault.kept["linkedin"] = {
        "access_token": "old",
        "refresh_token": "r1",
        "expires_at": "2026-11-26T11:00:00+00:00",
        "scope": "w_organization_social,r_organization_social",
    }
    renewed = {"access_token": "new", "expires_in": 5184000, "refresh_token_expires_in": 86400}
    server.on("POST", "/oauth/v2/accessToken", renewed)
    standing = linkedin.check()
    assert standing.expires_at == datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert standing.scopes == ("w_organization_social", "r_organization_social")
    vault.kept["linkedin"]["scope"] = "r_organization_social"
    with pytest.raises(Rejected, match="w_organization_social"):
        linkedin.check()


def test_settings_take_a_number_or_a_urn_and_show_no_secret() -> None:
    settings = LinkedInSettings(organization=ORG, access_token=SecretStr(TOKEN))
    assert settings.organization == LinkedInSettings(organization="123").organization == ORG
    assert TOKEN not in repr(settings)
    for wrong in ({"organization": "coderefinery"}, {"organization": "1", "version": "2026"}):
        with pytest.raises(ValidationError):
            LinkedInSettings(**wrong)  # type: ignore[arg-type]  # that is what is tested


def test_real_posts_lose_nothing_but_markup(linkedin: LinkedIn) -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "realistic-posts.json"
    if not path.exists():
        pytest.skip("the real posts are not beside this repository")
    for post in json.loads(path.read_text())["posts"]:
        out = linkedin.prepare(Draft(post["text"]))
        text = out.parts[0].text
        assert little.readable(little.escape(text)) == little.MENTION.sub(r"\1", text)
        for link in re.findall(r"https?://[^\s)\]]+", post["text"]):
            assert link in text, post["id"]


def test_the_sandboxs_linkedin_takes_a_post_with_pictures_and_finds_it_again(
    tools: Tools, delivery: Any, clock: Any, pauses: list[float]
) -> None:
    world = World()
    world.clock.to(clock())
    standins: list[StandIn] = []

    def build(base: str) -> Any:
        standins.append(StandIn(world, base))
        return standins[0].app

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        world.clock.advance(timedelta(seconds=seconds))

    with serving(build) as base:
        given = {key: standins[0].token[key] for key in ("organization", "access_token")}
        settings = LinkedInSettings.model_validate({**given, "base_url": base, "auth_url": base})
        linkedin = LinkedIn("linkedin", settings, tools, pause=pause)
        assert linkedin.check().warnings == ()
        raw = io.BytesIO()
        Image.new("RGB", (8, 8)).save(raw, "PNG")
        media = tuple(
            replace(picture(tools, alt, raw.getvalue()), width=8, height=8) for alt in ("One", "Two")
        )
        out = linkedin.prepare(Draft(TEXT, media))
        assert out.problems == ()
        published = linkedin.send(out, delivery.ticket())
        (post,) = world.posts()
        assert (post["id"], post["url"], post["text"]) == (published.id, published.url, TEXT)
        assert [one["alt"] for one in post["media"]] == ["One", "Two"]
        assert [one["sha256"] for one in post["media"]] == [media[0].sha256] * 2
        assert published.warnings == ()
        # the answer was lost, says the receipt
        trying = {"part": 0, "at": clock().isoformat(), "key": delivery.key}
        lost = delivery.saves[-1] | {"out": [], "trying": trying}
        delivery.receipt = lost
        found = linkedin.find(out, delivery.ticket())
        assert found is not None
        assert found.id == published.id
        # somebody else's delivery of the same text
        delivery.receipt = {}
        with pytest.raises(Rejected, match=published.id):
            linkedin.send(out, delivery.ticket())
        assert len(world.posts()) == 1


def test_a_count_that_cannot_be_written_is_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The database may be away in that very moment; then the post matters more."""
    database = Database(f"sqlite:///{tmp_path / 'none' / 'there'}")
    counter = Counter(
        "linkedin", LinkedInSettings(organization="123"), Meter(database, lambda: datetime.now(UTC))
    )
    counter.called(2, datetime(2026, 11, 28, tzinfo=UTC))
    database.close()
    (told,) = caplog.records
    assert "cannot be counted (StorageError)" in told.message
    assert told.exc_info is None
