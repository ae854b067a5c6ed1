"""Uploaded files are taken out of the text, with their alt texts."""

from collections.abc import Callable

import pytest

from bot.grammar import Attachment, Written, parse

Drafted = Callable[[str], Written]
PATH = "/user_uploads/2/83/JuSrbfoOlg94GLUFYdci3T81"
SMALL = PATH.replace("/user_uploads/", "/user_uploads/thumbnail/")
HOME = "https://chat.example.org"


def at_home(text: str, site: str) -> Written:
    """The draft of a community with that server."""
    said = parse(text, accounts=("x",), defaults=("x",), site=site)
    assert isinstance(said, Written)
    return said


@pytest.mark.parametrize(
    "link,name,alt",
    [
        (f"[photo.png]({PATH}/photo.png)", "photo.png", ""),
        (f"[Mein Bild.png]({PATH}/Mein-Bild-ü-1.png)", "Mein-Bild-ü-1.png", ""),
        (f"[Mein Bild ü (1).png]({PATH}/Mein-Bild-ü-1.png)", "Mein-Bild-ü-1.png", ""),
        (f"[image.png]({PATH}/image-2.png)", "image-2.png", ""),
        (f"[photo]({PATH}/photo.png)", "photo.png", "photo"),
        (f"[Learners around a table]({PATH}/photo.png)", "photo.png", "Learners around a table"),
        (f"[Learners [left] and us]({PATH}/photo.png)", "photo.png", "Learners [left] and us"),
        (f"![Learners]({PATH}/photo.png)", "photo.png", "Learners"),
        (f"![photo.png]({PATH}/photo.png)", "photo.png", ""),
        (f"![]({PATH}/photo.png)", "photo.png", ""),
        (f"[Learners](<{PATH}/photo.png>)", "photo.png", "Learners"),
        (f"[A report]({PATH}/report.pdf)", "report.pdf", "A report"),
        (f"[x]({PATH}/a%20b.png)", "a b.png", "x"),
        (f"[x]({SMALL}/photo.png/840x560.webp)", "photo.png", "x"),
        (f"[]({SMALL}/photo.gif/840x560-anim.webp)", "photo.gif", ""),
        (f"[x](/thumbnail/?size=full&url={PATH[1:].replace('/', '%2F')}%2Fphoto.png)", "photo.png", "x"),
    ],
)
def test_a_link_to_an_uploaded_file_is_a_file(drafted: Drafted, link: str, name: str, alt: str) -> None:
    draft = drafted(f"draft Hello\n\n{link}")
    assert draft.text == "Hello"
    (file,) = draft.attachments
    assert (file.name, file.alt, file.accounts) == (name, alt, ())
    assert file.path.startswith(PATH)


@pytest.mark.parametrize(
    "link,alt",
    [
        (f"[Learners]({HOME}{PATH}/photo.png)", "Learners"),
        (f"![Learners](<{HOME}{PATH}/photo.png>)", "Learners"),
        (f'[Learners]( {HOME}:443{PATH}/photo.png "a title")', "Learners"),
        (f"[Learners](HTTP://CHAT.example.org{PATH}/photo.png)", "Learners"),
        (f"[{HOME}{PATH}/photo.png]({HOME}{PATH}/photo.png)", ""),
        (f"{HOME}{PATH}/photo.png", ""),
        (f"<{HOME}{PATH}/photo.png>", ""),
        (f"{HOME}{SMALL}/photo.png/840x560.webp", ""),
        (f"[Learners]({HOME}/thumbnail?url={PATH[1:]}/photo.png&size=full)", "Learners"),
    ],
)
def test_the_whole_address_of_a_file_of_our_own_server_is_that_file(link: str, alt: str) -> None:
    draft = at_home(f"draft Hello\n\n{link}", f"{HOME}/")
    assert draft.text == "Hello"
    assert [(one.path, one.name, one.alt) for one in draft.attachments] == [
        (f"{PATH}/photo.png", "photo.png", alt)
    ]


