"""The tables. What became of a post is derived from its deliveries, never stored twice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.models.naming import CONVENTION
from storage.models.parts import Part as Part
from storage.models.shown import Continuation as Continuation
from storage.models.shown import Proposal as Proposal
from storage.models.shown import ShownFile as ShownFile
from storage.models.usage import Usage as Usage
from storage.models.votes import SetAside as SetAside
from storage.states import DeliveryState, PostState, StagedState

SQLModel.metadata.naming_convention = CONVENTION


def _one_of(states: type[StrEnum]) -> CheckConstraint:
    """The database itself refuses a state that does not exist."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"state IN ({listed})", name="state")


_SENDING = text(f"state = '{DeliveryState.SENDING.value}'")
_STAGING = text(f"state = '{StagedState.STAGING.value}'")
_LAST = text("not_after IS NOT NULL")
"""What is asked twice a second must not read the whole history: such rows are few."""

BY_RESTORE: Final = "restore"
"""As what a post was stopped (`stopped_as`) that could still go out when it was brought back from a copy."""


class Post(SQLModel, table=True):
    """One thing to be said to the world, numbered for ever."""

    __table_args__ = (
        Index("ix_post_due", "state", "due_at", "id"),
        Index("ix_post_released_at", "released_at"),
        Index("ix_post_author", "author_id", "state"),
        Index("ix_post_not_after", "state", "not_after", sqlite_where=_LAST, postgresql_where=_LAST),
        _one_of(PostState),
    )

    id: int | None = Field(default=None, primary_key=True)
    state: str = PostState.DRAFT
    author_id: int
    author_name: str
    message_id: int = Field(unique=True, sa_type=BigInteger)
    """The Zulip message that holds the draft; what it says now is what the post says."""
    channel_id: int | None = None
    """Where the draft was written; None for a direct message."""
    topic: str = ""
    revision: int = 0
    """Number of the current revision; 0 before the first."""
    timing: str = "now"
    """`now` (once approved), `next` (a free slot) or `at` (a time that somebody wrote)."""
    due_at: datetime | None = Field(default=None, index=True)
    """UTC. None: as soon as it is approved."""
    not_after: datetime | None = None
    moved: bool = False
    """True once a person moved it: then the draft's own `at:` no longer counts."""
    approved_at: datetime | None = None
    released_at: datetime | None = None
    created_at: datetime
    summary: str = ""
    """The first words, for lists."""
    digest: str = ""
    """SHA-256 of what the draft message said when it was last turned into a revision."""
    stopped_by: int | None = None
    stopped_name: str = ""
    stopped_as: str = ""
    """Who held or cancelled it, and as what: `approver`, `author`, `member` or `restore`; empty: nobody, or it was lifted."""
    approved_for: datetime | None = None  # the time it had when an approver last approved or moved it
    restored_at: datetime | None = None
    """Of when the copy is that it was brought back from; its deliveries are looked for before anything is sent."""


class Revision(SQLModel, table=True):
    """The exact text, variants, media and options at one moment; immutable but for its card."""

    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    number: int
    source: str
    """The message as it was written (raw Markdown)."""
    written: str = "{}"
    """JSON: the parsed draft."""
    outgoing: str = "{}"
    """JSON: account -> what exactly goes out there."""
    problems: str = "[]"
    """JSON: what stands on the card beside the platforms' own problems."""
    accounts: str = "[]"
    """JSON: the accounts it goes to, in the order of the card."""
    card_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """Zulip message id of its card; None until it was said."""
    card_text: str = ""
    """What the card says, as we last wrote it."""
    card_open: bool = True
    """False once Zulip refused an edit: from then on changes are told in the topic."""
    created_at: datetime
    continues: bool = False  # whether its card has no room for all that goes out: see `Continuation`
    created_by: int
    """Zulip user id of who wrote this revision (author, or who said `edit`)."""


class Vote(SQLModel, table=True):
    """An approval or a veto that stands, on one revision, by one person, in one way."""

    __table_args__ = (UniqueConstraint("post_id", "revision", "user_id", "kind", "via", "accounts"),)

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    revision: int
    user_id: int
    name: str
    kind: str
    """`approve` or `veto`."""
    via: str
    """`reaction` (brought in line with the card at every look), `command`, or `card:NUMBER`: a reaction on an earlier card of
    the same text (that message; 0: it is gone).
    """
    accounts: str = ""
    """Account name the vote is about; empty: the whole post."""
    reason: str = ""
    at: datetime


