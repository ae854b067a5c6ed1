"""Walking a recording: the recorded requests with our ids in them, and our answers held against the recorded ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip

RECORDED_BASE = "http://127.0.0.1:9991"
PEOPLE = (
    ("owner", "Olivia Owner", 100),
    ("alice", "Alice Member", 400),
    ("bob", "Bob Member", 400),
    ("carol", "Carol Member", 400),
    ("guest", "Gus Guest", 600),
)

FREE = {
    "timestamp", "date_joined", "date_created", "avatar_url", "avatar_url_medium", "color", "email_address",
    "first_message_id", "max_id", "max_message_id", "api_key", "recipient_id", "realm_icon", "realm_description",
    "realm_name", "realm_uri", "authentication_methods", "external_authentication_methods", "email_auth_enabled",
    "anchor", "scheduled_delivery_timestamp", "last_edit_timestamp", "edit_timestamp", "create_time",
    "upload_space_used", "retry-after", "content_html_diff", "url", "uri", "path_id", "subscriber_count", "size",
    "server_generation", "server_emoji_data_url",
    "server_inline_url_embed_preview", "rendered_description", "description", "submessage_id", "found_oldest",
}  # fmt: skip
"""Values that depend on the moment or the machine: only their type is compared."""
IDS = {
    "message_id": "message", "stream_id": "stream", "new_stream_id": "stream", "queue_id": "queue",
    "group_id": "group", "messages": "message", "message_ids": "message", "stream_ids": "stream",
    "direct_subgroup_ids": "group", "user_ids": "user", "subscribers": "user", "members": "user",
}  # fmt: skip
"""Which kind of thing a number, or a list of numbers, stands for."""
HASH = re.compile(r"\b[0-9a-f]{7}(?=!DEACTIVATED:)")
FILE = re.compile(r"/user_uploads/(\d+/\w\w/[\w-]{24}/[^)\"\s<>]+)")
CUT = re.compile(r"^(?P<start>.*?)(?P<fill>.)…<(?P<length>\d+) characters>$", re.DOTALL)


@dataclass
class Replay:
    """One recording being walked."""

    name: str
    base: str
    server: Zulip
    world: World
    http: httpx.Client
    ids: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """Kind and recorded id → ours."""
    files: dict[str, str] = field(default_factory=dict)
    queues: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a recorded queue → who polls it and its id here."""
    seen: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    # Sending a recorded request

    def auth(self, who: str, number: int) -> dict[str, str]:
        """The header of the recorded caller, right or wrong."""
        people = {one.full_name: one for one in self.server.core.organisation.people.values()}
        names = {short: name for short, name, _ in PEOPLE} | {
            "alicehelper-bot": "alice helper",
            "social-bot": "social-bot",
            "rate-bot": "rate-bot",
        }
        bot = people.get("social-bot") or people.get("social-bot2")
        if who == "anonymous":
            return {"Authorization": "Bearer abc"} if (self.name, number) == ("15", 7) else {}
        if who == "malformed authorization header":
            return {"Authorization": "Basic !!!"}
        if who == "social-bot (wrong key)":
            key = "short" if (self.name, number) == ("15", 2) else "x" * 32
            return basic("social-bot@zulipdev.com", key)
        if who == "nobody@example.com" or (self.name, number) == ("15", 4):
            return basic("alice@example.com" if who == "alice" else who, people["social-bot"].api_key)
        if (self.name, number) == ("21", 21):
            return basic("social-bot@zulipdev.com", "y" * 32)
        person = bot if bot is not None and who == "social-bot" else people[names[who]]
        return basic(person.email, person.api_key)

    def send(self, step: dict[str, Any]) -> httpx.Response:
        """The recorded request, with our ids in the place of the recorded ones."""
        request = step["request"]
        headers = self.auth(step["as"], step["n"]) | {"User-Agent": request["user_agent"]}
        options: dict[str, Any] = {}
        form = {key: self.mine(key, value, request) for key, value in (request.get("form") or {}).items()}
        query = {key: self.mine(key, value, request) for key, value in (request.get("query") or {}).items()}
        if request["path"] == "/api/v1/events" and request["method"] == "GET":
            query["dont_block"] = "true"
        if "multipart" in request:
            options["files"] = [upload(line, request) for line in request["multipart"]]
        elif form:
            options["data"] = form
        elif "body" in request:
            options["content"] = b'{"type": "stream"}'
            headers["Content-Type"] = "application/json"
        path = self.path(unquote(request["path"]), query)
        return self.http.request(
            request["method"], f"{self.base}{path}", params=query or None, headers=headers, **options
        )

    def path(self, path: str, query: dict[str, str]) -> str:
        """A recorded path with our ids."""
        if "api_key" in query:
            query["api_key"] = next(
                one.api_key
                for one in self.server.core.organisation.people.values()
                if one.full_name == "social-bot"
            )
        if path.startswith("/user_uploads/temporary/"):
            return self.files["temporary"]
        path = self.with_files(path)
        kinds = {"messages": "message", "streams": "stream", "user_groups": "group", "users/me": "stream"}
        for place, kind in kinds.items():
            match = re.match(rf"(/api/v1/{place}/)(\d+)(.*)", path)
            if match:
                return f"{match[1]}{self.our(kind, int(match[2]))}{match[3]}"
        return quote(path)

    def mine(self, key: str, value: str, request: dict[str, Any]) -> str:
        """One recorded parameter, as it must be here."""
        if key == "content" and (cut := CUT.match(value)):
            closing = "\n```" if value.startswith("```") else ""
            fill = cut["fill"] * (int(cut["length"]) - len(cut["start"]) - len(closing))
            return cut["start"] + fill + closing
        kinds = {"message_id": "message", "stream_id": "stream", "group_id": "group", "anchor": "message"}
        if key == "to" and request.get("form", {}).get("type") == "stream":
            kinds["to"] = "stream"
        if key in kinds and value.isdigit():
            return str(self.our(kinds[key], int(value)))
        if key == "queue_id":
            return str(self.our("queue", value))
        lists = {"messages": "message"}
        if request["path"].endswith("/subgroups"):
            lists |= {"add": "group", "delete": "group"}
        if key in lists:
            return json.dumps([self.our(lists[key], one) for one in json.loads(value)])
        if key == "narrow":
            return re.sub(r"(?<=\"id\", \")\d+|(?<=\"id\", \"operand\": )\d+", self._id_text, value)
        return self.text(value) if key == "content" else self.with_files(value)

    def our(self, kind: str, recorded: Any) -> Any:
        """Our id for a recorded one."""
        return self.ids.get((kind, recorded), recorded)

    def _id_text(self, match: re.Match[str]) -> str:
        return str(self.our("message", int(match[0])))

    def with_files(self, text: str) -> str:
        """Our addresses of files in the place of the recorded ones."""
        return FILE.sub(lambda match: "/user_uploads/" + self.files.get(match[1], match[1]), text)

    # Comparing

    def same(self, key: str, theirs: Any, ours: Any, where: str) -> None:
        """Does our value stand for theirs?"""
        where = f"{where}.{key}"
        if key in IDS and not isinstance(theirs, (dict, list)):
            self.match(IDS[key], theirs, ours, where)
        elif isinstance(theirs, dict):
            assert isinstance(ours, dict), where
            assert set(ours) == set(theirs), f"{where}: keys"
            for name, value in theirs.items():
                if name == "id":
                    self.match(kind_of(theirs), value, ours[name], where)
                elif theirs.get("property") == "email_address" and name == "value":
                    assert "show-sender" in ours[name], where
                elif name not in FREE or value is None or ours[name] is None:
                    self.same(name, value, ours[name], where)
                else:
                    assert type(ours[name]) is type(value), f"{where}.{name}"
        elif isinstance(theirs, list):
            self.same_list(key, theirs, ours, where)
        elif key in FREE:
            assert (ours is None) == (theirs is None), where
        elif isinstance(theirs, str):
            assert HASH.sub("", ours) == HASH.sub("", self.text(theirs)), where
        else:
            assert ours == theirs, where

    def same_list(self, key: str, theirs: list[Any], ours: list[Any], where: str) -> None:
        """Lists are compared one by one; lists of ids as sets, because the real order is arbitrary."""
        assert isinstance(ours, list), where
        if key in IDS and all(isinstance(one, int) for one in theirs):
            assert len(ours) == len(theirs), where
            assert {self.our(IDS[key], one) for one in theirs} == set(ours), where
            return
        assert len(ours) == len(theirs), f"{where}: {len(ours)} instead of {len(theirs)}"
        if key in {"display_recipient", "members", "bots", "streams", "subscriptions", "realm_users"}:
            theirs, ours = sorted(theirs, key=named), sorted(ours, key=named)
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            self.same(key if not isinstance(one, dict) else "", one, other, f"{where}[{index}]")

    def match(self, kind: str, theirs: Any, ours: Any, where: str) -> None:
        """Ids stand for one another, one to one; those of people are the same."""
        if kind == "user":
            assert ours == theirs, where
        else:
            assert self.ids.setdefault((kind, theirs), ours) == ours, where

    def text(self, recorded: str) -> str:
        """A recorded text as it would read here."""
        text = self.with_files(recorded.replace(RECORDED_BASE, self.base))
        text = re.sub(r"(?<=/near/)\d+", self._id_text, text)
        return re.sub(r"(?<=Bad event queue ID: )[\w:-]+", lambda m: str(self.our("queue", m[0])), text)


