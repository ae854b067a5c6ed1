"""Files: taking them, who may have them again, and addresses that work for a minute without signing in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import mimetypes
import re
import secrets
import time
import unicodedata
from typing import Any, BinaryIO
from urllib.parse import quote

from PIL import Image
from starlette.responses import HTMLResponse, Response

from bot.sandbox.blobs import handed_out
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.linking import may_download
from bot.sandbox.zulip.rows import Person, Upload
from bot.sandbox.zulip.web import Call

TEMPORARY_S = 60
"""How long a temporary address works."""
REALM = 2
_SHOWN = {"application/pdf"}
_SHOWN_KINDS = ("image/", "audio/", "video/")
_GONE = "<p>This file does not exist or has been deleted.</p>"
_FORBIDDEN = "<p>You are not authorized to view this file.</p>"


def upload(core: Core, call: Call) -> dict[str, Any]:
    """`POST /user_uploads`: one file."""
    if not call.files:
        raise Refusal("You must specify a file to upload")
    if len(call.files) > 1:
        raise Refusal("You may only upload one file at a time")
    file = call.files[0]
    most = core.organisation.settings.largest_mib
    if (file.size or 0) > most * 1024 * 1024:  # exactly so much is allowed
        raise Refusal(f"Uploaded file is larger than the allowed limit of {most} MiB")
    name = file.filename or "uploaded-file"
    mime = (file.content_type or "").split(";")[0].strip() or mimetypes.guess_type(name)[0]
    row = keep(core, call.person, name, mime or "application/octet-stream", file.file)
    address = f"/user_uploads/{row.path}"
    return {"url": address, "uri": address, "filename": row.name} if core.since(272) else {"uri": address}


def keep(core: Core, owner: Person, name: str, mime: str, data: BinaryIO) -> Upload:
    """Store a file under an address that cannot be guessed."""
    path = f"{REALM}/{secrets.token_hex(1)}/{secrets.token_urlsafe(18)}/{sanitized(name)}"
    organisation = core.organisation
    blobs = organisation.world.blobs
    sha256 = blobs.put_file(data)
    row = Upload(
        path=path,
        name=name,
        mime=mime,
        size=blobs.size(sha256),
        sha256=sha256,
        owner_id=owner.user_id,
        created=organisation.now(),
    )
    organisation.uploads[path] = row
    organisation.save(row)
    return row


def sanitized(name: str) -> str:
    """A file's name as it stands in its address: letters, digits, dots, one `-` for blanks."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[^\w\s.-]", "", plain).strip()
    plain = re.sub(r"[-\s]+", "-", plain)
    return "uploaded-file" if plain in {"", ".", ".."} else plain


def _find(core: Core, path: str) -> Upload | None:
    row = core.organisation.uploads.get(path)
    if row is None:
        return None
    deleted = row.claimed and not any(one in core.organisation.messages for one in row.messages)
    return None if deleted else row


def download(core: Core, person: Person | None, path: str, *, attachment: bool, asked: str = "") -> Response:
    """`GET /user_uploads/…`: HTML answers when it is not there or not allowed, as on the real server."""
    row = _find(core, path)
    if row is None:
        return HTMLResponse(_GONE, 404)
    if person is None or not may_download(core, person, row):
        return HTMLResponse(_FORBIDDEN, 403)
    return _file(core, row, attachment=attachment, asked=asked)


def _file(core: Core, row: Upload, *, attachment: bool = False, asked: str = "") -> Response:
    """The file, or the range of it that a player asked for."""
    safe = row.mime in _SHOWN or (row.mime.startswith(_SHOWN_KINDS) and row.mime != "image/svg+xml")
    how = "inline" if safe and not attachment else "attachment"
    name = row.path.rpartition("/")[2]
    named = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name)}"
    headers = {
        "Content-Type": row.mime,
        "Content-Disposition": f"{how}; {named}",
        "Cache-Control": "private, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return handed_out(core.organisation.world, row.sha256, headers, asked)


def temporary(core: Core, call: Call) -> dict[str, Any] | Response:
    """`GET /api/v1/user_uploads/…`: an address that works for a minute without signing in."""
    path = str(call.path["path"])
    row = _find(core, path)
    if row is None:
        return HTMLResponse(_GONE, 404)
    if not may_download(core, call.person, row):
        return HTMLResponse(_FORBIDDEN, 403)
    stamp = f"{path}:{int(time.time()) + TEMPORARY_S}"
    token = base64.b16encode(f"{stamp}:{_signature(core, stamp)}".encode()).decode()
    return {"url": f"/user_uploads/temporary/{token}/{quote(path.rpartition('/')[2])}"}


def _signature(core: Core, stamp: str) -> str:
    return hmac.new(core.organisation.settings.secret.encode(), stamp.encode(), hashlib.sha256).hexdigest()


def by_token(core: Core, token: str, asked: str = "") -> Response:
    """What a temporary address gives: 403 when it is too old or not ours."""
    try:
        stamp, _, signature = base64.b16decode(token).decode().rpartition(":")
        path, _, until = stamp.rpartition(":")
        good = hmac.compare_digest(signature, _signature(core, stamp)) and int(until) >= time.time()
    except ValueError:
        good, path = False, ""
    if not good:
        return HTMLResponse("<p>Invalid token or the link has expired.</p>", 403)
    row = _find(core, path)
    return HTMLResponse(_GONE, 404) if row is None else _file(core, row, asked=asked)


def thumbnail(core: Core, person: Person | None, path: str) -> Response:
    """A picture made small, for who may have the picture (newer server)."""
    row = _find(core, path)
    if row is None:
        return HTMLResponse(_GONE, 404)
    if person is None or not may_download(core, person, row):
        return HTMLResponse(_FORBIDDEN, 403)
    data = core.organisation.world.blobs.get(row.sha256)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.thumbnail((840, 560))
            small = io.BytesIO()
            picture.convert("RGBA").save(small, "WEBP")
    except (OSError, ValueError, Image.DecompressionBombError):
        return HTMLResponse("<p>Thumbnail could not be made.</p>", 404)
    return Response(
        small.getvalue(), media_type="image/webp", headers={"Cache-Control": "private, immutable"}
    )


def mine(core: Core, call: Call) -> dict[str, Any]:
    """`GET /attachments`: the person's own files."""
    rows = [one for one in core.organisation.uploads.values() if one.owner_id == call.person.user_id]
    shown = [
        {
            "id": number,
            "name": row.name,
            "path_id": row.path,
            "size": row.size,
            "create_time": row.created if core.since(443) else row.created * 1000,
            "messages": [],
        }
        for number, row in enumerate(rows, 1)
    ]
    total = sum(row.size for row in core.organisation.uploads.values())
    return {"attachments": shown, "upload_space_used": total}
