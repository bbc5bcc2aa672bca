"""The W3C data models as far as JSON alone shows: VCDM 2.0 and its predecessor VC 1.1.

Pure. Says what a document is (:func:`form_of`) and where it breaks the model (:func:`data_model_findings`), and reads
the ids that the other rooms ask for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from app.errors import Finding, json_pointer
from app.instants import read_instant
from app.securing.sd_jwt import confirmed_key, thumbprint_uri
from app.securing.vc_jose import is_manifest
from app.trust.resolve import issuer_did

_V2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_V1_CONTEXT: Final = "https://www.w3.org/2018/credentials/v1"
_VCDM2: Final = "W3C VC Data Model 2.0, "
_VC11: Final = "W3C VC Data Model 1.1, "
_SD_JWT_VC: Final = "SD-JWT VC draft -19, "

# What is secured but is not an achievement must never pass for one (seals-and-security.md section 4, cross-token).
_NOT_ACHIEVEMENTS: Final = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})

# What makes a text a credential. A presentation that said such things of itself would be read as one, by its verdict,
# and nobody but its holder stands behind it, or nobody at all.
_CREDENTIAL_TYPES: Final = frozenset({"VerifiableCredential", "EuropeanDigitalCredential"})
_CREDENTIAL_MEMBERS: Final = frozenset(
    {"issuer", "credentialSubject", "credentialStatus", "credentialSchema", "credentialProfiles", "evidence"}
)

_SHOWN: Final = "verifiableCredential"
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


RECEIPT_TYPE: Final = "VerificationReceipt"
"""The type of our receipts."""


class Form(StrEnum):
    """What a document is, recognised by its content."""

    VCDM2 = "vcdm-2.0"
    VC11 = "vc-1.1"
    EDC_SEALED = "edc-sealed"
    PRESENTATION = "presentation"
    SD_JWT_VC = "sd-jwt-vc"
    ENVELOPED = "enveloped"
    MANIFEST = "manifest"
    UNKNOWN = "unknown"


NOT_YET_READ: Final = frozenset({Form.EDC_SEALED, Form.ENVELOPED})
"""Forms that are recognised so that the report can say what they are; their security is not checked here."""
NO_CREDENTIALS: Final = NOT_YET_READ | {Form.MANIFEST}
"""Forms of which nothing is asked that only a credential could answer. A manifest is asked who signed it."""


def form_of(document: object) -> Form:
    """Return what ``document`` is."""
    if not isinstance(document, Mapping):
        return Form.UNKNOWN
    types = types_of(document)
    if {"payload", "signatures"} <= document.keys():
        return Form.EDC_SEALED
    if types & {"EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"}:
        return Form.ENVELOPED
    if is_manifest(document):
        return Form.MANIFEST
    if "VerifiablePresentation" in types or "EuropeanDigitalPresentation" in types:
        return Form.PRESENTATION
    if "vct" in document and "@context" not in document and "type" not in document:
        return Form.SD_JWT_VC
    return _version_of(document)


def _version_of(document: Mapping[str, Any]) -> Form:
    context = document.get("@context")
    first = context[0] if isinstance(context, list) and context else context
    return {_V2_CONTEXT: Form.VCDM2, _V1_CONTEXT: Form.VC11}.get(first if isinstance(first, str) else "", Form.UNKNOWN)


def types_of(node: Mapping[str, Any]) -> frozenset[str]:
    """Return the types that ``node`` states."""
    value = node.get("type")
    return frozenset(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))


def is_receipt(document: Mapping[str, Any]) -> bool:
    """Whether ``document`` is a receipt of a verification by its own words."""
    return RECEIPT_TYPE in types_of(document)


def issuer_id(document: object) -> str | None:
    """Return the identifier of the issuer, whether it stands alone or in a node; of an SD-JWT VC the DID of ``iss``."""
    if isinstance(document, Mapping) and form_of(document) is Form.SD_JWT_VC:
        stated = document.get("iss")
        return issuer_did(stated) if isinstance(stated, str) else None
    return _party_id(document, "issuer")


def holder_id(document: object) -> str | None:
    """Return the identifier of a presentation's holder; of an SD-JWT VC the name of the key that ``cnf`` holds."""
    if isinstance(document, Mapping) and form_of(document) is Form.SD_JWT_VC:
        key = confirmed_key(document)
        return None if key is None else thumbprint_uri(key)
    return _party_id(document, "holder")


