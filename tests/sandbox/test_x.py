"""The X stand-in answers tweepy and httpx as the API does."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter
from typing_extensions import override

from bot.sandbox.x import X

Staging = Callable[..., AbstractContextManager[Any]]
HOST = "https://api.twitter.com"


class Elsewhere(HTTPAdapter):
    """Sends to the stand-in what tweepy sends to its built-in address."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        request.url = self._base + str(request.url).removeprefix(HOST)
        return super().send(request, *args, **options)


@pytest.fixture
def stage(staging: Staging) -> Iterator[Any]:
    with staging(X) as stage:
        yield stage


@pytest.fixture(params=["oauth1", "oauth2"])
def api(request: pytest.FixtureRequest, stage: Any) -> Iterator[Any]:
    """A tweepy client, once per way of signing in; it carries `who` for `user_auth`."""
    token = stage.service.token
    if request.param == "oauth1":
        keys = [
            token[key]
            for key in ("api_key", "api_secret", "oauth1_access_token", "oauth1_access_token_secret")
        ]
        client = tweepy.Client(None, *keys)
    else:
        client = tweepy.Client(token["access_token"])
    client.session.mount(HOST, Elsewhere(stage.base))
    client.who = {"user_auth": request.param == "oauth1"}
    yield client
    client.session.close()


@pytest.fixture
def http(stage: Any) -> Iterator[httpx.Client]:
    head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
    with httpx.Client(base_url=stage.base, headers=head) as client:
        yield client


def test_a_post_goes_out_and_can_be_read_back(stage: Any, api: Any) -> None:
    body = "Registration & more: https://coderefinery.org/workshops/2026-spring #CodeRefinery example.org"
    made = api.create_tweet(text=body, **api.who)
    (post,) = stage.posts()
    assert (post["text"], post["id"]) == (body, made.data["id"])
    assert httpx.get(post["url"]).status_code == 200
    me = api.get_me(**api.who).data
    (found,) = api.get_users_tweets(me.id, tweet_fields=["created_at", "entities"], **api.who).data
    assert found.id == int(made.data["id"])
    assert found.text == made.data["text"]
    assert found.text.startswith("Registration &amp; more: https://t.co/")
    assert [one["expanded_url"] for one in found.entities["urls"]] == [
        "https://coderefinery.org/workshops/2026-spring",
        "http://example.org",
    ]
    for one in found.entities["urls"]:
        assert found.text[one["start"] : one["end"]] == one["url"]
        assert len(one["url"]) == 23
    assert abs((found.created_at - stage.world.clock.now()).total_seconds()) < 30


def test_a_thread_replies_to_itself_and_a_deleted_post_ends_it(stage: Any, api: Any) -> None:
    one = api.create_tweet(text="one", **api.who).data["id"]
    two = api.create_tweet(text="two", in_reply_to_tweet_id=one, **api.who).data["id"]
    assert [post["reply_to"] for post in stage.posts()] == [None, one]
    assert api.delete_tweet(two, **api.who).data == {"deleted": True}
    assert [post["id"] for post in stage.posts()] == [one]
    with pytest.raises(tweepy.NotFound):
        api.delete_tweet(two, **api.who)
    with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
        api.create_tweet(text="three", in_reply_to_tweet_id=two, **api.who)


def test_the_same_text_is_refused_for_a_day_without_saying_where(stage: Any, api: Any) -> None:
    api.create_tweet(text="same", **api.who)
    with pytest.raises(tweepy.Forbidden, match="duplicate content") as error:
        api.create_tweet(text=" same ", **api.who)
    assert error.value.response.json() == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    assert len(stage.posts()) == 1
    if not api.who["user_auth"]:
        return
    stage.advance(hours=25)
    assert api.create_tweet(text="same", **api.who).data["id"]


