"""Drafts of every kind, drawn: whatever a platform got, its approvers could read before their approval counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reading import readable, squeezed
from test_youtube import film
from town import Town, picture

NASTY = (
    "word ", "A *bold* one ", "**two** ", "~~gone~~ ", "`code` ", "@**all** ", "@_**Alice|7** ", "#**social-media** ",
    "🎉 ", "👩‍💻 ", "C++ & C# < 3 > 2 ", "&amp; &#42; &copy=1 ", "https://example.org/a_b?x=1&copy=2#end ", "$$x^2$$ ",
    "[a](b) ", "![c](https://example.org/d) ", ":smile: ", "|| | ", "\\* ", "ääå ", "日本語の文 ", "x@y.example ",
    "\n\n", "\n* item ", "\n1. first ", "\n- - -\n", "\n***\n", "\n    four blanks ", "\n\ttab ", "\n# head ", "\n> quote ",
    "\n| a | b |\n", "\n/me waves ", "\n=== \n", "\n<time:2026-12-01T09:00:00Z> ", "long" * 40 + " ",
)  # fmt: skip
FENCES = (
    "\n```python\nx = 1 # *two*\n```\n",
    "\n```spoiler Hidden\nsecret *text*\n```\n",
    "\n~~~\nverbatim\n~~~\n",
)

SIZES = (9_000, 60, 14_000, 600, 3_000)
"""Characters that the common text has at least, one draft after the other."""
texts = st.lists(st.sampled_from(NASTY + FENCES), min_size=1, max_size=12).map("".join)
lines = st.builds(
    lambda parts, times: " ".join(("".join(parts) * times).split()),
    st.lists(st.sampled_from([one for one in NASTY if one.strip()]), min_size=1, max_size=6),
    st.sampled_from((1, 1, 3)),
)


options = st.fixed_dictionaries(
    {},
    optional={
        "cw": lines.map(lambda one: one[:90]),
        "title": lines.map(lambda one: f"T {one[:80]}"),
        "tags": st.integers(1, 30).map(lambda many: ", ".join(f"tag{number}" for number in range(many))),
        "lang": st.just("en"),
        "visibility": st.just("unlisted"),
    },
)


def said(number: int, body: str, chosen: dict[str, str], alts: list[str], town: Town) -> str:
    """The draft as somebody writes it: in turn with pictures, with a poll, and with a film."""
    to, files = "mastodon, zulip, x, linkedin", []
    chosen = dict(chosen)
    if number % 3 == 1:
        files = [
            town.carol.uploads(picture(40 + at), f"picture {at} {'long ' * 20}.png")
            for at in range(len(alts))
        ]
    elif number % 3 == 2:
        chosen["poll"], alts = "Yes & no :tada: | *No* ... | --- | 1. both", []
    else:
        files, alts, to = [town.carol.uploads(film(), "talk.mp4")], alts[:1], f"{to}, youtube"
    if (size := SIZES[number % len(SIZES)]) > 3_000:
        to = "zulip, mastodon" if number % 2 else "zulip"
    body = body * (1 + size // len(body))
    written = [f"{name}: {value}" for name, value in chosen.items()] + [f"alt: {one[:1400]}" for one in alts]
    links = "\n".join(f"[{path.rsplit('/', 1)[-1]}]({path})" for path in files)
    sections = f"--- linkedin\nL{number} {body[:700]}\n--- x\nX{number} {body[:500]}"
    head = f"draft\nto: {to}\n" + "\n".join(written)
    room = 9_900 - len(head) - len(links) - (len(sections) if "x" in to.split(", ") else 0)
    return f"{head}\n\nN{number} {body[: max(room, 100)]}\n{links}\n\n" + (sections if ", x" in to else "")


def strings(value: Any) -> Iterator[str]:
    """Every text in what a service tells of a post."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from strings(one)


def received(post: dict[str, Any]) -> Iterator[str]:
    """Every text that the service got and shows its readers."""
    if post["service"] == "zulip":  # its readers see the markup that the card shows as it is written
        content = post["raw"]["content"]
        links = re.compile(r"^\[(.*)\]\(/user_uploads/.*\)$", re.MULTILINE)
        yield from (unescape(one) for one in links.findall(content))
        yield links.sub("", content)
        return
    title = post["extra"].get("title") or ""  # YouTube shows it above the text
    yield post["text"].removeprefix(title) if post["service"] == "youtube" else post["text"]
    for name in ("title", "cw", "tags", "spoiler_text"):
        yield from strings(post["extra"].get(name))
    yield from strings(
        [(one["alt"], one["name"] if post["service"] == "zulip" else "") for one in post["media"]]
    )
    if post["poll"]:
        yield from strings([post["poll"]["question"], post["poll"]["choices"]])
    if post["article"]:
        yield from strings([post["article"]["title"], post["article"]["source"]])


@settings(
    max_examples=7,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(body=texts, chosen=options, alts=st.lists(lines, max_size=4))
def check(town: Town, counts: Counter[str], body: str, chosen: dict[str, str], alts: list[str]) -> None:
    known = len(town.published())
    counts["drawn"] += 1
    number = counts["drawn"]
    town.carol.whispers(said(number, body, chosen, alts, town))
    if town.post(number).state != "draft":
        return
    could_read = readable(town)
    counts["continued"] += town.revision(number).continues
    town.alice.reacts(town.card_id(number))
    town.later(minutes=2)
    for post in town.published()[known:]:
        counts[post["service"]] += 1
        for one in received(post):
            assert squeezed(one) in could_read, (post["service"], one)


def test_whatever_went_out_was_to_be_read_before(town: Town) -> None:
    counts: Counter[str] = Counter()
    check(town, counts)
    assert counts["continued"] > 2, counts
    assert {"mastodon", "x", "linkedin", "zulip", "youtube"} <= set(counts), counts
