"""A draft as it would go out on X: pure."""

from __future__ import annotations

from typing import Final

from handlers.base import Draft, Outgoing, Problem
from handlers.counting import x_forbidden, x_length
from handlers.counting.x import LIMIT
from handlers.media import Store
from handlers.messages import Allowed, messages

ALLOWED: Final = Allowed(
    title="X",
    limit=LIMIT,
    measure=x_length,
    pictures=4,
    picture_bytes=5_000_000,
    gif_bytes=15_000_000,
    video_bytes=8_000_000_000,
    alt=1000,
    picture_side=4096,
    no_twins=True,
    gif_alone=True,
    mimes=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime"}),
)
"""From docs.x.com (media best practices; alt text: X OpenAPI 2.167). X shows no picture larger than 4096 pixels."""


def prepare(draft: Draft, *, account: str, store: Store) -> Outgoing:
    """What exactly would go out; what a person wrote wrong becomes a problem, never an exception."""
    parts, problems = messages(draft, ALLOWED, store)
    forbidden = sorted({one for part in parts for one in x_forbidden(part.text)})
    if forbidden:
        problems.append(
            Problem(
                f"X does not accept the invisible characters {', '.join(forbidden)}. Take them out.",
                error=True,
            )
        )
    if draft.options.cw:
        problems.append(Problem("X has no content warnings, so the text goes out there without one."))
    if (draft.options.visibility or "public").strip().lower() != "public":
        problems.append(Problem("X has no visibility, so everybody can read the post there."))
    return Outgoing(account, parts, limit=LIMIT, unit="weighted characters", problems=tuple(problems))
