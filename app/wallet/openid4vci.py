"""OpenID for Verifiable Credential Issuance 1.0, one issuer for each awarding body at ``PUBLIC_URL/issuers/SLUG``."""

from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, Header, Request, Response

from app.api.callers import TheOffice
from app.api.problems import described
from app.api.requests import read_body, read_json
from app.claiming import deliver, offers, redeem
from app.claiming.deliver import Given, Waiting
from app.claiming.flight_recorder import wallet_of
from app.claiming.redeem import PresentedToken, TokenRequest
from app.claiming.refusals import TokenRequestMalformed
from app.errors import Family, ServiceError
from app.issuance.office import AwardingBodyUnknown
from app.wallet.errors import NO_STORE, OAuthError, refusal

router: Final = APIRouter(prefix="/issuers/{slug}", tags=["wallets"])

MAX_REQUEST_BYTES: Final = 64 * 1024
"""A credential request with five proofs has some 10 kB."""
_MOST_PARAMETERS: Final = 50
_FORM: Final = "application/x-www-form-urlencoded"

_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    **described(Family.NOT_FOUND),
    **{
        status: {"description": words, "model": OAuthError}
        for status, words in (
            (400, "Refused"),
            (413, "The body is too large"),
            (415, "The body is not plain JSON, or compressed"),
            (503, "Try again later"),
        )
    },
}
_REFUSED_TO_HOLDERS: Final = {**_REFUSED, 401: {"description": "The access token opens nothing", "model": OAuthError}}

UserAgent = Annotated[str | None, Header(alias="User-Agent", include_in_schema=False)]


def _json(properties: Mapping[str, Any], example: Mapping[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


_TEXT: Final = {"type": "string"}
_WAIT: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "Not signed yet: come back with `transaction_id` after `interval` seconds",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"transaction_id": _TEXT, "interval": {"type": "integer", "minimum": 1}},
                    "required": ["transaction_id", "interval"],
                }
            }
        },
    }
}
_GIVEN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The copies",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "credentials": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "object", "required": ["credential"]},
                        },
                        "notification_id": _TEXT,
                    },
                    "required": ["credentials"],
                }
            }
        },
    }
}


@router.get(
    "/offers/{reference}",
    response_class=Response,
    responses={
        200: {"description": "The offer", "content": {"application/json": {}}},
        **described(Family.NOT_FOUND),
    },
    summary="Credential offer",
)
async def offer(slug: str, reference: str, office: TheOffice, user_agent: UserAgent = None) -> Response:
    """The offer behind `credential_offer_uri` (OpenID4VCI 1.0 section 4.1.3), as often as anybody asks while it lasts.

    404 once it was redeemed, withdrawn or has expired: a new one has to be made.
    """
    content = await offers.read_offer(office, slug, reference, wallet=wallet_of(user_agent))
    return Response(content, 200, NO_STORE, "application/json")


@router.post(
    "/token",
    response_class=Response,
    responses={
        200: {
            "description": "The access token",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "access_token": _TEXT,
                            "token_type": {"enum": ["bearer", "DPoP"]},
                            "expires_in": {"type": "integer"},
                            "authorization_details": {"type": "array", "items": {"type": "object"}},
                        },
                        "required": ["access_token", "token_type", "expires_in"],
                    }
                }
            },
        },
        **_REFUSED,
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "grant_type": {"const": offers.PRE_AUTHORIZED_CODE},
                            "pre-authorized_code": _TEXT,
                            "tx_code": _TEXT,
                            "authorization_details": _TEXT,
                        },
                        "required": ["grant_type", "pre-authorized_code"],
                    }
                }
            },
        }
    },
    summary="Access token for a pre-authorized code",
)
async def token(slug: str, request: Request, office: TheOffice) -> Response:
    """OpenID4VCI 1.0 section 6. A DPoP proof binds the token to its key; five wrong transaction codes end the offer."""

    async def answer() -> Response:
        form = await _read_form(request)
        asked = TokenRequest(form, request.headers.getlist("dpop"), _wallet(request))
        return Response(orjson.dumps(await redeem.redeem(office, slug, asked)), 200, NO_STORE, "application/json")

    return await _answered(answer(), malformed="invalid_request")


@router.post(
    "/nonce",
    response_class=Response,
    responses={
        200: {
            "description": "The nonce",
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": {"c_nonce": _TEXT}, "required": ["c_nonce"]}
                }
            },
        },
        **described(Family.NOT_FOUND),
    },
    summary="Nonce for key proofs",
)
async def nonce(slug: str, office: TheOffice) -> Response:
    """OpenID4VCI 1.0 section 7. Good for one credential request within five minutes, whoever asked for it."""
    content = orjson.dumps({"c_nonce": await deliver.new_nonce(office, slug)})
    return Response(content, 200, NO_STORE, "application/json")


