"""What the stand-in refuses, in the words and codes of the real server."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that is an error: a sentence, Zulip's code, the HTTP status and further fields."""

    def __init__(self, msg: str, code: str | None = "BAD_REQUEST", status: int = 400, **fields: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.code = code
        self.status = status
        self.fields = fields

    def body(self) -> dict[str, Any]:
        """The JSON a client gets."""
        answer: dict[str, Any] = {"result": "error", "msg": self.msg, **self.fields}
        if self.code is not None:
            answer["code"] = self.code
        return answer


def missing(name: str) -> Refusal:
    """A parameter that must be there is not."""
    return Refusal(f"Missing '{name}' argument", "REQUEST_VARIABLE_MISSING", var_name=name)


def invalid_message() -> Refusal:
    """No such message, or none that this person may see: Zulip does not tell which."""
    return Refusal("Invalid message(s)")


def unauthorized(msg: str) -> Refusal:
    """The key, the account or the header is not good."""
    return Refusal(msg, "UNAUTHORIZED", 401)


def bad_queue(queue_id: str) -> Refusal:
    """The event queue is gone, or somebody else's."""
    return Refusal(f"Bad event queue ID: {queue_id}", "BAD_EVENT_QUEUE_ID", queue_id=queue_id)


def bad_narrow(description: str) -> Refusal:
    """A search term that the server does not know."""
    return Refusal(f"Invalid narrow operator: {description}", "BAD_NARROW", desc=description)


def unknown_to_sandbox(what: str) -> Refusal:
    """A part of Zulip that the sandbox leaves out; never a made-up success."""
    return Refusal(f"The sandbox does not know {what}.", "BAD_REQUEST", 404)
