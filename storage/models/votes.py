"""The table of votes that were given and do not count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.naming import CONVENTION

SQLModel.metadata.naming_convention = CONVENTION


class SetAside(SQLModel, table=True):
    """A reaction that stands on a card and does not count, until it is taken away there; or an approval by command
    whose person may not approve at present.
    """

    __table_args__ = (
        UniqueConstraint(
            "post_id",
            "revision",
            "card_id",
            "user_id",
            "kind",
            "emoji",
            "accounts",
            name="uq_setaside_vote",  # named by its columns it would be longer than PostgreSQL takes
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    revision: int
    card_id: int = Field(default=0, sa_type=BigInteger)
    """The message that has the reaction; 0 for a vote by command."""
    user_id: int
    name: str
    kind: str
    """`approve` or `veto`."""
    emoji: str = ""
    """Code and kind of the reaction; empty for a vote by command; of one from an earlier card `via`, as `Vote` has it."""
    accounts: str = ""
    """As of a vote: account name; empty: the whole post."""
    why: str
    """`refused` when it was given, `lost` because its person may not approve any more, or `withdrawn` by command."""
    approved_for: datetime | None = None
    """Of what was lost: the time that the post's approvals were given for."""
    at: datetime