@router.post(
    "/credential",
    response_class=Response,
    responses={**_GIVEN, **_WAIT, **_REFUSED_TO_HOLDERS},
    openapi_extra=_json(
        {
            "credential_configuration_id": _TEXT,
            "credential_identifier": _TEXT,
            "proofs": {"type": "object", "properties": {"jwt": {"type": "array", "items": _TEXT, "minItems": 1}}},
        },
        {"credential_configuration_id": "enhance-microcredential.ldp_vc.unbound"},
    ),
    summary="Copies of the award for a wallet",
)
async def credential(slug: str, request: Request, office: TheOffice) -> Response:
    """OpenID4VCI 1.0 section 8. Each proof is by a key of its own and gets a copy of its own, five at most.

    The same token with the same keys and a new nonce gets the same copies again; with other keys it gets nothing.
    """
    shown = _shown(request, "credential")

    async def answer() -> Response:
        asked = await read_json(request, max_bytes=MAX_REQUEST_BYTES)
        return _delivered(await deliver.deliver(office, slug, shown, asked))

    return await _answered(answer(), malformed="invalid_credential_request", scheme=shown.scheme)


@router.post(
    "/deferred_credential",
    response_class=Response,
    responses={**_GIVEN, **_WAIT, **_REFUSED_TO_HOLDERS},
    openapi_extra=_json({"transaction_id": _TEXT}, {"transaction_id": "8xLOxBtZp8"}, "transaction_id"),
    summary="Copies that could not be signed at once",
)
async def deferred_credential(slug: str, request: Request, office: TheOffice) -> Response:
    """OpenID4VCI 1.0 section 9. The identifier ends when the copies were given."""
    shown = _shown(request, "deferred_credential")

    async def answer() -> Response:
        asked = await read_json(request, max_bytes=MAX_REQUEST_BYTES)
        return _delivered(await deliver.deliver_deferred(office, slug, shown, asked))

    return await _answered(answer(), malformed="invalid_credential_request", scheme=shown.scheme)


@router.post(
    "/notification",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Noted"}, **_REFUSED_TO_HOLDERS},
    openapi_extra=_json(
        {"notification_id": _TEXT, "event": {"enum": list(deliver.NOTIFICATIONS)}, "event_description": _TEXT},
        {"notification_id": "3fwe98js", "event": "credential_accepted"},
        "notification_id",
        "event",
    ),
    summary="What became of a delivery",
)
async def notification(slug: str, request: Request, office: TheOffice) -> Response:
    """OpenID4VCI 1.0 section 11. The same again changes nothing; `event_description` is not kept."""
    shown = _shown(request, "notification")

    async def answer() -> Response:
        told = await read_json(request, max_bytes=MAX_REQUEST_BYTES)
        await deliver.hear_notification(office, slug, shown, told)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)

    return await _answered(answer(), malformed="invalid_notification_request", scheme=shown.scheme)


async def _answered(answer: Awaitable[Response], *, malformed: str, scheme: str | None = None) -> Response:
    """Await an answer, and tell a failure in the protocol's words; an issuer that there is not is nobody's protocol."""
    try:
        return await answer
    except AwardingBodyUnknown:
        raise
    except ServiceError as error:
        return refusal(error, malformed=malformed, scheme=scheme)


def _delivered(result: Given | Waiting) -> Response:
    if isinstance(result, Waiting):
        content = orjson.dumps({"transaction_id": result.transaction_id, "interval": deliver.INTERVAL_SECONDS})
        return Response(content, HTTPStatus.ACCEPTED, NO_STORE, "application/json")
    # A credential that is a JSON object stands in the answer as the very bytes that were signed.
    written = b'{"credential":"%b"}' if result.configuration.form.is_token else b'{"credential":%b}'
    copies = b",".join(written % copy for copy in result.copies)
    told = b"" if result.notification_id is None else b',"notification_id":"%b"' % result.notification_id.encode()
    return Response(b'{"credentials":[%b]%b}' % (copies, told), 200, NO_STORE, "application/json")


def _shown(request: Request, endpoint: str) -> PresentedToken:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = scheme.lower() if scheme.lower() in {"bearer", "dpop"} else ""
    return PresentedToken(
        scheme=known,
        token=token.strip() if known else "",
        dpop=request.headers.getlist("dpop"),
        endpoint=endpoint,
        wallet=_wallet(request),
    )


def _wallet(request: Request) -> str:
    return wallet_of(request.headers.get("user-agent"))


async def _read_form(request: Request) -> dict[str, list[str]]:
    """Return the parameters of a form, each as often as it was sent.

    Raises:
        TokenRequestMalformed: it is no such form.
    """
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared != _FORM:
        raise TokenRequestMalformed(f"Send the parameters as {_FORM}.")
    body = await read_body(request, max_bytes=MAX_REQUEST_BYTES)
    try:
        return parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise TokenRequestMalformed("The parameters cannot be read.") from None
