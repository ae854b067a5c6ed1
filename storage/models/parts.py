"""Whose a number on a platform is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.naming import CONVENTION

SQLModel.metadata.naming_convention = CONVENTION


class Part(SQLModel, table=True):
    """One number on a platform, and which post has it there: out, or brought there unseen. See `storage.parts`."""

    __table_args__ = (
        # nothing that is out may be taken for another post as well
        UniqueConstraint("account", "remote_id"),
        Index("ix_part_post", "post_id", "account"),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    """With the account, the delivery (or, before its time, what is prepared for it)."""
    account: str
    number: int
    """Which part of the delivery, from 0."""
    remote_id: str
    url: str = ""
    made_at: datetime
    """When the bot learned of it."""
