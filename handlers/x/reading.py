"""Reading X's answers, which change their form now and then: what is not as expected is empty."""

from __future__ import annotations

from typing import Any


def inner(found: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of that name."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def each(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list of that name."""
    value = found.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(found: dict[str, Any], name: str) -> str:
    """The text (or number) of that name."""
    value = found.get(name)
    return str(value) if isinstance(value, str | int) else ""
