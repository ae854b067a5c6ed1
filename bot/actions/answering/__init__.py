"""The answers to commands and questions: one function per verb, in a written table.

approving   approve, veto, withdraw
holds       hold
steering    resume, cancel, retry, published
moving      move, now
changing    edit, copy, alt, take
asking      plan, drafts, waiting, history, show, log, status, help
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.actions import pointing, rows
from bot.actions.answering import approving, asking, changing, confirming, holds, moving, steering
from bot.actions.answering.order import Order, UserError
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Command, Orders

VERBS: Mapping[str, Callable[[Order], str | None]] = {
    "approve": approving.approve,
    "veto": approving.veto,
    "withdraw": approving.withdraw,
    "hold": holds.hold,
    "resume": steering.resume,
    "cancel": steering.cancel,
    "move": moving.move,
    "now": moving.at_once,
    "retry": steering.retry,
    "published": confirming.published,
    "edit": changing.edit,
    "copy": changing.copy,
    "alt": changing.alt,
    "take": changing.take,
    "plan": asking.plan,
    "drafts": asking.drafts,
    "waiting": asking.waiting,
    "history": asking.history,
    "show": asking.show,
    "log": asking.log,
    "status": asking.status,
    "help": asking.help_on,
}


def answer(desk: Desk, message: Message, said: Command | Orders, person: Person, now: datetime) -> str | None:
    """What the bot says to a command, or to several; None when what happened is told anyway. Raises `ChatError`."""
    if isinstance(said, Command) and not said.others:
        return _answer(Order(desk, message, said, person, now))
    each = said.each if isinstance(said, Orders) else (said,)
    orders = [one for command in each for one in Order(desk, message, command, person, now).each()]
    for one in orders:  # an edit that is to be read first is found before anything is done
        with suppress(UserError):
            one.post()
    return "\n".join(told for one in orders if (told := _answer(one))) or None


def _answer(order: Order) -> str | None:
    try:
        told = VERBS[order.command.verb](order)
    except UserError as error:
        return str(error)
    if told is not None or order.message.place.channel_id is not None:
        return told
    with order.desk.database.reading() as session:  # what came of it is told in the channel
        copied = rows.by_draft(session, order.message.id)
    number = copied.id if copied is not None else order.command.post
    return pointing.where_card_is(order.desk, number) if number is not None else None
