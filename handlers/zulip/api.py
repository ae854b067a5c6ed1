"""The `zulip` client, tamed: no retries of its own, errors instead of dictionaries, and the third outcome named.

It returns API errors as dictionaries and raises `requests`' exceptions for a broken line; with retries it
would post twice and upload empty files (measured: facts of the library, version 0.9.1).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, BinaryIO, Final

import requests
import zulip

from handlers.base import PlatformError, Rejected, Unavailable, must_hold
from handlers.bounds.adapter import Limits
from handlers.multipart import Multipart
from handlers.web import lost
from handlers.wire import STALLED_S, may_have_left
from handlers.zulip.client import Client
from handlers.zulip.settings import ZulipSettings

logger = logging.getLogger(__name__)

TITLE: Final = "Zulip"
TIMEOUT_S: Final = 30.0
WHOLE_S: Final = 60.0
"""Seconds for a whole call and its answer."""
ANSWER: Final = 16 << 20
"""Bytes: some hundred messages of ten thousand characters."""
UPLOAD_TIMEOUT_S: Final = 210.0
"""Until the answer to a file that is there; the file itself has a time of its own (`handlers.multipart`)."""
SCARCE: Final = 0.85
"""When no more of Zulip's limit is left than this part, it is kept for what is due: of 100 posts due in one second
each costs a request, and so do the looks before them.
"""
LONGEST_WAIT: Final = timedelta(hours=1)
"""A server that asks for more is not believed."""

UNREACHABLE: Final = "Zulip could not be reached, so nothing is out."
_NO_ZULIP: Final = (
    zulip.ZulipError,
    requests.RequestException,
    AssertionError,
    AttributeError,
    TypeError,
    ValueError,
)
"""What the library raises while it connects when there is no Zulip, or another page in its place."""
_SIGN_IN: Final = {"UNAUTHORIZED", "INVALID_API_KEY"}
_SWITCHED_OFF: Final = {"USER_DEACTIVATED", "REALM_DEACTIVATED"}
_EVERYBODY: Final = {"STREAM_WILDCARD_MENTION_NOT_ALLOWED", "TOPIC_WILDCARD_MENTION_NOT_ALLOWED"}


class Refused(Rejected):
    """The server said no; `code` and `message` are its own."""

    def __init__(self, sentence: str, code: str, message: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.message = message


class Api:
    """Calls as one bot, one piece of work at a time. To connect tells the server's feature level."""

    def __init__(self, settings: ZulipSettings) -> None:
        """Connect. Raises `Unavailable` when the server is not there, or is no Zulip at the moment."""
        self.settings = settings
        self.scarce = False
        """Whether the last answer said that few requests are left: what can be done without is not asked then."""
        self.answered: Mapping[str, str] = {}
        """The headers of the last answer."""
        try:
            self._client = Client(
                site=settings.site,
                email=settings.email,
                api_key=settings.key.get_secret_value(),
                config_file=os.devnull,  # else a ~/.zuliprc of somebody else's would be mixed in
                client="Social",
                retry_on_errors=False,
            )
        except _NO_ZULIP:
            raise Unavailable(UNREACHABLE) from None
        level: Any = self._client.feature_level
        self.level = level if isinstance(level, int) else 0
        if self._client.session is not None:
            self._client.session.max_redirects = 0  # a redirected POST would become a GET
            self._client.session.hooks["response"].append(self._count)

    def close(self) -> None:
        """Give the connection back."""
        if self._client.session is not None:
            self._client.session.close()

    def _count(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self.answered = answer.headers
        try:
            limit = int(answer.headers["X-RateLimit-Limit"])
            left = int(answer.headers["X-RateLimit-Remaining"])
        except (KeyError, ValueError):
            return
        self.scarce = left < SCARCE * limit

    def call(
        self,
        method: str,
        path: str,
        request: dict[str, Any] | None = None,
        *,
        acts: bool = False,
    ) -> dict[str, Any]:
        """The answer of a call that succeeded.

        Raises `Refused` (nothing happened), `Unavailable`, and `Uncertain` when it `acts` and may have happened.
        """
        if acts:
            must_hold()

        def ask() -> Any:
            with Limits(WHOLE_S, ANSWER):
                return self._client.call_endpoint(path, method=method, request=request, timeout=TIMEOUT_S)

        return self._answered(ask, acts=acts)

    def upload(
        self, file: BinaryIO, size: int, name: str, mime: str, told: Callable[[int], None]
    ) -> dict[str, Any]:
        """Bring one file there, streamed from disk: the library would read it whole. Raises as `call` does."""
        body = Multipart({}, file, size, field="filename", name=name, mime=mime, told=told)

        def ask() -> Any:
            self._client.ensure_session()
            session = self._client.session
            if session is None:
                raise RuntimeError("the library has no session")
            with Limits(body.minutes * 60 + UPLOAD_TIMEOUT_S):
                response = session.post(
                    f"{self.settings.site}/api/v1/user_uploads",
                    data=body,  # of known length, and can be read
                    headers={"Content-Type": body.content_type},
                    timeout=(STALLED_S, UPLOAD_TIMEOUT_S),
                )
            try:
                return response.json()
            except ValueError:
                return None

        return self._answered(ask, acts=False)

    def _answered(self, ask: Callable[[], Any], *, acts: bool) -> dict[str, Any]:
        try:
            answer = ask()
        except requests.TooManyRedirects:
            raise Rejected(
                "Zulip has moved to another address. The owner of the bot corrects `site` in the configuration."
            ) from None
        except requests.RequestException as error:
            raise (lost(TITLE, acts=acts) if may_have_left(error) else Unavailable(UNREACHABLE)) from None
        except zulip.ZulipError:  # its word for trouble with TLS, which may come late
            raise lost(TITLE, acts=acts) from None
        if not isinstance(answer, dict):  # JSON, but of something else in between
            raise lost(TITLE, acts=acts)
        if answer.get("result") == "success":
            return answer
        raise self._refusal(answer, acts=acts)

    def _refusal(self, answer: dict[str, Any], *, acts: bool) -> PlatformError:
        code = answer.get("code")
        # an error page, or the server's own 500: nobody knows how far it came
        if not isinstance(code, str) or answer.get("result") != "error":
            return lost(TITLE, acts=acts)
        message = str(answer.get("msg", ""))
        if code == "RATE_LIMIT_HIT":
            return Unavailable("Zulip asks the bot to slow down; nothing is out.", wait=_wait(answer))
        if code in _SIGN_IN or code in _SWITCHED_OFF:
            why = "does not know the bot's key any more" if code in _SIGN_IN else "has switched the bot off"
            sentence = (
                f"Zulip {why}. An owner of the organization looks at the bot in its settings and gives the bot's "
                "owner a new zuliprc."
            )
        elif code in _EVERYBODY:
            sentence = (
                "Zulip refused: the text mentions everybody, which the bot may not do. Remove the mention."
            )
        elif code == "STREAM_DOES_NOT_EXIST":
            sentence = (
                f"Zulip has no channel “{self.settings.channel}”, or the bot may not see it. The owner of the bot puts "
                "the channel's number into the configuration, and somebody subscribes the bot."
            )
        elif code == "REALM_UPLOAD_QUOTA":
            sentence = "Zulip has no room for more files. An owner of the organization makes some."
        else:
            logger.info("zulip: refused with code %s", code, extra={"action": "refused"})
            sentence = self._by_hint(answer, message)
        return Refused(sentence, code, message)

    def _by_hint(self, answer: dict[str, Any], message: str) -> str:
        """Most refusals share one code; their wording (in the server's language) only chooses the sentence."""
        where, text = f"#{self.settings.channel}", message.lower()
        if "empty_topic_display_name" in answer:
            return (
                f"Zulip refused: {where} wants messages {'with' if not self.settings.topic else 'without'} a topic. "
                "The owner of the bot changes `topic` in the configuration."
            )
        if "create new topics" in text:
            return (
                f"Zulip refused: the bot may not begin a topic in {where}. An administrator begins the topic "
                f"“{self.settings.topic}” there, or allows the bot to."
            )
        if "not authorized" in text or "can send to this" in text or "permission" in text:
            return (
                f"Zulip refused: the bot may not write in {where}. An administrator of the channel subscribes the bot "
                "and allows it to post there."
            )
        if "larger than" in text:
            return "Zulip refused a file because it is too large for this server. Use a smaller one."
        if "unable to render" in text:
            return (
                "Zulip refused: the message is too complicated to be shown. Shorten it, or use fewer emoji."
            )
        return f"Zulip refused the message for {where}. The owner of the bot runs `social check` to see why."


def _wait(answer: dict[str, Any]) -> timedelta | None:
    """How long the server asks us to wait (a fraction of seconds), if it told a sensible time."""
    seconds = answer.get("retry-after")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        return None
    return min(timedelta(seconds=min(seconds, 1e6)), LONGEST_WAIT)