ELSEWHERE = (
    "https://evil.example",
    "https://chat.example.org.evil.example",
    "https://chat.example.org@evil.example",
    "https://evil.example:443",
    "https://chat.example.org:8443",
    "https://xn--chat-5qa.example.org",
    "//evil.example",
    "//chat.example.org",
    "ftp://chat.example.org",
    r"https://evil.example\@chat.example.org",
)


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize(
    "link",
    ["[x]({}{}/photo.png)", "{}{}/photo.png", "<{}{}/photo.png>", "[x]({}/thumbnail?url={}/photo.png)"],
)
def test_a_file_of_another_server_is_text_and_never_fetched(where: str, link: str) -> None:
    line = link.format(where, PATH)
    draft = at_home(f"draft Hello\n\n{line}", HOME)
    assert (draft.text, draft.attachments) == (f"Hello\n\n{line}", ())


@pytest.mark.parametrize(
    "body",
    [
        f"`{HOME}{PATH}/p.png`",
        f"```\n[p]({HOME}{PATH}/p.png)\n```",
        f"{HOME}/#narrow/channel/3-x/topic/y",
        f"[t]({HOME}/#narrow/channel/3-x/topic/y)",
        f"{HOME}/user_avatars/2/abc.png",
        f"{HOME}/user_uploads/../api/v1/users",
        f"[p]({HOME}/user_uploads/2/%2e%2e/%2E%2E/api)",
    ],
)
def test_what_else_is_on_our_server_stays_text(body: str) -> None:
    draft = at_home(f"draft Look\n{body}", HOME)
    assert (draft.text, draft.attachments) == (f"Look\n{body}", ())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "IMG_2034",
            "IMG 2034",
            "img-20261129-WA0003",
            "IMG_2034 (1)",
            "DSC01234",
            "DSCF0412",
            "DSCN 12",
            "P1010034",
        ),
        *(
            "PXL_20261129_101500123",
            "MVIMG_20261129_101500",
            "VID_20261129",
            "Screenshot 2026-11-29 at 10.15.00",
        ),
        *(
            "Screenshot_20261129-101500",
            "Bildschirmfoto 2026-11-29 um 10.15.00",
            "WhatsApp Image 2026-11-29 at 10.15.00",
        ),
        *("20261129_101500", "signal-2026-11-29-101500", "image (1)"),
    ],
)
def test_a_name_a_device_gave_is_no_alt_text(drafted: Drafted, text: str) -> None:
    (file,) = drafted(f"draft Hello\n\n[{text}]({PATH}/photo.jpg)").attachments
    assert file.alt == ""


@pytest.mark.parametrize(
    "text", ["Screenshot of the lesson", "Image of 12 learners", "Photo: 2026 in Berlin", "P1 and P2 talk"]
)
def test_words_beside_a_device_s_are_an_alt_text(drafted: Drafted, text: str) -> None:
    (file,) = drafted(f"draft Hello\n\n[{text}]({PATH}/photo.jpg)").attachments
    assert file.alt == text


@pytest.mark.parametrize(
    "body,text",
    [
        ("See [p.png](/user_uploads/1/a/p.png) here", "See here"),
        ("See [p.png](/user_uploads/1/a/p.png).", "See."),
        ("See [p.png](/user_uploads/1/a/p.png)", "See"),
        ("[p.png](/user_uploads/1/a/p.png) Hello", "Hello"),
        ("One\n[p.png](/user_uploads/1/a/p.png)\nTwo", "One\nTwo"),
        ("One\n\n[p.png](/user_uploads/1/a/p.png)\n\nTwo", "One\n\nTwo"),
        ("One\n\n[p.png](/user_uploads/1/a/p.png)\n[q.png](/user_uploads/1/a/q.png)\n\nTwo", "One\n\nTwo"),
        ("[p.png](/user_uploads/1/a/p.png) [q.png](/user_uploads/1/a/q.png)\nHello", "Hello"),
        ("* [p.png](/user_uploads/1/a/p.png)\n* Hello", "* Hello"),
        ("[p.png](/user_uploads/1/a/p.png)", ""),
        ("One\n\n\nTwo [p.png](/user_uploads/1/a/p.png)", "One\n\n\nTwo"),
    ],
)
def test_the_text_closes_where_a_file_was(drafted: Drafted, body: str, text: str) -> None:
    draft = drafted(f"draft\n{body}")
    assert draft.text == text
    assert draft.attachments
    assert draft.problems == ()


