"""The `zulip` client with bounds: see `handlers.bounds`."""

from __future__ import annotations

import zulip
from typing_extensions import override

from handlers.bounds.adapter import bounded


class Client(zulip.Client):
    """The library's client; every answer, the first one in its constructor too, has a whole-call time and a size."""

    @override
    def ensure_session(self) -> None:
        fresh = self.session is None
        super().ensure_session()
        if fresh and self.session is not None:
            bounded(self.session)
