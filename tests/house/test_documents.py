"""README, command line and example configuration are held to the code."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.cli import VERBS, parser
from bot.grammar import HELP
from handlers.registry import PLATFORMS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "zuliprc.example").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_has_a_column_a_page_and_a_section(name: str) -> None:
    page = f"handlers/{name}/README.md"
    assert f"[{PLATFORMS[name].title}]({page})" in README
    assert (ROOT / page).read_text(encoding="utf-8").startswith(f"# {PLATFORMS[name].title}")
    assert re.search(rf"^#? ?\[{name}\]", EXAMPLE, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_of_the_command_line_is_in_the_readme(verb: str) -> None:
    assert verb in parser().format_help()
    assert f"social {verb}" in README


def test_the_systemd_unit_is_one(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze")
    found = re.search(r"^    \[Unit\]\n(?:(?:    .*)?\n)+", README, re.MULTILINE)
    assert found is not None
    unit = textwrap.dedent(found[0])
    for there, here in (
        ("/srv/social/.venv/bin/social", sys.executable),
        ("/srv/social/social-data", str(tmp_path)),
        ("/srv/social", str(tmp_path)),
        ("User=social", f"User={getpass.getuser()}"),
    ):
        unit = unit.replace(there, here)
    path = tmp_path / "social.service"
    path.write_text(unit, encoding="utf-8")
    done = subprocess.run([program, "verify", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "social.service" not in done.stderr, done.stderr


@pytest.mark.parametrize("verb", [verb for verb in HELP if verb not in {"plan", "waiting"}])
def test_every_verb_of_the_chat_is_in_the_readme(verb: str) -> None:
    assert re.search(rf"`[^`]*\b{verb}\b[^`]*`", README), verb


@pytest.mark.parametrize(
    "option", ["to", "at", "not after", "title", "cw", "lang", "visibility", "alt", "link", "note"]
)
def test_every_option_of_a_draft_is_in_the_readme(option: str) -> None:
    assert f"`{option}:`" in README


def test_the_readme_has_both_one_line_commands() -> None:
    lines = [line.strip() for line in README.splitlines() if line.startswith("    ")]
    assert [line for line in lines if line.endswith("social sandbox")]
    assert [line for line in lines if re.search(r"-m pytest -n \d+ --dist worksteal$", line)]


def test_help_imports_nothing_heavy() -> None:
    """`social --help` answers in under 150 ms because nothing heavy is imported before the command is known."""
    code = (
        "import sys, bot.cli; bot.cli.parser().format_help(); "
        "heavy = {'sqlmodel', 'sqlalchemy', 'pydantic', 'zulip', 'httpx', 'starlette', 'PIL'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_constraints_name_no_host() -> None:
    for name in ("constraints.txt", "constraints-test.txt"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_every_pinned_package_of_the_service_is_pinned_alike_for_the_tests() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9-]+==[^ ;\\]+)", text, re.MULTILINE))

    assert pins("constraints.txt") <= pins("constraints-test.txt")
