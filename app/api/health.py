"""For those who operate the service: is it alive, is it able to work?"""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.api.callers import TheOffice
from app.api.requests import json_answer
from app.errors import ServiceError

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """What the service needs to issue, each with its state."""

    status: Literal["ready", "not ready"]
    database: Literal["reachable", "unreachable"]
    signing_keys: Literal["usable", "missing"]


@router.get("/healthz", response_model=Alive, summary="Is the process alive?")
async def healthz() -> Response:
    """Asks nobody else."""
    return json_answer(Alive())


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}}, summary="Can it issue?")
async def readyz(office: TheOffice) -> Response:
    """200 when the database answers and every awarding body has its signing keys; 503 otherwise."""
    try:
        await office.database.check()
        usable = await office.every_issuer_can_sign()
    except ServiceError:
        return json_answer(Ready(status="not ready", database="unreachable", signing_keys="missing"), status=503)
    if not usable:
        return json_answer(Ready(status="not ready", database="reachable", signing_keys="missing"), status=503)
    return json_answer(Ready(status="ready", database="reachable", signing_keys="usable"))
