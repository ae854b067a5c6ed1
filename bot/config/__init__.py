"""Reads `zuliprc` into one frozen, strict `Config`; the only room that knows where settings come from.

Every setting may come from the environment instead, which wins over the file: `SOCIAL_`, then the section
(left out for `[social]`), then the key, in capitals, with `_` for every other character:

    [api] key                               SOCIAL_API_KEY
    [social] database_url                   SOCIAL_DATABASE_URL
    [mastodon:fosstodon] access_token       SOCIAL_MASTODON_FOSSTODON_ACCESS_TOKEN

An account with a name of its own must have its section in the file, which may be empty. Empty values count as
not given, in the file and in the environment; `""` is an empty text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from bot.config import ini, values
from bot.config.accounts import default_accounts, read_accounts
from bot.config.bounds import Bounds, Strict
from bot.config.sections import Report, fill, given, variable
from bot.when.tongues import LANGUAGES
from handlers.base import Settings
from handlers.redaction import know

_SQLITE_FILE = re.compile(r"(sqlite(?:\+pysqlite)?:///)([^?:][^?]*)(.*)$")

_Own = TypeVar("_Own", bound=BaseModel)


class ConfigError(Exception):
    """Every problem of the configuration, one sentence each, with its line; never a secret."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    def told(self, path: Path) -> str:
        """All of them, for a person at a terminal."""
        return f"{path} needs correcting:" + "".join(f"\n  {one}" for one in self.problems)


class Api(Strict):
    """The bot's account on Zulip, as Zulip's own `zuliprc` gives it."""

    email: str = Field(min_length=3)
    key: SecretStr
    site: values.Address


