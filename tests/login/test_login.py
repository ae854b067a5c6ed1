"""`social login` from end to end: the real command, the real stand-ins, a person at a browser."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import wiring
from bot.alone import keep_alone, runs
from handlers.base import Rejected
from handlers.oauth import RIGHTS

PLATFORMS = ["linkedin", "youtube", "x", "mastodon"]
AS = {
    "linkedin": "page 123456",
    "youtube": "Community",
    "x": "@community",
    "mastodon": "@community@127.0.0.1",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_signs_in_by_pasting_the_address_that_one_was_sent_to(
    place: Any, led: Any, platform: str
) -> None:
    login = place.login(platform, by="Ada of Oslo")
    address = login.address()
    if platform == "mastodon":  # the server shows the code itself
        answer = httpx.get(address).text.split("<code>")[1].split("</code>")[0]
    else:
        answer = led(address)
    login.paste(answer)
    said = login.ends()
    assert said.code == 0, said.err
    assert f"signed in as {AS[platform]}" in said.out
    kept = place.kept(platform)
    assert kept["by"] == "Ada of Oslo"
    assert abs(datetime.fromisoformat(kept["signed_in_at"]) - place.now()).total_seconds() < 60
    for secret in ("access_token", "refresh_token"):
        assert kept.get(secret, "-" * 20) not in said.out + said.err
    raw = b"".join(one.read_bytes() for one in (place.folder / "bot").glob("social.sqlite3*"))
    assert kept["access_token"].encode() not in raw


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_more_is_asked_for_than_the_table_says(place: Any, platform: str) -> None:
    asked = httpx.URL(place.login(platform).address()).params
    assert asked["scope"].split() == [one.scope for one in RIGHTS[platform]]
    assert asked["response_type"] == "code"
    assert len(asked["state"]) >= 32
    assert ("code_challenge" in asked) is (platform != "linkedin")


class Browser:
    """A browser in which somebody allows everything at once."""

    def __init__(self) -> None:
        self.seen = ""

    def __call__(self, address: str) -> None:
        self.seen = httpx.get(address, follow_redirects=True).text


@pytest.mark.parametrize("platform", ["youtube", "mastodon"])
def test_one_signs_in_with_a_browser_on_this_machine(place: Any, platform: str) -> None:
    browser = Browser()
    said = place.login(platform, browser=browser, redirect="http://127.0.0.1:0/callback").ends()
    assert said.code == 0, said.err
    assert f"signed in as {AS[platform]}" in said.out
    assert "That worked" in browser.seen
    assert AS[platform] in browser.seen
    assert "<script" not in browser.seen
    assert place.kept(platform)["access_token"] not in browser.seen + said.out


@pytest.fixture
def port() -> Iterator[None]:
    """The port that LinkedIn and X know, for one test of this machine at a time."""
    with (Path(tempfile.gettempdir()) / "social-test-8914.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", 8914))
            except OSError:
                pytest.skip("port 8914 is taken by another program of this machine")
        yield


@pytest.mark.parametrize("platform", ["linkedin", "x"])
def test_the_address_that_linkedin_and_x_know_is_the_default(place: Any, platform: str, port: None) -> None:
    said = place.login(platform, browser=Browser()).ends()
    assert said.code == 0, said.err
    assert f"signed in as {AS[platform]}" in said.out


def test_a_port_that_is_taken_is_told_with_what_to_do(place: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        said = place.login("youtube", browser=Browser(), redirect=address).ends()
    assert said.code == 1
    assert "--redirect" in said.err
    assert "--no-browser" in said.err


@pytest.mark.parametrize("platform", ["linkedin", "youtube", "x"])
def test_a_no_is_told_in_a_sentence_and_changes_nothing(place: Any, led: Any, platform: str) -> None:
    login = place.login(platform)
    login.paste(led(login.address(), decision="deny"))
    said = login.ends()
    assert said.code == 1
    assert "you did not allow it" in said.err
    assert place.kept(platform) == {}


def test_the_answer_to_another_sign_in_is_not_taken_and_the_right_one_still_is(place: Any, led: Any) -> None:
    """Somebody else's answer would make the bot post as them."""
    other = place.login("linkedin")
    foreign = led(other.address())
    login = place.login("linkedin")
    address = login.address()
    login.paste(foreign)
    login.until("belongs to another sign-in")
    login.paste("https://example.org/not/it")
    login.until("not the address that you were sent to")
    login.paste(httpx.URL(led(address)).params["code"])
    login.until("paste the whole address")
    login.paste(led(address))
    said = login.ends()
    assert said.code == 0, said.err
    other.paste("")
    assert "Given up" in other.ends().err


