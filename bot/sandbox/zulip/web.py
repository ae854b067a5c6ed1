"""From an HTTP request to a call: parameters, who calls, how often; and from the result to an answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.zulip.errors import Refusal, missing, unauthorized
from bot.sandbox.zulip.organisation import KEY_LENGTH, Organisation
from bot.sandbox.zulip.rows import Person

NO_STORE = {
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Vary": "Accept-Language",
}
_AGENT = re.compile(r"^(?P<name>[^/ ]*[^0-9/(]*)(/[^/ ]*)?([ /].*)?$")


class Params:
    """A request's parameters; it knows which were read, so that the rest can be listed as ignored."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._read: set[str] = set()

    def ignored(self) -> list[str]:
        """Names nobody asked for."""
        return sorted(set(self._values) - self._read)

    def as_sent(self) -> dict[str, str]:
        """All of them, as received."""
        return dict(self._values)

    def text(self, name: str) -> str | None:
        """The parameter as text, None when it is not there."""
        self._read.add(name)
        return self._values.get(name)

    def required(self, name: str) -> str:
        """The parameter as text. Raises Refusal when it is not there."""
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def json(self, name: str) -> Any:
        """The parameter read as JSON, None when it is not there. Raises Refusal."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(f'Argument "{name}" is not valid JSON.') from None

    def number(self, name: str) -> int | None:
        """The parameter as a whole number."""
        value = self.json(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise Refusal(f"{name} is not an integer")
        return value

    def natural(self, name: str, otherwise: int | None = None) -> int:
        """A number that is not negative; Zulip's older check of `num_before` and its like."""
        raw = self.text(name)
        if raw is None:
            if otherwise is None:
                raise missing(name)
            return otherwise
        if not raw.isdigit():
            raise self.bad_value(name, raw)
        return int(raw)

    @staticmethod
    def bad_value(name: str, raw: str) -> Refusal:
        """A value that the older checks of Zulip could not read."""
        return Refusal(
            f"Bad value for '{name}': {raw}", "REQUEST_VARIABLE_INVALID", var_name=name, bad_value=raw
        )

    def flag(self, name: str, otherwise: bool = False) -> bool:
        """The parameter as true or false."""
        value = self.json(name)
        if value is None:
            return otherwise
        if not isinstance(value, bool):
            raise Refusal(f"{name} is not a boolean")
        return value

    def listed(self, name: str, kind: type[int | str]) -> list[Any] | None:
        """The parameter as a list of numbers or of texts."""
        value = self.json(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise Refusal(f"{name} is not a list")
        for index, one in enumerate(value):
            if not isinstance(one, kind) or isinstance(one, bool):
                raise Refusal(f"{name}[{index}] is not {'an integer' if kind is int else 'a string'}")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """The parameter as an object; empty when it is not there."""
        value = self.json(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refusal(f"{name} is not a dict")
        return value


@dataclass
class Call:
    """One request of one person, ready to be answered."""

    person: Person
    params: Params
    path: dict[str, Any] = field(default_factory=dict)
    files: list[UploadFile] = field(default_factory=list)
    client: str = "API"

    def number(self, name: str) -> int:
        """A number that stands in the path."""
        return int(self.path[name])


def client_name(request: Request) -> str:
    """What a message shows as its client: the program's name in the User-Agent."""
    match = _AGENT.match(request.headers.get("user-agent", ""))
    return (match["name"].strip() if match else "") or "API"


def who(organisation: Organisation, request: Request) -> Person:
    """The account that HTTP Basic authentication names. Raises Refusal (401, or 400 for another scheme)."""
    header = request.headers.get("authorization")
    if header is None:
        raise unauthorized("Not logged in: API authentication or user session required")
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        raise Refusal("This endpoint requires HTTP basic authentication.")
    try:
        email, colon, key = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        email = colon = key = ""
    if not colon:
        raise unauthorized("Invalid authorization header for basic auth")
    return by_key(organisation, key, email)


def by_key(organisation: Organisation, key: str, email: str | None = None) -> Person:
    """The account of an API key (and address, if one is given). Raises Refusal (401)."""
    if len(key) != KEY_LENGTH:
        raise unauthorized("Malformed API key")
    person = next((one for one in organisation.people.values() if one.api_key == key), None)
    if person is None or (email is not None and person.email.lower() != email.lower()):
        raise unauthorized("Invalid API key")
    if not person.is_active:
        raise unauthorized("Account is deactivated")
    return person


class Rate:
    """Counts each person's requests of the last minute, by real time: 200 are allowed."""

    LIMIT = 200
    WINDOW_S = 60.0

    def __init__(self) -> None:
        self.on = False
        self._calls: dict[tuple[int, str], deque[float]] = {}

    def count(self, user_id: int, domain: str) -> tuple[dict[str, str], float | None]:
        """The headers to answer with, and how long to wait when it was one too many."""
        now = time.monotonic()
        calls = self._calls.setdefault((user_id, domain), deque())
        while calls and now - calls[0] > self.WINDOW_S:
            calls.popleft()
        over = self.on and len(calls) >= self.LIMIT
        if not over:
            calls.append(now)
        if not self.on and domain == "api":
            return {}, None  # a server without a limit tells of none
        wait = self.WINDOW_S - (now - calls[0])
        word = "X-Ratelimit" if domain == "events" else "X-RateLimit"
        headers = {
            f"{word}-Limit": str(self.LIMIT),
            f"{word}-Remaining": str(max(0, self.LIMIT - len(calls))),
            f"{word}-Reset": str(int(time.time() + wait)),
        }
        return headers, wait if over else None


async def read(request: Request) -> tuple[Params, list[UploadFile]]:
    """The parameters (the form's before the address's) and the files. A JSON body is not read, as in Zulip."""
    values: dict[str, str] = dict(request.query_params)
    files: list[UploadFile] = []
    kind = request.headers.get("content-type", "")
    if request.method != "GET" and kind.startswith(
        ("multipart/form-data", "application/x-www-form-urlencoded")
    ):
        form = await request.form()
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.append(value)
            else:
                values[name] = value
    return Params(values), files
