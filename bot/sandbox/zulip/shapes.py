"""People, channels, groups and messages as JSON, with exactly the keys that the server of each level sends."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.rows import OWNER, Channel, Group, Message, Person

NO_TOPIC = "general chat"
"""What an empty topic is shown as to clients that do not know it (`realm_empty_topic_display_name`)."""


def avatar(person: Person, size: str = "") -> str:
    """The address of the picture; nothing in the sandbox loads it."""
    digest = hashlib.md5(person.email.encode(), usedforsecurity=False).hexdigest()
    return f"https://secure.gravatar.com/avatar/{digest}?d=identicon{size}&version=1"


def person_json(person: Person, *, gravatar: bool = True, active: bool = True) -> dict[str, Any]:
    """An account; without a picture's address when the client works that out itself."""
    answer: dict[str, Any] = {
        "email": person.email,
        "user_id": person.user_id,
        "avatar_version": 1,
        "is_admin": person.is_admin,
        "is_owner": person.role == OWNER,
        "is_guest": person.is_guest,
        "is_billing_admin": False,
        "role": person.role,
        "is_bot": person.is_bot,
        "full_name": person.full_name,
        "timezone": person.timezone,
        "date_joined": person.joined,
        "avatar_url": None if gravatar else avatar(person),
        "delivery_email": person.email,
    }
    if active:
        answer["is_active"] = person.is_active
    if person.is_bot:
        answer["bot_type"] = 1
        answer["bot_owner_id"] = person.owner_id
    return answer


def system_bot_json(person: Person) -> dict[str, Any]:
    """One of the server's own bots."""
    return person_json(person, gravatar=False) | {"is_system_bot": True, "bot_owner_id": None}


def channel_json(organisation: Organisation, channel: Channel, rendered: str) -> dict[str, Any]:
    """A channel. `rendered` is its description as HTML."""
    first = min(
        (m.id for m in organisation.messages.values() if m.stream_id == channel.stream_id), default=None
    )
    answer: dict[str, Any] = {
        "can_remove_subscribers_group": 11,
        "date_created": channel.created,
        "description": channel.description,
        "first_message_id": first,
        "history_public_to_subscribers": channel.history_public,
        "invite_only": channel.private,
        "is_web_public": False,
        "message_retention_days": None,
        "name": channel.name,
        "rendered_description": rendered,
        "stream_id": channel.stream_id,
        "stream_post_policy": channel.post_policy,
        "is_announcement_only": channel.announcement_only,
        "stream_weekly_traffic": None,
    }
    since = {
        "creator_id": (254, channel.creator_id),
        "is_archived": (315, channel.archived),
        "is_recently_active": (323, True),
        "topics_policy": (392, channel.topics_policy),
        "folder_id": (389, None),
        "subscriber_count": (394, len(organisation.active(channel.subscribers))),
        "can_add_subscribers_group": (342, 9),
        "can_administer_channel_group": (325, 9),
        "can_create_topic_group": (441, 15 if channel.new_topics else 11),
        "can_send_message_group": (333, {1: 15, 2: 11, 3: 13, 4: 12}[channel.post_policy]),
        "can_subscribe_group": (357, 9),
    }
    return answer | {name: value for name, (level, value) in since.items() if organisation.since(level)}


def subscription_json(
    organisation: Organisation, channel: Channel, rendered: str, *, unset: bool | None = None
) -> dict[str, Any]:
    """A channel as one of a person's subscriptions; `unset` is how "as everywhere" is written (null or false)."""
    colours = ("#76ce90", "#fae589", "#a6c7e5", "#e79ab5")
    answer = channel_json(organisation, channel, rendered) | {
        "audible_notifications": unset,
        "color": colours[channel.stream_id % len(colours)],
        "desktop_notifications": unset,
        "email_notifications": unset,
        "is_muted": False,
        "pin_to_top": False,
        "push_notifications": unset,
        "wildcard_mentions_notify": None,
    }
    if not organisation.since(226):
        secret = hashlib.md5(str(channel.stream_id).encode(), usedforsecurity=False).hexdigest()
        answer["email_address"] = f"{channel.name}.{secret}.show-sender@127.0.0.1"
    return answer if organisation.since(433) else answer | {"in_home_view": True}