def _party_id(document: object, member: str) -> str | None:
    party = document.get(member) if isinstance(document, Mapping) else None
    if isinstance(party, Mapping):
        party = party.get("id")
    return party if isinstance(party, str) else None


def presented_in(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what a presentation shows, each with the pointer to its place; an SD-JWT with key binding shows itself."""
    if form_of(document) is Form.SD_JWT_VC:
        return [("#", document)]
    return [(json_pointer(path), item) for path, item in _items(document.get("verifiableCredential"), [_SHOWN])]


_FIRST_CONTEXT_WRONG: Final = Finding(
    "first-context-wrong",
    "#/@context",
    "The first context is neither that of VC Data Model 2.0 nor that of 1.1.",
    _VCDM2 + "4.3",
)


def data_model_findings(document: Mapping[str, Any], *, in_token: bool = False) -> list[Finding]:
    """Return every place where ``document`` breaks its data model; ``in_token`` where it came in a vc+jwt token."""
    form = form_of(document)
    if form is Form.SD_JWT_VC:
        return [*_sd_jwt_vc(document)]
    if form is Form.PRESENTATION:
        return [Finding("not-an-achievement", "#/type", "A presentation is not an achievement.", _VCDM2 + "4.13")]
    if form is Form.UNKNOWN:
        return [_FIRST_CONTEXT_WRONG]
    if in_token and form is not Form.VCDM2:
        return [
            Finding(
                "token-of-another-data-model",
                "#/@context",
                "What a vc+jwt token holds is a credential of VC Data Model 2.0.",
                "VC-JOSE-COSE 1.0, 3.1.1",
            )
        ]
    return [*_findings(document, form)]


def presentation_findings(document: Mapping[str, Any], *, in_token: bool = False) -> list[Finding]:
    """Return every place where a presentation breaks its data model (VCDM 2.0 section 4.13, VC 1.1 section 4.10).

    What it shows is looked at as far as it must be a credential at all; each is judged by itself elsewhere.
    """
    if form_of(document) is Form.SD_JWT_VC:
        return []
    version = _version_of(document)
    if version is Form.UNKNOWN:
        return [_FIRST_CONTEXT_WRONG]
    cites = _VCDM2 + "4.13" if version is Form.VCDM2 else _VC11 + "4.10"
    findings = []
    if in_token and version is not Form.VCDM2:
        cite = "VC-JOSE-COSE 1.0, 3.1.2"
        words = "What a vp+jwt token holds is a presentation of VC Data Model 2.0."
        findings.append(Finding("token-of-another-data-model", "#/@context", words, cite))
    if document.get("proof") == []:
        findings.append(Finding("proof-missing", "#/proof", "`proof` is there and holds none.", cites))
    if "id" in document and not is_absolute(document["id"]):
        findings.append(Finding("id-not-a-url", "#/id", "`id` must be one absolute URL.", cites))
    if "holder" in document and not is_absolute(holder_id(document)):
        pointer = "#/holder/id" if isinstance(document["holder"], Mapping) else "#/holder"
        findings.append(
            Finding("holder-wrong", pointer, "The holder must be one absolute URL or a node with one.", cites)
        )
    types = document.get("type")
    if not all(isinstance(entry, str) for entry in (types if isinstance(types, list) else [types])):
        findings.append(Finding("type-wrong", "#/type", "`type` must be one type or a list of types.", cites))
    findings.extend(_passing_for_a_credential(document, cites))
    for pointer, shown in presented_in(document):
        # Version 1.1 has credentials as JSON Web Tokens stand there as texts; version 2.0 puts them into an envelope.
        if not isinstance(shown, Mapping) and not (version is Form.VC11 and isinstance(shown, str)):
            words = "What is presented must be a credential, or one in its envelope."
            findings.append(Finding("presented-not-a-credential", pointer, words, cites))
    for path, node in _items(document.get("termsOfUse"), ["termsOfUse"]):
        if not isinstance(node, Mapping) or not types_of(node):
            findings.append(
                Finding("type-missing", json_pointer(path), "Each `termsOfUse` must state its type.", cites)
            )
    return findings


def _passing_for_a_credential(document: Mapping[str, Any], cites: str) -> Iterator[Finding]:
    """Find what would let a presentation pass for a credential: its own members and types, under whatever name.

    An unsigned presentation has no canonical form, so what JSON-LD would make of its members is not asked.
    """
    words = "A presentation is no credential: what it says of itself no issuer has signed."
    stated = {_last_step(name) for name in types_of(document)}
    if not stated.isdisjoint(_CREDENTIAL_TYPES):
        yield Finding("credential-in-presentation", "#/type", words, cites)
    for name in document:
        if (name.startswith("@") and name != "@context") or _last_step(name) in _CREDENTIAL_MEMBERS:
            yield Finding("credential-in-presentation", json_pointer([name]), words, cites)


def _last_step(name: str) -> str:
    return re.split(r"[/#:]", name)[-1]


def _sd_jwt_vc(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what breaks SD-JWT VC draft -19, as far as it does not turn on the token."""
    vct = document["vct"]
    if not isinstance(vct, str) or not vct:
        yield Finding("type-wrong", "#/vct", "`vct` must be one type.", _SD_JWT_VC + "2.2.2.1")
    for name, section in (("cnf", "2.2.2.3"), ("status", "2.2.2.3")):
        if name in document and not (isinstance(document[name], Mapping) and document[name]):
            words = f"`{name}` must be an object that says something."
            yield Finding("claim-wrong", f"#/{name}", words, _SD_JWT_VC + section)


def _findings(document: Mapping[str, Any], form: Form) -> Iterator[Finding]:
    cites = _VCDM2 if form is Form.VCDM2 else _VC11
    yield from _types(document, cites)
    yield from _identifiers(document, cites)
    yield from _subjects(document, cites)
    yield from _dates(document, form, cites)
    yield from _typed_members(document, form, cites)
    if form is Form.VCDM2:
        yield from _texts(document)
        yield from _related_resources(document)


def _types(document: Mapping[str, Any], cites: str) -> Iterator[Finding]:
    value = document.get("type")
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(entry, str) and entry for entry in entries):
        yield Finding("type-wrong", "#/type", "`type` must be one type or a list of types.", cites + "4.5")
    types = types_of(document)
    if "VerifiableCredential" not in types:
        yield Finding("not-a-credential-type", "#/type", "`type` must name VerifiableCredential.", cites + "4.5")
    if types & _NOT_ACHIEVEMENTS:
        yield Finding("not-an-achievement", "#/type", "A status list is not an achievement of anybody.", cites + "4.5")


