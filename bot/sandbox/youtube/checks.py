"""What YouTube accepts as a video's metadata, and what it makes of what is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.service import Doc, stamp
from bot.sandbox.youtube.core import Core

TITLE, DESCRIPTION, TAGS = 100, 5_000, 500
"""Characters, UTF-8 bytes, characters as YouTube adds them up."""
PRIVACIES = ("public", "unlisted", "private")
CATEGORIES = {"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"}
PARTS = {
    "contentDetails",
    "fileDetails",
    "id",
    "localizations",
    "paidProductPlacementDetails",
    "player",
    "processingDetails",
    "recordingDetails",
    "snippet",
    "statistics",
    "status",
}
_SNIPPET = {"title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage"}
_SNIPPET_READ = {
    "channelId",
    "channelTitle",
    "publishedAt",
    "thumbnails",
    "localized",
    "liveBroadcastContent",
}
_STATUS = {
    "privacyStatus",
    "publishAt",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
    "license",
    "embeddable",
    "publicStatsViewable",
}
_STATUS_READ = {"uploadStatus", "madeForKids", "failureReason", "rejectionReason"}
_LATER = {"localizations", "paidProductPlacementDetails", "recordingDetails"}


def parts(core: Core, asked: str | None) -> set[str]:
    """The parts that a request names."""
    wanted = {one.strip() for one in (asked or "").split(",") if one.strip()}
    if not wanted:
        raise core.refuse(
            400, "required", "Required parameter: part", "global", location="part", locationType="parameter"
        )
    if strange := wanted - PARTS:
        told = f"'{min(strange)}'"
        raise core.refuse(400, "unknownPart", told, "youtube.part", location="part", locationType="parameter")
    return wanted


def metadata(core: Core, asked: Doc, wanted: set[str]) -> Doc:
    """The snippet and status of a new video, checked; parts that were not named are ignored."""
    if strange := set(asked) - {"id", "kind", "etag", "snippet", "status"} - _LATER:
        raise _unknown(core, min(strange))
    if refused := wanted & set(asked) & _LATER:
        raise core.refuse(
            400, "invalidVideoMetadata", f"The sandbox leaves out `{min(refused)}`.", "youtube.video"
        )
    return {
        "snippet": snippet(core, asked.get("snippet") if "snippet" in wanted else None),
        "status": status(core, asked.get("status") if "status" in wanted else None),
    }


def snippet(core: Core, asked: Any, *, update: bool = False) -> Doc:
    """Title, description, tags, category; an update needs title and category."""
    given = _object(core, "snippet", asked, _SNIPPET, _SNIPPET_READ)
    title = given.get("title")
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE or _angled(title):
        raise _bad(
            core, "invalidTitle", "title", "The request metadata specifies an invalid or empty video title."
        )
    description = given.get("description", "")
    if not isinstance(description, str) or len(description.encode()) > DESCRIPTION or _angled(description):
        told = "The request metadata specifies an invalid video description."
        raise _bad(core, "invalidDescription", "description", told)
    tags = given.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(one, str) for one in tags) or tag_length(tags) > TAGS:
        raise _bad(core, "invalidTags", "tags", "The request metadata specifies invalid video keywords.")
    category = given.get("categoryId", None if update else "22")
    if category not in CATEGORIES:
        raise _bad(
            core, "invalidCategoryId", "categoryId", "The request metadata specifies an invalid category ID."
        )
    out: Doc = {"title": title, "description": description, "tags": tags, "categoryId": category}
    return out | {key: given[key] for key in ("defaultLanguage", "defaultAudioLanguage") if key in given}


def tag_length(tags: list[str]) -> int:
    """Characters of all tags: commas between them count, and the quotes around one with a blank."""
    return sum(len(one) + 2 * (" " in one) for one in tags) + max(0, len(tags) - 1)


def status(core: Core, asked: Any, *, shown_before: bool = False) -> Doc:
    """Privacy and the rest; privacy left out means public (since November 2026).

    `shown_before`: the video was public once, so it can no longer be scheduled.
    """
    given = _object(core, "status", asked, _STATUS, _STATUS_READ)
    privacy = given.get("privacyStatus", "public")
    if privacy not in PRIVACIES:
        told = "The request metadata specifies an invalid privacy status."
        raise _bad(core, "invalidVideoMetadata", "privacyStatus", told)
    for name in ("selfDeclaredMadeForKids", "containsSyntheticMedia", "embeddable", "publicStatsViewable"):
        if not isinstance(given.get(name, False), bool):
            raise _bad(core, "invalidVideoMetadata", name, f"`{name}` is true or false.")
    if given.get("license", "youtube") not in {"youtube", "creativeCommon"}:
        raise _bad(
            core, "invalidVideoMetadata", "license", "The request metadata specifies an invalid license."
        )
    publish_at = None
    if given.get("publishAt") is not None:
        publish_at = _instant(given["publishAt"])
        if publish_at is None or privacy != "private" or shown_before:
            told = "The request metadata specifies an invalid scheduled publishing time."
            raise _bad(core, "invalidPublishAt", "publishAt", told)
    if publish_at is not None and publish_at <= core.now():
        privacy, publish_at = "public", None
    return {
        "privacyStatus": privacy,
        "publishAt": stamp(publish_at) if publish_at else None,
        "license": given.get("license", "youtube"),
        "embeddable": given.get("embeddable", True),
        "publicStatsViewable": given.get("publicStatsViewable", True),
        "selfDeclaredMadeForKids": given.get("selfDeclaredMadeForKids", False),
        "containsSyntheticMedia": given.get("containsSyntheticMedia", False),
    }


def _object(core: Core, name: str, asked: Any, known: set[str], ignored: set[str]) -> Doc:
    if asked is None:
        return {}
    if not isinstance(asked, dict):
        raise core.refuse(400, "invalidVideoMetadata", f"`{name}` is an object.", "youtube.video")
    if strange := set(asked) - known - ignored:
        raise _unknown(core, f"{name}.{min(strange)}")
    return asked


def _unknown(core: Core, name: str) -> Exception:
    told = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return core.refuse(400, "badRequest", told, "global")


def _bad(core: Core, reason: str, field: str, told: str) -> Exception:
    place = {"location": f"body.{field}", "locationType": "other"}
    return core.refuse(400, reason, told, "youtube.video", **place)


def _angled(text: str) -> bool:
    return "<" in text or ">" in text


def _instant(value: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
