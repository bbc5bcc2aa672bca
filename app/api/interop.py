"""The routes that public test suites drive (VCALM), there only in the interop mode."""

import asyncio
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.problems import described
from app.api.requests import json_answer, json_body, read_json
from app.api.verification import VerifierBusy
from app.errors import Family
from app.interop.desk import InteropDesk
from app.interop.verifying import Verified, problem_type_of
from app.strict_json import JsonValue, as_list
from app.verification.checks import Result
from app.verification.report import ReportedCheck

router = APIRouter(prefix="/interop", tags=["interop"])

_ISSUE_FAILURES: Final = described(Family.RULE_BROKEN)

Json = dict[str, Any]


class IssuerName(BaseModel):
    """An issuer of the interop mode."""

    name: str = Field(examples=["ed25519"])
    id: str = Field(description="The `issuer` of credentials that it is asked to sign.")
    cryptosuite: str = Field(examples=["eddsa-rdfc-2022"])
    endpoint: str = Field(description="Where only this issuer signs.")


class InteropIssuers(BaseModel):
    """Whom the interop mode signs for."""

    issuers: list[IssuerName]


class IssueOptions(BaseModel):
    """What a suite may ask for; other members are ignored."""

    credentialId: str | None = None  # noqa: N815 - VCALM's name
    form: str = Field(default="data-integrity", description="`data-integrity`, or `vc+jwt` in an envelope")
    status: list[str] = Field(default_factory=list, description="`revocation`, `suspension`: add such entries")


class IssueRequest(BaseModel):
    """The body of `credentials/issue`."""

    credential: Json
    options: IssueOptions = IssueOptions()


class IssuedCredential(BaseModel):
    """The signed credential."""

    verifiableCredential: Json  # noqa: N815 - VCALM's name


class VerifyOptions(BaseModel):
    """What the caller asks about; other members are ignored."""

    checks: list[str] | None = Field(
        default=None, description="`proof` and `credentialStatus`; all of the credential's own checks when left out"
    )
    expectedProofPurpose: str | None = None  # noqa: N815 - the suites' name
    challenge: str | None = None
    domain: str | list[str] | None = None
    returnResults: bool = False  # noqa: N815 - VCALM's name
    returnCredential: bool = False  # noqa: N815 - VCALM's name
    returnPresentation: bool = False  # noqa: N815 - VCALM's name


class CredentialToVerify(BaseModel):
    """The body of `credentials/verify`."""

    verifiableCredential: Json  # noqa: N815 - VCALM's name
    options: VerifyOptions = VerifyOptions()


class PresentationToVerify(BaseModel):
    """The body of `presentations/verify`."""

    verifiablePresentation: Json  # noqa: N815 - VCALM's name
    options: VerifyOptions = VerifyOptions()


class StatusChange(BaseModel):
    """The body of `credentials/status`."""

    credentialId: str  # noqa: N815 - VCALM's name
    credentialStatus: Json  # noqa: N815 - VCALM's name
    status: bool = True


class ProblemDetail(BaseModel):
    """Something that was not asked about and that the caller should know."""

    type: str
    title: str
    detail: str


class NamedCheck(BaseModel):
    """One check of the report."""

    name: str
    result: Result
    code: str


class VerifiedCredential(BaseModel):
    """The answer to a credential that verifies."""

    model_config = ConfigDict(frozen=True)

    verified: bool
    problemDetails: list[ProblemDetail]  # noqa: N815 - VCALM's name
    checks: list[NamedCheck] = Field(description="Every check of the verifier, asked about or not")
    results: Json | None = Field(default=None, description="With `returnResults`, in the form of VCALM")
    credential: Any = Field(default=None, description="With `returnCredential`")


class VerifiedPresentationAnswer(BaseModel):
    """The answer to a presentation that verifies."""

    verified: bool
    problemDetails: list[ProblemDetail]  # noqa: N815 - VCALM's name
    holderProved: bool = Field(description="False where nobody signed the presentation")  # noqa: N815 - as its neighbours
    credentialResults: list[VerifiedCredential]  # noqa: N815 - VCALM's name
    presentation: Json | None = Field(default=None, description="With `returnPresentation`")


BODIES: Final[tuple[type[BaseModel], ...]] = (IssueRequest, CredentialToVerify, PresentationToVerify, StatusChange)


def _desk(request: Request) -> InteropDesk:
    desk: InteropDesk = request.app.state.interop
    return desk


async def _value(request: Request) -> JsonValue:
    return await read_json(request, max_bytes=request.app.state.office.max_request_bytes)


@router.get("/issuers", response_model=InteropIssuers, summary="Name the issuers of the interop mode")
async def name_issuers(request: Request) -> Response:
    """One did:key for each kind of key."""
    base = f"{request.app.state.office.public_url}/interop/issuers"
    return json_answer(
        InteropIssuers(
            issuers=[
                IssuerName(
                    name=issuer.name,
                    id=issuer.did,
                    cryptosuite=issuer.cryptosuite,
                    endpoint=f"{base}/{issuer.name}/credentials/issue",
                )
                for issuer in _desk(request).issuers.values()
            ]
        )
    )


@router.post(
    "/credentials/issue",
    status_code=201,
    response_model=IssuedCredential,
    responses=_ISSUE_FAILURES,
    openapi_extra=json_body("IssueRequest"),
    summary="Sign a credential for a test suite",
)
async def issue(request: Request) -> Response:
    """Sign by the interop issuer that the credential names. Nothing is filled in and nothing is stored."""
    return _issued(await _desk(request).issue(await _value(request)))


