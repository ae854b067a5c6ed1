"""What X accepts as the body of a new post: nothing it does not know, everything in its form."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.service import Doc
from bot.sandbox.x.core import Core
from bot.sandbox.x.counting import forbidden, weighted
from bot.sandbox.x.troubles import TOO_LONG

LIMIT = 280
"""Weighted characters."""
_CASHTAG = re.compile(r"(?:^|(?<=\s))\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|\s|[^\w$])", re.IGNORECASE)
_ID = re.compile(r"[0-9]{1,19}")
_REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
_TAKEN = {"text", "media", "poll", "reply", "reply_settings", "made_with_ai", "paid_partnership"}
_KNOWN = _TAKEN | {
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "edit_options",
    "for_super_followers_only",
    "geo",
    "nullcast",
    "quote_tweet_id",
    "share_with_followers",
}
_MEDIA = {
    "media_ids",
    "tagged_user_ids",
    "title",
    "description",
    "embeddable",
    "preview_media_id",
    "call_to_actions",
}
_REPLY = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}
_MOST_MEDIA, _TAGGED = 4, 10
_OPTIONS, _OPTION, _MINUTES = (2, 4), 25, (5, 10_080)


def checked(core: Core, asked: Doc) -> None:
    """Refuse with 400 what does not fit X's schema, with 403 what a small account may not do."""
    _keys(core, "$", asked, _KNOWN)
    text = asked.get("text", "")
    if not isinstance(text, str):
        raise core.invalid("$.text: must be a string", text=text)
    if "reply_settings" in asked and asked["reply_settings"] not in _REPLY_SETTINGS:
        raise core.invalid("$.reply_settings: does not have a value in the enumeration")
    if "media" in asked:
        _media(core, asked["media"])
    if "poll" in asked:
        _poll(core, asked)
    if "reply" in asked:
        _object(core, "$.reply", asked["reply"], _REPLY)
        _identity(core, "$.reply.in_reply_to_tweet_id", asked["reply"].get("in_reply_to_tweet_id"))
    if refused := set(asked) - _TAKEN:
        raise core.forbidden(
            f"This account is not permitted to use `{min(refused)}` (the sandbox leaves it out)."
        )
    if not text.strip() and "media" not in asked:
        raise core.invalid("The `text` field is required when no media is given.", text=text)
    _text(core, text)


def _text(core: Core, text: str) -> None:
    if bad := forbidden(text):
        raise core.invalid(f"The text contains characters that are not allowed: {', '.join(bad)}")
    if weighted(text) > LIMIT:
        raise core.forbidden(TOO_LONG)
    if len({one.upper() for one in _CASHTAG.findall(text)}) > 1:
        raise core.forbidden("You are not allowed to create a post with more than one cashtag.")


def _media(core: Core, media: Any) -> None:
    _object(core, "$.media", media, _MEDIA)
    ids = media.get("media_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= _MOST_MEDIA:
        raise core.invalid("$.media.media_ids: must be an array of 1 to 4 items")
    for one in ids:
        _identity(core, "$.media.media_ids", one)
    tagged = media.get("tagged_user_ids", [])
    if not isinstance(tagged, list) or len(tagged) > _TAGGED:
        raise core.invalid("$.media.tagged_user_ids: must be an array of at most 10 items")


def _poll(core: Core, asked: Doc) -> None:
    poll = asked["poll"]
    _object(core, "$.poll", poll, {"options", "duration_minutes", "reply_settings"})
    options, minutes = poll.get("options"), poll.get("duration_minutes")
    right = isinstance(options, list) and _OPTIONS[0] <= len(options) <= _OPTIONS[1]
    if not right or not all(isinstance(one, str) and 1 <= len(one) <= _OPTION for one in options):
        raise core.invalid("$.poll.options: must be 2 to 4 texts of 1 to 25 characters")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not _MINUTES[0] <= minutes <= _MINUTES[1]:
        raise core.invalid("$.poll.duration_minutes: must be between 5 and 10080")
    if "media" in asked:
        raise core.invalid("$.poll: cannot be combined with media")


def _keys(core: Core, where: str, asked: Doc, known: set[str]) -> None:
    if strange := set(asked) - known:
        one = min(strange)
        raise core.invalid(
            f"{where}.{one}: is not defined in the schema and the schema does not allow it",
            **{one: asked[one]},
        )


def _object(core: Core, where: str, asked: Any, known: set[str]) -> None:
    if not isinstance(asked, dict):
        raise core.invalid(f"{where}: must be an object")
    _keys(core, where, asked, known)


def _identity(core: Core, where: str, value: Any) -> None:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise core.invalid(f"{where}: does not match the regex pattern ^[0-9]{{1,19}}$")
