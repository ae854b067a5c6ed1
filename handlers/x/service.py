"""The requests of one piece of work on X: posts through tweepy, files through X's v2 upload (tweepy has none)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import tweepy
from typing_extensions import override

from handlers.base import PlatformError, Published, Rejected, Tools, Unavailable, Uncertain
from handlers.likeness import same_as_shortened
from handlers.media import Media
from handlers.parts import Place, Service, Trying, Upload
from handlers.web import Web
from handlers.wire import Wire
from handlers.x import uploads
from handlers.x.errors import judge
from handlers.x.reading import each, inner, text
from handlers.x.settings import Pair, XSettings, client, signs_in

HOST: Final = "https://api.twitter.com"
"""The address that tweepy has built in; the wire puts the configured one in its place."""
SKEW: Final = timedelta(minutes=2)
"""How far X's clock may be behind ours."""
PAGES: Final = 5
"""Pages of 100 posts that are searched for a post."""
SETTLED: Final = timedelta(seconds=60)
"""After this time a post that X took is on the account's timeline."""


_OWN_MEDIA: Final = re.compile(r"/status/\d+/(photo|video)/")


@dataclass(frozen=True, slots=True)
class Me:
    """The account that the bot is signed in to."""

    id: str
    username: str


class Line(Service):
    """A signed-in line to one account; not to be shared between threads."""

    keeps_files = timedelta(hours=23)  # X keeps them for 24

    def __init__(self, who: str, account: str, settings: XSettings, pair: Pair, tools: Tools) -> None:
        self.name = who
        self.wire = Wire(settings.base_url, instead_of=HOST)
        self.scopes: tuple[str, ...] = ()
        self.me: Me | None = None
        self._settings = settings
        self._pair = pair
        self._tools = tools
        self._login = signs_in(account, settings)
        self._api = client(settings)
        self._api.session.close()
        self._api.session = self.wire

    def ask(
        self, call: Callable[[tweepy.Client], Any], *, acts: bool = False, action: str = "the post"
    ) -> dict[str, Any]:
        """Do one call; the answer's JSON object. A sign-in that ran out is renewed once."""
        used = self._sign_in(None)
        try:
            return self._asked(call, acts=acts, action=action)
        except PlatformError:
            if not (self.wire.last and self.wire.last.status == HTTPStatus.UNAUTHORIZED and used):
                raise
        self._sign_in(used)
        return self._asked(call, acts=acts, action=action)

    def _asked(self, call: Callable[[tweepy.Client], Any], *, acts: bool, action: str) -> dict[str, Any]:
        self.wire.last = None
        try:
            found = call(self._api)
        except Exception as error:
            raise judge(
                error,
                self.wire.last,
                who=self.name,
                acts=acts,
                now=self._tools.clock(),
                login=self._login,
                action=action,
            ) from None
        return found if isinstance(found, dict) else {}

    def _sign_in(self, refused: str | None) -> str:
        """Put the present bearer token in, or a newer one than the one refused; empty if there is none to renew."""
        if self._settings.oauth1:
            return ""
        with Web.open(self.name) as web:
            grant = self._pair.usable(web) if refused is None else self._pair.renew(web, refused)
        if not grant.access:
            raise Rejected(f"{self.name} is not signed in yet. {self._login}")
        self._api.bearer_token = grant.access
        self.scopes = tuple(grant.scope.split())
        return grant.access if self._pair.renewable(grant) else ""

    def who_am_i(self) -> Me:
        """Who is signed in; asked once."""
        if self.me is None:
            found = inner(self.ask(lambda api: api.get_me(user_auth=self._settings.oauth1)), "data")
            if not text(found, "id"):
                raise Unavailable(
                    f"{self.name} does not tell who is signed in. The bot tries again by itself."
                )
            self.me = Me(text(found, "id"), text(found, "username"))
        return self.me

    def request(self, method: str, route: str, action: str, **fields: Any) -> dict[str, Any]:
        """A call that tweepy has no method for."""

        def call(api: tweepy.Client) -> Any:
            response = api.request(method, route, user_auth=self._settings.oauth1, **fields)
            return response.json() if response.content else {}

        return self.ask(call, action=action)

    def append(self, identity: str, index: int, piece: bytes, action: str) -> None:
        """One piece of an upload, as multipart (tweepy sends JSON only)."""

        def call(api: tweepy.Client) -> Any:
            one = self._settings.oauth1
            signed = (
                tweepy.OAuth1UserHandler(
                    api.consumer_key, api.consumer_secret, api.access_token, api.access_token_secret
                ).apply_auth()
                if one
                else None
            )
            response = self.wire.post(
                f"{HOST}/2/media/upload/{identity}/append",
                data={"segment_index": str(index)},
                files={"media": ("piece", piece, "application/octet-stream")},
                headers={} if one else {"Authorization": f"Bearer {api.bearer_token}"},
                auth=signed,
            )
            if not response.ok:
                raise tweepy.HTTPException(response)
            return {}

        self.ask(call, action=action)

    @override
    def upload(self, media: Media, upload: Upload) -> str:
        identity = uploads.upload(self, media, self._tools.store)
        upload.told(media.size)
        return identity

    @override
    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """The upload has waited for it."""

    @override
    def post(self, place: Place, files: list[str], key: str) -> Published:
        found = self.ask(
            lambda api: api.create_tweet(
                text=place.part.text or None,
                media_ids=files or None,
                in_reply_to_tweet_id=place.parent.id if place.parent else None,
                user_auth=self._settings.oauth1,
            ),
            acts=True,
        )
        identity = text(inner(found, "data"), "id")
        if not identity:
            raise Uncertain(f"{self.name} answered nonsense after the post was sent, so it may be out.")
        return self._published(identity)

    def _published(self, identity: str) -> Published:
        reader = self.me.username if self.me and self.me.username else "i"
        return Published(identity, f"{self._settings.web_url}/{reader}/status/{identity}")

    @override
    def look(self, place: Place, since: datetime, known: frozenset[str]) -> Published | None:
        found = None
        for post in self._own(since - SKEW):
            identity = text(post, "id")
            if identity and identity not in known and same_as_shortened(place.part.text, *_shown(post)):
                found = identity  # the oldest one wins: newest first
        return self._published(found) if found else None

    def _own(self, since: datetime) -> Iterator[dict[str, Any]]:
        """The account's own posts, newest first, back to that instant."""
        me, token = self.who_am_i(), ""
        for _ in range(PAGES):
            page = self.ask(
                lambda api, token=token: api.get_users_tweets(  # type: ignore[misc]  # mypy cannot infer a lambda with a default
                    me.id,
                    max_results=100,
                    start_time=since,
                    exclude=["retweets"],
                    tweet_fields=["created_at", "entities", "note_tweet"],
                    pagination_token=token or None,
                    user_auth=self._settings.oauth1,
                )
            )
            for post in each(page, "data"):
                at = _instant(post.get("created_at"))
                if at is None or at >= since:
                    yield post
            token = text(inner(page, "meta"), "next_token")
            if not token:
                return
        raise Uncertain(
            f"{self.name} has too many newer posts to find this one. Look there, and say what you see."
        )

    @override
    def patience(self, trying: Trying, now: datetime) -> timedelta:
        return SETTLED


def _shown(post: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """A post's whole text, and the addresses behind its `t.co` links; a picture's own link stands for nothing."""
    whole = inner(post, "note_tweet") or inner(post, "note_post") or post
    addresses = {
        text(one, "url"): ""
        if one.get("media_key") or _OWN_MEDIA.search(text(one, "expanded_url"))
        else text(one, "expanded_url")
        for one in each(inner(whole, "entities"), "urls")
    }
    return text(whole, "text") or text(post, "text"), addresses


def _instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
