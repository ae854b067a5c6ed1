"""Mastodon's entities as its API shows them: account, status, attachment, scheduled status, instance."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.sandbox.mastodon import markdown, text
from bot.sandbox.mastodon.core import USERNAME, Core
from bot.sandbox.service import Doc, stamp

ACCOUNT_ID = "109876543210987654"


def account(core: Core, *, credentials: bool = False) -> Doc:
    """The one account of the instance; with `credentials` what only its owner sees."""
    times = [one["created_at"][:10] for one in core.statuses.values()]
    missing = f"{core.base}/avatars/original/missing.png"
    url = f"{core.base}/@{USERNAME}"
    doc: Doc = {
        "id": ACCOUNT_ID,
        "username": USERNAME,
        "acct": USERNAME,
        "display_name": "Community",
        "locked": False,
        "bot": True,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": "2026-08-01T00:00:00.000Z",
        "note": "",
        "url": url,
        "uri": f"{core.base}/ap/users/{ACCOUNT_ID}",
        "avatar": missing,
        "avatar_static": missing,
        "avatar_description": "",
        "header": missing,
        "header_static": missing,
        "header_description": "",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": len(core.statuses),
        "last_status_at": max(times, default=None),
        "hide_collections": None,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "noindex": False,
        "emojis": [],
        "roles": [],
        "fields": [],
    }
    return doc | _own(core) if credentials else doc


def _own(core: Core) -> Doc:
    source: Doc = {
        "privacy": "public",
        "sensitive": core.sensitive,
        "language": None,
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": None,
        "discoverable": True,
        "indexable": True,
        "attribution_domains": [],
        "quote_policy": "public",
    }
    role = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False}
    return {"source": source, "role": role}


def attachment(core: Core, doc: Doc) -> Doc:
    """A media attachment; no `url` while it is being processed, but all else (as recorded of Mastodon 4.6.4)."""
    ready = is_ready(core, doc)
    place = f"{core.base}/system/media_attachments/files/{doc['id']}"
    meta: Doc = {"focus": doc["focus"]} if doc.get("focus") else {}
    if doc["width"]:
        size = {"width": doc["width"], "height": doc["height"]}
        shown = {**size, "size": f"{doc['width']}x{doc['height']}", "aspect": doc["width"] / doc["height"]}
        meta |= {"original": shown, "small": shown}
    return {
        "id": doc["id"],
        "type": doc["type"],
        "url": f"{place}/original/{doc['file']}" if ready else None,
        "preview_url": f"{place}/small/{doc['file']}",
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": meta,
        "description": doc["description"] and core.dialect.alts(doc["description"]),
        "blurhash": "UGC~-#M{0JfkNFofR%M{IURj%Mt7E0oM%MR*",
    }


def is_ready(core: Core, doc: Doc) -> bool:
    """Whether processing is over by the sandbox's clock."""
    return datetime.fromisoformat(doc["ready_at"]) <= core.now()


def content(core: Core, doc: Doc) -> str:
    """The HTML of a status."""
    if doc.get("markdown"):
        return markdown.rendered(doc["text"], lambda one: text.inline(one, core.base, USERNAME, core.domain))
    return text.rendered(doc["text"], core.base, USERNAME, core.domain)


def status(core: Core, doc: Doc, *, source: bool = False) -> Doc:
    """A status; with `source` its text instead of HTML, as after a deletion."""
    replies = sum(one["in_reply_to_id"] == doc["id"] for one in core.statuses.values())
    ids = core.dialect.orders(doc["media_ids"])
    media = [one for key in ids if (one := core.media.get(key)) is not None]
    mention = {"id": ACCOUNT_ID, "username": USERNAME, "url": f"{core.base}/@{USERNAME}", "acct": USERNAME}
    return {
        "id": doc["id"],
        "created_at": doc["created_at"],
        "in_reply_to_id": doc["in_reply_to_id"],
        "in_reply_to_account_id": ACCOUNT_ID if doc["in_reply_to_id"] else None,
        "sensitive": doc["sensitive"],
        "spoiler_text": doc["spoiler_text"],
        "visibility": doc["visibility"],
        "language": doc["language"] if core.dialect.tells_languages else None,
        "uri": f"{core.base}/ap/users/{ACCOUNT_ID}/statuses/{doc['id']}",
        "url": f"{core.base}/@{USERNAME}/{doc['id']}",
        "replies_count": replies,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": doc["edited_at"],
        **dict.fromkeys(("favourited", "reblogged", "muted", "bookmarked", "pinned"), False),
        **({"text": doc["text"]} if source else {"content": content(core, doc)}),
        "filtered": [],
        "reblog": None,
        "application": {"name": doc["app"], "website": None} if core.dialect.tells_apps else None,
        "account": account(core),
        "media_attachments": [attachment(core, one) for one in media],
        "mentions": [mention] if text.mentioned(doc["text"], USERNAME, core.domain) else [],
        "tags": [{"name": one, "url": f"{core.base}/tags/{one}"} for one in text.tags(doc["text"])],
        "emojis": [],
        "tagged_collections": [],
        "quote": None,
        "card": None,
        "poll": poll(core, doc),
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    }


