"""A pre-authorized code for an access token (OpenID4VCI 1.0 section 6), and what a token opens afterwards.

1. The request is read: each parameter once, the one grant that there is.
2. The code is looked up. What is no code of ours ends here, and nothing was written.
3. A DPoP proof, if there is one, is checked; the token will then belong to its key (RFC 9449 section 5).
4. What is asked for in ``authorization_details`` is in the offer. They are answered only if they were sent.
5. ONE conditional statement compares the transaction code and uses the open offer up, or takes a guess away; the last
   one ends the offer. However many ask at one moment, one gets the token, and there are no more guesses than there are.

A code that is used a second time does not end the token of the first: a wallet that repeats a request must not lose its
credential, and whoever stole the code gets nothing by it. Staff see it in the flight recorder.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from app.claiming import flight_recorder
from app.claiming.flight_recorder import Cause, EventKind, Fact
from app.claiming.offers import (
    PRE_AUTHORIZED_CODE,
    digest_of,
    issuer_address,
    subject_of,
    transaction_code_mac,
)
from app.claiming.refusals import (
    AuthorizationDetailsRefused,
    DpopRefused,
    GrantNotAccepted,
    GrantTypeUnsupported,
    TokenNotAccepted,
    TokenRequestMalformed,
    WalletRefused,
)
from app.issuance.office import Issuer, Office
from app.securing.key_proof import WINDOW, DpopProof, PossessionNotProved, read_dpop_proof
from app.store import consumed_once, credential_offers
from app.store.credential_offers import AccessGrant, CredentialOffer
from app.store.failures import AlreadyThere
from app.strict_json import JsonValue, MalformedJson, parse

TOKEN_LIFETIME: Final = timedelta(hours=24)
"""Long enough to come back for a deferred credential and to tell what became of it. A token is good for one delivery of
each kind, whoever has it, and it ends with the withdrawal of its offer."""
DPOP_REMEMBERED: Final = 2 * WINDOW
"""How long a DPoP proof could be shown again."""

_AUTHORIZATION_TYPE: Final = "openid_credential"
_MOST_DETAILS: Final = 20
_LONGEST_PARAMETER: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a wallet sent. ``form`` has each parameter as often as it was sent; ``dpop`` are the DPoP headers."""

    form: Mapping[str, Sequence[str]]
    dpop: Sequence[str]
    wallet: str


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """An access token as it was sent to an endpoint of an issuer; ``endpoint`` is its last step."""

    scheme: str
    token: str
    dpop: Sequence[str]
    endpoint: str
    wallet: str


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens."""

    issuer: Issuer
    grant: AccessGrant
    offer: CredentialOffer


def credential_identifier(configuration: str) -> str:
    """Return the identifier of the one dataset that an offer holds in a configuration (section 6.2)."""
    return f"award:{configuration}"


async def redeem(office: Office, slug: str, request: TokenRequest) -> dict[str, Any]:
    """Return the token response (section 6.2).

    Raises:
        TokenRequestMalformed, GrantTypeUnsupported, GrantNotAccepted, AuthorizationDetailsRefused, DpopRefused: see
            there.
        AwardingBodyUnknown: no such issuer.
    """
    issuer = await office.issuer(slug)
    moment = office.clock()
    # 1
    parameters = _once_each(request.form)
    if "grant_type" not in parameters:
        raise TokenRequestMalformed("grant_type is missing.")
    if parameters["grant_type"] != PRE_AUTHORIZED_CODE:
        raise GrantTypeUnsupported(f"The one grant_type is {PRE_AUTHORIZED_CODE}.")
    code = parameters.get("pre-authorized_code")
    if not code:
        raise TokenRequestMalformed("pre-authorized_code is missing.")
    # 2
    async with office.database.read_once() as connection:
        offer = await credential_offers.find_by_code(connection, issuer.awarding_body_id, digest_of(code))
    if offer is None:
        raise GrantNotAccepted("The pre-authorized code opens nothing.")
    try:
        return await _redeem(office, issuer, offer, code, parameters, request, moment)
    except WalletRefused as error:
        await record_refusal(office, offer, EventKind.TOKEN_REFUSED, error, request.wallet)
        raise


async def _redeem(
    office: Office,
    issuer: Issuer,
    offer: CredentialOffer,
    code: str,
    parameters: Mapping[str, str],
    request: TokenRequest,
    moment: datetime,
) -> dict[str, Any]:
    # 3
    proof = None
    if request.dpop:
        url = f"{issuer_address(office, issuer.body.slug)}/token"
        proof = _dpop_proof(request.dpop, "POST", url, None, moment)
    # 4
    details = parameters.get("authorization_details")
    asked = None if details is None else _asked_for(details, offer)
    # 5
    _refuse_ended(offer, moment)
    digits = parameters.get("tx_code")
    if offer.transaction_code_mac is None and digits is not None:
        raise TokenRequestMalformed("This offer has no transaction code.", Cause.TRANSACTION_CODE_UNEXPECTED)
    if offer.transaction_code_mac is not None and not digits:
        raise TokenRequestMalformed("tx_code is missing.", Cause.TRANSACTION_CODE_MISSING)
    token = secrets.token_urlsafe(32)
    grant = AccessGrant(
        id=uuid4(),
        awarding_body_id=offer.awarding_body_id,
        award_id=offer.award_id,
        offer_id=offer.id,
        token_sha256=digest_of(token),
        dpop_thumbprint=None if proof is None else proof.thumbprint,
        by_identifier=asked is not None,
        created_at=moment,
        expires_at=moment + TOKEN_LIFETIME,
    )
    mac = transaction_code_mac(code, digits) if digits else None
    used = await _use_up(office, offer, grant, mac, proof, request.wallet)
    if not used:
        await _refuse_unused(office, offer, moment, guessed=used is not None)
    answer: dict[str, Any] = {
        "access_token": token,
        # Lower case, because clients compare; RFC 6749 section 5.1 has it insensitive to case.
        "token_type": "bearer" if proof is None else "DPoP",
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
    }
    if asked is not None:
        answer["authorization_details"] = [
            {
                "type": _AUTHORIZATION_TYPE,
                "credential_configuration_id": name,
                "credential_identifiers": [credential_identifier(name)],
            }
            for name in asked
        ]
    return answer


async def _use_up(
    office: Office, offer: CredentialOffer, grant: AccessGrant, mac: bytes | None, proof: DpopProof | None, wallet: str
) -> bool | None:
    """Use the offer up for a token. False: the transaction code is another. None: it is not open any more.

    Raises:
        DpopRefused: the proof was used before.
    """
    try:
        async with office.database.transaction() as connection:
            redeemed = await credential_offers.redeem(connection, offer.id, mac=mac, now=grant.created_at)
            if not redeemed:
                return redeemed
            await credential_offers.add_grant(connection, grant)
            if proof is not None:
                await consumed_once.consume(
                    connection, [proof.identifier], expires_at=grant.created_at + DPOP_REMEMBERED
                )
            await flight_recorder.record(
                connection,
                subject_of(offer),
                EventKind.TOKEN_GIVEN,
                at=grant.created_at,
                facts={"dpop": proof is not None, "transaction_code": mac is not None, "wallet": wallet},
            )
    except AlreadyThere:
        raise DpopRefused("The DPoP proof was used before.", Cause.DPOP_REPLAYED) from None
    return True


async def _refuse_unused(office: Office, offer: CredentialOffer, moment: datetime, *, guessed: bool) -> None:
    """Refuse.

    Raises:
        GrantNotAccepted: always.
    """
    if guessed:
        raise GrantNotAccepted("The transaction code is not the right one.", Cause.TRANSACTION_CODE_WRONG)
    async with office.database.read_once() as connection:
        now_is = await credential_offers.find(connection, offer.awarding_body_id, offer.id)
    assert now_is is not None
    _refuse_ended(now_is, moment)
    raise GrantNotAccepted("The pre-authorized code opens nothing.", Cause.CODE_USED)


def _refuse_ended(offer: CredentialOffer, moment: datetime) -> None:
    """Refuse an offer that is not open. Wallets are told the same whatever ended it."""
    words = "The pre-authorized code opens nothing, or not any more."
    if offer.withdrawn_at is not None:
        raise GrantNotAccepted(words, Cause.OFFER_WITHDRAWN)
    if offer.redeemed_at is not None:
        raise GrantNotAccepted(words, Cause.CODE_USED)
    if offer.guesses_left == 0:
        raise GrantNotAccepted(words, Cause.GUESSES_USED_UP)
    if moment >= offer.expires_at:
        raise GrantNotAccepted(words, Cause.OFFER_EXPIRED)


def _once_each(form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    for name, values in form.items():
        if len(values) != 1:
            # RFC 6749 section 3.2: parameters must not be included more than once.
            raise TokenRequestMalformed("A parameter is repeated.")
        if len(values[0]) > _LONGEST_PARAMETER or "\0" in name + values[0]:
            raise TokenRequestMalformed("A parameter is too long, or holds what none may hold.")
    return {name: values[0] for name, values in form.items()}


def _asked_for(text: str, offer: CredentialOffer) -> list[str]:
    """Return the configurations that ``authorization_details`` name (section 5.1.1, RFC 9396 section 2)."""
    cause = Cause.AUTHORIZATION_DETAILS_UNUSABLE
    try:
        details = parse(text.encode(errors="surrogatepass"))
    except MalformedJson:
        details = None
    if not isinstance(details, list) or not 0 < len(details) <= _MOST_DETAILS:
        raise AuthorizationDetailsRefused("authorization_details is not a JSON array of details.", cause)
    return list(dict.fromkeys(_configuration_of(detail, offer) for detail in details))


def _configuration_of(detail: JsonValue, offer: CredentialOffer) -> str:
    cause = Cause.AUTHORIZATION_DETAILS_UNUSABLE
    if not isinstance(detail, dict) or detail.get("type") != _AUTHORIZATION_TYPE:
        raise AuthorizationDetailsRefused(f"The type of each detail is {_AUTHORIZATION_TYPE}.", cause)
    name = detail.get("credential_configuration_id")
    if not isinstance(name, str) or name not in offer.configurations:
        raise AuthorizationDetailsRefused("credential_configuration_id is none of this offer.", cause)
    return name


def _dpop_proof(headers: Sequence[str], method: str, url: str, token: str | None, moment: datetime) -> DpopProof:
    if len(headers) != 1:
        raise DpopRefused("There is one DPoP header.", Cause.DPOP_UNUSABLE)
    try:
        return read_dpop_proof(headers[0], method=method, url=url, access_token=token, now=moment)
    except PossessionNotProved as error:
        raise DpopRefused(error.detail, Cause.DPOP_UNUSABLE) from None


# --- What a token opens


async def access(office: Office, slug: str, shown: PresentedToken) -> Access:
    """Return what an access token opens at an issuer (RFC 6750 section 2.1, RFC 9449 section 7).

    Raises:
        TokenNotAccepted: nothing; another issuer's token is like none.
        DpopRefused: the token belongs to a key that is not shown.
        AwardingBodyUnknown: no such issuer.
    """
    issuer = await office.issuer(slug)
    moment = office.clock()
    if not shown.token:
        raise TokenNotAccepted("Send the access token: Authorization: Bearer or DPoP.")
    async with office.database.read() as connection:
        grant = await credential_offers.find_grant(connection, issuer.awarding_body_id, digest_of(shown.token))
        offer = (
            None if grant is None else await credential_offers.find(connection, issuer.awarding_body_id, grant.offer_id)
        )
    if grant is None or offer is None:
        raise TokenNotAccepted("The access token opens nothing here.")
    found = Access(issuer, grant, offer)
    try:
        await _admit(office, found, shown, moment)
    except WalletRefused as error:
        await record_refusal(office, offer, EventKind.CREDENTIAL_REFUSED, error, shown.wallet)
        raise
    return found


async def _admit(office: Office, found: Access, shown: PresentedToken, moment: datetime) -> None:
    if found.offer.withdrawn_at is not None:
        raise TokenNotAccepted("The access token opens nothing any more.", Cause.OFFER_WITHDRAWN)
    if moment >= found.grant.expires_at:
        raise TokenNotAccepted("The access token has expired.", Cause.TOKEN_EXPIRED)
    bound_to = found.grant.dpop_thumbprint
    if (bound_to is not None) is not (shown.scheme == "dpop"):
        scheme = "Bearer" if bound_to is None else "DPoP"
        raise TokenNotAccepted(f"This access token is sent as {scheme}.", Cause.DPOP_UNUSABLE)
    if bound_to is None:
        return
    url = f"{issuer_address(office, found.issuer.body.slug)}/{shown.endpoint}"
    proof = _dpop_proof(shown.dpop, "POST", url, shown.token, moment)
    if proof.thumbprint != bound_to:
        raise DpopRefused("The DPoP proof is by another key than the token's.", Cause.DPOP_KEY_DIFFERS)
    try:
        async with office.database.write_once() as connection:
            await consumed_once.consume(connection, [proof.identifier], expires_at=moment + DPOP_REMEMBERED)
    except AlreadyThere:
        raise DpopRefused("The DPoP proof was used before.", Cause.DPOP_REPLAYED) from None


async def record_refusal(
    office: Office, offer: CredentialOffer, kind: EventKind, error: WalletRefused, wallet: str, **facts: Fact
) -> None:
    """Record why something was refused, in a transaction of its own."""
    async with office.database.transaction() as connection:
        await flight_recorder.record(
            connection,
            subject_of(offer),
            kind,
            at=office.clock(),
            cause=error.cause,
            facts={"wallet": wallet, "error": error.code, **facts},
        )