def group_json(organisation: Organisation, group: Group) -> dict[str, Any]:
    """A user group."""
    answer: dict[str, Any] = {
        "id": group.group_id,
        "name": group.name,
        "description": group.description,
        "members": sorted(group.members),
        "direct_subgroup_ids": sorted(group.subgroups),
        "is_system_group": group.system,
        "can_mention_group": group.can_mention,
    }
    if organisation.since(283):
        managers = {
            "direct_members": [group.creator_id] if group.creator_id else [],
            "direct_subgroups": [11],
        }
        answer |= {
            "creator_id": group.creator_id,
            "date_created": group.created or None,
            "deactivated": False,
            "can_add_members_group": 9 if group.system else managers,
            "can_join_group": 9,
            "can_leave_group": 9 if group.system else 15,
            "can_manage_group": 9 if group.system else managers,
            **(
                {"can_remove_members_group": 9 if group.system else managers}
                if organisation.since(324)
                else {}
            ),
            **group.settings,
        }
    return answer


def reaction_json(organisation: Organisation, reaction: dict[str, Any]) -> dict[str, Any]:
    """A reaction as it stands in a message."""
    answer = {
        "emoji_name": reaction["emoji_name"],
        "emoji_code": reaction["emoji_code"],
        "reaction_type": reaction["reaction_type"],
        "user_id": reaction["user_id"],
    }
    if not organisation.since(328):
        person = organisation.people[reaction["user_id"]]
        answer["user"] = {"email": person.email, "id": person.user_id, "full_name": person.full_name}
    return answer


def message_json(
    organisation: Organisation,
    message: Message,
    *,
    markdown: bool,
    gravatar: bool = True,
    empty_topics: bool = False,
) -> dict[str, Any]:
    """A message; `markdown` means its HTML (the server applies the Markdown), else its source."""
    sender = organisation.people[message.sender_id]
    answer: dict[str, Any] = {
        "id": message.id,
        "sender_id": message.sender_id,
        "content": message.rendered if markdown else message.content,
        "recipient_id": message.recipient_id,
        "timestamp": message.timestamp,
        "client": message.client,
        "subject": shown_topic(organisation, message, empty_topics),
        "topic_links": [],
        "is_me_message": message.is_me,
        "reactions": [reaction_json(organisation, one) for one in message.reactions],
        "submessages": message.submessages,
        "sender_full_name": sender.full_name,
        "sender_email": sender.email,
        "sender_realm_str": "zulipinternal" if sender.system else "zulip",
        "display_recipient": _recipients(organisation, message),
        "type": "private" if message.stream_id is None else "stream",
        "avatar_url": None if gravatar else avatar(sender),
        "content_type": "text/html" if markdown else "text/x-markdown",
    }
    if message.stream_id is not None:
        answer["stream_id"] = message.stream_id
    if message.history:
        if organisation.settings.show_history:
            answer["edit_history"] = message.history
        if message.edited is not None:
            answer["last_edit_timestamp"] = message.edited
        if message.moved is not None:
            answer["last_moved_timestamp"] = message.moved
    return answer


def shown_topic(organisation: Organisation, message: Message, empty_topics: bool) -> str:
    """The topic as this client gets it."""
    if message.stream_id is not None and not message.topic and organisation.since(334) and not empty_topics:
        return NO_TOPIC
    return message.topic


def _recipients(organisation: Organisation, message: Message) -> str | list[dict[str, Any]]:
    if message.stream_id is not None:
        return organisation.channels[message.stream_id].name
    people = (organisation.people[one] for one in message.people)
    return [
        {"id": one.user_id, "email": one.email, "full_name": one.full_name, "is_mirror_dummy": False}
        for one in people
    ]


def flags_of(organisation: Organisation, person: Person, message: Message) -> list[str]:
    """The flags as this person's `GET /messages` shows them."""
    row = message.rows.get(person.user_id)
    return ["read", "historical"] if row is None else with_new_names(organisation, row)


def with_new_names(organisation: Organisation, flags: list[str]) -> list[str]:
    """Level 224 split `wildcard_mentioned` in two; the old name stays beside the new ones."""
    wild = {"stream_wildcard_mentioned", "topic_wildcard_mentioned"}
    if not wild & set(flags):
        return list(flags)
    kept = list(flags) if organisation.since(224) else [one for one in flags if one not in wild]
    return [*kept, "wildcard_mentioned"]
