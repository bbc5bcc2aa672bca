import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.jsonld import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    EDC_AP,
    ELM_CONTEXT_URL,
    JWS_2020_V1,
    UnsafeDocument,
    UnsupportedDocument,
    active_context,
    canonicalize,
)
from app.jsonld.slow_worker import canonicalize_slowly
from tests.jsonld.documents import (
    ALL,
    MICROCREDENTIAL,
    PROOF_CONFIGURATION,
    changed,
    each_node_once,
    reference_example,
)
from tests.jsonld.oracle import canonicalize_with_pyld

VCDM2_DIGEST = "dce521de4072d1cbb47baef88cbf64fb245e6c47f8e000f8af4cc660d7ad03ec"
EDC_DIGEST = "2dc84625c0bd1cab94116436db727a903e7734ee3dcfaa1b3d3f134fb6401b9d"

ELM = [CREDENTIALS_V2, ELM_CONTEXT_URL]


def node(**members):
    return {"@context": ELM, "id": "urn:x:1", "type": "Person", **members}


def refused(document):
    """What is wrong with an unsafe document, as {pointer: code}."""
    with pytest.raises(UnsafeDocument) as caught:
        canonicalize(document)
    return {finding.pointer: finding.code for finding in caught.value.findings}


def unsupported(document):
    with pytest.raises(UnsupportedDocument) as caught:
        canonicalize(document)
    return {finding.pointer: finding.code for finding in caught.value.findings}


# --- the same as others ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ALL.values(), ids=ALL)
def test_every_feature_gives_what_an_implementation_that_is_not_ours_gives(document):
    assert canonicalize(document) == canonicalize_with_pyld(document)


@pytest.mark.reference
def test_the_reference_micro_credential_has_its_known_digest_in_vcdm_form(reference_dir):
    example = reference_example(reference_dir)

    assert hashlib.sha256(canonicalize(example)).hexdigest() == VCDM2_DIGEST
    assert canonicalize(each_node_once(example)) == canonicalize(example)


@pytest.mark.reference
def test_the_reference_micro_credential_has_its_known_digest_in_edc_form(reference_dir):
    example = json.loads((reference_dir / "example-microcredential.jsonld").read_text("utf-8"))

    assert hashlib.sha256(canonicalize(example)).hexdigest() == EDC_DIGEST


@pytest.mark.reference
@pytest.mark.parametrize("name", ["Sample-MC-Annex1-signed", "Sample-MC-Annex1-unsigned", "Sample-CertOfPart-signed"])
def test_the_samples_of_the_european_commission_are_safe_and_read_as_others_read_them(reference_dir, name):
    sample = json.loads((reference_dir / "samples" / f"{name}.jsonld").read_text("utf-8"))
    sample = json.loads(sample["payload"]) if "payload" in sample else sample.get("credential", sample)
    sample["@context"] = [CREDENTIALS_V1, EDC_AP]

    assert canonicalize(sample) == canonicalize_with_pyld(sample)


@pytest.mark.reference
@pytest.mark.parametrize("suite", ["vc-di-eddsa/eddsa-rdfc-2022", "vc-di-ecdsa/ecdsa-rdfc-2019-p384"])
def test_the_published_proof_vectors_have_their_published_canonical_forms(reference_dir, suite):
    folder = reference_dir / "vectors" / suite
    size = "384" if suite.endswith("384") else "256"

    for source, form in (("unsigned", "canonDoc"), ("proofConfig", "proofCanon")):
        (published,) = [path for path in folder.iterdir() if path.name.lower().startswith(form.lower())]
        documents = [path for path in folder.iterdir() if path.name.lower().startswith(source.lower())]
        document = json.loads((documents[0] if documents else folder.parent / "unsigned.json").read_text("utf-8"))
        assert canonicalize(document, hash_name=f"sha{size}").decode() == published.read_text("utf-8")


