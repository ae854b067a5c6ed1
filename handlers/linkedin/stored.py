"""Posts as LinkedIn kept them: whether one is ours, and whether it is what was approved.

Needs `r_organization_social`. `viewContext=AUTHOR` shows a post to its author before readers can see it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from handlers.base import Outgoing
from handlers.linkedin import errors, little, writing
from handlers.linkedin.api import Api, urn_path
from handlers.web import json_object, lost

SHORTEST_CUT: Final = 10
"""A post of fewer characters is not taken for the beginning of ours."""
CUT: Final = "LinkedIn kept only the beginning of the text: look at the post and correct it there."
BARE: Final = (
    "LinkedIn shows the post without its {what}: look at the post, and delete and repeat it if that is so."
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One post of the page."""

    urn: str
    text: str
    """As a reader sees it, blanks at line ends aside."""
    made: datetime
    """By LinkedIn's clock (UTC); far ahead if it does not say."""
    content: dict[str, Any] = field(default_factory=dict)


def newest(api: Api, count: int) -> list[Stored]:
    """The page's latest posts. Raises `Rejected` when we may not read them."""
    author = urn_path(api.settings.organization)
    answer = api.call(
        "GET",
        f"/rest/posts?q=author&author={author}&count={count}",
        finder="FINDER",
        doing="show the page's posts",
    )
    elements = json_object(answer).get("elements")
    if not isinstance(elements, list):
        raise lost(errors.TITLE, acts=False)
    return [_stored(one) for one in elements if isinstance(one, dict)]


def read(api: Api, urn: str) -> Stored:
    """One post, as its author sees it. Raises `NotThere`, `Rejected`, `Unavailable`."""
    answer = api.call("GET", f"/rest/posts/{urn_path(urn)}?viewContext=AUTHOR", doing="show a post")
    return _stored(json_object(answer))


def is_ours(post: Stored, outgoing: Outgoing, files: list[str]) -> bool:
    """Whether it is what was to be posted, or the beginning of it; `files` are the URNs of our files.

    A text is evidence enough: LinkedIn takes none twice. Without one, the files and the address of the link are.
    """
    wanted = _read(writing.commentary(outgoing))
    if not wanted:
        ours = {*files, *([outgoing.link] if outgoing.link else [])}
        return not post.text and bool(ours) and ours <= _strings(post.content)
    return post.text == wanted or (len(post.text) >= SHORTEST_CUT and wanted.startswith(post.text))


def differences(post: Stored, outgoing: Outgoing) -> tuple[str, ...]:
    """What a reader sees there that differs from what was approved."""
    wanted = _read(writing.commentary(outgoing))
    found = [CUT] if len(post.text) < len(wanted) and wanted.startswith(post.text) else []
    if not post.content and (what := _beside(outgoing)):
        found.append(BARE.format(what=what))
    return tuple(found)


def _beside(outgoing: Outgoing) -> str:
    """What must stand beside the text, if anything."""
    if outgoing.poll:
        return "poll"
    if outgoing.link:
        return "link"
    return "files" if outgoing.parts[0].media else ""


def _stored(post: dict[str, Any]) -> Stored:
    at, content = post.get("publishedAt") or post.get("createdAt"), post.get("content")
    return Stored(
        str(post.get("id") or ""),
        _read(str(post.get("commentary") or "")),
        datetime.fromtimestamp(at / 1000, UTC)
        if isinstance(at, int | float)
        else datetime.max.replace(tzinfo=UTC),
        content if isinstance(content, dict) else {},
    )


def _strings(value: Any) -> set[str]:
    """Every text within a post's content: URNs of files, addresses, words."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for one in inner for text in _strings(one)}


def _read(commentary: str) -> str:
    return "\n".join(line.rstrip() for line in little.readable(commentary).strip().splitlines())
