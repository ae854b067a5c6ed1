"""Mastodon: what is asked of a server, what its answers mean, and that nothing goes out twice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from handlers.base import Draft, Options, Outgoing, Part, Poll, Rejected, Tools, Unavailable, Uncertain
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media

STATUSES = "/api/v1/statuses"
ME = "/api/v1/accounts/verify_credentials"
OWN = "/api/v1/accounts/7/statuses"
TEXT = "Registration is open: https://coderefinery.org/workshops #CodeRefinery"
TOKEN = "token-that-nobody-may-see"


class Instance:
    """A small Mastodon on top of the scripted server: it keeps statuses, and remembers keys or does not."""

    def __init__(self, server: Any, clock: Any, *, version: str = "4.6.4") -> None:
        self.server, self.clock, self.version = server, clock, version
        self.statuses: list[dict[str, Any]] = []
        self.keys: dict[str, dict[str, Any]] = {}
        self.lose: list[str] = []
        """For each creating request to come: `before`, `after` or nothing."""
        server.rule(self.answer)

    def answer(self, asked: Any) -> Any:
        where = (asked.method, asked.path)
        if where == ("POST", STATUSES):
            return self.create(asked)
        if where == ("GET", ME):
            return self.server.reply({"id": "7", "acct": "coderefinery", "username": "coderefinery"})
        if where == ("GET", OWN):
            below = asked.query.get("max_id")
            newest = [one for one in reversed(self.statuses) if below is None or int(one["id"]) < int(below)]
            return self.server.reply(newest[: int(asked.query.get("limit", 20))])
        if where == ("GET", "/api/v2/instance"):
            return self.server.reply({"version": self.version, "configuration": {}})
        return None

    def create(self, asked: Any) -> Any:
        loss = self.lose.pop(0) if self.lose else ""
        if loss == "before":
            return self.server.CUT
        body, key = asked.json, asked.headers["Idempotency-Key"]
        remembered = self.keys.get(key) if self.version[0].isdigit() else None
        status = remembered or self.add(body, body.get("media_ids", []))
        self.keys[key] = status
        return self.server.CUT if loss == "after" else self.server.reply(status)

    def add(self, fields: dict[str, Any], files: list[str]) -> dict[str, Any]:
        number = len(self.statuses) + 100
        text = re.sub(r"https://(\S+)", r'<a href="https://\1"><span>https://</span>\1</a>', fields["status"])
        text = re.sub(r"#(\w+)", r'<a class="mention hashtag" href="/tags/\1">#<span>\1</span></a>', text)
        self.statuses.append(
            {
                "id": str(number),
                "url": f"https://fosstodon.org/@coderefinery/{number}",
                "created_at": self.clock().isoformat().replace("+00:00", "Z"),
                "content": "<p>" + text.replace("\n\n", "</p><p>").replace("\n", "<br />") + "</p>",
                "in_reply_to_id": fields.get("in_reply_to_id"),
                "media_attachments": [{"id": one} for one in files],
                "visibility": fields.get("visibility", "public"),
                "spoiler_text": fields.get("spoiler_text", ""),
                "poll": self.poll(fields.get("poll")),
            }
        )
        return self.statuses[-1]

    def poll(self, asked: dict[str, Any] | None) -> dict[str, Any] | None:
        return asked and {"options": [{"title": one, "votes_count": 0} for one in asked["options"]]}


@pytest.fixture
def instance(server: Any, clock: Any) -> Instance:
    return Instance(server, clock)


@pytest.fixture
def mastodon(server: Any, tools: Tools) -> Mastodon:
    settings = MastodonSettings(base_url=server.url + "/", access_token=SecretStr(TOKEN))
    return Mastodon("mastodon:fosstodon", settings, tools)


def one(text: str = TEXT, *media: Media, **more: Any) -> Outgoing:
    return Outgoing("mastodon:fosstodon", (Part(text, len(text), media),), **more)


def thread(*texts: str) -> Outgoing:
    return Outgoing("mastodon:fosstodon", tuple(Part(text, len(text)) for text in texts))


def picture(tools: Tools, alt: str = "Learners around a table", data: bytes = b"png") -> Media:
    return Media(tools.store.put(data), "photo.png", "image/png", len(data), alt)


def test_a_post_goes_out_as_it_was_prepared(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    out = one(TEXT, visibility="unlisted", cw="Long", lang="en")
    published = mastodon.send(out, delivery.ticket())
    assert (published.id, published.url) == ("100", "https://fosstodon.org/@coderefinery/100")
    assert published.warnings == ()
    (asked,) = server.to("POST", STATUSES)
    assert asked.json == {
        "language": "en",
        "spoiler_text": "Long",
        "status": TEXT,
        "visibility": "unlisted",
    }
    assert asked.headers["Idempotency-Key"] == f"{delivery.key}-1"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"


def test_whose_a_token_is_is_asked_once(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    mastodon.send(one("First"), delivery.ticket())
    mastodon.send(one("Second"), type(delivery)(instance.clock).ticket())
    assert len(server.to("GET", ME)) == 1
    assert len(server.to("GET", OWN)) == 2


def test_pictures_are_uploaded_with_their_alt_texts_before_the_post(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/api/v2/media", {"id": "m1", "url": "u"}, {"id": "m2", "url": "u"})
    out = one(TEXT, picture(tools), picture(tools, alt="", data=b"other"))
    assert mastodon.send(out, delivery.ticket()).warnings == ()
    first, second = server.to("POST", "/api/v2/media")
    assert (first.fields["file"], first.fields["description"]) == (b"png", b"Learners around a table")
    assert second.fields["file"] == b"other"
    assert "description" not in second.fields
    (asked,) = server.to("POST", STATUSES)
    assert asked.json["media_ids"] == ["m1", "m2"]


def test_a_video_that_cannot_be_processed_is_refused(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/api/v2/media", server.reply({"id": "m1", "url": None}, 202))
    server.on("GET", "/api/v1/media/m1", server.reply({"error": "Error processing"}, 422))
    film = Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)
    with pytest.raises(Rejected, match=r"film\.mp4"):
        mastodon.send(one("A film", film), delivery.ticket())
    assert instance.statuses == []


def test_a_thread_is_a_chain_of_replies_and_a_retry_goes_on_where_it_ended(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    out = thread("One 1/3", "Two 2/3", "Three 3/3")

    def third_fails(asked: Any) -> Any:
        failing = asked.path == STATUSES and b"Three" in asked.body and len(server.to("POST", STATUSES)) == 3
        return (
            server.reply({"error": "Too many"}, 429, X_RateLimit_Reset="2026-11-26T12:30:00.5Z")
            if failing
            else None
        )

    server.rule(third_fails)
    with pytest.raises(Unavailable, match="2 of 3 parts") as error:
        mastodon.send(out, delivery.ticket())
    assert error.value.until is not None
    assert error.value.until.isoformat() == "2026-11-26T12:30:00.500000+00:00"
    published = mastodon.send(out, delivery.ticket())
    assert published.id == "100"
    assert [status["in_reply_to_id"] for status in instance.statuses] == [None, "100", "101"]


@pytest.mark.parametrize("version", ["4.6.4", "takahe/0.11.0"])
def test_a_lost_answer_is_found_and_not_sent_again(
    server: Any, clock: Any, mastodon: Mastodon, delivery: Any, version: str
) -> None:
    instance = Instance(server, clock, version=version)
    instance.lose = ["after"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    found = mastodon.find(one(), delivery.ticket())
    assert found is not None
    assert found.id == "100"
    assert len(instance.statuses) == 1
    assert mastodon.send(one(), delivery.ticket()) == found
    assert len(server.to("POST", STATUSES)) == 1


def test_a_request_lost_on_its_way_is_certainly_not_out_where_keys_are_remembered(
    mastodon: Mastodon, instance: Instance, delivery: Any
) -> None:
    instance.lose = ["before"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    assert mastodon.find(one(), delivery.ticket()) is None
    assert mastodon.send(one(), delivery.ticket()).id == "100"
    assert len(instance.statuses) == 1


def test_where_keys_are_forgotten_it_is_certain_only_after_a_while(
    server: Any, clock: Any, mastodon: Mastodon, delivery: Any
) -> None:
    instance = Instance(server, clock, version="takahe/0.11.0")
    instance.lose = ["before"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    with pytest.raises(Unavailable) as error:
        mastodon.find(one(), delivery.ticket())
    assert error.value.until == clock() + timedelta(seconds=60)
    clock.ahead(seconds=61)
    assert mastodon.find(one(), delivery.ticket()) is None
    mastodon.send(one(), delivery.ticket())
    assert len(instance.statuses) == 1


def test_a_part_in_the_middle_is_found_and_the_thread_goes_on(
    mastodon: Mastodon, instance: Instance, delivery: Any
) -> None:
    out = thread("One 1/3", "Two 2/3", "Three 3/3")
    instance.lose = ["", "after"]
    with pytest.raises(Uncertain, match="1 of 3"):
        mastodon.send(out, delivery.ticket())
    assert mastodon.find(out, delivery.ticket()) is None
    assert mastodon.send(out, delivery.ticket()).id == "100"
    assert [status["in_reply_to_id"] for status in instance.statuses] == [None, "100", "101"]
    assert mastodon.find(out, delivery.ticket()) is not None


def test_an_older_post_with_the_same_text_is_not_taken_for_this_one(
    mastodon: Mastodon, instance: Instance, clock: Any, delivery: Any
) -> None:
    instance.add({"status": TEXT}, [])
    clock.ahead(hours=3)
    delivery.first_at = clock()
    instance.lose = ["before"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    assert mastodon.find(one(), delivery.ticket()) is None


def test_a_post_is_found_behind_many_newer_ones(
    mastodon: Mastodon, instance: Instance, delivery: Any
) -> None:
    instance.lose = ["after"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    for number in range(95):
        instance.add({"status": f"Newer {number}"}, [])
    found = mastodon.find(one(), delivery.ticket())
    assert found is not None
    assert found.id == "100"


def test_nothing_was_tried_so_nothing_can_be_out(mastodon: Mastodon, server: Any, delivery: Any) -> None:
    assert mastodon.find(one(), delivery.ticket()) is None
    assert server.to("GET", OWN) == []


def test_a_killed_bot_finds_what_it_was_doing(mastodon: Mastodon, instance: Instance, delivery: Any) -> None:
    mastodon.send(one(), delivery.ticket())
    delivery.receipt = delivery.saves[0]  # killed before the answer was saved
    assert delivery.receipt["trying"]["part"] == 0
    found = mastodon.find(one(), delivery.ticket())
    assert found is not None
    assert found.id == "100"


def test_send_looks_itself_when_nobody_did(mastodon: Mastodon, instance: Instance, delivery: Any) -> None:
    instance.lose = ["after"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    assert mastodon.send(one(), delivery.ticket()).id == "100"
    assert len(instance.statuses) == 1


def test_ordered_again_by_a_person_it_is_looked_for_and_sent_if_it_is_not_there(
    mastodon: Mastodon, instance: Instance, delivery: Any
) -> None:
    instance.lose = ["before"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    delivery.key = "post-12-mastodon-2"
    assert mastodon.send(one(), delivery.ticket()).id == "100"
    assert list(instance.keys) == ["post-12-mastodon-2-1"]


def test_pictures_dropped_by_the_server_are_told(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/api/v2/media", {"id": "m1", "url": "u"})
    server.on("POST", STATUSES, {"id": "5", "url": "u", "content": f"<p>{TEXT}</p>", "media_attachments": []})
    published = mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    assert published.id == "5"
    assert "0 of 1 pictures" in published.warnings[0]


def test_a_reply_that_was_not_attached_is_told(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    server.on(
        "POST", STATUSES, {"id": "5", "url": "u", "content": "A"}, {"id": "6", "url": "u", "content": "B"}
    )
    published = mastodon.send(thread("A", "B"), delivery.ticket())
    assert "did not attach part 2" in published.warnings[0]


def test_files_that_expired_are_uploaded_once_more(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, clock: Any, delivery: Any
) -> None:
    server.on("POST", "/api/v2/media", {"id": "m1", "url": "u"}, {"id": "m2", "url": "u"})
    server.on("GET", "/api/v1/media/m1", server.reply({"error": "Record not found"}, 404))
    server.rule(
        lambda asked: (
            server.reply({"error": "does not exist"}, 422)
            if asked.path == STATUSES and b"m1" in asked.body
            else None
        )
    )
    mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    assert [media["id"] for media in instance.statuses[0]["media_attachments"]] == ["m2"]


def test_uploads_are_not_repeated_by_a_retry(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", "/api/v2/media", {"id": "m1", "url": "u"})
    server.on("POST", STATUSES, server.reply({"error": "slow down"}, 429))
    with pytest.raises(Unavailable):
        mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    server.rule(lambda asked: instance.create(asked) if asked.path == STATUSES else None)
    mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    assert len(server.to("POST", "/api/v2/media")) == 1


@pytest.mark.parametrize(
    "reply,error,words",
    [
        (({"error": "The access token is invalid"}, 401), Rejected, "access token"),
        ((b"Invalid Bearer token", 400), Rejected, "access token"),
        (({"error": "This action is outside the authorized scopes"}, 403), Rejected, "write:statuses"),
        (({"error": "Record not found"}, 404), Rejected, "not found"),
        (
            ({"error": "Validation failed: Text character limit of 500 exceeded"}, 422),
            Rejected,
            "limit of 500",
        ),
        ((b"<html>Payload too large</html>", 413), Rejected, "too large"),
        (({"error": "Throttled"}, 429), Unavailable, "too often"),
        ((b"", 408), Uncertain, "did not answer"),
        ((b"<html>oops</html>", 500), Uncertain, "error 500"),
        ((b"<html>bad gateway</html>", 502), Uncertain, "error 502"),
        (({"error": "try again"}, 503), Uncertain, "error 503"),
        ((b"<html>welcome</html>", 200), Uncertain, "nonsense"),
        (({"no": "id"}, 200), Uncertain, "nonsense"),
        ((["a list"], 200), Uncertain, "nonsense"),
        ((["a list"], 422), Rejected, "refused"),
    ],
)
def test_each_answer_to_the_creating_request_has_its_meaning(
    mastodon: Mastodon,
    instance: Instance,
    server: Any,
    delivery: Any,
    reply: tuple[Any, int],
    error: type[Exception],
    words: str,
) -> None:
    server.on("POST", STATUSES, server.reply(*reply))
    with pytest.raises(error, match=re.escape(words)) as raised:
        mastodon.send(one(), delivery.ticket())
    assert str(raised.value).startswith("Mastodon (fosstodon)")
    assert len(server.to("POST", STATUSES)) == 1
    assert bool(delivery.receipt["trying"]) is (error is Uncertain)


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_failed_upload_leaves_nothing_in_doubt(
    mastodon: Mastodon, instance: Instance, server: Any, tools: Tools, delivery: Any, status: int
) -> None:
    server.on("POST", "/api/v2/media", server.reply(b"<html>", status))
    with pytest.raises(Unavailable):
        mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    server.on("POST", "/api/v2/media", server.CUT)
    with pytest.raises(Unavailable):
        mastodon.send(one(TEXT, picture(tools)), delivery.ticket())
    assert server.to("POST", STATUSES) == []


def test_a_closed_port_means_not_out(tools: Tools, closed_port: str, delivery: Any) -> None:
    mastodon = Mastodon(
        "mastodon", MastodonSettings(base_url=closed_port, access_token=SecretStr(TOKEN)), tools
    )
    with pytest.raises(Unavailable, match="could not be reached"):
        mastodon.send(one(), delivery.ticket())
    assert delivery.receipt["trying"] is None
    with pytest.raises(Unavailable):
        mastodon.check()


def test_a_redirect_is_not_followed(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    server.on("POST", STATUSES, server.reply(b"", 301, Location="https://new.example/api?secret=1"))
    with pytest.raises(Rejected, match=r"https://new\.example\. .*base_url") as error:
        mastodon.send(one(), delivery.ticket())
    assert "secret" not in str(error.value)
    assert server.to("GET", STATUSES) == []


@pytest.mark.parametrize("header", ["Deprecation", "X_RateLimit_Reset", "X_RateLimit_Remaining"])
def test_a_strange_header_does_not_spoil_a_post_that_is_out(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any, header: str
) -> None:
    status = {"id": "5", "url": "u", "content": TEXT}
    server.on("POST", STATUSES, server.reply(status, 200, **{header: "@nonsense"}))
    assert mastodon.send(one(), delivery.ticket()).id == "5"


def test_a_call_that_will_go_away_is_written_down_without_secrets(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any, caplog: pytest.LogCaptureFixture
) -> None:
    status = {"id": "5", "url": "u", "content": TEXT}
    server.on("POST", STATUSES, server.reply(status, 200, Deprecation="@1668384000"))
    with caplog.at_level("INFO"):
        mastodon.send(one(), delivery.ticket())
    (record,) = [one for one in caplog.records if getattr(one, "action", "") == "deprecated_call"]
    assert "@1668384000" in record.getMessage()
    assert TOKEN not in caplog.text
    assert TEXT not in caplog.text


def test_without_any_token_people_are_told_how_to_sign_in(server: Any, tools: Tools, delivery: Any) -> None:
    mastodon = Mastodon("mastodon:fosstodon", MastodonSettings(base_url=server.url), tools)
    with pytest.raises(Rejected, match="social login mastodon:fosstodon"):
        mastodon.send(one(), delivery.ticket())
    with pytest.raises(Rejected, match="not signed in"):
        mastodon.check()
    assert server.asked == []
    tools.vault.write("mastodon:fosstodon", {"access_token": "from-the-login"})
    Instance(server, tools.clock)
    mastodon.send(one(), delivery.ticket())
    assert server.to("POST", STATUSES)[0].headers["Authorization"] == "Bearer from-the-login"


def test_problems_name_the_account_they_are_about(mastodon: Mastodon) -> None:
    poll = Options(poll=Poll(tuple("abcde"), 60), thread=False)
    problems = mastodon.prepare(Draft("word " * 200, options=poll)).problems
    assert len(problems) == 2
    assert all(one.text.startswith("Mastodon (fosstodon): ") for one in problems)


def test_a_file_that_is_gone_from_the_store_is_told(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    lost = Media("0" * 64, "photo.png", "image/png", 3)
    with pytest.raises(Rejected, match="gone from the bot's folder"):
        mastodon.send(one(TEXT, lost), delivery.ticket())


def test_a_direct_post_that_is_not_seen_is_never_certain(
    mastodon: Mastodon, instance: Instance, delivery: Any
) -> None:
    out = one(TEXT, visibility="direct")
    instance.lose = ["before"]
    with pytest.raises(Uncertain):
        mastodon.send(out, delivery.ticket())
    with pytest.raises(Uncertain, match="direct"):
        mastodon.find(out, delivery.ticket())


def test_a_search_that_is_refused_leaves_it_to_a_person(
    mastodon: Mastodon, instance: Instance, server: Any, delivery: Any
) -> None:
    instance.lose = ["after"]
    with pytest.raises(Uncertain):
        mastodon.send(one(), delivery.ticket())
    server.on("GET", OWN, server.reply({"error": "outside the authorized scopes"}, 403))
    with pytest.raises(Uncertain, match="say what you see"):
        mastodon.find(one(), delivery.ticket())
    server.on("GET", OWN, server.reply(b"", 502))
    with pytest.raises(Unavailable):
        mastodon.find(one(), delivery.ticket())


def test_check_tells_who_we_are_and_learns_the_limits(
    mastodon: Mastodon, instance: Instance, server: Any
) -> None:
    server.on("GET", "/api/v1/apps/verify_credentials", {"name": "social", "scopes": ["read", "write"]})
    server.on(
        "GET",
        "/api/v2/instance",
        {"version": "4.6.4", "configuration": {"statuses": {"max_characters": 1000}}},
    )
    standing = mastodon.check()
    assert standing.who == "@coderefinery@127.0.0.1"
    assert standing.scopes == ("read", "write")
    assert standing.warnings == ()
    assert server.to("POST", STATUSES) == []


def test_check_warns_of_a_token_that_may_not_post(
    mastodon: Mastodon, instance: Instance, server: Any
) -> None:
    server.on("PUT", "/api/v1/statuses/0", server.reply({"error": "out_of_scope_for_token"}, 403))
    (warning,) = mastodon.check().warnings
    assert "write:statuses" in warning
    assert TOKEN not in warning


def test_check_refuses_a_dead_token_and_a_page_that_is_no_mastodon(
    mastodon: Mastodon, instance: Instance, server: Any
) -> None:
    server.on("GET", ME, server.reply({"error": "The access token is invalid"}, 401))
    with pytest.raises(Rejected, match="access token"):
        mastodon.check()
    server.on("GET", ME, server.reply({"hello": "world"}))
    with pytest.raises(Rejected, match="base_url"):
        mastodon.check()


@pytest.mark.parametrize(
    "bad",
    [
        {"base_url": "fosstodon.org"},
        {"visibility": "everybody"},
        {"language": "english"},
        {"acess_token": "typo"},
    ],
)
def test_settings_that_cannot_work_are_refused(bad: dict[str, Any]) -> None:
    good = {"base_url": "https://fosstodon.org", "access_token": TOKEN}
    MastodonSettings.model_validate(good)
    with pytest.raises(ValidationError) as error:
        MastodonSettings.model_validate(good | bad)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    "written,wanted",
    [("pt_br", "pt-BR"), ("fi", "fi"), ("jp", "Did you mean `ja`"), ("qq", "`language = en`")],
)
def test_the_language_of_an_account_is_a_code_or_asked_about(written: str, wanted: str) -> None:
    try:
        said = str(MastodonSettings(base_url="https://fosstodon.org", language=written).language)
    except ValidationError as error:
        said = str(error)
    assert wanted in said


def test_the_secret_is_not_shown() -> None:
    settings = MastodonSettings(base_url="https://fosstodon.org", access_token=SecretStr(TOKEN))
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings)
