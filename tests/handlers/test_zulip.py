"""Zulip channels: what is asked of the server, what its answers mean, and that nothing goes out twice."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from datetime import timedelta
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr, ValidationError

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip as Town
from handlers.base import Draft, Options, Outgoing, Rejected, Tools, Unavailable, Uncertain
from handlers.media import Media
from handlers.zulip import Zulip, writing
from handlers.zulip.address import message_address
from handlers.zulip.channel import file_name
from handlers.zulip.settings import ZulipSettings

KEY = "abcdefghijklmnopqrstuvwxyz012345"
BOT = "social-bot@example.com"
TEXT = "**Registration** is open: [the page](https://coderefinery.org) :tada:"
CUT_MARK = "\n[message truncated]"


class Community:
    """The part of a Zulip server that an announcement meets, as it was recorded at feature level 218."""

    def __init__(self, server: Any, clock: Callable[[], Any], level: int = 218) -> None:
        self.server, self.clock, self.level = server, clock, level
        self.channels = {"announcements": 7, "spår & nyheter": 8}
        self.messages: list[dict[str, Any]] = []
        self.uploads: list[tuple[str, bytes]] = []
        self.private: set[int] = set()
        self.limit = 10_000
        self.trouble: dict[str, list[Any]] = {}
        """Path -> what is answered instead, one after the other; a callable is asked."""
        server.rule(self.answer)

    def answer(self, asked: Any) -> Any:
        assert asked.path.startswith("/api/v1/")
        path = asked.path.removeprefix("/api/v1/")
        if waiting := self.trouble.get(f"{asked.method} {path}"):
            reply = waiting.pop(0)
            return reply(asked) if callable(reply) else reply
        if asked.method == "GET" and path.startswith("messages/"):
            return self.server.reply(self.one_message(int(path.removeprefix("messages/")), asked))
        name = f"{asked.method.lower()}_{path.replace('/', '_')}"
        answer = getattr(self, name, None)
        return self.server.reply({"result": "success", "msg": "", **answer(asked)}) if answer else None

    def error(self, msg: str, code: str | None = "BAD_REQUEST", status: int = 400, **more: Any) -> Any:
        return self.server.reply(
            {"result": "error", "msg": msg, **({"code": code} if code else {}), **more}, status
        )

    def get_server_settings(self, _: Any) -> dict[str, Any]:
        return {"zulip_version": "8.0-dev+git", "zulip_feature_level": self.level}

    def get_users_me(self, _: Any) -> dict[str, Any]:
        return {"user_id": 11, "full_name": "social-bot", "email": BOT}

    def post_register(self, _: Any) -> dict[str, Any]:
        return {
            "queue_id": "q",
            "max_message_length": self.limit,
            "max_topic_length": 60,
            "max_file_upload_size_mib": 25,
        }

    def delete_events(self, asked: Any) -> dict[str, Any]:
        assert dict(asked.form) == {"queue_id": "q"}
        return {}

    def get_get_stream_id(self, asked: Any) -> dict[str, Any]:
        found = self.channels.get(asked.query["stream"])
        if found is None:
            return {"result": "error", "code": "BAD_REQUEST", "msg": "Invalid stream name"}
        return {"stream_id": found}

    def get_users_me_subscriptions(self, _: Any) -> dict[str, Any]:
        return {
            "subscriptions": [{"stream_id": 7, "name": "announcements", "invite_only": 7 in self.private}]
        }

    def get_streams(self, _: Any) -> dict[str, Any]:
        return {
            "streams": [
                {"stream_id": number, "name": name, "invite_only": False}
                for name, number in self.channels.items()
                if number not in self.private
            ]
        }

    def one_message(self, number: int, asked: Any) -> dict[str, Any]:
        assert asked.query["apply_markdown"] == "false"
        found = next(one for one in self.messages if one["id"] == number)
        return {"result": "success", "message": found}

    def post_user_uploads(self, asked: Any) -> dict[str, Any]:
        head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = BytesParser(policy=HTTP).parsebytes(head + asked.body).iter_parts()
        name, data = part.get_filename() or "", part.get_payload(decode=True)
        assert isinstance(data, bytes)
        self.uploads.append((name, data))
        return {"uri": f"/user_uploads/2/ab/key{len(self.uploads)}/{name}"}

    def post_messages(self, asked: Any) -> dict[str, Any]:
        form = dict(asked.form)
        assert form.pop("type") == "stream"
        return {"id": self.keep(form["content"], int(form["to"]), form["topic"])}

    def keep(self, content: str, channel: int = 7, topic: str = "announcements", ago: float = 0) -> int:
        if len(content) > self.limit:
            content = content[: self.limit - len(CUT_MARK)] + CUT_MARK
        at = int((self.clock() - timedelta(seconds=ago)).timestamp())
        message = {
            "id": 500 + len(self.messages),
            "content": content.rstrip().lstrip("\n"),
            "subject": topic,
            "stream_id": channel,
            "timestamp": at,
            "sender_email": BOT,
        }
        self.messages.append(message)
        return 500 + len(self.messages) - 1

    def move(self, number: int, topic: str, *, shows_history: bool = True) -> None:
        """As Zulip 8 tells it: the history is left out where the organisation hides it."""
        message = self.messages[number]
        entry = {"user_id": 7, "timestamp": 1, "prev_topic": message["subject"], "topic": topic}
        message |= {"subject": topic, "last_edit_timestamp": 1}
        if shows_history:
            message["edit_history"] = [entry, *message.get("edit_history", [])]

    def edit(self, number: int, content: str, *, shows_history: bool = True) -> None:
        """Likewise."""
        message = self.messages[number]
        entry = {"user_id": 7, "timestamp": 1, "prev_content": message["content"]}
        message |= {"content": content, "last_edit_timestamp": 1}
        if shows_history:
            message["edit_history"] = [entry, *message.get("edit_history", [])]

    def get_messages(self, asked: Any) -> dict[str, Any]:
        narrow = {one["operator"]: one["operand"] for one in json.loads(asked.query["narrow"])}
        assert narrow["sender"] == BOT
        assert asked.query["apply_markdown"] == "false"
        found = [one for one in self.messages if one["stream_id"] == narrow["stream"]]
        return {"messages": found, "found_oldest": True}


@pytest.fixture
def community(server: Any, clock: Any) -> Community:
    return Community(server, clock)


@pytest.fixture
def make(server: Any, tools: Tools) -> Callable[..., Zulip]:
    def build(**more: Any) -> Zulip:
        given = {"site": server.url, "email": BOT, "key": KEY, "channel": "announcements"}
        return Zulip("zulip", ZulipSettings(**(given | more)), tools)

    return build


@pytest.fixture
def zulip(make: Callable[..., Zulip]) -> Zulip:
    return make()


def file(tools: Tools, name: str = "photo.png", alt: str = "", data: bytes = b"png") -> Media:
    return Media(tools.store.put(data), name, "image/png", len(data), alt, 40, 30)


# --- what is prepared


def test_the_text_keeps_its_markup_and_pings_nobody(zulip: Zulip) -> None:
    out = zulip.prepare(Draft(TEXT + " @**Alice|7** @**all**"))
    assert out.parts[0].text == TEXT + " @_**Alice|7** **all**"
    assert out.parts[0].length == len(out.parts[0].text)
    assert (out.limit, out.problems) == (10_000, ())
    assert out.extra == {"channel": "#announcements", "topic": "announcements"}


def test_a_text_too_long_becomes_messages_in_order(zulip: Zulip, tools: Tools) -> None:
    paragraphs = [f"{n} " + "word " * 900 for n in range(5)]
    media = file(tools)
    out = zulip.prepare(Draft("\n\n".join(paragraphs), (media,)))
    assert len(out.parts) == 3
    assert all(part.length <= 10_000 for part in out.parts)
    assert [part.media for part in out.parts] == [(), (), (media,)]
    assert "".join("".join(part.text.split()) for part in out.parts) == "".join("".join(paragraphs).split())
    assert not any(one.error for one in out.problems)
    one = zulip.prepare(Draft("\n\n".join(paragraphs), options=Options(thread=False)))
    assert (len(one.parts), one.problems[0].error) == (1, True)


def test_room_is_kept_for_the_addresses_of_files(zulip: Zulip, tools: Tools) -> None:
    out = zulip.prepare(Draft("x" * 9_950, (file(tools, alt="A map"),)))
    assert [part.text for part in out.parts] == ["x" * 9_950, ""]
    assert all(part.length <= 10_000 for part in out.parts)


@pytest.mark.parametrize("head", ["```python", "````spoiler What we **found**", "~~~quote"])
def test_a_block_that_is_cut_is_closed_and_opened_anew(zulip: Zulip, head: str) -> None:
    fence = head[:4].rstrip("psq")
    body = "\n".join(f"line {n} of the block" for n in range(900))
    out = zulip.prepare(Draft(f"Before\n\n{head}\n{body}\n{fence}\n\nAfter"))
    first, second = (part.text for part in out.parts)
    assert first.startswith("Before")
    assert first.endswith(f"\n{fence}")
    assert second.startswith(f"{head}\n")
    assert second.endswith(f"{fence}\n\nAfter")
    kept = [line for text in (first, second) for line in text.splitlines() if line.startswith("line")]
    assert kept == body.splitlines()
    assert max(len(first), len(second)) <= 10_000


@given(
    st.lists(
        st.sampled_from(["```py", "```", "~~~spoiler a", "~~~", "word " * 30, "", "> quote"]), max_size=80
    )
)
def test_messages_never_grow_past_the_limit(lines: list[str]) -> None:
    out = writing.prepare("zulip", Draft("\n".join(lines)), limit=400, channel="c", topic="t")
    if not any(one.error for one in out.problems):
        assert all(0 < part.length <= 400 for part in out.parts)
        words = sum(part.text.count("word") for part in out.parts)
        assert words == "\n".join(lines).count("word")


@pytest.mark.parametrize("text", ["/me waves", "/poll Tea or coffee?", "/todo list"])
def test_a_text_is_never_an_action(zulip: Zulip, text: str) -> None:
    assert zulip.prepare(Draft(text)).parts[0].text == "&#47;" + text[1:]


def test_nothing_at_all_is_an_error_and_a_file_alone_is_not(zulip: Zulip, tools: Tools) -> None:
    assert zulip.prepare(Draft(" \n")).problems[0].error
    assert zulip.prepare(Draft("", (file(tools),))).problems == ()
    long = zulip.prepare(Draft("", (file(tools, alt="a" * 9_990),)))
    assert (len(long.parts), [one.error for one in long.problems]) == (1, [True])


def test_files_are_made_to_fit_the_server_or_refused(zulip: Zulip, tools: Tools) -> None:
    raw = io.BytesIO()
    Image.effect_noise((200, 200), 90).save(raw, "PNG")
    big = Media(tools.store.put(raw.getvalue()), "big.png", "image/png", len(raw.getvalue()), "x", 200, 200)
    (small,), problems = writing.fitted((big,), tools.store, 20_000)
    assert problems == []
    assert small.size <= 20_000 < big.size
    assert (small.alt, bool(small.note)) == ("x", True)
    film = Media("0" * 64, "talk.mp4", "video/mp4", 26 * 1024 * 1024)
    assert zulip.prepare(Draft("x", (film,))).problems[0].error


def test_alt_texts_are_inert(tools: Tools) -> None:
    label = writing.label(file(tools, alt="@**all** sees [this](x) ```\nnow :tada:"))
    assert not set(label) & set("@*[]`\n")
    assert "sees" in label


# --- sending


def test_an_announcement_goes_out_by_the_channels_number(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    published = zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket())
    assert published.id == "500"
    assert published.url == f"{server.url}/#narrow/stream/7-announcements/topic/announcements/near/500"
    (asked,) = server.to("POST", "/api/v1/messages")
    assert dict(asked.form) == {"type": "stream", "to": "7", "topic": "announcements", "content": TEXT}
    assert asked.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "level, name, topic, expected",
    [
        (249, "news", "a b", "stream/7-news/topic/a.20b"),
        (250, "spår & nyheter", "v1.0 (é)", "channel/7-sp.C3.A5r-.26-nyheter/topic/v1.2E0.20.28.C3.A9.29"),
        (500, "x", "", "channel/7-x/topic/"),
    ],
)
def test_addresses_are_written_as_the_server_writes_them(
    level: int, name: str, topic: str, expected: str
) -> None:
    address = message_address("https://chat.example.org", level, 7, name, topic, 99)
    assert address == f"https://chat.example.org/#narrow/{expected}/near/99"


def test_files_are_uploaded_anew_and_linked(
    zulip: Zulip, community: Community, server: Any, tools: Tools, delivery: Any
) -> None:
    media = (file(tools, alt="Learners [2026]"), file(tools, "notes.png", data=b"two"))
    out = zulip.prepare(Draft(TEXT, media))
    zulip.send(out, delivery.ticket())
    assert community.uploads == [("photo.png", b"png"), ("notes.png", b"two")]
    content = community.messages[0]["content"]
    assert content == (
        f"{TEXT}\n\n[Learners &#91;2026&#93;](/user_uploads/2/ab/key1/photo.png)\n"
        "[notes.png](/user_uploads/2/ab/key2/notes.png)"
    )
    assert len(content) <= out.parts[0].length


def test_newer_servers_name_the_address_of_a_file_url(
    zulip: Zulip, community: Community, server: Any, tools: Tools, delivery: Any
) -> None:
    answer = {
        "result": "success",
        "url": "/user_uploads/2/ab/k/a (1).png",
        "uri": "/old",
        "filename": "a.png",
    }
    community.trouble["POST user_uploads"] = [server.reply(answer)]
    zulip.send(zulip.prepare(Draft("x", (file(tools),))), delivery.ticket())
    assert "(/user_uploads/2/ab/k/a%20%281%29.png)" in community.messages[0]["content"]


@pytest.mark.parametrize(
    "name, mime, expected",
    [
        ("Mein Bild ü (1).png", "image/png", "Mein Bild ü (1).png"),
        ("../../etc/passwd", "image/jpeg", "passwd.jpg"),
        ("photo.webp", "image/png", "photo.png"),
        ("<x>", "image/png", "_x_.png"),
        ("", "video/mp4", "file.mp4"),
    ],
)
def test_a_file_gets_a_name_that_fits_its_content(name: str, mime: str, expected: str) -> None:
    assert file_name(Media("0" * 64, name, mime, 1)) == expected


def test_several_messages_go_out_in_order_and_each_once(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    out = zulip.prepare(Draft("\n\n".join("word " * 900 for _ in range(5))))
    community.trouble["POST messages"] = [
        lambda asked: server.reply({"result": "success", **community.post_messages(asked)}),
        community.error("slow down", "RATE_LIMIT_HIT", 429, **{"retry-after": 49.05}),
    ]
    with pytest.raises(Unavailable) as caught:
        zulip.send(out, delivery.ticket())
    assert caught.value.wait == timedelta(seconds=49.05)
    assert "1 of 3" in str(caught.value)
    assert zulip.send(out, delivery.ticket()).id == "500"
    assert [one["content"] for one in community.messages] == [part.text for part in out.parts]


def test_a_renamed_channel_is_still_found_by_its_number(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    out = zulip.prepare(Draft(TEXT))
    zulip.send(out, delivery.ticket())
    community.channels = {"news": 7}
    delivery.receipt = {}
    assert zulip.send(out, delivery.ticket()).id == "501"


def test_a_number_is_not_looked_up(
    make: Callable[..., Zulip], community: Community, server: Any, delivery: Any
) -> None:
    zulip = make(channel=7)
    zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket())
    assert community.messages[0]["stream_id"] == 7
    assert server.to("GET", "/api/v1/get_stream_id") == []


def test_the_general_chat_has_an_empty_topic(
    make: Callable[..., Zulip], community: Community, server: Any, delivery: Any
) -> None:
    community.level = 334
    zulip = make(topic="")
    out = zulip.prepare(Draft(TEXT))
    assert out.extra["topic"] == "(general chat)"
    zulip.send(out, delivery.ticket())
    assert community.messages[0]["subject"] == ""


def test_a_server_with_a_lower_limit_cuts_nothing(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    out = zulip.prepare(Draft("word " * 1_500))
    community.limit = 5_000
    with pytest.raises(Rejected, match="5000 characters"):
        zulip.send(out, delivery.ticket())
    assert community.messages == []
    assert len(zulip.prepare(Draft("word " * 1_500)).parts) == 2


# --- after a lost answer


def lose(community: Community, server: Any, *, acted: bool, reply: Any = None) -> None:
    """The next message's answer is lost, after or before the server acted."""

    def script(asked: Any) -> Any:
        if acted:
            community.post_messages(asked)
        return reply or server.CUT

    community.trouble["POST messages"] = [script]


