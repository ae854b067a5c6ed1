"""A draft without the characters that nobody can see, wherever its readers would get them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.actions.attaching import Found
from bot.grammar import Attachment, Written
from handlers.base import Options
from handlers.text import visible


def taken_out(written: Written, found: Found) -> Written:
    """The same draft; what was taken out of it, and where, is told on the card."""
    texts = {name: _seen(one, f"the text for {name}", found) for name, one in written.texts.items()}
    return replace(
        written,
        text=_seen(written.text, "the text", found),
        texts=texts,
        options=_options(written.options, found),
        attachments=_files(written.attachments, found),
    )


def _options(said: Options, found: Found) -> Options:
    poll = said.poll and replace(said.poll, choices=_all(said.poll.choices, "the poll", found))
    return replace(
        said,
        title=said.title and _seen(said.title, "the title", found),
        cw=said.cw and _seen(said.cw, "the content warning", found),
        link=said.link and _seen(said.link, "the link", found),
        playlist=said.playlist and _seen(said.playlist, "the name of the playlist", found),
        tags=_all(said.tags, "the tags", found),
        poll=poll,
    )


def _files(files: Sequence[Attachment], found: Found) -> tuple[Attachment, ...]:
    return tuple(
        replace(
            one,
            name=_seen(one.name, f"the name of file {number}", found),
            alt=_seen(one.alt, f"the alt text of file {number}", found),
        )
        for number, one in enumerate(files, 1)
    )


def _all(said: Sequence[str], where: str, found: Found) -> tuple[str, ...]:
    """Looked over together, so that it is told once; each is one line."""
    joined = _seen("\n".join(said), where, found)
    return tuple(joined.split("\n")) if said else ()


def _seen(said: str, where: str, found: Found) -> str:
    kept, problems = visible(said, where)
    found.problems += problems
    return kept
