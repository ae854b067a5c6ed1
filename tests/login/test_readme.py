"""README's section on signing in is held to the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import parser
from bot.login.command import REDIRECT
from bot.sandbox.consent import REDIRECTS
from handlers.oauth import RIGHTS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("platform", RIGHTS)
def test_every_right_stands_in_the_readme_with_its_reason(platform: str) -> None:
    for right in RIGHTS[platform]:
        row = next(line for line in README.splitlines() if f"| `{right.scope}` |" in line)
        assert right.reason in row


def test_the_address_that_apps_must_name_is_the_default_everywhere() -> None:
    assert f"`{REDIRECT}`" in README
    assert parser().parse_args(["login", "x"]).redirect == REDIRECT
    assert REDIRECT in REDIRECTS


@pytest.mark.parametrize("option", ["--no-browser", "--by", "--redirect", "--switch"])
def test_every_option_stands_in_the_readme(option: str) -> None:
    assert option in README.partition("## Signing in")[2].partition("\n## ")[0]
