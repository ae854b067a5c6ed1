"""Everything the LinkedIn handler asks is as LinkedIn's pages say; with every fault of the stand-in on the way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.linkedin import LinkedIn as StandIn
from bot.sandbox.linkedin.assets import PART
from bot.sandbox.linkedin.refusals import MARKED, REFUSALS
from handlers.base import Draft, Later, Options, Poll, Published, Rejected, Unavailable, Uncertain
from handlers.linkedin import LinkedIn
from handlers.linkedin.settings import LinkedInSettings
from handlers.linkedin.usage import BURSTS
from handlers.media import Media
from tests.specs.linkedin import DOCUMENT
from tests.specs.openapi import OpenApi
from tests.specs.recorder import Request, Scene

Recording = Callable[..., AbstractContextManager[Scene]]
CHECKER = OpenApi(DOCUMENT)


def make(scene: Scene, **more: Any) -> LinkedIn:
    token = scene.service.token
    given = {key: token[key] for key in ("organization", "access_token")}
    settings = LinkedInSettings.model_validate(
        {**given, "base_url": scene.base, "auth_url": scene.base, **more}
    )
    return LinkedIn("linkedin", settings, scene.tools, pause=lambda seconds: scene.advance(seconds=seconds))


@pytest.fixture
def scene(recording: Recording) -> Iterator[Scene]:
    with recording(StandIn) as scene:
        yield scene
        assert CHECKER.violations(scene.requests) == []


def png(colour: str = "navy") -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(raw, "PNG")
    return raw.getvalue()


def keep(scene: Scene, data: bytes, name: str, mime: str, alt: str = "") -> Media:
    size = (30, 20) if mime.startswith("image/") else (0, 0)
    return Media(scene.tools.store.put(data), name, mime, len(data), alt, *size)


def film(scene: Scene, size: int = PART + 100_000) -> Media:
    data = b"\x00\x00\x00\x18ftypmp42" + bytes(range(251)) * (size // 251)
    return keep(scene, data, "talk.mp4", "video/mp4")


def patiently(
    scene: Scene, platform: LinkedIn, draft: Draft, key: str = "delivery-1", turns: int = 30
) -> Published:
    """As the publisher does it: come back when LinkedIn has worked on the files."""
    out = platform.prepare(draft)
    assert [one for one in out.problems if one.error] == []
    for _ in range(turns):
        try:
            return platform.send(out, scene.ticket(key))
        except Later as later:
            scene.world.clock.advance(later.wait or timedelta())
    raise AssertionError("it never got ready")


def posted(scene: Scene) -> list[Request]:
    return [one for one in scene.requests if (one.method, one.path) == ("POST", "/rest/posts")]


MENTION = "with @[NeIC (Nordic)](urn:li:organization:42) and C# for #HPC (free_entry)! 100% a|b <c> ~d~ 🎓"


@pytest.mark.parametrize(
    "files, options, content",
    [
        ([], Options(), None),
        ([("a.png", "A map")], Options(), "media"),
        ([("a.png", "A map"), ("b.png", ""), ("c.png", "Sea")], Options(), "multiImage"),
        ([("slides.pdf", "")], Options(title="Slides"), "media"),
        ([], Options(link="https://coderefinery.org/a_b?c=(d)"), "article"),
        ([("a.png", "A map")], Options(link="https://coderefinery.org", title="Workshops"), "article"),
        ([], Options(poll=Poll(("Python", "Julia"), 60), title="Which?"), "poll"),
        ([], Options(visibility="logged-in"), None),
    ],
)
def test_every_kind_of_post_is_as_linkedin_documents_it(
    scene: Scene, files: list[tuple[str, str]], options: Options, content: str | None
) -> None:
    data = {".png": (png(), "image/png"), ".pdf": (b"%PDF-1.7 slides", "application/pdf")}
    media = tuple(keep(scene, data[name[-4:]][0], name, data[name[-4:]][1], alt) for name, alt in files)
    published = patiently(scene, make(scene), Draft(f"Join us {MENTION}", media, options))
    assert published.warnings == ()
    (shown,) = scene.posts()
    assert not shown["extra"]["cut"]
    assert shown["extra"]["mentions"] == ["urn:li:organization:42"]
    assert shown["extra"]["hashtags"] == ["HPC"]
    assert list(shown["raw"].get("content", {})) == ([content] if content else [])


def test_a_video_goes_in_parts_and_a_check_and_a_search_ask_properly(scene: Scene) -> None:
    linkedin = make(scene)
    video = film(scene)
    published = patiently(scene, linkedin, Draft("A talk", (video,), Options(title="A talk")))
    assert published.id.startswith("urn:li:ugcPost:")
    assert scene.posts()[0]["media"][0]["sha256"] == video.sha256
    assert len([one for one in scene.requests if one.method == "PUT"]) == 2
    told = [(one.what, one.done) for one in scene.steps if one.what == "uploading"]
    assert told == [("uploading", PART), ("uploading", video.size)]
    linkedin.check()
    scene.fault("reset-after", method="POST", path="/rest/posts")
    out = linkedin.prepare(Draft("Another one"))
    with pytest.raises(Uncertain):
        linkedin.send(out, scene.ticket("second"))
    found = linkedin.find(out, scene.ticket("second"))
    assert found is not None
    assert len(scene.posts()) == 2


def test_a_role_of_linkedins_future_is_asked_by_what_it_may(recording: Recording) -> None:
    with recording(StandIn, role="STORYTELLER") as scene:
        linkedin = make(scene)
        with pytest.raises(Rejected, match="may not post for this page"):
            linkedin.check()
        scene.service.sharers.add("STORYTELLER")
        (warning,) = linkedin.check().warnings
        assert "may post text" in warning
        assert CHECKER.violations(scene.requests) == []


def test_a_token_is_renewed_properly(scene: Scene) -> None:
    names = ("client_id", "client_secret", "refresh_token")
    linkedin = make(scene, **{name: scene.service.token[name] for name in names})
    scene.advance(days=61)
    patiently(scene, linkedin, Draft("After two months"))
    (renewed,) = [one for one in scene.requests if one.path.startswith("/oauth/")]
    assert dict(renewed.form)["grant_type"] == "refresh_token"


# --- every error of the facts page: what becomes of the delivery, and that nothing is there twice

KINDS: dict[str, tuple[type[Exception] | None, str]] = {
    "426": (Rejected, r"no longer speaks version 202609.*`version` in `\[linkedin\]`"),
    "403": (Rejected, "Community Management API"),
    "403-passing": (Uncertain, "may be out"),
    "400-passing": (Uncertain, "may be out"),
    "401-revoked-once": (None, ""),
    "401-invalid": (Rejected, "social login linkedin"),
    "expired-token": (Rejected, "the token has expired"),
    "409": (Unavailable, "busy with another change"),
    "404": (Rejected, "NOT_FOUND"),
    "429": (Unavailable, "takes no more"),
    "400-organization": (Rejected, "`w_organization_social` allowed, as an administrator"),
    "400-too-long": (Rejected, r"the text is too long \(FIELD_LENGTH_TOO_LONG in /commentary\)"),
    "400-invalid": (Rejected, "the time of the poll is not as it must be"),
    "400-missing": (Rejected, r"the title is missing \(MISSING_FIELD"),
    "400-urn-type": (Rejected, "INVALID_URN_TYPE"),
    "400-not-ready": (Rejected, "FIELD_INVALID in /content/media/id"),
    "422-duplicate": (Rejected, "same text already.*feed/update/urn:li:share:7141138937766391808"),
    "500": (Uncertain, "may be out"),
    "502-html": (Uncertain, "may be out"),
    "503": (Uncertain, "may be out"),
    "reset-before": (Uncertain, "may be out"),
    "reset-after": (Uncertain, "may be out"),
    "500-after": (Uncertain, "may be out"),
    "201-without-id": (Uncertain, "may be out"),
}
ELSEWHERE = {"400-param", "video-not-joined", "upload-expired", "etag-lost", "silent-cut", "content-lost"}
ELSEWHERE |= {"processing-failed", "processing-endless"}


def test_every_fault_of_linkedin_has_its_test() -> None:
    assert {*REFUSALS, *MARKED} <= {*KINDS, *ELSEWHERE}


@pytest.mark.parametrize("fault", KINDS)
def test_an_error_of_the_creating_request_ends_as_it_must_and_never_in_two_posts(
    scene: Scene, fault: str
) -> None:
    kind, words = KINDS[fault]
    linkedin = make(scene)
    out = linkedin.prepare(Draft("Registration is open (free)"))
    scene.fault(fault, 2 if fault == "400-not-ready" else 1, method="POST", path="/rest/posts")
    if kind is None:
        linkedin.send(out, scene.ticket())
    else:
        with pytest.raises(kind, match=words) as caught:
            linkedin.send(out, scene.ticket())
        assert "free" not in str(caught.value)
    if kind is Uncertain:
        scene.advance(
            minutes=3
        )  # as the publisher does: search, and send again only what is certainly not there
        found = linkedin.find(out, scene.ticket())
        acted = fault in {"reset-after", "500-after", "201-without-id"}
        assert (found is not None) is acted
    if kind is not None:
        linkedin.send(out, scene.ticket())
    assert len(scene.posts()) == 1
    assert len(posted(scene)) <= 3


def test_after_a_lost_answer_a_duplicate_is_the_success(scene: Scene) -> None:
    """The list of posts lags behind for longer than the bot waits: LinkedIn's own 422 says where the post is."""
    linkedin = make(scene)
    out = linkedin.prepare(Draft("Registration is open"))
    scene.fault("reset-after", method="POST", path="/rest/posts")
    with pytest.raises(Uncertain):
        linkedin.send(out, scene.ticket())
    (urn,) = [one["id"] for one in scene.posts()]
    hidden = scene.service.posts.get(urn)
    scene.service.posts.drop(urn)  # not in the list yet
    scene.advance(minutes=3)
    assert linkedin.find(out, scene.ticket()) is None
    with pytest.raises(Uncertain, match="not to be seen there"):  # nor to be read: people are asked
        linkedin.send(out, scene.ticket())
    scene.service.posts.put(urn, hidden)
    scene.advance(minutes=3)
    found = linkedin.find(out, scene.ticket())
    assert found is not None
    assert found.id == urn
    assert len(scene.posts()) == 1


