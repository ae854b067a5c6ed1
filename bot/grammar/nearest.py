"""The known word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 40
_SHORT, _MIDDLE = 4, 7


def distance(one: str, two: str, most: int) -> int:
    """How many letters must be added, left out, changed or swapped; `most + 1` where it is more than `most`."""
    if abs(len(one) - len(two)) > most or max(len(one), len(two)) > _LONGEST:
        return most + 1
    letters, others = set(one), set(two)
    if (
        max(len(letters - others), len(others - letters)) > most
    ):  # one slip brings in, or takes out, one letter at most
        return most + 1
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        older, before = before, row
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if (
            min(row) > most
        ):  # no later row is less; nor by a swap, for this row is at most one more than the one before
            return most + 1
    return min(row[-1], most + 1)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word with the fewest slips; None when all are too different for their length."""
    best: tuple[int, str] | None = None
    for other in known:
        shorter = min(len(word), len(other))
        most = 1 if shorter <= _SHORT else 2 if shorter <= _MIDDLE else 3
        if shorter <= 1 and word != other:
            continue
        if best is not None:
            most = min(most, best[0] - 1)  # only what is nearer counts
        found = distance(word, other, most)
        if found <= most:
            best = (found, other)
    return best[1] if best else None
