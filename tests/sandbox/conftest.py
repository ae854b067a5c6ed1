"""Stand-ins on real sockets, and the files and documents their tests need."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from bot.sandbox.faults import Faults
from bot.sandbox.serve import serving
from bot.sandbox.service import Service
from bot.sandbox.world import World

SPECS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "specs"


@dataclass
class Stage:
    """One stand-in that is being served."""

    world: World
    service: Any
    faults: Faults
    base: str
    """The service's own base URL."""

    def advance(self, **span: float) -> None:
        """Move the sandbox's clock."""
        self.world.clock.advance(timedelta(**span))

    def posts(self) -> list[dict[str, Any]]:
        """What readers see now."""
        self.service.tick()
        return self.world.posts()


Staging = Callable[..., AbstractContextManager[Stage]]


@contextmanager
def staged(make: Callable[..., Service], folder: Path | None = None, **options: Any) -> Iterator[Stage]:
    """Serve one stand-in, with its state in a folder or in memory."""
    world = World(folder)
    faults = Faults(world)
    made: list[Service] = []

    def build(base: str) -> ASGIApp:
        service = make(world, f"{base}/{make.name}", **options)  # type: ignore[attr-defined]  # a class, as it happens
        made.append(service)
        faults.join(service, f"/{service.name}")
        return faults.around(Starlette(routes=[Mount(f"/{service.name}", app=service.app)]))

    with serving(build):
        yield Stage(world, made[0], faults, made[0].base)
    world.shelf.close()


@pytest.fixture
def staging() -> Staging:
    """One stand-in with all around it, for the length of a `with` block."""
    return staged


@pytest.fixture
def spec() -> Callable[[str], Any]:
    """A published API document by its file name; skips the test where the shared folder is absent."""

    def read(name: str) -> Any:
        path = SPECS / name
        if not path.exists():
            pytest.skip(f"needs {name} of the shared facts, which are not here")
        return json.loads(path.read_text())

    return read


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def png() -> bytes:
    """A small PNG."""
    return picture()


@pytest.fixture
def pictures() -> Callable[..., bytes]:
    """Make a picture: `pictures("JPEG", (40, 30), "red")`."""
    return picture


@pytest.fixture
def video() -> bytes:
    """Bytes that begin like an MP4 file; 700 KiB, so that it needs several parts."""
    return b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2800
