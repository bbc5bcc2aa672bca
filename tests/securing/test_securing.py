import asyncio
import hashlib
import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.jsonld import UnsafeDocument, canonicalize
from app.jsonld.contexts import (
    CREDENTIALS_EXAMPLES_V2,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    EDC_AP,
    ELM_CONTEXT_URL,
    PINNED_CONTEXTS,
)
from app.keys import Algorithm, InProcessSigner, SigningFailed
from app.securing import (
    SIGNING_SUITES,
    AlreadySecured,
    SelfCheckFailed,
    make_proofs_over_digest,
    secure,
    verify_proofs,
)
from app.securing.data_integrity import canonical_proof_config
from tests.counterparts.slow_signer import Fault, SlowSigner
from tests.securing.pyld_canonicalization import canonicalize_with_pyld

CREATED = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SIGNERS = {algorithm: InProcessSigner.generate(algorithm) for algorithm in Algorithm}
DID = "did:web:localhost%3A8000:issuers:test"


def method_of(signer):
    return f"{DID}#{signer.algorithm.value.lower()}-2026-1"


def keys_of(*signers):
    return {method_of(signer): signer.public_key for signer in signers}.get


def a_credential(context=(CREDENTIALS_V2,)):
    return {
        "@context": list(context),
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential"],
        "issuer": DID,
        "validFrom": "2026-11-23T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh"},
    }


class Counting:
    """Canonicalises and remembers what it was asked for."""

    def __init__(self):
        self.calls = []

    def __call__(self, document, *, hash_name):
        self.calls.append((hash_name, "cryptosuite" in document))
        return canonicalize(document, hash_name=hash_name)


@pytest.mark.parametrize("algorithm", list(Algorithm), ids=str)
async def test_one_signer_gives_one_proof_object_that_says_exactly_this(algorithm):
    signer = SIGNERS[algorithm]
    secured = await secure(a_credential(), signers=[(signer, method_of(signer))], created=CREATED)
    value = secured["proof"].pop("proofValue")

    assert value.startswith("z")
    assert secured == a_credential() | {
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022" if algorithm is Algorithm.ED25519 else "ecdsa-rdfc-2019",
            "created": "2026-11-23T12:00:00Z",
            "verificationMethod": method_of(signer),
            "proofPurpose": "assertionMethod",
        }
    }


async def test_several_signers_give_a_set_in_which_each_proof_verifies_alone():
    pairs = [(signer, method_of(signer)) for signer in SIGNERS.values()]
    secured = await secure(a_credential(), signers=pairs, created=CREATED)

    assert [proof["verificationMethod"] for proof in secured["proof"]] == [method for _, method in pairs]
    assert all("previousProof" not in proof for proof in secured["proof"])
    for count in (1, 2, 3):
        for chosen in itertools.permutations(secured["proof"], count):
            results = verify_proofs(secured | {"proof": list(chosen)}, keys_of(*SIGNERS.values()), now=CREATED)
            assert all(result.verified for result in results)


async def test_the_document_is_canonicalised_once_for_each_hash():
    counting = Counting()
    pairs = [(signer, method_of(signer)) for signer in [*SIGNERS.values(), *SIGNERS.values()]]
    await secure(a_credential(), signers=pairs, created=CREATED, canonicalize=counting)

    assert sorted(counting.calls) == [("sha256", False), ("sha384", False)]


async def test_the_document_handed_in_stays_as_it_was():
    document = a_credential()
    await secure(document, signers=[(SIGNERS[Algorithm.P256], "did:example:x#k")], created=CREATED)

    assert document == a_credential()


async def test_a_document_with_a_proof_is_refused():
    for proof in ({}, [], None):
        with pytest.raises(AlreadySecured) as refusal:
            await secure(
                a_credential() | {"proof": proof},
                signers=[(SIGNERS[Algorithm.P256], "did:example:x#k")],
                created=CREATED,
            )
        assert refusal.value.findings[0].pointer == "#/proof"


