"""A deployment with a seal, and everybody around it that it takes to raise the seal."""

import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from app.issuance import seals
from app.issuance.issue import EDC_FORM
from app.issuance.seal_evidence import Step, renew
from app.main import verifier_of
from app.securing import raising
from app.securing.jades import Level
from app.settings import SealLevel
from app.store.tables import outbox, secured_form
from app.trust.seals import Anchors
from app.verification.submission import read_submission
from app.world import evidence_desk
from tests.builders import full_request
from tests.counterparts.hostile_host import HostileHost
from tests.counterparts.seal_authority import FOR_STAMPS, Trade, name, rsa_key
from tests.counterparts.timestamp_authority import TimestampAuthority
from tests.deployments import ISSUERS, START, a_deployment

YEAR = timedelta(days=365)
WUT = json.loads((ISSUERS / "wut.json").read_text(encoding="utf-8"))


@dataclass
class House:
    """A deployment with a seal, the authorities around it, and the desk that raises seals."""

    deployment: object
    desk: object
    trade: Trade
    stamping: TimestampAuthority
    lists: HostileHost
    requests: object = field(default_factory=lambda: map(full_request, ("academic", "service")))

    @property
    def office(self):
        return self.deployment.office

    def publish_lists(self, *revoked):
        """Publish the authorities' lists as of now."""
        moment = self.deployment.clock()
        self.serve_lists(self.trade.lists(*revoked, at=moment, until=moment + timedelta(days=7)))

    def serve_lists(self, found):
        """Publish what may not be the authorities' lists of today."""
        for whose, one in zip(("root", "issuing"), found, strict=True):
            self.lists.serve(f"/{whose}.crl", one.public_bytes(Encoding.DER), media_type="application/pkix-crl")

    async def enrol(self):
        request = await seals.request_seal(self.office, "wut")
        holder = self.trade.certify(x509.load_pem_x509_csr(request.pem))
        anchors = Anchors.read(self.deployment.settings.seal_anchors)
        self.seal = holder
        return await seals.enrol_seal(self.office, "wut", holder.pem + self.trade.issuing.pem, anchors)

    async def sealed(self):
        """Return the record of a new award whose sealed form was fetched once."""
        record = await self.deployment.issue(next(self.requests))
        await self.fetch(record)
        return record

    async def fetch(self, record):
        answer = await self.deployment.public.get(f"{record['public_url']}/edc.jsonld")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def level(self, record):
        return raising.reread(await self.fetch(record)).level

    async def steps(self):
        """Make attempts at whatever is due, as the worker does; returns what each came to."""
        came = []
        for work in await self.desk.due(10):
            came.append(await self.desk.attempt(work.id))
            while came[-1] is Step.AGAIN:
                came.append(await self.desk.attempt(work.id))
        return came

    def trust_somebody_else(self):
        """Believe another root from the next start on."""
        another = Trade(begins=self.trade.begins, lasts=self.trade.lasts)
        self.deployment.settings.seal_anchors.write_bytes(another.root.pem)

    async def verified_anew(self, content):
        """Verify as a service does that starts now: the anchors are read again."""
        verifier = verifier_of(self.office, self.deployment.settings)
        try:
            report = await verifier.verify(read_submission(content), now=self.deployment.clock())
            return report.model_dump(mode="json")
        finally:
            await verifier.close()

    async def raised_to(self, level):
        """Raise what there is to ``level`` and no further."""
        settings = self.deployment.settings.model_copy(update={"seal_level": SealLevel(level)})
        usual = self.desk
        async with evidence_desk(self.office, settings) as self.desk:
            await renew(self.office, Level(level), everything=False)
            await self.steps()
        self.desk = usual

    async def stored_levels(self):
        async with self.office.database.read() as connection:
            rows = await connection.fetch_all(
                select(secured_form.c.level).where(secured_form.c.form == EDC_FORM).order_by(secured_form.c.signed_at)
            )
        return [row["level"] for row in rows]

    async def open_work(self):
        async with self.office.database.read() as connection:
            return await connection.fetch_all(select(outbox).where(outbox.c.done_at.is_(None)))


@asynccontextmanager
async def a_house(prepared, folder, *, start=START, life=2 * YEAR, answers=False, **changes):
    async with AsyncExitStack() as stack:
        lists = await stack.enter_async_context(HostileHost())
        trade = Trade(
            organisation=WUT["legal_name"]["en"],
            identifier=WUT["eidas_identifier"],
            begins=start - timedelta(days=1),
            ends=start + 2 * YEAR,
            lasts=start + 20 * YEAR,
            asked_at=lists.origin,
            answers=answers,
        )
        trade.stamping = a_stamp_of(trade, start + life)
        (folder / "anchors.pem").write_bytes(trade.root.pem)
        stamping = await stack.enter_async_context(TimestampAuthority(trade))
        settings = {
            "seal_anchors": folder / "anchors.pem",
            "seal_timestamp_authorities": stamping.url,
            "loopback_exceptions": f"localhost:{lists.port}",
            **changes,
        }
        deployment = await stack.enter_async_context(a_deployment(prepared, changes=settings))
        deployment.clock.moment = start
        stamping.clock = deployment.clock
        desk = await stack.enter_async_context(evidence_desk(deployment.office, deployment.settings))
        house = House(deployment, desk, trade, stamping, lists)
        house.publish_lists()
        await house.enrol()
        yield house


def a_stamp_of(trade, ends):
    """Return an authority of time-stamps whose certificate ends at some time."""
    extensions = (*FOR_STAMPS, *trade._places("root"))
    return trade.root.issue(name("Stamps"), rsa_key(), begins=trade.begins, ends=ends, extensions=extensions)
