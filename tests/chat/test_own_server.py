"""What the bot takes from its Zulip server, and what it gives to no other one."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from town import BOTH_KINDS, Town

from bot import wiring
from bot.chat import Refused
from bot.sandbox.serve import serving

pytestmark = BOTH_KINDS


def test_the_key_goes_to_no_other_server(town: Town) -> None:
    """Zulip Cloud serves its emoji table from elsewhere; that server is not to learn the bot's key."""
    seen: list[str | None] = []

    def elsewhere(_base: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                seen.append(Request(scope).headers.get("authorization"))
                await JSONResponse({}, 404 if scope["path"] == "/gone" else 200)(scope, receive, send)

        return app

    wire = wiring.chat_of(town.config).wire
    with serving(elsewhere) as base:
        assert wire.download(f"{base}/emoji.json", 1000) == b"{}"
        with pytest.raises(Refused):
            wire.download(f"{base}/gone", 1000)
    assert seen == [None, None]


def test_an_error_of_the_server_is_tried_again_though_it_has_no_code(town: Town) -> None:
    town.fault("zulip", "500", method="POST", path="/api/v1/messages")
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    assert len([one for one in town.said() if one.startswith("**#1**")]) == 1


def test_the_same_text_is_noticed_whatever_characters_it_has(town: Town) -> None:
    text = 'Tervetuloa: "äö" 🎉 <b> \\ & tab\tend'
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00\n{text}")
    town.bob.says(f"@social draft\nto: mastodon\nat: tomorrow 11:00\n{text}")
    assert "The same text is already in &#35;1" in town.card(2)
    assert "The same text" not in town.card(1)
