"""What was made of stored files before, so that nothing is computed or fetched twice, also after a restart.

One small file per answer beside the store's own. It can be removed at any time: it is only asked whether the file
it speaks of is still there.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from handlers.media import PART, Media, MissingMedia, Store

FOLDER = "known"


class Known:
    """Answers of earlier times: key -> `Media`. Thread- and process-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, *key: object) -> Media | None:
        """What was made then; None if that is not known, or its file is gone. The file counts as used now."""
        note = self._note(key)
        try:
            told: dict[str, Any] = json.loads(note.read_bytes())
            told |= {key: tuple(one) for key, one in told.items() if isinstance(one, list)}
            media = Media(**told)
            path = self._store.path(media.sha256)
            os.utime(path)  # nobody tidies it away now
            os.utime(note)
            if path.stat().st_size != media.size:
                return None
        except (OSError, ValueError, TypeError, KeyError, MissingMedia):
            return None
        return media

    def keep(self, media: Media, *key: object) -> Media:
        """Remember it; returns it."""
        note = self._note(key)
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = note.with_name(f"{secrets.token_hex(16)}{PART}")
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                json.dump(asdict(media), file)
            part.replace(note)
        finally:
            part.unlink(missing_ok=True)
        return media

    def _note(self, key: tuple[object, ...]) -> Path:
        name = hashlib.sha256(json.dumps(key, default=str).encode()).hexdigest()
        return self._store.root / FOLDER / f"{name}.json"
