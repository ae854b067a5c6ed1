"""The JSON schemas of a published document, and what does not fit them. See `conftest`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SHOWN = 200
"""Characters of a violation; a whole post need not stand in it."""

_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"[a-z][a-z0-9+.-]*:", value) is not None


class Schemas:
    """The JSON schemas of one document, those of OpenAPI 3.0 turned into those of today."""

    def __init__(self, document: Mapping[str, Any], *, strict: bool = False) -> None:
        self.document = document
        self._strict = strict
        whole = Resource.from_contents(_modern(document), default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:document", whole)

    def resolved(self, schema: Any) -> Any:
        """What a `$ref` into this document means."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            found: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def violations(self, schema: Mapping[str, Any], value: Any, where: str) -> list[str]:
        """Why the value does not fit; one line each."""
        strange = self._strange(schema, value, where, "$") if self._strict else ()
        return list(dict.fromkeys([*self._lines(schema, value, where, "$"), *strange]))

    def _lines(self, schema: Any, value: Any, where: str, path: str) -> Iterator[str]:
        validator = Draft202012Validator(_modern(schema), registry=self._registry, format_checker=_FORMATS)
        for error in validator.iter_errors(value):
            yield _line(where, path, error)

    def typed(self, schema: Any, text: str) -> Any:
        """A value that came as text, as the schema wants it; the text itself where it is no such thing."""
        kinds = {one.get("type") for one in self._branches(schema)}
        if "integer" in kinds and re.fullmatch(r"-?\d+", text):
            return int(text)
        if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
            return float(text)
        if "boolean" in kinds and text.lower() in {"true", "false"}:
            return text.lower() == "true"
        return text

    def is_kind(self, schema: Any, kind: str) -> bool:
        """Whether the schema may be of this type."""
        return any(one.get("type") == kind for one in self._branches(schema))

    def property(self, schema: Any, name: str) -> Any:
        """The schema of a property, empty if there is none."""
        return next(
            (one["properties"][name] for one in self._branches(schema) if name in one.get("properties", {})),
            {},
        )

    def _branches(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        schema = self.resolved(schema)
        if isinstance(schema, Mapping):
            yield schema
            for word in ("allOf", "anyOf", "oneOf"):
                for one in schema.get(word, ()):
                    yield from self._branches(one)

    def _strange(self, schema: Any, value: Any, where: str, path: str) -> Iterator[str]:
        """Properties that no branch of the schema lists, where it lists some and does not say that all are welcome."""
        branches = list(self._branches(schema))
        if isinstance(value, list):
            items: Any = next((one["items"] for one in branches if "items" in one), {})
            for number, one in enumerate(value):
                yield from self._strange(items, one, where, f"{path}[{number}]")
        if not isinstance(value, dict) or any(one.get("additionalProperties") for one in branches):
            return
        known = {name: inner for one in branches for name, inner in one.get("properties", {}).items()}
        for name, one in value.items():
            if name in known:
                # a value of one alternative must not pass because another one does not look at it
                yield from self._lines(known[name], one, where, f"{path}.{name}")
                yield from self._strange(known[name], one, where, f"{path}.{name}")
            elif known:
                yield f"{where} {path}.{name}: the document does not know this property"


def _modern(schema: Any) -> Any:
    """OpenAPI 3.0's own words (`nullable`, exclusive limits as yes-or-no) in those of JSON Schema; absolute `$ref`s."""
    if isinstance(schema, list):
        return [_modern(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": re.sub(r"^#", "urn:document#", schema["$ref"])}  # in 3.0 its neighbours do not count
    # alternatives that overlap are a flaw of a document (Mastodon's: a text with a picture is two of them at once)
    made = {
        "anyOf" if name == "oneOf" else name: _modern(one)
        for name, one in schema.items()
        if name != "nullable"
    }
    for end, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if made.get(end) is True:
            made[end] = made.pop(limit)
        elif made.get(end) is False:
            del made[end]
    if schema.get("nullable") is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _line(where: str, path: str, error: ValidationError) -> str:
    told = best_match([error]) or error
    message = " ".join(told.message.split())
    place = path + told.json_path.removeprefix("$")
    short = message if len(message) <= SHOWN else f"{message[:90]} … {message[-90:]}"
    return f"{where} {place}: {short}"
