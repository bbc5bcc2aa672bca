"""Nonces that vouch for themselves: asking for one writes nothing (OpenID4VCI 1.0 section 7).

A nonce is ``time || random || HMAC`` in base64url, made under a secret of the awarding body: nobody guesses one, one
university's is nothing to another, and every process of a deployment recognises it. That it is used once is for whoever
uses it to see to (``store.consumed_once``), who keeps :func:`digest_of_nonce` until its time is over.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.securing.jws import decode_base64url, encode_base64url

LIFETIME: Final = timedelta(minutes=5)
RANDOM_BYTES: Final = 16

_TIME_BYTES: Final = 8
_MAC_BYTES: Final = 32
_LENGTH: Final = _TIME_BYTES + RANDOM_BYTES + _MAC_BYTES


class NonceState(StrEnum):
    """What a text is that is to be a nonce."""

    FRESH = "fresh"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def make_nonce(secret: bytes, *, random: bytes, now: datetime) -> str:
    """Return a new nonce. ``random`` is :data:`RANDOM_BYTES` bytes that nobody has seen."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a nonce has {RANDOM_BYTES} random bytes")
    said = int(now.timestamp() * 1000).to_bytes(_TIME_BYTES, "big") + random
    return encode_base64url(said + hmac.digest(secret, said, "sha256")).decode()


def state_of_nonce(secret: bytes, nonce: str, *, now: datetime) -> NonceState:
    """Return whether ``nonce`` was made under ``secret``, and lately."""
    try:
        raw = decode_base64url(nonce.encode("ascii"))
    except ValueError:
        return NonceState.UNKNOWN
    if len(raw) != _LENGTH:
        return NonceState.UNKNOWN
    said, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(hmac.digest(secret, said, "sha256"), mac):
        return NonceState.UNKNOWN
    age = now.timestamp() - int.from_bytes(said[:_TIME_BYTES], "big") / 1000
    return NonceState.FRESH if age <= LIFETIME.total_seconds() else NonceState.EXPIRED


def digest_of_nonce(nonce: str) -> bytes:
    """Return what is kept of a nonce that was used."""
    return hashlib.sha256(b"nonce " + nonce.encode()).digest()
