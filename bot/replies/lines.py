"""The single sentences that the bot says when something happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.replies.escape import inline, with_code
from bot.replies.refusals import held
from bot.replies.words import Titles, first_words, listed, size, when
from bot.rules import Electorate
from bot.stops import Part
from handlers.base import Step
from storage.models import Delivery, Post, Staged


def name(text: str) -> str:
    """A person's name, made harmless."""
    return inline(text)


def voided(post: Post) -> str:
    """The text changed after somebody had approved it."""
    return (
        f"**#{post.id}** was changed, so its earlier approvals do not count: please look at the new card"
        f"{first_words(post, ' for ')}."
    )


def vanished(post: Post, what: str, who: str) -> str:
    """The draft is gone."""
    if what == "is no draft any more":
        return f"✖ **#{post.id}** is withdrawn: its message is no draft any more{first_words(post, ': ')}."
    by = "" if what == "deleted" else f" by {name(who)}"  # Zulip does not tell who deletes
    return f"✖ **#{post.id}** is withdrawn: its draft was {what}{by}{first_words(post, ': ')}."


def moved_out(post: Post, who: str, electorate: Electorate) -> str:
    """A member moved the draft to another channel: that is a `hold`."""
    return (
        f"{held(post, Part.MEMBER, electorate)} {name(who)} moved its draft to another channel; its approvals stay. Once it goes "
        "on, it goes out as the card shows it, wherever its draft lies."
    )


def lost_order(posts: Sequence[int]) -> str:
    """An order is out of sight before it was read, and was no plain stop."""
    of = f" about {listed([f'#{one}' for one in posts])}" if posts else ""
    return f"What you wrote to me{of} was deleted, or moved to where I cannot see it, before I read it: nothing was done. Please write it again."


def draft_hidden(post: Post, electorate: Electorate) -> str:
    """The draft of an approved post was deleted, or moved to where the bot sees nothing: that is a `hold`."""
    return (
        f"{held(post, Part.MEMBER, electorate)} Somebody deleted its draft, or moved it to where I cannot see it. "
        f"Once it goes on, it goes out as the card shows it; `cancel {post.id}` keeps it in for good."
    )


def card_elsewhere(post: Post) -> str:
    """What becomes of a card that somebody moved out of the channel."""
    return (
        f"~~**#{post.id}**~~ The card was moved out of its channel: only the new one there counts. Approvals that were given "
        "here stand until they are taken away."
    )


def card_hidden(post: Post, electorate: Electorate) -> str:
    """The card of an approved post was deleted, or moved to where the bot sees nothing: that is a `hold`."""
    return (
        f"{held(post, Part.MEMBER, electorate)} Somebody deleted its card, or moved it to where I cannot see it. It has a new one, "
        f"and its approvals stay; `withdraw {post.id}` takes one back."
    )


def card_incomplete(post: Post) -> str:
    """What becomes of a card that does not show all that goes out (any more)."""
    return f"~~**#{post.id}**~~ This card does not show all that goes out: only the new one below counts."


def stopped(post: Post, what: str, accounts: Sequence[str], titles: Titles) -> str:
    """The draft of a released post is gone before all of it was out."""
    where = listed([titles.get(one, one) for one in accounts])
    return f"✖ **#{post.id}** does not go to {where} any more: its draft was {what}{first_words(post, ': ')}."


def called_back(delivery: Delivery, titles: Titles) -> str:
    """It was cancelled while it was being sent, and that attempt did not bring it out."""
    where = titles.get(delivery.account, delivery.account)
    found = f" The last attempt: {delivery.error}" if delivery.error else ""
    return f"✖ **#{delivery.post_id}** was cancelled while it was sent to {where}, and is not tried again.{found}"


def late_edit(post: Post) -> str:
    """The draft was edited after it was released."""
    return (
        f"**#{post.id}** was released already, so this edit changes nothing of it. "
        f"`copy {post.id}` starts a new post from its text."
    )


def see_card(post: Post, link: str) -> str:
    """To somebody who reacted on the draft itself."""
    return (
        f"Your reaction on the draft of **#{post.id}** does not count: "
        f"please react on [its card]({link}), which shows what goes out."
    )


def expired(post: Post, author: str) -> str:
    """Its time passed before it could go."""
    latest = (
        post.not_after
        if post.not_after and (not post.due_at or post.not_after < post.due_at)
        else post.due_at
    )
    passed = f" ({when(latest)})" if latest else ""
    return (
        f"⌛ **#{post.id}** was not published: the time of{first_words(post) or ' it'} has passed{passed}. "
        f"{author}: say `move {post.id} to tomorrow 10:00` (or another time), or `cancel {post.id}`."
    )


