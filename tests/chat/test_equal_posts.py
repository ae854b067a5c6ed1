"""Posts that look alike: a lost answer, and what is found there belongs to another post, or to somebody's own hand."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from test_youtube import film
from town import Town, picture

from bot.sandbox.mastodon import dialects
from bot.sandbox.mastodon.statuses import Statuses
from bot.sandbox.x.posts import Posts

CREATES = {
    "mastodon": ("POST", "/api/v1/statuses"),
    "x": ("POST", "/2/tweets"),
    "linkedin": ("POST", "/rest/posts"),
    "youtube": ("PUT", "/upload/youtube/v3/videos"),
    "zulip": ("POST", "/api/v1/messages"),
}
LOST = ["reset-before", "reset-after"]
MASTODON = {
    "mastodon": dialects.MASTODON,
    "takahe": dialects.TAKAHE,
    "hollo": dialects.HOLLO,
    "snac": dialects.SNAC,
    "stranger": dialects.STRANGER,
}


@pytest.fixture(params=["mastodon", "takahe", "hollo", "snac"])
def dialect(request: pytest.FixtureRequest, town: Town) -> str:
    """Which kind of server stands behind `mastodon`."""
    speak(town, request.param)
    return str(request.param)


def speak(town: Town, kind: str, *, forgets: bool = False) -> None:
    """The server is of that kind, and the bot knows it; `forgets`: its keys are too old to be known."""
    server: Any = town.sandbox.platforms["mastodon"]
    server.dialect = MASTODON[kind]
    town.desk.platforms["mastodon"].check()
    if forgets:
        town.fault("mastodon", "key-forgotten", path="/api/v1/statuses", method="POST", times=99)


def drafts(town: Town, number: int, text: str, *, to: str = "mastodon", lines: str = "") -> None:
    """Drafted and approved."""
    at = "2026-11-23 11:00 UTC\ntitle: A talk" if to == "youtube" else "now"
    town.carol.says(f"@social draft\nto: {to}\nat: {at}\n{lines}{text}")
    town.alice.reacts(town.card_id(number))


def lose(town: Town, service: str, fault: str, times: int = 1) -> None:
    """The next creating requests get no answer."""
    method, path = CREATES[service]
    town.fault(service, fault, method=method, path=path, times=times)


def wait(town: Town, minutes: int = 4) -> None:
    for _ in range(minutes * 2):
        town.later(seconds=30)


def by_hand(town: Town, text: str, **more: Any) -> str:
    """Somebody posts at the server's own page; the number of the post."""
    statuses = Statuses(town.sandbox.platforms["mastodon"])  # type: ignore[arg-type]  # it is one
    return str(statuses.post(statuses.read({"status": text, **more}, "Web"), None, {})["id"])


def ids(town: Town, service: str = "mastodon") -> list[str]:
    return [str(one["id"]) for one in town.published(service)]


def state(town: Town, number: int, service: str = "mastodon") -> str:
    """How a delivery stands; what is told of it must be so in the world."""
    with_it = {
        one.post_id: one for n in range(1, number + 1) for one in [town.deliveries(n).get(service)] if one
    }
    one = with_it.pop(number)
    if one.state == "published":
        assert one.remote_id in ids(town, service)
        assert one.remote_id not in {other.remote_id for other in with_it.values()}
        assert one.url not in {other.url for other in with_it.values()}
    return one.state


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("service", ["mastodon", "x", "linkedin", "zulip"])
def test_a_post_is_never_told_by_the_number_of_an_equal_one(town: Town, service: str, fault: str) -> None:
    drafts(town, 1, "Registration is open", to=service)
    lose(town, service, fault)
    drafts(town, 2, "Registration is open", to=service)
    wait(town)
    assert state(town, 1, service) == "published"
    if service in {"x", "linkedin"}:  # they take no text twice, so nothing of the second can be there
        assert (state(town, 2, service), len(ids(town, service))) == ("failed", 1)
    else:
        assert (state(town, 2, service), len(ids(town, service))) == ("published", 2)


@pytest.mark.parametrize("fault", LOST)
def test_of_two_equal_films_each_is_its_own(town: Town, fault: str) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    drafts(town, 1, f"A talk\n[A talk]({path})", to="youtube")
    town.later(hours=2, minutes=1)
    drafts(town, 2, f"A talk\n[A talk]({path})", to="youtube")
    lose(town, "youtube", fault)
    town.later(hours=1)
    wait(town)
    assert [state(town, number, "youtube") for number in (1, 2)] == ["published"] * 2
    assert len(ids(town, "youtube")) == 2


