"""Posts as LinkedIn kept them: whether one is ours, and whether it is what was approved.

Needs `r_organization_social`. `viewContext=AUTHOR` shows a post to its author before readers can see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from handlers.base import Outgoing, Uncertain
from handlers.likeness import Likeness, like_words
from handlers.linkedin import errors, little, polls, writing
from handlers.linkedin.api import Api, urn_path
from handlers.reconcile import Agreement, worst
from handlers.web import json_object, lost

PAGE: Final = 100
"""So many posts LinkedIn shows at once, at the most."""
PAGES: Final = 5
"""So many pages are searched for a post: LinkedIn allows few calls a day."""
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
    commentary: str
    """As LinkedIn tells it, in its little text format."""
    made: datetime | None
    """By LinkedIn's clock (UTC); None if it does not say."""
    content: dict[str, Any] = field(default_factory=dict)
    visibility: str = ""
    """LinkedIn's own word; empty if it does not say."""
    changed: datetime | None = None
    """When it was changed last."""
    edited: bool = False
    """Whether its author changed its text; nothing else can be changed there."""


def newest(api: Api, count: int) -> list[Stored]:
    """The page's latest posts. Raises `Rejected` when we may not read them."""
    return _page(api, 0, count)[0]


def since(api: Api, since: datetime) -> list[Stored]:
    """The page's posts since then, and some older ones. Raises `Uncertain` where there are too many newer ones, and
    `Rejected` when we may not read them.
    """
    found: dict[str, Stored] = {}
    for number in range(PAGES):
        posts, more = _page(api, number * PAGE, PAGE)
        found |= {one.urn: one for one in posts}
        if not more or (posts and _is_older(posts[-1], since)):
            return list(found.values())
    raise Uncertain(
        f"{errors.TITLE} has too many newer posts to find this one. Look there, and say what you see."
    )


def _page(api: Api, start: int, count: int) -> tuple[list[Stored], bool]:
    """Some of the page's posts, the latest first, and whether there may be more behind them."""
    author, place = urn_path(api.settings.organization), f"&start={start}" if start else ""
    answer = api.call(
        "GET",
        f"/rest/posts?q=author&author={author}&count={count}{place}",
        finder="FINDER",
        doing="show the page's posts",
    )
    told = json_object(answer)
    elements, paging = told.get("elements"), told.get("paging")
    if not isinstance(elements, list):
        raise lost(errors.TITLE, acts=False)
    links = paging.get("links") if isinstance(paging, dict) else None
    follows = any(isinstance(one, dict) and one.get("rel") == "next" for one in links or ())
    posts = [_stored(one) for one in elements if isinstance(one, dict)]
    return posts, bool(posts) and (follows or len(elements) >= count)


def _is_older(post: Stored, since: datetime) -> bool:
    """Whether all behind it are older as well, be they in the order in which they were made or were changed last."""
    told = [at for at in (post.made, post.changed) if at]
    return bool(told) and max(told) < since


def read(api: Api, urn: str) -> Stored:
    """One post, as its author sees it. Raises `NotThere`, `Rejected`, `Unavailable`."""
    answer = api.call("GET", f"/rest/posts/{urn_path(urn)}?viewContext=AUTHOR", doing="show a post")
    return _stored(json_object(answer))


def agreement(post: Stored, outgoing: Outgoing, files: list[str]) -> Agreement:
    """How much of what was to be posted agrees; `files` are the URNs of our files."""
    told = _strings(post.content)
    if files and set(files) <= told:
        return Agreement.OWN
    return worst([_text(post, outgoing), *_content(post, outgoing, told, files)])


