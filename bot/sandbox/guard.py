"""Who may talk to the sandbox: programs and pages of this machine. A website that somebody visits meanwhile may not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
_HOST = re.compile(r":\d+$")
_PAGE = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""On everything that is ours to say; the stand-ins answer with the headers of the servers they stand for."""
_EVERYWHERE = {name: _PAGE[name] for name in ("cross-origin-resource-policy", "x-content-type-options")}


def refusal(headers: Mapping[str, str], method: str, path: str) -> str | None:
    """A sentence that says why this request is not served, or None.

    A name that only pretends to be this machine (DNS rebinding) shows in `Host`, another website in `Origin` or
    `Sec-Fetch-Site`; programs send neither of the latter. Following a link to the page itself is allowed.
    """
    host = headers.get("host", "")
    if _HOST.sub("", host) not in _LOOPBACK:
        return "The sandbox answers only to this machine. Open it as http://127.0.0.1 with its port."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "The sandbox does not answer to other websites."
    navigates = method == "GET" and path == "/" and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not navigates:
        return "The sandbox does not answer to other websites."
    return None


class Guard:
    """The ASGI application around all others that turns strangers away and sets the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        why = refusal(Headers(scope=scope), scope["method"], path)
        if why is not None:
            await JSONResponse({"error": why}, 403, _PAGE)(scope, receive, send)
            return
        ours = path == "/" or path.startswith(("/sandbox/", "/static/page/"))

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (_PAGE if ours else _EVERYWHERE).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, dressed)