def test_order_of_members_changes_nothing():
    def backwards(value):
        if isinstance(value, dict):
            return {key: backwards(held) for key, held in reversed(value.items())}
        return value

    assert canonicalize(backwards(MICROCREDENTIAL)) == canonicalize(MICROCREDENTIAL)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], include_characters="\t\n\r")))
@settings(max_examples=100)
def test_any_text_comes_out_as_others_write_it(text):
    document = node(title={"en": text}, notation=text)

    assert canonicalize(document) == canonicalize_with_pyld(document)


def test_the_walker_is_many_times_faster_than_general_processing():
    def fastest(work):
        def once():
            start = perf_counter()
            work(MICROCREDENTIAL)
            return perf_counter() - start

        return min(once() for _ in range(10))

    assert fastest(canonicalize) * 8 < fastest(canonicalize_with_pyld)


def test_many_threads_may_meet_new_contexts_at_once():
    active_context._context_sets.clear()
    expected = canonicalize_with_pyld(MICROCREDENTIAL)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: canonicalize(MICROCREDENTIAL), range(32))) == {expected}


# --- proofs and scoped contexts --------------------------------------------------------------------------------------


def test_a_proof_configuration_is_one_blank_node_with_its_purpose_as_an_iri():
    lines = canonicalize(PROOF_CONFIGURATION).decode().splitlines()

    purpose = "_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod> ."
    assert purpose in lines
    assert {line.split()[0] for line in lines} == {"_:c14n0"}


def test_a_proof_configuration_reads_alike_under_the_contexts_of_version_one():
    first = changed(PROOF_CONFIGURATION, "@context", to=[CREDENTIALS_V1, EDC_AP, DATA_INTEGRITY_V2])

    assert canonicalize(first) == canonicalize(PROOF_CONFIGURATION)


def test_a_proof_within_its_credential_stands_in_a_graph_of_its_own():
    statement = next(line for line in canonicalize(MICROCREDENTIAL).decode().splitlines() if "proofValue" in line)

    assert len(statement.split()) == 5


def test_a_term_of_a_type_is_unknown_in_the_nodes_below():
    document = changed(MICROCREDENTIAL, "credentialSubject", "validFrom", to="2026-01-01T00:00:00Z")
    with_version_two_only = {**document, "@context": CREDENTIALS_V2}

    assert "#/credentialSubject/validFrom" in refused(with_version_two_only)


def test_a_purpose_that_the_context_does_not_name_is_refused():
    assert refused(changed(PROOF_CONFIGURATION, "proofPurpose", to="invented")) == {"#/proofPurpose": "relative-iri"}


def test_a_proof_that_is_only_named_is_no_proof():
    assert refused(changed(MICROCREDENTIAL, "proof", to={"id": "urn:x:2"})) == {"#/proof": "nothing-stated"}
    assert unsupported(changed(MICROCREDENTIAL, "proof", to="urn:x:2")) == {"#/proof": "unsupported-feature"}


# --- unsafe documents ------------------------------------------------------------------------------------------------


