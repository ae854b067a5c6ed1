"""How far a delivery has come, as its receipt keeps it.

out      the parts that are out, in order: id, url, warnings
files    what was uploaded for the next part, by its place in the part: id there, when, whether it is ready,
and, while it is being uploaded, how far that is
trying   the part whose creating request left, and has no answer yet; committed before the request
doubts   how often the answer of the next part was lost
before   how the account stood before the first attempt, as far as it told
restored whether a copy was brought back, so that answers may have come of which it knows nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.base import Published, Receipt
from handlers.parts.service import Trying
from handlers.reconcile import Before


@dataclass(slots=True)
class Brought:
    """One file, there or on its way."""

    id: str = ""
    """Empty until all of it is there."""
    at: datetime | None = None
    """When all of it was there."""
    ready: bool = False
    """Whether it can be used."""
    state: dict[str, Any] = field(default_factory=dict)
    """What the platform keeps of an upload under way."""

    @classmethod
    def of(cls, one: dict[str, Any]) -> Brought:
        """From what was saved; files saved by older versions were ready when they were saved."""
        at = one.get("at")
        return cls(one.get("id", ""), at and _time(at), one.get("ready", True), one.get("state", {}))

    def receipt(self) -> dict[str, Any]:
        """To be saved."""
        kept = {
            "id": self.id,
            "at": self.at and self.at.isoformat(),
            "ready": self.ready,
            "state": self.state,
        }
        return {name: value for name, value in kept.items() if value or name == "ready"}


@dataclass(slots=True)
class Progress:
    """A receipt, read."""

    out: list[Published] = field(default_factory=list)
    files: dict[str, Brought] = field(default_factory=dict)
    trying: Trying | None = None
    doubts: int = 0
    before: Before | None = None
    restored: bool = False

    @classmethod
    def of(cls, receipt: Receipt) -> Progress:
        """From what was saved."""
        trying: dict[str, Any] | None = receipt.get("trying")
        return cls(
            [Published(one["id"], one["url"], tuple(one["warnings"])) for one in receipt.get("out", [])],
            {place: Brought.of(one) for place, one in receipt.get("files", {}).items()},
            _trying(trying) if trying else None,
            receipt.get("doubts", 0),
            _before(receipt.get("before")),
            receipt.get("restored", False),
        )

    def receipt(self) -> Receipt:
        """To be saved."""
        return {
            "out": [{"id": one.id, "url": one.url, "warnings": list(one.warnings)} for one in self.out],
            "files": {place: one.receipt() for place, one in self.files.items()},
            "trying": self.trying
            and {
                "part": self.trying.number,
                "at": self.trying.at.isoformat(),
                "key": self.trying.key,
                "repeated": self.trying.repeated,
                "same": self.trying.same,
            },
            "doubts": self.doubts,
            "restored": self.restored,
            "before": self.before
            and {"newest": self.before.newest, "at": self.before.at and self.before.at.isoformat()},
        }

    def published(self) -> Published:
        """The whole, by its first part."""
        return Published(
            self.out[0].id, self.out[0].url, tuple(one for part in self.out for one in part.warnings)
        )


def _trying(kept: dict[str, Any]) -> Trying:
    """Receipts of older versions say no more than which part, when and with which key."""
    more = {name: kept[name] for name in ("repeated", "same") if name in kept}
    return Trying(kept["part"], _time(kept["at"]), kept["key"], **more)


def _before(kept: dict[str, Any] | None) -> Before | None:
    """Receipts of older versions have none."""
    return Before(kept["newest"], _time(kept["at"]) if kept["at"] else None) if kept else None


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)
