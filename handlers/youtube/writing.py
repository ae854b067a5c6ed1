"""From a draft to a video's title, description and all that is said of it; pure. (Limits: the video resource.)"""

from __future__ import annotations

from typing import Final

from handlers import languages
from handlers.base import Draft, Outgoing, Part, Problem
from handlers.counting import clusters, utf8_bytes
from handlers.media import Media, MissingMedia, Store
from handlers.pictures import BadMedia, fit, stills
from handlers.text import plain
from handlers.youtube import categories, films, tags
from handlers.youtube.settings import YouTubeSettings

TITLE_LIMIT: Final = 100
"""Characters. Not said whether a rare one counts as two: it is counted as two, to be safe."""
DESCRIPTION_LIMIT: Final = 5000
"""Bytes of UTF-8."""
THUMBNAIL_LIMIT: Final = 50 * 1024 * 1024
"""Bytes, since 14 September 2026 (2 MB before)."""
THUMBNAIL_WIDTH: Final = 640
"""Pixels below which YouTube may refuse one (support.google.com/youtube/answer/72431)."""
THUMBNAILS: Final = frozenset(["image/jpeg", "image/png"])
PRIVACIES: Final = ("public", "unlisted", "private")
NO_VIDEO: Final = "There is no video in the draft."
BETWEEN_TAGS: Final = ", "

_ANGLES: Final = str.maketrans("<>", "‹›")


def prepare(
    account: str, draft: Draft, settings: YouTubeSettings, store: Store, *, long_ones: bool | None = None
) -> Outgoing:
    """What goes out, with everything about it that people should know."""
    videos = [one for one in draft.media if one.mime.startswith("video/")]
    if not videos:
        return Outgoing(account, skipped=NO_VIDEO, limit=DESCRIPTION_LIMIT, unit="bytes")
    problems: list[Problem] = films.of_film(videos[0], long_ones=long_ones)
    description = _description(draft, problems)
    media = _media(draft.media, videos, store, problems)
    title = _title(draft, description, problems)
    return Outgoing(
        account=account,
        parts=(Part(description, utf8_bytes(description), media),),
        limit=DESCRIPTION_LIMIT,
        unit="bytes",
        title=title,
        lang=_language(draft, problems),
        visibility=_privacy(draft, settings, problems),
        extra=_extra(draft, description, media, settings, problems),
        problems=tuple(problems),
    )


def _extra(
    draft: Draft,
    description: str,
    media: tuple[Media, ...],
    settings: YouTubeSettings,
    problems: list[Problem],
) -> dict[str, str]:
    """What else is sent, as the card shows it; what is as usual on YouTube is not mentioned."""
    asked = draft.options
    kids = settings.made_for_kids if asked.made_for_kids is None else asked.made_for_kids
    extra = {
        "category": _category(draft, settings, problems),
        "made for kids": "yes" if kids else "no",
        "notify subscribers": "yes" if settings.notify_subscribers else "no",
        "tags": BETWEEN_TAGS.join(tags.gather(asked.tags, description, problems)),
        "licence": _licence(asked.licence or settings.licence, problems),
        "embedding": "" if settings.embeddable else "not allowed",
        "spoken language": settings.audio_language,
        "playlist": " ".join((asked.playlist or settings.playlist).split()),
        "thumbnail": media[1].name if len(media) > 1 else "",
        "shown as": "a Short" if films.is_short(media[0]) else "",
        "alt texts": "YouTube has none" if any(one.alt for one in media) else "",
        "poll": "YouTube has none" if asked.poll else "",
    }
    return {name: value for name, value in extra.items() if value}


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


def _media(
    media: tuple[Media, ...], videos: list[Media], store: Store, problems: list[Problem]
) -> tuple[Media, ...]:
    """The video, and the first picture as its thumbnail."""
    if len(videos) > 1:
        told = "YouTube takes one video per post; the draft has several."
        problems.append(Problem(told, error=True, files=True))
    others = [one for one in media if one not in videos]
    still = [one for one in others if one.mime.startswith("image/") and one.mime != "image/gif"]
    left_out = [one.name for one in others if one not in still[:1]]
    if left_out:
        problems.append(
            Problem(f"YouTube shows the video and one thumbnail only; left out: {', '.join(left_out)}.")
        )
    return (videos[0], *(made for one in still[:1] if (made := _thumbnail(one, store, problems))))


