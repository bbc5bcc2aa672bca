"""Re-makes the pinned contexts and code lists from their origins, and proves them by digest.

    python contexts/refresh.py verify
    python contexts/refresh.py vocabularies --reference DIR
    python contexts/refresh.py contexts --reference DIR --packages DIR

``--reference`` is the folder of collected facts (``vocab/``, ``contexts/``); ``--packages`` holds the unpacked registry
packages named in ``PUBLISHED``, one folder each. ``contexts/README.md`` says how to fill it.

Nothing here runs in the service: ``app/jsonld/contexts.py`` checks the same digests again whenever it starts.
"""  # noqa: INP001 - a script beside its data, no package

import argparse
import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.json"
RETRIEVED = "2026-11-23"

EU_VOCABULARIES_LICENCE = "CC BY 4.0 (EU Vocabularies)"
W3C_LICENCE = "W3C Software and Document License"
ELM_ORIGIN = (
    "european-commission-empl/European-Learning-Model, branch EDC-3.2-(LTS) @ 22dcce7b414ff13b5e653e1935321c30dc6a6a42,"
    " rdf/ap/edc/edc-ap-context.jsonld"
)
OWN_URL = "https://w3id.org/enhance-microcredentials/elm/v1"
RECEIPT_URL = "https://w3id.org/enhance-microcredentials/receipt/v1"


@dataclass(frozen=True)
class Published:
    """A context somebody else publishes: its URL, the package it comes from, the digest its specification states.

    ``stated_sha256`` is ``None`` where no specification states one.
    """

    url: str
    file: str
    package: str
    path: str
    licence: str
    stated_sha256: str | None = None
    stated_in: str | None = None


OPEN_BADGES = "openbadgeslib-4.6.3"
SSI = "ssi-contexts-0.1.10"
PYLD = "PyLD-3.3.0"
PUBLISHED = (
    Published(
        "https://www.w3.org/2018/credentials/v1",
        "credentials-v1.jsonld",
        SSI,
        "w3c-2018-credentials-v1.jsonld",
        W3C_LICENCE,
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
        "Verifiable Credentials Data Model 1.1, appendix B.1",
    ),
    Published(
        "https://www.w3.org/ns/credentials/v2",
        "credentials-v2.jsonld",
        OPEN_BADGES,
        "openbadgeslib/ob3/contexts/credentials-v2.json",
        W3C_LICENCE,
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
        "Verifiable Credentials Data Model 2.0, appendix B.1",
    ),
    Published(
        "https://w3id.org/security/data-integrity/v2",
        "data-integrity-v2.jsonld",
        OPEN_BADGES,
        "openbadgeslib/ob3/contexts/security-data-integrity-v2.json",
        W3C_LICENCE,
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
        "Verifiable Credential Data Integrity 1.0, Contexts and Vocabularies",
    ),
    Published(
        "https://w3id.org/security/multikey/v1",
        "multikey-v1.jsonld",
        OPEN_BADGES,
        "openbadgeslib/ob3/contexts/security-multikey-v1.json",
        W3C_LICENCE,
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
        "Verifiable Credential Data Integrity 1.0, Contexts and Vocabularies",
    ),
    Published(
        "https://www.w3.org/ns/did/v1",
        "did-v1.jsonld",
        PYLD,
        "pyld/documentloader/frozen/bundled/did-v1.jsonld",
        W3C_LICENCE,
    ),
    Published(
        "https://w3id.org/security/suites/jws-2020/v1",
        "jws-2020-v1.jsonld",
        PYLD,
        "pyld/documentloader/frozen/bundled/security-jws-2020-v1.jsonld",
        W3C_LICENCE,
    ),
    Published(
        "https://w3id.org/security/suites/ed25519-2020/v1",
        "ed25519-2020-v1.jsonld",
        PYLD,
        "pyld/documentloader/frozen/bundled/security-ed25519-2020-v1.jsonld",
        W3C_LICENCE,
    ),
    Published(
        "https://www.w3.org/ns/credentials/examples/v2",
        "credentials-examples-v2.jsonld",
        SSI,
        "w3c-ns-credentials-examples-v2.jsonld",
        W3C_LICENCE,
    ),
)


