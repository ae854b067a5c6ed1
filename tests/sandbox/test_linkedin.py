"""The LinkedIn stand-in answers as the Community Management API does, with its traps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.linkedin import LinkedIn
from bot.sandbox.linkedin.little import RESERVED, read

Staging = Callable[..., AbstractContextManager[Any]]
OWNER = "urn:li:organization:123456"
HEAD = {"LinkedIn-Version": "202609", "X-Restli-Protocol-Version": "2.0.0"}


def client(stage: Any, token: str | None = None) -> httpx.Client:
    head = {**HEAD, "authorization": f"Bearer {token or stage.service.token['access_token']}"}
    return httpx.Client(base_url=stage.base, headers=head)


@pytest.fixture
def stage(staging: Staging) -> Iterator[Any]:
    with staging(LinkedIn) as stage:
        yield stage


@pytest.fixture
def http(stage: Any) -> Iterator[httpx.Client]:
    with client(stage) as http:
        yield http


def body(commentary: str = "Hello", **more: Any) -> dict[str, Any]:
    distribution = {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    }
    return {
        "author": OWNER,
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": distribution,
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        **more,
    }


def post(http: httpx.Client, commentary: str = "Hello", **more: Any) -> str:
    answer = http.post("/rest/posts", json=body(commentary, **more))
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    return answer.headers["x-restli-id"]


def place(kind: str, urn: str) -> str:
    return f"/rest/{kind}/{quote(urn, safe='')}"


def code(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errorDetails"]["inputErrors"]
    return answer.status_code, error["code"], error["input"].get("inputPath", {}).get("fieldPath", "")


def image(stage: Any, http: httpx.Client, data: bytes) -> str:
    begun = http.post(
        "/rest/images?action=initializeUpload", json={"initializeUploadRequest": {"owner": OWNER}}
    )
    value = begun.json()["value"]
    assert http.get(place("images", value["image"])).json()["status"] == "WAITING_UPLOAD"
    assert http.put(value["uploadUrl"], content=data).status_code == 201
    assert http.get(place("images", value["image"])).json()["status"] == "PROCESSING"
    stage.advance(seconds=1)
    assert http.get(place("images", value["image"])).json()["status"] == "AVAILABLE"
    return str(value["image"])


def test_a_post_is_made_read_back_listed_and_deleted(stage: Any, http: httpx.Client) -> None:
    urn = post(http, r"Workshop \(spring\) https://coderefinery.org/a\_b #CodeRefinery")
    assert urn.startswith("urn:li:share:")
    (shown,) = stage.posts()
    assert shown["text"] == "Workshop (spring) https://coderefinery.org/a_b #CodeRefinery"
    assert (shown["id"], shown["extra"]["cut"], shown["extra"]["hashtags"]) == (urn, False, ["CodeRefinery"])
    back = http.get(place("posts", urn), params={"viewContext": "AUTHOR"}).json()
    assert (
        back["commentary"] == r"Workshop \(spring\) https://coderefinery.org/a\_b {hashtag|\#|CodeRefinery}"
    )
    second = post(http, "Second")
    asked = f"/rest/posts?q=author&author={quote(OWNER, safe='')}&count=1"
    found = http.get(asked, headers={"X-RestLi-Method": "FINDER"}).json()
    assert [one["id"] for one in found["elements"]] == [second]
    assert found["paging"]["links"][0]["rel"] == "next"
    assert [http.delete(place("posts", urn)).status_code for _ in range(2)] == [204, 204]
    assert http.get(place("posts", urn)).status_code == 404
    assert [one["id"] for one in stage.posts()] == [second]


def test_an_unescaped_character_cuts_the_post_in_silence(stage: Any, http: httpx.Client) -> None:
    urn = post(http, "Join us (online) tomorrow")
    assert stage.posts()[0]["text"] == "Join us "
    assert stage.posts()[0]["extra"]["cut"]
    assert stage.posts()[0]["raw"]["commentary"] == "Join us (online) tomorrow"
    assert http.get(place("posts", urn)).json()["commentary"] == "Join us "


@pytest.mark.parametrize(
    "commentary, text, cut",
    [
        ("plain, with: dots. and 1-2!", "plain, with: dots. and 1-2!", False),
        (r"\(a\) \[b\] \{c\} \<d\> \@e \~ \* \_ \| \\", r"(a) [b] {c} <d> @e ~ * _ | \ ".rstrip(), False),
        ("#one and {hashtag|\\#|two}", "#one and #two", False),
        ("Ask @[NeIC](urn:li:organization:77) now", "Ask NeIC now", False),
        ("Ask @somebody now", "Ask ", True),
        ("snake_case", "snake", True),
        ("C# is", "C", True),
        (r"#code\_refinery", "#code_refinery", False),
        ("#code_refinery", "#code", True),
        ("a < b", "a ", True),
        ("ends with \\", "ends with ", True),
    ],
)
def test_little_text_is_read_as_linkedin_reads_it(commentary: str, text: str, cut: bool) -> None:
    assert (read(commentary).text, read(commentary).cut) == (text, cut)


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_what_is_escaped_is_read_as_it_was_written(text: str) -> None:
    escaped = "".join(f"\\{one}" if one in RESERVED else one for one in text)
    assert (read(escaped).text, read(escaped).cut) == (text, False)


def test_the_same_text_is_refused_with_the_urn_of_the_first(stage: Any, http: httpx.Client) -> None:
    urn = post(http, "same")
    for delete in (False, True):
        if delete:
            http.delete(place("posts", urn))
        refused = http.post("/rest/posts", json=body("same"))
        assert code(refused) == (422, "DUPLICATE_POST", "")
        assert refused.json()["message"].endswith(f"Content is a duplicate of {urn}")
    stage.advance(hours=49)
    assert post(http, "same") != urn


def test_versions_are_asked_for_and_die(stage: Any, http: httpx.Client) -> None:
    def ask(**head: str | None) -> tuple[int, str]:
        sent = {key: value for key, value in {**HEAD, **head}.items() if value is not None}
        sent["authorization"] = f"Bearer {stage.service.token['access_token']}"
        answer = httpx.post(f"{stage.base}/rest/posts", json=body(), headers=sent)
        return answer.status_code, answer.json()["code"]

    assert ask(**{"LinkedIn-Version": None}) == (400, "VERSION_MISSING")
    for dead in ("202411", "202512", "209901", "202613", "latest"):
        assert ask(**{"LinkedIn-Version": dead}) == (426, "NONEXISTENT_VERSION")
    assert ask(**{"X-Restli-Protocol-Version": None})[0] == 400
    assert stage.posts() == []


@pytest.mark.parametrize(
    "more, expected",
    [
        ({"commentary": "x" * 3001}, (400, "FIELD_LENGTH_TOO_LONG", "/commentary")),
        ({"commentary": "  "}, (400, "MISSING_FIELD", "/commentary")),
        ({"lifecycleState": "DRAFT"}, (400, "FIELD_INVALID", "/lifecycleState")),
        ({"visibility": "FRIENDS"}, (400, "FIELD_INVALID", "/visibility")),
        ({"scheduledAt": 1}, (400, "FIELD_INVALID", "/scheduledAt")),
        ({"distribution": {}}, (400, "MISSING_FIELD", "/distribution/feedDistribution")),
        ({"content": {"media": {"id": "urn:li:image:none"}}}, (400, "FIELD_INVALID", "/content/media/id")),
        ({"content": {"media": {"id": "urn:li:share:1"}}}, (400, "INVALID_URN_TYPE", "/content/media/id")),
        ({"content": {"carousel": {}}}, (400, "FIELD_INVALID", "/content/carousel")),
        ({"content": {"multiImage": {"images": []}}}, (400, "FIELD_INVALID", "/content/multiImage/images")),
        (
            {"content": {"article": {"source": "https://a.example"}}},
            (400, "MISSING_FIELD", "/content/article/title"),
        ),
    ],
)
def test_a_body_that_does_not_fit_names_its_field(
    stage: Any, http: httpx.Client, more: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert code(http.post("/rest/posts", json={**body(), **more})) == expected
    assert stage.posts() == []


def test_pictures_wait_until_they_are_available(
    stage: Any, http: httpx.Client, pictures: Callable[..., bytes]
) -> None:
    files = [pictures("PNG"), pictures("JPEG")]
    begun = http.post(
        "/rest/images?action=initializeUpload", json={"initializeUploadRequest": {"owner": OWNER}}
    )
    early = body("early", content={"media": {"id": begun.json()["value"]["image"], "altText": "a"}})
    assert code(http.post("/rest/posts", json=early)) == (400, "FIELD_INVALID", "/content/media/id")
    urns = [image(stage, http, data) for data in files]
    images = [{"id": urn, "altText": f"Picture {n}"} for n, urn in enumerate(urns)]
    post(http, "two", content={"multiImage": {"images": images}})
    post(http, "one", content={"media": {"id": urns[0], "altText": "only"}})
    two, one = stage.posts()
    assert [item["sha256"] for item in two["media"]] == [hashlib.sha256(data).hexdigest() for data in files]
    assert [item["alt"] for item in two["media"]] == ["Picture 0", "Picture 1"]
    assert [item["alt"] for item in one["media"]] == ["only"]
    got = http.get(http.get(place("images", urns[0])).json()["downloadUrl"])
    assert got.content == files[0]


def test_an_image_that_is_none_fails_in_processing(stage: Any, http: httpx.Client) -> None:
    begun = http.post(
        "/rest/images?action=initializeUpload", json={"initializeUploadRequest": {"owner": OWNER}}
    )
    value = begun.json()["value"]
    http.put(value["uploadUrl"], content=b"garbage")
    stage.advance(seconds=1)
    assert http.get(place("images", value["image"])).json()["status"] == "PROCESSING_FAILED"


def begin_video(http: httpx.Client, size: int) -> httpx.Response:
    asked = {"owner": OWNER, "fileSizeBytes": size, "uploadCaptions": False, "uploadThumbnail": False}
    return http.post("/rest/videos?action=initializeUpload", json={"initializeUploadRequest": asked})


def finalize(http: httpx.Client, value: dict[str, Any], tags: list[str]) -> httpx.Response:
    asked = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": tags}
    return http.post("/rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": asked})


def test_a_video_goes_up_in_parts_of_four_megabytes_without_token(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    data = video * 7
    value = begin_video(http, len(data)).json()["value"]
    parts = value["uploadInstructions"]
    assert [(one["firstByte"], one["lastByte"]) for one in parts] == [(0, 4194303), (4194304, len(data) - 1)]
    tags = []
    for one in parts:
        answer = httpx.put(one["uploadUrl"], content=data[one["firstByte"] : one["lastByte"] + 1])
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
    assert code(finalize(http, value, tags[::-1]))[:2] == (400, "FIELD_INVALID")
    assert code(finalize(http, value, tags[:1]))[:2] == (400, "FIELD_INVALID")
    assert finalize(http, value, tags).status_code == 200
    assert http.get(place("videos", value["video"])).json()["status"] == "PROCESSING"
    stage.advance(seconds=3)
    urn = post(http, "film", content={"media": {"id": value["video"], "title": "Film"}})
    assert urn.startswith("urn:li:ugcPost:")
    assert stage.posts()[0]["media"][0]["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_video_of_the_wrong_size_and_a_part_of_the_wrong_length_are_refused(
    http: httpx.Client, video: bytes
) -> None:
    assert code(begin_video(http, 10))[1] == "FIELD_INVALID"
    value = begin_video(http, len(video)).json()["value"]
    assert httpx.put(value["uploadInstructions"][0]["uploadUrl"], content=video[:-1]).status_code == 400


def test_a_document_needs_a_title(stage: Any, http: httpx.Client) -> None:
    asked = {"initializeUploadRequest": {"owner": OWNER}}
    value = http.post("/rest/documents?action=initializeUpload", json=asked).json()["value"]
    assert http.put(value["uploadUrl"], content=b"%PDF-1.7 slides").status_code == 201
    stage.advance(seconds=2)
    untitled = body("slides", content={"media": {"id": value["document"]}})
    assert code(http.post("/rest/posts", json=untitled)) == (400, "MISSING_FIELD", "/content/media/title")
    post(http, "slides", content={"media": {"id": value["document"], "title": "Slides"}})
    assert stage.posts()[0]["media"][0]["mime"] == "application/pdf"


def test_an_article_carries_its_own_card(stage: Any, http: httpx.Client, png: bytes) -> None:
    card = {
        "source": "https://coderefinery.org",
        "title": "CodeRefinery",
        "thumbnail": image(stage, http, png),
    }
    post(http, "read", content={"article": card})
    assert stage.posts()[0]["extra"]["article"] == card


def test_a_commentary_can_be_changed_and_nothing_else(stage: Any, http: httpx.Client) -> None:
    urn = post(http, "befroe")
    method = {"X-RestLi-Method": "PARTIAL_UPDATE"}
    answer = http.post(
        place("posts", urn), json={"patch": {"$set": {"commentary": "before"}}}, headers=method
    )
    assert (answer.status_code, stage.posts()[0]["text"]) == (204, "before")
    wrong = http.post(place("posts", urn), json={"patch": {"$set": {"visibility": "PUBLIC"}}}, headers=method)
    assert wrong.status_code == 400


def test_a_urn_in_a_path_has_to_be_encoded(http: httpx.Client) -> None:
    urn = post(http)
    assert http.get(f"/rest/posts/{urn}").status_code == 400


def test_permissions_are_refused_as_linkedin_words_them(staging: Staging) -> None:
    with staging(LinkedIn, scopes="w_member_social") as stage, client(stage) as http:
        refused = http.post("/rest/posts", json=body())
        told = "Organization permissions must be used when using organization as author"
        assert (refused.status_code, refused.json()["message"]) == (400, told)
        asked = {"initializeUploadRequest": {"owner": OWNER}}
        refused = http.post("/rest/images?action=initializeUpload", json=asked)
        assert refused.json()["message"].endswith("as owner")
    with staging(LinkedIn, role="CONTENT_ADMIN") as stage, client(stage) as http:
        post(http)
        refused = http.post("/rest/images?action=initializeUpload", json=asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "ACCESS_DENIED")
        (role,) = http.get("/rest/organizationAcls?q=roleAssignee").json()["elements"]
        assert (role["role"], role["organization"]) == ("CONTENT_ADMIN", OWNER)


def test_tokens_live_sixty_days_and_can_be_refreshed(stage: Any, http: httpx.Client) -> None:
    assert httpx.get(f"{stage.base}/rest/posts/x", headers=HEAD).json()["code"] == "EMPTY_ACCESS_TOKEN"
    with client(stage, "invented") as stranger:
        assert stranger.get("/rest/posts/x").json()["serviceErrorCode"] == 65600
    stage.advance(days=60, seconds=1)
    refused = http.post("/rest/posts", json=body())
    assert (refused.status_code, refused.json()["serviceErrorCode"]) == (401, 65602)
    token = stage.service.token
    form = {key: token[key] for key in ("client_id", "client_secret", "refresh_token")}
    form["grant_type"] = "refresh_token"
    renewed = httpx.post(f"{stage.base}/oauth/v2/accessToken", data=form).json()
    assert renewed["expires_in"] == 5184000
    assert 304 < renewed["refresh_token_expires_in"] / 86400 < 305
    with client(stage, renewed["access_token"]) as again:
        post(again)
    stage.advance(days=306)
    assert httpx.post(f"{stage.base}/oauth/v2/accessToken", data=form).json()["error"] == "invalid_grant"


def test_an_account_can_be_connected(stage: Any) -> None:
    token = stage.service.token
    asked = {
        "response_type": "code",
        "client_id": token["client_id"],
        "redirect_uri": "http://127.0.0.1:8914/callback",
        "scope": "w_organization_social r_organization_social",
        "state": "s",
    }
    went = httpx.URL(httpx.get(f"{stage.base}/oauth/v2/authorization", params=asked).headers["location"])
    form = {
        "grant_type": "authorization_code",
        "code": went.params["code"],
        "redirect_uri": asked["redirect_uri"],
        "client_id": token["client_id"],
        "client_secret": token["client_secret"],
    }
    granted = httpx.post(f"{stage.base}/oauth/v2/accessToken", data=form).json()
    with client(stage, granted["access_token"]) as http:
        post(http)
    assert httpx.post(f"{stage.base}/oauth/v2/accessToken", data=form).status_code == 400


@pytest.mark.parametrize(
    "fault, status, word",
    [
        ("429", 429, "TOO_MANY_REQUESTS"),
        ("426", 426, "NONEXISTENT_VERSION"),
        ("403", 403, "ACCESS_DENIED"),
        ("401-revoked-once", 401, "65601"),
        ("expired-token", 401, "65602"),
        ("422-duplicate", 422, "DUPLICATE_POST"),
        ("400-organization", 400, "Organization permissions must be used"),
        ("400-too-long", 400, "FIELD_LENGTH_TOO_LONG"),
        ("400-invalid", 400, "FIELD_INVALID"),
        ("400-missing", 400, "MISSING_FIELD"),
        ("400-urn-type", 400, "INVALID_URN_TYPE"),
        ("400-not-ready", 400, "not AVAILABLE"),
        ("400-passing", 400, "Unable to obtain activity"),
        ("403-passing", 403, "resource is forbidden"),
        ("401-invalid", 401, "65600"),
        ("404", 404, "NOT_FOUND"),
        ("409", 409, "Conflict"),
        ("502-html", 502, "<html>"),
        ("500", 500, "Internal Server Error"),
    ],
)
def test_the_faults_look_like_linkedin(
    stage: Any, http: httpx.Client, fault: str, status: int, word: str
) -> None:
    stage.faults.add({"service": "linkedin", "fault": fault})
    answer = http.post("/rest/posts", json=body())
    assert (answer.status_code, word in answer.text) == (status, True)
    assert "retry-after" not in answer.headers
    assert stage.posts() == []
    post(http)


def test_a_lost_answer_is_found_as_a_duplicate(stage: Any, http: httpx.Client) -> None:
    stage.faults.add({"service": "linkedin", "fault": "reset-after", "method": "POST", "path": "/rest/posts"})
    with pytest.raises(httpx.TransportError):
        http.post("/rest/posts", json=body("lost"))
    (shown,) = stage.posts()
    assert http.post("/rest/posts", json=body("lost")).json()["message"].endswith(shown["id"])


def test_everything_survives_a_kill(staging: Staging, tmp_path: Path, png: bytes) -> None:
    with staging(LinkedIn, tmp_path) as stage, client(stage) as http:
        urn, picture = post(http, "kept"), image(stage, http, png)
    with staging(LinkedIn, tmp_path) as stage, client(stage) as http:
        assert code(http.post("/rest/posts", json=body("kept")))[1] == "DUPLICATE_POST"
        post(http, "picture", content={"media": {"id": picture}})
        assert stage.posts()[0]["id"] == urn
        assert [one["text"] for one in stage.posts()] == ["kept", "picture"]


@pytest.mark.parametrize(
    "fault, status, text, content",
    [
        ("500-after", 500, "Pictures (two) of it", True),
        ("201-without-id", 201, "Pictures (two) of it", True),
        ("silent-cut", 201, "Pictures (", True),
        ("content-lost", 201, "Pictures (two) of it", False),
    ],
)
def test_linkedin_acts_and_does_so_wrongly(
    stage: Any, http: httpx.Client, png: bytes, fault: str, status: int, text: str, content: bool
) -> None:
    sent = body(r"Pictures \(two\) of it", content={"media": {"id": image(stage, http, png)}})
    stage.faults.add({"service": "linkedin", "fault": fault})
    answer = http.post("/rest/posts", json=sent)
    assert (answer.status_code, "x-restli-id" in answer.headers) == (
        status,
        fault in {"silent-cut", "content-lost"},
    )
    (shown,) = stage.posts()
    assert (shown["text"], bool(shown["media"])) == (text, content)


def test_a_part_that_is_put_again_counts_with_its_new_tag(
    stage: Any, http: httpx.Client, video: bytes
) -> None:
    value = begin_video(http, len(video)).json()["value"]
    url = value["uploadInstructions"][0]["uploadUrl"]
    first, second = (httpx.put(url, content=video).headers["etag"] for _ in range(2))
    assert first != second
    assert code(finalize(http, value, [first]))[:2] == (400, "FIELD_INVALID")
    assert finalize(http, value, [second]).status_code == 200
    assert httpx.put(url, content=video).status_code == 409


def test_upload_addresses_end_after_a_day_and_files_can_fail_or_take_for_ever(
    stage: Any, http: httpx.Client, video: bytes, png: bytes
) -> None:
    value = begin_video(http, len(video)).json()["value"]
    url = value["uploadInstructions"][0]["uploadUrl"]
    stage.faults.add({"service": "linkedin", "fault": "etag-lost"})
    assert "etag" not in httpx.put(url, content=video).headers
    stage.advance(hours=24)
    assert httpx.put(url, content=video).status_code == 401
    asked = {"initializeUploadRequest": {"owner": OWNER}}
    for fault, status in (("processing-failed", "PROCESSING_FAILED"), ("processing-endless", "PROCESSING")):
        stage.faults.add({"service": "linkedin", "fault": fault})
        value = http.post("/rest/images?action=initializeUpload", json=asked).json()["value"]
        http.put(value["uploadUrl"], content=png)
        stage.advance(hours=1)
        assert http.get(place("images", value["image"])).json()["status"] == status


def test_linkedin_tells_by_action_what_a_member_may(staging: Staging) -> None:
    action = "(authorizationAction:(organizationContentAuthorizationAction:(actionType:{})))"
    asked = ",".join(action.format(one) for one in ("ORGANIC_SHARE_CREATE", "ORGANIC_SHARE_DELETE"))
    path = f"/rest/organizationAuthorizations?bq=authorizationActionsAndImpersonator&authorizationActions=List({asked})"
    for role, words in (("CONTENT_ADMIN", ["approved", "denied"]), ("ANALYST", ["denied", "denied"])):
        with staging(LinkedIn, role=role) as stage, client(stage) as http:
            batches = http.get(path).json()["elements"]
            found = [one for batch in batches for one in batch["elements"]]
            assert [next(iter(one["status"])) for one in found] == words
            assert {one["organization"] for one in found} == {OWNER}
            assert http.get("/rest/organizationAuthorizations?bq=other").status_code == 400


def test_the_picture_of_a_link_is_kept_for_the_page(stage: Any, http: httpx.Client, png: bytes) -> None:
    card = {"source": "https://a.example", "title": "A", "thumbnail": image(stage, http, png)}
    post(http, "read", content={"article": card})
    shown = {"source": "https://a.example", "title": "A", "description": ""}
    assert stage.posts()[0]["article"] == {**shown, "thumbnail": hashlib.sha256(png).hexdigest()}


def test_a_poll_is_shown_with_its_question_and_its_days(stage: Any, http: httpx.Client) -> None:
    options = [{"text": "Yes"}, {"text": "No"}]
    asked = {"question": "Shall we?", "options": options, "settings": {"duration": "THREE_DAYS"}}
    post(http, "Tell us", content={"poll": asked})
    (poll,) = [one["poll"] for one in stage.posts()]
    assert (poll["question"], list(poll["choices"]), poll["minutes"]) == ("Shall we?", ["Yes", "No"], 4320)
