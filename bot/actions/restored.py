"""What a copy that was brought back does not know: whether it went out since the copy was made.

So before the first request of such a delivery its platform is asked, whoever ordered it and however it came to be sent.
Where the platform cannot tell, people are asked, and who orders it again then has looked.
"""

from __future__ import annotations

from bot.actions.holding import Hold
from bot.desk import Desk
from handlers.base import Outgoing, Platform, PlatformError, Published, Unavailable, Uncertain
from storage.models import Delivery


class CannotTell(Uncertain):
    """The platform does not show whether it is out: nothing was sent, and people are to be asked."""


def look(desk: Desk, platform: Platform, outgoing: Outgoing, delivery: Delivery) -> Published | None:
    """Whether the delivery is out since the copy was made; None: it is not, or nobody needs to ask (any more).

    Raises `Unavailable` and `CannotTell`.
    """
    if delivery.restored_at is None:
        return None
    try:
        found = platform.find(outgoing, Hold(desk, delivery).ticket())
    except Unavailable:
        raise
    except PlatformError as error:
        _looked(desk, delivery)
        raise CannotTell(str(error)) from None
    _looked(desk, delivery)
    return found


def _looked(desk: Desk, delivery: Delivery) -> None:
    with desk.database.transaction() as session:
        row = session.get_one(Delivery, delivery.id)
        delivery.receipt = row.receipt  # parts of a thread that were found count as out
        row.restored_at = delivery.restored_at = None
        session.add(row)
