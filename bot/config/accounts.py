"""The accounts of `zuliprc`: one section each, read by the platform's own `Settings`, and the default ones among them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.config.ini import Section, Value
from bot.config.sections import Report, credentials_of, fill, given, refuse_unknown
from bot.config.values import nearest
from handlers.base import Settings

_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]*(:[a-z0-9][a-z0-9._-]*)?")

_CHAT = "zulip"
"""The community's own chat is a platform like the others; its credentials are there already."""


def read_accounts(
    sections: Mapping[str, Section],
    environ: Mapping[str, str],
    platforms: Mapping[str, type[Settings]],
    api: Mapping[str, str],
    report: Report,
) -> tuple[dict[str, Settings], dict[str, Settings | None]]:
    """The accounts with credentials, and those without, in the order of the file.

    The latter with their settings where nothing is missing but what `social login` would bring. `api` is what the
    bot's own account on Zulip is signed in with, for announcement channels there.
    """
    accounts: dict[str, Settings] = {}
    absent: dict[str, Settings | None] = {}
    for section in _account_sections(sections, environ, platforms, report):
        platform = section.name.partition(":")[0]
        model = platforms[platform]
        found = given(section, model, environ)
        present = bool(found) if platform == _CHAT else bool(credentials_of(model) & set(found))
        if not present:
            unknown = refuse_unknown(section, model, report)
            absent[section.name] = None if unknown else fill(section, model, found, Report())
            continue
        if platform == _CHAT:
            own = {key: Value(text, "[api]") for key, text in api.items() if key in model.model_fields}
            found = {**own, **found}
        settings = fill(section, model, found, report)
        if settings is not None:
            accounts[section.name] = settings
    return accounts, absent


def default_accounts(
    items: Sequence[str], where: str, accounts: Sequence[str], known: Sequence[str], report: Report
) -> tuple[str, ...]:
    """The accounts that `default_platforms` means, in the order of the file; all of them if it says nothing.

    It takes accounts, platforms (all their accounts), `all`, and `all but NAME, NAME`. What is known but has no
    credentials is left out with a warning.
    """
    names = [item.lower() for item in items]
    negated = bool(names) and names[0].startswith("all but ")
    if negated:
        names[0] = names[0].removeprefix("all but ").strip()
    chosen: set[str] = set()
    for name in names:
        of_it = [one for one in accounts if name in (one, "all")] or [
            one for one in accounts if one.partition(":")[0] == name
        ]
        if of_it or name == "all":
            chosen.update(of_it)
        elif name in known:
            report.warnings.append(
                f"{where}: `default_platforms` names `{name}`, which has no credentials; it is left out."
            )
        else:
            close = nearest(name, [*accounts, *known, "all"])
            report.problems.append(
                f"{where}: `default_platforms`: there is no account `{name}`{close or '.'}"
            )
    if not names:
        return tuple(accounts)
    return tuple(one for one in accounts if (one in chosen) is not negated)


def _account_sections(
    sections: Mapping[str, Section],
    environ: Mapping[str, str],
    platforms: Mapping[str, type[Settings]],
    report: Report,
) -> list[Section]:
    found: list[Section] = []
    for name, section in sections.items():
        if name in ("api", "social"):
            continue
        platform, _, own = name.partition(":")
        if platform not in platforms:
            known = ["api", "social", *platforms]
            close = nearest(platform, known)
            if close and own and f"`{platform}`" not in close:
                close = close.replace("`?", f":{own}`?")
            report.problems.append(f"{section.where}: there is no section [{name}]{close or '.'}")
        elif not _ACCOUNT.fullmatch(name):
            report.problems.append(
                f"{section.where}: [{name}] is no name for an account. Use letters, digits, `.`, `-` and `_`, "
                f"such as `[{platform}:main]`."
            )
        else:
            found.append(section)
    named = set(sections)
    for platform, model in platforms.items():
        bare = Section(platform, "the environment")
        if platform not in named and given(bare, model, environ):
            found.append(bare)
    return found
