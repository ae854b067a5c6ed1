"""What the handler makes of the recorded answers of a real Takahē 0.11.0 and a real Hollo 0.7.18 (November 2026).

Each recording of a request that the handler makes too is answered to it, and what becomes of the delivery is written
down below. The recordings are read from the shared facts, and the tests skip without them.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from handlers.base import Draft, Options, Outgoing, Part, PlatformError, Poll, Ticket, Tools, Uncertain
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media
from tests.handlers.conftest import Delivery

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "recordings" / "mastodon"
STATUSES = "/api/v1/statuses"
pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings of the shared facts are not here"
)


def recorded(name: str) -> list[dict[str, Any]]:
    """The exchanges of one recording: `hollo/10_status_post_text`."""
    found: list[dict[str, Any]] = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))[
        "exchanges"
    ]
    return found


def reply_of(server: Any, exchange: dict[str, Any]) -> Any:
    """A recorded answer, to be given again."""
    answer = exchange["response"]
    body = answer["body"]
    raw = body.encode() if isinstance(body, str) else b"" if body is None else body
    return server.reply(
        raw, answer["status"], Content_Type=answer["headers"].get("content-type", "text/html")
    )


class Replayed:
    """One recorded server in front of the handler: what is not recorded for a case is answered as in another."""

    def __init__(self, server: Any, kind: str, tools: Tools) -> None:
        self.server, self.kind = server, kind
        self.tools = tools
        self.answers("GET", "/api/v1/accounts/verify_credentials", "02_verify_credentials")
        self.answers("GET", "/api/v1/apps/verify_credentials", "03_app_verify_credentials")
        for version in ("v1", "v2"):
            self.answers(
                "GET", f"/api/{version}/instance", f"{'04' if version == 'v1' else '05'}_instance_{version}"
            )
        settings = MastodonSettings(base_url=server.url, access_token=SecretStr("token"))
        self.handler = Mastodon("mastodon", settings, tools)

    def answers(self, method: str, path: str, name: str) -> None:
        """From now on this is answered as it was recorded there."""
        self.server.on(method, path, reply_of(self.server, recorded(f"{self.kind}/{name}")[-1]))

    def posting(self, name: str, delivery: Any) -> str:
        """The recorded status, posted by the handler and answered as it was."""
        exchange = next(one for one in recorded(f"{self.kind}/{name}") if one["request"]["path"] == STATUSES)
        form: dict[str, list[str]] = {}
        for key, value in exchange["request"]["body"]:
            form.setdefault(key, []).append(value)
        files = [self._file(one) for one in form.get("media_ids[]", [])]
        parts = [Part(form["status"][0], 1, tuple(files))]
        replies = [reply_of(self.server, exchange)]
        if parent := form.get("in_reply_to_id"):
            parts.insert(0, Part("The part before", 1))
            replies.insert(0, self.server.reply({"id": parent[0], "url": "u", "content": "The part before"}))
        self.server.on("POST", STATUSES, *replies)
        out = Outgoing(
            "mastodon",
            tuple(parts),
            cw=form.get("spoiler_text", [None])[0],
            lang=form.get("language", [None])[0],
            visibility=form.get("visibility", [None])[0],
        )
        return self.outcome(out, delivery)

    def _file(self, identity: str) -> Media:
        answer = {"id": identity, "url": "u"}
        self.server.on("POST", "/api/v2/media", answer)
        known = self.server.reply(answer) if identity != "999999999999999999" else self.server.reply({}, 404)
        self.server.on("GET", f"/api/v1/media/{identity}", known)
        return self.file(identity.encode())

    def file(self, data: bytes) -> Media:
        """A picture of those bytes."""
        return Media(self.tools.store.put(data), "photo.png", "image/png", len(data))

    def outcome(self, out: Outgoing, delivery: Any) -> str:
        """What became of it, in one line."""
        try:
            published = self.handler.send(out, delivery.ticket())
        except PlatformError as error:
            return f"{type(error).__name__}: {error}"
        return "; ".join(("published", *published.warnings))


POSTED = {
    "takahe": {
        "10_status_post_text": "published",
        "11_status_post_spoiler_unlisted_fi": "published",
        "12_status_post_visibility_direct": "published",
        "12_status_post_visibility_private": "published",
        "13_status_post_visibility_invalid": "Rejected: Mastodon refused the post",
        "23_duplicate_text_no_key_1": "published",
        "24_duplicate_text_no_key_2": "published",
        "30_thread_root": "published",
        "31_thread_reply": "published",
        "32_thread_reply2": "published",
        "34_reply_to_missing": "published; Mastodon did not attach part 2",
        "52_status_post_with_media": "published",
        "53_status_media_only": "published",
        "54_status_media_reuse": "published",
        "55_status_media_missing": "Rejected: Mastodon answered “not found”",
        "56_status_five_media": "published",
        "60_error_too_long": r"Rejected: Mastodon refused the post \(it said: “Status is too long”\)",
        "61_exact_max": "published",
        "62_emoji_max": "published",
        "63_url_counts": "Rejected: Mastodon refused the post",
        "64_cw_counts": "published",
        "65_error_empty": r"Rejected: Mastodon refused the post \(it said: “Status is empty”\)",
        "66_error_whitespace": "published",
        "67_error_bad_token": "Barred: Mastodon does not accept the bot's access token",
        "69_error_no_token_post": "Barred: Mastodon does not accept the bot's access token",
        "70_error_scope": "Barred: Mastodon does not allow this .*`write:statuses`",
        "71_error_bad_language": "published",
        "98b_post_after_delete_same_key": "published",
        "98c_reply_to_deleted": "published",
    },
    "hollo": {
        "10_status_post_text": "published",
        "11_status_post_spoiler_unlisted_fi": "Rejected: Mastodon refused the post",
        "12_status_post_visibility_direct": "published",
        "12_status_post_visibility_private": "published",
        "13_status_post_visibility_invalid": "Rejected: Mastodon refused the post",
        "23_duplicate_text_no_key_1": "published",
        "24_duplicate_text_no_key_2": "published",
        "30_thread_root": "published",
        "31_thread_reply": "published",
        "32_thread_reply2": "published",
        "34_reply_to_missing": r"Rejected: Mastodon refused the post .*\(1 of 2 parts",
        "52_status_post_with_media": "published; Mastodon shows 0 of 1 pictures or videos",
        "53_status_media_only": "Rejected",
        "54_status_media_reuse": "published; Mastodon shows 0 of 1 pictures or videos",
        "55_status_media_missing": "published; Mastodon shows 0 of 1 pictures or videos",
        "56_status_five_media": "published; Mastodon shows 0 of 5 pictures or videos",
        "60_error_too_long": "published",
        "61_exact_max": "published",
        "62_emoji_max": "published",
        "63_url_counts": "published",
        "64_cw_counts": "published",
        "65_error_empty": "Rejected: Mastodon refused the post",
        "66_error_whitespace": "published",
        "67_error_bad_token": "Barred: Mastodon does not accept the bot's access token",
        "69_error_no_token_post": "Barred: Mastodon does not accept the bot's access token",
        "70_error_scope": "Barred: Mastodon does not allow this .*`write:statuses`",
        "71_error_bad_language": "published",
        "98b_post_after_delete_same_key": "published",
        "98c_reply_to_deleted": r"Rejected: Mastodon does not have the part before .*\(1 of 2 parts",
    },
}
"""Recording -> how what becomes of the delivery begins (a regular expression)."""
CASES = [(kind, name, wanted) for kind, table in POSTED.items() for name, wanted in table.items()]


@pytest.mark.parametrize("kind,name,wanted", CASES, ids=[f"{kind}-{name}" for kind, name, _ in CASES])
def test_what_becomes_of_each_recorded_status(
    server: Any, tools: Tools, delivery: Any, kind: str, name: str, wanted: str
) -> None:
    found = Replayed(server, kind, tools).posting(name, delivery)
    assert re.match(wanted + (r"\Z" if wanted == "published" else ""), found), found
    again = "Mastodon answered “not found”" in found
    parts = 2 if "2 parts" in found or "part 2" in found or "reply" in name else 1
    assert len(server.to("POST", STATUSES)) == parts + again


UPLOADED = {
    "takahe": {
        "40_media_png": "ready",
        "41_media_jpg": "ready",
        "42_media_big_png": "ready",
        "43_media_mp4": r"Unavailable: Mastodon has trouble \(error 500\)\. Nothing is out",
        "46_media_text_file": "Unavailable",
        "47_media_unsupported": "Unavailable",
        "48_media_empty": "Unavailable",
        "57_alt_2000": "ready",
    },
    "hollo": {
        "40_media_png": "ready",
        "41_media_jpg": "ready",
        "42_media_big_png": "ready",
        "43_media_mp4": "ready",
        "44_media_v2_mp4_poll": "ready",
        "45_media_v2_png_poll": "ready",
        "46_media_text_file": "Unavailable",
        "47_media_unsupported": "Unavailable",
        "48_media_empty": "Unavailable",
        "57_alt_2000": "ready",
    },
}
FILES = [(kind, name, wanted) for kind, table in UPLOADED.items() for name, wanted in table.items()]


@pytest.mark.parametrize("kind,name,wanted", FILES, ids=[f"{kind}-{name}" for kind, name, _ in FILES])
def test_what_becomes_of_each_recorded_file(
    server: Any, tools: Tools, delivery: Any, kind: str, name: str, wanted: str
) -> None:
    replayed = Replayed(server, kind, tools)
    upload = recorded(f"{kind}/{name}")[0]
    server.on("POST", "/api/v2/media", reply_of(server, upload))
    identity = (upload["response"]["body"] or {}).get("id") if wanted == "ready" else None
    server.on(
        "POST", STATUSES, {"id": "5", "url": "u", "content": "Look", "media_attachments": [{"id": identity}]}
    )
    out = Outgoing("mastodon", (Part("Look", 4, (replayed.file(b"bytes"),)),))
    found = replayed.outcome(out, delivery)
    if wanted == "ready":
        assert found == "published"
        assert server.to("POST", STATUSES)[0].json["media_ids"] == [identity]
        assert [one for one in server.asked if one.path.startswith("/api/v1/media/")] == []
    else:
        assert re.match(wanted, found), found
        assert server.to("POST", STATUSES) == []


def test_hollo_attaches_the_files_of_json(server: Any, tools: Tools, delivery: Any) -> None:
    """A form loses them there in silence (52); JSON, which the handler sends, does not (52b)."""
    replayed = Replayed(server, "hollo", tools)
    one = json.loads((RECORDINGS / "hollo" / "52b_media_json_body.json").read_text(encoding="utf-8"))[0]
    identity = one["body"]["media_attachments"][0]["id"]
    server.on("POST", "/api/v2/media", {"id": identity, "url": "u"})
    server.on("POST", STATUSES, server.reply(one["body"], one["status"]))
    text = re.sub(r"<[^>]+>", "", one["body"]["content"]).strip()
    media = Media(tools.store.put(b"png"), "photo.png", "image/png", 3, "alt")
    assert replayed.outcome(Outgoing("mastodon", (Part(text, 4, (media,)),)), delivery) == "published"
    assert server.to("POST", STATUSES)[0].json["media_ids"] == [identity]


@pytest.mark.parametrize("kind", ["takahe", "hollo"])
def test_check_signs_in_and_learns_the_limits(server: Any, tools: Tools, kind: str) -> None:
    replayed = Replayed(server, kind, tools)
    me = recorded(f"{kind}/02_verify_credentials")[-1]["response"]["body"]
    replayed.answers("PUT", "/api/v1/statuses/0", "72_error_status_missing")
    replayed.answers("PUT", "/api/v1/media/0", "50_media_get_missing")
    replayed.answers("GET", f"/api/v1/accounts/{me['id']}/statuses", "99b_account_statuses")
    standing = replayed.handler.check()
    assert standing.who == "@coderefinery@127.0.0.1"
    assert standing.warnings == ()
    assert [
        one.path for one in server.asked if one.path.endswith("/")
    ] == []  # stock Takahē answers 404 to those
    prepare = replayed.handler.prepare
    words = "One two three four five six seven eight nine ten. " * 12
    assert len(prepare(Draft(words)).parts) == (2 if kind == "takahe" else 1)
    poll = Options(poll=Poll(("a", "b", "c", "d", "e"), 1440))
    assert any(one.error for one in prepare(Draft("Which?", options=poll)).problems) is (kind == "takahe")


def test_a_text_for_takahe_is_counted_as_it_counts(server: Any, tools: Tools) -> None:
    """Every character counts there, of links and handles too (recording 63); the content warning does not (64)."""
    replayed = Replayed(server, "takahe", tools)
    server.on("POST", STATUSES, server.CUT)
    with pytest.raises(Uncertain):  # it asks for the limits on its way
        replayed.handler.send(Outgoing("mastodon", (Part("a", 1),)), _ticket(tools))
    link = "https://example.org/" + "a" * 480
    out = replayed.handler.prepare(Draft(link, options=Options(cw="A long warning")))
    assert (out.limit, out.parts[0].length, out.problems) == (500, 500, ())
    assert len(replayed.handler.prepare(Draft(f"See {link}")).parts) == 2
    film = Media(tools.store.put(b"film"), "film.mp4", "video/mp4", 4)
    (problem,) = replayed.handler.prepare(Draft("A film", (film,))).problems
    assert problem.error
    assert "not taken here" in problem.text  # it would answer 500 (43)


@pytest.mark.parametrize("kind", ["takahe", "hollo"])
def test_a_lost_answer_is_found_among_the_recorded_statuses(
    server: Any, tools: Tools, delivery: Any, clock: Any, kind: str
) -> None:
    replayed = Replayed(server, kind, tools)
    exchanges = recorded(f"{kind}/99b_account_statuses")
    listed = exchanges[-1]["response"]["body"]
    oldest = listed[-1]
    clock.now = datetime.fromisoformat(oldest["created_at"]) + timedelta(seconds=5)
    delivery.first_at = clock() - timedelta(seconds=10)
    replayed.server.on("GET", exchanges[-1]["request"]["path"], reply_of(server, exchanges[-1]), [])
    server.on("POST", STATUSES, server.CUT)
    delivery.receipt = {"before": {"newest": "", "at": None}}  # nothing was there before the first attempt
    text = re.sub(r"<[^>]+>", "", oldest["content"]).strip()
    out = Outgoing("mastodon", (Part(text, 1),))
    with pytest.raises(Uncertain):
        replayed.handler.send(out, delivery.ticket())
    found = replayed.handler.find(out, delivery.ticket())
    assert found is not None
    assert found.id == str(oldest["id"])
    assert len(server.to("POST", STATUSES)) == 1


@pytest.mark.parametrize("kind", ["takahe", "hollo"])
def test_a_dead_token_is_told_by_check(server: Any, tools: Tools, kind: str) -> None:
    """Takahē answers 400 with a page instead of 401 with JSON."""
    replayed = Replayed(server, kind, tools)
    replayed.answers("GET", "/api/v1/accounts/verify_credentials", "68_error_bad_token_verify")
    with pytest.raises(PlatformError, match="does not accept the bot's access token"):
        replayed.handler.check()


def _ticket(tools: Tools) -> Ticket:
    return Ticket("key", {}, lambda _: None, tools.clock(), Delivery(tools.clock))  # type: ignore[arg-type]  # any clock
