"""What platforms with parts share: a thread, or the only post, sent part by part, resumed, and never twice."""

from __future__ import annotations

from handlers.parts.progress import Progress
from handlers.parts.service import AlreadyThere, Place, Service, StaleFiles, Trying
from handlers.parts.upload import Upload
from handlers.parts.walk import Walk

__all__ = ["AlreadyThere", "Place", "Progress", "Service", "StaleFiles", "Trying", "Upload", "Walk"]
