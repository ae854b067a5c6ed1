"""Posts on LinkedIn: made (and cut in silence), read back, changed, deleted, shown to readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.linkedin.checks import COMMENTARY, checked, limited
from bot.sandbox.linkedin.core import ORGANIZATION, Core, body, urn_in_path
from bot.sandbox.linkedin.little import read
from bot.sandbox.service import Doc, Json, faulted
from bot.sandbox.world import Article, Picture, Poll, Publication

DUPLICATES = timedelta(hours=48)
"""How long the same text is refused, also after its post was deleted."""
_PAGE, _LONGEST_PAGE = 10, 100
_DAYS = {"ONE_DAY": 1, "THREE_DAYS": 3, "SEVEN_DAYS": 7, "FOURTEEN_DAYS": 14}


class Posts:
    """The endpoints of `/rest/posts`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, request: Request) -> Response:
        """POST /rest/posts: 201, no body, the URN in a header."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "w_organization_social", owner="author")
        asked = await body(core, request)
        checked(core, asked)
        if faulted(request, "content-lost"):
            asked.pop("content", None)
        reading = read(asked.get("commentary", ""))
        fingerprint = f"{asked['author']} {reading.stored.strip()}"
        before = core.fingerprints.get(fingerprint)
        if (
            reading.stored.strip()
            and before
            and datetime.fromisoformat(before["at"]) + DUPLICATES > core.now()
        ):
            raise core.duplicate(before["id"])
        number = core.ids.next()
        video = str(asked.get("content", {}).get("media", {}).get("id", "")).startswith("urn:li:video:")
        urn = f"urn:li:{'ugcPost' if video else 'share'}:{number}"
        stored = _halved(reading.stored) if faulted(request, "silent-cut") else reading.stored
        doc = {"id": urn, "created": self._millis(), "edited": False, "raw": asked, "stored": stored}
        core.posts.put(urn, doc)
        core.fingerprints.put(fingerprint, {"id": urn, "at": core.now().isoformat()})
        self._show(doc)
        if faulted(request, "500-after"):
            return core.error(500, "Internal Server Error")
        known = {} if faulted(request, "201-without-id") else {"x-restli-id": urn, "x-linkedin-id": urn}
        return Response(status_code=201, headers=known)

    def _millis(self) -> int:
        return int(self._core.now().timestamp() * 1000)

    def _show(self, doc: Doc) -> None:
        core, asked = self._core, doc["raw"]
        reading = read(doc["stored"])
        content = asked.get("content", {})
        media = [content["media"]] if "media" in content else content.get("multiImage", {}).get("images", [])
        pairs = [(one, core.assets.get(one["id"]) or {}) for one in media]
        core.world.publish(
            Publication(
                service=core.name,
                account=core.account,
                id=doc["id"],
                text=reading.text,
                raw=asked,
                url=f"https://www.linkedin.com/feed/update/{doc['id']}/",
                published_at=datetime.fromtimestamp(doc["created"] / 1000, UTC).isoformat(),
                media=tuple(
                    Picture(found["sha256"], found["mime"], one.get("altText") or "", one.get("title") or "")
                    for one, found in pairs
                ),
                extra={
                    "visibility": asked["visibility"],
                    "cut": len(doc["stored"]) < len(read(asked.get("commentary", "")).stored)
                    or read(asked.get("commentary", "")).cut,
                    "hashtags": list(reading.tags),
                    "mentions": list(reading.mentions),
                    "article": content.get("article"),
                    "poll": content.get("poll"),
                    "title": content.get("media", {}).get("title"),
                    "edited": doc["edited"],
                },
                poll=_poll(content.get("poll")),
                article=self._article(content.get("article")),
            )
        )

    def _article(self, asked: Doc | None) -> Article | None:
        """The card of a link as the page shows it."""
        if not asked:
            return None
        picture = self._core.assets.get(asked.get("thumbnail", "")) or {}
        words = (asked.get("title", ""), asked.get("description", ""))
        return Article(asked["source"], *words, picture.get("sha256") or "")

    def _told(self, doc: Doc) -> Doc:
        asked = doc["raw"]
        told = {
            "id": doc["id"],
            "author": asked["author"],
            "commentary": doc["stored"],
            **dict.fromkeys(("createdAt", "publishedAt", "lastModifiedAt"), doc["created"]),
            "lifecycleState": "PUBLISHED",
            "lifecycleStateInfo": {"isEditedByAuthor": doc["edited"]},
            "visibility": asked["visibility"],
            "distribution": asked["distribution"],
            "isReshareDisabledByAuthor": asked.get("isReshareDisabledByAuthor", False),
        }
        return {**told, "content": asked["content"]} if "content" in asked else told

    async def get(self, request: Request) -> Response:
        """GET /rest/posts/{urn}: as LinkedIn stored it."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "r_organization_social")
        urn = urn_in_path(core, request)
        if request.query_params.get("viewContext", "READER") not in {"READER", "AUTHOR"}:
            raise core.bad_field("viewContext", "QUERY_PARAM_NOT_ALLOWED", "is READER or AUTHOR")
        doc = core.posts.get(urn)
        if doc is None:
            raise core.refuse(404, f"Could not find the post {urn}", "NOT_FOUND")
        return Json(self._told(doc))

    async def find(self, request: Request) -> Response:
        """GET /rest/posts?q=author&author={urn}, newest first."""
        core, asked = self._core, request.query_params
        core.versioned(request)
        core.signed_in(request, "r_organization_social")
        if asked.get("q") != "author" or asked.get("author") != ORGANIZATION:
            raise core.refuse(
                400, "Only the finder q=author of the own organization is known here", "ILLEGAL_ARGUMENT"
            )
        if request.headers.get("x-restli-method", "FINDER").upper() != "FINDER":
            raise core.refuse(400, "X-RestLi-Method must be FINDER", "ILLEGAL_ARGUMENT")
        start, count = (asked.get(name, str(default)) for name, default in (("start", 0), ("count", _PAGE)))
        if not start.isdigit() or not count.isdigit() or not 1 <= int(count) <= _LONGEST_PAGE:
            raise core.bad_field("count", "FIELD_INVALID", "is 1 to 100")
        there = [
            one
            for one in core.posts.values()
            if core.shows(datetime.fromtimestamp(one["created"] / 1000, UTC))
        ]
        docs = sorted(there, key=lambda one: int(one["id"].rsplit(":", 1)[1]), reverse=True)
        shown = docs[int(start) : int(start) + int(count)]
        paging: Doc = {"start": int(start), "count": int(count), "links": [], "total": len(docs)}
        if int(start) + int(count) < len(docs):
            more = int(start) + int(count)
            href = f"/rest/posts?q=author&author={quote(ORGANIZATION, safe='')}&start={more}&count={count}"
            paging["links"] = [{"type": "application/json", "rel": "next", "href": href}]
        return Json({"paging": paging, "elements": [self._told(one) for one in shown]})

    async def change(self, request: Request) -> Response:
        """POST /rest/posts/{urn} with PARTIAL_UPDATE: another commentary, nothing else here."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "w_organization_social", owner="author")
        if request.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE":
            raise core.refuse(400, "X-RestLi-Method must be PARTIAL_UPDATE", "ILLEGAL_ARGUMENT")
        urn, asked = urn_in_path(core, request), await body(core, request)
        doc = core.posts.get(urn)
        if doc is None:
            raise core.refuse(404, f"Could not find the post {urn}", "NOT_FOUND")
        fields = asked.get("patch", {}).get("$set") if isinstance(asked.get("patch"), dict) else None
        if not isinstance(fields, dict) or set(fields) != {"commentary"}:
            raise core.bad_field("/patch/$set", "FIELD_INVALID", "only commentary can be changed here")
        limited(core, "/commentary", fields["commentary"], COMMENTARY)
        raw = {**doc["raw"], "commentary": fields["commentary"]}
        fresh = {**doc, "raw": raw, "stored": read(fields["commentary"]).stored, "edited": True}
        core.posts.put(urn, fresh)
        self._show(fresh)
        return Response(status_code=204)

    async def delete(self, request: Request) -> Response:
        """DELETE /rest/posts/{urn}: 204, also when it is gone already."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, "w_organization_social", owner="author")
        urn = urn_in_path(core, request)
        core.posts.drop(urn)
        core.world.retract(core.name, urn)
        return Response(status_code=204)


def _poll(asked: Doc | None) -> Poll | None:
    """A poll as the page shows it; its duration is named in words."""
    if not asked:
        return None
    days = _DAYS.get(asked["settings"]["duration"], 0)
    return Poll(tuple(one["text"] for one in asked["options"]), days * 24 * 60, question=asked["question"])


def _halved(stored: str) -> str:
    """What a cut in the middle leaves, without half an escape at its end."""
    return stored[: len(stored) // 2].rstrip("\\")
