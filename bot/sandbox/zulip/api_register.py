"""`POST /register`: an event queue, and the state the organisation is in at that moment, as far as it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.zulip import narrows
from bot.sandbox.zulip.api_channels import subscribed
from bot.sandbox.zulip.api_groups import listed
from bot.sandbox.zulip.api_people import bot_json
from bot.sandbox.zulip.api_reactions import custom_emoji
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.queues import IDLE_S, LONGEST_IDLE_S, Queue
from bot.sandbox.zulip.rows import MODERATOR, OWNER, Person
from bot.sandbox.zulip.shapes import NO_TOPIC, avatar, person_json, subscription_json, system_bot_json
from bot.sandbox.zulip.speaking import LONGEST_MESSAGE, LONGEST_TOPIC
from bot.sandbox.zulip.web import Call

MOBILE_IDLE_S = 12 * 3600
EMOJI_PATH = "/static/generated/emoji/emoji_api.json"

_VERSIONS = ((502, "13.0"), (426, "12.0"), (377, "11.0"), (280, "10.0"), (0, "8.0"))
"""From which level on a server calls itself so."""

State = Callable[[Core, Call, bool], dict[str, Any]]


def version(core: Core) -> dict[str, Any]:
    """Which server this is."""
    name = next(name for level, name in _VERSIONS if core.since(level))
    return {
        "zulip_version": f"{name}-dev+git",
        "zulip_feature_level": core.organisation.level,
        "zulip_merge_base": "",
    }


def register(core: Core, call: Call) -> dict[str, Any]:
    """Open a queue and tell the state."""
    params = call.params
    types = params.listed("event_types", str)
    fetch = params.listed("fetch_event_types", str)
    include = params.flag("include_subscribers")
    params.flag("slim_presence")
    queue = _queue(core, call, types)
    core.queues.open(queue)
    wanted = fetch if fetch is not None else types
    answer: dict[str, Any] = {"queue_id": queue.id, **version(core)}
    for name, state in _STATES.items():
        if wanted is None or name in wanted:
            answer |= state(core, call, include)
    answer["last_event_id"] = -1
    if core.since(481):
        answer["idle_queue_timeout_secs"] = int(queue.idle_s)
    return answer


def open_silently(core: Core, call: Call) -> Queue:
    """What `GET /events` without a queue does, surprisingly: it opens a new one."""
    return core.queues.open(_queue(core, call, call.params.listed("event_types", str)))


def _queue(core: Core, call: Call, types: list[str] | None) -> Queue:
    params = call.params
    narrow = params.json("narrow")
    if narrow is not None and not isinstance(narrow, list):
        raise Refusal("narrow is not a list")
    everything = params.flag("all_public_streams")
    if everything and call.person.is_guest:
        raise Refusal("User not authorized for this query")
    able = params.mapping("client_capabilities")
    return Queue(
        user_id=call.person.user_id,
        event_types=None if types is None else frozenset(types),
        wants=narrows.event_filter(narrow),
        all_public=everything,
        markdown=params.flag("apply_markdown"),
        gravatar=params.flag("client_gravatar", True),
        bulk_delete=bool(able.get("bulk_message_deletion")),
        empty_topics=bool(able.get("empty_topic_name")),
        idle_s=_idle(core, call),
    )


def _idle(core: Core, call: Call) -> float:
    if not core.since(481):
        seconds = call.params.number("queue_lifespan_secs")
        return min(max(seconds or 0, IDLE_S), LONGEST_IDLE_S)
    wanted = call.params.json("idle_queue_timeout")
    if wanted is None:
        return IDLE_S
    if wanted == "mobile":
        return MOBILE_IDLE_S
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted <= 0:
        raise Refusal("idle_queue_timeout is not an integer")
    return min(wanted, LONGEST_IDLE_S)


def _message(core: Core, call: Call, _include: bool) -> dict[str, Any]:
    return {"max_message_id": core.organisation.newest_for(call.person)}


def _groups(core: Core, _call: Call, _include: bool) -> dict[str, Any]:
    return {"realm_user_groups": listed(core)}


def _people(core: Core, call: Call, _include: bool) -> dict[str, Any]:
    person, organisation = call.person, core.organisation
    gravatar = call.params.flag("client_gravatar", True)
    may = not person.is_guest

    def listed_people(*, active: bool) -> list[dict[str, Any]]:
        rows = sorted(organisation.humans_and_bots(), key=lambda one: one.user_id)
        return [
            person_json(one, gravatar=gravatar, active=False) | ({} if one.is_bot else {"profile_data": {}})
            for one in rows
            if one.is_active is active
        ]

    return {
        "cross_realm_bots": [system_bot_json(one) for one in organisation.people.values() if one.system],
        "avatar_source": "G",
        "avatar_url_medium": avatar(person, "&s=500"),
        "avatar_url": avatar(person),
        "can_create_private_streams": may,
        "can_create_public_streams": may,
        "can_create_streams": may,
        "can_create_web_public_streams": False,
        "can_subscribe_other_users": may,
        "can_invite_others_to_realm": may,
        **_own_role(person),
        "user_id": person.user_id,
        "email": person.email,
        "delivery_email": person.email,
        "full_name": person.full_name,
        "realm_users": listed_people(active=True),
        "realm_non_active_users": listed_people(active=False),
    }


def _own_role(person: Person) -> dict[str, Any]:
    return {
        "is_admin": person.is_admin,
        "is_owner": person.role == OWNER,
        "is_moderator": person.role == MODERATOR,
        "is_guest": person.is_guest,
        "is_billing_admin": False,
    }


def _subscriptions(core: Core, call: Call, include: bool) -> dict[str, Any]:
    organisation, me = core.organisation, call.person.user_id
    unsubscribed, never = [], []
    for channel in sorted(organisation.channels.values(), key=lambda one: one.name.lower()):
        if channel.archived or me in channel.subscribers:
            continue
        html = core.described(channel.description)
        if me in channel.former:
            unsubscribed.append(subscription_json(organisation, channel, html, unset=False))
        elif organisation.can_see(call.person, channel):
            never.append(core.channel_json(channel))
    if include:
        for shown in (*unsubscribed, *never):
            ids = organisation.channels[shown["stream_id"]].subscribers
            shown["subscribers"] = sorted(organisation.active(ids))
    mine = subscribed(core, call.person, include_subscribers=include, unset=False)
    return {"subscriptions": mine, "unsubscribed": unsubscribed, "never_subscribed": never}


def _streams(core: Core, call: Call, _include: bool) -> dict[str, Any]:
    rows = core.organisation.channels.values()
    return {"streams": [core.channel_json(c) for c in rows if core.organisation.can_see(call.person, c)]}


def _bots(core: Core, call: Call, _include: bool) -> dict[str, Any]:
    own = (one for one in core.organisation.humans_and_bots() if one.owner_id == call.person.user_id)
    return {"realm_bots": [] if call.person.is_bot else [bot_json(one) for one in own]}


def _emoji(core: Core, _call: Call, _include: bool) -> dict[str, Any]:
    return {"realm_emoji": custom_emoji(core)}


def _realm(core: Core, _call: Call, _include: bool) -> dict[str, Any]:
    settings, base = core.organisation.settings, core.organisation.base
    answer = {
        "realm_name": settings.name,
        "realm_uri": base,
        "realm_allow_message_editing": settings.allow_editing,
        "realm_message_content_edit_limit_seconds": settings.edit_limit,
        "realm_message_content_delete_limit_seconds": settings.delete_limit,
        "realm_move_messages_within_stream_limit_seconds": settings.topic_edit_limit,
        "realm_bot_domain": "zulipdev.com",
        "realm_description": "",
        "realm_waiting_period_threshold": 0,
        "max_message_length": LONGEST_MESSAGE,
        "max_topic_length": LONGEST_TOPIC,
        "max_stream_name_length": 60,
        "max_stream_description_length": 1024,
        "max_file_upload_size_mib": core.organisation.settings.largest_mib,
        "event_queue_longpoll_timeout_seconds": 90,
        "server_emoji_data_url": f"{base}{EMOJI_PATH}",
        "server_generation": settings.generation,
        "server_inline_image_preview": True,
        "server_inline_url_embed_preview": False,
        "server_web_public_streams_enabled": True,
    }
    return answer | _realm_by_level(core)


def _realm_by_level(core: Core) -> dict[str, Any]:
    settings = core.organisation.settings
    answer: dict[str, Any] = {}
    if not core.since(291):
        answer["realm_delete_own_message_policy"] = 1 if settings.delete_own == "everyone" else 2
    if core.since(257):
        answer["realm_url"] = core.organisation.base
    if core.since(273):
        size = {
            "name": "840x560.webp",
            "max_width": 840,
            "max_height": 560,
            "format": "webp",
            "animated": False,
        }
        answer["server_thumbnail_formats"] = [size]
    if core.since(334):
        answer["realm_empty_topic_display_name"] = NO_TOPIC
    if core.since(392):
        wanted = "disable_empty_topic" if settings.mandatory_topics else "allow_empty_topic"
        answer["realm_topics_policy"] = wanted
    else:
        answer["realm_mandatory_topics"] = settings.mandatory_topics
    return answer


_STATES: dict[str, State] = {
    "realm_user_groups": _groups,
    "message": _message,
    "realm_user": _people,
    "subscription": _subscriptions,
    "stream": _streams,
    "realm_bot": _bots,
    "realm_emoji": _emoji,
    "realm": _realm,
}
