"""Adding and removing reactions. Emoji are told apart by code and type; a name is only how one is shown."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.zulip import emoji
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal, missing
from bot.sandbox.zulip.rows import Message, Person
from bot.sandbox.zulip.web import Call

UNICODE, REALM, EXTRA = "unicode_emoji", "realm_emoji", "zulip_extra_emoji"


def add(core: Core, call: Call) -> dict[str, Any]:
    """`POST /messages/{id}/reactions`."""
    params, organisation = call.params, core.organisation
    name = params.required("emoji_name")
    code, kind = params.text("emoji_code"), params.text("reaction_type")
    message = organisation.message(call.person, call.number("id"))
    if code is None:
        code, kind = _by_name(core, name)
    kind = kind or UNICODE
    same = [one for one in message.reactions if (one["emoji_code"], one["reaction_type"]) == (code, kind)]
    if any(one["user_id"] == call.person.user_id for one in same):
        raise Refusal("Reaction already exists.", "REACTION_ALREADY_EXISTS")
    if same:  # shown under the name that was used first
        name = same[0]["emoji_name"]
    else:
        _check(core, name, code, kind)
    reaction = {
        "emoji_name": name,
        "emoji_code": code,
        "reaction_type": kind,
        "user_id": call.person.user_id,
    }
    message.reactions.append(reaction)
    message.rows.setdefault(call.person.user_id, ["read", "historical"])
    organisation.save(message)
    _tell(core, "add", call.person, message, reaction)
    return {}


def remove(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /messages/{id}/reactions`: one's own only."""
    params, organisation = call.params, core.organisation
    name, code, kind = params.text("emoji_name"), params.text("emoji_code"), params.text("reaction_type")
    message = organisation.message(call.person, call.number("id"))
    if code is None:
        if name is None:
            raise missing("emoji_name")
        code, kind = _by_name(core, name)
    wanted = (code, kind or UNICODE, call.person.user_id)
    for reaction in message.reactions:
        if (reaction["emoji_code"], reaction["reaction_type"], reaction["user_id"]) == wanted:
            message.reactions.remove(reaction)
            organisation.save(message)
            _tell(core, "remove", call.person, message, reaction)
            return {}
    raise Refusal("Reaction doesn't exist.", "REACTION_DOES_NOT_EXIST")


def _by_name(core: Core, name: str) -> tuple[str, str]:
    own = core.organisation.emoji.get(name)
    if own is not None and not own.get("deactivated"):
        return str(own["id"]), REALM
    if name == "zulip":
        return "zulip", EXTRA
    code = emoji.name_to_code().get(name)
    if code is None:
        raise Refusal(f"Emoji '{name}' does not exist")
    return code, UNICODE


def _check(core: Core, name: str, code: str, kind: str) -> None:
    if kind == REALM:
        own = next((one for one in core.organisation.emoji.values() if str(one["id"]) == code), None)
        if own is None:
            raise Refusal("Invalid custom emoji.")
        if own["name"] != name:
            raise Refusal("Invalid custom emoji name.")
    elif kind == EXTRA:
        if code != "zulip":
            raise Refusal("Invalid emoji code.")
        if name != "zulip":
            raise Refusal("Invalid emoji name.")
    elif kind == UNICODE:
        names = emoji.code_to_names().get(code)
        if names is None:
            raise Refusal("Invalid emoji code.")
        if name not in names:
            raise Refusal("Invalid emoji name.")
    else:
        raise Refusal("Invalid emoji type.")


def _tell(core: Core, op: str, person: Person, message: Message, reaction: dict[str, Any]) -> None:
    event: dict[str, Any] = {
        "type": "reaction",
        "op": op,
        "user_id": person.user_id,
        "message_id": message.id,
        "emoji_name": reaction["emoji_name"],
        "emoji_code": reaction["emoji_code"],
        "reaction_type": reaction["reaction_type"],
    }
    if not core.since(484):
        event["user"] = {
            "user_id": person.user_id,
            "email": person.email,
            "full_name": person.full_name,
        }
    core.tell(event, core.organisation.readers(message))


def custom(core: Core, _call: Call) -> dict[str, Any]:
    """`GET /realm/emoji`."""
    return {"emoji": custom_emoji(core)}


def add_custom(core: Core, call: Call) -> dict[str, Any]:
    """`POST /realm/emoji/{name}`: a picture of one's own as an emoji."""
    name = str(call.path["name"])
    if call.person.is_guest:
        raise Refusal("Not allowed for guest users")
    if not re.fullmatch(r"[0-9a-z\-_]+", name) or name[-1] in "-_":
        raise Refusal("Invalid characters in emoji name")
    if len(call.files) != 1:
        raise Refusal("You must upload exactly one file.")
    if name in core.organisation.emoji:
        raise Refusal("A custom emoji with this name already exists.")
    core.organisation.add_emoji(name, call.files[0].file.read(), call.person.user_id)
    core.tell({"type": "realm_emoji", "op": "update", "realm_emoji": custom_emoji(core)})
    return {}


def custom_emoji(core: Core) -> dict[str, Any]:
    """The organisation's own emoji by id."""
    return {
        str(one["id"]): {
            "id": str(one["id"]),
            "name": one["name"],
            "source_url": f"/user_avatars/2/emoji/images/{one['id']}.png",
            "deactivated": bool(one.get("deactivated")),
            "author_id": one.get("author_id"),
            "still_url": None,
        }
        for one in core.organisation.emoji.values()
    }
