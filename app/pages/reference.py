"""``/docs``: the API description as a page that anyone can read; made of ``/openapi.json``, without any script."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.pages.rendering import answers, html_page

router = APIRouter(tags=["pages"])

Json = Mapping[str, Any]
_METHODS: Final = ("get", "post", "put", "delete")


@router.get("/docs", response_class=Response, responses=answers("text/html"), summary="Reference of the API")
async def reference(request: Request) -> Response:
    """Every operation with its parameters, bodies, answers and a command to try it with."""
    document: Json = request.app.openapi()
    origin: str = request.app.state.office.public_url
    sections: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in _operations(document):
        sections.setdefault(operation["tags"][0], []).append(_shown(document, origin, path, method, operation))
    values = {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "description": document["info"]["description"].split("\n\n"),
        "sections": sections,
    }
    return html_page("reference", "en", values, headers={"Cache-Control": "public, max-age=300"})


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def _shown(document: Json, origin: str, path: str, method: str, operation: Json) -> dict[str, Any]:
    bodies: Json = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation["description"].split("\n\n"),
        "needs_key": bool(operation.get("security")),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "required": parameter.get("required", False),
                "words": parameter.get("description", ""),
                "form": _form(document, parameter["schema"]),
            }
            for parameter in operation.get("parameters", ())
        ],
        "bodies": [(kind, _form(document, content.get("schema", {}))) for kind, content in bodies.items()],
        "examples": [
            (name, json.dumps(example["value"], ensure_ascii=False, indent=2))
            for content in bodies.values()
            for name, example in content.get("examples", {}).items()
        ],
        "answers": [
            (status, answer.get("description", ""), ", ".join(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ],
        "command": _command(origin, path, method, operation, bodies),
    }


def _form(document: Json, schema: Json) -> str:
    """Return the form of a value in a few words."""
    if "$ref" in schema:
        name: str = schema["$ref"].rsplit("/", 1)[1]
        values = document["components"]["schemas"][name].get("enum")
        return " | ".join(map(str, values)) if values else name
    if alternatives := schema.get("anyOf"):
        return " | ".join(_form(document, each) for each in alternatives if each.get("type") != "null")
    kind = schema.get("type", "any")
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _command(origin: str, path: str, method: str, operation: Json, bodies: Json) -> str:
    """Return a command for a terminal; names in capitals are to be put in by the reader."""
    address = origin + path.replace("{", "").replace("}", "") if "{" not in path else origin + _capitals(path)
    lines = ["curl -sS"]
    if method not in ("get", "post") or (method == "post" and not bodies):
        lines.append(f"-X {method.upper()}")
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $KEY"')
    if "multipart/form-data" in bodies:
        lines.append("-F file=@credential.jsonld")
    elif bodies:
        lines += [f"-H 'Content-Type: {next(iter(bodies))}'", "--data-binary @body.json"]
    return " \\\n  ".join([*lines, f"'{address}'"])


def _capitals(path: str) -> str:
    return "/".join(step[1:-1].upper() if step.startswith("{") else step for step in path.split("/"))
