"""Which requests the bot makes to Zulip: noted before the stand-in, the wait for events left out."""

from __future__ import annotations

from town import Town

from bot.sandbox.wire import who


class Noting:
    """Stands before the chat's application."""

    def __init__(self, town: Town) -> None:
        self._chat, self._email = town.sandbox.zulip.app, town.bot_email
        self.calls: list[str] = []
        """Each as `METHOD path`."""
        town.sandbox.zulip.app = self  # type: ignore[assignment]  # it is an application as well

    async def __call__(self, scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        """One request."""
        ours = scope["type"] == "http" and scope["path"].startswith("/api/v1/")
        if ours and not scope["path"].endswith("/events") and who(scope) == self._email:
            self.calls.append(f"{scope['method']} {scope['path'].removeprefix('/api/v1/')}")
        await self._chat(scope, receive, send)  # type: ignore[arg-type]

    def taken(self) -> list[str]:
        """Those since this was last asked."""
        taken, self.calls = self.calls, []
        return taken
