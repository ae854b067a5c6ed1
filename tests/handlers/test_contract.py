"""What every platform promises, whichever it is; a new one is added to `SETTINGS` here and must pass."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mastodon
import mastodon.errors
import pytest
import requests
import tweepy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.sandbox import accounts
from bot.sandbox.mastodon import dialects
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from handlers import base
from handlers.base import (
    Draft,
    Later,
    Options,
    Outgoing,
    Part,
    Platform,
    PlatformError,
    Poll,
    Rejected,
    Standing,
    Tools,
    Unavailable,
    Uncertain,
)
from handlers.mastodon.errors import judge as judge_mastodon
from handlers.media import Media, Store
from handlers.registry import PLATFORMS
from handlers.wire import Answer, Turned
from handlers.x.errors import judge as judge_x
from tests.handlers.conftest import Delivery

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = "never-to-be-shown"


def sections(url: str) -> dict[str, dict[str, str]]:
    """One account of each platform, at this address; every secret contains `SECRET`."""
    return {
        "linkedin": {
            "base_url": url,
            "auth_url": url,
            "organization": "123",
            "access_token": f"{SECRET}-1",
        },
        "mastodon": {"base_url": url, "access_token": f"{SECRET}-2"},
        "x": {
            "base_url": url,
            "api_key": f"{SECRET}-3",
            "api_secret": f"{SECRET}-4",
            "access_token": f"7-{SECRET}-5",
            "access_token_secret": f"{SECRET}-6",
        },
        "youtube": {"base_url": url, "auth_url": url, "access_token": f"{SECRET}-7"},
        "zulip": {
            "site": url,
            "email": "bot@example.org",
            "key": f"{SECRET}-8",
            "channel": "announcements",
        },
    }


def make(name: str, url: str, tools: Tools) -> Platform:
    kind = PLATFORMS[name]
    return kind(name, kind.Settings.model_validate(sections(url)[name]), tools)


@pytest.fixture(params=sorted(PLATFORMS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def voice() -> str:
    """Which server stands behind `mastodon`; a test that is for all of them says so."""
    return dialects.MASTODON.name


def on_each_server(*names: str) -> pytest.MarkDecorator:
    """These platforms, and Mastodon's in the voice of each server that speaks its API."""
    voices = [("mastodon", one) for one in dialects.VOICES if one != "mastodon"]
    return pytest.mark.parametrize("name, voice", [*((one, "mastodon") for one in names), *voices])


ON_EACH_SERVER = on_each_server(*sorted(PLATFORMS))


@pytest.fixture
def film(tools: Tools) -> Media:
    data = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100_000
    return Media(tools.store.put(data), "film.mp4", "video/mp4", len(data), "A film")


def a_draft(name: str, film: Media) -> Draft:
    """A post that the platform can send: on YouTube it needs a video and a title."""
    text = "Registration is open: https://coderefinery.org"
    return Draft(text, (film,), Options(title="Registration")) if name == "youtube" else Draft(text)


def test_the_list_is_complete_and_named_as_the_classes_say() -> None:
    assert sorted(PLATFORMS) == ["linkedin", "mastodon", "x", "youtube", "zulip"]
    assert list(PLATFORMS) == sorted(PLATFORMS)
    assert {name: kind.name for name, kind in PLATFORMS.items()} == {name: name for name in PLATFORMS}
    assert set(sections("")) == set(PLATFORMS)


def test_settings_are_strict_and_hide_their_secrets(name: str) -> None:
    kind = PLATFORMS[name]
    found = kind.Settings.model_validate(sections("https://example.org")[name])
    assert isinstance(found, base.Settings)
    assert SECRET not in repr(found)
    assert SECRET not in str(found)
    assert SECRET not in found.model_dump_json()
    with pytest.raises(ValueError, match="Extra inputs"):
        kind.Settings.model_validate(sections("https://example.org")[name] | {"tpyo": "1"})


class NoVault:
    """A vault for what needs none."""

    def read(self, _account: str) -> dict[str, str]:
        return {}

    def write(self, _account: str, _secrets: Any) -> None:
        raise AssertionError("nothing to keep")

    def alone(self, _account: str) -> Any:
        raise AssertionError("nothing to renew")


