"""This service's shorter path: what all awards of one offering share is rendered once, and a learner fills the holes.

In goes the JSON of an award with the name of its offering, as a student-information system posts it; out comes the
signed credential of the same award that the walker's path signs. Casting the mould, once for thousands of awards, is
not timed. ``checked`` is what the product does; without the check of the new proof it does what the peers do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import orjson

from app import strict_json
from app.elm.mould import CopyFacts, DocumentMould, Filling, Setting, cast, shape_of, texts_in
from app.elm.rendering import VCDM2_CONTEXT
from app.issuance.moulds import OUR_CONTEXT
from app.keys import base58
from app.keys.signer import Algorithm, InProcessSigner
from app.securing.data_integrity import (
    DATA_INTEGRITY_PROOF,
    canonical_proof_config,
    make_proofs_over_digest,
)
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.template.alliance import MEMBERS
from app.template.elements import IssuanceRequest, Offering, statement_of
from bench.contenders import EDDSA, Json, Timed, did_document, did_of, now, timed, to_end
from bench.datasets import PUBLIC_URL, Dataset
from tests.builders import an_awarding_body

_CONTEXT: Final = list(VCDM2_CONTEXT)


@dataclass(frozen=True, slots=True)
class _Cast:
    """One mould, and what has to be known of its offering to use it."""

    offering_texts: frozenset[str]
    mould: DocumentMould


class OursMould:
    """Out of a mould, with Ed25519."""

    verifies: Final = False

    def __init__(self, *, checked: bool) -> None:
        self.name = f"this service, mould, {EDDSA}, " + ("checked" if checked else "not checked")
        self.did = did_of(self.name)
        self._checked = checked
        self._signer = InProcessSigner.generate(Algorithm.ED25519)
        self._method = f"{self.did}#key-1"
        self._cast: dict[str, _Cast] = {}

    def documents(self) -> Mapping[str, Json]:
        """See :class:`bench.contenders.Contender`."""
        return {self.did: did_document(self.did, self._signer.public_key.multikey)}

    def know(self, documents: Mapping[str, Json]) -> None:
        """Issuing needs no documents."""

    def input(self, dataset: Dataset) -> bytes | None:
        """Return an award for datasets that are of this service; cast its mould at the first time."""
        if dataset.request is None:
            return None
        parsed = IssuanceRequest.model_validate(dataset.request)
        assert isinstance(parsed.offering, Offering)
        said = parsed.award.model_dump(mode="json", exclude_defaults=True)
        if dataset.name not in self._cast:
            texts = texts_in(parsed.offering.model_dump(mode="json", exclude_defaults=True))
            statement = statement_of(parsed.offering, parsed.award)
            mould = cast(statement, said, texts, self._setting(parsed.offering.awarding_body), self._copy())
            self._cast[dataset.name] = _Cast(texts, mould)
        return orjson.dumps({"offering": dataset.name, "award": said})

    def _setting(self, slug: str) -> Setting:
        bodies = {each: an_awarding_body(each) for each in (*MEMBERS, "test")}
        bodies[slug] = an_awarding_body(slug, did=self.did)

        def entries(credential_id: str, number: int, index: int) -> list[dict[str, Any]]:
            address = f"{PUBLIC_URL}/issuers/{slug}"
            urls = {purpose: status_list_url(address, number, purpose) for purpose in StatusPurpose}
            return status_list_entries(urls, index, credential_id=credential_id)

        return Setting(bodies[slug], bodies, entries, OUR_CONTEXT)

    def _copy(self) -> CopyFacts:
        moment = now()
        return CopyFacts(
            certificate_number="WUT/ENH/2026/0001",
            uuid=uuid4(),
            issued=moment,
            valid_from=moment - timedelta(days=1),
            valid_until=None,
            status_list=1,
            status_index=4711,
        )

    def issue(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """See :class:`bench.contenders.Contender`."""
        return timed(self._issue, text, seconds, least)

    def _issue(self, text: bytes) -> bytes:
        asked = strict_json.parse(text)
        assert isinstance(asked, dict)
        said, offering = asked["award"], asked["offering"]
        assert isinstance(said, dict)
        assert isinstance(offering, str)
        held = self._cast[offering]
        filling = held.mould.fill(shape_of(said, held.offering_texts), self._copy())
        proof = self._proof(filling) if self._checked else self._unchecked_proof(filling)
        return b'%b,"proof":%b}' % (filling.document()[:-1], orjson.dumps(proof))

    def _proof(self, filling: Filling) -> Mapping[str, str]:
        (proof,) = to_end(
            make_proofs_over_digest(_CONTEXT, filling.digest, signers=[(self._signer, self._method)], created=now())
        )
        return proof

    def _unchecked_proof(self, filling: Filling) -> Mapping[str, str]:
        """As the product's, without the check with the public key."""
        config = {
            "type": DATA_INTEGRITY_PROOF,
            "cryptosuite": EDDSA,
            "created": f"{now().isoformat()[:19]}Z",
            "verificationMethod": self._method,
            "proofPurpose": "assertionMethod",
        }
        options = hashlib.sha256(canonical_proof_config(_CONTEXT, config, "sha256")).digest()
        signature = to_end(self._signer.sign(options + filling.digest("sha256")))
        return {**config, "proofValue": "z" + base58.encode(signature)}

    def verify(self, text: bytes, seconds: float, least: int = 3) -> Timed:
        """Verifying knows no moulds."""
        raise NotImplementedError

    def bare_signature(self, seconds: float) -> Timed:
        """One Ed25519 signature over two hashes: the limit of all issuing with such a key."""
        return timed(lambda message: to_end(self._signer.sign(message)), b"\0" * 64, seconds, 3)

    def close(self) -> None:
        """Nothing was started."""
