"""How a platform can go wrong.

    PlatformError            one plain sentence for a volunteer: what happened, what to do
    ├── Rejected             the platform said no; sending the same again would not help
    │   └── Barred           … to the account itself: every other post there would be refused as well
    ├── Unavailable          certainly not out; may be tried again (later)
    │   └── Later            nothing went wrong: the platform still works on a file
    └── Uncertain            the answer was lost: it may be out, so nobody may blindly send again

Any other exception that leaves a platform is a bug, and counts as `Uncertain`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from handlers.redaction import told

_OF_POST: Final = re.compile(r"(?:, so|;|\.) nothing is out(?=\.)(?:\. The bot waits(?=\.))?", re.IGNORECASE)
BY_HAND: Final = "Post the rest by hand"
"""In the sentence of what was refused: nothing is to be ordered again, for what is out would be doubled by it."""


class PlatformError(Exception):
    """Something a person can act on; its text is one sentence that may be shown in chat."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(told(sentence))

    @property
    def of_account(self) -> str:
        """The same in answer to a mere question (`check`, `status`, a sign-in): there is no post that could be out."""
        return _OF_POST.sub("", str(self))


class Rejected(PlatformError):
    """The platform refused, and would refuse again: nothing is out."""


class Barred(Rejected):
    """It is not this post: the account's sign-in is dead, or the account itself may not post (any more).

    People are told once for the account, not once per post. `checked`: the account's check would find it too, so a
    check that finds nothing means that it is over.
    """

    def __init__(self, sentence: str, *, checked: bool = True) -> None:
        super().__init__(sentence)
        self.checked = checked


class Unavailable(PlatformError):
    """Certainly not out: connection refused, rate limit, a refusal that passes.

    `until` is the instant (UTC) before which it makes no sense to try again, if the platform told one;
    `wait` the same as a span from now. Neither: the publisher's own back-off applies.
    """

    def __init__(
        self, sentence: str, *, until: datetime | None = None, wait: timedelta | None = None
    ) -> None:
        super().__init__(sentence)
        self.until = until
        self.wait = wait


class Later(Unavailable):
    """Nothing went wrong and nothing is out: the platform still works on a file. Come back after `wait`.

    It does not count as an attempt. Whoever raises it has saved all that the next turn needs, and gives up with
    `Rejected` after a time of its own.
    """

    def __init__(self, sentence: str, *, wait: timedelta) -> None:
        super().__init__(sentence, wait=wait)


class Uncertain(PlatformError):
    """The request left and its answer was lost, or cannot be understood: it may be out."""
