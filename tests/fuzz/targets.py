"""What is fuzzed: everything that reads what people write. Each target takes a text and raises for what must not be.

python tests/fuzz/fuzz.py TARGET [SECONDS]     by hand, guided by coverage
pytest tests/fuzz                              the short form
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import grammar, when
from bot.grammar import Command, Orders, Unknown, Written
from bot.replies.card import CardFacts, card
from bot.replies.escape import escape, with_code
from bot.rules import Electorate, Judgement
from handlers import text
from handlers.base import Draft, Options, Outgoing, Part, Problem
from handlers.counting import graphemes, mastodon_length, utf8_bytes, x_length
from handlers.likeness import essence, same_as_html, same_as_shortened
from handlers.linkedin.writing import prepare as on_linkedin
from handlers.mastodon.limits import Limits
from handlers.mastodon.preparing import prepare as on_mastodon
from handlers.media import Media, Store
from handlers.splitting import split
from handlers.x.preparing import prepare as on_x
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.writing import prepare as on_youtube
from handlers.zulip.writing import prepare as on_zulip
from storage.models import Post

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
ACCOUNTS = ("mastodon", "linkedin", "x", "zulip:news")
_STORE = Store(Path(tempfile.gettempdir()) / "nothing-is-kept-here")
_NAMES = {"tada": "🎉", "+1": "👍", "octopus": "🐙"}


def drafts(said: str) -> None:
    """A draft or an order is read, and all of it is understood or told."""
    for content in (said, f"draft\n{said}", f"draft {said}"):
        found = grammar.parse(content, accounts=ACCOUNTS, defaults=("mastodon", "x"), site="https://a.com")
        _check(isinstance(found, Written | Command | Unknown | Orders), "an answer")
        if isinstance(found, Written):
            _check(set(found.accounts) <= set(ACCOUNTS), "accounts")
            _check(all(".." not in one.path.split("/") for one in found.attachments), "a path that leads out")


def addressed(said: str) -> None:
    """Whether a message is for the bot."""
    for direct in (True, False):
        found = grammar.addressed(said, name="social", user_id=42, direct=direct)
        _check(found is not None or not direct, "a direct message is for the bot")


def times(said: str) -> None:
    """A time is an instant that lies ahead, or a question."""
    found = when.read(said, now=NOW, zone=OSLO)
    if isinstance(found, when.Ask):
        _check(bool(found.question), "a question")
    elif found.at is not None:
        _check(found.at.tzinfo is not None, "a zone")


def periods(said: str) -> None:
    """A span of time has a beginning before its end."""
    for past in (False, True):
        found = when.period(said, now=NOW, zone=OSLO, past=past)
        if isinstance(found, when.Period):
            _check(found.start < found.end, "a span")


def markup(said: str) -> None:
    """Markup becomes plain text, which read again changes no more by what it pings."""
    plain = text.plain(said)
    _check("\r" not in plain, "a carriage return")
    text.announcement(said)
    text.emojify(said, _NAMES)


def lint(said: str) -> None:
    """The hints on a text."""
    kept, problems = text.visible(said, "the text")
    _check(kept == said or bool(problems), "something was taken out without a word")
    text.lint_links(said, "https://a.com")


def counting(said: str) -> None:
    """Every way of counting gives a number, and none but bytes more than the characters there are."""
    _check(0 <= graphemes(said) <= len(said), "graphemes")
    _check(utf8_bytes(said) >= len(said), "bytes")
    _check(0 <= mastodon_length(said) <= len(said) + 23 * said.casefold().count("http"), "Mastodon")
    _check(x_length(said) >= 0, "X")


def splitting(said: str) -> None:
    """The parts fit, and no word is lost."""
    for limit, measure in ((280, x_length), (500, mastodon_length), (40, len)):
        parts = split(said, limit, measure)
        _check(all(measure(one) <= limit for one in parts), f"a part is above {limit}")
        _check("".join("".join(parts).split()) == "".join(said.split()), "a word is lost")


def posts(said: str) -> None:
    """What goes out is prepared and never raises."""
    draft = Draft(said, (), Options())
    film = Draft(said, (Media("0" * 64, "a.mp4", "video/mp4", 1),), Options())
    for outgoing in (
        on_mastodon(draft, account="mastodon", who="Mastodon", limits=Limits(), visibility="public", language=None,
                    store=_STORE),
        on_x(draft, account="x", store=_STORE),
        on_zulip("zulip", draft, limit=10_000, channel="news", topic="x"),
        on_linkedin("linkedin", draft, _STORE),
        on_youtube("youtube", film, YouTubeSettings(), _STORE),
    ):  # fmt: skip
        _check(isinstance(outgoing, Outgoing), "an outgoing")


def likeness(said: str) -> None:
    """What a platform shows of a text is compared with it."""
    essence(said)
    same_as_html(said, said)
    same_as_shortened(said, said, {})


def cards(said: str) -> None:
    """The card fits into a message."""
    post = Post(id=1, author_id=1, author_name=said, message_id=1, created_at=NOW, summary=said)
    outgoing = Outgoing("x", (Part(said, 1), Part(said, 1)), 280, problems=(Problem(said),))
    facts = CardFacts(
        post=post, author="@_**A|1**", accounts=["x"], outgoing={"x": outgoing}, problems=[Problem(said)], note=said,
        judgement=Judgement(()), electorate=Electorate(None, said[:100]), self_approval=False, approve="+1",
        veto="-1", titles={"x": "X"},
    )  # fmt: skip
    for limit in (1_000, 10_000):
        _check(len(card(facts, limit)) <= limit, "too long a card")


def escaping(said: str) -> None:
    """Escaped text has no power left."""
    for shown in (escape(said), with_code(said)):
        _check("@**" not in shown or "`" in shown, "a mention")


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


TARGETS: dict[str, Callable[[str], Any]] = {
    one.__name__: one
    for one in (
        drafts,
        addressed,
        times,
        periods,
        markup,
        lint,
        counting,
        splitting,
        posts,
        likeness,
        cards,
        escaping,
    )
}
SEEDS = (
    "draft\nto: mastodon, x\nat: thursday 10:00\nalt: A map\nHello **world** https://example.org/a(b) #tag :tada:",
    "```spoiler x\ny\n```\n> q\n* a\n1. b\n| a | b |\n|---|---|\n| 1 | 2 |",
    "@_**Alice|7** [said](https://example.org/#narrow/near/9):\n````quote\nHi [a.png](/user_uploads/1/ab/c.png)\n````",
    "--- x, mastodon\nshort\n--- linkedin\n@[Nordic](urn:li:organization:1) poll: a | b",
    "30.11. 14:30 CET, in 2 hours, next friday noon, 2026-12-01T09:00:00+02:00, <time:2026-12-01T10:00Z>",
    "approve 12 mastodon because 👩‍👩‍👧 שלום \u202e e\u0301 ﷽ \ud83d".encode("utf-8", "ignore").decode(),
)
TOKENS = (
    *("[", "]", "(", ")", "[[", "](", "`", "``", "```", "~~~", "```\n", "````quote\n", "*", "**", "~~", "_", "@**", "@_**a|",
      "@*", "#**", "<", "<time:", "|", "| a |\n", "> ", ">", "* ", "- ", "1. ", "    ", "\n", "\n\n\n", "$$", "\\", "!["),
    *("http://", "http://a.", "https://a.b/(", "a.com ", "a.", "www.", "xn--", "a@b.c ", "#a", "@a ", "@a@b ", "cashtag$A "),
    *("/user_uploads/1/a/", "[a](/user_uploads/1/ab/", "[x](http://a", "&#64;", "&", "--- x\n", "--- ", "to: x\n", "to: ", "alt: a\n",
      "at: ", "a: b\n", "draft ", "draft\n", "please ", "approve ", "12 "),
    *(":", ":+1:", ":a", ":tada", "1/", "10:00 ", "10.", "monday ", "in 2 ", "-", "+", "--", "march ", "the ", "th ", ",", ", "),
    *("\u0301", "👩\u200d", "🇳🇴", "🎉", "\u200b", "\u202e", "字", "ﬁ", "İ", "ß", "\u2028", "\x85", "\r", "\t", "\u3000", "é", "²", "٣"),
    *("..", "é.", "字.com", "1️⃣", "👩‍👩‍👧‍👦", "👩🏽‍🚀", "👨‍👩‍👧 x ", "❤️", "🇳🇴🇸🇪", "e\u0301\u0301\u0301 ", "가", "क्", "https://a.com/a "),
    *("a", "aa ", "A", "0", " ", ".", "!", "?", "'", '"', "=", "/", "%", "{", "}", "^", ";"),
)  # fmt: skip
