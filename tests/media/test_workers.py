"""Child processes that open files: what they may use, what they may do, and what is remembered of those stopped."""

import io
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typing_extensions import override

from handlers.bad import BadMedia
from handlers.media import Store
from handlers.pictures import fit, take
from handlers.sweeping import sweep
from handlers.workers import Limits, Stopped, Unready, attempt, facts, printed, work
from handlers.workers.marks import MARK
from handlers.workers.pool import _POOL

ROOT = Path(__file__).parents[2]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what holds a process so is Linux's")
PLENTY = Limits(mapped=512 << 20)


def flat(width: int, height: int, mode: str = "RGBA", form: str = "PNG") -> bytes:
    """A picture of one colour: a few kilobytes, whatever its size."""
    out = io.BytesIO()
    Image.new(mode, (width, height), (1, 2, 3, 128)[: len(mode)]).save(out, form, compress_level=1)
    return out.getvalue()


def python(words: str, *args: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", words, *map(str, args)], cwd=ROOT, capture_output=True, text=True, check=check
    )


def written(tmp_path: Path, data: bytes) -> tuple[Path, Path]:
    source, out = tmp_path / "source", tmp_path / "out"
    source.write_bytes(data)
    out.touch()
    return source, out


def opened(tmp_path: Path, data: bytes, **limits: Any) -> dict[str, Any]:
    """What the child says of this picture within these limits."""
    asked = {"mime": "image/png", "name": "x.png"}
    source, out = written(tmp_path, data)
    return work("picture", asked, name="x.png", source=source, out=out, limits=Limits(**limits))


# -- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits, reason, sentence",
    [
        ({"memory": 64 << 20}, "memory", "“x.png” needs more memory to be opened than one file may take (64 MiB)"),
        ({"output": 1000}, "output", "becomes larger than one file may while it is made"),
        ({"wall_s": 0.0}, "time", "takes longer to be opened than one file may"),
    ],
)  # fmt: skip
def test_a_child_that_takes_too_much_is_stopped_and_told_in_a_sentence(
    limits: dict[str, Any], reason: str, sentence: str, tmp_path: Path
) -> None:
    data = flat(4000, 4000)
    assert opened(tmp_path, data)["width"] == 4000
    with pytest.raises(Stopped) as stopped:
        opened(tmp_path, data, **limits)
    assert stopped.value.reason == reason
    assert sentence in str(stopped.value)
    assert "upload it again" in str(stopped.value)
    assert opened(tmp_path, data)["width"] == 4000  # the next one has nothing of it


def test_a_child_has_no_more_computing_than_it_may(tmp_path: Path) -> None:
    """Each of these pictures of one pixel is scaled as large as all of it."""
    frame = b"\x21\xf9\x04\x00\x05\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    data = b"GIF89a" + struct.pack("<HHBBB", 3000, 3000, 0x80, 0, 0) + bytes(6) + frame * 300 + b"\x3b"
    bounds = {"bytes": 1 << 30, "pixels": None, "side": 400, "mimes": ["image/gif"]}
    asked = {"name": "x.gif", "mime": "image/gif", "size": (3000, 3000), "bounds": bounds}
    source, out = written(tmp_path, data)
    with pytest.raises(Stopped, match="of computing") as stopped:
        work("fit", asked, name="x.gif", source=source, out=out, limits=Limits(cpu_s=1))
    assert stopped.value.reason == "time"


def test_what_needs_more_memory_than_a_child_has_stops_no_bot(store: Store) -> None:
    """Half transparent, it is copied while it is scaled: 36 million pixels of 9 bytes."""
    media = take(flat(6000, 6000), "wall.png", "", store)
    with pytest.raises(Stopped, match="needs more memory to be opened than one file may take"):
        fit(media, store, max_bytes=10_000_000, max_side=4096, mimes=["image/png"])


# -- what a child may do ------------------------------------------------------------------------------------


@LINUX
@pytest.mark.parametrize(
    "words",
    [
        "open('/etc/hostname')",
        "open(sys.argv[1], 'w')",
        "os.listdir('/')",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.unlink(sys.argv[1])",
        "resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
    ],
)
def test_a_child_computes_and_does_nothing_else(words: str, tmp_path: Path) -> None:
    told = python(
        "import sys, os, socket, resource; from handlers.workers import guard\n"
        "if not guard.forbid('compute'): print('no filter'); sys.exit()\n"
        f"try: {words}\n"
        "except (PermissionError, ValueError): print('refused')\n",
        tmp_path / "x",
    ).stdout.strip()
    if told == "no filter":
        pytest.skip("this machine has no such filter")
    assert told == "refused"


