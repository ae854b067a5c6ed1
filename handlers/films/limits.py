"""What a platform takes of a film or a document, and whether one keeps to it: judged when the draft is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.bad import grouped, quoted, readable_size
from handlers.base import Problem
from handlers.films.sample_formats import HE_AAC, INTERLACED, OBLONG, PLAIN, PROFILE, SURROUND
from handlers.media import Media

_HALF_A_PICTURE = 0.5
"""Cameras that say 60 pictures a second write 60.02 and the like."""
_A_FEW_PICTURES = 0.1
"""A film cut to a limit is a few pictures longer or shorter than it."""
_MINUTE = 60
_FORMATS = {
    "video/mp4": "MP4",
    "video/quicktime": "QuickTime (MOV)",
    "video/webm": "WebM",
    "application/pdf": "PDF",
}
_CODECS = {
    "h264": "H.264",
    "hevc": "H.265 (HEVC)",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "prores": "ProRes",
    "aac": "AAC",
    "mp3": "MP3",
    "opus": "Opus",
    "flac": "FLAC",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "alac": "Apple Lossless",
}
EVERYWHERE = frozenset({"h264", "aac"})
"""Codecs that every browser and platform plays."""
_IN_BROWSERS = EVERYWHERE | {"mp3", HE_AAC, SURROUND, OBLONG}
CERTAIN = f"MP4 with H.264 (pixel format {PLAIN}, progressive) and AAC"
_INSTEAD = {
    INTERLACED: ("it is interlaced, or written as if", "progressive pictures (deinterlaced)"),
    OBLONG: ("its pixels are not square", "square pixels (1:1)"),
    PROFILE: ("its H.264 has a profile above High", "the profile High"),
    HE_AAC: ("its sound is HE-AAC", "AAC-LC sound"),
    SURROUND: ("its sound has more than two channels", "stereo sound"),
}
"""What is unusual in a film -> how that is said, and what to export instead; all other words are pixel formats."""
SOUNDS = frozenset(
    [
        "aac",
        "mp3",
        "mp2",
        "opus",
        "vorbis",
        "flac",
        "alac",
        "ac3",
        "eac3",
        "dts",
        "amr_nb",
        "amr_wb",
        "speex",
        "qdm2",
        "mace3",
        "mace6",
        "gsm_ms",
    ]
)
"""Names of codecs that write sound; those that begin with `pcm` or `adpcm` do as well."""


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """What one platform takes of a film; None: no limit of that kind, or none that is known."""

    title: str
    """The platform's name in sentences."""
    min_bytes: int | None = None
    max_bytes: int | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    max_pixels: int | None = None
    """Width × height."""
    max_side: int | None = None
    """Pixels of the longer side."""
    max_fps: float | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None
    """Width : height."""
    video_codecs: frozenset[str] | None = None
    audio_codecs: frozenset[str] | None = None
    """By the names of ffprobe: `h264`, `aac`."""
    containers: frozenset[str] | None = None
    """MIME types."""
    plain: bool = False
    """Only films with nothing unusual in how they are written (`Media.unusual`)."""
    hard: bool = True
    """False: what is broken is a warning, since the platform converts films itself."""


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """What one platform takes of a document."""

    title: str
    max_bytes: int | None = None
    max_pages: int | None = None
    """Judged where the pages could be counted (`Media.frames` of a PDF)."""
    containers: frozenset[str] | None = None


def judge(media: Media, limits: FilmLimits) -> list[Problem]:
    """One sentence for every limit that is broken: what is, what is allowed, what to do.

    Facts that are unknown (0 or empty) are not judged; what is no film is not judged at all.
    """
    if not media.mime.startswith("video/"):
        return []
    told = (*_of_file(media, limits), *_of_time(media, limits), *_of_size(media, limits))
    sentences = (*told, *_of_codecs(media, limits))
    found = [Problem(f"{limits.title}: {one}", error=limits.hard, files=True) for one in sentences]
    return [*found, *_of_writing(media, limits)] if limits.plain else found


def judge_document(media: Media, limits: DocumentLimits) -> list[Problem]:
    """The same for a document."""
    told: list[str] = []
    name = quoted(media.name)
    if limits.containers is not None and media.mime not in limits.containers:
        told.append(f"{name} is no document that is taken there: export it as PDF.")
    if limits.max_bytes is not None and media.size > limits.max_bytes:
        told.append(_large(name, media.size, limits.max_bytes))
    if limits.max_pages is not None and media.frames > limits.max_pages:
        told.append(f"{name} has {media.frames} of {limits.max_pages} pages. Leave some out, or split it.")
    return [Problem(f"{limits.title}: {one}", error=True, files=True) for one in told]


def _of_file(media: Media, limits: FilmLimits) -> Iterator[str]:
    name = quoted(media.name)
    if limits.containers is not None and media.mime not in limits.containers:
        taken = _listed(_FORMATS.get(one, one) for one in sorted(limits.containers))
        yield f"{name} is {_FORMATS.get(media.mime, media.mime)}, and only {taken} is taken. Save it as {taken}."
    if limits.max_bytes is not None and media.size > limits.max_bytes:
        yield _large(name, media.size, limits.max_bytes)
    if limits.min_bytes is not None and media.size < limits.min_bytes:
        yield (
            f"{name} has {readable_size(media.size)}, and at least {readable_size(limits.min_bytes)} are needed. "
            "Export it in a better quality."
        )


