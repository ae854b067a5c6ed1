"""How far a delivery has come, as its receipt keeps it; every step forward is committed before the next one.

session    address of the upload session (as good as a password), saved before the first byte
sessions   how many were opened, so that each counts once against the quota
key        the ticket under which the session was opened: another one means that a person ordered it again
finishing  the last bytes left, so that the video may be complete
missed     when a video of a forgotten session was not to be found at the channel
video      the video's id; from here on it is there, seen by nobody
arrived    since when
thumbnail  what became of it: `set` or `refused`
showing    the request that makes it visible left
filing     the request that puts it into its playlist left
over, why  it came to nothing under this ticket, for this reason: only a new order (another ticket) begins anew
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from handlers.base import Published, Receipt, Ticket


@dataclass(frozen=True, slots=True)
class State:
    """A receipt, read."""

    session: str = ""
    sessions: int = 0
    key: str = ""
    finishing: bool = False
    missed: str = ""
    video: str = ""
    arrived: str = ""
    thumbnail: str = ""
    showing: bool = False
    filing: bool = False
    over: str = ""
    why: str = ""


_NAMES = frozenset(one.name for one in fields(State))


class Progress:
    """The receipt of one delivery, read and kept."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self.state = State(**{name: value for name, value in ticket.receipt.items() if name in _NAMES})

    def keep(self, **news: Any) -> None:
        """Commit this beside what is kept."""
        self._be(State(**{**asdict(self.state), **news}))

    def there(self, video: str, now: datetime) -> None:
        """Commit that the video is there under that id, which nobody else may have. Raises `Uncertain`."""
        state = State(**{**asdict(self.state), "video": video, "arrived": now.isoformat()})
        self._ticket.ledger.own(_told(state), 0, Published(video, ""))  # nobody sees it yet
        self.state = state

    def restart(self, **news: Any) -> None:
        """Nothing of it is there any more: begin anew. Only what was used of the quota stays used."""
        self._be(State(sessions=self.state.sessions, **news))

    def arrived(self) -> datetime | None:
        """When the last byte was there (UTC)."""
        return datetime.fromisoformat(self.state.arrived) if self.state.arrived else None

    def _be(self, state: State) -> None:
        self.state = state
        self._ticket.save(_told(state))


def _told(state: State) -> Receipt:
    return {name: value for name, value in asdict(state).items() if value}