class NoMeter:
    """A meter for what uses nothing."""

    def take(self, *_: Any, **__: Any) -> bool:
        raise AssertionError("nothing to count")

    def give_back(self, *_: Any) -> None:
        raise AssertionError("nothing to count")

    def used(self, *_: Any) -> int:
        raise AssertionError("nothing to count")


@pytest.fixture(scope="module")
def offline() -> Iterator[Callable[[str], Platform]]:
    """Platforms for `prepare` alone; any request would fail with an unknown scheme."""
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(Store(Path(folder)), NoVault(), lambda: NOON, NoMeter())
        made = {name: make(name, "http://127.0.0.1:9", tools) for name in PLATFORMS}
        yield lambda name: made[name]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=400) | st.lists(
    st.sampled_from(
        [
            "https://example.org/a?b=c ",
            "@**all** ",
            "👩‍👩‍👧 ",
            "**bold** ",
            "\n\n\n",
            "word " * 40,
            "漢字" * 60,
            "example.com. ",
            "@user@fosstodon.org ",
            "```\ncode\n```\n",
            "\ufeff",
            "x" * 500,
        ]
    ),
    max_size=12,
).map("".join)
MEDIA = st.builds(
    Media,
    sha256=st.sampled_from(["0" * 64, "f" * 64, "nonsense"]),
    name=st.text(st.characters(codec="utf-8"), max_size=20),
    mime=st.sampled_from(
        [
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "video/mp4",
            "application/pdf",
            "text/plain",
            "",
        ]
    ),
    size=st.sampled_from([0, 1, 100_000, 30_000_000, 10**12]),
    alt=st.text(max_size=20) | st.just("a" * 1800),
    width=st.sampled_from([0, 1, 4000, 20_000]),
    height=st.sampled_from([0, 1, 4000, 20_000]),
)
WORDS = st.none() | st.text(st.characters(codec="utf-8"), max_size=30)
OPTIONS = st.builds(
    Options,
    title=WORDS,
    cw=WORDS | st.just("long " * 200),
    lang=WORDS | st.just("en"),
    visibility=WORDS | st.sampled_from(["public", "unlisted", "Private"]),
    link=WORDS | st.just("https://example.org"),
    thread=st.booleans(),
)
DRAFTS = st.builds(Draft, text=TEXTS, media=st.lists(MEDIA, max_size=5).map(tuple), options=OPTIONS)


@settings(max_examples=100, deadline=None)
@given(draft=DRAFTS)
def test_preparing_is_pure_and_takes_whatever_people_write(
    offline: Callable[[str], Platform], draft: Draft
) -> None:
    for name in PLATFORMS:
        platform = offline(name)
        out = platform.prepare(draft)
        assert out == platform.prepare(draft)
        assert out.account == name
        assert all(problem.text for problem in out.problems)
        failed = any(problem.error for problem in out.problems)
        if out.skipped:
            assert out.parts == ()
        elif not failed:
            assert out.parts
            assert all(part.length <= out.limit for part in out.parts)
        json.dumps(asdict(out))


def test_a_closed_port_means_certainly_not_out(
    name: str, tools: Tools, closed_port: str, delivery: Any, film: Media
) -> None:
    platform = make(name, closed_port, tools)
    out = platform.prepare(a_draft(name, film))
    assert not any(problem.error for problem in out.problems)
    with pytest.raises(Unavailable) as error:
        platform.send(out, delivery.ticket())
    assert SECRET not in str(error.value)
    with pytest.raises(Unavailable):
        platform.check()
    try:
        assert platform.find(out, delivery.ticket()) is None
    except Unavailable:
        assert not delivery.receipt.get("trying")


def test_looking_for_what_was_never_tried_changes_nothing(
    name: str, tools: Tools, server: Any, delivery: Any, film: Media
) -> None:
    platform = make(name, server.url, tools)
    out = platform.prepare(a_draft(name, film))
    try:
        assert platform.find(out, delivery.ticket()) is None
    except Unavailable:
        assert server.asked
    assert not [asked for asked in server.asked if asked.method != "GET"]