PAIRS = {
    "almost": (("", "C course, 12"), ("", "C++ course, 1-2")),
    "warning": (("cw: food\n", "Dinner"), ("cw: meat\n", "Dinner")),
    "without": (("cw: food\n", "Dinner"), ("", "Dinner")),
    "thread": (("", "A" * 400 + "\n\n" + "B" * 400), ("", "C" * 400 + "\n\n" + "B" * 400)),
    "part": (("", "B" * 400), ("", "A" * 400 + "\n\n" + "B" * 400)),
}


@pytest.mark.parametrize("fault", LOST[:1])
@pytest.mark.parametrize("pair", list(PAIRS))
def test_neither_what_reads_almost_the_same_nor_what_differs_beside_the_text(
    town: Town, pair: str, fault: str
) -> None:
    speak(town, "takahe")  # where no key helps
    (first, one), (second, two) = PAIRS[pair]
    drafts(town, 1, one, lines=first)
    there = len(ids(town))
    assert state(town, 1) == "published"
    lose(town, "mastodon", fault)
    drafts(town, 2, two, lines=second)
    wait(town)
    assert state(town, 2) == "published"
    wanted = 1 if len(two) <= 500 else 2
    assert len(ids(town)) == there + wanted
    shown = [post["text"] for post in town.published("mastodon")][there:]
    assert "".join(shown).replace("\n", "") == two.replace("\n", "")


HEAD, TAIL = "A" * 200, "B" * 200
LONG = {"mastodon": (HEAD * 2, TAIL * 2), "x": (HEAD, TAIL)}
"""Two parts, by platform."""


@pytest.mark.parametrize("service", list(LONG))
def test_what_stands_under_another_post_is_no_part_of_a_thread(town: Town, service: str) -> None:
    """The second half of a thread gets lost, and somebody writes the same as an answer to something else."""
    speak(town, "takahe")  # where nothing else tells them apart
    head, tail = LONG[service]
    posts = Posts(town.sandbox.platforms["x"])  # type: ignore[arg-type]  # it is one
    first = by_hand(town, "Ask us") if service == "mastodon" else str(posts.post({"text": "Ask us"})["id"])
    lose(town, service, "reset-after")
    lose(town, service, "reset-before")
    drafts(town, 1, f"{head}\n\n{tail}", to=service)
    assert state(town, 1, service) == "unknown"
    if service == "mastodon":
        hand = by_hand(town, tail, in_reply_to_id=first)
    else:
        hand = str(posts.post({"text": tail, "reply": {"in_reply_to_tweet_id": first}}, summoned=True)["id"])
    wait(town)
    if service == "mastodon":
        assert state(town, 1) == "published"
        assert [one["reply_to"] for one in town.published(service) if one["text"] == tail] == [
            first,
            town.deliveries(1)[service].remote_id,
        ]
    else:  # which takes no text twice
        assert state(town, 1, service) != "published"
    assert hand not in {part["id"] for part in json.loads(town.deliveries(1)[service].receipt)["out"]}


@pytest.mark.parametrize("fault", LOST[:1])
def test_of_two_drafts_of_a_picture_alone_each_shows_its_own(town: Town, dialect: str, fault: str) -> None:
    for number, size in ((1, 64), (2, 65)):
        if number == 2:
            lose(town, "mastodon", fault)
        path = town.carol.uploads(picture(size), "a.png")
        drafts(town, number, f"[a.png]({path})")
    wait(town)
    assert [state(town, number) for number in (1, 2)] == ["published"] * 2
    shown = {one["id"]: one["media"][0]["sha256"] for one in town.published("mastodon")}
    assert len(set(shown.values())) == len(shown) == 2
    assert shown[town.deliveries(1)["mastodon"].remote_id] != shown[town.deliveries(2)["mastodon"].remote_id]


@pytest.mark.parametrize("fault", LOST)
def test_whatever_server_it_is_a_lost_request_makes_one_post(town: Town, dialect: str, fault: str) -> None:
    lose(town, "mastodon", fault)
    drafts(town, 1, "The one and only news")
    wait(town)
    assert (state(town, 1), len(ids(town))) == ("published", 1)


@pytest.mark.parametrize(
    "kind,text,fault",
    [
        ("stranger", "2*3*4 makes 24", "reset-after"),
        ("hollo", "1986. A great year", "reset-after"),
        ("takahe", "Followers only", "reset-after"),
        ("takahe", "Followers only", "reset-before"),
    ],
)
def test_where_it_cannot_be_read_back_people_are_asked_and_nothing_goes_twice(
    town: Town, kind: str, text: str, fault: str
) -> None:
    lose(town, "mastodon", fault)  # before the forgotten key: of two faults the first that fits is played
    speak(town, kind, forgets=kind == "hollo")
    drafts(town, 1, text, lines="visibility: private\n" if text.startswith("Followers") else "")
    wait(town)
    acted = fault == "reset-after"
    said = state(town, 1)
    assert len(ids(town)) == (1 if acted or said == "published" else 0)
    if said == "unknown":
        (asked,) = [one for one in town.said() if one.startswith("❓")]
        assert f"begins “{text.replace('*', '')[:3]}"[:9] in asked
        assert "`published 1 mastodon LINK`" in asked
        assert "`retry 1 mastodon`" in asked
    else:
        assert said == "published"


