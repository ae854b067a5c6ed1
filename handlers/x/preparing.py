"""A draft as it would go out on X: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from handlers.bad import quoted
from handlers.base import Draft, Outgoing, Part, Poll, Problem
from handlers.counting import graphemes, x_forbidden
from handlers.counting.links import X, links
from handlers.counting.x import LIMIT
from handlers.films.limits import judge
from handlers.media import Media, MissingMedia, Store
from handlers.messages import messages
from handlers.pictures import BadMedia, fit
from handlers.text.lint import is_meant
from handlers.x import limits
from handlers.x.spending import POST, POST_WITH_LINK, dollars, price


def prepare(
    draft: Draft, *, account: str, store: Store, budget: Decimal | None = None, premium: bool = False
) -> Outgoing:
    """What exactly would go out; what a person wrote wrong becomes a problem, never an exception."""
    draft = replace(draft, media=tuple(_boxed(one, store) for one in draft.media))
    parts, problems = messages(draft, limits.ALLOWED, store)
    films = limits.film_limits(premium=premium)
    for media in draft.media:
        problems += [*judge(media, films), *_of_gif(media), *_of_alt(media)]
    for part in parts:
        problems += [*_of_text(part), *_of_words(part)]
    poll, more = _poll(draft.options.poll, parts)
    problems += [*more, *_missing_here(draft)]
    cost = price(parts)
    if budget is not None and cost > budget * 1000:
        problems.append(
            Problem(
                f"X charges {dollars(cost)} USD for this, more than the whole budget of a month "
                f"({dollars(int(budget * 1000))} USD). Leave X out, shorten it or leave out links (a post with a link "
                "costs 0.20), or ask the owner of the bot to raise `monthly_budget_usd`.",
                error=True,
            )
        )
    return Outgoing(
        account,
        parts,
        limit=LIMIT,
        unit="weighted characters",
        poll=poll,
        price=cost,
        problems=tuple(problems),
    )


def is_animation(media: Media) -> bool:
    """Whether X must be told that it is a GIF that moves; one of which nothing is known counts as one."""
    return media.mime == "image/gif" and media.frames != 1


def _boxed(media: Media, store: Store) -> Media:
    """A GIF within X's box; what cannot be scaled stays as it is, and is a problem later."""
    width, height = limits.GIF_BOX
    if media.mime != "image/gif" or not media.width or not media.height:
        return media
    scale = min(1.0, width / media.width, height / media.height) if is_animation(media) else 1.0
    most = limits.GIF_BYTES if is_animation(media) else limits.PICTURE_BYTES
    try:
        return fit(
            media,
            store,
            max_bytes=most,
            max_side=max(1, int(max(media.width, media.height) * scale)),
            mimes=limits.ALLOWED.mimes,
        )
    except (BadMedia, MissingMedia):
        return media


def _of_gif(media: Media) -> Iterator[Problem]:
    if not is_animation(media):
        return
    name, frames = f"“{media.name}”", media.frames
    width, height = limits.GIF_BOX
    if media.width > width or media.height > height:
        told = f"X: {name} has {media.width} × {media.height} pixels; a GIF may have {width} × {height}."
        yield Problem(f"{told} Make it smaller.", error=True, files=True)
    if frames > limits.GIF_FRAMES:
        told = f"X: {name} has {frames} pictures; a GIF may have {limits.GIF_FRAMES}."
        yield Problem(f"{told} Make it shorter, or a video (MP4) of it.", error=True, files=True)
    elif frames * media.width * media.height > limits.GIF_PIXELS:
        told = f"X: {name} is too long for its size. Make a video (MP4) of it."
        yield Problem(told, error=True, files=True)


def _of_alt(media: Media) -> Iterator[Problem]:
    """X counts code points here, and people see characters: an emoji may be several."""
    most = limits.ALLOWED.alt
    if graphemes(media.alt) <= most < len(media.alt):
        yield Problem(
            f"X: the alt text of “{media.name}” has {len(media.alt)} of {most} characters, since X counts some emoji "
            "and letters as several. Shorten it.",
            error=True,
        )


def _of_text(part: Part) -> Iterator[Problem]:
    if forbidden := x_forbidden(part.text):
        yield Problem(
            f"X does not accept the invisible characters {', '.join(forbidden)}. Take them out.", error=True
        )
    cashtags = {one.upper() for one in limits.CASHTAG.findall(part.text)}
    if len(cashtags) > limits.CASHTAGS:
        told = ", ".join(sorted(cashtags))
        yield Problem(
            f"X takes one cashtag in a post, and here are {len(cashtags)} ({told}). Leave the others out.",
            error=True,
        )
    mentions = {one.lower() for one in limits.MENTION.findall(part.text)}
    if len(mentions) > limits.MENTIONS:
        yield Problem(
            f"X restricts accounts whose apps mention many people unasked; here are {len(mentions)}. "
            "Mention those who expect it."
        )


def _of_words(part: Part) -> Iterator[Problem]:
    """What X makes a link of though nobody wrote an address, and what that costs: `data.zip`, `setup.py`, `over.So on`."""
    found = [part.text[start:end] for start, end in links(part.text, X)]
    bare = [one for one in dict.fromkeys(found) if not one.lower().startswith(("http://", "https://"))]
    only = len(bare) == len(set(found))
    named = bare if only else [one for one in bare if not is_meant(one)]
    if not named:
        return
    words = ", ".join(quoted(one) for one in named)
    costs = f"a post with a link costs {dollars(POST_WITH_LINK)} USD instead of {dollars(POST)}"
    yield Problem(
        f"X makes {'a link' if len(named) == 1 else 'links'} of {words}{f', and {costs}' if only else ''}. Where no link "
        "is meant, write it without its ending, or with a blank before the dot."
    )


def _poll(poll: Poll | None, parts: tuple[Part, ...]) -> tuple[Poll | None, list[Problem]]:
    """The poll as X shows it, and what X does not take of it."""
    if poll is None:
        return None, []
    wrong = []
    fewest, most = limits.CHOICES
    if not fewest <= len(poll.choices) <= most:
        wrong.append(f"X polls have {fewest} to {most} choices, not {len(poll.choices)}.")
    wrong += [
        f"X: the choice “{one}” of the poll has {len(one)} of {limits.CHOICE} characters. Shorten it."
        for one in poll.choices
        if len(one) > limits.CHOICE
    ]
    if not all(one.strip() for one in poll.choices):
        wrong.append("X: a choice of the poll is empty.")
    shortest, longest = limits.POLL_MINUTES
    if not shortest <= poll.minutes <= longest:
        wrong.append("X polls are open for 5 minutes to 7 days. Change `poll for:`.")
    if any(part.media for part in parts):
        wrong.append("X shows either a poll or files, not both. Leave one of them out there.")
    if not parts or not parts[0].text:
        wrong.append("X: a poll needs a text, which is its question.")
    problems = [Problem(one, error=True) for one in wrong]
    if poll.multiple:
        problems.append(Problem("On X people can choose only one answer of a poll."))
    return replace(poll, multiple=False), problems


def _missing_here(draft: Draft) -> Iterator[Problem]:
    """What other platforms have, and X has not."""
    if draft.options.cw:
        yield Problem("X has no content warnings, so the text goes out there without one.")
    if (draft.options.visibility or "public").strip().lower() != "public":
        yield Problem("X has no visibility, so everybody can read the post there.")
