"""Signing in to platforms: grants, tokens that are renewed in time, and the rights that are asked for."""

from __future__ import annotations

from handlers.oauth.consent import OUT_OF_BAND, Consent, Foreign
from handlers.oauth.grants import EARLY, Client, Grant, opened, sealed, spoken
from handlers.oauth.rights import RIGHTS, Right, scopes
from handlers.oauth.tokens import Tokens

__all__ = [
    "EARLY",
    "OUT_OF_BAND",
    "RIGHTS",
    "Client",
    "Consent",
    "Foreign",
    "Grant",
    "Right",
    "Tokens",
    "opened",
    "scopes",
    "sealed",
    "spoken",
]
