"""What would refuse a post in the channel: found when the account is checked, not when a post is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from handlers.base import PlatformError, Rejected
from handlers.zulip.api import Api
from handlers.zulip.privacy import seen
from handlers.zulip.settings import ZulipSettings
from handlers.zulip.topics import TITLE

NO_TOPIC_SINCE: Final = 334
"""Feature level from which on a message may have no topic (zulip.com/api/changelog)."""
_ROLES: Final = {2: (200, "administrators"), 4: (300, "moderators and administrators"), 3: (400, "members")}
"""`stream_post_policy` -> the highest number of a role that may post, and who that is; 1 is everybody."""
_EMPTY_ONLY, _NEVER_EMPTY = "empty_topic_only", "disable_empty_topic"


@dataclass(frozen=True, slots=True)
class Server:
    """What the server told of itself and of the channel."""

    me: Mapping[str, Any]
    """`GET /users/me`."""
    realm: Mapping[str, Any]
    """Answer of `POST /register` with the realm and its user groups."""
    channel: Mapping[str, Any]
    number: int


def topicless(settings: ZulipSettings, topic: str, level: int) -> str:
    """Why a message without a topic cannot be sent to this server; empty where it can."""
    if topic or level >= NO_TOPIC_SINCE:
        return ""
    return (
        f"This Zulip takes no message without a topic (that needs Zulip 10), and none is set for #{settings.channel}. "
        "The owner of the bot sets `topic` in the configuration."
    )


def hindrances(api: Api, settings: ZulipSettings, server: Server) -> Iterator[str]:
    """Everything that would make the server refuse, with who mends it. Raises `Unavailable`."""
    where = f"#{settings.channel}"
    who = _people(api, server.me)
    if refused := _closed(where, server, who):
        yield refused
    if (refused := topicless(settings, settings.topic, api.level)) or (
        refused := _topic_rule(where, settings.topic, server)
    ):
        yield refused
    elif settings.topic and not _may_begin(api, settings.topic, server, who):
        yield (
            f"The bot may not begin a topic in {where}. An administrator allows it to the bot"
            f"{'' if TITLE in settings.topic else f', or begins the topic “{settings.topic}” there'}."
        )


def closed(settings: ZulipSettings, number: int) -> str:
    """Why the bot may not write in that channel, whatever its topic; empty if it may. Raises `PlatformError`."""
    api = Api(settings)
    try:
        channel, _ = seen(api, number)
        server = Server(api.call("GET", "users/me"), realm_of(api), channel or {}, number)
        return _closed(f"#{settings.channel}", server, _people(api, server.me))
    finally:
        api.close()


def realm_of(api: Api) -> dict[str, Any]:
    """What the organization tells of itself and of its groups. Raises `PlatformError`."""
    fetched = {"event_types": ["realm"], "fetch_event_types": ["realm", "realm_user_groups"]}
    answer = api.call("POST", "register", fetched)
    if answer.get("queue_id"):
        with suppress(PlatformError):  # else the server clears it away after ten minutes
            api.call("DELETE", "events", {"queue_id": answer["queue_id"]})
    return answer


def _closed(where: str, server: Server, who: list[Mapping[str, Any]]) -> str:
    only = _writers(server, who)
    if not only:
        return ""
    return (
        f"The bot may not post in {where}: only {only} may. An administrator allows it to the bot in the channel's "
        "settings, or the owner of the bot takes another `channel`."
    )


def _people(api: Api, me: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The bot, and its owner: what either may, the bot may."""
    if not isinstance(me.get("bot_owner_id"), int):
        return [me]
    try:
        owner = api.call("GET", f"users/{me['bot_owner_id']}").get("user")
    except Rejected:  # an account that the bot may not see
        owner = None
    return [me, owner] if isinstance(owner, dict) else [me]


def _writers(server: Server, who: list[Mapping[str, Any]]) -> str:
    """Who alone may write there, if the bot may not; empty if it may, or nobody knows."""
    if (setting := server.channel.get("can_send_message_group")) is not None:
        return "" if _in_group(server.realm, setting, who) else "members of certain groups"
    highest, name = _ROLES.get(server.channel.get("stream_post_policy", 1), (None, ""))
    if highest is None or any(one.get("role", 0) <= highest for one in who):
        return ""
    return name


def _topic_rule(where: str, topic: str, server: Server) -> str:
    policy = server.channel.get("topics_policy", "inherit")
    if policy == "inherit":
        mandatory = server.realm.get("realm_mandatory_topics") is True
        policy = server.realm.get("realm_topics_policy", _NEVER_EMPTY if mandatory else "")
    if policy == _EMPTY_ONLY and topic:
        return f'{where} takes only messages without a topic. The owner of the bot writes `topic = ""` in the configuration.'
    if policy == _NEVER_EMPTY and not topic:
        return f"{where} takes no message without a topic. The owner of the bot sets `topic` in the configuration."
    return ""


def _may_begin(api: Api, topic: str, server: Server, who: list[Mapping[str, Any]]) -> bool:
    """Whether the bot may begin the topic, or it is there."""
    setting = server.channel.get("can_create_topic_group")
    if setting is None or _in_group(server.realm, setting, who):
        return True
    try:
        listed = api.call("GET", f"users/me/{server.number}/topics").get("topics")
    except Rejected:
        return True  # nobody knows
    names = [one.get("name") for one in listed or () if isinstance(one, dict)]
    return topic.casefold() in {one.casefold() for one in names if isinstance(one, str)}


def _in_group(realm: Mapping[str, Any], setting: Any, who: list[Mapping[str, Any]]) -> bool:
    """Whether one of them is in the group or its subgroups; a setting is a group's number, or people and groups.

    True where the server does not tell its groups.
    """
    listed = realm.get("realm_user_groups")
    groups = {one["id"]: one for one in listed or () if isinstance(one, dict) and "id" in one}
    ids = {one.get("user_id") for one in who}
    if isinstance(setting, Mapping):
        people, todo = setting.get("direct_members") or [], list(setting.get("direct_subgroups") or [])
    else:
        people, todo = [], [setting]
    if not groups or ids & set(people):
        return True
    seen: set[Any] = set()
    while todo:
        number = todo.pop()
        if number in seen or (group := groups.get(number)) is None:
            continue
        seen.add(number)
        if ids & set(group.get("members") or ()):
            return True
        todo.extend(group.get("direct_subgroup_ids") or ())
    return False
