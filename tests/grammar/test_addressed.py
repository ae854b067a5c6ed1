"""Which messages speak to the bot called `social`, user 42, and what they say to it."""

import pytest

from bot.grammar import addressed


def _hear(content: str, *, direct: bool = False) -> str | None:
    return addressed(content, name="social", user_id=42, direct=direct)


@pytest.mark.parametrize(
    "content,text",
    [
        ("@**social** draft Hello", "draft Hello"),
        ("@**social|42** draft Hello", "draft Hello"),
        ("@**|42** draft Hello", "draft Hello"),
        ("@**Social** approve 12", "approve 12"),
        ("@**SOCIAL|42**: approve 12", "approve 12"),
        ("@**social**, approve 12", "approve 12"),
        ("@**social**approve 12", "approve 12"),
        ("@**social** :+1: 12", ":+1: 12"),
        ("@**social** : help", "help"),
        ("@**social**", ""),
        ("  @**social** help", "  help"),
        ("\n\n@**social** help", "\n\nhelp"),
        ("    @**social** help", "    help"),
        ("@**social** draft\nto: x\nHello", "draft\nto: x\nHello"),
        ("@**social**\ndraft\nHello", "\ndraft\nHello"),
        ("@**social** draft\r\nto: x\r\nHello", "draft\nto: x\nHello"),
        ("@social draft Hello", "draft Hello"),
        ("@Social: approve 12", "approve 12"),
        ("@social, help", "help"),
        ("@social", ""),
        ("@social\ndraft Hello", "\ndraft Hello"),
        ("@social. help", ". help"),
        ("Hello @**social**, approve 12", "approve 12"),
        ("approve 12 @**social**", "approve 12 "),
        ("please @**social** approve 12", "approve 12"),
        ("Could you, @**social**, put 12 on hold?", "put 12 on hold?"),
        ("What is scheduled this week, @**social**?", "What is scheduled this week, ?"),
        ("I have an idea:\n\n@**social** draft\nHello", "\n\ndraft\nHello"),
        ("(@**social** help)", "help)"),
        ("```spoiler Look\n@**social** approve 12\n```", "\napprove 12\n```"),
        ("See `x` and @**social** help", "help"),
        ("@**social** draft thanks to @**social**", "draft thanks to @**social**"),
        ("@**social** draft\n> @**social** quoted", "draft\n> @**social** quoted"),
    ],
)
def test_a_mention_speaks_to_the_bot_and_is_taken_out(content: str, text: str) -> None:
    assert _hear(content) == text


@pytest.mark.parametrize(
    "content",
    [
        "nothing to see",
        "hey @social, help",
        "@socialise this",
        "@social-bot help",
        "@social.coop is a server",
        "@social@mastodon.social posts",
        "**social** help",
        "@_**social** silently",
        "@_**social|42** silently",
        "\\@**social** help",
        "a@**social** help",
        "@**social|7** help",
        "@**social media** help",
        "@**Alice|7** draft it",
        "@*social* help",
        "@**all** look",
        "`@**social**` in code",
        "``a ` @**social** ``",
        "```\n@**social**\n```",
        "~~~\n@**social**\n~~~",
        "```python\n@**social**\n```\nafter",
        "```quote\n@**social** quoted\n```\nmy answer",
        "````quote\n```\ncode\n```\n@**social** quoted\n````",
        "```spoiler x\n```quote\n@**social**\n```\n```",
        "```math\n@**social**\n```",
        "```\nunclosed\n@**social** draft",
        "> @**social** quoted\n\nanswer",
        "text\n\n    @**social** indented code",
        "",
    ],
)
def test_other_messages_do_not(content: str) -> None:
    assert _hear(content) is None


@pytest.mark.parametrize(
    "content", ["approve 12", "hello", "", "@**Alice** hi", "draft\nto: x\nHello", "`@**social**`"]
)
def test_a_direct_message_needs_no_mention(content: str) -> None:
    assert _hear(content, direct=True) == content


def test_a_direct_message_may_have_one() -> None:
    assert _hear("@**social** approve 12", direct=True) == "approve 12"
    assert _hear("@social approve 12", direct=True) == "approve 12"
    assert _hear("approve 12 @**social**", direct=True) == "approve 12 "


REPLY = "@_**Alice|7** [said](https://chat.example.org/#narrow/channel/3/topic/t/near/9):\n```quote\nWe have news @**social**\n```\n"


@pytest.mark.parametrize("mention", ["@social", "@**social**", "@**social|42**"])
def test_under_a_quoted_message_a_plain_mention_counts_and_the_quote_stays(mention: str) -> None:
    assert _hear(f"{REPLY}{mention} draft") == f"{REPLY}draft"
    assert _hear(f"{REPLY}\n{mention} draft\nto: x") == f"{REPLY}\ndraft\nto: x"


def test_what_is_left_out_before_a_mention_keeps_its_line_breaks() -> None:
    text = _hear(f"{REPLY}Nice!\nCan you @**social** draft\nto: x")
    assert text == f"{REPLY}\ndraft\nto: x"


def test_a_bot_may_have_any_name() -> None:
    assert addressed("@**Social (bot)** help", name="Social (bot)", user_id=1, direct=False) == "help"
    assert addressed("@Social (bot) help", name="Social (bot)", user_id=1, direct=False) == "help"
    assert addressed("@**Social bot** help", name="Social (bot)", user_id=1, direct=False) is None
