"""What ffprobe says of a film, where that program is installed: it knows more kinds of films than our own reader.

It reads the one file and nothing else: no network, no other file that a film may name, no long time; and it runs where
all files of strangers are opened, in a child with limits.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from handlers.bad import BadMedia
from handlers.films.reading import Film
from handlers.workers import Limits, printed

log = logging.getLogger("social.media")

PROGRAM = "ffprobe"
PATIENCE_S = 10.0
_MAPPED = 512 * 1024 * 1024
"""Bytes of address space for the libraries that it is made of."""
_LIMITS = Limits(cpu_s=10, output=1 << 20, open_files=64, mapped=_MAPPED)
_ASKED = (
    "format=duration:stream=codec_type,codec_name,avg_frame_rate,duration:stream_disposition=attached_pic"
)


def probed(known: Film, path: Path, *, program: str | None = None, patience_s: float = PATIENCE_S) -> Film:
    """The film with what ffprobe knows better; as it is where there is no ffprobe, or it does not answer."""
    found = program or shutil.which(PROGRAM)
    if found is None:
        return known
    words = ["-v", "error", "-protocol_whitelist", "file", "-f", "mov"]
    words += ["-show_entries", _ASKED, "-of", "json", "-i", f"file:{path}"]
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "SYSTEMROOT", "LANG"}}
    try:
        return _better(known, json.loads(printed(found, words, kept, replace(_LIMITS, wall_s=patience_s))))
    except (BadMedia, ValueError, TypeError, AttributeError) as error:
        log.info("ffprobe did not answer: %s", type(error).__name__, extra={"action": "probe_failed"})
        return known


def _better(known: Film, told: Mapping[str, Any]) -> Film:
    streams = [one for one in told.get("streams") or () if isinstance(one, dict)]
    films = [one for one in streams if one.get("codec_type") == "video" and not _cover(one)]
    heard = [one for one in streams if one.get("codec_type") == "audio"]
    codecs = tuple(
        dict.fromkeys(str(one["codec_name"]) for one in (*films[:1], *heard) if one.get("codec_name"))
    )
    lasts = _number((told.get("format") or {}).get("duration"))
    return replace(
        known,
        seconds=lasts or known.seconds,
        fps=(_number(films[0].get("avg_frame_rate")) if films else 0.0) or known.fps,
        codecs=codecs or known.codecs,
    )


def _cover(stream: Mapping[str, Any]) -> bool:
    return bool((stream.get("disposition") or {}).get("attached_pic"))


def _number(told: object) -> float:
    """A number or a fraction as ffprobe writes them; 0 where it is none."""
    try:
        return max(0.0, float(Fraction(str(told))))
    except (ValueError, ZeroDivisionError, OverflowError):
        return 0.0
