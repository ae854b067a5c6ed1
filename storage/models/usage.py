"""The table of what was used of the platforms' limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.naming import CONVENTION

SQLModel.metadata.naming_convention = CONVENTION


class Usage(SQLModel, table=True):
    """What was used of a platform's limit, or spent there: one row per piece of work."""

    __table_args__ = (
        UniqueConstraint("account", "what", "key"),
        Index("ix_usage_period", "account", "what", "period"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account: str
    what: str
    """`uploads`, or what else a platform counts."""
    period: str
    """The platform's own day or month: `2026-11`."""
    key: str
    """Of the piece of work, so that a repeated one is counted once."""
    amount: int
    at: datetime