async def test_a_document_that_would_not_be_covered_is_not_signed():
    signer = SlowSigner(Algorithm.P256)
    with pytest.raises(UnsafeDocument):
        await secure(a_credential() | {"forged": "claim"}, signers=[(signer, "did:example:x#k")], created=CREATED)

    assert signer.calls == 0


@pytest.mark.parametrize("fault", [Fault.SIGNS_WITH_ANOTHER_KEY, Fault.CUTS_THE_SIGNATURE])
@pytest.mark.parametrize("algorithm", list(Algorithm), ids=str)
async def test_a_wrong_signature_never_leaves(fault, algorithm):
    signer = SlowSigner(algorithm, faults=(fault,))

    with pytest.raises(SelfCheckFailed):
        await secure(a_credential(), signers=[(signer, "did:example:x#k")], created=CREATED)
    await secure(a_credential(), signers=[(signer, "did:example:x#k")], created=CREATED)


async def test_no_proof_is_given_out_when_one_of_several_signers_refuses():
    good, bad = SlowSigner(Algorithm.ED25519), SlowSigner(Algorithm.P256, faults=(Fault.REFUSES,))

    with pytest.raises(SigningFailed):
        await secure(a_credential(), signers=[(bad, "did:example:x#b"), (good, "did:example:x#g")], created=CREATED)
    assert (good.calls, bad.calls) == (1, 1)


class Meeting(SlowSigner):
    """Signs only once all the others have been asked as well."""

    def __init__(self, algorithm, barrier):
        super().__init__(algorithm)
        self._barrier = barrier

    async def sign(self, message):
        await self._barrier.wait()
        return await super().sign(message)


async def test_slow_signers_work_side_by_side():
    barrier = asyncio.Barrier(len(Algorithm))
    signers = [Meeting(algorithm, barrier) for algorithm in Algorithm]
    async with asyncio.timeout(10):
        secured = await secure(a_credential(), signers=[(s, method_of(s)) for s in signers], created=CREATED)

    assert all(result.verified for result in verify_proofs(secured, keys_of(*signers), now=CREATED))


async def test_signing_again_at_the_same_time_gives_the_same_bytes():
    pairs = [(signer, method_of(signer)) for signer in SIGNERS.values()]

    assert await secure(a_credential(), signers=pairs, created=CREATED) == await secure(
        a_credential(), signers=pairs, created=CREATED
    )


async def test_created_is_written_in_utc_to_the_second_and_needs_a_zone():
    signer = SIGNERS[Algorithm.ED25519]
    moment = datetime(2026, 11, 23, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    secured = await secure(a_credential(), signers=[(signer, "did:example:x#k")], created=moment)

    assert secured["proof"]["created"] == "2026-11-23T12:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        await secure(a_credential(), signers=[(signer, "did:example:x#k")], created=moment.replace(tzinfo=None))


async def test_nobody_signs_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="needs a signer"):
        await secure(a_credential(), signers=[], created=CREATED)


CONTEXTS = [
    [CREDENTIALS_V2],
    [CREDENTIALS_V2, ELM_CONTEXT_URL],
    [CREDENTIALS_V2, CREDENTIALS_EXAMPLES_V2],
    [CREDENTIALS_V1, DATA_INTEGRITY_V2],
    [CREDENTIALS_V1, EDC_AP, DATA_INTEGRITY_V2],
]
METHODS = [
    "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    f"{DID}#ed25519-2026-1",
    "https://example.edu/issuers/1#key-1",
]


