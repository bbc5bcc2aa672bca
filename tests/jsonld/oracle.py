"""Canonical N-Quads by PyLD from end to end: an implementation that is not ours.

It is lenient: what it does not know it drops.
"""

from typing import Any

from pyld import jsonld

from app.jsonld.contexts import load_pinned


def canonicalize_with_pyld(document: dict[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load_pinned}
    quads: str = jsonld.normalize(document, options)
    return quads.encode()
