"""No answer is slow to look through for secrets: the time grows with its size, and not with its square."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from handlers.redaction import Redactor

SIZE = 1 << 16
PIECES = (
    *(sign.encode() for sign in string.punctuation + string.whitespace + "\0Aa0f"),
    *(
        b"%25",
        b"%u0025",
        b"25",
        b"\\u005c",
        b"\\\\u0041",
        b"\\x5c",
        b"\\134",
        b"&amp;",
        b"amp;",
        b"&#38;#",
        b"&#x26;",
        b"&#0",
    ),
    *(
        b"=3D",
        b"a=\r\n",
        b"aB1\n",
        b"\n \t>",
        b"<wbr>",
        b"<wbr ",
        b"&shy;",
        b"\xc2\xad",
        b"\xe2\x80\x8b",
        b"\\n",
        b"\\\\r",
    ),
    *(
        b"aB",
        b"YUJj",
        b"WVVKag==",
        b"NFQUEY3E",
        b"6142",
        b"tok/en+1234567",
        b"AbCdEf%2F",
        b"\xed\xa0\x80",
        b"\xff",
    ),
)
"""What an answer may consist of, over and over: each sign alone, and whatever the filter undoes."""


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    made = Redactor()
    made.know("tok/en+12345678-xyz", "AbCdEf%2F+/==12345678", "6142434445464748494a", "x" * 43)
    return made


@pytest.mark.parametrize("end", [b"", b"!", b"n"], ids=["", "sign", "letter"])
@pytest.mark.parametrize("piece", PIECES)
def test_no_answer_is_slow_to_look_through(
    redactor: Redactor, linear: Callable[..., None], piece: bytes, end: bytes
) -> None:
    body = piece * (SIZE // len(piece))
    linear(redactor.redact_body, body + end, body[: SIZE // 8] + end)
