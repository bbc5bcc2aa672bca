"""What a trust list says: the universities that a deployment vouches for, with every key that they ever had.

One deployment writes it, any other reads it, so its members are frozen (``docs/decisions/0014-trust-list.md``): a form
that this reader does not know is refused, and members that are added to a known form later are passed over. Who signed
the text, and whether to believe them, is asked elsewhere; here is only what it means.

Nothing is said in two ways that could differ: a key stands there as Multikey and as JWK because readers know one or the
other, and both must be the same key; what is said beside a certificate must be what is in it.

A list is valid for a bounded time (:data:`LONGEST_VALIDITY`), and its version is within reason
(:data:`_VERSIONS_AHEAD`): whoever has a signer's key for an hour must not be able to publish what stands for ever.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.errors import Family, Finding, ServiceError, json_pointer
from app.instants import write_instant
from app.keys import KeyRefused, KeyState, PublicKey
from app.template.alliance import ALLIANCE_NAME, MEMBERS, AwardingBody, IssuerKind
from app.trust.members import AllianceMember, MemberKey, MemberLogo, MemberSeal
from app.trust.resolve import is_did
from app.trust.seals import MAX_DEPTH, Anchors, appraise

FORM: Final = 1
LONGEST_VALIDITY: Final = timedelta(days=400)
"""Of a list that is read. Ours are valid for 30 days."""
_VERSIONS_AHEAD: Final = 1_000_000
"""Versions count by one; after a restore they go on with the time in minutes, and so are never far beyond that."""
_MOST_MEMBERS: Final = 500
_MOST_KEYS: Final = 1000
_MOST_SEALS: Final = 200
_LARGEST_CERTIFICATE: Final = 8192
"""In base64."""
_CITATION: Final = "docs/decisions/0014-trust-list.md"

Text = Annotated[str, Field(min_length=1, max_length=500)]


class TrustListUnusable(ServiceError):
    """The text is not a trust list of a form that this service reads, or its signature does not hold."""

    code: ClassVar[str] = "trust-list-unusable"
    title: ClassVar[str] = "This is not a trust list that can be used"
    family: ClassVar[Family] = Family.MALFORMED


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Key(_Said):
    id: Text
    jwk_id: Text | None
    public_key_multibase: Text
    public_key_jwk: dict[str, Any]
    state: KeyState = Field(strict=False)
    published_at: AwareDatetime = Field(strict=False)
    active_from: AwareDatetime | None = Field(strict=False)
    retired_at: AwareDatetime | None = Field(strict=False)
    revoked_at: AwareDatetime | None = Field(strict=False)
    compromised_since: AwareDatetime | None = Field(strict=False)

    @model_validator(mode="after")
    def _is_one_key_with_one_history(self) -> "_Key":
        if (self.state is KeyState.REVOKED) != (self.revoked_at is not None):
            raise ValueError("a key has a time of revocation exactly when it is revoked")
        if self.compromised_since is not None and not (self.revoked_at and self.compromised_since <= self.revoked_at):
            raise ValueError("a key that is compromised is revoked, then or later")
        try:
            same = PublicKey.from_multikey(self.public_key_multibase) == PublicKey.from_jwk(self.public_key_jwk)
        except KeyRefused:
            raise ValueError("not a public key that is supported") from None
        if not same:
            raise ValueError("the Multikey and the JWK are two keys")
        return self

    def read(self) -> MemberKey:
        return MemberKey(
            verification_method=self.id,
            public_key=PublicKey.from_multikey(self.public_key_multibase),
            state=self.state,
            active_from=self.active_from,
            retired_at=self.retired_at,
            revoked_at=self.revoked_at,
            jwk_verification_method=self.jwk_id,
            published_at=self.published_at,
            compromised_since=self.compromised_since,
        )


class _Seal(_Said):
    x5c: Annotated[
        list[Annotated[str, Field(max_length=_LARGEST_CERTIFICATE)]], Field(min_length=1, max_length=MAX_DEPTH)
    ]
    sha256: Text
    organization_identifier: Text
    not_before: AwareDatetime = Field(strict=False)
    not_after: AwareDatetime = Field(strict=False)
    state: KeyState = Field(strict=False)
    enrolled_at: AwareDatetime = Field(strict=False)
    retired_at: AwareDatetime | None = Field(strict=False)
    revoked_at: AwareDatetime | None = Field(strict=False)
    compromised_since: AwareDatetime | None = Field(strict=False)

    @model_validator(mode="after")
    def _says_what_its_certificate_says(self) -> "_Seal":
        try:
            # One way to write the octets (RFC 7515 section 4.1.6), or else two lists would differ and say the same.
            chain = self.chain
            same_text = [base64.b64encode(each).decode("ascii") for each in chain] == self.x5c
        except ValueError:
            raise ValueError("not certificates in base64") from None
        read = appraise(chain, (), (), Anchors(), self.enrolled_at) if same_text else None
        if read is None or not read.for_signing:
            raise ValueError("not a certificate to seal by")
        stated = (self.sha256, self.organization_identifier, self.not_before, self.not_after)
        if stated != (read.sha256, read.organization_identifier, read.not_before, read.not_after):
            raise ValueError("what is said about the certificate is not what it says")
        return self

    @property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(base64.b64decode(each, validate=True) for each in self.x5c)

    def read(self) -> MemberSeal:
        return MemberSeal(
            chain=self.chain,
            sha256=self.sha256,
            organization_identifier=self.organization_identifier,
            not_before=self.not_before,
            not_after=self.not_after,
            state=self.state,
            enrolled_at=self.enrolled_at,
            retired_at=self.retired_at,
            revoked_at=self.revoked_at,
            compromised_since=self.compromised_since,
        )


class _Logo(_Said):
    url: Annotated[str, Field(pattern=r"^https?://", max_length=500)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Identifier(_Said):
    scheme: Text
    value: Text


class _Member(_Said):
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
    did: Text
    legal_name: Annotated[dict[str, Text], Field(min_length=1, max_length=50)]
    eidas_identifier: Text
    identifiers: Annotated[list[_Identifier], Field(max_length=50)]
    keys: Annotated[list[_Key], Field(max_length=_MOST_KEYS)]
    # Lists from before there were any have neither.
    seals: Annotated[list[_Seal], Field(max_length=_MOST_SEALS)] = []
    logo: _Logo | None = None

    @model_validator(mode="after")
    def _keys_are_its_own(self) -> "_Member":
        _insist_on_own(self.did, self.keys)
        if any(seal.organization_identifier != self.eidas_identifier for seal in self.seals):
            raise ValueError("a seal is of another organisation")
        return self


class _List(_Said):
    form: Literal[1]
    iss: Text
    iat: int
    exp: int
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    previous_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    signer_keys: Annotated[list[_Key], Field(min_length=1, max_length=_MOST_KEYS)]
    members: Annotated[list[_Member], Field(max_length=_MOST_MEMBERS)]

    @model_validator(mode="after")
    def _keys_are_its_own(self) -> "_List":
        _insist_on_own(self.iss, self.signer_keys)
        if len({member.did for member in self.members}) != len(self.members):
            raise ValueError("one DID stands for one member")
        if not 0 <= self.iat < self.exp < _LAST_SECOND:
            raise ValueError("a list is valid for some time")
        if self.exp - self.iat > LONGEST_VALIDITY.total_seconds():
            raise ValueError(f"a list is valid for {LONGEST_VALIDITY.days} days at most")
        if self.version > self.iat // 60 + _VERSIONS_AHEAD:
            raise ValueError("versions count by one, or after a restore by the time in minutes")
        return self


_LAST_SECOND: Final = 253402300800  # the year 10000


def _insist_on_own(did: str, keys: Sequence[_Key]) -> None:
    if not is_did(did):
        raise ValueError("not a DID")
    names = [name for key in keys for name in (key.id, key.jwk_id) if name is not None]
    if not all(name.startswith(did + "#") for name in names) or len(set(names)) != len(names):
        raise ValueError("each key has a name of its own, below its owner's DID")


@dataclass(frozen=True, slots=True)
class TrustList:
    """What one list says. ``sha256`` is the digest of the signed text that it was read from."""

    signer: str
    version: int
    previous_sha256: str | None
    issued_at: datetime
    valid_until: datetime
    signer_keys: tuple[MemberKey, ...]
    members: tuple[AllianceMember, ...]
    sha256: str

    def signer_key(self, verification_method: str) -> MemberKey | None:
        """Return the key of the signer with exactly this DID URL, unless it was revoked."""
        for key in self.signer_keys:
            if verification_method in (key.verification_method, key.jwk_verification_method):
                return None if key.state is KeyState.REVOKED else key
        return None


def read_claims(claims: object, *, sha256: str) -> TrustList:
    """Return what ``claims`` say.

    Raises:
        TrustListUnusable: another form, or not of the form it says; with every finding.
    """
    try:
        said = _List.model_validate(claims)
    except ValidationError as error:
        findings = [
            Finding("field-unusable", json_pointer(step for step in item["loc"]), item["msg"], _CITATION)
            for item in error.errors(include_input=False, include_context=False, include_url=False)
        ]
        raise TrustListUnusable(findings=findings) from None
    valid_until = datetime.fromtimestamp(said.exp, UTC)
    return TrustList(
        signer=said.iss,
        version=said.version,
        previous_sha256=said.previous_sha256,
        issued_at=datetime.fromtimestamp(said.iat, UTC),
        valid_until=valid_until,
        signer_keys=tuple(key.read() for key in said.signer_keys),
        members=tuple(_member(said.iss, member, valid_until) for member in said.members),
        sha256=sha256,
    )


def _member(signer: str, said: _Member, valid_until: datetime) -> AllianceMember:
    public_names = MEMBERS[said.slug].legal_name.values() if said.slug in MEMBERS else ()
    return AllianceMember(
        slug=said.slug,
        did=said.did,
        legal_names=tuple(dict.fromkeys([*said.legal_name.values(), *public_names])),
        identifiers=(said.eidas_identifier, *(identifier.value for identifier in said.identifiers)),
        keys=tuple(key.read() for key in said.keys),
        seals=tuple(seal.read() for seal in said.seals),
        logo=None if said.logo is None else MemberLogo(said.logo.url, said.logo.sha256),
        kind=IssuerKind.UNIVERSITY,
        listed_by=signer,
        listed_until=valid_until,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says about one university."""

    body: AwardingBody
    keys: Sequence[MemberKey]
    seals: Sequence[MemberSeal] = ()
    logo: MemberLogo | None = None


