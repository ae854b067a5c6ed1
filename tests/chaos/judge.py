"""What the world shows, held against what people approved. The tool's own knowledge decides, not the bot's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from bot.sandbox.published import Publication
from storage.states import DeliveryState, PostState
from tests.chaos.place import Place
from tests.chaos.stories import Story
from tests.chaos.view import View

TITLES: Final = {
    "mastodon": "Mastodon",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "zulip": "Zulip",
}
_MARK: Final = re.compile(r"(Q\d+)v(\d+)\.")
Seen = Mapping[tuple[str, int, str], list[list[Publication]]]
"""(Story, version, service) -> every time it appeared, as its parts."""


def threads(publications: Iterable[Publication]) -> tuple[Seen, list[str]]:
    """Everything that was ever seen, in threads; and what belongs to no story."""
    children: dict[tuple[str, str], list[Publication]] = defaultdict(list)
    roots = []
    for one in publications:
        if one.reply_to is None:
            roots.append(one)
        else:
            children[one.service, one.reply_to].append(one)
    seen: dict[tuple[str, int, str], list[list[Publication]]] = defaultdict(list)
    wrong = []
    for root in roots:
        marks = set(_MARK.findall(root.text))
        if len(marks) != 1:
            wrong.append(f"{root.service} shows a text of no story: {root.text[:80]!r}")
            continue
        parts, last = [root], root
        while after := children.pop((last.service, last.id), []):
            if len(after) > 1:
                wrong.append(f"{root.service} shows a part of {marks} {len(after)} times")
            parts, last = [*parts, after[0]], after[0]
        ((token, version),) = marks
        seen[token, int(version), root.service].append(parts)
    wrong += [f"{service} shows a part without its thread" for service, _ in children]
    return seen, wrong


def judge(place: Place, stories: list[Story], view: View) -> list[str]:
    """Every breach of a promise, as a sentence; none is what we want."""
    seen, wrong = threads(place.world.seen.values())
    by_token = {one.token: one for one in stories}
    for (token, version, service), times in seen.items():
        story = by_token[token]
        if len(times) > 1:
            wrong.append(f"TWICE: {story} v{version} appeared {len(times)} times on {service}")
        if version not in story.may:
            wrong.append(
                f"UNAPPROVED: {story} v{version} appeared on {service}, and may not (allowed: {story.may})"
            )
        else:
            wrong += _as_approved(story, version, service, times[0])
    for story in stories:
        post = story.post(view)
        if post is None:
            wrong.append(f"LOST: {story} is no post")
            continue
        if story.must is not None:
            wrong += [
                f"LOST: {story} v{story.must} is not on {one}; the post is {post.state}, "
                f"its deliveries {[(d.account, d.state, d.error[:80]) for d in view.of(post.id)]}"
                for one in story.accounts
                if not seen.get((story.token, story.must, one))
            ]
        for one in view.of(post.id):
            there = any(key[0] == story.token and key[2] == one.account for key in seen)
            if (one.state == DeliveryState.PUBLISHED) != there:
                wrong.append(
                    f"UNTRUE: {story} is {one.state} on {one.account}, and {'is' if there else 'is not'} there"
                )
        if story.must is None and not story.may and post.state in {PostState.RELEASED, PostState.APPROVED}:
            wrong.append(f"UNAPPROVED: {story} is {post.state} though nobody wants it")
    return wrong + _left_there(place, by_token)


def _as_approved(story: Story, version: int, service: str, parts: list[Publication]) -> list[str]:
    """Text, order of the parts, and files, against what was written; and the text against the card."""
    body = story.own.get(version) if service == "x" else None
    wanted = body or story.bodies[version]
    files = story.files[version]
    if service == "youtube":
        wanted = f"A film {wanted}"
    if service == "zulip":
        wanted = " ".join([wanted, *_alts(story)])
    shown = " ".join(one.text for one in parts)
    wrong = []
    if _squeezed(shown) != _squeezed(wanted):
        wrong.append(f"CHANGED: {story} v{version} on {service} says {shown!r} and not {wanted!r}")
    bare = shown if service not in {"zulip", "youtube"} else story.bodies[version]
    card = _squeezed(re.sub(r"\*\*Part \d+ of \d+\*\*[^\n]*", "", story.cards[version]))
    if _squeezed(bare) not in card:
        wrong.append(f"CHANGED: {story} v{version} on {service} is not what its card showed")
    there = [picture.sha256 for one in parts for picture in one.media]
    if there != files:
        wrong.append(f"CHANGED: {story} v{version} on {service} has the files {there} and not {files}")
    return wrong


def _alts(story: Story) -> list[str]:
    return [*(f"Shown {number}" for number in range(story.pictures)), *(["A talk"] if story.film else [])]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _left_there(place: Place, by_token: Mapping[str, Story]) -> list[str]:
    """What lies prepared on a platform although nobody wants it any more."""
    wrong = []
    for one in place.world.staged():
        for token, version in set(_MARK.findall(one["text"])):
            story = by_token[token]
            if int(version) != story.must:
                wrong.append(f"LEFT: {story} v{version} lies prepared on {one['service']}")
            elif (one["service"], one["id"]) not in place.world.seen:
                wrong.append(
                    f"DOUBLE: {story} v{version} lies prepared on {one['service']} beside what is out"
                )
    return wrong


def told(place: Place, story: Story, post_id: int) -> dict[str, int]:
    """How often people were told of each outcome of a post: `published x`, `unknown x`, `failed x`, `expired`."""
    counts: dict[str, int] = defaultdict(int)
    for message in place.said():
        together = message["content"].startswith("⌛ The times of")
        for line in message["content"].splitlines():
            if f"**#{post_id}**" not in line:
                continue
            if line.startswith("⌛") or (together and line.startswith("* ")):
                counts["expired"] += 1
            for account in story.accounts:
                title = TITLES[account]
                out = line.startswith(("🎉", "◐"))
                if out and re.search(rf"(: |· )(\[{title}\]|{title}(?= ·| \(| —|$))", line):
                    counts[f"published {account}"] += 1
                elif line.startswith("❓") and re.search(rf" on {title}[:,]", line):
                    counts[f"unknown {account}"] += 1
                elif line.startswith("✖") and re.search(rf"\*\* {title}[:,]", line):
                    counts[f"failed {account}"] += 1
    return counts
