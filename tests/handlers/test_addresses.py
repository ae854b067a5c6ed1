"""The address of a post as people paste it: the same post under each of its addresses, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.linkedin.addresses import number_of as linkedin
from handlers.mastodon.addresses import number_of as mastodon
from handlers.x.addresses import number_of as x
from handlers.youtube.addresses import number_of as youtube
from handlers.zulip.address import message_address
from handlers.zulip.address import number_of as zulip

SERVER = "https://fosstodon.org"
ULID = "01JDQ3XG7F4S8W2M9K5B6C7D8E"
UUID = "0192f3a4-5b6c-7d8e-9f01-23456789abcd"


@pytest.mark.parametrize(
    "link",
    [
        "https://fosstodon.org/@us/113000000000000001",
        "http://fosstodon.org/@us/113000000000000001",
        "https://FOSSTODON.org:443/@us/113000000000000001/",
        "https://fosstodon.org/@us/113000000000000001?lang=en#reply",
        "https://fosstodon.org/%40us/113000000000000001",
        "https://fosstodon.org/@us@fosstodon.org/113000000000000001",
        "https://fosstodon.org/web/statuses/113000000000000001",
        "https://fosstodon.org/web/@us/113000000000000001",
        "https://fosstodon.org/deck/@us/113000000000000001",
        "https://fosstodon.org/users/us/statuses/113000000000000001",
        "https://fosstodon.org/users/us/statuses/113000000000000001/activity",
        "https://fosstodon.org/ap/users/7/statuses/113000000000000001",
        "https://fosstodon.org/@us/113000000000000001/embed",
        "https://fosstodon.org/@us/113000000000000001/favourites",
        "https://fosstodon.org/@us@fosstodon.org/posts/113000000000000001/",
        "https://fosstodon.org/notice/113000000000000001",
        "https://www.fosstodon.org/@us/113000000000000001",
    ],
)
def test_a_post_on_mastodon_is_known_by_each_of_its_addresses(link: str) -> None:
    assert mastodon(link, SERVER) == "113000000000000001"


def test_servers_that_number_otherwise() -> None:
    assert mastodon(f"https://fosstodon.org/@us/statuses/{ULID}", SERVER) == ULID
    assert mastodon(f"https://fosstodon.org/@us/{UUID}", SERVER) == UUID
    assert mastodon("http://127.0.0.1:8000/mastodon/@us/1", "http://127.0.0.1:8000/mastodon") == "1"
    assert mastodon("https://bücher.example/@us/1", "https://xn--bcher-kva.example") == "1"


@pytest.mark.parametrize(
    "link",
    [
        "https://mastodon.social/@us/113000000000000001",
        "https://fosstodon.org.evil.example/@us/113000000000000001",
        "https://fosstodon.org@evil.example/@us/113000000000000001",
        "https://evil.example/https://fosstodon.org/@us/113000000000000001",
        "https://fosstodon.org:8443/@us/113000000000000001",
        "https://fosstodon.org:port/@us/1",
        "https://fosstodon.org/@us",
        "https://fosstodon.org/",
        "https://fosstodon.org/about/more/1",
        "https://x.com/us/status/113000000000000001",
        "https://[::1/@us/1",
    ],
)
def test_what_is_no_post_there_has_no_number(link: str) -> None:
    assert mastodon(link, SERVER) is None


def test_posts_on_x() -> None:
    for link in (
        "https://x.com/us/status/18",
        "http://www.x.com/us/status/18/",
        "https://twitter.com/us/status/18?s=20&t=abc",
        "https://mobile.twitter.com/us/statuses/18",
        "https://x.com/i/web/status/18",
        "https://x.com/us/status/18/photo/1",
    ):
        assert x(link, "https://x.com") == "18", link
    for link in ("https://x.com/us", "https://notx.com/us/status/18", "https://x.com/us/status/eighteen"):
        assert x(link, "https://x.com") is None, link


def test_posts_on_linkedin() -> None:
    for link in (
        "https://www.linkedin.com/feed/update/urn:li:share:7123/",
        "http://linkedin.com/feed/update/urn%3Ali%3Ashare%3A7123?utm_source=share",
        "https://de.linkedin.com/feed/update/urn:li:share:7123",
        "https://www.linkedin.com/posts/coderefinery_registration-open-share-7123-aBcD",
    ):
        assert linkedin(link) == "urn:li:share:7123", link
    activity = "https://www.linkedin.com/posts/coderefinery_registration-is-open-activity-7124-aBcD?rcm=x"
    assert linkedin(activity) == "urn:li:activity:7124"
    for link in ("https://www.linkedin.com/company/coderefinery/", "https://linkedin.example/urn:li:share:1"):
        assert linkedin(link) is None, link


def test_videos_on_youtube() -> None:
    for link in (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com/watch?feature=share&v=dQw4w9WgXcQ&t=3",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ",
        "https://www.youtube.com/embed/dQw4w9WgXcQ",
        "https://studio.youtube.com/video/dQw4w9WgXcQ/edit",
    ):
        assert youtube(link) == "dQw4w9WgXcQ", link
    for link in (
        "https://www.youtube.com/@coderefinery",
        "https://www.youtube.com/watch",
        "https://youtu.be/",
    ):
        assert youtube(link) is None, link


def test_messages_in_zulip() -> None:
    site = "https://chat.example.org"
    for level in (218, 300):
        link = message_address(site, level, 5, "announce ments", "a/b near/7", 42)
        assert zulip(link, site) == "42"
        assert zulip(link.replace("/near/", "/with/").replace("https:", "http:"), site) == "42"
    assert zulip("https://other.example.org/#narrow/channel/5-a/topic/t/near/42", site) is None
    assert zulip(f"{site}/#narrow/channel/5-a/topic/t", site) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"https?://(fosstodon\.org|x\.com|youtu\.be)[/@a-z0-9?:#%]*"))
def test_no_link_is_too_strange(link: str) -> None:
    for found in (
        mastodon(link, SERVER),
        x(link, "https://x.com"),
        linkedin(link),
        youtube(link),
        zulip(link, SERVER),
    ):
        assert found is None or found
