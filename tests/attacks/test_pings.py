"""Nothing the bot says in Zulip pings anybody or shows a link that nobody meant, whatever people and platforms wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import grammar
from bot.grammar import Unknown
from bot.replies import accounts, doors, lines, plan, reports, unclear, votes
from bot.replies.card import CardFacts, card
from bot.rules import Electorate, Judgement, Tally
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip
from bot.sandbox.zulip.markup import Rendered
from handlers.base import Outgoing, Part, Poll, Problem, Standing, Step, Use
from handlers.media import Media
from handlers.text import announcement
from storage.models import Delivery, Entry, Post
from storage.states import DeliveryState, PostState

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    ["@**all**", "@**everyone**", "@**channel**", "@**topic**", "@**Alice**", "@**Alice|6**", "@_**Alice**", "@*team*",
     "#**general**", "#**general>topic**", "[x](https://evil.example)", "https://evil.example/@**all**", "```", "````",
     "~~~", "```quote", "```spoiler x", "`", "``", "\n", "\n\n", "> ", "    ", "* ", "|", "\\", "&#64;", "&amp;", "<", ">",
     "*", "**", "@", "!", "(", ")", "]", "[", "$$", "/me ", "/poll ", "javascript:alert(1)", "\u202e", "\u200b", "a", "é", "🎉"]
)  # fmt: skip
NASTY = st.lists(PIECES, max_size=14).map("".join)


@pytest.fixture(scope="module")
def zulip() -> Zulip:
    server = Zulip(World(), base="http://127.0.0.1:1", feature_level=512)
    alice = server.add_person("Alice", email="alice@example.org")
    server.add_channel("general", [alice])
    server.add_group("team", [alice])
    return server


def read(zulip: Zulip, text: str) -> Rendered:
    person = next(one for one in zulip.core.organisation.people.values() if one.full_name == "Alice")
    return zulip.core.renderer.render(text, person)


def everything(nasty: str) -> Iterator[str]:
    """All that the bot says, with somebody else's text wherever it can stand."""
    post = Post(
        id=1,
        author_id=6,
        author_name=nasty,
        message_id=1,
        revision=1,
        summary=nasty,
        created_at=NOW,
        topic=nasty,
    )
    one_line = " ".join(nasty.split())
    media = Media("0" * 64, nasty, "image/png", 5, nasty, 1, 1, note=nasty)
    outgoing = Outgoing(
        "mastodon", (Part(nasty, 1, (media,)), Part(nasty, 1)), 500, title=nasty, cw=nasty, lang=nasty, link=nasty,
        visibility=nasty, poll=Poll((nasty, "b"), 60), extra={"privacy": nasty}, problems=(Problem(nasty),),
    )  # fmt: skip
    skipped = Outgoing("x", skipped=nasty)
    judgement = Judgement((Tally("mastodon", 1, (nasty,), ()),))
    vetoed = Judgement((Tally("mastodon", 1, (), (f"{nasty} (“{nasty}”)",)),))
    titles = {"mastodon": "Mastodon", "x": "X"}
    for state in PostState:
        post.state = state
        for standing, who in ((judgement, Electorate(None, nasty)), (vetoed, Electorate(None, "", nasty))):
            deliveries = {
                str(number): Delivery(
                    post_id=1,
                    revision=1,
                    key="k",
                    account=str(number),
                    state=one,
                    error=nasty,
                    url=url,
                    not_before=NOW,
                )
                for number, one in enumerate(DeliveryState)
                for url in [f"https://evil.example/{nasty}" if number % 2 else nasty]
            }
            facts = CardFacts(
                post=post, author=lines.name(nasty), accounts=["mastodon", "x"],
                outgoing={"mastodon": outgoing, "x": skipped}, problems=[Problem(nasty, error=True, line=3)],
                note=nasty, judgement=standing, electorate=who, self_approval=False, approve="+1", veto="-1",
                titles=titles, deliveries=deliveries, troubles={"mastodon": nasty},
            )  # fmt: skip
            yield card(facts, 10_000)
            yield card(facts, 1_200)
            yield reports.report(post, list(deliveries.values()), titles)
    entry = Entry(at=NOW, who=nasty, what=nasty, account="x")
    yield plan.journal(post, [entry], titles)
    yield plan.listing("Drafts", [plan.Line(post, ["x"], "", approvers=(nasty,))], titles, "")
    yield votes.approved(post, judgement, NOW, titles)
    yield votes.unapproved(post, vetoed)
    yield votes.standing(post, judgement)
    yield lines.not_home(one_line)
    yield lines.progress(1, "X", Step("uploading", nasty, 1, 2))
    yield accounts.line(accounts.Facts("X", nasty, by=nasty))
    yield accounts.line(
        accounts.Facts("X", Standing(nasty, (nasty,), None, (nasty,), (Use(nasty, 1),)), by=nasty)
    )
    yield doors.way_in(nasty, {"join it": [nasty]})
    for said in (nasty, f"approve {nasty}", f"draft\nat: {nasty}", f"show {nasty}", f"help {nasty}"):
        parsed = grammar.parse(said, accounts=["mastodon", "x"], defaults=["x"])
        if isinstance(parsed, Unknown):
            yield unclear.not_understood(parsed.nearest, parsed.why)


@settings(max_examples=12, deadline=None)
@given(NASTY)
@example("@**all**")
@example("`@**all**`")
@example("`\n```\n@**all** @*team* [x](https://evil.example)")
@example("```[@**all**`")
@example("`` `@**all**")
@example("x) @**all** [a](https://evil.example")
@example("https://evil.example/*@**all**")
def test_nothing_that_is_repeated_pings_or_links(zulip: Zulip, nasty: str) -> None:
    for text in everything(nasty):
        found = read(zulip, text)
        assert not found.found.everybody, text
        assert not found.found.topic, text
        assert not found.found.mentioned, text
        assert not found.found.groups, text
        shown = found.html
        assert "user-mention" not in shown, text
        assert 'class="stream' not in shown, text
        assert 'href="javascript:' not in shown, text


def test_an_address_of_a_platform_is_an_address_or_nothing() -> None:
    from bot.replies.words import linked

    assert linked("X", "https://a.example/@us/1?b=%20c#d") == "[X](https://a.example/@us/1?b=%20c#d)"
    assert linked("X", "javascript:alert(1)") == "X"
    assert linked("X", "") == "X"
    assert linked("X", "https:///nowhere") == "X"
    assert linked("X", "https://a.example/) @**all** [b](https://c") == (
        "[X](https://a.example/%29%20@%2A%2Aall%2A%2A%20%5Bb%5D%28https://c)"
    )


@pytest.mark.parametrize(
    "said", ["`x\r\r@**all**`", "`x\r\n\r\n@**all**`", "a\r```\r@**all**\r```", "```\rx\r```\r@**all** `"]
)
def test_a_bare_carriage_return_hides_no_ping_in_an_announcement(zulip: Zulip, said: str) -> None:
    """Zulip ends a line there: what seemed to be code is none."""
    announced = announcement(said)
    assert "\r" not in announced
    assert not read(zulip, announced).found.everybody
