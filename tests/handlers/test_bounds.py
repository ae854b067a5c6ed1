"""Whatever a server sends, a call ends: in time, and with little memory. A real server sends it, to the real clients."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.chat import ChatError, Down, Lost
from bot.chat import wire as chat
from bot.chat.budget import Budget
from bot.sandbox import rudeness
from bot.sandbox.serve import serving
from handlers.base import PlatformError, Uncertain
from handlers.bounds import Call, TooLarge, Unreadable, at_most, in_utf8, sound, unpacked
from handlers.bounds.bodies import DEEPEST
from handlers.redaction import HIDDEN, know
from handlers.web import Web
from handlers.wire import Wire, may_have_left

BROKEN = ("huge", "bomb", "endless", "trailer", "drip", "drip-headers")
"""Answers without an end that a client could wait for."""
SHORT_S = 0.6
MOST_BYTES = 24 << 20
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """`/rude/<fault>` and below is answered so, everything else with success."""
    if scope["type"] != "http":
        return
    answer: Response = JSONResponse(
        {
            "result": "success",
            "zulip_version": "12.0",
            "zulip_feature_level": 481,
            "id": "1",
            "word": "w" * 400,
        }
    )
    if scope["path"] == "/wide":
        body = '{"said": "secret-of-an-answer"}'.encode("utf-16")
        await Response(body, media_type="application/json")(scope, receive, send)
        return
    _, given, said = scope["path"].partition("/said/")
    if given:
        await Response(said, media_type="application/json")(scope, receive, send)
        return
    parts = scope["path"].split("/")
    if "rude" in parts:
        fault = parts[parts.index("rude") + 1]
        await rudeness.answer(fault, answer, (scope, receive, send), 0.05)
    else:
        await Request(scope, receive).body()
        await answer(scope, receive, send)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(lambda _: app) as base:
        yield base


def by_wire(base: str, path: str) -> object:
    """As Mastodon.py and tweepy ask."""
    with Wire(base) as wire, pytest.raises(requests.RequestException) as caught:
        wire.post(base + path, data=b"x")
    assert may_have_left(caught.value)
    return caught.value


def by_web(base: str, path: str) -> object:
    """As LinkedIn, YouTube and the sign-ins are asked."""
    with Web.open("YouTube") as web, pytest.raises(PlatformError) as caught:
        web.call("POST", base + path, acts=True, content=b"x")
    assert isinstance(caught.value, Uncertain)
    return caught.value


def by_chat(base: str, path: str) -> object:
    """As the chat is asked."""
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    with pytest.raises(ChatError) as caught:
        wire.call(path.removeprefix("/"), "POST", {"a": "b"}, once=True)
    assert isinstance(caught.value, Down)
    return caught.value


CLIENTS = [by_wire, by_web, by_chat]


@contextmanager
def frugal(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ask", CLIENTS)
@pytest.mark.parametrize("fault", BROKEN)
def test_an_answer_without_an_end_is_an_answer_lost(
    base: str, ask: Callable[[str, str], object], fault: str
) -> None:
    begun = time.monotonic()
    with at_most(SHORT_S), frugal(3 * MOST_BYTES):  # the chat takes up to 16 MiB, which `requests` joins
        ask(base, f"/rude/{fault}")
    assert time.monotonic() - begun < 4 * SHORT_S


def test_the_end_comes_although_every_read_succeeds(base: str) -> None:
    """The time-out of a socket alone never ends it: 400 bytes, one every 50 ms."""
    begun = time.monotonic()
    with at_most(SHORT_S):
        by_web(base, "/rude/drip")
    assert SHORT_S * 0.9 < time.monotonic() - begun < 3 * SHORT_S


def test_a_file_that_drips_ends_too(base: str) -> None:
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    begun = time.monotonic()
    with at_most(SHORT_S), pytest.raises(Down):
        wire.download("/user_uploads/rude/drip", 1 << 20)
    assert time.monotonic() - begun < 3 * SHORT_S


def test_a_file_is_no_larger_than_its_limit_however_it_is_packed(base: str) -> None:
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    for fault in ("huge", "bomb"):
        with frugal(MOST_BYTES), pytest.raises(ChatError, match="larger than 1 MiB"):
            wire.download(f"/user_uploads/rude/{fault}", 1 << 20)


def test_a_server_that_never_finishes_the_handshake_ends_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def drip() -> None:
            plug, _ = listener.accept()
            with plug:
                try:
                    for one in b"\x16\x03\x03\x40\x00" + bytes(200):
                        plug.send(bytes([one]))
                        time.sleep(0.05)
                except OSError:
                    pass

        for ask in (by_wire_tls, by_web_tls):
            thread = threading.Thread(target=drip)
            thread.start()
            begun = time.monotonic()
            with at_most(SHORT_S):
                ask(f"https://127.0.0.1:{port}/")
            assert time.monotonic() - begun < 3 * SHORT_S
            thread.join()


def by_wire_tls(address: str) -> None:
    with Wire(address) as wire, pytest.raises(requests.RequestException):
        wire.get(address)


def by_web_tls(address: str) -> None:
    with Web.open("YouTube") as web, pytest.raises(PlatformError):
        web.call("GET", address)


NONSENSE = ["list", "null", "number", "string", "html", "empty", "nested", "nested-wide", "nested-odd"]


@pytest.mark.parametrize("fault", NONSENSE)
def test_what_is_no_object_is_no_answer_of_zulips(base: str, fault: str) -> None:
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    with pytest.raises(Down):
        wire.call(f"rude/{fault}", "GET")


@pytest.mark.parametrize("result", [17, None, True, [], ["success"], {"a": 1}, "ok", "", "SUCCESS"])
@pytest.mark.parametrize("code", ["", "BAD_REQUEST", 5])
def test_an_answer_whose_result_is_of_another_kind_is_no_refusal(
    base: str, result: object, code: object
) -> None:
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    said = json.dumps({"result": result, "msg": "", "code": code})
    with pytest.raises(Down, match="it is no answer of Zulip"):
        wire.call(f"said/{quote(said, safe='')}")
    with pytest.raises(Lost):
        wire.call(f"said/{quote(said, safe='')}", "POST", once=True)


def test_why_zulip_does_not_answer_is_said_in_words(base: str) -> None:
    """No class of the library, which nobody can act on."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = f"http://127.0.0.1:{silent.getsockname()[1]}"
        whys = {deaf: "no answer in time", base.replace("http:", "https:"): "it does not speak https there"}
        for site, why in whys.items():
            with pytest.raises(requests.RequestException) as caught:
                requests.get(site, timeout=SHORT_S)
            assert chat.cause(caught.value) == why
    with pytest.raises(requests.RequestException) as caught:
        requests.get(deaf, timeout=SHORT_S)
    assert chat.cause(caught.value) == "no connection"


