"""Files on Mastodon: streamed, processed without blocking anybody, and every trouble of theirs in words."""

from __future__ import annotations

import hashlib
import os
import threading
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from handlers.base import Later, Outgoing, Part, Rejected, Tools, Unavailable
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media

STATUSES, MEDIA = "/api/v1/statuses", "/api/v2/media"
FILE = "/api/v1/media/m1"


@pytest.fixture
def mastodon(server: Any, tools: Tools) -> Mastodon:
    server.on("GET", "/api/v2/instance", {"version": "4.6.4", "configuration": {}})
    settings = MastodonSettings(base_url=server.url, access_token=SecretStr("token"))
    return Mastodon("mastodon", settings, tools)


def film(tools: Tools, data: bytes = b"film", alt: str = "") -> Media:
    return Media(tools.store.put(data), "film.mp4", "video/mp4", len(data), alt)


def of(*media: Media) -> Outgoing:
    return Outgoing("mastodon", (Part("A film", 6, media),))


def posted(server: Any, *files: str) -> None:
    status = {
        "id": "5",
        "url": "u",
        "content": "<p>A film</p>",
        "media_attachments": [{"id": one} for one in files],
    }
    server.on("POST", STATUSES, status)


def test_a_video_is_waited_for_between_attempts_and_not_inside_one(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    server.on("POST", MEDIA, server.reply({"id": "m1", "url": None}, 202))
    working = server.reply({"id": "m1", "url": None, "preview_url": "p"}, 206)
    server.on("GET", FILE, working, working, server.reply({"id": "m1", "url": "u"}))
    posted(server, "m1")
    for waited in (0, 60):
        clock.ahead(seconds=waited)
        with pytest.raises(Later) as error:
            mastodon.send(of(film(tools)), delivery.ticket())
        assert error.value.wait == timedelta(seconds=max(1, waited / 4))
        assert server.to("POST", STATUSES) == []
    assert mastodon.send(of(film(tools)), delivery.ticket()).id == "5"
    assert len(server.to("POST", MEDIA)) == 1
    assert [(step.what, step.done) for step in delivery.steps] == [
        ("uploading", 4),
        ("processing", 0),
        ("processing", 0),
    ]


def test_a_server_that_never_finishes_is_given_up_with_the_time_named(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    server.on("POST", MEDIA, server.reply({"id": "m1", "url": None}, 202))
    server.on("GET", FILE, server.reply({"id": "m1", "url": None}, 206))
    with pytest.raises(Later):
        mastodon.send(of(film(tools)), delivery.ticket())
    clock.ahead(hours=1)
    with pytest.raises(Later):
        mastodon.send(of(film(tools)), delivery.ticket())
    clock.ahead(seconds=1)
    with pytest.raises(Rejected, match=r"did not finish with the file “film\.mp4” within 1 hour"):
        mastodon.send(of(film(tools)), delivery.ticket())
    assert server.to("POST", STATUSES) == []


def test_a_film_that_cannot_be_processed_is_refused_with_what_to_do(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", MEDIA, server.reply({"id": "m1", "url": None}, 202))
    server.on("GET", FILE, server.reply({"error": "Error processing"}, 422))
    with pytest.raises(Rejected, match=r"cannot use the file “film\.mp4” .*MP4 with H\.264"):
        mastodon.send(of(film(tools)), delivery.ticket())
    assert server.to("POST", STATUSES) == []


def test_a_file_that_is_gone_while_it_was_waited_for_is_uploaded_once_more(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on(
        "POST", MEDIA, server.reply({"id": "m1", "url": None}, 202), server.reply({"id": "m2", "url": "u"})
    )
    server.on("GET", FILE, server.reply({"error": "Record not found"}, 404))
    posted(server, "m2")
    assert mastodon.send(of(film(tools)), delivery.ticket()).warnings == ()
    assert len(server.to("POST", MEDIA)) == 2


def test_posting_before_the_file_is_finished_is_no_failure(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", MEDIA, {"id": "m1", "url": "u"})
    said = {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}
    status = {"id": "5", "url": "u", "content": "A film", "media_attachments": [{"id": "m1"}]}
    server.on("POST", STATUSES, server.reply(said, 422), status)
    server.on("GET", FILE, server.reply({"id": "m1", "url": None}, 206))
    with pytest.raises(Later):
        mastodon.send(of(film(tools)), delivery.ticket())
    assert delivery.receipt["trying"] is None
    assert mastodon.send(of(film(tools)), delivery.ticket()).id == "5"
    assert len(server.to("POST", MEDIA)) == 1


def test_a_file_that_stays_unfinished_when_posting_ends_as_counted_attempts(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    server.on("POST", MEDIA, {"id": "m1", "url": "u"})
    server.on("POST", STATUSES, server.reply({"error": "nicht fertig"}, 422))
    server.on("GET", FILE, server.reply({"id": "m1", "url": None}, 206))
    clock.ahead(hours=1, seconds=1)
    with pytest.raises(Unavailable, match="after 1 hour") as error:
        mastodon.send(of(film(tools)), delivery.ticket())
    assert not isinstance(error.value, Later)


@pytest.mark.parametrize("status", [404, 405])
def test_an_older_server_gets_the_file_at_its_older_address(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any, status: int
) -> None:
    server.on("POST", MEDIA, server.reply(b"<html>", status))
    server.on("POST", "/api/v1/media", {"id": "m1", "url": "u"})
    posted(server, "m1")
    mastodon.send(of(film(tools, alt="Ein Vortrag über Ähren")), delivery.ticket())
    (asked,) = server.to("POST", "/api/v1/media")
    assert asked.fields["file"] == b"film"
    assert asked.fields["description"].decode() == "Ein Vortrag über Ähren"


@pytest.mark.parametrize(
    "status,body,error,words",
    [
        (422, {"error": "Validation failed: File content type is invalid, File is invalid"}, Rejected, "refused the file “film.mp4” (it said: “Validation failed"),
        (413, b"<html>", Rejected, "the file “film.mp4” is too large"),
        (401, {"error": "The access token is invalid"}, Rejected, "access token"),
        (403, {"error": "This action is outside the authorized scopes"}, Rejected, "write:media"),
        (429, {"error": "Too many requests"}, Unavailable, "too often"),
        (500, {"error": "Error processing thumbnail for uploaded media"}, Unavailable, "error 500"),
        (503, b"", Unavailable, "error 503"),
        (200, b"<html>", Unavailable, "nonsense"),
        (200, {"no": "id"}, Unavailable, "nonsense"),
    ],
)  # fmt: skip
def test_each_answer_to_an_upload_has_its_meaning(
    mastodon: Mastodon,
    server: Any,
    tools: Tools,
    delivery: Any,
    status: int,
    body: Any,
    error: type[Exception],
    words: str,
) -> None:
    server.on("POST", MEDIA, server.reply(body, status))
    with pytest.raises(error) as raised:
        mastodon.send(of(film(tools)), delivery.ticket())
    assert words in str(raised.value)
    assert server.to("POST", STATUSES) == []


def test_a_connection_cut_in_the_middle_of_an_upload_leaves_nothing_in_doubt(
    mastodon: Mastodon, server: Any, tools: Tools, delivery: Any
) -> None:
    server.on("POST", MEDIA, server.CUT, server.reply({"id": "m1", "url": "u"}))
    posted(server, "m1")
    with pytest.raises(Unavailable, match="nothing is out"):
        mastodon.send(of(film(tools)), delivery.ticket())
    assert mastodon.send(of(film(tools)), delivery.ticket()).id == "5"


class Hasher:
    """A tiny server that takes one large body without keeping it."""

    def __init__(self) -> None:
        import socket

        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.size, self.digest, self.head = 0, hashlib.sha256(), b""
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        answers = {b"/api/v2/instance": b"{}", b"/api/v2/media": b'{"id": "m1", "url": "u"}'}
        status = b'{"id": "5", "url": "u", "content": "A film", "media_attachments": [{"id": "m1"}]}'
        for _ in range(3):
            connection, _ = self.socket.accept()
            with connection:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                head, _, body = data.partition(b"\r\n\r\n")
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
                left = int(fields.get(b"content-length", b"0")) - len(body)
                upload = b"/media" in head.split(b"\r\n")[0]
                if upload:
                    self.head = head
                    self.take(body)
                while left > 0:
                    piece = connection.recv(65536)
                    left -= len(piece)
                    if upload:
                        self.take(piece)
                path = head.split(b" ")[1]
                answer = answers.get(path, status)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + f"Content-Length: {len(answer)}\r\n\r\n".encode() + answer
                )  # fmt: skip
        self.socket.close()

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self.digest.update(piece)


def test_a_large_film_is_never_in_memory_whole(tools: Tools, delivery: Any) -> None:
    size = 48 * 1024 * 1024
    path = tools.store.root.parent / "film.mp4"
    with path.open("wb") as file:
        for _ in range(size // 65536):
            file.write(os.urandom(64) * 1024)
    large = Media(tools.store.put(path.read_bytes()), "film.mp4", "video/mp4", size)
    server = Hasher()
    settings = MastodonSettings(base_url=server.url, access_token=SecretStr("token"))
    mastodon = Mastodon("mastodon", settings, tools)
    delivery.receipt = {"before": {"newest": "", "at": None}}  # the server answers nothing else
    tracemalloc.start()
    try:
        mastodon.send(of(large), delivery.ticket())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        server.thread.join(10)
    assert server.size > size
    assert b"transfer-encoding" not in server.head.lower()
    assert peak < 6 * 1024 * 1024, peak
    done = [step.done for step in delivery.steps if step.what == "uploading"]
    assert done == sorted(done)
    assert done[-1] == size
    assert 10 < len(done) < 200
