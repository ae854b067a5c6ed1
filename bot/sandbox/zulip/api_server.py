"""About the server and the organisation as a whole: `server_settings`, and the settings an administrator changes."""

from __future__ import annotations

from typing import Any

from bot.sandbox.zulip.api_people import administrators_only
from bot.sandbox.zulip.api_register import version
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.web import Call


def settings(core: Core) -> dict[str, Any]:
    """`GET /server_settings`: the only thing one may ask without an account."""
    base = core.organisation.base
    answer: dict[str, Any] = {
        "authentication_methods": {"password": False, "dev": True, "email": False},
        **version(core),
        "push_notifications_enabled": False,
        "is_incompatible": False,
        "email_auth_enabled": False,
        "require_email_format_usernames": True,
        "realm_uri": base,
        "realm_name": core.organisation.settings.name,
        "realm_icon": f"{base}/static/icon.png",
        "realm_description": "<p>A sandbox: nothing leaves this machine.</p>",
        "realm_web_public_access_enabled": False,
        "external_authentication_methods": [],
    }
    return answer | ({"realm_url": base} if core.since(257) else {})


def change(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /realm`: the few settings that matter to a bot."""
    params, kept = call.params, core.organisation.settings
    limit = params.json("message_content_edit_limit_seconds")
    editing = params.json("allow_message_editing")
    own = None if core.since(291) else params.number("delete_own_message_policy")
    topics = params.json("mandatory_topics")
    administrators_only(call)
    changed: dict[str, Any] = {}
    if limit is not None:
        if limit != "unlimited" and (not isinstance(limit, int) or limit <= 0):
            raise Refusal("Bad value for 'message_content_edit_limit_seconds'")
        kept.edit_limit = None if limit == "unlimited" else limit
        changed["message_content_edit_limit_seconds"] = kept.edit_limit
    if editing is not None:
        changed["allow_message_editing"] = kept.allow_editing = bool(editing)
    if own is not None:
        kept.delete_own = "everyone" if own == 1 else "admins"
        changed["delete_own_message_policy"] = own
    if topics is not None:
        changed["mandatory_topics"] = kept.mandatory_topics = bool(topics)
    core.organisation.save_settings()
    if changed:
        core.tell({"type": "realm", "op": "update_dict", "property": "default", "data": changed})
    return changed


def linkifiers(_core: Core, _call: Call) -> dict[str, Any]:
    """`GET /realm/linkifiers`: the sandbox has none."""
    return {"linkifiers": []}


def bot_storage(core: Core, call: Call) -> dict[str, Any]:
    """`GET /bot_storage`: what a bot has put aside on the server, all or by keys."""
    keys = call.params.listed("keys", str)
    kept = core.organisation.world.shelf.get("zulip-storage", call.person.user_id) or {}
    if keys is not None and any(key not in kept for key in keys):
        raise Refusal("Key does not exist.")
    return {"storage": kept if keys is None else {key: kept[key] for key in keys}}


def put_bot_storage(core: Core, call: Call) -> dict[str, Any]:
    """`PUT /bot_storage`."""
    new = call.params.mapping("storage")
    if not all(isinstance(value, str) for value in new.values()):
        raise Refusal("storage contains a value that is not a string")
    shelf = core.organisation.world.shelf
    shelf.put(
        "zulip-storage", call.person.user_id, (shelf.get("zulip-storage", call.person.user_id) or {}) | new
    )
    return {}


def drop_bot_storage(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /bot_storage`."""
    keys = call.params.listed("keys", str)
    shelf = core.organisation.world.shelf
    kept = shelf.get("zulip-storage", call.person.user_id) or {}
    if keys is not None and any(key not in kept for key in keys):
        raise Refusal("Key does not exist.")
    left = {key: value for key, value in kept.items() if keys is not None and key not in keys}
    shelf.put("zulip-storage", call.person.user_id, left)
    return {}