def _thumbnail(picture: Media, store: Store, problems: list[Problem]) -> Media | None:
    """As YouTube takes it; a bad one costs the thumbnail, not the video."""
    try:
        made = fit(picture, store, max_bytes=THUMBNAIL_LIMIT, mimes=THUMBNAILS)
    except (BadMedia, MissingMedia) as error:
        problems.append(Problem(f"YouTube gets no thumbnail: {error}"))
        return None
    problems += stills(picture, made, "YouTube", ())
    if 0 < made.width < THUMBNAIL_WIDTH:
        told = f"The thumbnail “{made.name}” is {made.width} pixels wide; YouTube may refuse less than {THUMBNAIL_WIDTH}."
        problems.append(Problem(told))
    return made


def _title(draft: Draft, description: str, problems: list[Problem]) -> str:
    """`title:`, else the first line of the text, shortened between words."""
    given = draft.options.title
    if given is not None and given.strip():
        title = " ".join(given.split())
        if "<" in title or ">" in title:
            problems.append(Problem("YouTube allows no < and > in a title: they become ‹ and ›."))
            title = title.translate(_ANGLES)
        if _units(title) > TITLE_LIMIT:
            told = f"The title has {_units(title)} characters, YouTube takes {TITLE_LIMIT}: shorten `title:`."
            problems.append(Problem(told, error=True))
        return title
    line = next((" ".join(one.split()) for one in description.splitlines() if one.strip()), "")
    if not line:
        problems.append(Problem("YouTube needs a title: add `title:` or a text.", error=True))
    if _units(line) <= TITLE_LIMIT:
        return line
    problems.append(
        Problem("The first line is too long for YouTube's title and was shortened; give one with `title:`.")
    )
    return _shortened(line)


def _shortened(line: str) -> str:
    """Between words if there are several, never inside of what people see as one character."""
    letters = clusters(line[: TITLE_LIMIT + 1])  # a unit is at most one character
    while _units("".join(letters)) > TITLE_LIMIT:  # the last one may be the blank after a whole word
        letters.pop()
    room = "".join(letters)
    if " " in room:
        return room.rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"
    while _units(room) >= TITLE_LIMIT:
        letters.pop()
        room = "".join(letters)
    return room + "…"


def _category(draft: Draft, settings: YouTubeSettings, problems: list[Problem]) -> str:
    asked = (draft.options.category or "").strip()
    found = categories.number(asked) if asked else settings.category
    if found is None:
        near = categories.nearest(asked)
        hint = (
            f"did you mean “{near}”?" if near else f"there are {', '.join(categories.CATEGORIES.values())}."
        )
        problems.append(Problem(f"YouTube does not know the category “{asked}”: {hint}", error=True))
        return asked
    if asked and found not in categories.CATEGORIES:
        problems.append(Problem(f"YouTube may refuse the category {found}: it is none that can be chosen."))
    return categories.name(found)


def _language(draft: Draft, problems: list[Problem]) -> str | None:
    lang = (draft.options.lang or "").strip()
    found = languages.code_of(lang) if lang else None
    if lang and found is None:
        problems.append(Problem(f"YouTube: {languages.unknown(lang)}"))
    return found


def _licence(wanted: str, problems: list[Problem]) -> str:
    """`creative commons`, or nothing for YouTube's own."""
    if wanted not in {"youtube", "creative commons"}:
        told = f"YouTube does not know the licence “{wanted}”: use `youtube` or `creative commons`."
        problems.append(Problem(told, error=True))
    return "" if wanted == "youtube" else wanted


def _privacy(draft: Draft, settings: YouTubeSettings, problems: list[Problem]) -> str:
    wanted = (draft.options.visibility or settings.privacy).strip().lower()
    if wanted not in PRIVACIES:
        told = f"YouTube does not know the visibility “{wanted}”: use public, unlisted or private."
        problems.append(Problem(told, error=True))
    return wanted


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
