"""The recorder and the checker themselves: what is asked is kept as it came, and whatever is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from bot.sandbox.x import X as XStandIn

Recording = Callable[..., AbstractContextManager[Any]]

SMALL: dict[str, Any] = {
    "openapi": "3.0.0",
    "paths": {
        "/things/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
            ],
            "get": {
                "parameters": [
                    {"name": "most", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 9}},
                    {"$ref": "#/components/parameters/Fields"},
                    {"name": "full", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
                    {"name": "X-Key", "in": "header", "required": True, "schema": {"type": "string", "minLength": 3}},
                ]
            },
            "put": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                }
            },
        },
        "/things/new": {"post": {"requestBody": {"content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Loose"}},
            "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Thing"}},
        }}}},
    },
    "components": {
        "parameters": {
            "Fields": {
                "name": "fields",
                "in": "query",
                "explode": False,
                "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
            }
        },
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "maxLength": 5},
                    "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True},
                    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                    "inner": {"$ref": "#/components/schemas/Loose"},
                    "file": {"type": "string", "format": "binary"},
                },
            },
            "Loose": {"type": "object", "properties": {"on": {"type": "boolean"}}},
        },
    },
}  # fmt: skip
QUERY = [("most", "3"), ("fields", "a,b"), ("full", "true"), ("since", "2026-11-26T12:00:00Z")]
KEY = {"x-key": "abc"}


def test_what_fits_has_no_violations(openapi: Any, request_of: Any) -> None:
    small = openapi(SMALL)
    fitting = [
        request_of("GET", "/things/1", query=QUERY, headers=KEY),
        request_of("PUT", "/things/1", {"name": "abcde", "size": None, "tags": ["x"], "inner": {"more": 1}}),
        request_of("POST", "/things/new"),
    ]
    assert small.violations(fitting) == []


@pytest.mark.parametrize(
    "wrong, told",
    [
        (("GET", "/nothing", {}), "GET /nothing: the document knows no such path"),
        (("POST", "/things/1", {}), "no such method here (GET, PUT)"),
        (("GET", "/things/x", {}), "path parameter id $: 'x' does not match '^[0-9]+$'"),
        (("GET", "/things/1", {"query": []}), "query parameter most: required, and not there"),
        (("GET", "/things/1", {"query": [("most", "10")]}), "query parameter most $: 10 is greater than"),
        (("GET", "/things/1", {"query": [("most", "ten")]}), "query parameter most $: 'ten' is not of type 'integer'"),
        (("GET", "/things/1", {"query": [("most", "1"), ("most", "2")]}), "query parameter most: given 2 times"),
        (("GET", "/things/1", {"query": [*QUERY, ("other", "1")]}), "query parameter other: the document does not"),
        (("GET", "/things/1", {"query": [*QUERY[:1], ("fields", "a,c")]}), "query parameter fields $[1]: 'c' is not"),
        (("GET", "/things/1", {"query": [*QUERY[:1], ("full", "2")]}), "query parameter full $: '2' is not of type"),
        (("GET", "/things/1", {"query": [*QUERY[:1], ("since", "2026-11-26")]}), "is not a 'date-time'"),
        (("GET", "/things/1", {"headers": {}}), "header X-Key: required, and not there"),
        (("GET", "/things/1", {"headers": {"x-key": "a"}}), "header X-Key $: 'a' is too short"),
        (("GET", "/things/1", {"body": {}}), "body: the document knows none here, and 2 bytes came"),
        (("PUT", "/things/1", {}), "body: required, and not there"),
        (("PUT", "/things/1", {"body": b"{", "mime": "application/json"}), "body: no JSON"),
        (("PUT", "/things/1", {"body": b"name=a", "mime": "application/x-www-form-urlencoded"}), "body: comes as"),
        (("PUT", "/things/1", {"body": {}}), "body $: 'name' is a required property"),
        (("PUT", "/things/1", {"body": {"name": "toolong"}}), "body $.name: 'toolong' is too long"),
        (("PUT", "/things/1", {"body": {"name": "a", "else": 1}}), "('else' was unexpected)"),
        (("PUT", "/things/1", {"body": {"name": "a", "size": 0}}), "body $.size:"),
        (("PUT", "/things/1", {"body": {"name": "a", "tags": [1]}}), "body $.tags[0]: 1 is not of type 'string'"),
        (("PUT", "/things/1", {"body": {"name": "a", "inner": {"on": "yes"}}}), "body $.inner.on: 'yes' is not of"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_named_in_one_line(
    openapi: Any, request_of: Any, wrong: tuple[str, str, dict[str, Any]], told: str
) -> None:
    method, path, more = wrong
    if method == "GET":
        more = {"query": QUERY, "headers": KEY, **more}
    (line,) = openapi(SMALL).violations(request_of(method, path, **more))
    assert line.startswith(f"{method} {path}: ")
    assert told in line
    assert "\n" not in line


def multipart(**fields: str) -> tuple[bytes, str]:
    """A body of text fields and one file, as httpx writes it, and its type."""
    made = httpx.Request("POST", "http://x", data=fields, files={"file": ("a.bin", b"\x00\xff")})
    return made.read(), made.headers["content-type"]


def test_a_multipart_body_is_judged_as_the_object_it_means(openapi: Any, request_of: Any) -> None:
    small = openapi(SMALL)
    body, kind = multipart(name="abc", size="3")
    assert small.violations(request_of("POST", "/things/new", body, kind)) == []
    body, kind = multipart(name="abc", size="many", strange="x")
    lines = small.violations(request_of("POST", "/things/new", body, kind))
    assert {line.split(": body ")[1].split(":")[0] for line in lines} == {"$", "$.size"}
    assert len(lines) == 2


def test_strictly_a_property_that_no_schema_lists_is_named_too(openapi: Any, request_of: Any) -> None:
    asked = request_of("POST", "/things/new", {"on": True, "off": False})
    assert openapi(SMALL).violations(asked) == []
    (line,) = openapi(SMALL, strict=True).violations(asked)
    assert line == "POST /things/new: body $.off: the document does not know this property"


def test_wrong_requests_to_x_are_named(openapi: Any, request_of: Any) -> None:
    document = openapi("x-openapi.json")
    right = [
        request_of("POST", "/2/tweets", {"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}),
        request_of(
            "GET", "/2/users/7/tweets", query=[("max_results", "100"), ("post.fields", "created_at,entities")]
        ),
        request_of("POST", "/2/media/upload/7/finalize"),
    ]
    assert document.violations(right) == []
    wrong = [
        request_of(
            "POST", "/2/tweets", {"text": "a", "poll": {"options": ["a", "b" * 26], "duration_minutes": 1}}
        ),
        request_of("POST", "/2/tweets", {"text": "a", "direct": True}),
        request_of("POST", "/2/tweets", {"media": {"media_ids": [7]}}),
        request_of("GET", "/2/users/me/tweets", query=[("max_results", "4"), ("tweet.fields", "created_at")]),
        request_of("POST", "/2/media/upload/initialize", {"media_type": "image/svg+xml"}),
        request_of("POST", "/2/media/metadata/create", {"id": "1"}),
    ]
    told = document.violations(wrong)
    for words in (
        "$.poll.options[1]", "$.poll.duration_minutes", "'direct' was unexpected", "$.media.media_ids[0]",
        "path parameter id", "max_results", "tweet.fields", "$.media_type", "knows no such path",
    ):  # fmt: skip
        assert any(words in line for line in told), words
    assert len(told) == 9


def test_wrong_requests_to_mastodon_are_named(openapi: Any, request_of: Any) -> None:
    document = openapi("mastodon-openapi.schema.json", strict=True, forms=True)
    form = "application/x-www-form-urlencoded"
    right = [
        request_of("POST", "/api/v1/statuses", {"status": "a", "media_ids": ["1"], "visibility": "public"}),
        request_of("POST", "/api/v1/statuses", b"status=a&media_ids[]=1&sensitive=true", form),
        request_of(
            "POST",
            "/api/v1/statuses",
            b"status=a&poll[options][]=a&poll[options][]=b&poll[expires_in]=600",
            form,
        ),
        request_of("GET", "/api/v1/statuses", query=[("id[]", "1"), ("id[]", "2")]),
    ]
    assert document.violations(right) == []
    wrong = [
        request_of("POST", "/api/v1/statuses", {"status": "a", "visibility": "everybody"}),
        request_of("POST", "/api/v1/statuses", {"status": "a", "spoiler": "typing error"}),
        request_of("POST", "/api/v1/statuses", b"status=a&poll[options][]=a&poll[expires_in]=soon", form),
        request_of("POST", "/api/v3/media"),
    ]
    told = document.violations(wrong)
    for words in ("everybody", "$.spoiler", "soon", "knows no such path"):
        assert any(words in line for line in told), words


def test_every_request_is_kept_as_it_came_also_one_that_a_fault_swallows(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        token = {"authorization": f"Bearer {scene.service.token['access_token']}"}
        with httpx.Client(base_url=scene.base, headers=token) as http:
            scene.fault("reset-before", path="/2/tweets")
            with pytest.raises(httpx.ReadError):
                http.post("/2/tweets", json={"text": "lost"})
            form, files = {"segment_index": "0"}, {"media": ("piece", b"\x00\xff", "video/mp4")}
            http.post("/2/media/upload/7/append", data=form, files=files)
            http.get("/2/users/me", params={"post.fields": "created_at"})
            http.get(f"{scene.base.removesuffix('/x')}/elsewhere")
        lost, piece, me = scene.requests
        assert (lost.method, lost.path, lost.json) == ("POST", "/2/tweets", {"text": "lost"})
        assert [(one.name, one.filename, one.body) for one in piece.parts] == [
            ("segment_index", None, b"0"),
            ("media", "piece", b"\x00\xff"),
        ]
        assert me.query == [("post.fields", "created_at")]
        assert me.headers["authorization"] == token["authorization"]
        assert scene.posts() == []


def test_a_delivery_keeps_what_its_last_attempt_saved(recording: Recording) -> None:
    with recording(XStandIn) as scene:
        scene.ticket().save({"out": [1]})
        scene.advance(hours=1)
        again, other = scene.ticket(), scene.ticket("other")
        assert (again.receipt, other.receipt) == ({"out": [1]}, {})
        assert (other.first_at - again.first_at).total_seconds() >= 3600
        assert scene.tools.meter.take("x", "spending", "2026-11", 5, most=5, key="a")
        assert not scene.tools.meter.take("x", "spending", "2026-11", 1, most=5, key="b")
        scene.tools.vault.write("x", {"access_token": "t"})
        assert scene.tools.vault.read("x") == {"access_token": "t"}