@router.post(
    "/issuers/{name}/credentials/issue",
    status_code=201,
    response_model=IssuedCredential,
    responses={**_ISSUE_FAILURES, **described(Family.NOT_FOUND)},
    openapi_extra=json_body("IssueRequest"),
    summary="Sign a credential by one issuer",
)
async def issue_by(name: str, request: Request) -> Response:
    """As `/interop/credentials/issue`, for suites that want an address for each curve."""
    issuer = _desk(request).issuer(name)
    return _issued(await _desk(request).issue(await _value(request), issuer))


@router.post(
    "/credentials/verify",
    response_model=VerifiedCredential,
    response_model_exclude_none=True,
    openapi_extra=json_body("CredentialToVerify"),
    summary="Verify a credential for a test suite",
)
async def verify_credential(request: Request) -> Response:
    """200 where it verifies; where it does not 400, as the public suites count it. People use `POST /verify`."""
    value = await _value(request)
    async with _turn(request):
        found = await _desk(request).verify_credential(value)
    return _shown(_credential_answer(found, value))


@router.post(
    "/presentations/verify",
    response_model=VerifiedPresentationAnswer,
    response_model_exclude_none=True,
    openapi_extra=json_body("PresentationToVerify"),
    summary="Verify a presentation for a test suite",
)
async def verify_presentation(request: Request) -> Response:
    """Signed, unsigned or in an envelope; `challenge` and `domain` must be the proof's where they are asked for."""
    value = await _value(request)
    async with _turn(request):
        found = await _desk(request).verify_presentation(value)
    return _shown(
        VerifiedPresentationAnswer(
            verified=True,
            problemDetails=[],
            holderProved=found.holder_proved,
            credentialResults=[_credential_answer(each, value) for each in found.credentials],
            presentation=dict(found.document) if _wants(value, "returnPresentation") else None,
        )
    )


@router.post(
    "/credentials/status",
    response_class=Response,
    responses={
        200: {"description": "The status is changed", "content": {"application/json": {}}},
        **described(Family.NOT_FOUND),
    },
    openapi_extra=json_body("StatusChange"),
    summary="Change the status for a test suite",
)
async def change_status(request: Request) -> Response:
    """Set or clear a bit of a credential that was issued here with a status entry."""
    await _desk(request).change_status(await _value(request))
    return Response(b"{}", 200, {"Cache-Control": "no-store"}, "application/json")


@router.get(
    "/status/{name}/{number}/{purpose}",
    response_class=Response,
    responses={
        200: {"description": "A BitstringStatusListCredential", "content": {"application/vc": {}}},
        **described(Family.NOT_FOUND),
    },
    summary="Fetch a status list of the interop mode",
)
async def status_list(
    name: str, number: Annotated[int, Path(ge=1, lt=2**31)], purpose: str, request: Request
) -> Response:
    """Signed when it is read, by the issuer of the credentials in it."""
    content = await _desk(request).status_list(name, number, purpose)
    return Response(content, 200, {"Cache-Control": "no-store"}, "application/vc")


@router.post(
    "/status/{name}/{number}/{purpose}/publish",
    status_code=204,
    response_class=Response,
    responses=described(Family.NOT_FOUND),
    summary="Publish a status list of the interop mode",
)
async def publish_status_list(
    name: str, number: Annotated[int, Path(ge=1, lt=2**31)], purpose: str, request: Request
) -> Response:
    """The bitstring suite asks for this; a list is always as of the moment that it is read."""
    await _desk(request).status_list(name, number, purpose)
    return Response(status_code=204)


class _Turn:
    """One of the verifications that this process takes on at a time; the same ones as at `/verify`."""

    def __init__(self, under_way: asyncio.Semaphore) -> None:
        self._under_way = under_way

    async def __aenter__(self) -> None:
        if self._under_way.locked():
            raise VerifierBusy
        await self._under_way.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._under_way.release()


def _turn(request: Request) -> _Turn:
    return _Turn(request.app.state.verifications)


def _issued(credential: Json) -> Response:
    content = orjson.dumps({"verifiableCredential": credential})
    return Response(content, 201, {"Cache-Control": "no-store"}, "application/json")


def _shown(answer: BaseModel) -> Response:
    content = answer.model_dump_json(exclude_none=True).encode()
    return Response(content, 200, {"Cache-Control": "no-store"}, "application/json")


def _credential_answer(found: Verified, value: JsonValue) -> VerifiedCredential:
    return VerifiedCredential(
        verified=True,
        problemDetails=[_problem_detail(check) for check in found.beside],
        checks=[NamedCheck(name=check.name, result=check.result, code=check.code) for check in found.report.checks],
        results=_results(found) if _wants(value, "returnResults") else None,
        credential=found.document if _wants(value, "returnCredential") else None,
    )


def _problem_detail(check: ReportedCheck) -> ProblemDetail:
    return ProblemDetail(type=problem_type_of(check), title=check.title, detail=check.sentence)


def _results(found: Verified) -> Json:
    """The `results` of VCALM: each part that was looked at, with what was looked at."""
    document = found.document if isinstance(found.document, dict) else {}
    passed = {check.name.value: check.result is Result.PASSED for check in found.report.checks}
    dates = {"validFrom": "valid-from", "validUntil": "valid-until"}
    proofs = as_list(document.get("proof"))
    return {
        **{
            name: {"verified": passed[check], "input": document[name]}
            for name, check in dates.items()
            if name in document
        },
        "credentialStatus": [
            {"value": entry.is_set, "verified": entry.problem is None, "input": entry.pointer}
            for entry in found.report.status_entries
        ],
        "proof": [
            {"verified": proof.result is Result.PASSED, "input": proofs[position] if position < len(proofs) else None}
            for position, proof in enumerate(found.report.proofs)
        ],
    }


def _wants(value: JsonValue, option: str) -> bool:
    options = value.get("options") if isinstance(value, dict) else None
    return isinstance(options, dict) and options.get(option) is True