def test_all_unsafe_parts_are_named_at_once_with_their_places():
    document = node(
        undefined="x",
        title={"en": "fine", "e n": "not a tag"},
        hasClaim=[{"type": "Undefined"}, {"id": "relative"}, {"dateIssued": "1988-04-12"}],
        **{"a/b~c": {"deep": 1}},
    )

    assert refused(document) == {
        "#/undefined": "undefined-term",
        "#/title/e%20n": "malformed-language-tag",
        "#/hasClaim/0/type": "undefined-type",
        "#/hasClaim/1/id": "relative-iri",
        "#/hasClaim/2/dateIssued": "ill-typed-literal",
        "#/a~1b~0c": "undefined-term",
    }


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("dateOfBirth", "1988-04-12", "ill-typed-literal"),
        ("dateOfBirth", "1988-02-30T00:00:00Z", "ill-typed-literal"),
        ("dateOfBirth", "1900-02-29T00:00:00Z", "ill-typed-literal"),
        ("dateOfBirth", "1988-04-12T24:00:01Z", "ill-typed-literal"),
        ("dateOfBirth", "1988-04-12T00:00:00+14:01", "ill-typed-literal"),
        ("dateOfBirth", "1988-04-12T00:00:00Z ", "ill-typed-literal"),
        ("dateOfBirth", "١٩٨٨-04-12T00:00:00Z", "ill-typed-literal"),
        ("dateOfBirth", 5, "ill-typed-literal"),
        ("value", "4.95E1", "ill-typed-literal"),
        ("value", "49,50", "ill-typed-literal"),
        ("value", 49.5, "rewritten-number"),
        ("value", 2**53, "rewritten-number"),
        ("point", 2.5, "rewritten-number"),
        ("point", True, "ill-typed-literal"),
        ("page", 0, "ill-typed-literal"),
        ("page", "-1", "ill-typed-literal"),
        ("maximumDuration", "4 months", "ill-typed-literal"),
        ("maximumDuration", "P", "ill-typed-literal"),
        ("maximumDuration", "P1DT", "ill-typed-literal"),
        ("isPartialQualification", "yes", "ill-typed-literal"),
        ("isPartialQualification", 1.0, "rewritten-number"),
        ("contentURL", "www.example.org", "ill-typed-literal"),
        ("contentURL", {"id": "urn:x:2"}, "ill-typed-literal"),
        ("digestSRI", "md5-abc", "ill-typed-literal"),
        ("identifier", "relative/path", "relative-iri"),
        ("identifier", "", "relative-iri"),
        ("identifier", "https://example.org/a b", "malformed-iri"),
        ("identifier", "https://example.org/<script>", "malformed-iri"),
        ("identifier", "https://example.org/\u2028", "malformed-iri"),
        ("identifier", "https://example.org/\ud800", "lone-surrogate"),
        ("identifier", 7, "not-an-identifier"),
        ("identifier", True, "not-an-identifier"),
        ("notation", "bell \x07", "control-character"),
        ("notation", "delete \x7f", "control-character"),
        ("notation", "next line \x85", "control-character"),
        ("notation", "noncharacter \ufffe", "control-character"),
        ("notation", "half \udc00", "lone-surrogate"),
        ("notation", None, "nothing-stated"),
        ("notation", [], "nothing-stated"),
        ("title", {}, "nothing-stated"),
        ("id", None, "not-an-identifier"),
        ("type", [], "nothing-stated"),
        ("type", "Persona", "undefined-type"),
        ("type", 5, "not-an-identifier"),
    ],
)
def test_what_a_signature_would_not_cover_or_cannot_be_right_is_refused(member, value, code):
    assert refused(node(**{member: value})) == {f"#/{member}": code}


@pytest.mark.parametrize("text", ["lone \ud800", "bell \x07"])
def test_texts_in_a_language_hold_characters_only(text):
    assert list(refused(node(title={"en": ["fine", text]}))) == ["#/title/en/1"]


def test_a_text_in_a_language_is_a_text():
    assert refused(node(title={"en": 5, "pl": None, "de": []})) == {
        "#/title/en": "not-text",
        "#/title/pl": "nothing-stated",
        "#/title/de": "nothing-stated",
    }


