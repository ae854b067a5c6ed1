"""What X charges, and the month's budget that is never exceeded.

Prices in thousandths of a US dollar (docs.x.com, x-api/getting-started/pricing, and the changelog of 16 April 2026).
What may be billed is taken from the meter before the request leaves, and given back when X certainly did not do it:
failed calls are not billed. So a crash can only leave too much taken, never too little.
Not in X's list and therefore not counted: uploading files (one vendor says that each is charged; nobody else does).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from handlers.base import Part, Rejected, Tools, Use
from handlers.counting.links import X, links

POST: Final = 15
"""Creating a post."""
POST_WITH_LINK: Final = 200
"""Creating a post with a link in it; several cost no more. What X makes a link of (`example.org`) counts as one."""
ALT_TEXT: Final = 5
"""One request for a file's metadata."""
READ_POST: Final = 5
"""One post in an answer; only accounts that own the developer app pay less (1), which the bot cannot know."""
READ_USER: Final = 10
"""One account in an answer. The same one is free for the rest of the day, which is not relied upon."""
MONEY: Final = "spending"
"""Under this name the meter keeps it."""


def price_of(part: Part) -> int:
    """What the request costs that creates this part."""
    return POST_WITH_LINK if any(links(part.text, X)) else POST


def price(parts: Iterable[Part]) -> int:
    """What all of it costs: the parts, and an alt text for each file that has one."""
    return sum(price_of(one) + ALT_TEXT * sum(bool(media.alt) for media in one.media) for one in parts)


def dollars(thousandths: int) -> str:
    """`0.20`, `0.015`: a sum as people write it."""
    written = f"{thousandths / 1000:.3f}"
    return written.removesuffix("0")


class Spending:
    """What one account spends in a calendar month (UTC), within its budget if it has one."""

    def __init__(self, account: str, who: str, budget: Decimal | None, tools: Tools) -> None:
        self._account = account
        self._who = who
        self._most = None if budget is None else int(budget * 1000)
        self._tools = tools

    def reserve(self, amount: int, key: str) -> None:
        """Take what a request may cost, once per key. Raises `Rejected` if the month's budget does not have it."""
        if not self._take(amount, key, self._most):
            raise self._over(amount)

    def count(self, amount: int, key: str) -> None:
        """It was certainly spent, whatever the budget says; counted once per key."""
        self._take(amount, key, None)

    def give_back(self, key: str) -> None:
        """It was certainly not spent."""
        self._tools.meter.give_back(self._account, MONEY, key)

    def must_have(self, amount: int) -> None:
        """Raises `Rejected` if there is not so much left; takes nothing."""
        if self.left() is not None and amount > (self.left() or 0):
            raise self._over(amount)

    def told_before(self, amount: int) -> str:
        """What people should know before they approve what costs so much; empty where the budget has it."""
        left = self.left()
        if left is None or self._most is None or not left < amount <= self._most:
            return ""
        return (
            f"X charges {dollars(amount)} USD for this, and {dollars(left)} of this month's {dollars(self._most)} USD are left: "
            f"this month it does not go out there, unless the owner of the bot raises `monthly_budget_usd` of `[{self._account}]`."
        )

    def reading(self, most: int, each: int) -> Reading:
        """Take what an answer with up to `most` things may cost, or with as many as the budget has.

        Raises `Rejected` if it has not even one.
        """
        left = self.left()
        most = most if left is None else min(most, left // each)
        if most < 1:
            raise self._over(each)
        key = f"read-{secrets.token_hex(8)}"
        self.reserve(most * each, key)
        return Reading(self, key, most, each)

    def left(self) -> int | None:
        """What may still be spent this month; None without a budget."""
        return None if self._most is None else max(0, self._most - self.used())

    def used(self) -> int:
        """What was spent this month, with what is reserved."""
        return self._tools.meter.used(self._account, MONEY, self._month)

    def use(self) -> Use:
        """For `status`."""
        return Use("USD this month", self.used() / 1000, None if self._most is None else self._most / 1000)

    @property
    def _month(self) -> str:
        return f"{self._tools.clock():%Y-%m}"

    def _take(self, amount: int, key: str, most: int | None) -> bool:
        return self._tools.meter.take(self._account, MONEY, self._month, amount, most=most, key=key)

    def _over(self, amount: int) -> Rejected:
        return Rejected(
            f"{self._who} is not asked, because the month's budget would be exceeded: {dollars(self.used())} of "
            f"{dollars(self._most or 0)} USD are used, and this needs {dollars(amount)}. The owner of the bot raises "
            f"`monthly_budget_usd` of `[{self._account}]` in zuliprc, or the post waits for the next month."
        )


class Reading:
    """What was taken for an answer that has not come yet."""

    def __init__(self, spending: Spending, key: str, most: int, each: int) -> None:
        self._spending = spending
        self._key = key
        self.most = most
        """So many things may be asked for."""
        self._each = each

    def got(self, number: int) -> None:
        """So many things came."""
        self._spending.give_back(self._key)
        if number:
            self._spending.count(number * self._each, self._key)
