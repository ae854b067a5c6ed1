"""The house: which folders there are, and that imports run one way only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AT_THE_TOP = {
    "bot", "handlers", "storage", "tests",
    "pyproject.toml", "zuliprc.example", "README.md",
    "LICENSE", "CHANGELOG.md", "constraints.txt", "constraints-test.txt",
}  # fmt: skip
STORAGE = [
    "errors",
    "insist",
    "states",
    "models",
    "migrations",
    "steps",
    "locks",
    "engines",
    "prepared",
    "commits",
    "database",
    "cursors",
    "identities",
    "journal",
    "inbox",
    "plan",
    "parts",
    "staging",
    "queue",
    "meter",
    "allowance",
    "weight",
    "backup",
    "membership_sql",
    "membership",
    "turns",
    "vault",
]
"""Each may import only those before it."""
BOT_LAYERS: list[set[str]] = [
    {"chat", "grammar", "when", "clocks", "logs", "config"},
    {"rules", "stops", "standings"},
    {"replies"},
    {"desk"},
    {"actions", "pacing", "hands"},
    {"apart", "underway"},
    {"lanes", "telling", "workers"},
    {"listener", "publisher"},
    {"alone"},
    {"wiring"},
    {"history", "health", "archives"},
    {"keeping", "service", "checks", "sandbox"},
    {"login"},
    {"zulipbot", "cli"},
    {"__main__"},
]
"""Rooms of `bot`, lowest first; a room imports only from its own layer or lower ones."""


def modules(folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """The modules a file imports, by their full names; without what is imported inside functions if asked."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_at_the_top_stand_only_the_owners_folders_and_files() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    there = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert {one for one in there if not one.startswith(".")} <= AT_THE_TOP


@pytest.mark.parametrize("name,path", [*modules("storage"), *modules("handlers")])
def test_storage_and_handlers_know_neither_each_other_nor_the_bot(name: str, path: Path) -> None:
    own = name.partition("/")[0]
    others = {"bot", "handlers", "storage"} - {own}
    assert not {one for one in imports(path) if one.partition(".")[0] in others}


@pytest.mark.parametrize("name,path", list(modules("storage")))
def test_inside_storage_imports_run_one_way(name: str, path: Path) -> None:
    room = name.split("/")[1].removesuffix(".py")
    if room == "__init__":
        return
    allowed = set(STORAGE[: STORAGE.index(room) + 1])
    used = {one.split(".")[1] for one in imports(path) if one.startswith("storage.")}
    assert used <= allowed


@pytest.mark.parametrize("name,path", list(modules("bot")))
def test_inside_bot_imports_run_one_way(name: str, path: Path) -> None:
    room = name.split("/")[1].removesuffix(".py")
    if room == "__init__":
        return
    below: set[str] = set()
    for layer in BOT_LAYERS:
        below |= layer
        if room in layer:
            break
    else:
        pytest.fail(f"{room} has no place in the house yet: see BOT_LAYERS")
    used = {one.split(".")[1] for one in imports(path) if one.startswith("bot.")} - {"__version__"}
    assert used <= below


@pytest.mark.parametrize("folder", ["bot", "handlers", "storage"])
def test_there_are_no_circles(folder: str) -> None:
    graph: dict[str, set[str]] = {}
    names = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for name, path in modules(folder)
    }
    for name, path in names.items():
        graph[name] = {one for one in imports(path, top_only=True) if one in names and one != name}
    seen: set[str] = set()
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name in done:
            return
        seen.add(name)
        for other in graph[name]:
            if not name.startswith(f"{other}."):  # a room may import from the folder it stands in
                walk(other, (*way, name))
        done.add(name)

    for name in graph:
        walk(name, ())


@pytest.mark.parametrize("name,path", [*modules("bot"), *modules("handlers"), *modules("storage")])
def test_a_room_can_be_read_in_one_sitting(name: str, path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, name


@pytest.mark.parametrize("name,path", list(modules("bot")))
def test_nothing_in_the_bot_knows_that_it_is_in_a_sandbox(name: str, path: Path) -> None:
    if "/sandbox/" in name or name == "bot/cli.py":
        return
    assert not {one for one in imports(path) if one.startswith("bot.sandbox")}


@pytest.mark.parametrize("name,path", [*modules("bot"), *modules("handlers"), *modules("storage")])
def test_only_the_edge_asks_the_machines_clock(name: str, path: Path) -> None:
    """Time is an argument: only `clocks` reads it, and the sandbox's world, which has a clock of its own."""
    if name in {"bot/clocks.py", "bot/logs.py", "bot/sandbox/world.py"}:
        return
    text = path.read_text(encoding="utf-8")
    assert "datetime.now(" not in text, name
    assert "utcnow(" not in text, name
