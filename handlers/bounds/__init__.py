"""Answers from outside are bounded: a whole-call time, a size, and a depth, whatever a server sends.

A time-out of a socket bounds one silence; a server that sends one byte a second never breaks it. So every call has an
end (`Call`), kept by a thread that shuts its connections then. Bodies are unpacked piece by piece, so that neither 512 MiB
nor a small archive of them ever stands in memory (`bodies`). `adapter` brings both to the libraries that speak through
`requests`, `handlers.web` to those that speak through httpx.
"""

from handlers.bounds.bodies import JSON_BYTES, TooLarge, Unreadable, in_utf8, sound, unpacked
from handlers.bounds.calls import Call, at_most

__all__ = ["JSON_BYTES", "Call", "TooLarge", "Unreadable", "at_most", "in_utf8", "sound", "unpacked"]
