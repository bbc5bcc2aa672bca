"""Seals before the European Commission's DSS, the library behind Europass; and its seals before ours.

Needs Java 17 and Maven, which fetches DSS once. Without them these tests are skipped, except under CI.
"""

import asyncio
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.issuance.seal_evidence import renew
from app.keys import Algorithm, InProcessSigner, certificate_request, development_pki
from app.securing import jades
from app.securing.jades import Level
from app.trust.seals import Anchors, chain_of
from demo.deployment import REPOSITORY
from tests.counterparts.seal_authority import (
    Trade,
    with_archive_timestamp,
    with_timestamp,
    with_values,
)
from tests.sealing_house import a_house

DSS = REPOSITORY / "interop" / "dss"
PAYLOAD = (REPOSITORY / "tests" / "approved" / "academic.edc.json").read_bytes()
MOMENT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)  # noqa: TID251 - DSS asks its own clock


@pytest.fixture(scope="module")
def dss():
    """Run one of the programs beside DSS; returns what it printed."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        if os.environ.get("CI"):
            pytest.fail("needs Java 17 and Maven")
        pytest.skip("needs Java 17 and Maven")
    if not (DSS / "lib" / "dss-jades-6.4.jar").exists():
        fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
        subprocess.run(fetch, cwd=DSS, check=True, timeout=600)

    def run(program, *arguments):
        command = ["java", "-cp", f"{DSS / 'lib'}/*", DSS / program, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout

    return run


def verdicts(dss, anchor, lists, *files):
    """Return DSS's indication, sub-indication and level of each file."""
    named = ",".join(map(str, lists)) or "-"
    return [tuple(line.split()[:3]) for line in dss("Validate.java", anchor, named, *files).decode().splitlines()]


def detailed(dss, anchor, lists, *files):
    """Return the whole line of each file."""
    named = ",".join(map(str, lists)) or "-"
    return [tuple(line.split()) for line in dss("Validate.java", anchor, named, *files).decode().splitlines()]


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def lists_in(folder, revocation_lists):
    return [
        written(folder, f"{number}.crl", one.public_bytes(Encoding.DER)) for number, one in enumerate(revocation_lists)
    ]


def test_our_seals_pass_at_level_b_and_nothing_else_does(dss, tmp_path):
    pki = tmp_path / "pki"
    development_pki.make(pki, MOMENT)
    signer = InProcessSigner.generate(Algorithm.P256)
    named = {"organisation": "A", "organization_identifier": "NTRDE-A", "common_name": "a"}
    request = asyncio.run(certificate_request(signer, **named))
    chain = chain_of(development_pki.certify(pki, request, MOMENT))
    content = asyncio.run(jades.secure(PAYLOAD, signer=signer, chain=chain, at=MOMENT))
    sealed = written(tmp_path, "sealed.jsonld", content)
    altered = written(tmp_path, "altered.jsonld", content.replace(b"academic", b"akademic", 1))
    lists = lists_in(tmp_path, Anchors.read(pki / "anchors").revocation_lists)
    assert verdicts(dss, pki / "root.pem", lists, sealed, altered) == [
        ("TOTAL_PASSED", "null", "JAdES-BASELINE-B"),
        ("TOTAL_FAILED", "HASH_FAILURE", "JAdES-BASELINE-B"),
    ]
    elsewhere = tmp_path / "elsewhere"
    development_pki.make(elsewhere, MOMENT)
    assert verdicts(dss, elsewhere / "root.pem", lists, sealed) == [
        ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", "JAdES-BASELINE-B")
    ]


PASSED = "PASSED"


