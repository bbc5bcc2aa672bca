"""One canonical form, whoever computes it (RDF Dataset Canonicalization 1.0; JSON-LD 1.1)."""

import hashlib
import json
from pathlib import Path

import pytest
from pyld import jsonld

from app.jsonld import canonicalize
from interop import peers

CONTEXTS = Path(__file__).resolve().parents[2] / "contexts"


@pytest.fixture(scope="module")
def renderings(issued):
    """Both renderings of every credential, without proofs: those are canonicalized on their own."""
    found = {}
    for name, each in issued.items():
        found[f"{name}/vcdm2"] = {member: value for member, value in each.vcdm2.items() if member != "proof"}
        found[f"{name}/edc"] = each.edc
    return found


@pytest.fixture(scope="module")
def by_jsonld_js(renderings):
    return peers.canonize(renderings)


@pytest.fixture(scope="module")
def pinned_loader():
    manifest = json.loads((CONTEXTS / "manifest.json").read_bytes())
    pinned = {entry["url"]: json.loads((CONTEXTS / entry["file"]).read_bytes()) for entry in manifest["contexts"]}

    def load(url, _options):
        return {"contextUrl": None, "documentUrl": url, "document": pinned[url]}

    return load


def test_jsonld_js_in_safe_mode_accepts_both_renderings(by_jsonld_js):
    assert {name: answer["error"] for name, answer in by_jsonld_js.items() if "error" in answer} == {}
    assert len(by_jsonld_js) == 16


def test_jsonld_js_gives_the_canonical_form_that_the_service_signs(renderings, by_jsonld_js):
    ours = {name: hashlib.sha256(canonicalize(document)).hexdigest() for name, document in renderings.items()}
    assert {name: answer["sha256"] for name, answer in by_jsonld_js.items()} == ours


def test_pyld_gives_the_canonical_form_that_the_service_signs(renderings, pinned_loader):
    for name, document in renderings.items():
        by_pyld = jsonld.normalize(
            document,
            {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": pinned_loader},
        )
        assert by_pyld.encode() == canonicalize(document), name


def test_jsonld_js_in_safe_mode_refuses_a_term_that_no_context_knows(renderings):
    stretched = {name: {**document, "honoraryTitle": "Dr. h. c."} for name, document in renderings.items()}
    answers = peers.canonize(stretched)
    assert all("honoraryTitle" in answer.get("error", "") for answer in answers.values())
