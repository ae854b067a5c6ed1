"""Mastodon and X against the sandbox's stand-ins: the whole way of a post, with everything that can go wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from bot.sandbox.faults import Faults
from bot.sandbox.mastodon import Mastodon as MastodonStandIn
from bot.sandbox.serve import serving
from bot.sandbox.service import Service
from bot.sandbox.world import World
from bot.sandbox.x import X as XStandIn
from handlers.base import (
    Draft,
    Options,
    Outgoing,
    Platform,
    Published,
    Rejected,
    Tools,
    Unavailable,
    Uncertain,
)
from handlers.mastodon import Mastodon, MastodonSettings
from handlers.media import Media, Store
from handlers.x import X, XSettings

POSTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "realistic-posts.json"
LONG = "\n\n".join(
    f"Paragraph {number}: " + "what we learned & why it matters. " * 4 for number in range(1, 6)
)


class Stage:
    """One platform, its stand-in, and a way to make the stand-in misbehave."""

    def __init__(self, world: World, service: Service, faults: Faults) -> None:
        self.world, self.service, self.faults = world, service, faults
        self.platform: Platform

    def fault(self, name: str, times: int = 1, path: str | None = None) -> None:
        order = {"service": self.service.name, "fault": name, "times": times, "method": "POST", "path": path}
        self.faults.add({key: value for key, value in order.items() if value is not None})

    def posts(self) -> list[dict[str, Any]]:
        self.service.tick()
        return self.world.posts()

    @property
    def creating(self) -> str:
        return "/api/v1/statuses" if self.service.name == "mastodon" else "/2/tweets"


def platform(name: str, service: Service, tools: Tools) -> Platform:
    token, base = service.token, service.base
    if name == "mastodon":
        settings = MastodonSettings(base_url=base, access_token=SecretStr(token["access_token"]))
        return Mastodon("mastodon", settings, tools)
    keys = {"base_url": base, "web_url": base}
    if name == "x-oauth1":
        keys |= {"api_key": token["api_key"], "api_secret": token["api_secret"]}
        keys |= {
            "access_token": token["oauth1_access_token"],
            "access_token_secret": token["oauth1_access_token_secret"],
        }
    else:
        keys |= {one: token[one] for one in ("client_id", "client_secret", "refresh_token")}
    return X("x", XSettings.model_validate(keys), tools)


@pytest.fixture(params=["mastodon", "x-oauth1", "x-oauth2"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, vault: Any, meter: Any) -> Iterator[Stage]:
    world = World()
    faults = Faults(world)
    made: list[Service] = []
    kind: Callable[[World, str], Service] = MastodonStandIn if request.param == "mastodon" else XStandIn

    def build(base: str) -> ASGIApp:
        name = request.param.partition("-")[0]
        made.append(kind(world, f"{base}/{name}"))
        faults.join(made[0], f"/{name}")
        return faults.around(Starlette(routes=[Mount(f"/{name}", app=made[0].app)]))

    with serving(build):
        stage = Stage(world, made[0], faults)
        tools = Tools(Store(tmp_path / "media"), vault, world.clock.now, meter)
        stage.platform = platform(request.param, made[0], tools)
        stage.platform.check()
        yield stage
    world.shelf.close()


@pytest.fixture
def row(stage: Stage, delivery: Any) -> Any:
    delivery.first_at = stage.world.clock.now()
    return delivery


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str], Media]:
    def make(colour: str) -> Media:
        out = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(out, "PNG")
        sha = Store(tmp_path / "media").put(out.getvalue())
        return Media(sha, f"{colour}.png", "image/png", len(out.getvalue()), f"All {colour}", 40, 30)

    return make


def settled(stage: Stage, outgoing: Outgoing, row: Any) -> Published:
    """Send it as the publisher does: look for what was lost, wait where one has to, go on."""
    for _ in range(10):
        try:
            return stage.platform.send(outgoing, row.ticket())
        except Unavailable:
            stage.world.clock.advance(timedelta(minutes=16))
        except Uncertain:
            found = None
            try:
                found = stage.platform.find(outgoing, row.ticket())
            except Unavailable:
                stage.world.clock.advance(timedelta(minutes=2))
                found = stage.platform.find(outgoing, row.ticket())
            if found:
                return found
    raise AssertionError("it never came out")


def test_a_post_with_pictures_is_seen_as_it_was_prepared(
    stage: Stage, row: Any, picture: Callable[[str], Media]
) -> None:
    draft = Draft(
        "**Registration** is open & free: https://coderefinery.org", (picture("teal"), picture("red"))
    )
    outgoing = stage.platform.prepare(draft)
    assert outgoing.problems == ()
    published = stage.platform.send(outgoing, row.ticket())
    assert published.warnings == ()
    (post,) = stage.posts()
    assert post["text"] == outgoing.parts[0].text == "Registration is open & free: https://coderefinery.org"
    assert [one["alt"] for one in post["media"]] == ["All teal", "All red"]
    assert [one["sha256"] for one in post["media"]] == [one.sha256 for one in draft.media]
    assert (post["id"], post["url"]) == (published.id, published.url)


def test_a_long_text_becomes_a_thread(stage: Stage, row: Any) -> None:
    outgoing = stage.platform.prepare(Draft(LONG))
    assert len(outgoing.parts) > 1
    stage.platform.send(outgoing, row.ticket())
    posts = stage.posts()
    assert [post["text"] for post in posts] == [part.text for part in outgoing.parts]
    assert [post["reply_to"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]


@pytest.mark.parametrize(
    "fault", ["reset-before", "reset-after", "500", "502-html", "503", "429", "expired-token"]
)
@pytest.mark.parametrize("text", ["Registration is open: https://coderefinery.org #news", LONG])
def test_whatever_goes_wrong_it_is_out_exactly_once(stage: Stage, row: Any, fault: str, text: str) -> None:
    outgoing = stage.platform.prepare(Draft(text))
    stage.fault(fault, path=stage.creating)
    try:
        settled(stage, outgoing, row)
    except Rejected:
        assert fault == "expired-token"
        assert not stage.posts()
    else:
        assert [post["text"] for post in stage.posts()] == [part.text for part in outgoing.parts]


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "502-html", "429"])
def test_trouble_with_an_upload_never_leaves_a_doubt(
    stage: Stage, row: Any, picture: Callable[[str], Media], fault: str
) -> None:
    outgoing = stage.platform.prepare(Draft("A picture", (picture("teal"),)))
    stage.fault(fault, path="/media")
    with pytest.raises(Unavailable):
        stage.platform.send(outgoing, row.ticket())
    assert stage.posts() == []
    stage.world.clock.advance(timedelta(minutes=31))
    stage.platform.send(outgoing, row.ticket())
    (post,) = stage.posts()
    assert len(post["media"]) == 1


def realistic() -> list[str]:
    if not POSTS.exists():
        return []
    found = json.loads(POSTS.read_text("utf-8"))
    posts = found["posts"] if isinstance(found, dict) else found
    return [str(post["text"]) for post in posts]


@pytest.mark.skipif(not POSTS.exists(), reason="needs the shared folder's real posts, which are not here")
def test_real_posts_go_out_and_are_found_again(stage: Stage, row: Any) -> None:
    for number, text in enumerate(realistic()[::4]):
        row.receipt, row.key = {}, f"real-{number}"
        outgoing = stage.platform.prepare(Draft(text, options=Options()))
        already = len(stage.posts())
        stage.fault("reset-after", path=stage.creating)
        settled(stage, outgoing, row)
        assert [post["text"] for post in stage.posts()[already:]] == [part.text for part in outgoing.parts]
        stage.world.clock.advance(timedelta(days=2))
        row.first_at = stage.world.clock.now()
