"""Damage that takes nothing from a picture is overlooked, as every viewer does; what was cut in the middle is refused."""

import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers.bad import Damaged
from handlers.media import Store
from handlers.pictures import BadMedia, opening, take
from handlers.pictures.sniffing import sniff

SHARED = Path(__file__).parents[3] / "shared" / "data" / "media"
EOI, IEND = b"\xff\xd9", 12
Change = Callable[[bytes], bytes]


def drawn(form: str, **options: Any) -> bytes:
    """A picture in which no two places are alike."""
    image = Image.linear_gradient("L").resize((120, 90)).convert("RGB")
    image.paste(Image.radial_gradient("L").resize((60, 60)).convert("RGB"), (40, 20))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def moving(form: str) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.linear_gradient("L").resize((60, 40)).rotate(90 * one) for one in range(3)]
    first.save(out, form, save_all=True, append_images=rest, duration=100)
    return out.getvalue()


def at_end(size: int) -> Change:
    return lambda data: data[:-size]


def cut(share: float) -> Change:
    return lambda data: data[: int(len(data) * share)]


def behind(junk: bytes) -> Change:
    return lambda data: data + junk


def wrong_checksum(kind: bytes) -> Change:
    """The PNG's chunk of this kind, with a wrong checksum; put in where it is missing."""

    def changed(data: bytes) -> bytes:
        at = data.find(kind) - 4
        if at < 0:
            at = 33
            data = data[:at] + struct.pack(">I", 4) + kind + b"a\0bc" + bytes(4) + data[at:]
        (size,) = struct.unpack_from(">I", data, at)
        end = at + 8 + size
        return data[:end] + struct.pack(">I", zlib.crc32(data[at + 4 : end]) ^ 1) + data[end + 4 :]

    return changed


def between(data: bytes) -> bytes:
    """Junk between the first two segments of a JPEG."""
    (size,) = struct.unpack_from(">H", data, 4)
    return data[: 4 + size] + bytes(7) + data[4 + size :]


