"""Accounts: reading them, changing them, switching them off and on; bots and their keys."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.zulip import people
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.organisation import new_key
from bot.sandbox.zulip.rows import Person
from bot.sandbox.zulip.shapes import avatar, person_json
from bot.sandbox.zulip.web import Call


def not_for_bots(call: Call) -> None:
    """Some endpoints refuse bots. Raises Refusal."""
    if call.person.is_bot:
        raise Refusal("This endpoint does not accept bot requests.")


def not_for_guests(call: Call) -> None:
    """Some endpoints refuse guests. Raises Refusal."""
    if call.person.is_guest:
        raise Refusal("Not allowed for guest users")


def administrators_only(call: Call) -> None:
    """Raises Refusal for everybody else."""
    if not call.person.is_admin:
        raise Refusal("Must be an organization administrator")


def me(core: Core, call: Call) -> dict[str, Any]:
    """`GET /users/me`."""
    return person_json(call.person, gravatar=False) | {
        "max_message_id": core.organisation.newest_for(call.person)
    }


def everyone(core: Core, call: Call) -> dict[str, Any]:
    """`GET /users`, also those no longer in use."""
    gravatar = call.params.flag("client_gravatar", True)
    rows = sorted(core.organisation.humans_and_bots(), key=lambda one: one.email)
    return {"members": [person_json(one, gravatar=gravatar) for one in rows]}


def one(core: Core, call: Call) -> dict[str, Any]:
    """`GET /users/{id or address}`."""
    who = str(call.path["who"])
    gravatar = call.params.flag("client_gravatar", True)
    person = core.organisation.person(int(who)) if who.isdigit() else core.organisation.by_email(who)
    if person is None or person.system:
        raise Refusal("No such user")
    return {"user": person_json(person, gravatar=gravatar)}


def change(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /users/{id}`: name and role, by administrators."""
    name, role = call.params.text("full_name"), call.params.number("role")
    person = core.organisation.person(call.number("id"))
    administrators_only(call)
    if role is not None:
        people.set_role(core, person, role)
    if name is not None:
        people.rename(core, person, name)
    return {}


def deactivate(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /users/{id}`."""
    person = core.organisation.person(call.number("id"))
    administrators_only(call)
    people.set_active(core, person, False)
    return {}


def reactivate(core: Core, call: Call) -> dict[str, Any]:
    """`POST /users/{id}/reactivate`."""
    person = core.organisation.person(call.number("id"))
    administrators_only(call)
    people.set_active(core, person, True)
    return {}


def create(_core: Core, _call: Call) -> dict[str, Any]:
    """`POST /users`: on the real server a right of its own, which nobody here has."""
    raise Refusal("User not authorized to create users")


def create_bot(core: Core, call: Call) -> dict[str, Any]:
    """`POST /bots`: a generic bot, owned by who asks."""
    not_for_bots(call)
    not_for_guests(call)
    name, short = call.params.required("full_name"), call.params.required("short_name")
    call.params.text("bot_type")
    if core.organisation.by_name(name) is not None:
        raise Refusal("Name is already in use!")
    plain = re.sub(r"[^a-z0-9._-]", "", short.lower())
    email = f"{plain}-bot@zulipdev.com"
    if core.organisation.by_email(email) is not None:
        raise Refusal("Username already in use")
    bot = people.add(core, name, email, bot=True, owner=call.person)
    return {"user_id": bot.user_id, "api_key": bot.api_key, "avatar_url": avatar(bot), **_DEFAULTS}


_DEFAULTS = {
    "default_sending_stream": None,
    "default_events_register_stream": None,
    "default_all_public_streams": False,
}


def bot_json(bot: Person) -> dict[str, Any]:
    """A bot as its owner sees it."""
    return {
        "username": bot.email,
        "full_name": bot.full_name,
        "api_key": bot.api_key,
        "avatar_url": avatar(bot),
        **_DEFAULTS,
    }


def bots(core: Core, call: Call) -> dict[str, Any]:
    """`GET /bots`: one's own."""
    not_for_bots(call)
    own = (one for one in core.organisation.humans_and_bots() if one.owner_id == call.person.user_id)
    return {"bots": [bot_json(one) for one in own if one.is_active]}


def _own_bot(core: Core, call: Call) -> Person:
    not_for_bots(call)
    bot = core.organisation.people.get(call.number("id"))
    if bot is None or not bot.is_bot or bot.system:
        raise Refusal("No such bot")
    if not call.person.is_admin and bot.owner_id != call.person.user_id:
        raise Refusal("Insufficient permission")
    return bot


def change_bot(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /bots/{id}`: its name."""
    bot = _own_bot(core, call)
    name = call.params.text("full_name")
    if name is not None:
        people.rename(core, bot, name)
    owner = core.organisation.people.get(bot.owner_id or 0)
    return {
        "full_name": bot.full_name,
        "avatar_url": avatar(bot),
        "service_interface": 1,
        "service_payload_url": None,
        "config_data": None,
        **_DEFAULTS,
        "bot_owner": owner.email if owner else None,
    }


def deactivate_bot(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /bots/{id}`."""
    people.set_active(core, _own_bot(core, call), False)
    return {}


def new_bot_key(core: Core, call: Call) -> dict[str, Any]:
    """`POST /bots/{id}/api_key/regenerate`: the old key is dead at once."""
    bot = _own_bot(core, call)
    bot.api_key = new_key()
    core.organisation.save(bot)
    return {"api_key": bot.api_key}
