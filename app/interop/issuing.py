"""Sign whatever is a verifiable credential, in the name of an interop issuer.

1. The request has the form of VCALM; a member of another kind is a finding.
2. The issuer is the one that is asked, by its did:key: nothing is signed in another's name, and nothing is filled in.
3. The document keeps its data model, related resources included.
4. A status entry is added where the request asks for one; for VC 1.1 the context of the proof as well.
5. Everything in it is covered by a signature, whatever contexts it brings (:func:`app.jsonld.canonicalize_open`).
6. It is signed, checked with the public key, and given back; only its place in a status list is remembered.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from app.errors import Family, Finding, ServiceError, json_pointer
from app.interop.issuers import InteropIssuer
from app.interop.statuses import Statuses
from app.issuance.office import Office
from app.jsonld import CREDENTIALS_V2, DATA_INTEGRITY_V2, canonicalize_open
from app.securing import secure, vc_jose
from app.status import StatusIndexMalformed, StatusPurpose, parse_status_index
from app.strict_json import JsonValue, as_list
from app.verification.data_model import Form, data_model_findings, form_of, issuer_id, types_of
from app.verification.related_resources import related_resource_findings

FORMS: Final = ("data-integrity", "vc+jwt")
_VCALM: Final = "VCALM 0.9, Issue Credential"
_CITES: Final = "W3C VC Data Model 2.0, 4.3"


class InteropRequestMalformed(ServiceError):
    """The body does not have the form that VCALM gives it."""

    code: ClassVar[str] = "interop-request-malformed"
    title: ClassVar[str] = "The request does not have the form of VCALM"
    family: ClassVar[Family] = Family.MALFORMED


class NotACredential(ServiceError):
    """The document is not a verifiable credential that the asked issuer can sign. Every finding is listed."""

    code: ClassVar[str] = "not-a-credential"
    title: ClassVar[str] = "This is not a credential that can be issued here"
    family: ClassVar[Family] = Family.RULE_BROKEN


@dataclass(frozen=True, slots=True)
class _Request:
    credential: dict[str, Any]
    form: str
    purposes: tuple[StatusPurpose, ...]
    credential_id: str | None


class Issuing:
    """Issues for the interop mode."""

    def __init__(self, office: Office, issuers: Mapping[str, InteropIssuer], statuses: Statuses) -> None:
        self._office = office
        self._issuers = issuers
        self._statuses = statuses

    async def issue(self, value: JsonValue, issuer: InteropIssuer | None = None) -> dict[str, Any]:
        """Return the secured credential: with a proof in it, or in an envelope.

        Raises:
            InteropRequestMalformed, NotACredential, UnsafeDocument: with every finding.
        """
        request = _read_request(value)  # 1
        document = dict(request.credential)
        issuer = issuer or next(
            (each for each in self._issuers.values() if each.did == issuer_id(document)), self._issuers["ed25519"]
        )
        findings = [*_issuer_findings(document, issuer), *_document_findings(document)]  # 2, 3
        if findings:
            raise NotACredential(findings=[_within_credential(finding) for finding in findings])
        place = None
        if request.purposes:  # 4
            added, place = await self._statuses.reserve(issuer, request.purposes)
            stated = document.get("credentialStatus")
            document["credentialStatus"] = added if stated is None else [*as_list(stated), *as_list(added)]
        if request.form == "data-integrity" and form_of(document) is Form.VC11:
            contexts = as_list(document["@context"])
            document["@context"] = contexts if DATA_INTEGRITY_V2 in contexts else [*contexts, DATA_INTEGRITY_V2]
        secured = await self._sign(document, issuer, request.form)  # 5, 6
        identifier = request.credential_id or document.get("id")
        if place is not None and isinstance(identifier, str):
            await self._statuses.remember(identifier, place)
        return secured

    async def _sign(self, document: dict[str, Any], issuer: InteropIssuer, form: str) -> dict[str, Any]:
        signers = [(issuer.signer, issuer.verification_method)]
        created = self._office.clock()

        def with_proof() -> dict[str, Any]:
            # Contexts of a stranger's own are processed beside the event loop; these signers never wait for anything.
            return asyncio.run(secure(document, signers=signers, created=created, canonicalize=canonicalize_open))

        if form == "data-integrity":
            return await asyncio.to_thread(with_proof)
        await asyncio.to_thread(canonicalize_open, document)
        token = await vc_jose.secure(document, signer=issuer.signer, key_id=issuer.verification_method)
        return {
            "@context": CREDENTIALS_V2,
            "id": f"data:{vc_jose.MEDIA_TYPE},{token.decode('ascii')}",
            "type": "EnvelopedVerifiableCredential",
        }


def _read_request(value: JsonValue) -> _Request:
    findings = list(_request_findings(value))
    if findings:
        raise InteropRequestMalformed(findings=findings)
    assert isinstance(value, dict)
    credential, options = value["credential"], value.get("options") or {}
    assert isinstance(credential, dict)
    assert isinstance(options, dict)
    identifier = options.get("credentialId")
    return _Request(
        credential,
        str(options.get("form", FORMS[0])),
        tuple(StatusPurpose(str(name)) for name in as_list(options.get("status", []))),
        identifier if isinstance(identifier, str) else None,
    )


def _request_findings(value: JsonValue) -> Iterator[Finding]:
    def wrong(path: tuple[str, ...], words: str) -> Finding:
        return Finding("interop-request-malformed", json_pointer(path), words, _VCALM)

    if not isinstance(value, dict):
        yield wrong((), "The body is an object with `credential`.")
        return
    if not isinstance(value.get("credential"), dict):
        yield wrong(("credential",), "`credential` must be there, and an object.")
    options = value.get("options", {})
    if not isinstance(options, dict):
        yield wrong(("options",), "`options` is an object.")
        return
    if not isinstance(options.get("credentialId", ""), str):
        yield wrong(("options", "credentialId"), "`credentialId` is a string.")
    if options.get("form", FORMS[0]) not in FORMS:
        yield wrong(("options", "form"), f"`form` is one of: {', '.join(FORMS)}.")
    if any(purpose not in list(StatusPurpose) for purpose in as_list(options.get("status", []))):
        yield wrong(("options", "status"), f"`status` names purposes: {', '.join(StatusPurpose)}.")


def _issuer_findings(document: Mapping[str, Any], issuer: InteropIssuer) -> Iterator[Finding]:
    if issuer_id(document) != issuer.did:
        words = "The issuer must be the one that is asked; GET /interop/issuers names them."
        yield Finding("issuer-not-asked", "#/issuer", words, "W3C VC Data Model 2.0, 4.7")


def _document_findings(document: Mapping[str, Any]) -> Iterator[Finding]:
    if "proof" in document:
        yield Finding("already-secured", "#/proof", "Remove the proof.", "VC Data Integrity 1.0, 4.2")
    if not isinstance(document.get("@context"), list):
        yield Finding("context-not-a-list", "#/@context", "The contexts are an ordered list.", _CITES)
    for name in sorted({*vc_jose.FORBIDDEN_CLAIMS, *vc_jose.REGISTERED_CLAIMS} & document.keys()):
        words = "A credential has no member of this name: it is a claim of tokens."
        yield Finding("claim-in-document", json_pointer([name]), words, "VC-JOSE-COSE 1.0, 3.1.3")
    yield from data_model_findings(document)
    yield from related_resource_findings(document)
    yield from _status_findings(document.get("credentialStatus"))


def _status_findings(stated: object) -> Iterator[Finding]:
    """Entries of a bitstring list that no verifier could read (Bitstring Status List 1.0, 2.1)."""
    for position, entry in enumerate(as_list(stated)):
        if not isinstance(entry, dict) or "BitstringStatusListEntry" not in types_of(entry):
            continue
        path: list[str | int] = ["credentialStatus", *([position] if isinstance(stated, list) else [])]
        index = "statusListIndex"
        try:
            parse_status_index(entry.get(index))
        except StatusIndexMalformed:
            words = "The index is an integer in base 10, written as a string."
            yield Finding(
                "status-entry-malformed", json_pointer([*path, index]), words, "Bitstring Status List 1.0, 2.1"
            )
        for name in ("statusPurpose", "statusListCredential"):
            if not isinstance(entry.get(name), str):
                words = f"`{name}` is a string."
                yield Finding(
                    "status-entry-malformed", json_pointer([*path, name]), words, "Bitstring Status List 1.0, 2.1"
                )


def _within_credential(finding: Finding) -> Finding:
    pointer = "#/credential" + finding.pointer.removeprefix("#")
    return Finding(finding.code, pointer, finding.detail, finding.citation, finding.weight)
