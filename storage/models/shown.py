"""The table of what stands in the chat beside a card, so that approvers could read all of what goes out."""

from __future__ import annotations

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.naming import CONVENTION

SQLModel.metadata.naming_convention = CONVENTION


class Continuation(SQLModel, table=True):
    """One of the messages before a card that show what it has no room for."""

    __table_args__ = (UniqueConstraint("post_id", "revision", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    revision: int
    number: int
    text: str
    """Written down before it is said."""
    message_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """None until it was said."""
