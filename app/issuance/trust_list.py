"""The trust list of this deployment, and those of others: who vouches for which university, with which keys.

**Publishing.** The list is a token (JWS, compact form) signed by the service's own key. It is made anew when it is read
and either what it says has changed or half of its validity is over. Every version is kept, and each names the digest of
the one before it, so that nobody can be shown two histories without leaving a trace.

**Reading** (:func:`read_trust_list`)

1. The token is one, its header has ``alg``, ``kid`` and ``typ`` and nothing else, and ``typ`` is that of a trust list:
   no credential and no receipt is one.
2. The payload is of a form that is known (:mod:`app.trust.trust_list`).
3. ``kid`` is a key that the list itself states for its signer, and the signature is that key's. This shows that the
   text is whole, and nothing about who the signer is.

**Importing** (:func:`import_trust_list`) is where a signer is believed

4. The first list of a signer needs the operator's word: its key, or its DID, whose document must then list the key.
5. Every later list is signed with a key that the list before it stated and did not revoke; the operator's word, given
   again, stands in for that.
6. It is current: neither from the future nor over.
7. The version never goes back. The same version is the same bytes, and the next one names the digest of this one.
8. The list before it is still the one that was compared when it is stored: nobody imported another meanwhile.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import orjson

from app.errors import Family, ServiceError
from app.issuance.office import Office
from app.keys import KeyState, PublicKey, has_jwk_entry, jwk_method_id, method_id
from app.securing import jws
from app.store import awarding_bodies, events, issuers, logos, signing_keys, trust_lists, x509_certificates
from app.store.connection import Connection
from app.store.failures import AlreadyThere
from app.store.issuers import Issuer
from app.store.logos import Logo
from app.store.signing_keys import SigningKey
from app.store.trust_lists import ImportedTrustList, PublishedTrustList
from app.strict_json import canonical, parse
from app.template.alliance import AwardingBody
from app.trust.members import AllianceMember, MemberKey, MemberLogo, MemberSeal
from app.trust.resolve import DidDocument, ResolutionFailed, is_did
from app.trust.seals import chain_of
from app.trust.trust_list import Listed, TrustList, TrustListUnusable, read_claims, write_members

MEDIA_TYPE: Final = "application/jwt"
TYPE: Final = "enhance-trust-list+jwt"
PROFILE: Final = jws.HeaderProfile(frozenset({"kid", "typ"}))
VALIDITY: Final = timedelta(days=30)
CLOCK_SKEW: Final = timedelta(minutes=5)
_PASSED_OVER: Final = 1000
"""Versions after a restore: more than were published since any backup that somebody would still restore."""

LookUp: TypeAlias = Callable[[str], Awaitable[DidDocument]]
"""Resolves a DID, or raises :class:`~app.trust.resolve.ResolutionFailed`."""


class TrustListUnknown(ServiceError):
    """This deployment never published a trust list of this version."""

    code: ClassVar[str] = "trust-list-unknown"
    title: ClassVar[str] = "There is no trust list of this version"
    family: ClassVar[Family] = Family.NOT_FOUND


class TrustListRefused(ServiceError):
    """The trust list is whole, but it is not to be believed: by its signer, its version or its time."""

    code: ClassVar[str] = "trust-list-refused"
    title: ClassVar[str] = "The trust list is not accepted"
    family: ClassVar[Family] = Family.CONFLICT


# --- reading


@dataclass(frozen=True, slots=True)
class SignedTrustList:
    """A whole list: what it says, the key that signed it, and the text."""

    says: TrustList
    key: MemberKey
    content: bytes


def read_trust_list(content: bytes) -> SignedTrustList:
    """Return what a signed list says, and the key that signed it; steps 1 to 3.

    Raises:
        MalformedToken, MalformedJson, TrustListUnusable: it is not one, or is not whole.
    """
    content = content.strip()
    token = jws.parse_compact(content)
    refusal = jws.refusal_of(token.header, PROFILE)  # 1
    if refusal is not None or token.header.get("typ") != TYPE:
        raise TrustListUnusable("The header is not that of a trust list.")
    claims = parse(token.payload, max_bytes=jws.MAX_PAYLOAD_BYTES)
    says = read_claims(claims, sha256=_digest(content))  # 2
    key = says.signer_key(str(token.header.get("kid")))  # 3
    if key is None:
        raise TrustListUnusable("It is signed with a key that it does not state as its signer's.")
    if not jws.holds(token, key.public_key):
        raise TrustListUnusable("The signature does not hold.")
    return SignedTrustList(says, key, content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- publishing


async def published_trust_list(office: Office) -> PublishedTrustList:
    """Return the newest list of this deployment, made anew where it has to be.

    Raises:
        SigningKeysMissing, SigningFailed, DatabaseUnavailable: try again later.
    """
    moment = office.clock()
    async with office.database.read() as connection:
        newest = await trust_lists.find_newest(connection)
        did, claims = await _claims(connection, office.public_url)
    if (
        newest is not None
        and newest.claims_sha256 == _digest_of_claims(claims)
        and newest.published_at <= moment < newest.published_at + VALIDITY / 2
    ):
        return newest
    return await _publish(office, newest, did, claims, version=1 if newest is None else newest.version + 1)


async def go_on_after_restore(office: Office, *, beyond: int) -> PublishedTrustList:
    """Publish a version that nobody can have seen yet: those that followed the backup are in the world.

    ``beyond`` is a number that no list reached after another restore of the same backup.

    A second list of a version that somebody imported would be refused there, and so would the one after it, with
    whatever it says about keys that were lost.

    Raises:
        SigningKeysMissing, SigningFailed, DatabaseUnavailable: try again later.
    """
    async with office.database.read() as connection:
        newest = await trust_lists.find_newest(connection)
        did, claims = await _claims(connection, office.public_url)
    version = max((newest.version if newest else 0) + _PASSED_OVER, beyond)
    return await _publish(office, newest, did, claims, version=version)


async def _publish(
    office: Office, newest: PublishedTrustList | None, did: str, claims: dict[str, object], *, version: int
) -> PublishedTrustList:
    moment = office.clock()
    office.forget_issuers()  # not the keys of some seconds ago: the list is out for weeks
    key, key_id = await office.service_token_key()
    published_at = moment.replace(microsecond=0)
    made = {
        "iss": did,
        "iat": int(published_at.timestamp()),
        "exp": int((published_at + VALIDITY).timestamp()),
        "version": version,
        "previous_sha256": None if newest is None else _digest(newest.content),
        **claims,
    }
    content = await jws.sign_compact(orjson.dumps(made), {"kid": key_id, "typ": TYPE}, signer=key.signer)
    read_trust_list(content)  # what nobody could read must not leave
    ours = PublishedTrustList(version, content, _digest_of_claims(claims), published_at, published_at + VALIDITY)
    try:
        async with office.database.transaction() as connection:
            await trust_lists.publish(connection, ours)
            await _note(connection, moment, "trust-list-published", str(version))
    except AlreadyThere:
        return await trust_list_version(office, version)
    return ours


def _digest_of_claims(claims: dict[str, object]) -> bytes:
    return hashlib.sha256(canonical(claims)).digest()


async def trust_list_version(office: Office, version: int) -> PublishedTrustList:
    """Return one version as it was published.

    Raises:
        TrustListUnknown: there never was one.
    """
    found = None
    if 0 < version < 2**31:
        async with office.database.read() as connection:
            found = await trust_lists.find_version(connection, version)
    if found is None:
        raise TrustListUnknown
    return found


def readable(content: bytes) -> bytes:
    """Return the payload of a list of ours, laid out for people."""
    return orjson.dumps(orjson.loads(jws.parse_compact(content).payload), option=orjson.OPT_INDENT_2)


async def _claims(connection: Connection, public_url: str) -> tuple[str, dict[str, object]]:
    service, own = await service_with_keys(connection)
    bodies = [one for one in await bodies_with_keys(connection) if one[1].is_member]
    images = await logos.list_of(connection, *(body.slug for _, body, _ in bodies))
    listed = [
        Listed(body, keys, await _seals(connection, issuer), _logo(public_url, images.get(body.slug)))
        for issuer, body, keys in bodies
    ]
    return service, write_members(listed, own)


def _logo(public_url: str, image: Logo | None) -> MemberLogo | None:
    if image is None:
        return None
    return MemberLogo(f"{public_url}/issuers/{image.owner}/logo.png", image.sha256.hex())


async def bodies_with_keys(connection: Connection) -> list[tuple[Issuer, AwardingBody, tuple[MemberKey, ...]]]:
    """Return every awarding body of this deployment with its issuer and all keys that it ever had."""
    of_body = {issuer.awarding_body_id: issuer for issuer in await issuers.list_all(connection)}
    found = []
    for row in await awarding_bodies.list_all(connection):
        body, issuer = AwardingBody.model_validate_json(row.facts), of_body[row.id]
        keys = await signing_keys.list_of_issuer(connection, issuer.id)
        found.append((issuer, body, tuple(member_key(body.did, key) for key in keys)))
    return found


async def service_with_keys(connection: Connection) -> tuple[str, tuple[MemberKey, ...]]:
    """Return the service's own DID and all keys that it ever had."""
    service = await issuers.find_service(connection)
    assert service is not None  # the office opens no deployment without one
    keys = await signing_keys.list_of_issuer(connection, service.id)
    return service.did, tuple(member_key(service.did, key) for key in keys)