def test_a_moment_of_the_data_model_needs_a_time_zone_and_one_of_elm_does_not():
    assert refused(changed(MICROCREDENTIAL, "validFrom", to="2026-02-01T00:00:00")) == {
        "#/validFrom": "ill-typed-literal"
    }
    assert canonicalize(changed(MICROCREDENTIAL, "issued", to="2026-02-01T00:00:00"))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("dateOfBirth", "1988-02-29T24:00:00-13:59"),
        ("dateOfBirth", "-0044-03-15T12:00:00.123456789Z"),
        ("value", "-.5"),
        ("value", 49),
        ("point", 5),
        ("page", "+01"),
        ("maximumDuration", "-P1Y2M3DT4H5M6.7S"),
        ("isPartialQualification", False),
        ("identifier", "elm:compact"),
        ("identifier", ["urn:x:2", {"type": "Identifier"}]),
        ("title", "no language"),
        ("notation", [1, "one", True]),
    ],
)
def test_well_formed_values_are_accepted_and_read_as_others_read_them(member, value):
    document = node(**{member: value})

    assert canonicalize(document) == canonicalize_with_pyld(document)


def not_plain(document):
    """Where the walker and the safe mode around PyLD both refuse another spelling of a plain term."""
    with pytest.raises(UnsupportedDocument) as caught:
        canonicalize(document)
    with pytest.raises(UnsupportedDocument) as slowly:
        canonicalize_slowly(document)
    assert "not-a-plain-term" in {finding.code for finding in slowly.value.findings}
    return {finding.pointer: finding.code for finding in caught.value.findings}


@pytest.mark.parametrize("spelling", ["elm:hasClaim", "http://data.europa.eu/snb/model/elm/hasClaim", "urn:x:own"])
def test_a_property_is_written_as_a_term_and_not_as_an_iri(spelling):
    pointer = "#/" + spelling.replace("/", "~1")
    assert not_plain(node(**{spelling: {"id": "urn:x:2"}})) == {pointer: "not-a-plain-term"}


@pytest.mark.parametrize("spelling", ["elm:Person", "http://data.europa.eu/snb/model/elm/Person"])
def test_a_type_that_has_a_term_is_written_as_that_term(spelling):
    assert not_plain({"@context": ELM, "id": "urn:x:1", "type": spelling}) == {"#/type": "not-a-plain-term"}


@pytest.mark.parametrize("keyword", ["@id", "@type"])
def test_id_and_type_are_written_in_the_words_that_the_contexts_have_for_them(keyword):
    document = node(notation="x")
    document[keyword] = document.pop(keyword[1:])

    assert not_plain(document) == {f"#/{keyword}": "not-a-plain-term"}


@pytest.mark.parametrize("tag", ["en", "EN-gb", "zh-cmn-Hans-CN", "sl-rozaj-biske-1994", "de-CH-x-phonebk", "es-419"])
def test_language_tags_are_written_in_lower_case_as_others_write_them(tag):
    document = node(title={tag: "text"})

    assert canonicalize(document) == canonicalize_with_pyld(document)


@pytest.mark.parametrize("tag", ["", "e", "en_GB", "en-", "en--gb", "englishlanguage", "en-a", "ěn"])
def test_malformed_language_tags_are_refused(tag):
    assert set(refused(node(title={tag: "text"})).values()) == {"malformed-language-tag"}


def test_a_document_that_states_nothing_is_refused():
    assert refused({"@context": ELM, "id": "urn:x:1"}) == {"#": "nothing-stated"}


def test_a_member_of_edc_that_its_context_gets_wrong_is_refused():
    document = {"@context": [CREDENTIALS_V1, EDC_AP], "id": "urn:x:1", "dateModified": "2026-02-01T00:00:00Z"}

    assert refused(document) == {"#/dateModified": "malformed-iri"} or refused(document) == {
        "#/dateModified": "relative-iri"
    }
    assert canonicalize({**document, "@context": ELM})


def test_edc_ap_after_version_two_is_refused_because_every_processor_refuses_it():
    assert refused({"@context": [CREDENTIALS_V2, EDC_AP], "id": "urn:x:1"}) == {"#/@context": "contexts-in-conflict"}


def test_types_whose_contexts_redefine_each_other_are_refused_because_every_processor_refuses_them():
    types = ["EcdsaSecp256k1Signature2019", "JsonWebSignature2020"]
    document = {"@context": [CREDENTIALS_V1, JWS_2020_V1], "id": "urn:x:1", "type": types}
    assert refused(document) == {"#/@context": "contexts-in-conflict"}


