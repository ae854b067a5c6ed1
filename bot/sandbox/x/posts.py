"""Posts on X: made, deleted, shown to readers, and told as the API tells them."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from bot.sandbox.published import Picture, Poll, Publication
from bot.sandbox.service import Doc, stamp
from bot.sandbox.x.checks import checked
from bot.sandbox.x.core import USER_ID, USERNAME, Core
from bot.sandbox.x.purse import price_of
from bot.sandbox.x.text import wrapped
from bot.sandbox.x.troubles import LONG_VIDEO, NOT_SUMMONED

DUPLICATES = timedelta(hours=24)
"""How long the same text is refused (X does not tell; a day is what people report)."""
LONGEST_VIDEO = 20 * 60 + 1
"""Seconds, for an account without Premium."""
_METRICS = ("reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")


class Posts:
    """What may be done with a post, apart from HTTP."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def post(self, asked: Doc, *, summoned: bool = True) -> Doc:
        """Publish what the body asks for, or refuse as X does; without `summoned` it may be no answer."""
        core = self._core
        checked(core, asked)
        media = self._media(asked.get("media", {}).get("media_ids", []))
        parent = asked.get("reply", {}).get("in_reply_to_tweet_id")
        if parent is not None and core.posts.get(parent) is None:
            raise core.forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        if parent is not None and not summoned:
            raise core.forbidden(NOT_SUMMONED)
        text = unicodedata.normalize("NFC", asked.get("text", "")).strip()
        if self._is_duplicate(text, [one["sha256"] for one in media]):
            raise core.duplicate()
        price = price_of(text)
        core.charge(price)
        core.purse.pay(price)
        identity = core.ids.next()
        shown, urls = wrapped(text, int(identity))
        doc = {
            "id": identity,
            "text": text,
            "stored": shown,
            "urls": urls,
            "media_ids": [one["id"] for one in media],
            "reply_to": parent,
            "conversation": (core.posts.get(parent) or {"conversation": identity})["conversation"]
            if parent
            else identity,
            "created_at": core.now().isoformat(),
            "reply_settings": asked.get("reply_settings", "everyone"),
            "poll": asked.get("poll"),
            "raw": asked,
        }
        core.posts.put(identity, doc)
        self._show(doc, media, price)
        return doc

    def _media(self, ids: list[str]) -> list[Doc]:
        core, now = self._core, self._core.now()
        found = []
        for one in ids:
            doc = core.media.get(one)
            live = (
                doc is not None and datetime.fromisoformat(doc["until"]) > now and doc["sha256"] is not None
            )
            if doc is None or not live or datetime.fromisoformat(doc["ready"]) > now:
                raise core.invalid("Your media IDs are invalid.", **{"media.media_ids": one})
            if doc["failed"]:
                raise core.invalid("Your media IDs are invalid.", **{"media.media_ids": one})
            if doc["seconds"] > LONGEST_VIDEO:
                raise core.forbidden(LONG_VIDEO)
            found.append(doc)
        if len(found) > 1 and any(one["category"] != "tweet_image" for one in found):
            raise core.invalid(
                "Your media IDs are invalid: 4 photos, or 1 GIF, or 1 video.", **{"media.media_ids": ids}
            )
        return found

    def _is_duplicate(self, text: str, shas: list[str]) -> bool:
        since = self._core.now() - DUPLICATES
        return any(
            one["text"] == text
            and bool(text)
            and [(self._core.media.get(key) or {}).get("sha256") for key in one["media_ids"]] == shas
            and datetime.fromisoformat(one["created_at"]) > since
            for one in self._core.posts.values()
        )

    def _show(self, doc: Doc, media: list[Doc], price: int) -> None:
        core, poll = self._core, doc["poll"]
        core.world.publish(
            Publication(
                service=core.name,
                account=core.account,
                id=doc["id"],
                text=doc["text"],
                raw=doc["raw"],
                url=f"{core.base}/{USERNAME}/status/{doc['id']}",
                published_at=doc["created_at"],
                media=tuple(Picture(one["sha256"], one["mime"], one["alt"]) for one in media),
                reply_to=doc["reply_to"],
                extra={
                    "stored_text": doc["stored"],
                    "urls": doc["urls"],
                    "reply_settings": doc["reply_settings"],
                },
                poll=Poll(tuple(poll["options"]), poll["duration_minutes"]) if poll else None,
                price=price,
            )
        )

    def delete(self, identity: str) -> bool:
        """Take it away; False if it was not there."""
        if self._core.posts.get(identity) is None:
            return False
        self._core.posts.drop(identity)
        self._core.world.retract(self._core.name, identity)
        return True

    def newest_first(self) -> list[Doc]:
        """Every post of the account."""
        return sorted(self._core.posts.values(), key=lambda one: int(one["id"]), reverse=True)

    def told(self, doc: Doc, wanted: set[str]) -> Doc:
        """A post with the fields that were asked for, in the API's older or newer words."""
        word = self._core.words
        full = self._full(doc)
        renamed = {
            **full,
            f"edit_history_{word}_ids": [*doc.get("versions", ()), doc["id"]],
            f"referenced_{word}s": full.pop("referenced"),
        }
        always = {"id", "text", f"edit_history_{word}_ids"}
        return {key: value for key, value in renamed.items() if key in wanted | always and value is not None}

    def _full(self, doc: Doc) -> Doc:
        core, text, urls = self._core, doc["stored"], list(doc["urls"])
        media = [one for key in doc["media_ids"] if (one := core.media.get(key)) is not None]
        if media:  # pictures stand in the text as one more link
            place = f"https://x.com/{USERNAME}/status/{doc['id']}/photo/1"
            short = f"https://t.co/{doc['id'][-10:]}"
            start = len(text) + bool(text)
            text = f"{text} {short}".strip()
            span = {"start": start, "end": start + len(short)}
            told = {"url": short, "expanded_url": place, "display_url": f"pic.x.com/{doc['id'][-10:]}"}
            urls += [{**span, **told, "media_key": one["key"]} for one in media]
        shared = "retweet_count" if core.words == "tweet" else "repost_count"
        replies = sum(one["reply_to"] == doc["id"] for one in core.posts.values())
        return {
            "id": doc["id"],
            "text": text,
            "author_id": USER_ID,
            "conversation_id": doc["conversation"],
            "created_at": stamp(datetime.fromisoformat(doc["created_at"])),
            "in_reply_to_user_id": USER_ID if doc["reply_to"] else None,
            "referenced": [{"type": "replied_to", "id": doc["reply_to"]}] if doc["reply_to"] else None,
            "attachments": _attached(doc, media),
            "entities": {"urls": urls} if urls else None,
            "public_metrics": {**dict.fromkeys((shared, *_METRICS), 0), "reply_count": replies},
            "lang": "en",
            "possibly_sensitive": False,
            "reply_settings": doc["reply_settings"],
            "source": "Social",
        }

    def included(self, docs: list[Doc]) -> list[Doc]:
        """The files of these posts as `includes.media`."""
        media = [
            one for doc in docs for key in doc["media_ids"] if (one := self._core.media.get(key)) is not None
        ]
        kinds = {"image": "photo", "gifv": "animated_gif", "video": "video"}
        return [
            {
                "media_key": one["key"],
                "type": kinds[one["kind"]],
                "alt_text": one["alt"],
                "url": f"{self._core.base}/media/{one['id']}",
                "width": one["width"],
                "height": one["height"],
            }
            for one in media
        ]


def polls_of(docs: list[Doc]) -> list[Doc]:
    """The polls of these posts as `includes.polls`."""
    return [
        {
            "id": doc["id"],
            "options": [
                {"position": number, "label": label, "votes": 0}
                for number, label in enumerate(doc["poll"]["options"], 1)
            ],
            "duration_minutes": doc["poll"]["duration_minutes"],
            "voting_status": "open",
        }
        for doc in docs
        if doc["poll"]
    ]


def _attached(doc: Doc, media: list[Doc]) -> Doc | None:
    """What hangs on a post, by its numbers; nothing where nothing does."""
    attached: Doc = {"media_keys": [one["key"] for one in media]} if media else {}
    return attached | ({"poll_ids": [doc["id"]]} if doc["poll"] else {}) or None
