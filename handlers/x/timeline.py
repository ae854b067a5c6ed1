"""What the account itself has published lately: how a post is found whose answer was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from handlers.base import Poll, Rejected, Unavailable, Uncertain
from handlers.likeness import Likeness, like_shortened, like_words
from handlers.parts import Place
from handlers.reconcile import Agreement, worst
from handlers.x.line import Line
from handlers.x.reading import each, inner, text
from handlers.x.spending import READ_POST

PAGES: Final = 5
"""Pages of 100 posts that are searched for a post."""
PAGE: Final = (5, 100)
"""The fewest and the most posts that X gives at once."""
WORDS: Final = {
    "post": "attachments,conversation_id,created_at,entities,note_post",
    "tweet": "attachments,conversation_id,created_at,entities,note_tweet",
}
"""How X calls what is wanted of a post: in its document (OpenAPI 2.167), and in its pages and, it is said, its answers."""
PARENT: Final = {
    "post": ("expansions", "referenced_posts"),
    "tweet": ("tweet.fields", "referenced_tweets"),
}
"""Where X is asked which post one answers; the document's way shows that post as well, which is paid for."""
_OWN_MEDIA: Final = r"/status/{}/(photo|video)/"
"""With the post's number."""


class Timeline:
    """The account's own posts. Every post in an answer is paid for, so no more are asked for than the budget has."""

    def __init__(self, line: Line, *, parents: bool = False, polls: bool = False) -> None:
        """`parents`, `polls`: whether it matters which post one answers, and what a poll asks."""
        self._line = line
        self._word = "post"
        self._parents = parents
        self._polls = polls

    def since(self, since: datetime) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The account's posts since then, newest first, each with its poll (empty where none is told).

        Raises `Uncertain` when X did not show all of them, `Rejected`, `Unavailable`.
        """
        token, shown = "", True
        for _ in range(PAGES):
            page = self._page(since, token)
            polls = {text(one, "id"): one for one in each(inner(page, "includes"), "polls")}
            for post in each(page, "data"):
                at = instant(post.get("created_at"))
                if at is None or at >= since:
                    yield post, polls.get(next(iter(poll_ids(post)), ""), {})
            shown = shown and not each(page, "errors")
            token = text(inner(page, "meta"), "next_token")
            if not token:
                break
        else:
            raise Uncertain(
                f"{self._line.name} has too many newer posts to find this one. Look there, and say what you see."
            )
        if not shown:
            raise Uncertain(
                f"{self._line.name} does not show all posts of the account. Look there, and say what you see."
            )

    def _page(self, since: datetime, token: str) -> dict[str, Any]:
        """One page, asked for in the words that this X understands."""
        try:
            page = self._asked(since, token)
        except Rejected:
            answer = self._line.wire.last
            unknown = answer is not None and any(
                one in answer.text for one in ("post.fields", "referenced_posts")
            )
            if self._word == "tweet" or not unknown:
                raise
            page = {}
        else:
            told = [post for post in each(page, "data") if "created_at" in post]
            if self._word == "tweet" or told or not each(page, "data"):
                return page
        self._word = "tweet"
        return self._asked(since, token)

    def _asked(self, since: datetime, token: str) -> dict[str, Any]:
        me = self._line.who_am_i()
        wanted = self._wanted()
        times = 2 if self._parents and self._word == "post" else 1
        with self._line.reading(PAGE[1] * times, READ_POST) as paid:
            most = paid.most // times
            if most < PAGE[0]:
                raise Uncertain(
                    f"The month's budget for {self._line.name} is used up, so the bot cannot look there. "
                    "Look at the account, and say what you see."
                )
            asked = {
                "max_results": str(most),
                "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "exclude": "retweets",
                **wanted,
                **({"pagination_token": token} if token else {}),
            }
            page = self._line.request("GET", f"/2/users/{me.id}/tweets", "the account's posts", params=asked)
            beside = inner(page, "includes")
            shown = [*each(page, "data"), *(one for word in PARENT for one in each(beside, f"{word}s"))]
            paid.got(len({text(one, "id") for one in shown}))
        if "data" not in page and inner(page, "meta").get("result_count") != 0 and not each(page, "errors"):
            raise Unavailable(f"{self._line.name} answered nonsense. The bot asks again by itself.")
        return page

    def _wanted(self) -> dict[str, str]:
        """What is asked of each post."""
        wanted = {f"{self._word}.fields": [WORDS[self._word]], "expansions": [], "poll.fields": []}
        if self._parents:
            where, name = PARENT[self._word]
            wanted[where].append(name)
        if self._polls:
            wanted["expansions"].append("attachments.poll_ids")
            wanted["poll.fields"].append("duration_minutes,options")
        return {name: ",".join(values) for name, values in wanted.items() if values}


def poll_ids(post: dict[str, Any]) -> list[str]:
    """The numbers of a post's polls."""
    told = inner(post, "attachments").get("poll_ids")
    return [str(one) for one in told] if isinstance(told, list) else []


