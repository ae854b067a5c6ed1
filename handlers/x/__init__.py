"""X: text of a weighted length, threads, up to four pictures, a GIF or a video, alt texts."""

from __future__ import annotations

from handlers.x.platform import X
from handlers.x.settings import XSettings

__all__ = ["X", "XSettings"]
