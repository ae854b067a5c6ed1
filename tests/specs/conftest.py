"""Handlers held to the platforms' published documents: what they really ask, and whether the document knows it.

(a) The recorder. `recording(X)` serves a stand-in of `bot.sandbox` on a real socket, with the real handler and its
real libraries in front of it, and keeps every request as it came over the wire, those that a fault swallowed too:

    def test_a_post(recording, openapi):
        with recording(XStandIn) as scene:                    # any class of `bot.sandbox.service.Service`
            x = X("x", XSettings.model_validate({"base_url": scene.base, ...}), scene.tools)
            x.send(x.prepare(Draft("Hello")), scene.ticket())  # `ticket("other")` for a second delivery
            scene.fault("500", path="/2/tweets")               # as in the chat tests
            assert openapi("x-openapi.json").violations(scene.requests) == []

`scene.requests` holds `Request`s: method, path below the mount, query and form as lists of pairs, headers by lower-case
name, body; `.json`, `.parts` (multipart). `scene.tools` has the real store, vault and meter on a fresh SQLite file and
the sandbox's clock (`scene.world.clock.advance(...)`), and `scene.receipt(...)` what a delivery keeps between attempts.

(b) The checker. `openapi(FILE)` reads an OpenAPI 3.0 or 3.1 document of the shared facts (the test is skipped, with the
reason, where they are absent). `.violations(requests)` names everything that the document does not know or that does not
fit it, one readable line each; an empty list is what a test wants. `openapi(FILE, strict=True)` also names properties that
a schema neither lists nor forbids (a typing error would else go unseen); `openapi(FILE, forms=True)` judges a form by the
JSON schema where the document has no form (Rails, so Mastodon, reads both alike).

For a document of another kind (YouTube's discovery, a schema written by hand), match path and method yourself and judge
values with `schemas(document)`: `.violations(schema, value, where)` knows `$ref` into that document, `nullable`,
`additionalProperties` and formats; `.typed(schema, text)` makes a number or a yes-or-no of what came as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.specs.openapi import OpenApi
from tests.specs.recorder import Request, Scene, recorded
from tests.specs.schemas import Schemas

SPECS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "specs"


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., AbstractContextManager[Scene]]:
    """Serve one stand-in and keep what it is asked, for the length of a `with` block."""
    return partial(recorded, tmp_path)


def _read(name: str) -> Any:
    path = SPECS / name
    if not path.exists():
        pytest.skip(f"needs {name} of the shared facts, which are not here")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def spec() -> Callable[[str], Any]:
    """A published document of the shared facts, read; the test is skipped where it is absent."""
    return _read


@pytest.fixture
def openapi() -> Callable[..., OpenApi]:
    """`openapi("x-openapi.json")`, or `openapi({...})` with a document: what it says of requests."""

    def made(document: str | Mapping[str, Any], **options: bool) -> OpenApi:
        return OpenApi(_read(document) if isinstance(document, str) else document, **options)

    return made


@pytest.fixture
def schemas() -> type[Schemas]:
    """The schemas of a document of any kind: `schemas(document, strict=True)`."""
    return Schemas


@pytest.fixture
def request_of() -> Callable[..., Request]:
    """A request made by hand, to see whether a checker can fail."""

    def made(method: str, path: str, body: Any = None, mime: str = "", **more: Any) -> Request:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = mime or ("application/json" if body is not None else "")
        headers = {**({"content-type": kind} if kind else {}), **more.pop("headers", {})}
        return Request(method, path, more.pop("query", []), headers, raw)

    return made
