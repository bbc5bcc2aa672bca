import asyncio
import copy
import hashlib
import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import strict_json
from app.errors import Finding
from app.jsonld import UnsafeDocument, UnsupportedDocument, canonicalize
from app.jsonld.refusals import ProcessingLimitExceeded
from app.keys import Algorithm, InProcessSigner, PublicKey, base58
from app.securing import CRYPTOSUITES, Expectation, ProofOutcome, secure, verify_proofs
from app.securing.data_integrity import MAX_PROOFS, hash_name
from tests.securing.pyld_canonicalization import canonicalize_with_pyld
from tests.securing.test_securing import CREATED, SIGNERS, a_credential, keys_of, method_of

SIGNER = SIGNERS[Algorithm.ED25519]
OTHER = SIGNERS[Algorithm.P256]


@pytest.fixture(scope="module")
def secured_once():
    return asyncio.run(secure(a_credential(), signers=[(SIGNER, method_of(SIGNER))], created=CREATED))


@pytest.fixture
def secured(secured_once):
    return copy.deepcopy(secured_once)


def always(answer):
    """A resolver that gives the same answer for every method."""
    return lambda _method: answer


def check(document, resolve=None, **options):
    (result,) = verify_proofs(document, resolve or keys_of(SIGNER), **({"now": CREATED} | options))
    return result


async def sign_by_hand(document, proof, signer, *, previous=(), canonicalizer=canonicalize_with_pyld):
    """Make any proof at all, by the book and with another library, so that what is checked is not what signed."""
    name = hash_name(signer.algorithm)
    unsecured = {key: value for key, value in document.items() if key != "proof"}
    if previous:
        unsecured["proof"] = list(previous)
    jcs = "jcs" in proof["cryptosuite"]
    options = proof if jcs else {"@context": document["@context"], **proof}
    to_bytes = strict_json.canonical if jcs else partial(canonicalizer, hash_name=name)
    signing_input = hashlib.new(name, to_bytes(options)).digest() + hashlib.new(name, to_bytes(unsecured)).digest()
    return proof | {"proofValue": "z" + base58.encode(await signer.sign(signing_input))}


def options_of(signer=SIGNER, suite=None, **members):
    default = "eddsa-rdfc-2022" if signer.algorithm is Algorithm.ED25519 else "ecdsa-rdfc-2019"
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": suite or default,
        "created": "2026-11-23T12:00:00Z",
        "verificationMethod": method_of(signer),
        "proofPurpose": "assertionMethod",
        **members,
    }


async def a_document_with(signer=SIGNER, suite=None, document=None, **members):
    document = document or a_credential()
    return document | {"proof": await sign_by_hand(document, options_of(signer, suite, **members), signer)}


# --- What a result says ----------------------------------------------------------------------------------------------


def test_a_good_proof_is_reported_with_every_fact(secured):
    result = check(secured)

    assert result.verified
    assert result.signature_holds
    assert (result.pointer, result.place) == ("#/proof", "#/proof")
    assert (result.type, result.cryptosuite) == ("DataIntegrityProof", "eddsa-rdfc-2022")
    assert (result.verification_method, result.purpose) == (method_of(SIGNER), "assertionMethod")
    assert (result.created, result.created_at) == ("2026-11-23T12:00:00Z", CREATED)
    assert result.public_key == SIGNER.public_key


def test_a_document_without_proof_has_no_results():
    assert verify_proofs(a_credential(), keys_of(SIGNER), now=CREATED) == []
    assert verify_proofs(a_credential() | {"proof": []}, keys_of(SIGNER), now=CREATED) == []


def test_every_changed_leaf_breaks_the_signature_or_is_refused(secured):
    def leaves(value, path=()):
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if items is None:
            yield path
        else:
            for key, item in items:
                yield from leaves(item, (*path, key))

    paths = list(leaves(secured))
    assert len(paths) >= 12
    for path in paths:
        changed = copy.deepcopy(secured)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = place[path[-1]].replace("2026", "2025") + "x"
        assert not check(changed).verified, path


def test_an_added_member_is_reported_with_its_place_and_never_verifies(secured):
    for holder, pointer in ((secured, "#/forged"), (secured["credentialSubject"], "#/credentialSubject/forged")):
        holder["forged"] = "claim"
        result = check(secured)
        assert result.outcome is ProofOutcome.DOCUMENT_UNSAFE
        assert [finding.pointer for finding in result.findings] == [pointer]
        assert result.place == pointer
        assert result.signature_holds is None
        del holder["forged"]