ANSWERS: dict[str, tuple[Any, int]] = {
    "page": (b"<html>Welcome</html>", 200),
    "list": ([1, 2], 200),
    "null": (None, 200),
    "proxy": (b"<html>502</html>", 502),
    "broken": ({"error": "boom"}, 500),
    "refused": ({"error": "no", "detail": "no", "message": "no"}, 400),
    "forbidden": ({"error": "no"}, 403),
    "list-refused": (["no"], 422),
    "gone": (b"", 410),
    "teapot": (b"short and stout", 418),
    "moved": (b"", 301),
    "slow": ({"error": "slow"}, 429),
    "cut": (None, 0),
}


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_whatever_a_server_answers_is_told_in_a_sentence(
    name: str, answer: str, tools: Tools, server: Any, delivery: Any, film: Media
) -> None:
    platform = make(name, server.url, tools)
    body, status = ANSWERS[answer]
    server.rule(lambda _asked: server.reply(body, status) if status else server.CUT)
    out = platform.prepare(a_draft(name, film))
    told: list[PlatformError] = []
    with pytest.raises(PlatformError) as sending:
        platform.send(out, delivery.ticket())
    told.append(sending.value)
    try:
        assert platform.find(out, delivery.ticket()) is None
    except (Uncertain, Unavailable) as error:
        told.append(error)
    try:
        assert isinstance(platform.check(), Standing)
    except (Rejected, Unavailable) as error:
        told.append(error)
    for trouble in told:
        sentence = str(trouble)
        assert sentence[:1].isupper() or sentence.startswith("“")
        assert sentence.rstrip(")").endswith((".", "`", "?"))
        assert SECRET not in sentence
        assert server.url not in sentence
        assert "Traceback" not in sentence
        assert "<" not in sentence


@pytest.mark.parametrize("answer", ["closed", "cut", "broken", "refused", "forbidden", "slow", "gone"])
def test_an_error_says_which_of_several_accounts_it_is_about(
    name: str, answer: str, tools: Tools, server: Any, closed_port: str, delivery: Any, film: Media
) -> None:
    """With two accounts of a platform, `LinkedIn refused` leaves people to guess."""
    kind = PLATFORMS[name]
    url = closed_port if answer == "closed" else server.url
    platform = kind(f"{name}:lab", kind.Settings.model_validate(sections(url)[name]), tools)
    body, status = ANSWERS.get(answer, (None, 0))
    server.rule(lambda _asked: server.reply(body, status) if status else server.CUT)
    out = platform.prepare(a_draft(name, film))
    with pytest.raises(PlatformError) as sending:
        platform.send(out, delivery.ticket())
    told = [str(sending.value)]
    try:
        assert isinstance(platform.check(), Standing)
    except PlatformError as error:
        told.append(str(error))
    for sentence in told:
        assert f"{kind.title} (lab)" in sentence
        assert "(lab) (lab)" not in sentence


def leaves(kind: type[Exception]) -> set[type[Exception]]:
    """A class with all its descendants."""
    return {kind}.union(*(leaves(one) for one in kind.__subclasses__()))


MASTODON_ERRORS = sorted(
    leaves(mastodon.MastodonError) | leaves(mastodon.errors.MastodonWarning), key=lambda one: one.__name__
)
TWEEPY_ERRORS = sorted(leaves(tweepy.TweepyException), key=lambda one: one.__name__)
REQUESTS_ERRORS = sorted(leaves(requests.RequestException), key=lambda one: one.__name__)
STATUSES = (None, 200, 400, 401, 402, 403, 404, 410, 413, 422, 429, 500, 502, 503, 504, 511)


def built(kind: type[Exception]) -> Exception:
    """An exception of this class, as its library raises it."""
    if issubclass(kind, tweepy.HTTPException):
        response = requests.Response()
        response.status_code, response._content = 400, b"{}"
        return kind(response)
    made = kind.__new__(kind)
    made.args = ("secret https://user:token@example.org/?token=secret",)
    if isinstance(made, Turned):
        made.host = ""
    return made


