"""From a draft to a LinkedIn post; pure. (Limits: Posts, MultiImage and Documents API.)"""

from __future__ import annotations

import re
from typing import Any, Final

from handlers.base import Draft, Outgoing, Part, Problem
from handlers.linkedin import little
from handlers.linkedin.assets import kind_of
from handlers.media import Media, MissingMedia, Store
from handlers.pictures import BadMedia, fit
from handlers.text import plain

LIMIT: Final = 3000
"""Characters of the commentary. Whether LinkedIn counts the backslashes is not documented: we do."""
ALT_LIMIT: Final = 4086
PICTURES: Final = 20
PIXELS: Final = 36_152_319
"""Width times height of a picture."""
PICTURE_SIZE: Final = 100 * 1024 * 1024
"""Bytes. LinkedIn names no limit; no picture of so many pixels needs more."""
TITLE_LIMIT: Final = 400
DOCUMENT_SIZE: Final = 100 * 1024 * 1024
SMALLEST_VIDEO, LARGEST_VIDEO = 75 * 1024, 500 * 1024 * 1024
PICTURE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
DOCUMENT_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
VISIBILITIES: Final = {"public": "PUBLIC", "logged_in": "LOGGED_IN", "logged-in": "LOGGED_IN"}

_MARK: Final = "\ue000{}\ue001"
"""Stands for a mention while the markup around it is turned into text."""


def commentary(outgoing: Outgoing) -> str:
    """What is sent for the text that was approved."""
    return little.escape(outgoing.parts[0].text)


def shown(markup: str) -> str:
    """The text as it is approved: plain, but mentions of pages as they were written."""
    mentions = [one[0] for one in little.MENTION.finditer(markup)]
    numbers = iter(range(len(mentions)))
    text = plain(little.MENTION.sub(lambda _: _MARK.format(next(numbers)), markup))
    for number, mention in enumerate(mentions):
        text = text.replace(_MARK.format(number), mention)
    return text.strip()


def prepare(account: str, draft: Draft, store: Store) -> Outgoing:
    """What goes out, with everything about it that people should know."""
    problems: list[Problem] = []
    media = tuple(_fitted(one, store, problems) for one in draft.media)
    _judge_media(media, problems)
    text = shown(draft.text)
    link = (draft.options.link or "").strip() or None
    if link and not re.match(r"https?://[^\s/]", link):
        problems.append(Problem("The address in `link:` must begin with https://.", error=True))
    if link and media:  # there is room for files or a link card: the address goes into the text
        text, link = text if link in text else f"{text}\n\n{link}".strip(), None
    length = len(little.escape(text))
    if length > LIMIT:
        problems.append(
            Problem(
                f"The text has {length} of {LIMIT} characters (LinkedIn's reserved characters count twice), and "
                "LinkedIn has no threads: shorten it, or write a `--- linkedin` section.",
                error=True,
            )
        )
    if not text and not media and not link:
        problems.append(Problem("There is nothing to post on LinkedIn.", error=True))
    return Outgoing(
        account=account,
        parts=(Part(text, length, media),),
        limit=LIMIT,
        title=_title(draft, text, media, link, problems),
        visibility=_visibility(draft.options.visibility, problems),
        link=link,
        problems=tuple(problems),
    )


def _fitted(media: Media, store: Store, problems: list[Problem]) -> Media:
    """A picture within LinkedIn's limits; anything else, and what cannot be made to fit, as it is."""
    if kind_of(media) != "images":
        return media
    pixels = PIXELS if media.width and media.height else None
    try:
        return fit(media, store, max_bytes=PICTURE_SIZE, max_pixels=pixels, mimes=PICTURE_TYPES)
    except (BadMedia, MissingMedia) as error:
        problems.append(Problem(str(error), error=True))
        return media


