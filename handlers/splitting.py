"""A text cut into a thread where a person would cut it.

At the author's own breaks (two empty lines) always; what is too long for one message then, between paragraphs, lines, sentences, words; within a
word only if it is longer than a whole message, and within a link, handle or hashtag only if that is.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, islice

from handlers.counting.links import MASTODON, X, links
from handlers.counting.units import clusters

Measure = Callable[[str], int]
"""The length of a text in a platform's own unit."""

THREAD_BREAK = re.compile(r"\r?\n(?:[ \t]*\r?\n){2,}")
"""Two (or more) consecutive empty lines: here the author wants the next message of the thread to begin."""

_BLANK = re.compile(r"[^\S\u00a0\u2007\u202f]+")
"""Blanks at which a line may be broken; no-break spaces are none."""
_TAG = re.compile(r"(?<![\w&/])#\w+|(?<![\w=/])@\w[\w.-]*(?:@\w[\w.-]*)?")
_CLOSED = re.compile(r"([.!?…]+)[\"'”’»)\]*_]*\Z")
_SHORT = re.compile(
    r"(?:\b(?:[A-Za-z]|Dr|Prof|Mr|Mrs|Ms|St|No|Nr|vs|cf|ca|approx|etc|e\.g|i\.e|z\.B|bzw))\.\Z"
)
_WIDE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE_CUT = re.compile(rf"(?<=[。！？])(?![。！？」』）])|(?<=[{_WIDE}，、；：」』）])(?=[{_WIDE}「『（])")
"""Scripts that put no blanks between words: after a full stop, else between any two characters."""
_WIDE_BEFORE = re.compile(rf"[{_WIDE}。！？，、；：」』）]")
_LOOK_BACK = 40
"""Characters before a blank that are enough to tell the end of a sentence."""


_ENOUGH, _ROOM = 4, 1000
"""So many times the limit, and so many characters more, show whether a text is far too long."""
_MORE = 64
"""Of most texts twice the limit and so many characters show it already, and where about the limit is."""
_KEPT = 32
"""The same piece is often counted twice, for its place and for its end."""


class Cut(IntEnum):
    """Places where a text may be cut, the better the higher."""

    WORD = 1
    SENTENCE = 2
    LINE = 3
    PARAGRAPH = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """One place: the text before it ends at `end`, the text after it begins at `start`."""

    end: int
    start: int
    cut: Cut


def split(text: str, limit: int, measure: Measure, *, numbered: bool = False) -> list[str]:
    """The messages of a thread, each at most `limit` by `measure`; nothing is lost but blanks at the cuts.

    A text that fits stays whole, but for the author's own breaks. `numbered` puts ` 1/3` at the end of each part, within the limit.
    Raises ValueError when not even one character fits, which is a mistake in the limit, never in the text.
    """
    text, measure = _trim(text), lru_cache(maxsize=_KEPT)(measure)
    if measure(text) <= limit and not THREAD_BREAK.search(text):
        return [text]
    if not numbered:
        return list(_parts(text, limit, measure))
    digits = 0
    while True:
        digits += 1
        room = f" {'9' * digits}/{'9' * digits}"
        cut = _parts(text, limit, lambda part, room=room: measure(part + room))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        parts = list(
            islice(cut, 10**digits)
        )  # one more than their numbers have room for: again with longer ones
        if len(parts) < 10**digits:
            return [f"{part} {number}/{len(parts)}" for number, part in enumerate(parts, 1)]


def _parts(text: str, limit: int, measure: Measure) -> Iterator[str]:
    for section in map(_trim, THREAD_BREAK.split(text)):
        if section:
            yield from _cut(section, limit, measure)


def _cut(section: str, limit: int, measure: Measure) -> Iterator[str]:
    """The parts of one section."""
    places = _places(section)
    at = next_place = 0
    while at < len(section):
        reach = _reach(section, at, places, next_place, limit, measure)
        if reach is None:
            until = places[next_place].end if next_place < len(places) else len(section)
            end = _within(section, at, until, limit, measure)
            yield section[at:end]
            at = end
        else:
            best = _best(section, at, places[next_place : reach + 1], limit, measure)
            yield section[at : best.end]
            at = best.start
        while next_place < len(places) and places[next_place].end <= at:
            next_place += 1


def _places(section: str) -> list[_Place]:
    """Every place between words, in order; the last is the end of the text."""
    kept = _whole(section)
    starts = [start for start, _ in kept]

    def inside(at: int) -> bool:
        before = bisect_right(starts, at) - 1
        return before >= 0 and kept[before][0] < at < kept[before][1]

    found = [
        _Place(blank.start(), blank.end(), _kind(section, blank))
        for blank in _BLANK.finditer(section)
        if not _joins(section[blank.end() : blank.end() + 1])
    ]
    for wide in _WIDE_CUT.finditer(section):
        at = wide.start()
        if not inside(at):
            found.append(_Place(at, at, Cut.SENTENCE if section[at - 1] in "。！？" else Cut.WORD))
    for start, _ in kept:
        if start and _WIDE_BEFORE.match(section, start - 1):
            found.append(_Place(start, start, Cut.WORD))
    found.sort(key=lambda place: (place.end, place.start))
    return [*found, _Place(len(section), len(section), Cut.PARAGRAPH)]


