"""From a draft to the messages of an announcement; pure.

The addresses of the files are known only after their upload, so room is kept for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from handlers.base import Draft, Outgoing, Part, Problem
from handlers.films.limits import as_it_is
from handlers.media import Media, MissingMedia, Store
from handlers.pictures import BadMedia, fit, stills
from handlers.splitting import split
from handlers.text import announcement
from handlers.text.fences import Closed, Opened, scan
from handlers.zulip import polls

LIMIT: Final = 10_000
"""Characters (code points) of a message; the server's `max_message_length`, which `check` learns."""
ADDRESS_ROOM: Final = 60
"""Characters of `/user_uploads/<organization>/<two>/<24 characters>/` and the link's brackets."""

_FENCE: Final = re.compile(r"^(`{3,}|~{3,}).*$")
_ACTS: Final = re.compile(r"/(?=me |poll\b|todo\b)")
"""A message that begins so is an action or a widget instead of a text."""
_ENTITIES: Final = {one: f"&#{ord(one)};" for one in "&<>*_`~#@[]!$|\\:"}


def label(media: Media) -> str:
    """The text of a file's link: its alt text, else its name; inert, whatever people wrote there."""
    text = " ".join((media.alt or media.name).split()) or "file"
    return "".join(_ENTITIES.get(one, one) for one in text)


def reserved(media: tuple[Media, ...]) -> int:
    """Characters that the links to these files may take, at most."""
    return sum(len(label(one)) + len(one.name) + ADDRESS_ROOM for one in media) + (1 if media else 0)


def content(text: str, media: tuple[Media, ...], addresses: list[str]) -> str:
    """The message as it is sent: the text, a blank line, one line per file."""
    links = [f"[{label(one)}]({_target(where)})" for one, where in zip(media, addresses, strict=True)]
    return "\n\n".join(block for block in (text, "\n".join(links)) if block)


def as_sent(text: str, media: tuple[Media, ...]) -> re.Pattern[str]:
    """What a message looks like that was sent for this text, wherever its files landed."""
    links = [rf"\[{re.escape(label(one))}\]\(/user_uploads/[^\s()]+\)" for one in media]
    return re.compile("\n\n".join(block for block in (re.escape(stored(text)), "\n".join(links)) if block))


def stored(text: str) -> str:
    """A message as the server keeps it: without blanks at its end and empty lines at its beginning."""
    return text.rstrip().lstrip("\n")


def fitted(media: tuple[Media, ...], store: Store, limit: int) -> tuple[tuple[Media, ...], list[Problem]]:
    """The files within the server's limit (bytes): pictures are made smaller, anything else is an error."""
    found, problems = [], []
    for one in media:
        try:
            made = fit(one, store, max_bytes=limit, mimes={one.mime})
            found.append(made)
            problems += stills(one, made, "Zulip", {one.mime})
        except (BadMedia, MissingMedia) as error:
            found.append(one)
            problems.append(Problem(str(error), error=True, files=isinstance(error, BadMedia)))
        problems += as_it_is(one, "Zulip")
    return tuple(found), problems


def prepare(
    account: str,
    draft: Draft,
    *,
    limit: int,
    channel: str,
    topic: str,
    problems: Sequence[Problem] = (),
) -> Outgoing:
    """What goes out, with everything about it that people should know. `limit` in characters."""
    found, room = list(problems), reserved(draft.media)
    texts = _texts(draft, limit, room, found)
    last = len(texts) - 1
    parts = tuple(
        Part(one, len(one) + room, draft.media) if number == last else Part(one, len(one))
        for number, one in enumerate(texts)
    )
    if draft.options.poll:
        asked = polls.message(draft, draft.options.poll)
        parts = (*(() if polls.says_it_all(draft) else parts), Part(asked, len(asked)))
        found.append(Problem(polls.OPEN))
    if draft.options.thread and any(one.length > limit for one in parts):
        found.append(
            Problem(
                "A code block, or the alt texts together, are too long for one message: shorten them.",
                error=True,
            )
        )
    return Outgoing(
        account=account,
        parts=parts,
        limit=limit,
        extra={"channel": f"#{channel}", "topic": topic or "(general chat)"},
        problems=tuple(found),
    )


def _texts(draft: Draft, limit: int, room: int, found: list[Problem]) -> list[str]:
    """The text of each message, with what stands in its way added to `found`."""
    text = _text(draft)
    if not text.strip() and not draft.media:
        found.append(Problem("There is nothing to post.", error=True))
    if "\0" in text:
        found.append(Problem("Zulip takes no null characters: remove the invisible one.", error=True))
    if len(text) + room <= limit:
        return [text]
    if draft.options.thread:
        texts = _messages(text, limit, room)
        if len(texts) > 1:
            found.append(Problem(f"Too long for one message: it goes out as {len(texts)} messages."))
        return texts
    found.append(
        Problem(
            f"The message has {len(text) + room} of {limit} characters (links to files included): "
            "shorten it, or allow several messages by removing `thread: no`.",
            error=True,
        )
    )
    return [text]


def _text(draft: Draft) -> str:
    """The text with the link of the options; never an action or a widget, and nobody is pinged."""
    text = announcement(draft.text).strip("\n").rstrip()
    link = (draft.options.link or "").strip()
    if link and link not in text:
        text = f"{text}\n\n{link}".strip("\n")
    return f"&#47;{text[1:]}" if _ACTS.match(text) else text


def _messages(text: str, limit: int, room: int) -> list[str]:
    """Several messages in order; a code block that is cut is closed and opened anew."""
    spare = 2 * _longest_fence(text)
    parts = _mended(split(text, max(limit - spare, limit // 2), len))
    if parts[-1] and len(parts[-1]) + room > limit:
        parts.append("")  # the files get a message of their own
    return parts


def _longest_fence(text: str) -> int:
    return max((len(event.line) + 1 for event in scan(text) if isinstance(event, Opened)), default=0)


def _mended(parts: list[str]) -> list[str]:
    """The same parts, each with its own fences: one that a cut left open is closed there and opened after it."""
    mended: list[str] = []
    opened: list[str] = []
    for part in parts:
        lines = [*opened, *part.split("\n")]
        opened = _still_open("\n".join(lines))
        mended.append("\n".join([*lines, *(_FENCE.sub(r"\1", line) for line in reversed(opened))]))
    return mended


def _still_open(text: str) -> list[str]:
    """The opening lines of the blocks that this text does not close, outermost first."""
    opened: list[str] = []
    for event in scan(text):
        if isinstance(event, Opened):
            opened.append(event.line)
        elif isinstance(event, Closed):
            if event.line is None:
                break
            opened.pop()
    return opened


def _target(where: str) -> str:
    """The address of an uploaded file, safe inside the brackets of a link."""
    return where.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
