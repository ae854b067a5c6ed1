"""What one child may use of the machine. Applied by the child itself, before it reads a byte of the file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

with suppress(ImportError):  # Windows has none
    import resource

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one child."""

    memory: int = 256 * MIB
    """Bytes that it may allocate (`RLIMIT_DATA`); Python with Pillow takes 15 MiB of them before it begins."""
    mapped: int = 0
    """Bytes of address space beside that, for a file that is mapped into memory and not copied."""
    cpu_s: int = 30
    """Seconds of processor time."""
    wall_s: float = 90.0
    """Seconds by the clock, from the fork to the answer; the machine may be busy with other things."""
    output: int = 64 * MIB
    """Bytes that it may write, in each file."""
    open_files: int = 16
    """None is opened after the child has begun; mapping a file duplicates its descriptor."""


def apply(limits: Limits) -> None:
    """Hold this process to the limits, for good."""
    if "resource" not in globals():
        return
    for kind, most in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, _address_space() + limits.memory + limits.mapped),
        (resource.RLIMIT_DATA, limits.memory),
    ):
        with suppress(
            ValueError, OSError
        ):  # a lower limit holds already, or the system knows none of this kind
            # the second number kills; of the processor's time one must be told first, to be told apart from no memory
            resource.setrlimit(kind, (most, most + (kind == resource.RLIMIT_CPU)))
    # if the machine has no room left, this one goes first, and never the bot
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _address_space() -> int:
    """Bytes of address space that the process has already; a generous guess where nobody tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 512 * MIB
    return pages * resource.getpagesize()