def poll(core: Core, doc: Doc) -> Doc | None:
    """The poll of a status, without votes: nobody in the sandbox votes."""
    asked = doc["poll"]
    if asked is None:
        return None
    hidden = asked["hide_totals"] and datetime.fromisoformat(asked["expires_at"]) > core.now()
    return {
        "id": doc["id"],
        "expires_at": asked["expires_at"],
        "expired": datetime.fromisoformat(asked["expires_at"]) <= core.now(),
        "multiple": asked["multiple"],
        "votes_count": 0,
        "voters_count": 0,
        "voted": True,
        "own_votes": [],
        "options": [
            {"title": core.dialect.titles(one), "votes_count": None if hidden else 0}
            for one in asked["options"]
        ],
        "emojis": [],
    }


def scheduled(core: Core, doc: Doc) -> Doc:
    """A status that waits for its time; its id is not the id it will have."""
    asked = doc["params"]
    media = [one for key in asked["media_ids"] or [] if (one := core.media.get(key)) is not None]
    shown = {
        **{key: value for key, value in asked.items() if key != "app"},
        "scheduled_at": None,
        "idempotency": None,
        "with_rate_limit": False,
        "allowed_mentions": None,
        "application_id": 1,
        "quoted_status_id": None,
        "quote_approval_policy": "public",
    }
    return {
        "id": doc["id"],
        "scheduled_at": doc["scheduled_at"],
        "params": shown,
        "media_attachments": [attachment(core, one) for one in media],
    }


def instance_v2(core: Core) -> Doc:
    """Name, version and limits of the instance."""
    return {
        "domain": core.domain,
        "title": "Mastodon (sandbox)",
        "version": core.dialect.version,
        "source_url": core.dialect.source,
        "description": "",
        "usage": {"users": {"active_month": 1}},
        "thumbnail": {"url": f"{core.base}/packs/preview.png", "description": ""},
        "icon": [],
        "languages": ["en"],
        "configuration": {
            "urls": {
                "streaming": core.base.replace("http", "ws", 1),
                "status": None,
                "about": f"{core.base}/about",
            },
            "vapid": {"public_key": ""},
            "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
            **_configuration(core),
            "translation": {"enabled": False},
            "limited_federation": False,
        },
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": 11},
        "contact": {"email": "", "account": None},
        "rules": [],
    }


def instance_v1(core: Core) -> Doc:
    """The same as older clients ask for it."""
    return {
        "uri": core.domain,
        "title": "Mastodon (sandbox)",
        "short_description": "",
        "description": "",
        "email": "",
        "version": core.dialect.version,
        "urls": {"streaming_api": core.base.replace("http", "ws", 1)},
        "stats": {"user_count": 1, "status_count": len(core.statuses), "domain_count": 0},
        "thumbnail": f"{core.base}/packs/preview.png",
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": {"accounts": {"max_featured_tags": 10}, **_configuration(core)},
        "contact_account": None,
        "rules": [],
    }


def _configuration(core: Core) -> Doc:
    room = core.dialect.room
    told = {} if room.alt is None else {"description_limit": room.alt}
    return {
        "statuses": {
            "max_characters": room.characters,
            "max_media_attachments": room.files,
            "characters_reserved_per_url": room.per_url,
        },
        "media_attachments": {
            **told,
            "image_matrix_limit": room.image_pixels,
            "image_size_limit": room.image_bytes,
            "supported_mime_types": [*room.mimes],
            "video_frame_rate_limit": 120,
            "video_matrix_limit": room.video_pixels,
            "video_size_limit": room.video_bytes,
        },
        "polls": {
            "max_options": room.options,
            "max_characters_per_option": room.option_characters,
            "min_expiration": room.poll_s[0],
            "max_expiration": room.poll_s[1],
        },
    }


def now_stamp(core: Core) -> str:
    """The present as statuses carry it."""
    return stamp(core.now().astimezone(UTC))
