"""A fuzzer that follows coverage, run by hand: with atheris where it is installed, else with a mutator of its own.

    python tests/fuzz/fuzz.py markup 60          one target for a minute
    python tests/fuzz/fuzz.py all 20             each target for 20 seconds

What breaks a target, or takes it longer than a second, is printed, and the exit code is 1. atheris is no dependency
(`pip install atheris`); nothing is kept on the disk.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

GUIDED = "--guided" in sys.argv
with ExitStack() as imports:
    if GUIDED:
        import atheris  # type: ignore[import-untyped,unused-ignore]  # installed by hand, where it is wanted

        imports.enter_context(atheris.instrument_imports(include=["bot", "handlers", "targets"]))
    from targets import SEEDS, TARGETS, TOKENS  # type: ignore[import-not-found]  # found by the path above

LONGEST = 2_000
"""Characters: long enough for every rule, short enough for many tries."""
SLOW_S = 1.0
FOLDERS = tuple(str(ROOT / one) for one in ("bot", "handlers"))


def tried(target: Callable[[str], Any], said: str) -> str:
    """What is wrong with the target for this text; empty if nothing is."""
    start = time.process_time()
    try:
        target(said)
    except Exception:
        return f"{said!r}\n{traceback.format_exc()}"
    taken = time.process_time() - start
    return f"{said!r}\ntook {taken:.1f} s" if taken > SLOW_S else ""


def mutated(said: str, others: list[str], chance: random.Random) -> str:
    """A neighbour of the text."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randint(0, len(said)), chance.randint(0, len(said))))
        match chance.randrange(6):
            case 0:
                said = said[:at] + chance.choice(TOKENS) + said[at:]
            case 1:
                said = said[:at] + said[to:]
            case 2:
                said = said[:to] + said[at:to] * chance.randint(1, 9) + said[to:]
            case 3:
                other = chance.choice(others)
                said = said[:at] + other[chance.randint(0, len(other)) :]
            case 4:
                said = (
                    said[:at]
                    + chr(chance.choice((chance.randrange(0x20, 0x7F), chance.randrange(0xD7FF))))
                    + said[at:]
                )
            case _:
                said = said[:at] + said[at:to][::-1] + said[to:]
    return said[:LONGEST]


def plain(target: Callable[[str], Any], seconds: float, seed: int) -> tuple[int, int, list[str]]:
    """Mutate what reached new lines. Returns tries, lines reached, and what was found."""
    chance = random.Random(seed)  # noqa: S311 - texts, no secret
    corpus, reached = list(SEEDS), set[tuple[str, int]]()
    found: list[str] = []
    fresh = False

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal fresh
        if not frame.f_code.co_filename.startswith(FOLDERS):
            return None
        key = (frame.f_code.co_filename, frame.f_lineno)
        if key not in reached:
            reached.add(key)
            fresh = True
        return trace

    until, tries = time.monotonic() + seconds, 0
    while time.monotonic() < until and len(found) < 5:
        said = mutated(chance.choice(corpus), corpus, chance)
        fresh = False
        sys.settrace(trace if tries % 4 == 0 else None)  # following every try would cost most of the time
        trouble = tried(target, said)
        sys.settrace(None)
        tries += 1
        if trouble:
            found.append(trouble)
        elif fresh:
            corpus.append(said)
    return tries, len(reached), found


def guided(name: str, seconds: float) -> int:
    """The same with atheris; it ends the process, so that this is called in one of its own."""
    target = TARGETS[name]

    @atheris.instrument_func  # type: ignore[untyped-decorator,unused-ignore]  # it has no types
    def once(data: bytes) -> None:
        trouble = tried(target, data.decode(errors="replace")[:LONGEST])
        if trouble:
            raise AssertionError(trouble)

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(seed.encode())
    words.write_text("".join(f'"{_quoted(one)}"\n' for one in TOKENS))
    limits = [
        f"-max_total_time={int(seconds)}",
        f"-max_len={LONGEST}",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *limits, f"-dict={words}", f"-artifact_prefix={folder}/", str(corpus)], once)
    atheris.Fuzz()
    return 0


def _quoted(token: str) -> str:
    return "".join(f"\\x{one:02x}" for one in token.encode())


def main() -> int:
    """See above."""
    name, seconds = (sys.argv[1:2] or ["all"])[0], float((sys.argv[2:3] or ["20"])[0])
    if GUIDED:
        return guided(name, seconds)
    bad = 0
    for one in TARGETS if name == "all" else [name]:
        tries, lines, found = plain(TARGETS[one], seconds, seed=int(time.time()))
        sys.stdout.write(f"{one:10} {tries:7} texts, {lines:5} lines reached, {len(found)} found\n")
        sys.stdout.write("".join(f"\n{text}\n" for text in found))
        bad += len(found)
        if not has_atheris():
            continue
        code = subprocess.run(
            [sys.executable, __file__, one, str(seconds), "--guided"], check=False
        ).returncode
        sys.stdout.write(f"{one:10} with atheris: {'nothing found' if code == 0 else 'see above'}\n")
        bad += code != 0
    return min(bad, 1)


def has_atheris() -> bool:
    """Whether it is installed here."""
    from importlib.util import find_spec

    return find_spec("atheris") is not None


if __name__ == "__main__":
    sys.exit(main())