def test_an_added_member_of_a_proof_is_reported_where_it_stands_in_the_document(secured):
    secured["proof"]["forged"] = "claim"
    result = check(secured)

    assert result.outcome is ProofOutcome.DOCUMENT_UNSAFE
    assert result.place == "#/proof/forged"
    assert [finding.pointer for finding in result.findings] == ["#/proof/forged"]


# --- Step 1: form ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", [None, "x", 1, True, ["x"], [None], [[]]])
def test_a_proof_that_is_no_object_is_malformed(proof):
    result = check(a_credential() | {"proof": proof})

    assert result.outcome is ProofOutcome.PROOF_MALFORMED
    assert result.place == ("#/proof/0" if isinstance(proof, list) else "#/proof")


@pytest.mark.parametrize("member", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"])
@pytest.mark.parametrize("value", [None, 1, "", [], ["x"], {}, {"id": "did:example:x#k"}, ...])
def test_a_required_member_that_is_missing_or_no_text_is_named(secured, member, value):
    secured["proof"][member] = value
    if value is ...:
        del secured["proof"][member]
    result = check(secured)

    assert result.outcome in {
        ProofOutcome.PROOF_MALFORMED,
        ProofOutcome.PROOF_TYPE_UNKNOWN,
        ProofOutcome.CRYPTOSUITE_UNKNOWN,
    }
    assert result.place == f"#/proof/{member}"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", 1),
        ("id", ""),
        ("challenge", []),
        ("nonce", {}),
        ("domain", 1),
        ("domain", ["a", 1]),
        ("previousProof", None),
        ("previousProof", [1]),
        ("expires", "tomorrow"),
        ("expires", None),
    ],
)
def test_an_optional_member_of_the_wrong_form_is_named(secured, member, value):
    secured["proof"][member] = value
    result = check(secured)

    assert result.outcome is ProofOutcome.PROOF_MALFORMED
    assert result.place == f"#/proof/{member}"


@pytest.mark.parametrize(
    "value",
    [
        "u" + "A" * 86,
        "z",
        "z0",
        "Z" + "1" * 64,
        "z" + base58.encode(bytes(63)),
        "z" + base58.encode(bytes(65)),
        "z" + "1" * 100_000,
    ],
)
def test_a_proof_value_that_is_no_signature_in_base58_is_malformed(secured, value):
    secured["proof"]["proofValue"] = value
    result = check(secured)

    assert result.outcome is ProofOutcome.PROOF_MALFORMED
    assert result.place == "#/proof/proofValue"


@pytest.mark.parametrize(
    "created",
    [
        None,
        1,
        [],
        "",
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2026-11-23 12:00:00Z",
        "2026-11-23T12:00Z",
        "2026-11-23T12:00:00z",
        "2026-11-23T12:00:00+0100",
        "2026-11-23T25:00:00Z",
        "2026-13-23T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "20261123T120000Z",
        "\u0662026-11-23T12:00:00Z",
        " 2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z\n",
    ],
)
def test_created_must_be_a_date_time_stamp(secured, created):
    secured["proof"]["created"] = created
    result = check(secured)

    assert result.outcome is ProofOutcome.CREATED_MALFORMED
    assert result.place == "#/proof/created"


def test_an_unknown_type_or_suite_is_not_called_invalid(secured):
    secured["proof"]["cryptosuite"] = "bbs-2023"
    assert check(secured).outcome is ProofOutcome.CRYPTOSUITE_UNKNOWN
    secured["proof"]["type"] = "Ed25519Signature2020"
    assert check(secured).outcome is ProofOutcome.PROOF_TYPE_UNKNOWN


def test_more_proofs_than_admitted_are_not_even_looked_at(secured):
    proofs = [secured["proof"]] * (MAX_PROOFS + 1)
    asked = []
    (result,) = verify_proofs(secured | {"proof": proofs}, asked.append, now=CREATED)

    assert result.outcome is ProofOutcome.TOO_MANY_PROOFS
    assert not asked


# --- Step 3: the method ----------------------------------------------------------------------------------------------


