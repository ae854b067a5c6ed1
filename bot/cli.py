"""The command line: which command, with what; everything heavy is imported only once that is known.

Exit codes: 0 done, 1 an error of the bot (or `check` and `status` found something, or `restore` lacks files), 2 wrong usage, 3 the
configuration must be corrected (do not restart), 4 Zulip refused the bot's key (do not restart), 5 the database or
the data folder cannot be used, 6 `run` cannot use them until somebody mends it (do not restart).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import __version__

EPILOG = "Try it without any account: `social sandbox`. How to set it up for real: README.md."
REDIRECT = "http://127.0.0.1:8914/callback"


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
    _configured(verbs.add_parser("run", help="run the bot until it is told to stop"))
    _configured(
        verbs.add_parser("check", help="try every credential and permission, and say what is missing")
    )
    _login(_configured(verbs.add_parser("login", help="sign in to an account on a platform")))
    status = _configured(verbs.add_parser("status", help="say how the running bot is; 0 if all is well"))
    status.add_argument("--json", action="store_true", help="for programs")
    for verb, what, where, meaning in (
        (
            "backup",
            "copy everything that is remembered into one file, while the bot runs",
            "FILE",
            "where the copy goes; an older one of that name is replaced",
        ),
        ("restore", "bring such a copy back into an empty database", "FILE", "what `social backup` wrote"),
        (
            "export",
            "write the whole history as plain JSON and Markdown",
            "FOLDER",
            "where history.json and history.md go",
        ),
    ):
        keeping = _configured(verbs.add_parser(verb, help=what))
        keeping.add_argument("target", type=Path, metavar=where, help=meaning)
    _sandbox(verbs.add_parser("sandbox", help="try everything on this machine, without any account"))
    return top


def _configured(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument(
        "--config",
        type=Path,
        default=Path("zuliprc"),
        metavar="FILE",
        help="the zuliprc (default: %(default)s)",
    )
    return verb


def _login(login: argparse.ArgumentParser) -> None:
    login.add_argument("platform", metavar="PLATFORM", help="linkedin, youtube, x or mastodon")
    login.add_argument(
        "account", nargs="?", default="", metavar="ACCOUNT", help="the name after the colon, as in [x:second]"
    )
    login.add_argument(
        "--no-browser",
        action="store_true",
        help="for a server: sign in on any machine, and paste the address that you are sent to",
    )
    login.add_argument(
        "--redirect",
        default=REDIRECT,
        metavar="ADDRESS",
        help="where the browser comes back to, exactly as the app's page names it (default: %(default)s)",
    )
    login.add_argument(
        "--by", default="", metavar="NAME", help="who signs in, for reminders (default: your user name)"
    )
    login.add_argument(
        "--switch", action="store_true", help="sign in as another account of the platform than before"
    )


def _sandbox(sandbox: argparse.ArgumentParser) -> None:
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


def _run(arguments: argparse.Namespace) -> int:
    from bot import service

    return service.main(arguments.config)


def _check(arguments: argparse.Namespace) -> int:
    from bot import checks

    return checks.main(arguments.config)


def _sign_in(arguments: argparse.Namespace) -> int:
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


def _status(arguments: argparse.Namespace) -> int:
    from bot import health

    return health.main(arguments.config, json_output=arguments.json)


def _keep(arguments: argparse.Namespace) -> int:
    from bot import keeping

    return keeping.main(arguments.verb, arguments.config, arguments.target)


def _play(arguments: argparse.Namespace) -> int:
    from bot.sandbox import launch

    return launch.main(
        port=arguments.port,
        data=arguments.data,
        json_output=arguments.json,
        bot=not arguments.no_bot,
        feature_level=218 if arguments.zulip == "old" else 512,
    )


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": _check,
    "login": _sign_in,
    "status": _status,
    "backup": _keep,
    "restore": _keep,
    "export": _keep,
    "sandbox": _play,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = parser().parse_args(argv)
    try:
        return VERBS[arguments.verb](arguments)
    except BrokenPipeError:  # whoever read the answer (`| head`) has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