def judged(
    judge: Callable[..., PlatformError], error: Exception, status: int | None, *, acts: bool
) -> PlatformError:
    answer = None if status is None else Answer(status, {}, {"error": "words"}, "words")
    more = {"login": "social login x"} if judge is judge_x else {}
    return judge(error, answer, who="Name", acts=acts, now=NOON, **more)


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("kind", MASTODON_ERRORS)
def test_every_exception_of_mastodon_py_is_mapped(kind: type[Exception], acts: bool) -> None:
    for status in STATUSES:
        error = judged(judge_mastodon, built(kind), status, acts=acts)
        assert isinstance(error, Rejected | Unavailable | Uncertain)
        assert acts or not isinstance(error, Uncertain)
        assert str(error).startswith("Name")
        assert "secret" not in str(error)


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("kind", TWEEPY_ERRORS)
def test_every_exception_of_tweepy_is_mapped(kind: type[Exception], acts: bool) -> None:
    for status in STATUSES:
        error = judged(judge_x, built(kind), status, acts=acts)
        assert isinstance(error, Rejected | Unavailable | Uncertain)
        assert acts or not isinstance(error, Uncertain)
        assert str(error).startswith("Name")
        assert "secret" not in str(error)


@pytest.mark.parametrize("kind", REQUESTS_ERRORS)
def test_a_broken_request_is_uncertain_unless_it_certainly_never_left(kind: type[Exception]) -> None:
    for judge in (judge_mastodon, judge_x):
        error = judged(judge, built(kind), None, acts=True)
        never_left = kind.__name__ in {
            "ConnectTimeout",
            "InvalidHeader",
            "InvalidProxyURL",
            "InvalidSchema",
            "InvalidURL",
            "MissingSchema",
            "Turned",
            "UnrewindableBodyError",
        }
        assert isinstance(error, Uncertain) is not never_left
        assert not isinstance(judged(judge, built(kind), None, acts=False), Uncertain)


def test_there_are_as_many_classes_as_the_facts_say() -> None:
    """A new version of a library with a new class shows up here."""
    assert len(TWEEPY_ERRORS) == 8
    assert len(MASTODON_ERRORS) == 19


def test_a_bug_is_no_platform_error() -> None:
    bug = ZeroDivisionError("a bug")
    for judge in (judge_mastodon, judge_x):
        with pytest.raises(ZeroDivisionError):
            judged(judge, bug, None, acts=True)


# -- what is found after a lost answer: the rule of `handlers.reconcile`, through each real client -------------

CREATES = {
    "linkedin": ("POST", "/rest/posts"),
    "mastodon": ("POST", "/api/v1/statuses"),
    "x": ("POST", "/2/tweets"),
    "youtube": ("PUT", "/upload/youtube/v3/videos"),
    "zulip": ("POST", "/api/v1/messages"),
}
PEOPLE = "people"


