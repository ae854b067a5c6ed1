"""The sandbox without the bot on a real port, its people as API clients, and a real Chromium that looks at it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Dialog, FilePayload, Page

from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Picture, Publication, World


@dataclass
class Place:
    """A running sandbox."""

    base: str
    sandbox: Sandbox
    http: httpx.Client

    @property
    def world(self) -> World:
        return self.sandbox.world

    def api(self, name: str, method: str, path: str, **form: Any) -> dict[str, Any]:
        """One request to the chat as this person (or as the bot, `social`)."""
        scene = self.sandbox.scene
        person = scene.bot if name == "social" else scene.person(name)
        assert person is not None
        auth = (person["email"], person["api_key"])
        params, data = (form, None) if method == "GET" else (None, form)
        url = f"{self.base}/api/v1/{path}"
        answer = self.http.request(method, url, auth=auth, params=params, data=data)
        body: dict[str, Any] = answer.json()
        assert body["result"] == "success", body
        return body

    def say(self, name: str, content: str, topic: str = "posts") -> int:
        """A message in the first channel; its id."""
        answer = self.api(
            name, "POST", "messages", type="stream", to="social-media", topic=topic, content=content
        )
        return int(answer["id"])

    def publish(self, service: str, text: str, **fields: Any) -> None:
        """Something appears on a platform."""
        number = fields.pop("id", str(len(self.world.posts()) + 1))
        self.world.publish(
            Publication(
                service=service,
                account=fields.pop("account", "community"),
                id=number,
                text=text,
                raw={},
                url=f"{self.base}/{service}/post/{number}",
                published_at=fields.pop("at", self.world.clock.now().isoformat()),
                **fields,
            )
        )

    def picture(self, alt: str, colour: str = "teal") -> Picture:
        """A picture a platform received."""
        return Picture(self.world.blobs.put(png(colour)), "image/png", alt, "picture.png")


def png(colour: str = "teal", size: tuple[int, int] = (320, 200)) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(params=[512])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A sandbox with nothing in it."""
    made: list[Sandbox] = []

    def build(base: str) -> Any:
        made.append(Sandbox(World(), base, feature_level=request.param))
        return made[0].app

    with serving(build) as base, httpx.Client(verify=False, trust_env=False) as http:  # noqa: S501 - loopback
        yield Place(base, made[0], http)


RECORD = """async ([width, height]) => {
  const type = "video/mp4;codecs=avc1.42E01E";
  if (!MediaRecorder.isTypeSupported(type)) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: type });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  const began = performance.now();
  for (let at = 0; at < 900; at = performance.now() - began) {
    pen.fillStyle = `hsl(${at / 5} 60% 40%)`;
    pen.fillRect(0, 0, width, height);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""
"""A second of changing colours, as the browser's own recorder writes it: a real film that a browser can play."""


@pytest.fixture(scope="session")
def films(chromium: Browser) -> Callable[[int, int], bytes]:
    """Makes an MP4 of this width and height."""
    made: dict[tuple[int, int], bytes] = {}

    def film(width: int = 320, height: int = 180) -> bytes:
        if (width, height) not in made:
            page = chromium.new_page()
            text = page.evaluate(RECORD, [width, height])
            page.close()
            if text is None:
                pytest.skip("this Chromium records no H.264")
            made[width, height] = base64.b64decode(text)
        return made[width, height]

    return film


def pdf(pages: int = 3) -> bytes:
    """A document of empty pages."""
    sheets = [Image.new("RGB", (40, 30), "white") for _ in range(pages)]
    file = io.BytesIO()
    sheets[0].save(file, "PDF", save_all=True, append_images=sheets[1:])
    return file.getvalue()


@pytest.fixture
def document() -> bytes:
    """A PDF of three pages."""
    return pdf()


@pytest.fixture
def visit(chromium: Browser, place: Place) -> Iterator[Callable[..., Page]]:
    """Opens the page as somebody, in a browser window of its own; errors of its script fail the test."""
    errors: list[str] = []
    contexts = []

    def dismissed(dialog: Dialog) -> None:
        errors.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def open_as(name: str, width: int = 1200, height: int = 720, **options: Any) -> Page:
        fragment = options.pop("at", "")
        options.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", dismissed)
        page.goto(f"{place.base}/?as={name}{fragment}")
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def picture_file() -> FilePayload:
    """A picture as a browser's file field takes it."""
    return {"name": "workshop.png", "mimeType": "image/png", "buffer": png()}


@pytest.fixture
def picture_text() -> str:
    """A picture in base 64, for a script that drops or pastes it."""
    return base64.b64encode(png("orange")).decode()
