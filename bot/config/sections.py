"""One section of `zuliprc` and its environment variables, turned into one model, with sentences for all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, SecretStr, ValidationError

from bot.config.ini import Section, Value
from bot.config.values import listed, nearest, span

Model = TypeVar("Model", bound=BaseModel)

_COMMENT = re.compile(r"\s[#;]")
_HIDING = re.compile(r"key|token|secret|password|url")
"""Keys whose value is never repeated, whatever its type."""

_NOTHING = ('""', "''")
"""How an empty text is written, where it means something; an empty value counts as not given."""

_SHOWN = 60
"""Most characters of a wrong value that are repeated."""

_PHRASES = {
    "int_parsing": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_parsing": "it must be a number",
    "bool_parsing": "it must be `yes` or `no`",
    "greater_than_equal": "it must be at least {ge}",
    "greater_than": "it must be more than {gt}",
    "less_than_equal": "it must be at most {le}",
    "less_than": "it must be less than {lt}",
    "literal_error": "it must be {expected}",
    "enum": "it must be {expected}",
    "string_too_short": "it needs at least {min_length} characters",
    "string_too_long": "it may have at most {max_length} characters",
    "too_short": "at least {min_length} are needed",
    "too_long": "at most {max_length} are possible",
    "url_parsing": "an address is needed, such as `https://example.org`",
    "url_scheme": "an address is needed, such as `https://example.org`",
    "timezone_aware": "a time with its zone is needed, such as `2027-01-31T12:00:00Z`",
    "datetime_from_date_parsing": "a time is needed, such as `2027-01-31T12:00:00Z`",
    "datetime_parsing": "a time is needed, such as `2027-01-31T12:00:00Z`",
}


@dataclass(slots=True)
class Report:
    """What is wrong and what is odd, collected while reading on."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def given(section: Section, model: type[BaseModel], environ: Mapping[str, str]) -> dict[str, Value]:
    """What the section and the environment say, without empty values; unknown keys are still among them."""
    found = {key: value for key, value in section.values.items() if value.text}
    for key in model.model_fields:
        name = variable(section.name, key)
        if environ.get(name):
            found[key] = Value(environ[name], name)
    return found


def variable(section: str, key: str) -> str:
    """The environment variable that replaces a key: `SOCIAL_MASTODON_FOSSTODON_ACCESS_TOKEN`."""
    parts = ["social", key] if section == "social" else ["social", section, key]
    return re.sub(r"[^A-Z0-9]", "_", "_".join(parts).upper())


def credentials_of(model: type[BaseModel]) -> set[str]:
    """The keys of a model that let it sign in: its secrets, and the number of an app that signs in by itself."""
    return secrets_of(model) | ({"client_id"} & set(model.model_fields))


def secrets_of(model: type[BaseModel]) -> set[str]:
    """The keys of a model that hold a secret."""
    return {key for key, info in model.model_fields.items() if _mentions(info.annotation, SecretStr)}


def fill(section: Section, model: type[Model], found: Mapping[str, Value], report: Report) -> Model | None:
    """The model, or None after every problem of the section was put into the report."""
    known = list(model.model_fields)
    unknown = refuse_unknown(section, model, report)
    texts: dict[str, Any] = {}
    for key, value in found.items():
        if key in known:
            texts[key] = "" if value.text in _NOTHING else _shaped(model, key, value.text)
            if _COMMENT.search(value.text):
                report.warnings.append(
                    f"{value.where}: `{key}` of [{section.name}] holds a `#` or `;` after a blank, which counts as "
                    "part of the value. A comment must stand on a line of its own."
                )
    try:
        filled = model.model_validate(texts)
    except ValidationError as error:
        report.problems.extend(_sentences(section, model, found, error))
        return None
    return None if unknown else filled


def refuse_unknown(section: Section, model: type[BaseModel], report: Report) -> bool:
    """Whether the section has keys that the model has not; each is put into the report with the nearest name."""
    known = list(model.model_fields)
    unknown = [(key, value) for key, value in section.values.items() if key not in known]
    for key, value in unknown:
        close = nearest(key, known) or "."
        report.problems.append(f"{value.where}: `{key}` is not a setting of [{section.name}]{close}")
    return bool(unknown)


def _sentences(
    section: Section, model: type[BaseModel], found: Mapping[str, Value], error: ValidationError
) -> Iterable[str]:
    hidden = secrets_of(model)
    for trouble in error.errors(include_url=False, include_input=False):
        key = str(trouble["loc"][0]) if trouble["loc"] else ""
        kind = trouble["type"]
        value = found.get(key)
        if kind == "missing" or (value is None and key):
            yield f"{section.where}: [{section.name}] needs `{key}`."
            continue
        context = trouble.get("ctx", {})
        phrase = _PHRASES.get(kind, trouble["msg"]).format_map(_Lenient(context))
        phrase = phrase.removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if value is None:
            yield f"{section.where}: [{section.name}]: {_ended(phrase)}"
            continue
        secret = key in hidden or _HIDING.search(key)
        shown = "is not right" if secret else f"cannot be `{_short(value.text)}`"
        comment = " A comment must stand on a line of its own." if _COMMENT.search(value.text) else ""
        yield f"{value.where}: `{key}` of [{section.name}] {shown}: {_ended(phrase)}{comment}"


class _Lenient(dict[str, Any]):
    """A phrase may name what this error does not know."""

    def __missing__(self, key: str) -> str:
        return "…"


def _shaped(model: type[BaseModel], key: str, text: str) -> Any:
    """What pydantic does not read from text by itself: lists with commas, spans with units."""
    if _reads_text(model, key):
        return text
    parts = _parts(model.model_fields[key].annotation)
    if any(get_origin(part) in (tuple, list, set, frozenset) for part in parts):
        return listed(text)
    if timedelta in parts:
        try:
            return span(text)
        except ValueError:
            return text
    return text


def _reads_text(model: type[BaseModel], key: str) -> bool:
    """Whether the model itself says how this key is read."""
    if any(isinstance(one, BeforeValidator) for one in model.model_fields[key].metadata):
        return True
    validators = model.__pydantic_decorators__.field_validators.values()
    return any(one.info.mode == "before" and key in one.info.fields for one in validators)


def _parts(annotation: Any) -> list[Any]:
    """The annotation and, of a union, its members."""
    return [annotation, *get_args(annotation)]


def _mentions(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(part, wanted) for part in get_args(annotation))


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else f"{one_line[: _SHOWN - 1]}…"


def _ended(phrase: str) -> str:
    return phrase if phrase.endswith((".", "?", "!")) else f"{phrase}."
