"""The codes of languages as people write them (`en`, `zh-TW`), and what is meant by what is none."""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE
)
"""BCP 47 as far as posts need it: language, script, region."""
_CODES: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et
eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk
kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti
tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_KNOWN: Final = frozenset(_CODES.split())
"""ISO 639-1 (https://www.loc.gov/standards/iso639-2/php/code_list.php)."""
_COUNTRIES: Final = (
    "at:de cn:zh cz:cs dk:da gr:el jp:ja lx:lb mx:es pk:ur ua:uk vn:vi us:en gb:en ir:fa al:sq rs:sr"
)
"""Countries whose code is no language, and what is spoken there."""
_LONGER: Final = """
eng:en deu:de ger:de fin:fi swe:sv nor:no nob:nb nno:nn dan:da est:et fra:fr fre:fr nld:nl dut:nl isl:is ice:is spa:es
ita:it por:pt pol:pl rus:ru ukr:uk jpn:ja zho:zh chi:zh ell:el gre:el ces:cs cze:cs lav:lv lit:lt sme:se
"""
"""Three letters of a language that has two (ISO 639-2, both kinds)."""
_MEANT: Final[dict[str, str]] = {one[:-3]: one[-2:] for one in f"{_COUNTRIES} {_LONGER}".split()}


def code_of(written: str) -> str | None:
    """A language's code as standards write it (`pt-BR`, `zh-Hant`, `smi`); None for what is none.

    Of codes of three letters only those are refused that stand for a language with two.
    """
    found = _CODE.fullmatch(written.strip())
    if found is None:
        return None
    language, script, region = (found[name] or "" for name in ("language", "script", "region"))
    language = language.lower()
    if language not in _KNOWN and (len(language) == 2 or language in _MEANT):  # noqa: PLR2004 - two letters
        return None
    return "-".join(one for one in (language, script.title(), region.upper()) if one)


def meant_by(written: str) -> str | None:
    """The code that was probably meant by what is none; None where nobody can guess."""
    word, _, rest = written.strip().lower().replace("_", "-").partition("-")
    found = _MEANT.get(word)
    return f"{found}-{rest.upper()}" if found and rest else found


def unknown(written: str, example: str = "`lang: en` or `lang: pt-BR`") -> str:
    """A sentence about what is no code, with what was probably meant; `example`: how one is written there."""
    meant = meant_by(written)
    hint = f"Did you mean `{meant}`?" if meant else f"Write it as in {example}."
    return f"“{written}” is no language code. {hint}"
