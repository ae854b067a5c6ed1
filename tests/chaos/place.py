"""One place to try in: the stand-ins in this process, the people, and the bot in a process that may be killed."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import struct
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image
from typing_extensions import override

from bot.sandbox import accounts
from bot.sandbox.published import PRIVATE, Publication
from bot.sandbox.scene import CHANNEL
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from storage.database import Database
from tests.chaos import fused
from tests.chaos.points import Executioner, Point

ROOT: Final = Path(__file__).parents[2]
FORKS = multiprocessing.get_context("forkserver")
"""A server that has everything imported and forks: a start costs a tenth of a second and not one and a half."""
FORKS.set_forkserver_preload(
    [
        *("bot.service", "bot.cli", "bot.login", "handlers.registry", "alembic.command", "tests.chaos.fused"),
        *("httpcore", "h11", "netrc", "cryptography.fernet"),  # what they import only when they need it
    ]
)
STALL_S: Final = 3.0
"""Between two looks never more than this passes, unless the machine stands still."""
_KINDS: Final = {"statement": fused.STATEMENT, "noted": fused.NOTED, "stop": fused.STOP}
_FUSES: Final = {
    ("commit", "before"): fused.BEFORE_COMMIT,
    ("commit", "after"): fused.AFTER_COMMIT,
    ("stop at commit", "before"): fused.STOP_BEFORE,
    ("stop at commit", "after"): fused.STOP_AFTER,
}


UNBOUNDED = (
    "open_drafts",
    "drafts_an_hour",
    "questions_an_hour",
    "orders_an_hour",
    "reactions_a_minute",
    "drafts_a_minute",
    "questions_a_minute",
)


class Chronicle(World):
    """A world that remembers everything that was ever seen in it, also what was deleted later."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[tuple[str, str], Publication] = {}
        """Service and id -> how it first looked to a reader."""

    @override
    def publish(self, publication: Publication) -> None:
        super().publish(publication)
        if publication.privacy != PRIVATE:
            self.seen.setdefault((publication.service, publication.id), publication)


class Person:
    """Somebody at their Zulip."""

    def __init__(self, place: Place, name: str) -> None:
        person = place.sandbox.scene.person(name)
        assert person is not None, name
        self.id: int = person["user_id"]
        self._client = httpx.Client(
            base_url=f"{place.base}/api/v1/", auth=(person["email"], person["api_key"]), timeout=60
        )
        place.open.callback(self._client.close)

    def call(self, method: str, path: str, **form: Any) -> dict[str, Any]:
        params, data = (form, None) if method == "GET" else (None, form)
        body: dict[str, Any] = self._client.request(method, path, params=params, data=data).json()
        if body["result"] != "success" and body.get("code") not in {
            "REACTION_ALREADY_EXISTS",
            "REACTION_DOES_NOT_EXIST",
        }:
            raise AssertionError(body)
        return body

    def says(self, text: str) -> int:
        return int(
            self.call("POST", "messages", type="stream", to=CHANNEL, topic="posts", content=text)["id"]
        )

    def edits(self, message_id: int, text: str) -> None:
        self.call("PATCH", f"messages/{message_id}", content=text)

    def deletes(self, message_id: int) -> None:
        self.call("DELETE", f"messages/{message_id}")

    def reacts(self, message_id: int, emoji: str = "+1") -> None:
        self.call("POST", f"messages/{message_id}/reactions", emoji_name=emoji)

    def unreacts(self, message_id: int, emoji: str = "+1") -> None:
        self.call("DELETE", f"messages/{message_id}/reactions", emoji_name=emoji)

    def uploads(self, name: str, data: bytes) -> str:
        answer = self._client.post("user_uploads", files={"file": (name, io.BytesIO(data))}).json()
        return str(answer.get("url") or answer["uri"])

    def messages(self) -> list[dict[str, Any]]:
        """Everything in the channel as it now stands, oldest first."""
        narrow = json.dumps([{"operator": "stream", "operand": CHANNEL}])
        found = self.call(
            "GET",
            "messages",
            anchor="newest",
            num_before=4000,
            num_after=0,
            narrow=narrow,
            apply_markdown="false",
        )
        return list(found["messages"])


class Place:
    """The stand-ins, the bot's file and data, and the bot."""

    def __init__(self, folder: Path, *, database_url: str = "", tables: Path | None = None) -> None:
        self.folder = folder
        self.open = ExitStack()
        self.world = Chronicle()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.sandbox = Sandbox(self.world, self.base)
        self.sandbox.zulip.settings.edit_limit = None
        scene = self.sandbox.scene
        self.executioner = Executioner(scene.bot["email"], scene.channels[1]["stream_id"])
        self.open.enter_context(serving(lambda _base: self.executioner.around(self.sandbox.app), port))
        self.config = folder / "zuliprc"
        self.database_url = database_url or f"sqlite:///{folder / accounts.BOT_DATA / accounts.DATABASE}"
        self._content = {
            name: dict(keys)
            for name, keys in accounts.sections(
                self.base, (scene.bot["email"], scene.bot["api_key"]), self.sandbox.tokens()
            ).items()
        }
        self._content["social"]["database_url"] = self.database_url
        self._content["social"] |= dict.fromkeys(UNBOUNDED, "1000000")  # one person does what many would
        self.write()
        (folder / accounts.BOT_DATA).mkdir(mode=0o700)
        if tables is not None:
            shutil.copy(tables, folder / accounts.BOT_DATA / accounts.DATABASE)
        self.people = {name: Person(self, name) for name in ("owner", "alice", "bob", "carol", "dave")}
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The bot's own, to be read."""
        if self._database is None:
            self._database = Database(self.database_url)
            self.open.callback(self._database.close)
        return self._database

    def write(self, section: str = "social", **keys: str) -> None:
        """Write the bot's file, with these keys otherwise."""
        self._content[section].update(keys)
        accounts.write(self.config, self._content)

    def said(self) -> list[dict[str, Any]]:
        """What the bot said in the channel that still stands there, oldest first: the messages."""
        bot = self.sandbox.scene.bot["user_id"]
        return [one for one in self.people["owner"].messages() if one["sender_id"] == bot]

    def advance(self, span: timedelta) -> None:
        """Let time pass; never over a request that is still being answered (a server that acts late acts first)."""
        self.calm()
        self.world.clock.advance(span)
        self.sandbox._tick()

    def calm(self, longest_s: float = 10) -> None:
        """Wait until no request of the bot is being answered."""
        until(lambda: self.executioner.under_way == 0, longest_s)

    def close(self) -> None:
        self.open.close()
        self.world.shelf.close()


