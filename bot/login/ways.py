"""What each platform is asked for its consent, made from the account's section of `zuliprc`."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from handlers.base import Rejected, Settings, Unavailable
from handlers.linkedin.settings import LinkedInSettings
from handlers.mastodon.settings import APP, MastodonSettings
from handlers.oauth import Client, Consent, scopes
from handlers.web import Web, json_object
from handlers.x.settings import XSettings
from handlers.youtube.settings import YouTubeSettings

NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "linkedin": ("organization", "client_id", "client_secret"),
    "youtube": ("client_id", "client_secret"),
    "x": ("client_id",),
    "mastodon": ("base_url",),
}
"""Platform -> the keys without which nobody can sign in. Zulip's bots have a key that lasts."""

GOOGLES_TOKENS: Final = "https://oauth2.googleapis.com"
GOOGLES_PAGE: Final = "https://accounts.google.com"
"""Google gives tokens at one address and asks people at another; whatever stands in for it has one for both."""


def ask(settings: Settings, title: str, redirect_uri: str) -> Consent:
    """The question for this account, not yet asked. Raises `Rejected`, `Unavailable`."""
    for kind, way in _WAYS:
        if isinstance(settings, kind):
            return way(settings, title, redirect_uri)
    raise Rejected(f"{title} needs no signing in.")


def _linkedin(settings: LinkedInSettings, title: str, redirect_uri: str) -> Consent:
    """LinkedIn knows PKCE only for native apps, which may not post for pages; so the state alone protects."""
    secret = settings.client_secret.get_secret_value().strip()
    auth = f"{settings.auth_url}/oauth/v2"
    client = Client(f"{auth}/accessToken", settings.client_id, secret)
    _must_be_complete(client, title, "client_id", "client_secret")
    return Consent(title, f"{auth}/authorization", client, redirect_uri, scopes("linkedin"), pkce=False)


def _youtube(settings: YouTubeSettings, title: str, redirect_uri: str) -> Consent:
    """`offline` and `consent`: otherwise Google gives no refresh token to somebody who signed in before."""
    secret = settings.client_secret.get_secret_value().strip()
    client = Client(f"{settings.auth_url}/token", settings.client_id, secret)
    _must_be_complete(client, title, "client_id", "client_secret")
    page = GOOGLES_PAGE if settings.auth_url == GOOGLES_TOKENS else settings.auth_url
    more = {"access_type": "offline", "prompt": "consent"}
    return Consent(title, f"{page}/o/oauth2/v2/auth", client, redirect_uri, scopes("youtube"), more=more)


def _x(settings: XSettings, title: str, redirect_uri: str) -> Consent:
    if settings.oauth1:
        raise Rejected(
            f"{title} is used with the four keys of OAuth 1.0a, which last without signing in. To sign in with "
            "OAuth 2.0 instead, take them out of zuliprc and put `client_id` (and `client_secret`) there."
        )
    secret = settings.client_secret.get_secret_value().strip() if settings.client_secret else ""
    client = Client(f"{settings.base_url}/2/oauth2/token", settings.client_id, secret, basic=True)
    _must_be_complete(client, title, "client_id")
    return Consent(title, f"{settings.web_url}/i/oauth2/authorize", client, redirect_uri, scopes("x"))


def _mastodon(settings: MastodonSettings, title: str, redirect_uri: str) -> Consent:
    """Every server has its own list of apps; ours is put there for this one sign-in."""
    base = settings.base_url
    with Web.open(title) as web:
        known = _known(web, base)
        wanted = scopes("mastodon")
        if "profile" not in _texts(known.get("scopes_supported")):  # Mastodon before 4.3, and its relatives
            wanted = _older(wanted, _version(web, base))
        app = _register(web, base, redirect_uri, wanted)
    client = Client(f"{base}/oauth/token", app[0], app[1])
    pkce = "S256" in _texts(known.get("code_challenge_methods_supported"))
    return Consent(title, f"{base}/oauth/authorize", client, redirect_uri, wanted, pkce=pkce, own_app=True)


def _older(wanted: tuple[str, ...], version: str) -> tuple[str, ...]:
    """The same rights where `profile` is not known. Takahē tells as whom only with the whole of `read`, in which
    `read:statuses` is.
    """
    if "takahe" in version.lower():
        return ("read", *(one for one in wanted if one.startswith("write")))
    return tuple("read:accounts" if one == "profile" else one for one in wanted)


def _version(web: Web, base: str) -> str:
    """What the server says that it is; empty where it does not."""
    response = web.call("GET", f"{base}/api/v1/instance")
    said = json_object(response).get("version") if response.status_code == HTTPStatus.OK else ""
    return said if isinstance(said, str) else ""


def _known(web: Web, base: str) -> dict[str, Any]:
    """What the server says of itself (RFC 8414, Mastodon 4.3 and later); empty where it says nothing."""
    response = web.call("GET", f"{base}/.well-known/oauth-authorization-server")
    return json_object(response) if response.status_code == HTTPStatus.OK else {}


def _register(web: Web, base: str, redirect_uri: str, wanted: tuple[str, ...]) -> tuple[str, str]:
    """Make us known to the server; the app's id and secret."""
    form = {
        "client_name": APP,
        "redirect_uris": redirect_uri,
        "scopes": " ".join(wanted),
    }
    response = web.call("POST", f"{base}/api/v1/apps", data=form)
    body = json_object(response)
    found = body.get("client_id"), body.get("client_secret")
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unavailable(f"{web.title} registers no more apps for now. Try it again in ten minutes.")
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"{web.title} cannot register the bot's app at the moment. Try it in some minutes.")
    if not isinstance(found[0], str) or not isinstance(found[1], str):
        raise Rejected(
            f"{web.title} does not register the bot's app, so it is perhaps no Mastodon server: compare `base_url`."
        )
    return found[0], found[1]


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _must_be_complete(client: Client, title: str, *keys: str) -> None:
    if not client.complete:
        named = " and ".join(f"`{key}`" for key in keys)
        raise Rejected(
            f"{title} cannot be signed in to yet: put the app's {named} into zuliprc. How to get an app stands in "
            "the README, under “Signing in”."
        )


_WAYS: Final[tuple[tuple[type[Settings], Callable[[Any, str, str], Consent]], ...]] = (
    (LinkedInSettings, _linkedin),
    (YouTubeSettings, _youtube),
    (XSettings, _x),
    (MastodonSettings, _mastodon),
)
