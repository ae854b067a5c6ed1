"""Where the browser comes back to: a page on this machine alone, open for one sign-in."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from bot.login.session import Done
from handlers.oauth import Foreign

LOOPBACK: Final = ("127.0.0.1", "localhost")
START: Final = "/start"
"""The browser is sent here first, so that the long address with its `state` stands on no command line."""

Answered = Callable[[Mapping[str, str]], Done]
"""What is done with the fields of the platform's answer. Raises `Foreign` for somebody else's."""


class Taken(Exception):
    """Nobody can listen there; its text says what to do."""


class Landing:
    """The page; a context manager. It takes the first answer that belongs to us, and shows what became of it."""

    def __init__(self, redirect_uri: str) -> None:
        """`redirect_uri` is `http://127.0.0.1:PORT/PATH`; port 0 takes a free one. Raises `Taken`."""
        parts = urlsplit(redirect_uri)
        self._host, self._path = parts.hostname or "", parts.path or "/"
        self.done: Done | None = None
        self._address = ""
        self._answered: Answered | None = None
        self._broken: Exception | None = None
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._turn = threading.Lock()
        page = self

        class Handler(_Handler):
            landing = page

        try:
            self._server = _Server((LOOPBACK[0], parts.port or 0), Handler)
        except OSError as error:
            raise Taken(
                f"Nobody can listen at {redirect_uri} ({error.strerror}). End the program that does, or name another "
                "address with `--redirect`, and the same one on the app's page; or use `--no-browser`."
            ) from None
        self._port = self._server.server_port
        self.redirect_uri = f"http://{self._host}:{self._port}{self._path}"
        self.start = f"http://{self._host}:{self._port}{START}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def listen(self, address: str, answered: Answered) -> None:
        """Serve until the `with` block ends. `address` is the platform's page, where `start` leads to."""
        self._address, self._answered = address, answered
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def wait(self, patience_s: float) -> Done | None:
        """What became of it; None when nobody came back in that time. Raises what broke meanwhile."""
        self._over.wait(patience_s)
        if self._broken is not None:
            raise self._broken
        return self.done

    def answer(self, target: str, host: str) -> tuple[HTTPStatus, str, str]:
        """Status, page and address to go on to for one request."""
        parts = urlsplit(target)
        if host.rpartition(":")[0] not in LOOPBACK:
            return HTTPStatus.FORBIDDEN, _page("This page is for this machine alone.", good=False), ""
        if parts.path == START and self._path != START:
            return HTTPStatus.FOUND, "", self._address
        if parts.path != self._path or self._answered is None:
            return HTTPStatus.NOT_FOUND, _page("There is nothing here.", good=False), ""
        with self._turn:
            if self.done is not None:
                return HTTPStatus.OK, _page("This sign-in is over. You may close this page.", good=True), ""
            try:
                self.done = self._answered(dict(parse_qsl(parts.query)))
            except Foreign as error:
                return HTTPStatus.BAD_REQUEST, _page(str(error), good=False), ""
            except Exception as error:  # a bug: told in the terminal, where somebody waits
                self._broken = error
                sorry = "The bot made a mistake; the terminal says more."
                return HTTPStatus.INTERNAL_SERVER_ERROR, _page(sorry, good=False), ""
        status = HTTPStatus.OK if self.done.good else HTTPStatus.BAD_REQUEST
        return status, _page(*self.done.sentences, good=self.done.good), ""

    def told(self) -> None:
        """The person's browser has its answer."""
        if self.done is not None or self._broken is not None:
            self._over.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is no news; a traceback could show the code."""


class _Handler(BaseHTTPRequestHandler):
    landing: Landing
    timeout = 20

    def do_GET(self) -> None:
        """The browser comes, or comes back."""
        status, body, goes_to = self.landing.answer(self.path, self.headers.get("Host", ""))
        raw = body.encode()
        self.send_response(status)
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(raw)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
            **({"Location": goes_to} if goes_to else {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()
        self.landing.told()

    @override
    def version_string(self) -> str:
        return "social"

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request holds the code."""


_STYLE: Final = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;color:#1d2433;"
    "background:#f6f7f9}h1{font-size:1.5em}@media(prefers-color-scheme:dark){body{color:#e6e8ee;background:#16181d}}"
)


def _page(*sentences: str, good: bool) -> str:
    """A plain page, readable on a phone too, that loads nothing."""
    head = "That worked" if good else "That did not work"
    told = "".join(f"<p>{html.escape(one)}</p>" for one in sentences)
    end = "<p>You may close this page.</p>" if good and len(sentences) > 1 else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>Social: {head}</title><style>{_STYLE}</style>'
        f"<h1>{head}</h1>{told}{end}</html>"
    )