def expired_together(posts: Sequence[Post], authors: Mapping[int, str]) -> str:
    """The times of many posts passed while the bot was away, say: each author is asked once."""
    said = [f"⌛ The times of **{len(posts)} posts** have passed, and they were not published:"]
    for author_id, name in authors.items():
        said.append(f"\n{name}:")
        for post in posts:
            if post.author_id == author_id:
                at = f" {when(post.due_at)}" if post.due_at else ""
                said.append(f"* **#{post.id}** “{inline(post.summary)}”{at}")
    example = posts[0].id
    said.append(
        f"\nSay for each that is still news `move {example} to tomorrow 10:00` (with its number and time), "
        f"and for the others `cancel {example}`."
    )
    return "\n".join(said)


def too_late(post: Post, accounts: Sequence[str], titles: Titles) -> str:
    """Its last moment passed before these accounts had it."""
    where = listed([titles.get(one, one) for one in accounts])
    passed = f" ({when(post.not_after)})" if post.not_after else ""
    return (
        f"⌛ **#{post.id}** does not go to {where} any more{first_words(post, ': ')}: its last moment, `not after:`, passed"
        f"{passed}."
    )


def progress(post_id: int, title: str, step: Step, *, ended: bool = False) -> str:
    """How far an upload is."""
    start = f"**#{post_id}** {title}: {inline(step.file)}"
    far = f"{size(step.done)} of {size(step.total)}" if step.total else "how far is not known"
    if step.what == "processing":
        return f"{'✔' if ended else '⏳'} {start} is there" + (
            "." if ended else f", and {title} is working on it …"
        )
    if ended:
        whole = step.total and step.done >= step.total
        return f"✔ {start} was uploaded ({size(step.total)})." if whole else f"{start} stopped at {far}."
    return f"⏳ {start} is being uploaded, {far} …"


def waits(delivery: Delivery, error: str, then: datetime, titles: Titles) -> str:
    """A delivery is not out, and that will stay so for a while."""
    title = titles.get(delivery.account, delivery.account)
    return f"⏳ **#{delivery.post_id}** {title}: {told_of(title, error)} Next try {when(then)}; there is nothing to do."


def not_prepared(staged: Staged, error: str, titles: Titles) -> str:
    """What should have been brought there before its time was refused."""
    title = titles.get(staged.account, staged.account)
    return (
        f"⚠ **#{staged.post_id}** {title}, uploaded ahead of its time: {sentence(error)} "
        "Nothing of it was to be seen. Mend it before its time, or it is tried once more then."
    )


def not_removed(staged: Staged, error: str, titles: Titles) -> str:
    """What was prepared and is not wanted any more is still there."""
    title = titles.get(staged.account, staged.account)
    return (
        f"⚠ **#{staged.post_id}** {title}: what was uploaded there before its time is private, and the bot "
        f"could not remove it. {sentence(error)} Please delete it there by hand."
    )


def told_of(title: str, text: str) -> str:
    """The same behind the name of its account, which is not said twice."""
    return sentence(text.removeprefix(f"{title} "))


def sentence(text: str) -> str:
    """What a platform's trouble is, ended as a sentence."""
    text = text.strip() or "no reason was given"
    return with_code(text if text.endswith((".", "!", "?")) else f"{text}.")


def trouble(post: Post | None) -> str:
    """A bug: calm, and without details."""
    what = f" with **#{post.id}**" if post else ""
    return (
        f"Something went wrong on my side{what}, and the owner of the bot finds the details in its log. "
        "Nothing was published by it. Please try again in a while."
    )


def lives_elsewhere(channel: str) -> str:
    """To somebody who mentions the bot in another channel."""
    return f"I work in #**{channel}**: please write to me there. (`help` tells what I can do.)"


def mentioned_outside(channel: str) -> str:
    """Alone to somebody who mentioned the bot in a private channel that it is not in."""
    return f"I am not in the channel where you mentioned me, so I cannot answer there. {lives_elsewhere(channel)}"


def not_home(channel: str) -> str:
    """While the bot is not in its channel, it can neither see nor do anything there."""
    return (
        f"I am not in “{inline(channel)}”, my channel, so I can see nothing there and publish nothing. "
        "Somebody who is in it subscribes me; then please write this again."
    )


def back() -> str:
    """The bot is in its channel again."""
    return (
        "I was not in this channel for a while and am back. Nothing was published meanwhile. What was written, "
        "edited and approved here is read now; if I do not answer something, please write it again."
    )


def not_a_member(channel: str) -> str:
    """To somebody who writes directly but is not in the channel."""
    return f"I take drafts and questions from people in #**{channel}**: please join it first."
