"""Type Metadata: what a wallet is told about a type, and how it knows that it was told the right thing."""

import base64
import hashlib

import pytest

from app.eudi import TYPES, type_metadata
from app.eudi.metadata import integrity
from app.languages import Language

OF_THE_REFERENCE_ISSUER = {
    "always": {
        *("family_name", "given_name", "learner_identification", "learning_outcomes", "assessment_grade"),
        *("expected_study_time", "level_of_learning_experience", "types_of_quality_assurance"),
        *("prerequisites_to_enroll", "integration_stackability_options"),
    },
    "never": {
        *("issuing_authority", "issuing_country", "date_of_issuance", "achievement_title"),
        *("achievement_description", "language_of_classes", "iss", "iat", "exp", "cnf", "vct", "jti"),
    },
}
"""eudi-srv-pid-issuer, vct/learning_credential.json: the claims with ``sd``, as far as ours have them."""


@pytest.mark.parametrize("credential_type", TYPES.values(), ids=lambda one: one.slug)
class TestTypeMetadata:
    def test_every_claim_says_whether_it_can_be_kept_and_has_a_name_in_every_language(self, credential_type):
        document = type_metadata(credential_type)
        by_path = {tuple(claim["path"]): claim for claim in document["claims"]}
        assert len(by_path) == len(document["claims"])
        for claim in credential_type.claims:
            described = by_path[(claim.name,)]
            assert described["sd"] == ("always" if claim.name in credential_type.disclosable else "never")
            assert described["mandatory"] is claim.mandatory
            assert {one["locale"] for one in described["display"]} == set(Language)
            assert ((claim.name, None) in by_path) is claim.is_list

    def test_the_type_has_a_name_in_every_language(self, credential_type):
        document = type_metadata(credential_type)
        assert document["vct"] == credential_type.vct
        assert [one["locale"] for one in document["display"]] == list(Language)
        assert all(one["name"] and one["description"] for one in document["display"])


def test_what_can_be_kept_is_what_the_reference_issuer_of_the_european_union_says():
    claims = type_metadata(TYPES["urn:eu.europa.ec.eudi:learning:credential:1"])["claims"]
    for sd, names in OF_THE_REFERENCE_ISSUER.items():
        ours = {claim["path"][0] for claim in claims if claim["sd"] == sd and len(claim["path"]) == 1}
        assert names <= ours, sd


def test_integrity_is_the_digest_as_browsers_check_it():
    assert integrity(b"{}") == "sha256-" + base64.b64encode(hashlib.sha256(b"{}").digest()).decode()
