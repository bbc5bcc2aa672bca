"""After the loss of a key: what it signed gets fresh proofs over the very same document.

A signed form never changes, and neither does what a credential says (``docs/decisions/0005-keys-and-proofs.md``). So
the stored document is signed as it is, byte for byte, by the keys that are active now, and stored as another form
beside the first; from then on the credential's address serves that one. Identifier, dates, number and places in the
status lists are those of the document and stay. What the holder has kept is not mended: they fetch it again.

1. Only what hangs on a revoked key is signed again, and only while it is the form that is served.
2. The document comes from storage, where it is sealed under the award's data key: whoever can write to the database
   alone, or has only the lost key, cannot get anything of theirs signed. It must be the document inside the signed
   bytes, too.
3. It is signed and checked before any transaction; one transaction stores form, keys and event, and only if the keys
   are still active. Whoever was first wins: there is one such form for each lost key.

Each credential is done by itself. After an interruption the command goes on with what is left.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid4

import orjson

from app.errors import Family, ServiceError
from app.issuance.issue import VCDM2_FORM, VCDM2_JWT_FORM, key_ids, sign
from app.issuance.manifest import MANIFEST_FORM, MANIFEST_WITH_SEAL_FORM
from app.issuance.moulds import Unsigned, without_proof
from app.issuance.office import Issuer, Office, sealed_place
from app.issuance.payloads import payload_of
from app.issuance.repeating import Erased, data_key_of
from app.issuance.setup import KeyStepRefused, find_key
from app.keys import DataCipher, EnvelopeBroken, KeyState
from app.securing import vc_jose
from app.store import awarding_bodies, events, issuers, secured_forms, signing_keys
from app.store.failures import AlreadyThere
from app.store.secured_forms import SecuredForm
from app.strict_json import canonical

_PAGE: Final = 100
_JUST_LATER: Final = timedelta(microseconds=1)


class StoredFormDiffers(ServiceError):
    """A stored document is not the one in the bytes that were signed: the records were changed by somebody else."""

    code: ClassVar[str] = "stored-form-differs"
    title: ClassVar[str] = "A stored document is not the one that was signed"
    family: ClassVar[Family] = Family.CONFLICT


@dataclass(frozen=True, slots=True)
class Resigned:
    """What was done. ``refused`` are forms whose records do not fit together; nothing was signed for them."""

    forms: int
    refused: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Hanging:
    """A revoked key on which credentials hang that are still served with its signature."""

    issuer: str
    fragment: str
    credentials: int


async def hanging_on_revoked_keys(office: Office) -> list[Hanging]:
    """Return the revoked keys of awarding bodies with what waits to be signed again."""
    found = []
    async with office.database.read() as connection:
        slugs = {body.id: body.slug for body in await awarding_bodies.list_all(connection)}
        for issuer in await issuers.list_all(connection):
            for key in await signing_keys.list_of_issuer(connection, issuer.id):
                if issuer.awarding_body_id is None or key.state is not KeyState.REVOKED:
                    continue
                if count := await secured_forms.count_hanging_on(connection, key.id):
                    found.append(Hanging(slugs[issuer.awarding_body_id], key.fragment, count))
    return found


async def sign_again(office: Office, slug: str, fragment: str) -> Resigned:
    """Sign again all that hangs on the revoked key ``fragment``; see the module.

    Raises:
        AwardingBodyUnknown: no such awarding body; the service itself signs no credentials.
        KeyStepRefused: no such key, or it is not revoked.
        SigningKeysMissing: there are no keys to sign with; make them first.
    """
    key = await find_key(office, slug, fragment)
    if key.state is not KeyState.REVOKED:
        raise KeyStepRefused("Only what a revoked key signed is signed again.")
    issuer = await office.issuer_anew(slug)
    issuer.signing_keys()
    done, refused, after = 0, [], None
    while True:
        # 1
        async with office.database.read() as connection:
            page = await secured_forms.list_hanging_on(connection, key.id, after=after, size=_PAGE)
        for form in page:
            try:
                done += await _sign_one(office, issuer, form, fragment)
            except (StoredFormDiffers, EnvelopeBroken):
                refused.append(form.credential_id)
        if len(page) < _PAGE:
            return Resigned(done, tuple(refused))
        after = page[-1].id


async def _sign_one(office: Office, issuer: Issuer, former: SecuredForm, lost: str) -> bool:
    # 2
    async with office.database.read() as connection:
        try:
            data_key = await data_key_of(connection, office, former.awarding_body_id, former.award_id)
        except Erased:
            return False
    assert former.content is not None
    assert former.signed_at is not None
    payload = payload_of(former, data_key)
    signed = DataCipher.open(data_key, former.content, sealed_place("secured_form", "content", former.id))
    if hashlib.sha256(signed).digest() != former.sha256:
        raise StoredFormDiffers
    # 3
    moment = office.clock()
    if former.form == VCDM2_FORM:
        if without_proof(signed) != payload:
            raise StoredFormDiffers
        content, signed_with = await sign(Unsigned.stored(payload), issuer, moment), key_ids(issuer)
    elif former.form in (MANIFEST_FORM, MANIFEST_WITH_SEAL_FORM):
        manifest = orjson.loads(payload)
        if vc_jose.read(signed).content != manifest:
            raise StoredFormDiffers
        token_key, key_id = issuer.token_key()
        content = await vc_jose.secure_manifest(manifest, signer=token_key.signer, key_id=key_id)
        signed_with = [token_key.key_id]
    else:
        assert former.form == VCDM2_JWT_FORM
        document = orjson.loads(payload)
        if vc_jose.read(signed).content != document:
            raise StoredFormDiffers
        token_key, key_id = issuer.token_key()
        content = await vc_jose.secure(document, signer=token_key.signer, key_id=key_id)
        signed_with = [token_key.key_id]
    form_id = uuid4()
    form = replace(
        former,
        id=form_id,
        level=f"after-{lost}",
        payload=DataCipher.seal(data_key, payload, sealed_place("secured_form", "payload", form_id)),
        content=DataCipher.seal(data_key, content, sealed_place("secured_form", "content", form_id)),
        sha256=hashlib.sha256(content).digest(),
        # The form that was signed last is the one that is served.
        signed_at=max(moment, former.signed_at + _JUST_LATER),
        created_at=moment,
    )
    try:
        async with office.database.transaction() as connection:
            await secured_forms.add(connection, form, signed_with=signed_with)
            await events.append(
                connection,
                events.Event(
                    awarding_body_id=former.awarding_body_id,
                    at=moment,
                    actor="operator",
                    kind="form-signed-again",
                    subject=str(former.award_id),
                    body=canonical({"credential": str(former.credential_id), "form": former.form, "instead_of": lost}),
                ),
            )
    except AlreadyThere:
        return False
    return True
