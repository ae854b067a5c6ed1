"""X: what is asked of it, what its answers mean, how it is signed in, and that nothing goes out twice."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from oauthlib.oauth1 import Client as Signer  # type: ignore[import-untyped]  # it has no stubs
from pydantic import SecretStr, ValidationError

from handlers.base import Barred, Later, Outgoing, Part, Rejected, Tools, Unavailable, Uncertain
from handlers.media import Media
from handlers.x import X, XSettings

TWEETS = "/2/tweets"
ME = "/2/users/me"
OWN = "/2/users/7/tweets"
TOKEN = "/2/oauth2/token"
UPLOAD = "/2/media/upload"
TEXT = "Registration is open: https://coderefinery.org/workshops & more"
SECRETS = {
    "api_key": "secret-a",
    "api_secret": "secret-b",
    "access_token": "7-secret-c",
    "access_token_secret": "secret-d",
}
DUPLICATE = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}


class Service:
    """A small X on top of the scripted server: posts, own timeline, uploads, and tokens that work once."""

    def __init__(self, server: Any, clock: Any) -> None:
        self.server, self.clock = server, clock
        self.posts: list[dict[str, Any]] = []
        self.lose: list[str] = []
        """For each creating request to come: `before`, `after` or nothing."""
        self.access, self.refresh = "access-1", "refresh-1"
        self.uploads = 0
        server.rule(self.answer)

    def answer(self, asked: Any) -> Any:
        where, reply = (asked.method, asked.path), self.server.reply
        bearer = asked.headers.get("Authorization", "")
        if where == ("POST", TOKEN):
            return self.renew(asked)
        if bearer.startswith("Bearer ") and bearer != f"Bearer {self.access}":
            return reply({"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}, 401)
        if where == ("POST", TWEETS):
            return self.create(asked)
        if where == ("GET", ME):
            return reply({"data": {"id": "7", "name": "CodeRefinery", "username": "coderefine"}})
        if where == ("GET", OWN):
            at = int(asked.query.get("pagination_token", "0"))
            newest = self.posts[::-1]
            more = {"next_token": str(at + 100)} if len(newest) > at + 100 else {}
            return reply({"data": newest[at : at + 100], "meta": more})
        return self.upload(asked) if asked.path.startswith("/2/media") else None

    def renew(self, asked: Any) -> Any:
        form = dict(asked.form)
        if form.get("refresh_token") != self.refresh:
            return self.server.reply({"error": "invalid_request"}, 400)
        number = int(self.refresh.rpartition("-")[2]) + 1
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        scope = "tweet.read tweet.write users.read media.write offline.access"
        return self.server.reply(
            {
                "token_type": "bearer",
                "access_token": self.access,
                "refresh_token": self.refresh,
                "expires_in": 7200,
                "scope": scope,
            }
        )

    def create(self, asked: Any) -> Any:
        loss = self.lose.pop(0) if self.lose else ""
        if loss == "before":
            return self.server.CUT
        body = asked.json
        if any(post["sent"] == body.get("text", "") for post in self.posts):
            return self.server.reply(DUPLICATE, 403)
        post = self.add(body)
        if loss == "after":
            return self.server.CUT
        return self.server.reply({"data": {"id": post["id"], "text": post["text"]}}, 201)

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        urls: list[dict[str, str]] = []

        def shorten(found: re.Match[str]) -> str:
            urls.append({"url": f"https://t.co/a{len(urls)}", "expanded_url": found[0]})
            return urls[-1]["url"]

        sent = body.get("text", "")
        text = re.sub(r"https://\S+", shorten, sent).replace("&", "&amp;")
        number = str(1000 + len(self.posts))
        pictures = body.get("media", {}).get("media_ids", [])
        parent = body.get("reply", {}).get("in_reply_to_tweet_id")
        begun = next((one["conversation_id"] for one in self.posts if one["id"] == parent), number)
        if pictures:
            urls.append(
                {"url": "https://t.co/pic", "expanded_url": f"https://x.com/c/status/{number}/photo/1"}
            )
            text += " https://t.co/pic"
        self.posts.append(
            {
                "id": number,
                "text": text,
                "sent": sent,
                "entities": {"urls": urls},
                "conversation_id": begun,
                **({"referenced_posts": [{"type": "replied_to", "id": parent}]} if parent else {}),
                **({"attachments": {"media_keys": [f"3_{one}" for one in pictures]}} if pictures else {}),
                "created_at": self.clock().isoformat().replace("+00:00", "Z"),
                "body": body,
            }
        )
        return self.posts[-1]

    def upload(self, asked: Any) -> Any:
        if asked.path == f"{UPLOAD}/initialize":
            self.uploads += 1
            return self.server.reply({"data": {"id": str(self.uploads), "expires_after_secs": 86400}})
        if asked.path.endswith("/append"):
            return self.server.reply({"data": {"expires_at": 1}})
        if asked.path.endswith("/finalize"):
            return self.server.reply({"data": {"id": asked.path.split("/")[4]}})
        if asked.path == "/2/media/metadata":
            return self.server.reply({"data": {"id": asked.json["id"]}})
        return None


@pytest.fixture
def service(server: Any, clock: Any) -> Service:
    return Service(server, clock)


@pytest.fixture
def x(server: Any, tools: Tools) -> X:
    return X("x", XSettings.model_validate({"base_url": server.url, **SECRETS}), tools)


@pytest.fixture
def paired(server: Any, tools: Tools) -> X:
    settings = XSettings(
        base_url=server.url,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        refresh_token=SecretStr("refresh-1"),
    )
    return X("x", settings, tools)


def one(text: str = TEXT, *media: Media) -> Outgoing:
    return Outgoing("x", (Part(text, len(text), media),))


def thread(*texts: str) -> Outgoing:
    return Outgoing("x", tuple(Part(text, len(text)) for text in texts))


def picture(tools: Tools, alt: str = "Learners around a table", data: bytes = b"png") -> Media:
    return Media(tools.store.put(data), "photo.png", "image/png", len(data), alt)


def test_a_post_goes_out_as_it_was_prepared(x: X, service: Service, server: Any, delivery: Any) -> None:
    published = x.send(one(), delivery.ticket())
    assert (published.id, published.url) == ("1000", "https://x.com/coderefine/status/1000")
    (asked,) = server.to("POST", TWEETS)
    assert asked.json == {"text": TEXT}


def signature(header: str) -> dict[str, str]:
    """What stands in an OAuth 1.0a header."""
    return {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}


def test_the_signature_is_over_the_address_that_is_asked(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    x.send(one(TEXT, picture(tools)), delivery.ticket())
    assert len(server.asked) == 6
    for asked in server.asked:
        told = signature(asked.headers["Authorization"])
        signer = Signer(
            SECRETS["api_key"],
            SECRETS["api_secret"],
            SECRETS["access_token"],
            SECRETS["access_token_secret"],
            nonce=told["oauth_nonce"],
            timestamp=told["oauth_timestamp"],
        )
        _, signed, _ = signer.sign(server.url + asked.path, asked.method)
        assert signature(signed["Authorization"]) == told


def test_pictures_are_uploaded_in_pieces_with_alt_texts(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    big = bytes(range(256)) * 20_000
    x.send(one(TEXT, picture(tools, data=big), picture(tools, alt="")), delivery.ticket())
    first, _ = server.to("POST", f"{UPLOAD}/initialize")
    assert first.json == {
        "media_type": "image/png",
        "total_bytes": len(big),
        "media_category": "tweet_image",
    }
    pieces = server.to("POST", f"{UPLOAD}/1/append")
    assert [piece.fields["segment_index"] for piece in pieces] == [b"0", b"1"]
    assert b"".join(piece.fields["media"] for piece in pieces) == big
    (told,) = server.to("POST", "/2/media/metadata")
    assert told.json == {"id": "1", "metadata": {"alt_text": {"text": "Learners around a table"}}}
    (asked,) = server.to("POST", TWEETS)
    assert asked.json["media"] == {"media_ids": ["1", "2"]}


def test_a_video_is_waited_for_without_sleeping_and_a_failed_one_refused(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    film = Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)
    working = {"data": {"id": "1", "processing_info": {"state": "in_progress", "check_after_secs": 7}}}
    done = {"data": {"id": "1", "processing_info": {"state": "succeeded"}}}
    reason = {"name": "InvalidMedia", "message": "unsupported `codec`"}
    failed = {"data": {"id": "1", "processing_info": {"state": "failed", "error": reason}}}
    server.on("POST", f"{UPLOAD}/1/finalize", working)
    server.on("GET", UPLOAD, working, failed)
    for asked in (0, 1):
        with pytest.raises(Later, match=r"film\.mp4") as later:
            x.send(one("A film", film), delivery.ticket())
        assert later.value.wait == timedelta(seconds=7)
        assert len(server.to("GET", UPLOAD)) == asked  # X said when it is worth asking
    with pytest.raises(Rejected, match=r"cannot use the file “film.mp4” .it said: “unsupported codec”"):
        x.send(one("A film", film), delivery.ticket())
    server.on("POST", f"{UPLOAD}/2/finalize", working)
    server.on("GET", UPLOAD, done)
    with pytest.raises(Later):  # whoever orders it again gets another upload
        x.send(one("A film", film), delivery.ticket())
    x.send(one("A film", film), delivery.ticket())
    assert server.to("GET", UPLOAD)[-1].query == {"command": "STATUS", "media_id": "2"}
    assert service.posts[0]["body"]["media"] == {"media_ids": ["2"]}


def test_a_video_that_is_refused_at_its_end_is_uploaded_anew_when_it_is_ordered_again(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    film = Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)
    server.on("POST", f"{UPLOAD}/1/finalize", {"data": {"id": "1", "processing_info": {"state": "failed"}}})
    with pytest.raises(Rejected, match="cannot use"):
        x.send(one("A film", film), delivery.ticket())
    x.send(one("A film", film), delivery.ticket())
    assert service.posts[0]["body"]["media"] == {"media_ids": ["2"]}


def test_a_video_that_is_processed_for_ever_is_given_up_with_the_time_named(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    film = Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)
    working = {"data": {"id": "1", "processing_info": {"state": "pending", "progress_percent": 12}}}
    server.on("POST", f"{UPLOAD}/1/finalize", working)
    server.on("GET", UPLOAD, working)
    with pytest.raises(Later):
        x.send(one("A film", film), delivery.ticket())
    clock.ahead(minutes=59)
    with pytest.raises(Later, match="12 %"):
        x.send(one("A film", film), delivery.ticket())
    clock.ahead(minutes=2)
    with pytest.raises(Rejected, match="more than 1 hour"):
        x.send(one("A film", film), delivery.ticket())
    assert service.posts == []


def test_a_thread_goes_on_from_the_part_that_failed(
    x: X, service: Service, server: Any, clock: Any, delivery: Any
) -> None:
    out = thread("One", "Two", "Three")
    reset = clock() + timedelta(minutes=10)

    def second_fails(asked: Any) -> Any:
        failing = asked.path == TWEETS and b"Two" in asked.body and len(server.to("POST", TWEETS)) == 2
        headers = {"x_rate_limit_reset": str(int(reset.timestamp())), "x_rate_limit_remaining": "0"}
        return server.reply({"title": "Too Many Requests"}, 429, **headers) if failing else None

    server.rule(second_fails)
    with pytest.raises(Unavailable, match="1 of 3 parts") as error:
        x.send(out, delivery.ticket())
    assert error.value.until == reset
    assert x.send(out, delivery.ticket()).id == "1000"
    assert [post["body"].get("reply") for post in service.posts] == [
        None,
        {"in_reply_to_tweet_id": "1000"},
        {"in_reply_to_tweet_id": "1001"},
    ]


def test_the_limit_of_a_day_counts_before_that_of_a_quarter_of_an_hour(
    x: X, service: Service, server: Any, clock: Any, delivery: Any
) -> None:
    soon, late = clock() + timedelta(minutes=9), clock() + timedelta(hours=9)
    headers = {
        "x_rate_limit_reset": str(int(soon.timestamp())),
        "x_rate_limit_remaining": "3",
        "x_user_limit_24hour_remaining": "0",
        "x_user_limit_24hour_reset": str(int(late.timestamp())),
    }
    server.on("POST", TWEETS, server.reply({}, 429, **headers))
    with pytest.raises(Unavailable) as error:
        x.send(one(), delivery.ticket())
    assert error.value.until == late


@pytest.mark.parametrize("text", [TEXT, "Emoji 👩‍💻 & <b> “quotes”", "See example.org", "@a_b hi #tag"])
def test_a_lost_answer_is_found_and_not_sent_again(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any, text: str
) -> None:
    out = one(text, picture(tools))
    service.lose = ["after"]
    with pytest.raises(Uncertain):
        x.send(out, delivery.ticket())
    found = x.find(out, delivery.ticket())
    assert found is not None
    assert found.url == "https://x.com/coderefine/status/1000"
    assert x.send(out, delivery.ticket()) == found
    assert len(server.to("POST", TWEETS)) == 1


def test_a_request_lost_on_its_way_is_certain_after_a_minute(
    x: X, service: Service, clock: Any, delivery: Any
) -> None:
    service.lose = ["before"]
    with pytest.raises(Uncertain):
        x.send(one(), delivery.ticket())
    with pytest.raises(Unavailable) as error:
        x.find(one(), delivery.ticket())
    assert error.value.until == clock() + timedelta(seconds=60)
    clock.ahead(seconds=61)
    assert x.find(one(), delivery.ticket()) is None
    x.send(one(), delivery.ticket())
    assert len(service.posts) == 1


def test_a_duplicate_after_a_lost_answer_is_evidence(
    x: X, service: Service, clock: Any, server: Any, delivery: Any
) -> None:
    service.lose = ["after"]
    with pytest.raises(Uncertain):
        x.send(one(), delivery.ticket())
    nothing = {"meta": {"result_count": 0}}
    server.on("GET", OWN, nothing, nothing, nothing, {"data": service.posts[::-1], "meta": {}})
    clock.ahead(minutes=2)
    assert x.find(one(), delivery.ticket()) is None  # X's timeline lags
    with pytest.raises(Uncertain, match="has this text already"):
        x.send(one(), delivery.ticket())
    assert x.find(one(), delivery.ticket()) is not None
    assert len(service.posts) == 1


def test_a_duplicate_of_an_older_post_is_refused(x: X, service: Service, clock: Any, delivery: Any) -> None:
    service.add({"text": TEXT})
    clock.ahead(days=2)
    delivery.first_at = clock()
    with pytest.raises(Rejected, match="has a post with this text already"):
        x.send(one(), delivery.ticket())
    assert delivery.receipt["trying"] is None


def test_media_that_x_forgot_is_uploaded_once_more(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    server.rule(
        lambda asked: (
            server.reply({"errors": [{"message": "Your media IDs are invalid."}]}, 400)
            if asked.path == TWEETS and asked.json["media"]["media_ids"] == ["1"]
            else None
        )
    )
    x.send(one(TEXT, picture(tools)), delivery.ticket())
    assert service.posts[0]["body"]["media"] == {"media_ids": ["2"]}


PROBLEM = "https://api.twitter.com/2/problems/"


@pytest.mark.parametrize(
    "reply,error,words",
    [
        (({"title": "Unauthorized", "status": 401}, 401), Rejected, "new access token at console.x.com"),
        (({"title": "CreditsDepleted", "detail": "no credits"}, 402), Rejected, "console.x.com"),
        (
            (
                {"detail": "Reply to this conversation is not allowed because you have not been mentioned"},
                403,
            ),
            Rejected,
            "reply",
        ),
        (({"title": "Forbidden", "type": PROBLEM + "user-suspended"}, 403), Rejected, "suspended"),
        (({"reason": "client-not-enrolled", "title": "Client Forbidden"}, 403), Rejected, "developer app"),
        (
            ({"type": PROBLEM + "unsupported-authentication", "title": "Unsupported Authentication"}, 403),
            Rejected,
            "token of the app",
        ),
        (
            (
                {"detail": "Your client app is not configured with the appropriate oauth1 app permissions"},
                403,
            ),
            Rejected,
            "lacks the right",
        ),
        (
            ({"detail": "This user is not allowed to post a video longer than 20 minutes."}, 403),
            Rejected,
            "video of this length",
        ),
        (({"detail": "Your Tweet text is too long."}, 400), Rejected, "too long"),
        (({"detail": "The Tweet contains an invalid URL."}, 400), Rejected, "link"),
        (({"detail": "@**all** `code`", "title": "Invalid Request"}, 400), Rejected, "it said: “all code”"),
        ((b"<html>no</html>", 400), Rejected, "refused the post"),
        (([1], 403), Rejected, "refused the post"),
        ((None, 403), Rejected, "refused the post"),
        ((b"", 413), Rejected, "too large"),
        (({"title": "Too Many Requests"}, 429), Unavailable, "limit"),
        ((b"", 408), Uncertain, "did not answer"),
        ((b"<html>over capacity</html>", 503), Uncertain, "error 503"),
        ((b"<html>bad gateway</html>", 502), Uncertain, "error 502"),
        ((b"<html>hello</html>", 200), Uncertain, "nonsense"),
        (({"data": None}, 200), Uncertain, "nonsense"),
        (([], 201), Uncertain, "nonsense"),
    ],
)
def test_each_answer_to_the_creating_request_has_its_meaning(
    x: X, service: Service, server: Any, delivery: Any, reply: Any, error: type[Exception], words: str
) -> None:
    server.on("POST", TWEETS, server.reply(*reply))
    with pytest.raises(error, match=re.escape(words)) as raised:
        x.send(one(), delivery.ticket())
    assert str(raised.value).startswith("X ")
    assert len(server.to("POST", TWEETS)) == 1
    assert bool(delivery.receipt["trying"]) is (error is Uncertain)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("step", ["initialize", "1/append", "1/finalize"])
def test_a_failed_upload_leaves_nothing_in_doubt(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any, step: str
) -> None:
    for reply in (server.CUT, server.reply(b"<html>", 503)):
        service.uploads = 0
        server.on("POST", f"{UPLOAD}/{step}", reply)
        with pytest.raises(Unavailable):
            x.send(one(TEXT, picture(tools)), delivery.ticket())
    assert server.to("POST", TWEETS) == []


def test_an_alt_text_that_is_refused_stops_the_post(
    x: X, service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/2/media/metadata", server.reply({"detail": "no"}, 400))
    with pytest.raises(Rejected, match="alt text"):
        x.send(one(TEXT, picture(tools)), delivery.ticket())
    assert service.posts == []


def test_a_closed_port_means_not_out(tools: Tools, closed_port: str, delivery: Any) -> None:
    x = X("x", XSettings.model_validate({"base_url": closed_port, **SECRETS}), tools)
    with pytest.raises(Unavailable, match="could not be reached"):
        x.send(one(), delivery.ticket())
    assert delivery.receipt["trying"] is None


def test_the_first_tokens_come_from_the_refresh_token_and_are_stored_before_use(
    paired: X, service: Service, server: Any, vault: Any, delivery: Any
) -> None:
    paired.send(one(), delivery.ticket())
    (asked,) = server.to("POST", TOKEN)
    assert dict(asked.form) == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
    assert asked.headers["Authorization"].startswith("Basic ")
    assert vault.writes[0]["access_token"] == "access-2"
    assert vault.writes[0]["refresh_token"] == "refresh-2"
    assert server.to("POST", TWEETS)[0].headers["Authorization"] == "Bearer access-2"


def test_a_public_client_names_itself_in_the_body(
    service: Service, server: Any, tools: Tools, delivery: Any
) -> None:
    settings = XSettings(base_url=server.url, client_id="app", refresh_token=SecretStr("refresh-1"))
    X("x", settings, tools).send(one(), delivery.ticket())
    (asked,) = server.to("POST", TOKEN)
    assert dict(asked.form)["client_id"] == "app"
    assert "Authorization" not in asked.headers


def test_an_expired_token_is_renewed_once_and_the_post_goes_out_once(
    paired: X, service: Service, server: Any, vault: Any, clock: Any, delivery: Any
) -> None:
    paired.check()
    service.access = "somebody-withdrew-access-2"
    paired.send(one(), delivery.ticket())
    assert len(service.posts) == 1
    assert vault.read("x")["refresh_token"] == "refresh-3"
    clock.ahead(hours=2)
    paired.check()  # past its time it is renewed before it is used
    assert vault.read("x")["access_token"] == "access-4"


def test_another_copy_of_the_bot_may_have_renewed_meanwhile(
    paired: X, service: Service, server: Any, tools: Tools, vault: Any
) -> None:
    paired.check()
    settings = XSettings(
        base_url=server.url,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        refresh_token=SecretStr("refresh-1"),
    )
    other = X("x", settings, tools)
    service.access = "withdrawn"
    vault.write("x (asked)", {})  # as on another day: X is asked who we are
    other.check()
    assert vault.read("x")["refresh_token"] == "refresh-3"
    paired.check()
    assert len(server.to("POST", TOKEN)) == 2


def test_who_we_are_is_asked_once_a_day_whoever_asks(
    paired: X, service: Service, server: Any, tools: Tools, clock: Any, delivery: Any
) -> None:
    """The question costs money; `check`, `status` and the running bot are three processes or more."""
    who = paired.check().who
    settings = XSettings(base_url=server.url, client_id="app", client_secret=SecretStr("app-secret"))
    settings = settings.model_copy(update={"refresh_token": SecretStr("refresh-1")})
    assert [paired.check().who, X("x", settings, tools).check().who] == [who, who]
    assert len(server.to("GET", ME)) == 1
    clock.ahead(hours=24)
    assert paired.check().who == who
    assert len(server.to("GET", ME)) == 2
    service.refresh, service.access = "withdrawn", "withdrawn"
    with pytest.raises(Barred):
        paired.send(one(), delivery.ticket())
    with pytest.raises(Barred):
        paired.check()


def test_a_refresh_token_that_is_used_up_needs_a_person(
    paired: X, service: Service, server: Any, delivery: Any
) -> None:
    service.refresh = "refresh-9"
    with pytest.raises(Rejected, match="social login x"):
        paired.send(one(), delivery.ticket())
    assert delivery.receipt.get("trying") is None
    assert service.posts == []


def test_no_tokens_at_all_need_a_person(server: Any, tools: Tools) -> None:
    with pytest.raises(Rejected, match=r"not signed in yet.*social login x:second"):
        X("x:second", XSettings(base_url=server.url, client_id="app"), tools).check()


def test_check_tells_who_and_which_rights(paired: X, service: Service) -> None:
    standing = paired.check()
    assert standing.who == "@coderefine"
    assert "tweet.write" in standing.scopes
    assert standing.warnings == ()


def test_check_warns_of_missing_rights(paired: X, x: X, service: Service, server: Any, vault: Any) -> None:
    paired.check()
    kept = vault.read("x") | {"scope": "tweet.read users.read"}
    vault.write("x", kept)
    (warning,) = paired.check().warnings
    assert "tweet.write" in warning
    me = {"data": {"id": "7", "username": "coderefine"}}
    server.on("GET", ME, server.reply(me, 200, x_access_level="read"))
    (warning,) = x.check().warnings
    assert "read but not post" in warning


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"api_key": "secret-a"},
        {**SECRETS, "client_id": "app"},
        {"client_id": "app", "api_key": "secret-a"},
        {"refresh_token": "secret-r"},
        {**SECRETS, "base_url": "api.x.com"},
        {**SECRETS, "bearer": "secret-x"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_secret(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        XSettings.model_validate(bad)
    assert "secret-" not in str(error.value)


def test_no_secret_is_logged_even_when_everything_is(
    x: X, paired: X, service: Service, delivery: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        x.send(one("First"), delivery.ticket())
        delivery.receipt = {}
        paired.send(one("Second"), delivery.ticket())
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "secret" not in told
    assert "access-2" not in told
    assert "First" not in told
