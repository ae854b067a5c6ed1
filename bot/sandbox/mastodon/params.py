"""Parameters as Rails reads them: JSON, or forms with `a[]`, `a[b]` and `a[][b]`."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request

from bot.sandbox.service import Doc, fields

_PART = re.compile(r"\[([^\]]*)\]")
_FALSE = {"0", "f", "F", "false", "FALSE", "off", "OFF", ""}


async def params(request: Request) -> Doc:
    """Everything the request says in its body (or, without one, in its query)."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    out: Doc = {}
    form = await fields(request)
    for key, value in [*request.query_params.multi_items(), *form.multi_items()]:
        name = key.partition("[")[0]
        _put(out, name, _PART.findall(key), value)
    return out


def _put(out: Doc, name: str, path: list[str], value: Any) -> None:
    if not path:
        out[name] = value
    elif path == [""]:
        out.setdefault(name, []).append(value)
    elif path[0] == "":
        rows = out.setdefault(name, [])
        if not rows or path[1] in rows[-1]:
            rows.append({})
        _put(rows[-1], path[1], path[2:], value)
    else:
        _put(out.setdefault(name, {}), path[0], path[1:], value)


def yes(value: Any) -> bool | None:
    """A boolean as Rails casts it; None when nothing was said."""
    if value is None or isinstance(value, bool):
        return value
    return str(value) not in _FALSE


def texts(value: Any) -> list[str]:
    """A list of texts, whatever kind of list (or nothing) was sent; an index-keyed form counts as a list."""
    if isinstance(value, dict):
        value = list(value.values())
    return [str(one) for one in value if one not in {None, ""}] if isinstance(value, list) else []


def word(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return str(value) if value not in {None, ""} else None
