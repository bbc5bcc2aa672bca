"""Digests that a credential states for what it relates to (VCDM 2.0 section 5.3, ``relatedResource``).

Compared with our own pinned copies of contexts. Anything else is not fetched: whoever writes a document would choose
which hosts are asked and what for. That it is not compared is told, and keeps a verdict from *valid*.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.errors import Finding, json_pointer
from app.jsonld.contexts import ContextNotPinned, pinned_context
from app.keys.base58 import encode

_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})")
_SHA2_256: Final = b"\x12\x20"
"""Multihash prefix: SHA2-256, 32 bytes (Controlled Identifiers 1.0 section 2.5)."""
_CITATION: Final = "W3C VC Data Model 2.0, 5.3"


def related_resource_findings(document: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return every pinned context for which ``document`` states another digest than ours."""
    findings = []
    for path, resource, content in _related(document):
        if content is None:
            continue
        for name, fits in (("digestSRI", _sri_fits), ("digestMultibase", _multibase_fits)):
            stated = resource.get(name)
            if stated is not None and not (isinstance(stated, str) and fits(stated, content)):
                findings.append(
                    Finding(
                        "related-resource-differs",
                        json_pointer([*path, name]),
                        "The digest is not that of the context as published.",
                        _CITATION,
                    )
                )
    return tuple(findings)


def resources_not_held(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where ``document`` states a digest of something that is not held here, as JSON pointers."""
    return tuple(json_pointer(path) for path, _, content in _related(document) if content is None)


def _related(document: Mapping[str, Any]) -> Iterator[tuple[list[str | int], Mapping[str, Any], bytes | None]]:
    """Yield each related resource with its place, and its content where that is held here."""
    value = document.get("relatedResource")
    for position, resource in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(resource, Mapping) or not isinstance(resource.get("id"), str):
            continue
        path: list[str | int] = ["relatedResource", position] if isinstance(value, list) else ["relatedResource"]
        try:
            yield path, resource, pinned_context(resource["id"]).content
        except ContextNotPinned:
            yield path, resource, None


def _sri_fits(stated: str, content: bytes) -> bool:
    # Subresource Integrity: several digests may stand there; all must be ones we understand and be right.
    for text in stated.split():
        match = _SRI.fullmatch(text)
        if match is None:
            return False
        encoded = match[2].replace("-", "+").replace("_", "/").rstrip("=")
        digest = base64.b64encode(hashlib.new(match[1], content).digest()).decode("ascii").rstrip("=")
        if encoded != digest:
            return False
    return bool(stated.split())


def _multibase_fits(stated: str, content: bytes) -> bool:
    digest = hashlib.sha256(content).digest()
    # The W3C suite's own vectors leave the prefix out; 32 bytes cannot be taken for anything else.
    for expected in (_SHA2_256 + digest, digest):
        if stated == "u" + base64.urlsafe_b64encode(expected).rstrip(b"=").decode("ascii"):
            return True
        if stated == "z" + encode(expected):
            return True
    return False
