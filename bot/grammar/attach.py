"""Files and their alt texts: which `alt:` line belongs to which file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.options import Given
from bot.grammar.reading import code
from bot.grammar.uploads import Upload
from bot.grammar.values import Attachment


def attachments(uploads: Sequence[tuple[Upload, tuple[str, ...]]], given: Given) -> tuple[Attachment, ...]:
    """The files in the order of the message, each with the accounts it is for (none: all) and its alt text.

    As many `alt:` lines as files without an alt text: each goes to one of those. Otherwise they belong to the
    files in order, the first to the first. An `alt:` line without words leaves its file as it is.
    """
    files = [Attachment(one.path, one.name, one.alt, accounts) for one, accounts in uploads]
    bare = [at for at, one in enumerate(files) if not one.alt]
    targets = bare if len(bare) == len(given.alts) else list(range(len(files)))
    for (line, alt), at in zip(given.alts, targets, strict=False):
        if alt and files[at].alt and files[at].alt != alt:
            given.warn(
                f"File {at + 1} has two alt texts; the one of this line counts, not `{code(files[at].alt)}`.",
                line,
            )
        if alt:
            files[at] = replace(files[at], alt=alt)
    for line, alt in given.alts[len(targets) :]:
        have = f"{len(files)} file{'s' if len(files) != 1 else ''}" if files else "no file"
        given.error(f"There is no file for the alt text `{code(alt)}`: the message has {have}.", line)
    return tuple(files)
