"""The one row about the deployment itself: the address that is written into every credential."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.errors import Family, ServiceError
from app.store.connection import Connection
from app.store.tables import deployment


class DeploymentDiffers(ServiceError):
    """The database belongs to another public address. Credentials carry it for ever, so it is never changed."""

    code: ClassVar[str] = "deployment-differs"
    title: ClassVar[str] = "The database belongs to another PUBLIC_URL"
    family: ClassVar[Family] = Family.UNAVAILABLE


async def bind_public_url(connection: Connection, public_url: str, *, now: datetime) -> None:
    """Write ``public_url`` down at the first start, and insist on it at every later one.

    Raises:
        DeploymentDiffers: another one is written down.
    """
    await connection.execute(
        connection.insert(deployment).on_conflict_do_nothing(), {"id": 1, "public_url": public_url, "created_at": now}
    )
    first = await find_public_url(connection)
    if first != public_url:
        raise DeploymentDiffers(
            f"PUBLIC_URL is {public_url}, but this database was set up for {first}: its DIDs, status lists and links "
            "name that address"
        )


async def find_public_url(connection: Connection) -> str | None:
    """Return the address of the first start."""
    found: str | None = await connection.fetch_value(select(deployment.c.public_url))
    return found
