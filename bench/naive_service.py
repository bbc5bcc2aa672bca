"""The issuing service that one would write in an afternoon: FastAPI, PyLD, the ORM of SQLAlchemy, PostgreSQL.

It is idiomatic and honest: typed models, an async session per request, the commit before the answer, uvicorn with
uvloop and httptools. It does *less* than the service it is compared with, and each omission makes it faster: it takes
the finished document instead of mapping it, checks no rule, has one proof instead of two, no check of the new proof, no
encryption at rest, no idempotency, no history, no audit.

Run as ``python -m bench.naive_service PORT``, with NAIVE_DATABASE_URL set.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.contenders import PyldOnly


class Base(DeclarativeBase):
    """The tables of this service."""


class StoredCredential(Base):
    """One issued credential; its key in the table is its place in the status list."""

    __tablename__ = "credentials"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True)
    learner: Mapped[str] = mapped_column(index=True)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class IssuanceRequest(BaseModel):
    """What a student-information system posts."""

    learner: str
    credential: dict[str, Any]


engine = create_async_engine(os.environ.get("NAIVE_DATABASE_URL", "postgresql+asyncpg://"), pool_size=32)
sessions = async_sessionmaker(engine, expire_on_commit=False)
signer = PyldOnly()
STATUS_LIST = "https://credentials.university.example/status/1"


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Make the tables, and let go of the connections at the end."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


async def session() -> AsyncIterator[AsyncSession]:
    """Return the session of one request."""
    async with sessions() as opened:
        yield opened


application = FastAPI(lifespan=lifespan)


@application.get("/readyz")
async def ready(database: Annotated[AsyncSession, Depends(session)]) -> dict[str, str]:
    """Tell whether the database answers."""
    await database.execute(text("select 1"))
    return {"status": "ready"}


@application.get("/did.json")
async def did_document() -> dict[str, Any]:
    """Return the issuer's DID document."""
    return dict(signer.documents()[signer.did])


@application.post("/credentials", status_code=201)
async def issue(request: IssuanceRequest, database: Annotated[AsyncSession, Depends(session)]) -> JSONResponse:
    """Number, sign and store a credential."""
    stored = StoredCredential(
        uuid=uuid4(),
        learner=request.learner,
        issued_at=datetime.now(UTC),  # noqa: TID251 - as one would write it
        body=None,
    )
    database.add(stored)
    await database.flush()
    credential = {
        **request.credential,
        "id": f"urn:uuid:{stored.uuid}",
        "issuer": {**request.credential["issuer"], "id": signer.did},
        "credentialStatus": {
            "id": f"{STATUS_LIST}#{stored.id}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(stored.id),
            "statusListCredential": STATUS_LIST,
        },
    }
    stored.body = signer.sign(credential)
    await database.commit()
    return JSONResponse(stored.body, status_code=201)


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), access_log=False, log_level="warning")