def test_a_post_that_was_refused_is_not_out_by_the_hand_of_another(town: Town) -> None:
    posts = Posts(town.sandbox.platforms["x"])  # type: ignore[arg-type]  # it is one
    posts.post({"text": "Registration is open"})
    drafts(town, 1, "Registration is open", to="x")
    wait(town)
    assert state(town, 1, "x") == "failed"
    assert not any("🎉" in one for one in town.said())


@pytest.mark.parametrize("before", [True])
def test_what_somebody_posted_by_hand_before_is_not_ours(town: Town, dialect: str, before: bool) -> None:
    text = "Registration is open"
    hand = by_hand(town, text if before else "Registration, is open!")
    lose(town, "mastodon", "reset-before")
    drafts(town, 1, text)
    wait(town)
    assert state(town, 1) == "published"
    assert town.deliveries(1)["mastodon"].remote_id != hand
    assert len(ids(town)) == 2


def test_two_in_doubt_and_one_post_are_for_people(town: Town) -> None:
    speak(town, "takahe")
    lose(town, "mastodon", "reset-before")
    lose(town, "mastodon", "reset-after")
    town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", seconds=40, times=99)
    drafts(town, 1, "Registration is open")
    drafts(town, 2, "Registration is open")
    wait(town)
    assert [state(town, number) for number in (1, 2)] == ["unknown"] * 2
    assert len(ids(town)) == 1
    assert sum(one.startswith("❓") for one in town.said()) == 2


def test_what_was_posted_by_hand_before_and_is_not_seen_yet_is_no_proof(town: Town) -> None:
    """The account's newest post is noted before the first attempt; but a timeline that is behind shows an older one."""
    speak(town, "takahe")  # it does not tell which app made a post
    town.sandbox.platforms["mastodon"].lag = timedelta(seconds=50)
    hand = by_hand(town, "Registration is open")
    town.later(seconds=20)
    lose(town, "mastodon", "reset-before")
    drafts(town, 1, "Registration is open")
    wait(town)
    assert state(town, 1) == "unknown"
    assert town.deliveries(1)["mastodon"].remote_id != hand
    assert ids(town) == [hand]
    (asked,) = [one for one in town.said() if one.startswith("❓")]
    assert "may or may not be out on Mastodon" in asked


def test_a_timeline_that_lags_is_waited_for(town: Town) -> None:
    speak(town, "takahe")
    town.sandbox.platforms["mastodon"].lag = timedelta(seconds=50)
    lose(town, "mastodon", "reset-after")
    drafts(town, 1, "Registration is open")
    wait(town)
    assert state(town, 1) == "published"
    assert len(ids(town)) == 1


def test_a_young_key_decides_before_anybody_looks(town: Town) -> None:
    for fault, number in (("reset-after", 1), ("reset-before", 2)):
        lose(town, "mastodon", fault)
        town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", times=99)  # nobody could look
        drafts(town, number, "Registration is open")
        wait(town, 1)
        assert state(town, number) == "published"
    assert len(ids(town)) == 2
    assert not any(one.startswith("❓") for one in town.said())


def test_in_doubt_people_are_asked_within_two_minutes_and_the_search_goes_on(town: Town) -> None:
    speak(town, "takahe")
    lose(town, "mastodon", "reset-after")
    town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", seconds=3600, times=9999)
    drafts(town, 1, "Registration is open", to="mastodon, x")
    wait(town, 2)
    (asked,) = [one for one in town.said() if one.startswith("❓")]
    assert "may or may not be out on Mastodon" in asked
    assert "a post that begins “Registration is open”" in asked
    (out,) = [one for one in town.said() if "partly out" in one]
    assert "◐ **#1** is partly out: [X]" in out
    assert "Mastodon is in doubt" in out
    assert not any("🎉" in one for one in town.said())
    town.carol.says("@social show 1")
    assert "Nothing is out" not in town.said()[-1]
    town.carol.says("@social this week")
    assert "◐ partly out, the rest in doubt" in town.said()[-1]
    town.later(hours=1)
    wait(town)
    assert state(town, 1) == "published"
    assert "🎉 **#1** is out: [Mastodon]" in "\n".join(town.said())
    assert sum(one.startswith("❓") for one in town.said()) == 1


