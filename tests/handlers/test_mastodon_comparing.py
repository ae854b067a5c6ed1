"""What of a status must agree before it can be ours, piece by piece, and the walk that asks for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.base import Outgoing, Part, Poll, Published, Rejected, Unavailable, Uncertain
from handlers.mastodon.answers import differences
from handlers.mastodon.comparing import Comparison
from handlers.mastodon.limits import Limits
from handlers.media import Media
from handlers.parts import AlreadyThere, Place, Trying, Walk
from handlers.reconcile import SKEW, Agreement, Found, Seen

OTHER, ALIKE, SAME, OWN = Agreement.OTHER, Agreement.ALIKE, Agreement.SAME, Agreement.OWN
MASTODON, TAKAHE, HOLLO = (Limits(version=one) for one in ("4.6.4", "takahe/0.11.0", "0.10.0"))
A = Media("0" * 64, "a.png", "image/png", 1, "A cat", 4, 4)
PARENT = Published("50", "")
BASE: dict[str, Any] = {
    "id": "100",
    "content": "<p>C course, 12</p>",
    "spoiler_text": "",
    "visibility": "public",
    "in_reply_to_id": None,
    "media_attachments": [],
    "mentions": [],
    "poll": None,
    "application": {"name": "Social"},
}


def agreed(
    status: dict[str, Any],
    part: Part,
    limits: Limits = MASTODON,
    parent: Published | None = None,
    **more: Any,
) -> Agreement:
    files = more.pop("files", [])
    outgoing = Outgoing("mastodon", (part,), visibility="public", **more)
    place = Place(1 if parent else 0, 2, part, parent, parent)
    return Comparison(place, outgoing, files, limits, "m.example", "Social").agreement({**BASE, **status})


def file(number: str, said: str | None = "A cat", kind: str = "image") -> dict[str, Any]:
    return {"id": number, "type": kind, "description": said}


COURSE, ALONE = Part("C course, 12", 12), Part("", 0, (A,))
POLL = Poll(("R&D", "No"), 60)


@pytest.mark.parametrize(
    "status,part,more,wanted",
    [
        ({}, COURSE, {}, SAME),
        ({}, Part("C++ course, 1-2", 15), {}, ALIKE),
        ({}, Part("C course 13", 11), {}, OTHER),
        ({"spoiler_text": "food"}, COURSE, {"cw": "food"}, SAME),
        ({"spoiler_text": "meat"}, COURSE, {"cw": "food"}, OTHER),
        ({"spoiler_text": "food"}, COURSE, {}, OTHER),
        ({}, COURSE, {"cw": "food"}, ALIKE),
        ({"in_reply_to_id": "50"}, COURSE, {"parent": PARENT}, SAME),
        ({"in_reply_to_id": "51"}, COURSE, {"parent": PARENT}, OTHER),
        ({"in_reply_to_id": "50"}, COURSE, {}, OTHER),
        ({}, COURSE, {"parent": PARENT}, ALIKE),
        ({"visibility": "unlisted"}, COURSE, {}, ALIKE),
        ({"application": {"name": "Web"}}, COURSE, {}, OTHER),
        ({"application": None}, COURSE, {}, SAME),
        ({"edited_at": "2026-11-26T12:00:00Z"}, COURSE, {}, ALIKE),
        ({"edited_at": "2026-11-26T12:00:00Z"}, Part("C course 13", 11), {"cw": "food"}, ALIKE),
        ({"edited_at": "2026-11-26T12:00:00Z", "in_reply_to_id": "50"}, COURSE, {}, OTHER),
        ({"edited_at": "2026-11-26T12:00:00Z", "application": {"name": "Web"}}, COURSE, {}, OTHER),
        ({"poll": {"options": [{"title": "R&D"}, {"title": "No"}]}}, COURSE, {"poll": POLL}, SAME),
        ({"poll": {"options": [{"title": "R+D"}, {"title": "No"}]}}, COURSE, {"poll": POLL}, ALIKE),
        ({"poll": {"options": [{"title": "Yes"}, {"title": "No"}]}}, COURSE, {"poll": POLL}, OTHER),
        ({"poll": {"options": [{"title": "R&D"}, {"title": "No"}]}}, COURSE, {}, OTHER),
        ({}, COURSE, {"poll": POLL}, ALIKE),
    ],
)
def test_all_that_was_sent_must_agree(
    status: dict[str, Any], part: Part, more: dict[str, Any], wanted: Agreement
) -> None:
    assert agreed(status, part, **more) is wanted
    if wanted is OTHER and not more.get("poll") and part is COURSE:
        assert agreed(status, part, HOLLO, **more) is OTHER


@pytest.mark.parametrize(
    "attached,files,limits,wanted",
    [
        ([file("7")], ["7"], MASTODON, OWN),
        ([file("7", None)], ["7"], HOLLO, OWN),
        ([file("8")], ["7"], MASTODON, OTHER),
        ([file("8")], ["7"], TAKAHE, ALIKE),
        ([file("8")], [], MASTODON, SAME),
        ([file("8", "A dog")], [], MASTODON, OTHER),
        ([file("8", None)], [], MASTODON, ALIKE),
        ([file("8", "A cat", "video")], [], MASTODON, OTHER),
        ([file("8"), file("9")], [], MASTODON, OTHER),
        ([], ["7"], MASTODON, ALIKE),
    ],
)
def test_files_by_number_kind_and_alt_text(
    attached: list[Any], files: list[str], limits: Limits, wanted: Agreement
) -> None:
    found = {"content": "", "media_attachments": attached}
    assert agreed(found, ALONE, limits, files=files) is wanted


@pytest.mark.parametrize("files", [[], ["7", "8"]])
def test_files_are_compared_by_number_or_alt_text_and_not_by_place(files: list[str]) -> None:
    """Takahē gives them in another order."""
    part = Part("", 0, (A, replace(A, alt="A dog")))
    there = [file("8", "A dog"), file("7", "A cat")]
    assert agreed({"content": "", "media_attachments": there}, part, TAKAHE, files=files) is (
        OWN if files else SAME
    )
    outgoing = Outgoing("mastodon", (part,), visibility="public")
    told = {**BASE, "content": "", "media_attachments": there}
    assert list(differences(told, Place(0, 1, part, None, None), outgoing, files, "Mastodon")) == []
    lost = [file("8", "A dog"), file("7", None)]
    (sentence,) = differences(
        {**told, "media_attachments": lost}, Place(0, 1, part, None, None), outgoing, files, "Mastodon"
    )
    assert sentence == "Mastodon dropped the alt text of “a.png”."


def test_an_alt_text_without_its_tags_may_be_ours() -> None:
    """GoToSocial takes them out."""
    part = Part("", 0, (replace(A, alt="A <b>cat</b>"),))
    for said, wanted in (("A <b>cat</b>", SAME), ("A cat", ALIKE), ("A dog", OTHER)):
        found = {"content": "", "media_attachments": [file("8", said)]}
        assert agreed(found, part, Limits(version="0.20.0")) is wanted


@pytest.mark.parametrize(
    "sent,content,limits,wanted",
    [
        ("2*3*4 makes 24", "<p>2<em>3</em>4 makes 24</p>", HOLLO, ALIKE),
        ("1986. A year", "<ol start='1986'><li>A year</li></ol>", HOLLO, ALIKE),
        ("Something else", "<p>1986</p>", HOLLO, ALIKE),
        ("Something else", "<p>1986</p>", TAKAHE, OTHER),
        ("Something else", "<p>1986</p>", MASTODON, OTHER),
        (
            "Hi @bob@a.example",
            '<p>Hi <a href="https://a.example/@bob">@<span>bob</span></a></p>',
            MASTODON,
            SAME,
        ),
        (
            "Hi @bob@b.example",
            '<p>Hi <a href="https://a.example/@bob">@<span>bob</span></a></p>',
            MASTODON,
            ALIKE,
        ),
        (
            "Hi @bob@m.example",
            '<p>Hi <a href="https://m.example/@bob">@<span>bob</span></a></p>',
            MASTODON,
            SAME,
        ),
    ],
)
def test_a_text_as_that_server_stores_it(sent: str, content: str, limits: Limits, wanted: Agreement) -> None:
    assert agreed({"content": content}, Part(sent, len(sent)), limits) is wanted


class Asked:
    """A platform of which the test says what it answers and shows."""

    name = "Mastodon"
    keeps_files = timedelta(hours=1)

    def __init__(self, answers: list[Any], shows: list[Any]) -> None:
        self.answers, self.shows = answers, shows
        self.since: list[datetime] = []

    def upload(self, media: Media, upload: Any) -> str:
        raise NotImplementedError

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        raise NotImplementedError

    def before(self) -> None:
        return None

    def repeats(self, trying: Trying, now: datetime) -> bool:
        return False

    def post(self, place: Place, files: list[str], key: str) -> Published:
        return self._next(self.answers)  # type: ignore[no-any-return]  # what the test says

    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:
        self.since.append(since)
        return self._next(self.shows)  # type: ignore[no-any-return]  # what the test says

    def patience(self, trying: Trying, now: datetime) -> timedelta:
        return timedelta()

    def _next(self, left: list[Any]) -> Any:
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one


OUT = Outgoing("mastodon", (COURSE,))
HERE = Published("100", "https://m/100")


def walk(service: Asked, delivery: Any, clock: Any) -> Walk:
    return Walk(service, OUT, delivery.ticket(), clock)


def test_a_duplicate_after_a_doubt_that_cannot_be_looked_for_is_in_doubt_and_not_tried_again(
    delivery: Any, clock: Any
) -> None:
    service = Asked([Uncertain("lost"), AlreadyThere("same text")], [Seen([]), Unavailable("away")])
    with pytest.raises(Uncertain):
        walk(service, delivery, clock).send()
    with pytest.raises(Uncertain, match="has this text already"):
        walk(service, delivery, clock).send()
    assert delivery.receipt["trying"]


def test_a_duplicate_that_nobody_can_see_is_asked_about_once_and_not_sent_for_ever(
    delivery: Any, clock: Any
) -> None:
    service = Asked([Uncertain("lost"), AlreadyThere("same text")], [Seen([]), Seen([]), Seen([])])
    for _ in range(2):
        with pytest.raises(Uncertain):
            walk(service, delivery, clock).send()
    with pytest.raises(Uncertain, match="has this text already"):
        walk(service, delivery, clock).find()


def test_a_duplicate_of_anothers_is_a_refusal_in_doubt_or_not(delivery: Any, clock: Any) -> None:
    delivery.shelf.others = {"100"}
    seen = Seen([Found(HERE, clock(), SAME)])
    service = Asked([Uncertain("lost"), AlreadyThere("same text")], [seen, seen])
    with pytest.raises(Uncertain):
        walk(service, delivery, clock).send()
    with pytest.raises(Rejected, match="same text"):
        walk(service, delivery, clock).send()
    assert not delivery.receipt["trying"]
    with pytest.raises(Rejected, match="same text"):  # and without a doubt nobody looks at all
        walk(Asked([AlreadyThere("same text")], []), delivery, clock).send()


@pytest.mark.parametrize("shown", [Seen([]), Uncertain("too many newer posts")])
def test_a_duplicate_of_what_a_copy_brought_back_is_in_doubt(delivery: Any, clock: Any, shown: Any) -> None:
    """Perhaps it went out since the copy was made, and is not shown."""
    service = Asked([AlreadyThere("same text")], [shown, Seen([]), Seen([])])
    delivery.restored = True
    with suppress(Uncertain):
        walk(service, delivery, clock).find()
    delivery.restored = False  # it was looked for
    with pytest.raises(Uncertain, match="has this text already"):
        walk(service, delivery, clock).send()
    with pytest.raises(Uncertain, match="has this text already"):
        walk(service, delivery, clock).find()


def test_what_was_sent_after_the_clock_went_back_is_found(delivery: Any, clock: Any) -> None:
    delivery.first_at = clock()
    clock.now -= timedelta(minutes=30)
    there = [Found(HERE, clock() + timedelta(seconds=1), SAME)]
    service = Asked([Uncertain("lost")], [Seen(there, ahead=timedelta())])
    with pytest.raises(Uncertain):
        walk(service, delivery, clock).send()
    assert walk(service, delivery, clock).find() == HERE
    assert service.since[-1] == clock() - SKEW


def test_an_adopted_number_that_another_took_meanwhile_is_in_doubt(delivery: Any, clock: Any) -> None:
    service = Asked([HERE], [])
    delivery.mine = {"100": 3}
    with pytest.raises(Uncertain):
        walk(service, delivery, clock).send()
    assert delivery.receipt["out"] == []


def test_a_repetition_that_does_not_come_through_leaves_the_doubt(delivery: Any, clock: Any) -> None:
    service = Asked([Uncertain("lost"), Unavailable("too many requests")], [Seen([])])
    service.repeats = lambda *_: True  # type: ignore[method-assign]  # its keys are known for an hour
    with pytest.raises(Uncertain):
        walk(service, delivery, clock).send()
    with pytest.raises(Uncertain, match="may be out"):  # and nobody looked
        walk(service, delivery, clock).send()
    assert delivery.receipt["trying"]["repeated"]
    assert len(service.shows) == 1
    assert not walk(service, delivery, clock).repeats()
    assert walk(service, delivery, clock).find() is None


@pytest.mark.parametrize(
    "version",
    [
        "4.6.4",
        "3.5.3",
        "4.2.0rc1",
        "4.6.0-nightly.2026-11-01",
        "4.6.0-beta.2+glitch",
        "4.2.10+hometown-1.1.1",
    ],
)
def test_the_keys_of_mastodon_and_of_forks_of_its_code_are_believed(version: str) -> None:
    assert Limits(version=version).remembers_keys
    assert Limits(version=version, source="https://git.example/us/Mastodon").remembers_keys
    assert not Limits(version=version, source="https://git.example/us/another").remembers_keys


@pytest.mark.parametrize(
    "version",
    [
        "4.0.0 (not true; really snac/2.73)",
        "3.5.3 (compatible; Pixelfed 0.12.4)",
        "2.7.2 (compatible; Pleroma 2.9.1)",
        "2.9.0",
        "takahe/0.11.0",
        "0.20.0+git-0000000",
        "4.2.1+another",
        "4.2.1-another",
        "4.6",
        "4.6.4\n",
        "v4.6.4",
        "",
    ],
)
def test_no_other_servers_keys_are_believed(version: str) -> None:
    assert not Limits(version=version).remembers_keys


@pytest.mark.parametrize(
    "version,source,software",
    [
        ("4.6.4", "", "mastodon"),
        ("4.6.4+glitch", "https://github.com/glitch-soc/mastodon", "mastodon"),
        ("takahe/0.11.0", "", "takahe"),
        ("0.20.0+git-57cb4fe", "https://codeberg.org/superseriousbusiness/gotosocial", "gotosocial"),
        ("0.10.0", "https://github.com/fedify-dev/hollo", "hollo"),
        ("0.10.0", "", ""),
        ("2.7.2 (compatible; Pleroma 2.9.1)", "", ""),
        ("", "", ""),
    ],
)
def test_which_server_it_is_and_how_it_counts(version: str, source: str, software: str) -> None:
    limits = Limits(version=version, source=source)
    assert limits.software == software
    family, link = "👩‍👩‍👧‍👦", "https://coderefinery.org/" + "a" * 30
    whole = software in {"takahe", "gotosocial"}
    safe = bool(version) and not software  # then the larger number of both
    assert limits.length(family) == (len(family) if whole or safe else 1)
    assert limits.length(link) == (len(link) if whole or safe else 23)
    assert limits.length("https://coderefinery.org") == (24 if whole or safe else 23)
    assert limits.length("https://a.fi") == (12 if whole else 23)
    counted = {"takahe": 0, "mastodon": 1, "hollo": 1}.get(software, len(family) if version else 1)
    assert limits.warning(family) == counted
