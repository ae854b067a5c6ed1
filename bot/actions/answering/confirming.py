"""`published`: a person looked, and says that what is in doubt, or failed, is out."""

from __future__ import annotations

import re

from sqlmodel import Session

from bot.actions.answering.order import Order, UserError
from bot.replies import words
from storage import parts, queue
from storage.models import Delivery, Post
from storage.states import DeliveryState

_LINK = re.compile(r"https?://[^\s<>()\[\]`*\\|]+")
"""A link that cannot mean anything else on the card."""
_DOUBT = {DeliveryState.UNKNOWN, DeliveryState.FAILED}


def published(order: Order) -> str | None:
    """`published 12 linkedin LINK`: a person says that a delivery in doubt, or a failed one, is out."""
    post = order.steerable()
    link = order.command.rest.strip()
    if link and not _LINK.fullmatch(link):
        raise UserError(
            f"Please give the link of the post, such as `published {post.id} mastodon https://…`, or no link at all."
        )
    with order.desk.database.transaction() as session:
        wanted = order.command.accounts
        found = [
            one
            for one in queue.deliveries(session, post.id or 0)
            if one.state in _DOUBT and (not wanted or one.account in order.accounts_in(session, post))
        ]
        delivery = _only(found, post)
        if link:
            _must_be_its_own(order, session, delivery, link)
        queue.settle(
            session,
            delivery,
            DeliveryState.PUBLISHED,
            now=order.now,
            who=order.person.name,
            what="says it is out",
            url=link,
        )
        delivery.told = True
        session.add(delivery)
        order.done(session)
    order.desk.stale.add(post.id or 0)
    title = order.desk.titles.get(delivery.account, delivery.account)
    return f"✔ #{post.id} counts as published on {title}. Thank you for looking."


def _only(found: list[Delivery], post: Post) -> Delivery:
    if not found:
        raise UserError(f"Nothing of #{post.id} is in doubt.")
    if len(found) > 1:
        names = words.listed([one.account for one in found], "or")
        raise UserError(f"On which platform? Say `published {post.id} {found[0].account} LINK` ({names}).")
    return found[0]


def _must_be_its_own(order: Order, session: Session, delivery: Delivery, link: str) -> None:
    """Refuse the address of something else, however it is written; its number becomes this post's."""
    desk, number = order.desk, delivery.post_id
    platform = desk.platforms.get(delivery.account)
    if platform is None:
        return
    there = platform.number_of(link)
    if there is None:
        title = desk.titles[delivery.account]
        raise UserError(
            f"That is not the address of a post where {title} posts. Please copy the link of #{number} there, or say "
            f"`published {number} {delivery.account}` without a link."
        )
    server = [
        name for name, one in desk.platforms.items() if one.name == platform.name and one.number_of(link)
    ]
    owner = parts.whose(session, server, there, platform.number_of)
    if owner not in {None, number}:
        raise UserError(f"That is the link of #{owner}. Please give the link of #{number} itself.")
    if owner is None:
        out = len(parts.of(session, number, delivery.account))
        parts.own(
            session,
            post_id=number,
            account=delivery.account,
            number=out,
            remote_id=there,
            url=link,
            now=order.now,
        )