class Bot:
    """One life after the other of `social run` at a place."""

    def __init__(self, place: Place, name: str = "bot") -> None:
        self._place = place
        self.log = place.folder / f"{name}.log"
        self.log.touch(mode=0o600)
        self._fuse_path = place.folder / f"{name}.fuse"
        self._fuse = fused.Fuse(self._fuse_path)
        self._process: Any = None
        self._doomed: Point | None = None
        self.lives = 0
        place.open.callback(self.kill)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The number of its present process."""
        number: int | None = self._process.pid if self._process is not None else None
        return number

    @property
    def exitcode(self) -> int | None:
        """How its last life ended; -9 is by our hand."""
        code: int | None = self._process.exitcode if self._process is not None else None
        return code

    def start(self) -> None:
        """Begin a life."""
        assert not self.alive
        self._process = FORKS.Process(
            target=fused.run, args=(str(self._place.config), str(self.log), str(self._fuse_path)), daemon=True
        )
        self._process.start()
        self.lives += 1

    def last_words(self) -> str:
        """The end of its log, and where each of its threads stands, if it runs."""
        said = self.log.read_text()
        if self.alive:
            os.kill(self._process.pid, signal.SIGUSR1)  # `fused` writes the stacks into the log
            until(lambda: len(self.log.read_text()) > len(said), 2)
        return f"{self.log.stem}:\n{said[-3000:]}\n{self.log.read_text()[len(said) :]}"

    def doom(self, point: Point, *, stop: bool = False) -> None:
        """Let this life end there; with `stop` it is only stopped (at a request), and can go on."""
        self._doomed = point
        if (fuse := _FUSES.get((point.what, point.side))) is not None:
            self._fuse.set(fuse, point.number)
        elif point.what in _KINDS:
            self._fuse.set(_KINDS[point.what], point.number)
        elif point.what != "moment":
            self._place.executioner.condemn(
                point, self._process.pid, signal.SIGSTOP if stop else signal.SIGKILL
            )

    def spare(self) -> None:
        """Let it live on."""
        self._doomed = None
        self._fuse.set(fused.NOTHING, 0)
        self._place.executioner.pardon()

    def kill(self) -> None:
        """End it now."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self) -> None:
        """Stop it now, so that it hangs (SIGSTOP)."""
        os.kill(self._process.pid, signal.SIGSTOP)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped and could go on."""
        state = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def go_on(self) -> None:
        """Let a stopped one go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def wait(self, seconds: float) -> bool:
        """Wait for its end for so long; True if it has ended."""
        self._process.join(seconds)
        return not self.alive


def until(true: Any, longest_s: float, step_s: float = 0.02) -> bool:
    """Wait until something holds; False if it does not in time. While the machine stands still, no time passes here."""
    left_s, before = longest_s, time.monotonic()
    while not true():
        if left_s < 0:
            return False
        time.sleep(step_s)
        now = time.monotonic()
        left_s -= min(now - before, STALL_S)
        before = now
    return True


def tables(folder: Path) -> Path:
    """A database in which nothing has happened yet."""
    path = folder / accounts.DATABASE
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


def picture(rng: random.Random) -> bytes:
    """A picture like no other, too large for one piece of a body."""
    file = io.BytesIO()
    Image.frombytes("RGB", (240, 160), rng.randbytes(240 * 160 * 3)).save(file, "PNG")
    return file.getvalue()


def film(rng: random.Random, seconds: int = 12, width: int = 640, height: int = 360) -> bytes:
    """A small MP4 as its header tells it, like no other."""

    def box(kind: bytes, *content: bytes) -> bytes:
        data = b"".join(content)
        return struct.pack(">I4s", len(data) + 8, kind) + data

    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\x00\x01\x00\x00" + bytes(76)
    tkhd = struct.pack(">IIIII", 7, 0, 0, 1, 0) + struct.pack(">I", seconds * 1000) + bytes(52)
    tkhd += struct.pack(">II", width << 16, height << 16)
    mdhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(4)
    hdlr = bytes(8) + b"vide" + bytes(13)
    trak = box(b"trak", box(b"tkhd", tkhd), box(b"mdia", box(b"mdhd", mdhd), box(b"hdlr", hdlr)))
    head = box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + box(b"moov", box(b"mvhd", mvhd), trak)
    return head + box(b"mdat", rng.randbytes(400_000))
