"""The OpenAPI description: what routes say themselves, and the schemas of the bodies that they read themselves."""

import json
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import interop
from app.api.problems import STATUS_OF_FAMILY, Problem, described
from app.api.rates import describe_rates
from app.errors import Family
from app.issuance.change_status import StatusChangeRequest
from app.issuance.finding import Search
from app.issuance.replace import ReplacementRequest
from app.settings import REPOSITORY
from app.template.elements import IssuanceRequest, Offering

_BODIES: Final[tuple[type[BaseModel], ...]] = (
    Offering,
    IssuanceRequest,
    ReplacementRequest,
    StatusChangeRequest,
    Search,
)
_EXAMPLES: Final = REPOSITORY / "docs" / "examples"

DESCRIPTION: Final = """\
Issues and verifies the micro-credentials of the ENHANCE alliance as Europass / W3C Verifiable Credentials.

Universities call `/api/v1` with a key; the awarding body is the key's. Anyone may fetch a credential at its public
address and post one to `/verify`. Every failure is a problem document (RFC 9457) that lists every finding at once.
"""


def describe(application: FastAPI) -> None:
    """Give ``application`` its complete OpenAPI 3.1 description, made once."""

    def openapi() -> dict[str, Any]:
        if application.openapi_schema:
            return application.openapi_schema
        document = get_openapi(
            title=application.title,
            version=application.version,
            openapi_version="3.1.0",
            description=DESCRIPTION,
            routes=application.routes,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        offered = [*_BODIES, *(interop.BODIES if "/interop/issuers" in document["paths"] else ())]
        _, bodies = models_json_schema(
            [*((body, "validation") for body in offered), (Problem, "serialization")],
            ref_template="#/components/schemas/{model}",
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in bodies["$defs"].items():
            schemas[name] = schema
        _describe_malformed_parameters(document)
        describe_rates(document)
        _add_examples(document)
        application.openapi_schema = document
        return document

    application.openapi = openapi  # type: ignore[method-assign]


def _describe_malformed_parameters(document: dict[str, Any]) -> None:
    """Say what malformed parameters are answered with: 400 and a problem, not the framework's own 422."""
    problem = described(Family.MALFORMED)[STATUS_OF_FAMILY[Family.MALFORMED]]
    for methods in document["paths"].values():
        for operation in methods.values():
            framework = str(operation["responses"].get("422", ""))
            if "HTTPValidationError" in framework:
                del operation["responses"]["422"]
                operation["responses"].setdefault("400", problem)
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)


def _add_examples(document: dict[str, Any]) -> None:
    """Add the runnable examples of ``docs/examples``, one for each sub-type."""
    examples = {
        path.stem: {
            "summary": path.stem.replace("-", " ").capitalize(),
            "value": json.loads(path.read_text(encoding="utf-8")),
        }
        for path in sorted(_EXAMPLES.glob("*.json"))
    }
    if examples:
        content = document["paths"]["/api/v1/credentials"]["post"]["requestBody"]["content"]["application/json"]
        content["examples"] = examples
