"""How uploaded pictures stand in a message's HTML, on either server."""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml

from bot.sandbox.zulip.markup_context import Context
from bot.sandbox.zulip.rows import Upload

_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff"}
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff")
THUMBNAIL = "840x560.webp"
PLACEHOLDER = "/static/images/loading/loader-black.svg"


def is_picture(upload: Upload) -> bool:
    """Is this file shown in the message? Zulip goes by the name; SVG is never shown."""
    return upload.mime in _PICTURES and upload.path.lower().endswith(_SUFFIXES)


def _image(context: Context, upload: Upload, classes: str, alt: str = "") -> str:
    original = f"/user_uploads/{escapeHtml(upload.path)}"
    known = f'data-original-content-type="{escapeHtml(upload.mime)}"'
    described = f'alt="{escapeHtml(alt)}" ' if alt else ""
    if not context.ready:
        kind = f' class="{" ".join(filter(None, (classes, "image-loading-placeholder")))}"'
        return f'<img {described}{kind.strip()} {known} data-original-src="{original}" src="{PLACEHOLDER}">'
    kind = f'class="{classes}" ' if classes else ""
    source = f"/user_uploads/thumbnail/{escapeHtml(upload.path)}/{THUMBNAIL}"
    return f'<img {described}{kind}{known} data-original-src="{original}" src="{source}">'


def below(context: Context, upload: Upload, title: str) -> str:
    """The picture under the paragraph that links it."""
    address = f"/user_uploads/{escapeHtml(upload.path)}"
    picture = _image(context, upload, "") if context.organisation.since(276) else f'<img src="{address}">'
    shown = f' title="{escapeHtml(title)}"' if title else ""
    return f'<div class="message_inline_image"><a href="{address}"{shown}>{picture}</a></div>\n'


def inline(context: Context, upload: Upload, alt: str) -> str:
    """The picture in the line, with its alternative text (newer server)."""
    return _image(context, upload, "inline-image", alt)
