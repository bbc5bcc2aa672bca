"""How fast seals are made and verified, and how large they are at each level.

    python -m bench.seals [SEALED]

``SEALED`` is a sealed European Digital Credential whose payload is sealed anew here; the Commission's own sample of
111 kB (REFERENCE_DIR) where left out. Verified is what ``POST /verify`` does without HTTP: the whole report, with path,
revocation and dropped terms, on one core (time of the processor, the best of five rounds), with the garbage collector
set as the service sets it. The authorities are those of the tests.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from app.keys import InProcessSigner
from app.main import warm_up
from app.securing import jades
from app.trust.fetch import GuardedFetch
from app.trust.members import Members
from app.trust.seals import Anchors
from app.verification.evidence import Policy
from app.verification.gather import World
from app.verification.submission import read_submission
from app.verification.verifier import Verifier
from app.world import template_findings
from tests.counterparts import seal_authority
from tests.counterparts.seal_authority import SEALED_AT, Trade

ROUNDS: Final = 5
COUNT: Final = 100
_SAMPLE: Final = "samples/Sample-MC-Annex1-signed.jsonld"


def main() -> None:
    """Measure, and print a table."""
    reference = Path(os.environ.get("REFERENCE_DIR", "../shared/reference"))
    sample = Path(sys.argv[1] if len(sys.argv) > 1 else reference / _SAMPLE)
    payload = orjson.loads(sample.read_bytes())["payload"].encode()
    warm_up()
    trade: Any = Trade()
    lists = tuple(trade.lists())
    anchors = Anchors((trade.root.certificate,), lists)
    signer, chain = InProcessSigner(trade.seal.key), [trade.seal.der, trade.issuing.der]

    async def seal() -> bytes:
        return await jades.secure(payload, signer=signer, chain=chain, at=SEALED_AT)

    _say(f"payload {len(payload)} bytes, ES256")
    _say(f"sealed, and checked before it leaves: {_rate(seal):.0f} a second")
    value = orjson.loads(asyncio.run(seal()))
    counterpart: Any = seal_authority  # written without types
    levels: dict[str, Callable[[], Any]] = {
        "B": lambda: None,
        "T": lambda: counterpart.with_timestamp(value, trade, SEALED_AT + timedelta(minutes=1)),
        "LT": lambda: counterpart.with_values(value, trade, lists),
        "LTA": lambda: counterpart.with_archive_timestamp(value, trade, SEALED_AT + timedelta(minutes=2)),
    }
    verifier = _verifier(anchors)
    moment = SEALED_AT + timedelta(days=1)
    for level, raise_it in levels.items():
        raise_it()
        content = orjson.dumps(value)

        async def verify(content: bytes = content) -> Any:  # noqa: ANN401 - whatever the report is
            return await verifier.verify(read_submission(content), now=moment)

        (proof,) = asyncio.run(verify()).proofs
        assert proof.seal is not None
        assert proof.seal.level == level
        _say(f"{level:4} {len(content)} bytes, verified {_rate(verify):.0f} a second")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _rate(work: Callable[[], Any]) -> float:
    async def often() -> float:
        begun = time.process_time()
        for _ in range(COUNT):
            await work()
        return COUNT / (time.process_time() - begun)

    asyncio.run(often())
    return max(asyncio.run(often()) for _ in range(ROUNDS))


def _verifier(anchors: Anchors) -> Verifier:
    async def members() -> Members:
        return Members(())

    async def no_status_of_ours(list_url: str, purpose: str, index: int) -> None:  # noqa: ARG001 - AskOwnStatus
        return

    world = World(
        fetch=GuardedFetch(enabled=False),
        members=members,
        own_status=no_status_of_ours,
        read_and_check=template_findings,
        anchors=anchors,
    )
    return Verifier(world, Policy())


if __name__ == "__main__":
    main()
