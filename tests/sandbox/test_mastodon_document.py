"""The Mastodon stand-in's answers fit the published document, and keep the keys of recorded servers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from bot.sandbox.mastodon import Mastodon

Staging = Callable[..., AbstractContextManager[Any]]
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "recordings" / "mastodon" / "hollo"

HOLLO = {"emoji_reactions", "quote_id", "moved"}
"""Keys that only that server has, or only where they say something."""


@pytest.fixture
def http(staging: Staging) -> Iterator[httpx.Client]:
    with staging(Mastodon) as stage:
        head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
        with httpx.Client(base_url=stage.base, headers=head) as http:
            yield http


def test_answers_fit_the_published_document(
    http: httpx.Client, spec: Callable[[str], Any], png: bytes
) -> None:
    document = spec("mastodon-openapi.schema.json")

    def fits(name: str, answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        for one in answer.json() if isinstance(answer.json(), list) else [answer.json()]:
            jsonschema.validate(one, schema)
        return answer.json()

    fits("Instance", http.get("/api/v2/instance"))
    fits("V1Instance", http.get("/api/v1/instance"))
    me = fits("CredentialAccount", http.get("/api/v1/accounts/verify_credentials"))
    media = fits(
        "MediaAttachment", http.post("/api/v2/media", files={"file": ("a.png", png)}, data={"focus": "0,1"})
    )
    body = {"status": "Look @community #tag https://example.org", "media_ids": [media["id"]]}
    status = fits("Status", http.post("/api/v1/statuses", json=body))
    poll = {"options": ["a", "b"], "expires_in": 600}
    fits("Status", http.post("/api/v1/statuses", json={"status": "Which?", "poll": poll}))
    fits("Status", http.post("/api/v1/statuses", json={"status": "two", "in_reply_to_id": status["id"]}))
    fits("Context", http.get(f"/api/v1/statuses/{status['id']}/context"))
    fits("Status", http.get(f"/api/v1/accounts/{me['id']}/statuses"))
    fits("Status", http.put(f"/api/v1/statuses/{status['id']}", json={**body, "status": "changed"}))


def test_a_scheduled_status_fits_the_published_document(staging: Staging, spec: Callable[[str], Any]) -> None:
    document = spec("mastodon-openapi.schema.json")
    with staging(Mastodon) as stage:
        head = {"authorization": f"Bearer {stage.service.token['access_token']}"}
        at = stage.world.clock.now() + timedelta(hours=1)
        body = {"status": "later", "scheduled_at": at.isoformat()}
        answer = httpx.post(f"{stage.base}/api/v1/statuses", json=body, headers=head)
        schema = {"$ref": "#/components/schemas/ScheduledStatus", "components": document["components"]}
        jsonschema.validate(answer.json(), schema)


@pytest.mark.parametrize("recording", ["10_status_post_text", "40_media_png", "02_verify_credentials"])
def test_no_key_of_a_recorded_answer_is_missing(http: httpx.Client, png: bytes, recording: str) -> None:
    file = RECORDINGS / f"{recording}.json"
    if not file.exists():
        pytest.skip("needs the recordings of the shared facts, which are not here")
    theirs = json.loads(file.read_text())["exchanges"][-1]["response"]["body"]
    ours = {
        "40_media_png": http.post("/api/v2/media", files={"file": ("a.png", png)}),
        "10_status_post_text": http.post("/api/v1/statuses", json={"status": "text"}),
        "02_verify_credentials": http.get("/api/v1/accounts/verify_credentials"),
    }[recording].json()
    assert set(theirs) - set(ours) - HOLLO == set()
    if "account" in theirs:
        assert set(theirs["account"]) - set(ours["account"]) - HOLLO == set()
