"""The contract between the bot and a platform: what goes in, what comes out, and how it can go wrong."""

from __future__ import annotations

from handlers.base.drafts import Draft, Options, Outgoing, Part, Poll, Problem
from handlers.base.errors import BY_HAND, Barred, Later, PlatformError, Rejected, Unavailable, Uncertain
from handlers.base.fence import holding, must_hold
from handlers.base.outcomes import Ledger, Published, Receipt, Rival, Standing, Step, Ticket, Use
from handlers.base.platform import Platform, Repeater, Stager
from handlers.base.tools import Meter, Settings, Tools, Vault

__all__ = [
    "BY_HAND",
    "Barred",
    "Draft",
    "Later",
    "Ledger",
    "Meter",
    "Options",
    "Outgoing",
    "Part",
    "Platform",
    "PlatformError",
    "Poll",
    "Problem",
    "Published",
    "Receipt",
    "Rejected",
    "Repeater",
    "Rival",
    "Settings",
    "Stager",
    "Standing",
    "Step",
    "Ticket",
    "Tools",
    "Unavailable",
    "Uncertain",
    "Use",
    "Vault",
    "holding",
    "must_hold",
]
