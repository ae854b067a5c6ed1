"""Channels and subscriptions: reading, making, joining, leaving, changing, closing."""

from __future__ import annotations

from typing import Any

from bot.sandbox.zulip import channels
from bot.sandbox.zulip.api_people import administrators_only, not_for_guests
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.deleting import remove
from bot.sandbox.zulip.errors import Refusal, missing
from bot.sandbox.zulip.rows import Channel, Person
from bot.sandbox.zulip.shapes import subscription_json
from bot.sandbox.zulip.web import Call


def _visible(core: Core, call: Call) -> list[Channel]:
    rows = core.organisation.channels.values()
    seen = [one for one in rows if core.organisation.can_see(call.person, one)]
    return sorted(seen, key=lambda one: one.name.lower())


def everyone(core: Core, call: Call) -> dict[str, Any]:
    """`GET /streams`: those the person may know of."""
    return {"streams": [core.channel_json(one) for one in _visible(core, call)]}


def one(core: Core, call: Call) -> dict[str, Any]:
    """`GET /streams/{id}`."""
    return {"stream": core.channel_json(_channel(core, call))}


def _channel(core: Core, call: Call, name: str = "id") -> Channel:
    channel = core.organisation.channels.get(call.number(name))
    if channel is None or not core.organisation.can_see(call.person, channel):
        raise Refusal(f"Invalid {core.organisation.word} ID")
    return channel


def number(core: Core, call: Call) -> dict[str, Any]:
    """`GET /get_stream_id`."""
    name = call.params.required("stream")
    channel = core.organisation.channel_named(name)
    if channel is None or not core.organisation.can_see(call.person, channel):
        raise Refusal(f"Invalid {core.organisation.word} name '{name}'")
    return {"stream_id": channel.stream_id}


def members(core: Core, call: Call) -> dict[str, Any]:
    """`GET /streams/{id}/members`: who is subscribed and in use."""
    return {"subscribers": sorted(core.organisation.active(_channel(core, call).subscribers))}


def topics(core: Core, call: Call) -> dict[str, Any]:
    """`GET /users/me/{stream_id}/topics`: the one written to last comes first."""
    channel = _channel(core, call, "stream_id")
    newest: dict[str, dict[str, Any]] = {}
    for message in core.organisation.messages.values():
        if message.stream_id == channel.stream_id and core.organisation.can_read(call.person, message):
            shown = message.topic
            if core.since(334) and not shown and not call.params.flag("allow_empty_topic_name"):
                shown = "general chat"
            newest[message.topic.lower()] = {"name": shown, "max_id": message.id}
    return {"topics": sorted(newest.values(), key=lambda one: -one["max_id"])}


def subscriptions(core: Core, call: Call) -> dict[str, Any]:
    """`GET /users/me/subscriptions`."""
    wanted = call.params.flag("include_subscribers")
    return {"subscriptions": subscribed(core, call.person, include_subscribers=wanted)}


def subscribed(
    core: Core, person: Person, *, include_subscribers: bool = False, unset: bool | None = None
) -> list[dict[str, Any]]:
    """A person's subscriptions."""
    answer = []
    for channel in sorted(core.organisation.channels.values(), key=lambda one: one.name.lower()):
        if channel.archived or person.user_id not in channel.subscribers:
            continue
        html = core.described(channel.description)
        shown = subscription_json(core.organisation, channel, html, unset=unset)
        if include_subscribers:
            shown["subscribers"] = sorted(core.organisation.active(channel.subscribers))
        answer.append(shown)
    return answer


def _principals(core: Core, call: Call) -> list[Person]:
    value = call.params.json("principals")
    if not value:
        return [call.person]
    people = []
    for one in value:
        person = (
            core.organisation.people.get(one)
            if isinstance(one, int)
            else core.organisation.by_email(str(one))
        )
        if person is None or not person.is_active:
            raise Refusal(f"User not authorized to execute queries on behalf of '{one}'", principal=one)
        people.append(person)
    return people


def join(core: Core, call: Call) -> dict[str, Any]:
    """`POST /users/me/subscriptions`: oneself or others; a channel that is not there is made."""
    not_for_guests(call)
    wanted = call.params.json("subscriptions")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) and "name" in one for one in wanted):
        raise Refusal("subscriptions is not a list")
    private = call.params.flag("invite_only")
    history = call.params.flag("history_public_to_subscribers", not private)
    for name in ("announce", "authorization_errors_fatal"):
        call.params.flag(name)
    people = _principals(core, call)
    done: dict[str, list[str]] = {}
    already: dict[str, list[str]] = {}
    for one in wanted:
        channel = core.organisation.channel_named(one["name"])
        made = channel is None
        if channel is None:
            channel = channels.make(
                core,
                one["name"].strip(),
                private=private,
                history_public=history,
                description=one.get("description", ""),
                creator=call.person,
            )
        elif not core.organisation.can_see(call.person, channel):
            raise Refusal(f"Unable to access {core.organisation.word} ({one['name']}).")
        new = channels.subscribe(core, channel, people)
        for person in people:
            (done if person in new else already).setdefault(_key(core, person), []).append(channel.name)
        if made:
            channels.welcome(core, channel, call.person)
    return {"subscribed": done, "already_subscribed": already}


def _key(core: Core, person: Person) -> str:
    return str(person.user_id) if core.since(289) else person.email  # level 289


def leave(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /users/me/subscriptions`: oneself, one's own bots, or (administrators) others."""
    names = call.params.listed("subscriptions", str)
    if names is None:
        raise missing("subscriptions")
    people = _principals(core, call)
    for person in people:
        own = call.person.user_id in {person.user_id, person.owner_id}
        if not own and not call.person.is_admin:
            raise Refusal("Insufficient permission")
    removed: list[str] = []
    kept: list[str] = []
    for name in names:
        channel = core.organisation.channel_named(name)
        if channel is None or not core.organisation.can_see(call.person, channel):
            word = core.organisation.word.capitalize()
            raise Refusal(f"{word}(s) ({name}) do not exist")
        gone = channels.unsubscribe(core, channel, people)
        (removed if gone else kept).append(channel.name)
    return {"removed": removed, "not_removed": kept}


def change(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /streams/{id}`: name, privacy, who may post; by administrators."""
    params = call.params
    name, private = params.text("new_name"), params.json("is_private")
    policy = None if core.since(333) else params.number("stream_post_policy")
    administrators_only(call)
    channel = _channel(core, call)
    if name is not None:
        if _taken(core, name, channel):
            raise Refusal(f"{core.organisation.word.capitalize()} name already in use.")
        channels.rename(core, channel, name.strip(), call.person)
    if private is not None:
        channels.set_private(core, channel, bool(private), call.person)
    if policy is not None:
        if policy not in {1, 2, 3, 4}:
            raise Refusal("Invalid stream_post_policy")
        channels.set_policy(core, channel, policy, call.person)
    return {}


def _taken(core: Core, name: str, channel: Channel) -> bool:
    other = core.organisation.channel_named(name)
    return other is not None and other is not channel


def archive(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /streams/{id}`."""
    administrators_only(call)
    channels.archive(core, _channel(core, call))
    return {}


def delete_topic(core: Core, call: Call) -> dict[str, Any]:
    """`POST /streams/{id}/delete_topic`."""
    topic = call.params.required("topic_name")
    administrators_only(call)
    messages = core.organisation.in_topic(_channel(core, call).stream_id, topic)
    remove(core, sorted(messages, key=lambda one: -one.id))
    return {"complete": True}
