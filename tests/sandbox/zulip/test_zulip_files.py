"""Files: who may have them, what they are called, and addresses that work without signing in."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.sandbox.zulip.api_uploads import sanitized


def png(width: int = 1200, height: int = 800) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    "name, safe",
    [
        ("Mein Bild – ü (1).png", "Mein-Bild-ü-1.png"),
        ("../../etc/passwd", "....etcpasswd"),
        ("..", "uploaded-file"),
        ("", "uploaded-file"),
        ('a"b<c>\r\n.png', "abc-.png"),
        ("ﬁle.png", "file.png"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert sanitized(name) == safe


def test_a_file_is_its_owners_until_a_message_shows_it(scene: Any) -> None:
    address = scene.upload(scene.alice, "note.txt", b"hello", "text/plain")
    assert [scene.fetch(one, address) for one in (scene.alice, scene.bot, scene.carol)] == [200, 403, 403]
    scene.say(scene.alice, f"[note]({address})", to="social-approvals")
    assert [scene.fetch(one, address) for one in (scene.alice, scene.bot, scene.carol)] == [200, 200, 403]
    number = scene.say(scene.bot, f"[note]({address})")
    assert [scene.fetch(one, address) for one in (scene.carol, scene.guest)] == [200, 200]
    scene.call(scene.owner, "DELETE", f"messages/{number}")
    assert scene.fetch(scene.carol, address) == 403


def test_linking_a_file_one_may_not_see_opens_it_to_nobody(scene: Any) -> None:
    address = scene.upload(scene.alice, "secret.txt", b"hello", "text/plain")
    scene.say(scene.carol, f"[guessed]({address})")
    assert scene.fetch(scene.carol, address) == 403


def test_an_edit_that_takes_the_link_away_closes_the_file_again(scene: Any) -> None:
    address = scene.upload(scene.alice, "a.txt", b"x", "text/plain")
    number = scene.say(scene.alice, f"[a]({address})")
    assert scene.fetch(scene.carol, address) == 200
    scene.call(scene.alice, "PATCH", f"messages/{number}", content="nothing")
    assert scene.fetch(scene.carol, address) != 200


def test_a_temporary_address_needs_no_key_and_cannot_be_forged(scene: Any) -> None:
    address = scene.upload(scene.alice, "ü.png", png(), "image/png")
    scene.say(scene.alice, f"[p]({address})")
    url = scene.call(scene.bot, "GET", address.removeprefix("/"))["url"]
    assert httpx.get(f"{scene.base}{url}").content == png()
    forged = url.replace(url[25:29], "3030", 1)
    assert httpx.get(f"{scene.base}{forged}").status_code == 403
    assert httpx.get(f"{scene.base}/user_uploads/temporary/zz/x").status_code == 403


def test_pictures_are_shown_and_everything_else_is_saved(scene: Any) -> None:
    for name, mime, how in (
        ("a.png", "image/png", "inline"),
        ("a.svg", "image/svg+xml", "attachment"),
        ("a.html", "text/html", "attachment"),
    ):
        address = scene.upload(scene.alice, name, b"x", mime)
        answer = scene.http.get(f"{scene.base}{address}", params={"api_key": scene.alice.api_key})
        assert answer.headers["Content-Disposition"].split(";")[0] == how
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_newer_server_makes_thumbnails(new: Any) -> None:
    address = new.upload(new.alice, "big.png", png(), "image/png")
    new.say(new.alice, f"[p]({address})")
    path = address.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.webp"
    answer = new.http.get(f"{new.base}{path}", auth=(new.bot.email, new.bot.api_key))
    with Image.open(io.BytesIO(answer.content)) as small:
        assert (small.format, small.size) == ("WEBP", (840, 560))
    assert new.http.get(f"{new.base}{path}").status_code == 403
    broken = new.upload(new.alice, "broken.png", b"no picture", "image/png")
    path = broken.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.webp"
    assert new.fetch(new.alice, path) == 404


def test_the_real_client_uploads(scene: Any) -> None:
    file = io.BytesIO(png(2, 2))
    file.name = "Ein Bild.png"
    answer = scene.client(scene.alice).upload_file(file)
    assert answer["result"] == "success"
    assert answer["uri"].endswith("/Ein-Bild.png")


def test_a_player_gets_the_range_that_it_asks_for(scene: Any) -> None:
    address = scene.upload(scene.alice, "a.mp4", b"0123456789", "video/mp4")
    asked = {"Range": "bytes=2-5"}
    answer = scene.http.get(f"{scene.base}{address}", params={"api_key": scene.alice.api_key}, headers=asked)
    assert (answer.status_code, answer.content) == (206, b"2345")
    assert answer.headers["Content-Range"] == "bytes 2-5/10"


def test_what_is_too_large_is_refused_as_the_server_is_set_up(scene: Any) -> None:
    settings = scene.server.core.organisation.settings
    settings.largest_mib = 1
    assert scene.call(scene.alice, "POST", "register")["max_file_upload_size_mib"] == 1
    answer = scene.http.post(
        f"{scene.base}/api/v1/user_uploads",
        files={"file": ("a.bin", bytes(1024 * 1024 + 1))},
        auth=(scene.alice.email, scene.alice.api_key),
    ).json()
    assert answer["msg"] == "Uploaded file is larger than the allowed limit of 1 MiB"
    settings.largest_mib = 2
    assert scene.fetch(scene.alice, scene.upload(scene.alice, "a.bin", bytes(1024 * 1024 + 1), "")) == 200