def _shown(post: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """A post's whole text, and the addresses behind its `t.co` links; a picture's own link stands for nothing."""
    whole = inner(post, "note_tweet") or inner(post, "note_post") or post
    own = _OWN_MEDIA.format(re.escape(text(post, "id")))
    addresses = {
        text(one, "url"): ""
        if one.get("media_key") or re.search(own, text(one, "expanded_url"))
        else text(one, "expanded_url")
        for one in each(inner(whole, "entities"), "urls")
    }
    return text(whole, "text") or text(post, "text"), addresses


def agreement(
    post: dict[str, Any], shown: dict[str, Any], place: Place, files: list[str], poll: Poll | None
) -> Agreement:
    """How much of what was sent agrees with a post and the poll that is shown with it; `files` are the ids that were
    uploaded for it.
    """
    beside = inner(post, "attachments")
    keys = [one for one in beside.get("media_keys") or () if isinstance(one, str)]
    if files and sorted(one.partition("_")[2] for one in keys) == sorted(files):
        return Agreement.OWN
    if len(_versions(post)) > 1:  # all but its place in a conversation can be changed
        return worst([_conversation(post, place), _parent(post, place), Likeness.ALIKE])
    return worst(
        [
            like_shortened(place.part.text, *_shown(post)),
            _conversation(post, place),
            _parent(post, place),
            _attached(len(keys), len(place.part.media), certain=bool(files)),
            _attached(len(poll_ids(post)), int(poll is not None)),
            _poll(shown, poll) if poll else Likeness.SAME,
        ]
    )


def _versions(post: dict[str, Any]) -> list[str]:
    """The numbers that it had and has, the first one first: each edit gives another. X tells them unasked."""
    told = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def first_number(post: dict[str, Any]) -> str:
    """By which the bot knows a post of its own, however often it was edited since."""
    return next(iter(_versions(post)), text(post, "id"))


def _conversation(post: dict[str, Any], place: Place) -> Likeness:
    """A part is of the conversation that the first part began; the first begins its own."""
    wanted = {place.first.id} if place.first else {text(post, "id"), *_versions(post)}
    told = text(post, "conversation_id")
    if told:
        return Likeness.SAME if told in wanted else Likeness.OTHER
    return Likeness.ALIKE if place.first else Likeness.SAME


def _parent(post: dict[str, Any], place: Place) -> Likeness:
    """In a conversation anybody may answer anything; a part answers the one before."""
    if not place.parent:
        return Likeness.SAME  # of a conversation of its own
    told = [
        text(one, "id")
        for word in PARENT
        for one in each(post, f"referenced_{word}s")
        if one.get("type") == "replied_to"
    ]
    if not told:
        return Likeness.ALIKE
    return Likeness.SAME if place.parent.id in told else Likeness.OTHER


def _poll(shown: dict[str, Any], wanted: Poll) -> Likeness:
    """Its answers, in their order, and how long it is open."""
    answers = sorted(each(shown, "options"), key=lambda one: (len(place := text(one, "position")), place))
    if not answers:
        return Likeness.ALIKE
    labels = [text(one, "label") for one in answers]
    if len(labels) != len(wanted.choices):
        return Likeness.OTHER
    minutes = text(shown, "duration_minutes") or str(wanted.minutes)
    same = Likeness.SAME if minutes == str(wanted.minutes) else Likeness.OTHER
    return min(same, *map(like_words, wanted.choices, labels))


def _attached(there: int, wanted: int, *, certain: bool = False) -> Likeness:
    """So many files, or polls; `certain`: X told their numbers, and they are not ours."""
    if there == wanted:
        return Likeness.OTHER if there and certain else Likeness.SAME
    return Likeness.ALIKE if not there else Likeness.OTHER


def instant(value: Any) -> datetime | None:
    """An instant as X writes it; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
