"""What a card has no room for: the whole of what goes out, in further messages before it, or in a file.

Approvers approve what they could read, so nothing of it may be left out: every text, title, content warning, alt
text, name of a file and option of every account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.replies.escape import cut, unescape
from bot.replies.preview import ALL, NOWHERE, Addresses, heading, left_out, lines_of
from bot.replies.words import Titles
from handlers.base import Outgoing

MOST = 4
"""Messages; what needs more stands in a file, for nobody reads a whole screen of messages to the end."""
_HEAD_ROOM = 150
"""Characters kept for the first line of a message and for closing what is open."""


class _Pages:
    """Messages that are filled one after the other; a spoiler that goes over the end of one goes on in the next."""

    def __init__(self, limit: int) -> None:
        self._room = limit - _HEAD_ROOM
        self._least = self._room // 8
        """Characters that are not worth beginning a piece of a text with."""
        self._left = self._room
        self.pages: list[list[str]] = [[]]

    def add(self, line: str) -> None:
        """A line that is not cut; in the next message if there is not enough room left for it and what follows."""
        if self.pages[-1] and self._left < len(line) + self._least:
            self.turn()
        self._put(line)

    def spoiler(self, title: str, heading: str, lines: Sequence[str]) -> None:
        """A closed block of lines, which may be cut."""
        self.add(f"```spoiler {heading}")
        for line in lines:
            rest = line
            while True:
                if self._left < min(len(rest) + 1, self._least):
                    self.pages[-1].append("```")
                    self.turn()
                    self._put(f"```spoiler {title}, continued")
                piece, rest = cut(rest, self._left - 1)
                self._put(piece)
                if not rest:
                    break
        self._put("```")

    def turn(self) -> None:
        """Begin the next message."""
        self.pages.append([])
        self._left = self._room

    def _put(self, line: str) -> None:
        self.pages[-1].append(line)
        self._left -= len(line) + 1


def messages(
    post_id: int,
    accounts: Sequence[str],
    outgoing: Mapping[str, Outgoing],
    titles: Titles,
    limit: int,
    addresses: Addresses = NOWHERE,
) -> list[str]:
    """Everything that goes out, as messages of at most `limit` characters."""
    pages = _Pages(limit)
    for title, one in _shown(accounts, outgoing, titles):
        if one.skipped:
            pages.add(left_out(title, one))
        else:
            pages.spoiler(title, heading(title, one), "\n".join(lines_of(one, ALL, addresses)).split("\n"))
    many = len(pages.pages)
    return ["\n".join([_head(post_id, at, many), *lines]) for at, lines in enumerate(pages.pages, 1)]


def _shown(
    accounts: Sequence[str], outgoing: Mapping[str, Outgoing], titles: Titles
) -> Iterator[tuple[str, Outgoing]]:
    for account in accounts:
        if account in outgoing:
            yield titles.get(account, account), outgoing[account]


def _head(post_id: int, number: int, many: int) -> str:
    which = f", {number} of {many}" if many > 1 else ""
    return f"📄 **#{post_id}** · All that goes out{which}. Its card follows below."


def file(post_id: int, accounts: Sequence[str], outgoing: Mapping[str, Outgoing], titles: Titles) -> str:
    """The same as one plain text."""
    said = [f"#{post_id}: all that goes out"]
    for title, one in _shown(accounts, outgoing, titles):
        if one.skipped:
            said.append(unescape(left_out(title, one)))
        else:
            shown = unescape("\n".join(lines_of(one, ALL)))
            said.append(f"===== {heading(title, one)} =====\n{shown}")
    return "\n\n".join(said) + "\n"


def in_file(post_id: int, name: str, address: str, attached: str = "") -> str:
    """The message that holds the file, and what a text cannot hold."""
    return (
        f"📄 **#{post_id}** · All that goes out is too long for a few messages: it stands in [{name}]({address})."
        f"{attached} Its card follows below."
    )


def attached(outgoing: Mapping[str, Outgoing], addresses: Addresses) -> str:
    """Where each of the files is shown that people cannot open elsewhere; by their numbers in order, each once."""
    shown: dict[str, None] = {}
    for one in outgoing.values():
        shown |= dict.fromkeys(addresses[file.sha256] for file in one.files if file.sha256 in addresses)
    each = " · ".join(f"[{number}]({address})" for number, address in enumerate(shown, 1))
    return f" Its files: {each}." if each else ""


def struck(post_id: int) -> str:
    """What becomes of such a message when its card counts no more."""
    return f"~~**#{post_id}**~~ This belonged to an earlier card, which counts no more."


def links(addresses: Sequence[str]) -> str:
    """The line of the card that leads there."""
    if len(addresses) == 1:
        return f"📄 **All that goes out stands [in the message above]({addresses[0]})**; here is how each text begins."
    each = " · ".join(f"[{number}]({one})" for number, one in enumerate(addresses, 1))
    return f"📄 **All that goes out stands in the {len(addresses)} messages above: {each}**; here is how each text begins."
