"""The Mastodon stand-in answers Mastodon.py as a real instance does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import mastodon
import pytest
from hypothesis import example, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from bot.sandbox.mastodon import Mastodon
from bot.sandbox.mastodon.text import readable, rendered

Staging = Callable[..., AbstractContextManager[Any]]


def client(stage: Any, **options: Any) -> Any:
    return mastodon.Mastodon(
        access_token=stage.service.token["access_token"],
        api_base_url=stage.base,
        mastodon_version="4.6.4",
        version_check_mode="created",
        ratelimit_method="throw",
        request_timeout=10,
        **options,
    )


@pytest.fixture
def stage(staging: Staging) -> Iterator[Any]:
    with staging(Mastodon) as stage:
        yield stage


@pytest.fixture
def api(stage: Any) -> Any:
    return client(stage)


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(mastodon.MastodonAPIError) as error:
        call()
    return error.value.args[1], error.value.args[3]


@pytest.mark.filterwarnings("ignore:Endpoint:mastodon.errors.MastodonDeprecationWarning")
def test_a_client_that_finds_out_the_version_by_itself_is_served(stage: Any) -> None:
    api = mastodon.Mastodon(access_token=stage.service.token["access_token"], api_base_url=stage.base)
    assert api.retrieve_mastodon_version() == "4.6.4"
    assert api.instance_v1()["configuration"]["statuses"]["max_characters"] == 500
    limits = api.instance_v2()["configuration"]
    assert limits["media_attachments"]["description_limit"] == 10_000
    assert httpx.get(f"{stage.base}/api/v1/instance").headers["deprecation"] == "@1668384000"


def test_a_status_is_published_as_a_reader_sees_it(stage: Any, api: Any) -> None:
    body = "Spring workshop <3 #CodeRefinery & more\nhttps://coderefinery.org/workshops/2026/spring-edition?x=1.\n\nBye @community"
    status = api.status_post(body, language="en", idempotency_key="key-1")
    assert status.url == f"{stage.base}/@community/{status.id}"
    assert status.content.startswith("<p>Spring workshop &lt;3 <a href=")
    assert (
        '<span class="invisible">https://</span><span class="ellipsis">coderefinery.org/workshops/202</span>'
        in status.content
    )
    assert "<p>Bye <span" in status.content
    assert [tag["name"] for tag in status.tags] == ["coderefinery"]
    assert [one["acct"] for one in status.mentions] == ["community"]
    (post,) = stage.posts()
    assert post["text"] == body
    assert post["raw"]["status"] == body
    assert (post["service"], post["id"], post["idempotency_key"]) == ("mastodon", status.id, "key-1")
    page = httpx.get(status.url)
    assert page.status_code == 200
    assert "Spring workshop &lt;3" in page.text


def test_the_account_is_verified_and_lists_its_statuses(api: Any) -> None:
    me = api.account_verify_credentials()
    assert me.username == "community"
    ids = [api.status_post(f"number {n}").id for n in range(3)]
    assert [one.id for one in api.account_statuses(me.id)] == ids[::-1]
    assert [one.id for one in api.account_statuses(me.id, limit=1)] == ids[2:]
    assert [one.id for one in api.account_statuses(me.id, max_id=ids[1])] == ids[:1]
    assert [one.id for one in api.account_statuses(me.id, min_id=ids[0], limit=1)] == [ids[1]]


@pytest.mark.parametrize(
    "text, spoiler, ok",
    [
        ("x" * 500, None, True),
        ("x" * 501, None, False),
        ("x" * 400, "y" * 100, True),
        ("x" * 400, "y" * 101, False),
        ("👩‍👩‍👧‍👦" * 500, None, True),
        ("https://example.org/" + "a" * 900 + " " + "x" * 476, None, True),
        ("https://example.org/" + "a" * 900 + " " + "x" * 477, None, False),
        ("example.org/" + "a" * 490, None, False),
        ("@someone@far.example.org " + "x" * 491, None, True),
        ("@someone@far.example.org " + "x" * 492, None, False),
    ],
)
def test_text_is_counted_as_mastodon_counts(api: Any, text: str, spoiler: str | None, ok: bool) -> None:
    if ok:
        assert api.status_post(text, spoiler_text=spoiler).id
    else:
        status, error = refused(lambda: api.status_post(text, spoiler_text=spoiler))
        assert (status, error) == (422, "Validation failed: Text character limit of 500 exceeded")


def test_an_empty_status_is_refused(api: Any, stage: Any) -> None:
    blank = (422, "Validation failed: Text can't be blank")
    assert [refused(partial(api.status_post, text)) for text in ("", " \n ")] == [blank, blank]
    assert stage.posts() == []


def test_pictures_keep_their_bytes_and_alt_texts(
    stage: Any, api: Any, pictures: Callable[..., bytes]
) -> None:
    files = [pictures("PNG"), pictures("JPEG"), pictures("WEBP", colour="red"), pictures("GIF")]
    media = [
        api.media_post(data, mime, description=f"Picture {n}", focus=(0.5, -0.5))
        for n, (data, mime) in enumerate(
            zip(files, ["image/png", "image/jpeg", "image/webp", "image/gif"], strict=True)
        )
    ]
    assert all(one.url for one in media)
    assert httpx.get(media[0].url).content == files[0]
    status = api.status_post("Look", media_ids=media, sensitive=True, spoiler_text="Colours")
    assert [one.description for one in status.media_attachments] == [f"Picture {n}" for n in range(4)]
    (post,) = stage.posts()
    assert [one["sha256"] for one in post["media"]] == [hashlib.sha256(one).hexdigest() for one in files]
    assert [one["alt"] for one in post["media"]] == [f"Picture {n}" for n in range(4)]
    assert post["extra"]["spoiler_text"] == "Colours"


def test_media_that_cannot_be_used_is_refused(stage: Any, api: Any, png: bytes, video: bytes) -> None:
    assert refused(lambda: api.media_post(b"garbage", "image/png"))[0] == 422
    assert refused(lambda: api.media_post(b"", "image/png"))[0] == 422
    one = api.media_post(png, "image/png")
    assert refused(lambda: api.status_post("x", media_ids=["17"])) == (
        422,
        "Media 17 not found or already attached to another post",
    )
    api.status_post("first", media_ids=[one])
    assert refused(lambda: api.status_post("again", media_ids=[one]))[0] == 422
    five = [api.media_post(png, "image/png") for _ in range(5)]
    assert refused(lambda: api.status_post("x", media_ids=five)) == (422, "Cannot attach more than 4 files")
    film = api.media_post(video, "video/mp4")
    stage.advance(seconds=3)
    error = "Cannot attach a video to a post that already contains images"
    assert refused(lambda: api.status_post("x", media_ids=[five[0], film])) == (422, error)
    assert refused(lambda: api.media(one)) == (404, "Record not found")


def test_a_video_is_processed_for_a_while(stage: Any, api: Any, video: bytes) -> None:
    film = api.media_post(video, "video/mp4", description="A film")
    assert film.url is None
    head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
    assert httpx.get(f"{stage.base}/api/v1/media/{film.id}", headers=head).status_code == 206
    error = "Cannot attach files that have not finished processing. Try again in a moment!"
    assert refused(lambda: api.status_post("x", media_ids=[film])) == (422, error)
    assert api.media_update(film, description="A better film").description == "A better film"
    stage.advance(seconds=3)
    assert api.media(film).url.endswith(".mp4")
    part = httpx.get(api.media(film).url, headers={"range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, b"ftypmp42")
    assert api.status_post("Film", media_ids=[film]).media_attachments[0].type == "video"
    assert stage.posts()[0]["media"][0]["alt"] == "A better film"


def test_the_status_codes_of_uploads_are_those_of_mastodon(stage: Any, png: bytes, video: bytes) -> None:
    head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
    codes = [
        httpx.post(
            f"{stage.base}{path}", headers=head, files={"file": ("a", data, "application/x")}
        ).status_code
        for path, data in [("/api/v2/media", png), ("/api/v2/media", video), ("/api/v1/media", video)]
    ]
    assert codes == [200, 202, 200]


def test_a_key_makes_one_status_for_one_hour(stage: Any, api: Any) -> None:
    first = api.status_post("once", idempotency_key="k")
    assert api.status_post("something else", idempotency_key="k").id == first.id
    stage.advance(minutes=61)
    second = api.status_post("once", idempotency_key="k")
    assert second.id != first.id
    api.status_delete(second)
    assert refused(lambda: api.status_post("once", idempotency_key="k")) == (404, "Record not found")
    assert [post["id"] for post in stage.posts()] == [first.id]


def test_threads_hang_together_and_replies_to_nothing_are_refused(stage: Any, api: Any) -> None:
    one = api.status_post("one")
    two = api.status_post("two", in_reply_to_id=one)
    three = api.status_post("three", in_reply_to_id=two)
    context = api.status_context(two)
    assert [status.id for status in context.ancestors] == [one.id]
    assert [status.id for status in context.descendants] == [three.id]
    assert api.status(one).replies_count == 1
    assert [post["reply_to"] for post in stage.posts()] == [None, one.id, two.id]
    assert refused(lambda: api.status_post("x", in_reply_to_id="4711"))[0] == 404


def test_deleting_gives_the_source_and_takes_it_from_readers(stage: Any, api: Any, png: bytes) -> None:
    media = api.media_post(png, "image/png")
    status = api.status_post("*gone* soon", media_ids=[media])
    assert api.status_delete(status).text == "*gone* soon"
    assert stage.posts() == []
    assert refused(lambda: api.status_delete(status)) == (404, "Record not found")
    assert refused(lambda: api.status(status))[0] == 404
    assert api.status_post("redrafted", media_ids=[media]).media_attachments[0].id == media.id


def test_an_edit_replaces_what_readers_see(stage: Any, api: Any, png: bytes) -> None:
    media = api.media_post(png, "image/png", description="old")
    status = api.status_post("befroe", media_ids=[media], visibility="unlisted")
    attributes = [api.generate_media_edit_attributes(media.id, description="new")]
    edited = api.status_update(status, "before", media_attributes=attributes)
    assert edited.edited_at is not None
    assert api.status_source(status).text == "before"
    (post,) = stage.posts()
    assert (post["text"], post["extra"]["visibility"]) == ("before", "unlisted")


def test_a_scheduled_status_comes_out_at_its_time(stage: Any, api: Any) -> None:
    now = stage.world.clock.now()
    assert refused(lambda: api.status_post("soon", scheduled_at=now + timedelta(minutes=4)))[0] == 422
    waiting = api.status_post("later", scheduled_at=now + timedelta(hours=2), visibility="unlisted")
    assert waiting.params.text == "later"
    assert [one.id for one in api.scheduled_statuses()] == [waiting.id]
    moved = api.scheduled_status_update(waiting, now + timedelta(hours=3))
    assert moved.scheduled_at == (now + timedelta(hours=3)).replace(
        microsecond=moved.scheduled_at.microsecond
    )
    stage.advance(hours=2, minutes=30)
    assert stage.posts() == []
    stage.advance(hours=1)
    assert [post["text"] for post in stage.posts()] == ["later"]
    assert api.scheduled_statuses() == []


def test_a_poll_is_asked_and_excludes_pictures(stage: Any, api: Any, png: bytes) -> None:
    status = api.status_post("Which?", poll=api.make_poll(["one", "two"], 3600, multiple=True))
    assert [one.title for one in status.poll.options] == ["one", "two"]
    assert status.poll.multiple
    shown = stage.posts()[0]["poll"]
    assert (list(shown["choices"]), shown["minutes"], shown["multiple"]) == (["one", "two"], 60, True)
    media = api.media_post(png, "image/png")
    head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
    poll = {"options": ["a", "b"], "expires_in": 3600}
    both = {"status": "x", "media_ids": [media.id], "poll": poll}
    assert httpx.post(f"{stage.base}/api/v1/statuses", headers=head, json=both).status_code == 422
    for broken in (
        {"options": ["a"]},
        {"options": ["a", "a"]},
        {"options": list("abcde")},
        {"expires_in": 3},
    ):
        body = {"status": "x", "poll": {**poll, **broken}}
        assert httpx.post(f"{stage.base}/api/v1/statuses", headers=head, json=body).status_code == 422


def test_tokens_are_asked_for_and_have_scopes(stage: Any) -> None:
    nobody = httpx.post(f"{stage.base}/api/v1/statuses", data={"status": "x"})
    assert (nobody.status_code, nobody.json()) == (401, {"error": "The access token is invalid"})
    assert nobody.headers["www-authenticate"].startswith('Bearer realm="Doorkeeper", error="invalid_token"')
    key, secret = mastodon.Mastodon.create_app("Social", scopes=["read"], api_base_url=stage.base)
    reader = mastodon.Mastodon(client_id=key, client_secret=secret, api_base_url=stage.base)
    page = httpx.get(reader.auth_request_url(scopes=["read"], allow_http=True)).text
    reader.log_in(code=page.split("<code>")[1].split("</code>")[0], scopes=["read"], allow_http=True)
    assert reader.account_verify_credentials().username == "community"
    assert refused(lambda: reader.status_post("x")) == (403, "This action is outside the authorized scopes")
    reader.revoke_access_token(allow_http=True)
    assert stage.posts() == []


def test_the_rate_headers_count_published_statuses(stage: Any, api: Any) -> None:
    head = {"authorization": f"Bearer {stage.service.token['access_token']}"}

    def left(text: str) -> int:
        answer = httpx.post(f"{stage.base}/api/v1/statuses", headers=head, json={"status": text})
        reset = datetime.fromisoformat(answer.headers["x-ratelimit-reset"])
        assert timedelta() < reset - stage.world.clock.now() <= timedelta(hours=3)
        assert answer.headers["x-ratelimit-limit"] == "300"
        return int(answer.headers["x-ratelimit-remaining"])

    assert [left("one"), left(""), left("two")] == [299, 299, 298]


def test_a_limit_that_is_switched_on_is_enforced(staging: Staging, png: bytes) -> None:
    with staging(Mastodon, limits=True) as stage:
        api = client(stage)
        for _ in range(29):
            stage.service.buckets["media"].take()
        api.media_post(png, "image/png")
        with pytest.raises(mastodon.MastodonRatelimitError):
            api.media_post(png, "image/png")
        assert api.ratelimit_remaining == 0
        assert api.ratelimit_reset > stage.world.clock.now().timestamp()
        stage.advance(minutes=31)
        assert api.media_post(png, "image/png").id


def test_everything_survives_a_kill(staging: Staging, tmp_path: Path, png: bytes) -> None:
    with staging(Mastodon, tmp_path) as stage:
        api = client(stage)
        status = api.status_post("still here", idempotency_key="k")
        media = api.media_post(png, "image/png", description="kept")
    with staging(Mastodon, tmp_path) as stage:
        api = client(stage)
        assert api.status_post("again", idempotency_key="k").id == status.id
        assert api.status_post("picture", media_ids=[media.id]).media_attachments[0].description == "kept"
        assert [post["text"] for post in stage.posts()] == ["still here", "picture"]


@given(
    st.lists(
        st.sampled_from(
            [*"ab 😀<>&\"'@#/.,)(\n", "https://a.example/b?c=1&d", "#tag", "@community", "@x@y.example"]
        ),
        max_size=30,
    )
)
@budget(max_examples=100)
@example(["https://a.example/b", "&", "<", ")"])
def test_a_reader_sees_what_was_written(pieces: list[str]) -> None:
    text = "".join(pieces)
    seen = readable(rendered(text, "http://here.example", "community", "here.example"))
    assert seen == re.sub(r"\n{3,}", "\n\n", text)
