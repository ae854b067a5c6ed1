"""One call to Zulip: sent once, answered or named for what went wrong.

The client's own repeating is off: it would post a message several times (facts/libraries.md section 1). Its waiting for
events is not used either: it would begin anew without end while nothing comes. Every call has a whole time and a size.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import zulip

from bot.chat.budget import Budget, pause_s
from bot.chat.errors import Dismissed, Down, Lost, Nonsense, Refused, Stopping, TooMuch
from bot.chat.uploading import SILENT_S as FILE_SILENT_S
from bot.chat.uploading import SLOWEST, Sending, send
from bot.chat.uploading import WHOLE_S as FILE_WHOLE_S
from handlers.bounds.adapter import Limits, Oversized, bounded, pieces
from handlers.bounds.bodies import TooLarge, Unreadable, unpacking
from handlers.bounds.calls import Call
from handlers.zulip.client import Client

log = logging.getLogger("social.chat")

ATTEMPTS = 3
"""How often a call that is safe to repeat is made before Zulip counts as down."""
_SLOWER = 429
_LARGE = {"register"}
"""Whose answer may be of the size `STATE`."""
EVENTS = "events"
"""The one path that Zulip counts by itself."""
Pause = Callable[[float], Any]
SILENT_S, WHOLE_S = 15.0, 30.0
"""Seconds that Zulip may be silent, and that a whole call and its answer may take."""
POLL_SILENT_S, POLL_WHOLE_S = 90.0, 110.0
"""The same while waiting for events: Zulip says something every minute."""
ANSWER = 16 << 20
"""Bytes of an answer: more than a hundred messages of ten thousand characters, as Zulip writes them in JSON."""
STATE = 64 << 20
"""Bytes of the answer that tells who is in the organization: a hundred thousand people."""


class _Hidden(Refused):
    """The file is not given out at this address."""


class _NoAnswer(Exception):
    """No answer, or none that means anything; `left` tells whether the request may have been acted on.

    `again`: asking once more at once may help.
    """

    def __init__(self, what: str, *, left: bool, again: bool = True) -> None:
        super().__init__(what)
        self.left = left
        self.again = again


def cause(error: Exception) -> str:
    """Why nothing came, as an administrator would say it."""
    if isinstance(error, requests.exceptions.SSLError):
        bad = "CERTIFICATE_VERIFY" in str(error)
        return "its certificate is not accepted" if bad else "it does not speak https there"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, zulip.UnrecoverableNetworkError | requests.exceptions.ConnectionError):
        return "no connection"
    return "its answer was cut off, or is none of Zulip"


_NO_ZULIP = (
    zulip.ZulipError,
    requests.exceptions.RequestException,
    AssertionError,
    AttributeError,
    TypeError,
    ValueError,
)
"""What the library raises while it connects when there is no Zulip, or another page in its place."""


class Wire:
    """Calls to one Zulip server as one bot. One instance per thread that calls."""

    def __init__(self, *, email: str, key: str, site: str, pause: Pause, budget: Budget) -> None:
        """Connect. `pause(seconds)` waits out a rate limit and may return early when the bot stops; the `budget`
        belongs to all threads.
        """
        self.site = site.rstrip("/")
        self._pause = pause
        self._budget = budget
        try:
            self._client = Client(
                email=email, api_key=key, site=site, retry_on_errors=False, client="SocialBot", insecure=False
            )
        except _NO_ZULIP as error:
            raise Down(f"Zulip at {self.site} does not answer ({cause(error)}).") from error
        _settle(self._client.session, self.site)
        self._plain = bounded(requests.Session())
        """For addresses that must not learn the key."""
        level: Any = self._client.feature_level
        if not isinstance(level, int):
            raise Nonsense(f"Zulip at {self.site} does not tell its feature level.")
        self.feature_level = level
        if self._client.session is not None:
            self._client.session.hooks["response"].append(self._learn)

    def _learn(self, answer: requests.Response, *_: object, **__: object) -> None:
        """What an answer says of the limit; the waits for events are counted apart, and say so in the same words."""
        if not (answer.request.path_url or "").partition("?")[0].endswith("/events"):
            self._budget.learn(answer.headers)

    def call(
        self,
        path: str,
        method: str = "GET",
        request: dict[str, Any] | None = None,
        *,
        once: bool = False,
        waiting: bool = False,
        file: Sending | None = None,
    ) -> dict[str, Any]:
        """The server's answer. With `once`, a lost answer raises `Lost` instead of being asked again.

        Raises `Refused` for an error of Zulip and `Down` when there is no answer. A rate limit is waited out:
        a 429 was certainly not acted on.
        """
        failures = 0
        while True:
            if path != EVENTS:  # they have a limit of their own
                self._await_turn()
            try:
                answer = self._attempt(path, method, request, waiting=waiting, file=file)
            except _NoAnswer as trouble:
                failures += 1
                if once and trouble.left:
                    raise Lost(f"Zulip's answer was lost ({trouble}).") from None
                if failures >= ATTEMPTS or waiting or not trouble.again:
                    raise Down(f"Zulip does not answer ({trouble}).") from None
                continue
            if answer.get("code") != "RATE_LIMIT_HIT":
                return answer
            span = pause_s(answer.get("retry-after"))
            log.warning("zulip asks to wait %.1f s", span, extra={"action": "rate_limited"})
            if path != EVENTS:
                self._budget.refused(span)  # the other threads need not find out
            if self._pause(span):
                raise Stopping("The bot is stopping.")

    def _await_turn(self) -> None:
        """Wait until the budget allows another request of this thread's kind."""
        while span := self._budget.wait_s():
            if self._pause(span):
                raise Stopping("The bot is stopping.")

    def _attempt(
        self,
        path: str,
        method: str,
        request: dict[str, Any] | None,
        *,
        waiting: bool,
        file: Sending | None,
    ) -> dict[str, Any]:
        """One request. Raises `_NoAnswer` and `Refused`; a rate limit is an answer."""
        silent, whole = (POLL_SILENT_S, POLL_WHOLE_S) if waiting else (SILENT_S, WHOLE_S)

        def ask() -> Any:
            if file is not None:
                self._client.ensure_session()
                return send(self._client.session or self._plain, self.site, file)
            with Limits(whole, STATE if path in _LARGE else ANSWER):
                return self._client.call_endpoint(path, method=method, request=request or {}, timeout=silent)

        answer = _asked(ask, reading=method == "GET")
        result, code = answer.get("result"), answer.get("code")
        if result == "success" or (result == "error" and code == "RATE_LIMIT_HIT"):
            return answer
        # Every refusal has a code; an error of the server's own comes without one (facts/zulip.md sections 3, 8).
        if result == "error" and isinstance(code, str) and code != "INTERNAL_SERVER_ERROR":
            raise _refusal(answer)
        if result in ("error", "http-error"):  # it may be of a kind that no set holds
            raise _NoAnswer(f"error {answer.get('status_code', 500)}", left=True)
        raise _NoAnswer("it is no answer of Zulip", left=True)

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
        call = Call(FILE_WHOLE_S + limit / SLOWEST)  # of the file, whichever way it comes
        try:
            try:
                with self._opened(url, call, signed=own) as answer:
                    yield from _arriving(answer, limit)
                    return
            except _Hidden:
                if not own:
                    raise
            with self._opened(self._temporary(path), call, signed=False) as answer:
                yield from _arriving(answer, limit)
        finally:
            call.close()

    def _temporary(self, path: str) -> str:
        """Where a file is given out for a minute; servers with a file store may want it so (facts/zulip.md section 7).

        A file that is hidden or gone is answered by a page and not by a refusal, so this is no `call`.
        """
        with self._opened(f"{self.site}/api/v1/{path.lstrip('/')}", None, signed=True) as answer:
            try:
                told = answer.json()["url"]
            except (ValueError, TypeError, KeyError, requests.exceptions.RequestException) as error:
                raise _Hidden("Zulip does not give the file out.", code="FILE") from error
        return urljoin(self.site + "/", str(told).lstrip("/"))

    def _opened(self, url: str, call: Call | None, *, signed: bool) -> requests.Response:
        """What is there, to be read piece by piece while `call` lasts; without one, all of it, within the usual bounds."""
        self._client.ensure_session()
        session = self._client.session if signed else None
        get = (session or self._plain).get
        try:
            if call is None:
                answer = get(url, timeout=SILENT_S)
            else:
                with call.opening():
                    answer = get(url, timeout=FILE_SILENT_S, stream=True)
        except requests.exceptions.RequestException as error:
            raise Down(f"Zulip does not answer ({cause(error)}).") from None
        if answer.status_code != requests.codes.ok:
            answer.close()
            if answer.status_code >= requests.codes.server_error or answer.status_code == _SLOWER:
                raise Down(f"Zulip does not give the file out now (error {answer.status_code}).")
            raise _Hidden(f"Zulip does not give the file out ({answer.status_code}).", code="FILE")
        return answer


