"""What happens to channels: made, subscribed to, renamed, closed; and the events that tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.rows import Channel, Person
from bot.sandbox.zulip.shapes import subscription_json
from bot.sandbox.zulip.speaking import notify

EVENTS_TOPIC = {False: "stream events", True: "channel events"}
"""Where the Notification Bot tells what happened to a channel, on the older and the newer server."""


def make(
    core: Core,
    name: str,
    *,
    private: bool = False,
    history_public: bool | None = None,
    description: str = "",
    creator: Person | None = None,
) -> Channel:
    """A new channel without subscribers, told to all who may know of it."""
    organisation = core.organisation
    channel = Channel(
        stream_id=organisation.next("channel"),
        name=name,
        recipient_id=organisation.next("recipient"),
        description=description,
        private=private,
        history_public=(not private) if history_public is None else history_public,
        created=organisation.now(),
        creator_id=creator.user_id if creator else None,
    )
    organisation.channels[channel.stream_id] = channel
    organisation.save(channel)
    core.tell(
        {"type": "stream", "op": "create", "streams": [core.channel_json(channel)]}, core.who_sees(channel)
    )
    return channel


def subscribe(core: Core, channel: Channel, people: Iterable[Person]) -> list[Person]:
    """Those who were not subscribed before are now; gives them."""
    organisation = core.organisation
    before = set(core.who_sees(channel))
    new = [one for one in people if one.user_id not in channel.subscribers]
    for person in new:
        channel.subscribers.append(person.user_id)
        if person.user_id in channel.former:
            channel.former.remove(person.user_id)
    organisation.save(channel)
    for person in new:
        if person.user_id not in before:
            create = {"type": "stream", "op": "create", "streams": [core.channel_json(channel)]}
            core.tell(create, [person.user_id])
        shown = subscription_json(organisation, channel, core.described(channel.description))
        shown["subscribers"] = organisation.active(channel.subscribers)
        core.tell({"type": "subscription", "op": "add", "subscriptions": [shown]}, [person.user_id])
    _tell_peers(core, channel, "peer_add", new)
    return new


def unsubscribe(core: Core, channel: Channel, people: Iterable[Person]) -> list[Person]:
    """The reverse; gives those who were subscribed."""
    gone = [one for one in people if one.user_id in channel.subscribers]
    for person in gone:
        channel.subscribers.remove(person.user_id)
        channel.former.append(person.user_id)
    core.organisation.save(channel)
    left = [{"name": channel.name, "stream_id": channel.stream_id}]
    for person in gone:
        core.tell({"type": "subscription", "op": "remove", "subscriptions": left}, [person.user_id])
    _tell_peers(core, channel, "peer_remove", gone)
    return gone


def _tell_peers(core: Core, channel: Channel, op: str, people: list[Person]) -> None:
    if not people:
        return
    ids = [one.user_id for one in people]
    event = {"type": "subscription", "op": op, "stream_ids": [channel.stream_id], "user_ids": ids}
    core.tell(event, [one for one in core.who_sees(channel) if one not in ids])


def welcome(core: Core, channel: Channel, creator: Person) -> None:
    """The Notification Bot's first message in a channel made by a person."""
    kind = "Private" if channel.private else "Public"
    description = channel.description or "*No description.*"
    text = (
        f"**{kind}** {core.organisation.word} created by @_**{creator.full_name}|{creator.user_id}**. "
        f"**Description:**\n```` quote\n{description}\n````"
    )
    notify(core, channel, EVENTS_TOPIC[core.since(255)], text)


def rename(core: Core, channel: Channel, name: str, by: Person | None = None) -> None:
    """Another name. Who sends by the old one is told that there is no such channel."""
    old = channel.name
    channel.name = name
    core.organisation.save(channel)
    told = core.who_sees(channel)
    event = {"op": "update", "type": "stream", "stream_id": channel.stream_id, "name": old}
    if not core.since(226):
        address = f"{name}.{channel.stream_id:032x}.show-sender@127.0.0.1"
        core.tell({**event, "property": "email_address", "value": address}, told)
    core.tell({**event, "property": "name", "value": name}, told)
    if by is not None:
        text = f"@_**{by.full_name}|{by.user_id}** renamed {core.organisation.word} **{old}** to **{name}**."
        notify(core, channel, EVENTS_TOPIC[core.since(255)], text)


def _access(channel: Channel) -> str:
    if not channel.private:
        return "Public"
    return "Private, shared history" if channel.history_public else "Private, protected history"


def set_private(core: Core, channel: Channel, private: bool, by: Person) -> None:
    """Private (with history only for who was there) or public again."""
    old = _access(channel)
    channel.private, channel.history_public = private, not private
    core.organisation.save(channel)
    event = {
        "op": "update",
        "type": "stream",
        "property": "invite_only",
        "value": private,
        "history_public_to_subscribers": channel.history_public,
        "is_web_public": False,
        "stream_id": channel.stream_id,
        "name": channel.name,
    }
    core.tell(event, core.who_sees(channel))
    text = (
        f"@_**{by.full_name}|{by.user_id}** changed the [access permissions](/help/stream-permissions) "
        f"for this {core.organisation.word} from **{old}** to **{_access(channel)}**."
    )
    notify(core, channel, EVENTS_TOPIC[core.since(255)], text)


def set_policy(core: Core, channel: Channel, policy: int, by: Person) -> None:
    """Who may post (1 everybody, 2 administrators, 3 full members, 4 moderators)."""
    word = core.organisation.word
    names = {
        1: f"All {word} members can post",
        2: "Only organization administrators can post",
        3: "Only organization full members can post",
        4: "Only organization administrators and moderators can post",
    }
    old, channel.post_policy = channel.post_policy, policy
    core.organisation.save(channel)
    event = {
        "op": "update",
        "type": "stream",
        "property": "stream_post_policy",
        "value": policy,
        "stream_id": channel.stream_id,
        "name": channel.name,
    }
    core.tell(event, core.who_sees(channel))
    text = (
        f"@_**{by.full_name}|{by.user_id}** changed the [posting permissions](/help/stream-sending-policy) "
        f"for this {core.organisation.word}:\n\n* **Old permissions**: {names[old]}.\n"
        f"* **New permissions**: {names[policy]}."
    )
    notify(core, channel, EVENTS_TOPIC[core.since(255)], text)


def archive(core: Core, channel: Channel) -> None:
    """Close it for good."""
    told = core.who_sees(channel)
    shown = core.channel_json(channel)
    channel.archived = True
    core.organisation.save(channel)
    event: dict[str, Any] = {"type": "stream", "op": "delete", "streams": [shown]}
    if core.since(343):
        event["stream_ids"] = [channel.stream_id]
        event["streams"] = [{"stream_id": channel.stream_id}]
    core.tell(event, told)