class Place:
    """One platform before its stand-in, and what the world sees there."""

    def __init__(self, name: str, sandbox: Sandbox, tools: Tools, film: Media, voice: str) -> None:
        mastodon: Any = sandbox.platforms["mastodon"]
        mastodon.dialect = dialects.VOICES[voice]
        self.name, self.world, self.sandbox, self._count = name, sandbox.world, sandbox, 0
        bot = sandbox.scene.bot
        file = accounts.sections(sandbox.base, (bot["email"], bot["api_key"]), sandbox.tokens())
        kind = PLATFORMS[name]
        every = dict(file["api"]) | dict(file[name]) if name == "zulip" else dict(file[name])
        own = {key: value for key, value in every.items() if key in kind.Settings.model_fields}
        rests: Any = {"pause": lambda _: None} if name in {"linkedin", "youtube"} else {}
        self.platform = kind(name, kind.Settings.model_validate(own), tools, **rests)
        self.platform.check()
        self.outgoing = self.prepared("Registration is open, for all: 1-2", film)

    def prepared(self, text: str, film: Media, **options: Any) -> Outgoing:
        media = (film,) if self.name == "youtube" else ()
        return self.platform.prepare(Draft(text, media, Options(**{"title": "Registration", **options})))

    def lose(self, fault: str) -> None:
        method, path = CREATES[self.name]
        self._order(fault, method, path)

    def _order(self, fault: str, method: str, path: str, times: int = 1) -> None:
        order = {"service": self.name, "fault": fault, "method": method, "path": path, "times": times}
        self.sandbox.faults.add(order)

    def ids(self) -> list[str]:
        """What is there, seen by all or only by the account itself."""
        every = [*self.world.posts(), *self.world.staged()]
        return [str(one["id"]) for one in every if one["service"] == self.name]

    def row(self) -> Delivery:
        self._count += 1
        made = Delivery(self.world.clock.now)  # type: ignore[arg-type]  # any clock
        made.key = f"post-{self._count}"
        return made

    def sent(self, row: Delivery, fault: str = "") -> None:
        """Published; with a fault, its answer is lost, and YouTube forgets the session of its upload."""
        if not fault:
            self._through(row)
            return
        self.sandbox.faults.clear()
        self.lose(fault)
        if self.name == "youtube":
            self._order("session-gone", "PUT", "upload_id=", times=99)
            self._order("500", "GET", "/channels", times=99)  # nor does it tell then what there is
        with pytest.raises((Uncertain, Unavailable)):
            self.platform.send(self.outgoing, row.ticket())
        if self.name == "youtube":
            self.sandbox.faults.clear()
            self._order("session-gone", "PUT", "upload_id=", times=99)

    def _through(self, row: Delivery) -> None:
        for _ in range(8):
            try:
                self.platform.send(self.outgoing, row.ticket())
            except Later:  # it works on the film
                self.world.clock.advance(timedelta(minutes=5))
            else:
                return
        raise AssertionError("it never came out")

    def found(self, row: Delivery, outgoing: Outgoing | None = None) -> str:
        """The number that is taken for it; empty: it is not there. A film that nobody sees yet counts."""
        for _ in range(4):
            try:
                found = self.platform.find(outgoing or self.outgoing, row.ticket())
            except Unavailable:
                self.world.clock.advance(timedelta(minutes=2))
            except Uncertain:
                return PEOPLE
            else:
                return found.id if found else str(row.receipt.get("video", ""))
        return PEOPLE


@pytest.fixture
def place(name: str, voice: str, tools: Tools, film: Media) -> Iterator[Place]:
    made: list[Sandbox] = []

    def build(url: str) -> Any:
        made.append(Sandbox(World(), url, feature_level=512))
        return made[0].app

    with serving(build):
        given = Tools(tools.store, tools.vault, made[0].world.clock.now, tools.meter)
        yield Place(name, made[0], given, film, voice)
        made[0].world.shelf.close()


@ON_EACH_SERVER
def test_the_one_that_agrees_is_found(place: Place) -> None:
    row = place.row()
    place.sent(row, "reset-after")
    assert [place.found(row)] == place.ids()


@ON_EACH_SERVER
def test_what_never_arrived_is_not_found_in_what_was_there_before(place: Place) -> None:
    """An equal post of an earlier delivery, of which nothing is known any more."""
    place.sent(place.row(), "reset-after" if place.name == "youtube" else "")
    (earlier,) = place.ids()
    place.world.clock.advance(timedelta(minutes=20))
    row = place.row()
    place.sent(row, "reset-before")
    assert place.found(row) != earlier


@ON_EACH_SERVER
def test_a_number_of_another_delivery_is_never_taken(place: Place) -> None:
    row = place.row()
    place.sent(row, "reset-after")
    row.shelf.others = set(place.ids())
    assert place.found(row) == "", "nor is anybody asked of what is known to be another's"


@ON_EACH_SERVER
@pytest.mark.parametrize("text", ["Registration is open, for all: 1-3", "Registration is open for all: 1-2"])
def test_a_text_that_differs_by_one_sign_is_another_post(place: Place, text: str, film: Media) -> None:
    row = place.row()
    place.sent(row, "reset-after")
    assert place.found(row, place.prepared(text, film)) not in place.ids()


