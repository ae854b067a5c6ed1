"""A post that somebody made by hand is never taken for ours unless it says the same, letter for letter.

For each platform: what it makes of a text, and how much of ours agrees with it. Line breaks, blanks, signs and the scheme
of addresses count; what a platform changes of itself does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.linkedin import little
from bot.sandbox.mastodon import dialects
from bot.sandbox.mastodon.text import rendered
from bot.sandbox.x.text import wrapped
from handlers.base import Outgoing, Part
from handlers.linkedin import stored
from handlers.linkedin.little import escape
from handlers.mastodon.comparing import Comparison
from handlers.mastodon.limits import Limits
from handlers.parts import Place
from handlers.reconcile import Agreement
from handlers.registry import PLATFORMS
from handlers.x import timeline
from handlers.youtube import finding
from handlers.youtube.resource import UNSEEN
from handlers.zulip import writing

OTHER, ALIKE, SAME = Agreement.OTHER, Agreement.ALIKE, Agreement.SAME
HOST: Final = "https://m.example"


def place(text: str) -> Place:
    return Place(0, 1, Part(text, len(text)), None, None)


def on_mastodon(ours: str, theirs: str) -> Agreement:
    status = {"id": "1", "content": rendered(theirs.strip(), HOST, "me", "m.example"), "visibility": "public"}
    outgoing = Outgoing("mastodon", (Part(ours, len(ours)),), visibility="public")
    return Comparison(place(ours), outgoing, [], Limits(version="4.6.4"), "m.example", "Social").agreement(
        status
    )


def on_x(ours: str, theirs: str) -> Agreement:
    text, urls = wrapped(unicodedata.normalize("NFC", theirs).strip(), 1)
    post = {"id": "7", "text": text, "entities": {"urls": urls}, "conversation_id": "7"}
    return timeline.agreement(post, {}, place(ours), [], None)


def on_linkedin(ours: str, theirs: str) -> Agreement:
    post = stored.Stored("urn:li:share:1", little.read(escape(theirs)).stored, None)
    return stored.agreement(post, Outgoing("linkedin", (Part(ours, len(ours)),)), [])


def on_youtube(ours: str, theirs: str) -> Agreement:
    found = {
        "snippet": {"title": "A talk", "description": theirs.strip()},
        "status": {"privacyStatus": UNSEEN},
    }
    outgoing = Outgoing("youtube", (Part(ours, len(ours)),), title="A talk")
    job: Any = SimpleNamespace(outgoing=outgoing, ticket=SimpleNamespace(restored=False))
    return finding._agreement(job, found)


def on_zulip(ours: str, theirs: str) -> Agreement:
    there = writing.stored(theirs.rstrip())
    return SAME if writing.as_sent(ours, ()).fullmatch(there) else OTHER


AGREES: Final[dict[str, Callable[[str, str], Agreement]]] = {
    "linkedin": on_linkedin,
    "mastodon": on_mastodon,
    "x": on_x,
    "youtube": on_youtube,
    "zulip": on_zulip,
}


def told(platform: str, agreement: Agreement) -> Agreement:
    """Only the bot writes in its own name on Zulip: there what is not the same is another."""
    return OTHER if platform == "zulip" and agreement is ALIKE else agreement


@pytest.fixture(params=sorted(AGREES))
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_no_platform_is_left_out() -> None:
    assert set(AGREES) == set(PLATFORMS)


@pytest.mark.parametrize(
    "ours,theirs",
    [
        ("Doors open\n\nat ten\nhttps://a.example/x", "Doors open at ten http://a.example/x"),
        ("Doors open\n\nat ten", "Doors open at ten"),
        ("Doors open\n\nat ten", "Doors open\nat ten"),
        ("Doors open\nat ten", "Doors open at ten"),
        ("Doors  open", "Doors open"),
        ("See https://a.example/x", "See http://a.example/x"),
        ("See https://a.example/x", "See https://a.example/x/"),
        ("See https://a.example/%C3%A4", "See https://a.example/ä"),
        ("See https://coderefinery.org", "See coderefinery.org"),
        ("C course, 12", "C++ course, 1-2"),
        ("Doors open", "doors open"),
    ],
)
def test_what_reads_otherwise_is_not_taken_for_ours(platform: str, ours: str, theirs: str) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        assert AGREES[platform](one, other) is told(platform, ALIKE)


@pytest.mark.parametrize(
    "text",
    [
        "Doors open\n\nat ten\nhttps://a.example/x?a=1&b=2#c",
        "a < b & c > d &amp; &copy; *very* `good`\n- one\n- two",
        "Two  blanks, an e\u0301, a\u00a0hard one and a line \nwith one at its end",
        "#CodeRefinery and @me and @bob@b.example: 🎉 ❤️",
        "https://a.example https://b.example/" + "long" * 20,
        "Umlauts https://münchen.example/ä",
        "!!!",
    ],
)
def test_ours_is_known_again(platform: str, text: str) -> None:
    assert AGREES[platform](text, text) is SAME


def test_what_a_platform_changes_of_itself_does_not_count() -> None:
    assert on_mastodon("One\n\n\n\nTwo", "One\n\nTwo") is SAME  # nobody there sees how many empty lines
    assert on_mastodon("Hi @me@m.example", "Hi @me@m.example") is SAME
    assert on_x("Cafe\u0301", "Café") is SAME
    for agrees in (on_mastodon, on_x, on_youtube, on_linkedin):
        assert agrees("One\r\nTwo", "One\nTwo") is SAME


def test_where_it_cannot_be_known_people_are_asked() -> None:
    """X makes `http://a.example` of both."""
    assert on_x("See coderefinery.org", "See coderefinery.org") is ALIKE
    assert on_x("See http://coderefinery.org", "See http://coderefinery.org") is ALIKE
    unknown = {"id": "7", "text": "See https://t.co/x", "conversation_id": "7"}
    assert timeline.agreement(unknown, {}, place("See https://a.example"), [], None) is ALIKE


def test_a_link_to_anothers_picture_is_no_picture_of_the_post() -> None:
    url = {"url": "https://t.co/x", "expanded_url": "https://x.com/b/status/5/photo/1"}
    post = {"id": "7", "text": "Hi https://t.co/x", "conversation_id": "7", "entities": {"urls": [url]}}
    assert timeline.agreement(post, {}, place("Hi"), [], None) is OTHER


def test_a_name_is_not_the_mention_of_a_page() -> None:
    """LinkedIn shows both as the name."""
    mention = "With @[CodeRefinery](urn:li:organization:1)"
    assert on_linkedin(mention, mention) is SAME
    assert on_linkedin(mention, "With CodeRefinery") is ALIKE
    assert on_linkedin(mention, "With @[CodeRefinery](urn:li:organization:2)") is ALIKE


def test_what_gotosocial_decodes_or_encodes_may_be_ours() -> None:
    """It decodes what people wrote as `&amp;`, and shows the answers of a poll encoded twice."""
    for text in ("R&amp;D", "R&D"):
        kept = dialects.GOTOSOCIAL.stores(text)
        assert on_mastodon(text, kept) is not OTHER
        assert on_mastodon(text, "R&amp;D") is not OTHER


@pytest.mark.parametrize(
    "content,wanted",
    [
        ("<p>One</p>\n\n<p>Two<br>three</p>\n", SAME),
        ("<p>One</p><p>Two<br />\nthree</p>", SAME),
        ("One<br/><br/>Two<br/>three", SAME),
        ("<p>One</p><p>Two\nthree</p>", ALIKE),
        ("<p>One<br>Two<br>three</p>", ALIKE),
        ("<p>One</p><p><em>Two</em><br>three</p>", ALIKE),
        ("<p>One</p><ul><li>Two</li><li>three</li></ul>", ALIKE),
        ('<p class="quote-inline">RE: x</p><p>One</p><p>Two<br>three</p>', ALIKE),
        ("<p>One</p><p>Two<br>four</p>", OTHER),
    ],
)
def test_the_html_of_each_server_is_read_by_its_rules(content: str, wanted: Agreement) -> None:
    ours = "One\n\nTwo\nthree"
    outgoing = Outgoing("mastodon", (Part(ours, 14),), visibility="public")
    compared = Comparison(place(ours), outgoing, [], Limits(version="4.6.4"), "m.example", "Social")
    assert compared.agreement({"id": "1", "content": content, "visibility": "public"}) is wanted


@pytest.mark.parametrize(
    "content,wanted",
    [
        ('<p>See <a href="https://a.example">https://a.example</a></p>', SAME),
        ('<p>See <a href="https://a.example/">https://a.example</a></p>', SAME),
        ('<p>See <a href="http://a.example">https://a.example</a></p>', ALIKE),
        ('<p>See <a href="https://a.example">here</a></p>', ALIKE),
        ('<p>See <a href="https://b.example">https://a.example</a></p>', ALIKE),
    ],
)
def test_a_link_must_lead_where_it_says(content: str, wanted: Agreement) -> None:
    ours = "See https://a.example"
    outgoing = Outgoing("mastodon", (Part(ours, 21),), visibility="public")
    compared = Comparison(place(ours), outgoing, [], Limits(version="4.6.4"), "m.example", "Social")
    assert compared.agreement({"id": "1", "content": content, "visibility": "public"}) is wanted


PIECES = st.lists(
    st.sampled_from(
        (
            "Doors",
            "open",
            "é",
            "🎉",
            "C++",
            "R&D",
            "<3",
            ",",
            "#tag",
            " ",
            "  ",
            "\n",
            "\n\n",
            " https://a.example/x ",
        )
    ),
    min_size=1,
    max_size=12,
)
CHANGES: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text.replace("\n\n", "\n"),
    lambda text: text.replace("\n", " "),
    lambda text: text.replace("\n", ""),
    lambda text: text.replace("  ", " "),
    lambda text: text.replace(" ", "\n", 1),
    lambda text: text.replace("https:", "http:"),
    lambda text: text.replace("https://", ""),
    lambda text: text.replace("+", ""),
    lambda text: f"{text}!",
    lambda text: text.replace("D", "d"),
    lambda text: text,
)


@pytest.mark.parametrize("agrees", AGREES.values(), ids=AGREES)
@given(PIECES, st.sampled_from(CHANGES))
def test_only_the_very_text_is_ours(
    agrees: Callable[[str, str], Agreement], pieces: list[str], change: Callable[[str], str]
) -> None:
    ours = "".join(pieces).strip()
    theirs = change(ours).strip()
    if not ours or not theirs:
        return
    found = agrees(ours, theirs)
    if ours == theirs:
        assert found is SAME
    elif re.sub(r"\n{2,}", "\n\n", ours) != re.sub(r"\n{2,}", "\n\n", theirs) or agrees is not on_mastodon:
        assert found is not SAME