def test_redirects_without_end_are_no_answer(base: str) -> None:
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    with pytest.raises(Down):
        wire.call("rude/redirects", "GET")


def test_a_kept_connection_is_watched_again(base: str) -> None:
    """The chat keeps its connections: the second call on one has an end as well."""
    wire = chat.Wire(email="b@x", key="k", site=base, pause=lambda _: True, budget=Budget())
    wire.call("good")
    begun = time.monotonic()
    with at_most(SHORT_S), pytest.raises(Down):
        wire.call("rude/drip-headers")
    assert time.monotonic() - begun < 3 * SHORT_S
    assert wire.call("good")["result"] == "success"


def test_a_call_that_ended_lets_go_of_its_connections(base: str) -> None:
    with Call(60) as call, Wire(base) as wire:
        wire.get(f"{base}/good")
        held = list(call._plugs)
        assert held
    assert all(one.fileno() < 0 for one in held)


@given(
    st.recursive(
        st.text(max_size=4) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
    )
)
def test_json_that_is_not_deep_stays_as_it_is(value: object) -> None:
    body = json.dumps(value).encode()
    assert sound(body) == body


@pytest.mark.parametrize(
    "deep",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"\n [" + b"[" * DEEPEST + b"]" * DEEPEST + b"]",
        b'["]",' * 200_000,
        b" " * 300 + b"[" * 1000,
        b"\xef\xbb\xbf" + b"\r\n" * 100 + b"[" * 1000,
        *((" \n" * 200 + "[" * 1000).encode(one) for one in WIDE),
        *("\ufeff".encode(one) + ("[" * 1000).encode(one) for one in WIDE if one.endswith("e")),
        ("[" * 1000 + '"\ud800"').encode("utf-16", "surrogatepass"),
    ],
)
def test_json_that_is_too_deep_is_nothing(deep: bytes) -> None:
    assert sound(in_utf8(deep)[0]) == b""


