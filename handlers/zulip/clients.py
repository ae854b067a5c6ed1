"""One client per account, kept between pieces of work: to make one costs a request, and a connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from handlers.base import Rejected
from handlers.zulip.api import Api
from handlers.zulip.settings import ZulipSettings

LIFE: Final = timedelta(hours=1)
"""After so long one is made anew: the server may be another version by then."""
REST_S: Final = 20.0
"""After so long without use it is made anew: servers close what rests, and a message must not be sent into that."""


class Clients:
    """Lends a client to one piece of work at a time; a second one at the same moment gets one of its own."""

    def __init__(self, settings: ZulipSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = threading.Lock()
        self._kept: tuple[Api, datetime] | None = None
        self._used_s = float("-inf")

    @contextmanager
    def one(self) -> Iterator[Api]:
        """A client for as long as the block lasts. Raises `Unavailable`. After trouble it is not used again."""
        api, made = self._taken()
        try:
            yield api
        except Rejected:  # an answer like any other
            self._keep(api, made)
            raise
        except BaseException:
            api.close()
            raise
        self._keep(api, made)

    def _taken(self) -> tuple[Api, datetime]:
        with self._guard:
            kept, self._kept = self._kept, None
        now = self._clock()
        if kept is not None:
            if kept[1] <= now < kept[1] + LIFE and time.monotonic() - self._used_s < REST_S:
                return kept
            kept[0].close()
        return Api(self._settings), now

    def _keep(self, api: Api, made: datetime) -> None:
        with self._guard:
            if self._kept is None:
                self._kept, self._used_s = (api, made), time.monotonic()
                return
        api.close()
