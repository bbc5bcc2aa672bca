import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, KeyState
from app.template.alliance import MEMBERS, AwardingBody, IssuerKind
from app.trust.members import AllianceMember, MemberKey, Members, likeness

TU_BERLIN = AllianceMember(
    slug="tu-berlin",
    did="did:web:credentials.example:issuers:tu-berlin",
    legal_names=("Technische Universität Berlin",),
    identifiers=("NTRDE-DEMO-tu-berlin", "D BERLIN02"),
    keys=(),
)
SANDBOX = AllianceMember("test", "did:web:credentials.example:issuers:test", ("Test University",), kind=IssuerKind.TEST)
KNOWN = Members((TU_BERLIN, SANDBOX))


def pointers(document):
    return [(claim.slug, claim.pointer) for claim in KNOWN.claimed_by(document)]


def test_only_the_exact_did_is_a_member():
    assert KNOWN.by_did(TU_BERLIN.did) is TU_BERLIN
    assert KNOWN.by_did(TU_BERLIN.did.upper()) is None
    assert KNOWN.by_did(TU_BERLIN.did + ":x") is None


def test_a_key_is_found_by_its_exact_method_only():
    key = MemberKey(f"{TU_BERLIN.did}#a", InProcessSigner.generate(Algorithm.P256).public_key, KeyState.ACTIVE)
    member = AllianceMember("x", TU_BERLIN.did, (), keys=(key,))
    assert member.key(f"{TU_BERLIN.did}#a") is key
    assert member.key(f"{TU_BERLIN.did}#A") is None
    assert AllianceMember("x", "did:web:x", ()).key("did:web:x#a") is None


@pytest.mark.parametrize(
    "name",
    [
        "Technische Universität Berlin",
        "TECHNISCHE UNIVERSITÄT BERLIN",
        "  technische   universität\u00a0berlin ",
        "Technische Universita\u0308t Berlin",
        "Technische\u200bUniversität\u00adBerlin",
        "Technische Universitat Berlin",
        "Technische-Universität Berlin.",
        "Technische Universität Berlin (Germany)",
        "\uff34echnische Universität Berlin",
        "Technische Univ\u0435rsität B\u0435rlin",
        "Techn\u0456sche Universität Berlin",
        "Technische Universität Ber\u217cin",
    ],
)
def test_a_name_that_a_hurried_reader_takes_for_a_members_is_a_claim(name):
    assert pointers({"issuer": {"id": "did:key:z1", "legalName": {"en": name}}}) == [
        ("tu-berlin", "#/issuer/legalName/en")
    ]


@pytest.mark.parametrize(
    "name", ["Technische Universität Wien", "Berlin", "Freie Universität Berlin", "", "Test University"]
)
def test_other_names_are_no_claim(name):
    assert pointers({"issuer": {"id": "did:key:z1", "legalName": {"en": name}}}) == []


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"issuer": TU_BERLIN.did}, "#/issuer"),
        ({"issuer": {"id": TU_BERLIN.did}}, "#/issuer/id"),
        ({"issuer": {"name": "Technische Universität Berlin"}}, "#/issuer/name"),
        ({"issuer": {"altLabel": {"de": ["x", "Technische Universität Berlin"]}}}, "#/issuer/altLabel/de/1"),
        ({"issuer": {"eIDASIdentifier": {"notation": "NTRDE-DEMO-TU-BERLIN"}}}, "#/issuer/eIDASIdentifier/notation"),
        ({"issuer": {"identifier": [{"notation": "D  BERLIN02"}]}}, "#/issuer/identifier/0/notation"),
        (
            {"issuer": {"http://data.europa.eu/snb/model/elm/legalName": {"@value": "Technische Universität Berlin"}}},
            None,
        ),
        ({"http://example.org/issuer": {"legalName": "Technische Universität Berlin"}}, None),
        (
            {"credentialSubject": {"hasClaim": [{"awardedBy": {"awardingBody": {"id": TU_BERLIN.did}}}]}},
            "#/credentialSubject/hasClaim/0/awardedBy/awardingBody/id",
        ),
        (
            {
                "credentialSubject": {
                    "hasClaim": {
                        "hasPart": [
                            {"awardedBy": {"awardingBody": [{"legalName": {"de": "Technische Universität Berlin"}}]}}
                        ]
                    }
                }
            },
            "#/credentialSubject/hasClaim/hasPart/0/awardedBy/awardingBody/0/legalName/de",
        ),
        (
            {"issuer": "urn:x", "evidence": [{"id": "urn:x", "legalName": {"de": "Technische Universität Berlin"}}]},
            "#/evidence/0/legalName/de",
        ),
    ],
)
def test_every_place_where_an_issuer_or_awarding_body_is_described_is_looked_at(document, pointer):
    found = pointers(document)
    assert [slug for slug, _ in found] == ["tu-berlin"]
    assert pointer is None or found[0][1] == pointer


def test_a_member_named_elsewhere_is_no_claim():
    document = {
        "issuer": {
            "id": "did:key:z1",
            "legalName": {"en": "Somebody"},
            "description": "Partner of Technische Universität Berlin",
        },
        "credentialSubject": {
            "hasClaim": {"influencedBy": {"directedBy": {"legalName": {"de": "Technische Universität Berlin"}}}}
        },
    }
    assert pointers(document) == []


def test_a_member_is_known_by_its_public_names_whatever_the_deployment_calls_it():
    body = AwardingBody.model_validate(
        {
            "slug": "wut",
            "did": "did:web:localhost%3A8000:issuers:wut",
            "legal_name": {"en": "Warsaw University of Technology (demonstration)"},
            "short_name": "WUT",
            "country": "POL",
            "address": "Warszawa",
            "time_zone": "Europe/Warsaw",
            "homepage": "https://www.pw.edu.pl/",
            "eidas_identifier": "NTRPL-DEMO-wut",
        }
    )
    member = AllianceMember.of(body, keys=None)
    assert set(MEMBERS["wut"].legal_name.values()) < set(member.legal_names)
    claims = Members((member,)).claimed_by({"issuer": {"legalName": {"pl": "POLITECHNIKA WARSZAWSKA"}}})
    assert [claim.slug for claim in claims] == ["wut"]


@given(st.text())
def test_likeness_of_a_likeness_is_itself(text):
    assert likeness(likeness(text)) == likeness(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "issuer", "awardedBy", "awardingBody", "legalName", "identifier", "x"]), inner
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["id", "issuer", "credentialSubject", "awardingBody"]), json_values))
def test_any_document_can_be_looked_at(document):
    assert KNOWN.claimed_by(document) == []


def test_a_document_that_refers_to_everything_from_everywhere_takes_no_longer_than_it_is():
    named = [{"id": "urn:x", "legalName": {"en": "Somebody"}} for _ in range(5000)]
    referring = [{"awardedBy": {"awardingBody": "urn:x"}} for _ in range(5000)]
    started = time.process_time()
    assert pointers({"issuer": "urn:x", "evidence": named, "credentialSubject": referring}) == []
    assert time.process_time() - started < 2