async def test_each_level_to_which_we_raise_a_seal_passes_with_nothing_at_hand_but_the_root(
    dss, sqlite_prepared, tmp_path
):
    async with a_house(sqlite_prepared, tmp_path, start=MOMENT) as house:
        record = await house.sealed()
        files = {"B": await house.fetch(record)}
        for level in ("T", "LT", "LTA"):
            await house.raised_to(level)
            files[level] = await house.fetch(record)
        await renew(house.office, Level.LTA, everything=True)
        await house.steps()
        files["renewed"] = await house.fetch(record)
        revoked_at = MOMENT - timedelta(minutes=1)
        lists = lists_in(tmp_path, house.trade.lists(at=MOMENT, until=MOMENT + timedelta(days=7)))
        revoking = house.trade.lists((house.seal, revoked_at), at=MOMENT, until=MOMENT + timedelta(days=7))
        root = written(tmp_path, "root.pem", house.trade.root.pem)
    paths = {level: written(tmp_path, f"{level}.jsonld", content) for level, content in files.items()}
    # Whether somebody was revoked is asked of the lists at levels B and T; from LT on the seal says it.
    found = detailed(dss, root, lists, paths["B"], paths["T"])
    found += detailed(dss, root, [], paths["LT"], paths["LTA"], paths["renewed"])
    assert [one[0::2][:2] for one in found] == [
        ("TOTAL_PASSED", f"JAdES-BASELINE-{level}") for level in ("B", "T", "LT", "LTA", "LTA")
    ]
    # By the detailed report: with the signature alone, with its time-stamp, with the archive time-stamps.
    assert [one[4:] for one in found] == [(PASSED, PASSED, PASSED)] * 5
    elsewhere = written(tmp_path, "elsewhere.pem", Trade(begins=MOMENT).root.pem)
    altered = {
        level: written(tmp_path, f"{level}-altered.jsonld", content.replace(b"academic", b"akademic", 1))
        for level, content in files.items()
    }
    assert {one[0] for one in detailed(dss, elsewhere, lists, *paths.values())} == {"INDETERMINATE"}
    assert {one[:2] for one in detailed(dss, root, lists, *altered.values())} == {("TOTAL_FAILED", "HASH_FAILURE")}
    (tmp_path / "revoking").mkdir()
    revoked = detailed(dss, root, lists_in(tmp_path / "revoking", revoking), paths["B"], paths["T"])
    assert {one[0] for one in revoked} <= {"INDETERMINATE", "TOTAL_FAILED"}


def test_it_reads_each_level_as_our_verifier_does(dss, tmp_path):
    trade = Trade(
        begins=MOMENT - timedelta(days=1), ends=MOMENT + timedelta(days=700), lasts=MOMENT + timedelta(days=900)
    )
    signer = InProcessSigner(trade.seal.key)
    chain = [trade.seal.der, trade.issuing.der]
    sealed = json.loads(asyncio.run(jades.secure(PAYLOAD, signer=signer, chain=chain, at=MOMENT)))
    span = {"at": MOMENT + timedelta(minutes=3), "until": MOMENT + timedelta(days=30)}
    lists = trade.lists(**span)
    anchor = written(tmp_path, "root.pem", trade.root.pem)
    files = []
    for level, raise_it in {
        "T": lambda: with_timestamp(sealed, trade, MOMENT + timedelta(minutes=1)),
        "LT": lambda: with_values(sealed, trade, lists),
        "LTA": lambda: with_archive_timestamp(sealed, trade, MOMENT + timedelta(minutes=5)),
    }.items():
        raise_it()
        result = jades.check(jades.read(sealed))
        assert (result.outcome, result.level) == ("verified", level)
        files.append(written(tmp_path, f"{level}.jsonld", json.dumps(sealed, ensure_ascii=False).encode()))
    assert verdicts(dss, anchor, lists_in(tmp_path, lists), *files) == [
        ("TOTAL_PASSED", "null", f"JAdES-BASELINE-{level}") for level in ("T", "LT", "LTA")
    ]


def test_a_revoked_certificate_passes_nowhere(dss, tmp_path):
    trade = Trade(
        begins=MOMENT - timedelta(days=1), ends=MOMENT + timedelta(days=700), lasts=MOMENT + timedelta(days=900)
    )
    chain = [trade.seal.der, trade.issuing.der]
    content = asyncio.run(jades.secure(PAYLOAD, signer=InProcessSigner(trade.seal.key), chain=chain, at=MOMENT))
    lists = trade.lists((trade.seal, MOMENT - timedelta(hours=1)), at=MOMENT, until=MOMENT + timedelta(days=30))
    anchor = written(tmp_path, "root.pem", trade.root.pem)
    ((indication, reason, _),) = verdicts(
        dss, anchor, lists_in(tmp_path, lists), written(tmp_path, "sealed.jsonld", content)
    )
    assert (indication, reason) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_a_seal_by_it_holds_before_ours(dss, tmp_path):
    trade = Trade(
        begins=MOMENT - timedelta(days=1), ends=MOMENT + timedelta(days=700), lasts=MOMENT + timedelta(days=900)
    )
    key = trade.seal.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    content = dss(
        "Seal.java",
        written(tmp_path, "key.pem", key),
        written(tmp_path, "seal.der", trade.seal.der),
        written(tmp_path, "issuing.der", trade.issuing.der),
        written(tmp_path, "payload.json", PAYLOAD),
    )
    result = jades.check(jades.read(json.loads(content)))
    assert (result.outcome, result.level, result.chain[0]) == ("verified", "B", trade.seal.der)