def test_a_method_that_nobody_knows_is_unresolved_not_invalid(secured):
    result = check(secured, always(None))

    assert result.outcome is ProofOutcome.METHOD_UNRESOLVED
    assert result.signature_holds is None


@pytest.mark.parametrize("algorithm", [Algorithm.P256, Algorithm.P384], ids=str)
def test_a_key_of_another_kind_than_the_suites_is_a_mismatch(secured, algorithm):
    assert check(secured, always(SIGNERS[algorithm].public_key)).outcome is ProofOutcome.KEY_TYPE_MISMATCH


async def test_the_curve_is_the_keys_and_a_signature_of_the_other_curve_is_malformed():
    document = await a_document_with(SIGNERS[Algorithm.P384])
    result = check(document, always(SIGNERS[Algorithm.P256].public_key))

    assert result.outcome is ProofOutcome.PROOF_MALFORMED
    assert result.place == "#/proof/proofValue"


def test_another_key_of_the_same_kind_does_not_verify(secured):
    result = check(secured, always(InProcessSigner.generate(Algorithm.ED25519).public_key))

    assert result.outcome is ProofOutcome.SIGNATURE_INVALID
    assert result.signature_holds is False


@dataclass(frozen=True)
class Found:
    """What resolving a DID document gives, in the shape of app.trust."""

    public_key: PublicKey | None
    for_assertion: bool
    for_authentication: bool = False


def test_a_method_listed_for_assertion_is_accepted_and_one_not_listed_is_not(secured):
    assert check(secured, always(Found(SIGNER.public_key, for_assertion=True))).verified
    result = check(secured, always(Found(SIGNER.public_key, for_assertion=False)))

    assert result.outcome is ProofOutcome.METHOD_NOT_FOR_PURPOSE
    assert result.place == "#/proof/verificationMethod"
    assert result.signature_holds, "that the signature holds is told all the same"


def test_a_method_whose_key_cannot_be_used_is_said_to_be_so(secured):
    result = check(secured, always(Found(None, for_assertion=True)))

    assert result.outcome is ProofOutcome.METHOD_KEY_UNUSABLE


# --- Step 4: canonical form ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UnsafeDocument(findings=[Finding("x", "#/name", "detail")]), ProofOutcome.DOCUMENT_UNSAFE),
        (UnsupportedDocument(findings=[Finding("x", "#/name", "detail")]), ProofOutcome.DOCUMENT_UNSUPPORTED),
        (ProcessingLimitExceeded(findings=[Finding("x", "#/name", "detail")]), ProofOutcome.DOCUMENT_TOO_COMPLEX),
    ],
)
def test_why_there_is_no_canonical_form_is_told_apart(secured, error, outcome):
    def refuse(document, *, hash_name):
        raise error

    result = check(secured, canonicalize=refuse)

    assert result.outcome is outcome
    assert result.findings == tuple(error.findings)
    assert result.place == "#/name"


async def test_the_document_is_canonicalised_once_for_all_proofs_of_a_set():
    calls = []

    def counting(document, *, hash_name):
        calls.append(hash_name)
        return canonicalize(document, hash_name=hash_name)

    pairs = [(signer, method_of(signer)) for signer in [*SIGNERS.values(), *SIGNERS.values()]]
    document = await secure(a_credential(), signers=pairs, created=CREATED)
    results = verify_proofs(document, keys_of(*SIGNERS.values()), now=CREATED, canonicalize=counting)

    assert all(result.verified for result in results)
    assert sorted(calls) == ["sha256", "sha384"]


async def test_a_context_inside_a_proof_must_be_that_of_the_document():
    document = await a_document_with()
    for context in (document["@context"], document["@context"][0]):
        assert check(document | {"proof": document["proof"] | {"@context": context}}).verified
    for context in ("https://other.example", [], None, [*document["@context"], "https://other.example"]):
        result = check(document | {"proof": document["proof"] | {"@context": context}})
        assert result.outcome is ProofOutcome.PROOF_MALFORMED
        assert result.place == "#/proof/@context"


# --- Steps 5 and 6 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", list(CRYPTOSUITES))
async def test_every_suite_verifies_with_every_key_it_is_for_and_no_changed_document(suite):
    for algorithm in CRYPTOSUITES[suite].algorithms:
        signer = SIGNERS[algorithm]
        document = await a_document_with(signer, suite)

        assert check(document, keys_of(signer)).verified
        result = check(document | {"validFrom": "2027-01-01T00:00:00Z"}, keys_of(signer))
        assert result.outcome is ProofOutcome.SIGNATURE_INVALID