async def _seals(connection: Connection, issuer: Issuer) -> list[MemberSeal]:
    """Return every seal of an issuer whose certificate was enrolled, oldest first."""
    found = []
    for key in await signing_keys.list_seals(connection, issuer.id):
        certificate = await x509_certificates.find(connection, key.id)
        if certificate is None:
            continue
        chain = chain_of(certificate.chain)
        found.append(
            MemberSeal(
                chain=chain,
                sha256=_digest(chain[0]),
                organization_identifier=certificate.organization_identifier,
                not_before=certificate.not_before,
                not_after=certificate.not_after,
                state=key.state,
                enrolled_at=certificate.enrolled_at,
                retired_at=key.retired_at,
                revoked_at=key.revoked_at,
                compromised_since=key.compromised_since,
            )
        )
    return found


def member_key(did: str, key: SigningKey) -> MemberKey:
    """Return a key on record as the world may know it."""
    public_key = PublicKey.from_multikey(key.public_key)
    return MemberKey(
        verification_method=method_id(did, key.fragment),
        public_key=public_key,
        state=key.state,
        active_from=key.active_from,
        retired_at=key.retired_at,
        revoked_at=key.revoked_at,
        jwk_verification_method=jwk_method_id(did, key.fragment) if has_jwk_entry(public_key.algorithm) else None,
        published_at=key.created_at,
        compromised_since=key.compromised_since,
    )


