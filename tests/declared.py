"""Whether an answer is one that the API description declares: every client of the journeys asks this."""

import re
from typing import Any

import httpx
import jsonschema_rs
from fastapi import FastAPI

Json = dict[str, Any]

UNDESCRIBED = re.compile(r"/openapi\.json|/static/.*")
"""What is no operation of the API; everything else that answers is."""
NOWHERE = frozenset({400, 404, 405, 429, 503})
"""What an address or method that does not exist may be answered with."""


class Description:
    """An OpenAPI document, ready to be asked."""

    def __init__(self, document: Json) -> None:
        self._document = document
        patterns = []
        for path, methods in document["paths"].items():
            parameters = path.count("{")
            patterns.append((parameters, re.compile(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(path))), methods))
        self._patterns = sorted(patterns, key=lambda entry: entry[0])
        self._validators: dict[int, Any] = {}

    def operation(self, method: str, path: str) -> Json | None:
        """Return the operation that answers at ``path``, the most specific first, as the router finds it."""
        method = "get" if method == "HEAD" else method.lower()
        for _, pattern, methods in self._patterns:
            if pattern.fullmatch(path) and method in methods:
                found: Json = methods[method]
                return found
        return None

    def check(self, answer: httpx.Response) -> None:
        """Fail unless operation, status, media type and the form of a JSON body are declared."""
        method, path = answer.request.method, answer.request.url.path
        place = f"{method} {path} {answer.status_code}"
        operation = self.operation(method, path)
        if UNDESCRIBED.fullmatch(path) or (method == "OPTIONS" and answer.status_code == 204):
            return
        if operation is None:
            assert answer.status_code in NOWHERE, f"{place}: no operation is described there"
            return
        declared = operation["responses"].get(str(answer.status_code))
        assert declared is not None, f"{place} is not among {sorted(operation['responses'])}"
        media = answer.headers.get("content-type", "").split(";")[0]
        content = declared.get("content", {})
        assert media in content or (not media and not content), f"{place}: {media} is not among {sorted(content)}"
        schema = content[media].get("schema") if media else None
        if schema and method != "HEAD" and media.endswith("json"):
            errors = [f"{error.instance_path}: {error.message}" for error in self._errors(schema, answer.json())]
            assert not errors, f"{place}: {errors}"

    def _errors(self, schema: Json, value: object) -> Any:
        known = self._validators.get(id(schema))
        if known is None:
            whole = {**schema, "components": self._document["components"]}
            known = self._validators[id(schema)] = jsonschema_rs.Draft202012Validator(whole)
        return known.iter_errors(value)


_described: dict[tuple[str, ...], Description] = {}


def description_of(application: FastAPI) -> Description:
    """Return the description of an application; one is made for all that have the same addresses."""
    addresses = tuple(getattr(route, "path", "") for route in application.routes)
    if addresses not in _described:
        _described[addresses] = Description(application.openapi())
    return _described[addresses]