def test_a_link_that_is_another_posts_is_not_taken_for_an_answer(town: Town) -> None:
    drafts(town, 1, "Registration is open", to="x")
    drafts(town, 2, "Registration is open", to="x")
    assert state(town, 2, "x") == "failed"
    link = town.deliveries(1)["x"].url
    number = link.rpartition("/")[2]
    for other in (
        link,
        f"{link}/",
        f"{link}?s=20",
        f"{link}#reply",
        link.replace("http://", "https://").replace("/status/", "/statuses/"),
        f"{link.rpartition('/')[0].rpartition('/')[0].rpartition('/')[0]}/i/web/status/{number}",
    ):
        town.alice.says(f"@social published 2 x {other}")
        assert "That is the link of #1" in town.said()[-1], other
    for other in (
        f"{town.base}/nowhere",
        f"https://x.com.example/us/status/{number}",
        "https://fosstodon.org/@us/1",
        link.replace("127.0.0.1", "x.com.example"),
    ):
        town.alice.says(f"@social published 2 x {other}")
        assert "That is not the address of a post where X posts" in town.said()[-1], other
        assert "`published 2 x` without a link" in town.said()[-1]
    assert state(town, 2, "x") == "failed"


def test_a_link_belongs_to_the_first_post_that_was_said_to_be_there(town: Town) -> None:
    town.fault("x", "400-too-long", times=9, method="POST", path="/2/tweets")
    drafts(town, 1, "Registration is open", to="x")
    drafts(town, 2, "The school begins", to="x")
    link = f"{town.config.accounts['x'].web_url}/us/status/4711"  # type: ignore[attr-defined]  # X's own
    town.alice.says(f"@social published 1 x {link}")
    told = town.deliveries(1)["x"]
    assert (told.state, told.url) == ("published", link)
    town.alice.says(f"@social published 2 x {link}?s=20")
    assert "That is the link of #1" in town.said()[-1]
    assert state(town, 2, "x") == "failed"


def test_what_a_person_said_is_there_is_taken_for_no_other_post(town: Town) -> None:
    """LinkedIn's page writes an address otherwise than its API does."""
    town.fault("linkedin", "500", method="GET", path="/rest/posts", times=999, seconds=1200)
    lose(town, "linkedin", "reset-before")
    lose(town, "linkedin", "reset-after")
    for number in (1, 2):
        drafts(town, number, "Registration is open", to="linkedin")
        assert state(town, number, "linkedin") == "unknown"
    (there,) = ids(town, "linkedin")
    told = f"https://www.linkedin.com/posts/us_registration-share-{there.rpartition(':')[2]}-aBcD"
    town.alice.says(f"@social published 2 linkedin {told}")
    assert town.deliveries(2)["linkedin"].url == told
    town.later(minutes=25)
    wait(town, 30)
    one = town.deliveries(1)["linkedin"]
    assert one.state in {"unknown", "failed"}, "LinkedIn takes no text twice"
    assert one.remote_id == ""


OTHER = "[mastodon:lab] base_url = https://lab.example\n[mastodon:lab] access_token = t"


@pytest.mark.parametrize("settings", [OTHER])
def test_a_link_on_another_accounts_server_is_not_taken_for_an_answer(town: Town) -> None:
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    name = next(one for one in town.desk.platforms if one != "mastodon:lab" and one.startswith("mastodon"))
    drafts(town, 1, "Registration is open", to=name)
    path = urlsplit(town.config.accounts[name].base_url).path  # type: ignore[attr-defined]  # Mastodon's own
    for other in ("https://lab.example/@us/5", f"https://lab.example{path}/@us/5"):
        town.alice.says(f"@social published 1 {name} {other}")
        assert "That is not the address of a post where Mastodon" in town.said()[-1], other
    assert state(town, 1, name) == "failed"


@pytest.mark.parametrize("kind", ["mastodon", "hollo"])
def test_what_somebody_posts_by_hand_meanwhile_is_told_by_its_app(town: Town, kind: str) -> None:
    lose(town, "mastodon", "reset-before")  # before the forgotten key: the first that fits is played
    speak(town, kind, forgets=kind == "hollo")
    town.fault("mastodon", "500", path="/api/v1/accounts/", method="GET", seconds=20, times=99)
    town.carol.says("@social draft\nto: mastodon\nRegistration is open")
    town.alice.reacts(town.card_id(1))
    hand = by_hand(town, "Registration is open")
    wait(town)
    assert state(town, 1) == "published"
    assert town.deliveries(1)["mastodon"].remote_id != hand
    assert len(ids(town)) == 2