@pytest.mark.parametrize(
    "body",
    [
        "`[p.png](/user_uploads/1/a/p.png)`",
        "```\n[p.png](/user_uploads/1/a/p.png)\n```",
        "~~~md\n![p](/user_uploads/1/a/p.png)\n~~~",
        "[a page](https://example.org/p.png)",
        "[p.png](/user_avatars/1/a/p.png)",
        "[p.png](/user_uploads/../api/v1/users)",
        "[p.png](/user_uploads/1/%2e%2e/%2E%2E/api)",
        "/user_uploads/1/a/p.png",
    ],
)
def test_other_links_stay_text(drafted: Drafted, body: str) -> None:
    draft = drafted(f"draft Look\n{body}")
    assert draft.text == f"Look\n{body}"
    assert draft.attachments == ()


def test_alt_lines_go_to_the_files_in_order(drafted: Drafted) -> None:
    files = "[a.png](/user_uploads/1/a/a.png)\n[b.png](/user_uploads/1/b/b.png)"
    draft = drafted(f"draft\nalt: First\nalt: Second\nHello\n{files}")
    assert [one.alt for one in draft.attachments] == ["First", "Second"]
    assert [one.alt for one in drafted(f"draft\nalt: First\nHello\n{files}").attachments] == ["First", ""]
    assert [one.alt for one in drafted(f"draft\nalt:\nalt: Second\nHello\n{files}").attachments] == [
        "",
        "Second",
    ]


def test_an_alt_line_goes_to_the_file_that_has_none(drafted: Drafted) -> None:
    files = "[A cat](/user_uploads/1/a/a.png)\n[b.png](/user_uploads/1/b/b.png)"
    draft = drafted(f"draft\nalt: A dog\nHello\n{files}")
    assert [one.alt for one in draft.attachments] == ["A cat", "A dog"]
    assert draft.problems == ()


def test_a_second_alt_text_is_pointed_out(drafted: Drafted) -> None:
    draft = drafted("draft\nalt: A tabby cat\nHello\n[A cat](/user_uploads/1/a/a.png)")
    assert [one.alt for one in draft.attachments] == ["A tabby cat"]
    assert [(one.line, one.error) for one in draft.problems] == [(2, False)]
    assert "`A cat`" in draft.problems[0].text


def test_more_alt_lines_than_files_is_an_error(drafted: Drafted) -> None:
    draft = drafted("draft\nalt: One\nalt: Two\nHello\n[a.png](/user_uploads/1/a/a.png)")
    assert [(one.line, one.error) for one in draft.problems] == [(3, True)]
    assert "`Two`: the message has 1 file." in draft.problems[0].text


def test_a_file_in_a_section_is_for_its_platforms_alone(drafted: Drafted) -> None:
    draft = drafted(
        "draft Hello\n[a](/user_uploads/1/a/a.png)\n--- x, mastodon\nShort\n[b](/user_uploads/1/b/b.png)\n"
        "--- linkedin\n[c](/user_uploads/1/c/c.pdf)"
    )
    assert draft.attachments == (
        Attachment("/user_uploads/1/a/a.png", "a.png", "a"),
        Attachment("/user_uploads/1/b/b.png", "b.png", "b", ("mastodon", "x")),
        Attachment("/user_uploads/1/c/c.pdf", "c.pdf", "c", ("linkedin",)),
    )
    assert draft.texts == {"x": "Short", "mastodon": "Short"}
    assert draft.problems == ()