def test_a_code_alone_is_enough_where_something_else_shows_that_it_is_ours(place: Any, led: Any) -> None:
    mine, other = place.login("x"), place.login("x")
    code = httpx.URL(led(mine.address())).params["code"]
    other.address()
    other.paste(code)  # PKCE: only who asked can exchange it
    assert "does not take the code" in other.ends().err
    login = place.login("x")
    login.paste(httpx.URL(led(login.address())).params["code"])
    assert login.ends().code == 0


def test_xs_code_lives_thirty_seconds(place: Any, led: Any) -> None:
    login = place.login("x")
    answer = led(login.address())
    place.later(seconds=31)
    login.paste(answer)
    said = login.ends()
    assert said.code == 1
    assert "too old or used already" in said.err
    assert "Sign in once more" in said.err


def test_what_google_lets_people_leave_out_is_missed(place: Any, led: Any) -> None:
    login = place.login("youtube")
    address = httpx.URL(login.address())
    wider = address.copy_set_param("scope", "https://www.googleapis.com/auth/youtube.readonly")
    login.paste(led(str(wider)))
    said = login.ends()
    assert said.code == 1
    assert "not all was allowed" in said.err
    assert "youtube.force-ssl" in said.err
    assert place.kept("youtube") == {}


def test_somebody_without_a_role_on_the_page_is_told_so(place: Any, led: Any) -> None:
    place.sandbox.platforms["linkedin"].role = "ANALYST"
    login = place.login("linkedin")
    login.paste(led(login.address()))
    said = login.ends()
    assert said.code == 1
    assert "may not post for this page" in said.err
    assert place.kept("linkedin") == {}


def test_another_account_than_before_needs_a_word(place: Any, led: Any) -> None:
    database = place.database()
    vault = place.tools(database).vault
    vault.write("x", {"access_token": "old", "who": "@coderefinery", "signed_in_at": place.now().isoformat()})
    login = place.login("x")
    login.paste(led(login.address()))
    said = login.ends()
    assert said.code == 1
    assert "you signed in as @community, but this account was @coderefinery" in said.err
    assert vault.read("x")["access_token"] == "old"
    login = place.login("x", switch=True)
    login.paste(led(login.address()))
    assert login.ends().code == 0
    assert vault.read("x")["who"] == "@community"
    database.close()


def test_who_only_asks_whether_the_bot_runs_is_in_nobodys_way(place: Any) -> None:
    """Two commands at once took each other for the bot, and a bot that started just then ended."""
    bot = keep_alone(place.config)
    assert bot is not None
    with bot:
        assert runs(place.config) is True
    database = next(place.folder.rglob("*.running"))
    with database.open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert runs(place.config) is False
        with ThreadPoolExecutor() as pool:
            start = pool.submit(keep_alone, place.config)
            fcntl.flock(asking, fcntl.LOCK_UN)
            bot = start.result()
    assert bot is not None
    bot.close()


def test_a_running_bot_uses_what_somebody_signed_in_for_without_a_restart(place: Any, led: Any) -> None:
    alone = keep_alone(place.config)  # as `social run` does
    database = place.database()
    tools = place.tools(database)
    platform = wiring.platforms_of(place.config, tools)["linkedin"]
    with pytest.raises(Rejected, match="social login linkedin"):
        platform.check()
    login = place.login("linkedin")
    login.paste(led(login.address()))
    said = login.ends()
    assert said.code == 0, said.err
    assert "The running bot uses it from now on." in said.out
    assert platform.check().who == AS["linkedin"]
    assert alone is not None
    alone.close()
    database.close()


def test_an_account_that_only_waited_for_a_sign_in_is_present_afterwards(place: Any) -> None:
    assert "mastodon" in place.config.absent
    assert "mastodon" not in place.config.social.default_platforms
    login = place.login("mastodon")
    login.paste(httpx.get(login.address()).text.split("<code>")[1].split("</code>")[0])
    assert login.ends().code == 0
    database = place.database()
    config = wiring.awake(place.config, database)
    assert list(config.accounts)[-1] == "mastodon"
    assert "mastodon" in config.social.default_platforms
    assert "mastodon" not in config.absent
    assert wiring.platforms_of(config, place.tools(database))["mastodon"].check().who.startswith("@community")
    database.close()


