"""The command line: which command, with what; everything heavy is imported only once that is known.

Exit codes: 0 done, 1 an error of the bot, 2 wrong usage, 3 the configuration must be corrected (do not restart),
4 Zulip refused the bot's key (do not restart), 5 the database or the data folder cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import __version__

EPILOG = "Try it without any account: `social sandbox`. How to set it up for real: README.md."


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="social",
        description="A Zulip bot for collaborative posting: drafted in chat, approved with a reaction, "
        "published on every platform at its time.",
        epilog=EPILOG,
    )
    top.add_argument("--version", action="version", version=f"social {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    run = verbs.add_parser("run", help="run the bot until it is told to stop")
    check = verbs.add_parser("check", help="try every credential and permission, and say what is missing")
    for verb in (run, check):
        verb.add_argument(
            "--config",
            type=Path,
            default=Path("zuliprc"),
            metavar="FILE",
            help="the zuliprc (default: %(default)s)",
        )
    _login(verbs.add_parser("login", help="sign in to an account on a platform, in the browser"))
    sandbox = verbs.add_parser("sandbox", help="try everything on this machine, without any account")
    sandbox.add_argument(
        "--port", type=int, default=8400, help="port of the page (default: %(default)s; 0: any)"
    )
    sandbox.add_argument("--data", type=Path, metavar="DIR", help="keep all state there (default: forget it)")
    sandbox.add_argument(
        "--json", action="store_true", help="tell programs where everything is, as one JSON line"
    )
    sandbox.add_argument("--no-bot", action="store_true", help="start the stand-ins alone")
    sandbox.add_argument(
        "--zulip",
        choices=("old", "new"),
        default="new",
        help="speak as Zulip 8 or as the newest (default: new)",
    )
    return top


def _login(login: argparse.ArgumentParser) -> None:
    login.add_argument("platform", metavar="PLATFORM", help="linkedin, youtube, x or mastodon")
    login.add_argument(
        "account", nargs="?", default="", metavar="ACCOUNT", help="the name after the colon, as in [x:second]"
    )
    login.add_argument(
        "--config",
        type=Path,
        default=Path("zuliprc"),
        metavar="FILE",
        help="the zuliprc (default: %(default)s)",
    )
    login.add_argument(
        "--no-browser",
        action="store_true",
        help="for a server: sign in on any machine, and paste the address that you are sent to",
    )
    login.add_argument(
        "--redirect",
        default="http://127.0.0.1:8914/callback",
        metavar="ADDRESS",
        help="where the browser comes back to, exactly as the app's page names it (default: %(default)s)",
    )
    login.add_argument(
        "--by", default="", metavar="NAME", help="who signs in, for reminders (default: your user name)"
    )
    login.add_argument(
        "--switch", action="store_true", help="sign in as another account of the platform than before"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = parser().parse_args(argv)
    if arguments.verb == "sandbox":
        from bot.sandbox import launch

        return launch.main(
            port=arguments.port,
            data=arguments.data,
            json_output=arguments.json,
            bot=not arguments.no_bot,
            feature_level=218 if arguments.zulip == "old" else 512,
        )
    if arguments.verb == "check":
        from bot import checks

        return checks.main(arguments.config)
    if arguments.verb == "login":
        from bot.login import command

        return command.main(
            command.Order(
                arguments.platform,
                arguments.account,
                arguments.config,
                not arguments.no_browser,
                arguments.redirect,
                arguments.by,
                arguments.switch,
            )
        )
    from bot import service

    return service.main(arguments.config)


if __name__ == "__main__":
    sys.exit(main())