@LINUX
def test_the_filter_holds_whoever_opens_a_file(tmp_path: Path) -> None:
    told = python(
        "import logging, sys; logging.basicConfig()\n"
        "from pathlib import Path; from handlers.media import Store; from handlers.pictures import take\n"
        "print(take(Path(sys.argv[1]).read_bytes(), 'x', '', Store(Path(sys.argv[2]))).width)\n",
        written(tmp_path, flat(20, 20))[0],
        tmp_path / "media",
    )
    assert told.stdout.strip() == "20"
    supported = python("from handlers.workers import guard; print(guard.forbid('compute'))").stdout.strip()
    assert ("limits only" in told.stderr) == (supported == "False")


@LINUX
def test_another_program_reads_its_file_without_network_and_without_the_bots_things(tmp_path: Path) -> None:
    words = (
        "import os, json, socket, resource\n"
        "try: socket.socket(); net = True\n"
        "except PermissionError: net = False\n"
        "print(json.dumps([net, dict(os.environ), len(os.listdir('/proc/self/fd')), "
        "resource.getrlimit(resource.RLIMIT_DATA)[0]]))"
    )
    secret = os.open(tmp_path, os.O_RDONLY)
    try:
        net, environment, files, memory = json.loads(
            printed(sys.executable, ["-I", "-c", words], {"A": "1"}, PLENTY)
        )
    finally:
        os.close(secret)
    assert not net
    assert set(environment) <= {"A", "LC_CTYPE"}
    assert files == 4  # its three, and the folder it looks at
    assert memory == 256 << 20


def test_nothing_that_decodes_is_loaded_by_the_bot(tmp_path: Path) -> None:
    """Decoded by this process, a picture would need it."""
    told = python(
        "import sys; import bot.cli, bot.service, bot.zulipbot, handlers.registry\n"
        "from pathlib import Path; from handlers.media import Store; from handlers.pictures import fit, take\n"
        "store = Store(Path(sys.argv[2]))\n"
        "media = take(Path(sys.argv[1]).read_bytes(), 'x', '', store)\n"
        "small = fit(media, store, max_bytes=10**6, max_side=10, mimes=['image/png'])\n"
        "print(small.width, [one for one in sys.modules if one.split('.')[0] in ('PIL', 'pillow_heif')])\n",
        written(tmp_path, flat(20, 20))[0],
        tmp_path / "media",
    ).stdout.strip()
    assert told == "10 []"


@LINUX
def test_all_of_it_ends_with_the_bot(tmp_path: Path) -> None:
    words = (
        "import sys; from handlers.workers import printed, warm, Limits; import threading, time\n"
        "warm(); ask = lambda: printed('/bin/sleep', ['60'], {}, Limits(mapped=1 << 29))\n"
        "threading.Thread(target=ask, daemon=True).start()\n"
        "print('begun', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", words], cwd=ROOT, stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline().strip() == "begun"
        wait_for(lambda: len(descendants(bot.pid)) >= 2)
        found = descendants(bot.pid)
        bot.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{one}/status").exists() and alive(one) for one in found))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == pid:
            child = int(path.parent.name)
            found |= {child} | descendants(child)
    return found


def wait_for(what: Any) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


class Killer(threading.Thread):
    """Somebody who kills processes: an administrator, or a system that has no memory left for others."""

    def __init__(self, kills: int, sign: int) -> None:
        super().__init__(daemon=True)
        self.left, self.sign = kills, sign
        self.done = threading.Event()

    @override
    def run(self) -> None:
        while self.left and not self.done.is_set():
            template = _POOL.template()._process.pid
            for child in descendants(template):
                with suppress(ProcessLookupError):
                    os.kill(child, self.sign)
                    self.left -= 1
                    break
            time.sleep(0.01)


