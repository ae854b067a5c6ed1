"""Files that cannot be used, told in a sentence; and how sizes are written in such sentences."""

from __future__ import annotations

_SHOWN = 60
_KILO = 1000


class BadMedia(Exception):
    """A file cannot be used; the text is one sentence for people: why, and what to do."""


class Damaged(Exception):
    """The bytes break the rules of their own format."""


def quoted(name: str) -> str:
    """A file name within a sentence, shortened."""
    return f"“{name if len(name) <= _SHOWN else name[:_SHOWN] + '…'}”"


def grouped(number: int) -> str:
    """`20000` as `20 000`."""
    return f"{number:,}".replace(",", " ")


def readable_size(size: int) -> str:
    """Bytes as people write them: `812 kB`, `3.4 MB`."""
    if size < _KILO:
        return f"{size} bytes"
    if size < 1000 * _KILO:
        return f"{round(size / _KILO)} kB"
    return f"{size / _KILO / _KILO:.1f} MB"
