"""What the stand-ins share survives a kill, in the order in which it was made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.sandbox.world import Publication, Shelf, World


def test_a_document_that_changes_keeps_its_place(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "s.sqlite3")
    for key in ("a", "b", "c"):
        shelf.put("kind", key, 1)
    shelf.put("kind", "a", 2)
    assert shelf.all("kind") == {"a": 2, "b": 1, "c": 1}
    assert list(shelf.all("kind")) == ["a", "b", "c"]
    shelf.close()


def test_clock_publications_and_bytes_survive(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clock.advance(timedelta(days=3))
    name = world.blobs.put(b"bytes")
    world.publish(Publication("x", "me", "1", "Hello", {}, "https://x/1", world.clock.now().isoformat()))
    then = world.clock.now()
    world.shelf.close()
    again = World(tmp_path)
    assert abs(again.clock.now() - then) < timedelta(seconds=30)
    assert again.blobs.get(name) == b"bytes"
    assert [one["text"] for one in again.posts()] == ["Hello"]
    again.retract("x", "1")
    assert again.posts() == []
    again.shelf.close()