@pytest.mark.parametrize("canonicalizer", [canonicalize, canonicalize_with_pyld], ids=["ours", "PyLD"])
@pytest.mark.parametrize("context", CONTEXTS, ids=str)
@pytest.mark.parametrize("purpose", ["assertionMethod", "authentication"])
def test_the_short_way_to_canonical_options_gives_what_the_long_way_gives(canonicalizer, context, purpose):
    def never(document, *, hash_name):
        raise AssertionError("the long way was taken")

    for method, suite, created in itertools.product(
        METHODS, SIGNING_SUITES.values(), ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.123+01:00"]
    ):
        config = {
            "type": "DataIntegrityProof",
            "cryptosuite": suite.name,
            "created": created,
            "verificationMethod": method,
            "proofPurpose": purpose,
        }
        assert canonical_proof_config(context, config, "sha256", never) == canonicalizer(
            {"@context": context, **config}, hash_name="sha256"
        )


def test_no_pinned_context_lets_the_scheme_of_a_method_be_read_as_a_prefix():
    for pinned in PINNED_CONTEXTS.values():
        assert not {"did", "https"} & pinned.document["@context"].keys()


@pytest.mark.parametrize(
    ("context", "change"),
    [
        ([CREDENTIALS_V1], {}),
        (CREDENTIALS_V2, {}),
        ([CREDENTIALS_V2, {}], {}),
        ([CREDENTIALS_V2, ["https://x.example"]], {}),
        (None, {}),
        ([CREDENTIALS_V2], {"nonce": "x"}),
        ([CREDENTIALS_V2], {"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"}),
        ([CREDENTIALS_V2], {"created": '2026-11-23T12:00:00Z" .\n'}),
        ([CREDENTIALS_V2], {"created": "2026-11-23T12:00:00Z\n"}),
        ([CREDENTIALS_V2], {"created": "2026-11-23"}),
        ([CREDENTIALS_V2], {"verificationMethod": "did:example:x#k> <y"}),
        ([CREDENTIALS_V2], {"verificationMethod": "relative#k"}),
        ([CREDENTIALS_V2], {"verificationMethod": ["did:example:x#k"]}),
        ([CREDENTIALS_V2], {"proofPurpose": "keyAgreement"}),
        ([CREDENTIALS_V2], {"cryptosuite": "another"}),
        ([CREDENTIALS_V2], {"type": "Another"}),
    ],
)
def test_anything_unusual_in_the_options_goes_the_long_way(context, change):
    asked = []

    def long_way(document, *, hash_name):
        asked.append(document)
        return b""

    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-23T12:00:00Z",
        "verificationMethod": "did:example:x#k",
        "proofPurpose": "assertionMethod",
    } | change
    canonical_proof_config(context, config, "sha256", long_way)

    assert asked == [{"@context": context, **config}]


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30))
async def test_whatever_a_name_holds_it_is_covered(name):
    signer = SIGNERS[Algorithm.ED25519]
    secured = await secure(a_credential() | {"name": name}, signers=[(signer, method_of(signer))], created=CREATED)

    (good,) = verify_proofs(secured, keys_of(signer), now=CREATED)
    (bad,) = verify_proofs(secured | {"name": name + "x"}, keys_of(signer), now=CREATED)
    assert good.verified
    assert bad.signature_holds is False


async def test_proofs_over_a_digest_are_those_over_the_document():
    pairs = [(signer, method_of(signer)) for signer in SIGNERS.values()]
    secured = await secure(a_credential(), signers=pairs, created=CREATED)
    digests = {name: hashlib.new(name, canonicalize(a_credential())).digest() for name in ("sha256", "sha384")}
    proofs = await make_proofs_over_digest([CREDENTIALS_V2], digests.__getitem__, signers=pairs, created=CREATED)

    assert proofs == secured["proof"]


async def test_a_proof_over_a_digest_is_checked_like_any_other():
    broken = SlowSigner(Algorithm.ED25519, faults=(Fault.SIGNS_WITH_ANOTHER_KEY,))
    with pytest.raises(SelfCheckFailed):
        await make_proofs_over_digest(
            [CREDENTIALS_V2], lambda _: bytes(32), signers=[(broken, "did:example:x#k")], created=CREATED
        )
