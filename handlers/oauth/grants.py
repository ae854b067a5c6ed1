"""What somebody allowed us: a grant, the app it was given to, and how a grant lies in the vault.

The vault keeps `access_token`, `refresh_token`, `scope`, the instants `expires_at`, `refresh_expires_at`, `got_at`
(when the access token was made) and `signed_in_at` (ISO 8601, UTC), `by` (who signed in) and `who` (as whom).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from handlers.redaction import know

EARLY: Final = timedelta(minutes=2)
"""So long before its end an access token counts as over."""
SOON: Final = 10
"""In the last tenth of its life a token is renewed already, if that is possible; else it is used to its end."""

_TEXTS: Final = {
    "access": "access_token",
    "refresh": "refresh_token",
    "scope": "scope",
    "by": "by",
    "who": "who",
}
_INSTANTS: Final = {
    "expires_at": "expires_at",
    "refresh_expires_at": "refresh_expires_at",
    "got_at": "got_at",
    "signed_in_at": "signed_in_at",
}
"""Field of a grant -> its name in the vault."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody once allowed us, as configured, as signed in, or as renewed since."""

    access: str = ""
    refresh: str = ""
    expires_at: datetime | None = None
    """When the access token ends (UTC); None where nobody told."""
    refresh_expires_at: datetime | None = None
    """When it can no longer be renewed (UTC); None where nobody told, or never."""
    scope: str = ""
    got_at: datetime | None = None
    """When the access token was made; None where nobody told."""
    by: str = ""
    """Who signed in with `social login`; empty where the tokens come from the configuration."""
    who: str = ""
    """As whom that was, in the platform's own words."""
    signed_in_at: datetime | None = None

    def __post_init__(self) -> None:
        know(self.access, self.refresh, passing=True)

    @override
    def __repr__(self) -> str:
        return f"Grant(expires_at={self.expires_at})"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The rights one by one, whether the platform told them with commas or with blanks between."""
        return tuple(self.scope.replace(",", " ").split())

    def over(self, now: datetime) -> bool:
        """Whether the access token has run out, or does so in a moment."""
        return self.expires_at is not None and self.expires_at - EARLY <= now

    def ending(self, now: datetime) -> bool:
        """Whether it is time for a newer one, though this one is still good."""
        if self.expires_at is None or self.got_at is None:
            return self.over(now)
        return self.expires_at - max((self.expires_at - self.got_at) / SOON, EARLY) <= now


@dataclass(frozen=True, slots=True)
class Client:
    """The app that people signed in to, as the platform's token endpoint knows it."""

    token_url: str
    client_id: str
    client_secret: str
    basic: bool = False
    """The secret goes into the header (X), not into the form. Only such a platform takes apps without a secret."""

    def __post_init__(self) -> None:
        know(self.client_secret)

    @override
    def __repr__(self) -> str:
        return f"Client(token_url={self.token_url!r})"

    @property
    def complete(self) -> bool:
        """Whether the token endpoint can be asked at all."""
        return bool(self.client_id and (self.client_secret or self.basic))

    def signed(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """The form with what proves that we are the app: keyword arguments of a request."""
        if self.basic and self.client_secret:
            return {"data": dict(fields), "auth": (self.client_id, self.client_secret)}
        own = {"client_id": self.client_id, "client_secret": self.client_secret}
        return {"data": {**fields, **{name: value for name, value in own.items() if value}}}


def sealed(grant: Grant) -> dict[str, str]:
    """The grant as the vault keeps it."""
    texts = {name: getattr(grant, field) for field, name in _TEXTS.items()}
    ends = {name: getattr(grant, field) for field, name in _INSTANTS.items()}
    kept = texts | {name: at.astimezone(UTC).isoformat() for name, at in ends.items() if at is not None}
    return {name: value for name, value in kept.items() if value}


def opened(kept: Mapping[str, str]) -> Grant:
    """What the vault kept, as a grant; empty if it kept nothing."""
    fields: dict[str, Any] = {field: kept.get(name, "") for field, name in _TEXTS.items()}
    fields |= {field: _instant(kept.get(name, "")) for field, name in _INSTANTS.items()}
    return Grant(**fields)


def granted(body: Mapping[str, Any], now: datetime) -> Grant | None:
    """What a token endpoint gave (RFC 6749, 5.1; LinkedIn and Google also tell a refresh token's end); None for nothing."""
    access, refresh, scope = body.get("access_token"), body.get("refresh_token"), body.get("scope")
    if not isinstance(access, str) or not access:
        return None
    return Grant(
        access=access,
        refresh=refresh if isinstance(refresh, str) else "",
        expires_at=_after(body.get("expires_in"), now),
        refresh_expires_at=_after(body.get("refresh_token_expires_in"), now),
        scope=scope if isinstance(scope, str) else "",
        got_at=now,
    )


def spoken(day: datetime) -> str:
    """A day in a sentence: `3 March 2026`."""
    return f"{day.day} {day:%B %Y}"


def _after(seconds: object, now: datetime) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        return None
    try:
        return now + timedelta(seconds=seconds)
    except (OverflowError, ValueError):  # Python's JSON has `Infinity` and `NaN`
        return None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
