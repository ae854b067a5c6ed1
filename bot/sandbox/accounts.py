"""The bot's `zuliprc` for the sandbox: every account it may post to, at the address of its stand-in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.sandbox.scene import ANNOUNCEMENTS, APPROVERS, CHANNEL

BOT_DATA = "bot"
"""The bot's own folder in the sandbox's data folder."""
DATABASE = "social.sqlite3"

Sections = Mapping[str, Mapping[str, str]]

_TAKEN: dict[str, dict[str, str]] = {
    "mastodon": {"base_url": "base_url", "access_token": "access_token"},
    "x": {
        "base_url": "base_url",
        "web_url": "base_url",
        "client_id": "client_id",
        "client_secret": "client_secret",
        "access_token": "access_token",
        "refresh_token": "refresh_token",
    },
    "linkedin": {
        "base_url": "base_url",
        "auth_url": "base_url",
        "organization": "organization",
        "access_token": "access_token",
        "refresh_token": "refresh_token",
        "client_id": "client_id",
        "client_secret": "client_secret",
    },
    "youtube": {
        "base_url": "base_url",
        "auth_url": "base_url",
        "client_id": "client_id",
        "client_secret": "client_secret",
        "refresh_token": "refresh_token",
    },
}
"""Platform -> its key in `zuliprc` -> what the stand-in calls it. For X the way that X keeps: OAuth 2.0."""


def sections(base: str, bot: tuple[str, str], platforms: Sections) -> dict[str, Mapping[str, str]]:
    """What the bot's file says; `bot` is its e-mail address and key, `platforms` what clients of each need."""
    email, key = bot
    accounts = {
        name: {key: platforms[name][theirs] for key, theirs in keys.items() if theirs in platforms[name]}
        for name, keys in _TAKEN.items()
    }
    return {
        "api": {"email": email, "key": key, "site": base},
        "social": {
            "channel": CHANNEL,
            "approvers": f"group: {APPROVERS}",
            "approvals": "1",
            "self_approval": "no",
            "timezone": "Europe/Helsinki",
            "default_platforms": "all",
            "default_time": "now",
            "data_dir": BOT_DATA,
            "database_url": f"sqlite:///{BOT_DATA}/{DATABASE}",
            "clock": f"{base}/sandbox/clock",
        },
        **accounts,
        "zulip": {"channel": ANNOUNCEMENTS},
    }


def write(path: Path, content: Sections) -> None:
    """Write the file anew, readable by nobody else at any moment."""
    parts = (
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
        for name, keys in content.items()
    )
    text = (
        "# Written by `social sandbox`. What you change in the bot's file stays, but for the addresses.\n\n"
    )
    _save(path, text + "\n".join(parts))


def move(path: Path, old: str, new: str) -> None:
    """Another address for everything that was at `old`; the rest of the file stays as it is."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    _save(path, "".join(_moved(line, old, new) for line in lines))


def _moved(line: str, old: str, new: str) -> str:
    key, equals, value = line.partition("=")
    address = value.strip()
    if equals and (address == old or address.startswith(f"{old}/")):
        return f"{key}= {new}{address.removeprefix(old)}\n"
    return line


def _save(path: Path, text: str) -> None:
    """Replace a file as a whole, with mode 600."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