def write_members(listed: Iterable[Listed], signer_keys: Iterable[MemberKey]) -> dict[str, Any]:
    """Return what a list says about its universities and about who signs it; the same facts give the same claims."""
    return {
        "form": FORM,
        "alliance": ALLIANCE_NAME,
        "signer_keys": [_key(key) for key in signer_keys],
        "members": [
            {
                "slug": one.body.slug,
                "did": one.body.did,
                "legal_name": dict(one.body.legal_name),
                "short_name": one.body.short_name,
                "country": one.body.country,
                "homepage": one.body.homepage,
                "eidas_identifier": one.body.eidas_identifier,
                "identifiers": [{"scheme": item.scheme, "value": item.value} for item in one.body.identifiers],
                "keys": [_key(key) for key in one.keys],
                "seals": [_seal(seal) for seal in one.seals],
                "logo": None if one.logo is None else {"url": one.logo.url, "sha256": one.logo.sha256},
            }
            for one in sorted(listed, key=lambda one: one.body.slug)
        ],
    }


def _key(key: MemberKey) -> Mapping[str, Any]:
    return {
        "id": key.verification_method,
        "jwk_id": key.jwk_verification_method,
        "public_key_multibase": key.public_key.multikey,
        "public_key_jwk": key.public_key.jwk(),
        "state": key.state.value,
        "published_at": _instant(key.published_at),
        "active_from": _instant(key.active_from),
        "retired_at": _instant(key.retired_at),
        "revoked_at": _instant(key.revoked_at),
        "compromised_since": _instant(key.compromised_since),
    }


def _seal(seal: MemberSeal) -> Mapping[str, Any]:
    return {
        "x5c": [base64.b64encode(certificate).decode("ascii") for certificate in seal.chain],
        "sha256": seal.sha256,
        "organization_identifier": seal.organization_identifier,
        "not_before": _instant(seal.not_before),
        "not_after": _instant(seal.not_after),
        "state": seal.state.value,
        "enrolled_at": _instant(seal.enrolled_at),
        "retired_at": _instant(seal.retired_at),
        "revoked_at": _instant(seal.revoked_at),
        "compromised_since": _instant(seal.compromised_since),
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else write_instant(moment)