def test_a_word_for_types_that_only_a_type_brings_hides_no_second_type():
    # jws-2020 says `type` only within JsonWebSignature2020; processors read both members as types.
    document = {
        "@context": JWS_2020_V1,
        "id": "urn:x:1",
        "@type": "JsonWebSignature2020",
        "type": "https://a.example/T",
    }
    assert "#/type" in unsupported(document)


def test_no_message_repeats_a_value_of_the_document():
    with pytest.raises(UnsafeDocument) as caught:
        canonicalize(node(identifier="Zoë Learner", dateOfBirth="12 April 1988", fullName={"en": "Zoë\x07"}))

    assert len(caught.value.findings) == 3
    assert not any(
        secret in str(caught.value) + "".join(finding.detail for finding in caught.value.findings)
        for secret in ("Zoë", "1988")
    )


# --- unsupported documents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "context",
    [
        None,
        [],
        "https://example.org/unknown",
        [CREDENTIALS_V2, {"undefined": "https://example.org/undefined"}],
        [CREDENTIALS_V2, None],
        {"@vocab": "https://example.org/"},
        [CREDENTIALS_V2, [ELM_CONTEXT_URL]],
        [CREDENTIALS_V2, "https://www.w3.org/ns/credentials/v2#"],
        [CREDENTIALS_V2] * 9,
        7,
    ],
)
def test_only_contexts_that_are_pinned_are_processed(context):
    assert set(unsupported({"@context": context, "id": "urn:x:1", "name": "x"}).values()) <= {
        "context-not-pinned",
        "context-not-accepted",
    }


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("#/hasClaim/@context", {"hasClaim": {"@context": {"title": "urn:x:other"}, "title": "x"}}),
        ("#/name/@value", {"name": {"@value": "x", "@language": "en"}}),
        ("#/dateOfBirth", {"dateOfBirth": {"@value": "x"}}),
        ("#/@graph", {"@graph": [{"id": "urn:x:2"}]}),
        ("#/@reverse", {"@reverse": {"hasClaim": {"id": "urn:x:2"}}}),
        ("#/@included", {"@included": [{"id": "urn:x:2"}]}),
        ("#/hasClaim/@list", {"hasClaim": {"@list": ["urn:x:2"]}}),
        ("#/notation/1", {"notation": ["x", ["y"]]}),
        ("#/title/@none", {"title": {"@none": "x"}}),
        ("#/@id", {"@id": "urn:x:2"}),
        ("#/@type", {"@type": "Person"}),
        ("#/_sd", {"_sd": ["x"]}),
    ],
)
def test_features_beyond_the_walker_are_named_with_their_place(pointer, members):
    assert list(unsupported(node(**members))) == [pointer]


def test_nodes_within_nodes_end_somewhere():
    document = inner = node()
    for _ in range(100):
        inner["hasClaim"] = inner = {"type": "Claim"}

    with pytest.raises(UnsupportedDocument):
        canonicalize(document)


def test_contexts_nested_in_ever_new_ways_are_refused_and_leave_others_unharmed():
    for seed in range(40):
        document = inner = {"@context": CREDENTIALS_V2, "id": "urn:x:1", "name": "x"}
        for bit in range(12):
            kinds = ["JsonSchema", "BitstringStatusListEntry", "DataIntegrityProof", "BitstringStatusList"]
            inner["cnf"] = inner = {"type": kinds[(seed >> (bit % 6)) % 4], "name": "x"}
        try:
            canonicalize(document)
        except UnsupportedDocument:
            break

    assert canonicalize(MICROCREDENTIAL) == canonicalize_with_pyld(MICROCREDENTIAL)
    assert canonicalize(node(cnf={"kid": "urn:x:2"}))
