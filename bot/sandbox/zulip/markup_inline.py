"""Inside a line: mentions, channel and topic links, times, emoji, and pictures with alternative text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.sandbox.zulip import emoji, markup_pictures
from bot.sandbox.zulip.markup_context import Context, context_of
from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.rows import Channel, Person

_USER = re.compile(r"@(_?)\*\*([^*\n]+)\*\*")
_GROUP = re.compile(r"@(_?)\*([^*\n]+)\*")
_WITH_ID = re.compile(r"^(?P<name>.*)\|(?P<id>\d+)$")
_CHANNEL = re.compile(r"#\*\*([^*>\n]+)(?:>([^*\n]*?)(?:@(\d+))?)?\*\*")
_TIME = re.compile(r"<time:([^>\n]+)>")
_EMOJI = re.compile(r":([\w+-]+):")
_MATHS = re.compile(r"\$\$(?P<tex>[^\n_$](?:\\\$|[^$\n])*)\$\$(?![\w$])")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\((/user_uploads/[^)\s]+)\)")
_WORD = re.compile(r"[\w$]")
_EPOCH = re.compile(r"\d{1,11}")
_BEFORE_MENTION = frozenset(" \t\n'\"({[/<")


def install(md: MarkdownIt) -> None:
    """Add the rules of this room."""
    ruler = md.inline.ruler
    for name, rule in (
        ("mention", _mention),
        ("channel", _channel),
        ("time", _time),
        ("maths", _maths),
        ("emoji", _emoji),
    ):
        ruler.before("backticks", f"zulip_{name}", rule)
    ruler.before("link", "zulip_picture", _picture)
    md.core.ruler.before("text_join", "zulip_unicode_emoji", _unicode_emoji)


def _put(state: StateInline, match: re.Match[str], html: str, silent: bool) -> bool:
    if not silent:
        state.push("html_inline", "", 0).content = html
    state.pos = match.end()
    return True


def _starts_word(state: StateInline) -> bool:
    return state.pos == 0 or state.src[state.pos - 1] in _BEFORE_MENTION


def _mention(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "@" or not _starts_word(state):
        return False
    context = context_of(state)
    if match := _USER.match(state.src, state.pos):
        html = _user(context, match[2], bool(match[1]), silent)
    elif match := _GROUP.match(state.src, state.pos):
        html = _group(context, match[2], bool(match[1]), silent)
    else:
        return False
    return html is not None and _put(state, match, html, silent)


def _user(context: Context, name: str, quiet: bool, looking: bool) -> str | None:
    quiet = quiet or context.silent
    found, newer = context.found, context.organisation.since(247)
    if name in {"all", "everyone", "stream"} or (newer and name == "channel"):
        found.everybody |= not quiet and not looking
        kind = "user-mention channel-wildcard-mention" if newer else "user-mention"
        return _span(kind, 'data-user-id="*"', name, quiet)
    if name == "topic":
        found.topic |= not quiet and not looking
        return _span("topic-mention", "", name, quiet)
    person = find_person(context.organisation, name)
    if person is None:
        return None
    if not quiet and not looking:
        found.mentioned.add(person.user_id)
    return _span("user-mention", f'data-user-id="{person.user_id}"', person.full_name, quiet)


def find_person(organisation: Organisation, name: str) -> Person | None:
    """Whom `Name`, `Name|id` or `|id` means; a wrong or an old name beside an id means nobody."""
    if match := _WITH_ID.match(name):
        person = organisation.people.get(int(match["id"]))
        fits = person is not None and match["name"].lower() in {"", person.full_name.lower()}
        return person if fits else None
    return organisation.by_name(name)


def _group(context: Context, name: str, quiet: bool, looking: bool) -> str | None:
    quiet = quiet or context.silent
    group = context.organisation.group_named(name)
    if group is None:
        return None
    if not quiet and not looking:
        context.found.groups.add(group.group_id)
    return _span("user-group-mention", f'data-user-group-id="{group.group_id}"', group.name, quiet)


def _span(kind: str, attribute: str, name: str, quiet: bool) -> str:
    classes = f"{kind} silent" if quiet else kind
    shown = escapeHtml(name if quiet else f"@{name}")
    return f'<span class="{classes}"{" " + attribute if attribute else ""}>{shown}</span>'


def _channel(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "#" or not _starts_word(state):
        return False
    match = _CHANNEL.match(state.src, state.pos)
    if match is None:
        return False
    context = context_of(state)
    organisation = context.organisation
    channel = organisation.channel_named(match[1])
    if channel is None or not organisation.can_see(context.sender, channel):
        return False
    topic, message_id = match[2], match[3]
    if message_id and not organisation.since(319):
        topic, message_id = f"{topic}@{message_id}", None
    attributes = f'data-stream-id="{channel.stream_id}"'
    name = escapeHtml(f"#{channel.name}" if topic is None else f"#{channel.name} > {topic}")
    if topic is None:
        html = f'<a class="stream" {attributes} href="/{narrow(organisation, channel)}">{name}</a>'
    elif message_id:
        address = narrow(organisation, channel, topic, int(message_id))
        html = f'<a class="message-link" href="/{address}">{name} @ 💬</a>'
    else:
        address = narrow(organisation, channel, topic)
        html = f'<a class="stream-topic" {attributes} href="/{address}">{name}</a>'
    return _put(state, match, html, silent)


def narrow(
    organisation: Organisation, channel: Channel, topic: str | None = None, near: int | None = None
) -> str:
    """The part of an address that leads to a channel, a topic, a message; without the leading slash."""
    slug = _encode(f"{channel.stream_id}-{channel.name.replace(' ', '-')}")
    address = f"#narrow/{organisation.word}/{slug}"
    if topic is not None:
        address += f"/topic/{_encode(topic)}"
    return address if near is None else f"{address}/near/{near}"


def _encode(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")


def _time(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    match = _TIME.match(state.src, state.pos)
    if match is None:
        return False
    organisation = context_of(state).organisation
    instant = _instant(match[1], epoch=not organisation.since(503))
    shown = escapeHtml(match[1])
    if instant is not None:
        when = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _put(state, match, f'<time datetime="{when}">{shown}</time>', silent)
    if organisation.since(451):  # stays as it was written
        return False
    html = f'<span class="timestamp-error">Invalid time format: {shown}</span>'
    return _put(state, match, html, silent)


def maths(tex: str) -> str:
    """A formula; the real server draws it, here its source is shown, and nothing in it means anything else."""
    return f'<span class="katex">{escapeHtml(tex)}</span>'


def _maths(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or (state.pos and _WORD.match(state.src[state.pos - 1])):
        return False
    match = _MATHS.match(state.src, state.pos)
    return match is not None and _put(state, match, maths(match["tex"]), silent)


def _instant(text: str, *, epoch: bool) -> datetime | None:
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC) if epoch else None
        instant = datetime.fromisoformat(text)
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        instant.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return instant


def emoji_html(code: str, name: str) -> str:
    """One emoji as Zulip marks it up; a page shows the character of `emoji-CODE` in its place."""
    label = name.replace("_", " ")
    return f'<span aria-label="{label}" class="emoji emoji-{code}" role="img" title="{label}">:{name}:</span>'


def _emoji(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":":
        return False
    match = _EMOJI.match(state.src, state.pos)
    if match is None or "://" in re.split(r"\s", state.pending)[-1]:  # a colon in an address
        return False
    name = match[1]
    own = context_of(state).organisation.emoji.get(name)
    if own is not None and not own.get("deactivated"):
        source = f"/user_avatars/2/emoji/images/{own['id']}.png"
    elif name == "zulip":
        source = "/static/generated/emoji/images/emoji/unicode/zulip.png"
    elif (code := emoji.name_to_code().get(name)) is not None:
        return _put(state, match, emoji_html(code, name), silent)
    else:
        return False
    html = f'<img alt=":{name}:" class="emoji" src="{source}" title="{name.replace("_", " ")}">'
    return _put(state, match, html, silent)


def _unicode_emoji(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = [piece for child in token.children for piece in _with_emoji(child)]


def _with_emoji(token: Token) -> list[Token]:
    if token.type != "text" or token.content.isascii():
        return [token]
    pieces: list[Token] = []
    done = 0
    for match in emoji.pattern().finditer(token.content):
        code = emoji.code_of(match[0])
        names = emoji.code_to_names().get(code)
        if not names or emoji.is_text(match[0]):
            continue
        pieces += _text(token.content[done : match.start()], token.level)
        pieces.append(Token("html_inline", "", 0, content=emoji_html(code, names[0]), level=token.level))
        done = match.end()
    return pieces + _text(token.content[done:], token.level) if pieces else [token]


def _text(content: str, level: int) -> list[Token]:
    return [Token("text", "", 0, content=content, level=level)] if content else []


def _picture(state: StateInline, silent: bool) -> bool:
    """`![alt](/user_uploads/…)`, which shows the picture in the line; the recorded server did not know it."""
    if state.src[state.pos] != "!" or not context_of(state).organisation.since(405):
        return False
    match = _PICTURE.match(state.src, state.pos)
    if match is None:
        return False
    context = context_of(state)
    path = unquote(match[2].removeprefix("/user_uploads/"))
    upload = context.organisation.uploads.get(path)
    if upload is None or not markup_pictures.is_picture(upload):
        return False
    if not silent:
        context.found.uploads.append(path)
    return _put(state, match, markup_pictures.inline(context, upload, match[1]), silent)
