"""A signed-in line to one account on X: tweepy where it has a method, its session where it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import tweepy

from handlers.base import Barred, PlatformError, Rejected, Tools, Unavailable, Uncertain
from handlers.web import Web
from handlers.wire import Answer, Wire, may_have_left
from handlers.x.errors import judge
from handlers.x.reading import inner, text
from handlers.x.settings import Pair, XSettings, client, signs_in
from handlers.x.spending import READ_USER, Reading, Spending

HOST: Final = "https://api.twitter.com"
"""The address that tweepy has built in; the wire puts the configured one in its place."""


@dataclass(frozen=True, slots=True)
class Me:
    """The account that the bot is signed in to."""

    id: str
    username: str


class Line:
    """For one piece of work; not to be shared between threads. Every call has a time limit (see `Wire`)."""

    def __init__(
        self, who: str, settings: XSettings, pair: Pair, spending: Spending, tools: Tools, account: str
    ) -> None:
        self.name = who
        """The account, as people call it."""
        self.wire = Wire(settings.base_url, instead_of=HOST)
        self.scopes: tuple[str, ...] = ()
        self.me: Me | None = None
        self.spending = spending
        self.unanswered = False
        """Whether the last call may have reached X, and nobody knows what X did."""
        self.oauth1 = settings.oauth1
        self._pair = pair
        self._clock = tools.clock
        self._login = signs_in(account, settings)
        self._api = client(settings)
        self._api.session.close()
        self._api.session = self.wire

    def ask(
        self, call: Callable[[tweepy.Client], Any], *, acts: bool = False, action: str = "the post"
    ) -> dict[str, Any]:
        """Do one call; the answer's JSON object. A sign-in that ran out is renewed once.

        `acts`: it creates a post, so that a lost answer is `Uncertain`. Raises `PlatformError`.
        """
        self.unanswered = False
        used = self._sign_in(None)
        try:
            return self._asked(call, acts=acts, action=action)
        except PlatformError:
            if not (self.wire.last and self.wire.last.status == HTTPStatus.UNAUTHORIZED and used):
                raise
        self._sign_in(used)
        return self._asked(call, acts=acts, action=action)

    def request(self, method: str, route: str, action: str, **fields: Any) -> dict[str, Any]:
        """A call that tweepy has no method for. Raises `Rejected`, `Unavailable`."""

        def call(api: tweepy.Client) -> Any:
            response = api.request(method, route, user_auth=self.oauth1, **fields)
            return response.json() if response.content else {}

        return self.ask(call, action=action)

    def form(self, route: str, action: str, **fields: Any) -> dict[str, Any]:
        """POST a multipart form (tweepy sends JSON only). Raises `Rejected`, `Unavailable`."""

        def call(api: tweepy.Client) -> Any:
            signed = None
            if self.oauth1:
                keys = (api.consumer_key, api.consumer_secret, api.access_token, api.access_token_secret)
                signed = tweepy.OAuth1UserHandler(*keys).apply_auth()
            head = {} if signed else {"Authorization": f"Bearer {api.bearer_token}"}
            response = self.wire.post(f"{HOST}{route}", headers=head, auth=signed, **fields)
            if not response.ok:
                raise tweepy.HTTPException(response)
            return {}

        return self.ask(call, action=action)

    def who_am_i(self) -> Me:
        """Who is signed in; asked once. Raises `Rejected`, `Unavailable`."""
        if self.me is None:
            with self.reading(1, READ_USER) as paid:
                answer = self.ask(lambda api: api.get_me(user_auth=self.oauth1), action="the sign-in")
                paid.got(1)
            found = inner(answer, "data")
            if not text(found, "id"):
                raise Unavailable(f"{self.name} does not tell who is signed in.")
            self.me = Me(text(found, "id"), text(found, "username"))
        return self.me

    def sign_in(self) -> None:
        """Have a token that is not over, renewed if need be. Raises `Rejected`, `Unavailable`."""
        self._sign_in(None)

    @contextmanager
    def paying(self, amount: int, key: str) -> Iterator[None]:
        """What is done inside is paid for, unless X answers that it did not do it. Raises `Rejected` over the budget."""
        self.spending.reserve(amount, key)
        try:
            yield
        except (Rejected, Unavailable):
            if not self.unanswered:  # failed calls are not billed; a lost one may be
                self.spending.give_back(key)
            raise

    @contextmanager
    def reading(self, most: int, each: int) -> Iterator[Reading]:
        """The same for a question whose price depends on the answer; see `Spending.reading`."""
        paid = self.spending.reading(most, each)
        try:
            yield paid
        except (Rejected, Unavailable, Uncertain):
            if not self.unanswered:
                paid.got(0)
            raise

    def _asked(self, call: Callable[[tweepy.Client], Any], *, acts: bool, action: str) -> dict[str, Any]:
        self.wire.last, self.unanswered = None, True
        try:
            found = call(self._api)
        except Exception as error:
            answer: Answer | None = self.wire.last
            self.unanswered = answer is None and may_have_left(error)
            raise judge(
                error,
                answer,
                who=self.name,
                acts=acts,
                now=self._clock(),
                login=self._login,
                action=action,
            ) from None
        self.unanswered = False
        return found if isinstance(found, dict) else {}

    def _sign_in(self, refused: str | None) -> str:
        """Put the present bearer token in, or a newer one than the one refused; empty if there is none to renew."""
        if self.oauth1:
            return ""
        with Web.open(self.name) as web:
            grant = self._pair.usable(web) if refused is None else self._pair.renew(web, refused)
        if not grant.access:
            raise Barred(f"{self.name} is not signed in yet. {self._login}")
        self._api.bearer_token = grant.access
        self.scopes = tuple(grant.scope.split())
        return grant.access if self._pair.renewable(grant) else ""
