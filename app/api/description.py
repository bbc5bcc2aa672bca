"""The OpenAPI description: what routes say themselves, and the schemas of the bodies that they read themselves."""

import json
from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import campus, interop
from app.api.capacity import ALWAYS_ANSWERED
from app.api.problems import PROBLEM_JSON, Problem, described
from app.api.rates import describe_rates
from app.claiming.links import ClaimLinkRequest, RenewalRequest
from app.claiming.offers import OfferRequest
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
    OfferRequest,
    ClaimLinkRequest,
    RenewalRequest,
)
_EXAMPLES: Final = REPOSITORY / "docs" / "examples"

DESCRIPTION: Final = """\
Issues and verifies the micro-credentials of the ENHANCE alliance as Europass / W3C Verifiable Credentials.

Universities call `/api/v1` with a key; the awarding body is the key's. Anyone may fetch a credential at its public
address and post one to `/verify`. Every failure is a problem document (RFC 9457) that lists every finding at once.
"""


def describe(application: FastAPI, *, for_people: Callable[[str], bool]) -> None:
    """Give ``application`` its complete OpenAPI 3.1 description, made once.

    ``for_people`` says at which addresses people, who accept ``text/html``, get a page instead of a problem document.
    """

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
        offered = [
            *_BODIES,
            *campus.BODIES,
            *(interop.BODIES if "/interop/issuers" in document["paths"] else ()),
        ]
        _, bodies = models_json_schema(
            [*((body, "validation") for body in offered), (Problem, "serialization")],
            ref_template="#/components/schemas/{model}",
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in bodies["$defs"].items():
            schemas[name] = schema
        describe_rates(document)
        _describe_what_all_share(document, for_people)
        _add_examples(document)
        application.openapi_schema = document
        return document

    application.openapi = openapi  # type: ignore[method-assign]


def _describe_what_all_share(document: dict[str, Any], for_people: Callable[[str], bool]) -> None:
    """Add the failures that an operation has by its kind: that it is an operation, takes a body, or needs a key.

    Malformed parameters are answered with 400 and a problem, not with the framework's own 422.
    """
    for path, methods in document["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422", "")):
                del answers["422"]
            shared = {Family.MALFORMED, Family.DEFECT}
            if path not in ALWAYS_ANSWERED:
                shared |= {Family.UNAVAILABLE}
            if "requestBody" in operation:
                shared |= {Family.TOO_LARGE, Family.MEDIA_TYPE, Family.TOO_SLOW}
            if "security" in operation:
                shared |= {Family.UNAUTHENTICATED}
            for status, answer in described(*shared).items():
                answers.setdefault(str(status), answer)
            if for_people(path):
                for status, answer in answers.items():
                    if PROBLEM_JSON in answer.get("content", {}):
                        answers[status] = {**answer, "content": {**answer["content"], "text/html": {}}}
            operation["responses"] = dict(sorted(answers.items()))
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
        offering = next(iter(examples.values()))["value"]["offering"]
        for path, method in (("/api/v1/offerings", "post"), ("/api/v1/offerings/{offering_id}/draft", "put")):
            content = document["paths"][path][method]["requestBody"]["content"]["application/json"]
            content["examples"] = {"academic": {"summary": "Academic", "value": offering}}