@pytest.fixture
def out(zulip: Zulip, tools: Tools) -> Outgoing:
    return zulip.prepare(Draft(TEXT, (file(tools, alt="A (nice) map"),)))


def test_what_was_sent_although_the_answer_was_lost_is_found(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    lose(community, server, acted=True)
    with pytest.raises(Uncertain, match="may be out"):
        zulip.send(out, delivery.ticket())
    community.move(0, topic="✔ announcements")  # somebody resolved the topic meanwhile
    found = zulip.find(out, delivery.ticket())
    assert found is not None
    assert (found.id, found.warnings) == ("500", ())
    assert "topic/.E2.9C.94.20announcements" in found.url
    assert zulip.send(out, delivery.ticket()).id == "500"
    assert len(community.messages) == 1


@pytest.mark.parametrize("topics", [("events",), ("events", "announcements"), ("announcements", "events")])
def test_a_message_is_ours_by_the_topic_that_it_was_posted_to(
    zulip: Zulip, community: Community, server: Any, delivery: Any, topics: tuple[str, ...]
) -> None:
    """The bot itself posts the same words to other topics of a channel."""
    out = zulip.prepare(Draft(TEXT))
    lose(community, server, acted=False)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    community.keep(TEXT, topic=topics[0])
    for topic in (*topics[1:], "✔ " + topics[-1]):
        community.move(0, topic)
    if topics[0] == "announcements":
        found = zulip.find(out, delivery.ticket())
        assert found is not None
        assert found.id == "500"
    else:
        with pytest.raises(Unavailable, match="not to be seen"):
            zulip.find(out, delivery.ticket())


def test_where_the_history_is_hidden_people_say_whose_a_moved_message_is(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    out = zulip.prepare(Draft(TEXT))
    lose(community, server, acted=True)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    community.move(0, "events", shows_history=False)
    with pytest.raises(Uncertain, match="not all of it agrees"):
        zulip.find(out, delivery.ticket())


@pytest.mark.parametrize("level", [200, 365])
@pytest.mark.parametrize("shows_history", [True, False])
@pytest.mark.parametrize("moved", [True, False])
def test_of_an_edited_message_people_say_whose_it_is(
    zulip: Zulip,
    community: Community,
    server: Any,
    delivery: Any,
    level: int,
    shows_history: bool,
    moved: bool,
) -> None:
    community.level = level
    out = zulip.prepare(Draft(TEXT))
    lose(community, server, acted=True)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    community.edit(0, "A text without the typo", shows_history=shows_history)
    if moved:
        community.move(0, "events", shows_history=shows_history)
        community.messages[0]["last_moved_timestamp"] = 1
    with pytest.raises(Uncertain, match="not all of it agrees"):
        zulip.find(out, delivery.ticket())


@pytest.mark.parametrize("shown", ["A card, edited", TEXT])
def test_a_message_that_said_something_else_first_is_another_one(
    zulip: Zulip, community: Community, server: Any, delivery: Any, clock: Any, shown: str
) -> None:
    """The bot's own cards may stand in the same channel, and are edited all day."""
    out = zulip.prepare(Draft(TEXT))
    lose(community, server, acted=False)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    community.keep("A card")
    community.edit(0, "A card, edited")
    community.edit(0, shown)
    clock.ahead(minutes=2)
    assert zulip.find(out, delivery.ticket()) is None


@pytest.mark.parametrize(
    "status, body",
    [(502, b"<html>Bad gateway</html>"), (500, {"result": "error", "msg": "Internal server error"})],
)
def test_an_error_of_the_server_on_the_message_is_uncertain(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any, status: int, body: Any
) -> None:
    lose(community, server, acted=True, reply=server.reply(body, status))
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    assert len(server.to("POST", "/api/v1/messages")) == 1
    assert zulip.find(out, delivery.ticket()) is not None


def test_what_is_certainly_not_there_is_sent_once_more(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any, clock: Any
) -> None:
    community.keep(writing.content(TEXT, out.parts[0].media, ["/user_uploads/2/ab/x/photo.png"]), ago=3600)
    community.keep("Something else")
    lose(community, server, acted=False)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    with pytest.raises(Unavailable):  # the server may still be at work
        zulip.find(out, delivery.ticket())
    clock.ahead(seconds=90)
    assert zulip.find(out, delivery.ticket()) is None
    assert zulip.send(out, delivery.ticket()).id == "502"
    assert len(community.uploads) == 1


def test_a_message_that_the_server_cut_is_found_and_told(
    zulip: Zulip, community: Community, server: Any, delivery: Any
) -> None:
    out = zulip.prepare(Draft("word " * 1_500))

    def script(asked: Any) -> Any:
        community.limit = 5_000
        community.post_messages(asked)
        return server.CUT

    community.trouble["POST messages"] = [script]
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    found = zulip.find(out, delivery.ticket())
    assert found is not None
    assert "cut the message" in found.warnings[0]


@pytest.mark.parametrize(
    "change,words",
    [
        ({"content": "word " * 100 + "\n[message truncated]"}, "cut the message at its end"),
        ({"content": "something else"}, "differs from the approved one"),
        ({"subject": "announceme..."}, "cut the topic to “announceme...”"),
        ({"content": "word " * 1_500 + "\n"}, None),
    ],
)
def test_what_is_stored_is_compared_with_what_was_sent(
    zulip: Zulip, community: Community, server: Any, delivery: Any, change: dict[str, str], words: str | None
) -> None:
    out = zulip.prepare(Draft("word " * 1_500))
    kept = {"id": 500, "content": out.parts[0].text, "subject": "announcements", **change}
    community.trouble["GET messages/500"] = [server.reply({"result": "success", "message": kept})]
    warnings = zulip.send(out, delivery.ticket()).warnings
    assert (warnings == ()) if words is None else (len(warnings) == 1 and words in warnings[0])


@pytest.mark.parametrize("left,asked", [("180", 1), ("160", 0)])
def test_of_a_burst_no_message_is_read_back(
    zulip: Zulip, community: Community, server: Any, delivery: Any, left: str, asked: int
) -> None:
    def script(request: Any) -> Any:
        answer = community.post_messages(request)
        return server.reply(
            {"result": "success", **answer}, X_RateLimit_Limit="200", X_RateLimit_Remaining=left
        )

    community.trouble["POST messages"] = [script]
    zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket())
    assert len([one for one in server.asked if one.path.endswith("/messages/500")]) == asked


@pytest.mark.parametrize("status", [400, 500])
def test_a_message_that_cannot_be_read_back_is_out_all_the_same(
    zulip: Zulip, community: Community, delivery: Any, status: int
) -> None:
    community.trouble["GET messages/500"] = [community.error("Invalid message(s)", status=status)]
    assert zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket()).id == "500"
    assert len(community.messages) == 1


