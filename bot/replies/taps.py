"""What is said to somebody whose reaction alone changes nothing, or who does not see the card."""

from __future__ import annotations

from typing import Final

from bot.replies.refusals import stopper
from bot.replies.words import state
from storage.models import Post
from storage.states import PostState

MORE: Final = frozenset({PostState.WITHDRAWN, PostState.EXPIRED, PostState.HELD})
"""States of a post which no reaction changes."""


def earlier(post: Post, link: str) -> str:
    """To who reacted on something else than the present card."""
    if post.state == PostState.RELEASED:
        return f"Your reaction on **#{post.id}** does not count: it was released already, see [its card]({link})."
    return (
        f"Your reaction on **#{post.id}** does not count, because it is not on its present card: please look at "
        f"[that one]({link}), which shows what goes out, and react there."
    )


def there(post: Post, link: str) -> str:
    """To who wrote of it in a direct message."""
    return f"**#{post.id}** is {state(post)}: [its card]({link}) shows how it stands."


def needs_more(post: Post, *, counted: bool) -> str:
    """To who reacted on a post that waits for a word; `counted`: on its card, where that is remembered."""
    if post.state == PostState.WITHDRAWN:
        return f"Your reaction on **#{post.id}** changes nothing: it is withdrawn. `copy {post.id}` starts anew from its text."
    start = f"Your reaction on **#{post.id}** {'is counted, but does not bring it out' if counted else 'does not count'}: "
    if post.state == PostState.EXPIRED:
        return f"{start}its time has passed. `move {post.id} to tomorrow 10:00` gives it a new one."
    return f"{start}it is held by {stopper(post)}, until somebody who may says `resume {post.id}`."
