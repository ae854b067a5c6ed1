"""`zuliprc`: what it may say, what is said about mistakes, and what is never said."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr, ValidationError

from bot.config import Api, Config, ConfigError, Social, ini, load
from bot.config.sections import variable
from bot.config.values import Approvers, approvers, emoji_names, span
from bot.when.slots import Slot
from handlers.base import Settings
from handlers.registry import PLATFORMS

EXAMPLE = Path(__file__).parents[2] / "zuliprc.example"

API = "[api]\nemail=social-bot@chat.example.org\nkey=hush-api\nsite=https://chat.example.org\n"
SOCIAL = "[social]\nchannel = social-media\napprovers = social-approvers\n"


class Tooter(Settings):
    base_url: str = "https://toot.example"
    access_token: SecretStr
    visibility: Literal["public", "unlisted"] = "public"
    tags: tuple[str, ...] = ()
    pause: timedelta = timedelta()
    retries: int = Field(default=3, ge=1, le=9)


class Chat(Settings):
    site: str
    email: str
    key: SecretStr
    channel: str
    topic: str = "announcements"


FAKE: dict[str, type[Settings]] = {"mastodon": Tooter, "zulip": Chat, "x": Tooter}

Load = Callable[..., Config]


@pytest.fixture
def loading(tmp_path: Path) -> Load:
    def write(text: str, environ: dict[str, str] | None = None) -> Config:
        path = tmp_path / "zuliprc"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return load(path, environ or {}, FAKE)

    return write


def problems(loading: Load, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loading(text, environ)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def test_the_file_of_zulip_and_two_lines_are_enough(loading: Load, tmp_path: Path) -> None:
    config = loading(API + SOCIAL)
    assert config.api.email == "social-bot@chat.example.org"
    assert config.api.key.get_secret_value() == "hush-api"
    social = config.social
    assert (social.channel, social.approvers) == ("social-media", Approvers("group", "social-approvers"))
    assert (social.approvals, social.self_approval) == (1, False)
    assert (social.approve_emoji, social.veto_emoji) == (("+1",), ("-1",))
    assert (social.timezone, social.default_time, social.slots) == (ZoneInfo("UTC"), "now", ())
    assert (social.grace, social.late) == (timedelta(0), timedelta(hours=1))
    assert (social.gather, social.lease) == (timedelta(seconds=5), timedelta(minutes=5))
    assert social.move_freely == timedelta(hours=24)
    assert social.data_dir == tmp_path / "social-data"
    assert social.database_url.get_secret_value() == f"sqlite:///{tmp_path}/social-data/social.sqlite3"
    assert (dict(config.accounts), social.default_platforms, config.warnings) == ({}, (), ())


def test_every_setting_is_read(loading: Load, tmp_path: Path) -> None:
    social = loading(
        API
        + SOCIAL
        + "approvals = 2\nself_approval = yes\napprove_emoji = +1, :tada:, ✅\nveto_emoji = -1, 🛑\n"
        "timezone = europe/helsinki\ndefault_time = next\nslots = Thu 14.00, Tue 10:00\nlanguages = FI, no\n"
        "grace = 5 min\nlate = 2 h\ngather = 90 s\nlease = 10 min\ndata_dir = /srv/social\n"
        "database_url = postgresql://me:hush-db@db/social\nsecret_key = hush-key\nlog_format = json\n"
        "clock = http://127.0.0.1:8400/sandbox/clock\n"
    ).social
    assert (social.approvals, social.self_approval) == (2, True)
    assert (social.approve_emoji, social.veto_emoji) == (("+1", "tada", "✅"), ("-1", "🛑"))
    assert (social.timezone.key, social.default_time) == ("Europe/Helsinki", "next")
    assert social.languages == ("fi", "nb", "nn")
    assert social.slots == (Slot(1, 10, 0), Slot(3, 14, 0))
    assert [social.grace, social.late, social.gather, social.lease] == [
        timedelta(minutes=5),
        timedelta(hours=2),
        timedelta(seconds=90),
        timedelta(minutes=10),
    ]
    assert social.data_dir == Path("/srv/social")
    assert social.database_url.get_secret_value() == "postgresql://me:hush-db@db/social"
    assert social.secret_key is not None
    assert (social.clock, social.log_format) == ("http://127.0.0.1:8400/sandbox/clock", "json")


def test_accounts_are_read_by_their_platforms_in_the_order_of_the_file(loading: Load) -> None:
    config = loading(
        API
        + SOCIAL
        + "[mastodon:fosstodon]\naccess_token = a\napprovals = 2\ntags = one, two\npause = 3 min\n"
        "[X]\naccess_token = b\n[mastodon]\naccess_token =\nbase_url = https://toot.example\n"
    )
    assert list(config.accounts) == ["mastodon:fosstodon", "x"]
    assert config.absent == ("mastodon",)  # it has no credentials
    fosstodon = config.accounts["mastodon:fosstodon"]
    assert isinstance(fosstodon, Tooter)
    assert (fosstodon.approvals, fosstodon.tags) == (2, ("one", "two"))
    assert fosstodon.pause == timedelta(minutes=3)
    assert config.social.default_platforms == ("mastodon:fosstodon", "x")


def test_an_announcement_channel_uses_the_bots_own_account(loading: Load) -> None:
    config = loading(
        API
        + SOCIAL
        + '[zulip]\nchannel = announcements\n[zulip:events]\nchannel = 7\nkey = other\ntopic = ""\n'
    )
    own, events = config.accounts["zulip"], config.accounts["zulip:events"]
    assert isinstance(own, Chat)
    assert isinstance(events, Chat)
    assert (own.site, own.email) == (config.api.site, config.api.email)
    assert own.key.get_secret_value() == "hush-api"
    assert (events.key.get_secret_value(), events.topic, own.topic) == ("other", "", "announcements")


def test_an_empty_announcement_section_is_absent(loading: Load) -> None:
    assert loading(API + SOCIAL + "[zulip]\nchannel =\n").absent == ("zulip",)


@pytest.mark.parametrize(
    "said,meant",
    [
        ("", ("mastodon", "mastodon:b", "x")),
        ("all", ("mastodon", "mastodon:b", "x")),
        ("x, mastodon", ("mastodon", "x")),
        ("mastodon:b", ("mastodon:b",)),
        ("all but x", ("mastodon", "mastodon:b")),
        ("All but X, mastodon", ("mastodon:b",)),
    ],
)
def test_default_platforms(loading: Load, said: str, meant: tuple[str, ...]) -> None:
    accounts = "".join(f"[{name}]\naccess_token = t\n" for name in ("mastodon", "mastodon:b", "x"))
    assert (
        loading(API + SOCIAL + f"default_platforms = {said}\n" + accounts).social.default_platforms == meant
    )


def test_a_platform_means_all_its_accounts_where_none_has_its_name(loading: Load) -> None:
    accounts = "".join(f"[{name}]\naccess_token = t\n" for name in ("mastodon:a", "mastodon:b", "x"))
    config = loading(API + SOCIAL + "default_platforms = mastodon\n" + accounts)
    assert config.social.default_platforms == ("mastodon:a", "mastodon:b")


def test_a_default_platform_without_credentials_is_left_out_with_a_warning(loading: Load) -> None:
    config = loading(API + SOCIAL + "default_platforms = mastodon, x\n[mastodon]\naccess_token = t\n[x]\n")
    assert config.social.default_platforms == ("mastodon",)
    assert config.warnings == (
        "line 8: `default_platforms` names `x`, which has no credentials; it is left out.",
    )


def test_all_mistakes_are_told_at_once_with_line_and_nearest_name(loading: Load) -> None:
    told = problems(
        loading,
        "[api]\nemail = a@b\nsite = chat.example.org\n\n[social]\nchannel = s\naprovals = 2\n"
        "grace = 5\nself_approval = perhaps\napprovers = people:\ntimezone = Europe/Helsink\nslots = Tuesday\n"
        "default_platforms = mastdon\n"
        "[mastodn:a]\naccess_token = t\n[mastodon]\naccess_token = hush\nretries = 99\nvisibilty = public\n"
        "[x]\nbase_url = https://x.example\naccess_tokn = hush\n[twitter-like thing]\nwhat is this\n",
    )
    assert told == [
        "line 1: [api] needs `key`.",
        "line 3: `site` of [api] cannot be `chat.example.org`: an address is needed, such as `https://chat.example.org`.",
        "line 7: `aprovals` is not a setting of [social]; did you mean `approvals`?",
        "line 8: `grace` of [social] cannot be `5`: a span with its unit is needed, such as `90 s`, `5 min`, `2 h` or `1 d`.",
        "line 9: `self_approval` of [social] cannot be `perhaps`: it must be `yes` or `no`.",
        "line 10: `approvers` of [social] cannot be `people:`: `people:` needs at least one user id, e-mail address or full name.",
        (
            "line 11: `timezone` of [social] cannot be `Europe/Helsink`: an IANA time zone is needed, such as `Europe/Helsinki`; "
            "did you mean `Europe/Helsinki`?"
        ),
        "line 12: `slots` of [social] cannot be `Tuesday`: Tuesday has no time: write it behind the day, as in `Tue 10:00`.",
        "line 14: there is no section [mastodn:a]; did you mean `mastodon:a`?",
        "line 18: `retries` of [mastodon] cannot be `99`: it must be at most 9.",
        "line 19: `visibilty` is not a setting of [mastodon]; did you mean `visibility`?",
        "line 22: `access_tokn` is not a setting of [x]; did you mean `access_token`?",
        "line 23: there is no section [twitter-like thing].",
        "line 24: is neither a section nor `name = value`.",
    ]


def test_an_account_that_does_not_exist_is_refused_as_default(loading: Load) -> None:
    told = problems(loading, API + SOCIAL + "default_platforms = mastdon\n[mastodon]\naccess_token = t\n")
    assert told == ["line 8: `default_platforms`: there is no account `mastdon`; did you mean `mastodon`?"]


@pytest.mark.parametrize(
    "text,told",
    [
        ("", ["the file: [api] is missing or empty. See zuliprc.example.",
              "the file: [social] is missing or empty. See zuliprc.example."]),
        (API, ["the file: [social] is missing or empty. See zuliprc.example."]),
        (API + "[social]\nchannel = s\n", ["line 5: [social] needs `approvers`."]),
        ("key = x\n" + API + SOCIAL, ["line 1: before the first setting there must be a section, such as `[api]`."]),
        (API + SOCIAL + "channel = t\n", ["line 8: `channel` stands twice (first in line 6). Take one out."]),
        (API + SOCIAL + "[api]\n", ["line 8: [api] stands twice (first in line 1). Join them."]),
        (API + SOCIAL + "[mastodon:]\n", [("line 8: [mastodon:] is no name for an account. Use letters, digits, `.`, `-` "
                                          "and `_`, such as `[mastodon:main]`.")]),
        (API + SOCIAL + "default_time = next\n", [("line 5: [social]: `default_time = next` needs `slots`, such as "
                                                  "`slots = Tue 10:00, Thu 14:00`.")]),
        (API + SOCIAL + "veto_emoji = +1\n", ["line 5: [social]: `+1` cannot both approve and veto."]),
        (API + SOCIAL + "approve_emoji = thumbs up\n", [("line 8: `approve_emoji` of [social] cannot be `thumbs up`: `thumbs up` "
                                                        "is neither the name of a Zulip emoji nor one emoji character.")]),
        (API + SOCIAL + "log_format = xml\n", ["line 8: `log_format` of [social] cannot be `xml`: it must be 'text' or 'json'."]),
        (API + SOCIAL + "approvals = 2 # two\n", [("line 8: `approvals` of [social] cannot be `2 # two`: it must be a whole "
                                                  "number. A comment must stand on a line of its own.")]),
        (API + SOCIAL + "lease = 1 s\n", [("line 5: [social]: `lease` must be at least 30 s, or slow uploads would be taken for "
                                          "interrupted.")]),
        (API + SOCIAL + "late = 400 d\n", ["line 8: `late` of [social] cannot be `400 d`: at most a year is possible."]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_do(loading: Load, text: str, told: list[str]) -> None:
    assert problems(loading, text) == told


@pytest.mark.parametrize(
    "text",
    [
        API.replace("key=", "key "),  # a line that is no setting
        API.replace("key=hush-api", "site: http//hush-api@x"),
        API + "hush-api\n",
        API
        + SOCIAL
        + "[mastodon]\naccess_token = t\nretries = many\nhush-api = 1\nbase_url = http://a:hush-api@b",
        API + SOCIAL + "secret_key = hush-api\napprovals = none\n",
        API + SOCIAL + "database_url = mysql://hush-api@x\napprovals = none\n",
    ],
)
def test_no_secret_is_repeated_in_a_mistake(loading: Load, text: str) -> None:
    told = "\n".join(problems(loading, text))
    assert "hush-api" not in told.replace("`hush-api` is not a setting", "")


def test_no_secret_is_shown_when_the_configuration_is_printed(loading: Load) -> None:
    config = loading(
        API
        + SOCIAL
        + "database_url = postgresql://me:hush-db@db/social\nsecret_key = hush-key-hush-key-hush\n"
        "[mastodon]\naccess_token = hush-token\n[zulip]\nchannel = a\n"
    )
    for shown in (
        repr(config),
        str(config),
        f"{config.accounts}",
        repr(config.social),
    ):
        assert "hush" not in shown


def test_the_configuration_cannot_be_changed(loading: Load) -> None:
    config = loading(API + SOCIAL + "[mastodon]\naccess_token = t\n")
    with pytest.raises(ValidationError, match="frozen"):
        config.social.approvals = 0
    with pytest.raises(ValidationError, match="frozen"):
        config.social = config.social
    with pytest.raises(TypeError):
        config.accounts["x"] = config.accounts["mastodon"]  # type: ignore[index]  # what must fail


def test_the_environment_wins_over_the_file(loading: Load) -> None:
    config = loading(
        API + SOCIAL + "approvals = 2\n[mastodon:my-fosstodon]\naccess_token = old\n",
        {
            "SOCIAL_API_KEY": "new-key",
            "SOCIAL_APPROVALS": "3",
            "SOCIAL_MASTODON_MY_FOSSTODON_ACCESS_TOKEN": "new",
            "SOCIAL_X_ACCESS_TOKEN": "only here",
            "SOCIAL_DATABASE_URL": "",
            "PATH": "/bin",
        },
    )
    assert config.api.key.get_secret_value() == "new-key"
    assert config.social.approvals == 3
    fosstodon, x = config.accounts["mastodon:my-fosstodon"], config.accounts["x"]
    assert isinstance(fosstodon, Tooter)
    assert isinstance(x, Tooter)
    assert (fosstodon.access_token.get_secret_value(), x.access_token.get_secret_value()) == (
        "new",
        "only here",
    )
    assert config.warnings == ()


def test_the_environment_alone_is_enough(loading: Load) -> None:
    config = loading(
        "",
        {
            "SOCIAL_API_EMAIL": "a@b.c",
            "SOCIAL_API_KEY": "k",
            "SOCIAL_API_SITE": "https://chat.example.org",
            "SOCIAL_CHANNEL": "social-media",
            "SOCIAL_APPROVERS": "members",
        },
    )
    assert config.social.approvers == Approvers("members")


def test_a_mistake_in_the_environment_names_its_variable(loading: Load) -> None:
    assert problems(loading, API + SOCIAL, {"SOCIAL_APPROVALS": "many"}) == [
        "SOCIAL_APPROVALS: `approvals` of [social] cannot be `many`: it must be a whole number."
    ]


def test_a_variable_that_replaces_nothing_is_warned_of(loading: Load) -> None:
    assert loading(API + SOCIAL, {"SOCIAL_APROVALS": "3"}).warnings == (
        "The environment variable `SOCIAL_APROVALS` replaces no setting; did you mean `SOCIAL_APPROVALS`?",
    )


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
def test_a_file_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "zuliprc"
    path.write_text(API + SOCIAL)
    path.chmod(0o644)
    (warning,) = load(path, {}, FAKE).warnings
    assert (
        warning
        == f"`{path}` holds secrets and may be read by other users of this machine: `chmod 600 {path}`."
    )


def test_an_unencrypted_site_is_warned_of_unless_it_is_this_machine(loading: Load) -> None:
    text = API + SOCIAL
    assert "not encrypted" in loading(text.replace("https:", "http:")).warnings[0]
    assert loading(text.replace("https://chat.example.org", "http://127.0.0.1:8400")).warnings == ()


def test_a_comment_behind_a_value_is_warned_of(loading: Load) -> None:
    (warning,) = loading(API + SOCIAL.replace("social-media", "social-media # ours")).warnings
    assert warning.startswith("line 6: `channel` of [social] holds a `#`")


def test_places_that_are_not_absolute_are_beside_the_file(loading: Load, tmp_path: Path) -> None:
    social = loading(API + SOCIAL + "data_dir = here\ndatabase_url = sqlite:///there/a.db?timeout=9\n").social
    assert social.data_dir == tmp_path / "here"
    assert social.database_url.get_secret_value() == f"sqlite:///{tmp_path}/there/a.db?timeout=9"
    kept = loading(API + SOCIAL + "database_url = sqlite:////srv/a.db\n").social.database_url
    assert kept.get_secret_value() == "sqlite:////srv/a.db"


def test_a_missing_file_and_a_file_that_is_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no .*Copy zuliprc\.example"):
        load(tmp_path / "none", {}, FAKE)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="no text in UTF-8"):
        load(tmp_path / "bytes", {}, FAKE)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {}, FAKE)


def test_a_file_from_windows_is_read_too(loading: Load) -> None:
    assert loading("\ufeff" + (API + SOCIAL).replace("\n", "\r\n")).social.channel == "social-media"


@pytest.mark.parametrize(
    "text,meant",
    [
        ("0", 0), ("5 min", 300), ("90 s", 90), ("2 h", 7200), ("1 h 30 min", 5400), ("2 hours and 5 minutes", 7500),
        ("1.5 h", 5400), ("1,5h", 5400), ("1 d", 86400), ("10 Seconds", 10),
    ],
)  # fmt: skip
def test_spans(text: str, meant: int) -> None:
    assert span(text) == timedelta(seconds=meant)


@pytest.mark.parametrize("text", ["5", "-5 min", "soon", "5 fortnights", "min", "5 min later", "1:30", "∞ s"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span with its unit"):
        span(text)


@pytest.mark.parametrize(
    "text,meant",
    [
        ("social-approvers", Approvers("group", "social-approvers")),
        ("group: Social Approvers", Approvers("group", "Social Approvers")),
        ("@*social-approvers*", Approvers("group", "social-approvers")),
        ("people: a@b.c, 17, Alice Åström", Approvers("people", people=("a@b.c", 17, "Alice Åström"))),
        ("Members", Approvers("members")),
    ],
)
def test_approvers(text: str, meant: Approvers) -> None:
    assert approvers(text) == meant


@pytest.mark.parametrize("text", ["a@b.c", "Alice, Bob", "role: admin", "people: ,", "group:"])
def test_what_may_be_people_or_a_group_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match="group"):
        approvers(text.replace("people: ,", "group: "))


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    sections, told = ini.read(text)
    assert all(one.startswith("line ") for one in told)
    assert all(name == section.name for name, section in sections.items())


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True),
        st.from_regex(r"[!-~åé]([ -~åé]{0,20}[!-~åé])?", fullmatch=True),
        max_size=5,
    )
)
def test_values_are_read_as_configparser_reads_them(values: dict[str, str]) -> None:
    text = "[api]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
    theirs = configparser.ConfigParser(interpolation=None)
    theirs.read_string(text)
    sections, told = ini.read(text)
    assert told == []
    assert {key: one.text for key, one in sections["api"].values.items()} == dict(theirs["api"])


@given(st.text(max_size=40))
def test_no_value_breaks_a_reader_of_values(text: str) -> None:
    for read in (span, approvers, emoji_names):
        try:
            read(text)
        except ValueError as error:
            refused = str(error)
        else:
            continue
        assert refused


REAL = {name: platform.Settings for name, platform in PLATFORMS.items()}


def test_the_example_loads_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "zuliprc"
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o600)
    config = load(path, {}, REAL)
    assert (dict(config.accounts), config.warnings) == ({}, ())
    assert set(config.absent) == set(REAL)


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    named: dict[str, set[str]] = {}
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            named[header[1]] = set()
        elif setting := re.match(r"(?:# )?([a-z_]+) =(?: |$)", line):
            list(named.values())[-1].add(setting[1])
    models: dict[str, set[str]] = {"api": set(Api.model_fields), "social": set(Social.model_fields)}
    models |= {name: set(model.model_fields) for name, model in REAL.items()}
    assert named == models


def test_what_is_commented_out_in_the_example_is_the_default(tmp_path: Path) -> None:
    given_all = {"access_token": "t", "client_id": "c", "organization": "1", "channel": "news"}
    text = re.sub(
        r"^(\w+) =$",
        lambda match: f"{match[1]} = {given_all.get(match[1], '')}",
        EXAMPLE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    path = tmp_path / "zuliprc"
    path.write_text(text, encoding="utf-8")
    plain = load(path, {}, REAL)
    path.write_text(re.sub(r"^# (\w+ =(?: .*)?)$", r"\1", text, flags=re.MULTILINE), encoding="utf-8")
    spelled_out = load(path, {}, REAL)
    assert set(plain.accounts) == set(REAL)
    assert dict(spelled_out.accounts) == dict(plain.accounts)
    assert spelled_out.social.slots  # the one that has no default to show
    assert spelled_out.social.model_copy(update={"slots": ()}) == plain.social


def test_every_environment_variable_is_somebodys_alone() -> None:
    models: dict[str, type[BaseModel]] = {"api": Api, "social": Social, **REAL}
    names = [variable(section, key) for section, model in models.items() for key in model.model_fields]
    assert len(names) == len(set(names))


def test_a_language_in_which_no_times_are_read_is_refused_with_those_that_there_are(loading: Load) -> None:
    assert problems(loading, API + SOCIAL + "languages = de-AT, klingon\n") == [
        (
            "line 8: `languages` of [social] cannot be `de-AT, klingon`: `klingon` is no language in which I read times; "
            "there are en, de, fi, sv, nb, nn, da, et, fr, nl, is, and `all`."
        )
    ]