LINK = "https://coderefinery.org/"
WHICH = Poll(("yes", "no"), 1440)
BESIDE: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {
    "linkedin": [
        ({}, {"visibility": "logged_in"}),
        ({}, {"link": LINK}),
        ({"link": LINK}, {"link": f"{LINK}other"}),
        ({"link": LINK}, {"link": LINK, "title": "Another title"}),
        ({}, {"poll": WHICH}),
        ({"poll": WHICH}, {}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("yes", "never"))}),
        ({"poll": WHICH}, {"poll": WHICH, "title": "Another question?"}),
        ({"poll": replace(WHICH, choices=("yes", "no", "never"))}, {"poll": WHICH}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("no", "yes"))}),
        ({"poll": WHICH}, {"poll": replace(WHICH, minutes=7 * 1440)}),
    ],
    "mastodon": [
        ({}, {"cw": "food"}),
        ({"cw": "food"}, {}),
        ({"cw": "food"}, {"cw": "meat"}),
        ({}, {"visibility": "unlisted"}),
        ({}, {"poll": WHICH}),
        ({"poll": WHICH}, {}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("yes", "never"))}),
    ],
    "x": [
        ({}, {"poll": WHICH}),
        ({"poll": WHICH}, {}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("yes", "never"))}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("no", "yes"))}),
        ({"poll": WHICH}, {"poll": replace(WHICH, choices=("yes", "no", "never"))}),
        ({"poll": WHICH}, {"poll": replace(WHICH, minutes=60)}),
    ],
    "youtube": [({}, {"title": "Another title"})],
    "zulip": [({}, {"poll": WHICH}), ({}, {"link": LINK})],
}
"""All that may stand beside a text, by platform: how it was sent, and how another post has it."""


@pytest.mark.parametrize(
    "name, voice, sent, other",
    [
        (name, voice, sent, other)
        for name, pairs in BESIDE.items()
        for voice in (dialects.VOICES if name == "mastodon" else ["mastodon"])
        for sent, other in pairs
    ],
)
def test_what_differs_beside_the_text_is_another_post(
    place: Place, sent: dict[str, Any], other: dict[str, Any], film: Media
) -> None:
    text = "Registration is open, for all: 1-2"
    place.outgoing = place.prepared(text, film, **sent)
    row = place.row()
    place.sent(row, "reset-after")
    another = place.prepared(text, film, **other)
    assert another != place.outgoing
    assert not any(problem.error for problem in another.problems)
    assert place.found(row, another) not in place.ids()


def test_each_platform_says_what_stands_beside_a_text() -> None:
    assert set(BESIDE) == set(PLATFORMS)


@pytest.mark.parametrize("name", ["linkedin", "mastodon", "x", "youtube", "zulip"])
def test_other_files_or_none_are_another_post(place: Place, film: Media) -> None:
    """YouTube has one film, and tells how large it is."""
    row = place.row()
    place.sent(row, "reset-after")
    file = replace(film, name="a.png", mime="image/png", width=10, height=10)
    if place.name == "youtube":
        file = replace(film, size=film.size + 1)
    other = replace(place.outgoing, parts=(replace(place.outgoing.parts[0], media=(file,)),))
    assert place.found(row, other) not in place.ids()


ELSEWHERE = {
    "linkedin": "urn:li:image:other",
    "mastodon": "1",
    "x": "1",
    "zulip": "/user_uploads/2/ab/other/photo.png",
}
"""How a file is called that was there when a copy was made."""