def test_what_linkedin_kept_otherwise_is_told(scene: Scene) -> None:
    linkedin = make(scene)
    scene.fault("silent-cut")
    cut = patiently(scene, linkedin, Draft("Registration is open for everybody"))
    assert cut.warnings == (
        "LinkedIn kept only the beginning of the text: look at the post and correct it there.",
    )
    scene.fault("content-lost")
    bare = patiently(
        scene, linkedin, Draft("With a map", (keep(scene, png(), "a.png", "image/png"),)), "second"
    )
    assert "without its files" in bare.warnings[0]
    # where the post may not be read there is nothing to tell
    scene.fault("403", method="GET", path="/rest/posts/")
    assert patiently(scene, linkedin, Draft("Third"), "third").warnings == ()


def test_too_many_is_waited_out_longer_each_time_until_the_day_ends_and_over_restarts(scene: Scene) -> None:
    scene.fault("429", 5, method="POST", path="/rest/posts")
    waits = []
    for _ in range(5):
        linkedin = make(scene)  # a new process each time
        out = linkedin.prepare(Draft("Registration is open"))
        with pytest.raises(Unavailable, match="nothing is out") as caught:
            linkedin.send(out, scene.ticket())
        waits.append(caught.value.wait)
        assert caught.value.wait is not None
        scene.world.clock.advance(min(caught.value.wait, timedelta(minutes=10)))
    assert tuple(waits[:3]) == BURSTS
    now = scene.world.clock.now()
    for wait in waits[3:]:
        assert wait is not None
        assert timedelta() < wait < timedelta(hours=24, minutes=2)
    linkedin = make(scene)
    linkedin.send(linkedin.prepare(Draft("Registration is open")), scene.ticket())
    scene.fault("429", method="POST", path="/rest/posts")
    with pytest.raises(Unavailable) as caught:
        linkedin.send(linkedin.prepare(Draft("Another one")), scene.ticket("second"))
    assert caught.value.wait == BURSTS[0]  # LinkedIn had taken a post since
    assert now.tzinfo is not None


