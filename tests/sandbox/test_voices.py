"""What each server that speaks Mastodon's API does otherwise: the stand-in does it, too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from bot.sandbox.mastodon import Mastodon, dialects
from bot.sandbox.mastodon.core import Core

FAMILY: Final = "👩‍👩‍👧‍👦"
HABITS: Final[dict[str, dict[str, Any]]] = {
    "mastodon": {
        "same key at once, and later": ("same", "same"),
        "one too many": (422, "Validation failed: Text character limit of 500 exceeded"),
        "families, a long link, a warning": (200, 200, 422),
        "no text, an empty one, beside a picture": (200, 200),
        "order": [0, 1, 2],
        "alt": "A <b>cat</b>",
        "poll": "R&D",
        "text": "<p>2*3*4</p><p>R&amp;amp;D<br />1986. A year</p>",
        "unknown file": (422, "Media 17 not found or already attached to another post"),
        "unknown parent": (404, "The post you are trying to reply to does not appear to exist."),
        "language": "fi",
        "sensitive by the account": True,
        "who by read:accounts, and by read": (200, 200),
        "bad token": (401, "The access token is invalid"),
        "film": 202,
        "metadata": 200,
        "wrong code": (400, "invalid_grant"),
        "reset": 27,
        "followers-only among one's own": True,
        "app, and one's own": ("Social", 200),
    },
    "takahe": {
        "same key at once, and later": ("another", "another"),
        "one too many": (400, "Status is too long"),
        "families, a long link, a warning": (400, 400, 200),
        "no text, an empty one, beside a picture": (200, 200),
        "order": [1, 0, 2],
        "alt": "A <b>cat</b>",
        "poll": "R&D",
        "text": "<p>2*3*4</p><p>R&amp;amp;D<br />1986. A year</p>",
        "unknown file": (404, ""),
        "unknown parent": (200, "at the top"),
        "language": None,
        "sensitive by the account": False,
        "who by read:accounts, and by read": (403, 200),
        "bad token": (400, ""),
        "film": 500,
        "metadata": 404,
        "wrong code": (500, ""),
        "reset": 0,
        "followers-only among one's own": False,
        "app, and one's own": (None, 200),
    },
    "hollo": {
        "same key at once, and later": ("another", "same"),
        "one too many": (200, ""),
        "families, a long link, a warning": (200, 200, 200),
        "no text, an empty one, beside a picture": (200, 422),
        "order": [0, 1, 2],
        "alt": "A <b>cat</b>",
        "poll": "R&D",
        "text": "<p>2<em>3</em>4</p><p>R&amp;D\n1986. A year</p>",
        "unknown file": (422, "Media not found"),
        "unknown parent": (500, ""),
        "language": "fi",
        "sensitive by the account": False,
        "who by read:accounts, and by read": (200, 200),
        "bad token": (401, "invalid_token"),
        "film": 202,
        "metadata": 200,
        "wrong code": (400, "invalid_grant"),
        "reset": 0,
        "followers-only among one's own": True,
        "app, and one's own": ("Social", 200),
    },
    "gotosocial": {
        "same key at once, and later": ("another", "another"),
        "one too many": (400, "Bad Request: text with spoiler exceed max chars (500)"),
        "families, a long link, a warning": (400, 400, 400),
        "no text, an empty one, beside a picture": (200, 200),
        "order": [0, 1, 2],
        "alt": "A cat",
        "poll": "R&amp;D",
        "text": "<p>2*3*4</p><p>R&amp;D<br />1986. A year</p>",
        "unknown file": (400, "Bad Request: media not found: 17"),
        "unknown parent": (404, "Not Found: target status not found"),
        "language": "fi",
        "sensitive by the account": False,
        "who by read:accounts, and by read": (200, 200),
        "bad token": (401, "Unauthorized: the access token is invalid"),
        "film": 202,
        "metadata": 404,
        "wrong code": (400, "invalid_grant"),
        "reset": 24,
        "followers-only among one's own": True,
        "app, and one's own": ("Social", 404),
    },
}
"""As measured (see `bot.sandbox.mastodon.dialects`)."""


class Speaker:
    """Asks one stand-in everything in which the servers differ."""

    def __init__(self, stage: Any, png: bytes, video: bytes) -> None:
        self.stage, self.png, self.video = stage, png, video
        self.core: Core = stage.service
        self.http = httpx.Client(base_url=stage.base, headers=self.signed(self.core.token["access_token"]))

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def signed(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    def post(self, status: str | None = None, key: str = "", **more: Any) -> httpx.Response:
        body = {"status": status, **more} if status is not None else more
        return self.http.post(
            "/api/v1/statuses", json=body, headers={"idempotency-key": key} if key else None
        )

    def file(self, data: bytes, alt: str = "") -> httpx.Response:
        return self.http.post("/api/v2/media", files={"file": ("a", data)}, data={"description": alt})

    def habits(self) -> dict[str, Any]:
        most = self.core.dialect.room.characters
        first = self.post("Hello", "k").json()["id"]
        at_once = self.post("Hello", "k").json()["id"]
        self.stage.advance(seconds=2)
        later = self.post("Hello", "k").json()["id"]
        same = tuple("same" if one in {first, at_once} else "another" for one in (at_once, later))
        alone = ("same" if at_once == first else "another", same[1])
        long = self.post("x" * (most + 1))
        counted = (FAMILY * most, f"https://example.org/{'a' * most}", "x" * (most - 10))
        return {
            "same key at once, and later": alone,
            "one too many": self.said(long) if long.status_code != 200 else (200, ""),
            "families, a long link, a warning": (
                self.post(counted[0]).status_code,
                self.post(counted[1]).status_code,
                self.post(counted[2], spoiler_text="y" * 20).status_code,
            ),
            **self.of_files(),
            "poll": self.post("?", poll={"options": ["R&D", "b"], "expires_in": 3600}).json()["poll"][
                "options"
            ][0]["title"],
            "text": self.post("2*3*4\n\nR&amp;D\n1986. A year").json()["content"],
            "unknown file": self.said(self.post("x", media_ids=["17"])),
            "unknown parent": self.parent(),
            "language": self.post("x", language="fi").json()["language"],
            "sensitive by the account": self.sensitive(),
            **self.signing_in(),
            "reset": len(self.post("x").headers.get("x-ratelimit-reset", "")),
            "followers-only among one's own": self.hidden(),
            "app, and one's own": (
                (self.post("x").json()["application"] or {}).get("name"),
                self.http.get("/api/v1/apps/verify_credentials").status_code,
            ),
        }

    def of_files(self) -> dict[str, Any]:
        ids = [self.file(self.png, f"{number}").json()["id"] for number in range(3)]
        shown = [one["id"] for one in self.post("x", media_ids=ids).json()["media_attachments"]]
        alone = [self.file(self.png, "A <b>cat</b>").json()["id"] for _ in range(2)]
        none, empty = self.post(media_ids=alone[:1]), self.post("", media_ids=alone[1:])
        return {
            "no text, an empty one, beside a picture": (none.status_code, empty.status_code),
            "order": [ids.index(one) for one in shown],
            "alt": none.json()["media_attachments"][0]["description"],
            "film": self.file(self.video).status_code,
        }

    def parent(self) -> tuple[int, str]:
        answer = self.post("x", in_reply_to_id="4711")
        if answer.status_code == 200:
            return 200, "at the top" if answer.json()["in_reply_to_id"] is None else "below"
        return self.said(answer)

    def sensitive(self) -> bool:
        self.core.sensitive = True
        return bool(self.post("x").json()["sensitive"])

    def signing_in(self) -> dict[str, Any]:
        me, codes = "/api/v1/accounts/verify_credentials", []
        for scope in ("read:accounts", "read"):
            token = self.core.fresh_token(scope, "Social")["access_token"]
            codes.append(self.http.get(me, headers=self.signed(token)).status_code)
        form = {"client_name": "Social", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
        app = self.http.post("/api/v1/apps", data=form).json()
        asked = {name: app[name] for name in ("client_id", "client_secret")}
        wrong = {**asked, "grant_type": "authorization_code", "code": "wrong"}
        return {
            "who by read:accounts, and by read": tuple(codes),
            "bad token": self.said(self.http.get(me, headers=self.signed("nonsense"))),
            "metadata": self.http.get("/.well-known/oauth-authorization-server").status_code,
            "wrong code": self.said(self.http.post("/oauth/token", data=wrong)),
        }

    def hidden(self) -> bool:
        made = self.post("x", visibility="private").json()
        own = self.http.get(f"/api/v1/accounts/{made['account']['id']}/statuses").json()
        return made["id"] in [one["id"] for one in own]

    def said(self, answer: httpx.Response) -> tuple[int, str]:
        """The status, and what is said in JSON."""
        kind = answer.headers["content-type"]
        return answer.status_code, answer.json()["error"] if kind.startswith("application/json") else ""


@pytest.mark.parametrize("voice", dialects.VOICES)
def test_each_server_has_its_habits(
    staging: Callable[..., AbstractContextManager[Any]], png: bytes, video: bytes, voice: str
) -> None:
    told = dialects.VOICES[voice]
    short = replace(told, room=replace(told.room, characters=500))  # long texts take long
    with staging(Mastodon, dialect=short) as stage, closing(Speaker(stage, png, video)) as speaker:
        assert speaker.habits() == HABITS[voice]


def test_the_page_tells_all_voices_that_there_are() -> None:
    assert list(HABITS) == list(dialects.VOICES)


def test_gotosocial_refuses_with_its_one_limit(staging: Callable[..., AbstractContextManager[Any]]) -> None:
    """Recorded: the reset is an ISO time with milliseconds, `2026-11-28T15:15:48.000Z`."""
    with staging(Mastodon, dialect=dialects.GOTOSOCIAL) as stage:
        assert stage.service.buckets["api"].reset() - stage.world.clock.now() <= timedelta(minutes=5)
        answer = stage.service.too_many("statuses")
        assert answer.status_code == 429
        assert answer.headers["x-ratelimit-reset"].endswith("Z")
        assert len(answer.headers["x-ratelimit-reset"]) == len("2026-11-28T15:15:48.000Z")


def test_a_film_has_a_preview_before_it_has_an_address(
    staging: Callable[..., AbstractContextManager[Any]], png: bytes, video: bytes
) -> None:
    """Recorded of Mastodon 4.6.4."""
    with staging(Mastodon) as stage, closing(Speaker(stage, png, video)) as speaker:
        told = speaker.file(video).json()
        assert told["url"] is None
        assert told["preview_url"]
        assert told["blurhash"]