def test_a_second_account_is_signed_in_to_by_its_name(place: Any, led: Any) -> None:
    place.write(x=None, x__second=place.section("x"))
    for arguments in (("x", "second"), ("x:second",), ("x",)):
        login = place.login(*arguments)
        login.paste(led(login.address()))
        assert login.ends().code == 0
    assert place.kept("x:second")["who"] == "@community"
    assert place.kept("x") == {}


@pytest.mark.parametrize(
    "arguments,redirect,words",
    [
        (("zulip",), "", "to these one can: linkedin, youtube, x, mastodon"),
        (("x:a", "b"), "", "two different accounts"),
        (("linkedin",), "", "`organization`, `client_id`, `client_secret`"),
        (("x",), "", "four keys of OAuth 1.0a"),
        (
            ("mastodon", "c"),
            "",
            "zuliprc has no section [mastodon:c]. Add it, or say which: mastodon:a, mastodon:b.",
        ),
        (("mastodon",), "", "no section [mastodon]. Add it, or say which: mastodon:a, mastodon:b."),
        (("mastodon:a",), "https://social.example.org/back", "use `--no-browser` too"),
        (("mastodon:a",), "http://127.0.0.1:x/back", "use `--no-browser` too"),
    ],
)
def test_what_is_missing_is_told_before_anybody_is_sent_anywhere(
    place: Any, arguments: tuple[str, ...], redirect: str, words: str
) -> None:
    tokens = place.sandbox.tokens()["x"]
    oauth1 = {
        "api_key": tokens["api_key"],
        "api_secret": tokens["api_secret"],
        "access_token": tokens["oauth1_access_token"],
        "access_token_secret": tokens["oauth1_access_token_secret"],
    }
    mastodon = place.section("mastodon")
    place.write(
        linkedin={"version": "202609"}, x=oauth1, mastodon=None, mastodon__a=mastodon, mastodon__b=mastodon
    )
    more = {"browser": Browser(), "redirect": redirect} if redirect else {}
    said = place.login(*arguments, **more).ends()
    assert said.code == 1
    assert words in said.err
    assert said.out == ""


def test_a_name_that_is_not_there_beside_the_only_other_one_is_told_with_that(place: Any) -> None:
    said = place.login("mastodon", "fosstodon").ends()
    assert "no section [mastodon:fosstodon]. Add it, or say `mastodon` to sign in to that one." in said.err
    assert said.code == 1


def test_a_platform_that_is_away_is_told_and_nothing_changes(place: Any, led: Any) -> None:
    login = place.login("x")
    answer = led(login.address())
    place.fault("x", "503", path="/2/oauth2/token")
    login.paste(answer)
    said = login.ends()
    assert said.code == 1
    assert "cannot give tokens at the moment" in said.err
    place.fault("mastodon", "503", path="/api/v1/apps")
    assert "cannot register the bot's app" in place.login("mastodon").ends().err


def test_tokens_that_cannot_be_tried_yet_are_kept(place: Any, led: Any) -> None:
    login = place.login("x")
    answer = led(login.address())
    place.fault("x", "503", path="/2/users/me", times=9)
    login.paste(answer)
    said = login.ends()
    assert said.code == 0
    assert "could not be tried yet" in said.out
    assert place.kept("x")["access_token"]


def test_a_client_secret_that_is_wrong_is_told_where_to_look(place: Any, led: Any) -> None:
    place.write(linkedin={**place.section("linkedin"), "client_secret": "quite-another-one"})
    login = place.login("linkedin")
    login.paste(led(login.address()))
    said = login.ends()
    assert said.code == 1
    assert "compare `client_id` and `client_secret`" in said.err
    assert "quite-another-one" not in said.out + said.err


def test_linkedin_may_not_be_asked_for_rights_that_the_app_has_not(place: Any) -> None:
    answer = httpx.get(
        f"{place.sandbox.base}/linkedin/oauth/v2/authorization",
        params={
            "response_type": "code",
            "client_id": place.section("linkedin")["client_id"],
            "redirect_uri": "http://127.0.0.1:8914/callback",
            "scope": "r_liteprofile",
            "state": "s",
        },
    )
    assert httpx.URL(answer.headers["location"]).params["error"] == "unauthorized_scope_error"


def test_a_sign_in_tells_how_long_it_lasts(place: Any, led: Any) -> None:
    login = place.login("linkedin")
    login.paste(led(login.address()))
    said = login.ends()
    year = (place.now().astimezone(UTC)).year + 1
    assert f"{year}" in said.out  # LinkedIn's refresh token lives 365 days
