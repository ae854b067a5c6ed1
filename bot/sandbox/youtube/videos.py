"""Videos that are there: processed, scheduled, shown to readers when they may see them, told by the API."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.sandbox.files import look_at
from bot.sandbox.service import Doc, stamp
from bot.sandbox.world import Picture, Publication
from bot.sandbox.youtube.core import CHANNEL, CHANNEL_ID, Core
from bot.sandbox.youtube.playlists import NAMED
from bot.sandbox.youtube.refusals import ENDLESS, TERMINATED

PROCESSING = timedelta(seconds=2)
"""How long a small video is processed, on the sandbox's clock."""
BYTES_A_SECOND = 5_000_000
"""By how much longer a larger one takes."""
_SIZES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}


class Videos:
    """What may be done with a video, apart from HTTP."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def arrived(self, meta: Doc, sha256: str, raw: Doc, verdict: str = "") -> Doc:
        """All bytes are there: from now on the video exists. `verdict` is what somebody ordered to become of it."""
        core = self._core
        with core.world.blobs.open(sha256) as file:
            found = look_at(file)
        size = core.world.blobs.size(sha256)
        kind, _, reason = verdict.partition("-")
        unread = None if found and found.kind == "video" else "invalidFile"
        doc = {
            "id": secrets.token_urlsafe(8),
            **meta,
            "sha256": sha256,
            "size": size,
            "mime": found.mime if found else "",
            "failure": reason if kind == "failed" else unread,
            "rejection": reason if kind == "rejected" else None,
            "fate": verdict if verdict in {ENDLESS, TERMINATED} else "",
            "published_at": core.now().isoformat(),
            "ready": (core.now() + PROCESSING + timedelta(seconds=size / BYTES_A_SECOND)).isoformat(),
            "shown": False,
            "thumbnail": None,
            "raw": raw,
        }
        self.keep(doc)
        return doc

    def keep(self, doc: Doc) -> None:
        """Remember it as it now is, and let readers see it if they may; a private one lies there unseen."""
        core = self._core
        broken = doc["failure"] or doc["rejection"]
        visible = doc["status"]["privacyStatus"] != "private" and not broken
        if visible and not doc["shown"]:
            doc = {**doc, "shown": True, "published_at": core.now().isoformat()}
        core.videos.put(doc["id"], doc)
        if broken:
            core.world.retract(core.name, doc["id"])
        else:
            self._show(doc)

    def _show(self, doc: Doc) -> None:
        core, snippet = self._core, doc["snippet"]
        text = "\n\n".join(one for one in (snippet["title"], snippet["description"]) if one)
        core.world.publish(
            Publication(
                service=core.name,
                account=core.account,
                id=doc["id"],
                text=text,
                raw=doc["raw"],
                url=f"https://www.youtube.com/watch?v={doc['id']}",
                published_at=doc["published_at"],
                media=(
                    Picture(doc["sha256"], doc["mime"], poster=(doc["thumbnail"] or {}).get("sha256", "")),
                ),
                extra={
                    "title": snippet["title"],
                    "description": snippet["description"],
                    "tags": snippet["tags"],
                    "category": snippet["categoryId"],
                    "privacy": doc["status"]["privacyStatus"],
                    "made_for_kids": doc["status"]["selfDeclaredMadeForKids"],
                    "thumbnail": doc["thumbnail"]["sha256"] if doc["thumbnail"] else None,
                    "publish_at": doc["status"]["publishAt"],
                    "playlists": self._playlists(doc["id"]),
                },
                privacy=doc["status"]["privacyStatus"],
            )
        )

    def _playlists(self, video: str) -> list[str]:
        """The playlists that a video is in, by their titles; by its id where one has none."""
        held = (
            one for one in self._core.playlists.values() if any(it["video"] == video for it in one["items"])
        )
        return [str(one.get("title") or NAMED.get(one["id"], one["id"])) for one in held]

    def delete(self, doc: Doc) -> None:
        """Take it away."""
        self._core.videos.drop(doc["id"])
        self._core.world.retract(self._core.name, doc["id"])

    def publish_due(self) -> None:
        """Make the scheduled videos public whose time has come."""
        for doc in self._core.videos.values():
            at = doc["status"]["publishAt"]
            if at and datetime.fromisoformat(at) <= self._core.now():
                self.keep({**doc, "status": {**doc["status"], "privacyStatus": "public", "publishAt": None}})

    def told(self, doc: Doc, wanted: set[str]) -> Doc:
        """A video with the parts that were asked for."""
        state, working = self._state(doc)
        status = {
            "uploadStatus": state,
            **{key: value for key, value in doc["status"].items() if value is not None},
        }
        status["madeForKids"] = status["selfDeclaredMadeForKids"]
        processing = {"processingStatus": working}
        if state == "failed":
            status["failureReason"] = doc["failure"]
            processing["processingFailureReason"] = "transcodeFailed"
        if state == "rejected":
            status["rejectionReason"] = doc["rejection"]
        parts: Doc = {
            "snippet": self._snippet(doc),
            "status": status,
            "processingDetails": processing,
            "statistics": {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"},
            "contentDetails": {"duration": "PT0S", "dimension": "2d", "definition": "hd", "caption": "false"},
            "fileDetails": {"fileName": "unknown", "fileSize": str(doc["size"]), "fileType": "video"},
            "player": {"embedHtml": f'<iframe src="//www.youtube.com/embed/{doc["id"]}"></iframe>'},
        }
        head = {"kind": "youtube#video", "etag": "sandbox", "id": doc["id"]}
        return {**head, **{key: value for key, value in parts.items() if key in wanted}}

    def _state(self, doc: Doc) -> tuple[str, str]:
        """Its `uploadStatus` and `processingStatus`."""
        done = datetime.fromisoformat(doc["ready"]) <= self._core.now()
        if not done or doc["fate"] == ENDLESS:
            return "uploaded", "processing"
        if doc["fate"] == TERMINATED:
            return "uploaded", "terminated"
        if doc["failure"]:
            return "failed", "failed"
        return ("rejected", "terminated") if doc["rejection"] else ("processed", "succeeded")

    def _snippet(self, doc: Doc) -> Doc:
        own = {key: value for key, value in doc["snippet"].items() if value not in (None, [])}
        words = {key: doc["snippet"][key] for key in ("title", "description")}
        return {
            **own,
            "publishedAt": stamp(datetime.fromisoformat(doc["published_at"])),
            "channelId": CHANNEL_ID,
            "channelTitle": CHANNEL,
            "thumbnails": self.thumbnails(doc),
            "liveBroadcastContent": "none",
            "localized": words,
        }

    def thumbnails(self, doc: Doc) -> Doc:
        """The addresses of its thumbnail in every size."""
        place = f"{self._core.base}/vi/{doc['id']}"
        return {
            name: {"url": f"{place}/{name}.jpg", "width": width, "height": height}
            for name, (width, height) in _SIZES.items()
        }
