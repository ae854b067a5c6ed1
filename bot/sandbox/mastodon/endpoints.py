"""The HTTP side of statuses, scheduled statuses, accounts and instance."""

from __future__ import annotations

import html
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.sandbox.mastodon import entities, media, text
from bot.sandbox.mastodon.core import USERNAME, Core
from bot.sandbox.mastodon.params import params, word, yes
from bot.sandbox.mastodon.statuses import Statuses, parsed_time
from bot.sandbox.service import Doc, faulted, stamp

_PAGE, _LONGEST_PAGE = 20, 40


class Endpoints:
    """Reads requests, answers them; what is done stands in `Statuses`."""

    def __init__(self, core: Core, statuses: Statuses) -> None:
        self._core = core
        self._statuses = statuses

    async def post(self, request: Request) -> Response:
        """POST /api/v1/statuses."""
        core, statuses = self._core, self._statuses
        token = core.owner(request, "write:statuses")
        asked = await params(request)
        key = None if faulted(request, "key-forgotten") else request.headers.get("idempotency-key")
        if (known := statuses.known(key)) is not None:
            return core.json(entities.status(core, known), bucket="statuses")
        if asked.get("quoted_status_id") or asked.get("quote_id"):
            raise statuses.invalid("Validation failed: this sandbox cannot quote posts")
        self._drop(request, asked)
        fields = statuses.read(asked, token["app"])
        if faulted(request, "alt-dropped"):
            for one in fields["media_ids"]:
                media.describe(core, one, {"description": ""})
        core.spend("statuses")
        if at := word(asked.get("scheduled_at")):
            instant = parsed_time(at)
            if instant is None:
                raise statuses.invalid("Validation failed: Scheduled at is invalid")
            waiting = statuses.schedule(fields, instant, key, asked)
            return core.json(entities.scheduled(core, waiting), bucket="statuses")
        return core.json(entities.status(core, statuses.post(fields, key, asked)), bucket="statuses")

    def _drop(self, request: Request, asked: Doc) -> None:
        """Lose in silence what a fault says, as other servers do."""
        lost = {
            "media-dropped": "media_ids",
            "reply-dropped": "in_reply_to_id",
            "poll-dropped": "poll",
            "warning-dropped": "spoiler_text",
        }
        for fault, name in lost.items():
            if faulted(request, fault):
                asked.pop(name, None)
        if faulted(request, "text-cut"):
            asked["status"] = str(asked.get("status") or "")[:-1]

    def _status(self, request: Request) -> Doc:
        doc = self._core.statuses.get(request.path_params["id"])
        if doc is None:
            raise self._core.missing()
        return doc

    async def get(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id: public ones for anybody."""
        core = self._core
        doc = core.statuses.get(request.path_params["id"])
        if doc is None or (doc["visibility"] in {"private", "direct"} and not _signed_in(core, request)):
            raise core.refuse(404, "Record not found" if _signed_in(core, request) else "Not Found")
        return core.json(entities.status(core, doc))

    async def put(self, request: Request) -> Response:
        """PUT /api/v1/statuses/:id."""
        core = self._core
        token = core.owner(request, "write:statuses")
        old, asked = self._status(request), await params(request)
        fields = self._statuses.read(asked, token["app"], old)
        core.spend("statuses")
        for one in asked.get("media_attributes") or []:
            if isinstance(one, dict) and str(one.get("id")) in fields["media_ids"]:
                media.describe(core, str(one["id"]), one)
        return core.json(entities.status(core, self._statuses.edit(old, fields)), bucket="statuses")

    async def delete(self, request: Request) -> Response:
        """DELETE /api/v1/statuses/:id: answers with its source, for a redraft."""
        core = self._core
        core.owner(request, "write:statuses")
        doc = self._status(request)
        core.spend("delete")
        answer = entities.status(core, doc, source=True)
        self._statuses.delete(doc)
        return core.json(answer, bucket="delete")

    async def context(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id/context: what it answers, and what answers it."""
        core, doc = self._core, self._status(request)
        ancestors: list[Doc] = []
        parent = core.statuses.get(doc["in_reply_to_id"] or "")
        while parent is not None:
            ancestors.insert(0, parent)
            parent = core.statuses.get(parent["in_reply_to_id"] or "")
        family, descendants = {doc["id"]}, []
        for one in sorted(core.statuses.values(), key=lambda doc: int(doc["id"])):
            if one["in_reply_to_id"] in family:
                family.add(one["id"])
                descendants.append(one)
        shown = {"ancestors": ancestors, "descendants": descendants}
        return core.json({key: [entities.status(core, one) for one in docs] for key, docs in shown.items()})

    async def source(self, request: Request) -> Response:
        """GET /api/v1/statuses/:id/source: the text as it was written."""
        self._core.owner(request, "read:statuses")
        doc = self._status(request)
        return self._core.json({"id": doc["id"], "text": doc["text"], "spoiler_text": doc["spoiler_text"]})

    async def of_account(self, request: Request) -> Response:
        """GET /api/v1/accounts/:id/statuses, newest first."""
        core, asked = self._core, request.query_params
        if request.path_params["id"] != entities.ACCOUNT_ID:
            raise core.missing()
        docs = sorted((one for one in core.statuses.values()), key=lambda one: int(one["id"]), reverse=True)
        docs = [
            one for one in docs if _signed_in(core, request) or one["visibility"] in {"public", "unlisted"}
        ]
        docs = [
            one
            for one in docs
            if one["visibility"] not in core.dialect.hides
            and core.shows(datetime.fromisoformat(one["created_at"]))
        ]
        if yes(asked.get("exclude_replies")):
            docs = [one for one in docs if not one["in_reply_to_id"]]
        if yes(asked.get("only_media")):
            docs = [one for one in docs if one["media_ids"]]
        if tagged := asked.get("tagged"):
            docs = [one for one in docs if tagged.lower() in text.tags(one["text"])]
        for name, fits in (("max_id", int.__lt__), ("since_id", int.__gt__), ("min_id", int.__gt__)):
            if (bound := asked.get(name, "")).isdigit():
                docs = [one for one in docs if fits(int(one["id"]), int(bound))]
        wanted = asked.get("limit", "")
        limit = min(int(wanted), _LONGEST_PAGE) if wanted.isdigit() else _PAGE
        shown = docs[-limit:] if "min_id" in asked else docs[:limit]
        link = f"{core.base}/api/v1/accounts/{entities.ACCOUNT_ID}/statuses"
        headers = {}
        if shown:
            newer, older = f"{link}?min_id={shown[0]['id']}", f"{link}?max_id={shown[-1]['id']}"
            headers["link"] = f'<{older}>; rel="next", <{newer}>; rel="prev"'
        return core.json([entities.status(core, one) for one in shown], headers=headers)

    async def scheduled_list(self, request: Request) -> Response:
        """GET /api/v1/scheduled_statuses."""
        self._core.owner(request, "read:statuses")
        return self._core.json([entities.scheduled(self._core, one) for one in self._core.scheduled.values()])

    def _scheduled(self, request: Request) -> Doc:
        self._core.owner(request, "write:statuses" if request.method != "GET" else "read:statuses")
        doc = self._core.scheduled.get(request.path_params["id"])
        if doc is None:
            raise self._core.missing()
        return doc

    async def scheduled_get(self, request: Request) -> Response:
        """GET /api/v1/scheduled_statuses/:id."""
        return self._core.json(entities.scheduled(self._core, self._scheduled(request)))

    async def scheduled_put(self, request: Request) -> Response:
        """PUT /api/v1/scheduled_statuses/:id: another time."""
        doc = self._scheduled(request)
        at = parsed_time(str((await params(request)).get("scheduled_at", "")))
        if at is None or at <= self._core.now():
            raise self._statuses.invalid(
                "Validation failed: Scheduled at The scheduled date must be in the future"
            )
        fresh = {**doc, "scheduled_at": stamp(at)}
        self._core.scheduled.put(doc["id"], fresh)
        return self._core.json(entities.scheduled(self._core, fresh))

    async def scheduled_delete(self, request: Request) -> Response:
        """DELETE /api/v1/scheduled_statuses/:id."""
        self._statuses.unschedule(self._scheduled(request))
        return self._core.json({})

    async def verify(self, request: Request) -> Response:
        """GET /api/v1/accounts/verify_credentials."""
        self._core.owner(request, *self._core.dialect.who)
        return self._core.json(entities.account(self._core, credentials=True))

    async def verify_app(self, request: Request) -> Response:
        """GET /api/v1/apps/verify_credentials."""
        token = self._core.owner(request)
        if not self._core.dialect.tells_own_app:
            raise self._core.refuse(404, "Not Found")
        redirect = "urn:ietf:wg:oauth:2.0:oob"
        body = {"id": "1", "name": token["app"], "website": None, "scopes": token["scopes"].split()}
        return self._core.json(
            {**body, "redirect_uris": [redirect], "redirect_uri": redirect, "vapid_key": ""}
        )

    async def account(self, request: Request) -> Response:
        """GET /api/v1/accounts/:id, and lookup by handle."""
        wanted = request.path_params.get("id") or request.query_params.get("acct", "").removeprefix("@")
        if wanted not in {entities.ACCOUNT_ID, USERNAME, f"{USERNAME}@{self._core.domain}"}:
            raise self._core.missing()
        return self._core.json(entities.account(self._core))

    async def instance_v2(self, _request: Request) -> Response:
        """GET /api/v2/instance, with and without a slash at its end."""
        return self._core.json(entities.instance_v2(self._core), headers=_PUBLIC)

    async def instance_v1(self, _request: Request) -> Response:
        """GET /api/v1/instance, deprecated since November 2022."""
        return self._core.json(
            entities.instance_v1(self._core), headers={**_PUBLIC, "deprecation": "@1668384000"}
        )

    async def page(self, request: Request) -> Response:
        """A status as a browser shows it."""
        doc = self._core.statuses.get(request.path_params["id"])
        if doc is None or doc["visibility"] in {"private", "direct"}:
            return HTMLResponse("<!doctype html><title>Mastodon</title><p>Not found</p>", 404)
        title = html.escape(self._core.account)
        body = entities.content(self._core, doc)
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"
        )


_PUBLIC = {"cache-control": "max-age=300, public, stale-while-revalidate=30, stale-if-error=86400"}


def _signed_in(core: Core, request: Request) -> bool:
    token = request.headers.get("authorization", "").partition(" ")[2]
    return core.tokens.get(token) is not None