@on_each_server(*ELSEWHERE)
def test_after_a_restore_other_files_prove_nothing(place: Place, tools: Tools) -> None:
    """They may have been brought there anew since the copy was made."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 80, 40)).save(file, "PNG")
    kept = tools.store.put(file.getvalue())
    picture = Media(kept, "photo.png", "image/png", len(file.getvalue()), "A map", 64, 48)
    place.outgoing = place.platform.prepare(Draft("Photo of the week!", (picture,)))
    copy = place.row()
    copy.receipt = {"files": {"0.0": {"id": ELSEWHERE[place.name]}}}
    place.sent(place.row())
    with pytest.raises(Uncertain, match="may be this one"):
        place.platform.find(place.outgoing, replace(copy.ticket(), restored=True))


@on_each_server("mastodon", "x")
def test_a_part_of_another_thread_is_another_post(place: Place) -> None:
    """The second halves are equal, and the other's was made after ours began; elsewhere no part answers another."""
    ours, other, tail = place.row(), place.row(), Part("The end of both", 15)
    heads = {one.key: Part(f"Beginning of {one.key}", 20) for one in (ours, other)}
    for row in (ours, other):
        place.outgoing = replace(place.outgoing, parts=(heads[row.key],))
        place.sent(row)
    for row, fault in ((other, "reset-after"), (ours, "reset-before")):
        place.outgoing = replace(place.outgoing, parts=(heads[row.key], tail))
        place.sent(row, fault)
    there = place.ids()
    assert len(there) == 3
    assert place.found(ours) not in there
    assert len(ours.receipt["out"]) == 1


@on_each_server("mastodon", "x")
@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
def test_what_answers_another_post_of_the_conversation_is_another_post(place: Place, fault: str) -> None:
    head, aside, tail = Part("Beginning", 9), Part("A comment", 9), Part("Ask us here", 11)
    ours, theirs = place.row(), place.row()
    place.outgoing = replace(place.outgoing, parts=(head,))
    place.sent(ours)
    theirs.receipt = dict(ours.receipt)
    if fault == "reset-after":
        there = place.ids()
        sent = place.outgoing = replace(place.outgoing, parts=(head, tail))
        place.sent(ours, fault)
        (made,) = set(place.ids()) - set(there)
    place.world.clock.advance(LATER.get(place.name, timedelta()))  # X takes no text twice on a day
    place.outgoing = replace(place.outgoing, parts=(head, aside, tail))
    place.sent(theirs)
    if fault == "reset-before":
        place.world.clock.advance(LATER.get(place.name, timedelta()))
        place.outgoing = replace(place.outgoing, parts=(head, tail))
        place.sent(ours, fault)
        assert place.found(ours) not in place.ids()
    else:
        assert place.found(ours, sent) in there
        assert made in json.dumps(ours.receipt)


LATER = {"linkedin": timedelta(days=3), "x": timedelta(days=2)}
"""So long they take no text twice."""


@ON_EACH_SERVER
def test_of_two_candidates_people_choose(place: Place) -> None:
    row = place.row()
    place.sent(row, "reset-after")
    place.world.clock.advance(LATER.get(place.name, timedelta()))
    place.platform.check()  # where a sign-in ends meanwhile, it is renewed
    place.sent(place.row(), "reset-after")
    assert len(place.ids()) == 2
    assert place.found(row) == PEOPLE


@ON_EACH_SERVER
def test_what_was_made_by_hand_just_before_the_first_attempt_is_not_ours(place: Place) -> None:
    """Minutes before it, and what we sent never arrived: nobody trusts a margin where the server tells its time."""
    place.sent(place.row())
    (earlier,) = place.ids()
    place.world.clock.advance(timedelta(minutes=2))
    row = place.row()
    place.sent(row, "reset-before")
    assert place.found(row) != earlier