def canonical_sha256(value: object) -> str:
    """Digest of the JSON value whatever its layout: members sorted, no white space.

    Equal to the digest of the RFC 8785 form for what occurs here: strings, booleans, ASCII keys, the number 1.1.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digests(path: Path) -> dict[str, str]:
    """Both digests of a JSON file, as the manifest states them."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "canonical_sha256": canonical_sha256(json.loads(content))}


def read_manifest() -> dict[str, list[dict[str, Any]]]:
    """The manifest as it stands, or an empty one."""
    if MANIFEST.exists():
        manifest: dict[str, list[dict[str, Any]]] = json.loads(MANIFEST.read_text("utf-8"))
        return manifest
    return {"contexts": [], "vocabularies": []}


def write_manifest(section: str, entries: list[dict[str, Any]]) -> None:
    """Replace one section of the manifest."""
    manifest = read_manifest()
    manifest[section] = entries
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


# --- code lists of the European Union -------------------------------------------------------------------------------


def vocabulary(collected: dict[str, Any]) -> dict[str, Any]:
    """One code list in our shape: ``members`` maps a code to its IRI and its English label, sorted by code.

    ``complete`` is true only where the origin gave the whole list; a code missing from any other list proves nothing.
    """
    shaped: dict[str, Any] = {
        "scheme": collected["scheme"],
        "label": collected["label"],
        "complete": collected["complete"] is True,
    }
    if isinstance(collected["complete"], str):
        shaped["extent"] = collected["complete"]
    note = collected.get("note")
    if note and "ISO 639-1 -> code: " in note:
        note, _, mapping = note.partition("; ISO 639-1 -> code: ")
        shaped["iso_639_1"] = dict(sorted(json.loads(mapping).items()))
    if note:
        shaped["note"] = note
    shaped["members"] = {code: [iri, label] for code, iri, label in sorted(collected["members"])}
    return shaped


