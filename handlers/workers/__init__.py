"""Child processes in which the bytes of strangers are opened: decoded, cleaned, scaled, probed.

work      one task on one file in a child of its own, with limits on memory, time, output and open files, and no network
attempt   the same, but never again what a child was stopped for, also after a restart
"""

from __future__ import annotations

from handlers.workers.facts import facts
from handlers.workers.limits import Limits
from handlers.workers.marks import attempt
from handlers.workers.pool import printed, warm, work
from handlers.workers.stopped import Stopped, Unready

__all__ = ["Limits", "Stopped", "Unready", "attempt", "facts", "printed", "warm", "work"]
