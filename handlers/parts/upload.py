"""One file on its way to a platform, through as many attempts as it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.base import Step
from handlers.media import Media


class Upload:
    """What an earlier attempt kept of this upload, and who wants to hear how far it is."""

    def __init__(
        self,
        media: Media,
        state: dict[str, Any],
        keep: Callable[[dict[str, Any]], None],
        tell: Callable[[Step], None],
    ) -> None:
        self._media = media
        self.state = state
        """What was kept last (JSON); empty at the beginning."""
        self.ready = False
        """To be set by a platform whose answer said that the file can be used at once."""
        self._keep = keep
        self._tell = tell

    def keep(self, **news: Any) -> None:
        """Commit this beside what is kept; None takes something away."""
        self.state = {name: value for name, value in {**self.state, **news}.items() if value is not None}
        self._keep(self.state)

    def told(self, done: int) -> None:
        """So many bytes are there."""
        self._tell(Step("uploading", self._media.name, done, self._media.size))
