"""What the stand-in charges, as X does: from credits that were bought before, and with nothing left there is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.sandbox.addresses import addresses
from bot.sandbox.world import World

POST, POST_WITH_LINK = 15, 200
ALT_TEXT, READ_POST, READ_USER = 5, 5, 10
"""Thousandths of a USD (docs.x.com, x-api/getting-started/pricing, late 2026). Uploads stand in no price list."""


class Purse:
    """The credits of the developer account; it never buys some by itself. Survives a restart."""

    def __init__(self, world: World, service: str) -> None:
        self._world = world
        self._service = service

    @property
    def credit(self) -> int | None:
        """What was bought in all; None: without end."""
        return self._notes.get("credit")

    @credit.setter
    def credit(self, thousandths: int | None) -> None:
        self._world.note(self._service, credit=thousandths)

    @property
    def spent(self) -> int:
        """What was charged in all."""
        return int(self._notes.get("spent", 0))

    @property
    def _notes(self) -> dict[str, Any]:
        return self._world.notes(self._service)

    def has(self, price: int) -> bool:
        """Whether so much is left."""
        return self.credit is None or self.spent + price <= self.credit

    def pay(self, price: int) -> None:
        """Charge it; only for what was done."""
        if price:
            self._world.note(self._service, spent=self.spent + price)

    def read(self, kind: str, ids: Iterable[str], price: int) -> None:
        """Charge for what is in an answer; the same thing is free for the rest of the day (UTC)."""
        today = f"{self._world.clock.now():%Y-%m-%d}"
        kept = self._world.shelf.get("x-read", kind) or {}
        seen = set(kept.get("ids", ())) if kept.get("day") == today else set()
        fresh = set(ids) - seen
        self._world.shelf.put("x-read", kind, {"day": today, "ids": sorted(seen | fresh)})
        self.pay(price * len(fresh))


def price_of(text: str) -> int:
    """What a post with this text costs."""
    return POST_WITH_LINK if any(addresses(text, "x")) else POST