def _kind(section: str, blank: re.Match[str]) -> Cut:
    lines = blank.group().count("\n")
    if lines:
        return Cut.LINE if lines == 1 else Cut.PARAGRAPH
    before = section[max(0, blank.start() - _LOOK_BACK) : blank.start()]
    closed = _CLOSED.search(before)
    if closed is None or section[blank.end() : blank.end() + 1].islower():
        return Cut.WORD
    return Cut.WORD if _SHORT.search(before[: closed.end(1)]) else Cut.SENTENCE


def _joins(following: str) -> bool:
    """Whether this character belongs to the blank before it (a combining mark, a joiner)."""
    return following != "" and (unicodedata.category(following).startswith("M") or following == "\u200d")


def _whole(section: str, *, strictly: bool = False) -> list[tuple[int, int]]:
    """Links, handles and hashtags, merged where they overlap.

    `strictly` does without the links that only Mastodon sees: in scripts without blanks it takes all that
    follows a link for its path.
    """
    found = links(section, X) + ([] if strictly else links(section, MASTODON))
    found += [tag.span() for tag in _TAG.finditer(section)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _reach(
    section: str, at: int, places: list[_Place], first: int, limit: int, measure: Measure
) -> int | None:
    """The index of the last place up to which the text from `at` fits; None if not even to the first."""
    window = min(2 * limit + _MORE, len(section) - at)
    measured = measure(section[at : at + window])
    too_far = at + _ENOUGH * limit + _ROOM  # from here on nothing fits, which one look has shown

    def fits(index: int) -> bool:
        nonlocal too_far, window, measured
        end = places[index].end
        while measured <= 2 * limit and at + window < min(end, too_far):
            window = min(2 * window + _MORE, too_far - at)
            measured = measure(section[at : at + window])
        if measured > 2 * limit:  # what follows cannot make that much less
            too_far = min(too_far, at + window)
        if end > too_far and measured > 2 * limit:
            return False
        return measure(section[at:end]) <= limit

    if first >= len(places):
        return None
    near = bisect_right(places, at + window * limit // max(measured, 1), first, key=lambda place: place.end)
    found = _last(len(places) - first, lambda number: fits(first + number), near - first - 1)
    return None if found < 0 else first + found


def _last(count: int, fits: Callable[[int], bool], guess: int) -> int:
    """The last of so many numbers that fits, -1 if none does: what fits comes before what does not.

    It is looked for from the guess on, in steps that double, because each look counts a text: with a good guess
    there are three of them, and not one for every halving.
    """
    low, high, step = -1, count, 1
    at = min(max(guess, 0), count - 1)
    while low < at < high:
        if fits(at):
            low, at = at, at + step
        else:
            high, at = at, at - step
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _best(section: str, at: int, places: list[_Place], limit: int, measure: Measure) -> _Place:
    """Among the places in reach the one where a person would cut: better ones count if not much is left unused."""
    last = places[-1]
    for cut in (Cut.PARAGRAPH, Cut.LINE, Cut.SENTENCE):
        for place in reversed(places):
            if place.cut >= cut:
                far = (place.end - at) * 2 >= last.end - at
                if far and (place is last or measure(section[at : place.end]) <= limit):
                    return place
                break
    return last


def _within(section: str, at: int, until: int, limit: int, measure: Measure) -> int:
    """Where to cut a word that is longer than a message: outside of links and the like, else wherever it fits."""
    size = 2 * limit + _MORE
    while True:
        window = section[at : min(at + size, until)]
        end = _longest(window, limit, measure)
        if end < len(window) or at + end >= until:
            return at + end
        size *= 2  # all of the window fits (a long link may count little): look further


def _longest(word: str, limit: int, measure: Measure) -> int:
    """How many code points of this word go into one message."""
    share = limit / max(measure(word), 1)
    edges = list(accumulate(len(one) for one in clusters(word)))
    tried: list[int] | None = None
    for kept in (_whole(word), _whole(word, strictly=True), []):
        ends = _outside(edges, kept)
        if ends == tried:
            continue  # as without any link
        tried = ends
        end = _last_fitting(word, ends, limit, measure, share)
        if end is not None:
            return end
    end = _last_fitting(word, range(1, len(word) + 1), limit, measure, share)
    if end is None:
        raise ValueError(f"a limit of {limit} has no room for a single character")
    return end


def _outside(edges: list[int], kept: list[tuple[int, int]]) -> list[int]:
    """The edges between graphemes that are not within what is to be kept whole."""
    found = []
    spans = iter(kept)
    span = next(spans, None)
    for edge in edges:
        while span is not None and span[1] <= edge:
            span = next(spans, None)
        if span is None or edge <= span[0]:
            found.append(edge)
    return found


def _last_fitting(
    word: str, ends: list[int] | range, limit: int, measure: Measure, share: float
) -> int | None:
    """The last of these ends up to which the word fits; `share` is how much of it may fit, as a guess."""
    guess = bisect_right(ends, int(len(word) * share)) - 1
    found = _last(len(ends), lambda number: measure(word[: ends[number]]) <= limit, guess) if ends else -1
    return None if found < 0 else ends[found]


def _trim(text: str) -> str:
    """Without blanks at both ends; no-break spaces stay."""
    start = _BLANK.match(text)
    text = text[start.end() :] if start else text
    end = len(text)
    while end and _BLANK.match(text, end - 1):
        end -= 1
    return text[:end]
