"""The HTTP side of posts and users."""

from __future__ import annotations

import html
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.sandbox.service import Doc, bad_gateway, faulted
from bot.sandbox.x.core import USER_ID, USERNAME, Core
from bot.sandbox.x.media import body
from bot.sandbox.x.posts import Posts, polls_of
from bot.sandbox.x.purse import READ_POST, READ_USER

_ASKED_AT_ONCE = 100
_PAGE = (5, 100)
REFERENCED = "referenced_posts"
_FOREIGN = {"tweet": "post.fields", "post": "tweet.fields"}
"""How it calls a post -> the parameter of the other vocabulary."""
_USER = {"id": USER_ID, "name": "Community", "username": USERNAME}


class Endpoints:
    """Reads requests, answers them; what is done stands in `Posts`."""

    def __init__(self, core: Core, posts: Posts) -> None:
        self._core = core
        self._posts = posts

    async def post(self, request: Request) -> Response:
        """POST /2/tweets: 201 with id and stored text."""
        core = self._core
        core.signed_in(request, "POST /2/tweets", "tweet.write", "tweet.read", "users.read")
        doc = self._posts.post(await body(core, request), summoned=not faulted(request, "403-reply"))
        if faulted(request, "502-after"):
            return bad_gateway()
        made: Doc = {"data": self._posts.told(doc, set())}
        if faulted(request, "200-errors"):
            odd = {"title": "Partial", "detail": "Some fields were not stored.", "type": "about:blank"}
            return core.json({**made, "errors": [odd]}, rate="POST /2/tweets")
        return core.json(made, 201, rate="POST /2/tweets")

    async def delete(self, request: Request) -> Response:
        """DELETE /2/tweets/{id}."""
        core, identity = self._core, request.path_params["id"]
        core.signed_in(request, "DELETE /2/tweets", "tweet.write")
        if not self._posts.delete(identity):
            gone = core.not_found("tweet", identity)
            return core.problem(404, gone["title"], gone["detail"], gone["type"], errors=[gone])
        return core.json({"data": {"deleted": True}}, rate="DELETE /2/tweets")

    async def get(self, request: Request) -> Response:
        """GET /2/tweets/{id}: 200 also when there is none, with `errors`."""
        self._core.signed_in(request, "GET /2/tweets", "tweet.read")
        identity = request.path_params["id"]
        doc = self._core.posts.get(identity)
        if doc is None:
            gone = self._core.not_found("tweet", identity)
            return self._core.json({"errors": [gone]}, rate="GET /2/tweets")
        return self._core.json(
            {"data": self._told(request, doc), **self._includes(request, [doc])}, rate="GET /2/tweets"
        )

    async def several(self, request: Request) -> Response:
        """GET /2/tweets?ids=…"""
        core = self._core
        core.signed_in(request, "GET /2/tweets", "tweet.read")
        ids = [one for one in request.query_params.get("ids", "").split(",") if one]
        if not 1 <= len(ids) <= _ASKED_AT_ONCE or not all(one.isdigit() for one in ids):
            raise core.invalid("The `ids` query parameter must have 1 to 100 ids.", ids=",".join(ids))
        docs = [doc for one in ids if (doc := core.posts.get(one)) is not None]
        gone = [core.not_found("tweet", one, "ids") for one in ids if core.posts.get(one) is None]
        answer: Doc = {"data": [self._told(request, one) for one in docs]} if docs else {}
        answer |= self._includes(request, docs)
        return core.json({**answer, **({"errors": gone} if gone else {})}, rate="GET /2/tweets")

    async def of_user(self, request: Request) -> Response:
        """GET /2/users/{id}/tweets, newest first."""
        core, asked = self._core, request.query_params
        core.signed_in(request, "GET /2/users/tweets", "tweet.read", "users.read")
        if request.path_params["id"] != USER_ID:
            gone = core.not_found("user", request.path_params["id"])
            return core.json({"errors": [gone]}, rate="GET /2/users/tweets")
        wanted = asked.get("max_results", "10")
        if not wanted.isdigit() or not _PAGE[0] <= int(wanted) <= _PAGE[1]:
            told = f"The `max_results` query parameter value [{wanted}] is not between 5 and 100"
            raise core.invalid(told, max_results=wanted)
        self._in_our_words(request)
        docs = [one for one in self._posts.newest_first() if self._fits(request, one)]
        docs = [one for one in docs if core.shows(datetime.fromisoformat(one["created_at"]))]
        shown, more = docs[: int(wanted)], docs[int(wanted) :]
        core.charge(READ_POST * len(shown))
        core.purse.read("posts", (one["id"] for one in shown), READ_POST)
        meta: Doc = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if more:
            meta["next_token"] = f"before-{shown[-1]['id']}"
        answer: Doc = {"data": [self._told(request, one) for one in shown]} if shown else {}
        return core.json(
            {**answer, **self._includes(request, shown), "meta": meta}, rate="GET /2/users/tweets"
        )

    def _in_our_words(self, request: Request) -> None:
        """Refuse the other vocabulary, as X does with any parameter that it does not know, if that is how it is."""
        core, asked = self._core, request.query_params
        foreign = _FOREIGN[core.words]
        if core.foreign == "refused" and foreign in asked:
            told = f"The query parameter [{foreign}] is not one of [id,max_results,pagination_token,exclude]"
            raise core.invalid(told, **{foreign: asked[foreign]})

    def _fits(self, request: Request, doc: Doc) -> bool:
        asked, number = request.query_params, int(doc["id"])
        at = datetime.fromisoformat(doc["created_at"])
        if "start_time" in asked and at < self._instant("start_time", asked["start_time"]):
            return False
        if "end_time" in asked and at >= self._instant("end_time", asked["end_time"]):
            return False
        token = asked.get("pagination_token", "")
        if token and not token.removeprefix("before-").isdigit():
            raise self._core.invalid(f"The `pagination_token` query parameter value [{token}] is not valid")
        bounds = (
            number > int(asked.get("since_id") or 0),
            "until_id" not in asked or number < int(asked["until_id"]),
            not token or number < int(token.removeprefix("before-")),
        )
        return all(bounds) and not ("replies" in asked.get("exclude", "").split(",") and doc["reply_to"])

    def _instant(self, name: str, value: str) -> datetime:
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = datetime.min  # noqa: DTZ901 - refused just below
        if instant.tzinfo is None:
            raise self._core.invalid(f"The `{name}` query parameter value [{value}] is not a valid time")
        return instant

    def _told(self, request: Request, doc: Doc) -> Doc:
        core, asked = self._core, request.query_params
        known = [
            name for name in _FOREIGN.values() if core.foreign == "understood" or name != _FOREIGN[core.words]
        ]
        wanted = set(",".join(asked.get(name, "") for name in known).split(","))
        wanted.discard(REFERENCED)  # its document names it among the expansions alone
        if self._shows_parents(request):
            wanted.add(f"referenced_{core.words}s")
        return self._posts.told(doc, wanted)

    def _shows_parents(self, request: Request) -> bool:
        known = self._core.words == "post" or self._core.foreign == "understood"
        return known and REFERENCED in self._expansions(request)

    def _expansions(self, request: Request) -> set[str]:
        return set(request.query_params.get("expansions", "").split(","))

    def _includes(self, request: Request, docs: list[Doc]) -> Doc:
        expansions = self._expansions(request)
        out: Doc = {}
        if "author_id" in expansions and docs:
            out["users"] = [_USER]
        if "attachments.media_keys" in expansions and (media := self._posts.included(docs)):
            fields = {"media_key", "type", *request.query_params.get("media.fields", "").split(",")}
            out["media"] = [{key: value for key, value in one.items() if key in fields} for one in media]
        if "attachments.poll_ids" in expansions and (polls := polls_of(docs)):
            fields = {"id", "options", *request.query_params.get("poll.fields", "").split(",")}
            out["polls"] = [{key: value for key, value in one.items() if key in fields} for one in polls]
        if self._shows_parents(request) and (parents := self._parents(docs)):
            self._core.purse.read("posts", (one["id"] for one in parents), READ_POST)
            out[f"{self._core.words}s"] = [self._posts.told(one, set()) for one in parents]
        return {"includes": out} if out else {}

    def _parents(self, docs: list[Doc]) -> list[Doc]:
        """The posts that these answer."""
        ids = dict.fromkeys(one["reply_to"] for one in docs if one["reply_to"])
        return [doc for one in ids if (doc := self._core.posts.get(one)) is not None]

    async def me(self, request: Request) -> Response:
        """GET /2/users/me."""
        self._core.signed_in(request, "GET /2/users/me", "users.read", "tweet.read")
        self._core.charge(READ_USER)
        self._core.purse.read("users", [USER_ID], READ_USER)
        return self._core.json({"data": _USER}, rate="GET /2/users/me")

    async def file(self, request: Request) -> Response:
        """The bytes of a file, for anybody."""
        doc = self._core.media.get(request.path_params["id"])
        if doc is None or doc["sha256"] is None:
            return Response("Not Found", 404)
        return Response(self._core.world.blobs.get(doc["sha256"]), media_type=doc["mime"])

    async def page(self, request: Request) -> Response:
        """A post as a browser shows it."""
        doc = self._core.posts.get(request.path_params["id"])
        if doc is None:
            return HTMLResponse("<!doctype html><title>X</title><p>Hmm...this page doesn’t exist.</p>", 404)
        text = html.escape(doc["text"]).replace("\n", "<br>")
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><title>@{USERNAME}</title><h1>@{USERNAME}</h1><p>{text}"
        )
