"""What became of a post's deliveries: out, partly out, failed, or in doubt, and then what people are to look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.replies.escape import inline, shorten
from bot.replies.lines import sentence, told_of
from bot.replies.words import Titles, count, first_words, linked, next_order, when
from handlers.base import Outgoing
from storage.models import Delivery, Post
from storage.states import DeliveryState

NEEDS_COPY = "`copy`"
"""Stands in what a platform refused for its text or files, which only another post can have mended."""
_FIRST_WORDS = 60
"""Characters of a text by which people are to know it again."""


def report(
    post: Post,
    deliveries: Sequence[Delivery],
    titles: Titles,
    every: Sequence[Delivery] = (),
    wanted: Mapping[str, str] | None = None,
) -> str:
    """What became of the deliveries that people were not told of yet; `every` are all of the post.

    `wanted`: account -> what to look for there, of what is in doubt.
    """
    out = [one for one in deliveries if one.state == DeliveryState.PUBLISHED]
    failed = [one for one in deliveries if one.state == DeliveryState.FAILED]
    unknown = [one for one in deliveries if one.state == DeliveryState.UNKNOWN]
    said = []
    if out:
        there = " · ".join(_link(one, titles) for one in out)
        rest = [_rest(one, titles) for one in every if one.state in _NOT_OUT]
        said.append(
            f"◐ **#{post.id}** is partly out: {there} ({', '.join(rest)}){first_words(post, ' — ')}"
            if rest
            else f"🎉 **#{post.id}** is out: {there}{first_words(post, ' — ')}"
        )
    said.extend(_failed(post, one, titles) for one in failed)
    said.extend(_doubt(post, one, titles, (wanted or {}).get(one.account, "")) for one in unknown)
    for one in out:
        if one.error:
            title = titles.get(one.account, one.account)
            said.append(f"⚠ {title}: {told_of(title, one.error)}")
    return "\n".join(said)


def _failed(post: Post, delivery: Delivery, titles: Titles) -> str:
    title = titles.get(delivery.account, delivery.account)
    return f"✖ **#{post.id}** {title}{first_words(post, ', ')}: {told_of(title, why(delivery))} {what_then(delivery)}".rstrip()


def why(delivery: Delivery) -> str:
    """The trouble, with the number in the order that it names."""
    return delivery.error.replace(NEEDS_COPY, f"`copy {delivery.post_id}`")


def what_then(delivery: Delivery) -> str:
    """What to say when the trouble is mended; nothing where the trouble itself says that a copy is needed."""
    return "" if NEEDS_COPY in delivery.error else f"Then say {next_order(delivery)}."


def _link(delivery: Delivery, titles: Titles) -> str:
    title = titles.get(delivery.account, delivery.account)
    return linked(title, delivery.url)


_NOT_OUT: Mapping[str, str] = {
    DeliveryState.WAITING: "waits for its approvals",
    DeliveryState.PENDING: "is still going out",
    DeliveryState.SENDING: "is still going out",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNKNOWN: "is in doubt",
}
"""What is said of an account whose post is not out, or not known to be, beside those where it is."""


def _rest(delivery: Delivery, titles: Titles) -> str:
    return f"{titles.get(delivery.account, delivery.account)} {_NOT_OUT[delivery.state]}"


def to_look_for(outgoing: Outgoing, number: int, since: datetime | None) -> str:
    """What a person is to look for on a platform: which part, how it begins, with how many files, made since when."""
    if number >= len(outgoing.parts):
        return ""
    part = outgoing.parts[number]
    which = f"part {number + 1} of {len(outgoing.parts)}" if len(outgoing.parts) > 1 else "a post"
    words = shorten(" ".join((outgoing.title or part.text).split()), _FIRST_WORDS)
    begins = f" that begins “{inline(words)}”" if words else " without text"
    files = f" with {count(len(part.media), 'file')}" if part.media else ""
    made = f", made since {when(since)}" if since else ""
    return f"{which}{begins}{files}{made}"


def _doubt(post: Post, delivery: Delivery, titles: Titles, wanted: str) -> str:
    title = titles.get(delivery.account, delivery.account)
    look = f"Please look there for {wanted}." if wanted else "Please look there."
    return (
        f"❓ **#{post.id}** may or may not be out on {title}{first_words(post, ', ')}: {sentence(delivery.error)} {look} "
        f"If it is out, say `published {post.id} {delivery.account} LINK`; "
        f"if it is not, say `retry {post.id} {delivery.account}`."
    )
