"""What was seen before is not looked over again, and yet no secret passes."""

from __future__ import annotations

import base64
import json
import random

import pytest

from handlers.harmless import LEAST, Harmless
from handlers.redaction import HIDDEN, Redactor

SECRET = "q7Kz-41mVbT9xEw2LpRd8sYc"


def message(number: int, said: str = "") -> dict[str, object]:
    return {
        "id": number,
        "content": said or f"Story number {number}, told at length. " * 20,
        "flags": ["read"],
    }


def answer(messages: list[dict[str, object]]) -> bytes:
    return json.dumps({"result": "success", "messages": messages}).encode()


def knowing(*secrets: str) -> Redactor:
    made = Redactor()
    made.know(*secrets)
    return made


def test_of_messages_that_were_seen_only_new_ones_are_looked_over() -> None:
    made, first = Harmless(), answer([message(one) for one in range(40)])
    assert made.new(first) == first
    made.add(first)
    assert made.new(first) == b""
    later = answer([message(one) for one in range(3, 41)])
    assert len(made.new(later)) < len(later) / 3
    assert b'"id": 40' in made.new(later)


@pytest.mark.parametrize(
    "written",
    [SECRET, SECRET.upper(), base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()],
    ids=["plain", "case", "base64", "hex"],
)
@pytest.mark.parametrize("where", [0, 17, 39])
def test_a_secret_in_a_message_among_known_ones_is_taken_out(written: str, where: int) -> None:
    redactor, messages = knowing(SECRET), [message(one) for one in range(40)]
    known = answer(messages)
    assert redactor.redact_body(known) == known
    messages[where] = message(where, f"A stranger's words: {written}")
    found = redactor.redact_body(answer(messages)).decode()
    assert written not in found
    assert json.loads(found)["messages"][where]["content"].endswith(HIDDEN)


def test_a_secret_that_becomes_known_is_found_in_what_was_seen_before() -> None:
    redactor, body = (
        knowing("another-Secret-42"),
        answer([message(one) for one in range(30)] + [message(31, SECRET)]),
    )
    assert redactor.redact_body(body) == body
    redactor.know(SECRET)
    assert SECRET.encode() not in redactor.redact_body(body)


def test_a_secret_across_a_border_is_found() -> None:
    """Such a text is no JSON; and the border itself may be of the secret."""
    secret = 'q7Kz41mVbT9xEw{"id":72LpRd8sYc'
    redactor, filler = knowing(secret), 'x},{"id":5y' * LEAST
    for text in (filler, f"{filler}{secret}{filler}"):
        assert secret.encode() not in redactor.redact_body(text.encode())
        assert secret.encode() not in redactor.redact_body(text.encode())


def test_again_and_again_it_is_as_if_all_was_looked_over() -> None:
    rng, redactor = random.Random(8), knowing(SECRET)  # noqa: S311
    messages = [message(one) for one in range(30)]
    for number in range(60):
        if rng.random() < 0.3:
            said = rng.choice([SECRET, SECRET[:15], f"{SECRET[:6]}\u200b{SECRET[6:]}", "nothing", "q7Kz"])
            messages[rng.randrange(30)] = message(number, said * rng.randint(1, 3))
        messages = [*messages[1:], message(100 + number)]
        body = answer(messages)
        assert redactor.redact_body(body) == knowing(SECRET).redact_body(body)
