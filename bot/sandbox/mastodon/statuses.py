"""Statuses: written, checked as Mastodon checks, scheduled, changed, deleted, shown to readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import grapheme

from bot.sandbox.mastodon import entities, text
from bot.sandbox.mastodon.core import USERNAME, Core
from bot.sandbox.mastodon.dialects import GOTOSOCIAL, MASTODON
from bot.sandbox.mastodon.params import texts, word, yes
from bot.sandbox.published import Picture, Poll, Publication
from bot.sandbox.service import Doc, Refusal, stamp

VISIBILITIES = ("public", "unlisted", "private", "direct")
KEY_LIFE = timedelta(hours=1)
SOONEST = timedelta(minutes=5)
SCHEDULED_IN_ALL, SCHEDULED_A_DAY = 300, 25
_LEAST_OPTIONS = 2


class Statuses:
    """What may be done with a status, apart from HTTP."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def invalid(self, error: str) -> Refusal:
        """422; it does not count against the statuses' rate limit."""
        return self._core.refuse(422, error, bucket="statuses")

    def known(self, key: str | None) -> Doc | None:
        """What this idempotency key made within the last hour; 404 when that was deleted meanwhile."""
        doc = self._core.keys.get(key) if key and self._core.dialect.keys else None
        if doc is None:
            return None
        at, now = datetime.fromisoformat(doc["at"]), self._core.now()
        if not at + self._core.dialect.keys_after <= now < at + KEY_LIFE:
            return None
        found = self._core.statuses.get(doc["id"])
        if found is None:  # deleted, or only scheduled: Mastodon looks among the published
            raise self._core.missing()
        return found

    def read(self, asked: Doc, app: str, old: Doc | None = None) -> Doc:
        """The fields of a status from a request, checked; `old` when it is an edit."""
        spoiler = str(asked.get("spoiler_text") or "").strip()
        body = str(asked.get("status") or "").strip()
        if self._core.dialect.name == MASTODON.name:
            body, spoiler = (body, spoiler) if body else (spoiler, "")
        if not self._core.dialect.empty_text and asked.get("status") == "":
            self._refuse("empty")
        media = self._media(texts(asked.get("media_ids")), asked.get("poll") is not None, old)
        if not body and not media:
            self._refuse("empty")
        most = self._core.dialect.room.characters
        if self._length(body, spoiler) > most:
            self._refuse("long", most=most)
        visibility = word(asked.get("visibility")) or "public"
        if visibility not in VISIBILITIES:
            raise self.invalid("Validation failed: Visibility is not included in the list")
        sensitive = yes(asked.get("sensitive"))
        return {
            "text": self._core.dialect.stores(body),
            "spoiler_text": spoiler,
            "visibility": old["visibility"] if old else visibility,
            "language": word(asked.get("language")) or (old["language"] if old else "en"),
            "sensitive": bool(spoiler) or (self._marked() if sensitive is None else sensitive),
            "in_reply_to_id": old["in_reply_to_id"]
            if old
            else self._thread(word(asked.get("in_reply_to_id"))),
            "media_ids": media,
            "poll": self._poll(asked["poll"]) if asked.get("poll") else None,
            "app": app,
            "markdown": self._core.dialect.markdown or self._reads_markdown(asked),
        }

    def _reads_markdown(self, asked: Doc) -> bool:
        """GoToSocial has Markdown as an account's setting, and as a request's."""
        if self._core.dialect.name != GOTOSOCIAL.name:
            return False
        return asked.get("content_type", "text/markdown") == "text/markdown" and self._core.writes_markdown

    def _refuse(self, what: str, **words: object) -> None:
        """Refused, unless this kind of server does not."""
        refusal = self._core.says(what, bucket="statuses", **words)
        if refusal is not None:
            raise refusal

    def _length(self, body: str, spoiler: str) -> int:
        counts = self._core.dialect.counts
        if counts == "graphemes":
            return text.length(body, spoiler, self._core.dialect.room.per_url)
        return len(body) + (len(spoiler) if counts == "all" else 0)

    def _marked(self) -> bool:
        return self._core.sensitive and self._core.dialect.marks_sensitive

    def _thread(self, parent: str | None) -> str | None:
        if parent is not None and self._core.statuses.get(parent) is None:
            self._refuse("parent")
            return None
        return parent

    def _media(self, ids: list[str], poll: bool, old: Doc | None) -> list[str]:
        core, wanted = self._core, list(dict.fromkeys(ids))
        most = core.dialect.room.files
        if len(ids) > most or (ids and poll):
            raise self.invalid(f"Cannot attach more than {most} files")
        own = old["id"] if old else None
        found = {
            key: doc for key in wanted if (doc := core.media.get(key)) and doc["status_id"] in {None, own}
        }
        if strays := [key for key in wanted if key not in found]:
            self._refuse("media", ids=", ".join(strays))
        if len(found) > 1 and any(one["type"] == "video" for one in found.values()):
            raise self.invalid("Cannot attach a video to a post that already contains images")
        if not all(entities.is_ready(core, one) for one in found.values()):
            raise self.invalid(
                "Cannot attach files that have not finished processing. Try again in a moment!"
            )
        return wanted

    def _poll(self, asked: Doc) -> Doc:
        options, room = texts(asked.get("options")), self._core.dialect.room
        if len(options) < _LEAST_OPTIONS:
            raise self.invalid("Validation failed: Poll options must have more than one item")
        if len(options) > room.options:
            raise self.invalid(
                f"Validation failed: Poll options can't contain more than {room.options} items"
            )
        measure = len if self._core.dialect.counts == "all" else grapheme.length
        if any(measure(one) > room.option_characters for one in options):
            most = f"{room.option_characters} characters each"
            raise self.invalid(f"Validation failed: Poll options can't be longer than {most}")
        if len(set(options)) < len(options):
            raise self.invalid("Validation failed: Poll options contain duplicate items")
        try:
            span = int(asked.get("expires_in") or 0)
        except (TypeError, ValueError):
            span = 0
        least, longest = room.poll_s
        if not least <= span <= longest:
            error = "is too soon" if span < least else "is too far into the future"
            raise self.invalid(f"Validation failed: Poll expires at {error}")
        return {
            "options": options,
            "expires_at": stamp(self._core.now() + timedelta(seconds=span)),
            "multiple": bool(yes(asked.get("multiple"))),
            "hide_totals": bool(yes(asked.get("hide_totals"))),
        }

    def post(self, fields: Doc, key: str | None, raw: Doc) -> Doc:
        """Publish it now."""
        core = self._core
        doc: Doc = {
            **fields,
            "id": core.ids.next(),
            "created_at": entities.now_stamp(core),
            "edited_at": None,
            "key": key,
            "raw": raw,
            "history": [],
        }
        for one in doc["media_ids"]:
            self._attach(one, doc["id"])
        core.statuses.put(doc["id"], doc)
        if key:
            core.keys.put(key, {"id": doc["id"], "at": core.now().isoformat()})
        self.show(doc)
        return doc

    def _attach(self, media_id: str, status_id: str | None) -> None:
        doc = self._core.media.get(media_id)
        if doc is not None:
            self._core.media.put(media_id, {**doc, "status_id": status_id})

    def show(self, doc: Doc) -> None:
        """Let readers see it as it now is."""
        core = self._core
        media = [one for key in doc["media_ids"] if (one := core.media.get(key)) is not None]
        core.world.publish(
            Publication(
                service=core.name,
                account=core.account,
                id=doc["id"],
                text=text.readable(entities.content(core, doc)),
                raw=doc["raw"],
                url=f"{core.base}/@{USERNAME}/{doc['id']}",
                published_at=doc["created_at"],
                media=tuple(
                    Picture(one["sha256"], one["mime"], one["description"] or "", one["name"])
                    for one in media
                ),
                reply_to=doc["in_reply_to_id"],
                idempotency_key=doc["key"],
                extra={
                    **{
                        key: doc[key]
                        for key in ("spoiler_text", "visibility", "language", "sensitive", "edited_at")
                    },
                },
                poll=self._shown_poll(doc),
            )
        )

    def _shown_poll(self, doc: Doc) -> Poll | None:
        """The poll as the page shows it."""
        asked = doc["poll"]
        if not asked:
            return None
        span = datetime.fromisoformat(asked["expires_at"]) - datetime.fromisoformat(doc["created_at"])
        return Poll(tuple(asked["options"]), round(span.total_seconds() / 60), asked["multiple"])

    def edit(self, old: Doc, fields: Doc) -> Doc:
        """Change a published status; what was attached and is no longer named is detached."""
        core = self._core
        for one in set(old["media_ids"]) - set(fields["media_ids"]):
            self._attach(one, None)
        for one in fields["media_ids"]:
            self._attach(one, old["id"])
        was = {key: old[key] for key in ("text", "spoiler_text", "sensitive", "edited_at", "created_at")}
        doc = {**old, **fields, "edited_at": entities.now_stamp(core), "history": [*old["history"], was]}
        core.statuses.put(doc["id"], doc)
        self.show(doc)
        return doc

    def delete(self, doc: Doc) -> None:
        """Take it away; its attachments are free again for a redraft."""
        core = self._core
        core.statuses.drop(doc["id"])
        for one in doc["media_ids"]:
            self._attach(one, None)
        core.world.retract(core.name, doc["id"])

    def schedule(self, fields: Doc, at: datetime, key: str | None, raw: Doc) -> Doc:
        """Keep it until its time."""
        core = self._core
        soon = core.now() + SOONEST
        if at <= soon:
            raise self.invalid("Validation failed: Scheduled at The scheduled date must be in the future")
        waiting = [datetime.fromisoformat(one["scheduled_at"]) for one in core.scheduled.values()]
        if len(waiting) >= SCHEDULED_IN_ALL:
            raise self.invalid(
                f"Validation failed: You have exceeded the limit of {SCHEDULED_IN_ALL} scheduled posts"
            )
        if sum(one.date() == at.date() for one in waiting) >= SCHEDULED_A_DAY:
            limit = f"the limit of {SCHEDULED_A_DAY} scheduled posts for today"
            raise self.invalid(f"Validation failed: You have exceeded {limit}")
        number = int(core.world.shelf.get("ids", "mastodon-scheduled") or 0) + 1
        core.world.shelf.put("ids", "mastodon-scheduled", number)
        doc: Doc = {"id": str(number), "scheduled_at": stamp(at), "params": fields, "key": key, "raw": raw}
        for one in fields["media_ids"]:
            self._attach(one, f"scheduled-{number}")
        core.scheduled.put(doc["id"], doc)
        if key:
            core.keys.put(key, {"id": doc["id"], "at": core.now().isoformat()})
        return doc

    def unschedule(self, doc: Doc) -> None:
        """Forget a scheduled one; its attachments are free again."""
        self._core.scheduled.drop(doc["id"])
        for one in doc["params"]["media_ids"]:
            self._attach(one, None)

    def publish_due(self) -> None:
        """Publish every scheduled status whose time has come."""
        for doc in self._core.scheduled.values():
            if datetime.fromisoformat(doc["scheduled_at"]) <= self._core.now():
                self.unschedule(doc)
                fields = doc["params"]
                if fields["in_reply_to_id"] and self._core.statuses.get(fields["in_reply_to_id"]) is None:
                    fields = {**fields, "in_reply_to_id": None}
                self.post(fields, None, doc["raw"])


def parsed_time(value: str) -> datetime | None:
    """An instant as Rails reads it: ISO 8601, UTC without a zone; None if it is none."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
