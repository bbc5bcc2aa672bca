"""Raising a seal: evidence beside the signature, from level B to T, LT and LTA (ETSI TS 119 182-1 clause 5.3).

Nothing that is signed or stamped is touched. Each step appends entries to ``etsiU``, each written once in base64url;
what stands there stays as the very text it was, for archive time-stamps cover that text. What comes out is read and
checked again before it leaves.

======  ==================================================  ==========================================================
level   entry                                               what its time-stamp covers
======  ==================================================  ==========================================================
T       ``sigTst``                                          the signature as it is written (clause 5.3.4)
LT      ``xVals``, ``rVals``                                (clauses 5.3.5.1, 5.3.5.2)
LTA     ``arcTst``; before every further one ``tstVD``      payload, header, signature and every entry before it
                                                            (clause 5.3.6)
======  ==================================================  ==========================================================

Whom the evidence comes from, and whether to believe it, is not asked here.
"""

import base64
from collections.abc import Sequence
from typing import Any

import orjson

from app.securing import jades, jws
from app.securing.data_integrity import SelfCheckFailed


def reread(sealed: bytes) -> jades.SealResult:
    """Return what a seal of our own comes to; its size is not bounded here."""
    return jades.check(jades.read(orjson.loads(sealed), max_payload_bytes=len(sealed)))


def octets_of_signature(sealed: bytes) -> bytes:
    """Return what a time-stamp of the signature covers."""
    signature: str = orjson.loads(sealed)["signatures"][0]["signature"]
    return signature.encode("ascii")


def octets_of_archive(sealed: bytes) -> bytes:
    """Return what an archive time-stamp covers that is to stand behind everything there is."""
    value = orjson.loads(sealed)
    (signature,) = value["signatures"]
    return jades.archived_octets(
        value["payload"].encode("utf-8"),
        signature["protected"],
        signature["signature"],
        signature.get("header", {}).get("etsiU", []),
    )


def with_signature_timestamp(sealed: bytes, token: bytes) -> bytes:
    """Return the seal at level T.

    Raises:
        SelfCheckFailed: the token does not fit the seal.
    """
    return _extended(sealed, {jades.Stamped.SIGNATURE.value: _tokens(token)})


def with_values(
    sealed: bytes, *, certificates: Sequence[bytes], revocation_lists: Sequence[bytes], ocsp_responses: Sequence[bytes]
) -> bytes:
    """Return the seal with what its certificates are validated by, all in DER: level LT.

    Raises:
        SelfCheckFailed: the seal does not hold with it.
    """
    values = _values(certificates, revocation_lists, ocsp_responses)
    return _extended(sealed, {"xVals": values["xVals"]}, {"rVals": values["rVals"]})


def with_values_of_timestamps(
    sealed: bytes, *, certificates: Sequence[bytes], revocation_lists: Sequence[bytes], ocsp_responses: Sequence[bytes]
) -> bytes:
    """Return the seal with what its time-stamps are validated by, for a further archive time-stamp to cover.

    Raises:
        SelfCheckFailed: the seal does not hold with it.
    """
    return _extended(sealed, {"tstVD": _values(certificates, revocation_lists, ocsp_responses)})


def with_archive_timestamp(sealed: bytes, token: bytes) -> bytes:
    """Return the seal at level LTA, or renewed at it.

    Raises:
        SelfCheckFailed: the token does not fit the seal.
    """
    return _extended(sealed, {jades.Stamped.ARCHIVE.value: _tokens(token)})


def _tokens(token: bytes) -> dict[str, Any]:
    return {"tstTokens": [{"val": _base64(token)}]}


def _values(
    certificates: Sequence[bytes], revocation_lists: Sequence[bytes], ocsp_responses: Sequence[bytes]
) -> dict[str, Any]:
    revocation = {
        "crlVals": [{"val": _base64(one)} for one in revocation_lists],
        "ocspVals": [{"val": _base64(one)} for one in ocsp_responses],
    }
    return {
        "xVals": [{"x509Cert": {"val": _base64(one)}} for one in certificates],
        "rVals": {name: values for name, values in revocation.items() if values},
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _extended(sealed: bytes, *entries: dict[str, Any]) -> bytes:
    value = orjson.loads(sealed)
    (signature,) = value["signatures"]
    written = [jws.encode_base64url(orjson.dumps(entry)).decode("ascii") for entry in entries]
    header = signature.setdefault("header", {})
    header["etsiU"] = [*header.get("etsiU", []), *written]
    raised = orjson.dumps(value)
    if not reread(raised).verified:
        raise SelfCheckFailed("The seal does not hold with the new evidence.")
    return raised
