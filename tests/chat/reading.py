"""What members of a channel can read: its messages as Zulip shows them, and the text files in them."""

from __future__ import annotations

import re
from html import unescape

import requests
from town import Town

from bot.sandbox.scene import CHANNEL

_BLANK = re.compile(r"[\s\u00a0\ufe0f]+")
_EMOJI = re.compile(r'<span aria-label="[^"]*" class="emoji emoji-([0-9a-f-]+)"[^>]*>[^<]*</span>')
_FURNITURE = re.compile(
    r"📄\s*#\d+ · All that goes out(?:, \d+ of \d+)?\. Its card follows below\.|[^\n]*, continued\n"
)
_TAG = re.compile(r"<[^>]+>")
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|br|h\d|blockquote)\b[^>]*>")
_FILE = re.compile(r'href="(/user_uploads/[^"]+\.txt)"')


def squeezed(text: str) -> str:
    """Without blanks, which HTML shows as it likes."""
    return _BLANK.sub("", text)


def shown(html: str) -> str:
    """The characters that somebody reads who looks at a rendered message."""
    html = _EMOJI.sub(lambda one: "".join(chr(int(code, 16)) for code in one[1].split("-")), html)
    text = unescape(_TAG.sub("", _BLOCK.sub("\n", html)))
    return _FURNITURE.sub("", text)


def readable(town: Town) -> str:
    """Everything that the bot said in its channel, one after the other, squeezed."""
    request = {
        "anchor": "newest",
        "num_before": 500,
        "num_after": 0,
        "narrow": [{"operator": "stream", "operand": CHANNEL}],
        "apply_markdown": True,
    }
    found = town.alice.ok(town.alice.client.get_messages(request))["messages"]
    said = [one["content"] for one in found if one["sender_email"] == town.bot_email]
    files = [_read(town, path) for html in said for path in _FILE.findall(html)]
    return squeezed("".join([*(shown(html) for html in said), *files]))


def _read(town: Town, path: str) -> str:
    client = town.alice.client
    answer = requests.get(town.base + path, auth=(client.email, client.api_key), timeout=5)
    assert answer.status_code == requests.codes.ok, "approvers may not read the file"
    return answer.content.decode("utf-8-sig")