def test_where_it_cannot_be_known_who_may_read_a_channel_counts_as_private(
    zulip: Zulip, community: Community, delivery: Any
) -> None:
    community.trouble["GET users/me/subscriptions"] = [community.error("Not allowed")]
    community.trouble["GET streams"] = [community.error("Not allowed for guest users")]
    published = zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket())
    assert published.url == ""
    assert "private channel" in published.warnings[0]


def test_a_rate_limit_is_told_at_once_and_not_slept_through(
    zulip: Zulip, community: Community, delivery: Any
) -> None:
    began = time.monotonic()
    for call in ("POST register", "GET users/me/subscriptions", "POST messages"):
        community.trouble[call] = [community.error("slow", "RATE_LIMIT_HIT", 429, **{"retry-after": 60})]
        with pytest.raises(Unavailable) as caught:
            zulip.send(zulip.prepare(Draft(TEXT)), delivery.ticket())
        assert caught.value.wait == timedelta(seconds=60)
        community.trouble.clear()
    assert time.monotonic() - began < 2
    assert community.messages == []


def test_where_the_bot_may_not_look_people_are_asked(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    lose(community, server, acted=True)
    with pytest.raises(Uncertain):
        zulip.send(out, delivery.ticket())
    community.trouble["GET messages"] = [
        community.error("Invalid narrow operator: unknown channel", "BAD_NARROW")
    ]
    with pytest.raises(Uncertain, match="Look at the channel"):
        zulip.find(out, delivery.ticket())


def test_a_lost_upload_is_no_doubt(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    community.trouble["POST user_uploads"] = [server.CUT]
    with pytest.raises(Unavailable, match="nothing is out"):
        zulip.send(out, delivery.ticket())
    assert zulip.find(out, delivery.ticket()) is None
    assert zulip.send(out, delivery.ticket()).id == "500"
    assert community.uploads == [("photo.png", b"png")]


# --- refusals


@pytest.mark.parametrize(
    "msg, code, more, word",
    [
        ("Invalid API key", "UNAUTHORIZED", {}, "key"),
        ("Account is deactivated", "USER_DEACTIVATED", {}, "switched the bot off"),
        ("Stream with ID '7' does not exist", "STREAM_DOES_NOT_EXIST", {}, "no channel"),
        (
            "Not authorized to send to stream 'announcements'",
            "BAD_REQUEST",
            {},
            "may not write in #announcements",
        ),
        ("Only organization administrators can send to this stream.", "BAD_REQUEST", {}, "may not write"),
        (
            "You do not have permission to create new topics in this channel.",
            "BAD_REQUEST",
            {},
            "begin a topic",
        ),
        ("Nur Themen", "BAD_REQUEST", {"empty_topic_display_name": "general chat"}, "without a topic"),
        ("no", "TOPIC_WILDCARD_MENTION_NOT_ALLOWED", {}, "mentions everybody"),
        ("Unable to render message", "BAD_REQUEST", {}, "too complicated"),
        ("Etwas anderes", "BAD_REQUEST", {}, "social check"),
    ],
)
def test_refusals_are_told_in_words(
    zulip: Zulip,
    community: Community,
    out: Outgoing,
    delivery: Any,
    msg: str,
    code: str,
    more: Any,
    word: str,
) -> None:
    community.trouble["POST messages"] = [community.error(msg, code, **more)]
    with pytest.raises(Rejected, match=word) as caught:
        zulip.send(out, delivery.ticket())
    assert KEY not in str(caught.value)
    assert delivery.receipt["trying"] is None


def test_an_unknown_channel_is_told_before_anything_is_sent(
    make: Callable[..., Zulip], community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    zulip = make(channel="anouncements")
    with pytest.raises(Rejected, match="no channel “anouncements”"):
        zulip.send(zulip.prepare(Draft("x")), delivery.ticket())
    with pytest.raises(Rejected, match="no channel"):
        zulip.check()


def test_a_file_too_large_for_the_server_is_told(
    zulip: Zulip, community: Community, out: Outgoing, delivery: Any
) -> None:
    community.trouble["POST user_uploads"] = [
        community.error("Uploaded file is larger than the allowed limit of 25 MiB")
    ]
    with pytest.raises(Rejected, match="too large"):
        zulip.send(out, delivery.ticket())


def test_a_closed_port_and_a_page_that_is_no_zulip_are_no_doubt(
    make: Callable[..., Zulip], closed_port: str, server: Any, zulip: Zulip, out: Outgoing, delivery: Any
) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        make(site=closed_port).send(out, delivery.ticket())
    server.on("GET", "/api/v1/server_settings", server.reply(b"<html>", 502))
    with pytest.raises(Unavailable):
        zulip.send(out, delivery.ticket())


def test_a_server_that_moved_is_told(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    community.trouble["POST messages"] = [server.reply(b"", 301, Location=f"{server.url}/elsewhere")]
    with pytest.raises(Rejected, match="`site`"):
        zulip.send(out, delivery.ticket())
    assert server.to("GET", "/elsewhere") == []


# --- check, settings, recordings


def test_check_tells_who_and_warns_of_a_channel_it_does_not_see(
    zulip: Zulip, make: Callable[..., Zulip], community: Community, server: Any
) -> None:
    standing = zulip.check()
    assert (standing.who, standing.warnings) == ("social-bot in #announcements", ())
    assert len(server.to("DELETE", "/api/v1/events")) == 1
    assert "not subscribed" in make(channel="spår & nyheter").check().warnings[0]
    community.trouble["GET users/me"] = [community.error("Invalid API key", "UNAUTHORIZED", 401)]
    with pytest.raises(Rejected, match="key"):
        zulip.check()


def test_check_learns_the_servers_limit(zulip: Zulip, community: Community) -> None:
    community.limit = 20_000
    zulip.check()
    assert zulip.prepare(Draft("x" * 15_000)).limit == 20_000


def test_settings_are_strict_and_show_no_secret() -> None:
    given: dict[str, Any] = {"site": "chat.example.org/", "email": BOT, "key": KEY, "channel": "#news"}
    settings = ZulipSettings(**given)
    assert (settings.site, settings.channel) == ("https://chat.example.org", "news")
    assert KEY not in repr(settings)
    assert ZulipSettings(**(given | {"key": SecretStr(KEY)})).key.get_secret_value() == KEY
    for wrong in ({"topic": "x" * 61}, {"topic": "a\nb"}, {"channel": " "}):
        with pytest.raises(ValidationError):
            ZulipSettings(**(given | wrong))


def test_recorded_refusals_of_a_real_server_are_all_understood(
    zulip: Zulip, community: Community, server: Any, out: Outgoing, delivery: Any
) -> None:
    path = Path(__file__).parents[3] / "shared" / "facts" / "recordings" / "zulip" / "15_error_bodies.json"
    if not path.exists():
        pytest.skip("the recordings are not beside this repository")
    seen = 0
    for step in json.loads(path.read_text())["steps"]:
        request, response = step.get("request") or {}, step.get("response") or {}
        if (request.get("method"), request.get("path")) != ("POST", "/api/v1/messages") or response[
            "status"
        ] == 200:
            continue
        community.trouble["POST messages"] = [server.reply(response["body"], response["status"])]
        with pytest.raises(Rejected):
            zulip.send(out, delivery.ticket())
        seen += 1
    assert seen > 5
    assert community.messages == []


def test_real_posts_keep_their_words_and_links(zulip: Zulip) -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "realistic-posts.json"
    if not path.exists():
        pytest.skip("the real posts are not beside this repository")
    for post in json.loads(path.read_text())["posts"]:
        out = zulip.prepare(Draft(post["text"]))
        assert not any(one.error for one in out.problems)
        assert "".join("".join(part.text.split()) for part in out.parts) == "".join(post["text"].split())


# --- against the sandbox's own Zulip, at both ends of what is known


@pytest.mark.parametrize("level", [218, 512])
def test_the_sandboxs_zulip_takes_an_announcement_and_finds_it_again(
    level: Any, tools: Tools, delivery: Any, clock: Any
) -> None:
    world = World()
    world.clock.to(clock())
    towns: list[Town] = []

    def build(base: str) -> Any:
        towns.append(Town(world, base=base, feature_level=level, announcement_channels=("news & views",)))
        return towns[0].app

    with serving(build) as base:
        owner = towns[0].add_person("Olivia", "olivia@example.org")
        bot = towns[0].add_person("social", BOT, bot=True, owner=owner)
        channel = towns[0].add_channel("news & views", [owner, bot])
        given = {"site": base, "email": BOT, "key": bot.api_key, "channel": channel.name, "topic": "v1.0"}
        zulip = Zulip("zulip", ZulipSettings.model_validate(given), tools)
        assert zulip.check().warnings == ()
        raw = io.BytesIO()
        Image.new("RGB", (8, 8)).save(raw, "PNG")
        out = zulip.prepare(
            Draft(TEXT + "\n@**all**", (file(tools, alt="A (small) map", data=raw.getvalue()),))
        )
        published = zulip.send(out, delivery.ticket())
        (post,) = world.posts()
        assert (post["service"], post["id"]) == ("zulip", published.id)
        assert len(post["media"]) == 1
        word = "channel" if level >= 250 else "stream"
        where = f"{word}/{channel.stream_id}-news-.26-views/topic/v1.2E0/near/{published.id}"
        assert published.url == f"{base}/#narrow/{where}"
        # the answer was lost, says the receipt
        trying = {"part": 0, "at": clock().isoformat(), "key": delivery.key}
        delivery.receipt = delivery.saves[-1] | {"out": [], "trying": trying}
        found = zulip.find(out, delivery.ticket())
        assert found == published
        with pytest.raises(Rejected, match="no channel"):
            Zulip("zulip", ZulipSettings.model_validate(given | {"channel": "nowhere"}), tools).check()
