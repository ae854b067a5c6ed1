"""The stand-ins in a process of their own, so that they take no turn of the interpreter from what is measured.

Told what to do by lines of JSON on standard input (`place.Place.ask`); it answers by lines on standard output.
Times are those of the machine's monotonic clock, which all processes share.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox import accounts
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.wire import who
from bot.sandbox.world import World
from bot.sandbox.zulip import api_edit, api_reactions, api_send
from bot.sandbox.zulip.shapes import message_json
from bot.sandbox.zulip.web import Call, Params

PLATFORMS = ("mastodon", "x", "linkedin", "youtube")
WITHOUT_END = 10**9
"""A limit that is none: what a platform allows in a day is its own affair."""


class Watch:
    """Stands before the application and notes the requests of one bot, and all that comes to the platforms."""

    def __init__(self, app: ASGIApp, email: str) -> None:
        self._app = app
        self._email = email
        self.bodies = False
        """Whether what was sent and answered is noted too, so that it can be sent again."""
        self.noted: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._concerns(scope):
            await self._app(scope, receive, send)
            return
        note = {
            "began": time.monotonic(),
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "status": 0,
            "ended": 0.0,
        }
        self.noted.append(note)
        sent, answered = bytearray(), bytearray()

        async def heard() -> Message:
            message = await receive()
            if self.bodies:
                sent.extend(message.get("body", b""))
            return message

        async def told(message: Message) -> None:
            note["status"] = message.get("status", note["status"])
            if self.bodies:
                answered.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, heard, told)
        note["ended"] = time.monotonic()
        if self.bodies:
            note |= {"body": sent.decode("latin-1"), "answer": answered.decode(errors="replace")}

    def _concerns(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith(tuple(f"/{one}/" for one in PLATFORMS)) or who(scope) == self._email


class Town:
    """The stand-ins, and everything they can be told to do."""

    def __init__(self, folder: Path, base: str) -> None:
        self.world = World()
        self.sandbox = Sandbox(self.world, base)
        self.watch = Watch(self.sandbox.app, self.sandbox.scene.bot["email"])
        self._zulip = self.sandbox.zulip
        scene = self.sandbox.scene
        organisation = self._zulip.core.organisation
        self._people = {one["name"]: organisation.people[one["user_id"]] for one in scene.people}
        self._channel = organisation.channels[scene.channels[0]["stream_id"]]
        self._config = folder / "zuliprc"

    def facts(self) -> dict[str, Any]:
        """What the bot's file says, and who lives here."""
        scene = self.sandbox.scene
        me = scene.bot
        sections = accounts.sections(self.sandbox.base, (me["email"], me["api_key"]), self.sandbox.tokens())
        return {
            "base": self.sandbox.base,
            "sections": {name: dict(keys) for name, keys in sections.items()},
            "people": {one["name"]: one for one in scene.people},
            "bot": me,
            "channel_id": self._channel.stream_id,
        }

    # -- people --------------------------------------------------------------------------------------------

    def say(self, name: str, texts: list[str]) -> list[int]:
        """Somebody writes all these at once, each in one of twenty topics; the ids."""
        with self._zulip.core.lock:
            return [
                self._zulip.say(self._people[name], self._channel, f"posts {number % 20}", text).id
                for number, text in enumerate(texts)
            ]

    def react(self, name: str, ids: list[int], emoji: str = "+1") -> None:
        """Somebody puts an emoji on each of these messages, all at once."""
        with self._zulip.core.lock:
            for one in ids:
                call = Call(self._people[name], Params({"emoji_name": emoji}), {"id": str(one)})
                api_reactions.add(self._zulip.core, call)

    def whisper(self, name: str, texts: list[str]) -> None:
        """Somebody writes all these to the bot directly."""
        with self._zulip.core.lock:
            for text in texts:
                asked = {
                    "type": "direct",
                    "to": json.dumps([self.sandbox.scene.bot["user_id"]]),
                    "content": text,
                }
                api_send.send(self._zulip.core, Call(self._people[name], Params(asked), {}))

    def unreact(self, name: str, ids: list[int], emoji: str = "+1") -> None:
        """Somebody takes an emoji away from each of these messages."""
        with self._zulip.core.lock:
            for one in ids:
                call = Call(self._people[name], Params({"emoji_name": emoji}), {"id": str(one)})
                api_reactions.remove(self._zulip.core, call)

    def delete(self, name: str, ids: list[int]) -> None:
        """Somebody deletes these messages of theirs."""
        with self._zulip.core.lock:
            for one in ids:
                api_edit.delete(self._zulip.core, Call(self._people[name], Params({}), {"id": str(one)}))

    def stranger(self, name: str) -> None:
        """Somebody new, in the channel."""
        row = self._zulip.add_person(name, email=f"{name}@sandbox.example")
        self._zulip.subscribe(self._channel, row)
        self._people[name] = row

    def edit(self, name: str, message: int, text: str) -> None:
        """Somebody edits a message of theirs."""
        with self._zulip.core.lock:
            api_edit.edit(
                self._zulip.core, Call(self._people[name], Params({"content": text}), {"id": str(message)})
            )

    def toggle(self, name: str, message: int, times: int) -> None:
        """Somebody puts an emoji there and takes it away, so many times in all."""
        with self._zulip.core.lock:
            for number in range(times):
                call = Call(self._people[name], Params({"emoji_name": "+1"}), {"id": str(message)})
                (api_reactions.remove if number % 2 else api_reactions.add)(self._zulip.core, call)

    def upload(self, name: str, path: str, mime: str) -> str:
        """Somebody's file; what a message links to."""
        file = Path(path)
        return (
            f"/user_uploads/{self._zulip.upload(self._people[name], file.name, mime, file.read_bytes()).path}"
        )

    def feed(self, events: list[dict[str, Any]]) -> None:
        """Give these events to the bot's queue; `{"message": ID}` stands for the whole message."""
        core = self._zulip.core
        me = self.sandbox.scene.bot["user_id"]
        with core.lock:
            for event in events:
                known = core.organisation.messages.get(event.get("message", 0))
                if known is not None:
                    event["message"] = message_json(core.organisation, known, markdown=False, gravatar=True)
                    event["flags"] = []
                core.tell(event, [me])

    def listens(self) -> bool:
        """Whether a bot has opened an event queue."""
        return bool(self._zulip.core.queues._queues)

    def forget(self) -> None:
        """Drop the event queues that somebody left behind."""
        with self._zulip.core.lock:
            self._zulip.core.queues.gone()

    def backlog(self) -> int:
        """How many events the bot has not taken yet."""
        with self._zulip.core.lock:
            return sum(len(one.events) for one in self._zulip.core.queues._queues.values())

    # -- the world -----------------------------------------------------------------------------------------

    def limits(self, *, on: bool, a_minute: int = 200, used: int = 0) -> None:
        """Zulip's limit of requests; `used` of the bot's are used up already, in this moment."""
        rate = self._zulip.core.rate
        rate.on, rate.LIMIT = on, a_minute
        rate._calls.clear()
        rate._calls[self.sandbox.scene.bot["user_id"], "api"] = deque([time.monotonic()] * used)

    def generous(self) -> None:
        """Lift what the platforms allow in a day."""
        from bot.sandbox.youtube import core as youtube

        youtube.UPLOADS_A_DAY = youtube.UNITS_A_DAY = WITHOUT_END
        for service in self.sandbox.platforms.values():
            for bucket in getattr(service, "buckets", {}).values():
                bucket.limit = WITHOUT_END

    def room_for(self, size: int) -> None:
        """Let Zulip and Mastodon take a film of so many bytes, as servers of one's own may."""
        from bot.sandbox.mastodon import entities, media

        for room in (entities, media):
            room.VIDEO_BYTES = size  # type: ignore[attr-defined]  # a name it imported
        self._zulip.core.organisation.settings.largest_mib = 1024

    def slow(self, service: str, delay_s: float, method: str = "POST", path: str | None = None) -> None:
        """Let a service's next request of this kind be answered late."""
        order = {"service": service, "fault": "delay", "delay_s": delay_s, "method": method}
        self.sandbox.faults.add(order | ({"path": path} if path else {}))

    def clock(self, to: str | None = None) -> str:
        """The sandbox's time, moved there."""
        clock = self.world.clock
        return (clock.to(datetime.fromisoformat(to)) if to else clock.now()).isoformat()

    def out(self) -> dict[str, int]:
        """How many posts a reader sees, by service."""
        counted: dict[str, int] = {}
        for one in self.world.posts():
            counted[one["service"]] = counted.get(one["service"], 0) + 1
        return counted

    # -- what was seen -------------------------------------------------------------------------------------

    def note(self, *, bodies: bool = False) -> float:
        """Note requests from now on; what was noted before is forgotten. Returns when that was."""
        self.watch.noted = [one for one in self.watch.noted if not one["ended"]]  # a poll that waits goes on
        self.watch.bodies = bodies
        return time.monotonic()

    def noted(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """The requests that were answered meanwhile, of this kind; what was waited for with them is left out."""
        return [
            one
            for one in list(self.watch.noted)
            if one["ended"] and one["method"].startswith(method) and path in one["path"]
        ]

    def count(self, method: str = "", path: str = "") -> int:
        """How many of them there are."""
        return len(self.noted(method, path))

    def wait(self, method: str, path: str, number: int, longest_s: float) -> float:
        """Wait until so many requests of this kind were answered; when the last of them was."""
        deadline = time.monotonic() + longest_s
        while time.monotonic() < deadline:
            found = self.noted(method, path)
            if len(found) >= number:
                return float(sorted(one["ended"] for one in found)[number - 1])
            time.sleep(0.02)
        raise TimeoutError(f"{len(self.noted(method, path))} of {number} × {method} {path} in {longest_s} s")

    def once(self, name: str, text: str, path: str = "/api/v1/messages", longest_s: float = 30) -> float:
        """Somebody writes this: seconds until the bot's answer (a POST there) has come."""
        began = self.note(bodies=True)
        self.say(name, [text])
        while time.monotonic() < began + longest_s:
            found = [one for one in list(self.watch.noted) if one["method"] == "POST" and path == one["path"]]
            if found and found[0]["ended"]:
                return float(found[0]["ended"]) - began
            time.sleep(0.0005)
        raise TimeoutError(text)


def obey(town: Town, lines: Iterable[str]) -> None:
    """Do what is asked, line by line, until there is no more."""
    for line in lines:
        order = json.loads(line)
        try:
            answer = {"ok": getattr(town, order.pop("do"))(**order)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until standard input is closed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    town = Town(Path(sys.argv[1]), f"http://127.0.0.1:{port}")
    with serving(lambda _base: town.watch, port):
        obey(town, sys.stdin)
    town.world.shelf.close()


if __name__ == "__main__":
    main()
