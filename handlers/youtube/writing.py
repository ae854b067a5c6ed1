"""From a draft to a video's title, description and tags; pure. (Limits: YouTube's video resource.)"""

from __future__ import annotations

import re
from typing import Any, Final

from handlers.base import Draft, Outgoing, Part, Problem
from handlers.counting import utf8_bytes
from handlers.media import Media
from handlers.text import plain
from handlers.youtube.settings import YouTubeSettings

TITLE_LIMIT: Final = 100
"""Characters."""
DESCRIPTION_LIMIT: Final = 5000
"""Bytes of UTF-8."""
TAGS_LIMIT: Final = 500
"""Characters, with the commas between the tags."""
THUMBNAIL_LIMIT: Final = 50 * 1024 * 1024
PRIVACIES: Final = ("public", "unlisted", "private")
NO_VIDEO: Final = "There is no video in the draft, so YouTube is left out."

_HASHTAG: Final = re.compile(r"(?<![\w/&#.@-])#(\w*[^\W\d_]\w*)")
_ANGLES: Final = str.maketrans("<>", "‹›")


def prepare(account: str, draft: Draft, settings: YouTubeSettings) -> Outgoing:
    """What goes out, with everything about it that people should know."""
    videos = [one for one in draft.media if one.mime.startswith("video/")]
    if not videos:
        return Outgoing(account, skipped=NO_VIDEO, limit=DESCRIPTION_LIMIT, unit="bytes")
    problems: list[Problem] = []
    description = _description(draft, problems)
    media = _media(draft.media, videos, problems)
    title = _title(draft, description, problems)
    tags = _tags(description, problems)
    extra = {
        "category": settings.category,
        "made for kids": "yes" if settings.made_for_kids else "no",
        "notify subscribers": "yes" if settings.notify_subscribers else "no",
    }
    if tags:
        extra["tags"] = ", ".join(tags)
    if len(media) > 1:
        extra["thumbnail"] = media[1].name
    return Outgoing(
        account=account,
        parts=(Part(description, utf8_bytes(description), media),),
        limit=DESCRIPTION_LIMIT,
        unit="bytes",
        title=title,
        lang=draft.options.lang,
        visibility=_privacy(draft, settings, problems),
        extra=extra,
        problems=tuple(problems),
    )


def _description(draft: Draft, problems: list[Problem]) -> str:
    """The text, with the link of the options at its end if it is not in it."""
    text, link = plain(draft.text).strip(), (draft.options.link or "").strip()
    if link and link not in text:
        text = f"{text}\n\n{link}".strip()
    description = text.translate(_ANGLES)
    if description != text:
        problems.append(Problem("YouTube allows no < and >: they become ‹ and ›."))
    length = utf8_bytes(description)
    if length > DESCRIPTION_LIMIT:
        told = f"The description is {length} bytes long, YouTube takes {DESCRIPTION_LIMIT}: shorten it."
        problems.append(Problem(told, error=True))
    return description


def metadata(outgoing: Outgoing) -> dict[str, Any]:
    """The video resource, from what was approved and nothing else."""
    extra = outgoing.extra
    snippet: dict[str, Any] = {
        "title": outgoing.title,
        "description": outgoing.parts[0].text,
        "categoryId": extra["category"],
    }
    if extra.get("tags"):
        snippet["tags"] = extra["tags"].split(", ")
    if outgoing.lang:
        snippet["defaultLanguage"] = outgoing.lang
    return {
        "snippet": snippet,
        "status": {
            "privacyStatus": outgoing.visibility,
            "selfDeclaredMadeForKids": extra["made for kids"] == "yes",
        },
    }


def _media(media: tuple[Media, ...], videos: list[Media], problems: list[Problem]) -> tuple[Media, ...]:
    """The video, and the first picture as its thumbnail."""
    if len(videos) > 1:
        problems.append(Problem("YouTube takes one video per post; the draft has several.", error=True))
    if videos[0].size == 0:
        problems.append(Problem(f"The video {videos[0].name} is empty: upload it again.", error=True))
    others = [one for one in media if one not in videos]
    pictures = [
        one for one in others if one.mime in {"image/jpeg", "image/png"} and one.size <= THUMBNAIL_LIMIT
    ]
    left_out = [one.name for one in others if one not in pictures[:1]]
    if left_out:
        problems.append(
            Problem(f"YouTube shows the video and one thumbnail only; left out: {', '.join(left_out)}.")
        )
    return (videos[0], *pictures[:1])


def _title(draft: Draft, description: str, problems: list[Problem]) -> str:
    """`title:`, else the first line of the text, shortened between words."""
    given = draft.options.title
    if given is not None and given.strip():
        title = " ".join(given.split())
        if "<" in title or ">" in title:
            problems.append(Problem("YouTube allows no < and > in a title: they become ‹ and ›."))
            title = title.translate(_ANGLES)
        if len(title) > TITLE_LIMIT:
            problems.append(
                Problem(
                    f"The title has {len(title)} characters, YouTube takes {TITLE_LIMIT}: shorten `title:`.",
                    error=True,
                )
            )
        return title
    line = next((" ".join(one.split()) for one in description.splitlines() if one.strip()), "")
    if not line:
        problems.append(Problem("YouTube needs a title: add `title:` or a text.", error=True))
    if len(line) <= TITLE_LIMIT:
        return line
    problems.append(
        Problem("The first line is too long for YouTube's title and was shortened; give one with `title:`.")
    )
    room = line[:TITLE_LIMIT]  # one more than there is room for: it may be the blank after a whole word
    return (room.rsplit(" ", 1)[0] if " " in room else room[:-1]).rstrip(" ,;:.–-") + "…"


def _tags(description: str, problems: list[Problem]) -> list[str]:
    """The hashtags, once each, as many as fit."""
    tags: list[str] = []
    dropped = False
    for tag in dict.fromkeys(_HASHTAG.findall(description)):
        if len(",".join([*tags, tag])) <= TAGS_LIMIT:
            tags.append(tag)
        else:
            dropped = True
    if dropped:
        problems.append(
            Problem(f"YouTube takes {TAGS_LIMIT} characters of tags; the last hashtags are no tags.")
        )
    return tags


def _privacy(draft: Draft, settings: YouTubeSettings, problems: list[Problem]) -> str:
    wanted = (draft.options.visibility or settings.privacy).strip().lower()
    if wanted not in PRIVACIES:
        problems.append(
            Problem(
                f"YouTube does not know the visibility “{wanted}”: use public, unlisted or private.",
                error=True,
            )
        )
    return wanted