@pytest.mark.parametrize(
    "text, ok",
    [
        ("x" * 280, True),
        ("x" * 281, False),
        ("世" * 140, True),
        ("世" * 141, False),
        ("x" * 256 + " https://example.org/" + "a" * 100, True),
        ("x" * 257 + " https://example.org/" + "a" * 100, False),
    ],
)
def test_text_is_weighed_as_x_weighs(http: httpx.Client, text: str, ok: bool) -> None:
    answer = http.post("/2/tweets", json={"text": text})
    if ok:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, "too long" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x", "schedule": "tomorrow"},
        {"text": 7},
        {"text": ""},
        {},
        {"text": "x", "media": {"media_ids": []}},
        {"text": "x", "media": {"media_ids": [17]}},
        {"text": "x", "media": {"media_ids": ["1"] * 5}},
        {"text": "x", "media": {"media_ids": ["17"]}},
        {"text": "x", "media": {"media_ids": ["1"], "alt": "y"}},
        {"text": "x", "reply": {"in_reply_to_tweet_id": 17}},
        {"text": "x", "reply": {"in_reply_to_tweet_id": "1", "to": "y"}},
        {"text": "x", "reply_settings": "everyone"},
        {"text": "x", "poll": {"options": ["a"], "duration_minutes": 60}},
        {"text": "x", "poll": {"options": ["a", "b"], "duration_minutes": 1}},
    ],
)
def test_a_body_that_does_not_fit_is_refused(stage: Any, http: httpx.Client, body: Any) -> None:
    answer = http.post("/2/tweets", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "https://api.x.com/2/problems/invalid-request"
    assert stage.posts() == []


def test_what_the_sandbox_leaves_out_is_an_honest_refusal(stage: Any, http: httpx.Client) -> None:
    answer = http.post("/2/tweets", json={"text": "x", "quote_tweet_id": "20"})
    assert (answer.status_code, "quote_tweet_id" in answer.json()["detail"]) == (403, True)
    assert stage.posts() == []


def test_pictures_are_uploaded_described_and_shown(
    stage: Any, http: httpx.Client, pictures: Callable[..., bytes]
) -> None:
    files = [pictures("PNG"), pictures("JPEG", colour="red")]
    one = http.post(
        "/2/media/upload", files={"media": ("a.png", files[0])}, data={"media_category": "tweet_image"}
    )
    encoded = base64.b64encode(files[1]).decode()
    two = http.post("/2/media/upload", json={"media": encoded, "media_category": "tweet_image"})
    ids = [answer.json()["data"]["id"] for answer in (one, two)]
    assert one.json()["data"]["image"] == {"image_type": "image/png", "w": 40, "h": 30}
    assert "processing_info" not in one.json()["data"]
    for n, identity in enumerate(ids):
        told = {"id": identity, "metadata": {"alt_text": {"text": f"Picture {n}"}}}
        assert http.post("/2/media/metadata", json=told).status_code == 200
    made = http.post("/2/tweets", json={"text": "Look", "media": {"media_ids": ids}}).json()["data"]
    assert made["text"].startswith("Look https://t.co/")
    (post,) = stage.posts()
    assert [item["sha256"] for item in post["media"]] == [hashlib.sha256(data).hexdigest() for data in files]
    assert [item["alt"] for item in post["media"]] == ["Picture 0", "Picture 1"]
    wanted = {"ids": made["id"], "expansions": "attachments.media_keys", "media.fields": "alt_text,url"}
    media = http.get("/2/tweets", params=wanted).json()["includes"]["media"]
    assert [item["alt_text"] for item in media] == ["Picture 0", "Picture 1"]
    assert http.get(media[0]["url"]).content == files[0]


def initialize(http: httpx.Client, data: bytes) -> str:
    asked = {"media_type": "video/mp4", "total_bytes": len(data), "media_category": "tweet_video"}
    return str(http.post("/2/media/upload/initialize", json=asked).json()["data"]["id"])


def append(http: httpx.Client, identity: str, index: int, piece: bytes) -> httpx.Response:
    place = f"/2/media/upload/{identity}/append"
    return http.post(place, data={"segment_index": str(index)}, files={"media": ("piece", piece)})


def test_a_video_goes_up_in_pieces_and_is_processed(stage: Any, http: httpx.Client, video: bytes) -> None:
    identity = initialize(http, video)
    half = len(video) // 2
    assert append(http, identity, 1, video[half:]).status_code == 200
    missing = http.post(f"/2/media/upload/{identity}/finalize")
    assert missing.status_code == 400
    assert append(http, identity, 0, video[:half]).status_code == 200
    done = http.post(f"/2/media/upload/{identity}/finalize").json()["data"]
    assert done["processing_info"]["state"] == "in_progress"
    assert done["processing_info"]["check_after_secs"] >= 1
    body = {"text": "Film", "media": {"media_ids": [identity]}}
    early = http.post("/2/tweets", json=body)
    assert (early.status_code, early.json()["errors"][0]["message"]) == (400, "Your media IDs are invalid.")
    stage.advance(seconds=3)
    asked = {"command": "STATUS", "media_id": identity}
    assert http.get("/2/media/upload", params=asked).json()["data"]["processing_info"]["state"] == "succeeded"
    assert http.post("/2/tweets", json=body).status_code == 201
    assert stage.posts()[0]["media"][0]["sha256"] == hashlib.sha256(video).hexdigest()


def test_the_old_upload_protocol_and_wrong_files_are_refused(http: httpx.Client, png: bytes) -> None:
    old = http.post("/2/media/upload?command=INIT", data={"total_bytes": "5"})
    garbage = http.post(
        "/2/media/upload", files={"media": b"garbage"}, data={"media_category": "tweet_image"}
    )
    uncategorised = http.post("/2/media/upload", files={"media": png})
    film = http.post("/2/media/upload", files={"media": png}, data={"media_category": "tweet_video"})
    long = http.post("/2/media/metadata", json={"id": "1", "metadata": {"alt_text": {"text": "x"}}})
    assert [one.status_code for one in (old, garbage, uncategorised, film, long)] == [400] * 5


def test_media_ids_die_after_a_day_and_alt_texts_have_a_limit(stage: Any, png: bytes) -> None:
    token = stage.service.token
    one = tweepy.OAuth1UserHandler(
        token["api_key"],
        token["api_secret"],
        token["oauth1_access_token"],
        token["oauth1_access_token_secret"],
    ).apply_auth()
    form = {"data": {"media_category": "tweet_image"}, "auth": one}
    made = requests.post(f"{stage.base}/2/media/upload", files={"media": png}, timeout=9, **form).json()
    identity = made["data"]["id"]
    told = {"id": identity, "metadata": {"alt_text": {"text": "x" * 1001}}}
    assert requests.post(f"{stage.base}/2/media/metadata", json=told, auth=one, timeout=9).status_code == 400
    stage.advance(hours=24, seconds=1)
    body = {"text": "Look", "media": {"media_ids": [identity]}}
    late = requests.post(f"{stage.base}/2/tweets", json=body, auth=one, timeout=9)
    assert (late.status_code, late.json()["errors"][0]["message"]) == (400, "Your media IDs are invalid.")


def refresh(stage: Any, token: str, **more: Any) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    client = (stage.service.token["client_id"], stage.service.token["client_secret"])
    return httpx.post(f"{stage.base}/2/oauth2/token", data=form, **{"auth": client, **more})


def test_an_access_token_lives_two_hours_and_a_refresh_token_once(stage: Any, http: httpx.Client) -> None:
    first = stage.service.token["refresh_token"]
    assert http.get("/2/users/me").status_code == 200
    stage.advance(hours=2, seconds=1)
    refused = http.get("/2/users/me")
    assert (refused.status_code, refused.json()["title"]) == (401, "Unauthorized")
    assert refresh(stage, first, auth=None).status_code == 401
    pair = refresh(stage, first).json()
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 7200)
    head = {"authorization": f"Bearer {pair['access_token']}"}
    assert httpx.get(f"{stage.base}/2/users/me", headers=head).json()["data"]["username"] == "community"
    again = refresh(stage, first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert refresh(stage, pair["refresh_token"]).status_code == 400  # used twice: the whole family is dead
    assert httpx.get(f"{stage.base}/2/users/me", headers=head).status_code == 401


def test_an_account_can_be_connected_with_pkce(stage: Any) -> None:
    token, verifier = stage.service.token, "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": token["client_id"],
        "redirect_uri": "http://127.0.0.1:8914/callback",
        "scope": "tweet.read tweet.write users.read offline.access",
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    went = httpx.URL(httpx.get(f"{stage.base}/i/oauth2/authorize", params=asked).headers["location"])
    assert went.params["state"] == "s"
    form = {
        "grant_type": "authorization_code",
        "code": went.params["code"],
        "redirect_uri": asked["redirect_uri"],
        "code_verifier": verifier,
    }
    exchange = partial(
        httpx.post,
        f"{stage.base}/2/oauth2/token",
        data=form,
        auth=(token["client_id"], token["client_secret"]),
    )
    pair = exchange().json()
    head = {"authorization": f"Bearer {pair['access_token']}"}
    assert httpx.post(f"{stage.base}/2/tweets", json={"text": "hi"}, headers=head).status_code == 201
    body = {"media_type": "image/png", "total_bytes": 3, "media_category": "tweet_image"}
    assert httpx.post(f"{stage.base}/2/media/upload/initialize", json=body, headers=head).status_code == 403
    assert exchange().status_code == 400


def test_the_timeline_is_paged_and_bounded(stage: Any, http: httpx.Client) -> None:
    ids = [http.post("/2/tweets", json={"text": f"number {n}"}).json()["data"]["id"] for n in range(7)]
    user = http.get("/2/users/me").json()["data"]["id"]
    first = http.get(f"/2/users/{user}/tweets", params={"max_results": 5}).json()
    assert [one["id"] for one in first["data"]] == ids[:1:-1]
    asked = {"max_results": "5", "pagination_token": first["meta"]["next_token"]}
    second = http.get(f"/2/users/{user}/tweets", params=asked).json()
    assert [one["id"] for one in second["data"]] == ids[1::-1]
    assert "next_token" not in second["meta"]
    assert http.get(f"/2/users/{user}/tweets", params={"max_results": 4}).status_code == 400
    later = {"start_time": "2100-01-01T00:00:00Z"}
    assert http.get(f"/2/users/{user}/tweets", params=later).json() == {"meta": {"result_count": 0}}
    several = http.get("/2/tweets", params={"ids": f"{ids[0]},4711"}).json()
    assert [one["id"] for one in several["data"]] == [ids[0]]
    assert several["errors"][0]["type"].endswith("/resource-not-found")


def test_the_rate_headers_count_down_and_tell_the_reset(staging: Staging) -> None:
    with staging(X, limits=True) as stage:
        for _ in range(73):
            stage.service.buckets["GET /2/users/me"].take()
        head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
        answers = [httpx.get(f"{stage.base}/2/users/me", headers=head) for _ in range(3)]
        assert [one.headers["x-rate-limit-remaining"] for one in answers] == ["1", "0", "0"]
        assert answers[-1].status_code == 429
        reset = datetime.fromtimestamp(
            int(answers[-1].headers["x-rate-limit-reset"]), stage.world.clock.now().tzinfo
        )
        assert 0 < (reset - stage.world.clock.now()).total_seconds() <= 900


@pytest.mark.parametrize(
    "fault, error",
    [
        ("500", tweepy.TwitterServerError),
        ("502-html", tweepy.TwitterServerError),
        ("429", tweepy.TooManyRequests),
        ("expired-token", tweepy.Unauthorized),
        ("402", tweepy.HTTPException),
        ("403-duplicate", tweepy.Forbidden),
        ("403-suspended", tweepy.Forbidden),
        ("403-client", tweepy.Forbidden),
        ("403-scope", tweepy.Forbidden),
        ("403-video", tweepy.Forbidden),
        ("403-too-long", tweepy.Forbidden),
        ("400-too-long", tweepy.BadRequest),
        ("400-media", tweepy.BadRequest),
        ("400-url", tweepy.BadRequest),
        ("429-day", tweepy.TooManyRequests),
        ("502-after", tweepy.TwitterServerError),
        ("reset-after", requests.ConnectionError),
    ],
)
def test_tweepy_understands_the_faults(stage: Any, api: Any, fault: str, error: type[Exception]) -> None:
    stage.faults.add({"service": "x", "fault": fault})
    with pytest.raises(error):
        api.create_tweet(text="text", **api.who)
    assert len(stage.posts()) == (fault in {"reset-after", "502-after"})


def test_only_an_answer_needs_to_be_summoned(stage: Any, api: Any) -> None:
    stage.faults.add({"service": "x", "fault": "403-reply", "times": 2})
    one = api.create_tweet(text="one", **api.who).data["id"]
    with pytest.raises(tweepy.Forbidden, match="mentioned or otherwise engaged"):
        api.create_tweet(text="two", in_reply_to_tweet_id=one, **api.who)
    assert len(stage.posts()) == 1


def test_a_post_may_be_taken_with_errors_beside_it_or_errors_alone(stage: Any, http: httpx.Client) -> None:
    stage.faults.add({"service": "x", "fault": "200-errors"})
    taken = http.post("/2/tweets", json={"text": "taken"})
    stage.faults.add({"service": "x", "fault": "200-empty"})
    empty = http.post("/2/tweets", json={"text": "empty"})
    stage.faults.add({"service": "x", "fault": "200-hidden"})
    hidden = http.get("/2/users/1589960000000000000/tweets")
    assert [one.status_code for one in (taken, empty, hidden)] == [200, 200, 200]
    assert [sorted(one.json()) for one in (taken, empty, hidden)] == [
        ["data", "errors"],
        ["errors"],
        ["errors"],
    ]
    assert [post["text"] for post in stage.posts()] == ["taken"]


def test_the_limit_of_a_day_is_told_in_headers_of_its_own(stage: Any, http: httpx.Client) -> None:
    stage.faults.add({"service": "x", "fault": "429-day"})
    headers = http.post("/2/tweets", json={"text": "x"}).headers
    assert headers["x-user-limit-24hour-remaining"] == "0"
    assert int(headers["x-user-limit-24hour-reset"]) > int(headers["x-rate-limit-reset"])
    assert headers["x-rate-limit-remaining"] != "0"


def test_everything_that_is_done_is_charged_and_without_credits_nothing_is_done(
    stage: Any, http: httpx.Client, png: bytes
) -> None:
    purse = stage.service.purse
    for text, price in (
        ("plain", 15),
        ("see https://example.org and example.com", 200),
        ("cycle.example", 15),
    ):
        before = purse.spent
        assert http.post("/2/tweets", json={"text": text}).status_code == 201
        assert purse.spent - before == stage.posts()[-1]["price"] == price
    before = purse.spent
    user = http.get("/2/users/me").json()["data"]["id"]
    for _ in range(2):  # the same thing is free for the rest of the day
        assert http.get(f"/2/users/{user}/tweets").json()["meta"]["result_count"] == 3
    media = http.post("/2/media/upload", files={"media": png}, data={"media_category": "tweet_image"})
    told = {"id": media.json()["data"]["id"], "metadata": {"alt_text": {"text": "A picture"}}}
    http.post("/2/media/metadata", json=told)
    assert purse.spent - before == 10 + 3 * 5 + 5
    purse.credit = purse.spent + 14
    refused = http.post("/2/tweets", json={"text": "one more"})
    assert (refused.status_code, refused.json()["title"]) == (402, "CreditsDepleted")
    assert len(stage.posts()) == 3
    assert stage.world.notes("x") == {"spent": purse.spent, "credit": purse.spent + 14}


def test_a_poll_is_shown_with_its_choices(stage: Any, http: httpx.Client) -> None:
    body = {"text": "Which?", "poll": {"options": ["this", "that"], "duration_minutes": 1440}}
    assert http.post("/2/tweets", json=body).status_code == 201
    poll = stage.posts()[0]["poll"]
    assert (list(poll["choices"]), poll["minutes"]) == (["this", "that"], 1440)


def test_one_post_has_one_cashtag(http: httpx.Client) -> None:
    assert http.post("/2/tweets", json={"text": "$ABC and $abc at $5"}).status_code == 201
    refused = http.post("/2/tweets", json={"text": "$ABC and $DEF"})
    assert (refused.status_code, "cashtag" in refused.json()["detail"]) == (403, True)


def test_the_words_of_the_other_document_may_be_ignored(staging: Staging) -> None:
    with staging(X, words="post", foreign="ignored") as stage:
        head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
        with httpx.Client(base_url=stage.base, headers=head) as http:
            http.post("/2/tweets", json={"text": "hello"})
            told = [
                http.get("/2/users/1589960000000000000/tweets", params={name: "created_at"}).json()["data"][0]
                for name in ("tweet.fields", "post.fields")
            ]
    assert ["created_at" in one for one in told] == [False, True]


def test_the_words_of_the_other_document_may_be_refused(staging: Staging) -> None:
    for words, foreign in (("post", "tweet"), ("tweet", "post")):
        with staging(X, words=words, foreign="refused") as stage:
            head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
            with httpx.Client(base_url=f"{stage.base}/2/users/1589960000000000000", headers=head) as http:
                right = http.get("/tweets", params={f"{words}.fields": "created_at"})
                wrong = http.get("/tweets", params={f"{foreign}.fields": "created_at"})
                assert (right.status_code, wrong.status_code) == (200, 400)
                assert f"[{foreign}.fields]" in wrong.json()["errors"][0]["message"]


def test_a_video_of_other_colours_than_4_2_0_fails_while_it_is_processed(
    stage: Any, http: httpx.Client
) -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "media" / "s444.mp4"
    if not path.is_file():
        pytest.skip("the shared files are not beside this checkout (../shared)")
    identity = initialize(http, path.read_bytes())
    append(http, identity, 0, path.read_bytes())
    assert http.post(f"/2/media/upload/{identity}/finalize").status_code == 200
    stage.advance(seconds=3)
    asked = {"command": "STATUS", "media_id": identity}
    assert http.get("/2/media/upload", params=asked).json()["data"]["processing_info"]["state"] == "failed"


@pytest.mark.parametrize(
    "fault, states",
    [("processing-slow", ["in_progress"] * 2), ("processing-failed", ["in_progress", "failed"])],
)
def test_a_video_may_be_processed_for_hours_or_fail(
    stage: Any, http: httpx.Client, video: bytes, fault: str, states: list[str]
) -> None:
    identity = initialize(http, video)
    append(http, identity, 0, video)
    stage.faults.add({"service": "x", "fault": fault})
    told = [http.post(f"/2/media/upload/{identity}/finalize").json()]
    stage.advance(minutes=30)
    told.append(http.get("/2/media/upload", params={"command": "STATUS", "media_id": identity}).json())
    assert [one["data"]["processing_info"]["state"] for one in told] == states
    body = {"text": "Film", "media": {"media_ids": [identity]}}
    assert http.post("/2/tweets", json=body).status_code == 400


def lasting(seconds: int) -> bytes:
    """An MP4 whose header says how long it is."""

    def box(kind: bytes, *content: bytes) -> bytes:
        data = b"".join(content)
        return struct.pack(">I4s", len(data) + 8, kind) + data

    span = struct.pack(">IIIII", 0, 0, 0, 1, seconds)
    tkhd = struct.pack(">IIIIII", 7, 0, 0, 1, 0, seconds) + bytes(52) + struct.pack(">II", 64 << 16, 36 << 16)
    mdia = box(b"mdia", box(b"mdhd", span + bytes(4)), box(b"hdlr", bytes(8) + b"vide" + bytes(13)))
    moov = box(b"moov", box(b"mvhd", span + bytes(80)), box(b"trak", box(b"tkhd", tkhd), mdia))
    return box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + moov + box(b"mdat", bytes(100))


@pytest.mark.parametrize("minutes, status", [(20, 201), (21, 403)])
def test_how_long_a_video_may_be_is_judged_when_the_post_is_made(
    stage: Any, http: httpx.Client, minutes: int, status: int
) -> None:
    data = lasting(60 * minutes)
    identity = initialize(http, data)
    append(http, identity, 0, data)
    assert http.post(f"/2/media/upload/{identity}/finalize").status_code == 200
    stage.advance(seconds=3)
    answer = http.post("/2/tweets", json={"text": "Film", "media": {"media_ids": [identity]}})
    assert answer.status_code == status
    assert ("longer than 20 minutes" in answer.text) is (status == 403)


def test_an_upload_may_be_forgotten_in_the_middle(stage: Any, http: httpx.Client, video: bytes) -> None:
    identity = initialize(http, video)
    stage.faults.add({"service": "x", "fault": "upload-gone"})
    assert append(http, identity, 0, video).json()["errors"][0]["message"] == "Your media IDs are invalid."
    assert append(http, identity, 0, video).status_code == 400


def test_the_token_endpoint_fails_only_when_asked_to(stage: Any) -> None:
    first = stage.service.token["refresh_token"]
    stage.faults.add({"service": "x", "fault": "500"})
    stage.faults.add({"service": "x", "fault": "invalid-grant"})
    assert refresh(stage, first).status_code == 400
    assert refresh(stage, first).status_code == 200


def test_everything_survives_a_kill(staging: Staging, tmp_path: Path, png: bytes) -> None:
    def client(stage: Any, token: str) -> httpx.Client:
        return httpx.Client(base_url=stage.base, headers={"authorization": f"Bearer {token}"})

    with staging(X, tmp_path) as stage:
        pair = refresh(stage, stage.service.token["refresh_token"]).json()
        with client(stage, pair["access_token"]) as http:
            http.post("/2/tweets", json={"text": "same"})
            form = {"media_category": "tweet_image"}
            media = http.post("/2/media/upload", files={"media": png}, data=form).json()["data"]["id"]
    with staging(X, tmp_path) as stage, client(stage, pair["access_token"]) as http:
        assert http.post("/2/tweets", json={"text": "same"}).status_code == 403
        body = {"text": "picture", "media": {"media_ids": [media]}}
        assert http.post("/2/tweets", json=body).status_code == 201
        assert refresh(stage, stage.service.token["refresh_token"]).status_code == 400
        assert [post["text"] for post in stage.posts()] == ["same", "picture"]


@pytest.mark.parametrize("words", ["tweet", "post"])
def test_answers_fit_the_published_document(
    staging: Staging, spec: Callable[[str], Any], png: bytes, words: str
) -> None:
    document = spec("x-openapi.json")

    def fits(name: str, answer: httpx.Response) -> Any:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(answer.json(), schema)
        return answer.json()["data"]

    with staging(X, words=words) as stage:
        head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
        with httpx.Client(base_url=stage.base, headers=head) as http:
            form = {"media_category": "tweet_image"}
            media = fits("MediaUploadResponse", http.post("/2/media/upload", files={"media": png}, data=form))
            told = {"id": media["id"], "metadata": {"alt_text": {"text": "A picture"}}}
            fits("CreateMediaMetadataResponse", http.post("/2/media/metadata", json=told))
            asked = {"media_type": "image/png", "total_bytes": len(png), "media_category": "tweet_image"}
            begun = fits("InitializeMediaUploadResponse", http.post("/2/media/upload/initialize", json=asked))
            fits("AppendMediaUploadResponse", append(http, begun["id"], 0, png))
            done = http.post(f"/2/media/upload/{begun['id']}/finalize")
            fits("FinalizeMediaUploadResponse", done)
            status = http.get("/2/media/upload", params={"command": "STATUS", "media_id": begun["id"]})
            fits("GetMediaUploadStatusResponse", status)
            body = {"text": "https://example.org", "media": {"media_ids": [media["id"]]}}
            jsonschema.validate(
                body,
                {"$ref": "#/components/schemas/CreatePostsRequest", "components": document["components"]},
            )
            made = fits("CreatePostsResponse", http.post("/2/tweets", json=body))
            more = ",public_metrics" if words == "post" else ""  # its older form has other names
            fields = {f"{words}.fields": f"created_at,entities,attachments,conversation_id,author_id{more}"}
            fits("GetPostsByIdResponse", http.get(f"/2/tweets/{made['id']}", params=fields))
            me = fits("GetUsersMeResponse", http.get("/2/users/me"))
            fits("GetUsersPostsResponse", http.get(f"/2/users/{me['id']}/tweets", params=fields))
            fits("DeletePostsResponse", http.delete(f"/2/tweets/{made['id']}"))