def broken_exif(data: bytes) -> bytes:
    body = b"Exif\0\0II*\0\xff\xff\xff\xff"
    return data[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body + data[2:]


def after_scan(number: int) -> Change:
    """A progressive JPEG cut right behind its scan of this number, where the next piece would begin."""

    def changed(data: bytes) -> bytes:
        at = -1
        for _ in range(number):
            at = data.index(b"\xff\xda", at + 1)
        end = re.compile(rb"\xff[^\0\xd0-\xd7]").search(data, at + 2)
        assert end is not None
        return data[: end.start()]

    return changed


def repacked(change: Change) -> Change:
    """What the chunk IDAT of a PNG holds, changed, with a right checksum."""

    def changed(data: bytes) -> bytes:
        at = data.index(b"IDAT")
        (size,) = struct.unpack_from(">I", data, at - 4)
        body = change(data[at + 4 : at + 4 + size])
        made = b"IDAT" + body
        return (
            data[: at - 4]
            + struct.pack(">I", len(body))
            + made
            + struct.pack(">I", zlib.crc32(made))
            + data[-IEND:]
        )

    return changed


TABLE: list[tuple[str, str, Change, bool]] = [
    ("JPEG", "no end mark", at_end(2), True),
    ("JPEG", "half an end mark", at_end(1), True),
    ("JPEG", "bytes behind its end", behind(b"a short film"), True),
    ("JPEG", "bytes between its segments", between, True),
    ("JPEG", "EXIF that cannot be read", broken_exif, True),
    ("JPEG", "cut just before its end", at_end(9), False),
    ("JPEG", "cut in the middle", cut(0.5), False),
    ("JPEG", "cut in the middle, with an end mark", lambda data: cut(0.5)(data) + EOI, True),
    ("JPEG", "cut in its header", cut(0.1), False),
    ("progressive JPEG", "no end mark", at_end(2), True),
    ("progressive JPEG", "cut before its last scan", after_scan(9), False),
    ("progressive JPEG", "cut after its first scan", after_scan(1), False),
    ("progressive JPEG", "cut in the middle", cut(0.5), False),
    ("PNG", "no IEND", at_end(IEND), True),
    ("PNG", "half an IEND", at_end(7), True),
    ("PNG", "no checksum of its last IDAT", at_end(IEND + 4), True),
    ("PNG", "half a chunk behind IDAT", lambda data: data[:-IEND] + b"\0\0\1\0tEXtsec", True),
    ("PNG", "wrong checksum of IEND", wrong_checksum(b"IEND"), True),
    ("PNG", "wrong checksum of tEXt", wrong_checksum(b"tEXt"), True),
    ("PNG", "wrong checksum of gAMA", wrong_checksum(b"gAMA"), True),
    ("PNG", "bytes behind its end", behind(b"secret"), True),
    ("PNG", "wrong checksum of IHDR", wrong_checksum(b"IHDR"), False),
    ("PNG", "wrong checksum of IDAT", wrong_checksum(b"IDAT"), False),
    ("PNG", "cut just before its end", at_end(IEND + 10), False),
    ("PNG", "cut in the middle", cut(0.5), False),
    ("PNG", "half a picture, with all its marks", repacked(cut(0.5)), False),
    ("moving PNG", "no IEND", at_end(IEND), True),
    ("moving PNG", "cut in a later picture", cut(0.8), False),
    ("GIF", "no trailer", at_end(1), True),
    ("GIF", "no end of its blocks", at_end(2), True),
    ("GIF", "bytes behind its end", behind(b"secret"), True),
    ("GIF", "zeros instead of the trailer", lambda data: data[:-1] + bytes(9), True),
    ("GIF", "half a comment behind it", lambda data: data[:-1] + b"\x21\xfe\x20secret", True),
    ("GIF", "cut in the middle", cut(0.5), False),
    ("moving GIF", "no trailer", at_end(1), True),
    ("moving GIF", "cut in a later picture", cut(0.8), False),
    ("WEBP", "bytes behind its end", behind(b"secret"), True),
    ("WEBP", "cut in the middle", cut(0.5), False),
    ("WEBP", "a size that is too large", lambda data: data[:4] + struct.pack("<I", len(data)) + data[8:], False),
    ("moving WEBP", "bytes behind its end", behind(b"secret"), True),
    ("moving WEBP", "cut in the middle", cut(0.5), False),
    ("AVIF", "bytes behind its end", behind(b"secret" * 9), True),
    ("AVIF", "cut in the middle", cut(0.5), False),
]  # fmt: skip


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """What is known of a picture, and what is kept of it; as in the child process, whose start would take longer."""
    out = io.BytesIO()
    return opening.picture(io.BytesIO(data), out, sniff(data), "a"), out.getvalue()


def made(what: str) -> bytes:
    kind, _, form = what.rpartition(" ")
    if kind == "moving":
        return moving(form)
    return drawn(form, progressive=True) if kind else drawn(form)


@pytest.mark.parametrize("what, damage, change, taken", TABLE, ids=[f"{one[0]}: {one[1]}" for one in TABLE])
def test_damage_is_refused_where_it_takes_something_from_the_picture(
    what: str, damage: str, change: Change, taken: bool
) -> None:
    data = made(what)
    whole = opened(data)
    if not taken:
        with pytest.raises(Damaged):
            opened(change(data))
        return
    known, kept = opened(change(data))
    assert known == whole[0]
    assert b"secret" not in kept
    if "cut" not in damage:  # as sound as before, and with an end
        assert kept == whole[1]


def test_a_photo_without_its_end_mark_goes_out_with_one(store: Store) -> None:
    path = SHARED / "noeoi.jpg"
    if not path.is_file():
        pytest.skip("the shared files are not beside this checkout (../shared)")
    data = path.read_bytes()
    media = take(data, "noeoi.jpg", "", store)
    assert (media.width, media.height, media.note) == (900, 600, "")
    assert store.read(media.sha256) == data + EOI
    with pytest.raises(BadMedia, match="damaged or incomplete"):
        take(data[: len(data) // 2], "half.jpg", "", store)
