"""Canonical N-Quads made by PyLD: an implementation of JSON-LD and RDFC-1.0 that is not ours, to compare with.

It is lenient where ours is strict: what it does not understand it drops.
"""

from pyld import jsonld

from app.jsonld.contexts import load_pinned


def canonicalize_with_pyld(document, *, hash_name="sha256"):
    """Return canonical N-Quads. PyLD knows SHA-256 only; with fewer than two blank nodes no hash shows."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load_pinned, "base": ""}
    quads = jsonld.normalize(document, options)
    assert hash_name == "sha256" or "_:c14n1" not in quads
    return quads.encode("utf-8")
