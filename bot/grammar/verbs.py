"""The written list of what can be ordered and asked: its words, its form, and what the help says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "post",
    "accounts",
    "reason",
    "brake",
    "stop",
    "unvote",
    "time",
    "text",
    "alt",
    "number",
    "link",
    "question",
]
"""What follows the word: a post alone; platforms; a reason; any words; nothing, or a reason; platforms
or a reason; a time; a text; a file and a text; a platform and a link. A question stands without a number."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One order or question."""

    name: str
    kind: Kind
    words: tuple[str, ...]
    """Regular expressions of what people write for it; its own name comes first."""
    usage: str
    what: str
    """One sentence on what it does."""
    examples: tuple[str, ...]

    @property
    def sample(self) -> str:
        """How it could be written: the first example."""
        return self.examples[0]


VERBS: tuple[Verb, ...] = (
    Verb(
        "approve",
        "accounts",
        (
            "approve",
            r"i approve(?: of)?",
            "approved",
            "lgtm",
            "accept",
            "ack",
            r":\+1:",
            "👍",
            r"looks good:?",
        ),
        "approve N [PLATFORM …]",
        "Approves the post as its card showed it when you wrote this; with platforms, only for those. `approve 12, 13` and "
        "`approve 12-15` approve several, each as its own card showed it.",
        ("approve 12", "approve 12 mastodon", "lgtm 12", "approve 12 and 13"),
    ),
    Verb(
        "veto",
        "reason",
        ("veto", "reject", "block", "object to", "disapprove", ":-1:", "👎[\U0001f3fb-\U0001f3ff]?"),
        "veto N [because REASON]",
        "Stops the post until you take the veto back with `withdraw`, or its text is changed and approved.",
        ("veto 12 because the date is wrong", "veto 12"),
    ),
    Verb(
        "withdraw",
        "unvote",
        (
            "withdraw",
            r"(?:i )?withdraw my (?:approval|veto)(?: (?:of|for|from|on))?",
            "unapprove",
            r"(?:i )?take back(?: my (?:approval|veto)(?: (?:of|for|from|on))?)?",
            "revoke",
        ),
        "withdraw N [PLATFORM …] [because REASON]",
        "Takes back your approval or your veto.",
        ("withdraw 12", "withdraw 12 mastodon"),
    ),
    Verb(
        "edit",
        "text",
        ("edit", "rewrite", r"(?:change|replace) (?:the )?text of"),
        "edit N NEW TEXT",
        "Writes the post anew, in the same form as a draft; handy when Zulip no longer lets you edit the message.",
        ("edit 12 Registration is open until Friday!",),
    ),
    Verb(
        "hold",
        "brake",
        (
            "hold",
            "pause",
            "stop",
            "freeze",
            r"hold on with",
            "wait with",
            r"wait(?: for)?",
            "halt",
            "abort",
            "suspend",
            "call off",
            "not yet",
            r"(?:do not|don't|dont|never) (?:publish|post|send|release)(?: out)?",
            "[🛑✋⛔]\ufe0f?[\U0001f3fb-\U0001f3ff]?",
            ":(?:stop_sign|octagonal_sign|hand|raised_hand|no_entry):",
        ),
        "hold N [because REASON]",
        "Stops the post until it is resumed: what an approver or another member stopped, its author does not let go on. "
        "`stop`, `halt`, `pause` and `abort` mean the same; `hold all` and `stop everything` hold every open post. "
        "`hold 12 and 13` and `hold 12-15` stop several; so do `cancel`, `veto`, `withdraw` and `resume`. Each line may be an order.",
        ("hold 12", "put 12 on hold", "don't publish 12", "hold 12 and 13", "hold all"),
    ),
    Verb(
        "resume",
        "stop",
        ("resume", "unhold", "unpause", "continue", "continue with"),
        "resume N",
        "Lets a held post go on; its approvals still count. What an approver held, only an approver resumes.",
        ("resume 12", "take 12 off hold"),
    ),
    Verb(
        "cancel",
        "stop",
        ("cancel", "delete", "remove", "discard", "drop", "scrap"),
        "cancel N [because REASON]",
        "Withdraws the post while it is not yet out. Deleting the draft message does the same.",
        ("cancel 12", "cancel 12 because the course is full"),
    ),
    Verb(
        "move",
        "time",
        ("move", "reschedule", "postpone", "shift", "delay", "schedule"),
        "move N to TIME",
        "Gives the post another time; its approvals stay. Once approved, only approvers move it far. `help time` shows how "
        "times are written.",
        ("move 12 to friday 9:00", "reschedule 12 to next"),
    ),
    Verb(
        "now",
        "post",
        ("now", r"(?:publish|post|send|release)(?: out)?", "send out"),
        "now N",
        "Lets the post go out as soon as it is approved; what was approved for later, only approvers bring out now.",
        ("now 12", "publish 12 now"),
    ),
    Verb(
        "retry",
        "accounts",
        ("retry", "resend", "repeat", "try again", "try again with"),
        "retry N [PLATFORM …]",
        "Sends again what failed, or what you know is not out. Long after the time that was approved, only an approver "
        "does that.",
        ("retry 9", "retry 9 linkedin", "try 9 again"),
    ),
    Verb(
        "published",
        "link",
        ("published", "confirm"),
        "published N PLATFORM [LINK]",
        "Tells me that a post which I am not sure about is out, so that I do not send it again.",
        ("published 9 linkedin https://www.linkedin.com/feed/update/urn:li:share:1", "9 is out on x"),
    ),
    Verb(
        "alt",
        "alt",
        ("alt", r"alt[- ]text(?: (?:of|for))?", "describe"),
        "alt N FILE TEXT",
        "Says what a picture shows, for those who cannot see it. FILE is 1 for the first. On posts of others it is a proposal. "
        "A further line `2 What it shows` describes the second, and so on.",
        ("alt 12 1 Learners around a table, laptops open",),
    ),
    Verb(
        "take",
        "number",
        ("take", "accept alt", "use alt"),
        "take N NUMBER",
        "Takes an alt text that somebody proposed; its number stands on the card. A tap on that number does the same.",
        ("take 12 1",),
    ),
    Verb(
        "copy",
        "post",
        ("copy", "duplicate", "clone"),
        "copy N",
        "Starts a new post with the same text and files, without its time.",
        ("copy 12",),
    ),
    Verb(
        "show",
        "post",
        (
            "show",
            "show me",
            "view",
            "display",
            "open",
            "preview",
            "details of",
            "status",
            r"(?:the )?status of",
            r"(?:what|how)(?:'s| is| about)(?: up with| with| the status of| the state of)?",
            r"where(?:'s| is)",
            r"when (?:does|do|is|will|should)",
        ),
        "show N",
        "Shows the post as it stands, with its card's link.",
        ("show 12", "what's up with 12?", "#12"),
    ),
    Verb(
        "log",
        "post",
        (
            "log",
            "log of",
            r"history(?: of)?",
            r"who (?:approved|vetoed|wrote|changed|edited|cancelled|moved)",
            r"what happened (?:to|with)",
            r"who did what (?:to|with|on)",
        ),
        "log N",
        "Tells who did what to the post, and when.",
        ("log 12", "what happened to 12?"),
    ),
    Verb(
        "plan",
        "question",
        ("plan", "queue", "scheduled", "calendar", "upcoming"),
        "queue, or what is scheduled [PERIOD]?",
        "Shows what is planned, day by day, in your time zone: this week, tomorrow, March, 30.11., week 48 …",
        ("queue", "what is scheduled this week?", "next week", "what's planned for tomorrow?", "march"),
    ),
    Verb(
        "drafts",
        "question",
        ("drafts",),
        "drafts",
        "Lists what still needs approvals.",
        ("drafts", "which drafts are open?"),
    ),
    Verb(
        "waiting",
        "question",
        ("waiting", "my approvals"),
        "what is waiting for me?",
        "Lists what waits for you.",
        ("what is waiting for me?", "waiting", "my approvals"),
    ),
    Verb(
        "history",
        "question",
        ("history",),
        "history, or what went out [PERIOD]?",
        "Shows what was published.",
        ("history", "last month", "what went out last week?"),
    ),
    Verb(
        "status",
        "question",
        ("status", "health"),
        "status",
        "Tells how the accounts are, until when their tokens last, and what is still to do.",
        ("status",),
    ),
    Verb(
        "help",
        "question",
        ("help",),
        "help [COMMAND]",
        "Shows what I can do; with a command, how it is written.",
        ("help", "help draft", "how do I approve?"),
    ),
)
"""Everything beside `draft`."""

BY_NAME = {verb.name: verb for verb in VERBS}
REASONED = frozenset(verb.name for verb in VERBS if verb.kind in {"reason", "brake", "stop", "unvote"})
"""Verbs behind which a reason may stand, and nothing else."""
