"""Failures as HTTP: the one place where a family of errors becomes a status, and an error becomes RFC 9457.

``type`` is one URI per code, the same at every university; every deployment explains it at ``/problems/CODE``. Where a
W3C specification has defined a type, theirs is used.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.records import FindingRecord, finding_records
from app.jsonld import CONTEXT_BASE

PROBLEM_JSON: Final = "application/problem+json"
PROBLEM_BASE: Final = f"{CONTEXT_BASE}/problems/"

STATUS_OF_FAMILY: Final[dict[Family, int]] = {
    Family.MALFORMED: 400,
    Family.UNAUTHENTICATED: 401,
    Family.NOT_PERMITTED: 403,
    Family.NOT_FOUND: 404,
    Family.METHOD: 405,
    Family.TOO_SLOW: 408,
    Family.CONFLICT: 409,
    Family.GONE: 410,
    Family.TOO_LARGE: 413,
    Family.MEDIA_TYPE: 415,
    Family.RULE_BROKEN: 422,
    Family.LIMIT_REACHED: 429,
    Family.HEAD_TOO_LARGE: 431,
    Family.DEFECT: 500,
    Family.UNAVAILABLE: 503,
}

RETRY_SECONDS: Final = 5
"""What ``Retry-After`` says where nobody knows better: no answer that may be repeated leaves its caller guessing."""

_W3C_TYPES: Final = {"malformed-json": "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"}


class NoSuchAddress(ServiceError):
    """Nothing lives at this address, or nothing that you may see: the service does not say which."""

    code: ClassVar[str] = "not-found"
    title: ClassVar[str] = "There is nothing at this address"
    family: ClassVar[Family] = Family.NOT_FOUND


class MethodNotAllowed(ServiceError):
    """The address exists, but not for this method; the ``Allow`` header names those that it has."""

    code: ClassVar[str] = "method-not-allowed"
    title: ClassVar[str] = "This address does not take that method"
    family: ClassVar[Family] = Family.METHOD


class ParameterMalformed(ServiceError):
    """A query parameter or header is not of the form that the API description gives."""

    code: ClassVar[str] = "parameter-malformed"
    title: ClassVar[str] = "A parameter is malformed"
    family: ClassVar[Family] = Family.MALFORMED


class InternalError(ServiceError):
    """A defect of ours. Nothing about it is shown; the trace identifier leads the operator to the log line."""

    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "The service failed; this is not your fault"
    family: ClassVar[Family] = Family.DEFECT


class Problem(BaseModel):
    """A failure (RFC 9457), with every finding at once."""

    type: str = Field(examples=[f"{PROBLEM_BASE}rules-broken"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["rules-broken"])
    trace_id: str
    errors: list[FindingRecord] = Field(default_factory=list)
    location: str | None = Field(default=None, description="Where that which stands in the way is found (conflicts)")


def described(*families: Family) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI responses for the failures of an operation; ``describe`` adds those that all of its kind share."""
    return {
        STATUS_OF_FAMILY[family]: {
            "description": family.value.capitalize(),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for family in families
    }


def every_error() -> Iterator[type[ServiceError]]:
    """Yield each error that has a code, for the pages that explain them and the test that lists them."""
    pending: list[type[ServiceError]] = [ServiceError]
    while pending:
        for kind in pending.pop().__subclasses__():
            pending.append(kind)
            if "code" in vars(kind):
                yield kind


def problem_response(
    error: ServiceError, trace_id: str, *, status: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return ``error`` as a problem document."""
    status = status or STATUS_OF_FAMILY[error.family]
    document: dict[str, Any] = {
        "type": _W3C_TYPES.get(error.code, PROBLEM_BASE + error.code),
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "trace_id": trace_id,
    }
    if error.findings:
        document["errors"] = [item.model_dump(mode="json") for item in finding_records(error.findings)]
    if error.location:
        document["location"] = error.location
    extra = dict(headers or {})
    after = error.retry_after_seconds
    if after is None and error.family in (Family.UNAVAILABLE, Family.LIMIT_REACHED):
        after = RETRY_SECONDS
    if after is not None:
        extra["Retry-After"] = str(after)
    if error.family is Family.UNAUTHENTICATED:
        extra["WWW-Authenticate"] = "Bearer"
    if error.family is Family.TOO_SLOW:
        # RFC 9110 section 15.5.9: nobody waits for the rest of it.
        extra["Connection"] = "close"
    extra["Cache-Control"] = "no-store"
    return Response(orjson.dumps(document), status, extra, PROBLEM_JSON)


def _methods_at(request: Request) -> list[str]:
    """Return every method that the address takes (RFC 9110 section 10.2.1): one path may be several routes."""
    routes = request.app.router.routes
    taken = [
        method
        for method in ("GET", "POST", "PUT", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *taken[1:]] if "GET" in taken else taken


def install(application: FastAPI) -> None:
    """Make ``application`` answer every failure that has a name with a problem document; defects end in ``traffic``."""

    def trace_of(request: Request) -> str:
        return str(request.scope.get("trace_id", ""))

    async def service_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        return problem_response(error, trace_of(request))

    async def framework_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:  # noqa: PLR2004 - Method Not Allowed
            headers["Allow"] = ", ".join(_methods_at(request))
            return problem_response(MethodNotAllowed(), trace_of(request), headers=headers)
        if error.status_code == 404:  # noqa: PLR2004 - Not Found
            return problem_response(NoSuchAddress(), trace_of(request))
        return problem_response(ParameterMalformed(), trace_of(request), status=error.status_code, headers=headers)

    async def parameter_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        findings = [
            Finding(
                code="parameter-malformed",
                pointer=json_pointer(str(step) for step in item["loc"]),
                detail=item["msg"],
                citation="The OpenAPI description of this operation",
            )
            for item in error.errors()
        ]
        return problem_response(ParameterMalformed(findings=findings), trace_of(request))

    application.add_exception_handler(ServiceError, service_error)
    application.add_exception_handler(HTTPException, framework_error)
    application.add_exception_handler(RequestValidationError, parameter_error)
