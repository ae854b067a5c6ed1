"""Films and documents: what is known of them, and whether a platform takes them.

judge            a film against a platform's limits: a sentence for each that is broken
judge_document   the same for a document
"""

from __future__ import annotations

from handlers.films.limits import DocumentLimits, FilmLimits, judge, judge_document, readable_time

__all__ = ["DocumentLimits", "FilmLimits", "judge", "judge_document", "readable_time"]
