"""Who approves can open the files that go out: Zulip gives a file to those who may read a message that links it."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import suppress

import pytest
import requests
from fuse import Crash, Fuse, wire
from PIL import Image
from sqlalchemy import text
from test_youtube import film
from town import Town, Townsman, picture

ADDRESS = re.compile(r"\]\((/user_uploads/[^)\s]+)\)")


def opened(town: Town, who: Townsman, path: str) -> requests.Response:
    return requests.get(town.base + path, auth=(who.email, who.client.api_key), timeout=5)


def openable(town: Town, who: Townsman) -> set[str]:
    """SHA-256 of every file that somebody may open by what the bot said in its channel."""
    found = set()
    for path in {one for said in town.said() for one in ADDRESS.findall(said)}:
        answer = opened(town, who, path)
        assert answer.status_code == requests.codes.ok, path
        found.add(hashlib.sha256(answer.content).hexdigest())
    return found


def sent(town: Town) -> set[str]:
    """SHA-256 of every file that the world sees."""
    return {one["sha256"] for post in town.published() for one in post["media"]}


def uploads(town: Town) -> int:
    """How many files the bot brought to Zulip."""
    me = town.desk.chat.directory.me
    return sum(one.owner_id == me for one in town.sandbox.zulip.core.organisation.uploads.values())


def located(width: int = 640, height: int = 480, red: int = 200) -> bytes:
    """A photo that tells where it was taken, so what goes out is not what was uploaded."""
    exif = Image.Exif()
    exif[0x010E] = "at home"
    file = io.BytesIO()
    Image.new("RGB", (width, height), (red, 80, 40)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def drafted(
    town: Town, data: bytes, name: str = "photo.jpg", to: str = "mastodon, zulip", words: str = "Look"
) -> str:
    """Carol drafts by direct message; returns where she uploaded the file."""
    path = town.carol.uploads(data, name)
    town.carol.whispers(f"draft\nto: {to}\nat: tomorrow 10:00 UTC\n{words}\n[What it shows]({path})")
    return path


def test_the_stand_in_gives_a_file_of_a_direct_message_to_nobody_else(town: Town) -> None:
    path = drafted(town, located())
    assert opened(town, town.carol, path).status_code == requests.codes.ok
    assert opened(town, town.alice, path).status_code == requests.codes.forbidden


@pytest.mark.parametrize("kind", ["photo", "scaled", "film", "thread", "text in a file"])
def test_what_goes_out_of_a_direct_message_could_be_opened_by_who_approves(town: Town, kind: str) -> None:
    if kind == "film":
        drafted(town, film(), "talk.mp4", to="mastodon, youtube")
    elif kind == "scaled":  # X gets another one than Zulip
        drafted(town, located(5000, 3000), to="x, zulip, mastodon")
    elif kind == "text in a file":
        drafted(town, located(), words="<>" * 4800)
        assert "Its files: [1](/user_uploads/" in town.said()[0]
    elif kind == "photo":
        drafted(town, located())
    else:
        paths = [town.carol.uploads(picture(40 + at), f"{at}.png") for at in range(4)]
        links = "\n".join(f"[picture {at}]({path})" for at, path in enumerate(paths))
        town.carol.whispers(f"draft\nto: mastodon\nat: tomorrow 10:00 UTC\n{'word ' * 1800}\n{links}")
    could = openable(town, town.alice)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.later(days=1, hours=2, minutes=1)
    town.later(minutes=5)
    assert sent(town), town.said()
    assert sent(town) <= could


def test_it_is_shown_before_the_mark_that_offers_approval(town: Town) -> None:
    drafted(town, located())
    card = town.message(town.card_id(1))
    assert card["reactions"]
    assert len(ADDRESS.findall(card["content"])) == 2
    assert "alt text: “What it shows”" in card["content"]


def test_a_draft_in_the_channel_needs_no_other_copy_of_its_files(town: Town) -> None:
    path = town.carol.uploads(located(), "photo.jpg")
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00\nLook\n[It]({path})")
    assert ADDRESS.findall(town.card(1)) == []
    assert uploads(town) == 0
    assert opened(town, town.alice, path).status_code == requests.codes.ok


def test_each_file_is_brought_there_once(town: Town) -> None:
    drafted(town, located())
    assert uploads(town) == 1
    town.alice.reacts(town.card_id(1))
    town.alice.unreacts(town.card_id(1))
    town.carol.whispers("alt 1 1 Something else")
    town.carol.whispers("hold 1")
    town.restart()
    town.carol.whispers("resume 1")
    assert uploads(town) == 1
    assert "Something else" in town.card(1)
    assert len(ADDRESS.findall(town.card(1))) == 2


def test_a_file_that_an_edit_brings_is_shown_on_the_next_card(town: Town) -> None:
    drafted(town, located())
    draft = town.post(1).message_id
    first = openable(town, town.alice)
    path = town.carol.uploads(located(red=9), "other.jpg")
    old = town.card_id(1)
    town.carol.edits(draft, f"draft\nto: mastodon\nat: tomorrow 10:00 UTC\nLook\n[Another]({path})")
    town.later(seconds=10)
    assert town.card_id(1) > old
    assert openable(town, town.alice).isdisjoint(first)  # the old card is struck, and closed
    town.alice.reacts(town.card_id(1))
    could = openable(town, town.alice)
    town.later(days=1, hours=2, minutes=1)
    assert sent(town) == could


@pytest.mark.parametrize("how", ["copy", "edit"])
def test_files_of_a_direct_message_that_an_order_takes_are_shown_too(town: Town, how: str) -> None:
    if how == "copy":
        drafted(town, located())
        town.carol.says("@social copy 1")
        number = 2
    else:
        town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nLook")
        path = town.carol.uploads(located(), "photo.jpg")
        town.carol.whispers(f"edit 1 Look at this\n[It]({path})")
        number = 1
    assert ADDRESS.findall(town.card(number))
    town.alice.reacts(town.card_id(number))
    could = openable(town, town.alice)
    town.alice.says(f"@social now {number}")
    town.later(minutes=5)
    assert sent(town)
    assert sent(town) <= could


def test_a_card_that_is_deleted_takes_its_files_with_it_and_they_are_shown_anew(town: Town) -> None:
    drafted(town, located())
    town.alice.reacts(town.card_id(1))
    town.owner.deletes(town.card_id(1))
    assert town.post(1).state == "held"
    assert openable(town, town.alice)
    assert uploads(town) == 2


def test_a_card_of_an_older_version_that_shows_no_files_is_said_anew(town: Town) -> None:
    drafted(town, located())
    card = town.card_id(1)
    with town.database.transaction() as session:
        session.execute(text("DELETE FROM shownfile"))
    town.alice.reacts(card)
    assert town.post(1).state == "draft"
    assert town.card_id(1) > card
    assert openable(town, town.alice)


@pytest.mark.parametrize("why", ["too large", "silent", "gone"])
def test_what_cannot_be_shown_cannot_be_approved(town: Town, why: str) -> None:
    path = town.carol.uploads(located(), "photo.jpg")
    if why == "too large":
        town.sandbox.zulip.core.organisation.settings.largest_mib = 0
    elif why == "silent":
        town.fault("zulip", "500", times=50, method="POST", path="/api/v1/user_uploads")
    town.carol.whispers(f"draft\nto: mastodon\nLook\n[It]({path})")
    if why == "gone":
        for one in town.desk.store.root.glob("?" * 64):
            one.unlink()
        town.owner.deletes(town.card_id(1))
    assert town.post(1).state == "broken"
    card = town.message(town.card_id(1))
    assert "⛔ The file photo.jpg cannot be shown to those who approve" in card["content"]
    assert card["reactions"] == []
    town.alice.says("@social approve 1")
    assert town.post(1).state == "broken"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_at_any_call_offers_no_approval_of_what_nobody_could_open(town: Town, after: bool) -> None:
    for point, calls in enumerate(range(2 - after, 60, 3), 1):
        path = town.carol.uploads(located(red=point), "photo.jpg")
        fuse = Fuse(calls, after=after)
        wire(town, fuse)
        request = {
            "type": "private",
            "to": [town.bot_email],
            "content": f"draft\nto: zulip\nat: tomorrow 10:00\nLook {point}\n[It]({path})",
        }
        town.carol.ok(town.carol.client.send_message(request))
        with suppress(Crash):
            town.settle()
        cards = [one for one in town.messages() if one["content"].startswith(f"**#{point}** by")]
        assert all(ADDRESS.findall(one["content"]) for one in cards), point
        done = bool(cards and cards[0]["reactions"])
        fuse.disarm()
        town.restart()
        town.later(seconds=10)
        assert len([one for one in town.messages() if one["content"].startswith(f"**#{point}** by")]) == 1
        assert ADDRESS.findall(town.card(point)), point
        openable(town, town.alice)
        if done:
            return
    pytest.fail("the fuse was never long enough")
