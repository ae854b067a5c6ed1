"""From a draft to a LinkedIn post, and to the request that makes it; pure. (Limits: Posts API.)"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.base import Draft, Outgoing, Part, Problem
from handlers.linkedin import limits, little, polls
from handlers.linkedin.uploads import kind_of
from handlers.media import Media, Store
from handlers.text import plain

LIMIT: Final = 3000
"""Of the commentary. Whether LinkedIn counts backslashes and the markup of mentions is not documented: we do."""
TITLE_LIMIT: Final = 400
"""Of a document (Ayrshare, second-hand); taken for all titles."""
GUESSED_TITLE: Final = 200
"""So much of the first line becomes the title of a link card that has none."""
VISIBILITIES: Final = {"public": "PUBLIC", "logged_in": "LOGGED_IN", "logged-in": "LOGGED_IN"}
QUESTION: Final = "question"
"""Under this name of `Outgoing.extra` the question of a poll is shown and sent."""

_MARK: Final = "\ue000{}\ue001"
"""Stands for a mention while the markup around it is turned into text."""


@dataclass(slots=True)
class _Making:
    """What a draft has become so far."""

    draft: Draft
    text: str
    media: tuple[Media, ...] = ()
    link: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self, text: str) -> None:
        self.problems.append(Problem(text, error=True))

    def warn(self, text: str) -> None:
        self.problems.append(Problem(text))

    def beside(self, link: str) -> None:
        """Put the link into the text, where there is no room for a card."""
        if link not in self.text:
            self.text = f"{self.text}\n\n{link}".strip()
        self.link = None


def length(text: str) -> int:
    """Characters as LinkedIn may count them: its servers speak Java, where most emoji are two (uncertain: the safe side)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def commentary(outgoing: Outgoing) -> str:
    """What is sent for the text that was approved."""
    return little.escape(outgoing.parts[0].text)


def shown(markup: str) -> str:
    """The text as it is approved: plain, but mentions of pages as they were written."""
    mentions = [one[0] for one in little.MENTION.finditer(markup)]
    numbers = iter(range(len(mentions)))
    text = plain(little.MENTION.sub(lambda _: _MARK.format(next(numbers)), markup))
    for number, mention in enumerate(mentions):
        text = text.replace(_MARK.format(number), mention)
    return text.strip()


def prepare(account: str, draft: Draft, store: Store, *, no_files: bool = False) -> Outgoing:
    """What goes out, with everything about it that people should know.

    `no_files`: the account that signed in is known to be one that may post text alone.
    """
    making = _Making(draft, shown(draft.text))
    making.media = tuple(limits.fitted(one, store, making.problems) for one in draft.media)
    making.problems += limits.judged(making.media)
    _link(making)
    poll = _poll(making)
    measured = length(little.escape(making.text))
    if measured > LIMIT:
        making.error(
            f"The text has {measured} of {LIMIT} characters (LinkedIn's reserved characters count twice), and "
            "LinkedIn has no threads: shorten it, or write a `--- linkedin` section."
        )
    if not making.text and not making.media and not making.link:
        making.error("There is nothing to post on LinkedIn.")
    if no_files and making.media:
        making.warn(
            "LinkedIn: the account that signed in is a content admin of the page, who may post text; LinkedIn may "
            "refuse the files."
        )
    if mentioned := [one[1] for one in little.MENTION.finditer(making.text)]:
        making.extra["mentions"] = ", ".join(mentioned)
    return Outgoing(
        account=account,
        parts=(Part(making.text, measured, making.media),),
        limit=LIMIT,
        title=_title(making),
        visibility=_visibility(draft.options.visibility, making),
        link=making.link,
        poll=poll.poll if poll else None,
        extra=making.extra,
        problems=tuple(making.problems),
    )


def _link(making: _Making) -> None:
    """A card with its address, where there is room for one: LinkedIn looks at no page itself."""
    link = (making.draft.options.link or "").strip()
    if not link:
        return
    if not re.match(r"https?://[^\s/]", link):
        making.error("The address in `link:` must begin with https://.")
    pictures = [one for one in making.media if kind_of(one) == "images"]
    if making.draft.options.poll or (making.media and len(pictures) != 1) or len(making.media) > 1:
        making.beside(link)
        return
    making.link = link
    if pictures:
        making.extra["picture"] = "stands on the card of the link"
        if pictures[0].alt:
            making.warn("LinkedIn has no alt text for the picture on the card of a link.")


def _poll(making: _Making) -> polls.Asked | None:
    wanted = making.draft.options.poll
    if wanted is None:
        return None
    if making.media:
        making.error("LinkedIn takes either a poll or files, not both: leave one of them out there.")
    made = polls.asked(wanted, making.draft.options.title, making.text)
    making.problems += polls.judged(wanted, made, length(made.question))
    making.text = made.text
    making.extra[QUESTION] = made.question
    return made


def body(author: str, outgoing: Outgoing, files: list[str]) -> dict[str, Any]:
    """The creating request, from what was approved and the URNs of its files."""
    content = _content(outgoing, files)
    return {
        "author": author,
        "commentary": commentary(outgoing),
        "visibility": VISIBILITIES.get(outgoing.visibility or "public", "PUBLIC"),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        **({"content": content} if content else {}),
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def _content(outgoing: Outgoing, files: list[str]) -> dict[str, Any]:
    media = outgoing.parts[0].media
    if outgoing.poll:
        return {"poll": polls.content(outgoing.poll, outgoing.extra[QUESTION])}
    if outgoing.link:
        article = {"source": outgoing.link, "title": outgoing.title or outgoing.link}
        return {"article": article | ({"thumbnail": files[0]} if files else {})}
    if len(files) > 1:
        images = [{"id": urn, **_alt(one)} for urn, one in zip(files, media, strict=True)]
        return {"multiImage": {"images": images}}
    if files:
        one: dict[str, Any] = {"id": files[0]}
        if kind_of(media[0]) == "images":
            one |= _alt(media[0])
        elif outgoing.title:
            one["title"] = outgoing.title
        return {"media": one}
    return {}


def _alt(media: Media) -> dict[str, str]:
    return {"altText": media.alt} if media.alt else {}


def _title(making: _Making) -> str | None:
    """A document and a link card must have one; a video may."""
    given = " ".join((making.draft.options.title or "").split())
    kind = kind_of(making.media[0]) if making.media else ""
    if not making.link and kind not in {"videos", "documents"}:
        return None
    if not given and kind == "videos":
        return None
    if not given and kind == "documents":
        given = re.sub(r"\.\w{1,5}$", "", making.media[0].name).strip()
    if not given:
        readable = little.MENTION.sub(r"\1", making.text)
        lines = (" ".join(one.split()) for one in readable.splitlines())
        given = next((one for one in lines if one), making.link or "")[:GUESSED_TITLE]
    if length(given) > TITLE_LIMIT:
        making.error(f"The title has {length(given)} of {TITLE_LIMIT} characters: shorten it.")
    return given


def _visibility(wanted: str | None, making: _Making) -> str:
    """`public`, or `logged_in` for members of LinkedIn only."""
    word = (wanted or "public").strip().lower()
    if word in VISIBILITIES:
        return word.replace("-", "_")
    if word == "unlisted":
        making.warn("LinkedIn has nothing like “unlisted”: the post is public there.")
    else:
        making.error(f"LinkedIn cannot post “{word}”: leave LinkedIn out of `to:`, or remove `visibility:`.")
    return "public"
