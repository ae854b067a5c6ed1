"""What is said to somebody who is above a bound: what the bound is, that nothing is lost, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.config.values import Approvers
from bot.replies.escape import inline
from bot.replies.words import listed, when
from storage.models import Post

_SAID = "(I say this once an hour at most.)"


def drafts(most: int, room: datetime) -> str:
    """Too many drafts within an hour."""
    return (
        f"I take at most {most} drafts an hour of one person who is no approver, so "
        f"I did not take this one. Your text stays where it is. There is room again at {when(room)}: please write it again then. {_SAID}"
    )


def edits(most: int, room: datetime, post: Post) -> str:
    """Too many drafts and edits of drafts within an hour."""
    return (
        f"I read at most {most} drafts and edits of drafts an hour of one person who is no approver. Your last edit of "
        f"#{post.id} stays where it is, and I read it at {when(room)}; until then nothing of it goes out. {_SAID}"
    )


def open_drafts(most: int) -> str:
    """Too many drafts that nobody decided on."""
    return (
        f"{most} drafts of yours wait for a decision, and that is as many as I keep of one person who is no approver, so I "
        "did not take this one. Your text stays where it is. `cancel` what is no longer wanted (`drafts` lists what "
        "waits), or ask an approver; then edit your message (any change will do), or write it again. "
        f"{_SAID}"
    )


def questions(most: int, room: datetime) -> str:
    """Too many questions within an hour."""
    return (
        f"I answer at most {most} questions an hour of one person who is no approver. I answer again at {when(room)}: "
        f"please ask then. {_SAID}"
    )


def orders(most: int, room: datetime) -> str:
    """Too many orders within an hour."""
    return (
        f"I follow at most {most} commands an hour of one person who is no approver, so I did not follow this one. There "
        f"is room again at {when(room)}: please write it again then. A post of yours stops at any time when you delete its "
        f"message. {_SAID}"
    )


def holds(most: int, room: datetime, approvers: str) -> str:
    """Too many posts of others held within an hour."""
    if not most:
        return f"In this community only the author of a post and *{inline(approvers)}* hold it: please ask one of them."
    return (
        f"You held {most} posts of others within an hour, and that is as many as one person who is no approver may. There "
        f"is room again at {when(room)}; if it cannot wait, ask one of *{inline(approvers)}*."
    )


def proposals(most: int, room: datetime) -> str:
    """Too many alt texts proposed within an hour."""
    if not most:
        return "In this community only the author of a post and the approvers describe its files."
    return (
        f"You proposed {most} alt texts within an hour, thank you! That is as many as I take of one person who is no "
        f"approver. There is room again at {when(room)}."
    )


def together(room: datetime) -> str:
    """Too many people at one moment."""
    return (
        "So many people write to me at this moment that I did not take this. Your text stays where it is: please write it "
        f"again after {when(room)}. {_SAID}"
    )


def reactions(most: int, approvers: str) -> str:
    """Too many reactions within a minute, of somebody whose reactions approve nothing."""
    return (
        f"You react more than {most} times a minute, so I stopped looking at your reactions for the rest of it. Nothing is "
        f"lost: only reactions of {inline(approvers)} approve or veto a post. {_SAID}"
    )


def moves(most: int, room: datetime, post: Post) -> str:
    """To somebody who moved more drafts of others out of the channel than they may hold posts."""
    return (
        f"You moved the draft of #{post.id} to another channel. Of others' posts you may stop {most} within an hour, so it goes "
        f"on as it is; there is room again {when(room)}. To stop it, ask an approver."
    )


def no_drafter(drafters: Approvers | None) -> str:
    """To somebody who may not begin drafts."""
    who = {
        "group": f"the members of the group “{inline(drafters.group)}”" if drafters else "",
        "people": "some people",
        "members": "full members",
    }[drafters.kind if drafters else "people"]
    return (
        f"In this community {who} and the approvers begin drafts. Thank you for the text: it stays where it is, and one of "
        "them can take it with `draft` in a quote and reply. You can ask me anything; `help` tells what."
    )


def heavy(most: int) -> str:
    """On a card: its files are more than one person may bring within an hour."""
    return (
        f"Not all files were fetched: of one person who is no approver, files of at most {most} MiB are kept within an hour. "
        "Upload smaller ones or leave some out; or write `copy` and the number of this post in an hour, and they are fetched."
    )


def heavy_together(most: int) -> str:
    """On a card: the files of all drafts that wait for approval are as many as are kept."""
    return (
        f"Not all files were fetched: the drafts that wait for approval have files of {most} MiB together, which is as many as "
        "are kept, and yours would have more than a fair share of it. When some of them are approved or cancelled, write "
        "`copy` and the number of this post: then they are fetched."
    )


def made_room(post: Post, most: int) -> str:
    """In the topic of a draft whose files were removed for those of somebody who had fewer."""
    return (
        f"The files of #{post.id} made room for those of somebody else: the drafts that wait for approval have files of {most} "
        f"MiB together, which is as many as are kept, and its author's had most of it. Its text stays. `copy {post.id}` makes a "
        "new draft of it and fetches the files again; until then it cannot be approved."
    )


def files_gone(post: Post, names: Sequence[str]) -> str:
    """Approved, but its files were tidied away meanwhile."""
    which = listed([f"“{inline(one)}”" for one in names])
    return (
        f"#{post.id} waited so long that its files ({which}) are no longer in the bot's folder, so it cannot be approved as it "
        f"is. `copy {post.id}` makes a new draft of its text and fetches them again."
    )
