"""The manifest of a credential: which files say the same, by the digests of their payloads, signed by the issuer.

A learner has the same award in several files, each secured in its own way, and none of them mentions the others. The
manifest ties them together for whoever has more than one. It rests on payloads and not on files: a payload never
changes, while a file is signed again after the loss of a key, and a seal is given more evidence.

``payload`` says what the digest (SHA-256, hexadecimal) is taken over:

- ``jcs-without-proof``: the JSON document without its member ``proof``, in canonical form (RFC 8785);
- ``jws-payload``: the second part of the token, decoded;
- ``jades-payload``: the UTF-8 of the text in the member ``payload`` of the sealed file.

Made when it is first asked for, with every form that is secured by then: 1. the forms are made; 2. what they hold is
read from storage; 3. it is signed and stored as every form that is made late. It names no person.
"""

from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

import orjson

from app.issuance.issue import EDC_FORM, VCDM2_FORM, VCDM2_JWT_FORM
from app.issuance.late_form import LateForm, issuer_of, secure_and_store
from app.issuance.office import Office
from app.issuance.payloads import payload_of
from app.issuance.repeating import data_key_of
from app.issuance.sealed_form import SealUnusable, make_sealed_form
from app.issuance.token_form import make_token_form
from app.securing import vc_jose
from app.store import secured_forms
from app.store.credentials import CredentialEntry
from app.store.states import FormState
from app.strict_json import canonical

MANIFEST_FORM: Final = "manifest"
"""Of the forms that every credential has."""
MANIFEST_WITH_SEAL_FORM: Final = "manifest-with-seal"
"""Of these and the sealed one."""
MEDIA_TYPE: Final = "application/jwt"

_OVER: Final = {VCDM2_FORM: "jcs-without-proof", VCDM2_JWT_FORM: "jws-payload", EDC_FORM: "jades-payload"}


async def make_manifest(office: Office, entry: CredentialEntry) -> str | None:
    """Make the manifest, unless it is there, and return which; none while the credential is not issued.

    Raises:
        Erased: the learner's data was erased.
        SigningKeysMissing, SigningFailed, PremiseGone, DatabaseUnavailable: try again later.
    """
    credential = entry.credential
    # 1
    await make_token_form(office, credential)
    with suppress(SealUnusable):  # then there is no sealed file that could belong to the others
        await make_sealed_form(office, credential)
    issuer = await issuer_of(office, credential)
    # 2
    files: list[dict[str, str]] = []
    async with office.database.read() as connection:
        data_key = await data_key_of(connection, office, credential.awarding_body_id, credential.award_id)
        for form in (VCDM2_FORM, VCDM2_JWT_FORM, EDC_FORM):
            row = await secured_forms.find(connection, credential.awarding_body_id, credential.id, form)
            if row is not None and row.state is FormState.READY:
                payload = payload_of(row, data_key)
                files.append(_file(form, row.media_type, payload))
        name = MANIFEST_WITH_SEAL_FORM if any(file["form"] == EDC_FORM for file in files) else MANIFEST_FORM
        held = await secured_forms.find(connection, credential.awarding_body_id, credential.id, name)
    if not files:
        return None
    if held is not None and held.state is FormState.READY:
        return name
    # 3
    manifest = {
        "type": vc_jose.MANIFEST_TYPE,
        "issuer": issuer.body.did,
        "credential": f"urn:uuid:{credential.id}",
        "certificateNumber": entry.certificate_number,
        "files": files,
    }
    key, key_id = issuer.token_key()
    late = LateForm(credential, name, "", MEDIA_TYPE, canonical(manifest), data_key, None if held is None else held.id)

    async def secure() -> bytes:
        return await vc_jose.secure_manifest(manifest, signer=key.signer, key_id=key_id)

    await secure_and_store(office, late, key, secure)
    return name


def _file(form: str, media_type: str, payload: bytes) -> dict[str, str]:
    document: dict[str, Any] = orjson.loads(payload)
    covered = canonical(document) if form == VCDM2_FORM else payload
    return {
        "form": form,
        "id": document["id"],
        "mediaType": media_type,
        "payload": _OVER[form],
        "sha256": sha256(covered).hexdigest(),
    }