async def test_jcs_covers_the_context_and_refuses_one_that_was_appended():
    context = a_credential()["@context"]
    document = await a_document_with(suite="eddsa-jcs-2022", **{"@context": context})

    assert check(document).verified
    result = check(document | {"@context": [*context, "https://other.example"]})
    assert result.outcome is ProofOutcome.PROOF_MALFORMED
    assert result.place == "#/proof/@context"


@pytest.mark.parametrize("value", ["\ud800", 2**53, float("nan")])
async def test_what_has_no_form_in_jcs_is_unsafe_and_does_not_raise(value):
    document = await a_document_with(suite="eddsa-jcs-2022")
    result = check(document | {"name": value})

    assert result.outcome is ProofOutcome.DOCUMENT_UNSAFE


async def test_created_is_optional_and_may_carry_any_zone_and_fraction():
    document = a_credential()
    options = options_of()
    del options["created"]
    assert check(document | {"proof": await sign_by_hand(document, options, SIGNER)}).verified
    result = check(await a_document_with(created="2026-11-23T14:00:00.25+02:00"))
    assert result.verified
    assert result.created_at == CREATED + timedelta(milliseconds=250)


async def test_a_proof_from_the_future_is_refused_beyond_five_minutes():
    assert check(await a_document_with(created="2026-11-23T12:05:00Z")).verified
    result = check(await a_document_with(created="2026-11-23T12:05:01Z"))

    assert result.outcome is ProofOutcome.CREATED_IN_FUTURE
    assert result.signature_holds


async def test_an_expired_proof_is_refused():
    document = await a_document_with(expires="2026-11-24T12:00:00Z")

    assert check(document, now=CREATED).verified
    result = check(document, now=CREATED + timedelta(days=1, minutes=6))
    assert result.outcome is ProofOutcome.EXPIRED
    assert result.expires_at == CREATED + timedelta(days=1)


async def test_a_proof_for_another_purpose_is_not_an_assertion():
    document = await a_document_with(proofPurpose="authentication", challenge="abc", domain="https://rp.example")

    result = check(document)
    assert result.outcome is ProofOutcome.PURPOSE_WRONG
    assert result.signature_holds
    asked = Expectation(purpose="authentication", challenge="abc", domain=frozenset({"https://rp.example"}))
    assert check(document, expected=asked).verified
    found = Found(SIGNER.public_key, for_assertion=True)
    result = check(document, always(found), expected=asked)
    assert result.outcome is ProofOutcome.METHOD_NOT_FOR_PURPOSE
    found = Found(SIGNER.public_key, for_assertion=False, for_authentication=True)
    assert check(document, always(found), expected=asked).verified
    asked = Expectation(purpose="capabilityInvocation")
    document = await a_document_with(proofPurpose="capabilityInvocation")
    both = Found(SIGNER.public_key, for_assertion=True, for_authentication=True)
    assert check(document, always(both), expected=asked).outcome is ProofOutcome.METHOD_NOT_FOR_PURPOSE


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (Expectation(domain=frozenset({"https://a.example", "https://b.example"}), challenge="abc"), "verified"),
        (Expectation(domain=frozenset({"https://a.example"})), "domain-mismatch"),
        (Expectation(domain=frozenset()), "domain-mismatch"),
        (Expectation(challenge="abd"), "challenge-mismatch"),
        (Expectation(challenge=""), "challenge-mismatch"),
        (Expectation(), "verified"),
    ],
)
async def test_domain_and_challenge_are_compared_when_they_are_expected(expected, outcome):
    document = await a_document_with(challenge="abc", domain=["https://b.example", "https://a.example"])

    assert check(document, expected=expected).outcome.value == outcome


async def test_missing_domain_and_challenge_do_not_match_expected_ones():
    document = await a_document_with()

    assert check(document, expected=Expectation(domain=frozenset({"x"}))).outcome is ProofOutcome.DOMAIN_MISMATCH
    assert check(document, expected=Expectation(challenge="x")).outcome is ProofOutcome.CHALLENGE_MISMATCH


# --- Sets and chains (sections 4.3 and 4.5) --------------------------------------------------------------------------