def test_a_refusal_while_looking_is_no_answer(scene: Scene) -> None:
    linkedin = make(scene)
    out = linkedin.prepare(Draft("Registration is open"))
    scene.fault("reset-after", method="POST", path="/rest/posts")
    with pytest.raises(Uncertain):
        linkedin.send(out, scene.ticket())
    scene.fault("400-param")
    with pytest.raises(Uncertain, match="QUERY_PARAM_NOT_ALLOWED"):
        linkedin.find(out, scene.ticket())
    scene.fault("429", method="GET", path="/rest/posts")
    with pytest.raises(Unavailable) as caught:
        linkedin.find(out, scene.ticket())
    assert caught.value.wait == BURSTS[0]


# --- uploads


def test_a_video_goes_on_where_a_crash_left_it(scene: Scene) -> None:
    linkedin, video = make(scene), film(scene, 2 * PART + 500_000)
    draft = Draft("A talk", (video,))
    out = linkedin.prepare(draft)
    scene.fault("503", 3, method="PUT", path="dms-uploads")  # three tries of the first part
    with pytest.raises(Unavailable):
        linkedin.send(out, scene.ticket())
    assert scene.receipt()["files"]["0.0"]["state"]["tags"] == []
    patiently(scene, make(scene), draft)
    puts = [len(one.body) for one in scene.requests if one.method == "PUT"]
    assert puts == [PART] * 5 + [video.size - 2 * PART]
    assert len([one for one in scene.requests if one.path == "/rest/videos"]) == 2
    assert scene.posts()[0]["media"][0]["sha256"] == video.sha256


