"""What a file is, by its bytes alone; and for what is not taken, what to do instead."""

from __future__ import annotations

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
MP4, MOV, PDF = "video/mp4", "video/quicktime", "application/pdf"

HEIC, AVIF = "image/heic", "image/avif"

PHONES = frozenset({HEIC, AVIF})
"""Taken, and made JPEGs at once."""
TAKEN = frozenset({JPEG, PNG, GIF, WEBP, MP4, MOV, PDF}) | PHONES

SUFFIXES = {JPEG: ".jpg", PNG: ".png", GIF: ".gif", WEBP: ".webp"}
"""Of the pictures that are kept: how their names end."""
KINDS = {
    JPEG: "a JPEG picture",
    PNG: "a PNG picture",
    GIF: "a GIF picture",
    WEBP: "a WebP picture",
    HEIC: "a HEIC picture",
    AVIF: "an AVIF picture",
    MP4: "an MP4 video",
    MOV: "a QuickTime video",
    PDF: "a PDF document",
}

REFUSED = {
    "text": "is a text file, not a picture: upload the picture itself (JPEG, PNG, GIF, WebP, HEIC), a video (MP4) or a PDF.",
    "svg": "is an SVG drawing, which no platform shows: export it as PNG and upload that.",
    "tiff": "is a TIFF picture, which the platforms do not take: save it as JPEG or PNG and upload that.",
    "bmp": "is a BMP picture, which the platforms do not take: save it as PNG and upload that.",
    "webm": "is a WebM or Matroska video: save it as MP4 (H.264) and upload that.",
    "avi": "is an AVI video: save it as MP4 (H.264) and upload that.",
    "audio": "is a sound file, which the platforms do not take: make a video of it (MP4) and upload that.",
    "zip": "is a ZIP archive or an office document: export it as PDF, or upload the pictures one by one.",
    "empty": "is empty: upload it again.",
    "unknown": "is of a kind that is not known here: pictures may be JPEG, PNG, GIF, WebP or HEIC, videos MP4, documents PDF.",
}
"""Kind -> what follows the file's name in the sentence."""

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\x1a\x45\xdf\xa3", "webm"),
    (b"PK\x03\x04", "zip"),
    (b"ID3", "audio"),
    (b"\xff\xfb", "audio"),
    (b"OggS", "audio"),
    (b"fLaC", "audio"),
)
_RIFF = {b"WEBP": WEBP, b"AVI ": "avi", b"WAVE": "audio"}
_BRANDS = {
    b"heic": HEIC,
    b"heix": HEIC,
    b"hevc": HEIC,
    b"heim": HEIC,
    b"mif1": HEIC,
    b"heis": HEIC,
    b"hevx": HEIC,
    b"msf1": HEIC,
    b"avif": AVIF,
    b"avis": AVIF,
    b"qt  ": MOV,
    b"M4A ": "audio",
    b"M4B ": "audio",
}
_OLD_MOV = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_BRANDS_END = 64
LOOK = 4096
"""Bytes of its beginning that tell what a file is."""


def sniff(data: bytes) -> str:
    """The MIME type of what is taken (`TAKEN`), else a key of `REFUSED`."""
    if not data:
        return "empty"
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "unknown")
    if data[4:8] == b"ftyp":
        found = _BRANDS.get(data[8:12], MP4)
        # `mif1` says only that it is a picture; which kind stands among the other brands
        return AVIF if found == HEIC and b"avif" in data[16:_BRANDS_END] else found
    if data[4:8] in _OLD_MOV:
        return MOV
    return _text_or_unknown(data)


def _text_or_unknown(data: bytes) -> str:
    head = data[:LOOK]
    try:
        words = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or len(data) <= LOOK:
            return "bmp" if head[:2] == b"BM" else "unknown"
        words = head[: error.start].decode("utf-8", "replace")
    if "\0" in words:
        return "bmp" if head[:2] == b"BM" else "unknown"
    return "svg" if "<svg" in words.lower() else "text"
