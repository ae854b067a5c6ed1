"""The streamed form: read as any server reads it, of the length that it tells, and never without an end."""

from __future__ import annotations

import io
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.multipart import PIECE, Multipart, TooSlow


def read(body: Multipart, size: int) -> bytes:
    pieces = []
    while piece := body.read(size):
        pieces.append(piece)
    return b"".join(pieces)


@given(
    st.dictionaries(
        st.text("ab-", min_size=1, max_size=4), st.text(max_size=30).filter(lambda one: "\r" not in one)
    ),
    st.binary(max_size=300),
    st.sampled_from([1, 7, 16_384]),
)
@example({"description": "Ähren, “Anführung” and \n a line"}, b"\r\n--", 1)
def test_a_server_reads_what_was_given(fields: dict[str, str], data: bytes, size: int) -> None:
    body = Multipart(fields, io.BytesIO(data), len(data), field="file", name="a.png", mime="image/png")
    length, raw = len(body), read(body, size)
    assert len(raw) == length
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    parts = list(BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts())
    assert [str(part.get_param("name", header="content-disposition")) for part in parts] == [*fields, "file"]
    assert parts[-1].get_payload(decode=True) == data
    assert (parts[-1].get_filename(), parts[-1].get_content_type()) == ("a.png", "image/png")


@pytest.mark.parametrize("name", ['a"b.png', "a\r\nX-Evil: 1.png", "ä.png"])
def test_a_name_stays_inside_its_quotes(name: str) -> None:
    body = Multipart({}, io.BytesIO(b"x"), 1, field="file", name=name, mime="image/png")
    head = read(body, 1).partition(b"\r\n\r\n")[0].decode()
    assert len(head.split("\r\n")) == 3
    assert head.count('"') == 4


def test_it_is_told_how_far_it_is_now_and_then_and_at_the_end() -> None:
    size = 3 * 1024 * 1024
    heard: list[int] = []
    body = Multipart(
        {}, io.BytesIO(bytes(size)), size, field="f", name="n", mime="video/mp4", told=heard.append
    )
    read(body, PIECE)
    assert heard == [*range(512 * 1024, size, 512 * 1024), size]


def test_a_file_that_became_shorter_is_no_whole_upload() -> None:
    body = Multipart({}, io.BytesIO(b"abc"), 5, field="f", name="n", mime="image/png")
    with pytest.raises(OSError, match="shorter"):
        read(body, PIECE)


def test_a_line_that_is_too_slow_is_given_up() -> None:
    body = Multipart({}, io.BytesIO(b"abc"), 3, field="f", name="n", mime="image/png")
    assert body.minutes == 2
    body._end = 0.0  # its time is over
    with pytest.raises(TooSlow):
        read(body, PIECE)
    assert body.late
