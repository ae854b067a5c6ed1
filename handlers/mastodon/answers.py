"""What a server answered to a post, compared with what was approved: readers must see that, or people are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from handlers.base import Outgoing
from handlers.likeness import same_as_html
from handlers.parts import Place


def text_of(found: Any, name: str) -> str:
    """A text of an answer; empty where there is none. Numbers of posts are texts, too: what is none is nonsense."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def address_of(status: Any) -> str:
    """Where readers find a post; empty where that is not told."""
    told = text_of(status, "url") or text_of(status, "uri")
    return told if told.startswith(("https://", "http://")) else ""


def list_of(found: Any, name: str) -> list[Any]:
    """A field of an answer as a list; empty where there is none."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, list) else []


def instant(value: Any) -> datetime | None:
    """An instant as servers write it (ISO 8601, UTC where it has no zone); None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def differences(status: Any, place: Place, outgoing: Outgoing, who: str) -> Iterator[str]:
    """A sentence for everything that readers see otherwise than approved.

    The language is not compared: servers may not keep it (Takahē), and nobody sees it.
    """
    yield from _of_files(status, place, who)
    if place.parent and text_of(status, "in_reply_to_id") != place.parent.id:
        yield f"{who} did not attach part {place.number + 1} of the thread to the one before."
    if not same_as_html(place.part.text, text_of(status, "content")):
        yield f"{who} shows a text that differs from the approved one. Look at the post there."
    if outgoing.poll and not place.number:
        options = [text_of(one, "title") for one in list_of(status.get("poll"), "options")]
        if not options:
            yield f"{who} shows the post without its poll."
        elif options != list(outgoing.poll.choices):
            yield f"{who} shows other answers in the poll than the approved ones. Look at the post there."
    if outgoing.cw and " ".join(text_of(status, "spoiler_text").split()) != outgoing.cw:
        yield f"{who} shows the post without the approved content warning."
    shown = text_of(status, "visibility")
    if outgoing.visibility and shown and shown != outgoing.visibility:
        yield f"{who} made the post “{shown}”, not “{outgoing.visibility}” as approved."


def _of_files(status: Any, place: Place, who: str) -> Iterator[str]:
    wanted, attached = place.part.media, list_of(status, "media_attachments")
    if len(attached) != len(wanted):
        yield f"{who} shows {len(attached)} of {len(wanted)} pictures or videos. Look at the post there."
        return
    for media, one in zip(wanted, attached, strict=True):
        said = " ".join(text_of(one, "description").split())
        approved = " ".join(media.alt.split())
        if isinstance(one, dict) and "description" in one and approved and said != approved:
            lost = "shortened" if said and approved.startswith(said) else "changed" if said else "dropped"
            yield f"{who} {lost} the alt text of “{media.name}”."
