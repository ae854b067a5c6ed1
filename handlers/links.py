"""The address of a post as somebody pasted it: whether it is of an account's own server, and what it says there.

One post has many addresses: with http or https, with `www.`, with what a link for sharing carries behind `?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_USUAL = {None, 80, 443}
_FRONTS = re.compile(r"^(?:www|m|mobile)\.(?=[^.]+\.)")
"""Names before a server's own that show the same posts."""


@dataclass(frozen=True, slots=True)
class Local:
    """A link of that server, without the server."""

    segments: tuple[str, ...]
    """Of its path."""
    query: dict[str, str]
    fragment: str


def local(link: str, homes: Iterable[str]) -> Local | None:
    """What a link says of the server, if it is of one of these (`https://host` or `https://host/path`); else None."""
    try:
        found, bases = urlsplit(link), [urlsplit(home) for home in homes]
        for base in bases:
            path = found.path.removeprefix(base.path.rstrip("/"))
            if _server(found) == _server(base) and found.path.startswith(base.path.rstrip("/")):
                segments = tuple(one for one in unquote(path).split("/") if one)
                query = {name: values[0] for name, values in parse_qs(found.query).items()}
                return Local(segments, query, found.fragment)
    except ValueError:  # no address at all, such as one with a port of letters
        return None
    return None


def server_of(home: str) -> str:
    """A server, however its address is written: the same for `https://Host/` and `http://www.host:443`."""
    found = urlsplit(home)
    host, port = _server(found)
    return f"{host}{f':{port}' if port else ''}{found.path.rstrip('/')}"


def _server(address: SplitResult) -> tuple[str, int | None]:
    host = (address.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        return "", None if address.port in _USUAL else address.port
    return _FRONTS.sub("", host), None if address.port in _USUAL else address.port
