"""The container file in the README: every instruction is held to the tree, the commands and the configuration."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from bot.cli import parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
KNOWN = {"FROM", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
NAME = re.compile(r"^(?:docker\.io/library/)?python:(\d+)\.(\d+)-slim$")


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """Instruction and what follows it, in order."""
    found = re.search(r"^    FROM (?:.*\n)(?:    .*\n)+", README, re.MULTILINE)
    assert found is not None, "there is no container file in the README"
    lines = textwrap.dedent(found[0]).strip().splitlines()
    return [(one.partition(" ")[0], one.partition(" ")[2]) for one in lines]


def all_of(steps: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for one, rest in steps if one == name]


def the(steps: list[tuple[str, str]], name: str) -> str:
    (rest,) = all_of(steps, name)
    return rest


def sources(steps: list[tuple[str, str]]) -> list[str]:
    return [one for rest in all_of(steps, "COPY") for one in rest.split()[:-1]]


def test_it_begins_with_a_python_that_the_project_takes(steps: list[tuple[str, str]]) -> None:
    assert {one for one, _ in steps} <= KNOWN
    assert steps[0][0] == "FROM"
    found = NAME.match(the(steps, "FROM"))
    assert found is not None
    wanted = re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["project"]["requires-python"])
    assert wanted is not None
    version = (int(found[1]), int(found[2]))
    assert version >= (int(wanted[1]), int(wanted[2]))
    assert f"Programming Language :: Python :: {found[1]}.{found[2]}" in PROJECT["project"]["classifiers"]


def test_what_it_copies_is_there_and_is_all_that_the_program_needs(steps: list[tuple[str, str]]) -> None:
    taken = sources(steps)
    listed = subprocess.run(
        ["git", "ls-files", "--", *taken], cwd=ROOT, capture_output=True, text=True, check=False
    )
    for one in taken:
        assert (ROOT / one).exists(), one
        assert listed.returncode or any(
            line == one or line.startswith(f"{one}/") for line in listed.stdout.splitlines()
        ), one
    project = PROJECT["project"]
    assert {project["readme"], *project["license-files"], "pyproject.toml"} <= set(taken)
    assert {"bot", "handlers", "storage"} <= set(taken)
    for number, (name, rest) in enumerate(steps):  # pip is given only what was copied before
        if name == "RUN" and "-r " in rest:
            assert rest.split("-r ")[1].split()[0] in sources(steps[:number])


def test_nothing_else_goes_into_the_build(steps: list[tuple[str, str]]) -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [one for one in lines if one and not one.startswith("#")]
    assert rules[0] == "*", "a zuliprc, a key or a database must never be in an image"
    assert {one[1:] for one in rules if one.startswith("!")} == set(sources(steps))
    assert not any(fnmatch.fnmatch("zuliprc", one[1:]) for one in rules if one.startswith("!"))


def test_it_does_not_run_as_root_and_writes_into_its_volume_alone(steps: list[tuple[str, str]]) -> None:
    order = [name for name, _ in steps]
    user = the(steps, "USER")
    assert user not in {"root", "0"}
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert "RUN" not in order[order.index("USER") :], "nothing is installed by the user who runs it"
    (makes,) = [one for one in all_of(steps, "RUN") if "useradd" in one]
    assert f"--uid {user}" in makes
    data = re.search(r"^# data_dir = (\S+)$", (ROOT / "zuliprc.example").read_text("utf-8"), re.MULTILINE)
    assert data is not None
    assert the(steps, "VOLUME") == f"{the(steps, 'WORKDIR')}/{data[1]}", (
        "the default of data_dir, beside the zuliprc"
    )
    assert re.search(rf"install -d -o social -g social -m 700 {data[1]}$", makes)


def test_what_it_runs_are_commands_of_the_program(steps: list[tuple[str, str]]) -> None:
    entry, command = json.loads(the(steps, "ENTRYPOINT")), json.loads(the(steps, "CMD"))
    (script,) = entry
    assert script in PROJECT["project"]["scripts"]
    run = parser().parse_args(command)
    assert run.verb == "run"
    health = json.loads(the(steps, "HEALTHCHECK").partition(" CMD ")[2])
    assert health[0] == script
    asked = parser().parse_args(health[1:])
    assert (asked.verb, asked.config) == ("status", run.config)
    assert run.config == Path(the(steps, "WORKDIR"), "zuliprc")
    assert the(steps, "STOPSIGNAL") == "SIGTERM"


def test_the_program_starts_from_what_was_copied_alone(steps: list[tuple[str, str]], tmp_path: Path) -> None:
    for one in sources(steps):
        if (ROOT / one).is_dir():
            shutil.copytree(ROOT / one, tmp_path / one, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / one, tmp_path / one)
    verbs = [["--help"], *([one, "--help"] for one in ("run", "status"))]
    for words in verbs:
        code = (
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import bot.cli, bot.service, bot.health; "
            f"assert bot.__file__.startswith({str(tmp_path)!r}); bot.cli.main({words!r})"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "usage: social" in done.stdout


def test_what_is_typed_fits_the_file(steps: list[tuple[str, str]]) -> None:
    (line,) = [one.strip() for one in README.splitlines() if one.startswith("    podman run")]
    words = shlex.split(line)
    mounts = [words[at + 1].split(":") for at, one in enumerate(words) if one == "-v"]
    assert [(to, mode) for _, to, *mode in mounts] == [
        (f"{the(steps, 'WORKDIR')}/zuliprc", ["ro"]),
        (the(steps, "VOLUME"), []),
    ]
    assert f"chown {the(steps, 'USER')} zuliprc" in README