# --- believing others


@dataclass(frozen=True, slots=True)
class Imported:
    """A list that was imported, when, and whether it was new."""

    says: TrustList
    imported_at: datetime
    is_new: bool = True


async def import_trust_list(
    office: Office, content: bytes, *, vouched_for: str | None = None, look_up: LookUp
) -> Imported:
    """Believe a list of another deployment; steps 4 to 7.

    Args:
        office: the deployment that imports.
        content: the signed list.
        vouched_for: the operator's word: the signer's key (Multikey) or DID. Needed for the first list of a signer.
        look_up: resolves that DID.

    Raises:
        TrustListUnusable: it is not a whole list.
        TrustListRefused: it is not to be believed; the detail says why.
    """
    signed = read_trust_list(content)
    says, moment = signed.says, office.clock()
    async with office.database.read() as connection:
        service = await issuers.find_service(connection)
        row = await trust_lists.find_imported(connection, says.signer)
    if service is not None and says.signer == service.did:
        raise TrustListRefused("It is this deployment's own.")
    before = None if row is None else read_trust_list(row.content).says
    await _insist_on_signer(signed, before, vouched_for, look_up)
    if not says.issued_at - CLOCK_SKEW <= moment < says.valid_until:  # 6
        raise TrustListRefused("It is not current: it is from the future, or its validity is over.")
    if before is not None and row is not None and not _follows(says, before):  # 7
        return Imported(before, row.imported_at, is_new=False)
    newer = ImportedTrustList(says.signer, says.version, signed.content, moment)
    async with office.database.transaction() as connection:
        await connection.close_gates([uuid5(NAMESPACE_URL, says.signer)])  # 8
        if await trust_lists.find_imported(connection, says.signer) != row:
            raise TrustListRefused("Another list of this signer was imported at the same moment; try again.")
        await trust_lists.save_imported(connection, newer)
        await _note(connection, moment, "trust-list-imported", says.signer)
    office.forget_issuers()
    return Imported(says, moment)


