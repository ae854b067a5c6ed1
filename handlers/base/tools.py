"""What every platform is given: stored files and tokens, a clock, a meter; and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from typing_extensions import override

from handlers.media import Store
from handlers.redaction import know


class Vault(Protocol):
    """Where tokens that change are kept between runs, encrypted."""

    def read(self, account: str) -> dict[str, str]:
        """What was kept for this account; empty if nothing was."""
        ...

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        """Keep these instead, committed before it returns."""
        ...

    def alone(self, account: str) -> AbstractContextManager[object]:
        """Until the block ends, no other thread and no other copy of the bot is in such a block of this account."""
        ...


class Meter(Protocol):
    """What was used of a limit, or spent, kept between runs and shared by all copies of the bot."""

    def take(self, account: str, what: str, period: str, amount: int, *, most: int | None, key: str) -> bool:
        """Take so much, committed before it returns; False, and nothing is taken, if more than `most` would be used.

        `period` is the platform's own day or month, such as `2026-11`. The same `key` is counted once, however
        often it comes.
        """
        ...

    def give_back(self, account: str, what: str, key: str) -> None:
        """It was certainly not used after all."""
        ...

    def used(self, account: str, what: str, period: str) -> int:
        """How much was taken in that period."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What every platform is given beside its settings."""

    store: Store
    vault: Vault
    clock: Callable[[], datetime]
    """Now, in UTC; the sandbox gives a clock that can be moved."""
    meter: Meter


class Settings(BaseModel):
    """One account's section of `zuliprc`; a platform adds its own keys. Secrets are `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approvals: int | None = Field(default=None, ge=1)
    """How many approvals this account needs, where it is more than the community's number."""

    @override
    def model_post_init(self, context: Any, /) -> None:
        know(*(value.get_secret_value() for _, value in self if isinstance(value, SecretStr)))