FIRST, SECOND, THIRD = (f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))


async def a_chain(*, canonicalizer=canonicalize_with_pyld):
    """first <- second, and third on both."""
    document = a_credential()
    first = await sign_by_hand(document, options_of(id=FIRST), SIGNER, canonicalizer=canonicalizer)
    second = await sign_by_hand(
        document,
        options_of(OTHER, id=SECOND, previousProof=FIRST),
        OTHER,
        previous=[first],
        canonicalizer=canonicalizer,
    )
    third = await sign_by_hand(
        document,
        options_of(id=THIRD, previousProof=[SECOND, FIRST]),
        SIGNER,
        previous=[first, second],
        canonicalizer=canonicalizer,
    )
    return document | {"proof": [first, second, third]}


def outcomes(document, **options):
    results = verify_proofs(document, keys_of(SIGNER, OTHER), **({"now": CREATED} | options))
    return [result.outcome.value for result in results]


async def test_a_chain_verifies_in_any_order_of_its_proofs():
    document = await a_chain()

    for chosen in itertools.permutations(document["proof"]):
        assert outcomes(document | {"proof": list(chosen)}) == ["verified"] * 3


async def test_each_proof_is_judged_by_itself_and_what_rests_on_a_bad_one_does_not_stand():
    document = await a_chain()
    document["proof"][0]["proofValue"] = (await a_document_with(created="2020-01-01T00:00:00Z"))["proof"]["proofValue"]

    # The later proofs cover the former ones as they were, so their own signatures break as well.
    assert outcomes(document) == ["signature-invalid"] * 3

    document = await a_chain()
    results = verify_proofs(
        document, lambda method: None if method == method_of(OTHER) else SIGNER.public_key, now=CREATED
    )
    assert [result.outcome.value for result in results] == [
        "verified",
        "method-unresolved",
        "previous-proof-unverified",
    ]
    assert results[2].signature_holds
    assert results[2].place == "#/proof/2/previousProof"


async def test_a_set_with_one_bad_proof_keeps_the_good_one():
    pairs = [(signer, method_of(signer)) for signer in (SIGNER, OTHER)]
    document = await secure(a_credential(), signers=pairs, created=CREATED)
    document["proof"][0]["created"] = "2026-11-23T12:00:01Z"

    assert outcomes(document) == ["signature-invalid", "verified"]


async def test_a_previous_proof_that_was_removed_is_missed():
    document = await a_chain()

    assert outcomes(document | {"proof": document["proof"][1:]}) == ["previous-proof-missing"] * 2
    assert outcomes(document | {"proof": document["proof"][2]}) == ["previous-proof-missing"]


async def test_an_id_that_two_proofs_bear_says_nothing():
    document = await a_chain()
    document["proof"].append(document["proof"][0] | {"created": "2026-01-01T00:00:00Z"})

    assert outcomes(document)[1:3] == ["previous-proof-ambiguous"] * 2


async def test_no_proof_may_rest_on_itself():
    document = await a_chain()
    document["proof"][0]["previousProof"] = THIRD
    assert outcomes(document) == ["previous-proof-cycle"] * 3
    document["proof"][0]["previousProof"] = [FIRST]
    assert outcomes(document)[0] == "previous-proof-cycle"


async def test_taking_the_link_out_of_a_chain_breaks_it():
    document = await a_chain()
    del document["proof"][1]["previousProof"]

    assert outcomes(document)[1] == "signature-invalid"


# --- Never raises ----------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [*options_of(), "proofValue", "id", "expires", "domain", "challenge", "nonce", "previousProof", "@context", "other"]
)


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(MEMBERS, JSON, max_size=3), listed=st.booleans())
def test_no_proof_however_strange_raises(secured_once, changes, listed):
    proof = secured_once["proof"] | changes
    document = secured_once | {"proof": [proof, proof] if listed else proof}
    results = verify_proofs(document, keys_of(SIGNER), now=CREATED)

    assert len(results) == 1 + listed
    for result in results:
        assert not result.verified or proof == secured_once["proof"] or changes.keys() <= {"@context"}
        json.dumps(result.place)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_no_value_in_place_of_the_proof_raises(value):
    verify_proofs(a_credential() | {"proof": value}, keys_of(SIGNER), now=datetime(2026, 1, 1, tzinfo=UTC))