class Social(Bounds):
    """How this community works. Every span is a length of time."""

    channel: str
    """Name of the channel where posts are written together, without `#`."""
    approvers: values.Allowed
    approvals: int = Field(default=1, ge=1)
    self_approval: bool = False
    """Whether an author's own approval counts."""
    approve_emoji: values.Emoji = ("+1",)
    """Zulip's emoji names, or Unicode characters."""
    veto_emoji: values.Emoji = ("-1",)
    timezone: values.Zone = ZoneInfo("UTC")
    """For people whose zone Zulip does not know, and for the slots."""
    languages: values.Languages = tuple(LANGUAGES)
    """In which people write times, besides English."""
    default_platforms: values.Names = ()
    """Account names, in the order of the file; what the file says (a platform, `all`) is already resolved."""
    default_time: Literal["now", "next"] = "now"
    slots: values.Slots = ()
    grace: values.Span = timedelta()
    """Between the last approval and the sending, so that `hold` can stop it."""
    late: values.Span = timedelta(hours=1)
    """How long after its time a post may still go out; later it expires."""
    move_freely: values.Span = timedelta(days=1)
    """By how much an author may move a post that was approved, and how long after that time order again what failed;
    further, later, or to now, only an approver."""
    gather: values.Span = timedelta(seconds=5)
    """Edits that follow each other within it make one revision."""
    lease: values.Span = timedelta(minutes=5)
    """How long a delivery may be silent before it is taken for interrupted."""
    database_url: SecretStr = SecretStr("")
    data_dir: Path = Path("social-data")
    secret_key: SecretStr | None = None
    """Encrypts stored tokens; without it a key file in `data_dir` does."""
    clock: values.Address | None = None
    """For the sandbox alone: where its clock is read."""
    log_format: Literal["text", "json"] = "text"
    health: values.LocalPort | None = None
    """Where monitoring of this machine may ask how the bot is; None: nowhere."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        both = set(self.approve_emoji) & set(self.veto_emoji)
        if both:
            raise ValueError(f"`{min(both)}` cannot both approve and veto")
        if self.default_time == "next" and not self.slots:
            raise ValueError("`default_time = next` needs `slots`, such as `slots = Tue 10:00, Thu 14:00`")
        if self.lease < timedelta(seconds=30):
            raise ValueError("`lease` must be at least 30 s, or slow uploads would be taken for interrupted")
        return self


def _read_only(accounts: Mapping[str, Settings]) -> Mapping[str, Settings]:
    return MappingProxyType(dict(accounts))


class Config(Strict):
    """Everything that was configured; cannot be changed, and does not show a secret when printed."""

    path: Path
    api: Api
    social: Social
    accounts: Annotated[Mapping[str, Settings], AfterValidator(_read_only)]
    """Account name -> what its platform needs, in the order of the file; only those with credentials."""
    absent: tuple[str, ...] = ()
    """Accounts that have a section but no credentials."""
    waiting: Annotated[Mapping[str, Settings], AfterValidator(_read_only)] = MappingProxyType({})
    """Those of the absent that need nothing but that somebody signs in with `social login`."""
    order: tuple[str, ...] = ()
    """Every account that has a section, as in the file."""
    asked: tuple[str, ...] = ()
    """What `default_platforms` says, as it was written."""
    warnings: tuple[str, ...] = ()
    """What should be looked at, though the bot can run."""

    def signed_in(self, accounts: Collection[str]) -> Config:
        """The same, with those of the waiting accounts present to which somebody signed in."""
        awake = {name: one for name, one in self.waiting.items() if name in accounts}
        if not awake:
            return self
        every = {**self.accounts, **awake}
        present = {name: every[name] for name in self.order if name in every}
        left_out = self.order + tuple(one.partition(":")[0] for one in self.order)
        chosen = default_accounts(self.asked, "", [*present], left_out, Report())
        names = {*awake, *(one.partition(":")[0] for one in awake)}
        known = [f"`default_platforms` names `{one}`," for one in names]
        return self.model_copy(
            update={
                "accounts": _read_only(present),
                "absent": tuple(one for one in self.absent if one not in awake),
                "waiting": _read_only({name: one for name, one in self.waiting.items() if name not in awake}),
                "social": self.social.model_copy(update={"default_platforms": chosen}),
                "warnings": tuple(one for one in self.warnings if not any(two in one for two in known)),
            }
        )


def load(path: Path, environ: Mapping[str, str], platforms: Mapping[str, type[Settings]]) -> Config:
    """The configuration in this file; `platforms` says which accounts there can be, by name.

    Raises `ConfigError` with every problem that was found.
    """
    sections, problems = ini.read(_text(path))
    report = Report(problems)
    report.warnings.extend(_readable_by_others(path))
    api = _own(sections, "api", Api, environ, report)
    social = _own(sections, "social", Social, environ, report)
    own = {"email": api.email, "key": api.key.get_secret_value(), "site": api.site} if api else {}
    accounts, absent = read_accounts(sections, environ, platforms, own, report)
    asked = social.default_platforms if social is not None else ()
    report.warnings.extend(_strange_variables(environ, [*sections, *platforms], platforms))
    if social is not None:
        where = sections["social"].values.get("default_platforms", _ENVIRONMENT).where
        chosen = default_accounts(social.default_platforms, where, [*accounts], [*absent, *platforms], report)
        social = social.model_copy(update={"default_platforms": chosen, **_places(social, path)})
    if report.problems or api is None or social is None:
        raise ConfigError(*sorted(report.problems, key=_line))
    _make_known(api, social)
    if api.site.startswith("http:") and not _loopback(api.site):
        report.warnings.append(
            f"{api.site} is not encrypted: the bot's key and all drafts can be read on the way."
        )
    return Config(
        path=path,
        api=api,
        social=social,
        accounts=accounts,
        absent=tuple(absent),
        waiting={name: one for name, one in absent.items() if one is not None},
        order=tuple(one for one in sections if one in accounts or one in absent)
        + tuple(one for one in [*accounts, *absent] if one not in sections),
        asked=asked,
        warnings=tuple(report.warnings),
    )


_ENVIRONMENT = ini.Value("", "the environment")


def _own(
    sections: dict[str, ini.Section], name: str, model: type[_Own], environ: Mapping[str, str], report: Report
) -> _Own | None:
    """`[api]` or `[social]`; wholly missing is one problem, not one for each key."""
    section = sections.setdefault(name, ini.Section(name, "the file"))
    found = given(section, model, environ)
    if not found and not section.values:
        report.problems.append(f"{section.where}: [{name}] is missing or empty. See zuliprc.example.")
        return None
    return fill(section, model, found, report)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no `{path}`. Copy zuliprc.example there and fill it in.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"`{path}` is no text in UTF-8. Save it again as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read ({error.strerror}).") from None


def _readable_by_others(path: Path) -> Iterator[str]:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        yield f"`{path}` holds secrets and may be read by other users of this machine: `chmod 600 {path}`."


def _strange_variables(
    environ: Mapping[str, str], names: Sequence[str], platforms: Mapping[str, type[Settings]]
) -> Iterator[str]:
    """A variable that looks like ours and replaces nothing is most likely a mistake."""
    models: dict[str, type[BaseModel]] = {"api": Api, "social": Social, **platforms}
    known = [
        variable(name, key)
        for name in dict.fromkeys(names)
        for key in getattr(models.get(name.partition(":")[0]), "model_fields", ())
    ]
    for name in environ:
        if name.startswith("SOCIAL_") and name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f"; did you mean `{close[0]}`?" if close else "."
            yield f"The environment variable `{name}` replaces no setting{hint}"


def _places(social: Social, path: Path) -> dict[str, object]:
    """Where things are kept: what is not absolute is beside the zuliprc."""
    beside = path.absolute().parent
    data_dir = beside / social.data_dir.expanduser()
    url = social.database_url.get_secret_value() or f"sqlite:///{data_dir / 'social.sqlite3'}"
    if match := _SQLITE_FILE.match(url):
        url = f"{match[1]}{beside / Path(match[2]).expanduser()}{match[3]}"
    return {"data_dir": data_dir, "database_url": SecretStr(url)}


def _make_known(api: Api, social: Social) -> None:
    """Let the filter know the secrets of these sections; those of accounts make themselves known."""
    key = social.secret_key
    know(api.key.get_secret_value(), key.get_secret_value() if key else None)
    address = urlsplit(social.database_url.get_secret_value())
    if address.password:
        know(unquote(address.password), address.password, f":{address.password}@{address.hostname}")


def _loopback(site: str) -> bool:
    return urlsplit(site).hostname in ("localhost", "127.0.0.1", "::1")


def _line(problem: str) -> tuple[int, str]:
    match = re.match(r"line (\d+)", problem)
    return (int(match[1]) if match else 0, problem)
