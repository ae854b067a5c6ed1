"""What a server answered to a post, compared with what was approved: readers must see that, or people are told."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from handlers.base import Outgoing
from handlers.likeness import same_as_html
from handlers.media import Media
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


def paired(wanted: Sequence[Media], files: Sequence[str], attached: Sequence[Any]) -> list[tuple[Media, Any]]:
    """Each file with what shows it there: by the number under which it was uploaded, else by its alt text, else by its
    place. Takahē gives them in another order. As many as there are of both.
    """
    left, numbers, found = list(attached), list(files) if len(files) == len(wanted) else [], {}
    for name, wishes in (("id", numbers), ("description", [one.alt for one in wanted])):
        for index, wish in enumerate(wishes):
            same = next((one for one in left if wish and text_of(one, name) == wish), None)
            if same is not None and index not in found:
                found[index] = same
                left.remove(same)
    return [(media, found[index] if index in found else left.pop(0)) for index, media in enumerate(wanted)]


def differences(
    status: Any, place: Place, outgoing: Outgoing, files: Sequence[str], who: str
) -> Iterator[str]:
    """A sentence for everything that readers see otherwise than approved; `files` are the numbers of those uploaded.

    The language is not compared: servers may not keep it (Takahē), and nobody sees it.
    """
    yield from _of_files(status, place, files, who)
    if place.parent and text_of(status, "in_reply_to_id") != place.parent.id:
        yield f"{who} did not attach part {place.number + 1} of the thread to the one before."
    if not same_as_html(place.part.text, text_of(status, "content")):
        yield f"{who} shows a text that differs from the approved one. Look at the post there."
    if outgoing.poll and not place.number:
        options = [text_of(one, "title") for one in list_of(status.get("poll"), "options")]
        if not options:
            yield f"{who} shows the post without its poll."
        elif _plain(options) != _plain(outgoing.poll.choices):
            yield f"{who} shows other answers in the poll than the approved ones. Look at the post there."
    if outgoing.cw and _plain([text_of(status, "spoiler_text")]) != _plain([outgoing.cw]):
        yield f"{who} shows the post without the approved content warning."
    shown = text_of(status, "visibility")
    if outgoing.visibility and shown and shown != outgoing.visibility:
        yield f"{who} made the post “{shown}”, not “{outgoing.visibility}” as approved."


def _plain(texts: Sequence[str]) -> list[str]:
    """As readers see them: GoToSocial gives the HTML of a text (`R&amp;D`)."""
    return [" ".join(html.unescape(one).split()) for one in texts]


def _of_files(status: Any, place: Place, files: Sequence[str], who: str) -> Iterator[str]:
    wanted, attached = place.part.media, list_of(status, "media_attachments")
    if len(attached) != len(wanted):
        yield f"{who} shows {len(attached)} of {len(wanted)} pictures or videos. Look at the post there."
        return
    for media, one in paired(wanted, files, attached):
        said = " ".join(text_of(one, "description").split())
        approved = " ".join(media.alt.split())
        if isinstance(one, dict) and "description" in one and approved and said != approved:
            lost = "shortened" if said and approved.startswith(said) else "changed" if said else "dropped"
            yield f"{who} {lost} the alt text of “{media.name}”."
