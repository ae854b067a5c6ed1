"""A file that one platform cannot take keeps only that platform out, as long as the post can go to others."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.base import Outgoing


def left_out(outgoing: Mapping[str, Outgoing], titles: Mapping[str, str]) -> dict[str, Outgoing]:
    """The same, without the platforms where nothing but files stands in the way, if another one can take it all."""
    errors = {
        name: [one for one in out.problems if one.error] for name, out in outgoing.items() if not out.skipped
    }
    free = [name for name, some in errors.items() if not some]
    blocked = [name for name, some in errors.items() if some and all(one.files for one in some)]
    if not free:
        return dict(outgoing)
    return {
        name: _without(out, errors[name][0].text, titles.get(name, name), free[0]) if name in blocked else out
        for name, out in outgoing.items()
    }


def _without(out: Outgoing, why: str, title: str, other: str) -> Outgoing:
    how = (
        f"To post there too, put what {title} cannot take under a line `--- {other}`, "
        "as files of a section go to its platforms alone."
    )
    return Outgoing(out.account, limit=out.limit, unit=out.unit, skipped=f"{why} {how}")