class Delivery(SQLModel, table=True):
    """One revision going to one account: the unit of success, failure and retry."""

    __table_args__ = (
        UniqueConstraint("post_id", "account"),
        Index("ix_delivery_due", "state", "not_before", "id"),
        Index("ix_delivery_settled", "state", "settled_at"),
        Index(
            "ix_delivery_untold",
            "state",
            "post_id",
            sqlite_where=text("told IS 0"),
            postgresql_where=text("told IS false"),
        ),
        # one delivery at a time per account, whoever claims it
        Index(
            "uq_delivery_sending",
            "account",
            unique=True,
            sqlite_where=_SENDING,
            postgresql_where=_SENDING,
        ),
        _one_of(DeliveryState),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    revision: int
    account: str
    state: str = DeliveryState.PENDING
    attempts: int = 0
    """Attempts since it was last ordered by a person."""
    not_before: datetime
    """UTC; a retry waits until then."""
    lease_until: datetime | None = None
    """While `sending`: when the claim may be taken for dead."""
    worker: str = ""
    """Who claimed it: host and process."""
    key: str
    """Idempotency key, the same for all attempts of one order."""
    receipt: str = "{}"
    """JSON, opaque to all but its platform."""
    first_at: datetime | None = None
    """When the first attempt began."""
    remote_id: str = ""
    url: str = ""
    error: str = ""
    """The last trouble, as one sentence for people."""
    settled_at: datetime | None = None
    searches: int = 0
    """While `unknown`: how often the platform was asked whether it is there."""
    told: bool = False
    """Whether people were told of the present outcome."""
    restored_at: datetime | None = None
    """Of when the copy is that it was brought back from, as long as it was not looked whether it went out since."""


class Staged(SQLModel, table=True):
    """One revision prepared unseen on one account before its time. Its delivery takes the row over."""

    __table_args__ = (
        UniqueConstraint("post_id", "revision", "account"),
        # one at a time per account, whoever claims it
        Index("uq_staged_staging", "account", unique=True, sqlite_where=_STAGING, postgresql_where=_STAGING),
        _one_of(StagedState),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    revision: int
    account: str
    state: str = StagedState.PENDING
    attempts: int = 0
    not_before: datetime
    lease_until: datetime | None = None
    worker: str = ""
    key: str
    receipt: str = "{}"
    """JSON, opaque to all but its platform."""
    first_at: datetime | None = None
    error: str = ""


class Entry(SQLModel, table=True):
    """One line of the append-only log: who did what to which post, and which edge it took."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    account: str = ""
    """The delivery's account; empty when the post itself is meant."""
    who: str
    """A person's name, or `bot`."""
    what: str
    """In a few words; never a text of the post or a secret."""
    old: str = ""
    new: str = ""


class Notice(SQLModel, table=True):
    """Something the bot must say: written with the change it tells of, said afterwards, once per key."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """One per cause, so that nothing is told twice."""
    post_id: int | None = Field(default=None, index=True)
    user_id: int | None = None
    """To this person alone; None: in the topic of the post's card."""
    text: str
    created_at: datetime
    said_at: datetime | None = Field(default=None, index=True)
    message_id: int | None = Field(default=None, sa_type=BigInteger)


class Seen(SQLModel, table=True):
    """A message that was handled, so that a restart does not answer it again."""

    message_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    answered: bool = True
    """False: it was not understood; if it is edited it is read again."""
    digest: str = ""
    """SHA-256 of the text as handled."""
    said: str = ""
    """What tells whether it orders the same as it did; empty: not known."""
    at: datetime


class Cursor(SQLModel, table=True):
    """Where the listener stands: name -> value."""

    name: str = Field(primary_key=True)
    value: str


class Member(SQLModel, table=True):
    """A copy of the bot that works with this database, and its last sign of life (PostgreSQL; `storage.membership`)."""

    worker: str = Field(primary_key=True)
    folder: str
    """What names its data folder."""
    backend: int
    """The server process of its connection, which holds its locks."""
    seen_at: datetime
    """By the server's clock."""
    hears: bool = False
    """Whether it has caught up with what was said before; counts while it leads."""


class Credential(SQLModel, table=True):
    """Tokens that change, encrypted."""

    account: str = Field(primary_key=True)
    secret: str
    updated_at: datetime
