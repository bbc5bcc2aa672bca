"""Whether a document of an issuer known here is written as that issuer writes.

Pure. A Data Integrity signature covers statements, not their spelling: the same statements can be put so that whoever
reads the JSON sees something else. Of our own issuers the way of writing is known, so anything beyond it is somebody
else's hand:

1. Exactly one of our lists of contexts.
2. No keyword but ``@context`` at the top, no IRI as a member or as a type.
3. Nothing twice in one list; statements are a set, readers count.
4. No two members of one object that differ only in capitals: language tags are equal then.
5. One node, one content: what is said of an id at one place is not said differently at another.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

from app.elm.pointers import safe_pointer
from app.errors import Finding
from app.jsonld import CREDENTIALS_V1, CREDENTIALS_V2, EDC_AP, ELM_CONTEXT_URL, RECEIPT_CONTEXT_URL

CONTEXTS_OF_OURS: Final = (
    [CREDENTIALS_V2, ELM_CONTEXT_URL],
    [CREDENTIALS_V1, EDC_AP],
    [CREDENTIALS_V2],
)
RECEIPT_CONTEXTS: Final = ([CREDENTIALS_V2, RECEIPT_CONTEXT_URL],)
"""The service itself signs receipts, and no credential."""
_CITATION: Final = "VC Data Integrity 1.0, 5.2"
_MOST: Final = 100

_Path: TypeAlias = tuple[str | int, ...]


def spelling_findings(
    document: Mapping[str, Any], contexts: Sequence[Sequence[str]] = CONTEXTS_OF_OURS
) -> tuple[Finding, ...]:
    """Return every place, up to a hundred, where ``document`` is not written as issuers known here write."""
    reader = _Reader()
    if document.get("@context") not in contexts:
        reader.found("contexts-not-ours", ("@context",), "Issuers known here name exactly the contexts of their form.")
    # A proof is no statement about anybody; its own members are checked where it is.
    reader.digest({name: value for name, value in document.items() if name not in {"@context", "proof"}}, ())
    proofs = document.get("proof")
    if isinstance(proofs, list):
        reader.digest(proofs, ("proof",))
    return tuple(reader.findings)


class _Reader:
    """Reads once, from the leaves upwards: equal digests are equal values."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._said: dict[tuple[str, str], bytes] = {}

    def found(self, code: str, path: _Path, detail: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(Finding(code, safe_pointer(path), detail, _CITATION))

    def digest(self, value: object, path: _Path) -> bytes:
        """Return the digest of ``value``, after a look at all in it."""
        if isinstance(value, list):
            digests = [self.digest(item, (*path, position)) for position, item in enumerate(value)]
            seen: set[bytes] = set()
            for position, item in enumerate(digests):
                if item in seen:
                    self.found("stated-twice", (*path, position), "The same value stands in this list before.")
                seen.add(item)
            return sha256(b"[" + b"".join(digests)).digest()
        if isinstance(value, dict):
            return self._object(value, path)
        return sha256(f"{type(value).__name__} {value}".encode("utf-8", "surrogatepass")).digest()

    def _object(self, node: dict[str, Any], path: _Path) -> bytes:
        names: set[str] = set()
        for name in node:
            if name.startswith("@") or ":" in name:
                self.found("not-a-plain-term", (*path, name), "Members are written as the contexts' plain terms.")
            if name.lower() in names:
                self.found("stated-twice", (*path, name), "A member here differs from another in capitals only.")
            names.add(name.lower())
        for name in _types(node.get("type")):
            if ":" in name or name.startswith("@"):
                self.found("not-a-plain-term", (*path, "type"), "Types are written as the contexts' plain terms.")
        digests = {name: self.digest(value, (*path, name)) for name, value in node.items()}
        identifier = node.get("id")
        if isinstance(identifier, str):
            for name, digest in digests.items():
                if self._said.setdefault((identifier, name), digest) != digest:
                    self.found("said-differently", (*path, name), "This is said differently of the same id elsewhere.")
        return sha256(
            b"{"
            + b"".join(sha256(name.encode("utf-8", "surrogatepass")).digest() + digests[name] for name in sorted(node))
        ).digest()


def _types(value: object) -> Iterator[str]:
    for name in value if isinstance(value, list) else [value]:
        if isinstance(name, str):
            yield name
