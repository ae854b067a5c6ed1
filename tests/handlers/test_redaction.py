"""A secret that is known is found however it is written, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from handlers.base import Unavailable
from handlers.mastodon import MastodonSettings
from handlers.oauth import Client, Grant
from handlers.redaction import HIDDEN, Redactor, redact, redact_body

TOKEN = "tok/en+ü\"'<&-9 Zk"


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        quote(TOKEN),
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower().replace("-9%20zk", "-9%20Zk"),
        quote_plus(TOKEN),
        json.dumps(TOKEN),
        json.dumps({"inner": json.dumps({"a": TOKEN})}),
        json.dumps(TOKEN).replace("/", "\\/"),
        html.escape(TOKEN),
        repr(TOKEN),
    ],
)
def test_a_secret_is_found_however_it_is_written(written: str) -> None:
    redactor = Redactor()
    redactor.know(TOKEN)
    assert redactor.redact(f"a {TOKEN}") == f"a {HIDDEN}"
    assert HIDDEN in redactor.redact(f"error: {written}!")
    assert HIDDEN.encode() in redactor.redact_body(f"error: {written}!".encode())


PLAIN = "AbCd0123-efgh_456"


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def unicoded(text: str) -> str:
    return "".join(f"\\u{ord(one):04x}" for one in text)


@pytest.mark.parametrize("secret", [TOKEN, PLAIN])
@pytest.mark.parametrize(
    "write",
    [
        percent,
        lambda text: percent(text).lower(),
        lambda text: percent(percent(text)),
        lambda text: quote(percent(text)),
        unicoded,
        lambda text: unicoded(text).upper().replace("U", "u"),
        lambda text: json.dumps(unicoded(text))[1:-1],
        lambda text: json.dumps(json.dumps(json.dumps(unicoded(text)))),
        lambda text: json.dumps(json.dumps(json.dumps(text))),
        lambda text: "".join(f"\\x{ord(one):02x}" for one in text),
        lambda text: "".join(f"&#{ord(one)};" for one in text),
        lambda text: "".join(f"&#x{ord(one):X};" for one in text),
        lambda text: html.escape("".join(f"&#{ord(one)};" for one in text)),
        lambda text: json.dumps(percent(text[:5]) + text[5:8] + unicoded(text[8:])),
        lambda text: "".join(percent(one) if at % 2 else one for at, one in enumerate(text)),
    ],
)
def test_a_secret_of_which_every_sign_is_written_otherwise_is_found(
    secret: str, write: Callable[[str], str]
) -> None:
    redactor = Redactor()
    redactor.know(secret)
    said = f"error: %20 caf\\u00e9 {write(secret)}! end"
    found = redactor.redact(said)
    assert found.startswith("error: %20 caf\\u00e9 ")
    assert found.endswith("! end")
    assert HIDDEN in found
    assert not set(re.findall(r"%[4-7]\w|u00[4-7]|&#\d", found))
    assert redactor.holds(said)
    assert redactor.redact_body(said.encode()) == found.encode()


WRITTEN = (
    lambda one: one,
    percent,
    unicoded,
    lambda one: percent(percent(one)),
    lambda one: json.dumps(unicoded(one))[1:-1],
    lambda one: f"&#{ord(one)};",
)


@given(
    st.lists(st.sampled_from(WRITTEN), min_size=len(PLAIN), max_size=len(PLAIN)),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_whichever_way_each_sign_is_written_only_the_secret_goes(
    ways: list[Callable[[str], str]], before: str, after: str
) -> None:
    redactor = Redactor()
    redactor.know(PLAIN)
    written = "".join(way(one) for way, one in zip(ways, PLAIN, strict=True))
    before, after = f"{before} ", f" {after}"
    assert redactor.redact(before + written + after) == before + HIDDEN + after


@given(st.text(st.sampled_from('%4\\u0061x;&#a"/'), max_size=60))
def test_escapes_without_a_secret_stay_as_they_are(text: str) -> None:
    redactor = Redactor()
    redactor.know(PLAIN, TOKEN)
    assert redactor.redact(text) == text


def test_escapes_without_end_are_looked_over_in_time(linear: Callable[..., None]) -> None:
    redactor = Redactor()
    redactor.know(PLAIN, TOKEN)
    for sign in ("%41", "%25", "\\", "\\u0041", "&#65;", "&amp;", "%", "&#"):
        linear(redactor.redact, sign * 20_000, sign * 2_500)


@given(
    st.text(st.characters(codec="utf-8"), min_size=9).filter(lambda text: not text.isalnum()),
    st.text(max_size=40),
)
def test_in_base64_it_is_found_wherever_it_stands(secret: str, before: str) -> None:
    redactor = Redactor()
    redactor.know(secret)
    coded = base64.b64encode(f"{before}{secret}".encode()).decode()
    if len(secret.encode()) >= 11:
        assert HIDDEN in redactor.redact(f"Basic {coded}")


@given(st.text(max_size=200))
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    redactor = Redactor()
    redactor.know("a-long-secret-0815", "another/secret+1")
    assert redactor.redact(text) == text


def test_short_words_and_numbers_are_no_secrets() -> None:
    redactor = Redactor()
    redactor.know("short", "workshop", "Bootcamp", "20261128", None, "")
    text = "a short workshop, Bootcamp 20261128"
    assert redactor.redact(text) == text


def test_only_so_many_passing_secrets_are_remembered_and_the_lasting_ones_for_ever() -> None:
    redactor = Redactor()
    redactor.know("lasting-secret-1")
    redactor.know("passing-secret-x", passing=True)
    for number in range(300):
        redactor.know(f"passing-secret-{number}", passing=True)
    assert redactor.redact("lasting-secret-1") == HIDDEN
    assert redactor.redact("passing-secret-299") == HIDDEN
    assert redactor.redact("passing-secret-x") != HIDDEN


def test_settings_grants_and_apps_make_their_secrets_known() -> None:
    MastodonSettings(base_url="https://m.example", access_token=SecretStr("settings-secret-1"))
    Grant(access="grant-access-1", refresh="grant-refresh-1")
    Client("https://m.example/token", "app", "client-secret-1")
    said = "settings-secret-1 grant-access-1 grant-refresh-1 client-secret-1"
    assert redact(said) == " ".join([HIDDEN] * 4)
    assert redact_body(said.encode()) == redact(said).encode()
    assert str(Unavailable(f"It said {said}.")) == f"It said {redact(said)}."


LONG = "VHlLirmTdt0lTWY7Q9SHskkBNiDCNWzA"
MIXED = "sandbox-mastodon-access-Token_9f/8+x=="


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("secret", [LONG, MIXED])
@pytest.mark.parametrize(
    "write",
    [
        str.upper,
        str.lower,
        str.swapcase,
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex().upper(),
        lambda text: coded(f"u:{text}"),
        lambda text: coded(coded(f"u:{text}")),
        lambda text: coded("a" + coded("bc" + coded(f"user:{text}"))),
        lambda text: base64.encodebytes(f"Authorization: Bearer {text} and email: {text}".encode()).decode(),
        lambda text: base64.b32encode(text.encode()).decode(),
        lambda text: base64.b32encode(b"ab" + text.encode()).decode().lower(),
        lambda text: quopri.encodestring(f"x={text}".encode()).decode(),
        lambda text: "".join(f"={ord(one):02X}" for one in text),
        lambda text: quopri.encodestring(("y" * 60 + text).encode()).decode(),
        lambda text: "".join(f"\\{ord(one):03o}" for one in text),
        lambda text: f"{text[:16]}\n{text[16:]}",
        lambda text: f"> {text[:16]}\r\n> {text[16:]}",
        lambda text: json.dumps(f"{text[:16]}\n{text[16:]}"),
        lambda text: f"{text[:10]}<wbr>{text[10:]}",
        lambda text: f"{text[:10]}&shy;{text[10:]}",
        lambda text: f"{text[:10]}\u00ad{text[10:]}",
        lambda text: json.dumps(f"{text[:10]}\u00ad{text[10:]}"),
        "\u200b".join,
        "\0".join,
        lambda text: percent(f"{text[:10]}\n{text[10:]}".upper()),
        lambda text: text[:-1],
        lambda text: text[1:],
        lambda text: f"{text[:-2]}…",
        lambda text: f"{text[:12].upper()}\n{text[12:-3].upper()}",
    ],
)
def test_in_another_form_broken_or_cut_it_is_found(secret: str, write: Callable[[str], str]) -> None:
    redactor = Redactor()
    redactor.know(secret)
    said = f"Bad token: {write(secret)} (see the log)"
    found = redactor.told(said)
    assert found.startswith("Bad token: ")
    assert found.endswith(" (see the log)")
    assert HIDDEN in found
    assert redactor.holds(said)
    assert redactor.redact_body(said.encode()).decode().replace("\0", "") == found


@given(st.integers(0, len(LONG)), st.integers(0, len(LONG)))
def test_of_a_long_secret_twelve_characters_at_an_end_are_hidden(first: int, last: int) -> None:
    redactor = Redactor()
    redactor.know(LONG)
    piece = LONG[first:last]
    whole = len(piece) >= 12 and (first == 0 or last == len(LONG))
    assert (redactor.redact(f"No {piece} here") == f"No {HIDDEN} here") is whole


def test_a_word_or_two_of_a_secret_are_no_secret() -> None:
    """The beginning of a token, or of an address with one, is said every day."""
    redactor = Redactor()
    redactor.know(MIXED, "WorkShop", "https://upload.example/upload/v3/videos?upload_id=" + LONG)
    said = "sandbox-mastodon-access of the workshop, see https://upload.example/upload/v3/videos"
    assert redactor.redact(said) == said


def test_the_number_of_an_account_is_no_secret_although_a_token_begins_with_it() -> None:
    """X's tokens of OAuth 1.0a are the account's number, a dash and the secret: X tells that number in every answer."""
    redactor = Redactor()
    redactor.know("1589960000000000000-sandbox", "1589960000000000000-" + LONG)
    said = '{"id":"1589960000000000000","username":"community"}'
    assert redactor.redact(said) == said
    assert redactor.redact_body(said.encode()) == said.encode()
    assert LONG[-12:] not in redactor.redact(f"the token …{LONG[-20:]}")
    assert LONG not in redactor.redact("1589960000000000000-" + LONG)


PROSE = st.lists(
    st.sampled_from(
        (
            "The workshop",
            "sandbox",
            "mastodon",
            "access",
            "Token",
            "secret",
            "another",
            "long",
            "Registration",
            "is open:",
            "https://coderefinery.org/workshops/2026-spring?lang=en&day=3",
            "10:00=ok",
            "\n",
            "\n\n> ",
            "C++",
            "R&D",
            "Tietojenkäsittelytiede",
            "100 %",
            "#CodeRefinery",
            "@bob@fosstodon.org",
            "👩\u200d👩\u200d👧",
            "donaudampfschifffahrtsgesellschaft",
            "dGhlIHdvcmtzaG9wIGlzIG9wZW4=",
            "deadbeefcafe0123456789",
            "a\\nb",
            "=3D",
            "0815",
        )
    )
    | st.text(max_size=20),
    max_size=30,
).map(" ".join)


@given(PROSE)
def test_prose_without_secrets_is_never_changed(text: str) -> None:
    redactor = Redactor()
    redactor.know(
        LONG, MIXED, "a-long-secret-0815", "another/secret+1", "WorkShop", TOKEN, ":p455w0rd@db.example"
    )
    assert redactor.redact(text) == text
    assert redactor.redact_body(text.encode(errors="surrogatepass")) == text.encode(errors="surrogatepass")


def test_whatever_an_answer_is_full_of_it_is_looked_over_in_time(linear: Callable[..., None]) -> None:
    redactor = Redactor()
    redactor.know(LONG, MIXED, TOKEN)
    for sign in (
        "a",
        "\n",
        "\n ",
        "VHlL",
        LONG[:12] + " ",
        "=41",
        "<wbr>",
        "\\101",
        "\\" * 8,
        "=\n",
        LONG.lower()[:11],
    ):
        linear(redactor.redact, sign * 16_000, sign * 2_000)


def test_what_was_harmless_is_looked_over_again_once_another_secret_is_known() -> None:
    redactor = Redactor()
    redactor.know(TOKEN)
    written = b"a " + base64.b64encode(base64.b64encode(b"x" + LONG.encode())) + b" b"
    assert redactor.redact_body(written) == redactor.redact_body(written) == written
    redactor.know(LONG)
    assert HIDDEN.encode() in redactor.redact_body(written)
