"""The page on which a platform asks a person whether an app may act for them, as all four stand-ins show it.

People get a page with two buttons. A program that does not ask for HTML has nobody to press them: it agrees at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

REDIRECTS: Final = ("http://127.0.0.1:8914/callback", "http://localhost:8914/callback")
"""What the app's page at the platform names; compared letter for letter."""
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
_STYLE: Final = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:30em;margin:12vh auto;padding:0 1em;color:#1d2433}"
    "button{font:inherit;padding:.5em 1.6em;margin-right:.8em;border-radius:.4em;border:1px solid #8a93a5}"
    "button[value=allow]{background:#1857c4;border-color:#1857c4;color:#fff}label{display:block}"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person decided."""

    allowed: bool
    scopes: tuple[str, ...]


def choose(
    request: Request, title: str, account: str, scopes: Sequence[str], *, each: bool = False
) -> Choice | Response:
    """The decision, or the page that asks for it; with `each`, every right can be left out (Google's way)."""
    asked = request.query_params
    if asked.get("decision") in {"allow", "deny"}:
        left = [one for one in scopes if one in asked.getlist("right")] if each else list(scopes)
        return Choice(asked["decision"] == "allow", tuple(left))
    if "text/html" not in request.headers.get("accept", ""):
        return Choice(allowed=True, scopes=tuple(scopes))
    return HTMLResponse(_page(asked, title, account, scopes, each=each), headers=_HEADERS)


def refused(title: str, why: str) -> Response:
    """What a person sees when the app asked in a wrong way; the app itself never hears of it."""
    return HTMLResponse(
        f"<!doctype html><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1><p>{html.escape(why)}",
        400,
        headers=_HEADERS,
    )


def back(redirect_uri: str, answer: Mapping[str, str]) -> Response:
    """Send the person back to the app."""
    glue = "&" if urlsplit(redirect_uri).query else "?"
    return RedirectResponse(f"{redirect_uri}{glue}{urlencode(answer)}", 302)


def loopback(redirect_uri: str) -> bool:
    """An address of the person's own machine, with any port (Google's desktop apps)."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


def proves(challenge: str, verifier: str) -> bool:
    """PKCE, S256 (RFC 7636, 4.6)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(digest.encode(), challenge.encode())


def _page(asked: Mapping[str, str], title: str, account: str, scopes: Sequence[str], *, each: bool) -> str:
    kept = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )
    rights = "".join(_right(one) if each else f"<li>{html.escape(one)}</li>" for one in scopes)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} (sandbox)</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><p>The app <b>Social</b> wants to act for <b>{html.escape(account)}</b>:"
        f'<form method="get">{kept}{rights if each else f"<ul>{rights}</ul>"}'
        '<p><button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button>'
        "</form><p>This is the sandbox: nothing leaves this machine."
    )


def _right(scope: str) -> str:
    safe = html.escape(scope)
    return f'<label><input type="checkbox" name="right" value="{safe}" checked> {safe}</label>'
