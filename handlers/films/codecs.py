"""What the four letters of a track's description mean, by the names that ffprobe uses."""

from __future__ import annotations

_NAMES = {
    "h264": ("avc1", "avc2", "avc3", "avc4", "dva1", "dvav", "H264", "h264"),
    "hevc": ("hvc1", "hev1", "hvc2", "hev2", "dvh1", "dvhe"),
    "vvc": ("vvc1", "vvi1"),
    "av1": ("av01", "dav1"),
    "vp8": ("vp08",),
    "vp9": ("vp09",),
    "mpeg4": ("mp4v", "XVID", "DIVX", "DX50", "FMP4"),
    "h263": ("h263", "s263", "H263"),
    "mjpeg": ("jpeg", "mjpg", "mjpa", "mjpb", "MJPG", "dmb1"),
    "prores": ("apch", "apcn", "apcs", "apco", "ap4h", "ap4x"),
    "prores_raw": ("aprn", "aprh"),
    "dnxhd": ("AVdn", "AVdh"),
    "cfhd": ("CFHD",),
    "png": ("png ",),
    "qtrle": ("rle ",),
    "svq3": ("SVQ3",),
    "aac": ("mp4a",),
    "mp3": (".mp3", "ms\0U", "mp3 "),
    "ac3": ("ac-3", "sac3"),
    "eac3": ("ec-3",),
    "opus": ("Opus",),
    "flac": ("fLaC",),
    "alac": ("alac",),
    "dts": ("dtsc", "dtse", "dtsh", "dtsl"),
    "amr_nb": ("samr",),
    "amr_wb": ("sawb",),
    "pcm_s16le": ("sowt",),
    "pcm_s16be": ("twos",),
    "pcm_s24be": ("in24",),
    "pcm_s32be": ("in32",),
    "pcm_f32be": ("fl32",),
    "pcm_f64be": ("fl64",),
    "pcm_mulaw": ("ulaw",),
    "pcm_alaw": ("alaw",),
    "pcm_u8": ("raw ",),
    "pcm": ("lpcm", "ipcm", "fpcm"),
}
_BY_LETTERS = {letters.encode("latin-1"): name for name, many in _NAMES.items() for letters in many}
_OBJECTS = {
    0x20: "mpeg4", 0x21: "h264", 0x23: "hevc",
    **dict.fromkeys(range(0x60, 0x66), "mpeg2video"), 0x6A: "mpeg1video", 0x6C: "mjpeg",
    0x40: "aac", 0x66: "aac", 0x67: "aac", 0x68: "aac",
    0x69: "mp3", 0x6B: "mp3", 0xA5: "ac3", 0xA6: "eac3", 0xA9: "dts", 0xDD: "vorbis",
}  # fmt: skip
"""`objectTypeIndication` of ISO/IEC 14496-1, as registered at mp4ra.org."""
_ES, _DECODER = 0x03, 0x04
_DEPENDS, _ADDRESS, _CLOCK = 0x80, 0x40, 0x20


def name(letters: bytes, entry: bytes) -> str:
    """The codec of a track; an unknown one is told by its own letters. `entry` is its description."""
    if letters in (b"encv", b"enca"):
        at = entry.find(b"frma")
        letters = entry[at + 4 : at + 8] if at >= 0 else letters
    found = _BY_LETTERS.get(letters)
    if letters in (b"mp4a", b"mp4v"):
        return _OBJECTS.get(_object(entry), found or "")
    return found or letters.decode("latin-1").strip().strip("\0").lower()


def _object(entry: bytes) -> int:
    """The kind of stream in an `esds` box, -1 where it is not told."""
    at = entry.find(b"esds")
    if at < 0:
        return -1
    tag, at = _descriptor(entry, at + 8)
    if tag == _ES:
        flags = entry[at + 2] if at + 2 < len(entry) else 0
        at += 3 + (2 if flags & _DEPENDS else 0) + (2 if flags & _CLOCK else 0)
        if flags & _ADDRESS and at < len(entry):
            at += 1 + entry[at]
        tag, at = _descriptor(entry, at)
    return entry[at] if tag == _DECODER and at < len(entry) else -1


def _descriptor(entry: bytes, at: int) -> tuple[int, int]:
    """Its tag and where its body begins; the length in between has one to four bytes."""
    tag = entry[at] if at < len(entry) else -1
    at += 1
    for _ in range(4):
        more = at < len(entry) and entry[at] & 0x80
        at += 1
        if not more:
            break
    return tag, at