@pytest.mark.parametrize("charset", WIDE)
def test_what_is_written_in_two_or_four_bytes_a_sign_is_read_in_one(charset: str) -> None:
    written = '["é", 1, "🎉"]'.encode(charset)
    for told in (
        "application/json",
        f"application/json; charset={charset}",
        f'text/plain;charset="{charset}"',
    ):
        body, kind = in_utf8(written, told)
        assert json.loads(body.decode()) == ["é", 1, "🎉"]
        assert kind in {"application/json", "application/json; charset=utf-8", "text/plain; charset=utf-8"}


@pytest.mark.parametrize(
    "charset", ["utf-7", "cp037", "unicode_escape", "punycode", "zip", "hz", "iso-2022-jp", "ucs-2", "?"]
)
def test_a_charset_that_hides_brackets_is_not_believed(charset: str) -> None:
    assert in_utf8(b"+AFs-", f"text/html; charset={charset}; x=1") == (
        b"+AFs-",
        "text/html; charset=utf-8; x=1",
    )


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "us-ascii", "ISO-8859-1", "iso-8859-15", "latin1", "windows-1252"]
)
def test_other_charsets_are_left_to_who_reads(charset: str) -> None:
    told = f"text/html; charset={charset}"
    assert in_utf8("[é]".encode("latin-1"), told) == (b"[\xe9]", told)


@given(st.binary(max_size=100))
def test_what_is_no_text_stays_as_it_is(body: bytes) -> None:
    kept, kind = in_utf8(body, "image/png")
    assert kind == "image/png"
    assert kept == body or kept.lstrip()[:1] in {b"[", b"{"}


def test_a_secret_in_a_wide_answer_is_taken_out_and_the_answer_is_read(base: str) -> None:
    know("secret-of-an-answer")
    with Wire(base) as wire:
        answer = wire.get(f"{base}/wide")
    assert answer.json() == {"said": HIDDEN}
    with Web.open("YouTube") as web:
        assert web.call("GET", f"{base}/wide").json() == {"said": HIDDEN}


def test_brackets_in_texts_are_no_depth() -> None:
    body = json.dumps({"a": "[{" * 1000, "b": ['\\"[' * 100] * 300}).encode()
    assert sound(body) == body


def cut_up(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 7] for at in range(0, len(data), 7))


@given(st.binary(max_size=5000))
def test_what_was_packed_is_unpacked(data: bytes) -> None:
    assert unpacked(cut_up(gzip.compress(data)), "gzip", 5000) == data
    assert unpacked(cut_up(zlib.compress(data)), "Deflate", 6000) == data
    assert unpacked(cut_up(data), "", 5000) == data


def test_packing_that_nobody_asked_for_is_not_undone() -> None:
    for packing in ("gzip, gzip", "br", "zstd"):
        with pytest.raises(Unreadable):
            unpacked([b"x"], packing, 10)
    for broken in (b"no gzip", gzip.compress(b"all of it")[:-9]):
        with pytest.raises(Unreadable):
            unpacked([broken], "gzip", 1000)
    with pytest.raises(TooLarge):
        unpacked([gzip.compress(bytes(1 << 20))], "gzip", 1 << 19)
