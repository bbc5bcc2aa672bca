import hashlib
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.jsonld import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    EDC_AP,
    ELM_CONTEXT_URL,
    MULTIKEY_V1,
    PINNED_CONTEXTS,
    ContextDamaged,
    ContextNotPinned,
    contexts,
    pinned_context,
)
from app.jsonld.literals import LEXICAL_FORMS

FOLDER = Path(__file__).resolve().parents[2] / "contexts"

STATED_BY_W3C = {
    CREDENTIALS_V1: "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    CREDENTIALS_V2: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    DATA_INTEGRITY_V2: "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    MULTIKEY_V1: "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
}


@pytest.mark.parametrize("url", STATED_BY_W3C)
def test_the_contexts_of_w3c_are_those_whose_digests_the_specifications_state(url):
    assert hashlib.sha256(pinned_context(url).content).hexdigest() == STATED_BY_W3C[url]


def test_code_and_manifest_pin_the_same_files():
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))

    assert {entry["url"]: (entry["file"], entry["sha256"]) for entry in manifest["contexts"]} == contexts._PINS


def test_every_file_is_what_the_manifest_states():
    check = subprocess.run(
        [sys.executable, FOLDER / "refresh.py", "verify"], capture_output=True, text=True, check=False
    )

    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(
    "url", ["https://example.org/", CREDENTIALS_V2 + "/", "https" + EDC_AP.removeprefix("http"), ""]
)
def test_nothing_but_the_pinned_urls_can_be_loaded(url, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)

    with pytest.raises(ContextNotPinned):
        pinned_context(url)
    with pytest.raises(ContextNotPinned):
        contexts.load_pinned(url)


def test_a_changed_or_missing_context_stops_the_service_from_starting(tmp_path):
    repository = tmp_path / "repository"
    shutil.copytree(FOLDER.parent / "app" / "jsonld", repository / "app" / "jsonld")
    shutil.copy(FOLDER.parent / "app" / "errors.py", repository / "app")
    shutil.copytree(FOLDER, repository / "contexts")

    def start():
        return subprocess.run(
            [sys.executable, "-c", "import app.jsonld"], cwd=repository, capture_output=True, text=True, check=False
        )

    assert start().returncode == 0
    (repository / "contexts" / "elm-v1.jsonld").write_bytes(pinned_context(ELM_CONTEXT_URL).content + b"\n")
    assert ContextDamaged.__name__ in start().stderr
    (repository / "contexts" / "elm-v1.jsonld").unlink()
    assert ContextDamaged.__name__ in start().stderr


def test_our_context_is_edc_ap_but_for_the_changes_that_the_decision_names():
    ours = pinned_context(ELM_CONTEXT_URL).document["@context"]
    theirs = pinned_context(EDC_AP).document["@context"]

    assert {term for term in ours.keys() | theirs.keys() if ours.get(term) != theirs.get(term)} == {
        "@protected",
        "clv",
        "dateModified",
        "description",
        "elmDescription",
        "issued",
    }
    assert ours["elmDescription"] == theirs["description"]


@pytest.mark.reference
def test_edc_ap_is_the_value_that_the_commission_publishes(reference_dir):
    published = json.loads((reference_dir / "contexts" / "edc-ap-3.2-lts.jsonld").read_text("utf-8"))

    assert pinned_context(EDC_AP).document == published


def test_every_datatype_that_a_pinned_context_gives_to_a_term_has_a_check():
    found = set()

    def look(definitions, outer):
        prefixes = outer | {
            term: iri for term, iri in definitions.items() if not term.startswith("@") and isinstance(iri, str)
        }
        for definition in definitions.values():
            if isinstance(definition, dict):
                datatype = definition.get("@type", "@id")
                prefix, _, name = datatype.partition(":")
                found.add(prefixes[prefix] + name if prefix in prefixes else datatype)
                look(definition, prefixes)

    for pinned in PINNED_CONTEXTS.values():
        look(pinned.document["@context"], {})

    # RsaSignature2018 in credentials/v1 forgets to define its prefix; its terms are not processed here.
    assert {datatype for datatype in found if not datatype.startswith("@")} - {"xsd:dateTime"} <= set(LEXICAL_FORMS)


def test_no_context_gives_a_keyword_another_name_than_id_and_type():
    aliases = {
        (term, definition)
        for pinned in PINNED_CONTEXTS.values()
        for term, definition in pinned.document["@context"].items()
        if isinstance(definition, str) and definition.startswith("@")
    }

    assert aliases == {("id", "@id"), ("type", "@type")}


def test_every_code_list_names_its_scheme_and_all_its_members():
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))

    for entry in manifest["vocabularies"]:
        held = json.loads((FOLDER / entry["file"]).read_text("utf-8"))
        assert held["scheme"] == entry["scheme"]
        assert len(held["members"]) == entry["members"] > 0
        assert all(iri.endswith(f"/{code}") and label for code, (iri, label) in held["members"].items())


def test_every_language_of_the_alliance_has_its_authority_code():
    languages = json.loads((FOLDER / "vocabularies" / "language.json").read_text("utf-8"))

    for tag in ("en", "de", "es", "ca", "it", "no", "nb", "nn", "pl", "sv"):
        assert languages["iso_639_1"][tag] in languages["members"]
