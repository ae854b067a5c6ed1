"""Which messages link which files: that decides who may have a file, and when its thumbnail is made."""

from __future__ import annotations

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.markup_context import Found
from bot.sandbox.zulip.rows import Message, Person, Upload
from bot.sandbox.zulip.telling import with_flags


def claim(core: Core, message: Message, found: Found, sender: Person) -> None:
    """Link the files of a message to it: from now on whoever may read it may read them (recording 24)."""
    organisation = core.organisation
    for upload in organisation.uploads.values():
        linked = upload.path in found.uploads
        if message.id in upload.messages and not linked:
            upload.messages.remove(message.id)
        elif linked and message.id not in upload.messages and may_download(core, sender, upload):
            upload.messages.append(message.id)
            upload.claimed = True
        else:
            continue
        organisation.save(upload)


def may_download(core: Core, person: Person, upload: Upload) -> bool:
    """Its owner, and whoever may read a message that links it."""
    organisation = core.organisation
    if upload.owner_id == person.user_id:
        return True
    messages = (organisation.messages[one] for one in upload.messages if one in organisation.messages)
    return any(organisation.can_read(person, message) for message in messages)


def fresh_pictures(core: Core, found: Found) -> list[Upload]:
    """Linked pictures that have no thumbnail yet (newer server)."""
    if not core.since(276):
        return []
    uploads = (core.organisation.uploads.get(path) for path in dict.fromkeys(found.uploads))
    return [one for one in uploads if one and not one.thumbnailed and one.mime.startswith("image/")]


def thumbnail_ready(core: Core, message: Message, upload: Upload) -> None:
    """The newer server makes thumbnails after sending, and tells when one is there: nobody has edited anything."""
    upload.thumbnailed = True
    core.organisation.save(upload)
    event = {
        "type": "update_message",
        "user_id": None,
        "edit_timestamp": core.organisation.now(),
        "message_id": message.id,
        "rendering_only": True,
        "content": message.content,
        "rendered_content": message.rendered,
        "message_ids": [message.id],
    }
    with_flags(core, message, event)