def kind_of(one: dict[str, Any]) -> str:
    """What the `id` in this object stands for."""
    if "is_mirror_dummy" in one or "full_name" in one:
        return "user"
    if "is_system_group" in one:
        return "group"
    return "submessage" if "msg_type" in one else "message"


def named(one: Any) -> str:
    return str(one.get("name") or one.get("email")) if isinstance(one, dict) else str(one)


def basic(email: str, key: str) -> dict[str, str]:
    return {"Authorization": httpx.BasicAuth(email, key)._auth_header}


def upload(line: str, request: dict[str, Any]) -> tuple[str, tuple[str, bytes, str]]:
    """A file part as it was recorded: its names, its kind and about its size."""
    name, filename = re.findall(r'name="([^"]*)"', line)
    size = {27263122: 26 * 1024 * 1024, 26214550: 25 * 1024 * 1024}.get(request["content_length"], 98)
    kinds = {"png": "image/png", "txt": "text/plain", "html": "text/html", "svg": "image/svg+xml"}
    mime = kinds.get(filename.rpartition(".")[2], "application/octet-stream")
    return name, (filename, b"x" * size, mime)


@contextmanager
def replaying() -> Iterator[Replay]:
    """A fresh organisation with the recorded people, on the recorded server's level."""
    world = World()
    made: list[Zulip] = []

    def build(base: str) -> Any:
        made.append(Zulip(world, base=base))
        return made[0].app

    with serving(build) as base, httpx.Client(timeout=20) as http:
        server = made[0]
        people = [
            server.add_person(full_name, f"{short}@example.com", role=role)
            for short, full_name, role in PEOPLE
        ]
        general = server.add_channel("general", people)
        server.say(people[0], general, "greetings", "Hello")
        server.add_channel("core team", people[:1], private=True)
        yield Replay("", base, server, world, http)
    world.shelf.close()


@pytest.fixture
def replay() -> Callable[[], AbstractContextManager[Replay]]:
    """Begin a fresh organisation to walk recordings in."""
    return replaying