def test_parts_that_are_there_are_not_sent_again(scene: Scene) -> None:
    linkedin, video = make(scene), film(scene, 2 * PART + 500_000)
    draft = Draft("A talk", (video,))
    ticket = scene.ticket()
    saves = 0

    class Killed(BaseException):
        """The process ends."""

    def save(receipt: Any) -> None:
        nonlocal saves
        ticket.save(receipt)
        saves += 1
        if saves == 2:  # announced, and the first part
            raise Killed

    with pytest.raises(Killed):
        linkedin.send(
            linkedin.prepare(draft), type(ticket)(ticket.key, {}, save, ticket.first_at, ticket.ledger)
        )
    patiently(scene, make(scene), draft)
    assert [len(one.body) for one in scene.requests if one.method == "PUT"] == [
        PART,
        PART,
        video.size - 2 * PART,
    ]
    assert scene.posts()[0]["media"][0]["sha256"] == video.sha256


@pytest.mark.parametrize("fault", ["upload-expired", "video-not-joined"])
def test_an_upload_that_is_taken_no_more_begins_anew_once(scene: Scene, fault: str) -> None:
    linkedin, draft = make(scene), Draft("A talk", (film(scene),))
    out = linkedin.prepare(draft)
    scene.fault("503", 3, method="PUT", path="dms-uploads")
    with pytest.raises(Unavailable):
        linkedin.send(out, scene.ticket())
    scene.fault(fault)
    patiently(scene, linkedin, draft)
    begun = [one for one in scene.requests if one.query == [("action", "initializeUpload")]]
    assert len(begun) == 2
    scene.fault(fault, 2)
    with pytest.raises(Rejected, match=r"LinkedIn (announced|refused)"):
        linkedin.send(linkedin.prepare(Draft("Another", draft.media)), scene.ticket("second"))
    assert len(scene.posts()) == 1


def test_addresses_that_are_over_are_not_tried(scene: Scene) -> None:
    linkedin, draft = make(scene), Draft("A talk", (film(scene),))
    scene.fault("503", 3, method="PUT", path="dms-uploads")
    with pytest.raises(Unavailable):
        linkedin.send(linkedin.prepare(draft), scene.ticket())
    scene.advance(hours=23, minutes=59, seconds=30)
    patiently(scene, linkedin, draft)
    assert len([one for one in scene.requests if one.query == [("action", "initializeUpload")]]) == 2


def test_a_part_without_a_tag_is_sent_again_later(scene: Scene) -> None:
    linkedin, draft = make(scene), Draft("A talk", (film(scene),))
    scene.fault("etag-lost")
    with pytest.raises(Unavailable, match="nothing is out"):
        linkedin.send(linkedin.prepare(draft), scene.ticket())
    patiently(scene, linkedin, draft)
    assert len(scene.posts()) == 1


