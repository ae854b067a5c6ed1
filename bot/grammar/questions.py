"""Questions in people's own words: what is scheduled this week, what waits for me, what went out last month?

What is planned and what went out is asked in the languages of the people too (`asked_abroad`).

A question is understood when nothing remains of it but words that ask, words that say what about, names of
platforms, and one period. So a sentence that merely contains such a word is not taken for a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar import names
from bot.grammar.asked_abroad import ABROAD
from bot.grammar.polite import bare
from bot.grammar.values import Command
from bot.when import is_past, is_period

_ABOUT = {
    "drafts": {"drafts"},
    "waiting": {
        "waiting", "waits", "wait", "approval", "approvals", "approve", "pending", "inbox", "todo", "review",
        "reviews", "needs", "need",
    },
    "history": {
        "history", "went", "gone", "published", "posted", "sent", "did", "was", "were", "been", "archive", "past",
    },
    "status": {"status", "health", "accounts", "tokens", "token", "backlog"},
    "plan": {
        "plan", "plans", "planned", "planning", "queue", "queued", "schedule", "scheduled", "calendar", "upcoming",
        "agenda", "due", "slots", "slot", "goes", "go", "going", "next",
    },
}  # fmt: skip
"""Verb -> the words that tell that it is meant, the most telling verb first."""

_FILLER = {
    "a", "about", "all", "an", "and", "any", "anything", "are", "as", "at", "be", "bot", "by", "can",
    "come", "comes", "coming", "currently", "do", "does", "everything", "for", "from", "get", "give",
    "happening", "happens", "has", "have", "how", "i", "in", "is", "it", "items", "list", "look", "me",
    "my", "now", "of", "on", "open", "our", "out", "over", "post", "posts", "right", "see", "shall",
    "should", "show", "so", "some", "something", "still", "stuff", "tell", "that", "the", "them", "there",
    "thing", "things", "to", "up", "us", "we", "what", "what's", "whats", "when", "when's", "which", "who",
    "will", "with", "yet", "you", "your",
}  # fmt: skip
"""Words that say nothing about what is asked."""
_MOST = 24
_DIGIT = re.compile(r"\d")


def question(text: str, accounts: Sequence[str]) -> Command | None:
    """The question that this is, or None. `rest` is the period as it was written; empty if there is none."""
    tokens = bare(text.replace("’", "'"), also="").replace("coming up", "upcoming").split()
    if not tokens or len(tokens) > _MOST or tokens == ["approve"]:
        return None
    words = [_word(token) for token in tokens]
    english, abroad = _english(tokens, words, accounts), _abroad(tokens, words, accounts)
    # `was diese Woche` is German: what is asked in English has an English period, or none.
    if english is None or (abroad is not None and english.rest and not is_period(english.rest, languages=())):
        return abroad
    return english


def _english(tokens: Sequence[str], words: Sequence[str], accounts: Sequence[str]) -> Command | None:
    asked = [at for at, word in enumerate(words) if not _asks(word)]
    named = [at for at in asked if names.account_names(words[at], accounts)]
    left = [at for at in asked if at not in named]
    span = _period(tokens, words, left)
    if span is None:
        return None
    topics = [verb for verb, about in _ABOUT.items() if any(word in about for word in words)]
    if not topics and not span:
        return None
    verb = topics[0] if topics else "plan"
    if verb == "plan" and span and is_past(span):
        verb = "history"
    return Command(verb, accounts=_named(words, named, accounts), rest=span)


def _abroad(tokens: Sequence[str], words: Sequence[str], accounts: Sequence[str]) -> Command | None:
    for language in ABROAD:
        asked = [at for at, word in enumerate(words) if not language.asks(word)]
        named = [at for at in asked if names.account_names(words[at], accounts)]
        left = [at for at in asked if at not in named]
        span = _widest(tokens, left)
        verbs = {verb for word in words if (verb := language.verb(word))}
        if not (span or verbs) or (span and not is_period(span)):
            continue
        looks_back = "history" in verbs or (span and is_past(span))
        return Command(
            "history" if looks_back else "plan", accounts=_named(words, named, accounts), rest=span
        )
    return None


def _widest(tokens: Sequence[str], left: Sequence[int]) -> str:
    """The words that remain, with the one before them where that belongs to the time: `i morgen`."""
    if not left:
        return ""
    first, last = left[0], left[-1]
    spans = (" ".join(tokens[at : last + 1]).strip(",;:!? ") for at in (max(0, first - 1), first))
    wide, span = spans
    return wide if is_period(wide) else span


def _named(words: Sequence[str], at: Sequence[int], accounts: Sequence[str]) -> tuple[str, ...]:
    picked = {name for one in at for name in names.account_names(words[one], accounts)}
    return tuple(one for one in accounts if one in picked)


def _word(token: str) -> str:
    """The word alone; the dots of a date stay."""
    token = token.casefold().strip(",;:!?\"'()*`“”")
    return token if _DIGIT.search(token) else token.rstrip(".")


def _asks(word: str) -> bool:
    return not word or word in _FILLER or any(word in about for about in _ABOUT.values())


def _period(tokens: Sequence[str], words: Sequence[str], left: Sequence[int]) -> str | None:
    """The period that the remaining words name; empty if none remain, None if they are something else."""
    if not left:
        return ""
    first, last = left[0], left[-1]
    if first and words[first - 1] == "next" and not is_period(" ".join(tokens[first : last + 1])):
        first -= 1
    candidates = [tokens[first - 1 : last + 1]] if first and words[first - 1] in {"next", "past"} else []
    for candidate in (*candidates, tokens[first : last + 1]):
        span = " ".join(candidate).strip(",;:!? ")
        if is_period(span):
            return span
    return None