def body(author: str, outgoing: Outgoing, files: list[str]) -> dict[str, Any]:
    """The creating request, from what was approved and the URNs of its files."""
    content = _content(outgoing, files)
    return {
        "author": author,
        "commentary": commentary(outgoing),
        "visibility": VISIBILITIES.get(outgoing.visibility or "public", "PUBLIC"),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        **({"content": content} if content else {}),
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def _content(outgoing: Outgoing, files: list[str]) -> dict[str, Any]:
    media = outgoing.parts[0].media
    if len(files) > 1:
        images = [{"id": urn, "altText": one.alt} for urn, one in zip(files, media, strict=True)]
        return {"multiImage": {"images": images}}
    if files:
        one: dict[str, Any] = {"id": files[0]}
        if kind_of(media[0]) == "images":
            one["altText"] = media[0].alt
        elif outgoing.title:
            one["title"] = outgoing.title
        return {"media": one}
    if outgoing.link:
        return {"article": {"source": outgoing.link, "title": outgoing.title or outgoing.link}}
    return {}


def _judge_media(media: tuple[Media, ...], problems: list[Problem]) -> None:
    kinds = [kind_of(one) for one in media]
    if len(set(kinds)) > 1 or (len(media) > 1 and kinds[0] != "images"):
        problems.append(
            Problem("LinkedIn takes pictures, or one video, or one document, never together.", error=True)
        )
    elif len(media) > PICTURES:
        problems.append(
            Problem(f"LinkedIn takes {PICTURES} pictures; the draft has {len(media)}.", error=True)
        )
    for number, one in enumerate(media, 1):
        problems += _judge_one(number, one)


def _judge_one(number: int, media: Media) -> list[Problem]:
    found = []
    kind = kind_of(media)
    if kind == "documents" and media.mime not in DOCUMENT_TYPES:
        found.append(f"LinkedIn cannot show {media.name}: it takes PDF, Word and PowerPoint files.")
    if kind == "documents" and media.size > DOCUMENT_SIZE:
        found.append(f"{media.name} is larger than the 100 MB that LinkedIn takes.")
    if kind == "videos" and media.mime != "video/mp4":
        found.append(f"LinkedIn takes MP4 videos, not {media.name}.")
    elif kind == "videos" and not SMALLEST_VIDEO <= media.size <= LARGEST_VIDEO:
        found.append(f"LinkedIn takes videos of 75 KB to 500 MB, not {media.name}.")
    if len(media.alt) > ALT_LIMIT:
        found.append(
            f"The alt text of picture {number} has {len(media.alt)} of {ALT_LIMIT} characters: shorten it."
        )
    return [Problem(one, error=True) for one in found]


def _title(
    draft: Draft, text: str, media: tuple[Media, ...], link: str | None, problems: list[Problem]
) -> str | None:
    """A document and a link card must have one; a video may."""
    given = " ".join((draft.options.title or "").split())
    kind = kind_of(media[0]) if media else ""
    if not link and kind not in {"videos", "documents"}:
        return None
    if not given and kind == "videos":
        return None
    if not given and kind == "documents":
        given = re.sub(r"\.\w{1,5}$", "", media[0].name).strip()
    if not given:
        given = next((" ".join(one.split()) for one in text.splitlines() if one.strip()), link or "")[:200]
    if len(given) > TITLE_LIMIT:
        problems.append(
            Problem(f"The title has {len(given)} of {TITLE_LIMIT} characters: shorten it.", error=True)
        )
    return given


def _visibility(wanted: str | None, problems: list[Problem]) -> str:
    """`public`, or `logged_in` for members of LinkedIn only."""
    word = (wanted or "public").strip().lower()
    if word in VISIBILITIES:
        return word.replace("-", "_")
    if word == "unlisted":
        problems.append(Problem("LinkedIn has nothing like “unlisted”: the post is public there."))
    else:
        problems.append(
            Problem(
                f"LinkedIn cannot post “{word}”: leave LinkedIn out of `to:`, or remove `visibility:`.",
                error=True,
            )
        )
    return "public"
