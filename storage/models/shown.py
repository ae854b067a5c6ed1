"""The tables of what stands in the chat beside a card, so that approvers could read all of what goes out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
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


class ShownFile(SQLModel, table=True):
    """A file that goes out, brought to Zulip by the bot, because approvers cannot open it where its author uploaded it."""

    __table_args__ = (UniqueConstraint("message_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=BigInteger)
    """Of the draft; the file may be brought before the draft has a post."""
    sha256: str
    address: str
    """On the Zulip server."""
    at: datetime


class Proposal(SQLModel, table=True):
    """An alt text that somebody proposed who may not change the post, until it is taken."""

    __table_args__ = (Index("ix_proposal_post", "post_id", "open"),)

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    revision: int
    """The one that the post was when it was proposed."""
    number: int
    """By which it is called on the post's card."""
    path: str
    """Of the file that it is for."""
    text: str
    user_id: int
    name: str
    at: datetime
    open: bool = True
    """False once it was taken."""
