import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jsonld import UnsafeDocument, canonicalize
from app.verification.data_model import Form, data_model_findings, form_of, issuer_id

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"


def a_v2(**changes):
    document = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:holder"},
        **changes,
    }
    return {name: value for name, value in document.items() if value is not ...}


def a_v1(**changes):
    return a_v2(**{"@context": [V1], "issuanceDate": "2026-01-01T00:00:00Z", **changes})


def codes(document):
    return {finding.code for finding in data_model_findings(document)}


@pytest.mark.parametrize("document", [a_v2(), a_v1()])
def test_a_plain_credential_keeps_its_data_model(document):
    assert codes(document) == set()


@pytest.mark.parametrize(
    ("document", "form"),
    [
        (a_v2(), Form.VCDM2),
        (a_v1(), Form.VC11),
        (a_v2(**{"@context": V2}), Form.VCDM2),
        ({"payload": "{}", "signatures": []}, Form.EDC_SEALED),
        ({"type": "VerifiablePresentation"}, Form.PRESENTATION),
        ({"type": ["EnvelopedVerifiableCredential"]}, Form.ENVELOPED),
        ({"@context": ["https://other.example/"]}, Form.UNKNOWN),
        ({"@context": {"a": "b"}}, Form.UNKNOWN),
        ([], Form.UNKNOWN),
        ("text", Form.UNKNOWN),
        (None, Form.UNKNOWN),
    ],
)
def test_a_form_is_recognised_by_content(document, form):
    assert form_of(document) is form


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": [V1, V2]}, "issuance-date-missing"),
        ({"@context": ["https://other.example/", V2]}, "first-context-wrong"),
        ({"type": ...}, "type-wrong"),
        ({"type": []}, "type-wrong"),
        ({"type": [7]}, "type-wrong"),
        ({"type": ["Diploma"]}, "not-a-credential-type"),
        ({"type": ["VerifiableCredential", "BitstringStatusListCredential"]}, "not-an-achievement"),
        ({"id": "relative"}, "id-not-a-url"),
        ({"id": ["urn:a", "urn:b"]}, "id-not-a-url"),
        ({"id": None}, "id-not-a-url"),
        ({"issuer": ...}, "issuer-wrong"),
        ({"issuer": {}}, "issuer-wrong"),
        ({"issuer": ["did:example:a", "did:example:b"]}, "issuer-wrong"),
        ({"issuer": "nobody"}, "issuer-wrong"),
        ({"credentialSubject": ...}, "subject-wrong"),
        ({"credentialSubject": {}}, "subject-wrong"),
        ({"credentialSubject": []}, "subject-wrong"),
        ({"credentialSubject": "did:example:holder"}, "subject-wrong"),
        ({"credentialSubject": {"id": "x y"}}, "id-not-a-url"),
        ({"validFrom": "2026-01-01"}, "date-wrong"),
        ({"validUntil": "tomorrow"}, "date-wrong"),
        ({"validFrom": 20260101}, "date-wrong"),
        ({"validFrom": "2027-01-01T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"}, "ends-before-it-begins"),
        ({"credentialStatus": {"id": "urn:x"}}, "type-missing"),
        ({"credentialSchema": {"type": "JsonSchema"}}, "id-not-a-url"),
        ({"credentialSchema": {"id": "https://a.example/"}}, "type-missing"),
        ({"refreshService": {"id": "https://a.example/"}}, "type-missing"),
        ({"termsOfUse": [{"id": "https://a.example/"}]}, "type-missing"),
        ({"evidence": ["https://a.example/"]}, "type-missing"),
        ({"name": {"en": "x"}}, "text-wrong"),
        ({"name": [{"@value": "x", "@language": "en", "extra": 1}]}, "text-wrong"),
        ({"relatedResource": "https://a.example/"}, "related-resource-wrong"),
        ({"relatedResource": [{"digestSRI": "sha384-x"}]}, "related-resource-wrong"),
        ({"relatedResource": {"id": "https://a.example/"}}, "related-resource-no-digest"),
        (
            {"relatedResource": {"id": "https://a.example/", "digestSRI": "sha256-x", "digestMultibase": 7}},
            "related-resource-no-digest",
        ),
        (
            {
                "relatedResource": [
                    {"id": "https://a.example/", "digestSRI": "x"},
                    {"id": "https://a.example/", "digestSRI": "x"},
                ]
            },
            "related-resource-twice",
        ),
    ],
)
def test_each_rule_of_the_data_model_has_its_code(changes, code):
    assert code in codes(a_v2(**changes))


def test_version_one_needs_its_date_of_issuance():
    assert codes(a_v1(issuanceDate=...)) == {"issuance-date-missing"}


@pytest.mark.parametrize("text", ["A name", [{"@value": "x", "@language": "en"}], {"@value": "x", "@direction": "rtl"}])
def test_names_may_be_texts_or_language_values(text):
    assert codes(a_v2(name=text, issuer={"id": "did:example:a", "name": text})) == set()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "@value", "x"]), inner),
    max_leaves=10,
)
NAMES = [
    "@context",
    "id",
    "type",
    "issuer",
    "credentialSubject",
    "validFrom",
    "credentialStatus",
    "relatedResource",
    "name",
]


@given(st.dictionaries(st.sampled_from(NAMES), json_values), st.sampled_from([V2, V1]))
def test_any_object_is_answered_with_findings(document, context):
    data_model_findings({**document, "@context": [context]})
    issuer_id(document)


def test_a_year_of_thousands_of_digits_is_a_finding_and_no_defect():
    document = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:issuer.example",
        "validFrom": "9" * 5000 + "-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:example:subject"},
    }
    with pytest.raises(UnsafeDocument) as refusal:
        canonicalize(document)
    assert [finding.pointer for finding in refusal.value.findings] == ["#/validFrom"]
