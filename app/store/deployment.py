"""The one row about the deployment itself: the address that is written into every credential."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.errors import Family, ServiceError
from app.store.connection import Connection
from app.store.tables import deployment


class PublicUrlFixed(ServiceError):
    """PUBLIC_URL is not the one of the first start. Credentials out in the world name that one."""

    code: ClassVar[str] = "public-url-fixed"
    title: ClassVar[str] = "This database belongs to a service with another public address"
    family: ClassVar[Family] = Family.CONFLICT


async def bind_public_url(connection: Connection, public_url: str, *, now: datetime) -> None:
    """Write ``public_url`` down at the first start, and insist on it at every later one.

    Raises:
        PublicUrlFixed: another one is written down.
    """
    await connection.execute(
        connection.insert(deployment).on_conflict_do_nothing(), {"id": 1, "public_url": public_url, "created_at": now}
    )
    first = await find_public_url(connection)
    if first != public_url:
        raise PublicUrlFixed(
            f"PUBLIC_URL is {public_url}, but this database was set up for {first}: its DIDs, status lists and links "
            "name that address"
        )


async def find_public_url(connection: Connection) -> str | None:
    """Return the address of the first start."""
    found: str | None = await connection.fetch_value(select(deployment.c.public_url))
    return found
