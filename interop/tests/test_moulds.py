"""What comes out of a mould has the canonical form that others compute, whoever the learner is."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pyld import jsonld

from app.elm.mould import CopyFacts, cast, shape_of, texts_in
from app.issuance.moulds import Moulds
from app.template.alliance import MEMBERS
from app.template.elements import IssuanceRequest, Offering, statement_of
from interop import peers
from tests.builders import SUBTYPES, altered, an_awarding_body, full_request, required_only_request

CONTEXTS = Path(__file__).resolve().parents[2] / "contexts"
BODIES = {slug: an_awarding_body(slug) for slug in MEMBERS}
SETTING = Moulds().setting(BODIES["wut"], BODIES, "https://issuer.example/issuers/wut")
COPY = CopyFacts(
    certificate_number='ENH-"WUT"\\2026',
    uuid=UUID("6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11"),
    issued=datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC),
    valid_from=datetime(2026, 6, 29, 22, tzinfo=UTC),
    valid_until=None,
    status_list=7,
    status_index=131_071,
)
PEOPLE = {
    "quotes": ('O"Neill\\', "'\"' .\\u0022"),
    "escapes": ('" .', "<urn:a> <urn:b> <urn:c>"),
    "astral": ("\U00010348\U0001f600", "\uff21"),
    "right to left": ("شمس الدين", "עדה"),
    "marks": ("Z\u0351\u036b\u0343a", "e\u0323\u0302"),
    "spaces": ("a\u00a0b\u3000c", "\u2014"),
    "long": ("N" * 300, "王" * 300),
    "constants": ("English", "urn:epass:person:1"),
    "names": ("enhance:note:1", "<enhance:note:1>"),
    "sentinels": ("hole100x5d64c2b7a91e", "hole101x5d64c2b7a91e"),
}


@pytest.fixture(scope="module")
def fillings():
    found = {}
    for subtype in SUBTYPES:
        for kind, make in (("full", full_request), ("required-only", required_only_request)):
            mould = None
            for person, (given, family) in {"first": ("Ada", "Ek"), **PEOPLE}.items():
                request = altered(make(subtype), learner__given_names=given, learner__family_names=family)
                if kind == "full":
                    request["learner"]["name_in_other_script"] = {"zh-Hans": family[:40]}
                    request["learner"]["other_data"]["place_of_birth"]["name"] = {"nb": given[:40]}
                parsed = IssuanceRequest.model_validate(request)
                assert isinstance(parsed.offering, Offering)
                said = parsed.award.model_dump(mode="json", exclude_defaults=True)
                texts = texts_in(parsed.offering.model_dump(mode="json", exclude_defaults=True))
                statement = statement_of(parsed.offering, parsed.award)
                mould = mould or cast(statement, said, texts, SETTING, COPY)
                found[f"{subtype}/{kind}/{person}"] = mould.fill(shape_of(said, texts), COPY)
    return found


def test_jsonld_js_gives_the_canonical_form_of_every_filling(fillings):
    answers = peers.canonize({name: json.loads(filling.document()) for name, filling in fillings.items()})
    ours = {name: hashlib.sha256(filling.canonical()).hexdigest() for name, filling in fillings.items()}
    assert {name: answer.get("sha256", answer.get("error")) for name, answer in answers.items()} == ours
    assert {name: filling.digest("sha256").hex() for name, filling in fillings.items()} == ours


def test_pyld_gives_the_canonical_form_of_every_filling(fillings):
    manifest = json.loads((CONTEXTS / "manifest.json").read_bytes())
    pinned = {entry["url"]: json.loads((CONTEXTS / entry["file"]).read_bytes()) for entry in manifest["contexts"]}

    def load(url, _options):
        return {"contextUrl": None, "documentUrl": url, "document": pinned[url]}

    for name, filling in fillings.items():
        options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
        assert jsonld.normalize(json.loads(filling.document()), options).encode() == filling.canonical(), name
