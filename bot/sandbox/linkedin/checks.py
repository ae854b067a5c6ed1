"""What LinkedIn accepts as the body of a new post."""

from __future__ import annotations

from typing import Any

from bot.sandbox.linkedin.assets import standing
from bot.sandbox.linkedin.core import ORGANIZATION, Core, text_of
from bot.sandbox.service import Doc

COMMENTARY, ALT, TITLE = 3_000, 4_086, 400
"""Most characters of each (backslashes counted)."""
_KNOWN = {
    "author",
    "commentary",
    "visibility",
    "distribution",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "content",
}
_REQUIRED = ("author", "visibility", "distribution", "lifecycleState")
_VISIBILITIES = ("PUBLIC", "CONNECTIONS", "LOGGED_IN")
_IMAGES = (2, 20)
_OPTIONS, _QUESTION, _OPTION = (2, 4), 140, 30
_DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")


def checked(core: Core, asked: Doc) -> None:
    """Refuse what LinkedIn refuses, naming the field."""
    _frame(core, asked)
    _words(core, asked)


def _frame(core: Core, asked: Doc) -> None:
    for name in _REQUIRED:
        if name not in asked:
            raise core.bad_field(
                f"/{name}", "MISSING_FIELD", "field is required but not found and has no default value"
            )
    if strange := set(asked) - _KNOWN:
        raise core.bad_field(f"/{min(strange)}", "FIELD_INVALID", "unrecognized field found but not allowed")
    if asked["author"] != ORGANIZATION:
        raise core.refuse(
            403, "Not enough permissions to access: partnerApiPostsExternal.CREATE", "ACCESS_DENIED", 100
        )
    if asked["visibility"] not in _VISIBILITIES:
        raise core.bad_field("/visibility", "FIELD_INVALID", f"{asked['visibility']} is not a visibility")
    if asked["lifecycleState"] != "PUBLISHED":
        raise core.bad_field("/lifecycleState", "FIELD_INVALID", "Only PUBLISHED is supported for creation")
    distribution = asked["distribution"]
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in {
        "MAIN_FEED",
        "NONE",
    }:
        raise core.bad_field(
            "/distribution/feedDistribution", "MISSING_FIELD", "field is required but not found"
        )


def _words(core: Core, asked: Doc) -> None:
    commentary = asked.get("commentary", "")
    if not isinstance(commentary, str):
        raise core.bad_field("/commentary", "FIELD_INVALID", "must be a string")
    limited(core, "/commentary", commentary, COMMENTARY)
    if "content" not in asked and not commentary.strip():
        raise core.bad_field("/commentary", "MISSING_FIELD", "A post has a commentary or a content")
    if "content" in asked:
        _content(core, asked["content"])


def limited(core: Core, path: str, value: Any, most: int) -> None:
    """Refuse a text that is too long, or none."""
    if value is not None and not isinstance(value, str):
        raise core.bad_field(path, "FIELD_INVALID", "must be a string")
    if isinstance(value, str) and len(value) > most:
        told = f"length {len(value)} exceeds the maximum allowed length of {most}"
        raise core.bad_field(path, "FIELD_LENGTH_TOO_LONG", told)


def _content(core: Core, content: Any) -> None:
    if not isinstance(content, dict) or len(content) != 1:
        raise core.bad_field("/content", "FIELD_INVALID", "exactly one kind of content is required")
    kind, inner = next(iter(content.items()))
    kinds = {"media": _media, "multiImage": _images, "article": _article, "poll": _poll}
    if kind not in kinds or not isinstance(inner, dict):
        raise core.bad_field(f"/content/{kind}", "FIELD_INVALID", "this content is not supported here")
    kinds[kind](core, inner)


def _asset(core: Core, path: str, value: Any, nouns: tuple[str, ...]) -> None:
    urn = text_of(value)
    if urn is None:
        raise core.bad_field(
            path, "MISSING_FIELD", "field is required but not found and has no default value"
        )
    if not urn.startswith(tuple(f"urn:li:{one}:" for one in nouns)):
        raise core.bad_field(path, "INVALID_URN_TYPE", f"{urn} is not a URN of {', '.join(nouns)}")
    doc = core.assets.get(urn)
    if doc is None:
        raise core.bad_field(path, "FIELD_INVALID", f"{urn} does not exist")
    if standing(core, doc) != "AVAILABLE":
        raise core.bad_field(path, "FIELD_INVALID", f"{urn} is {standing(core, doc)}, not AVAILABLE")


def _media(core: Core, media: Doc) -> None:
    _asset(core, "/content/media/id", media.get("id"), ("image", "video", "document"))
    if str(media["id"]).startswith("urn:li:document:") and text_of(media.get("title")) is None:
        raise core.bad_field("/content/media/title", "MISSING_FIELD", "a document needs a title")
    limited(core, "/content/media/title", media.get("title"), TITLE)
    limited(core, "/content/media/altText", media.get("altText"), ALT)


def _images(core: Core, content: Doc) -> None:
    images = content.get("images")
    if not isinstance(images, list) or not _IMAGES[0] <= len(images) <= _IMAGES[1]:
        raise core.bad_field("/content/multiImage/images", "FIELD_INVALID", "2 to 20 images are required")
    for n, one in enumerate(images):
        path = f"/content/multiImage/images/{n}"
        _asset(core, f"{path}/id", one.get("id") if isinstance(one, dict) else None, ("image",))
        limited(core, f"{path}/altText", one.get("altText"), ALT)


def _article(core: Core, article: Doc) -> None:
    for name in ("source", "title"):
        if text_of(article.get(name)) is None:
            raise core.bad_field(
                f"/content/article/{name}", "MISSING_FIELD", "field is required but not found"
            )
    if not article["source"].startswith(("https://", "http://")):
        raise core.bad_field("/content/article/source", "FIELD_INVALID", "is not an address")
    limited(core, "/content/article/title", article["title"], TITLE)
    limited(core, "/content/article/description", article.get("description"), ALT)
    if "thumbnail" in article:
        _asset(core, "/content/article/thumbnail", article["thumbnail"], ("image",))


def _poll(core: Core, poll: Doc) -> None:
    options, settings = poll.get("options"), poll.get("settings")
    if text_of(poll.get("question")) is None or len(poll["question"]) > _QUESTION:
        raise core.bad_field("/content/poll/question", "FIELD_INVALID", "1 to 140 characters are required")
    texts = (
        [one.get("text") if isinstance(one, dict) else None for one in options]
        if isinstance(options, list)
        else []
    )
    right = _OPTIONS[0] <= len(texts) <= _OPTIONS[1]
    if not right or not all(isinstance(one, str) and 1 <= len(one) <= _OPTION for one in texts):
        raise core.bad_field("/content/poll/options", "FIELD_INVALID", "2 to 4 options of 1 to 30 characters")
    if not isinstance(settings, dict) or settings.get("duration") not in _DURATIONS:
        raise core.bad_field("/content/poll/settings/duration", "FIELD_INVALID", "is not a duration")
