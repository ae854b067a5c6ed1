"""Signing in to platforms: grants, tokens that are renewed in time, and the rights that are asked for."""

from __future__ import annotations

from handlers.oauth.grants import EARLY, Client, Grant, spoken
from handlers.oauth.rights import RIGHTS, Right, scopes
from handlers.oauth.tokens import Tokens

__all__ = ["EARLY", "RIGHTS", "Client", "Grant", "Right", "Tokens", "scopes", "spoken"]
