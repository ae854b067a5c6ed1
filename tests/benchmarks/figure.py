"""One measured figure, and how all of them are told: a table for people, JSON for what comes after."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `aim` is the largest value that is good enough (the smallest, with `more`)."""

    name: str
    value: float
    unit: str = ""
    """`s`, `ms`, `MiB`, `/s`, `%`, `requests`; `x` for a ratio within one run."""
    aim: float | None = None
    more: bool = False
    """More is better."""
    beside: str = ""
    """What it is to be held against, measured in the same run."""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.more else self.value <= self.aim

    @property
    def line(self) -> str:
        """For the table."""
        sign = "at least" if self.more else "at most"
        aim = "" if self.aim is None else f"{sign} {self.aim:g} {'met' if self.met else 'NOT MET'}"
        return f"{self.name:66} {shown(self.value):>10} {self.unit:8} {aim:22} {self.beside}".rstrip()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the command: what it measures, and where that is written."""

    what: str
    room: str
    """The module that measures it; read only when it is wanted."""

    def measure(self, quick: bool) -> Iterable[Figure]:
        """Measure it, or as little of it as possible."""
        found: Iterable[Figure] = import_module(f"tests.benchmarks.{self.room}").measure(quick)
        return found


def shown(value: float) -> str:
    """With three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def hundredth(values: Sequence[float], part: int) -> float:
    """The value below which so many of a hundred are."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load before": round(os.getloadavg()[0], 2),
        "a commit reaches the disk in ms": round(_flush_ms(), 3),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _flush_ms() -> float:
    """How long the disk takes under the folder where the benchmarks keep their files."""
    took = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(30):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return middle(took)


def told(where: dict[str, Any], found: dict[str, list[Figure]]) -> str:
    """All of it as JSON."""
    parts = {part: [asdict(one) | {"met": one.met} for one in figures] for part, figures in found.items()}
    return json.dumps({"machine": where, "parts": parts}, indent=1, ensure_ascii=False) + "\n"


def say(text: str) -> None:
    """One line for whoever waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