def _asked(ask: Callable[[], Any], *, reading: bool) -> dict[str, Any]:
    """What the library brings back, if it is an object. Raises `_NoAnswer`, and `TooMuch` if it was only to be read."""
    try:
        answer = ask()
    except requests.exceptions.ConnectTimeout as error:
        raise _NoAnswer(cause(error), left=False) from None
    except Oversized:
        if not reading:
            raise _NoAnswer("its answer is too large", left=True, again=False) from None
        raise TooMuch("Zulip's answer is larger than may be.") from None
    except requests.exceptions.Timeout as error:
        raise _NoAnswer(cause(error), left=True, again=False) from None
    except (requests.exceptions.RequestException, zulip.ZulipError) as error:
        raise _NoAnswer(cause(error), left=True) from None
    if not isinstance(answer, dict):  # JSON, but of something in between
        raise _NoAnswer("it is no answer of Zulip", left=True)
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
    try:
        yield from unpacking(pieces(answer.raw), answer.headers.get("Content-Encoding", ""), limit)
    except TooLarge:
        raise Refused(f"The file is larger than {limit >> 20} MiB.", code="TOO_LARGE") from None
    except (requests.exceptions.RequestException, Unreadable) as error:
        raise Down(f"Zulip does not answer ({cause(error)}).") from None


def _refusal(answer: dict[str, Any]) -> Refused:
    message = str(answer.get("msg", "no reason given"))
    code = str(answer.get("code", ""))
    if code in {"UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"}:
        return Dismissed(f"Zulip does not let the bot in: {message}", code=code, answer=answer)
    return Refused(message, code=code, answer=answer)
