"""The real bot as a child process: started, watched, started again when it dies, ended with the sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

STOP_S = 4.0
"""After so many seconds a bot that was asked to end is ended."""
FINAL = {3, 4}
"""Exit codes of `social run` that say: do not start me again before somebody has put it right."""
_HOPELESS = 4
_LONGEST_WAIT_S = 10.0
_TOLD_LINES = 12


class Child:
    """Keeps one command running. `say` gets a line for people whenever something happens to it.

    Its number stands in a file beside the log (`bot.pid`), for who wants to see what a killed bot does.
    """

    def __init__(self, command: list[str], log: Path, say: Callable[[str], None]) -> None:
        self._command = command
        self._log = log
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self.hopeless = asyncio.Event()
        """Set when it died again and again, or said itself that it is of no use to start it again."""

    async def run(self) -> None:
        """Until cancelled; then the process is gone."""
        failures = 0
        try:
            while True:
                code = await self._once()
                failures += 1
                if code in FINAL:
                    self.hopeless.set()
                    self._say(f"The bot cannot run ({_how(code)}). Its last words:\n{self.last_words()}")
                    return
                wait = min(_LONGEST_WAIT_S, 0.5 * 2**failures)
                self._say(
                    f"The bot ended by itself ({_how(code)}). It is started again in {wait:g} s; see {self._log}."
                )
                if failures >= _HOPELESS:
                    self.hopeless.set()
                await asyncio.sleep(wait)
        finally:
            await self._end()

    async def _once(self) -> int:
        with self._log.open("ab") as log:
            # the pipe is the leash: when we die, however we die, the bot sees it closed and ends
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log
            )
        self._log.with_suffix(".pid").write_text(f"{self._process.pid}\n")
        return await self._process.wait()

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        try:
            lines = self._log.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_TOLD_LINES:])


def command(config: Path) -> list[str]:
    """How the bot is started: `social run`, on a leash."""
    return [sys.executable, "-m", "bot.sandbox.leash", "run", "--config", str(config)]


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
