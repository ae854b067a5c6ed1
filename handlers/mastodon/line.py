"""A signed-in line to one Mastodon-like server: through Mastodon.py with its traps disarmed, or past it.

The library is told a version (it would ask for it with a thousand requests) and throws at a rate limit (it would
sleep). Past it goes what it does badly: the instance's limits (it puts a slash at the end that Takahē does not know),
files (it reads them whole into memory), and statuses (it sends forms, of which Hollo drops the files in silence; all
read JSON, which is also what the published document says).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import mastodon
from typing_extensions import override

from handlers.base import PlatformError, Tools
from handlers.mastodon.errors import judge, judge_answer
from handlers.mastodon.limits import Limits
from handlers.wire import Answer, Wire

T = TypeVar("T")
VERSION: Final = "4.6.0"
"""What the library is told; it decides only which addresses it uses."""

log = logging.getLogger(__name__)


class Line:
    """One piece of work's requests; not to be shared between threads."""

    def __init__(self, who: str, base_url: str, token: str, tools: Tools, *, app: str = "") -> None:
        """`app`: the name of the app that made the token, if that is known without asking."""
        self.who = who
        self._app = app
        self.wire = Wire(base_url)
        self.host = urlsplit(base_url).netloc
        """The server's own name, as its accounts are called by."""
        self._token = token
        self.token_print = hashlib.sha256(token.encode()).hexdigest()
        """What tells this token from others, and is none."""
        self._tools = tools
        self.api = mastodon.Mastodon(
            access_token=token,
            api_base_url=base_url,
            mastodon_version=VERSION,
            version_check_mode="created",
            ratelimit_method="throw",
            session=self.wire,
            user_agent="social",
        )

    @override
    def __repr__(self) -> str:
        return f"Line({self.who!r})"

    def ask(self, call: Callable[[], T], *, acts: bool = False, action: str = "the post") -> T:
        """Do one call of the library and judge what it raises."""
        self.wire.last = None
        try:
            return call()
        except Exception as error:
            raise judge(
                error, self.wire.last, who=self.who, acts=acts, now=self._tools.clock(), action=action
            ) from None
        finally:
            self._heed(self.wire.last)

    def plain(
        self, method: str, path: str, *, acts: bool = False, action: str = "the sign-in", **request: Any
    ) -> Answer:
        """A request past the library, answered with whatever status. Raises what `judge` makes of a broken line."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "User-Agent": "social",
            **request.pop("headers", {}),
        }
        self.ask(
            lambda: self.wire.request(method, self.wire.base + path, headers=headers, **request),
            acts=acts,
            action=action,
        )
        if self.wire.last is None:
            raise RuntimeError("a request that was answered leaves its answer")
        return self.wire.last

    def done(self, answer: Answer, *, acts: bool = False, action: str = "the post") -> dict[str, Any]:
        """The JSON object of an answer that says yes; raises what `judge` makes of every other."""
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES and isinstance(answer.body, dict):
            return answer.body
        raise judge_answer(answer, who=self.who, acts=acts, now=self._tools.clock(), action=action)

    def learn(self) -> Limits | None:
        """The server's limits; None if it does not tell. Raises `Rejected` or `Unavailable`."""
        for version in ("v2", "v1"):
            answer = self.plain("GET", f"/api/{version}/instance")
            if answer.status == HTTPStatus.OK and isinstance(answer.body, dict):
                return Limits.read(answer.body)
        return None

    def missing_rights(self, me: str) -> dict[str, str]:
        """The scopes that this token turns out not to have, each with what it is for. Nothing is published.

        Servers do not tell a token's scopes; but they refuse with 403 before they look for what is not there.
        """
        tries: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
            ("PUT", "/api/v1/statuses/0", {"json": {"status": "-"}}, "write:statuses", "post"),
            ("PUT", "/api/v1/media/0", {}, "write:media", "upload pictures and videos"),
            (
                "GET",
                f"/api/v1/accounts/{me}/statuses?limit=1",
                {},
                "read:statuses",
                "see whether a post is out",
            ),
        )
        return {
            scope: purpose
            for method, path, request, scope, purpose in tries
            if self.plain(method, path, **request).status == HTTPStatus.FORBIDDEN
        }

    def app_scopes(self) -> tuple[str, ...]:
        """What the app that made the token asked for (since Mastodon 4.3); empty where the server does not tell."""
        body = self.plain("GET", "/api/v1/apps/verify_credentials").body
        scopes = body.get("scopes") if isinstance(body, dict) else None
        return tuple(map(str, scopes)) if isinstance(scopes, list) else ()

    def app(self) -> str:
        """The name of the app that made the token, under which its posts are shown to us; empty where nobody tells.

        GoToSocial tells which app made a post, and not of which app a token is (read in its source).
        """
        try:
            body = self.plain("GET", "/api/v1/apps/verify_credentials").body
        except PlatformError:
            return self._app
        name = body.get("name") if isinstance(body, dict) else None
        return name if isinstance(name, str) else self._app

    def _heed(self, answer: Answer | None) -> None:
        """Write down that a call will go away some day (RFC 9745; Mastodon tells since 4.4)."""
        if answer is not None and "deprecation" in answer.headers:
            log.info(
                "%s: a call is deprecated there (%s)",
                self.who,
                answer.headers["deprecation"][:40],
                extra={
                    "action": "deprecated_call",
                    "account": self.who,
                    "host": urlsplit(self.wire.base).hostname,
                },
            )
