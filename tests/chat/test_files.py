"""Files of drafts: from Zulip to the disk piece by piece, whole or not at all, and the key to our server alone."""

from __future__ import annotations

import io
import runpy
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from town import Town

from bot import wiring
from bot.actions import rows
from bot.chat import Down, Refused
from bot.chat.wire import Wire
from bot.sandbox.serve import serving

MIB = 1 << 20
MAKER = Path(__file__).parents[1] / "benchmarks" / "long_film.py"


@pytest.fixture
def wire(town: Town) -> Wire:
    return wiring.chat_of(town.config).wire


class Elsewhere:
    """A file store that is not our Zulip server, with some habits that occur."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        self.keys.append(request.headers.get("authorization"))
        if request.url.path == "/moved":
            await RedirectResponse("/long")(scope, receive, send)
        elif request.url.path == "/gone":
            await Response(status_code=404)(scope, receive, send)
        else:
            length = 64 * MIB
            headers = [(b"content-length", str(length).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for number in range(1 if request.url.path == "/broken" else 64):
                await send({"type": "http.response.body", "body": bytes(MIB), "more_body": number < 63})


def test_a_long_file_never_stands_in_memory_whole(wire: Wire) -> None:
    with serving(lambda _: Elsewhere()) as base:
        tracemalloc.start()
        try:
            size = sum(len(piece) for piece in wire.pieces(f"{base}/long", 100 * MIB))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert size == 64 * MIB
    assert most < 24 * MIB  # the server of this test is in the same process


def test_a_file_that_is_too_long_is_left_there(wire: Wire) -> None:
    with serving(lambda _: Elsewhere()) as base, pytest.raises(Refused, match="larger than 10 MiB"):
        for _ in wire.pieces(f"{base}/long", 10 * MIB):
            pass


def test_a_file_that_breaks_off_is_asked_for_later(wire: Wire) -> None:
    with serving(lambda _: Elsewhere()) as base, pytest.raises(Down):
        for _ in wire.pieces(f"{base}/broken", 100 * MIB):
            pass


def test_a_redirect_is_followed_without_the_key(wire: Wire) -> None:
    store = Elsewhere()
    with serving(lambda _: store) as base:
        assert sum(len(piece) for piece in wire.pieces(f"{base}/moved", 100 * MIB)) == 64 * MIB
        with pytest.raises(Refused):
            next(wire.pieces(f"{base}/gone", MIB))
    assert set(store.keys) == {None}


def test_what_is_known_of_a_film_is_in_the_revision(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    runpy.run_path(str(MAKER))["make"](path, 2 * MIB, seconds=12, width=1920, height=1080)
    place = town.carol.uploads(path.read_bytes(), "talk.mp4")
    town.carol.says(f"@social draft\nto: mastodon\nA talk\n[A talk]({place})")
    (film,) = rows.outgoing(town.revision())["mastodon"].parts[0].media
    assert (film.seconds, film.fps, film.codecs) == (12.0, 25.0, ("h264", "aac"))
    assert (film.width, film.height, film.size) == (1920, 1080, 2 * MIB)
    assert [one.name for one in town.desk.store.root.glob("*.part")] == []


def test_a_picture_of_a_phone_goes_out_as_jpeg(town: Town) -> None:
    heif = pytest.importorskip("pillow_heif", reason="the extra `heic` is not installed")
    out = io.BytesIO()
    heif.from_pillow(Image.new("RGB", (128, 96), (200, 80, 40))).save(out)
    place = town.carol.uploads(out.getvalue(), "IMG_1.HEIC")
    town.carol.says(f"@social draft\nto: mastodon\nalt: a wall\nOur wall [wall]({place})")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    (post,) = town.published("mastodon")
    assert [one["mime"] for one in post["media"]] == ["image/jpeg"]
    assert Image.open(io.BytesIO(town.world.blobs.get(post["media"][0]["sha256"]))).size == (128, 96)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def test_what_was_done_to_files_and_what_they_lack_stands_on_the_card(town: Town) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    dance = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=100)
    poster = encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG")
    places = [town.carol.uploads(dance, "dance.avif"), town.carol.uploads(poster, "poster.jpg")]
    links = "\n".join(f"[A red wall]({place})" for place in places)
    town.carol.says(f"@social draft\nto: mastodon\nOur wall\n{links}")
    assert town.post(1).state == "draft"
    assert "⚠ File 1 moves, and of such a file only the first picture can be taken" in town.card(1)
    assert "made RGB of a printer" in town.card(1)
    locked = (
        b"%PDF-1.4\n1 0 obj\n<< /Filter /Own >>\nendobj\ntrailer << /Encrypt 1 0 R >>\nstartxref\n9\n%%EOF"
    )
    place = town.carol.uploads(locked, "paper.pdf")
    town.carol.says(f"@social draft\nto: linkedin\nOur paper\n[A paper]({place})")
    assert town.post(2).state == "broken"
    assert "“paper.pdf” needs a password to be opened" in town.card(2)
