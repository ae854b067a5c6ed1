"""One call to Zulip: sent once, answered or named for what went wrong.

    ChatError                one plain sentence
    ├── NotHome              the bot is not in its channel, so it cannot know how things stand
    ├── Down                 not reachable, or the answer was lost; try again later
    │   └── Lost             it may have been acted on (only told of calls that are not safe to repeat)
    └── Refused              the server said no (`code`, `msg`)
        └── Dismissed        the key is wrong, or the bot was deactivated

The client's own repeating is off: it would post a message several times (facts/libraries.md section 1).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import zulip

log = logging.getLogger("social.chat")

ATTEMPTS = 3
"""How often a call that is safe to repeat is made before Zulip counts as down."""
_SLOWER = 429
_PIECE = 1 << 18
"""Bytes of a file that are moved at once."""
LONGEST_PAUSE_S = 70.0
"""Zulip's limit is 200 calls a minute; it never asks for longer."""


class ChatError(Exception):
    """Zulip could not do what was asked; the text is one sentence."""


class NotHome(ChatError):
    """The bot is not in its channel: what it sees, or does not see, means nothing."""


class Down(ChatError):
    """Zulip cannot be reached now."""


class Lost(Down):
    """The request left and no answer came: it may have been acted on."""


class Refused(ChatError):
    """Zulip answered with an error."""

    def __init__(self, sentence: str, *, code: str = "", answer: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.answer = answer or {}


class Dismissed(Refused):
    """The API key is not valid (any more), or the bot's account is deactivated."""


class _Hidden(Refused):
    """The file is not given out at this address."""


class _NoAnswer(Exception):
    """No answer, or none that means anything; `left` tells whether the request may have been acted on."""

    def __init__(self, what: str, *, left: bool) -> None:
        super().__init__(what)
        self.left = left


class Wire:
    """Calls to one Zulip server as one bot. One instance per thread that calls."""

    def __init__(self, *, email: str, key: str, site: str, pause: Callable[[float], Any]) -> None:
        """Connect. `pause(seconds)` waits out a rate limit and may return early when the bot stops."""
        self.site = site.rstrip("/")
        self._pause = pause
        try:
            self._client = zulip.Client(
                email=email, api_key=key, site=site, retry_on_errors=False, client="SocialBot", insecure=False
            )
        except (zulip.ZulipError, requests.exceptions.RequestException, AssertionError) as error:
            raise Down(f"Zulip at {self.site} does not answer ({type(error).__name__}).") from error
        _settle(self._client.session, self.site)
        self.feature_level = self._client.feature_level

    def call(
        self,
        path: str,
        method: str = "GET",
        request: dict[str, Any] | None = None,
        *,
        once: bool = False,
        waiting: bool = False,
        file: tuple[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """The server's answer. With `once`, a lost answer raises `Lost` instead of being asked again.

        Raises `Refused` for an error of Zulip and `Down` when there is no answer. A rate limit is waited out:
        a 429 was certainly not acted on.
        """
        failures = 0
        while True:
            try:
                answer = self._attempt(path, method, request, waiting=waiting, file=file)
            except _NoAnswer as trouble:
                failures += 1
                if once and trouble.left:
                    raise Lost(f"Zulip's answer was lost ({trouble}).") from None
                if failures >= ATTEMPTS or waiting:
                    raise Down(f"Zulip does not answer ({trouble}).") from None
                continue
            if answer.get("code") != "RATE_LIMIT_HIT":
                return answer
            self._wait_out(min(float(answer.get("retry-after", 1)), LONGEST_PAUSE_S))

    def _wait_out(self, span: float) -> None:
        log.warning("zulip asks to wait %.1f s", span, extra={"action": "rate_limited"})
        if self._pause(span):
            raise Down("The bot is stopping.")

    def _attempt(
        self,
        path: str,
        method: str,
        request: dict[str, Any] | None,
        *,
        waiting: bool,
        file: tuple[str, bytes] | None,
    ) -> dict[str, Any]:
        """One request. Raises `_NoAnswer` and `Refused`; a rate limit is an answer."""
        files = None
        if file is not None:
            handle = io.BytesIO(file[1])  # new for every attempt: a used one would upload nothing
            handle.name = file[0]
            files = [handle]
        try:
            answer: dict[str, Any] = self._client.call_endpoint(
                path,
                method=method,
                request=request or {},
                longpolling=waiting,
                files=files,  # type: ignore[arg-type]  # BytesIO with a name is what the client reads
                timeout=120 if file else 15,
            )
        except requests.exceptions.ConnectTimeout as error:
            raise _NoAnswer(type(error).__name__, left=False) from None
        except (requests.exceptions.RequestException, zulip.ZulipError) as error:
            raise _NoAnswer(type(error).__name__, left=True) from None
        # Every refusal has a code; an error of the server's own comes without one (facts/zulip.md sections 3, 8).
        bare = answer.get("result") == "error" and "code" not in answer
        if bare or answer.get("result") == "http-error" or answer.get("code") == "INTERNAL_SERVER_ERROR":
            raise _NoAnswer(f"error {answer.get('status_code', 500)}", left=True)
        if answer.get("result") != "success" and answer.get("code") != "RATE_LIMIT_HIT":
            raise _refusal(answer)
        return answer

    def download(self, path: str, limit: int) -> bytes:
        """All bytes of a small file; see `pieces`."""
        return b"".join(self.pieces(path, limit))

    def pieces(self, path: str, limit: int) -> Generator[bytes]:
        """The bytes of an uploaded file as they arrive, so that a long film never stands in memory whole.

        Raises `Refused` when it may not be read or is above `limit` bytes, `Down` when it breaks off. The key goes
        to this server only: a redirect to a file store elsewhere is followed without it.
        """
        url = urljoin(self.site + "/", path.lstrip("/"))
        own = urlsplit(url)[:2] == urlsplit(self.site)[:2]
        try:
            with self._opened(url, signed=own) as answer:
                yield from _arriving(answer, limit)
                return
        except _Hidden:
            if not own:
                raise
        with self._opened(self._temporary(path), signed=False) as answer:
            yield from _arriving(answer, limit)

    def _temporary(self, path: str) -> str:
        """Where a file is given out for a minute; servers with a file store may want it so (facts/zulip.md section 7).

        A file that is hidden or gone is answered by a page and not by a refusal, so this is no `call`.
        """
        with self._opened(f"{self.site}/api/v1/{path.lstrip('/')}", signed=True) as answer:
            try:
                told = answer.json()["url"]
            except (ValueError, TypeError, KeyError, requests.exceptions.RequestException) as error:
                raise _Hidden("Zulip does not give the file out.", code="FILE") from error
        return urljoin(self.site + "/", str(told).lstrip("/"))

    def _opened(self, url: str, *, signed: bool) -> requests.Response:
        self._client.ensure_session()
        session = self._client.session
        get = session.get if signed and session is not None else requests.get
        try:
            answer = get(url, timeout=60, stream=True)
        except requests.exceptions.RequestException as error:
            raise Down(f"Zulip does not answer ({type(error).__name__}).") from None
        if answer.status_code != requests.codes.ok:
            answer.close()
            if answer.status_code >= requests.codes.server_error or answer.status_code == _SLOWER:
                raise Down(f"Zulip does not give the file out now (error {answer.status_code}).")
            raise _Hidden(f"Zulip does not give the file out ({answer.status_code}).", code="FILE")
        return answer


def _settle(session: requests.Session | None, site: str) -> None:
    """Read proxies and certificates from the environment once; the library asks it anew for every request."""
    if session is None:
        return
    found = session.merge_environment_settings(site, {}, None, session.verify, session.cert)
    session.proxies, session.verify, session.cert = found["proxies"], found["verify"], found["cert"]
    session.trust_env = False


def _arriving(answer: requests.Response, limit: int) -> Iterator[bytes]:
    """The body, undone of its transport's packing. `limit` in bytes of what comes out."""
    size = 0
    try:
        for piece in answer.iter_content(_PIECE):
            size += len(piece)
            if size > limit:
                raise Refused(f"The file is larger than {limit >> 20} MiB.", code="TOO_LARGE")
            yield piece
    except requests.exceptions.RequestException as error:
        raise Down(f"Zulip does not answer ({type(error).__name__}).") from None


def _broken(answer: dict[str, Any]) -> bool:
    """An error of the server itself; older servers tell it without a code (facts/zulip.md section 2)."""
    return answer.get("code") == "INTERNAL_SERVER_ERROR" or answer.get("msg") == "Internal server error"


def _refusal(answer: dict[str, Any]) -> Refused:
    message = str(answer.get("msg", "no reason given"))
    code = str(answer.get("code", ""))
    if code in {"UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"}:
        return Dismissed(f"Zulip does not let the bot in: {message}", code=code, answer=answer)
    return Refused(message, code=code, answer=answer)
