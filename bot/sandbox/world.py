"""What the stand-ins share: the clock that can be moved, what survives a restart, and what was published.

Every stand-in is given one `World`. It keeps its own state in memory, writes each change through to the
`shelf` (so that a killed sandbox goes on where it was), and tells `publish` of everything a reader can see.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.keeping import Blobs
from bot.sandbox.measuring import measured
from bot.sandbox.published import PRIVATE, Article, Picture, Poll, Publication

__all__ = ["Article", "Clock", "Picture", "Poll", "Publication", "Shelf", "World"]


class Shelf:
    """JSON documents by kind and id, in one SQLite file, or in memory when there is no folder. Thread-safe."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS doc (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id))",
        )

    def put(self, kind: str, key: str | int, body: Any) -> None:
        """Keep this document, in place of an older one of the same kind and id."""
        with self._lock:
            self._db.execute(
                "INSERT INTO doc VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, str(key), json.dumps(body)),
            )

    def drop(self, kind: str, key: str | int) -> None:
        """Forget it; no error if it is not there."""
        with self._lock:
            self._db.execute("DELETE FROM doc WHERE kind = ? AND id = ?", (kind, str(key)))

    def get(self, kind: str, key: str | int) -> Any:
        """The document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM doc WHERE kind = ? AND id = ?", (kind, str(key))
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> dict[str, Any]:
        """Every document of a kind by id, in the order in which they were first put."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, body FROM doc WHERE kind = ? ORDER BY rowid", (kind,)
            ).fetchall()
        return {key: json.loads(body) for key, body in rows}

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


class Clock:
    """The sandbox's time: the machine's, moved ahead as far as somebody asked. Survives a restart."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._ahead = timedelta(seconds=shelf.get("clock", "ahead_s") or 0)

    def now(self) -> datetime:
        """The sandbox's present, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, span: timedelta) -> datetime:
        """Move the clock (ahead or back) and tell the new time."""
        self._ahead += span
        self._shelf.put("clock", "ahead_s", self._ahead.total_seconds())
        return self.now()

    def to(self, instant: datetime) -> datetime:
        """Set the clock to an instant."""
        return self.advance(instant - self.now())


class World:
    """Everything the stand-ins share. With a folder, all of it survives a kill."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.shelf = Shelf(folder / "sandbox.sqlite3" if folder else None)
        self.blobs = Blobs(folder / "blobs" if folder else None)
        self.clock = Clock(self.shelf)
        self._publications: dict[str, Publication] = {}
        self._watchers: dict[asyncio.Queue[dict[str, Any]], asyncio.AbstractEventLoop] = {}
        for key, body in self.shelf.all("publication").items():
            self._publications[key] = Publication.read(body)

    def publish(self, publication: Publication) -> None:
        """Show it to readers; a second call with the same service and id replaces it (an edit).

        A private one is only kept (and shown by the page as prepared) until a later call makes it public.
        """
        publication = replace(publication, media=tuple(self._measured(one) for one in publication.media))
        key = f"{publication.service}/{publication.id}"
        before = self._publications.get(key)
        self._publications[key] = publication
        self.shelf.put("publication", key, asdict(publication))
        event = "staged" if publication.privacy == PRIVATE else "published"
        if before is not None and before.privacy != PRIVATE and event == "staged":
            event = "retracted"
        self.announce({"event": event, "service": publication.service, "id": publication.id})

    def _measured(self, picture: Picture) -> Picture:
        if picture.size:
            return picture
        found = asdict(measured(self.blobs, picture.sha256, picture.mime))
        return replace(picture, **{name: getattr(picture, name) or value for name, value in found.items()})

    def retract(self, service: str, identity: str) -> None:
        """It was deleted: readers see it no more."""
        key = f"{service}/{identity}"
        if self._publications.pop(key, None) is not None:
            self.shelf.drop("publication", key)
            self.announce({"event": "retracted", "service": service, "id": identity})

    def posts(self) -> list[dict[str, Any]]:
        """Everything published and not deleted, oldest first, as JSON values."""
        return [asdict(one) for one in self._in_order() if one.privacy != PRIVATE]

    def staged(self) -> list[dict[str, Any]]:
        """What lies prepared on a platform and nobody sees, oldest first, as JSON values."""
        return [asdict(one) for one in self._in_order() if one.privacy == PRIVATE]

    def _in_order(self) -> list[Publication]:
        return sorted(self._publications.values(), key=lambda one: one.published_at)

    def file(self, sha256: str) -> Picture | None:
        """What is known of a file of any publication, prepared ones, posters and thumbnails included."""
        for post in reversed(self._publications.values()):
            for one in post.media:
                if one.sha256 == sha256:
                    return one
                if one.poster == sha256:
                    return Picture(sha256, "", name=one.name)
            if post.article is not None and post.article.thumbnail == sha256:
                return Picture(sha256, "", name=post.article.title)
        return None

    def note(self, service: str, **facts: Any) -> None:
        """What a service says of the account beside its posts: `spent` and `credit` in thousandths of a USD, `uploads`.

        Facts are merged with those of earlier calls, kept, and shown on the service's panel.
        """
        told = {**self.notes(service), **facts}
        self.shelf.put("note", service, told)
        self.announce({"event": "noted", "service": service})

    def notes(self, service: str) -> dict[str, Any]:
        """What was noted of a service."""
        found: dict[str, Any] = self.shelf.get("note", service) or {}
        return found

    def announce(self, event: dict[str, Any]) -> None:
        """Tell every open page that something changed; from any thread."""
        for queue, loop in list(self._watchers.items()):
            with contextlib.suppress(RuntimeError):  # its server has stopped meanwhile
                loop.call_soon_threadsafe(queue.put_nowait, event)

    def watch(self) -> Iterator[asyncio.Queue[dict[str, Any]]]:
        """A queue of announcements for one open page; use it with `contextlib.contextmanager`."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._watchers[queue] = asyncio.get_running_loop()
        try:
            yield queue
        finally:
            self._watchers.pop(queue, None)
