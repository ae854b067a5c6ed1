"""The codes of languages, as people write them and as standards do."""

from __future__ import annotations

import pytest

from bot.grammar.known import LANGUAGES
from handlers.languages import _MEANT, code_of, meant_by


@pytest.mark.parametrize(
    "written,code",
    [
        ("en", "en"),
        ("EN", "en"),
        ("zh-TW", "zh-TW"),
        ("zh_tw", "zh-TW"),
        ("pt-BR", "pt-BR"),
        ("zh-hant-TW", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("smi", "smi"),
        ("se", "se"),
        ("uk", "uk"),
        ("jp", None),
        ("xx", None),
        ("fin", None),
        ("e", None),
        ("english", None),
        ("en-", None),
        ("", None),
    ],
)
def test_a_code_is_kept_as_standards_write_it(written: str, code: str | None) -> None:
    assert code_of(written) == code


@pytest.mark.parametrize(
    "written,code",
    [("jp", "ja"), ("dk", "da"), ("GR", "el"), ("fin", "fi"), ("cz_CZ", "cs-CZ"), ("qq", None)],
)
def test_what_is_no_code_is_asked_about_with_what_is_meant(written: str, code: str | None) -> None:
    assert meant_by(written) == code


def test_nothing_is_both_and_what_is_meant_is_a_code() -> None:
    assert [one for one in _MEANT if code_of(one)] == []
    assert [one for one in [*_MEANT.values(), *LANGUAGES.values()] if code_of(one) != one] == []
