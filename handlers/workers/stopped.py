"""Why a file could not be opened that perhaps is none the worse for it: one sentence for people each."""

from __future__ import annotations

from typing import Final

from handlers.bad import BadMedia, quoted
from handlers.workers.limits import MIB, Limits

_WHY: Final = {
    "memory": "needs more memory to be opened than one file may take ({memory} MiB): make it smaller (fewer pixels)",
    "time": "takes longer to be opened than one file may ({cpu} s of computing): make it smaller",
    "output": "becomes larger than one file may while it is made ({output} MiB): make it smaller",
    "broken": "breaks the program that opens it: save it anew, in another format",
    "ended": "was being opened when the bot ended, more than once: save it anew, in another format",
}


class Stopped(BadMedia):
    """The child of this file was stopped; the text is for people."""

    def __init__(self, reason: str, name: str, limits: Limits | None = None, *, before: bool = False) -> None:
        """`reason`: `memory`, `time`, `output`, `broken` or `ended`; `before`: it was not tried again."""
        self.reason = reason if reason in _WHY else "broken"
        most = limits or Limits()
        why = _WHY[self.reason].format(memory=most.memory // MIB, cpu=most.cpu_s, output=most.output // MIB)
        again = " It was not tried again." if before else ""
        super().__init__(f"{quoted(name)} {why}, and upload it again.{again}")


class Unready(BadMedia):
    """No child could be had; the file has no part in it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{quoted(name)} could not be opened, because this machine has no room for it now: edit the draft (a blank is "
            "enough), and it is tried again.",
        )
