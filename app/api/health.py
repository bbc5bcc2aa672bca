"""For those who operate the service: is it alive, is it able to work?"""

import asyncio
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.api.callers import TheOffice
from app.api.requests import json_answer
from app.errors import ServiceError
from app.issuance.office import FlawCode, Office
from app.issuance.seal_evidence import backlog
from app.issuance.seals import seal_warning
from app.store import SchemaBehind, check_schema

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class CannotSign(BaseModel):
    """One issuer that needs its operator; the others work."""

    issuer: str = Field(description="Slug of the awarding body, or `service`", examples=["wut"])
    code: FlawCode = Field(examples=[FlawCode.KEY_FILE_MISSING])


class EndingSeal(BaseModel):
    """A certificate of a seal that lasts no more than 90 days."""

    issuer: str = Field(description="Slug of the awarding body", examples=["wut"])
    ends: datetime


class Waiting(BaseModel):
    """What the worker could do by now and has not done."""

    waiting: int = Field(description="How many seals wait for a time-stamp, for other evidence, or to be renewed")
    oldest: datetime | None = Field(description="Since when the oldest of them waits")


class Ready(BaseModel):
    """What the service needs to work, each with its state, and which issuers cannot sign."""

    status: Literal["ready", "not ready"]
    database: Literal["reachable", "unreachable", "to be migrated"]
    keyring: Literal["open", "of another deployment", "unknown"] = Field(
        description="`unknown` as long as there is no database to compare it with"
    )
    cannot_sign: list[CannotSign] = Field(
        default_factory=list, description="These get 503 for what they want signed; everybody else is served"
    )
    seals_ending: list[EndingSeal] = Field(
        default_factory=list, description="Certificates to be renewed; with seven days left nothing is sealed any more"
    )
    evidence: Waiting | None = Field(default=None, description="None as long as there is no database to ask")


@router.get("/healthz", response_model=Alive, summary="Is the process alive?")
async def healthz() -> Response:
    """Asks nobody else."""
    return json_answer(Alive())


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}}, summary="Can it work?")
async def readyz(request: Request, office: TheOffice) -> Response:
    """200 when the database answers with the right schema and the keyring opens it; 503 otherwise.

    An issuer that cannot sign is its own matter: it is named here, and `python -m app doctor` says what to do.
    """
    # It is answered under any load, so those who ask at one moment share one look at the database.
    state = request.app.state
    looking: asyncio.Task[Ready] | None = getattr(state, "looking", None)
    if looking is None or looking.done():
        state.looking = looking = asyncio.create_task(_look(office))
    ready = await asyncio.shield(looking)
    return json_answer(ready, status=200 if ready.status == "ready" else 503)


async def _look(office: Office) -> Ready:
    try:
        await check_schema(office.database)
        flaws = await office.flaws()
        fits = await office.keyring_fits()
        ending = [
            EndingSeal(issuer=slug, ends=issuer.seal.certificate.not_after)
            for slug, issuer in sorted((await office.all_issuers()).items())
            if issuer.seal is not None and seal_warning(issuer.seal.certificate.not_after - office.clock()) is not None
        ]
        waits = await backlog(office)
    except SchemaBehind:
        return Ready(status="not ready", database="to be migrated", keyring="unknown")
    except ServiceError:
        return Ready(status="not ready", database="unreachable", keyring="unknown")
    named = dict.fromkeys((flaw.issuer, flaw.code) for flaw in flaws)
    return Ready(
        status="ready" if fits else "not ready",
        database="reachable",
        keyring="open" if fits else "of another deployment",
        cannot_sign=[CannotSign(issuer=issuer, code=code) for issuer, code in named],
        seals_ending=ending,
        evidence=Waiting(waiting=waits.waiting, oldest=waits.oldest),
    )
