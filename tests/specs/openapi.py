"""What an OpenAPI document says of requests: path, method, parameters, body. See `conftest`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.specs.recorder import Request, Sent
from tests.specs.schemas import Schemas

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class OpenApi:
    """One published document, and what it says of requests."""

    def __init__(self, document: Mapping[str, Any], *, strict: bool = False, forms: bool = False) -> None:
        self.schemas = Schemas(document, strict=strict)
        self._forms = forms
        self._paths = sorted(
            ((_pattern(path), path, item) for path, item in document["paths"].items()),
            key=lambda one: one[1].count("{"),
        )

    def violations(self, requests: Request | Iterable[Request]) -> list[str]:
        """Everything that does not fit, one line each, each beginning with the request's method and path."""
        many = [requests] if isinstance(requests, Request) else list(requests)
        return [f"{one.method} {one.path}: {line}" for one in many for line in self._of(one)]

    def _of(self, request: Request) -> Iterator[str]:
        matches = [
            (found, path, item)
            for pattern, path, item in self._paths
            if (found := pattern.fullmatch(request.path))
        ]
        if not matches:
            yield "the document knows no such path"
            return
        fitting = [one for one in matches if request.method.lower() in one[2]]
        if not fitting:
            methods = sorted({name.upper() for one in matches for name in one[2]} & _METHODS)
            yield f"the document knows no such method here ({', '.join(methods)})"
            return
        found, _, item = fitting[0]
        operation = item[request.method.lower()]
        declared: dict[tuple[str, str], Any] = {}
        for one in [*item.get("parameters", ()), *operation.get("parameters", ())]:
            one = self.schemas.resolved(one)  # noqa: PLW2901 - the same parameter
            declared[one["in"], one["name"]] = one
        yield from self._path(declared, dict(zip(_NAMES.findall(fitting[0][1]), found.groups(), strict=True)))
        yield from self._query(declared, request.query)
        yield from self._headers(declared, request.headers)
        yield from self._body(self.schemas.resolved(operation.get("requestBody")), request)

    def _path(self, declared: Mapping[tuple[str, str], Any], values: Mapping[str, str]) -> Iterator[str]:
        for name, text in values.items():
            schema = declared.get(("path", name), {}).get("schema", {})
            yield from self.schemas.violations(
                schema, self.schemas.typed(schema, text), f"path parameter {name}"
            )

    def _query(self, declared: Mapping[tuple[str, str], Any], sent: list[tuple[str, str]]) -> Iterator[str]:
        known = {name: one for (place, name), one in declared.items() if place == "query"}
        values: dict[str, list[str]] = {}
        for name, text in sent:
            plain = name.removesuffix("[]")
            lists = plain in known and self.schemas.is_kind(known[plain].get("schema", {}), "array")
            values.setdefault(plain if lists else name, []).append(text)
        for name, texts in values.items():
            where = f"query parameter {name}"
            if name not in known:
                yield f"{where}: the document does not know it"
                continue
            yield from self._valued(known[name], texts, where)
        for name, one in known.items():
            if one.get("required") and name not in values:
                yield f"query parameter {name}: required, and not there"

    def _valued(self, parameter: Mapping[str, Any], texts: list[str], where: str) -> Iterator[str]:
        schemas, schema = self.schemas, parameter.get("schema", {})
        if schemas.is_kind(schema, "array"):
            if parameter.get("explode") is False:
                texts = [one for text in texts for one in text.split(",")]
            items = schemas.resolved(schema).get("items", {})
            yield from schemas.violations(schema, [schemas.typed(items, one) for one in texts], where)
        elif len(texts) > 1:
            yield f"{where}: given {len(texts)} times"
        else:
            yield from schemas.violations(schema, schemas.typed(schema, texts[0]), where)

    def _headers(self, declared: Mapping[tuple[str, str], Any], sent: Mapping[str, str]) -> Iterator[str]:
        for (place, name), one in declared.items():
            if place != "header":
                continue
            if name.lower() not in sent:
                if one.get("required"):
                    yield f"header {name}: required, and not there"
            elif not self.schemas.is_kind(
                schema := one.get("schema", {}), "object"
            ):  # Mastodon's means a text
                value = self.schemas.typed(schema, sent[name.lower()])
                yield from self.schemas.violations(schema, value, f"header {name}")

    def _body(self, declared: Mapping[str, Any] | None, request: Request) -> Iterator[str]:
        if declared is None:
            if request.body:
                yield f"body: the document knows none here, and {len(request.body)} bytes came"
            return
        if not request.body:
            if declared.get("required"):
                yield "body: required, and not there"
            return
        content = declared["content"]
        media = content.get(request.mime)
        if media is None and self._forms and request.mime in {FORM, MULTIPART}:
            media = content.get("application/json")
        if media is None:
            yield f"body: comes as {request.mime or 'nothing'}; the document knows {', '.join(content)}"
            return
        schema = media.get("schema", {})
        if request.mime in {FORM, MULTIPART}:
            yield from self.schemas.violations(schema, self.form(schema, request), "body")
        elif request.mime.endswith("json"):
            try:
                value = request.json
            except ValueError:
                yield "body: no JSON"
                return
            yield from self.schemas.violations(schema, value, "body")

    def form(self, schema: Any, request: Request) -> dict[str, Any]:
        """A form of either kind as the object it means: `a[]` lists, `a[b]` objects, files as the text `file`."""
        pairs = request.form if request.mime == FORM else [_field(one) for one in request.parts]
        made: dict[str, Any] = {}
        for name, text in pairs:
            steps, into, inner = [one for one in re.split(r"[\[\]]+", name) if one], made, schema
            for step in steps[:-1]:
                into, inner = into.setdefault(step, {}), self.schemas.property(inner, step)
            last = steps[-1]
            kind = self.schemas.property(inner, last)
            if name.endswith("[]") or (last in into and self.schemas.is_kind(kind, "array")):
                items = self.schemas.resolved(kind).get("items", {})
                into.setdefault(last, []).append(self.schemas.typed(items, text))
            elif last in into:
                into[last] = [into[last], text]  # given twice: never what a schema of one value takes
            else:
                into[last] = self.schemas.typed(kind, text)
        return made


_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
_NAMES = re.compile(r"\{(\w+)\}")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join("([^/]+)" if one.startswith("{") else re.escape(one) for one in _PIECES.split(path))
    )


_PIECES = re.compile(r"(\{\w+\})")


def _field(part: Sent) -> tuple[str, str]:
    return part.name, "file" if part.filename is not None else part.body.decode()
