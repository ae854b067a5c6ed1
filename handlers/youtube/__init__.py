"""YouTube: a video of a channel, through a resumable upload (Data API v3)."""

from __future__ import annotations

from handlers.youtube.platform import YouTube

__all__ = ["YouTube"]