async def _insist_on_signer(
    signed: SignedTrustList, before: TrustList | None, vouched_for: str | None, look_up: LookUp
) -> None:
    says, key = signed.says, signed.key.public_key
    if vouched_for is None:
        if before is None:  # 4
            raise TrustListRefused(
                f"It is the first list of {says.signer}. If its operator told you that its key is {key.multikey}, "
                "say so with --signer-key."
            )
        if key not in [old.public_key for old in before.signer_keys if old.state is not KeyState.REVOKED]:  # 5
            raise TrustListRefused("It is signed with a key that the list before it does not state.")
    else:
        await insist_on_key(signed, vouched_for, look_up)


async def insist_on_key(signed: SignedTrustList, vouched_for: str, look_up: LookUp) -> None:
    """Take somebody's word for the signer: a key (Multikey), or a DID whose document lists the key.

    Raises:
        TrustListRefused: the list is another's.
    """
    says, key = signed.says, signed.key.public_key
    if not is_did(vouched_for):
        if key.multikey != vouched_for:
            raise TrustListRefused("It is signed with another key than the one that was named.")
        return
    if says.signer != vouched_for:
        raise TrustListRefused("It is the list of another signer than the one that was named.")
    try:
        document = await look_up(says.signer)
    except ResolutionFailed as error:
        raise TrustListRefused(f"The signer's DID document could not be had ({error}).") from None
    methods = [method for method in document.methods if method.public_key == key and method.controller == says.signer]
    if not any(method.for_assertion and method.revoked_at is None for method in methods):
        raise TrustListRefused("The signer's DID document does not list the key.")


def _follows(says: TrustList, before: TrustList) -> bool:
    """Whether the list is newer than the one before it; step 7. False: it is that one.

    Raises:
        TrustListRefused: it is older, or of another history.
    """
    if says.version < before.version:
        raise TrustListRefused(f"It has version {says.version}; version {before.version} was imported already.")
    if says.version == before.version:
        if says.sha256 != before.sha256:
            raise TrustListRefused("There are two different lists of this version: ask the signer which is right.")
        return False
    if says.version == before.version + 1 and says.previous_sha256 != before.sha256:
        raise TrustListRefused("It does not follow the list that was imported before it.")
    return True


async def list_imported(office: Office) -> list[Imported]:
    """Return every imported list, by signer."""
    async with office.database.read() as connection:
        rows = await trust_lists.list_imported(connection)
    return [Imported(read_trust_list(row.content).says, row.imported_at) for row in rows]


async def forget_trust_list(office: Office, signer: str) -> bool:
    """Believe a signer no longer. False: there was no list of it."""
    moment = office.clock()
    async with office.database.transaction() as connection:
        found = await trust_lists.forget_imported(connection, signer)
        if found:
            await _note(connection, moment, "trust-list-forgotten", signer)
    office.forget_issuers()
    return found


async def imported_members(connection: Connection, *, besides: Collection[str]) -> list[AllianceMember]:
    """Return the members that imported lists name. Of a DID that two lists name, the younger list speaks.

    Only a key that the other one revoked stays revoked: no list gives a lost key back to whoever has it.

    Raises:
        TrustListUnusable: a stored list is not whole any more.
    """
    lists = [read_trust_list(row.content).says for row in await trust_lists.list_imported(connection)]
    found: dict[str, AllianceMember] = {}
    for says in sorted(lists, key=lambda one: one.issued_at):
        for member in says.members:
            if member.did not in besides:
                found[member.did] = _without_lost_keys(member, found.get(member.did))
    return list(found.values())


def _without_lost_keys(member: AllianceMember, elsewhere: AllianceMember | None) -> AllianceMember:
    """Return ``member`` with each key revoked that is revoked ``elsewhere``, under whatever name."""
    lost = {key.public_key: key for key in (elsewhere and elsewhere.keys) or () if key.state is KeyState.REVOKED}
    keys = []
    for key in member.keys or ():
        known = lost.get(key.public_key)
        if known is not None and key.state is not KeyState.REVOKED:
            key = replace(  # noqa: PLW2901 - the same key, as it is known elsewhere
                key, state=known.state, revoked_at=known.revoked_at, compromised_since=known.compromised_since
            )
        keys.append(key)
    return replace(member, keys=tuple(keys))


async def _note(connection: Connection, moment: datetime, kind: str, subject: str) -> None:
    await events.append(connection, events.Event(None, moment, "operator", kind, subject, canonical({})))
