"""Search terms (a "narrow"): which messages a person asks for. Raises BAD_NARROW for what the server does not know."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.zulip.errors import Refusal, bad_narrow
from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.rows import Message, Person
from bot.sandbox.zulip.web import Params

Test = Callable[[Message], bool]

_BY_ID = {"id", "stream", "channel", "sender", "group-pm-with", "dm-including", "with"}
_LISTS = {"pm-with", "dm", "group-pm-with", "dm-including"}
_RESOLVED = "✔ "


@dataclass(frozen=True)
class Term:
    """One condition."""

    operator: str
    operand: Any
    negated: bool = False


def read(params: Params, name: str = "narrow") -> list[Term]:
    """The terms of a request, in either form: pairs of texts, or objects. Raises Refusal."""
    raw = params.text(name)
    if raw is None:
        return []
    bad = params.bad_value(name, raw)
    try:
        value = json.loads(raw)
    except ValueError:
        raise bad from None
    if not isinstance(value, list):
        raise bad
    terms = []
    for one in value:
        if isinstance(one, list):
            if len(one) != 2 or not all(isinstance(part, str) for part in one):  # noqa: PLR2004 - a pair
                raise bad
            terms.append(Term(one[0], one[1]))
        elif isinstance(one, dict):
            terms.append(_object(one, bad))
        else:
            raise bad
    return terms


def _object(one: dict[str, Any], bad: Refusal) -> Term:
    operator, operand = one.get("operator"), one.get("operand")
    if not isinstance(operator, str):
        raise bad
    whole = isinstance(operand, int) and not isinstance(operand, bool)
    if operator in _LISTS and isinstance(operand, list) and operator not in {"dm-including", "group-pm-with"}:
        return Term(operator, operand, bool(one.get("negated")))
    if operator in _BY_ID or operator in _LISTS:
        if not isinstance(operand, str) and not whole:
            raise Refusal('elem["operand"] is not a string or integer')
    elif not isinstance(operand, str):
        raise Refusal('elem["operand"] is not a string')
    return Term(operator, operand, bool(one.get("negated")))


class Narrow:
    """The terms, compiled for one person."""

    def __init__(self, organisation: Organisation, person: Person, terms: list[Term]) -> None:
        self._organisation = organisation
        self._person = person
        self.words: list[str] = []
        """Words searched for, to be marked in the answer."""
        self.history = False
        """Messages that were never delivered to the person are meant too."""
        self._tests = [(self._test(term), term.negated) for term in terms]
        if any(term.operator == "is" and term.operand != "resolved" for term in terms):
            self.history = False

    def fits(self, message: Message) -> bool:
        """Is this one of the messages asked for (among those the person has or may have)?"""
        if self._person.user_id not in message.rows:
            may = message.stream_id is not None and self._organisation.can_read(self._person, message)
            if not (self.history and may):
                return False
        return all(test(message) != negated for test, negated in self._tests)

    def _test(self, term: Term) -> Test:
        operator, operand = term.operator, term.operand
        if operator == "stream" or (operator == "channel" and self._organisation.since(250)):
            return self._channel(term)
        if operator == "topic":
            wanted = str(operand).lower()
            empty = self._organisation.since(334) and wanted in {"", "(no topic)", "general chat"}
            return lambda m: m.stream_id is not None and m.topic.lower() == ("" if empty else wanted)
        if operator == "sender":
            sender = self._user(operand)
            return lambda m: m.sender_id == sender
        if operator in {"dm", "pm-with"}:
            return self._direct(operand)
        if operator == "id":
            return self._id(operand)
        if operator == "is":
            return self._is(str(operand))
        if operator == "has":
            return self._has(str(operand))
        if operator == "search":
            return self._search(str(operand))
        if operator in {"near", "with", "streams", "channels", "dm-including", "group-pm-with", "mentions"}:
            raise bad_narrow(f"unknown operator {operator} (the sandbox leaves it out)")
        raise bad_narrow(f"unknown operator {operator}")

    def _channel(self, term: Term) -> Test:
        organisation, operand = self._organisation, term.operand
        if isinstance(operand, int):
            channel = organisation.channels.get(operand)
        else:
            channel = organisation.channel_named(operand)
        if channel is None and isinstance(operand, str) and operand.isdigit():
            channel = organisation.channels.get(int(operand))
        if channel is None:
            raise bad_narrow(f"unknown {organisation.word} {operand}")
        if not term.negated and organisation.can_see(self._person, channel):
            self.history = channel.history_public or not channel.private
        stream_id = channel.stream_id
        return lambda m: m.stream_id == stream_id

    def _user(self, operand: Any) -> int:
        organisation = self._organisation
        person = (
            organisation.people.get(operand)
            if isinstance(operand, int)
            else organisation.by_email(str(operand))
        )
        if person is None:
            raise bad_narrow(f"unknown user {operand}")
        return person.user_id

    def _direct(self, operand: Any) -> Test:
        if isinstance(operand, str):
            users = [self._user(one.strip()) for one in operand.split(",") if one.strip()]
        else:
            users = [self._user(one) for one in operand]
        wanted = sorted({*users, self._person.user_id})
        return lambda m: m.stream_id is None and m.people == wanted

    def _id(self, operand: Any) -> Test:
        try:
            wanted = int(operand)
        except ValueError:
            raise bad_narrow("Invalid message ID") from None
        return lambda m: m.id == wanted

    def _is(self, operand: str) -> Test:
        me = self._person.user_id
        if operand in {"dm", "private"}:
            return lambda m: m.stream_id is None
        if operand in {"mentioned", "alerted"}:
            return lambda m: any("mentioned" in flag for flag in m.rows.get(me, []))
        if operand == "unread":
            return lambda m: "read" not in m.rows.get(me, ["read"])
        if operand == "starred":
            return lambda m: "starred" in m.rows.get(me, [])
        if operand == "resolved":
            return lambda m: m.topic.startswith(_RESOLVED)
        raise bad_narrow(f"unknown 'is' operand {operand}")

    def _has(self, operand: str) -> Test:
        if operand == "reaction" and self._organisation.since(249):
            return lambda m: bool(m.reactions)
        if operand == "attachment":
            return lambda m: 'href="/user_uploads/' in m.rendered
        if operand == "image":
            return lambda m: "<img" in m.rendered and "/user_uploads/" in m.rendered
        if operand == "link":
            return lambda m: "<a href=" in m.rendered
        raise bad_narrow(f"unknown 'has' operand {operand}")

    def _search(self, operand: str) -> Test:
        words = operand.lower().split()
        self.words += words
        return lambda m: all(word in m.content.lower() or word in m.topic.lower() for word in words)


_EVENT_OPERATORS = {"stream", "channel", "topic", "sender", "is"}


def event_filter(narrow: Any) -> Callable[[dict[str, Any], list[str]], bool]:
    """The narrow of an event queue: pairs only, of a few operators; unknown channels are taken silently."""
    pairs: list[tuple[str, str]] = []
    for index, one in enumerate(narrow or []):
        if not isinstance(one, list):
            raise Refusal(f"narrow[{index}] is not a list")
        if len(one) != 2 or not all(isinstance(part, str) for part in one):  # noqa: PLR2004 - a pair
            raise Refusal(f"narrow[{index}] should have exactly 2 items")
        if one[0] not in _EVENT_OPERATORS:
            raise Refusal("Operator has not supported.")
        pairs.append((one[0], one[1]))

    def wants(message: dict[str, Any], flags: list[str]) -> bool:
        return all(_event_fits(operator, operand, message, flags) for operator, operand in pairs)

    return wants


def _event_fits(operator: str, operand: str, message: dict[str, Any], flags: list[str]) -> bool:
    direct = bool(message["type"] == "private")
    if operator in {"stream", "channel"}:
        return not direct and str(message["display_recipient"]).lower() == operand.lower()
    if operator == "topic":
        return not direct and str(message["subject"]).lower() == operand.lower()
    if operator == "sender":
        return bool(message["sender_email"].lower() == operand.lower())
    if operand in {"dm", "private"}:
        return direct
    if operand in {"mentioned", "alerted"}:
        return any("mentioned" in flag for flag in flags)
    if operand == "unread":
        return "read" not in flags
    if operand == "starred":
        return "starred" in flags
    if operand == "resolved":
        return not direct and str(message["subject"]).startswith(_RESOLVED)
    return False
