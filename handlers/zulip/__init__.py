"""Zulip: announcements in a channel of a community, its own or another's, through the `zulip` library.

(In this folder `import zulip` is the library: imports are absolute.)
"""

from __future__ import annotations

from handlers.zulip.platform import Zulip

__all__ = ["Zulip"]
