"""LinkedIn: posts of an organization's page, through the versioned REST API (`/rest/posts`)."""

from __future__ import annotations

from handlers.linkedin.platform import LinkedIn

__all__ = ["LinkedIn"]