class Flood:
    """Posts that were made after ours, put into a stand-in without a request for each."""

    def linkedin(self, core: Any, number: int) -> None:
        doc = core.posts.values()[0]
        urn = f"{doc['id']}{number:04}"
        at = doc["created"] + 1000 + number
        core.posts.put(urn, {**doc, "id": urn, "created": at, "stored": f"News {number}"})

    def mastodon(self, core: Any, number: int) -> None:
        doc = core.statuses.values()[0]
        made = (core.now() + timedelta(seconds=1)).isoformat()
        one = {**doc, "id": core.ids.next(), "created_at": made, "text": f"News {number}"}
        core.statuses.put(one["id"], one)

    def x(self, core: Any, number: int) -> None:
        doc = core.posts.values()[0]
        identity = core.ids.next()
        made = (core.now() + timedelta(seconds=1)).isoformat()
        core.posts.put(
            identity,
            {
                **doc,
                "id": identity,
                "conversation": identity,
                "created_at": made,
                "text": f"News {number}",
                "stored": f"News {number}",
            },
        )

    def youtube(self, core: Any, number: int) -> None:
        doc = core.videos.values()[0]
        made = (core.now() + timedelta(seconds=1 + number)).isoformat()
        snippet = {**doc["snippet"], "title": f"News {number}"}
        core.videos.put(
            f"news-{number}",
            {**doc, "id": f"news-{number}", "published_at": made, "snippet": snippet, "size": 1},
        )

    def zulip(self, core: Any, number: int) -> None:
        organisation = core.organisation
        doc = next(one for one in organisation.messages.values() if one.content.startswith("Registration"))
        new = replace(doc, id=organisation.next("message"), content=f"News {number}")
        organisation.messages[new.id] = new


MANY = {
    "linkedin": (100, 500),
    "mastodon": (40, 400),
    "x": (100, 500),
    "youtube": (50, 500),
    "zulip": (1000, 5010),
}
"""So many posts a reader shows at once, and so many it looks through."""


@pytest.mark.parametrize("all_of_them", [False, True])
def test_behind_more_newer_posts_than_are_shown_it_is_found_or_people_are_asked(
    place: Place, all_of_them: bool
) -> None:
    row = place.row()
    if place.name == "youtube":
        place.sent(row)
        row.receipt = {}  # of what is out nothing is known any more
        row.restored = True
    else:
        place.sent(row, "reset-after")
    (ours,) = place.ids()
    flood = getattr(Flood(), place.name)
    core: Any = place.sandbox.zulip.core if place.name == "zulip" else place.sandbox.platforms[place.name]
    for number in range(MANY[place.name][all_of_them] + 1):
        flood(core, number)
    place.world.clock.advance(timedelta(minutes=20))
    assert place.found(row) == (PEOPLE if all_of_them else ours)


class Mending:
    """Somebody corrects what is out by hand, at the platform itself."""

    text = "Registration is open for everybody: 1-2"

    def linkedin(self, core: Any, _edited_at: str) -> None:
        (doc,) = core.posts.values()
        core.posts.put(doc["id"], {**doc, "stored": self.text, "edited": True})

    def mastodon(self, core: Any, edited_at: str) -> None:
        (doc,) = core.statuses.values()
        core.statuses.put(doc["id"], {**doc, "text": self.text, "edited_at": edited_at})

    def x(self, core: Any, _edited_at: str) -> None:
        (doc,) = core.posts.values()
        new = {**doc, "id": core.ids.next(), "versions": [doc["id"]], "text": self.text, "stored": self.text}
        core.posts.drop(doc["id"])
        core.posts.put(new["id"], new)

    def youtube(self, core: Any, _edited_at: str) -> None:
        (doc,) = core.videos.values()
        core.videos.put(doc["id"], {**doc, "snippet": {**doc["snippet"], "title": self.text}})

    def zulip(self, core: Any, _edited_at: str) -> None:
        organisation = core.organisation
        message = next(
            one for one in organisation.messages.values() if one.content.startswith("Registration")
        )
        now = organisation.now()
        message.history.insert(0, {"user_id": 1, "timestamp": now, "prev_content": message.content})
        message.content, message.edited = self.text, now


@ON_EACH_SERVER
@pytest.mark.parametrize("taken", [False, True])
def test_what_was_edited_there_may_be_ours_unless_it_is_known_to_be_anothers(
    place: Place, taken: bool
) -> None:
    row = place.row()
    if place.name == "youtube":
        place.sent(row)
        row.receipt, row.restored = {}, True  # of what is out nothing is known any more
    else:
        place.sent(row, "reset-after")
    core: Any = place.sandbox.zulip.core if place.name == "zulip" else place.sandbox.platforms[place.name]
    getattr(Mending(), place.name)(core, place.world.clock.now().isoformat())
    if taken:
        row.shelf.others = set(place.ids())
    assert place.found(row) == ("" if taken else PEOPLE)
