"""The list of what the public suites ask (``suites.toml``) keeps its word; and what is asked of no running service."""

import ast
import base64
import re
import tomllib
from pathlib import Path

import pytest

from app.jsonld import PINNED_CONTEXTS
from app.keys import Algorithm, InProcessSigner
from app.trust.resolve import read_did_document, resolve_locally
from tests.counterparts.foreign_issuer import ForeignIssuer

REPOSITORY = Path(__file__).resolve().parents[2]
ROWS = tomllib.loads((Path(__file__).parent / "suites.toml").read_text(encoding="utf-8"))["row"]
DID_V1 = "https://www.w3.org/ns/did/v1"


def names_in(file):
    """Return the names of the tests in a file, as pytest spells them."""
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{file}::{node.name}::" if isinstance(node, ast.ClassDef) else f"{file}::"
        for each in inside:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                found.add(prefix + each.name)
    return found


class TestTheList:
    def test_each_row_has_tests_that_exist_or_says_what_is_not_done(self):
        for row in ROWS:
            assert set(row) <= {"suite", "asks", "tests", "not_done"}, row["asks"]
            assert row.get("tests") or row.get("not_done"), row["asks"]
        named = {test for row in ROWS for test in row.get("tests", ())}
        existing = {test for file in {test.partition("::")[0] for test in named} for test in names_in(file)}
        assert sorted(named - existing) == []
        said = [(row["suite"], row["asks"]) for row in ROWS]
        assert len(said) == len(set(said))

    def test_every_test_of_this_room_shows_something_that_is_asked_or_is_of_the_mode_itself(self):
        named = {test for row in ROWS for test in row.get("tests", ())}
        for file in ("tests/interop/test_data_model.py", "tests/interop/test_jose.py", "tests/interop/test_suites.py"):
            unnamed = {test.rpartition("::")[2] for test in names_in(file) - named}
            assert unnamed <= OF_THE_MODE_ITSELF, file

    def test_no_suite_and_no_quirk_of_the_design_is_missing(self, reference_dir):
        page = reference_dir.parent / "design" / "wallets.md"
        if not page.is_file():
            pytest.skip(f"THE LIST OF THE DESIGN WAS NOT COMPARED: {page} is not there")
        section = (
            page.read_text(encoding="utf-8").partition("\n## 5. W3C and CCG test suites\n")[2].partition("\n## 6.")[0]
        )
        suites = set(re.findall(r"^\| (w3c\S*) ", section, re.MULTILINE))
        quirks = {f"quirk {number}" for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)}
        assert (len(suites), len(quirks)) == (7, 8)
        assert {row["suite"] for row in ROWS if row["asks"].startswith("suite: ")} == suites
        assert {row["asks"].partition(":")[0] for row in ROWS if row["asks"].startswith("quirk ")} == quirks


OF_THE_MODE_ITSELF = {
    "test_a_document_that_was_changed_into_a_broken_one_does_not_verify",
    "test_a_key_that_is_none_is_an_error",
    "test_a_signed_credential_whose_context_is_changed_does_not_verify",
    "test_22_the_key_that_the_token_names_is_the_one_that_is_handed_in",
    "test_credentials_in_a_presentation_must_be_in_envelopes",
    "test_each_row_has_tests_that_exist_or_says_what_is_not_done",
    "test_every_finding_is_told_at_once_with_its_place",
    "test_every_test_of_this_room_shows_something_that_is_asked_or_is_of_the_mode_itself",
    "test_no_suite_and_no_quirk_of_the_design_is_missing",
    "test_what_is_no_credential_is_refused",
}


def test_the_contexts_that_the_suites_use_are_held():
    assert {
        "https://www.w3.org/2018/credentials/v1",
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/multikey/v1",
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    } <= set(PINNED_CONTEXTS)


@pytest.mark.parametrize(
    "contexts", [[DID_V1], DID_V1, "https://www.w3.org/ns/cid/v1", ["https://www.w3.org/ns/did/v1.1"], None]
)
@pytest.mark.parametrize("kind", ["Multikey", "JsonWebKey"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_strangers_document_is_read_in_each_variant_that_was_measured(contexts, kind, relative):
    party = ForeignIssuer("did:web:stranger.example", algorithm=Algorithm.P256)
    key = party.signer.public_key
    stated = (
        {"publicKeyMultibase": key.multikey}
        if kind == "Multikey"
        else {"publicKeyJwk": {**key.jwk(), "x5c": ["MIIB"], "x5u": "https://stranger.example/chain.pem"}}
    )
    name = "#key-1" if relative else party.method
    method = {"id": name, "type": kind, "controller": party.did, **stated}
    document = {"id": party.did, "verificationMethod": [method], "assertionMethod": [name]}
    if contexts is not None:
        document["@context"] = contexts
    (read,) = read_did_document(party.did, document)
    assert (read.id, read.public_key, read.for_assertion) == (party.method, key, True)


def test_a_did_jwk_is_taken_byte_for_byte():
    """Written anew, the same key would be another DID."""
    key = InProcessSigner.generate(Algorithm.P256).public_key
    jwk = key.jwk()
    texts = [
        f'{{"kty":"EC","crv":"P-256","x":"{jwk["x"]}","y":"{jwk["y"]}"}}',
        f'{{ "y":"{jwk["y"]}", "x":"{jwk["x"]}", "crv":"P-256", "kty":"EC", "use":"sig" }}',
    ]
    dids = [f"did:jwk:{base64url(text)}" for text in texts]
    documents = [resolve_locally(did) for did in dids]
    assert [document.methods[0].id for document in documents] == [f"{did}#0" for did in dids]
    assert {document.methods[0].public_key for document in documents} == {key}


def base64url(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
