"""The same bot for `zulip-run-bot social --registry --config-file zuliprc`, reactions and edits included.

zulip-bots hands on new messages alone, and only some of them (facts/libraries.md section 2). So its loop over
messages is replaced, on its own client, by the two loops of `social run`; all else is the same service.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from bot import __version__, service

__all__ = ["__version__", "handler_class"]


class SocialBot:
    """What zulip-bots wants of a bot."""

    META: ClassVar[dict[str, str]] = {
        "name": "social",
        "description": "Collaborative posting: drafted in chat, approved with a reaction.",
    }

    def usage(self) -> str:
        """What zulip-run-bot prints at the start."""
        return "Write `@social help` in the bot's channel."

    def initialize(self, bot_handler: Any) -> None:
        """Take the place of the loop over messages that zulip-run-bot is about to start."""
        client = getattr(bot_handler, "_client", None)
        if client is None or not hasattr(client, "call_on_each_event"):
            sys.exit("social: this version of zulip-bots is not known to work; `social run` does the same.")
        client.call_on_each_event = _serve

    def handle_message(self, message: dict[str, Any], bot_handler: Any) -> None:  # noqa: ARG002  # zulip-bots names them
        """Never called: the service follows the messages itself."""
        raise RuntimeError("the loop of zulip-bots runs, though the service took its place")


def _serve(*_: object, **__: object) -> None:
    sys.exit(service.main(_config_file(sys.argv[1:])))


def _config_file(arguments: list[str]) -> Path:
    """The file that zulip-run-bot was given; it does not hand it on."""
    known = argparse.ArgumentParser(add_help=False)
    known.add_argument("--config-file", "-c", default=os.environ.get("ZULIP_CONFIG", "~/.zuliprc"))
    found, _ = known.parse_known_args(arguments)
    return Path(found.config_file).expanduser()


handler_class = SocialBot
