"""What the sandbox answers beside the page: clock, faults, files, and nothing to strangers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.control import Control
from bot.sandbox.faults import Faults
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Picture, World
from storage.database import Database
from storage.models import Post
from storage.states import PostState

Place = Any
"""See conftest.py."""
OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/sandbox/posts", "/api/v1/server_settings", "/mastodon/api/v2/instance"]
)
def test_strangers_are_turned_away(place: Place, headers: dict[str, str], path: str) -> None:
    assert place.http.get(place.base + path, headers=headers).status_code == 403


def test_programs_and_links_to_the_page_are_let_in(place: Place) -> None:
    port = place.base.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        assert place.http.get(f"{place.base}/sandbox/clock", headers={"host": host}).status_code == 200
        origin = {"host": host, "origin": f"http://{host}"}
        assert place.http.get(f"{place.base}/sandbox/clock", headers=origin).status_code == 200
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert place.http.get(f"{place.base}/", headers=followed).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], None, {"advance_s": "1"}, {"advance_s": True}, {"advance_s": 1e300}, {"to": "tomorrow"}),
        *({"to": "2026-12-01T09:00:00"}, {"to": 7}, {"to": "0001-01-01T00:00:00+14:00"}, {"to": "next"}),
        *({"advance_s": 1, "to": "next"}, {"advanced": 1}),
    ],
)
def test_a_clock_that_is_asked_for_nonsense_says_so_and_stays(place: Place, body: Any) -> None:
    answer = place.http.post(f"{place.base}/sandbox/clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith((".", "}."))
    assert place.world.clock.now() - datetime.now(UTC) < timedelta(seconds=1)


@pytest.mark.parametrize("body", [b"", b"{", b'{"advance_s": NaN}', b"[" * 100_000])
def test_a_clock_that_is_sent_no_json_says_so(place: Place, body: bytes) -> None:
    assert place.http.post(f"{place.base}/sandbox/clock", content=body).status_code == 400


def test_the_clock_moves_by_seconds_and_to_an_instant(place: Place) -> None:
    clock = f"{place.base}/sandbox/clock"
    place.http.post(clock, json={"advance_s": 3600})
    told = datetime.fromisoformat(place.http.get(clock).json()["now"])
    assert timedelta(minutes=59) < told - datetime.now(UTC) < timedelta(minutes=61)
    wanted = datetime(2027, 3, 1, 9, tzinfo=OSLO)
    told = datetime.fromisoformat(place.http.post(clock, json={"to": wanted.isoformat()}).json()["now"])
    assert timedelta() <= told - wanted < timedelta(seconds=5)


def test_what_is_due_next_is_read_from_the_bots_database(tmp_path: Path) -> None:
    file = tmp_path / "bot" / "social.sqlite3"
    sandbox = Sandbox(World(), "http://127.0.0.1:1", database=file)
    assert sandbox.due() is None
    database = Database(f"sqlite:///{file}")
    assert sandbox.due() is None  # there, but without tables
    database.migrate()
    assert sandbox.due() is None
    due, made = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    with database.transaction() as session:
        session.add(
            Post(
                state=PostState.APPROVED,
                author_id=1,
                author_name="Carol",
                message_id=1,
                created_at=made,
                due_at=due,
                timing="at",
            )
        )
    database.close()
    assert sandbox.due() == due


def test_skipping_to_the_next_post_sets_the_clock_and_tells_the_platforms() -> None:
    world, moved = World(), []
    due = world.clock.now() + timedelta(days=3)
    control = Control(world, Faults(world), lambda: due, lambda: moved.append(True))
    app = Starlette(routes=[Mount("/sandbox", routes=control.routes())])
    with serving(lambda _base: app) as base, httpx.Client(base_url=base, trust_env=False) as client:
        assert client.get("/sandbox/due").json()["due"] == due.isoformat()
        answer = client.post("/sandbox/clock", json={"to": "next"}).json()
        assert timedelta() <= datetime.fromisoformat(answer["now"]) - due < timedelta(seconds=5)
        assert moved == [True]
        client.post("/sandbox/clock", json={"to": "next"})  # it is due already: nothing to skip
        assert moved == [True]


def test_faults_are_armed_listed_and_cleared(place: Place) -> None:
    faults = f"{place.base}/sandbox/faults"
    assert place.http.post(faults, json={"service": "mastodon", "fault": "503"}).status_code == 201
    assert [one["fault"] for one in place.http.get(faults).json()] == ["503"]
    assert place.http.get(f"{place.base}/mastodon/api/v2/instance").status_code == 503
    assert place.http.get(f"{place.base}/mastodon/api/v2/instance").status_code == 200
    place.http.post(faults, json={"service": "zulip", "fault": "500", "times": 9})
    assert place.http.delete(faults).json() == []
    assert place.http.get(faults).json() == []
    wrong = place.http.post(faults, json={"service": "gopher", "fault": "500"})
    assert (wrong.status_code, "Unknown service `gopher`" in wrong.json()["error"]) == (400, True)


def test_posts_are_listed_oldest_first_with_everything_a_reader_sees(place: Place) -> None:
    place.publish("x", "second", at="2026-11-22T10:00:01+00:00")
    place.publish("mastodon", "first", at="2026-11-22T10:00:00+00:00", media=(place.picture("alt"),))
    posts = place.http.get(f"{place.base}/sandbox/posts").json()
    assert [one["text"] for one in posts] == ["first", "second"]
    assert posts[0]["media"][0]["alt"] == "alt"
    assert {"service", "account", "id", "raw", "reply_to", "published_at", "url", "idempotency_key"} <= set(
        posts[0]
    )


def test_a_file_is_shown_whole_in_part_or_saved(place: Place) -> None:
    data = bytes(range(256)) * 4
    names = {}
    for mime, name in (("video/mp4", "a.mp4"), ("image/svg+xml", 'b".svg'), ("text/html", "ü.html")):
        names[mime] = place.world.blobs.put(data + mime.encode())
        place.publish("x", mime, media=(Picture(names[mime], mime, "", name),))
    video = f"{place.base}/sandbox/blob/{names['video/mp4']}"
    whole = place.http.get(video)
    assert (whole.headers["content-type"], whole.headers["x-content-type-options"]) == (
        "video/mp4",
        "nosniff",
    )
    size = len(whole.content)
    for asked, shown in (
        ("bytes=0-9", (0, 10)),
        ("bytes=1000-", (1000, size)),
        ("bytes=-5", (size - 5, size)),
        (f"bytes=10-{size * 2}", (10, size)),
    ):
        part = place.http.get(video, headers={"range": asked})
        assert (part.status_code, part.content) == (206, whole.content[slice(*shown)])
        assert part.headers["content-range"] == f"bytes {shown[0]}-{shown[1] - 1}/{size}"
    assert place.http.get(video, headers={"range": f"bytes={size}-"}).status_code == 416
    for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=-"):
        assert place.http.get(video, headers={"range": asked}).status_code == 200
    for mime in ("image/svg+xml", "text/html"):
        answer = place.http.get(f"{place.base}/sandbox/blob/{names[mime]}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2fetc%2fpasswd", "port", "x" * 64])
def test_no_other_file_is_handed_out(place: Place, name: str) -> None:
    assert place.http.get(f"{place.base}/sandbox/blob/{name}").status_code == 404


def test_a_browser_that_opens_a_posts_address_is_led_to_it_on_the_page(place: Place) -> None:
    token = place.sandbox.platforms["mastodon"].token["access_token"]
    made = place.http.post(
        f"{place.base}/mastodon/api/v1/statuses",
        headers={"Authorization": f"Bearer {token}"},
        data={"status": "hello"},
    ).json()
    navigate = {"sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
    answer = place.http.get(made["url"], headers=navigate, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#post/mastodon/{made['id']}")


def test_the_page_shows_the_newest_drawings_without_asking_twice(place: Place) -> None:
    url = f"{place.base}/static/page/base.css"
    first = place.http.get(url)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    assert place.http.get(url, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert place.http.get(f"{place.base}/static/page/nothing.css").status_code == 404


def test_who_is_unknown_is_the_first_person(place: Place) -> None:
    text = httpx.get(f"{place.base}/?as=%3Cscript%3E", trust_env=False).text
    assert "You are <strong>Carol</strong>" in text
