"""What an account is called in sentences, so that people with several of one platform know which is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from handlers.base import PlatformError


def called(title: str, account: str) -> str:
    """`LinkedIn` for the account `linkedin`, `LinkedIn (press)` for `linkedin:press`."""
    own = account.partition(":")[2]
    return f"{title} ({own})" if own else title


@contextmanager
def naming(title: str, account: str) -> Iterator[None]:
    """Whatever error leaves the block says which account it is about, whoever made its sentence."""
    try:
        yield
    except PlatformError as error:
        who, sentence = called(title, account), str(error)
        if who not in sentence:
            begins = sentence.startswith((f"{title} ", f"{title}'s "))
            error.args = (who + sentence[len(title) :] if begins else f"{who}: {sentence}",)
        raise
