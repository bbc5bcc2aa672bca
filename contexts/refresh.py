"""Re-makes the pinned contexts and code lists from their origins, and proves them by digest.

    python contexts/refresh.py verify
    python contexts/refresh.py vocabularies --reference DIR

Nothing here runs in the service: ``app/jsonld/contexts.py`` checks the same digests again whenever it starts.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.json"
RETRIEVED = "2026-11-23"

EU_VOCABULARIES_LICENCE = "CC BY 4.0 (EU Vocabularies)"


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
    arguments = parser.parse_args()
    if arguments.command == "verify":
        return verify()
    make_vocabularies(arguments.reference)
    return verify()


if __name__ == "__main__":
    sys.exit(main())