def _identifiers(document: Mapping[str, Any], cites: str) -> Iterator[Finding]:
    if "id" in document and not is_absolute(document["id"]):
        yield Finding("id-not-a-url", "#/id", "`id` must be one absolute URL.", cites + "4.4")
    issuer = document.get("issuer")
    if not is_absolute(issuer_id(document)):
        pointer = "#/issuer/id" if isinstance(issuer, Mapping) else "#/issuer"
        yield Finding("issuer-wrong", pointer, "The issuer must be one absolute URL or a node with one.", cites + "4.7")


def _subjects(document: Mapping[str, Any], cites: str) -> Iterator[Finding]:
    value = document.get("credentialSubject")
    subjects = value if isinstance(value, list) else [value]
    if not subjects or not all(isinstance(subject, Mapping) and subject for subject in subjects):
        yield Finding(
            "subject-wrong", "#/credentialSubject", "A credential is about at least one subject.", cites + "4"
        )
    for path, subject in _items(value, ["credentialSubject"]):
        if isinstance(subject, Mapping) and "id" in subject and not is_absolute(subject["id"]):
            yield Finding("id-not-a-url", json_pointer([*path, "id"]), "`id` must be one absolute URL.", cites + "4.4")


def _dates(document: Mapping[str, Any], form: Form, cites: str) -> Iterator[Finding]:
    names = ["validFrom", "validUntil"] if form is Form.VCDM2 else ["issuanceDate", "expirationDate"]
    read = {}
    for name in names:
        if name not in document:
            continue
        read[name] = read_instant(document[name])
        if read[name] is None:
            yield Finding("date-wrong", f"#/{name}", f"`{name}` must be an instant with a time zone.", cites + "4.9")
    if form is Form.VC11 and "issuanceDate" not in document:
        yield Finding("issuance-date-missing", "#/issuanceDate", "`issuanceDate` is required.", cites + "4.5.1")
    begin, end = read.get(names[0]), read.get(names[1])
    if begin is not None and end is not None and end < begin:
        yield Finding("ends-before-it-begins", f"#/{names[1]}", "The end lies before the beginning.", cites + "4.9")


