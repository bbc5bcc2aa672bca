"""The contexts this service knows, each a file of this repository with its digest written here.

Invariants:

1. A context is read from ``contexts/`` and nowhere else. No loader in this room can reach a network.
2. Every file is compared with its SHA-256 when this module is imported: a service with another context does not start.
3. What is not pinned does not exist: asking for it raises.

A changed context would change what every signed word means, so ``contexts/elm-v1.jsonld`` is never edited after its
first credential; a new version gets a new URL.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

CONTEXT_BASE: Final = "https://w3id.org/enhance-microcredentials"
"""Where the alliance publishes its context and its code lists."""

ELM_CONTEXT_URL: Final = CONTEXT_BASE + "/elm/v1"
RECEIPT_CONTEXT_URL: Final = CONTEXT_BASE + "/receipt/v1"
"""What our receipts of verifications are written in."""
VOCABULARY_BASE: Final = CONTEXT_BASE + "/vocabulary"
"""Scheme ``VOCABULARY_BASE/NAME/v1``; concept ``VOCABULARY_BASE/NAME/v1#code``."""

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
CREDENTIALS_EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"
EDC_AP: Final = "http://data.europa.eu/snb/model/context/edc-ap"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
DID_V1: Final = "https://www.w3.org/ns/did/v1"
JWS_2020_V1: Final = "https://w3id.org/security/suites/jws-2020/v1"
ED25519_2020_V1: Final = "https://w3id.org/security/suites/ed25519-2020/v1"

_FOLDER: Final = Path(__file__).resolve().parents[2] / "contexts"

# The same digests stand in contexts/manifest.json beside the origin of each file. They are repeated here because this
# is the copy that a reviewer of code reads, and that a changed data file cannot change with it.
_PINS: Final[Mapping[str, tuple[str, str]]] = {
    ELM_CONTEXT_URL: ("elm-v1.jsonld", "8d6daf84ef8fffe99851bbcc204e2b9814cb6bcfb778e06ae50ad0fb13a10a73"),
    RECEIPT_CONTEXT_URL: ("receipt-v1.jsonld", "9a04207cfae9bb788629c654b11cf57d1fffbf8b0de58760942913d1a3ceecf8"),
    EDC_AP: ("edc-ap-3.2.jsonld", "906b155c196b2559098c761a7f694ea3b576fe784c28c4d8c0e5cb82f7c1c897"),
    CREDENTIALS_V1: ("credentials-v1.jsonld", "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"),
    CREDENTIALS_V2: ("credentials-v2.jsonld", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    DATA_INTEGRITY_V2: ("data-integrity-v2.jsonld", "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4"),
    MULTIKEY_V1: ("multikey-v1.jsonld", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"),
    DID_V1: ("did-v1.jsonld", "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f"),
    JWS_2020_V1: ("jws-2020-v1.jsonld", "00ee65bb7307f9a01c3170b823083b0d4de68223520834b2c5eb7a09bae5dea6"),
    ED25519_2020_V1: ("ed25519-2020-v1.jsonld", "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"),
    CREDENTIALS_EXAMPLES_V2: (
        "credentials-examples-v2.jsonld",
        "e6600df812cdc1872f20b42ab0c1cecac39755b7ed381e7f6a88dac7baab54d6",
    ),
}


class ContextDamaged(RuntimeError):
    """A pinned file is missing or is not the one that was pinned. The service must not start."""


class ContextNotPinned(LookupError):
    """Somebody asked for a context that this service does not hold."""


@dataclass(frozen=True)
class PinnedContext:
    """One context: its URL, its bytes as published, their SHA-256 in hexadecimal."""

    url: str
    content: bytes
    sha256: str

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The parsed context. Treat it as constant."""
        document: Mapping[str, Any] = json.loads(self.content)
        return document

    @property
    def defines_default_vocabulary(self) -> bool:
        """Whether a term that nobody defined still gets an IRI under this context (``@vocab``)."""
        return "@vocab" in self.document["@context"]


def _read(url: str, file: str, sha256: str) -> PinnedContext:
    try:
        content = (_FOLDER / file).read_bytes()
    except OSError as error:
        raise ContextDamaged(f"contexts/{file} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ContextDamaged(f"contexts/{file} is not the file that was pinned for {url}")
    return PinnedContext(url, content, sha256)


PINNED_CONTEXTS: Final[Mapping[str, PinnedContext]] = MappingProxyType(
    {url: _read(url, file, sha256) for url, (file, sha256) in _PINS.items()}
)


def pinned_context(url: str) -> PinnedContext:
    """Return the context pinned for exactly this URL.

    Raises:
        ContextNotPinned: for every other URL.
    """
    try:
        return PINNED_CONTEXTS[url]
    except KeyError:
        raise ContextNotPinned(url) from None


def load_pinned(url: str, _options: object = None) -> dict[str, Any]:
    """Answer a JSON-LD processor's request for a remote document, from the pinned ones only.

    Raises:
        ContextNotPinned: for every other URL.
    """
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": json.loads(pinned_context(url).content),  # a fresh value: PyLD may write into it
    }
