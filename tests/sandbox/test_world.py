"""What the stand-ins share survives a kill, in the order in which it was made."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox.measuring import Measures, measured
from bot.sandbox.world import Article, Picture, Poll, Publication, Shelf, World


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


def post(identity: str, **fields: Any) -> Publication:
    when = fields.pop("published_at", f"2026-11-22T12:00:0{identity}+00:00")
    return Publication("x", "me", identity, "Hello", {}, f"https://x/{identity}", when, **fields)


def test_polls_articles_and_measures_survive(tmp_path: Path, pictures: Callable[..., bytes]) -> None:
    world = World(tmp_path)
    picture = Picture(world.blobs.put(pictures("PNG", (40, 30))), "image/png", "A cat")
    card = Article("https://example.org", "Example", thumbnail=picture.sha256)
    world.publish(
        post("1", media=(picture,), poll=Poll(("Yes", "No"), 1440), article=card, price=15),
    )
    (before,) = json.loads(json.dumps(world.posts()))
    world.shelf.close()
    again = World(tmp_path)
    (told,) = json.loads(json.dumps(again.posts()))
    assert told == before
    assert told["poll"] == {"choices": ["Yes", "No"], "minutes": 1440, "multiple": False, "question": ""}
    assert told["article"]["thumbnail"] == picture.sha256
    assert (told["media"][0]["width"], told["media"][0]["height"]) == (40, 30)
    assert told["media"][0]["size"] == again.blobs.size(picture.sha256)
    again.publish(replace(post("1"), text="Edited"))
    assert again.posts()[0]["poll"] is None
    again.shelf.close()


def test_publications_of_an_older_sandbox_are_read(tmp_path: Path) -> None:
    world = World(tmp_path)
    old = {"sha256": "0" * 64, "mime": "image/png", "alt": "", "name": ""}
    body = asdict(post("1"))
    for name in ("poll", "article", "privacy", "price"):
        del body[name]
    world.shelf.put("publication", "x/1", {**body, "media": [old]})
    world.shelf.close()
    again = World(tmp_path)
    assert [one["privacy"] for one in again.posts()] == ["public"]
    again.shelf.close()


def test_what_is_private_is_staged_and_seen_by_nobody() -> None:
    world = World()

    async def walk() -> list[str]:
        with contextlib.contextmanager(world.watch)() as news:
            world.publish(post("1", privacy="private"))
            assert (world.posts(), [one["id"] for one in world.staged()]) == ([], ["1"])
            world.publish(post("1"))
            assert ([one["id"] for one in world.posts()], world.staged()) == (["1"], [])
            world.publish(post("1", privacy="private"))
            world.retract("x", "1")
            assert world.posts() == world.staged() == []
            return [(await news.get())["event"] for _ in range(4)]

    # in a thread of its own: a browser of another test may have a loop in this one
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(asyncio.run, walk()).result()
    assert told == ["staged", "published", "retracted", "retracted"]


def test_what_a_service_says_of_the_account_is_merged_and_kept(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.note("x", spent=15, credit=5000)
    world.note("x", spent=30)
    world.shelf.close()
    again = World(tmp_path)
    assert again.notes("x") == {"spent": 30, "credit": 5000}
    assert again.notes("youtube") == {}
    again.shelf.close()


def test_the_pages_of_a_document_are_counted() -> None:
    world = World()
    sheets = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    packed = zlib.compress(b"1 0 2 40 << /Type /Pages /Kids [3 0 R] /Count 12 >>")
    newer = b"%PDF-1.7\n5 0 obj << /Type /ObjStm /N 2 /First 8 >>\nstream\n" + packed + b"\nendstream"
    for data, pages in ((out.getvalue(), 3), (newer, 12), (b"%PDF-1.4\nnothing", 0), (b"", 0)):
        name = world.blobs.put(data)
        assert measured(world.blobs, name, "application/pdf") == Measures(size=len(data), pages=pages)
    assert measured(world.blobs, "0" * 64, "application/pdf") == Measures()


def test_a_film_that_cannot_be_read_has_its_size_only(video: bytes) -> None:
    world = World()
    name = world.blobs.put(video)
    world.publish(post("1", media=(Picture(name, "video/mp4"),)))
    assert world.posts()[0]["media"][0]["size"] == len(video)
    assert world.posts()[0]["media"][0]["seconds"] == 0
