"""Every address the stand-in knows, and the way from a request to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.zulip import (
    api_channels,
    api_edit,
    api_fetch,
    api_groups,
    api_people,
    api_reactions,
    api_register,
    api_send,
    api_server,
    api_uploads,
    web,
)
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal, missing, unknown_to_sandbox
from bot.sandbox.zulip.organisation import NEWEST
from bot.sandbox.zulip.web import NO_STORE, Call, Params

Handler = Callable[[Core, Call], "dict[str, Any] | Response"]

_ID = r"(?P<id>\d+)"
_TABLE: dict[str, dict[str, Handler]] = {
    "register": {"POST": api_register.register},
    "messages": {"GET": api_fetch.some, "POST": api_send.send},
    "messages/render": {"POST": api_send.render_only},
    "messages/flags": {"POST": api_fetch.mark},
    f"messages/{_ID}": {"GET": api_fetch.one, "PATCH": api_edit.edit, "DELETE": api_edit.delete},
    f"messages/{_ID}/history": {"GET": api_fetch.history},
    f"messages/{_ID}/reactions": {"POST": api_reactions.add, "DELETE": api_reactions.remove},
    "users": {"GET": api_people.everyone, "POST": api_people.create},
    "users/me": {"GET": api_people.me},
    "users/me/subscriptions": {
        "GET": api_channels.subscriptions,
        "POST": api_channels.join,
        "DELETE": api_channels.leave,
    },
    r"users/me/(?P<stream_id>\d+)/topics": {"GET": api_channels.topics},
    f"users/{_ID}": {"GET": api_people.one, "PATCH": api_people.change, "DELETE": api_people.deactivate},
    f"users/{_ID}/reactivate": {"POST": api_people.reactivate},
    r"users/(?P<who>[^/]+@[^/]+)": {"GET": api_people.one},
    "bots": {"GET": api_people.bots, "POST": api_people.create_bot},
    f"bots/{_ID}": {"PATCH": api_people.change_bot, "DELETE": api_people.deactivate_bot},
    f"bots/{_ID}/api_key/regenerate": {"POST": api_people.new_bot_key},
    "streams": {"GET": api_channels.everyone},
    "get_stream_id": {"GET": api_channels.number},
    f"streams/{_ID}": {"GET": api_channels.one, "PATCH": api_channels.change, "DELETE": api_channels.archive},
    f"streams/{_ID}/members": {"GET": api_channels.members},
    f"streams/{_ID}/delete_topic": {"POST": api_channels.delete_topic},
    "user_groups": {"GET": api_groups.everyone},
    "user_groups/create": {"POST": api_groups.create},
    f"user_groups/{_ID}": {"PATCH": api_groups.change, "DELETE": api_groups.delete},
    f"user_groups/{_ID}/deactivate": {"POST": api_groups.delete},
    f"user_groups/{_ID}/members": {"GET": api_groups.members, "POST": api_groups.change_members},
    rf"user_groups/{_ID}/members/(?P<user_id>\d+)": {"GET": api_groups.is_member},
    f"user_groups/{_ID}/subgroups": {"GET": api_groups.subgroups, "POST": api_groups.change_subgroups},
    "user_uploads": {"POST": api_uploads.upload},
    "user_uploads/(?P<path>.+)": {"GET": api_uploads.temporary},
    "attachments": {"GET": api_uploads.mine},
    "realm": {"PATCH": api_server.change},
    "realm/emoji": {"GET": api_reactions.custom},
    r"realm/emoji/(?P<name>[^/]+)": {"POST": api_reactions.add_custom},
    "realm/linkifiers": {"GET": api_server.linkifiers},
    "bot_storage": {
        "GET": api_server.bot_storage,
        "PUT": api_server.put_bot_storage,
        "DELETE": api_server.drop_bot_storage,
    },
}
_ROUTES = [(re.compile(pattern), handlers) for pattern, handlers in _TABLE.items()]
_ORDER = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")


def refused(refusal: Refusal, headers: dict[str, str]) -> Response:
    """An error as an answer."""
    shown = dict(headers)
    if refusal.status == 401:  # noqa: PLR2004 - how a server asks to sign in
        shown["WWW-Authenticate"] = 'Basic realm="zulip"'
    return JSONResponse(refusal.body(), refusal.status, headers=shown)


def _route(method: str, path: str) -> tuple[Handler, dict[str, Any]]:
    for pattern, handlers in _ROUTES:
        match = pattern.fullmatch(path)
        if match is None:
            continue
        if (method, path) == ("PATCH", "users/me/subscriptions"):  # gone at level 512; here it never was
            break
        if method not in handlers:
            allowed = [one for one in _ORDER if one in handlers or (one == "HEAD" and "GET" in handlers)]
            raise Refusal("Method Not Allowed", None, 405, allowed_methods=allowed)
        found = match.groupdict()
        return handlers[method], found | {"who": found.get("who") or found.get("id")}
    raise unknown_to_sandbox(f"{method} /api/v1/{path}")


def _limited(core: Core, user_id: int, domain: str, headers: dict[str, str]) -> None:
    told, wait = core.rate.count(user_id, domain)
    headers |= told
    if wait is None:
        return
    headers["Retry-After"] = str(wait)
    text = "API usage exceeded rate limit"
    if core.since(NEWEST):
        text += "; see https://zulip.com/api/http-headers#rate-limiting-response-headers"
    raise Refusal(text, "RATE_LIMIT_HIT", 429, **{"retry-after": wait})


async def answer(core: Core, request: Request, path: str) -> Response:
    """Answer one request under `/api/v1/`."""
    headers = dict(NO_STORE)
    try:
        if path == "server_settings" and request.method == "GET":
            with core.lock:
                return JSONResponse(
                    {"result": "success", "msg": "", **api_server.settings(core)}, headers=headers
                )
        if path == "events":
            return await _events(core, request, headers)
        handler, found = _route(request.method, path)
        with core.lock:
            person = web.who(core.organisation, request)
            _limited(core, person.user_id, "api", headers)
        params, files = await web.read(request)
        call = Call(person, params, found, files, web.client_name(request))
        try:
            with core.lock:
                result = handler(core, call)
        finally:
            for file in files:
                await file.close()
        if isinstance(result, Response):
            return result
        return _success(result, params, headers)
    except Refusal as refusal:
        return refused(refusal, headers)


def _success(result: dict[str, Any], params: Params, headers: dict[str, str]) -> Response:
    body: dict[str, Any] = {"result": "success", "msg": "", **result}
    if ignored := params.ignored():
        body["ignored_parameters_unsupported"] = ignored
    return JSONResponse(body, headers=headers)


async def _events(core: Core, request: Request, headers: dict[str, str]) -> Response:
    """`GET /events` waits; `DELETE /events` ends a queue. They have a counter of their own."""
    params, _ = await web.read(request)
    with core.lock:
        person = web.who(core.organisation, request)
        _limited(core, person.user_id, "events", headers)
    queue_id = params.text("queue_id")
    if request.method == "DELETE":
        if queue_id is None:
            raise missing("queue_id")
        with core.lock:
            core.queues.close(queue_id, person.user_id)
        return _success({}, Params({}), headers)
    if request.method != "GET":
        raise Refusal("Method Not Allowed", None, 405, allowed_methods=["DELETE", "GET", "HEAD"])
    block = not params.flag("dont_block")
    if queue_id is None:
        return _new_queue(core, Call(person, params), headers, block=block)
    with core.lock:
        queue = core.queues.get(queue_id, person.user_id)
    last = params.number("last_event_id")
    if last is None:
        raise Refusal("Missing 'last_event_id' argument")
    events, waited = await core.queues.poll(queue, last, block=block)
    result: dict[str, Any] = {"events": events}
    if waited:
        result["queue_id"] = queue.id
    return _success(result, Params({}), headers)


def _new_queue(core: Core, call: Call, headers: dict[str, str], *, block: bool) -> Response:
    if block:
        raise Refusal("Missing 'queue_id' argument")
    with core.lock:
        queue = api_register.open_silently(core, call)
    return _success({"events": [], "queue_id": queue.id}, Params({}), headers)
