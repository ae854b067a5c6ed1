"""Asking a person for their consent: the address they open, what comes back, and the tokens for it.

RFC 6749 (authorization code) with `state`, and PKCE (RFC 7636, S256) where the platform has it. Nothing here shows
a code or a token, and every refusal is one sentence.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from typing_extensions import override

from handlers.base import PlatformError, Rejected, Unavailable
from handlers.oauth.grants import Client, Grant, granted
from handlers.redaction import know
from handlers.web import Web, json_object

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""Instead of an address to come back to: the platform shows the code to the person (Mastodon)."""

_REFUSED: Final = {"access_denied", "user_cancelled_login", "user_cancelled_authorize"}
"""What platforms call a "no" (the latter two are LinkedIn's)."""
_RIGHTS: Final = {"invalid_scope", "unauthorized_scope_error"}
_OLD_CODE: Final = {"invalid_grant", "invalid_request"}
"""What platforms call a code that is over, used, or not ours (the latter is X's)."""
_STRANGER: Final = {"invalid_client", "unauthorized_client"}
_CODE: Final = re.compile(r"[\x21-\x7e]{6,4096}")
_WORD: Final = re.compile(r"[A-Za-z_]{1,60}")


class Foreign(Rejected):
    """What came back does not belong to this sign-in: the right answer may still come."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One question to a person: may this app act for you? Made anew for every sign-in."""

    title: str
    """The platform's name in sentences."""
    page: str
    """Where the platform asks."""
    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    pkce: bool = True
    own_app: bool = False
    """Whether the app was made for this one sign-in (Mastodon): then nobody set it up, and nothing of it is in zuliprc."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What this platform's page wants to know beside the usual."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @override
    def __repr__(self) -> str:
        return f"Consent(page={self.page!r})"

    @property
    def address(self) -> str:
        """What the person opens in a browser."""
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.scopes),
            "state": self.state,
            **self.more,
        }
        if self.pkce:
            digest = hashlib.sha256(self.verifier.encode()).digest()
            asked["code_challenge"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            asked["code_challenge_method"] = "S256"
        return f"{self.page}?{urlencode(asked)}"

    def code_in(self, answer: str) -> str:
        """The code in what a person pasted: the whole address they were sent to, or the code alone.

        The code alone is taken only where something else than `state` shows that it is ours. Raises as `code_of`.
        """
        text = answer.strip().strip("<>\"'")
        query = urlsplit(text).query if "?" in text else text if "=" in text and "&" in text else ""
        found = dict(parse_qsl(query))
        if "code" in found or "error" in found:
            return self.code_of(found)
        if not _CODE.fullmatch(text) or "://" in text:
            raise Foreign(
                "That is not the address that you were sent to. It holds `code=` and `state=`: copy all of it from the "
                "browser's address bar, also if the page there could not be shown."
            )
        if not self.pkce and self.redirect_uri != OUT_OF_BAND:
            raise Foreign(
                "The code alone is not enough here: paste the whole address that the browser was sent to."
            )
        return text

    def code_of(self, found: Mapping[str, str]) -> str:
        """The code among the fields that the platform sent back.

        Raises `Foreign` when they are not the answer to this question, `Rejected` when it is a "no".
        """
        if not secrets.compare_digest(found.get("state", "").encode(), self.state.encode()):
            raise Foreign(
                "That answer belongs to another sign-in (its `state` is not ours). Open the address that was printed "
                "last, and use nothing from an older tab."
            )
        error = found.get("error", "")
        if error in _REFUSED:
            raise Rejected(f"{self.title}: you did not allow it, so nothing has changed.")
        if error in _RIGHTS:
            mend = (
                "Perhaps the server is too old for one of them: ask who runs it."
                if self.own_app
                else "Whoever set the app up adds them there."
            )
            raise Rejected(
                f"{self.title} does not let the bot's app ask for these rights ({', '.join(self.scopes)}). {mend}"
            )
        if error:
            named = error if _WORD.fullmatch(error) else "an error"
            raise Rejected(f"{self.title} broke the sign-in off ({named}). Try it once more.")
        if not found.get("code"):
            raise Foreign(f"{self.title} sent no code. Open the address that was printed once more.")
        return found["code"]

    def exchange(self, web: Web, code: str, now: datetime) -> Grant:
        """Tokens for the code, which works once and not for long. Raises `Rejected`, `Unavailable`."""
        know(code, self.verifier, passing=True)
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        if self.pkce:
            fields["code_verifier"] = self.verifier
        try:
            response = web.call("POST", self.client.token_url, gives=True, **self.client.signed(fields))
        except Unavailable:
            raise Unavailable(
                f"{self.title} did not answer when the code was to be exchanged for tokens. Try it once more."
            ) from None
        body = json_object(response)
        grant = granted(body, now) if response.status_code == HTTPStatus.OK else None
        if grant is None:
            raise self._refusal(response.status_code, body.get("error"))
        missing = [one for one in self.scopes if grant.scope and one not in grant.scopes]
        if missing:
            raise Rejected(
                f"{self.title}: not all was allowed; {', '.join(missing)} is missing, and without it the bot cannot do "
                "its work. Sign in once more and leave everything ticked. Nothing has changed."
            )
        return grant if grant.scope else replace(grant, scope=" ".join(self.scopes))

    def _refusal(self, status: int, error: object) -> PlatformError:
        code = error if isinstance(error, str) and _WORD.fullmatch(error) else ""
        if self.own_app and status != HTTPStatus.TOO_MANY_REQUESTS:
            return self._refusal_of_own_app(status, code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            return Unavailable(f"{self.title} cannot give tokens at the moment. Try it in some minutes.")
        if code in _STRANGER:
            return Rejected(
                f"{self.title} does not know the bot's app: compare `client_id` and `client_secret` in zuliprc with "
                f"the app's page at {self.title}."
            )
        if code in _OLD_CODE:
            return Rejected(
                f"{self.title} does not take the code: it was too old or used already, or the app's page does not "
                f"name `{self.redirect_uri}` as its redirect address. Sign in once more, without a pause."
            )
        return Rejected(f"{self.title} gave no tokens ({code or f'status {status}'}). Sign in once more.")

    def _refusal_of_own_app(self, status: int, code: str) -> PlatformError:
        """Nothing in zuliprc can be wrong, nor on an app's page. Takahē breaks (500) at a code that it does not know."""
        again = (
            "Run `social login` once more, open the new address, and paste what the page shows then, whole."
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unavailable(
                f"{self.title} answered with an error ({status}): either the code was not pasted whole, or the server "
                f"has trouble. {again}"
            )
        if code in _OLD_CODE | _REFUSED | _STRANGER:
            return Rejected(
                f"{self.title} does not take the code: it was too old, used already, or not pasted whole. {again}"
            )
        return Rejected(f"{self.title} gave no tokens ({code or f'status {status}'}). {again}")