# Members whose every node must say what it is; those marked True must have an id as well.
_TYPED: Final = {
    "credentialStatus": False,
    "credentialSchema": True,
    "termsOfUse": False,
    "evidence": False,
    "refreshService": False,
}


def _typed_members(document: Mapping[str, Any], form: Form, cites: str) -> Iterator[Finding]:
    for member, needs_id in _TYPED.items():
        for path, node in _items(document.get(member), [member]):
            if not isinstance(node, Mapping) or not types_of(node):
                yield Finding(
                    "type-missing", json_pointer(path), f"Each `{member}` must state its type.", cites + "4.5"
                )
            elif needs_id and not is_absolute(node.get("id")):
                yield Finding("id-not-a-url", json_pointer(path), f"Each `{member}` must have an id.", cites + "4.11")
            elif form is Form.VCDM2 and "id" in node and not is_absolute(node["id"]):
                yield Finding("id-not-a-url", json_pointer(path), "`id` must be one absolute URL.", cites + "4.4")


def _texts(document: Mapping[str, Any]) -> Iterator[Finding]:
    issuer = document.get("issuer")
    nodes = [([], document), (["issuer"], issuer)] if isinstance(issuer, Mapping) else [([], document)]
    for path, node in nodes:
        for name in ("name", "description"):
            if name in node and not _is_text(node[name]):
                yield Finding(
                    "text-wrong",
                    json_pointer([*path, name]),
                    f"`{name}` must be a string or language value objects.",
                    _VCDM2 + "11.1",
                )


def _is_text(value: object) -> bool:
    if isinstance(value, str):
        return True
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(
        isinstance(item, Mapping)
        and isinstance(item.get("@value"), str)
        and item.keys() <= {"@value", "@language", "@direction"}
        and _LANGUAGE_TAG.fullmatch(str(item.get("@language", "en"))) is not None
        and item.get("@direction") in {None, "ltr", "rtl"}
        for item in values
    )


def _related_resources(document: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, resource in _items(document.get("relatedResource"), ["relatedResource"]):
        pointer = json_pointer(path)
        if not isinstance(resource, Mapping) or not is_absolute(resource.get("id")):
            yield Finding("related-resource-wrong", pointer, "A related resource is a node with an id.", _VCDM2 + "5.3")
            continue
        if resource["id"] in seen:
            yield Finding("related-resource-twice", pointer, "A related resource is named twice.", _VCDM2 + "5.3")
        seen.add(resource["id"])
        digests = [resource[name] for name in ("digestSRI", "digestMultibase") if name in resource]
        if not digests or not all(isinstance(digest, str) and digest for digest in digests):
            words = "A related resource has a digest, written as a text."
            yield Finding("related-resource-no-digest", pointer, words, _VCDM2 + "5.3")


def _items(value: object, path: list[str | int]) -> Iterator[tuple[list[str | int], Any]]:
    if value is None:
        return
    if isinstance(value, Sequence) and not isinstance(value, str):
        for position, item in enumerate(value):
            yield [*path, position], item
    else:
        yield path, value


def is_absolute(value: object) -> bool:
    """Whether ``value`` is one absolute URL."""
    return isinstance(value, str) and _ABSOLUTE.fullmatch(value) is not None