def layout(shaped: dict[str, Any]) -> str:
    """JSON with one member of the list on a line, so that a change reads as one line."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = []
    for key, value in shaped.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"    {line(inner)}: {line(held)}" for inner, held in value.items())
            parts.append(f"  {line(key)}: {{\n{rows}\n  }}")
        else:
            parts.append(f"  {line(key)}: {line(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def make_vocabularies(reference: Path) -> None:
    """Write ``vocabularies/*.json`` from the collected facts, and their section of the manifest."""
    target = HERE / "vocabularies"
    target.mkdir(exist_ok=True)
    entries = []
    for source in sorted((reference / "vocab").glob("*.json")):
        collected = json.loads(source.read_text("utf-8"))
        shaped = vocabulary(collected)
        path = target / source.name
        path.write_text(layout(shaped), "utf-8")
        if len(shaped["members"]) != len(collected["members"]):
            sys.exit(f"{source.name}: a code occurs twice")
        entries.append(
            {
                "scheme": shaped["scheme"],
                "file": f"vocabularies/{source.name}",
                "origin": collected["source"],
                "retrieved": RETRIEVED,
                **digests(path),
                "members": len(shaped["members"]),
                "licence": EU_VOCABULARIES_LICENCE,
            }
        )
    write_manifest("vocabularies", entries)


# --- contexts -------------------------------------------------------------------------------------------------------


def tidy(context: dict[str, Any]) -> str:
    """A context in our layout: settings, prefixes, classes, properties; one term on a line, sorted."""

    def rank(item: tuple[str, Any]) -> tuple[int, str]:
        term, definition = item
        if term.startswith("@"):
            return 0, term
        if isinstance(definition, str) and definition.startswith("http"):
            return 1, term
        return (2 if isinstance(definition, str) else 3), term

    rows = [f"    {json.dumps(term)}: {json.dumps(held)}" for term, held in sorted(context.items(), key=rank)]
    return '{\n  "@context": {\n' + ",\n".join(rows) + "\n  }\n}\n"


def own_context(edc: dict[str, Any]) -> dict[str, Any]:
    """edc-ap 3.2 made to stand after credentials/v2. ``docs/decisions/0002-context-form.md`` has the reasons.

    1. ``description`` goes, because credentials/v2 protects that term; ``elmDescription`` says the same in RDF.
    2. ``issued`` comes, because EDC-AP demands it and VCDM 2.0 has dropped it.
    3. ``clv`` gets its final slash and ``dateModified`` its type: two slips upstream that lose data without a word.
    4. Every term is protected: a context after ours cannot give a signed word another meaning.
    """
    own = {term: definition for term, definition in edc.items() if term != "description"}
    own["elmDescription"] = {"@id": "dc:description", "@container": "@language"}
    own["issued"] = {"@id": "cred:issued", "@type": "xsd:dateTime"}
    own["clv"] = edc["clv"] + "/"
    own["dateModified"] = {"@id": "dc:modified", "@type": "xsd:dateTime"}
    own["@protected"] = True
    return own


def make_contexts(reference: Path, packages: Path) -> None:
    """Write ``*.jsonld`` and their section of the manifest. Stops where a stated digest is not met."""
    entries: list[dict[str, Any]] = []
    edc = json.loads((reference / "contexts" / "edc-ap-3.2-lts.jsonld").read_text("utf-8"))
    (HERE / "edc-ap-3.2.jsonld").write_text(tidy(edc["@context"]), "utf-8")
    if digests(HERE / "edc-ap-3.2.jsonld")["canonical_sha256"] != canonical_sha256(edc):
        sys.exit("edc-ap-3.2.jsonld: not the value it was made from")
    (HERE / "elm-v1.jsonld").write_text(tidy(own_context(edc["@context"])), "utf-8")
    for url, file, origin in (
        (OWN_URL, "elm-v1.jsonld", "ours, derived from edc-ap-3.2.jsonld by refresh.py"),
        (RECEIPT_URL, "receipt-v1.jsonld", "ours, written by hand"),
        (
            "http://data.europa.eu/snb/model/context/edc-ap",
            "edc-ap-3.2.jsonld",
            f"{ELM_ORIGIN} (same value, our layout)",
        ),
    ):
        stated = {"retrieved": RETRIEVED, **digests(HERE / file), "licence": "CC BY 4.0"}
        entries.append({"url": url, "file": file, "origin": origin, **stated})
    for published in PUBLISHED:
        target = HERE / published.file
        shutil.copyfile(packages / published.package / published.path, target)
        found = digests(target)
        if published.stated_sha256 not in (None, found["sha256"]):
            sys.exit(f"{published.file}: {found['sha256']}, but {published.stated_in} states {published.stated_sha256}")
        entry = {
            "url": published.url,
            "file": published.file,
            "origin": f"{published.package}, {published.path}",
            "retrieved": RETRIEVED,
            **found,
            "licence": published.licence,
        }
        if published.stated_in:
            entry["sha256_stated_in"] = published.stated_in
        entries.append(entry)
    write_manifest("contexts", entries)


def verify() -> int:
    """Compare every file with the manifest, and the manifest with the folder."""
    wrong = 0
    stated = set()
    for entry in (entry for section in read_manifest().values() for entry in section):
        path = HERE / entry["file"]
        stated.add(path)
        if not path.exists() or any(entry[name] != digest for name, digest in digests(path).items()):
            wrong += 1
            sys.stderr.write(f"{entry['file']}: not what the manifest states\n")
    for path in sorted({*HERE.glob("*.jsonld"), *HERE.glob("*/*.json")} - stated):
        wrong += 1
        sys.stderr.write(f"{path.relative_to(HERE)}: not in the manifest\n")
    sys.stdout.write(f"{len(stated)} files, {wrong} findings\n")
    return 1 if wrong else 0


def main() -> int:
    """Read the command line and do the one thing asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("verify", help="compare every file with the manifest")
    lists = commands.add_parser("vocabularies", help="write the code lists in our shape")
    lists.add_argument("--reference", type=Path, required=True, help="folder with vocab/")
    pinned = commands.add_parser("contexts", help="write the contexts")
    pinned.add_argument("--reference", type=Path, required=True, help="folder with contexts/")
    pinned.add_argument("--packages", type=Path, required=True, help="folder with the unpacked packages")
    arguments = parser.parse_args()
    if arguments.command == "vocabularies":
        make_vocabularies(arguments.reference)
    elif arguments.command == "contexts":
        make_contexts(arguments.reference, arguments.packages)
    return verify()


if __name__ == "__main__":
    sys.exit(main())
