"""What somebody probably meant with something that is no command."""

from __future__ import annotations

import re
from difflib import get_close_matches

from bot.grammar.nearest import distance, nearest
from bot.grammar.polite import start
from bot.grammar.values import Unknown
from bot.grammar.verbs import BY_NAME, VERBS

_SENTENCE = 7
"""Words from which on it is taken for the text of a post."""
_LOOKED_AT = 12
_FEW = 2
"""Words up to which somebody may ask for the `drafts`."""
_LETTERS = 4
"""Shorter words are one slip away from too many others."""
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_NUMBER = re.compile(r"[0-9]{1,9}")
_PLAIN = {
    word: verb.name
    for verb in reversed(VERBS)
    for word in reversed(verb.words)
    if re.fullmatch(r"[a-z]+", word)
}
_PLAIN = {word: name for word, name in _PLAIN.items() if len(word) >= _LETTERS} | {
    verb.name: verb.name for verb in VERBS
}
_PHRASES = {
    example.rstrip("?"): example for verb in VERBS if verb.kind == "question" for example in verb.examples
}


_VOTES = frozenset({"approval", "approvals", "veto", "vetoes", "vetos", "vote", "votes", "reaction"})
_STOPPING = frozenset({"cancel", "withdraw", "veto"})
_HARMLESS = frozenset(BY_NAME) - {"approve", "now", "move", "retry", "resume", "published", "edit", "take"}
"""What may be suggested wherever it stands among other words: nothing that publishes or moves a post, or changes it."""
_NOT = frozenset({"no", "not", "never", "don't", "don’t", "dont"})
_SURE = 5
"""Letters up to which a word with one letter more or less is another word, and no slip."""


def _slip(word: str) -> str | None:
    """The word of the grammar that was probably meant by it; one that publishes, deletes or moves only if it is almost
    written so: `more` and `love` are no `move`, and `no` is no `now`.
    """
    if word in _PLAIN:
        return word
    found = nearest(word, [*_PLAIN, "draft"])
    if found is None or found == "draft" or _PLAIN[found] in _HARMLESS - _STOPPING:
        return found
    long = min(len(word), len(found)) >= _LETTERS and max(len(word), len(found)) > _SURE
    is_swapped = len(word) >= _LETTERS and sorted(word) == sorted(found)
    is_missed = long and word[0] == found[0] and distance(word, found, 1) <= 1 and len(word) != len(found)
    return found if is_swapped or is_missed or (long and word.startswith(found)) else None


_WRONG = _NOT | {"wrong", "bad", "error", "mistake", "typo", "incorrect", "stop", "wait"}


def braking(found: Unknown, body: str) -> Unknown:
    """The same, but whoever says that a post is wrong is shown how to stop it: `39 is wrong, dont post it!!`."""
    words = {word.casefold() for word in _WORD.findall(body[:300])}
    number = _NUMBER.search(body[:300])
    if number is None or not (found.nearest or "").startswith("show ") or not _WRONG & words:
        return found
    return Unknown(found.text, f"hold {number[0]}", found.why)


def part_of_post(verb: str, body: str) -> str | None:
    """What is shown to who wants a vote, or a part of a post, taken away: `remove approval 1`, `delete the typo in 1`. None: it
    is neither.
    """
    number = _NUMBER.search(body[:300])
    if verb != "cancel" or number is None:
        return None
    words = {word.casefold() for word in _WORD.findall(body[:300])}
    return f"withdraw {number[0]}" if words & _VOTES else f"show {number[0]}"


def with_number(sample: str, number: str) -> str:
    """An example with this number in place of its own."""
    return _NUMBER.sub(number, sample, count=1)


def guess(text: str) -> Unknown:
    """The text as not understood, with the nearest command."""
    body = text[start(text) :][:300]
    words = [word.casefold() for word in _WORD.findall(body)]
    number = _NUMBER.search(body)
    first = _slip(words[0]) if words else None
    if first == "draft" or (first == "drafts" and words[0] != first and len(words) > _FEW):
        kept = _kept(text)
        return Unknown(text, f"draft {kept}" if kept else "draft your text")
    return Unknown(text, _nearest(words, number[0] if number else None, body))


def _kept(text: str) -> str:
    """What stands behind the first word, with its lines as they were written."""
    first = _WORD.search(text, start(text))
    return re.sub(r"\A[:,]?[ \t]*", "", text[first.end() :]).rstrip() if first else ""


def _nearest(words: list[str], number: str | None, body: str) -> str | None:
    if words and words[0] in {"don't", "dont", "not", "never"} and "approve" in words:
        return f"veto {number or 12}"
    if not words:
        return f"show {number}" if number else "help"
    first = _slip(words[0])
    if first == "draft":
        return "draft " + (" ".join(words[1:4]) or "your text")
    if first is None and len(words) <= _LOOKED_AT:
        offered = _HARMLESS - _STOPPING if _NOT.intersection(words) else _HARMLESS
        first = next((word for word in words if word in offered), None)
    if first is not None and (len(words) <= _LOOKED_AT or words[0] == first):
        sample = BY_NAME[_PLAIN.get(first, first)].sample
        return with_number(sample, number) if number else sample
    close = get_close_matches(" ".join(words[:_LOOKED_AT]), _PHRASES, n=1, cutoff=0.6)
    if close:
        return _PHRASES[close[0]]
    return "draft " + " ".join(body.replace("`", "'").split()[:4]) + " …" if len(words) >= _SENTENCE else None
