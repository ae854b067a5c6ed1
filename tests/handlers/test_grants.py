"""What a token endpoint tells, however odd."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from handlers.oauth.grants import granted

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["NaN", "Infinity", "-Infinity", "1e400", "1e15", "-1", "0", "true", "null", '"1"', "[]"]
)
def test_an_end_that_is_none_is_not_known(told: str) -> None:
    """The token that came with it stays good: the one it was renewed with may be spent."""
    body = json.loads(f'{{"access_token": "a", "expires_in": {told}, "refresh_token_expires_in": {told}}}')
    found = granted(body, NOON)
    assert found is not None
    assert (found.access, found.expires_at, found.refresh_expires_at) == ("a", None, None)