@LINUX
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_is_killed_from_outside_condemns_no_file(store: Store, sign: int) -> None:
    data = flat(5000, 5000)
    killer = Killer(1, sign)
    killer.start()
    assert take(data, "x.png", "", store).width == 5000  # by another child
    killer.join(10)
    assert killer.left == 0
    killer = Killer(1000, sign)
    killer.start()
    try:
        with pytest.raises(
            Unready, match=r"“x\.png” could not be opened, because this machine has no room for it now"
        ):
            fit(take(data, "x.png", "", store), store, max_bytes=1 << 20, max_side=100, mimes=["image/png"])
    finally:
        killer.done.set()
        killer.join(10)
    assert not list(store.root.rglob(f"*{MARK}"))
    media = take(data, "x.png", "", store)
    assert fit(media, store, max_bytes=1 << 20, max_side=100, mimes=["image/png"]).width == 100


# -- what is remembered ---------------------------------------------------------------------------------------------


def test_what_stopped_a_child_once_is_not_tried_again_after_a_restart(store: Store) -> None:
    media = take(flat(6000, 6000), "wall.png", "", store)
    for number in range(3):
        again = Store(store.root)  # as a new process finds it
        with pytest.raises(Stopped) as stopped:
            fit(media, again, max_bytes=10_000_000, max_side=4096 - number, mimes=["image/png"])
        assert ("It was not tried again" in str(stopped.value)) == (number > 0)


def test_the_mark_stands_before_the_child_begins_and_goes_with_its_work(store: Store) -> None:
    def marks() -> list[Path]:
        return list(store.root.rglob(f"*{MARK}"))

    assert attempt(store, "take", "a", "x", lambda: len(marks())) == 1
    assert marks() == []
    with pytest.raises(BadMedia):
        attempt(store, "take", "a", "x", lambda: take(b"no picture", "x", "", store))
    assert marks() == []


def test_what_ended_the_bot_twice_is_not_tried_a_third_time(store: Store) -> None:
    words = (
        "import os, sys; from pathlib import Path; from handlers.media import Store; from handlers.workers import attempt\n"
        "attempt(Store(Path(sys.argv[1])), 'take', 'a', 'x.png', lambda: os.kill(os.getpid(), 9))\n"
    )
    tried: list[int] = []
    for _ in range(2):
        assert python(words, store.root, check=False).returncode == -signal.SIGKILL
    with pytest.raises(Stopped, match=r"“x\.png” was being opened when the bot ended, more than once"):
        attempt(store, "take", "a", "x.png", lambda: tried.append(1))
    assert not tried


def test_one_life_that_ended_meanwhile_condemns_no_file(store: Store) -> None:
    words = (
        "import os, sys; from pathlib import Path; from handlers.media import Store; from handlers.workers import attempt\n"
        "attempt(Store(Path(sys.argv[1])), 'take', 'a', 'x.png', lambda: os.kill(os.getpid(), 9))\n"
    )
    python(words, store.root, check=False)
    assert attempt(store, "take", "a", "x.png", lambda: 17) == 17
    python(words, store.root, check=False)
    assert attempt(store, "take", "a", "x.png", lambda: 17) == 17


def test_after_a_day_nobody_asked_for_it_it_may_be_tried_again(store: Store) -> None:
    from datetime import timedelta

    def stopped() -> None:
        raise Stopped("time", "x")

    with pytest.raises(Stopped):
        attempt(store, "take", "a", "x", stopped)
    (mark,) = store.root.rglob(f"*{MARK}")
    sweep(store, lambda: (), timedelta(days=1))
    assert mark.exists()
    os.utime(mark, (1, 1))
    sweep(store, lambda: (), timedelta(days=1))
    assert not mark.exists()


# -- what a child tells ------------------------------------------------------------------------------------------


@given(told=st.dictionaries(st.sampled_from(["seconds", "note", "codecs", "mime"]), st.none() | st.text()))
def test_whatever_a_child_tells_is_of_its_kind(told: dict[str, Any]) -> None:
    known = facts(told, "width", "seconds", "note", "codecs", "mime")
    assert known["width"] == 0


@pytest.mark.parametrize("absurd", [-5, "7", None, [], float("nan"), 10**30, True])
def test_absurd_facts_are_unknown_or_bounded(absurd: Any) -> None:
    known = facts(dict.fromkeys(("width", "seconds", "note", "codecs"), absurd), "width", "seconds", "note")
    assert 0 <= known["width"] <= 1 << 40
    assert known["seconds"] >= 0
    assert len(known["note"]) <= 200
    assert known["note"].isprintable()
