"""The command that the public vc-jose-cose suite drives: one document in, one word and what came of it out.

The suite hands in everything: a document or a token, and the key as a verification method. So nothing is looked up, and
what has to do with time or status is not asked: the suite's own tokens have expired.

``success``        issued, or verified
``failure``        refused: the document or the token is not what the specification demands
``indeterminate``  not done here: SD-JWT and COSE, and kinds of keys beyond Ed25519, P-256 and P-384
``error``          the command could not be carried out, such as for a key that is none

Two things are as the suite has them and not as the service does them: ``iat`` may be an instant instead of a number, as
in the suite's vectors, and an unknown extension (a member at the top that no context defines by name) is refused even
where the context of the specifications' examples gives every word a meaning.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import orjson

from app.errors import Finding, ServiceError
from app.instants import read_instant
from app.jsonld import PINNED_CONTEXTS, canonicalize_open
from app.keys import InProcessSigner, KeyRefused, PublicKey
from app.securing import TokenOutcome, jws, vc_jose
from app.securing.jws import HeaderProblem
from app.strict_json import JsonValue, as_list, parse
from app.verification.data_model import data_model_findings, presentation_findings, presented_in, types_of

_ENVELOPED: Final = "EnvelopedVerifiableCredential"
_SECURED_TYPES: Final = ("application/vc+jwt", "application/vc+sd-jwt", "application/vc+cose")


class Feature(StrEnum):
    """What the suite asks for, by its own names."""

    CREDENTIAL_JOSE = "credential_jose"
    CREDENTIAL_SDJWT = "credential_sdjwt"
    CREDENTIAL_COSE = "credential_cose"
    PRESENTATION_JOSE = "presentation_jose"
    PRESENTATION_SDJWT = "presentation_sdjwt"
    PRESENTATION_COSE = "presentation_cose"


class Word(StrEnum):
    """What it came to, by the suite's own names."""

    SUCCESS = "success"
    FAILURE = "failure"
    INDETERMINATE = "indeterminate"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suite reads: the word, and the token, the document, or why not."""

    result: Word
    data: str

    def document(self) -> bytes:
        """Return the content of the suite's output file."""
        return orjson.dumps({"result": self.result.value, "data": self.data})


class _Refused(Exception):
    """The document or token is refused; the message says why, in our words."""


async def issue(feature: Feature, content: bytes, key: bytes) -> Outcome:
    """Return ``content``, a credential or a presentation, in a token signed with ``key``."""
    if feature not in (Feature.CREDENTIAL_JOSE, Feature.PRESENTATION_JOSE):
        return _not_done(feature)
    try:
        document = _object_in(content)
        _refuse([*_claim_findings(document), *_document_findings(document, feature)])
        canonicalize_open(document)
        method = _read_method(key)
        try:
            signer = InProcessSigner.from_jwk(method.secret)
        except KeyRefused as error:
            return Outcome(Word.INDETERMINATE, str(error))
        if feature is Feature.CREDENTIAL_JOSE:
            token = await vc_jose.secure(document, signer=signer, key_id=method.names[0])
        else:
            header = {"kid": method.names[0], "typ": "vp+jwt", "cty": "vp"}
            token = await jws.sign_compact(orjson.dumps(document), header, signer=signer)
    except (_Refused, ServiceError) as error:
        return Outcome(Word.FAILURE, _words(error))
    except _KeyUnreadable as error:
        return Outcome(Word.ERROR, str(error))
    return Outcome(Word.SUCCESS, token.decode("ascii"))


def verify(feature: Feature, content: bytes, key: bytes) -> Outcome:
    """Return the document in ``content``, a token, if it holds under ``key``."""
    if feature not in (Feature.CREDENTIAL_JOSE, Feature.PRESENTATION_JOSE):
        return _not_done(feature)
    try:
        method = _read_method(key)
        try:
            public_key = PublicKey.from_jwk(method.public)
        except KeyRefused as error:
            return Outcome(Word.INDETERMINATE, str(error))
        read = _read_credential if feature is Feature.CREDENTIAL_JOSE else _read_presentation
        document = read(content.strip(), method, public_key)
        _refuse(_document_findings(document, feature))
        canonicalize_open(document)
    except (_Refused, ServiceError) as error:
        return Outcome(Word.FAILURE, _words(error))
    except _KeyUnreadable as error:
        return Outcome(Word.ERROR, str(error))
    return Outcome(Word.SUCCESS, orjson.dumps(document).decode())


# --- the key ----------------------------------------------------------------------------------------------------------


class _KeyUnreadable(Exception):
    """The key file is not a verification method, nor a JSON Web Key."""


@dataclass(frozen=True, slots=True)
class _Method:
    """A verification method: what tokens may call it, its public and its private key."""

    names: Sequence[str]
    public: Mapping[str, Any]
    secret: Mapping[str, Any]


def _read_method(content: bytes) -> _Method:
    """Read a verification method, a controlled identifier document with one, or a bare JSON Web Key."""
    try:
        stated = parse(content)
    except ServiceError as error:
        raise _KeyUnreadable(error.detail) from None
    if isinstance(stated, dict) and isinstance(stated.get("verificationMethod"), list):
        methods = stated["verificationMethod"]
        stated = methods[0] if isinstance(methods, list) and methods else None
    if not isinstance(stated, dict):
        raise _KeyUnreadable("The key is not an object.")
    given = [stated[name] for name in ("secretKeyJwk", "privateKeyJwk", "publicKeyJwk") if name in stated]
    jwks = [jwk for jwk in (given or [stated]) if isinstance(jwk, dict)]
    names = [name for name in (stated.get("id"), *(jwk.get("kid") for jwk in jwks)) if isinstance(name, str)]
    if not jwks or not names:
        raise _KeyUnreadable("The key has no JSON Web Key, or no name.")
    public = {name: value for name, value in jwks[-1].items() if name not in ("d", "key_ops")}
    return _Method(names, public, jwks[0])


