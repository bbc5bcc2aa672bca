"""Copies that are not what the university issued, as a clumsy or a dishonest stranger would make them."""

import json
from datetime import datetime
from typing import Any

from app.jsonld import canonicalize
from app.keys import Algorithm, InProcessSigner, did_key, did_key_method_id
from app.securing.data_integrity import secure


class NothingToChange(Exception):
    """The copy would equal the original, so it would show nothing."""


def with_words_changed(credential: bytes, old: str, new: str) -> bytes:
    """Return the credential with ``new`` where it said ``old``; the proof stays as it was."""
    changed = credential.replace(old.encode(), new.encode())
    if changed == credential:
        raise NothingToChange(f"The credential does not contain {old!r}.")
    return changed


def with_member_duplicated(credential: bytes, member: str) -> bytes:
    """Return the credential with its top-level ``member`` written twice, with different values.

    Two JSON readers may then see two different credentials (RFC 8259 section 4), which is how a signature over one
    comes to stand under the other.
    """
    opening, rest = credential[:1], credential[1:]
    if opening != b"{" or f'"{member}"'.encode() not in rest:
        raise NothingToChange(f"The credential has no member {member!r}.")
    return opening + f'"{member}":"said twice",'.encode() + rest


async def claiming_to_be(credential: bytes, *, created: datetime) -> bytes:
    """Return the credential as anyone can sign it: an own did:key as issuer, the university's name as before.

    The signature is genuine. Whoever looks only at the proof accepts it.
    """
    signer = InProcessSigner.generate(Algorithm.ED25519)
    document: dict[str, Any] = json.loads(credential)
    del document["proof"]
    # A status list that says nothing against it would only help the stranger; leaving it out is simpler.
    document.pop("credentialStatus", None)
    if isinstance(document["issuer"], dict):
        document["issuer"] = {**document["issuer"], "id": did_key(signer.public_key)}
    else:
        document["issuer"] = did_key(signer.public_key)
    secured = await secure(
        document,
        signers=[(signer, did_key_method_id(signer.public_key))],
        created=created,
        canonicalize=canonicalize,
    )
    return json.dumps(secured, ensure_ascii=False).encode()
