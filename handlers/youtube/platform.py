"""One YouTube channel: what `send`, `find` and `check` ask of it."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any, ClassVar, Final

from handlers.base import (
    Draft,
    Outgoing,
    PlatformError,
    Published,
    Rejected,
    Settings,
    Standing,
    Ticket,
    Tools,
    Uncertain,
)
from handlers.media import MissingMedia
from handlers.oauth import Client, Grant, Tokens
from handlers.web import Pause, Web, json_object
from handlers.youtube import errors, writing
from handlers.youtube.api import Api
from handlers.youtube.settings import YouTubeSettings
from handlers.youtube.upload import PIECE, SessionGone, Upload, Video, refused_later

UPLOAD_SCOPES: Final = frozenset(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("youtube", "youtube.upload", "youtube.force-ssl", "youtubepartner")
)


class YouTube:
    """A channel. See `handlers.base.Platform`."""

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = errors.TITLE
    Settings: ClassVar[type[Settings]] = YouTubeSettings

    def __init__(
        self,
        account: str,
        settings: YouTubeSettings,
        tools: Tools,
        *,
        pause: Pause = time.sleep,
        piece: int = PIECE,
    ) -> None:
        self.account = account
        self._settings = settings
        self._tools = tools
        self._pause = pause
        self._piece = piece
        self._tokens = Tokens(
            account,
            Grant(settings.access_token.get_secret_value(), settings.refresh_token.get_secret_value()),
            Client(
                f"{settings.auth_url}/token", settings.client_id, settings.client_secret.get_secret_value()
            ),
            tools,
            lambda code, grant: errors.sign_in_refused(account, code, grant),
        )

    def prepare(self, draft: Draft) -> Outgoing:
        """The video with its title and description; without a video the account is left out."""
        return writing.prepare(self.account, draft, self._settings)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Upload the video, going on where an earlier attempt ended, and give it its thumbnail."""
        if not outgoing.parts:
            raise Rejected(outgoing.skipped or "There is no video for YouTube.")
        with Web.open(self.title) as web:
            api = Api(self.account, self._tokens, web)
            upload = self._upload(api, outgoing, ticket)
            video = upload.video or self._bring(upload, outgoing)
            refused = refused_later(video)
            if refused is not None:
                raise refused
            return Published(video.id, address(video.id), self._thumbnail(api, outgoing, video.id))

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """Ask the upload's session; it knows for certain."""
        with Web.open(self.title) as web:
            upload = self._upload(Api(self.account, self._tokens, web), outgoing, ticket)
            found: Video | int | None = upload.video
            if found is None and upload.session:
                try:
                    found = upload.probe(self._tools.clock())
                except SessionGone:
                    self._give_up(upload)
                except Rejected as error:
                    raise Uncertain(f"It cannot be asked whether the video is out. {error}") from None
            return Published(found.id, address(found.id)) if isinstance(found, Video) else None

    def check(self) -> Standing:
        """Renew the sign-in and ask for the channel's name."""
        with Web.open(self.title) as web:
            api = Api(self.account, self._tokens, web)
            response = api.call(
                "GET", f"{self._settings.base_url}/youtube/v3/channels?part=snippet&mine=true"
            )
            scopes, warnings, who = api.scopes(), [], ""
            if scopes and not UPLOAD_SCOPES.intersection(scopes):
                raise Rejected(
                    f"YouTube would refuse: the sign-in does not allow uploading. The owner of the channel runs "
                    f"`social login {self.account}` and allows everything that is asked there."
                )
            if response.status_code == HTTPStatus.OK:
                who = _channel(json_object(response))
                if not who:
                    raise Rejected(
                        "YouTube refused: the account that signed in has no channel. Make one on YouTube."
                    )
            elif "insufficientPermissions" in errors.reasons(response):
                who, warnings = "a channel", ["YouTube does not tell the channel's name to this sign-in."]
            else:
                raise errors.refusal(response, self._tools.clock())
            return Standing(who=who, scopes=scopes, warnings=tuple(warnings))

    def _upload(self, api: Api, outgoing: Outgoing, ticket: Ticket) -> Upload:
        return Upload(api, ticket, outgoing.parts[0].media[0], self._pause, self._piece)

    def _bring(self, upload: Upload, outgoing: Outgoing) -> Video:
        """The video, brought there from wherever the receipt says that we are."""
        try:
            file = self._tools.store.open(outgoing.parts[0].media[0].sha256)
        except MissingMedia as error:
            raise Rejected(str(error)) from None
        with file:
            for _ in range(2):
                try:
                    at = self._standing(upload, outgoing)
                    return at if isinstance(at, Video) else upload.push(file, at, self._tools.clock())
                except SessionGone:
                    self._give_up(upload)
        raise Uncertain(
            "YouTube twice forgot the upload of the video. Look at the channel before it is sent again."
        )

    def _standing(self, upload: Upload, outgoing: Outgoing) -> Video | int:
        """Where the upload stands; a session is opened if there is none."""
        if upload.session:
            try:
                return upload.probe(self._tools.clock())
            except Rejected as error:
                if upload.may_be_complete():
                    raise Uncertain(f"It cannot be asked whether the video is out. {error}") from None
                raise
        notify = "true" if outgoing.extra.get("notify subscribers") == "yes" else "false"
        url = (
            f"{self._settings.base_url}/upload/youtube/v3/videos"
            f"?uploadType=resumable&part=snippet,status&notifySubscribers={notify}"
        )
        upload.begin(url, writing.metadata(outgoing), self._tools.clock())
        return 0

    def _give_up(self, upload: Upload) -> None:
        """The session is gone: start over, unless the video may be complete."""
        if upload.may_be_complete():
            raise Uncertain(
                "YouTube has forgotten the upload, and the video may be out. Look at the channel; "
                "order it again with `retry` only if it is not there."
            ) from None
        upload.forget()

    def _thumbnail(self, api: Api, outgoing: Outgoing, video: str) -> tuple[str, ...]:
        """Set it, where there is one; the video is out whether that works or not."""
        pictures = outgoing.parts[0].media[1:]
        if not pictures:
            return ()
        url = f"{self._settings.base_url}/upload/youtube/v3/thumbnails/set?videoId={video}"
        try:
            content = self._tools.store.read(pictures[0].sha256)
            response = api.call("POST", url, headers={"Content-Type": pictures[0].mime}, content=content)
            taken = response.status_code == HTTPStatus.OK
        except (PlatformError, MissingMedia):
            taken = False
        return () if taken else ("The thumbnail was not taken: set it in YouTube Studio.",)


def address(video: str) -> str:
    """Where a video can be watched."""
    return f"https://www.youtube.com/watch?v={video}"


def _channel(body: dict[str, Any]) -> str:
    for one in body.get("items") or ():
        snippet = one.get("snippet") if isinstance(one, dict) else None
        if isinstance(snippet, dict) and snippet.get("title"):
            return str(snippet["title"])
    return ""