@pytest.mark.parametrize("fault", ["reset-after", "500"])
def test_a_lost_answer_to_the_joining_is_no_harm(scene: Scene, fault: str) -> None:
    linkedin, draft = make(scene), Draft("A talk", (film(scene),))
    scene.fault(fault, method="POST", path="action=finalizeUpload")
    with pytest.raises(Unavailable):
        linkedin.send(linkedin.prepare(draft), scene.ticket())
    patiently(scene, linkedin, draft)
    assert len(scene.posts()) == 1
    assert len([one for one in scene.requests if one.query == [("action", "initializeUpload")]]) == 1


def test_a_content_admin_may_post_text_and_hears_why_files_are_refused(recording: Recording) -> None:
    with recording(StandIn, role="CONTENT_ADMINISTRATOR") as scene:
        linkedin = make(scene)
        draft = Draft("With a map", (keep(scene, png(), "a.png", "image/png", "A map"),))
        assert linkedin.prepare(draft).problems == ()
        (warning,) = linkedin.check().warnings
        assert "no administrator" in warning
        out = linkedin.prepare(draft)
        assert [one.error for one in out.problems] == [False]
        assert "content admin" in out.problems[0].text
        with pytest.raises(Rejected, match="A content admin may post text there, but no pictures"):
            linkedin.send(out, scene.ticket())
        patiently(scene, linkedin, Draft("Text alone"), "second")
        assert [one["text"] for one in scene.posts()] == ["Text alone"]
        assert CHECKER.violations(scene.requests) == []


def test_a_file_that_fails_or_takes_for_ever_names_itself_and_is_brought_anew_by_order(scene: Scene) -> None:
    linkedin = make(scene)
    for fault, words, key in (
        ("processing-failed", r"cannot use the file “talk\.mp4” \(it said: UNSUPPORTED_FORMAT\)", "one"),
        ("processing-endless", r"working on “talk\.mp4” for (\d+) min.* and has not finished", "two"),
    ):
        draft = Draft(f"A talk {key}", (film(scene),))
        scene.fault(fault)
        looked = len(scene.requests)
        with pytest.raises(Rejected, match=words):
            patiently(scene, linkedin, draft, key, turns=200)
        assert len(scene.requests) - looked < 110  # a day has 100 to 500 calls
        scene.firsts.pop(key)
        patiently(scene, linkedin, draft, key)
    assert len(scene.posts()) == 2


def test_the_days_use_is_counted_as_far_as_this_bot_knows(scene: Scene) -> None:
    linkedin = make(scene, client_id="app")
    patiently(scene, linkedin, Draft("One"))
    patiently(scene, linkedin, Draft("Two"), "second")
    linkedin.send(
        linkedin.prepare(Draft("Two")), scene.ticket("second")
    )  # a call that has nothing to do any more
    calls = len(scene.requests)
    app, member, posts = linkedin.check().uses
    assert (app.used, app.most, member.used, member.most) == (calls + 2, 500, calls + 2, 100)
    assert (posts.what, posts.used, posts.most) == ("posts counted today", 2, 150)
    assert make(scene, tier="standard").check().uses[0].most is None
    scene.advance(days=1)
    assert make(scene, client_id="app").check().uses[2].used == 0


def test_the_checker_can_fail(request_of: Callable[..., Request]) -> None:
    headers = {
        "linkedin-version": "202609",
        "x-restli-protocol-version": "2.0.0",
        "authorization": "Bearer t",
    }
    good = {
        "author": "urn:li:organization:1",
        "commentary": r"free \(really\) #tag @[A](urn:li:organization:2)",
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }

    def judged(**more: Any) -> list[str]:
        return CHECKER.violations(request_of("POST", "/rest/posts", {**good, **more}, headers=headers))

    assert judged() == []
    for wrong in (
        {"commentary": "free (really)"},
        {"commentary": "x" * 3001},
        {"scheduledAt": 1},
        {"lifecycleState": "DRAFT"},
        {"content": {"multiImage": {"images": [{"id": "urn:li:image:a"}]}}},
        {"content": {"media": {"id": "urn:li:document:a"}}},
        {"content": {"media": {"id": "urn:li:video:a", "altText": "no"}}},
    ):
        assert judged(**wrong), wrong
    bare = request_of("POST", "/rest/posts", good, headers={"authorization": "Bearer t"})
    assert len(CHECKER.violations(bare)) == 2
