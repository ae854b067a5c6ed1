"""What there is help on, and the help itself, made from the table of verbs."""

from __future__ import annotations

import re

from bot.grammar.known import KNOWN
from bot.grammar.nearest import nearest
from bot.grammar.verbs import VERBS, Verb

_DRAFT = """\
**A post begins with `draft`** and its text. That is all it needs:
```
draft Registration for the spring workshop is open! https://coderefinery.org/workshops
```
`draft for linkedin: …` and `toot …` say where it goes, too. Options stand above the text, one on a line; an empty line ends them:
```
draft
to: mastodon, linkedin
at: thursday 10:00
Registration for the spring workshop is open!

--- x
Registration is open: https://coderefinery.org/workshops
```
* `to:` platforms, accounts (`mastodon:fosstodon`), `all`, or `all but x` · `at:` when (`help time`) · `not after:` past this it is never published
* `title:` · `cw:` content warning · `lang: en` · `visibility:` · `link:` · `thread: no` · `campaign:`
* `poll: yes | no | not yet`: the text is the question · `poll for: 3 days` · `poll multiple: yes`
* YouTube: `tags: a, b` · `playlist:` · `category:` · `licence: creative commons` · `for kids: no`
* `alt:` what a picture shows, once per picture, in order · `note:` for the reviewers, never published
* `--- x` or `--- x, mastodon`: from here on, the own text of these platforms or accounts
* What looks like an option or such a head further down I ask about; `text:` on the line before it says that it is text.
* Upload pictures into the message. The text of their link, if it is not the file's name, is their alt text.
* Quote somebody's message and write `draft` under it: then the quoted text is the post's.
* Edit your message to change the post; delete it to withdraw the post (one that is approved is held: say `cancel`)."""

_TIME = """\
**Times** are in your own time zone, unless you name one. The day stands before the month.
* `thursday 10:00`, `tomorrow 9am`, `fri 14.00`, `today klo 18`, `in 2 hours`, `noon`
* `30.11. 14.30`, `1 Dec 9:00`, `2026-12-01 09:00`
* as in your language: `torsdag kl. 10`, `3. Dezember 14 Uhr`, `huomenna klo 9`
* `thursday 10:00 CET`, `10:00 Europe/Oslo`, `10:00 UTC+2`
* `now`: once it is approved · `next`: the next free slot

What could mean two things I ask about."""


def _help(verb: Verb) -> str:
    examples = "\n".join(f"* `{example}`" for example in verb.examples)
    return f"**{verb.usage}**\n{verb.what}\n{examples}"


HELP: dict[str, str] = {"draft": _DRAFT} | {verb.name: _help(verb) for verb in VERBS} | {"time": _TIME}
"""Topic -> its help, as Markdown."""


def _row(*names: str) -> str:
    chosen = [verb for verb in VERBS if verb.name in names]
    return " · ".join(f"`{verb.sample}`" for verb in sorted(chosen, key=lambda verb: names.index(verb.name)))


OVERVIEW = f"""\
Write `draft` and then your text: I show what each platform would get, the team approves with a reaction on my card, \
and I post it at its time.

* **Approve:** react to the card, or {_row("approve", "veto", "withdraw")}
* **Change:** edit your message, or {_row("edit", "alt", "take", "move", "copy")}
* **Stop and go on:** {_row("hold", "resume", "cancel", "now")}
* **When something went wrong:** {_row("retry", "published")}
* **Ask:** {_row("plan", "drafts", "waiting", "history", "show", "log", "status")}, `what is scheduled this week?`

`help draft`, `help time` and `help` with any command tell more."""
"""What `help` shows."""

_OTHER = {
    "times": "time",
    "at": "time",
    "when": "time",
    "date": "time",
    "dates": "time",
    "time zone": "time",
    "time zones": "time",
    "options": "draft",
    "option": "draft",
    "drafting": "draft",
    "post": "draft",
    "posting": "draft",
    "posts": "draft",
    "write": "draft",
    "create": "draft",
    "make": "draft",
    "start": "draft",
    "poll": "draft",
    "polls": "draft",
    "pictures": "draft",
    "sections": "draft",
    "approving": "approve",
    "approval": "approve",
    "approvals": "approve",
    "picture": "alt",
    "alt texts": "alt",
    "week": "plan",
    "helping": "help",
}
_OTHER |= {name: "draft" for name in (*KNOWN, "threads", "text") if name not in {*_OTHER, *HELP}}
_LEAD = re.compile(r"(?:(?:to|the|a|an|my|do|on|command|about)\s+)+", re.IGNORECASE)
_EXACT = [(verb.name, re.compile(f"(?:{'|'.join(verb.words)})", re.IGNORECASE)) for verb in VERBS]


def topic_of(words: str) -> tuple[str | None, str | None]:
    """The topic that these words ask about, and else the nearest one."""
    words = " ".join(words.casefold().split()).strip("`'\"")
    lead = _LEAD.match(words)
    words = words[lead.end() :] if lead else words
    for candidate in (words, words.partition(" ")[0]):
        if candidate in HELP:
            return candidate, None
        if candidate in _OTHER:
            return _OTHER[candidate], None
        for name, pattern in _EXACT:
            if pattern.fullmatch(candidate):
                return name, None
    return None, nearest(words.partition(" ")[0], HELP)