# --- documents --------------------------------------------------------------------------------------------------------


def _document_findings(document: Mapping[str, Any], feature: Feature) -> Iterator[Finding]:
    if feature is Feature.CREDENTIAL_JOSE:
        yield from data_model_findings(document, in_token=True)
        yield from _unknown_extensions(document)
    else:
        yield from presentation_findings(document, in_token=True)
        stated = document.get("verifiableCredential")
        for position, credential in enumerate(as_list(stated)):
            if not _is_envelope(credential):
                words = "A credential in a presentation is secured, in an envelope (VC-JOSE-COSE 1.0, 3.1.2)."
                yield Finding("credential-not-enveloped", f"#/verifiableCredential/{position}", words)


def _is_envelope(credential: object) -> bool:
    if not isinstance(credential, dict) or _ENVELOPED not in types_of(credential):
        return False
    address = credential.get("id")
    media_type, comma, content = str(address).partition(",")
    return bool(comma and content) and media_type.removesuffix(";base64").removeprefix("data:") in _SECURED_TYPES


def _claim_findings(document: Mapping[str, Any]) -> Iterator[Finding]:
    for name in vc_jose.FORBIDDEN_CLAIMS:
        if name in document:
            words = f"`{name}` is no member of what is secured (VC-JOSE-COSE 1.0, 3.1.3)."
            yield Finding("claim-forbidden", f"#/{name}", words)


def _unknown_extensions(document: Mapping[str, Any]) -> Iterator[Finding]:
    known = {name for context in as_list(document.get("@context")) for name in _terms(_definitions(context))}
    for name in document:
        if name not in known and not name.startswith("@"):
            words = "No context of the document defines this member by its name."
            yield Finding("unknown-extension", f"#/{name}", words)


def _definitions(context: object) -> object:
    if isinstance(context, str):
        return PINNED_CONTEXTS[context].document if context in PINNED_CONTEXTS else None
    return context


def _terms(context: object) -> Iterator[str]:
    """Every term that a context defines, at its top or within a scope."""
    if isinstance(context, Mapping):
        for name, definition in context.items():
            if not name.startswith("@"):
                yield name
            yield from _terms(definition)
    elif isinstance(context, list):
        for item in context:
            yield from _terms(item)


# --- tokens -----------------------------------------------------------------------------------------------------------


def _read(content: bytes, method: _Method, key: PublicKey) -> vc_jose.Token:
    token = vc_jose.read(content)
    result = vc_jose.check(token, lambda name: key if name in method.names else None)
    claims = token.content if isinstance(token.content, dict) else {}
    written = result.outcome is TokenOutcome.CLAIM_MALFORMED and result.member == "iat"
    if written and read_instant(claims.get("iat")) is not None:
        others = {name: value for name, value in claims.items() if name != "iat"}
        result = vc_jose.check(replace(token, content=others), lambda name: key if name in method.names else None)
    if not result.verified:
        raise _Refused(f"The token is refused: {result.outcome.value} ({result.member or 'signature'}).")
    return token


def _read_credential(content: bytes, method: _Method, key: PublicKey) -> dict[str, Any]:
    document = _read(content, method, key).document
    if not isinstance(document, dict):
        raise _Refused("The token holds no object.")
    return document


def _read_presentation(content: bytes, method: _Method, key: PublicKey) -> dict[str, Any]:
    token = _read(content, method, key)
    if not token.is_presentation or not isinstance(token.document, dict):
        raise _Refused("The token holds no presentation.")
    for _, credential in presented_in(token.document):
        _refuse_unsigned(credential)
    return token.document


def _object_in(content: bytes) -> dict[str, Any]:
    value = parse(content)
    if not isinstance(value, dict):
        raise _Refused("The document is not an object.")
    return value


def _refuse_unsigned(credential: JsonValue) -> None:
    """A token in an envelope is one, and somebody signed it; its key is not ours to have."""
    address = credential.get("id") if isinstance(credential, dict) else None
    media_type, _, content = str(address).partition(",")
    if media_type == "data:application/vc+jwt":
        inner = jws.parse_compact(content.encode("utf-8", "surrogatepass"))
        refusal = jws.refusal_of(inner.header, vc_jose.PROFILE)
        if refusal is not None and refusal.problem is HeaderProblem.UNSIGNED:
            raise _Refused("A credential in the presentation is not signed.")


def _refuse(findings: Iterator[Finding] | Sequence[Finding]) -> None:
    listed = list(findings)
    if listed:
        raise _Refused("; ".join(f"{finding.pointer}: {finding.detail}" for finding in listed))


def _words(error: Exception) -> str:
    if isinstance(error, ServiceError) and error.findings:
        return "; ".join(f"{finding.pointer}: {finding.detail}" for finding in error.findings)
    return str(error)


def _not_done(feature: Feature) -> Outcome:
    return Outcome(Word.INDETERMINATE, f"{feature.value} is not done here.")