def _text(post: Stored, outgoing: Outgoing) -> Likeness:
    """Letter for letter, and with the same mentions; the beginning alone may be ours, cut by LinkedIn.
    What was edited may have been ours.
    """
    if post.edited:
        return Likeness.ALIKE
    sent = writing.commentary(outgoing)
    wanted, there = little.readable(sent), little.readable(post.commentary)
    found = like_words(wanted, there)
    if found is Likeness.SAME and little.mentioned(sent) == little.mentioned(post.commentary):
        return found
    cut = len(there.strip()) >= SHORTEST_CUT and _read(sent).startswith(_read(post.commentary))
    return Likeness.ALIKE if cut else min(found, Likeness.ALIKE)


def _content(post: Stored, outgoing: Outgoing, told: set[str], files: list[str]) -> Iterator[Likeness]:
    """Link, poll and files, and who may see it."""
    wanted = writing.body("", outgoing, files).get("content", {}) if _complete(outgoing, files) else {}
    what = _beside(outgoing)
    if what and not post.content:
        yield Likeness.ALIKE  # LinkedIn may not tell it yet, or have lost it
    elif what or post.content:
        kinds = set(wanted) or ({"media", "multiImage"} if what == "files" else set())
        yield Likeness.SAME if kinds & set(post.content) else Likeness.OTHER
    if post.content:
        yield from _words(outgoing, told)
        yield from _poll(outgoing, post.content.get("poll"))
    if files:
        yield Likeness.ALIKE if not post.content else Likeness.OTHER
    if post.visibility:
        sent = writing.VISIBILITIES.get(outgoing.visibility or "public", "PUBLIC")
        yield Likeness.SAME if post.visibility == sent else Likeness.OTHER


def _words(outgoing: Outgoing, told: set[str]) -> Iterator[Likeness]:
    """What is to be read on the card of a link, or in a poll; a heading may be kept otherwise than it was sent."""
    heading = ""
    if outgoing.link:
        heading = outgoing.title or ""
        yield Likeness.SAME if outgoing.link in told else Likeness.OTHER
    if outgoing.poll:
        heading = outgoing.extra.get(writing.QUESTION, "")
    yield Likeness.SAME if not heading or heading in told else Likeness.ALIKE


def _poll(outgoing: Outgoing, told: Any) -> Iterator[Likeness]:
    """Its answers, in their order, and how long it is open."""
    if not outgoing.poll or not isinstance(told, dict):
        return
    sent = polls.content(outgoing.poll, "")
    for name in ("options", "settings"):
        if told.get(name):
            yield (
                Likeness.SAME
                if _strings_in_order(told[name]) == _strings_in_order(sent[name])
                else Likeness.OTHER
            )
        else:
            yield Likeness.ALIKE


def _complete(outgoing: Outgoing, files: list[str]) -> bool:
    """Whether as many files are known as the post has."""
    return len(files) == len(outgoing.parts[0].media)


def differences(post: Stored, outgoing: Outgoing) -> tuple[str, ...]:
    """What a reader sees there that differs from what was approved."""
    wanted, there = _read(writing.commentary(outgoing)), _read(post.commentary)
    found = [CUT] if len(there) < len(wanted) and wanted.startswith(there) else []
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
    state = post.get("lifecycleStateInfo")
    return Stored(
        str(post.get("id") or ""),
        str(post.get("commentary") or ""),
        _instant(at),
        content if isinstance(content, dict) else {},
        str(post.get("visibility") or ""),
        _instant(post.get("lastModifiedAt")),
        isinstance(state, dict) and state.get("isEditedByAuthor") is True,
    )


def _instant(at: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(at / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _strings(value: Any) -> set[str]:
    """Every text within a post's content: URNs of files, addresses, words."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for one in inner for text in _strings(one)}


def _strings_in_order(value: Any) -> list[str]:
    """Every text of a poll's answers, or of its settings that we send."""
    if isinstance(value, list):
        return [text for one in value for text in _strings_in_order(one)]
    return [str(value.get("text") or value.get("duration") or "")] if isinstance(value, dict) else []


def _read(commentary: str) -> str:
    """As a reader sees it, blanks at line ends aside."""
    return "\n".join(line.rstrip() for line in little.readable(commentary).strip().splitlines())
