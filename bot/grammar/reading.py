"""The values of options: what each one takes, and what is said of a value that it does not take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.grammar.known import LANGUAGES, LICENCES, NO, VISIBLE, YES
from bot.when.spans import duration
from handlers.languages import code_of, meant_by

_BETWEEN_CHOICES = re.compile(r"(?:(?<!\s)\s++)?[|｜]\s*+")
_BETWEEN_TAGS = re.compile(r"(?:(?<!\s)\s++)?[,;]\s*+")
_MOST_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Value:
    """What one option says."""

    changes: dict[str, Any] = field(default_factory=dict)
    """Field -> value, of `Options` or of the poll in the making."""
    complaint: str | None = None
    """Why it cannot be used as it is, and what to write."""


def language(value: str) -> str | None:
    """The code of a language, with its script and region if they are written; None for what is no language."""
    return LANGUAGES.get(value.casefold()) or code_of(value)


def choice(value: str) -> bool | None:
    """Yes or no; None where it says neither."""
    word = value.casefold().strip(" .!")
    return True if word in YES else False if word in NO else None


def licence(value: str) -> str | None:
    """One of the two licences of YouTube."""
    return LICENCES.get(" ".join(re.sub(r"[-_]", " ", value.casefold()).split()))


def minutes(value: str) -> int | None:
    """How long a poll is open: whole minutes, at least one; None where it is no span, or longer than a year."""
    span = duration(re.sub(r"^for\s+", "", value.strip(), flags=re.IGNORECASE))
    found = int(span.total_seconds() // 60) if span else 0
    return found if 1 <= found <= _MOST_MINUTES else None


def choices(value: str) -> tuple[str, ...]:
    """The answers of a poll; a sign at either end means nothing."""
    return tuple(" ".join(one.split()) for one in _BETWEEN_CHOICES.split(value.strip().strip("|｜").strip()))


def tags(value: str) -> tuple[str, ...]:
    """`a, b c` or `#a #b`: the tags, each once."""
    if "," not in value and ";" not in value and value.lstrip().startswith("#"):
        value = value.replace("#", ",")
    found = [" ".join(one.strip().removeprefix("#").split()) for one in _BETWEEN_TAGS.split(value)]
    first: dict[str, str] = {}
    for one in filter(None, found):
        first.setdefault(one.casefold(), one)
    return tuple(first.values())


def read(name: str, value: str) -> Value:
    """What this option says with that value, which is not empty."""
    reader = _READERS.get(name)
    return reader(value) if reader else Value({name: value})


def _thread(value: str) -> Value:
    said = choice(value)
    complaint = f"`thread:` takes `yes` or `no`, not `{code(value)}`." if said is None else None
    return Value({"thread": said is not False}, complaint)


def _lang(value: str) -> Value:
    found, meant = language(value), meant_by(value)
    hint = f": did you mean `{meant}`?" if meant else "."
    complaint = (
        None if found else f"`lang:` takes a language code such as `en` or `fi`, not `{code(value)}`{hint}"
    )
    return Value({"lang": found or value}, complaint)


def _visibility(value: str) -> Value:
    return Value({"visibility": VISIBLE.get(value.casefold(), value.casefold())})


def _link(value: str) -> Value:
    taken = value.strip("<>")
    if taken.startswith(("http://", "https://")) and " " not in taken:
        return Value({"link": taken})
    said = f"`link:` takes one whole address such as `https://example.org`, not `{code(value)}`."
    return Value({"link": taken}, said)


def _poll(value: str) -> Value:
    found = choices(value)
    said = None
    if len(found) == 1:
        said = (
            f"`poll:` takes two or more answers with `|` between them, as in `poll: yes | no`, not `{code(value)}`. "
            "The question is the post's text. If this line is text, put an empty line before it."
        )
    elif not all(found):
        said = f"Answer {found.index('') + 1} of the poll `{code(value)}` is empty: write it, or take one `|` out."
    elif len({one.casefold() for one in found}) < len(found):
        twice = next(
            one for at, one in enumerate(found) if one.casefold() in {x.casefold() for x in found[:at]}
        )
        said = f"The answer `{code(twice)}` stands twice in the poll: keep one."
    return Value({"choices": found}, said)


def _poll_for(value: str) -> Value:
    found = minutes(value)
    if found is None:
        return Value(
            complaint=f"`poll for:` takes a span such as `3 days` or `12 hours`, not `{code(value)}`."
        )
    return Value({"minutes": found})


def _poll_multiple(value: str) -> Value:
    said = choice(value)
    if said is None:
        return Value(complaint=f"`poll multiple:` takes `yes` or `no`, not `{code(value)}`.")
    return Value({"multiple": said})


def _tags(value: str) -> Value:
    found = tags(value)
    complaint = None if found else f"`tags:` takes words with commas between them, not `{code(value)}`."
    return Value({"tags": found}, complaint)


def _licence(value: str) -> Value:
    found = licence(value)
    complaint = f"`licence:` takes `youtube` or `creative commons`, not `{code(value)}`."
    return Value({"licence": found} if found else {}, None if found else complaint)


def _for_kids(value: str) -> Value:
    said = choice(value)
    if said is None:
        return Value(complaint=f"`for kids:` takes `yes` or `no`, not `{code(value)}`.")
    return Value({"made_for_kids": said})


_READERS = {
    "thread": _thread,
    "lang": _lang,
    "visibility": _visibility,
    "link": _link,
    "poll": _poll,
    "poll for": _poll_for,
    "poll multiple": _poll_multiple,
    "tags": _tags,
    "licence": _licence,
    "for kids": _for_kids,
}
"""Every other option takes any words."""


def code(value: str) -> str:
    """Somebody's words inside code marks."""
    return value.replace("`", "'")