def _of_time(media: Media, limits: FilmLimits) -> Iterator[str]:
    name, lasts = quoted(media.name), media.seconds
    if not lasts:
        return
    if limits.max_seconds is not None and lasts > limits.max_seconds + _A_FEW_PICTURES:
        yield f"{name} lasts {readable_time(lasts)} of at most {readable_time(limits.max_seconds)}. Cut it."
    if limits.min_seconds is not None and lasts < limits.min_seconds:
        yield (
            f"{name} lasts {readable_time(lasts)}, and at least {readable_time(limits.min_seconds)} are needed. "
            "Make it longer."
        )


def _of_size(media: Media, limits: FilmLimits) -> Iterator[str]:
    name, width, height = quoted(media.name), media.width, media.height
    if width and height:
        shown = f"{name} has {width} × {height} pixels"
        if limits.max_pixels is not None and width * height > limits.max_pixels:
            yield f"{shown}, more than {grouped(limits.max_pixels)} in all. Export it smaller."
        if limits.max_side is not None and max(width, height) > limits.max_side:
            yield f"{shown}; its longer side may have {limits.max_side}. Export it smaller."
        ratio = width / height
        narrow = limits.min_ratio is not None and ratio < limits.min_ratio * 0.999
        if narrow or (limits.max_ratio is not None and ratio > limits.max_ratio * 1.001):
            yield f"{shown}, which is too {'narrow' if narrow else 'wide'} ({_ratios(limits)}). Crop it."
    if limits.max_fps is not None and media.fps > limits.max_fps + _HALF_A_PICTURE:
        yield (
            f"{name} has {media.fps:.4g} of at most {limits.max_fps:g} pictures a second. "
            f"Export it with {min(30, limits.max_fps):g}."
        )


def _of_codecs(media: Media, limits: FilmLimits) -> Iterator[str]:
    name = quoted(media.name)
    for what, allowed, found in (
        ("pictures", limits.video_codecs, [one for one in media.codecs if not is_sound(one)]),
        ("sound", limits.audio_codecs, [one for one in media.codecs if is_sound(one)]),
    ):
        wrong = [one for one in found if allowed is not None and one not in allowed]
        if wrong and allowed is not None:
            taken = _listed(_CODECS.get(one, one) for one in sorted(allowed))
            written = "are written" if what == "pictures" else "is written"
            yield (
                f"the {what} of {name} {written} as {_CODECS.get(wrong[0], wrong[0])}, and only {taken} "
                "is taken. Export it anew as MP4 (H.264 with AAC)."
            )


def _of_writing(media: Media, limits: FilmLimits) -> Iterator[Problem]:
    """Whether fields or whole pictures stand in a film that may hold fields cannot be told, so that is no error."""
    for word in media.unusual:
        wrong, instead = _INSTEAD.get(
            word, (f"its pixel format is {word}", f"pixel format {PLAIN} (4:2:0, 8 bit)")
        )
        sure = limits.hard and word != INTERLACED
        told = f"{limits.title}: {quoted(media.name)} {'cannot be taken' if sure else 'may be refused'}: {wrong}."
        yield Problem(f"{told} Export it anew with {instead}.", error=sure, files=True)


def uncertain(media: Media, certain: frozenset[str] = EVERYWHERE) -> str:
    """What of a film is not `certain` to be taken, in words: codecs, and what is unusual; empty for none."""
    if not media.mime.startswith("video/"):
        return ""
    strange = [_CODECS.get(one, one) for one in media.codecs if one not in certain]
    words = [one for one in media.unusual if one not in certain]
    strange += [one if one in _INSTEAD else f"pixel format {one}" for one in words]
    return " and ".join(strange)


def as_it_is(media: Media, title: str) -> list[Problem]:
    """A warning where a server gives films out as they are, and a browser may not play this one."""
    strange = uncertain(media, _IN_BROWSERS)
    if not strange:
        return []
    told = (
        f"{title}: not every browser plays {quoted(media.name)}, and it is not converted there ({strange})."
    )
    return [Problem(f"{told} {CERTAIN} plays everywhere.")]


def is_sound(codec: str) -> bool:
    """Whether a codec of this name writes sound."""
    return codec in SOUNDS or codec.startswith(("pcm", "adpcm"))


def readable_time(seconds: float) -> str:
    """Seconds as people write them: `7.5 s`, `12 min 30 s`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _large(name: str, size: int, most: int) -> str:
    return (
        f"{name} has {readable_size(size)} of at most {readable_size(most)}. "
        "Make it smaller and upload it again."
    )


def _ratios(limits: FilmLimits) -> str:
    written = [
        f"{word} {one:.2f}:1".replace(".00", "")
        for word, one in (("at least", limits.min_ratio), ("at most", limits.max_ratio))
        if one is not None
    ]
    return f"width to height {' and '.join(written)}"


def _listed(words: Iterator[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
