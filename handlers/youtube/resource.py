"""The video resource: what of an approved post is said to YouTube, at the upload and when it becomes visible."""

from __future__ import annotations

from typing import Any, Final

from handlers.base import Outgoing
from handlers.youtube import categories
from handlers.youtube.writing import BETWEEN_TAGS

UNSEEN: Final = "private"
"""How every video is uploaded, whatever it shall become."""
_CARRIED: Final = ("publicStatsViewable", "containsSyntheticMedia")
"""Parts of `status` that we do not decide: an update without them would set them back."""
_LANGUAGES: Final = ("defaultLanguage", "defaultAudioLanguage")


def new(outgoing: Outgoing) -> dict[str, Any]:
    """For `videos.insert`: all that was approved and nothing else, but unseen.

    Only the release makes a video visible. Uploaded with its final privacy, it would be so with its last byte,
    before anybody knows whether YouTube takes it, and a lost answer would leave it open whether it is.
    """
    return {"snippet": _snippet(outgoing), "status": _status(outgoing, UNSEEN)}


def changed(
    outgoing: Outgoing, identity: str, snippet: dict[str, Any], status: dict[str, Any]
) -> dict[str, Any]:
    """For `videos.update`: visible as approved, given how it stands there now.

    A part that is sent replaces the old one whole, so that what we do not decide is sent back as it is. The
    snippet is sent only where somebody changed it there: what is shown is what was approved.
    """
    kept = {name: status[name] for name in _CARRIED if isinstance(status.get(name), bool)}
    body: dict[str, Any] = {
        "id": identity,
        "status": {**kept, **_status(outgoing, str(outgoing.visibility))},
    }
    ours = _snippet(outgoing)
    if _told(ours) != _told(snippet):
        spoken = {name: snippet[name] for name in _LANGUAGES if isinstance(snippet.get(name), str)}
        body["snippet"] = {**spoken, **ours}
    return body


def parts(body: dict[str, Any]) -> str:
    """The `part` parameter for it."""
    return ",".join(sorted(body.keys() - {"id"}))


def _snippet(outgoing: Outgoing) -> dict[str, Any]:
    extra = outgoing.extra
    snippet: dict[str, Any] = {
        "title": outgoing.title,
        "description": outgoing.parts[0].text,
        "categoryId": categories.number(extra["category"]) or extra["category"],
    }
    if extra.get("tags"):
        snippet["tags"] = extra["tags"].split(BETWEEN_TAGS)
    if outgoing.lang:
        snippet["defaultLanguage"] = outgoing.lang
    if extra.get("spoken language"):
        snippet["defaultAudioLanguage"] = extra["spoken language"]
    return snippet


def _status(outgoing: Outgoing, privacy: str) -> dict[str, Any]:
    extra = outgoing.extra
    return {
        "privacyStatus": privacy,
        "selfDeclaredMadeForKids": extra.get("made for kids") == "yes",
        "license": "creativeCommon" if extra.get("licence") == "creative commons" else "youtube",
        "embeddable": extra.get("embedding") != "not allowed",
    }


def _told(snippet: dict[str, Any]) -> tuple[str, str, str, frozenset[str]]:
    """What readers and searches get of it, without what YouTube tidies up itself."""
    tags = snippet.get("tags")
    return (
        " ".join(str(snippet.get("title", "")).split()),
        "\n".join(line.rstrip() for line in str(snippet.get("description", "")).strip().splitlines()),
        str(snippet.get("categoryId", "")),
        frozenset(str(one).casefold() for one in tags) if isinstance(tags, list) else frozenset(),
    )


def address(video: str) -> str:
    """Where a video can be watched."""
    return f"https://www.youtube.com/watch?v={video}"
