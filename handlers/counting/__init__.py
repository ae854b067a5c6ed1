"""How long a text is, counted as each platform counts: graphemes, bytes, X's weights, Mastodon's rules."""

from __future__ import annotations

from handlers.counting.mastodon import mastodon_length
from handlers.counting.units import clusters, graphemes, utf8_bytes
from handlers.counting.x import x_forbidden, x_length

__all__ = ["clusters", "graphemes", "mastodon_length", "utf8_bytes", "x_forbidden", "x_length"]
