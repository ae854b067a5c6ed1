"""Mastodon, and servers that speak as it does: text, threads, pictures or a video, content warning, visibility."""

from __future__ import annotations

from handlers.mastodon.platform import Mastodon, MastodonSettings

__all__ = ["Mastodon", "MastodonSettings"]
