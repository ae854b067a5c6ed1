"""Reading messages: one, a range around an anchor, the history of one, and marking them."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.sandbox.zulip import narrows
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal, invalid_message
from bot.sandbox.zulip.rows import Message
from bot.sandbox.zulip.shapes import flags_of, message_json
from bot.sandbox.zulip.web import Call

MOST = 5000
NEWEST = 10_000_000_000_000_000
"""The anchor that means the newest message."""
_OUTSIDE_TAGS = re.compile(r"(<[^>]*>)")


def one(core: Core, call: Call) -> dict[str, Any]:
    """`GET /messages/{id}`."""
    message = core.organisation.message(call.person, call.number("id"))
    shown = _shown(core, call, message, markdown=call.params.flag("apply_markdown", True))
    return {"message": shown, "raw_content": message.content}


def _shown(
    core: Core, call: Call, message: Message, *, markdown: bool, gravatar: bool = True
) -> dict[str, Any]:
    empty = core.since(334) and call.params.flag("allow_empty_topic_name")
    shown = message_json(core.organisation, message, markdown=markdown, gravatar=gravatar, empty_topics=empty)
    shown["flags"] = flags_of(core.organisation, call.person, message)
    return shown


def some(core: Core, call: Call) -> dict[str, Any]:
    """`GET /messages`."""
    params, organisation = call.params, core.organisation
    anchor = params.text("anchor")
    ids = params.listed("message_ids", int) if core.since(300) else None
    include = params.flag("include_anchor", True)
    optional = 0 if ids is not None else None
    before, after = params.natural("num_before", optional), params.natural("num_after", optional)
    terms = narrows.read(params)
    markdown, gravatar = params.flag("apply_markdown", True), params.flag("client_gravatar", True)
    if before + after > MOST:
        raise Refusal(f"Too many messages requested (maximum {MOST}).")
    if not include and before > 0 and after > 0:
        raise Refusal("The anchor can only be excluded at an end of the range")
    narrow = narrows.Narrow(organisation, call.person, terms)
    fitting = sorted((m for m in organisation.messages.values() if narrow.fits(m)), key=lambda m: m.id)
    if ids is not None:
        chosen = [
            m for m in organisation.messages.values() if m.id in ids and organisation.can_read(call.person, m)
        ]
        range_facts: dict[str, Any] = {"history_limited": False}
    else:
        chosen, range_facts = _range(call, fitting, anchor, before, after, include=include)
    shown = []
    for message in chosen:
        item = _shown(core, call, message, markdown=markdown, gravatar=gravatar)
        if narrow.words:
            item |= {
                "match_content": _marked(message.rendered, narrow.words),
                "match_subject": _marked(html.escape(message.topic), narrow.words),
            }
        shown.append(item)
    return {"messages": shown, **range_facts}


def _range(
    call: Call, fitting: list[Message], raw: str | None, before: int, after: int, *, include: bool
) -> tuple[list[Message], dict[str, Any]]:
    anchor = _anchor(call, fitting, raw)
    earlier = [m for m in fitting if m.id < anchor]
    at = [m for m in fitting if m.id == anchor and include]
    later = [m for m in fitting if m.id > anchor]
    first = earlier[max(0, len(earlier) - before) :] if before else []
    last = later[:after]
    found_oldest = anchor <= 0 or len(first) < before
    found_newest = anchor >= NEWEST or len(last) < after
    facts = {
        "found_anchor": bool(at),
        "found_oldest": found_oldest,
        "found_newest": found_newest,
        "history_limited": False,
        "anchor": anchor,
    }
    return [*first, *at, *last], facts


def _anchor(call: Call, fitting: list[Message], raw: str | None) -> int:
    if raw is None or raw == "first_unread":
        me = call.person.user_id
        unread = (m.id for m in fitting if "read" not in m.rows.get(me, ["read"]))
        return next(unread, NEWEST)
    if raw == "newest":
        return NEWEST
    if raw == "oldest":
        return 0
    if raw == "date":
        raise Refusal("The sandbox does not know the anchor 'date'.")
    try:
        return min(int(raw), NEWEST)
    except ValueError:
        raise Refusal("Invalid anchor") from None


def _marked(rendered: str, words: list[str]) -> str:
    pattern = re.compile("|".join(re.escape(html.escape(word)) for word in words), re.IGNORECASE)
    parts = _OUTSIDE_TAGS.split(rendered)
    for index in range(0, len(parts), 2):
        parts[index] = pattern.sub(r'<span class="highlight">\g<0></span>', parts[index])
    return "".join(parts)


def history(core: Core, call: Call) -> dict[str, Any]:
    """`GET /messages/{id}/history`: what it said before, oldest first."""
    if not core.organisation.settings.show_history:
        raise Refusal("Message edit history is disabled in this organization")
    message = core.organisation.message(call.person, call.number("id"))
    topic, content, rendered = message.topic, message.content, message.rendered
    told: list[dict[str, Any]] = []
    for entry in message.history:
        item: dict[str, Any] = {
            "content": content,
            "rendered_content": rendered,
            "timestamp": entry["timestamp"],
            "topic": topic,
            "user_id": entry["user_id"],
        }
        if "prev_content" in entry:
            was, now = entry["prev_rendered_content"], rendered
            item |= {
                "prev_content": entry["prev_content"],
                "prev_rendered_content": was,
                "content_html_diff": _difference(was, now),
            }
            content, rendered = entry["prev_content"], was
        if "prev_topic" in entry:
            item["prev_topic"] = topic = entry["prev_topic"]
        if "prev_stream" in entry:
            item["prev_stream"] = entry["prev_stream"]
        told.insert(0, item)
    first = {
        "content": content,
        "rendered_content": rendered,
        "timestamp": message.timestamp,
        "topic": topic,
        "user_id": message.sender_id,
    }
    return {"message_history": [first, *told]}


def _difference(was: str, now: str) -> str:
    if was == now:
        return f"<div>{now}</div>"
    inserted, deleted = "highlight_text_inserted", "highlight_text_deleted"
    return f'<div><span class="{inserted}">{now}</span> <span class="{deleted}">{was}</span></div>'


def mark(core: Core, call: Call) -> dict[str, Any]:
    """`POST /messages/flags`: read and starred."""
    ids = call.params.listed("messages", int) or []
    op, flag = call.params.required("op"), call.params.required("flag")
    if op not in {"add", "remove"}:
        raise Refusal(f"Invalid message flag operation: '{op}'")
    if flag not in {"read", "starred", "collapsed"}:
        raise Refusal(f"Flag not editable: '{flag}'")
    changed = []
    for message_id in ids:
        message = core.organisation.messages.get(message_id)
        if message is None:
            raise invalid_message()
        row = message.rows.get(call.person.user_id)
        if row is None:
            continue
        if op == "add" and flag not in row:
            row.append(flag)
        elif op == "remove" and flag in row:
            row.remove(flag)
        core.organisation.save(message)
        changed.append(message_id)
    event = {
        "type": "update_message_flags",
        "op": op,
        "operation": op,
        "flag": flag,
        "messages": changed,
        "all": False,
    }
    core.tell(event, [call.person.user_id])
    return {"messages": changed}
