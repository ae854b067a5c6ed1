"""The stand-ins ask as the platforms do: on a page, for the address that the app named, with proof."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest

BACK = "http://127.0.0.1:8914/callback"
PAGES = {
    "linkedin": ("/oauth/v2/authorization", "/oauth/v2/accessToken", "w_organization_social"),
    "youtube": ("/o/oauth2/v2/auth", "/token", "https://www.googleapis.com/auth/youtube.force-ssl"),
    "x": ("/i/oauth2/authorize", "/2/oauth2/token", "tweet.read offline.access"),
}
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Asking:
    """One app at one platform."""

    def __init__(self, place: Any, platform: str) -> None:
        self.base = place.section(platform)["base_url"]
        self.platform = platform
        self.page, self.token, self.scope = PAGES[platform]
        self.client = {name: place.section(platform)[name] for name in ("client_id", "client_secret")}

    def asks(self, accept: str = "*/*", **change: str) -> httpx.Response:
        asked = {
            "response_type": "code",
            "client_id": self.client["client_id"],
            "redirect_uri": BACK,
            "scope": self.scope,
            "state": "the-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "access_type": "offline",
        }
        return httpx.get(f"{self.base}{self.page}", params=asked | change, headers={"accept": accept})

    def exchanges(self, code: str, **change: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        if self.platform == "x":
            auth = (self.client["client_id"], self.client["client_secret"])
            return httpx.post(f"{self.base}{self.token}", data=form | change, auth=auth)
        return httpx.post(f"{self.base}{self.token}", data=form | self.client | change)

    def code(self, **change: str) -> str:
        return str(httpx.URL(self.asks(**change).headers["location"]).params["code"])


@pytest.fixture(params=PAGES)
def asking(place: Any, request: pytest.FixtureRequest) -> Asking:
    return Asking(place, request.param)


def test_people_are_asked_on_a_page(asking: Asking) -> None:
    page = asking.asks(accept="text/html,*/*", state='"><script>alert(1)</script>')
    assert page.status_code == 200
    assert 'value="allow">Allow' in page.text
    assert 'value="deny">Deny' in page.text
    assert asking.scope.split()[0] in page.text
    assert "<script>" not in page.text


def test_the_answer_has_the_code_and_the_state(asking: Asking) -> None:
    went = httpx.URL(
        asking.asks(accept="text/html", decision="allow", right=asking.scope).headers["location"]
    )
    assert str(went).startswith(f"{BACK}?")
    assert went.params["state"] == "the-state"
    granted = asking.exchanges(went.params["code"])
    assert granted.status_code == 200, granted.text
    assert granted.json()["access_token"]


def test_a_no_comes_back_as_each_platform_says_it(asking: Asking) -> None:
    went = httpx.URL(asking.asks(decision="deny").headers["location"])
    said = "user_cancelled_authorize" if asking.platform == "linkedin" else "access_denied"
    assert (went.params["error"], went.params["state"]) == (said, "the-state")
    assert "code" not in went.params


@pytest.mark.parametrize(
    "other", ["https://evil.example/callback", f"{BACK}/", BACK.replace("http:", "https:"), ""]
)
def test_nobody_is_sent_to_an_address_that_the_app_did_not_name(asking: Asking, other: str) -> None:
    if asking.platform == "youtube" and other == f"{BACK}/":
        return  # Google's desktop apps come back to any address of the person's own machine
    refused = asking.asks(redirect_uri=other)
    assert refused.status_code == 400
    assert "location" not in refused.headers


def test_a_code_works_once_and_for_the_same_address_alone(asking: Asking) -> None:
    code = asking.code()
    assert asking.exchanges(code).status_code == 200
    assert asking.exchanges(code).status_code == 400
    assert asking.exchanges(asking.code(), redirect_uri="http://localhost:8914/callback").status_code == 400


def test_a_code_without_its_proof_is_worth_nothing(asking: Asking) -> None:
    answer = asking.exchanges(asking.code(), code_verifier="w" * 43)
    assert answer.status_code == (200 if asking.platform == "linkedin" else 400)  # LinkedIn knows no PKCE


@pytest.mark.parametrize("seconds,status", [(29, 200), (31, 400)])
def test_xs_code_lives_thirty_seconds(place: Any, seconds: int, status: int) -> None:
    asking = Asking(place, "x")
    code = asking.code()
    place.later(seconds=seconds)
    assert asking.exchanges(code).status_code == status


def test_linkedins_tokens_live_sixty_days_and_a_year(place: Any) -> None:
    asking = Asking(place, "linkedin")
    granted = asking.exchanges(asking.code()).json()
    assert granted["expires_in"] == 60 * 86400
    assert granted["refresh_token_expires_in"] // 86400 in {364, 365}


def test_mastodon_tells_where_to_ask_and_wants_proof(place: Any) -> None:
    base = place.section("mastodon")["base_url"]
    known = httpx.get(f"{base}/.well-known/oauth-authorization-server").json()
    assert known["code_challenge_methods_supported"] == ["S256"]
    assert "profile" in known["scopes_supported"]
    form = {"client_name": "Social", "redirect_uris": BACK, "scopes": "profile"}
    app = httpx.post(known["app_registration_endpoint"], data=form).json()
    asked = {"client_id": app["client_id"], "redirect_uri": BACK, "scope": "profile", "response_type": "code"}
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s"}
    for verifier, status in (("w" * 43, 400), (VERIFIER, 200)):
        went = httpx.URL(httpx.get(known["authorization_endpoint"], params=asked).headers["location"])
        form = {
            "grant_type": "authorization_code",
            "code": went.params["code"],
            "redirect_uri": BACK,
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "code_verifier": verifier,
        }
        assert httpx.post(known["token_endpoint"], data=form).status_code == status
    wider = httpx.get(known["authorization_endpoint"], params=asked | {"scope": "profile write:statuses"})
    assert wider.status_code == 400
