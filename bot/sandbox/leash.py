"""`python -m bot.sandbox.leash run …` is `python -m bot run …` that ends when its standard input is closed.

The sandbox holds the other end. Even killed it lets go of it, so that no bot is left behind that would work on
the same database as the next one.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _wait_for_the_end() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the bot as its own module would be run."""
    threading.Thread(target=_wait_for_the_end, name="leash", daemon=True).start()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
